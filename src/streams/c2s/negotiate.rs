//! Stream headers and STARTTLS (RFC 6120 §4.2, §4.7, §5).

use super::wire::Gone;
use super::wire::Wire;
use crate::features::Parts;
use crate::texts::Lang;
use crate::xmpp::error::StreamCondition;
use crate::xmpp::error::StreamError;
use crate::xmpp::jid::Jid;
use crate::xmpp::ns;
use crate::xmpp::sasl::Bindings;
use crate::xmpp::stream::CLOSE;
use crate::xmpp::stream::ServerHeader;
use crate::xmpp::stream::StreamHeader;
use crate::xmpp::stream::Version;
use crate::xmpp::xml::Element;
use crate::xmpp::xml::reader::Event;

/// How a stream on the STARTTLS port goes on.
pub enum Chosen {
    /// `<proceed/>` is out; the handshake follows.
    Tls,
    /// The test profile takes log-ins in the clear, and the client wants that.
    Plain,
}

/// Reads the client's header and answers it (§4.7). Err once the answer is out.
pub async fn open(parts: &Parts, wire: &mut Wire) -> Result<StreamHeader, Gone> {
    let header = match wire.event().await {
        Ok(Event::Open(header)) => header,
        Ok(_) => return Err(StreamError::new(StreamCondition::BadFormat, "A stream opens with its header.").into()),
        Err(gone) => return Err(gone),
    };
    // §4.7.4: the language asked for, of any region; else the place's own.
    wire.lang = header.lang.as_deref().and_then(Lang::of_tag).unwrap_or_else(|| parts.settings.language());
    let from = header.from.as_deref().filter(|from| from.parse::<Jid>().is_ok());
    send_header(parts, wire, from, header.version());
    if header.version() < Version::XMPP_1_0 {
        return Err(StreamError::new(StreamCondition::UnsupportedVersion, "This server speaks XMPP 1.0.").into());
    }
    if !header.is_for_clients() {
        return Err(StreamError::new(StreamCondition::InvalidNamespace, "Clients speak jabber:client here.").into());
    }
    let to = header.to.as_deref().map(str::parse::<Jid>);
    match to {
        Some(Ok(to)) if to == parts.domain => Ok(header),
        None => Err(StreamError::new(StreamCondition::HostUnknown, "The stream does not say to whom it goes.").into()),
        Some(_) => {
            Err(StreamError::new(StreamCondition::HostUnknown, "This server does not serve that domain.").into())
        }
    }
}

fn send_header(parts: &Parts, wire: &mut Wire, to: Option<&str>, version: Version) {
    let id = crate::clock::token();
    let (from, lang, content) = (parts.domain.as_str(), wire.lang.tag(), ns::CLIENT);
    let header = ServerHeader { from, to, id: &id, lang, version, content };
    wire.send(&header.to_xml());
    wire.greeted = true;
}

/// A stream error and the stream's end; where no header is out, one goes before (§4.9.1.2).
pub fn send_error(parts: &Parts, wire: &mut Wire, error: &StreamError) {
    if !wire.greeted {
        wire.lang = parts.settings.language();
        send_header(parts, wire, None, Version::XMPP_1_0);
    }
    wire.send(&error.to_xml());
    wire.send(CLOSE);
}

/// Sends `<stream:features/>`.
pub fn send_features(wire: &mut Wire, features: impl IntoIterator<Item = Element>) {
    let mut xml = String::from("<stream:features>");
    features.into_iter().for_each(|feature| feature.write(&mut xml, ns::CLIENT));
    xml.push_str("</stream:features>");
    wire.send(&xml);
}

/// §5: nothing but STARTTLS is offered before TLS, unless the test profile allows it.
pub async fn until_tls(parts: &Parts, wire: &mut Wire) -> Result<Chosen, Gone> {
    open(parts, wire).await?;
    let starttls = Element::new(ns::TLS, "starttls");
    match parts.policy.plain_tcp {
        true => send_features(wire, [starttls].into_iter().chain(super::sasl::features(parts, &Bindings::default()))),
        false => send_features(wire, [starttls.child(Element::new(ns::TLS, "required"))]),
    }
    match wire.event().await? {
        Event::Element(raw) if raw.is(ns::TLS, "starttls") => {
            if wire.reader.has_unread_markup() {
                // §5.3.1: what came before TLS counts for nothing after it.
                let text = "Bytes behind <starttls/> were not protected.";
                return Err(StreamError::new(StreamCondition::PolicyViolation, text).into());
            }
            wire.send("<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>");
            wire.flush().await?;
            Ok(Chosen::Tls)
        }
        Event::Close => Err(closed(wire).await),
        event if parts.policy.plain_tcp => {
            wire.put_back(event);
            Ok(Chosen::Plain)
        }
        _ => Err(StreamError::new(StreamCondition::PolicyViolation, "Only STARTTLS is possible here.").into()),
    }
}

/// The client has closed its stream: ours closes too (§4.4).
pub async fn closed(wire: &mut Wire) -> Gone {
    wire.send(CLOSE);
    let _ = wire.close().await;
    Gone::Cut
}
