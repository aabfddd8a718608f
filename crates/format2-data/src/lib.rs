//! Burns data discs of every kind.
//!
//! [`plan`] says what would be done with a disc, without doing it: by which recipe, how many blocks, and what will be
//! different from what was asked for. [`burn`] does it.

#![forbid(unsafe_code)]

mod burn;
mod error;
mod event;
mod face;
mod options;
mod plan;
mod ready;
mod recipe;
mod spares;
mod verify;

pub use burn::{Burned, burn};
pub use error::{DataError, DiscAfter};
pub use event::{Action, DataEvent};
pub use face::{Data2Error, DiscFormat2Data, MediaStatus, Multisession, RandomWrite, Sequential, WriteProtection};
pub use imapi_format2::Verification;
pub use options::{DataOptions, DefectManagement, SpareArea, Tap};
pub use plan::{Before, Plan, Recipe, RestrictedFormat, Warning, plan};
