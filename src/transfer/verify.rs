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
use super::judge;
use super::unpack::Wanted;
use super::work;
use super::work::Scratch;
use super::work::Tell;
use crate::clock::Clock;

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    pub head: Head,
    /// `None`: it is locked and no passphrase was given, so that only its sum was compared.
    pub manifest: Option<Manifest>,
}

/// Unpacks the file aside, in a scratch folder in `below`, and judges it as a restore does: by its database, and by the
/// names of its files.
pub async fn verify(
    path: &Path,
    passphrase: Option<Passphrase>,
    below: &Path,
    clock: &Clock,
    step: Step<'_>,
) -> Result<Verified, TransferError> {
    let (file, below) = (path.to_owned(), below.to_owned());
    let (head, opened) = work::run(step, move |tell| look(&file, passphrase.as_ref(), &below, tell)).await?;
    let manifest = match opened {
        Some((manifest, scratch)) => {
            judge::make_ready(scratch.path(), path, &head, Vec::new(), clock).await?;
            Some(manifest)
        }
        None => None,
    };
    Ok(Verified { head, manifest })
}

type Looked = (Head, Option<(Manifest, Scratch)>);

fn look(file: &Path, passphrase: Option<&Passphrase>, below: &Path, tell: &Tell) -> Result<Looked, TransferError> {
    let (head, mut open) = head::open(file)?;
    if head.lock.is_some() && passphrase.is_none() {
        head::check_sum(&head, &mut open, file, tell)?;
        return Ok((head, None));
    }
    let scratch = Scratch::new(below)?;
    let (head, manifest) = judge::unpack(file, passphrase, (scratch.path(), below), Wanted::Names, tell)?;
    Ok((head, Some((manifest, scratch))))
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
