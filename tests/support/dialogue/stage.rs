//! Plays a dialogue: gives each line its meaning, keeps the actors, the captured values and the transcript.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::time::Duration;

use super::actor::{Actor, DOMAIN, PASSWORD, PATIENCE, SM, Transcript};
use super::options::{Login, duration, list};
use super::pattern::{Vars, substitute};
use super::sasl::base64;
use super::script::{Dialogue, Step};
use super::server::{Server, Setup};
use super::xml::{Element, STREAM};

pub struct Stage {
    pub server: Server,
    pub actors: BTreeMap<String, Actor>,
    pub vars: Vars,
    transcript: Transcript,
}

/// Why a dialogue failed: the line, the reason, what was said.
pub struct Failure {
    pub line: usize,
    pub step: String,
    pub why: String,
    pub transcript: Vec<String>,
}

/// Plays it on a server of its own.
pub async fn play(dialogue: &Dialogue) -> Result<(), Failure> {
    let transcript: Transcript = Rc::new(RefCell::new(Vec::new()));
    let fail = |step: &Step, why: String| Failure {
        line: step.line,
        step: step.text.clone(),
        why,
        transcript: transcript.borrow().clone(),
    };
    let setup = setup(dialogue);
    let server = Server::start(&setup).await.map_err(|why| fail(&dialogue.steps[0], why))?;
    let mut stage = Stage { server, actors: BTreeMap::new(), vars: Vars::new(), transcript: Rc::clone(&transcript) };
    let mut result = Ok(());
    for step in &dialogue.steps {
        if let Err(why) = stage.step(step).await {
            result = Err(fail(step, why));
            break;
        }
    }
    stage.server.stop().await;
    result
}

/// What must be there before the first step: settings, and accounts of all who log in.
fn setup(dialogue: &Dialogue) -> Setup {
    let mut setup = Setup { accounts: BTreeSet::new(), settings: Vec::new() };
    for step in &dialogue.steps {
        let words: Vec<&str> = step.text.split_whitespace().collect();
        match words.as_slice() {
            ["server", "setting", setting] => {
                let (key, value) = setting.split_once('=').unwrap_or((setting, ""));
                setup.settings.push((key.to_owned(), value.to_owned()));
            }
            [one, "and", two, "are", "contacts"] | [one, "is", "subscribed", "to", two] => {
                setup.accounts.extend([account(one), account(two)]);
            }
            ["invitation", "by", name, ..] => {
                setup.accounts.insert(account(name.trim_end_matches(',')));
            }
            ["account", name, "exists"] | ["device", "password" | "link", "of", name, "is", _] => {
                setup.accounts.insert(account(name));
            }
            [name, verb, ..]
                if matches!(
                    verb.trim_end_matches(','),
                    "connects" | "authenticates" | "resumes" | "tries" | "fails"
                ) && !step.text.contains(" as ") =>
            {
                setup.accounts.insert(account(name));
            }
            _ => {}
        }
    }
    setup
}

/// `romeo/1..32`: one after the other.
fn everybody(names: &str) -> Result<Vec<String>, String> {
    match names.split_once('/').filter(|(_, resources)| resources.contains("..")) {
        Some((account, resources)) => Ok(list(resources)?.iter().map(|one| format!("{account}/{one}")).collect()),
        None => Ok(vec![names.to_owned()]),
    }
}

fn account(actor: &str) -> String {
    actor.split('/').next().unwrap_or(actor).to_owned()
}

