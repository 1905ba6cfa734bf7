//! Pages of the archive against a list in memory.

use proptest::prelude::*;

use super::*;

#[derive(Clone, Debug)]
enum Step {
    /// A message with one of the peers, by resource, of a kind, listed or not.
    Message {
        peer: usize,
        resource: usize,
        incoming: bool,
        groupchat: bool,
        listed: bool,
    },
    Clock(i64),
    Move,
}

#[derive(Clone, Debug)]
struct Asked {
    with: Option<(usize, Option<usize>)>,
    start: Option<i64>,
    end: Option<i64>,
    after_id: Option<usize>,
    before_id: Option<usize>,
    ids: Vec<usize>,
    without_groupchat: bool,
    max: u64,
    /// 0 first, 1 last, 2 after, 3 before, with an item.
    place: (u8, usize),
}

const PEERS: [&str; 3] = ["romeo@a.test", "nurse@b.test", "juliet@a.test"];
const RESOURCES: [&str; 2] = ["one", "two"];

struct Known {
    kept: Kept,
    sender: Jid,
    recipient: Jid,
    peer: Jid,
    groupchat: bool,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let message = (0..3usize, 0..2usize, any::<bool>(), prop::bool::weighted(0.2), prop::bool::weighted(0.9)).prop_map(
        |(peer, resource, incoming, groupchat, listed)| Step::Message { peer, resource, incoming, groupchat, listed },
    );
    let clock = (-3_000_000..5_000_000i64).prop_map(Step::Clock);
    prop::collection::vec(prop_oneof![8 => message, 2 => clock, 1 => Just(Step::Move)], 1..60)
}

fn asked() -> impl Strategy<Value = Asked> {
    let some = |to: usize| prop::option::weighted(0.2, 0..to);
    let time = || prop::option::weighted(0.3, -5_000_000..30_000_000i64);
    let with = prop::option::weighted(0.4, (0..3usize, prop::option::weighted(0.3, 0..2usize)));
    let ids = prop_oneof![4 => Just(Vec::new()), 1 => prop::collection::vec(0..60usize, 1..5)];
    let place = (0..4u8, 0..60usize);
    (with, time(), time(), some(60), some(60), ids, prop::bool::weighted(0.2), 1..12u64, place).prop_map(
        |(with, start, end, after_id, before_id, ids, without_groupchat, max, place)| Asked {
            with,
            start,
            end,
            after_id,
            before_id,
            ids,
            without_groupchat,
            max,
            place,
        },
    )
}

/// Does the steps; what juliet's archive lists.
async fn play(house: &House, steps: &[Step]) -> Vec<Known> {
    let mut known = Vec::new();
    for step in steps {
        match step {
            Step::Move => house.move_recent().await,
            Step::Clock(by) => house.clock.set_utc(house.clock.utc() + by),
            Step::Message { peer, resource, incoming, groupchat, listed } => {
                let (peer, own) = (jid(PEERS[*peer]), jid("juliet@a.test"));
                let far = peer.with_resource(RESOURCES[*resource]).expect("a resource");
                let (sender, recipient) = if *incoming { (far, own) } else { (own, far) };
                let mut message = body(sender.as_str(), recipient.as_str(), "x");
                message.kind = if *groupchat { MessageType::Groupchat } else { MessageType::Chat };
                let mut batch = Batch::new();
                let mut keeping = house.archive.message(message);
                let kept = keeping.keep(JULIET, &peer, *listed, false);
                keeping.finish(&mut batch);
                house.store.submit(batch).await.expect("kept");
                if *listed {
                    known.push(Known { kept, sender, recipient, peer, groupchat: *groupchat });
                }
            }
        }
    }
    known
}

/// The query, and what the list says to it.
fn expected(known: &[Known], asked: &Asked) -> (Query, Vec<u64>, bool) {
    let at = |index: usize| &known[index % known.len()].kept;
    let id = |index: Option<usize>| index.map(|index| at(index).id.to_string());
    let with = asked.with.map(|(peer, resource)| match resource {
        None => jid(PEERS[peer]),
        Some(resource) => jid(PEERS[peer]).with_resource(RESOURCES[resource]).expect("a resource"),
    });
    let item = at(asked.place.1);
    let place = match asked.place.0 {
        0 => rsm::Place::First,
        1 => rsm::Place::Last,
        2 => rsm::Place::After(item.id.to_string()),
        _ => rsm::Place::Before(item.id.to_string()),
    };
    let matches = |row: &&Known| {
        let seq = row.kept.seq;
        let with = with.as_ref().is_none_or(|with| match with.is_bare() {
            true => row.peer == *with,
            false => row.sender == *with || row.recipient == *with,
        });
        with && asked.start.is_none_or(|start| row.kept.at >= START + start)
            && asked.end.is_none_or(|end| row.kept.at <= START + end)
            && asked.after_id.is_none_or(|index| seq > at(index).seq)
            && asked.before_id.is_none_or(|index| seq < at(index).seq)
            && (asked.ids.is_empty() || asked.ids.iter().any(|index| at(*index).seq == seq))
            && !(asked.without_groupchat && row.groupchat)
            && (asked.place.0 != 2 || seq > item.seq)
            && (asked.place.0 != 3 || seq < item.seq)
    };
    let all: Vec<u64> = known.iter().filter(matches).map(|row| row.kept.seq).collect();
    let max = asked.max as usize;
    let page = match asked.place.0 % 2 {
        0 => all[..max.min(all.len())].to_vec(),
        _ => all[all.len().saturating_sub(max)..].to_vec(),
    };
    let complete = page.len() == all.len();
    let query = Query {
        with,
        start: asked.start.map(|start| START + start),
        end: asked.end.map(|end| START + end),
        after_id: id(asked.after_id),
        before_id: id(asked.before_id),
        ids: asked.ids.iter().map(|index| at(*index).id.to_string()).collect(),
        without_groupchat: asked.without_groupchat,
        page: rsm::Request { max: Some(asked.max), place },
    };
    (query, page, complete)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn xep0313_4_pages_are_those_of_a_plain_list(steps in steps(), asked in prop::collection::vec(asked(), 1..60)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let house = house().await;
            let known = play(&house, &steps).await;
            for asked in asked.iter().filter(|_| !known.is_empty()) {
                let (query, rows, complete) = expected(&known, asked);
                let counted = Query { page: rsm::Request { max: Some(0), place: rsm::Place::First }, ..query.clone() };
                let page = house.archive.page(JULIET, query).await.expect("a page");
                prop_assert_eq!(page.rows.iter().map(|row| row.seq).collect::<Vec<_>>(), rows.clone());
                prop_assert_eq!(page.complete, complete);
                if complete && asked.place.0 < 2 {
                    prop_assert_eq!(page.count, Some(rows.len() as u64));
                    let count = house.archive.page(JULIET, counted).await.expect("a count").count;
                    prop_assert!(count.is_none_or(|count| count == rows.len() as u64));
                }
            }
            Ok(())
        })?;
    }
}
