//! Images in the hands of Linux' own isofs: a kernel in a virtual machine mounts them.

#[expect(dead_code, reason = "shared with the tests that other programs judge, which need more of it")]
#[path = "../judges/folder.rs"]
mod folder;
mod guest;
mod isofs;
