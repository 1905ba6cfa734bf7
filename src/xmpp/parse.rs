//! From a received element to a stanza (RFC 6120 §8.1, §8.2), with the checks that a stanza must
//! pass before anything is done with it.

use super::error::StanzaError;
use super::jid::Jid;
use super::ns;
use super::stanza::Head;
use super::stanza::Iq;
use super::stanza::IqType;
use super::stanza::Message;
use super::stanza::MessageType;
use super::stanza::Presence;
use super::stanza::PresenceType;
use super::stanza::Stanza;
use super::xml::reader::Raw;

/// A stanza that breaks a rule of its kind.
#[derive(Clone, Debug)]
pub struct Refused {
    /// What could be understood of it: addresses that do not parse are absent, an unknown type of
    /// an IQ is `get`, of a presence `Available`. To be answered, never to be processed.
    pub stanza: Stanza,
    pub error: StanzaError,
}

impl Refused {
    /// The error to send back, its addresses turned round. `None`: an error or a result, which is
    /// dropped in silence (RFC 6120 §8.3.1).
    pub fn answer(&self) -> Option<Stanza> {
        self.stanza.error(&self.error)
    }
}

impl Raw {
    /// `None`: no stanza. Where its namespace is `jabber:client` all the same, the stream ends with
    /// `unsupported-stanza-type` (RFC 6120 §4.9.3.24).
    pub fn into_stanza(self) -> Option<Result<Stanza, Box<Refused>>> {
        if self.ns != ns::CLIENT {
            return None;
        }
        let mut fault = None;
        let head = self.head(&mut fault);
        let stanza = match &*self.name {
            "message" => {
                Stanza::Message(Message { head, kind: MessageType::parse(self.get("type")), content: self.content })
            }
            "presence" => {
                let kind = PresenceType::parse(self.get("type")).unwrap_or_else(|| {
                    fault.get_or_insert(StanzaError::bad_request("unknown type of presence"));
                    PresenceType::Available
                });
                Stanza::Presence(Presence { head, kind, content: self.content })
            }
            "iq" => Stanza::Iq(self.into_iq(head, &mut fault)),
            _ => return None,
        };
        Some(match fault {
            None => Ok(stanza),
            Some(error) => Err(Box::new(Refused { stanza, error })),
        })
    }

    /// The first fault found stays in `fault`.
    fn head(&self, fault: &mut Option<StanzaError>) -> Head {
        let mut head = Head::default();
        for (ns, name, value) in self.attributes() {
            match (ns, name) {
                (None, "to") => head.to = address(value, "to is no address", fault),
                (None, "from") => head.from = address(value, "from is no address", fault),
                (None, "id") => head.id = Some(value.into()),
                (Some(ns::XML), "lang") => head.lang = Some(value.into()),
                _ => {}
            }
        }
        head
    }

    /// RFC 6120 §8.2.3: id, type and number of children.
    fn into_iq(self, head: Head, fault: &mut Option<StanzaError>) -> Iq {
        let kind = self.get("type").and_then(IqType::parse).unwrap_or_else(|| {
            fault.get_or_insert(StanzaError::bad_request("an IQ of unknown type or none"));
            IqType::Get
        });
        let children = self.content.len();
        let wrong = match kind {
            IqType::Get | IqType::Set => children != 1,
            IqType::Result => children > 1,
            // the request's child may be there or not, and some leave out the error
            IqType::Error => false,
        };
        if head.id.is_none() {
            fault.get_or_insert(StanzaError::bad_request("an IQ without an id"));
        }
        if wrong {
            fault.get_or_insert(StanzaError::bad_request("an IQ with a wrong number of children"));
        }
        Iq { head, kind, content: self.content }
    }
}

