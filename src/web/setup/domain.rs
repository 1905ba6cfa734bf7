//! What a place, its domain and its machine may be called: the same for the page and for `imera setup`. Keeps no state.

use super::draft::Kind;
use crate::config;
use crate::limits;
use crate::settings;
use crate::texts::Text;
use crate::texts::text;

/// Endings that work in one network only (RFC 6761, RFC 6762, RFC 8375).
const AT_HOME: [&str; 9] = ["local", "test", "internal", "lan", "home", "localhost", "invalid", "example", "onion"];

/// Endings of two words under which everybody registers: the best known.
const EVERYBODYS: &[&str] = &[
    "ac.uk", "co.uk", "gov.uk", "ltd.uk", "me.uk", "net.uk", "org.uk", "plc.uk", "com.au", "net.au", "org.au", "id.au",
    "co.nz", "net.nz", "org.nz", "co.za", "org.za", "co.jp", "ne.jp", "or.jp", "com.br", "net.br", "org.br", "com.ar",
    "com.mx", "com.co", "com.tr", "com.cn", "net.cn", "org.cn", "com.tw", "com.hk", "com.sg", "com.my", "co.in",
    "net.in", "org.in", "co.kr", "co.il", "org.il", "co.at", "or.at", "com.pl", "net.pl", "org.pl", "com.ua", "com.gr",
    "com.pt", "com.es", "nom.es", "co.id", "co.th", "com.ph", "com.vn", "com.eg", "co.ke", "com.ng",
];

/// Err: what the place cannot be called. Nothing at all is no mistake: see [`default_place`].
pub fn place(name: &str) -> Result<(), Text> {
    let signs = name.chars().count();
    match () {
        () if signs > limits::PLACE_NAME_MAX_SIGNS => Err(text("setup-name-long").with("count", signs)),
        () if name.chars().any(char::is_control) => Err(text("setup-name-sign")),
        () if !name.is_empty() && !settings::can_be_seen(name) => Err(text("setup-name-unseen")),
        () => Ok(()),
    }
}

/// Beach, of beach.example.
pub fn default_place(domain: &str) -> String {
    let first = domain.split('.').next().unwrap_or(domain);
    let mut signs = first.chars();
    let capital = signs.next().map(|sign| sign.to_uppercase().collect::<String>()).unwrap_or_default();
    (capital + signs.as_str()).chars().take(limits::PLACE_NAME_MAX_SIGNS).collect()
}

/// The domain in what was typed or pasted: without scheme, path, port, user and `www.`.
pub fn bare(typed: &str) -> &str {
    let typed = typed.trim();
    let typed = typed.split_once("://").map_or(typed, |(_, rest)| rest);
    let typed = typed.split(['/', '?', '#']).next().unwrap_or(typed);
    let typed = typed.rsplit_once('@').map_or(typed, |(_, rest)| rest);
    let numbers = |port: &str| !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
    let typed = match typed.rsplit_once(':') {
        Some((host, port)) if numbers(port) && !host.contains(':') => host,
        _ => typed,
    };
    let www = typed.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("www."));
    if www && typed[4..].contains('.') { &typed[4..] } else { typed }
}

/// Err: what is wrong with what was typed as the domain. Given back as addresses have it.
pub fn domain(typed: &str, kind: Kind) -> Result<String, Text> {
    let bare = bare(typed);
    let shown = || bare.chars().take(80).collect::<String>();
    if bare.is_empty() {
        return Err(text("setup-name-empty"));
    }
    let address = bare.trim_start_matches('[').trim_end_matches(']');
    if address.parse::<std::net::IpAddr>().is_ok() {
        return Err(text("setup-name-address"));
    }
    // The machine itself, for who tries it out.
    let is_localhost = kind == Kind::Home && bare.eq_ignore_ascii_case("localhost");
    if !bare.trim_end_matches('.').contains('.') && !is_localhost {
        return Err(text("setup-name-dot").with("domain", shown()));
    }
    let Some(domain) = config::domain_name(bare) else {
        let odd = bare.chars().find(|sign| !sign.is_alphanumeric() && !".-".contains(*sign));
        return Err(match odd {
            Some(sign) => text("setup-name-odd").with("sign", sign.to_string()),
            None => text("setup-name-broken").with("domain", shown()),
        });
    };
    if EVERYBODYS.contains(&domain.as_str()) {
        return Err(text("setup-name-everybody").with("domain", domain));
    }
    let ending = domain.rsplit('.').next().unwrap_or(&domain);
    // `example` is the one that papers use, and ours; nobody can own it either.
    let at_home = AT_HOME.contains(&ending) || domain.ends_with(".home.arpa");
    if at_home && kind != Kind::Home && ending != "example" {
        return Err(text("setup-name-home").with("ending", ending));
    }
    Ok(domain)
}

/// The machine's own name, beside a web site elsewhere.
pub fn machine(typed: &str, domain: &str) -> Result<String, Text> {
    let typed = bare(typed);
    let typed = if typed.is_empty() { format!("chat.{domain}") } else { typed.to_owned() };
    let outside = || text("setup-name-outside").with("domain", domain);
    let host = config::domain_name(&typed).ok_or_else(outside)?;
    if host == domain {
        return Err(text("setup-name-same").with("domain", domain));
    }
    match host.strip_suffix(domain).is_some_and(|front| front.ends_with('.')) {
        true => Ok(host),
        false => Err(outside()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_domain_is_taken_out_of_what_was_pasted() {
        for typed in ["beach.example", " https://www.Beach.Example/x?y#z", "mira@beach.example", "beach.example:443"] {
            assert_eq!(domain(typed, Kind::Internet).as_deref(), Ok("beach.example"), "{typed}");
        }
        assert_eq!(domain("xn--bcher-kva.example", Kind::Internet).as_deref(), Ok("bücher.example"));
        assert_eq!(domain("beach.internal", Kind::Home).as_deref(), Ok("beach.internal"));
        assert_eq!(bare("www.de"), "www.de");
        assert_eq!(domain("localhost", Kind::Home).as_deref(), Ok("localhost"));
    }

    #[test]
    fn what_cannot_be_a_domain_is_told() {
        for (typed, error) in [
            (" ", text("setup-name-empty")),
            ("beach", text("setup-name-dot").with("domain", "beach")),
            ("localhost", text("setup-name-dot").with("domain", "localhost")),
            ("192.0.2.7", text("setup-name-address")),
            ("http://[2001:db8::7]/", text("setup-name-address")),
            ("beach.local", text("setup-name-home").with("ending", "local")),
            ("my_place.example", text("setup-name-odd").with("sign", "_")),
            ("co.uk", text("setup-name-everybody").with("domain", "co.uk")),
            ("-a.example", text("setup-name-broken").with("domain", "-a.example")),
        ] {
            assert_eq!(domain(typed, Kind::Internet), Err(error), "{typed}");
        }
    }

    #[test]
    fn the_machine_has_a_name_under_the_domain() {
        assert_eq!(machine("", "a.example").as_deref(), Ok("chat.a.example"));
        assert_eq!(machine("X.a.example", "a.example").as_deref(), Ok("x.a.example"));
        assert_eq!(machine("a.example", "a.example"), Err(text("setup-name-same").with("domain", "a.example")));
        for other in ["xa.example", "b.test", "_"] {
            assert_eq!(machine(other, "a.example"), Err(text("setup-name-outside").with("domain", "a.example")));
        }
        assert_eq!(default_place("beach.example"), "Beach");
    }
}
