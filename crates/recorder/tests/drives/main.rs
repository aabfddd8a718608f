//! The recorder on drives in software: odd ones, failing ones, and ones that somebody else has.

mod access;
mod asking;
mod awake;
mod bench;
mod commands;
mod master;
mod objects;
mod refusals;
mod system;
mod tray;
