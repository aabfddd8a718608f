//! The drive as an operating system would show it: with an owner, and without mounts or notices.

use std::{path::PathBuf, sync::PoisonError};

use imapi_disc_types::ClientName;
use imapi_mmc_transport::{Device, LockRefused};

use super::VirtualDrive;

impl Device for VirtualDrive {
    fn id(&self) -> &str {
        &self.id
    }

    fn lock(&self, owner: &ClientName, _: bool) -> Result<(), LockRefused> {
        let mut holder = self.owner.lock().unwrap_or_else(PoisonError::into_inner);
        match &*holder {
            Some(other) if other != owner => Err(LockRefused::Held { owner: Some(other.to_string()) }),
            _ => {
                *holder = Some(owner.clone());
                Ok(())
            }
        }
    }

    fn unlock(&self) {
        *self.owner.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    fn lock_owner(&self) -> Option<String> {
        self.owner.lock().unwrap_or_else(PoisonError::into_inner).as_ref().map(ToString::to_string)
    }

    fn mount_points(&self) -> Vec<PathBuf> {
        Vec::new()
    }

    fn media_notices(&self, _: bool) {}
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use imapi_disc_types::ManualClock;

    use super::*;

    #[test]
    fn one_client_has_the_drive_at_a_time() {
        let drive = VirtualDrive::new(Arc::new(ManualClock::new()));
        let name = |text: &str| text.parse::<ClientName>().expect("a name");
        drive.lock(&name("first"), false).expect("nobody has it");
        drive.lock(&name("first"), false).expect("it has it already");
        let refused = drive.lock(&name("second"), true);
        assert!(matches!(refused, Err(LockRefused::Held { owner: Some(owner) }) if owner == "first"));
        assert_eq!(drive.lock_owner().as_deref(), Some("first"));
        drive.unlock();
        drive.lock(&name("second"), false).expect("it is free");
    }
}
