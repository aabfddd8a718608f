//! Sessions of IMAPI v1 on drives in software.

mod bench;
mod codes;
mod data;
mod events;
mod order;
mod recorders;
mod sound;
