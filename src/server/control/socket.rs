//! The control socket: `control.sock` in the data folder, for its owner alone.
//!
//! One question a connection, in lines of JSON. Asked: `{"ask":"account.list","with":{…}}`. Told:
//! any number of `{"step":{"what":…,"done":…,"of":…}}`, then `{"ok":…}` or
//! `{"failed":{"line":…,"usage":…}}`. State: the listening socket.

use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use serde::Deserialize;
use serde::Serialize;
use serde_json::Value;
use tokio::io::AsyncBufReadExt;
use tokio::io::AsyncReadExt;
use tokio::io::AsyncWriteExt;
use tokio::io::BufReader;
use tokio::net::UnixListener;
use tokio::net::UnixStream;
use tokio::sync::Semaphore;
use zeroize::Zeroizing;

use super::Progress;
use super::Step;
use super::answer;
use crate::limits;
use crate::server::failure::Failure;
use crate::server::folder::CONTROL;
use crate::server::house::House;

#[derive(Serialize, Deserialize)]
struct Asked {
    ask: String,
    #[serde(default)]
    with: Value,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Told {
    Step(Step),
    Ok(Value),
    Failed(Failure),
}

/// Opens the socket. One that a killed server left is replaced: the folder is locked by us.
pub fn listen(folder: &Path) -> io::Result<UnixListener> {
    let path = folder.join(CONTROL);
    let _ = std::fs::remove_file(&path);
    let (short, _folder) = shorten(folder)?;
    let listener = UnixListener::bind(short)?;
    std::fs::set_permissions(&path, PermissionsExt::from_mode(0o600))?;
    Ok(listener)
}

/// A socket's address has 108 bytes, and folders may be deeper: then by way of the open folder.
fn shorten(folder: &Path) -> io::Result<(PathBuf, Option<std::fs::File>)> {
    use std::os::fd::AsRawFd;
    let path = folder.join(CONTROL);
    if path.as_os_str().len() < 100 {
        return Ok((path, None));
    }
    let open = std::fs::File::open(folder)?;
    Ok((PathBuf::from(format!("/proc/self/fd/{}/{CONTROL}", open.as_raw_fd())), Some(open)))
}

/// Whether a server answers for that folder.
pub async fn is_answered(folder: &Path) -> bool {
    let Ok((path, _folder)) = shorten(folder) else { return false };
    UnixStream::connect(&path).await.is_ok()
}

/// Answers until it is dropped.
pub async fn serve(listener: UnixListener, house: Arc<House>) {
    let places = Arc::new(Semaphore::new(limits::CONTROL_CONNECTIONS_MAX));
    let mut connections = tokio::task::JoinSet::new();
    loop {
        while connections.try_join_next().is_some() {}
        let Ok(place) = places.clone().acquire_owned().await else { return };
        match listener.accept().await {
            Ok((stream, _)) => {
                let house = house.clone();
                connections.spawn(async move {
                    if let Err(error) = connection(stream, &house).await {
                        tracing::debug!(%error, "a control connection ended early");
                    }
                    drop(place);
                });
            }
            Err(error) => {
                tracing::warn!(%error, "cannot accept control connections; trying again");
                house.clock.sleep(Duration::from_millis(limits::ACCEPT_PAUSE_MS)).await;
            }
        }
    }
}

async fn connection(stream: UnixStream, house: &House) -> io::Result<()> {
    let (from, mut to) = stream.into_split();
    let mut from = BufReader::new(from).take(limits::CONTROL_QUESTION_MAX_BYTES);
    // It may hold passwords.
    let mut line = Zeroizing::new(Vec::new());
    let patience = Duration::from_secs(limits::CONTROL_QUESTION_MAX_S);
    match house.clock.timeout(patience, from.read_until(b'\n', &mut line)).await {
        Some(read) => read?,
        None => return Ok(()),
    };
    let asked: Asked = match serde_json::from_slice(&line) {
        Ok(asked) => asked,
        Err(error) => {
            let most = limits::CONTROL_QUESTION_MAX_BYTES;
            let what = format!("the question is no line of JSON, or has more than {most} bytes ({error})");
            let failed = Failure::new(what, "use the imera of the same version as the server");
            return tell(&mut to, &Told::Failed(failed)).await;
        }
    };
    drop(line);
    let (progress, mut steps) = Progress::new();
    let mut answered = std::pin::pin!(answer(house, &asked.ask, asked.with, &progress));
    loop {
        tokio::select! {
            biased;
            told = &mut answered => {
                if steps.has_changed().unwrap_or(false) {
                    let last = steps.borrow_and_update().clone();
                    tell(&mut to, &Told::Step(last)).await?;
                }
                let told = match told {
                    Ok(value) => Told::Ok(value),
                    Err(failure) => Told::Failed(failure),
                };
                return tell(&mut to, &told).await;
            }
            Ok(()) = steps.changed() => {
                let step = steps.borrow_and_update().clone();
                // Who asked may be gone: the work is finished all the same.
                let _ = tell(&mut to, &Told::Step(step)).await;
            }
        }
    }
}

async fn tell(to: &mut (impl AsyncWriteExt + Unpin), told: &Told) -> io::Result<()> {
    let mut line = serde_json::to_vec(told)?;
    line.push(b'\n');
    to.write_all(&line).await
}

/// Asks the server of a data folder. `None`: none runs there. `step` hears how far a long answer is.
pub async fn ask(
    folder: &Path,
    question: &str,
    with: Value,
    mut step: impl FnMut(Step),
) -> Option<Result<Value, Failure>> {
    let (path, _folder) = shorten(folder).ok()?;
    let stream = match UnixStream::connect(&path).await {
        Ok(stream) => stream,
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
            let what = format!("{} is not for this user", folder.display());
            return Some(Err(Failure::new(what, "run the command as the user that imera runs as, or with sudo")));
        }
        Err(_) => return None,
    };
    let gone = |error: io::Error| {
        Failure::new(format!("the server went away during the answer ({error})"), "look at its log, then try again")
    };
    let asking = async {
        let (from, mut to) = stream.into_split();
        let mut line = Zeroizing::new(serde_json::to_vec(&Asked { ask: question.to_owned(), with })?);
        line.push(b'\n');
        to.write_all(&line).await?;
        let mut lines = BufReader::new(from).lines();
        while let Some(line) = lines.next_line().await? {
            match serde_json::from_str(&line)? {
                Told::Step(told) => step(told),
                Told::Ok(value) => return Ok(Ok(value)),
                Told::Failed(failure) => return Ok(Err(failure)),
            }
        }
        Err(io::ErrorKind::UnexpectedEof.into())
    };
    Some(asking.await.unwrap_or_else(|error| Err(gone(error))))
}
