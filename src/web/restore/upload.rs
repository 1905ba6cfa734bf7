//! A backup that the browser brings: an ordinary form, written to the disk as it comes.
//!
//! State: the desk's; here one portion of the file, and the other fields.

use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::body::HttpBody as _;
use axum::extract::Request;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::HeaderValue;
use axum::http::StatusCode;
use axum::http::header;
use axum::response::Response;
use zeroize::Zeroizing;

use super::choose;
use super::desk::Number;
use super::way::Way;
use super::wrong::Wrong;
use crate::limits;
use crate::texts::text;
use crate::transfer;
use crate::transfer::Arrival;
use crate::transfer::TransferError;
use crate::web::Inner;
use crate::web::ask::Asked;
use crate::web::faults::Fault;
use crate::web::frame::Errors;
use crate::web::lasting::Lasting;
use crate::web::multipart::Garbled;
use crate::web::multipart::Multipart;
use crate::web::multipart::Piece;

/// What a form brought.
#[derive(Default)]
struct Form {
    file: Option<Arrival>,
    fields: BTreeMap<String, Zeroizing<String>>,
    now: Reading,
    /// Of the file, not written yet.
    portion: Vec<u8>,
    text: Zeroizing<Vec<u8>>,
}

#[derive(Default)]
enum Reading {
    #[default]
    Nothing,
    File,
    Field(String),
}

/// Why it ended early.
enum Stop {
    Garbled,
    TooLarge,
    /// The browser has gone, or sent nothing for long; or another upload took its place.
    BrokeOff,
    Disk(TransferError),
}

impl From<Garbled> for Stop {
    fn from(_: Garbled) -> Stop {
        Stop::Garbled
    }
}

pub(super) async fn send(State(site): State<Arc<Inner>>, asked: Asked, way: Way, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let _held = parts.extensions.get::<Lasting>().map(Lasting::hold);
    let mut body = body;
    let reply = receive(&site, &asked, &way, &parts.headers, &mut body).await;
    let mut reply = match reply {
        Ok(reply) => return reply,
        Err(reply) => reply,
    };
    // A browser shows an answer only if its sending is not cut off at once.
    reply.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    let clock = site.clock.clone();
    tokio::spawn(async move {
        let rest = async { while let Some(Ok(_)) = frame(&mut body).await {} };
        clock.timeout(Duration::from_secs(limits::UPLOAD_REFUSED_READ_S), rest).await;
    });
    reply
}

/// Err: an answer while more may come.
async fn receive(
    site: &Inner,
    asked: &Asked,
    way: &Way,
    headers: &HeaderMap,
    body: &mut Body,
) -> Result<Response, Response> {
    let value = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    let form = value(header::CONTENT_TYPE).and_then(Multipart::of);
    let form = form.ok_or_else(|| site.fault(asked, Fault::Garbled))?;
    let length = value(header::CONTENT_LENGTH).and_then(|length| length.parse::<u64>().ok());
    let room = transfer::room(site.desk.above().data());
    if let Some(length) = length.filter(|length| *length > room) {
        let wrong = Wrong::too_big(length, room);
        site.desk.forget();
        return Err(choose::refused(site, asked, way, &wrong));
    }
    let Some(number) = site.desk.receive(length.unwrap_or(0)) else { return Err(way.busy(site)) };
    // Whoever goes away takes this task with them.
    let mut gone = Gone { site, number, done: 0, of: length, armed: true };
    let patience = Duration::from_secs(limits::UPLOAD_MAX_S);
    let read = site.clock.timeout(patience, read(site, form, body, &mut gone)).await;
    gone.armed = false;
    let done = gone.done;
    match read.unwrap_or(Err(Stop::BrokeOff)) {
        Ok(form) => arrived(site, asked, way, number, form).await,
        Err(Stop::Garbled) => {
            site.desk.dropped(number);
            Err(site.fault(asked, Fault::Garbled))
        }
        Err(Stop::TooLarge) => {
            site.desk.dropped(number);
            Err(site.fault(asked, Fault::TooLarge))
        }
        Err(Stop::BrokeOff) => {
            let wrong = Wrong::broke_off(done, length);
            site.desk.failed(number, wrong.clone());
            Err(choose::refused(site, asked, way, &wrong))
        }
        Err(Stop::Disk(error)) => {
            let wrong = Wrong { again: false, ..Wrong::of(&error) };
            tracing::warn!("an upload was refused: {error}");
            site.desk.failed(number, wrong.clone());
            Err(choose::refused(site, asked, way, &wrong))
        }
    }
}

/// Tells that it broke off when the connection ends under it.
struct Gone<'a> {
    site: &'a Inner,
    number: Number,
    done: u64,
    of: Option<u64>,
    armed: bool,
}

