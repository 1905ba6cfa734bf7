//! The control API: what the command line asks, and later the admin pages.
//!
//! Each question is one line in [`QUESTIONS`]. A running server answers on `control.sock` in its
//! data folder ([`socket`]); where none runs, the command line answers itself with the same
//! functions. Keeps no state.

mod accounts;
pub mod backups;
mod certificate;
pub(super) mod invites;
mod settings;
pub mod socket;
mod state;

use std::future::Future;
use std::pin::Pin;

use serde::Deserialize;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::sync::watch;

use super::failure::Failure;
use super::house::House;
use super::set_up;
use crate::certs::Serving;
use crate::certs::words;

/// One thing that can be asked.
pub struct Question {
    pub name: &'static str,
    answer: Answer,
}

type Answer = for<'a> fn(&'a House, Value, &'a Progress) -> Pin<Box<dyn Future<Output = Reply> + Send + 'a>>;
type Reply = Result<Value, Failure>;

/// All that can be asked, by name.
pub const QUESTIONS: &[Question] = &[
    Question { name: "account.add", answer: |house, with, _| Box::pin(accounts::add(house, with)) },
    Question { name: "account.add_batch", answer: |house, with, on| Box::pin(accounts::add_batch(house, with, on)) },
    Question { name: "account.list", answer: |house, _, _| Box::pin(accounts::list(house)) },
    Question { name: "account.remove", answer: |house, with, _| Box::pin(accounts::remove(house, with)) },
    Question { name: "account.reset", answer: |house, with, _| Box::pin(accounts::reset(house, with)) },
    Question { name: "backup.create", answer: |house, with, on| Box::pin(backups::create(house, with, on)) },
    Question { name: "backup.list", answer: |house, _, _| Box::pin(backups::list(house)) },
    Question { name: "backup.lock", answer: |house, with, _| Box::pin(backups::lock(house, with)) },
    Question { name: "backup.unlock", answer: |house, _, _| Box::pin(backups::unlock(house)) },
    Question { name: "backup.verify", answer: |house, with, on| Box::pin(backups::verify(house, with, on)) },
    Question { name: "certificate.names", answer: |house, with, _| Box::pin(certificate::names(house, with)) },
    Question { name: "check", answer: |house, with, on| Box::pin(state::check(house, with, on)) },
    Question { name: "invite.create", answer: |house, with, _| Box::pin(invites::create(house, with)) },
    Question { name: "invite.list", answer: |house, _, _| Box::pin(invites::list(house)) },
    Question { name: "invite.revoke", answer: |house, with, _| Box::pin(invites::revoke(house, with)) },
    Question { name: "restore", answer: |house, with, on| Box::pin(backups::restore(house, with, on)) },
    Question { name: "settings.get", answer: |house, with, _| Box::pin(settings::get(house, with)) },
    Question { name: "settings.list", answer: |house, _, _| Box::pin(settings::list(house)) },
    Question { name: "settings.set", answer: |house, with, _| Box::pin(settings::set(house, with)) },
    Question { name: "setup", answer: |house, with, _| Box::pin(setup(house, with)) },
    Question { name: "setup.code", answer: |house, _, _| Box::pin(setup_code(house)) },
    Question { name: "setup.restore", answer: |house, with, on| Box::pin(backups::set_up_from(house, with, on)) },
    Question { name: "setup.state", answer: |house, _, _| Box::pin(state::setup(house)) },
    Question { name: "status", answer: |house, _, _| Box::pin(state::status(house)) },
];

/// How far a long answer is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    pub what: String,
    pub done: u64,
    pub of: u64,
}

/// Where a long answer tells how far it is: only the newest step counts.
pub struct Progress(watch::Sender<Step>);

impl Progress {
    pub fn new() -> (Progress, watch::Receiver<Step>) {
        let (send, steps) = watch::channel(Step::default());
        (Progress(send), steps)
    }

    pub fn step(&self, what: &str, done: u64, of: u64) {
        self.0.send_replace(Step { what: what.to_owned(), done, of });
    }
}

/// Answers one question in this process.
pub async fn answer(house: &House, question: &str, with: Value, progress: &Progress) -> Reply {
    match QUESTIONS.iter().find(|known| known.name == question) {
        Some(known) => (known.answer)(house, with, progress).await,
        None => {
            let what = format!("the server does not know \"{question}\"");
            Err(Failure::new(what, "use the imera of the same version as the server"))
        }
    }
}

async fn setup(house: &House, with: Value) -> Reply {
    to_value(&set_up::set_up(house, read(with)?).await?)
}

/// A new set-up code, with the address that holds it.
async fn setup_code(house: &House) -> Reply {
    if let Some(domain) = house.settings.domain() {
        return Err(Failure::new(set_up::is_set_up(&domain), "no code is needed any more"));
    }
    let Some(site) = house.site.get() else {
        return Err(Failure::new("no server runs here", "start imera serve: it prints the address of the set-up"));
    };
    let code = site.new_code();
    let Some(address) = site.set_up_address() else {
        let what = "no door of the web is open";
        return Err(Failure::new(what, super::house::set_up_command(&house.config)));
    };
    let serving = site.serving();
    let words = serving.as_ref().and_then(Serving::words);
    let sha256 = serving.filter(|_| words.is_some()).map(|serving| words::hex(&serving.facts.sha256));
    let address = format!("{address}?code={code}");
    Ok(
        serde_json::json!({ "code": code, "address": address, "certificate_words": words, "certificate_sha256": sha256 }),
    )
}

/// What came with a question, as the type it should be.
fn read<T: DeserializeOwned>(with: Value) -> Result<T, Failure> {
    serde_json::from_value(with).map_err(|error| {
        let what = format!("the server does not understand the question ({error})");
        Failure::new(what, "use the imera of the same version as the server")
    })
}

fn to_value(value: &impl Serialize) -> Reply {
    serde_json::to_value(value).map_err(|error| Failure::new(format!("the answer is no JSON ({error})"), "report it"))
}

/// A date as all of `--json` gives it.
pub fn date(at: crate::clock::UtcMicros) -> Option<String> {
    let seconds = jiff::Timestamp::from_second(at.div_euclid(1_000_000)).ok()?;
    Some(seconds.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_are_sorted_and_asked_once() {
        assert!(QUESTIONS.windows(2).all(|two| two[0].name < two[1].name));
    }

    #[test]
    fn contract_times_are_rfc_3339_in_utc() {
        assert_eq!(date(1_795_000_000_999_999).as_deref(), Some("2026-11-18T11:06:40Z"));
        assert_eq!(date(i64::MIN), None);
    }
}
