//! A look at a backup's file: is it whole, does it open, does it hold what it says? Nothing of
//! today's data is touched. Keeps no state.

use std::path::Path;
use std::path::PathBuf;

use zeroize::Zeroizing;

use super::Manifest;
use super::Passphrase;
use super::Step;
use super::TransferError;
use super::head;
use super::head::Head;
use super::proof;
use super::unpack;
use super::unpack::Wanted;
use super::work;
use super::work::Scratch;
use super::work::Tell;

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    pub head: Head,
    /// `None`: it is locked and no passphrase was given, so that only its sum was compared.
    pub manifest: Option<Manifest>,
}

/// Unpacks the file aside, in a scratch folder in `below`, and proves its database.
pub async fn verify(
    file: &Path,
    passphrase: Option<Passphrase>,
    below: &Path,
    step: Step<'_>,
) -> Result<Verified, TransferError> {
    let (file, below) = (file.to_owned(), below.to_owned());
    work::run(step, move |tell| look(&file, passphrase.as_ref(), &below, tell)).await
}

fn look(file: &Path, passphrase: Option<&Passphrase>, below: &Path, tell: &Tell) -> Result<Verified, TransferError> {
    let (head, mut open) = head::open(file)?;
    if head.lock.is_some() && passphrase.is_none() {
        head::check_sum(&head, &mut open, file, tell)?;
        return Ok(Verified { head, manifest: None });
    }
    let scratch = Scratch::new(below)?;
    let fits =
        |manifest: &Manifest| work::check_space(below, manifest.database_bytes.saturating_add(manifest.sums_bytes));
    let (head, manifest) = unpack::unpack_file(file, passphrase, scratch.path(), Wanted::Database, &fits, tell)?;
    let proved = proof::prove(&scratch.path().join(crate::store::FILE), &manifest, tell);
    proved.map_err(|reason| TransferError::damaged(file, reason))?;
    Ok(Verified { head, manifest: Some(manifest) })
}

/// The `AGE-SECRET-KEY-1…` that opens a locked file with any `age`. `None`: the file is not locked.
pub async fn key(file: &Path, passphrase: Passphrase) -> Result<Option<Zeroizing<String>>, TransferError> {
    let file: PathBuf = file.to_owned();
    work::run(&|_, _, _| {}, move |_| {
        let (head, _) = head::open(&file)?;
        let Some(lock) = head.lock else { return Ok(None) };
        match lock.open(&passphrase)? {
            Some(identity) => Ok(Some(identity.to_text())),
            None => Err(TransferError::WrongPassphrase(file)),
        }
    })
    .await
}
