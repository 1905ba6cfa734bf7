//! The steps by which an actor expects something: `receives`, `may receive`, `does not receive`.

use std::time::Duration;

use super::actor::{PATIENCE, SM, stanza_error};
use super::pattern::{Pattern, value};
use super::sasl::unbase64;
use super::script::Step;
use super::stage::Stage;
use super::xml::Element;

/// How long silence must last when no round trip can prove it: a stream that is not bound.
const SILENCE: Duration = Duration::from_millis(150);

impl Stage {
    pub async fn receives(&mut self, name: &str, what: &str, step: &Step) -> Result<(), String> {
        match what {
            "nothing" => self.receives_nothing(name).await,
            _ if what.starts_with("challenge ") => {
                let element = self.next(name, false).await?;
                let challenge =
                    String::from_utf8(unbase64(&element.text())?).map_err(|_| "a challenge not of UTF-8")?;
                let (field, wanted) = what["challenge ".len()..].split_once('=').unwrap_or_default();
                let found = challenge.split(',').find_map(|part| part.strip_prefix(field)?.strip_prefix('='));
                let found = found.ok_or_else(|| format!("no {field}= in {challenge}"))?;
                value(wanted, found, &mut self.vars)
            }
            "in any order" => self.receives_in_any_order(name, &step.block).await,
            _ if what.starts_with("error ") => {
                let element = self.next(name, false).await?;
                check_error(&what["error ".len()..], &element)
            }
            _ => {
                let whole = step.whole();
                let text = whole.split_once(" receives").map_or("", |(_, text)| text.trim());
                let pattern = Pattern::parse(text)?;
                let wants_request = text.starts_with("<r ") || text.starts_with("<r/");
                let element = self.next(name, wants_request).await?;
                pattern.matches(&element, &mut self.vars).map_err(|why| format!("{why}\n  received: {element}"))
            }
        }
    }

    /// The next element for `name`. When a round trip of everybody brings nothing either, a moment more.
    async fn next(&mut self, name: &str, with_requests: bool) -> Result<Element, String> {
        for attempt in 0..3 {
            let actor = self.actor(name)?;
            actor.pump()?;
            if !with_requests {
                actor.queue.retain(|element| !element.is(SM, "r"));
            }
            if let Some(element) = actor.queue.pop_front() {
                return Ok(element);
            }
            match attempt {
                0 => {
                    actor.wait(Duration::from_millis(50)).await?;
                }
                1 => self.sync_all().await?,
                _ => {
                    actor.wait(PATIENCE / 5).await?;
                }
            }
        }
        let actor = self.actor(name)?;
        if let Some(element) = actor.queue.pop_front().filter(|element| with_requests || !element.is(SM, "r")) {
            return Ok(element);
        }
        let ended = actor.connection.as_ref().is_none_or(|connection| connection.ended);
        Err(if ended { "nothing comes: the stream is at its end" } else { "nothing comes" }.to_owned())
    }

    /// All that was sent has had its effect, as far as `name` can see.
    async fn settle(&mut self, name: &str) -> Result<(), String> {
        self.sync_all().await?;
        let actor = self.actor(name)?;
        if !actor.bound && actor.queue.is_empty() {
            actor.wait(SILENCE).await?;
        }
        Ok(())
    }

    /// `fails to log in [as NAME] N times`, on a new connection each time.
    pub async fn fails_to_log_in(&mut self, name: &str, how: &str) -> Result<(), String> {
        let words: Vec<&str> = how.split_whitespace().collect();
        let (account, times) = match words.as_slice() {
            ["to", "log", "in", times, "times"] => (self.actor(name)?.account.clone(), times),
            ["to", "log", "in", "as", account, times, "times"] => ((*account).to_owned(), times),
            _ => return Err("fails to log in [as NAME] N times".to_owned()),
        };
        for _ in 0..times.parse().map_err(|_| format!("{times} is no number"))? {
            let io = self.server.connect().await?;
            let actor = self.actor(name)?;
            actor.take(io);
            actor.open_stream().await?;
            actor.authenticate("PLAIN", &account, "wrong").await?;
            let answer = actor.next(PATIENCE).await?;
            if answer.name != "failure" {
                return Err(format!("received: {answer}"));
            }
        }
        Ok(())
    }

