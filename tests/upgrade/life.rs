//! What happened on a server before its database was kept, and everything that must be there afterwards.

use serde::{Deserialize, Serialize};

use crate::DOMAIN;
use crate::client::{Archived, Client, Counters, Credentials, Door, Endpoint, Event, Hibernated, Resumption, Stanza};
use crate::process::{Folder, Server};

/// Messages from romeo to juliet: so many that the archive's newest rows have moved once.
const TALK: usize = 520;

/// What only clients know.
#[derive(Serialize, Deserialize)]
pub struct Known {
    /// juliet's phone, asleep when the server stopped (XEP-0198).
    previd: String,
    received: u32,
    acked: u32,
    /// juliet's roster as her phone had it last (RFC 6121 §2.6).
    roster_version: String,
    /// Ids of the first and the last message of juliet's archive (XEP-0313 §6.2).
    archive_ids: [String; 2],
}

fn at(name: &str) -> String {
    format!("{name}@{DOMAIN}")
}

fn password(name: &str) -> String {
    format!("the password of {name}")
}

fn serve(folder: &Folder) -> (Server, Endpoint) {
    let mut server = Server::start(folder, &["serve"]);
    server.read_ready();
    let endpoint = Endpoint::new(server.address("c2s_tls"), Door::DirectTls, DOMAIN);
    (server, endpoint)
}

fn stop(mut server: Server) {
    assert_eq!(server.stop().0, Some(0));
}

async fn log_in(to: &Endpoint, name: &str, resource: &str) -> Client {
    Client::login_resumable(to, name, &password(name), Some(resource)).await.unwrap()
}

fn run(folder: &Folder, arguments: &[&str], input: &str) {
    let told = folder.imera(arguments, input);
    assert_eq!(told.code, 0, "{arguments:?}: {}", told.stderr);
}

fn chat(to: &str, body: &str, more: &str) -> String {
    format!("<message to='{}' type='chat' id='{body}'><body>{body}</body>{more}</message>", at(to))
}

/// Sends, and waits until that is kept.
async fn says(client: &Client, stanzas: impl IntoIterator<Item = String>) {
    stanzas.into_iter().for_each(|stanza| client.send(stanza));
    client.settle().await.unwrap();
}

/// The server has everything that this client has received.
async fn has_read(client: &Client) {
    client.iq("get", Some(DOMAIN), "<ping xmlns='urn:xmpp:ping'/>").await.unwrap();
    client.tell_ack();
    client.iq("get", Some(DOMAIN), "<ping xmlns='urn:xmpp:ping'/>").await.unwrap();
}

/// A server's life, in short; it ends in good order.
pub async fn begins(folder: &Folder) -> Known {
    let owner = ["setup", "--domain", DOMAIN, "--home", "--owner", "mira", "--name", "Old House", "--password-stdin"];
    run(folder, &owner, &format!("{}\n", password("mira")));
    run(folder, &["settings", "set", "allow_plain", "on"], "");
    for name in ["romeo", "juliet", "nurse", "paris"] {
        run(folder, &["account", "add", name, "--password-stdin"], &format!("{}\n", password(name)));
    }
    run(folder, &["account", "remove", "paris"], "");
    let (server, to) = serve(folder);
    let romeo = log_in(&to, "romeo", "garden").await;
    let juliet = log_in(&to, "juliet", "phone").await;
    let roster_version = they_meet(&to, &romeo, &juliet).await;
    let talk = (1..=TALK).map(|number| chat("juliet", &number.to_string(), ""));
    says(&romeo, talk).await;
    says(&juliet, ["one", "two"].map(|body| chat("romeo", body, ""))).await;
    let passing = "<no-permanent-store xmlns='urn:xmpp:hints'/>";
    says(&romeo, [chat("nurse", "awake?", ""), chat("nurse", "between us", passing)]).await;
    let archive = juliet.archive(None, 100).await.unwrap();
    let archive_ids = [&archive[0], &archive[archive.len() - 1]].map(|message| message.id.clone());
    has_read(&juliet).await;
    juliet.settle().await.unwrap();
    let phone = juliet.cut().await.counters;
    says(&romeo, [chat("juliet", "you were away", "")]).await;
    romeo.close().await.unwrap();
    stop(server);
    let previd = phone.previd.expect("it is resumable");
    Known { previd, received: phone.received, acked: phone.acked, roster_version, archive_ids }
}

