//! Images, judged by the programs that others read them with, and by our own decoders.

mod attributes;
mod boot_refusals;
mod booting;
mod checked;
mod compare;
mod corpus;
mod cuts;
mod decoded;
mod deep;
mod disc;
mod expected;
mod folder;
mod golden;
mod guest;
mod kinds;
mod large;
mod listing;
mod outline;
mod partitions;
mod peers;
mod properties;
mod read_udf;
mod readers;
mod refusals;
mod reproducible;
mod rows;
mod sessions;
mod streams;
#[expect(dead_code, reason = "shared with the slow tier, which needs more of it")]
mod table;
mod udf;
mod written;