impl Stage {
    async fn step(&mut self, step: &Step) -> Result<(), String> {
        let text = step.text.trim_end_matches(':');
        let words: Vec<&str> = text.split_whitespace().collect();
        match words.as_slice() {
            ["server", "setting", _] | ["account", _, "exists"] => Ok(()),
            ["owner", "says", "yes"] => self.server.approve().await,
            ["invitation", "by", .., "is", var] if var.starts_with('$') => {
                let words = text.trim_start_matches("invitation by ").trim_end_matches(var);
                let token = self.server.invite(words.trim_end().trim_end_matches(" is")).await?;
                self.vars.insert(var.trim_start_matches('$').to_owned(), token);
                Ok(())
            }
            ["device", what @ ("password" | "link"), "of", name, "is", var] => {
                let secret = self.server.device_secret(name, *what == "link").await?;
                self.vars.insert(var.trim_start_matches('$').to_owned(), secret);
                Ok(())
            }
            ["devices", "of", name, "are", "revoked"] => self.server.revoke_devices(name).await,
            ["server", "restarts"] => self.restart(true).await,
            ["server", "is", "killed"] => self.restart(false).await,
            ["disk", "is", "full"] => self.server.fill_disk(true).await,
            ["disk", "has", "space"] => self.server.fill_disk(false).await,
            ["clock", "goes", "back", rest @ ..] => self.server.set_back(duration(&rest.join(" "))?),
            ["clock", "advances", rest @ .., "in", "silence"] => self.advance(duration(&rest.join(" "))?, true).await,
            ["clock", "advances", rest @ ..] => self.advance(duration(&rest.join(" "))?, false).await,
            ["everyone", "catches", "up"] => {
                self.sync_all().await?;
                self.actors.values_mut().for_each(|actor| actor.queue.clear());
                Ok(())
            }
            [one, "and", two, "are", "contacts"] => {
                self.subscribe(one, two).await?;
                self.subscribe(two, one).await
            }
            [one, "is", "subscribed", "to", two] => self.subscribe(one, two).await,
            ["stream", "of", name, "is", "cut"] => self.ends(name, false, None, true).await,
            ["stream", "of", name, "ends"] => self.ends(name, false, None, false).await,
            ["stream", "of", name, "ends", "with", "an", "error"] => self.ends(name, false, Some("…"), false).await,
            ["stream", "of", name, "ends", "with", condition] => self.ends(name, false, Some(condition), false).await,
            ["stream", "of", name, "is", "in", lang] => self.speaks(name, lang),
            ["old", "stream", "of", name, "ends", "with", condition] => {
                self.ends(name, true, Some(condition), false).await
            }
            ["old", "stream", "of", name, "ends"] => self.ends(name, true, None, false).await,
            [names, _, ..] => {
                let verb = text[names.len()..].trim_start();
                for name in everybody(names)? {
                    self.act(&name, verb, step).await?;
                }
                Ok(())
            }
            _ => Err("no such step".to_owned()),
        }
    }

    async fn act(&mut self, name: &str, verb: &str, step: &Step) -> Result<(), String> {
        let (first, rest) = verb.split_once(' ').unwrap_or((verb, ""));
        match (first.trim_end_matches(','), rest) {
            ("connects", options) => self.connect(name, &Login::parse(&substitute(options, &self.vars))?).await,
            ("opens", _) => self.open(name).await,
            ("reads", lang) => {
                self.actor(name)?.lang = Some(lang.to_owned());
                Ok(())
            }
            ("begins", raw) => {
                let io = self.server.connect().await?;
                let actor = self.actor(name)?;
                actor.take(io);
                actor.send(&unquote(raw.trim_start_matches("raw "))).await
            }
            ("is", "left open") => {
                let actor = self.actor(name)?;
                actor.old = actor.connection.take();
                Ok(())
            }
            ("fails", how) => self.fails_to_log_in(name, how).await,
            ("tries", _) => self.tries_until_the_end(name).await,
            ("authenticates", options) => {
                let login = Login::parse(&substitute(options, &self.vars))?;
                let account = login.account.clone().unwrap_or_else(|| account(name));
                let password = login.password.clone().unwrap_or_else(|| PASSWORD.to_owned());
                self.actor(name)?.authenticate(&login.mechanism, &account, &password).await
            }
            ("binds", _) => self.actor(name)?.bind().await,
            ("enables", options) => self.actor(name)?.enable(options.contains("resumption")).await,
            ("sends", _) => {
                let whole = step.whole();
                let text = substitute(whole.split_once(" sends").map_or("", |(_, text)| text.trim()), &self.vars);
                let actor = self.actor(name)?;
                match text.split_once(' ').unwrap_or((&text, "")) {
                    ("raw", raw) => actor.send(&unquote(raw)).await,
                    ("a" | "an", sized) => {
                        // The server may have had enough before the end.
                        let _ = actor.send(&enlarged(sized, &account(name))?).await;
                        Ok(())
                    }
                    _ => actor.send(&text).await,
                }
            }
            ("receives", what) if what.starts_with("also ") => self.receives_also(name, step).await,
            ("receives", what) => self.receives(name, what.trim_end_matches(':'), step).await,
            ("may", _) => self.may_receive(name, step).await,
            ("does", _) => self.does_not_receive(name, step).await,
            ("finds", what) => self.finds_in_archive(name, what.trim_end_matches(':'), step).await,
            ("drops", _) => {
                self.actor(name)?.drop_connection();
                self.sync_all().await
            }
            ("closes", _) => {
                self.actor(name)?.send("</stream:stream>").await?;
                self.ends(name, false, None, false).await
            }
            ("resumes", options) => self.resume(name, options).await,
            ("asks", options) if options.starts_with("archive") => {
                let whole = step.whole();
                self.asks_archive(name, whole.split_once(" archive").map_or("", |(_, rest)| rest)).await
            }
            ("says", what) => self.says(name, what).await,
            ("hears", what) => self.hears(name, what).await,
            ("asks", options) if options.starts_with("to resume") => self.ask_to_resume(name, options).await,
            _ => Err(format!("no such step: «{first}»")),
        }
    }

