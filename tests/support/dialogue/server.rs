//! What a dialogue needs of a server: start, connections, time, restarts. imera, or prosody for comparison.

use std::collections::BTreeSet;
use std::time::Duration;

use super::actor::BoxedIo;
use super::imera::Imera;
use super::prosody::Prosody;

/// What must be there before the first connection.
pub struct Setup {
    /// Local parts; all with the same password.
    pub accounts: BTreeSet<String>,
    pub settings: Vec<(String, String)>,
}

pub enum Server {
    Imera(Box<Imera>),
    Prosody(Prosody),
}

/// What another server than imera cannot be asked for. Such dialogues are left out.
pub const UNSUPPORTED: &str = "unsupported by this server";

impl Server {
    pub async fn start(setup: &Setup) -> Result<Server, String> {
        match std::env::var("IMERA_DIALOGUE_SERVER").as_deref() {
            Ok("prosody") if !setup.settings.is_empty() => Err(UNSUPPORTED.to_owned()),
            Ok("prosody") => Prosody::start(setup).await.map(Server::Prosody),
            _ => Imera::start(setup).await.map(|imera| Server::Imera(Box::new(imera))),
        }
    }

    pub async fn connect(&mut self) -> Result<BoxedIo, String> {
        match self {
            Server::Imera(imera) => Ok(imera.connect()),
            Server::Prosody(prosody) => prosody.connect().await,
        }
    }

    pub async fn invite(&mut self, words: &str) -> Result<String, String> {
        let Server::Imera(imera) = self else { return Err(UNSUPPORTED.to_owned()) };
        imera.invite(words).await
    }

    pub async fn approve(&mut self) -> Result<(), String> {
        let Server::Imera(imera) = self else { return Err(UNSUPPORTED.to_owned()) };
        imera.approve().await
    }

    pub async fn device_secret(&mut self, name: &str, in_a_link: bool) -> Result<String, String> {
        let Server::Imera(imera) = self else { return Err(UNSUPPORTED.to_owned()) };
        imera.device_secret(name, in_a_link).await
    }

    pub async fn revoke_devices(&mut self, name: &str) -> Result<(), String> {
        let Server::Imera(imera) = self else { return Err(UNSUPPORTED.to_owned()) };
        imera.revoke_devices(name).await
    }

    pub async fn advance(&mut self, by: Duration) -> Result<(), String> {
        let Server::Imera(imera) = self else { return Err(UNSUPPORTED.to_owned()) };
        imera.advance(by).await;
        Ok(())
    }

    /// The date jumps back; no time passes.
    pub fn set_back(&mut self, by: Duration) -> Result<(), String> {
        let Server::Imera(imera) = self else { return Err(UNSUPPORTED.to_owned()) };
        imera.set_back(by);
        Ok(())
    }

    /// Whether anything can be written.
    pub async fn fill_disk(&mut self, full: bool) -> Result<(), String> {
        let Server::Imera(imera) = self else { return Err(UNSUPPORTED.to_owned()) };
        imera.fill_disk(full).await
    }

    pub async fn restart(&mut self, in_good_order: bool) -> Result<(), String> {
        let Server::Imera(imera) = self else { return Err(UNSUPPORTED.to_owned()) };
        imera.restart(in_good_order).await
    }

    pub async fn stop(self) {
        match self {
            Server::Imera(imera) => imera.stop().await,
            Server::Prosody(prosody) => drop(prosody),
        }
    }
}
