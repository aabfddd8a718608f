//! Images, judged by the programs that others read them with, and by our own decoders.

mod attributes;
mod boot_refusals;
mod booting;
mod decoded;
mod deep;
mod disc;
mod folder;
mod large;
mod outline;
mod partitions;
mod properties;
mod readers;
mod refusals;
mod written;
