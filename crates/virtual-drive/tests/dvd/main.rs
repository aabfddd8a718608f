//! DVDs and BDs burned in the drive by commands: what each kind allows, what it refuses and with which sense, and what it
//! says of itself in every state.

mod bench;
mod formats;
mod minus;
mod plus;
mod pressed;
mod robust;
mod structures;