    /// Wrong passwords until the server has had enough; at most twenty.
    pub async fn tries_until_the_end(&mut self, name: &str) -> Result<(), String> {
        for _ in 0..20 {
            let actor = self.actor(name)?;
            let account = actor.account.clone();
            let tried = actor.authenticate("PLAIN", &account, "wrong").await;
            actor.pump()?;
            if tried.is_err()
                || actor.connection.as_ref().is_none_or(|connection| connection.closed || connection.ended)
            {
                return Ok(());
            }
        }
        Err("the server goes on after twenty failures".to_owned())
    }

    async fn receives_nothing(&mut self, name: &str) -> Result<(), String> {
        self.settle(name).await?;
        let actor = self.actor(name)?;
        actor.queue.retain(|element| !element.is(SM, "r"));
        match actor.queue.front() {
            None => Ok(()),
            Some(element) => Err(format!("received: {element}")),
        }
    }

    /// `may receive XML|error CONDITION`: takes it if it is next, else goes on.
    pub async fn may_receive(&mut self, name: &str, step: &Step) -> Result<(), String> {
        self.settle(name).await?;
        let whole = step.whole();
        let what = whole.split_once(" receive ").map_or("", |(_, what)| what.trim());
        let Some(element) = self.actor(name)?.queue.front().cloned() else { return Ok(()) };
        let fits = match what.strip_prefix("error ") {
            Some(error) => check_error(error, &element).is_ok(),
            None => Pattern::parse(what)?.matches(&element, &mut self.vars).is_ok(),
        };
        if fits {
            self.actor(name)?.queue.pop_front();
        }
        Ok(())
    }

    /// `receives also XML`: takes what fits, wherever it stands among what was received.
    pub async fn receives_also(&mut self, name: &str, step: &Step) -> Result<(), String> {
        self.sync_all().await?;
        let whole = step.whole();
        let pattern = Pattern::parse(whole.split_once(" also ").map_or("", |(_, what)| what.trim()))?;
        let mut whys = Vec::new();
        for index in 0..self.actor(name)?.queue.len() {
            let element = self.actor(name)?.queue[index].clone();
            match pattern.matches(&element, &mut self.vars) {
                Ok(()) => {
                    self.actor(name)?.queue.remove(index);
                    return Ok(());
                }
                Err(why) => whys.push(why),
            }
        }
        Err(format!("nothing fits: {}", whys.join("; ")))
    }

    /// `does not receive XML`: nothing received and not yet looked at fits.
    pub async fn does_not_receive(&mut self, name: &str, step: &Step) -> Result<(), String> {
        self.settle(name).await?;
        let whole = step.whole();
        let pattern = Pattern::parse(whole.split_once(" receive ").map_or("", |(_, what)| what.trim()))?;
        let vars = &self.vars.clone();
        let found = self.actor(name)?.queue.iter().find(|element| pattern.matches(element, &mut vars.clone()).is_ok());
        found.map_or(Ok(()), |element| Err(format!("received: {element}")))
    }

    async fn receives_in_any_order(&mut self, name: &str, block: &[String]) -> Result<(), String> {
        let mut wanted = Vec::new();
        for entry in block {
            wanted.push((entry.trim(), Pattern::parse(entry)?));
        }
        while !wanted.is_empty() {
            let missing = || wanted.iter().map(|(text, _)| *text).collect::<Vec<_>>().join("\n    ");
            let element = self.next(name, false).await.map_err(|why| format!("{why}, missing\n    {}", missing()))?;
            let fits = wanted.iter().position(|(_, pattern)| pattern.matches(&element, &mut self.vars).is_ok());
            match fits {
                Some(index) => drop(wanted.remove(index)),
                None => {
                    let whys: Vec<String> =
                        wanted.iter().filter_map(|(_, p)| p.matches(&element, &mut self.vars.clone()).err()).collect();
                    return Err(format!(
                        "received: {element}\n  wanted one of\n    {}\n  but: {}",
                        missing(),
                        whys.join("; ")
                    ));
                }
            }
        }
        Ok(())
    }
}

/// `[TYPE] CONDITION [for ID]`.
fn check_error(wanted: &str, element: &Element) -> Result<(), String> {
    let (wanted, id) = wanted.split_once(" for ").map_or((wanted, None), |(wanted, id)| (wanted, Some(id)));
    let Some((kind, condition)) = stanza_error(element) else { return Err(format!("received: {element}")) };
    let fits = match wanted.split_once(' ') {
        Some((wanted_kind, wanted_condition)) => wanted_kind == kind && wanted_condition == condition,
        None => wanted == condition,
    };
    if fits && id.is_none_or(|id| element.attr("id") == Some(id)) {
        return Ok(());
    }
    Err(format!("the error is {kind} {condition}\n  received: {element}"))
}
