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
    /// One line that people see: not of invisible signs alone.
    Name {
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
            Kind::Name { max_signs } => Kind::Text { max_signs }.normal(value).filter(|value| can_be_seen(value)),
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
            Kind::Name { max_signs } => format!("one line of at most {max_signs} signs that can be seen"),
            Kind::Number { min, max } => format!("a number from {min} to {max}"),
            Kind::TimeOfDay => "a time of day such as 3:30".to_owned(),
            Kind::Keep => {
                format!("days, weeks and months such as 7,4,6, each 0 to {}, not all 0", limits::BACKUPS_KEPT_MAX)
            }
        }
    }
}

/// Whether there is a sign that can be seen. Blanks, marks without a letter and what only steers other signs (UAX 44,
/// Default_Ignorable_Code_Point) cannot.
pub fn can_be_seen(text: &str) -> bool {
    text.chars().any(|sign| !sign.is_whitespace() && !sign.is_control() && !is_unseen(sign))
}

fn is_unseen(sign: char) -> bool {
    let ignorable = matches!(sign,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}'
        | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}');
    // An empty braille pattern, and what is private.
    let empty = matches!(sign, '\u{2800}' | '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..);
    let mark = matches!(sign,
        '\u{300}'..='\u{36f}' | '\u{483}'..='\u{489}' | '\u{591}'..='\u{5bd}' | '\u{64b}'..='\u{65f}'
        | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}' | '\u{20d0}'..='\u{20ff}' | '\u{3099}'..='\u{309a}'
        | '\u{fe20}'..='\u{fe2f}');
    ignorable || empty || mark
}

fn number(text: &str, max: u32) -> Option<u32> {
    let text = text.trim();
    let digits = (1..=4).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|number| digits && *number <= max)
}
