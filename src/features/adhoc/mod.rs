//! XEP-0050 Ad-Hoc Commands, version 1.3.0, for the host: the list, the forms, who may.
//!
//! Commands are data in [`invite`], [`people`] and [`numbers`]: each has at most one form, so that
//! a session is one question and one answer, in one language (§3.7). State: the sessions that wait, bounded, in memory.

mod invite;
mod numbers;
mod people;

use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::Duration;

use super::At;
use super::Ctx;
use super::Feature;
use super::IqRoute;
use super::Nodes;
use super::Outbox;
use super::Reply;
use super::Spec;
use crate::accounts::Role;
use crate::accounts::invites::Kind;
use crate::accounts::invites::may_give;
use crate::limits;
use crate::settings::MEMBERS_INVITE;
use crate::store::AccountId;
use crate::texts::Lang;
use crate::texts::Text;
use crate::texts::text;
use crate::xmpp::caps::Identity;
use crate::xmpp::caps::Info;
use crate::xmpp::error::Condition;
use crate::xmpp::error::ErrorType;
use crate::xmpp::error::StanzaError;
use crate::xmpp::form::Form;
use crate::xmpp::form::FormKind;
use crate::xmpp::jid::Jid;
use crate::xmpp::ns;
use crate::xmpp::stanza::Iq;
use crate::xmpp::stanza::IqType;
use crate::xmpp::xml::Element;

pub const FEATURE: Feature = Feature {
    name: "adhoc",
    specs: &[
        Spec { number: "XEP-0050", title: "Ad-Hoc Commands", version: "1.3.0", missing: None },
        Spec {
            number: "XEP-0133",
            title: "Service Administration",
            version: "1.3.1",
            missing: Some(
                "passwords and rosters of others, lists of servers, messages of the day, idle users, restart",
            ),
        },
        Spec { number: "XEP-0401", title: "Ad-hoc Account Invitation Generation", version: "0.6.0", missing: None },
    ],
    disco: &[(At::Host, ns::COMMANDS)],
    iqs: &[IqRoute { at: At::Host, kind: IqType::Set, ns: ns::COMMANDS, name: "command", answer: execute }],
};

pub const NODES: Nodes = Nodes { has, info, items };

const COMMANDS: &[&[Command]] = &[invite::COMMANDS, people::COMMANDS, numbers::COMMANDS];

/// One command.
struct Command {
    node: &'static str,
    name: Text,
    who: Who,
    /// To be filled in first; `None`: it runs at once.
    form: Option<fn(&Ctx<'_>) -> Form>,
    run: Run,
}

type Run = for<'a> fn(&'a Ctx<'a>, &'a Form, &'a mut Outbox) -> Running<'a>;
type Running<'a> = Pin<Box<dyn Future<Output = Result<Option<Form>, StanzaError>> + Send + 'a>>;

/// Who may run a command. Others do not see it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Who {
    /// XEP-0133: with the account's own password, since these could change it.
    Owner,
    /// Owners, and members where the owner lets them invite.
    Inviter,
    /// All but guests.
    Member,
}

impl Who {
    fn has(self, cx: &Ctx<'_>) -> bool {
        match (self, cx.parts.accounts.role(cx.asker())) {
            (Who::Owner, Some(Role::Owner)) => cx.session.device().is_none(),
            (Who::Member, Some(role)) => may_give(Kind::Contact, role, false),
            (Who::Inviter, Some(role)) => may_give(Kind::Account, role, cx.parts.settings.is_on(&MEMBERS_INVITE)),
            _ => false,
        }
    }
}

fn find(node: &str) -> Option<&'static Command> {
    COMMANDS.iter().flat_map(|group| group.iter()).find(|command| command.node == node)
}

/// Sessions (§3.3) whose form is being filled in.
#[derive(Default)]
pub struct Waiting(Mutex<VecDeque<Session>>);

struct Session {
    id: String,
    account: AccountId,
    from: Jid,
    node: &'static str,
    lang: Lang,
    until: Duration,
}

impl Waiting {
    fn begin(&self, cx: &Ctx<'_>, node: &'static str) -> String {
        let now = cx.parts.clock.since_start();
        let (id, account) = (crate::clock::token(), cx.asker());
        let until = now + Duration::from_secs(limits::ADHOC_SESSION_MAX_S);
        let session = Session { id: id.clone(), account, from: cx.session.jid().clone(), node, lang: cx.lang, until };
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|other| other.until > now);
        let own = all.iter().filter(|other| other.account == account).count();
        if own >= limits::ADHOC_SESSIONS_PER_ACCOUNT {
            let oldest = all.iter().position(|other| other.account == account);
            oldest.and_then(|at| all.remove(at));
        } else if all.len() >= limits::ADHOC_SESSIONS_MAX {
            all.pop_front();
        }
        all.push_back(session);
        id
    }

    /// §4.4: the session must be there, the asker's own, and of this command. Gives its language.
    fn check(&self, cx: &Ctx<'_>, id: &str, node: &str) -> Result<Lang, StanzaError> {
        let now = cx.parts.clock.since_start();
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match all.iter().find(|session| session.id == id && session.until > now) {
            Some(session) if session.from == *cx.session.jid() && session.node == node => Ok(session.lang),
            Some(_) => Err(bad("bad-sessionid", "This session is not yours, or of another command.")),
            None if id.len() != 24 => Err(bad("bad-sessionid", "There is no such session.")),
            None => Err(cx.told(Condition::NotAllowed, &text("adhoc-over")).with(specific("session-expired"))),
        }
    }

    fn end(&self, id: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).retain(|session| session.id != id);
    }
}

fn specific(condition: &'static str) -> Element {
    Element::new(ns::COMMANDS, condition)
}

