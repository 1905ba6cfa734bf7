//! Invitations in a real database.

use std::time::Duration;

use super::*;
use crate::accounts::joining::JoinError;
use crate::accounts::joining::Joined;
use crate::accounts::joining::Rules;
use crate::accounts::joining::Standing;
use crate::accounts::names::NameError;
use crate::accounts::passwords::WeakPassword;
use crate::audit::By;
use crate::settings::Profile;
use crate::settings::Settings;
use crate::store::OpenOptions;

const RULES: Rules<'static> = Rules { domain: "a.test", place: "Beach House" };
const PASSWORD: &str = "pencil-and-paper";
/// 2026-01-01.
const NOW: UtcMicros = 1_767_225_600_000_000;

struct Place {
    _folder: tempfile::TempDir,
    settings: Settings,
    clock: Clock,
    accounts: Accounts,
    invites: Invites,
    mira: AccountId,
}

async fn place() -> Place {
    let folder = tempfile::tempdir().expect("a folder");
    let clock = Clock::stepped(NOW);
    let options = OpenOptions { reserve: 0, ..OpenOptions::default() };
    let store = Store::open(folder.path(), options, clock.clone()).expect("it opens");
    let accounts = Accounts::open(store.clone(), clock.clone()).await.expect("it reads");
    let mira = accounts.create("mira", "x", Role::Owner).await.expect("a new name");
    let settings = Settings::open(&store, Profile::default()).await.expect("it reads");
    let invites = Invites::new(store, clock.clone(), accounts.clone());
    Place { _folder: folder, settings, clock, accounts, invites, mira }
}

impl Place {
    async fn members_invite(&self, value: &str) {
        self.settings.set("members_invite", value, &By::Machine).await.expect("a good value");
    }

    async fn made(&self, order: Order) -> Made {
        self.invites.create(order).await.expect("a good order")
    }

    async fn look(&self, token: &str) -> Looked {
        self.invites.look(token, None).await.expect("it reads")
    }

    async fn ticket(&self, token: &str) -> Ticket {
        match self.look(token).await {
            Looked::Valid(ticket) => *ticket,
            other => panic!("{other:?}"),
        }
    }

    async fn join(&self, ticket: &Ticket, name: &str) -> Result<Joined, JoinError> {
        self.invites.join(ticket, name, PASSWORD, false, Some(&RULES)).await
    }
}