/// Subscriptions of every kind, a block list, preferences; the version of juliet's roster.
async fn they_meet(to: &Endpoint, romeo: &Client, juliet: &Client) -> String {
    for client in [romeo, juliet] {
        client.roster().await.unwrap();
        client.available();
        client.settle().await.unwrap();
    }
    for (who, whom, kind) in [
        (romeo, "juliet", "subscribe"),
        (juliet, "romeo", "subscribed"),
        (juliet, "romeo", "subscribe"),
        (romeo, "juliet", "subscribed"),
        (romeo, "nurse", "subscribed"),
        (romeo, "mira", "subscribe"),
    ] {
        who.presence_to(&at(whom), kind);
        who.settle().await.unwrap();
    }
    romeo.set_contact(&at("juliet"), "Juliet", &["Friends", "Verona"]).await.unwrap();
    juliet.set_contact(&at("romeo"), "Romeo & co", &[]).await.unwrap();
    let roster = juliet.iq("get", None, "<query xmlns='jabber:iq:roster' ver=''/>").await.unwrap().tree();
    let version = roster.children[0].attr("ver").unwrap().to_owned();
    juliet.set_contact("paris@elsewhere.test", "Paris", &[]).await.unwrap();
    juliet.remove_contact("paris@elsewhere.test").await.unwrap();
    juliet.set_contact("friar@elsewhere.test", "Friar", &["Church"]).await.unwrap();
    juliet.block(&[&at("tybalt"), "spam.test"]).await.unwrap();
    let nurse = log_in(to, "nurse", "kitchen").await;
    let prefs = format!(
        "<prefs xmlns='urn:xmpp:mam:2' default='never'><always><jid>{}</jid></always><never/></prefs>",
        at("romeo")
    );
    nurse.iq("set", None, &prefs).await.unwrap();
    let request =
        format!("<presence to='{}' type='subscribe' id='ask'><status>let me in</status></presence>", at("juliet"));
    says(&nurse, [request]).await;
    nurse.close().await.unwrap();
    version
}

