//! Somebody's own data as a file: everything in it, for its owner alone, gone in time.
#![allow(clippy::disallowed_methods)] // the clock is stepped, the files are real

#[allow(dead_code)] // tests/attack.rs uses the rest
#[path = "support/inside.rs"]
mod inside;

use std::fs::File;
use std::io::Read as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use imera::accounts::AccountId;
use imera::accounts::roster::Contact;
use imera::archive::Body;
use imera::clock::Clock;
use imera::features::Parts;
use imera::limits;
use imera::store::Batch;
use imera::texts::Lang;
use imera::transfer::export;
use imera::transfer::export::{Exports, Ready, Standing};
use imera::xmpp::jid::Jid;
use imera::xmpp::stanza::MessageType;
use quick_xml::events::Event;
use zip::ZipArchive;

/// 2026-11-21T12:00:00Z.
const NOON: i64 = 1_795_262_400_000_000;
const ROMEO: &str = "romeo@elsewhere.test";

/// tom, and his messages.
struct Place {
    parts: Arc<Parts>,
    clock: Clock,
    tom: AccountId,
    folder: tempfile::TempDir,
}

impl Place {
    async fn new() -> Place {
        let folder = inside::folder();
        let clock = Clock::stepped(NOON);
        let parts = inside::parts(folder.path(), clock.clone(), false).await;
        inside::account(&parts, "tom").await;
        inside::account(&parts, "mira").await;
        let tom = parts.accounts.find("tom").unwrap();
        Place { parts, clock, tom, folder }
    }

    /// Kept in tom's archive.
    async fn message(&self, from: &str, to: &str, kind: MessageType, content: &str) {
        let (sender, recipient): (Jid, Jid) = (from.parse().unwrap(), to.parse().unwrap());
        let peer = if sender.local() == Some("tom") { recipient.to_bare() } else { sender.to_bare() };
        let (id, content) = (Some("m&1".into()), content.into());
        let mut keeping = self.parts.archive.message(Body { sender, recipient, kind, id, lang: None, content });
        keeping.keep(self.tom, &peer, true, false);
        let mut batch = Batch::new();
        keeping.finish(&mut batch);
        self.parts.store.submit(batch).await.unwrap();
    }

    async fn make(&self, exports: &Exports) -> Ready {
        let making = exports.begin(self.tom).unwrap();
        assert!(exports.begin(self.tom).is_none(), "one at a time");
        making.make(self.parts.clone(), Lang::En.book()).await.unwrap()
    }

    async fn standing(&self, exports: &Exports, account: AccountId) -> Standing {
        exports.standing(&self.parts.accounts, account, self.clock.utc()).await.unwrap()
    }

    async fn sweep(&self) -> usize {
        export::sweep(self.folder.path(), &self.parts.accounts, self.clock.utc()).await.unwrap()
    }
}

fn words(zip: &Path, name: &str) -> String {
    let mut zip = ZipArchive::new(File::open(zip).unwrap()).unwrap();
    let mut words = String::new();
    zip.by_name(name).unwrap().read_to_string(&mut words).unwrap();
    words
}

/// How often an element begins. The whole must be well-formed.
fn count(xml: &str, name: &str) -> usize {
    let mut reader = quick_xml::Reader::from_str(xml);
    let mut found = 0;
    loop {
        match reader.read_event().unwrap() {
            Event::Start(tag) | Event::Empty(tag) if tag.name().as_ref() == name => found += 1,
            Event::Eof => return found,
            _ => {}
        }
    }
}

