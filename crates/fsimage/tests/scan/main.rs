//! Folders on disk become trees; `find` judges.

mod against_find;
mod disk;
mod globs;
mod refusals;
mod rules;
