//! XEP-0313 Message Archive Management, version 1.1.3, with `#extended`. Complete for accounts;
//! rooms have archives when there are rooms.
//!
//! State: `archive/`. What is history and what is not is decided here, by [`is_history`].

use super::At;
use super::Ctx;
use super::Feature;
use super::IqRoute;
use super::Outbox;
use super::Reply;
use super::Spec;
use super::failed;
use crate::archive::Edge;
use crate::archive::Page;
use crate::archive::PageError;
use crate::archive::Query;
use crate::archive::Row;
use crate::sessions::Item;
use crate::sessions::Kind;
use crate::xmpp::error::StanzaError;
use crate::xmpp::form::Field;
use crate::xmpp::form::FieldKind;
use crate::xmpp::form::Form;
use crate::xmpp::form::FormKind;
use crate::xmpp::forward;
use crate::xmpp::hints;
use crate::xmpp::jid::Jid;
use crate::xmpp::ns;
use crate::xmpp::rsm;
use crate::xmpp::stanza::Iq;
use crate::xmpp::stanza::IqType;
use crate::xmpp::stanza::Message;
use crate::xmpp::stanza::MessageType;
use crate::xmpp::time;
use crate::xmpp::xml::Element;
use crate::xmpp::xml::writer::push_attr;

pub const FEATURE: Feature = Feature {
    name: "mam",
    specs: &[
        Spec { number: "XEP-0313", title: "Message Archive Management", version: "1.1.3", missing: None },
        Spec { number: "XEP-0059", title: "Result Set Management", version: "1.0", missing: None },
    ],
    disco: &[(At::Account, ns::MAM), (At::Account, ns::MAM_EXTENDED), (At::Account, ns::RSM)],
    iqs: &[
        IqRoute { at: At::Account, kind: IqType::Set, ns: ns::MAM, name: "query", answer: query },
        IqRoute { at: At::Account, kind: IqType::Get, ns: ns::MAM, name: "query", answer: fields },
        IqRoute { at: At::Account, kind: IqType::Get, ns: ns::MAM, name: "metadata", answer: metadata },
    ],
};

/// Payloads that are worth keeping without a body.
const HISTORY: &[(&str, &str)] = &[
    (ns::RECEIPTS, "received"),
    (ns::MARKERS, "received"),
    (ns::MARKERS, "displayed"),
    (ns::MARKERS, "acknowledged"),
    (ns::OMEMO_OLD, "encrypted"),
    (ns::OMEMO, "encrypted"),
    (ns::EME, "encryption"),
    (ns::REACTIONS, "reactions"),
    (ns::RETRACT, "retract"),
    (ns::JINGLE_MESSAGE, "propose"),
    (ns::JINGLE_MESSAGE, "accept"),
    (ns::JINGLE_MESSAGE, "reject"),
    (ns::JINGLE_MESSAGE, "retract"),
    (ns::JINGLE_MESSAGE, "finish"),
    (ns::CONFERENCE, "x"),
    (ns::MUC_USER, "x"),
];

/// §6: what an account's archive keeps of what it sends and receives (XEP-0334 §4 has a say).
pub fn is_history(message: &Message) -> bool {
    if !matches!(message.kind, MessageType::Chat | MessageType::Normal) {
        return false;
    }
    if hints::no_store(message) || hints::no_permanent_store(message) {
        return false;
    }
    hints::store(message)
        || message
            .content
            .children()
            .any(|child| child.is(ns::CLIENT, "body") || HISTORY.iter().any(|(ns, name)| child.is(ns, name)))
}

/// §4: a page of the archive, each message on its own, then the end.
fn query<'a>(cx: &'a Ctx<'a>, iq: &'a Iq, out: &'a mut Outbox) -> Reply<'a> {
    Box::pin(async move {
        let account = cx.own()?;
        let element = iq.payload();
        let query = read_query(&element)?;
        let flip = element.find(ns::MAM, "flip-page").is_some();
        if cx.session.presence().is_none() {
            cx.session.change_flags(|flags| flags.reads_archive = true);
        }
        let mut page = cx.parts.archive.page(account, query).await.map_err(|error| refusal(&error))?;
        let fin = fin(&page);
        if flip {
            page.rows.reverse();
        }
        let queryid = element.get("queryid");
        out.before.extend(page.rows.into_iter().map(|row| result(cx.session.jid(), queryid, row)));
        Ok(Some(fin))
    })
}

