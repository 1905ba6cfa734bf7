//! The steps that look into an archive (XEP-0313): `finds in archive`, `asks archive`, and `says`, which fills it.

use std::collections::VecDeque;

use super::actor::{PATIENCE, stanza_error};
use super::options::list;
use super::pattern::{Pattern, substitute};
use super::script::Step;
use super::stage::Stage;
use super::xml::{CLIENT, Element, escape};

const MAM: &str = "urn:xmpp:mam:2";
const RSM: &str = "http://jabber.org/protocol/rsm";
/// Bytes of what is said at length: 350 of them are more than a mailbox holds.
const LENGTH: usize = 12_000;

impl Stage {
    /// `says 1, 2, 3 to ADDRESS`: a chat message each, whose body is the word and whose id is `m` with the word;
    /// `says 1..350 at length to ADDRESS`: behind the word 12,000 bytes.
    pub async fn says(&mut self, name: &str, what: &str) -> Result<(), String> {
        let (words, to) = what.rsplit_once(" to ").ok_or("says WORDS to ADDRESS")?;
        let to = substitute(to, &self.vars);
        let (words, more) = match words.strip_suffix(" at length") {
            Some(words) => (words, format!(" {}", "A".repeat(LENGTH))),
            None => (words, String::new()),
        };
        for word in list(words)? {
            let message = format!("<message to='{to}' id='m{word}' type='chat'><body>{word}{more}</body></message>");
            self.actor(name)?.send(&message).await?;
        }
        self.sync_all().await
    }

    /// `hears 1..350`: the next messages have these bodies, each once and in order. Other stanzas stay.
    pub async fn hears(&mut self, name: &str, words: &str) -> Result<(), String> {
        let actor = self.actor(name)?;
        let mut others = VecDeque::new();
        for word in list(words)? {
            let element = loop {
                match actor.next(PATIENCE).await.map_err(|why| format!("«{word}» does not come: {why}"))? {
                    element if element.name == "message" => break element,
                    element => others.push_back(element),
                }
            };
            let body = element.child(CLIENT, "body").map(Element::text).unwrap_or_default();
            if body.split(' ').next() != Some(&word) {
                return Err(format!("«{word}» does not come\n  received: {element:.300}"));
            }
        }
        others.append(&mut actor.queue);
        actor.queue = others;
        Ok(())
    }

    /// `asks archive, max=2, before=, with=JID, start=TIME, ids=A|B, flip, of=ADDRESS, NAME=VALUE receives LIST [and more|
    /// and complete]`, or `receives error CONDITION`. LIST are the bodies, `nothing` if there are none. Captures `$first`
    /// and `$last` of the page, and `$id_BODY` of each message.
    pub async fn asks_archive(&mut self, name: &str, what: &str) -> Result<(), String> {
        let (options, wanted) = what.split_once(" receives ").ok_or("asks archive … receives …")?;
        let query = query(&substitute(options.trim_end_matches(','), &self.vars));
        self.sync_all().await?;
        let actor = self.actor(name)?;
        let kept = std::mem::take(&mut actor.queue);
        actor.send(&query).await?;
        let mut found = Vec::new();
        let fin = loop {
            let element = actor.next(PATIENCE).await?;
            if element.attr("id") == Some("ask-archive") {
                break element;
            }
            found.push(result(&element)?);
        };
        actor.queue = kept;
        if let Some(condition) = wanted.trim().strip_prefix("error ") {
            let error = stanza_error(&fin).map(|(_, condition)| condition);
            let fits = error.is_some_and(|error| condition == "…" || error == condition);
            return if fits { Ok(()) } else { Err(format!("received: {fin}")) };
        }
        self.check_page(&fin, &found, wanted.trim())
    }

    fn check_page(&mut self, answer: &Element, found: &[(String, String)], wanted: &str) -> Result<(), String> {
        let fin = answer.child(MAM, "fin").ok_or_else(|| format!("received: {answer}"))?;
        let (list, end) = match (wanted.strip_suffix(" and complete"), wanted.strip_suffix(" and more")) {
            (Some(list), _) => (list, Some(true)),
            (_, Some(list)) => (list, Some(false)),
            _ => (wanted, None),
        };
        let bodies: Vec<&str> = found.iter().map(|(_, body)| body.as_str()).collect();
        let wanted: Vec<&str> = if list == "nothing" { Vec::new() } else { list.split(',').map(str::trim).collect() };
        if bodies != wanted {
            return Err(format!("the page is {}", bodies.join(", ")));
        }
        let complete = matches!(fin.attr("complete"), Some("true" | "1"));
        if end.is_some_and(|wanted| wanted != complete) {
            return Err(format!("received: {fin}"));
        }
        let set = fin.child(RSM, "set").ok_or_else(|| format!("no set in {fin}"))?;
        for name in ["first", "last"] {
            let id = set.child(RSM, name).map(Element::text);
            let edges = [found.first(), found.last()].map(|edge| edge.map(|(id, _)| id.clone()));
            if !edges.contains(&id) {
                return Err(format!("{name} is of no message at an edge: {fin}"));
            }
            self.vars.insert(name.to_owned(), id.unwrap_or_default());
        }
        for (id, body) in found {
            self.vars.insert(format!("id_{body}"), id.clone());
        }
        Ok(())
    }

