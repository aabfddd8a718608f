//! The slow tier: long fuzzing, and files beyond 4 GiB.

mod iso;
mod udf;
