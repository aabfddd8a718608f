//! Sessions of IMAPI v1 on drives in software, judged by programs that we did not write.

#![cfg(target_os = "linux")]

mod bench;
mod codes;
mod data;
mod events;
mod judged;
mod order;
mod recorders;
mod sound;
mod stash;
