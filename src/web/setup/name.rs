//! `/setup/name`: what the place is called, and its domain. Keeps no state.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::draft::Kind;
use super::draft::Name;
use super::enter;
use super::steps;
use super::steps::StepFrame;
use crate::config;
use crate::limits;
use crate::settings;
use crate::texts::Text;
use crate::texts::text;
use crate::web::Inner;
use crate::web::ask::Asked;
use crate::web::form::Form;
use crate::web::frame::Errors;
use crate::web::frame::Frame;
use crate::web::frame::page;

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

#[derive(Template)]
#[template(path = "setup/name.html")]
struct Page {
    f: Frame,
    s: StepFrame,
    kind: Kind,
    place: String,
    domain: String,
    host: String,
}

pub(super) async fn show(State(site): State<Arc<Inner>>, asked: Asked) -> Response {
    let entered = match enter(&site, &asked, &steps::NAME).await {
        Ok(entered) => entered,
        Err(reply) => return reply,
    };
    let kind = entered.draft.kind.unwrap_or(Kind::Internet);
    let (f, s) = steps::frame(&site, &asked, &entered, Errors::default());
    let (place, domain, host) = match entered.draft.name {
        Some(name) => (name.place, name.domain, name.host.unwrap_or_default()),
        None => Default::default(),
    };
    page(StatusCode::OK, &Page { f, s, kind, place, domain, host })
}

pub(super) async fn send(State(site): State<Arc<Inner>>, asked: Asked, fields: Form) -> Response {
    let mut entered = match enter(&site, &asked, &steps::NAME).await {
        Ok(entered) => entered,
        Err(reply) => return reply,
    };
    let kind = entered.draft.kind.unwrap_or(Kind::Internet);
    let (place, typed, host) = (fields.text("name"), fields.text("domain"), fields.text("host"));
    let mut errors = Errors::default();
    if place.chars().count() > limits::PLACE_NAME_MAX_SIGNS {
        errors.add("name", text("setup-name-long").with("count", place.chars().count()));
    } else if place.chars().any(char::is_control) {
        errors.add("name", text("setup-name-sign"));
    } else if !place.is_empty() && !settings::can_be_seen(place) {
        errors.add("name", text("setup-name-unseen"));
    }
    let domain = domain(typed, kind).unwrap_or_else(|error| {
        errors.add("domain", error);
        String::new()
    });
    let machine = match kind {
        Kind::WebElsewhere if !domain.is_empty() => machine(host, &domain).unwrap_or_else(|error| {
            errors.add("host", error);
            None
        }),
        _ => None,
    };
    if !errors.is_empty() {
        let (f, s) = steps::frame(&site, &asked, &entered, errors);
        let shown = |text: &str| text.chars().take(300).collect();
        let (place, domain, host) = (shown(place), shown(typed), shown(host));
        return page(StatusCode::UNPROCESSABLE_ENTITY, &Page { f, s, kind, place, domain, host });
    }
    let place = if place.is_empty() { default_place(&domain) } else { place.to_owned() };
    let note = (!typed.eq_ignore_ascii_case(&domain) && bare(typed) != typed).then_some("domain");
    entered.draft.name = Some(Name { place, domain, host: machine, kind });
    entered.keep(&site, &asked, note).await
}

/// Beach, of beach.example.
fn default_place(domain: &str) -> String {
    let first = domain.split('.').next().unwrap_or(domain);
    let mut signs = first.chars();
    let capital = signs.next().map(|sign| sign.to_uppercase().collect::<String>()).unwrap_or_default();
    (capital + signs.as_str()).chars().take(limits::PLACE_NAME_MAX_SIGNS).collect()
}

/// The domain in what was typed or pasted: without scheme, path, port, user and `www.`.
fn bare(typed: &str) -> &str {
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

fn domain(typed: &str, kind: Kind) -> Result<String, Text> {
    let bare = bare(typed);
    let shown = || bare.chars().take(80).collect::<String>();
    if bare.is_empty() {
        return Err(text("setup-name-empty"));
    }
    let address = bare.trim_start_matches('[').trim_end_matches(']');
    if address.parse::<std::net::IpAddr>().is_ok() {
        return Err(text("setup-name-address"));
    }
    if !bare.trim_end_matches('.').contains('.') {
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
fn machine(typed: &str, domain: &str) -> Result<Option<String>, Text> {
    let typed = bare(typed);
    let typed = if typed.is_empty() { format!("chat.{domain}") } else { typed.to_owned() };
    let outside = || text("setup-name-outside").with("domain", domain);
    let host = config::domain_name(&typed).ok_or_else(outside)?;
    if host == domain {
        return Err(text("setup-name-same").with("domain", domain));
    }
    match host.strip_suffix(domain).is_some_and(|front| front.ends_with('.')) {
        true => Ok(Some(host)),
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
    }

    #[test]
    fn what_cannot_be_a_domain_is_told() {
        for (typed, error) in [
            (" ", text("setup-name-empty")),
            ("beach", text("setup-name-dot").with("domain", "beach")),
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
        assert_eq!(machine("", "a.example").unwrap().as_deref(), Some("chat.a.example"));
        assert_eq!(machine("X.a.example", "a.example").unwrap().as_deref(), Some("x.a.example"));
        assert_eq!(machine("a.example", "a.example"), Err(text("setup-name-same").with("domain", "a.example")));
        for other in ["xa.example", "b.test", "_"] {
            assert_eq!(machine(other, "a.example"), Err(text("setup-name-outside").with("domain", "a.example")));
        }
        assert_eq!(default_place("beach.example"), "Beach");
    }
}
