//! Images, judged by the programs that others read them with, and by our own decoders.

mod attributes;
mod compare;
mod corpus;
mod decoded;
mod expected;
mod folder;
mod golden;
mod guest;
mod kinds;
mod large;
mod listing;
mod peers;
mod properties;
mod readers;
mod refusals;
mod reproducible;
mod rows;
mod table;
mod udf;
