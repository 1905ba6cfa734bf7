//! Presence subscriptions: RFC 6121 §3 and the tables of its appendix A, whole.
//!
//! Pure: a state and an event give a [`Step`]. Who stores the state and sends what the step asks
//! for is the caller's business. Missing: nothing.

use super::stanza::PresenceType;

#[cfg(test)]
mod tests;

/// How far a subscription in one direction has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum Half {
    #[default]
    No,
    /// Asked for and not answered.
    Pending,
    Subscribed,
}

/// A user's relation to one contact: the nine states of RFC 6121 §A.1, seen by the user, and the
/// pre-approval of §3.4. The default is a contact that is not in the roster.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub struct State {
    /// The user's subscription to the contact's presence ("To", "Pending Out").
    pub to: Half,
    /// The contact's subscription to the user's presence ("From", "Pending In").
    pub from: Half,
    /// Whether the contact's requests are answered for the user. Stays until the user sends
    /// `unsubscribed` or removes the contact (§3.4.2).
    pub approved: bool,
}

/// The four presence types that manage subscriptions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Subscription {
    Subscribe,
    Subscribed,
    Unsubscribe,
    Unsubscribed,
}

/// Presence that the change of a subscription makes the user's server send to the contact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Broadcast {
    /// Of each available resource what it last broadcast, after the `subscribed` (§3.1.5).
    Current,
    /// `unavailable` from each available resource, before the `unsubscribed` (§3.2.2, §3.3.3).
    Unavailable,
}

/// What follows from a subscription stanza. Inbound, the order is: deliver, push, then what goes
/// to the contact (§3.1.6, §3.2.3, §3.3.3). Outbound: what goes to the contact, then push (§3.1.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// The new state. One equal to [`State::default`] whose contact has no roster item needs no
    /// record any more.
    pub state: State,
    /// Outbound: route the stanza to the contact, from the user's bare address. Inbound: deliver
    /// it to the user; a `subscribe` to available resources, the others to interested ones (§3).
    pub pass: bool,
    /// The roster item looks different now: all interested resources get a push.
    pub push: bool,
    /// Inbound only: what the server answers the contact with, from the user's bare address.
    pub reply: Option<Subscription>,
    /// Presence of the user's resources that goes to the contact.
    pub broadcast: Option<Broadcast>,
}

/// What the contact is sent when the user removes a roster item, in the order of the fields
/// (RFC 6121 §2.5.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Removal {
    /// `unsubscribe` from the user's bare address.
    pub unsubscribe: bool,
    /// `unavailable` from each available resource.
    pub unavailable: bool,
    /// `unsubscribed` from the user's bare address.
    pub unsubscribed: bool,
}

impl Subscription {
    /// `None`: the presence has to do with something else.
    pub fn of(kind: PresenceType) -> Option<Subscription> {
        match kind {
            PresenceType::Subscribe => Some(Subscription::Subscribe),
            PresenceType::Subscribed => Some(Subscription::Subscribed),
            PresenceType::Unsubscribe => Some(Subscription::Unsubscribe),
            PresenceType::Unsubscribed => Some(Subscription::Unsubscribed),
            PresenceType::Available | PresenceType::Error | PresenceType::Probe | PresenceType::Unavailable => None,
        }
    }

    pub fn presence_type(self) -> PresenceType {
        match self {
            Subscription::Subscribe => PresenceType::Subscribe,
            Subscription::Subscribed => PresenceType::Subscribed,
            Subscription::Unsubscribe => PresenceType::Unsubscribe,
            Subscription::Unsubscribed => PresenceType::Unsubscribed,
        }
    }
}

impl State {
    /// From what a roster stores: `subscription` as in [`State::subscription`], whether the user
    /// waits for an answer (`ask`), whether the contact does (`pending_in`), and the pre-approval.
    /// A request for what is already granted is dropped. `None`: `subscription` is none of the four.
    pub fn of(subscription: &str, ask: bool, pending_in: bool, approved: bool) -> Option<State> {
        let (to, from) = match subscription {
            "none" => (false, false),
            "to" => (true, false),
            "from" => (false, true),
            "both" => (true, true),
            _ => return None,
        };
        let half = |subscribed, pending| match (subscribed, pending) {
            (true, _) => Half::Subscribed,
            (false, true) => Half::Pending,
            (false, false) => Half::No,
        };
        Some(State { to: half(to, ask), from: half(from, pending_in), approved })
    }

