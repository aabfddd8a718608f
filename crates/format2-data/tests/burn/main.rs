//! Burning on every disc of the virtual drive.

mod every_fault;
mod face;
mod faults;
mod helpers;
mod interrupted;
mod media;
mod options;
mod refusals;
mod verification;
