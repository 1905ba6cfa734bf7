//! Work on a backup that an owner asked for in a browser: made, or looked at again. It goes on whether or not anybody
//! looks, and `/admin/backups/work` is an ordinary page that tells how far it is.
//!
//! State: the one that runs or ran last, in memory.

use std::sync::Arc;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::super::Inner;
use super::super::ask::Asked;
use super::super::frame::Errors;
use super::super::frame::Frame;
use super::super::frame::page;
use super::super::signed::Owner;
use super::Care;
use super::desk;
use super::desk::Desk;
use super::to;
use crate::audit;
use crate::audit::By;
use crate::audit::Deed;
use crate::clock::UtcMicros;
use crate::settings::BACKUP_COMMAND;
use crate::settings::BACKUP_FOLDER;
use crate::settings::BACKUP_RECIPIENT;
use crate::texts::Markup;
use crate::texts::Text;
use crate::texts::text;
use crate::transfer::Kind;
use crate::transfer::Stage;
use crate::transfer::TransferError;
use crate::transfer::Why;

#[derive(Template)]
#[template(path = "admin/work.html")]
struct Page {
    f: Frame,
    d: Desk,
    heading: Markup,
    rows: Vec<Row>,
}

/// One part of the work.
struct Row {
    class: &'static str,
    sign: &'static str,
    heading: Markup,
    /// Of a hundred, while it is done.
    percent: Option<u64>,
}

/// What is done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Task {
    Make,
    /// The file of that name in `backups`.
    Check {
        name: String,
        locked: bool,
    },
}

/// How it ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ended {
    Good,
    Failed(Why),
}

#[derive(Clone, Debug)]
struct Job {
    task: Task,
    /// In their order; the last one goes on.
    stages: Vec<Stage>,
    percent: u64,
    ended: Option<Ended>,
}

#[derive(Default)]
pub struct Work(Mutex<Option<Job>>);

impl Work {
    fn job(&self) -> MutexGuard<'_, Option<Job>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// False: one runs already.
    fn begin(&self, task: Task) -> bool {
        let mut job = self.job();
        let free = job.as_ref().is_none_or(|job| job.ended.is_some());
        if free {
            *job = Some(Job { task, stages: Vec::new(), percent: 0, ended: None });
        }
        free
    }

    fn step(&self, stage: Stage, done: u64, of: u64) {
        if let Some(job) = self.job().as_mut() {
            if job.stages.last() != Some(&stage) {
                job.stages.retain(|earlier| *earlier != stage);
                job.stages.push(stage);
            }
            job.percent = done.saturating_mul(100).checked_div(of).unwrap_or_default().min(100);
        }
    }

    fn end(&self, ended: Ended) {
        if let Some(job) = self.job().as_mut() {
            job.ended = Some(ended);
        }
    }

    /// Whether something is being done.
    pub fn runs(&self) -> bool {
        self.job().as_ref().is_some_and(|job| job.ended.is_none())
    }

    /// What the last one came to.
    pub fn last(&self) -> Option<(Task, Ended)> {
        let job = self.job();
        let job = job.as_ref()?;
        Some((job.task.clone(), job.ended.clone()?))
    }
}

/// Begins it, unless something is done already; its page tells either way.
pub(super) fn begin(site: &Arc<Inner>, task: Task, by: By) -> Response {
    if site.work.begin(task.clone()) {
        let site = site.clone();
        tokio::spawn(async move {
            let ended = match site.care.get() {
                Some(care) => run(&site, care, &task, by).await,
                None => Ok(()),
            };
            site.work.end(match ended {
                Ok(()) => Ended::Good,
                Err(error) => Ended::Failed(Why::from(&error)),
            });
        });
    }
    to("/admin/backups/work")
}

