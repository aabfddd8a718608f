//! The slow tier: `cargo xtask test --slow`.

mod udf;