#[tokio::test]
async fn xep0445_4_a_token_is_spent_when_the_account_exists() {
    let place = place().await;
    let made = place.made(Order { note: Some("for Tom".into()), ..Order::account(Some(place.mira)) }).await;
    assert_eq!((made.token.len(), made.friend.as_deref()), (24, Some("mira")));
    let ticket = place.ticket(&made.token).await;
    assert_eq!((ticket.left, ticket.of, &*ticket.inviter.clone().unwrap().shown), (1, 1, "mira"));
    let bad = place.invites.join(&ticket, "tom", "short", false, Some(&RULES)).await;
    assert!(matches!(bad, Err(JoinError::Password(WeakPassword::TooShort { signs: 5 }))));
    assert!(matches!(place.join(&ticket, "mira").await, Err(JoinError::Name(NameError::Taken { .. }))));
    assert_eq!(place.ticket(&made.token).await.left, 1);
    let Joined::In { account, befriend, .. } = place.join(&ticket, "Tom").await.unwrap() else { panic!() };
    assert_eq!((place.accounts.find("tom"), befriend), (Some(account), Some(place.mira)));
    assert_eq!(place.accounts.prove_password("tom", PASSWORD).await.unwrap().map(|proof| proof.account), Some(account));
    let used = place.look(&made.token).await;
    assert!(matches!(used, Looked::Used { at: NOW, inviter: Some(_), .. }), "{used:?}");
    assert!(matches!(place.join(&ticket, "tina").await, Err(JoinError::Over(_))));
    assert_eq!(place.invites.unfinished().await.unwrap(), [(place.mira, account)]);
    let listed = &place.invites.list(None).await.unwrap()[0];
    assert_eq!((listed.note.as_deref(), &listed.used_by[..]), (Some("for Tom"), &[("tom@".to_owned(), NOW)][..]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_at_once_for_one_use_make_one_account() {
    let place = place().await;
    let made = place.made(Order::account(None)).await;
    let ticket = place.ticket(&made.token).await;
    let tries: Vec<_> = (0..1_000)
        .map(|n| {
            let (invites, ticket) = (place.invites.clone(), ticket.clone());
            tokio::spawn(async move { invites.join(&ticket, &format!("friend{n}"), PASSWORD, false, None).await })
        })
        .collect();
    let mut made = 0;
    for one in tries {
        match one.await.expect("it ran") {
            Ok(Joined::In { .. }) => made += 1,
            Err(JoinError::Over(over)) => assert!(matches!(*over, Looked::Used { .. })),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!((made, place.accounts.len()), (1, 2));
}

#[tokio::test]
async fn each_state_is_told_apart() {
    let place = place().await;
    let group = place.made(Order { uses: 2, ..Order::account(Some(place.mira)) }).await;
    for name in ["tom", "tina"] {
        place.join(&place.ticket(&group.token).await, name).await.unwrap();
    }
    assert!(matches!(place.look(&group.token).await, Looked::Full { of: 2, inviter: Some(_) }));
    let old = place.made(Order { lasts_s: 60, ..Order::account(Some(place.mira)) }).await;
    let begun = place.ticket(&old.token).await;
    let back = place.made(Order::account(None)).await;
    assert!(place.invites.revoke(back.id, None, &By::Machine).await.unwrap());
    assert!(!place.invites.revoke(back.id, None, &By::Machine).await.unwrap());
    assert!(matches!(place.look(&back.token).await, Looked::Withdrawn { kind: Kind::Account, .. }));
    place.clock.advance(Duration::from_secs(61));
    assert!(matches!(place.look(&old.token).await, Looked::RanOut { inviter: Some(_), .. }));
    // XEP-0445 §4: what was begun in time may end later.
    assert!(place.join(&begun, "zoe").await.is_ok());
    assert_eq!(place.look(&clock::token()).await, Looked::Unknown);
    assert_eq!(place.look("").await, Looked::Unknown);
}

#[tokio::test]
async fn guesses_from_one_address_are_slowed_down() {
    let place = place().await;
    let made = place.made(Order::account(None)).await;
    let (bad, good) = (Some("192.0.2.1".parse().unwrap()), Some("192.0.2.2".parse().unwrap()));
    for _ in 0..limits::TOKEN_BURST {
        assert_eq!(place.invites.look("wrong", bad).await.unwrap(), Looked::Unknown);
    }
    assert!(matches!(place.invites.look(&made.token, bad).await.unwrap(), Looked::TooFast { wait_s: 1.. }));
    assert!(matches!(place.invites.look(&made.token, good).await.unwrap(), Looked::Valid(_)));
    place.clock.advance(Duration::from_secs(limits::TOKEN_REFILL_S));
    assert!(matches!(place.invites.look(&made.token, bad).await.unwrap(), Looked::Valid(_)));
}

#[tokio::test]
async fn orders_are_checked_and_members_have_a_quota() {
    let place = place().await;
    let order = || Order::account(Some(place.mira));
    let refused = async |order: Order| place.invites.create(order).await.unwrap_err();
    assert!(matches!(refused(Order { uses: 0, ..order() }).await, OrderError::Uses));
    assert!(matches!(refused(Order { uses: 501, ..order() }).await, OrderError::Uses));
    assert!(matches!(refused(Order { lasts_s: 59, ..order() }).await, OrderError::Lasts));
    assert!(matches!(refused(Order { note: Some("a\nb".into()), ..order() }).await, OrderError::Note));
    assert!(matches!(refused(Order { name: Some("a b".into()), ..order() }).await, OrderError::Name));
    assert!(matches!(refused(Order { name: Some("mira".into()), ..order() }).await, OrderError::NameTaken));
    place.made(Order { uses: 2, quota: Some(3), ..order() }).await;
    assert!(matches!(refused(Order { uses: 2, quota: Some(3), ..order() }).await, OrderError::Quota(2)));
    place.made(Order { quota: Some(3), ..order() }).await;
    assert!(matches!(refused(Order { quota: Some(3), ..order() }).await, OrderError::Quota(3)));
}

#[tokio::test]
async fn xep0401_6_2_a_name_is_kept_while_its_invitation_is_open() {
    let place = place().await;
    let made = place.made(Order { name: Some("Juliet".into()), ..Order::account(None) }).await;
    let other = place.made(Order { uses: 5, ..Order::account(None) }).await;
    let any = place.ticket(&other.token).await;
    assert!(matches!(place.join(&any, "juliet").await, Err(JoinError::Name(NameError::Taken { .. }))));
    assert!(place.accounts.create("juliet", "x", Role::Member).await.is_err());
    let own = place.ticket(&made.token).await;
    assert!(matches!(place.join(&own, "romeo").await, Err(JoinError::OtherName(name)) if &*name == "juliet"));
    place.join(&own, "juliet").await.unwrap();
    let late = place.made(Order { name: Some("paris".into()), lasts_s: 60, ..Order::account(None) }).await;
    assert_eq!(late.name.as_deref(), Some("paris"));
    place.clock.advance(Duration::from_secs(60));
    place.join(&any, "paris").await.unwrap();
}

#[tokio::test]
async fn a_reset_link_works_once_and_the_newest_only() {
    let place = place().await;
    let first = place.invites.reset_link(place.mira, None).await.unwrap();
    let second = place.invites.reset_link(place.mira, None).await.unwrap();
    assert!(matches!(place.look(&first.token).await, Looked::Withdrawn { kind: Kind::Reset, .. }));
    let ticket = place.ticket(&second.token).await;
    assert_eq!((ticket.kind, ticket.name.as_deref()), (Kind::Reset, Some("mira")));
    assert!(matches!(place.join(&ticket, "tom").await, Err(JoinError::Over(_))));
    assert_eq!(place.invites.reset(&ticket, PASSWORD, Some(&RULES)).await.unwrap(), place.mira);
    assert_eq!(
        place.accounts.prove_password("mira", PASSWORD).await.unwrap().map(|proof| proof.account),
        Some(place.mira)
    );
    assert!(matches!(place.invites.reset(&ticket, "another good one", None).await, Err(JoinError::Over(_))));
    assert!(matches!(place.look(&second.token).await, Looked::Used { kind: Kind::Reset, .. }));
}

#[tokio::test]
async fn of_many_who_use_one_reset_link_at_once_one_has_a_new_password() {
    let place = place().await;
    let made = place.invites.reset_link(place.mira, None).await.unwrap();
    let ticket = place.ticket(&made.token).await;
    let mut tries = tokio::task::JoinSet::new();
    for number in 0..20 {
        let (invites, ticket) = (place.invites.clone(), ticket.clone());
        tries.spawn(async move {
            let password = format!("pencil-and-paper {number}");
            (invites.reset(&ticket, &password, Some(&RULES)).await.is_ok(), password)
        });
    }
    let done: Vec<String> = tries.join_all().await.into_iter().filter(|(done, _)| *done).map(|(_, own)| own).collect();
    assert_eq!(done.len(), 1);
    assert_eq!(
        place.accounts.prove_password("mira", &done[0]).await.unwrap().map(|proof| proof.account),
        Some(place.mira)
    );
}

#[tokio::test]
async fn a_name_that_comes_and_goes_takes_a_place_each_time() {
    let place = place().await;
    let made = place.made(Order { uses: 2, ..Order::account(Some(place.mira)) }).await;
    let ticket = place.ticket(&made.token).await;
    for _ in 0..2 {
        let Ok(Joined::In { account, .. }) = place.join(&ticket, "samy").await else { panic!("a place is left") };
        place.accounts.remove(account, &By::Machine).await.unwrap();
    }
    assert!(matches!(place.join(&ticket, "samy").await, Err(JoinError::Over(_))));
}

#[tokio::test]
async fn who_asks_first_waits_for_a_yes_under_a_name_of_their_own() {
    let place = place().await;
    let made = place.made(Order { uses: 2, ask_first: true, ..Order::account(Some(place.mira)) }).await;
    let ticket = place.ticket(&made.token).await;
    let Joined::Waits { token, .. } = place.join(&ticket, "tom").await.unwrap() else { panic!() };
    assert_eq!(place.accounts.find("tom"), None);
    assert_eq!(
        place.invites.request_standing(&token).await.unwrap(),
        Standing::Waits { name: "tom".into(), until: NOW + limits::JOIN_REQUEST_S as i64 * 1_000_000 }
    );
    assert!(matches!(place.join(&ticket, "tom").await, Err(JoinError::Name(NameError::Taken { .. }))));
    let waiting = place.invites.requests().await.unwrap();
    assert_eq!((waiting.len(), waiting[0].inviter.as_deref()), (1, Some("mira")));
    let Some(Joined::In { account, befriend, .. }) = place.invites.approve(waiting[0].id, &By::Machine).await.unwrap()
    else {
        panic!()
    };
    assert_eq!(befriend, Some(place.mira));
    assert_eq!(place.accounts.prove_password("tom", PASSWORD).await.unwrap().map(|proof| proof.account), Some(account));
    assert_eq!(place.invites.unfinished().await.unwrap(), [(place.mira, account)]);
    let Joined::Waits { token, .. } = place.join(&ticket, "tina").await.unwrap() else { panic!() };
    let id = place.invites.requests().await.unwrap()[0].id;
    assert!(
        place.invites.refuse(id, &By::Machine).await.unwrap() && !place.invites.refuse(id, &By::Machine).await.unwrap()
    );
    assert_eq!(place.invites.request_standing(&token).await.unwrap(), Standing::Over);
    assert_eq!(place.ticket(&made.token).await.left, 1, "a place is spent by an account only");
}

#[tokio::test]
async fn a_request_that_nobody_answers_ends_and_frees_its_name_and_its_place() {
    let place = place().await;
    let lasts_s = 2 * limits::JOIN_REQUEST_S;
    let made = place.made(Order { ask_first: true, lasts_s, ..Order::account(None) }).await;
    let ticket = place.ticket(&made.token).await;
    let Joined::Waits { token, .. } = place.join(&ticket, "tom").await.unwrap() else { panic!() };
    assert!(matches!(place.look(&made.token).await, Looked::Used { .. }));
    place.clock.advance(Duration::from_secs(limits::JOIN_REQUEST_S - 1));
    assert_eq!(place.invites.sweep().await.unwrap().requests, 0);
    place.clock.advance(Duration::from_secs(1));
    assert_eq!(place.invites.sweep().await.unwrap().requests, 1);
    assert_eq!(place.invites.request_standing(&token).await.unwrap(), Standing::Over);
    assert!(place.invites.requests().await.unwrap().is_empty());
    let ticket = place.ticket(&made.token).await;
    assert!(matches!(place.join(&ticket, "tom").await, Ok(Joined::Waits { .. })), "name and place are free");
}

#[tokio::test]
async fn a_request_whose_time_is_over_waits_for_no_sweep() {
    let place = place().await;
    let lasts_s = 2 * limits::JOIN_REQUEST_S;
    let made = place.made(Order { ask_first: true, uses: 5, lasts_s, ..Order::account(None) }).await;
    let straight = place.made(Order { lasts_s, ..Order::account(None) }).await;
    let ticket = place.ticket(&made.token).await;
    let mut tokens = Vec::new();
    for name in ["tom", "ann", "zoe"] {
        let Joined::Waits { token, .. } = place.join(&ticket, name).await.unwrap() else { panic!() };
        tokens.push(token);
    }
    let named = || Order { name: Some("ann".into()), ..Order::account(None) };
    place.clock.advance(Duration::from_secs(limits::JOIN_REQUEST_S - 1));
    let requests = place.invites.requests().await.unwrap();
    assert_eq!(requests.len(), 3);
    assert!(matches!(place.invites.create(named()).await, Err(OrderError::NameTaken)));
    place.clock.advance(Duration::from_secs(1));
    assert!(place.invites.requests().await.unwrap().is_empty());
    for (request, token) in requests.iter().zip(&tokens) {
        assert_eq!(place.invites.request_standing(token).await.unwrap(), Standing::Over);
        assert_eq!(place.invites.approve(request.id, &By::Machine).await.unwrap(), None);
        assert!(!place.invites.refuse(request.id, &By::Machine).await.unwrap());
    }
    assert_eq!((place.accounts.find("tom"), place.ticket(&made.token).await.left), (None, 2));
    // Their names are free for all who come, and their places once somebody did.
    place.made(named()).await;
    assert!(matches!(place.join(&ticket, "tom").await, Ok(Joined::Waits { .. })));
    assert_eq!(place.ticket(&made.token).await.left, 4);
    let ticket = place.ticket(&straight.token).await;
    assert!(matches!(place.join(&ticket, "zoe").await, Ok(Joined::In { .. })));
    assert_eq!(place.invites.sweep().await.unwrap().requests, 0);
    assert_eq!(place.invites.requests().await.unwrap().len(), 1, "tom, who asked again");
}

#[tokio::test]
async fn xep0379_3_5_a_token_vouches_for_the_inviter_s_contacts_only() {
    let place = place().await;
    let tom = place.accounts.create("tom", "x", Role::Member).await.unwrap();
    let made = place.made(Order::contact(place.mira)).await;
    let domain: Jid = "a.test".parse().unwrap();
    let (romeo, paris): (Jid, Jid) = ("romeo@b.test/x".parse().unwrap(), "paris@b.test".parse().unwrap());
    let vouch = async |owner, from: &Jid| place.invites.vouch(&made.token, owner, from, &domain).await.unwrap();
    assert!(!vouch(tom, &romeo).await);
    assert!(vouch(place.mira, &romeo).await);
    assert!(!vouch(place.mira, &paris).await);
    assert_eq!(place.invites.list(None).await.unwrap()[0].used_by[0].0, "romeo@b.test");
}

#[tokio::test]
async fn what_somebody_gave_out_who_may_not_invite_now_lets_nobody_in() {
    let place = place().await;
    let tom = place.accounts.create("tom", "x", Role::Member).await.unwrap();
    let of_mira = place.made(Order::account(Some(place.mira))).await;
    let reset = place.invites.reset_link(tom, Some(place.mira)).await.unwrap();
    let account = place.made(Order { name: Some("zoe".into()), ..Order::account(Some(tom)) }).await;
    let contact = place.made(Order::contact(tom)).await;
    let holds = async |made: &Made| match place.look(&made.token).await {
        Looked::Valid(_) => true,
        Looked::Withdrawn { inviter: Some(_), .. } => false,
        other => panic!("{other:?}"),
    };
    // Never on: members make contacts only.
    assert!(!holds(&account).await && holds(&contact).await && holds(&of_mira).await && holds(&reset).await);
    place.members_invite("on").await;
    assert!(holds(&account).await);
    let begun = place.ticket(&account.token).await;
    place.members_invite("off").await;
    assert!(matches!(place.join(&begun, "zoe").await, Err(JoinError::Over(over))
        if matches!(*over, Looked::Withdrawn { inviter: Some(_), .. })));
    let listed = place.invites.list(Some(tom)).await.unwrap();
    assert_eq!(
        listed.iter().map(|invite| invite.state(NOW)).collect::<Vec<_>>(),
        [InviteState::Open, InviteState::Paused]
    );
    place.members_invite("on").await;
    place.accounts.set_role(tom, Role::Limited, &By::Machine).await.unwrap();
    assert!(!holds(&account).await && !holds(&contact).await);
    place.accounts.set_role(tom, Role::Owner, &By::Machine).await.unwrap();
    assert!(holds(&account).await && holds(&contact).await);
    // Who is no owner any more gives nobody a password; with the right back the same links work.
    place.members_invite("off").await;
    place.accounts.set_role(place.mira, Role::Member, &By::Machine).await.unwrap();
    assert!(!holds(&of_mira).await && !holds(&reset).await);
    place.accounts.set_role(place.mira, Role::Owner, &By::Machine).await.unwrap();
    assert!(holds(&of_mira).await && holds(&reset).await);
    assert!(matches!(place.join(&begun, "zoe").await, Ok(Joined::In { .. })));
}

#[tokio::test]
async fn a_place_is_taken_only_while_the_inviter_may_invite() {
    let place = place().await;
    let tom = place.accounts.create("tom", "x", Role::Member).await.unwrap();
    place.members_invite("on").await;
    let id = place.made(Order::account(Some(tom))).await.id;
    let spent = async || {
        let job = move |c: &Connection| {
            let spent = rows::spend(c, id, "zoe@", NOW, true)?;
            give_back(c, id, "zoe@")?;
            Ok(spent)
        };
        place.invites.0.store.write(job).await.unwrap()
    };
    assert!(spent().await);
    place.members_invite("off").await;
    assert!(!spent().await, "asked again by the transaction");
    place.members_invite("on").await;
    place.accounts.leave(tom).await.unwrap();
    assert!(!spent().await);
    place.accounts.stay(tom).await.unwrap();
    assert!(spent().await);
}

#[tokio::test]
async fn what_a_locked_member_gave_out_lets_nobody_in() {
    let place = place().await;
    place.members_invite("on").await;
    let tom = place.accounts.create("tom", "x", Role::Member).await.unwrap();
    let made = place.made(Order::account(Some(tom))).await;
    place.accounts.lock(tom, &By::Machine).await.unwrap();
    assert_eq!(place.look(&made.token).await, Looked::Withdrawn { kind: Kind::Account, inviter: None });
    place.accounts.unlock(tom, &By::Machine).await.unwrap();
    assert!(matches!(place.look(&made.token).await, Looked::Valid(_)));
}

#[tokio::test]
async fn what_ended_long_ago_is_forgotten() {
    let place = place().await;
    let made = place.made(Order::account(None)).await;
    place.clock.advance(Duration::from_secs(limits::INVITE_S + limits::INVITE_KEPT_S - 1));
    let swept = |invites| Swept { requests: 0, invites };
    assert_eq!(place.invites.sweep().await.unwrap(), swept(0));
    place.clock.advance(Duration::from_secs(2));
    assert_eq!(place.invites.sweep().await.unwrap(), swept(1));
    assert_eq!(place.look(&made.token).await, Looked::Unknown);
}

#[test]
fn what_people_paste_has_its_token_found() {
    for pasted in [
        " abc-_1 ",
        "https://a.test/invite/abc-_1",
        "https://a.test/invite/abc-_1/?x",
        "https://a.test/reset/abc-_1",
        "xmpp:mira@a.test?roster;preauth=abc-_1;ibr=y",
        "xmpp:a.test?register;preauth=abc-_1",
    ] {
        assert_eq!(token_in(pasted), "abc-_1", "{pasted}");
    }
}
