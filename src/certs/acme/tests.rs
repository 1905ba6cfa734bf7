//! What no pebble can: renewal information, profiles, limits, a rehearsal; by an authority that is a script.

use std::collections::BTreeSet;
use std::pin::Pin;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use hyper::Request;
use hyper::Response;
use serde_json::Value;
use serde_json::json;
use tokio::task::JoinHandle;

use super::*;
use crate::certs;
use crate::certs::For;
use crate::certs::Pair;
use crate::certs::Source;
use crate::settings::Profile;
use crate::store::OpenOptions;

/// November 2026.
const NOW: UtcMicros = 1_795_000_000_000_000;
const HOUR: Duration = Duration::from_secs(3_600);

/// Signs nothing: an order that it takes is ready at once, and its end is trouble of its own.
#[derive(Default)]
struct Script {
    profiles: Value,
    /// What `renewalInfo` answers; it is offered where this is an object.
    renewal: Value,
    rejects: BTreeSet<String>,
    /// `Retry-After` of a refusal of all orders.
    limited: Option<&'static str>,
    /// The same of an order that is signed at some time.
    signs: Option<&'static str>,
    looks: watch::Sender<u32>,
    orders: watch::Sender<Vec<(String, Value)>>,
}

impl Exchange for Script {
    fn send(
        &self,
        request: Request<Bytes>,
    ) -> Pin<Box<dyn Future<Output = Result<Response<Bytes>, HttpError>> + Send + '_>> {
        Box::pin(async move { Ok(self.answer(&request)) })
    }
}

impl Script {
    fn answer(&self, request: &Request<Bytes>) -> Response<Bytes> {
        let host = request.uri().host().unwrap().to_owned();
        let at = |path: &str| format!("https://{host}{path}");
        let answer = |status: u16, body: Value| {
            let builder = Response::builder().status(status).header("replay-nonce", "n");
            builder.body(Bytes::from(body.to_string())).unwrap()
        };
        let mut reply = match request.uri().path() {
            "/dir" | "/directory" => {
                let mut directory = json!({
                    "newNonce": at("/nonce"), "newAccount": at("/account"), "newOrder": at("/order"),
                });
                if self.profiles.is_object() {
                    directory["meta"] = json!({ "profiles": self.profiles });
                }
                if self.renewal.is_object() {
                    directory["renewalInfo"] = json!(at("/renewal"));
                }
                answer(200, directory)
            }
            "/nonce" | "/account" => answer(200, json!({})),
            "/finalize" | "/account/1" if self.signs.is_some() => {
                self.looks.send_modify(|looks| *looks += 1);
                let end = at("/finalize");
                answer(200, json!({ "status": "processing", "authorizations": [], "finalize": end }))
            }
            "/order" => self.order(&host, &payload(request), answer),
            path if path.starts_with("/renewal/") => answer(200, self.renewal.clone()),
            _ => answer(500, json!({ "type": "urn:ietf:params:acme:error:serverInternal", "detail": "tired" })),
        };
        reply.headers_mut().insert("location", at("/account/1").parse().unwrap());
        if request.uri().path().starts_with("/renewal/") {
            reply.headers_mut().insert("retry-after", "21600".parse().unwrap());
        }
        let signs = self.signs.filter(|_| matches!(request.uri().path(), "/finalize" | "/account/1"));
        if let Some(after) = self.limited.filter(|_| reply.status() == 429).or(signs) {
            reply.headers_mut().insert("retry-after", after.parse().unwrap());
        }
        reply
    }