    pub fn actor(&mut self, name: &str) -> Result<&mut Actor, String> {
        if !name.chars().all(|c| c.is_alphanumeric() || "/-_.".contains(c)) {
            return Err(format!("«{name}» is no actor"));
        }
        let transcript = &self.transcript;
        Ok(self.actors.entry(name.to_owned()).or_insert_with(|| Actor::new(name, transcript)))
    }

    /// The language of the server's last header.
    fn speaks(&mut self, name: &str, lang: &str) -> Result<(), String> {
        let header = self.actor(name)?.connection.as_ref().and_then(|connection| connection.header.as_ref());
        match header.and_then(|header| header.attr("xml:lang")) {
            Some(said) if said == lang => Ok(()),
            other => Err(format!("the stream of {name} is in {}, not {lang}", other.unwrap_or("no language"))),
        }
    }

    async fn open(&mut self, name: &str) -> Result<(), String> {
        let io = self.server.connect().await?;
        let actor = self.actor(name)?;
        actor.take(io);
        actor.open_stream().await
    }

    async fn connect(&mut self, name: &str, login: &Login) -> Result<(), String> {
        let io = self.server.connect().await?;
        let spoken = self.transcript.borrow().len();
        let actor = self.actor(name)?;
        actor.take(io);
        actor.log_in(&login.mechanism, login.password.as_deref().unwrap_or(PASSWORD)).await?;
        actor.bind().await?;
        self.transcript.borrow_mut().truncate(spoken);
        let actor = self.actor(name)?;
        actor.note("→", "(logs in)");
        if let Some(resumable) = login.stream_management {
            actor.enable(resumable).await?;
        }
        for ask in login.questions() {
            actor.send(&ask).await?;
            let answer = actor.next(PATIENCE).await?;
            if answer.name != "iq" || answer.attr("type") != Some("result") {
                return Err(format!("{name} asks {ask} and receives {answer}"));
            }
        }
        if let Some(presence) = login.presence() {
            actor.send(&presence).await?;
            actor.sync().await?;
            actor.queue.retain(|element| element.name != "presence");
        }
        Ok(())
    }

    /// `one` gets a subscription to `two`'s presence, by hidden clients of both.
    async fn subscribe(&mut self, one: &str, two: &str) -> Result<(), String> {
        let silent = Login::parse("without presence")?;
        let (hidden_one, hidden_two) = (format!("{one}/hidden-{one}"), format!("{two}/hidden-{two}"));
        let quiet = self.transcript.borrow().len();
        self.connect(&hidden_one, &silent).await?;
        self.connect(&hidden_two, &silent).await?;
        self.actor(&hidden_one)?.send(&format!("<presence to='{two}@{DOMAIN}' type='subscribe'/>")).await?;
        self.actor(&hidden_one)?.sync().await?;
        self.actor(&hidden_two)?.send(&format!("<presence to='{one}@{DOMAIN}' type='subscribed'/>")).await?;
        self.actor(&hidden_two)?.sync().await?;
        for hidden in [hidden_one, hidden_two] {
            self.act(&hidden, "closes", &Step { line: 0, text: String::new(), block: Vec::new() }).await?;
            self.actors.remove(&hidden);
        }
        self.transcript.borrow_mut().truncate(quiet);
        self.sync_all().await
    }

    /// Two rounds: after the first all that was sent has been handled, after the second all has arrived.
    pub async fn sync_all(&mut self) -> Result<(), String> {
        for _ in 0..2 {
            for actor in self.actors.values_mut() {
                actor.sync().await?;
            }
        }
        Ok(())
    }

    /// In steps of a second where there are few, so that what happens one after the other does. Unless `in_silence`, the
    /// clients send white space meanwhile, as clients do.
    async fn advance(&mut self, by: Duration, in_silence: bool) -> Result<(), String> {
        self.sync_all().await?;
        let step = (by / 240).clamp(Duration::from_secs(1), Duration::from_secs(300));
        let mut left = by;
        while !left.is_zero() {
            for actor in self.actors.values_mut().filter(|actor| !in_silence && actor.bound) {
                let _ = actor.send_quietly(" ").await;
            }
            self.server.advance(step.min(left)).await?;
            left = left.saturating_sub(step);
        }
        if in_silence { Ok(()) } else { self.sync_all().await }
    }

    async fn restart(&mut self, in_good_order: bool) -> Result<(), String> {
        if in_good_order {
            self.sync_all().await?;
        }
        self.server.restart(in_good_order).await?;
        for actor in self.actors.values_mut() {
            while actor.wait(Duration::from_millis(20)).await? {}
            actor.bound = false;
        }
        Ok(())
    }