fn refusal(error: &PageError) -> StanzaError {
    match error {
        PageError::NotFound => StanzaError::item_not_found("The archive has no message with one of these ids."),
        PageError::ByIndex => StanzaError::feature_not_implemented("Pages are found by ids, not by their index."),
        PageError::TooManyIds => StanzaError::policy_violation("Too many ids at once."),
        PageError::Store(error) => failed(error.clone()),
    }
}

/// §4.1: the form and the page.
fn read_query(element: &Element) -> Result<Query, StanzaError> {
    let page = rsm::Request::of(element)?;
    let Some(form) = Form::submitted(element, ns::MAM)? else { return Ok(Query { page, ..Query::default() }) };
    const KNOWN: [&str; 7] = ["with", "start", "end", "before-id", "after-id", "ids", "include-groupchat"];
    if let Some(unknown) = form.vars().find(|var| !KNOWN.contains(var)) {
        return Err(StanzaError::feature_not_implemented(format!("The field {unknown} is not known here.")));
    }
    let id = |var| form.text(var).map(|id| id.filter(|id| !id.is_empty()).map(str::to_owned));
    Ok(Query {
        with: form.jid("with")?,
        start: form.moment("start")?,
        end: form.moment("end")?,
        after_id: id("after-id")?,
        before_id: id("before-id")?,
        ids: form.texts("ids").unwrap_or_default().to_vec(),
        without_groupchat: form.boolean("include-groupchat")? == Some(false),
        page,
    })
}

/// §4.2: one message of the page.
fn result(to: &Jid, queryid: Option<&str>, row: Row) -> Item {
    let (id, at) = (row.id, row.at);
    let message = row.into_message();
    let mut xml = String::with_capacity(message.content.size_hint() + 512);
    xml.push_str("<message");
    push_attr(&mut xml, "to", to.as_str());
    push_attr(&mut xml, "from", to.bare_str());
    xml.push_str("><result xmlns='urn:xmpp:mam:2'");
    if let Some(queryid) = queryid {
        push_attr(&mut xml, "queryid", queryid);
    }
    push_attr(&mut xml, "id", id.as_str());
    xml.push('>');
    forward::write(&mut xml, Some(at), &message);
    xml.push_str("</result></message>");
    Item { xml: xml.into(), kind: Kind::Message(None) }
}

fn fin(page: &Page) -> Element {
    Element::new(ns::MAM, "fin").attr_some("complete", page.complete.then_some("true")).child(page.rsm().to_element())
}

/// §4.1.5.
fn fields<'a>(cx: &'a Ctx<'a>, _: &'a Iq, _: &'a mut Outbox) -> Reply<'a> {
    Box::pin(async move {
        cx.own()?;
        let text = |var| Field::new(FieldKind::TextSingle, var);
        let form = Form::about(FormKind::Form, ns::MAM)
            .field(Field::new(FieldKind::JidSingle, "with"))
            .field(text("start"))
            .field(text("end"))
            .field(text("before-id"))
            .field(text("after-id"))
            .field(Field::new(FieldKind::ListMulti, "ids"))
            .field(Field::new(FieldKind::Boolean, "include-groupchat"));
        let mut x = form.to_element();
        open_list(&mut x, "ids");
        Ok(Some(Element::new(ns::MAM, "query").child(x)))
    })
}

/// XEP-0122 §3.2: any value may stand in the list, not only those offered.
fn open_list(x: &mut Element, var: &str) {
    const VALIDATE: &str = "http://jabber.org/protocol/xdata-validate";
    for node in &mut x.nodes {
        if let crate::xmpp::xml::Node::Element(field) = node
            && field.get("var") == Some(var)
        {
            let open = Element::new(VALIDATE, "open");
            let validate = Element::new(VALIDATE, "validate").attr("datatype", "xs:string").child(open);
            field.nodes.push(crate::xmpp::xml::Node::Element(validate));
        }
    }
}

/// §5: the first and the last message.
fn metadata<'a>(cx: &'a Ctx<'a>, _: &'a Iq, _: &'a mut Outbox) -> Reply<'a> {
    Box::pin(async move {
        let account = cx.own()?;
        let edges = cx.parts.archive.metadata(account).await.map_err(failed)?;
        let edge = |name: &'static str, edge: &Edge| {
            Element::new(ns::MAM, name).attr("id", edge.id.as_str()).attr("timestamp", time::format(edge.at))
        };
        let metadata = Element::new(ns::MAM, "metadata");
        Ok(Some(match edges {
            Some((first, last)) => metadata.child(edge("start", &first)).child(edge("end", &last)),
            None => metadata,
        }))
    })
}
