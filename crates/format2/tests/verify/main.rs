//! What was written is compared with what is on the disc, in a virtual drive that is more or less to be trusted.

mod bench;
mod full;
mod quick;
