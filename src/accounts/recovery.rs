//! The recovery code: shown once, it lets somebody without their password choose a new one.
//!
//! State: the table `recovery_code`, argon2id with 19 MiB as a PHC string (RFC 9106). 80 bits are
//! written down as 16 signs that are not mistaken for one another (Crockford's base 32).

use argon2::Argon2;
use argon2::PasswordHasher as _;
use argon2::PasswordVerifier as _;
use argon2::password_hash::phc::PasswordHash;
use rusqlite::Connection;
use rusqlite::OptionalExtension as _;
use rusqlite::params;
use zeroize::Zeroizing;

use super::AccountId;
use super::Accounts;
use super::ChangeError;
use super::joining::Rules;
use super::passwords;
use super::passwords::WeakPassword;
use super::standing::Closed;
use crate::clock;
use crate::clock::UtcMicros;
use crate::store::StoreError;
use crate::xmpp::jid::prepare_local;
use crate::xmpp::sasl::verifier::PasswordError;
use crate::xmpp::sasl::verifier::prepare_password;

const SIGNS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const CODE_SIGNS: usize = 16;
const CODE_BYTES: usize = CODE_SIGNS * 5 / 8;

/// What an unknown name's code is compared with, so that it takes as long.
const STAND_IN: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$c3VnYXIgaW4gdGhlIHRlYQ$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// Why there is no new password.
#[derive(Clone, Debug, thiserror::Error)]
pub enum RecoverError {
    /// The name or the code, and never which of them.
    #[error("the name or the code is wrong")]
    Wrong,
    /// Both are right, and an owner has locked the account: the code is kept.
    #[error("the account is locked")]
    Locked,
    #[error(transparent)]
    Password(#[from] WeakPassword),
    /// The rules are off, and still it can be no password.
    #[error(transparent)]
    Impossible(#[from] PasswordError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Accounts {
    /// A new code in four groups, told this once; one from before is void.
    pub async fn make_recovery_code(&self, account: AccountId) -> Result<Zeroizing<String>, ChangeError> {
        let code = Zeroizing::new(written(&clock::random::<CODE_BYTES>()));
        let plain = Zeroizing::new(plain(&code));
        let phc = self.compute(move || hash(&plain)).await?;
        let at = self.0.clock.utc();
        let job = move |c: &Connection| {
            let sql = "INSERT OR REPLACE INTO recovery_code (account, phc, made_at)
                       SELECT id, ?2, ?3 FROM account WHERE id = ?1";
            c.execute(sql, params![account, phc, at])
        };
        super::known(self.0.store.write(job).await?)?;
        Ok(code)
    }

    /// When the account's code was made; `None`: it has none.
    pub async fn recovery_code_made_at(&self, account: AccountId) -> Result<Option<UtcMicros>, StoreError> {
        let sql = "SELECT made_at FROM recovery_code WHERE account = ?";
        self.0.store.read(move |c| c.query_row(sql, [account], |row| row.get(0)).optional()).await
    }

    /// A new password by name and code, both as typed; durable on return, and the code is spent. The
    /// caller limits tries as those of a log-in ([`Accounts::throttle`]) and ends the sessions.
    /// `rules`: `None` in the test profile only.
    pub async fn recover(
        &self,
        name: &str,
        code: &str,
        password: &str,
        rules: Option<&Rules<'_>>,
    ) -> Result<AccountId, RecoverError> {
        let name = prepare_local(name.trim()).unwrap_or_default();
        if let Some(rules) = rules {
            let about = passwords::About { name: &name, domain: rules.domain, place: rules.place };
            passwords::check(password, &about)?;
        }
        let password = prepare_password(password)?;
        let account = self.find(&name);
        let id = account.unwrap_or(AccountId(0));
        let sql = "SELECT phc FROM recovery_code WHERE account = ?";
        let kept = self.0.store.read(move |c| c.query_row(sql, [id], |row| row.get::<_, String>(0)).optional()).await?;
        let (known, phc) = (kept.is_some(), kept.unwrap_or_else(|| STAND_IN.to_owned()));
        let (plain, compared) = (Zeroizing::new(plain(code)), phc.clone());
        let fits = self.compute(move || fits(&plain, &compared)).await?;
        let Some(account) = account.filter(|_| known && fits) else { return Err(RecoverError::Wrong) };
        if self.closed(account) == Some(Closed::Locked) {
            return Err(RecoverError::Locked);
        }
        let verifiers = self.derive(password).await?;
        let job = move |c: &Connection| {
            let spent =
                c.execute("DELETE FROM recovery_code WHERE account = ? AND phc = ?", params![account, phc])? > 0;
            if spent {
                verifiers.replace(c, account)?;
            }
            Ok(spent)
        };
        match self.0.store.write(job).await? {
            true => {
                self.void_log_ins(account);
                Ok(account)
            }
            false => Err(RecoverError::Wrong),
        }
    }
}

/// `7K3M-…`.
fn written(bytes: &[u8; CODE_BYTES]) -> String {
    let mut number = bytes.iter().fold(0_u128, |number, byte| number << 8 | u128::from(*byte));
    let mut code = String::with_capacity(CODE_SIGNS + 3);
    for at in 0..CODE_SIGNS {
        if at > 0 && at % 4 == 0 {
            code.push('-');
        }
        code.push(char::from(SIGNS[(number & 31) as usize]));
        number >>= 5;
    }
    code
}

/// As it is compared: without dashes and blanks, small letters and look-alikes put right.
fn plain(code: &str) -> String {
    let signs = code.chars().filter(char::is_ascii_alphanumeric).map(|sign| sign.to_ascii_uppercase());
    let plain = signs.map(|sign| match sign {
        'O' => '0',
        'I' | 'L' => '1',
        other => other,
    });
    plain.take(CODE_SIGNS + 1).collect()
}

fn hash(plain: &str) -> String {
    let hashed = Argon2::default().hash_password_with_salt(plain.as_bytes(), &clock::random::<16>());
    hashed.expect("a salt of 16 bytes and the crate's own parameters are allowed").to_string()
}

fn fits(plain: &str, phc: &str) -> bool {
    PasswordHash::new(phc).is_ok_and(|phc| Argon2::default().verify_password(plain.as_bytes(), &phc).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::accounts::Role;
    use crate::clock::Clock;
    use crate::store::OpenOptions;
    use crate::store::Store;

    #[tokio::test]
    async fn a_code_gives_a_new_password_once() {
        let folder = tempfile::tempdir().expect("a folder");
        let clock = Clock::stepped(1_767_225_600_000_000);
        let options = OpenOptions { reserve: 0, ..OpenOptions::default() };
        let store = Store::open(folder.path(), options, clock.clone()).expect("it opens");
        let accounts = Accounts::open(store, clock.clone()).await.expect("it reads");
        let rules = Rules { domain: "a.test", place: "Beach House" };
        let tom = accounts.create("tom", "x", Role::Member).await.unwrap();
        assert_eq!(accounts.recovery_code_made_at(tom).await.unwrap(), None);
        let old = accounts.make_recovery_code(tom).await.unwrap();
        let code = accounts.make_recovery_code(tom).await.unwrap();
        assert_eq!((code.len(), code.matches('-').count()), (19, 3));
        assert_eq!(accounts.recovery_code_made_at(tom).await.unwrap(), Some(clock.utc()));
        let recover =
            async |name: &str, code: &str, password: &str| accounts.recover(name, code, password, Some(&rules)).await;
        assert!(matches!(recover("tom", &old, "four grey geese").await, Err(RecoverError::Wrong)));
        assert!(matches!(recover("tina", &code, "four grey geese").await, Err(RecoverError::Wrong)));
        assert!(matches!(recover("tom", "", "four grey geese").await, Err(RecoverError::Wrong)));
        assert!(matches!(recover("tom", &code, "short").await, Err(RecoverError::Password(_))));
        let typed = code.to_lowercase().replace('-', " ").replace('0', "o");
        assert_eq!(recover("Tom", &typed, "four grey geese").await.unwrap(), tom);
        assert_eq!(
            accounts.prove_password("tom", "four grey geese").await.unwrap().map(|proof| proof.account),
            Some(tom)
        );
        assert!(matches!(recover("tom", &code, "five grey geese").await, Err(RecoverError::Wrong)));
        let code = accounts.make_recovery_code(tom).await.unwrap();
        accounts.set_password(tom, "six grey geese").await.unwrap();
        assert_eq!(accounts.recovery_code_made_at(tom).await.unwrap(), None, "it goes with its password");
        assert!(matches!(recover("tom", &code, "five grey geese").await, Err(RecoverError::Wrong)));
        assert!(accounts.make_recovery_code(AccountId(99)).await.is_err());
    }

    #[test]
    fn rfc9106_the_stand_in_is_one_that_argon2_reads_and_nothing_fits() {
        assert!(PasswordHash::new(STAND_IN).is_ok());
        assert!(!fits("", STAND_IN));
        assert!(hash("x").starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert_eq!(written(&[0xff; CODE_BYTES]), "ZZZZ-ZZZZ-ZZZZ-ZZZZ");
    }
}
