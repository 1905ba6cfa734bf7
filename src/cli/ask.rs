//! Asks the server of the data folder; where none runs, opens the database and answers itself.
//!
//! Keeps no state.

use std::time::Duration;

use serde::Serialize;
use serde_json::Value;

use super::Common;
use super::terminal::Bar;
use crate::clock::Clock;
use crate::config::Config;
use crate::config::Sources;
use crate::limits;
use crate::server::control;
use crate::server::failure::Failure;
use crate::server::folder::Folder;
use crate::server::folder::FolderError;
use crate::server::house::House;

/// The machine's options for a command.
pub fn config(common: &Common) -> Result<Config, Failure> {
    Sources::of_process(common.data.clone())
        .and_then(Config::load)
        .map_err(|error| Failure { usage: true, ..Failure::of(error) })
}

/// One question and its answer.
pub async fn ask(common: &Common, question: &str, with: &impl Serialize) -> Result<Value, Failure> {
    let with = serde_json::to_value(with).map_err(|error| Failure::new(error, "report it"))?;
    let config = config(common)?;
    let mut bar = Bar::default();
    let create = matches!(question, "setup" | "setup.restore");
    let mut patience = limits::FOLDER_HELD_TRIES;
    // A server that starts or stops, or another command, holds the folder and does not answer.
    let folder = loop {
        if let Some(answer) = control::socket::ask(&config.data, question, with.clone(), |step| bar.step(&step)).await {
            return answer;
        }
        match Folder::lock(&config.data, create) {
            Ok(folder) => break folder,
            Err(FolderError::Held { .. }) if patience > 0 => {
                patience -= 1;
                Clock::system().sleep(Duration::from_millis(limits::FOLDER_HELD_PAUSE_MS)).await;
            }
            Err(error) => return Err(Failure::of(error)),
        }
    };
    let house = House::open(config, Clock::system(), create).await?;
    let (progress, mut steps) = control::Progress::new();
    let mut answering = std::pin::pin!(control::answer(&house, question, with, &progress));
    let answer = loop {
        tokio::select! {
            biased;
            answer = &mut answering => break answer,
            Ok(()) = steps.changed() => bar.step(&steps.borrow_and_update().clone()),
        }
    };
    bar.step(&steps.borrow_and_update().clone());
    bar.end();
    house.store.close().await;
    folder.settle().map_err(Failure::of)?;
    answer
}