    async fn ends(&mut self, name: &str, old: bool, condition: Option<&str>, cut: bool) -> Result<(), String> {
        let actor = self.actor(name)?;
        // The old connection's remainder is read through the same eyes.
        let (kept, sm, bound) = (std::mem::take(&mut actor.queue), actor.sm.clone(), actor.bound);
        if old {
            std::mem::swap(&mut actor.connection, &mut actor.old);
            actor.sm = None;
        } else {
            actor.queue = kept.clone();
        }
        while actor.connection.as_ref().is_some_and(|connection| !connection.ended) {
            actor.pump()?;
            if actor.connection.as_ref().is_some_and(|connection| connection.closed) {
                let _ = actor.send_quietly("</stream:stream>").await;
            }
            if !actor.wait(PATIENCE / 2).await? && actor.connection.as_ref().is_some_and(|connection| !connection.ended)
            {
                return Err(format!("the stream of {name} goes on"));
            }
        }
        let closed = actor.connection.as_ref().is_some_and(|connection| connection.closed);
        let error = actor.queue.iter().find(|element| element.is(STREAM, "error")).cloned();
        actor.connection = None;
        if old {
            std::mem::swap(&mut actor.connection, &mut actor.old);
            (actor.queue, actor.sm, actor.bound) = (kept, sm, bound);
        } else {
            actor.bound = false;
            actor.queue.retain(|element| !element.is(STREAM, "error"));
        }
        check_end(name, closed != cut, condition, error.as_ref())
    }

    /// `resumes [with h=N]`: must succeed.
    async fn resume(&mut self, name: &str, options: &str) -> Result<(), String> {
        self.ask_to_resume(name, options).await?;
        let answer = self.actor(name)?.next(PATIENCE).await?;
        if answer.is(SM, "resumed") { Ok(()) } else { Err(format!("{name} resumes and receives {answer}")) }
    }

    /// `asks to resume [the stream of ACTOR] [with h=N]`: the answer is left to be received.
    async fn ask_to_resume(&mut self, name: &str, options: &str) -> Result<(), String> {
        let owner =
            options.split_once("stream of ").map_or(name, |(_, rest)| rest.split([' ', ',']).next().unwrap_or(name));
        let owner_sm = self.actor(owner)?.sm.clone().ok_or_else(|| format!("{owner} has no stream management"))?;
        let id = owner_sm.id.clone().ok_or_else(|| format!("the stream of {owner} has no id to resume it by"))?;
        let h = match options.split_once("h=") {
            Some((_, number)) => number.trim().parse().map_err(|_| format!("h={number} is no number"))?,
            None => owner_sm.received,
        };
        let io = self.server.connect().await?;
        let actor = self.actor(name)?;
        actor.pump()?;
        let old = actor.connection.take();
        actor.take(io);
        actor.sm = None;
        actor.log_in("PLAIN", PASSWORD).await?;
        actor.old = old;
        actor.sm = Some(owner_sm);
        actor.ask_to_resume(&id, h).await
    }
}

fn check_end(name: &str, as_told: bool, condition: Option<&str>, error: Option<&Element>) -> Result<(), String> {
    if !as_told {
        return Err(format!("the stream of {name} ended otherwise: with or without </stream:stream>"));
    }
    let found = error.and_then(|error| error.elements().find(|child| child.name != "text"));
    match (condition, found) {
        (None, None) => Ok(()),
        (Some(condition), Some(found)) if found.name == condition || condition == "…" => Ok(()),
        (_, found) => {
            let found = found.map_or("no error".to_owned(), |found| found.name.clone());
            Err(format!("the stream of {name} ended with {found}"))
        }
    }
}

/// `long XML`: LONG in it becomes 2,000 bytes; `oversized` 12,000; `huge` 300,000; `log-in by PLAIN for AUTHZID`.
fn enlarged(text: &str, account: &str) -> Result<String, String> {
    let (size, xml) = text.split_once(' ').unwrap_or((text, ""));
    let bytes = match size {
        "long" => 2_000,
        "oversized" => 12_000,
        "huge" => 300_000,
        "log-in" => {
            let authzid = xml.trim_start_matches("by PLAIN for ");
            let plain = base64(format!("{authzid}\0{account}\0{PASSWORD}"));
            return Ok(format!("<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>{plain}</auth>"));
        }
        other => return Err(format!("«{other}» is no size")),
    };
    Ok(xml.replace("LONG", &"A".repeat(bytes)))
}

/// `\n` and `\0` in what is sent raw.
fn unquote(raw: &str) -> String {
    raw.replace("\\n", "\n").replace("\\0", "\0")
}
