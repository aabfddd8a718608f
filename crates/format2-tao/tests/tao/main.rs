//! Discs of sound, on every CD of the virtual drive.

mod at_once;
mod discs;
mod every_fault;
mod face;
mod faults;
mod helpers;
mod limits;
mod settings;