    fn order(&self, host: &str, order: &Value, answer: impl Fn(u16, Value) -> Response<Bytes>) -> Response<Bytes> {
        self.orders.send_modify(|orders| orders.push((host.to_owned(), order.clone())));
        if self.limited.is_some() {
            return answer(429, json!({ "type": "urn:ietf:params:acme:error:rateLimited", "detail": "too many" }));
        }
        let refused = |one: &&Value| one["value"].as_str().is_some_and(|name| self.rejects.contains(name));
        let refused: Vec<Value> = order["identifiers"].as_array().unwrap().iter().filter(refused).cloned().collect();
        if !refused.is_empty() {
            let kind = "urn:ietf:params:acme:error:rejectedIdentifier";
            let subproblems: Vec<Value> = refused
                .iter()
                .map(|one| json!({ "type": kind, "detail": "not this one", "identifier": one }))
                .collect();
            return answer(403, json!({ "type": kind, "subproblems": subproblems }));
        }
        let mut taken = order.clone();
        taken["status"] = json!("ready");
        taken["authorizations"] = json!([]);
        taken["finalize"] = json!(format!("https://{host}/finalize"));
        answer(201, taken)
    }
}

fn payload(request: &Request<Bytes>) -> Value {
    let signed: Value = serde_json::from_slice(request.body()).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(signed["payload"].as_str().unwrap()).unwrap()).unwrap()
}

struct Stage {
    acme: Acme,
    clock: Clock,
    orders: watch::Receiver<Vec<(String, Value)>>,
    job: JoinHandle<()>,
    _folder: tempfile::TempDir,
}

impl Drop for Stage {
    fn drop(&mut self) {
        self.job.abort();
    }
}

impl Stage {
    /// `directory`: as in [`Authority`]; `kept`: a certificate is in service.
    async fn new(script: Script, directory: Option<&str>, kept: Option<Pair>) -> Stage {
        let folder = tempfile::tempdir().unwrap();
        let clock = Clock::stepped(NOW);
        let store = Store::open(folder.path(), OpenOptions::default(), clock.clone()).unwrap();
        if let Some(pair) = kept {
            certs::keep(&store, Source::Acme, pair, NOW).await.unwrap();
        }
        let settings = Settings::open(&store, Profile::default()).await.unwrap();
        let orders = script.orders.subscribe();
        let script: Arc<dyn Exchange> = Arc::new(script);
        let connect = move || Ok(script.clone());
        let authority = Authority {
            directory: directory.map(str::to_owned),
            connect: Arc::new(connect),
            resolver: Resolver::new(None),
        };
        let acme = Acme::new((store.clone(), clock.clone()), settings, Challenges::default(), authority);
        let wanted = For { domain: "a.de".to_owned(), files: None, home: None };
        acme.serve(Certs::open(store, clock.clone(), wanted).await.unwrap().0);
        let job = acme.clone();
        let job = tokio::spawn(async move { job.run().await });
        Stage { acme, clock, orders, job, _folder: folder }
    }

    fn want(&self, names: &[&str]) {
        let names = names.iter().map(|name| Name::of(name)).collect();
        self.acme.want(names, How { ways: vec![Way::Http01] });
    }

    /// The orders, once there are so many.
    async fn orders(&mut self, count: usize) -> Vec<(String, Value)> {
        self.orders.wait_for(|orders| orders.len() >= count).await.unwrap().clone()
    }

    /// The states, once all is decided for now.
    async fn decided(&self) -> Vec<State> {
        let mut changes = self.acme.changes();
        let open = |one: &NameState| matches!(one.state, State::Waiting | State::Checking);
        let all = changes.wait_for(|all| !all.is_empty() && !all.iter().any(open)).await.unwrap();
        all.iter().map(|one| one.state.clone()).collect()
    }
}

const DIRECTORY: Option<&str> = Some("https://authority.test/dir");

