//! CDs burned in the drive by commands: what they say of themselves, what may be written, and what is read back.

mod anything;
mod bench;
mod blank;
mod formatted;
mod new;
mod packets;
mod raw;
mod read;
mod session_at_once;
mod track_at_once;
