//! Invitations and codes for devices that many use at once, on streams without sockets.

use std::sync::Arc;

use imera::accounts::Role;
use imera::accounts::invites::Order;
use imera::clock::Clock;
use imera::features::Parts;

use crate::client::{Credentials, Error, Opening};
use crate::clock::opened;
use crate::inside;

const BIND: &str = "urn:ietf:params:xml:ns:xmpp-bind";

/// All of them at the same time.
async fn together<T: Send + 'static, F: Future<Output = T> + Send + 'static>(all: impl Iterator<Item = F>) -> Vec<T> {
    let running: Vec<_> = all.map(tokio::spawn).collect();
    let mut results = Vec::with_capacity(running.len());
    for one in running {
        results.push(one.await.unwrap());
    }
    results
}

async fn answer(stream: &mut Opening, ask: &str) -> String {
    stream.write(ask).await.unwrap();
    stream.next().await.unwrap().text
}

/// XEP-0445: shows the invitation, then registers; the answer.
async fn join(parts: Arc<Parts>, token: String, number: usize) -> String {
    let mut stream = opened(&parts).await;
    let show = format!("<iq type='set' id='p'><preauth xmlns='urn:xmpp:pars:0' token='{token}'/></iq>");
    if answer(&mut stream, &show).await.contains("type='error'") {
        return "over".into();
    }
    let form = format!("<username>guest-{number}</username><password>pencil-and-paper-{number}</password>");
    answer(&mut stream, &format!("<iq type='set' id='r'><query xmlns='jabber:iq:register'>{form}</query></iq>")).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn xep0445_4_of_a_thousand_who_use_an_invitation_at_once_one_gets_an_account() {
    let folder = inside::folder();
    let parts = inside::parts(folder.path(), Clock::system(), false).await;
    let mira = parts.accounts.create("mira", inside::PASSWORD, Role::Owner).await.unwrap();
    let made = parts.invites.create(Order::account(Some(mira))).await.unwrap();
    let all = together((0..1_000).map(|number| join(parts.clone(), made.token.clone(), number))).await;
    let joined = all.iter().filter(|answer| answer.contains("type='result'")).count();
    assert_eq!((joined, parts.accounts.len()), (1, 2), "{:?}", all.iter().find(|answer| !answer.contains("error")));
    let invite = &parts.invites.list(None).await.unwrap()[0];
    assert_eq!((invite.uses, invite.used_by.len()), (1, 1));
    parts.store.close().await;
}

/// Logs in with a device's password and asks for a resource of its own; whether it got it.
async fn first_log_in(parts: Arc<Parts>, password: Arc<str>, number: usize) -> bool {
    let mut stream = opened(&parts).await;
    stream.authenticate(Credentials::ScramSha256 { name: "tom", password: &password }).await.unwrap();
    let ask = format!("<iq type='set' id='b'><bind xmlns='{BIND}'><resource>phone-{number}</resource></bind></iq>");
    let answer = answer(&mut stream, &ask).await;
    assert!(answer.contains("type='result'") || answer.contains("<not-allowed "), "{answer}");
    answer.contains("type='result'")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_a_hundred_devices_that_use_a_code_at_once_one_is_signed_in() {
    let folder = inside::folder();
    let parts = inside::parts(folder.path(), Clock::system(), false).await;
    let tom = parts.accounts.create("tom", inside::PASSWORD, Role::Member).await.unwrap();
    let password: Arc<str> = parts.accounts.make_device(tom).await.unwrap().password.as_str().into();
    let all = together((0..100).map(|number| first_log_in(parts.clone(), password.clone(), number))).await;
    assert_eq!(all.into_iter().filter(|got_in| *got_in).count(), 1);
    assert_eq!(parts.accounts.devices(tom).await.unwrap().len(), 1);
    parts.store.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hundred_wrong_devices_passwords_are_throttled_like_any() {
    let folder = inside::folder();
    let parts = inside::parts(folder.path(), Clock::stepped(1_767_225_600_000_000), true).await;
    let tom = parts.accounts.create("tom", inside::PASSWORD, Role::Member).await.unwrap();
    let code = parts.accounts.make_device(tom).await.unwrap();
    let mut told = [0, 0];
    for number in 0..100 {
        let wrong = format!("{}{number}", &code.password[..20]);
        let mut stream = opened(&parts).await;
        match stream.authenticate(Credentials::ScramSha256 { name: "tom", password: &wrong }).await {
            Err(Error::Sasl(text)) if text.contains("<not-authorized") => told[0] += 1,
            Err(Error::Sasl(text)) if text.contains("<temporary-auth-failure") => told[1] += 1,
            other => panic!("{other:?}"),
        }
    }
    let free = imera::limits::LOGIN_PAIR_BURST;
    assert_eq!(told, [free, 100 - free]);
    parts.store.close().await;
}