/// Of an authority, from June 2026 to June 2027.
pub(super) fn pair(names: &[&str]) -> Pair {
    let mut params = rcgen::CertificateParams::new(vec![]).unwrap();
    params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    params.distinguished_name.push(rcgen::DnType::CommonName, "An authority");
    let issuer = rcgen::Issuer::new(params, rcgen::KeyPair::generate().unwrap());
    let key = rcgen::KeyPair::generate().unwrap();
    let mut params =
        rcgen::CertificateParams::new(names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>()).unwrap();
    (params.not_before, params.not_after) = (rcgen::date_time_ymd(2026, 6, 1), rcgen::date_time_ymd(2027, 6, 1));
    params.use_authority_key_identifier_extension = true;
    Pair { chain: params.signed_by(&key, &issuer).unwrap().pem(), key: key.serialize_pem() }
}

fn window(start: &str, end: &str) -> Value {
    json!({ "suggestedWindow": { "start": start, "end": end } })
}

#[tokio::test]
async fn rfc9773_4_2_what_the_authority_wants_renewed_now_is_renewed_now_and_says_what_it_replaces() {
    let script = Script { renewal: window("2026-10-01T00:00:00Z", "2026-10-02T00:00:00Z"), ..Script::default() };
    let mut stage = Stage::new(script, DIRECTORY, Some(pair(&["a.de"]))).await;
    // The account is made with the first order.
    stage.want(&["a.de", "b.de"]);
    let first = stage.orders(1).await[0].1.clone();
    assert_eq!(first["replaces"], Value::Null, "nobody has asked it yet");
    stage.decided().await;
    stage.want(&["a.de"]);
    // The job sleeps for an hour at most, and asks once a day where it could not.
    while stage.orders.borrow().len() < 2 {
        stage.clock.advance(HOUR);
        settled().await;
    }
    let second = stage.orders(2).await[1].1.clone();
    assert!(second["replaces"].as_str().is_some_and(|id| id.contains('.')), "{second}");
    assert_eq!(second["identifiers"], json!([{ "type": "dns", "value": "a.de" }]));
}

#[tokio::test]
async fn an_address_is_asked_for_under_the_profile_of_short_lives_where_it_is_offered() {
    for (profiles, name, profile) in [
        (json!({ "classic": "-", "shortlived": "-" }), "192.0.2.7", json!("shortlived")),
        (json!({ "classic": "-" }), "192.0.2.7", Value::Null),
        (json!({ "shortlived": "-" }), "a.de", Value::Null),
    ] {
        let mut stage = Stage::new(Script { profiles, ..Script::default() }, DIRECTORY, None).await;
        stage.want(&[name]);
        assert_eq!(stage.orders(1).await[0].1["profile"], profile, "{name}");
    }
}

#[tokio::test]
async fn rfc8555_6_6_a_limit_is_obeyed_even_when_somebody_asks_again() {
    let mut stage = Stage::new(Script { limited: Some("20000"), ..Script::default() }, DIRECTORY, None).await;
    stage.want(&["a.de"]);
    let [State::Failed { cause: Cause::RateLimited { until }, again_at, failures: 1, served_until: None, .. }] =
        &stage.decided().await[..]
    else {
        panic!("{:?}", stage.acme.state())
    };
    assert_eq!((*until, *again_at), (NOW + 20_000_000_000, NOW + 20_000_000_000));
    stage.acme.look_again();
    for _ in 0..5 {
        stage.clock.advance(HOUR);
        tokio::task::yield_now().await;
        assert_eq!(stage.orders.borrow().len(), 1);
    }
    while stage.orders.borrow().len() < 2 {
        stage.clock.advance(HOUR);
        tokio::task::yield_now().await;
    }
    assert!(stage.clock.utc() >= *until);
    assert_eq!(stage.orders(2).await.len(), 2);
}

