//! The slow tier: images of a hundred thousand files, of twenty thousand in one folder, of a file of 4 GiB and a byte, read by
//! those who judge the small ones (`tests/judges`); and deep trees in the hands of Linux.

#![allow(dead_code, unused_imports, reason = "it is built of what other tests need")]

mod big;

#[path = "../judges/compare.rs"]
mod compare;
#[path = "../judges/corpus/mod.rs"]
mod corpus;
#[path = "../judges/decoded.rs"]
mod decoded;
#[path = "../judges/expected/mod.rs"]
mod expected;
#[path = "../judges/folder.rs"]
mod folder;
#[path = "../judges/guest.rs"]
mod guest;
mod isofs;
#[path = "../judges/kinds.rs"]
mod kinds;
#[path = "../judges/listing/mod.rs"]
mod listing;
#[path = "../judges/peers/mod.rs"]
mod peers;
mod rows;
#[path = "../judges/table/mod.rs"]
mod table;
#[path = "../judges/udf/mod.rs"]
mod udf;
