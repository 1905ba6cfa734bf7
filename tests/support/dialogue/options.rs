//! The small print of a step: log-in options, durations, lists.

use std::time::Duration;

/// `connects, with roster, without presence, by SCRAM-SHA-256`.
pub struct Login {
    pub mechanism: String,
    pub password: Option<String>,
    /// Another account than the actor's name says.
    pub account: Option<String>,
    /// `Some(true)`: resumable.
    pub stream_management: Option<bool>,
    roster: bool,
    carbons: bool,
    block_list: bool,
    presence: bool,
    priority: Option<i8>,
}

impl Login {
    /// Options are separated by commas or "and".
    pub fn parse(options: &str) -> Result<Login, String> {
        let mut login = Login {
            mechanism: "PLAIN".to_owned(),
            password: None,
            account: None,
            stream_management: None,
            roster: false,
            carbons: false,
            block_list: false,
            presence: true,
            priority: None,
        };
        for option in options.split(',').flat_map(|part| part.split(" and ")).map(str::trim) {
            let words: Vec<&str> = option.split_whitespace().collect();
            match words.as_slice() {
                [] => {}
                ["with", "roster"] => login.roster = true,
                ["with", "carbons"] => login.carbons = true,
                ["with", "block", "list"] => login.block_list = true,
                ["without", "presence"] => login.presence = false,
                ["with", "stream", "management"] => login.stream_management = Some(false),
                ["with", "resumption"] => login.stream_management = Some(true),
                ["with", "priority", number] => {
                    login.priority = Some(number.parse().map_err(|_| format!("priority {number} is no number"))?);
                }
                ["by", mechanism] => login.mechanism = (*mechanism).to_owned(),
                ["with", "password", password] => login.password = Some((*password).to_owned()),
                ["as", account] => login.account = Some((*account).to_owned()),
                _ => return Err(format!("no such option: «{option}»")),
            }
        }
        Ok(login)
    }

    /// What is asked before presence, each answered by a result.
    pub fn questions(&self) -> Vec<String> {
        let all = [
            (self.roster, "<iq type='get' id='log-in-1'><query xmlns='jabber:iq:roster'/></iq>"),
            (self.carbons, "<iq type='set' id='log-in-2'><enable xmlns='urn:xmpp:carbons:2'/></iq>"),
            (self.block_list, "<iq type='get' id='log-in-3'><blocklist xmlns='urn:xmpp:blocking'/></iq>"),
        ];
        all.into_iter().filter(|(wanted, _)| *wanted).map(|(_, ask)| ask.to_owned()).collect()
    }

    pub fn presence(&self) -> Option<String> {
        match self.priority {
            _ if !self.presence => None,
            Some(priority) => Some(format!("<presence><priority>{priority}</priority></presence>")),
            None => Some("<presence/>".to_owned()),
        }
    }
}

/// `30 s`, `5 min`, `2 h`, `3 days`.
pub fn duration(text: &str) -> Result<Duration, String> {
    let (number, unit) = text.trim().split_once(' ').ok_or_else(|| format!("«{text}» is no duration"))?;
    let number: u64 = number.parse().map_err(|_| format!("«{number}» is no number"))?;
    let seconds = match unit {
        "s" => 1,
        "min" => 60,
        "h" => 3_600,
        "days" | "day" => 86_400,
        other => return Err(format!("«{other}» is no unit of time")),
    };
    Ok(Duration::from_secs(number * seconds))
}

/// `1, 2, x`, and `1..40` for all from 1 to 40.
pub fn list(text: &str) -> Result<Vec<String>, String> {
    let mut all = Vec::new();
    for word in text.split(',').map(str::trim) {
        match word.split_once("..") {
            None => all.push(word.to_owned()),
            Some((first, last)) => {
                let number = |text: &str| text.parse::<u32>().map_err(|_| format!("«{word}» is no list"));
                all.extend((number(first)?..=number(last)?).map(|number| number.to_string()));
            }
        }
    }
    Ok(all)
}
