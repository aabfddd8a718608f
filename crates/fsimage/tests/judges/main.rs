//! Images, judged by the programs that others read them with, and by our own decoders.

mod attributes;
mod decoded;
mod folder;
mod large;
mod outline;
mod properties;
mod readers;
mod refusals;
