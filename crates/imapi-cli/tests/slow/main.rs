//! The slow tier: discs in files in real drives of a real kernel, which a virtual machine has.

mod attach;
mod burn;
mod guest;
