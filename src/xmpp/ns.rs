//! Every XML namespace imera knows, each with the spec it comes from.
//!
//! [`intern`] turns a received namespace into one of these constants without an allocation.

use std::borrow::Cow;

macro_rules! namespaces {
    ($($(#[$doc:meta])* $name:ident = $value:literal;)*) => {
        $($(#[$doc])* pub const $name: &str = $value;)*
        /// All of them, in the order of this file.
        pub const ALL: &[&str] = &[$($name),*];
        /// The constant equal to `ns`, else a copy of it. No allocation for a known namespace.
        pub fn intern(ns: &str) -> Cow<'static, str> {
            match ns {
                $($value => Cow::Borrowed($name),)*
                other => Cow::Owned(other.to_owned()),
            }
        }
    };
}

namespaces! {
    /// RFC 6120 §4.8.2: stanzas on a client's stream.
    CLIENT = "jabber:client";
    /// RFC 6120 §4.8.2: stanzas between servers.
    SERVER = "jabber:server";
    /// RFC 6120 §4.8.1: the stream element itself.
    STREAM = "http://etherx.jabber.org/streams";
    /// RFC 6120 §4.9.3: stream error conditions.
    STREAM_ERRORS = "urn:ietf:params:xml:ns:xmpp-streams";
    /// RFC 6120 §8.3.3: stanza error conditions.
    STANZA_ERRORS = "urn:ietf:params:xml:ns:xmpp-stanzas";
    /// RFC 6120 §5: STARTTLS.
    TLS = "urn:ietf:params:xml:ns:xmpp-tls";
    /// RFC 6120 §6: SASL.
    SASL = "urn:ietf:params:xml:ns:xmpp-sasl";
    /// RFC 6120 §7: resource binding.
    BIND = "urn:ietf:params:xml:ns:xmpp-bind";
    /// RFC 3921 §3, kept for old clients: does nothing.
    SESSION = "urn:ietf:params:xml:ns:xmpp-session";
    /// RFC 6121 §2: the roster.
    ROSTER = "jabber:iq:roster";
    /// RFC 6121 §2.6: roster versioning, as a stream feature.
    ROSTER_VERSIONING = "urn:xmpp:features:rosterver";
    /// RFC 6121 §3.4: pre-approved subscriptions, as a stream feature.
    PRE_APPROVAL = "urn:xmpp:features:pre-approval";
    /// RFC 7395 §3.3: WebSocket framing.
    FRAMING = "urn:ietf:params:xml:ns:xmpp-framing";
    /// XEP-0124 §6: BOSH's `<body/>`.
    BOSH = "http://jabber.org/protocol/httpbind";
    /// XEP-0206 §3: what XMPP adds to it.
    XBOSH = "urn:xmpp:xbosh";
    /// Namespaces in XML 1.0 §3: the prefix `xml`.
    XML = "http://www.w3.org/XML/1998/namespace";
    /// Namespaces in XML 1.0 §3: the prefix `xmlns`.
    XMLNS = "http://www.w3.org/2000/xmlns/";
    /// XEP-0004 data forms.
    DATA_FORMS = "jabber:x:data";
    /// XEP-0030 §3.
    DISCO_INFO = "http://jabber.org/protocol/disco#info";
    /// XEP-0030 §4.
    DISCO_ITEMS = "http://jabber.org/protocol/disco#items";
    /// XEP-0059 result set management.
    RSM = "http://jabber.org/protocol/rsm";
    /// XEP-0077 in-band registration.
    REGISTER = "jabber:iq:register";
    /// XEP-0077 §10.2, as a stream feature.
    REGISTER_FEATURE = "http://jabber.org/features/iq-register";
    /// XEP-0092 software version.
    VERSION = "jabber:iq:version";
    /// XEP-0115 entity capabilities.
    CAPS = "http://jabber.org/protocol/caps";
    /// XEP-0115 §8.4.
    CAPS_OPTIMIZE = "http://jabber.org/protocol/caps#optimize";
    /// XEP-0157 contact addresses, a FORM_TYPE.
    SERVER_INFO = "http://jabber.org/network/serverinfo";
    /// XEP-0160, announced by the host.
    MSGOFFLINE = "msgoffline";
    /// XEP-0191 blocking command.
    BLOCKING = "urn:xmpp:blocking";
    /// XEP-0191 §3.4, an application error.
    BLOCKING_ERRORS = "urn:xmpp:blocking:errors";
    /// XEP-0198 stream management.
    SM = "urn:xmpp:sm:3";
    /// XEP-0199 ping.
    PING = "urn:xmpp:ping";
    /// XEP-0202 entity time.
    TIME = "urn:xmpp:time";
    /// XEP-0203 delayed delivery.
    DELAY = "urn:xmpp:delay";
    /// XEP-0280 message carbons.
    CARBONS = "urn:xmpp:carbons:2";
    /// XEP-0280 §6.1: its rules are binding.
    CARBONS_RULES = "urn:xmpp:carbons:rules:0";
    /// XEP-0297 stanza forwarding.
    FORWARD = "urn:xmpp:forward:0";
    /// XEP-0313 message archive management.
    MAM = "urn:xmpp:mam:2";
    /// XEP-0313 §4.1.3 and others.
    MAM_EXTENDED = "urn:xmpp:mam:2#extended";
    /// XEP-0441 archive preferences share XEP-0313's namespace; this is the feature of old.
    MAM_PREFS = "urn:xmpp:mam:prefs:0";
    /// XEP-0334 processing hints.
    HINTS = "urn:xmpp:hints";
    /// XEP-0359 unique and stable stanza ids.
    SID = "urn:xmpp:sid:0";
    /// XEP-0352 client state indication.
    CSI = "urn:xmpp:csi:0";
    /// XEP-0440 SASL channel-binding type capability.
    SASL_CB = "urn:xmpp:sasl-cb:0";
    /// XEP-0085 chat state notifications.
    CHAT_STATES = "http://jabber.org/protocol/chatstates";
    /// XEP-0184 message delivery receipts.
    RECEIPTS = "urn:xmpp:receipts";
    /// XEP-0333 displayed markers.
    MARKERS = "urn:xmpp:chat-markers:0";
    /// XEP-0045, for the presence of a room in messages.
    MUC_USER = "http://jabber.org/protocol/muc#user";
    /// XEP-0045 §7.2: asks to join.
    MUC = "http://jabber.org/protocol/muc";
    /// XEP-0249 direct invitations.
    CONFERENCE = "jabber:x:conference";
    /// XEP-0380 explicit message encryption.
    EME = "urn:xmpp:eme:0";
    /// XEP-0384 OMEMO, the version clients use.
    OMEMO_OLD = "eu.siacs.conversations.axolotl";
    /// XEP-0384 OMEMO 2.
    OMEMO = "urn:xmpp:omemo:2";
    /// XEP-0353 call invitations.
    JINGLE_MESSAGE = "urn:xmpp:jingle-message:0";
    /// XEP-0444 reactions.
    REACTIONS = "urn:xmpp:reactions:0";
    /// XEP-0308 correction.
    CORRECT = "urn:xmpp:message-correct:0";
    /// XEP-0424 retraction.
    RETRACT = "urn:xmpp:message-retract:1";
    /// XEP-0054 vcard-temp.
    VCARD = "vcard-temp";
    /// XEP-0050 ad-hoc commands.
    COMMANDS = "http://jabber.org/protocol/commands";
    /// XEP-0133 service administration: FORM_TYPE, and the beginning of its commands' nodes.
    ADMIN = "http://jabber.org/protocol/admin";
    /// XEP-0379 pre-authenticated roster subscription, and the token of XEP-0445.
    PARS = "urn:xmpp:pars:0";
    /// XEP-0445 §3, as a stream feature.
    IBR_TOKEN = "urn:xmpp:ibr-token:0";
    /// XEP-0401 before 0.3: the same feature as older apps look for it.
    INVITE = "urn:xmpp:invite";
    /// XEP-0172 user nickname.
    NICK = "http://jabber.org/protocol/nick";
}
