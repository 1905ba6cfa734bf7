//! The types that settings have, and their one way of writing. Keeps no state.

use std::net::IpAddr;
use std::net::SocketAddr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::config;
use crate::limits;
use crate::net::dns;
use crate::net::dns::servers;
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
    /// A name server: `192.0.2.53`, where another port is meant with it.
    Server,
    /// A name of DNS that need be nobody's domain: `_keys.imera`.
    DnsName,
    /// Base64 (RFC 4648 §4) of at most so many bytes.
    Base64 {
        max_bytes: usize,
    },
    /// One of these.
    Choice(&'static [&'static str]),
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
            Kind::Server => server(value).map(|server| server.to_string()),
            Kind::DnsName => {
                let name = dns::name(value).ok().filter(|name| name.to_ascii().len() <= limits::DNS_NAME_MAX_SIGNS + 1);
                name.map(|name| servers::plain(&name))
            }
            Kind::Base64 { max_bytes } => {
                let bytes = STANDARD.decode(value).ok()?;
                (!bytes.is_empty() && bytes.len() <= max_bytes).then(|| value.to_owned())
            }
            Kind::Choice(offered) => {
                offered.iter().find(|one| one.eq_ignore_ascii_case(value)).map(|one| (*one).to_owned())
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
            Kind::Server => "an address such as 192.0.2.53, or with a port 192.0.2.53:5353".to_owned(),
            Kind::DnsName => "a name of DNS such as proof.beach.example".to_owned(),
            Kind::Base64 { max_bytes } => format!("base64 of at most {max_bytes} bytes"),
            Kind::Choice(offered) => offered.join(" or "),
        }
    }
}

/// A name server's address, at port 53 unless it says another one.
pub fn server(value: &str) -> Option<SocketAddr> {
    let bare = || value.parse().ok().map(|ip: IpAddr| SocketAddr::new(ip.to_canonical(), 53));
    let server = value.parse().ok().or_else(bare)?;
    let nobody = server.port() == 0 || server.ip().is_unspecified() || server.ip().is_multicast();
    (!nobody).then_some(server)
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