#[tokio::test]
async fn xep0227_everything_of_somebody_is_in_the_file_and_no_password() {
    let place = Place::new().await;
    let mut batch = Batch::new();
    let roster = place.parts.rosters.get(place.tom).await.unwrap();
    let contact = Contact {
        name: Some("Romeo <b>".into()),
        groups: vec!["Friends & foes".into()],
        listed: true,
        ..Contact::new(ROMEO.parse().unwrap())
    };
    place.parts.rosters.put(&mut batch, place.tom, &roster, contact, true);
    let blocked = ["spam.test", "tybalt@elsewhere.test"].map(|jid| jid.parse().unwrap());
    place.parts.blocks.put(&mut batch, place.tom, imera::accounts::blocks::BlockList(blocked.into()));
    let asks: Jid = "nurse@elsewhere.test".parse().unwrap();
    place.parts.rosters.put_request(&mut batch, place.tom, &asks, "<presence/>", NOON);
    place.parts.store.submit(batch).await.unwrap();
    for number in 0..230 {
        let body = format!("<body>number {number} &lt;i&gt;</body>");
        place.message("romeo@elsewhere.test/balcony", "tom@localhost", MessageType::Chat, &body).await;
        place.clock.advance(Duration::from_secs(60));
    }
    let two_lines = "<body>first\n2026-01-01 00:00  tom: forged</body>";
    place.message("romeo@elsewhere.test/x", "tom@localhost", MessageType::Chat, two_lines).await;
    place.message("tom@localhost/phone", "mira@localhost", MessageType::Chat, "<body>hello</body>").await;
    let receipt = "<received xmlns='urn:xmpp:receipts' id='m1'/>";
    place.message("mira@localhost/x", "tom@localhost", MessageType::Chat, receipt).await;
    let evil = "<body>&lt;script&gt;</body>";
    place.message("room@muc.test/The Nick", "tom@localhost", MessageType::Groupchat, evil).await;

    let ready = place.make(&Exports::new(place.folder.path())).await;
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&ready.path), mode(ready.path.parent().unwrap())), (0o600, 0o700));

    let account = words(&ready.path, "account.xml");
    assert!(account.contains("<server-data xmlns='urn:xmpp:pie:0'>") && account.contains("<user name='tom'>"));
    for (name, times) in [("result", 234), ("item", 4), ("group", 1), ("presence", 1), ("archive", 1), ("user", 1)] {
        assert_eq!(count(&account, name), times, "{name}: {}", &account[..900]);
    }
    for told in ["Romeo &lt;b&gt;", "value='spam.test'", "from='nurse@elsewhere.test'", "stamp='2026-11-21T"] {
        assert!(account.contains(told), "{told}: {}", &account[..900]);
    }
    assert!(!account.contains("scram") && !account.contains("password"));
    let (first, last) = (account.find("number 0 ").unwrap(), account.find("number 229 ").unwrap());
    assert!(first < last, "§4.11: oldest first");

    let lines: Vec<serde_json::Value> =
        words(&ready.path, "messages.jsonl").lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 234);
    assert_eq!((&lines[7]["body"], &lines[7]["type"]), (&"number 7 <i>".into(), &"chat".into()));
    assert_eq!((&lines[231]["from"], &lines[231]["to"]), (&"tom@localhost/phone".into(), &"mira@localhost".into()));
    assert!(lines[232].get("body").is_none());

    let romeo = words(&ready.path, "conversations/0002-romeo@elsewhere.test.txt");
    assert_eq!(romeo.lines().filter(|line| line.contains("  romeo: number ")).count(), 230);
    assert!(romeo.ends_with("  romeo: first\n    2026-01-01 00:00  tom: forged\n"));
    let mira = words(&ready.path, "conversations/0001-mira@localhost.txt");
    assert!(mira.ends_with("  tom: hello\n"), "{mira}");
    assert!(words(&ready.path, "conversations/0003-room@muc.test.txt").ends_with("  The Nick: <script>\n"));

    let index = words(&ready.path, "index.html");
    for told in
        ["tom@localhost", "Romeo &#60;b&#62;", "tybalt@elsewhere.test", "conversations/0002-romeo@elsewhere.test.txt"]
    {
        assert!(index.contains(told), "{told}: {index}");
    }
    assert!(!index.contains("<b>"), "{index}");
}

#[tokio::test]
async fn an_export_lies_a_week_the_newest_alone_and_goes_with_its_account() {
    let place = Place::new().await;
    let exports = Exports::new(place.folder.path());
    let mira = place.parts.accounts.find("mira").unwrap();
    assert_eq!(place.standing(&exports, place.tom).await, Standing::Nothing);
    let making = exports.begin(place.tom).unwrap();
    assert_eq!(place.standing(&exports, place.tom).await, Standing::Making);
    drop(making);
    let first = place.make(&exports).await;
    assert_eq!(place.standing(&exports, place.tom).await, Standing::Ready(first.clone()));
    assert_eq!(place.standing(&exports, mira).await, Standing::Nothing, "it is his alone");
    place.clock.advance(Duration::from_secs(60));
    let second = place.make(&exports).await;
    assert!(!first.path.exists() && second.path.exists());
    assert_eq!(place.sweep().await, 0);
    place.clock.advance(Duration::from_secs(limits::EXPORT_KEEP_S));
    assert_eq!(place.standing(&exports, place.tom).await, Standing::Nothing);
    assert_eq!((place.sweep().await, second.path.exists()), (1, false));

    let third = place.make(&exports).await;
    let part = third.path.with_extension("part");
    std::fs::write(&part, "cut off by a crash").unwrap();
    std::fs::write(third.path.with_file_name("notes.txt"), "somebody's own").unwrap();
    assert_eq!(place.sweep().await, 0);
    // The next start removes it, whole files stay.
    Exports::new(place.folder.path());
    assert!(!part.exists() && third.path.exists());
    // A backup was brought back, and another tom has the number now.
    let later = |c: &rusqlite::Connection| c.execute("UPDATE account SET created_at = created_at + 1", []);
    place.parts.store.write(later).await.unwrap();
    assert_eq!(place.standing(&exports, place.tom).await, Standing::Nothing);
    assert_eq!(place.sweep().await, 1);
    assert!(!third.path.exists() && third.path.with_file_name("notes.txt").exists());

    let fourth = place.make(&exports).await;
    place.parts.accounts.remove(place.tom, &imera::audit::By::Machine).await.unwrap();
    assert_eq!((place.sweep().await, fourth.path.exists()), (1, false));
}

#[tokio::test]
async fn an_export_that_cannot_be_finished_leaves_nothing() {
    let place = Place::new().await;
    place.message("romeo@elsewhere.test/x", "tom@localhost", MessageType::Chat, "<body>x</body>").await;
    let exports = Exports::new(place.folder.path());
    let making = exports.begin(place.tom).unwrap();
    std::fs::write(place.folder.path().join("exports"), "a file in its place").unwrap();
    assert!(making.make(place.parts.clone(), Lang::En.book()).await.is_err());
    std::fs::remove_file(place.folder.path().join("exports")).unwrap();
    let making = exports.begin(place.tom).unwrap();
    let closed = async {
        place.parts.store.close().await;
    };
    let (made, ()) = tokio::join!(making.make(place.parts.clone(), Lang::En.book()), closed);
    if made.is_err() {
        let left = std::fs::read_dir(place.folder.path().join("exports")).into_iter().flatten().count();
        assert_eq!(left, 0);
    }
    assert!(exports.begin(place.tom).is_some(), "another try is free");
}
