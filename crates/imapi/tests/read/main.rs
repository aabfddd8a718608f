//! Discs are read into image files: exactly what was recorded, and as much of it as can be.

mod bench;
mod damaged;
mod file_systems;
mod whole;
