//! `imera setup records`: what to type at the domain's provider, and whether its name servers say it already.
//!
//! The same records, looks and sentences as on the page. Keeps no state.

use std::process::ExitCode;

use serde_json::Value;
use serde_json::json;

use super::Common;
use super::ask;
use super::terminal;
use crate::checks::dns;
use crate::clock::Clock;
use crate::config::Port;
use crate::net::dns::Resolver;
use crate::reach;
use crate::reach::Judged;
use crate::reach::Place;
use crate::reach::Presence;
use crate::reach::Report;
use crate::reach::State;
use crate::reach::authority;
use crate::reach::own;
use crate::reach::words;
use crate::reach::words::Told;
use crate::server::failure::Failure;
use crate::texts::Lang;
use crate::texts::Text;
use crate::texts::text;

/// Exit code 1 while one is missing without which nobody comes in.
pub async fn run(common: &Common, domain: Option<String>) -> Result<ExitCode, Failure> {
    let config = ask::config(common)?;
    let chat_port = match config.ports.c2s {
        Port::Number(port) if port != 0 => port,
        _ => 5222,
    };
    let place = place(common, domain, chat_port).await?;
    let (resolver, clock, ours) = (Resolver::new(config.resolver), Clock::system(), own::addresses());
    let authority = config.acme_directory.is_none().then_some(authority::USUAL);
    let report = match dns::nobodys_ending(&place, &resolver) {
        None => reach::look((&resolver, &clock), &place, &ours, authority).await,
        // Nobody can find what the internet gives to nobody.
        Some(_) => {
            let rows = reach::look::all(&place, &ours, &State::CouldNotLook);
            Report { at: clock.utc(), rows, troubles: Vec::new() }
        }
    };
    match common.json {
        true => terminal::json(&told(&report, &place)),
        false => show(&report, &place),
    }
    if !common.json && ours.v4 == own::Way::Unsure {
        terminal::line(&format!("{} {}", say(&text("record-changing-what")), say(&text("record-changing-do"))));
    }
    Ok(if report.is_enough() { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

async fn place(common: &Common, domain: Option<String>, chat_port: u16) -> Result<Place, Failure> {
    let odd = |domain: &str| {
        Failure::usage(format!("--domain is \"{domain}\""), "it has to be a domain such as beach.example")
    };
    let domain = match domain {
        Some(domain) => crate::config::domain_name(&domain).ok_or_else(|| odd(&domain))?,
        None => {
            let state = ask::ask(common, "setup.state", &json!({})).await?;
            let domain = state["domain"].as_str().map(str::to_owned);
            domain.ok_or_else(|| Failure::usage("imera is not set up yet", "name the domain with --domain"))?
        }
    };
    // The setting, if there is a database to read.
    let setting = ask::ask(common, "settings.get", &json!({ "key": "host" })).await.ok();
    let host = setting.as_ref().and_then(|setting| setting["value"].as_str());
    let proofs = ask::ask(common, "settings.get", &json!({ "key": "acme_dns_zone" })).await.ok();
    let proofs = proofs.and_then(|setting| setting["value"].as_str().map(str::to_owned));
    Ok(Place::new(&domain, host, chat_port).ok_or_else(|| odd(&domain))?.proving(proofs))
}

fn say(text: &Text) -> String {
    Lang::En.book().plain(text)
}

fn value(row: &Judged) -> String {
    match &row.wanted.value {
        reach::Value::A(None) => say(&text("record-address-unknown")),
        value => value.to_string(),
    }
}

/// What was found instead, and the next step.
fn next(row: &Judged) -> [Option<String>; 2] {
    match words::told(row, 0) {
        Told::Nothing => [None, None],
        Told::Next(next) => [None, Some(say(&next))],
        Told::Found(seen, next) => [Some(say(&seen)), Some(say(&next))],
    }
}

fn told(report: &Report, place: &Place) -> Value {
    let rows = report.shown().map(|row| {
        let [seen, next] = next(row);
        json!({
            "name": row.wanted.full_name(),
            "type": row.wanted.value.kind(),
            "value": value(row),
            "why": say(&words::what_for(row.wanted.row, &place.domain)),
            "needed": row.wanted.presence == Presence::Needed,
            "state": word(&row.state),
            "seen": seen,
            "next": next,
        })
    });
    let troubles = report.troubles.iter().map(|trouble| {
        let (what, next) = words::trouble(trouble, &place.domain);
        json!({ "what": say(&what), "next": say(&next) })
    });
    json!({
        "domain": place.domain,
        "enough": report.is_enough(),
        "records": rows.collect::<Vec<_>>(),
        "troubles": troubles.collect::<Vec<_>>(),
    })
}

fn word(state: &State) -> &'static str {
    match state {
        State::Waiting => "waiting",
        State::Found { .. } => "found",
        State::FoundOn { .. } => "found_on_some",
        State::Wrong { .. } => "wrong",
        State::NotNeeded => "not_needed",
        State::CouldNotLook => "could_not_look",
        State::Later => "later",
    }
}

fn show(report: &Report, place: &Place) {
    for trouble in &report.troubles {
        let (what, next) = words::trouble(trouble, &place.domain);
        terminal::line(&format!("{}. {}", say(&what), say(&next)));
    }
    let row = |row: &Judged| {
        let state = say(&words::chip(&row.state));
        vec![state, row.wanted.full_name(), row.wanted.value.kind().to_owned(), value(row)]
    };
    terminal::table(&["state", "name", "type", "value"], &report.shown().map(row).collect::<Vec<_>>());
    for row in report.shown() {
        let [seen, next] = next(row);
        if let (State::Wrong { .. }, Some(next)) = (&row.state, next) {
            let seen = seen.map(|seen| format!("{seen} ")).unwrap_or_default();
            terminal::line(&format!("{} {}: {seen}{next}", row.wanted.full_name(), row.wanted.value.kind()));
        }
    }
    let (found, of) = report.count();
    terminal::line(&say(&text("setup-records-found").with("found", found).with("of", of)));
}