impl Drop for Gone<'_> {
    fn drop(&mut self) {
        if self.armed {
            self.site.desk.failed(self.number, Wrong::broke_off(self.done, self.of));
        }
    }
}

/// Reads the form to its end.
async fn read(site: &Inner, mut form: Multipart, body: &mut Body, gone: &mut Gone<'_>) -> Result<Form, Stop> {
    let stall = Duration::from_secs(limits::UPLOAD_STALL_MAX_S);
    let mut found = Form::default();
    loop {
        let bytes = match site.clock.timeout(stall, frame(body)).await {
            Some(Some(Ok(bytes))) => bytes,
            Some(None) if form.is_whole() => break,
            _ => return Err(Stop::BrokeOff),
        };
        gone.done += bytes.len() as u64;
        let data = site.desk.above().data();
        form.take(&bytes, &mut |piece| found.piece(piece, data))?;
        if found.portion.len() >= limits::UPLOAD_PORTION_BYTES {
            found.write().await?;
            if !site.desk.arrives(gone.number, gone.done) {
                return Err(Stop::BrokeOff);
            }
        }
    }
    found.end_field()?;
    found.write().await?;
    Ok(found)
}

/// The next bytes of a body. `None`: that was all.
async fn frame(body: &mut Body) -> Option<Result<bytes::Bytes, axum::Error>> {
    loop {
        let next = std::future::poll_fn(|context| Pin::new(&mut *body).poll_frame(context)).await?;
        match next.map(|frame| frame.into_data()) {
            Ok(Ok(bytes)) => return Some(Ok(bytes)),
            // Trailers say nothing.
            Ok(Err(_)) => {}
            Err(error) => return Some(Err(error)),
        }
    }
}

impl Form {
    fn piece(&mut self, piece: Piece<'_>, data: &std::path::Path) -> Result<(), Stop> {
        match (piece, &self.now) {
            (Piece::Part(name), _) => {
                self.end_field()?;
                if name != "file" {
                    self.now = Reading::Field(name);
                } else if self.file.is_none() {
                    self.file = Some(Arrival::begin(data).map_err(Stop::Disk)?);
                    self.now = Reading::File;
                } else {
                    return Err(Stop::Garbled);
                }
            }
            (Piece::Content(bytes), Reading::File) => self.portion.extend_from_slice(bytes),
            (Piece::Content(bytes), _) if self.text.len() + bytes.len() > limits::UPLOAD_FIELD_MAX_BYTES => {
                return Err(Stop::TooLarge);
            }
            (Piece::Content(bytes), _) => self.text.extend_from_slice(bytes),
        }
        Ok(())
    }

    /// Each field comes once.
    fn end_field(&mut self) -> Result<(), Stop> {
        let Reading::Field(name) = std::mem::take(&mut self.now) else { return Ok(()) };
        let text = std::mem::take(&mut self.text);
        let text = Zeroizing::new(std::str::from_utf8(&text).map_err(|_| Stop::Garbled)?.to_owned());
        match self.fields.insert(name, text) {
            None => Ok(()),
            Some(_) => Err(Stop::Garbled),
        }
    }

    /// Writes what came of the file, beside the threads that serve.
    async fn write(&mut self) -> Result<(), Stop> {
        let Some(mut file) = self.file.take() else { return Ok(()) };
        let portion = std::mem::take(&mut self.portion);
        let written = tokio::task::spawn_blocking(move || file.write(&portion).map(|()| file)).await;
        self.file = Some(written.map_err(|_| Stop::BrokeOff)?.map_err(Stop::Disk)?);
        Ok(())
    }
}

/// All of it is there: the check begins.
async fn arrived(site: &Inner, asked: &Asked, way: &Way, number: Number, mut form: Form) -> Result<Response, Response> {
    let Some(file) = form.file.take().filter(|file| file.size() > 0) else {
        site.desk.dropped(number);
        let mut errors = Errors::default();
        errors.add("file", text("restore-file-missing"));
        return Ok(choose::page_with(site, asked, way, StatusCode::UNPROCESSABLE_ENTITY, errors));
    };
    let passphrase = form.fields.remove("passphrase").filter(|passphrase| !passphrase.is_empty());
    let finished = tokio::task::spawn_blocking(move || file.finish()).await;
    match finished.unwrap_or(Err(TransferError::BrokeOff)) {
        Ok(file) => {
            site.desk.arrived(number, file, passphrase);
            Ok(way.to("/check"))
        }
        Err(error) => {
            let wrong = Wrong { again: false, ..Wrong::of(&error) };
            site.desk.failed(number, wrong.clone());
            Ok(choose::refused(site, asked, way, &wrong))
        }
    }
}