/// A server on what was kept: everything is asked for.
pub async fn goes_on(folder: &Folder, known: &Known) {
    let accounts = folder.json(&["account", "list"]);
    let list = |key: &str| -> Vec<String> {
        accounts.as_array().unwrap().iter().map(|row| row[key].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(list("name"), ["juliet", "mira", "nurse", "romeo"]);
    assert_eq!(list("role"), ["member", "owner", "member", "member"]);
    assert_eq!(folder.json(&["settings", "get", "place_name"])["value"], "Old House");
    let chain = |folder: &Folder| -> Vec<String> {
        let database = crate::dump::open(folder);
        let mut all = database.prepare("SELECT chain FROM certificate").unwrap();
        all.query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap()
    };
    let certificates = chain(folder);
    let (server, to) = serve(folder);
    phone_wakes_up(&to, known).await;
    juliet_at_her_desk(&to, known).await;
    nurse_wakes_up(&to).await;
    romeo_comes_by_plain(&to).await;
    assert!(Client::login(&to, "paris", &password("paris"), None).await.is_err(), "removed");
    let notices = folder.json(&["status"])["notices"].clone();
    // the date may well be another one than when it was made
    let troubles = notices.as_array().unwrap().iter().filter(|notice| notice["key"] != "clock");
    assert_eq!(troubles.count(), 0, "{notices}");
    stop(server);
    assert_eq!(chain(folder), certificates);
    run(folder, &["account", "add", "paris", "--password-stdin"], "again\n");
    let database = crate::dump::open(folder);
    let id = |name: &str| {
        database.query_row("SELECT id FROM account WHERE name = ?", [name], |row| row.get::<_, i64>(0)).unwrap()
    };
    assert!(id("paris") > id("nurse") + 1, "a number is never used again");
    let verdict = database.query_row("PRAGMA integrity_check", [], |row| row.get::<_, String>(0));
    assert_eq!(verdict.as_deref(), Ok("ok"));
}

fn is_message(stanza: &Stanza) -> bool {
    stanza.is("message")
}

fn body(stanza: &Stanza) -> String {
    stanza.tree().child("body", "jabber:client").map(|body| body.text.clone()).unwrap_or_default()
}

/// Bodies of the messages that have come by now.
async fn messages(client: &mut Client) -> Vec<Stanza> {
    has_read(client).await;
    let mut all = Vec::new();
    while let Ok(event) = client.events.try_recv() {
        match event {
            Event::Stanza(stanza) if is_message(&stanza) => all.push(stanza),
            Event::Closed { why, .. } => panic!("{why}"),
            _ => {}
        }
    }
    all
}

/// XEP-0198 §5: the stream that was saved goes on.
async fn phone_wakes_up(to: &Endpoint, known: &Known) {
    let counters = Counters {
        previd: Some(known.previd.clone()),
        received: known.received,
        acked: known.acked,
        ..Counters::default()
    };
    let was = Hibernated { jid: format!("{}/phone", at("juliet")), counters };
    let (mut phone, how) = Client::resume(to, "juliet", &password("juliet"), was).await.unwrap();
    assert!(matches!(how, Resumption::Resumed), "{how:?}");
    let owed: Vec<String> = messages(&mut phone).await.iter().map(body).collect();
    assert_eq!(owed, ["you were away"]);
    phone.settle().await.unwrap();
    phone.close().await.unwrap();
}

async fn juliet_at_her_desk(to: &Endpoint, known: &Known) {
    let mut desk = log_in(to, "juliet", "desk").await;
    let roster = desk.roster().await.unwrap();
    let item = |name: &str| roster.iter().find(|contact| contact.name == name).unwrap();
    assert_eq!(roster.len(), 2, "{roster:?}");
    assert_eq!((item("Romeo & co").jid.clone(), item("Romeo & co").subscription.as_str()), (at("romeo"), "both"));
    assert_eq!((item("Friar").subscription.as_str(), &item("Friar").groups[..]), ("none", &["Church".to_owned()][..]));
    // §2.6: what has changed since the version that her phone had
    let ask = format!("<query xmlns='jabber:iq:roster' ver='{}'/>", known.roster_version);
    let answer = desk.iq("get", None, &ask).await.unwrap().tree();
    assert!(answer.children.is_empty(), "pushes follow: {answer:?}");
    for _ in 0..2 {
        let push = desk.stanza(|stanza| stanza.is("iq") && stanza.text.contains("jabber:iq:roster")).await.unwrap();
        let (removed, added) = (push.text.contains("paris@elsewhere.test"), push.text.contains("friar@elsewhere.test"));
        assert!(removed == push.text.contains("subscription='remove'") && removed != added, "{}", push.text);
    }
    let mut blocked = desk.blocked().await.unwrap();
    blocked.sort();
    assert_eq!(blocked, ["spam.test".to_owned(), at("tybalt")]);
    desk.available();
    let request = desk.stanza(|stanza| stanza.attr("type").as_deref() == Some("subscribe")).await.unwrap();
    assert_eq!(request.attr("from").as_deref(), Some(at("nurse").as_str()));
    assert!(request.text.contains("<status>let me in</status>"), "{}", request.text);
    assert_eq!(messages(&mut desk).await.len(), 0, "her phone has it");
    let archive = desk.archive(Some(&at("romeo")), 100).await.unwrap();
    let all: Vec<&str> = archive.iter().map(Archived::body).collect();
    let talk: Vec<String> = (1..=TALK).map(|number| number.to_string()).collect();
    let expected: Vec<&str> = talk.iter().map(String::as_str).chain(["one", "two", "you were away"]).collect();
    assert_eq!(all, expected);
    assert_eq!([&archive[0].id, &archive[TALK + 1].id], [&known.archive_ids[0], &known.archive_ids[1]]);
    desk.close().await.unwrap();
}

/// XEP-0160, XEP-0441: what waited comes once, and her preferences hold.
async fn nurse_wakes_up(to: &Endpoint) {
    let mut nurse = log_in(to, "nurse", "kitchen").await;
    nurse.available();
    let waited = [nurse.stanza(is_message).await.unwrap(), nurse.stanza(is_message).await.unwrap()];
    assert_eq!(waited.each_ref().map(body), ["awake?", "between us"]);
    assert!(waited.iter().all(|message| message.text.contains("urn:xmpp:delay")), "{waited:?}");
    assert_eq!(messages(&mut nurse).await.len(), 0);
    let prefs = nurse.iq("get", None, "<prefs xmlns='urn:xmpp:mam:2'/>").await.unwrap().text;
    assert!(prefs.contains("default='never'") && prefs.contains(&format!("<jid>{}</jid>", at("romeo"))), "{prefs}");
    let archive = nurse.archive(None, 100).await.unwrap();
    assert_eq!(archive.iter().map(Archived::body).collect::<Vec<_>>(), ["awake?"]);
    nurse.close().await.unwrap();
    let mut again = log_in(to, "nurse", "garden").await;
    again.available();
    assert_eq!(messages(&mut again).await.len(), 0, "it waits no more");
    again.close().await.unwrap();
}

async fn romeo_comes_by_plain(to: &Endpoint) {
    let password = password("romeo");
    let romeo = Client::login_with(to, Credentials::Plain { name: "romeo", password: &password }, None).await.unwrap();
    let answer = romeo.iq("get", None, "<query xmlns='jabber:iq:roster'/>").await.unwrap().tree();
    let item = |name: &str| {
        let items = &answer.children[0].children;
        items.iter().find(|item| item.attr("jid") == Some(at(name).as_str())).unwrap_or_else(|| panic!("{items:?}"))
    };
    let groups: Vec<&str> = item("juliet").children.iter().map(|group| group.text.as_str()).collect();
    assert_eq!((item("juliet").attr("subscription"), groups), (Some("both"), vec!["Friends", "Verona"]));
    assert_eq!((item("nurse").attr("subscription"), item("nurse").attr("approved")), (Some("none"), Some("true")));
    assert_eq!((item("mira").attr("subscription"), item("mira").attr("ask")), (Some("none"), Some("subscribe")));
    assert_eq!(romeo.archive(None, 100).await.unwrap().len(), TALK + 4);
    romeo.close().await.unwrap();
}
