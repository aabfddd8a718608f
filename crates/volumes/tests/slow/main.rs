//! The slow tier: long fuzzing, and files beyond 4 GiB. `cargo xtask test --slow`.

mod iso;
mod udf;
