//! The types that settings have, and their one way of writing. Keeps no state.

use crate::config;
use crate::limits;
use crate::texts::Lang;

/// What a setting holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A domain as in addresses.
    Domain,
    /// `on` or `off`.
    Switch,
    /// One line.
    Text {
        max_signs: usize,
    },
    Number {
        min: u32,
        max: u32,
    },
    /// `3:30`.
    TimeOfDay,
    /// One that the catalogue has: `en`.
    Language,
    /// Daily, weekly and monthly backups: `7,4,6`.
    Keep,
}

impl Kind {
    /// The value as it is stored; `None`: it is none of this kind.
    pub fn normal(self, value: &str) -> Option<String> {
        let value = value.trim();
        match self {
            Kind::Domain => config::domain_name(value),
            Kind::Switch => match value.to_ascii_lowercase().as_str() {
                "on" | "true" | "yes" | "1" => Some("on".to_owned()),
                "off" | "false" | "no" | "0" => Some("off".to_owned()),
                _ => None,
            },
            Kind::Language => {
                let offered = Lang::OFFERED.into_iter().map(|(lang, _)| lang.tag());
                offered.into_iter().find(|tag| tag.eq_ignore_ascii_case(value)).map(str::to_owned)
            }
            Kind::Text { max_signs } => {
                let fits = value.chars().count() <= max_signs && !value.chars().any(char::is_control);
                fits.then(|| value.to_owned())
            }
            Kind::Number { min, max } => {
                number(value, max).filter(|number| *number >= min).map(|number| number.to_string())
            }
            Kind::TimeOfDay => {
                let (hour, minute) = value.split_once(':')?;
                let (hour, minute) = (number(hour, 23)?, number(minute, 59)?);
                Some(format!("{hour}:{minute:02}"))
            }
            Kind::Keep => {
                let counts: Vec<u32> =
                    value.split(',').map(|count| number(count, limits::BACKUPS_KEPT_MAX)).collect::<Option<_>>()?;
                let all_zero = counts.iter().all(|count| *count == 0);
                let [days, weeks, months] = counts[..] else { return None };
                (!all_zero).then(|| format!("{days},{weeks},{months}"))
            }
        }
    }

    /// What a refused value should have been.
    pub fn wants(self) -> String {
        match self {
            Kind::Domain => "a domain such as beach.example".to_owned(),
            Kind::Switch => "on or off".to_owned(),
            Kind::Language => Lang::OFFERED.map(|(lang, _)| lang.tag()).join(" or "),
            Kind::Text { max_signs } => format!("one line of at most {max_signs} signs"),
            Kind::Number { min, max } => format!("a number from {min} to {max}"),
            Kind::TimeOfDay => "a time of day such as 3:30".to_owned(),
            Kind::Keep => {
                format!("days, weeks and months such as 7,4,6, each 0 to {}, not all 0", limits::BACKUPS_KEPT_MAX)
            }
        }
    }
}

fn number(text: &str, max: u32) -> Option<u32> {
    let text = text.trim();
    let digits = (1..=4).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|number| digits && *number <= max)
}
