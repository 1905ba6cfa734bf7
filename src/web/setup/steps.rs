//! The steps of the wizard in their order, and the frame they share: list, title, notice, errors.
//!
//! Keeps no state. A step more is one line in [`STEPS`], a file beside this one and a template.

use super::Entered;
use super::draft::Draft;
use super::draft::Kind;
use super::draft::Name;
use super::draft::Start;
use super::warnings;
use crate::texts::Markup;
use crate::texts::Text;
use crate::texts::text;
use crate::web::Inner;
use crate::web::ask::Asked;
use crate::web::frame::Errors;
use crate::web::frame::Frame;

/// One page of the wizard that is filled in.
pub struct Step {
    pub path: &'static str,
    /// In the list of steps.
    name: Text,
    /// In the browser's tab.
    title: Text,
    done: fn(&Draft) -> bool,
}

pub static START: Step = Step {
    path: "/setup/start",
    name: text("step-start"),
    title: text("setup-start-title"),
    done: |draft| draft.start == Some(Start::New),
};
pub static WHO: Step = Step {
    path: "/setup/who",
    name: text("step-who"),
    title: text("setup-who-title"),
    done: |draft| draft.kind.is_some(),
};
pub static NAME: Step = Step {
    path: "/setup/name",
    name: text("step-name"),
    title: text("setup-name-title"),
    done: |draft| draft.name.as_ref().is_some_and(|name| Some(name.kind) == draft.kind),
};
pub static RECORDS: Step = Step {
    path: "/setup/records",
    name: text("step-records"),
    title: text("setup-records-title"),
    done: |draft| draft.records.is_some() && draft.records == draft.name.as_ref().map(Name::records),
};
pub static OWNER: Step = Step {
    path: "/setup/owner",
    name: text("step-owner"),
    title: text("setup-owner-title"),
    done: |draft| draft.owner.is_some(),
};
pub static CERTIFICATE: Step = Step {
    path: "/setup/certificate",
    name: text("step-certificate"),
    title: text("setup-certificate-heading"),
    done: is_certified,
};
pub static BACKUPS: Step = Step {
    path: "/setup/backups",
    name: text("step-backups"),
    title: text("setup-backups-title"),
    done: |draft| draft.backups.is_some(),
};
pub static LOOK: Step =
    Step { path: "/setup/look", name: text("step-look"), title: text("setup-look-title"), done: |_| false };

/// In their order.
pub static STEPS: [&Step; 8] = [&START, &WHO, &NAME, &RECORDS, &OWNER, &CERTIFICATE, &BACKUPS, &LOOK];

/// Whether the certificate was decided for these names.
pub fn is_certified(draft: &Draft) -> bool {
    let names = draft.name.as_ref().map(|name| (&name.domain, &name.host));
    draft.certificate.as_ref().is_some_and(|chosen| Some((&chosen.domain, &chosen.host)) == names)
}

/// Those of a draft: a place at home has no records.
fn steps(draft: &Draft) -> impl Iterator<Item = &'static Step> {
    let home = draft.kind == Some(Kind::Home);
    STEPS.into_iter().filter(move |step| !home || step.path != RECORDS.path)
}

/// The first that is not done.
pub fn first_open(draft: &Draft) -> &'static Step {
    steps(draft).find(|step| !(step.done)(draft)).unwrap_or(&LOOK)
}

/// Where one goes on.
pub fn goes_on(draft: &Draft) -> &'static str {
    match draft.start {
        Some(Start::Restore) => "/setup/restore",
        _ => first_open(draft).path,
    }
}

/// Whether all before it are done.
pub fn may_come(step: &Step, draft: &Draft) -> bool {
    let is_one = steps(draft).any(|one| one.path == step.path);
    is_one && steps(draft).take_while(|before| before.path != step.path).all(|before| (before.done)(draft))
}

/// The one behind it; where one before is open again, that one.
pub fn after(step: &Step, draft: &Draft) -> &'static str {
    let next = steps(draft).skip_while(|other| other.path != step.path).nth(1).unwrap_or(&LOOK);
    if may_come(next, draft) { next.path } else { goes_on(draft) }
}

/// A step in the list.
pub struct Row {
    pub number: usize,
    pub name: Markup,
    pub path: &'static str,
    pub done: bool,
    pub now: bool,
}

/// What the pages of the steps share.
pub struct StepFrame {
    pub number: usize,
    pub of: usize,
    pub rows: Vec<Row>,
    /// The step before.
    pub back: Option<&'static str>,
    pub notice: Option<Markup>,
    /// Headings and words of what is wrong with the machine.
    pub warnings: Vec<(Markup, Markup)>,
    pub errors: Errors,
}

/// How far the sun is up: classes of the style sheet.
const SKIES: [&str; 8] = ["at-1", "at-2", "at-3", "at-4", "at-5", "at-6", "at-7", "at-8"];

/// Both frames of a step's page.
pub fn frame(site: &Inner, asked: &Asked, entered: &Entered, errors: Errors) -> (Frame, StepFrame) {
    frame_called(site, asked, entered, errors, &entered.step.title)
}

/// The same, where the browser's tab tells how it stands.
pub fn frame_called(
    site: &Inner,
    asked: &Asked,
    entered: &Entered,
    errors: Errors,
    title: &Text,
) -> (Frame, StepFrame) {
    let (step, draft) = (entered.step, &entered.draft);
    let all: Vec<&'static Step> = steps(draft).collect();
    let at = all.iter().position(|other| other.path == step.path).unwrap_or(0);
    let (number, of) = (at + 1, all.len());
    let t = asked.lang.book();
    let mut title = text("title-step").with("page", t.plain(title)).with("number", number).with("of", of);
    if !errors.is_empty() {
        title = text("title-errors").with("count", errors.len()).with("page", t.plain(&title));
    }
    let f = Frame { sky: SKIES[(at * 7).div_ceil(of - 1)], ..Frame::new(asked, &title, None) };
    let row = |(index, step): (usize, &&'static Step)| Row {
        number: index + 1,
        name: t.html(&step.name),
        path: step.path,
        done: index != at && (step.done)(draft) && may_come(step, draft),
        now: index == at,
    };
    let rows = all.iter().enumerate().map(row).collect();
    let notice = notice(asked, draft).filter(|_| errors.is_empty());
    let back = at.checked_sub(1).map(|before| all[before].path);
    let warnings = warnings::all(site, &t, step, draft);
    (f, StepFrame { number, of, rows, back, notice, warnings, errors })
}

/// What the step before had to say, by the address's `n`.
fn notice(asked: &Asked, draft: &Draft) -> Option<Markup> {
    let told = match asked.query("n")?.as_str() {
        "back" => text("notice-back"),
        "first" => text("notice-first"),
        "here" => text("notice-here"),
        "moved" => text("notice-moved"),
        "domain" => text("notice-domain").with("domain", &draft.name.as_ref()?.domain),
        "changed" => text("notice-changed").with("domain", &draft.name.as_ref()?.domain),
        "small" => text("notice-small").with("name", &draft.owner.as_ref()?.name),
        _ => return None,
    };
    Some(asked.lang.book().html(&told))
}
