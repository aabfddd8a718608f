//! Discs of every kind are erased in the virtual drive: used, then as good as new.

mod bench;
mod face;
mod faults;
mod media;
mod personalities;
