//! What the owner's pages are given of the running server. Keeps no state.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::Weak;

use super::house::House;
use super::people;
use super::watch;
use crate::web::admin::Care;
use crate::web::admin::Upkeep;

/// For [`crate::web::Site::care`].
pub fn care(house: &Arc<House>) -> Care {
    Care {
        notices: house.notices.clone(),
        backups: house.backups.clone(),
        latest: house.found.clone(),
        upkeep: Box::new(Keeper { house: Arc::downgrade(house) }),
    }
}

struct Keeper {
    /// The house holds the pages, and they hold this.
    house: Weak<House>,
}

impl Upkeep for Keeper {
    fn look(&self, closely: bool) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(async move {
            match self.house.upgrade() {
                Some(house) if closely => {
                    watch::look_closely(&house).await;
                    watch::look_at_records_soon(house).await;
                }
                Some(house) => watch::look(&house).await,
                None => {}
            }
        })
    }

    fn waits_for_restart(&self) -> bool {
        let house = self.house.upgrade();
        house.is_some_and(|house| house.open.get().is_some_and(|open| people::waits_for_restart(&house, open)))
    }
}