/// Every task has done what it could without the clock.
async fn settled() {
    for _ in 0..1_000 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn rfc8555_7_4_an_order_that_takes_its_time_is_looked_at_when_the_authority_says() {
    let script = Script { signs: Some("37"), ..Script::default() };
    let mut looks = script.looks.subscribe();
    let stage = Stage::new(script, DIRECTORY, None).await;
    stage.want(&["a.de"]);
    looks.wait_for(|looks| *looks == 1).await.unwrap();
    for round in 2..=4 {
        settled().await;
        stage.clock.advance(Duration::from_secs(36));
        settled().await;
        assert_eq!(*looks.borrow(), round - 1, "before its time");
        stage.clock.advance(Duration::from_secs(1));
        looks.wait_for(|looks| *looks == round).await.unwrap();
    }
    // It is not waited for without an end: 180 seconds hold four pauses of 37.
    settled().await;
    stage.clock.advance(Duration::from_secs(37));
    let told = stage.decided().await;
    assert!(matches!(&told[..], [State::Failed { cause: Cause::Unreachable, .. }]), "{told:?}");
    assert_eq!(*looks.borrow(), 5);
}

#[tokio::test]
async fn rfc8555_6_7_1_a_name_that_is_rejected_is_left_out_of_the_next_order() {
    let script = Script { rejects: ["b.de".to_owned()].into(), ..Script::default() };
    let mut stage = Stage::new(script, DIRECTORY, None).await;
    stage.want(&["a.de", "b.de", "c.de"]);
    let orders = stage.orders(2).await;
    assert_eq!(orders[0].1["identifiers"].as_array().unwrap().len(), 3);
    let left: Vec<&str> =
        orders[1].1["identifiers"].as_array().unwrap().iter().filter_map(|one| one["value"].as_str()).collect();
    assert_eq!(left, ["a.de", "c.de"]);
    let causes: Vec<Cause> = stage
        .decided()
        .await
        .into_iter()
        .filter_map(|state| match state {
            State::Failed { cause, .. } => Some(cause),
            _ => None,
        })
        .collect();
    assert_eq!(causes, [Cause::Unreachable, Cause::Rejected, Cause::Unreachable]);
}

#[tokio::test]
async fn what_the_test_service_refuses_is_not_asked_of_the_default_authority() {
    let script = Script { rejects: ["a.de".to_owned()].into(), ..Script::default() };
    let stage = Stage::new(script, None, None).await;
    stage.want(&["a.de"]);
    stage.decided().await;
    let asked: Vec<String> = stage.orders.borrow().iter().map(|(host, _)| host.clone()).collect();
    assert_eq!(asked, ["acme-staging-v02.api.letsencrypt.org"]);
    let mut stage = Stage::new(Script::default(), None, None).await;
    stage.want(&["a.de"]);
    let asked: Vec<String> = stage.orders(2).await.into_iter().map(|(host, _)| host).collect();
    assert_eq!(asked, ["acme-staging-v02.api.letsencrypt.org", "acme-v02.api.letsencrypt.org"]);
}

#[tokio::test]
async fn a_name_that_is_still_served_is_dropped_from_a_renewal_only_when_it_is_late() {
    const MARCH: UtcMicros = 1_803_900_000_000_000;
    const APRIL: UtcMicros = MARCH + 50 * 86_400_000_000;
    let script = Script { rejects: ["b.de".to_owned()].into(), ..Script::default() };
    let mut stage = Stage::new(script, DIRECTORY, Some(pair(&["a.de", "b.de"]))).await;
    stage.clock.set_utc(MARCH);
    stage.want(&["a.de", "b.de"]);
    stage.orders(1).await;
    let states =
        stage.acme.changes().wait_for(|all| matches!(all[1].state, State::Failed { .. })).await.unwrap().clone();
    assert!(
        matches!(states[1].state, State::Failed { served_until: Some(_), cause: Cause::Rejected, .. }),
        "{states:?}"
    );
    assert!(matches!(states[0].state, State::Issued { .. }), "{states:?}");
    assert_eq!(stage.orders.borrow().len(), 1);
    stage.clock.set_utc(APRIL);
    stage.acme.look_again();
    let orders = stage.orders(3).await;
    assert_eq!(orders[2].1["identifiers"], json!([{ "type": "dns", "value": "a.de" }]));
}
