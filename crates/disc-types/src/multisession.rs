//! [`MultisessionInterface`]: a way to add a session to a disc, as those see it who make what goes into the session.

use std::sync::Arc;

use imapi_errors::CodedError;

use crate::Disc;

/// How sessions of a disc are to one another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MultisessionKind {
    /// They follow one another, and what was written stays what it is.
    Sequential,
    /// The disc can be overwritten: what is new goes behind what is there, and what leads to it is written again.
    RandomWrite,
}

/// A way to add a session to a disc. What the ways of IMAPI tell of the disc beside (where its last session began, where
/// the next begins, how much is written at once) are the [facts](Disc::facts) of it.
pub trait MultisessionInterface: Send + Sync {
    /// How the session will be to those before it.
    fn kind(&self) -> MultisessionKind;

    /// Whether a session can be added in this way to the disc as it is now. Asks the drive each time.
    fn is_supported_on_current_media_state(&self) -> Result<bool, Box<dyn CodedError>>;

    /// Whether somebody chose this way.
    fn is_in_use(&self) -> bool;

    /// The disc from which the sessions that are there are read, and to which the next goes.
    fn disc(&self) -> Arc<dyn Disc>;
}

impl<T: MultisessionInterface + ?Sized> MultisessionInterface for Arc<T> {
    fn kind(&self) -> MultisessionKind {
        (**self).kind()
    }

    fn is_supported_on_current_media_state(&self) -> Result<bool, Box<dyn CodedError>> {
        (**self).is_supported_on_current_media_state()
    }

    fn is_in_use(&self) -> bool {
        (**self).is_in_use()
    }

    fn disc(&self) -> Arc<dyn Disc> {
        (**self).disc()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_way_can_be_shared_as_an_object() {
        fn shared<T: Send + Sync + 'static + ?Sized>() {}
        shared::<dyn MultisessionInterface>();
        shared::<Arc<dyn MultisessionInterface>>();
    }
}
