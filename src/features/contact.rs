//! XEP-0157 Contact Addresses for XMPP Services, version 1.1.1. Complete.
//!
//! Keeps no state: the addresses are the owners' own.

use super::Feature;
use super::Spec;
use crate::xmpp::form::Field;
use crate::xmpp::form::FieldKind;
use crate::xmpp::form::Form;
use crate::xmpp::form::FormKind;
use crate::xmpp::jid::Jid;
use crate::xmpp::ns;

pub const FEATURE: Feature = Feature {
    name: "contact",
    specs: &[Spec {
        number: "XEP-0157",
        title: "Contact Addresses for XMPP Services",
        version: "1.1.1",
        missing: None,
    }],
    disco: &[],
    iqs: &[],
};

/// The form for the host's disco#info; `None` where the server has no owner yet.
pub fn form(owners: &[Jid]) -> Option<Form> {
    if owners.is_empty() {
        return None;
    }
    let addresses = || owners.iter().map(|owner| format!("xmpp:{owner}"));
    let field = |var| Field::new(FieldKind::ListMulti, var).values(addresses());
    let form = Form::about(FormKind::Result, ns::SERVER_INFO);
    Some(
        ["abuse-addresses", "admin-addresses", "security-addresses", "support-addresses"]
            .into_iter()
            .fold(form, |form, var| form.field(field(var))),
    )
}