fn address(value: &str, text: &'static str, fault: &mut Option<StanzaError>) -> Option<Jid> {
    match value.parse() {
        Ok(jid) => Some(jid),
        Err(_) => {
            fault.get_or_insert(StanzaError::jid_malformed(text));
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::xmpp::error::Condition;
    use crate::xmpp::xml::reader::document;

    fn parse(text: &str) -> Option<Result<Stanza, Box<Refused>>> {
        document(&text.replacen(' ', " xmlns='jabber:client' ", 1)).unwrap().into_stanza()
    }

    #[track_caller]
    fn refused(text: &str, condition: Condition) -> Refused {
        match parse(text) {
            Some(Err(refused)) if refused.error.condition == condition => *refused,
            other => panic!("{text}: {other:?}"),
        }
    }

    #[track_caller]
    fn answer(text: &str, condition: Condition) -> String {
        refused(text, condition).answer().expect("a request").to_xml()
    }

    #[test]
    fn rfc6120_8_1_the_common_attributes_are_taken() {
        let stanza = parse(
            "<message from='A@a.test/x' to='b@a.test' id='&amp;' xml:lang='de' type='chat' other='y'><body>hi</body></message>",
        );
        let stanza = stanza.unwrap().unwrap();
        assert_eq!(
            stanza.to_xml(),
            "<message to='b@a.test' from='a@a.test/x' type='chat' id='&amp;' xml:lang='de'><body>hi</body></message>"
        );
    }

    #[test]
    fn rfc6120_8_3_3_8_an_address_that_does_not_parse_is_jid_malformed() {
        let answer =
            answer("<message from='a@a.test/x' to='@a.test' id='1'><body>hi</body></message>", Condition::JidMalformed);
        assert!(
            answer.starts_with("<message to='a@a.test/x' type='error' id='1'><body>hi</body><error type='modify'>"),
            "{answer}"
        );
        refused("<presence to=''/>", Condition::JidMalformed);
        assert_eq!(refused("<presence from='a@' to='b@a.test'/>", Condition::JidMalformed).stanza.head().from, None);
    }

    #[test]
    fn rfc6121_4_7_1_an_unknown_type_of_presence_is_a_bad_request() {
        let answer = answer("<presence type='available' id='2' to='a.test'/>", Condition::BadRequest);
        assert!(
            answer.starts_with("<presence from='a.test' type='error' id='2'><error type='modify'><bad-request"),
            "{answer}"
        );
    }

    #[test]
    fn rfc6121_5_2_2_an_unknown_type_of_message_is_normal() {
        let Some(Ok(Stanza::Message(message))) = parse("<message type='x'/>") else { panic!() };
        assert_eq!(message.kind, MessageType::Normal);
    }

    #[test]
    fn rfc6120_8_1_3_and_8_2_3_a_request_has_an_id_a_type_and_one_child() {
        answer("<iq type='get'><a/></iq>", Condition::BadRequest);
        answer("<iq id='1'><a/></iq>", Condition::BadRequest);
        answer("<iq id='1' type='subscribe'><a/></iq>", Condition::BadRequest);
        answer("<iq id='1' type='get'/>", Condition::BadRequest);
        answer("<iq id='1' type='set'>text</iq>", Condition::BadRequest);
        let two = answer("<iq id='1' type='set'><a/><b/></iq>", Condition::BadRequest);
        assert!(two.starts_with("<iq type='error' id='1'><a/><b/><error type='modify'><bad-request"), "{two}");
        let Some(Ok(Stanza::Iq(iq))) = parse("<iq id='1' type='get'> <a xmlns='urn:a'/> </iq>") else { panic!() };
        assert!(iq.payload().is("urn:a", "a"));
    }

    #[test]
    fn rfc6120_8_3_1_errors_and_results_are_never_answered() {
        for text in [
            "<iq id='1' type='result'><a/><b/></iq>",
            "<iq type='result'/>",
            "<iq type='error'/>",
            "<message type='error' to='@'/>",
            "<presence type='error' to='@'/>",
        ] {
            let Some(Err(refused)) = parse(text) else { panic!("{text}") };
            assert!(refused.answer().is_none(), "{text}");
        }
        assert!(parse("<iq id='1' type='result'/>").unwrap().is_ok());
        assert!(parse("<iq id='1' type='error'><a/><error/></iq>").unwrap().is_ok());
    }

    #[test]
    fn rfc6120_4_9_3_24_what_is_no_stanza_is_left_to_the_stream() {
        assert!(parse("<pubsub />").is_none());
        assert!(document("<message/>").unwrap().into_stanza().is_none());
        assert!(document("<iq xmlns='jabber:server' id='1' type='result'/>").unwrap().into_stanza().is_none());
    }
}