    /// The roster item's `subscription` (RFC 6121 §2.1.2.5).
    pub fn subscription(self) -> &'static str {
        match (self.to == Half::Subscribed, self.from == Half::Subscribed) {
            (false, false) => "none",
            (true, false) => "to",
            (false, true) => "from",
            (true, true) => "both",
        }
    }

    /// Whether the roster item has `ask='subscribe'` (RFC 6121 §2.1.2.2).
    pub fn ask(self) -> bool {
        self.to == Half::Pending
    }

    /// Whether the contact waits for the user's answer.
    pub fn pending_in(self) -> bool {
        self.from == Half::Pending
    }

    /// Whether the user sees the contact's presence: "To" or "Both".
    pub fn sees_contact(self) -> bool {
        self.to == Half::Subscribed
    }

    /// Whether the contact sees the user's presence: "From" or "Both".
    pub fn seen_by_contact(self) -> bool {
        self.from == Half::Subscribed
    }

    /// What a roster item shows: a request of the contact is not among it (§A.1).
    fn shown(self) -> (&'static str, bool, bool) {
        (self.subscription(), self.ask(), self.approved)
    }
}

/// The user sends `kind` to the contact (RFC 6121 §A.2).
pub fn outbound(before: State, kind: Subscription) -> Step {
    let mut state = before;
    let mut pass = true;
    let mut broadcast = None;
    match kind {
        Subscription::Subscribe => {
            if before.to == Half::No {
                state.to = Half::Pending;
            }
        }
        Subscription::Unsubscribe => state.to = Half::No,
        Subscription::Subscribed => match before.from {
            Half::Pending => {
                state.from = Half::Subscribed;
                broadcast = Some(Broadcast::Current);
            }
            Half::No => {
                state.approved = true;
                pass = false;
            }
            Half::Subscribed => pass = false,
        },
        Subscription::Unsubscribed => {
            pass = before.from != Half::No;
            broadcast = before.seen_by_contact().then_some(Broadcast::Unavailable);
            state.from = Half::No;
            state.approved = false;
        }
    }
    Step { state, pass, push: state.shown() != before.shown(), reply: None, broadcast }
}

/// The contact sends `kind` to the user (RFC 6121 §A.3).
///
/// Who may see the user already, or may by pre-approval, is answered `subscribed` and given the
/// current presence: a contact's server that asks again has lost its state.
pub fn inbound(before: State, kind: Subscription) -> Step {
    let mut state = before;
    let mut pass = false;
    let mut reply = None;
    let mut broadcast = None;
    match kind {
        Subscription::Subscribe => {
            if before.approved || before.seen_by_contact() {
                state.from = Half::Subscribed;
                reply = Some(Subscription::Subscribed);
                broadcast = Some(Broadcast::Current);
            } else {
                state.from = Half::Pending;
                pass = before.from == Half::No;
            }
        }
        Subscription::Unsubscribe => {
            if before.from != Half::No {
                state.from = Half::No;
                pass = true;
                reply = Some(Subscription::Unsubscribed);
                broadcast = before.seen_by_contact().then_some(Broadcast::Unavailable);
            }
        }
        Subscription::Subscribed => {
            if before.to == Half::Pending {
                state.to = Half::Subscribed;
                pass = true;
            }
        }
        Subscription::Unsubscribed => {
            if before.to != Half::No {
                state.to = Half::No;
                pass = true;
            }
        }
    }
    Step { state, pass, push: state.shown() != before.shown(), reply, broadcast }
}

/// The contact asks with a token that the user gave out (XEP-0379 §3.5): granted, and the user asks
/// back. True: a `subscribe` to the contact follows the reply.
pub fn vouched_for(before: State) -> (Step, bool) {
    let mut step = inbound(State { approved: true, ..before }, Subscription::Subscribe);
    step.state.approved = before.approved;
    let asks_back = before.to == Half::No;
    if asks_back {
        step.state.to = Half::Pending;
    }
    step.push = step.state.shown() != before.shown();
    (step, asks_back)
}

/// The user removes the contact from the roster. A request still pending is taken back or denied
/// with it, which §2.5.2 leaves open: else the contact could grant what nobody waits for, and be
/// asked for what the user has just thrown away.
pub fn removal(state: State) -> Removal {
    Removal {
        unsubscribe: state.to != Half::No,
        unavailable: state.seen_by_contact(),
        unsubscribed: state.from != Half::No,
    }
}
