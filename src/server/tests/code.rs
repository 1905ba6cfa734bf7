//! A server that waits to be set up, and the code that it shows for it.

use std::path::Path;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Mutex;

use rustix::process::Signal;
use tokio::io::AsyncReadExt as _;
use tokio::io::AsyncWriteExt as _;

use super::*;
use crate::net::admission::Guest;
use crate::net::memory;
use crate::store::StoreError;
use crate::transfer::Passphrase;
use crate::transfer::Step;
use crate::transfer::TransferError;
use crate::web::restore::Preparing;
use crate::web::restore::Restoring;
use crate::web::setup;
use crate::web::setup::Founding;
use crate::web::visitor::Visitor;

const RAN_OUT: &str = "This code has run out.";

/// What the machine's screen has shown. Nothing is founded here, and nothing brought back.
#[derive(Clone, Default)]
struct Screen(Arc<Mutex<Vec<String>>>);

impl Screen {
    fn shown(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }

    /// Waits for the code of that number.
    async fn code(&self, number: usize) -> String {
        let waiting = async {
            while self.shown().len() < number {
                tokio::task::yield_now().await
            }
        };
        let came = Clock::system().timeout(Duration::from_secs(60), waiting).await;
        assert!(came.is_some(), "{:?}", self.shown());
        self.shown()[number - 1].clone()
    }
}

impl Founding for Screen {
    fn lookout(&self) -> crate::reach::Lookout {
        crate::reach::Lookout::new(crate::net::dns::Resolver::new(None), Clock::system(), None)
    }

    fn found(&self, _: setup::Plan) -> Pin<Box<dyn Future<Output = Result<(), StoreError>> + Send + '_>> {
        Box::pin(async { Err(StoreError::Closed) })
    }

    fn show_code(&self, code: &str) {
        self.0.lock().unwrap().push(code.to_owned());
    }

    fn chat_ports(&self) -> Vec<u16> {
        Vec::new()
    }

    fn open_ports(&self) -> Vec<u16> {
        Vec::new()
    }

    fn address(&self) -> Option<&str> {
        None
    }

    fn how(&self) -> crate::certs::acme::How {
        crate::certs::acme::How::of_ports(None, None)
    }

    fn line(&self) -> setup::Line {
        setup::Line::Open
    }
}

impl Restoring for Screen {
    fn data(&self) -> &Path {
        Path::new("/")
    }

    fn kept(&self, _: &str) -> Option<PathBuf> {
        None
    }

    fn prepare<'a>(&'a self, _: &'a Path, _: Option<Passphrase>, _: Step<'a>) -> Preparing<'a> {
        Box::pin(async { Err(TransferError::Busy) })
    }

    fn forget(&self) {}

    fn bring_back(&self, _: &str) -> Result<(), TransferError> {
        Err(TransferError::Busy)
    }
}

/// What a browser is answered that brings this code.
async fn bring(house: &House, code: &str) -> String {
    let (mut near, far) = memory::pair();
    let (site, visitor) = (house.site.get().unwrap().clone(), Visitor::new("127.0.0.1:9".parse().unwrap(), false));
    let serving = tokio::spawn(async move { site.serve(far, visitor, Guest::uncounted()).await });
    let body = format!("code={code}");
    let request = format!(
        "POST /setup HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: {}\r\n\
         Content-Type: application/x-www-form-urlencoded\r\n\r\n{body}",
        body.len()
    );
    near.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    near.read_to_string(&mut answer).await.unwrap();
    serving.await.unwrap();
    answer
}

#[tokio::test]
async fn a_new_code_comes_by_itself_every_day_and_the_one_before_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let sources = Sources { data: Some(folder.path().to_owned()), ..Sources::default() };
    let config = Config::load(sources).unwrap();
    let house = Arc::new(House::open(config, Clock::stepped(NOW), true).await.unwrap());
    let screen = Screen::default();
    let (store, clock) = (house.store.clone(), house.clock.clone());
    let above: (Box<dyn Founding>, Box<dyn Restoring>) = (Box::new(screen.clone()), Box::new(screen.clone()));
    let _ = house.site.set(Site::new((store, clock), house.settings.clone(), house.accounts.clone(), above, None));
    let (mut signals, mut hung_up) = (Signals::new().unwrap(), signal(SignalKind::hangup()).unwrap());
    let waits = house.clone();
    let waiting = tokio::spawn(async move { set_up_done(&waits, &mut signals).await });
    let (first, half) = (screen.code(1).await, Duration::from_secs(limits::SETUP_CODE_MAX_S / 2));

    house.clock.advance(half);
    // A signal that asks for nothing here puts nothing off.
    rustix::process::kill_process(rustix::process::getpid(), Signal::HUP).unwrap();
    hung_up.recv().await;
    // A round trip, in which the server has heard it too.
    assert!(bring(&house, "ZZZZ-ZZZZ").await.starts_with("HTTP/1.1 422 "));
    house.clock.advance(half - Duration::from_secs(1));
    assert!(bring(&house, "ZZZZ-ZZZZ").await.starts_with("HTTP/1.1 422 "));
    assert_eq!(screen.shown(), [first.as_str()], "a second is left");
    house.clock.advance(Duration::from_secs(1));
    let second = screen.code(2).await;
    let refused = bring(&house, &first).await;
    assert!(refused.starts_with("HTTP/1.1 422 ") && refused.contains(RAN_OUT), "{refused}");
    let taken = bring(&house, &second).await;
    assert!(taken.starts_with("HTTP/1.1 303 "), "{taken}");

    house.clock.advance(2 * half);
    let third = screen.code(3).await;
    assert!(bring(&house, &second).await.contains(RAN_OUT));
    assert!(first != second && second != third);
    house.set_up.notify_one();
    assert_eq!(waiting.await.unwrap(), None);
}
