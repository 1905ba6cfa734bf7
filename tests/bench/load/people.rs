//! Accounts of a run: made in-band, logged in, made contacts.

use crowd::bounded;

use crate::Result;
use crate::client::{Client, Error, Event, register};
use crate::servers::{DOMAIN, Server};

pub const PASSWORD: &str = "a password of usual length";

/// Connections that are opened at the same time.
const AT_ONCE: usize = 8;

pub fn name(number: usize) -> String {
    format!("p{number}")
}

pub fn jid(number: usize) -> String {
    format!("p{number}@{DOMAIN}")
}

/// Makes these accounts; those that exist stay.
pub async fn make(server: &Server, numbers: impl IntoIterator<Item = usize>) -> Result<()> {
    let one = |number| {
        let endpoint = server.endpoint.clone();
        async move {
            match register(&endpoint, &name(number), PASSWORD).await {
                Err(Error::Iq(text)) if text.contains("<conflict") => Ok(()),
                other => other,
            }
        }
    };
    bounded(AT_ONCE, numbers.into_iter().map(one)).await?;
    Ok(())
}

/// Logged in with stream management, roster asked for, present.
pub async fn arrive(server: &Server, number: usize) -> Result<Client> {
    Ok(arrival(server.endpoint.clone(), number).await?)
}

async fn arrival(endpoint: crate::client::Endpoint, number: usize) -> crate::client::Result<Client> {
    let client = Client::login_resumable(&endpoint, &name(number), PASSWORD, Some("bench")).await?;
    client.roster().await?;
    client.available();
    Ok(client)
}

/// All of them, in the order of their numbers.
pub async fn arrive_all(server: &Server, numbers: impl IntoIterator<Item = usize>) -> Result<Vec<Client>> {
    let one = |number| arrival(server.endpoint.clone(), number);
    Ok(bounded(AT_ONCE, numbers.into_iter().map(one)).await?)
}

/// A subscription in both directions between one client and each of the others.
pub async fn befriend(one: &mut Client, others: &mut [Client]) -> Result<()> {
    for other in others.iter_mut() {
        one.presence_to(other.bare(), "subscribe");
        hears(other, one.bare(), "subscribe").await?;
        other.presence_to(one.bare(), "subscribed");
        other.presence_to(one.bare(), "subscribe");
        hears(one, other.bare(), "subscribe").await?;
        one.presence_to(other.bare(), "subscribed");
        hears(other, one.bare(), "subscribed").await?;
    }
    Ok(())
}

async fn hears(client: &mut Client, from: &str, kind: &str) -> Result<()> {
    let wanted = |stanza: &crate::client::Stanza| {
        stanza.is("presence")
            && stanza.attr("type").as_deref() == Some(kind)
            && stanza.attr("from").is_some_and(|full| full.split('/').next() == Some(from))
    };
    client.stanza(wanted).await?;
    Ok(())
}

/// Everything that has come until the server answers a ping; all of it is dropped.
pub async fn quiet(client: &mut Client) -> Result<()> {
    client.iq("get", Some(DOMAIN), "<ping xmlns='urn:xmpp:ping'/>").await?;
    while let Ok(event) = client.events.try_recv() {
        if let Event::Closed { why, .. } = event {
            return Err(format!("{}: the stream ended: {why}", client.jid()).into());
        }
    }
    Ok(())
}

pub mod crowd {
    use std::future::Future;
    use tokio::task::JoinSet;

    /// Runs at most `limit` at the same time; the results in order, or the first error.
    pub async fn bounded<T, E, F>(limit: usize, works: impl Iterator<Item = F>) -> Result<Vec<T>, E>
    where
        F: Future<Output = Result<T, E>> + Send + 'static,
        T: Send + 'static,
        E: Send + 'static,
    {
        let mut running = JoinSet::new();
        let mut done = Vec::new();
        let mut works = works.enumerate();
        loop {
            while running.len() < limit {
                let Some((place, work)) = works.next() else { break };
                running.spawn(async move { (place, work.await) });
            }
            let Some(ended) = running.join_next().await else { break };
            let (place, result) = ended.expect("no task panics or is aborted");
            done.push((place, result?));
        }
        done.sort_by_key(|(place, _)| *place);
        Ok(done.into_iter().map(|(_, value)| value).collect())
    }
}