fn bad(condition: &'static str, text: &'static str) -> StanzaError {
    StanzaError::bad_request(text).with(specific(condition))
}

fn execute<'a>(cx: &'a Ctx<'a>, iq: &'a Iq, out: &'a mut Outbox) -> Reply<'a> {
    Box::pin(async move {
        let asked = iq.payload();
        let node = asked.get("node").ok_or_else(|| StanzaError::bad_request("Which command?"))?;
        let command = find(node).ok_or_else(|| StanzaError::item_not_found("There is no such command."))?;
        let own = asked.lang().and_then(Lang::of_tag);
        let cx = &Ctx { lang: own.unwrap_or(cx.lang), ..*cx };
        if !command.who.has(cx) {
            return Err(not_for(cx));
        }
        let action = asked.get("action").unwrap_or("execute");
        if !matches!(action, "execute" | "cancel" | "prev" | "next" | "complete") {
            return Err(bad("malformed-action", "There is no such action."));
        }
        match asked.get("sessionid").filter(|id| !id.is_empty()) {
            None => first(cx, command, action, out).await.map(Some),
            Some(id) => go_on(cx, command, (id, action), &asked, out).await.map(Some),
        }
    })
}

fn not_for(cx: &Ctx<'_>) -> StanzaError {
    cx.told(Condition::Forbidden, &text("adhoc-forbidden")).of_type(ErrorType::Cancel)
}

/// §2.4.1: the form, or the result where there is nothing to fill in.
async fn first(cx: &Ctx<'_>, command: &Command, action: &str, out: &mut Outbox) -> Result<Element, StanzaError> {
    if action != "execute" {
        return Err(bad("bad-action", "This command has not begun."));
    }
    match command.form {
        Some(form) => {
            let id = cx.parts.commands.begin(cx, command.node);
            let actions = specific("actions").attr("execute", "complete").child(specific("complete"));
            Ok(answer(cx, command, &id, "executing").child(actions).child(form(cx).to_element()))
        }
        None => {
            let nothing = Form::about(FormKind::Submit, "");
            let result = (command.run)(cx, &nothing, out).await?;
            Ok(answer(cx, command, &crate::clock::token(), "completed")
                .children_from(result.map(|form| form.to_element())))
        }
    }
}

/// §2.4.2, §2.4.3. What was refused may be sent again.
async fn go_on(
    cx: &Ctx<'_>,
    command: &Command,
    (id, action): (&str, &str),
    asked: &Element,
    out: &mut Outbox,
) -> Result<Element, StanzaError> {
    let cx = &Ctx { lang: cx.parts.commands.check(cx, id, command.node)?, ..*cx };
    match action {
        "cancel" => {
            cx.parts.commands.end(id);
            return Ok(answer(cx, command, id, "canceled"));
        }
        "prev" | "next" => return Err(bad("bad-action", "This command has one form only.")),
        _ => {}
    }
    let x = asked.find(ns::DATA_FORMS, "x").ok_or_else(|| bad("bad-payload", "The form is missing."))?;
    let given = Form::parse(x)?;
    if let Some(form) = command.form {
        let wanted = form(cx);
        wanted.check(&given).map_err(|error| bad_payload(&error))?;
        if given.form_type().is_some_and(|given| Some(given) != wanted.form_type()) {
            return Err(bad("bad-payload", "The form is about something else."));
        }
    }
    let result = (command.run)(cx, &given, out).await?;
    cx.parts.commands.end(id);
    Ok(answer(cx, command, id, "completed").children_from(result.map(|form| form.to_element())))
}

fn bad_payload(error: &StanzaError) -> StanzaError {
    StanzaError::bad_request(error.text.clone()).with(specific("bad-payload"))
}

fn answer(cx: &Ctx<'_>, command: &Command, id: &str, status: &'static str) -> Element {
    let answer = specific("command").attr("node", command.node).attr("sessionid", id).attr("status", status);
    answer.in_language(cx.lang.tag())
}

fn has(node: &str) -> bool {
    node == ns::COMMANDS || find(node).is_some()
}

/// §2.2.
fn info(cx: &Ctx<'_>, node: &str) -> Result<Info, StanzaError> {
    let (identity, features) = match find(node) {
        None => (named(cx, "command-list", &text("adhoc-commands")), vec![ns::COMMANDS]),
        Some(command) if command.who.has(cx) => {
            (named(cx, "command-node", &command.name), vec![ns::COMMANDS, ns::DATA_FORMS])
        }
        Some(_) => return Err(not_for(cx)),
    };
    let features = features.into_iter().map(str::to_owned).collect();
    Ok(Info { identities: vec![identity], features, forms: Vec::new() })
}

fn named(cx: &Ctx<'_>, kind: &str, name: &Text) -> Identity {
    Identity { lang: cx.lang.tag().to_owned(), ..Identity::new("automation", kind, &cx.say(name)) }
}

/// §2.2: those that the asker may run.
fn items(cx: &Ctx<'_>, node: &str) -> Vec<Element> {
    if node != ns::COMMANDS {
        return Vec::new();
    }
    let all = COMMANDS.iter().flat_map(|group| group.iter()).filter(|command| command.who.has(cx));
    all.map(|command| {
        Element::new(ns::DISCO_ITEMS, "item")
            .attr("jid", cx.parts.domain.as_str())
            .attr("node", command.node)
            .attr("name", cx.say(&command.name))
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn xep0050_3_2_no_two_commands_have_one_node() {
        let mut nodes: Vec<&str> = COMMANDS.iter().flat_map(|group| group.iter()).map(|command| command.node).collect();
        let all = nodes.len();
        nodes.sort_unstable();
        nodes.dedup();
        assert_eq!(nodes.len(), all);
    }
}