    /// `finds in archive [with JID]:` and the messages, oldest first; `finds in archive nothing`.
    pub async fn finds_in_archive(&mut self, name: &str, what: &str, step: &Step) -> Result<(), String> {
        let with = what.split_once(" with ").map(|(_, jid)| substitute(jid.trim(), &self.vars));
        let field = with.map(|jid| format!("<field var='with'><value>{jid}</value></field>")).unwrap_or_default();
        self.sync_all().await?;
        let actor = self.actor(name)?;
        let kept = std::mem::take(&mut actor.queue);
        actor
            .send(&format!(
                "<iq type='set' id='find-in-archive'><query xmlns='urn:xmpp:mam:2'><x xmlns='jabber:x:data' type='submit'>\
                 <field var='FORM_TYPE' type='hidden'><value>urn:xmpp:mam:2</value></field>{field}</x></query></iq>"
            ))
            .await?;
        let mut found = Vec::new();
        loop {
            let element = actor.next(PATIENCE).await?;
            match element.attr("id") {
                Some("find-in-archive") if element.attr("type") == Some("result") => break,
                Some("find-in-archive") => return Err(format!("the archive answers {element}")),
                _ => found.extend(forwarded(&element)),
            }
        }
        actor.queue = kept;
        let wanted = if what.ends_with("nothing") { &[][..] } else { &step.block[..] };
        for (index, entry) in wanted.iter().enumerate() {
            let Some(element) = found.get(index) else { return Err(format!("the archive lacks {}", entry.trim())) };
            let matched = Pattern::parse(entry)?.matches(element, &mut self.vars);
            matched.map_err(|why| format!("{why}\n  in the archive: {element}"))?;
        }
        found.get(wanted.len()).map_or(Ok(()), |extra| Err(format!("the archive also holds {extra}")))
    }
}

/// The stanza in a XEP-0313 result.
fn forwarded(message: &Element) -> Option<Element> {
    let result = message.elements().find(|child| child.is("urn:xmpp:mam:2", "result"))?;
    let forwarded = result.child("urn:xmpp:forward:0", "forwarded")?;
    forwarded.child(CLIENT, "message").cloned()
}

/// The archive's id and the body of a result message.
fn result(message: &Element) -> Result<(String, String), String> {
    let result = message.elements().find(|child| child.is(MAM, "result"));
    let inner = forwarded(message).ok_or_else(|| format!("no result: {message}"))?;
    let id = result.and_then(|result| result.attr("id")).ok_or_else(|| format!("a result without id: {message}"))?;
    Ok((id.to_owned(), inner.child(CLIENT, "body").map(Element::text).unwrap_or_default()))
}

fn query(options: &str) -> String {
    let (mut to, mut fields, mut set, mut flip) = (String::new(), String::new(), String::new(), "");
    for option in options.split(',').map(str::trim).filter(|option| !option.is_empty()) {
        let (name, value) = option.split_once('=').unwrap_or((option, ""));
        let value = escape(value);
        match name {
            "flip" => flip = "<flip-page/>",
            "of" => to = format!(" to='{value}'"),
            "max" | "after" | "before" | "index" => set += &format!("<{name}>{value}</{name}>"),
            _ => {
                let values: String = value.split('|').map(|value| format!("<value>{value}</value>")).collect();
                fields += &format!("<field var='{name}'>{values}</field>");
            }
        }
    }
    if !set.is_empty() {
        set = format!("<set xmlns='{RSM}'>{set}</set>");
    }
    format!(
        "<iq type='set' id='ask-archive'{to}><query xmlns='{MAM}'><x xmlns='jabber:x:data' type='submit'>\
         <field var='FORM_TYPE' type='hidden'><value>{MAM}</value></field>{fields}</x>{set}{flip}</query></iq>"
    )
}
