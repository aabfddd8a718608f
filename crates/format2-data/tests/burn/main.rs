//! Burning on every disc of the virtual drive.

mod faults;
mod helpers;
mod media;
mod refusals;
