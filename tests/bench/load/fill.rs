//! A long history without a long wait: written by imera's own archive while no server runs.

use std::path::Path;
use std::sync::Arc;

use imera::accounts::Accounts;
use imera::archive::{Archive, Body};
use imera::clock::Clock;
use imera::store::{Batch, OpenOptions, Store};
use imera::xmpp::jid::Jid;
use imera::xmpp::stanza::MessageType;

use crate::Result;
use crate::people;
use crate::servers::DOMAIN;
use crate::talk;

/// Messages in one commit.
const AT_ONCE: usize = 2000;

/// Puts `count` messages between two accounts into the archives of both.
pub async fn history(data: &Path, from: usize, to: usize, count: usize) -> Result<()> {
    let clock = Clock::system();
    let store = Store::open(data, OpenOptions::default(), clock.clone())?;
    let accounts = Accounts::open(store.clone(), clock.clone()).await?;
    let archive = Archive::open(store.clone(), DOMAIN, clock).await?;
    let find = |number| accounts.find(&people::name(number)).ok_or("the account does not exist");
    let (sender_id, recipient_id) = (find(from)?, find(to)?);
    let jid = |number| Jid::from_parts(Some(&people::name(number)), DOMAIN, None).map_err(|error| format!("{error:?}"));
    let (sender, recipient) = (jid(from)?, jid(to)?);
    let mut last = None;
    for begin in (0..count).step_by(AT_ONCE) {
        let mut batch = Batch::default();
        for number in begin..count.min(begin + AT_ONCE) {
            let text = talk::message(&people::jid(to), number);
            let content = text.split_once('>').and_then(|(_, rest)| rest.strip_suffix("</message>"));
            let content: Arc<str> = content.expect("a message has children").into();
            let id = Some(format!("m{number}").into());
            let (sender, recipient) = (sender.clone(), recipient.clone());
            let body = Body {
                sender: sender.clone(),
                recipient: recipient.clone(),
                kind: MessageType::Chat,
                id,
                lang: None,
                content,
            };
            let mut keeping = archive.message(body);
            keeping.keep(sender_id, &recipient, true, false);
            keeping.keep(recipient_id, &sender, true, false);
            keeping.finish(&mut batch);
        }
        // One commit is written while the next one is made.
        if let Some(commit) = last.replace(store.submit(batch)) {
            commit.await?;
        }
    }
    if let Some(commit) = last {
        commit.await?;
    }
    store.close().await;
    Ok(())
}
