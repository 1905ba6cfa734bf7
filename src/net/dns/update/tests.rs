//! What a name server answers to a change is believed only where the key vouches for it. Real ones: `tests/acme/`.

use super::*;

/// November 2026.
const NOW_S: u64 = 1_795_000_000;

fn key(secret: &[u8]) -> Key {
    Key::new(super::super::name("imera").unwrap(), Algorithm::Sha256, secret)
}

/// What a test's server says.
struct Says<'a> {
    key: &'a Key,
    code: ResponseCode,
    error: Option<TsigError>,
    at_s: u64,
    other: Vec<u8>,
}

impl Says<'_> {
    /// Signed as RFC 8945 §5.3 has it.
    fn bytes(&self, asked: &Signed) -> Vec<u8> {
        let mut answer = Message::response(asked.id, OpCode::Update);
        answer.metadata.response_code = self.code;
        let algorithm = self.key.algorithm.clone();
        let tsig = TSIG::new(algorithm, self.at_s, 300, Vec::new(), asked.id, self.error, self.other.clone());
        let signed = to_be_signed(&asked.mac, &answer.to_vec().unwrap(), &tsig, &self.key.name).unwrap();
        let mac = hmac::sign(&self.key.secret, &signed).as_ref().to_vec();
        let mut record = Record::from_rdata(self.key.name.clone(), 0, RData::TSIG(tsig.set_mac(mac)));
        record.dns_class = DNSClass::ANY;
        answer.add_additional(record);
        answer.to_vec().unwrap()
    }
}

/// What comes of an answer; `None`: it is none to this question.
fn came(says: impl Fn(&Signed) -> Vec<u8>) -> Option<Result<(), UpdateError>> {
    let clock = Clock::stepped(i64::try_from(NOW_S).unwrap() * 1_000_000);
    let (key, zone) = (key(b"ours"), super::super::name("proof.example").unwrap());
    let access = Access { clock: &clock, server: "127.0.0.1:53".parse().unwrap(), key: &key, zone: &zone };
    let asked = access.signed(Change::Add, &zone, "value").unwrap();
    let (message, bytes) = asked.read(&says(&asked))?;
    Some(asked.verdict(&access, &message, &bytes))
}

fn good(key: &Key) -> Says<'_> {
    Says { key, code: ResponseCode::NoError, error: None, at_s: NOW_S, other: Vec::new() }
}

#[test]
fn rfc8945_5_3_a_yes_is_believed_only_with_the_signature_of_our_key_over_what_we_sent() {
    let (ours, theirs) = (key(b"ours"), key(b"theirs"));
    assert_eq!(came(|asked| good(&ours).bytes(asked)), Some(Ok(())));
    assert_eq!(came(|asked| good(&theirs).bytes(asked)), Some(Err(UpdateError::Garbled)));
    let unsigned = |code| {
        came(move |asked| {
            let mut answer = Message::response(asked.id, OpCode::Update);
            answer.metadata.response_code = code;
            answer.to_vec().unwrap()
        })
    };
    assert_eq!(unsigned(ResponseCode::NoError), Some(Err(UpdateError::Garbled)));
    assert_eq!(unsigned(ResponseCode::NotZone), Some(Err(UpdateError::Refused(ResponseCode::NotZone))));
    // Our own message as the answer, its signature with it.
    let echo = |asked: &Signed| {
        let mut bytes = asked.bytes.clone();
        bytes[2] |= 0x80;
        bytes
    };
    assert_eq!(came(echo), Some(Err(UpdateError::Garbled)));
    let of_another = |asked: &Signed| {
        let before = Signed { id: asked.id, bytes: Vec::new(), mac: vec![7; 32], now_s: NOW_S };
        good(&ours).bytes(&before)
    };
    assert_eq!(came(of_another), Some(Err(UpdateError::Garbled)), "an old answer is no answer");
}

#[test]
fn what_the_server_says_of_key_and_clock_is_told_apart() {
    let ours = key(b"ours");
    let with = |says: &dyn Fn() -> Says<'static>| came(|asked| says().bytes(asked));
    let ours: &'static Key = Box::leak(Box::new(ours));
    let refused = || Says { code: ResponseCode::Refused, ..good(ours) };
    assert_eq!(with(&refused), Some(Err(UpdateError::Refused(ResponseCode::Refused))));
    let bad = |error| Says { code: ResponseCode::NotAuth, error: Some(error), ..good(ours) };
    assert_eq!(with(&|| bad(TsigError::BadKey)), Some(Err(UpdateError::Key("BADKEY"))));
    assert_eq!(with(&|| bad(TsigError::BadSig)), Some(Err(UpdateError::Key("BADSIG"))));
    let theirs = (NOW_S - 4_000).to_be_bytes()[2..].to_vec();
    let bad_time = || Says { other: theirs.clone(), ..bad(TsigError::BadTime) };
    assert_eq!(with(&bad_time), Some(Err(UpdateError::Clock { ahead_s: 4_000 })));
    let late = || Says { at_s: NOW_S + 301, ..good(ours) };
    assert_eq!(with(&late), Some(Err(UpdateError::Clock { ahead_s: -301 })));
    let far = || Says { at_s: (1 << 48) - 1, ..good(ours) };
    assert!(matches!(with(&far), Some(Err(UpdateError::Clock { .. }))));
}

#[test]
fn a_damaged_answer_is_never_a_yes() {
    let ours = key(b"ours");
    // The signature's own record begins behind twelve bytes of head; its name and class are not signed.
    for at in 0..12 {
        for bit in 0..8 {
            let damaged = came(|asked| {
                let mut bytes = good(&ours).bytes(asked);
                bytes[at] ^= 1 << bit;
                bytes
            });
            assert_ne!(damaged, Some(Ok(())), "byte {at}, bit {bit}");
        }
    }
    let whole = came(|asked| good(&ours).bytes(asked).len().to_be_bytes().to_vec());
    assert_eq!(whole, None, "no message at all");
    for length in 0..90 {
        let cut = came(|asked| good(&ours).bytes(asked)[..length].to_vec());
        assert_ne!(cut, Some(Ok(())), "{length} bytes");
    }
    let short = came(|asked| {
        let bytes = good(&ours).bytes(asked);
        let mut message = Message::from_vec(&bytes).unwrap();
        if let Some(RData::TSIG(tsig)) = message.additionals.last_mut().map(|last| &mut last.data) {
            tsig.mac.truncate(16);
        }
        message.to_vec().unwrap()
    });
    assert_eq!(short, Some(Err(UpdateError::Garbled)), "half a signature");
}