async fn run(site: &Inner, care: &Care, task: &Task, by: By) -> Result<(), TransferError> {
    let step = |stage, done, of| site.work.step(stage, done, of);
    match task {
        Task::Make => {
            let made = care.backups.create(Kind::ByHand, None, &step).await;
            care.upkeep.look(false).await;
            let file = made?.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            note(site, by, Deed::BackupMade { file }, site.clock.utc()).await;
            Ok(())
        }
        Task::Check { name, .. } => {
            let path = care.backups.path(name).ok_or(TransferError::BrokeOff)?;
            let looked = care.backups.verify(&path, None, &step).await;
            care.upkeep.look(false).await;
            looked.map(drop)
        }
    }
}

/// A line in the log of changes, for what is done outside of the database.
pub(super) async fn note(site: &Inner, by: By, deed: Deed, at: UtcMicros) {
    if let Err(error) = site.store.write(audit::job(by, deed, at)).await {
        tracing::warn!(%error, "a change is not in the log of changes");
    }
}

/// GET `/admin/backups/work`
pub(super) async fn show(State(site): State<Arc<Inner>>, asked: Asked, owner: Owner) -> Response {
    let job = site.work.job().clone();
    let Some(job) = job.filter(|job| job.ended.is_none()) else { return to("/admin/backups?n=work") };
    let heading = match &job.task {
        Task::Make => text("admin-work-make"),
        Task::Check { .. } => text("admin-work-check"),
    };
    let (f, d) = desk::desk((&site, &asked, &owner), &desk::BACKUPS, &heading, Errors::default());
    let is_set = |setting| site.settings.text(setting).is_some_and(|value| !value.is_empty());
    let locks = is_set(&BACKUP_RECIPIENT);
    let second = is_set(&BACKUP_FOLDER) || is_set(&BACKUP_COMMAND);
    let planned: Vec<Stage> = match &job.task {
        Task::Check { locked: true, .. } => vec![Stage::Sums],
        Task::Check { .. } => vec![Stage::Unpack, Stage::Integrity],
        Task::Make => {
            let all = [Stage::Snapshot, Stage::Pack, Stage::Unpack, Stage::Integrity];
            let lock = locks.then_some(Stage::Lock);
            all.into_iter().chain(lock).chain(second.then_some(Stage::Second)).collect()
        }
    };
    let rows = planned.into_iter().map(|stage| row(&f, &job, stage)).collect();
    page(StatusCode::OK, &Page { heading: f.t.html(&heading), rows, f, d })
}

fn row(f: &Frame, job: &Job, stage: Stage) -> Row {
    let heading = f.t.html(&word(stage));
    let (class, sign, percent) = match job.stages.iter().rposition(|passed| *passed == stage) {
        None => ("off", "info", None),
        Some(at) if at + 1 == job.stages.len() => ("wait", "wait", Some(job.percent)),
        Some(_) => ("ok", "ok", None),
    };
    Row { class, sign, heading, percent }
}

fn word(stage: Stage) -> Text {
    match stage {
        Stage::Snapshot => text("admin-stage-snapshot"),
        Stage::Pack => text("admin-stage-pack"),
        Stage::Lock => text("admin-stage-lock"),
        Stage::Sums => text("admin-stage-sums"),
        Stage::Unpack => text("admin-stage-unpack"),
        Stage::Integrity => text("admin-stage-integrity"),
        Stage::Second => text("admin-stage-second"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_thing_is_done_at_a_time_and_its_end_is_remembered() {
        let work = Work::default();
        assert!(!work.runs() && work.last().is_none());
        assert!(work.begin(Task::Make) && !work.begin(Task::Make) && work.runs());
        work.step(Stage::Snapshot, 1, 4);
        work.step(Stage::Pack, 0, 0);
        let job = work.job().clone().unwrap();
        assert_eq!((job.stages, job.percent), (vec![Stage::Snapshot, Stage::Pack], 0));
        let failed = Ended::Failed(Why::from(&TransferError::Busy));
        work.end(failed.clone());
        assert_eq!(work.last(), Some((Task::Make, failed)));
        assert!(!work.runs() && work.begin(Task::Make));
    }
}
