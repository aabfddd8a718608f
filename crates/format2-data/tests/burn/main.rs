//! Burning on every disc of the virtual drive.

mod face;
mod faults;
mod helpers;
mod interrupted;
mod media;
mod options;
mod refusals;
mod verification;
