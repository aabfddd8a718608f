//! [`Archive`]: files for the memory that a kernel starts with, in the format that it unpacks (cpio, `newc`).

use std::collections::BTreeSet;

const FOLDER: u32 = 0o040_755;
const FILE: u32 = 0o100_000;
const LINK: u32 = 0o120_777;

/// Files and folders, all root's. The folders above a file need not be named.
#[derive(Debug, Default)]
pub struct Archive {
    bytes: Vec<u8>,
    folders: BTreeSet<String>,
}

impl Archive {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a file; `mode` is its permissions.
    pub fn file(&mut self, path: &str, contents: &[u8], mode: u32) {
        self.folders_above(path);
        self.entry(path, FILE | mode, contents);
    }

    /// Adds a symbolic link.
    pub fn link(&mut self, path: &str, to: &str) {
        self.folders_above(path);
        self.entry(path, LINK, to.as_bytes());
    }

    /// Adds an empty folder.
    pub fn folder(&mut self, path: &str) {
        self.folders_above(path);
        if self.folders.insert(path.to_string()) {
            self.entry(path, FOLDER, &[]);
        }
    }

    /// The whole archive.
    pub fn finish(mut self) -> Vec<u8> {
        self.entry("TRAILER!!!", 0, &[]);
        self.bytes
    }

    fn folders_above(&mut self, path: &str) {
        for (end, _) in path.match_indices('/') {
            let folder = path[..end].to_string();
            if !folder.is_empty() && !self.folders.contains(&folder) {
                self.entry(&folder, FOLDER, &[]);
                self.folders.insert(folder);
            }
        }
    }

    fn entry(&mut self, path: &str, mode: u32, contents: &[u8]) {
        // Without the number of a file: nothing here has two names. Of root, one link, at no time, on no device.
        let size = u32::try_from(contents.len()).expect("files of a guest are small");
        let name = u32::try_from(path.len() + 1).expect("paths are short");
        self.bytes.extend(b"070701");
        for field in [0, mode, 0, 0, 1, 0, size, 0, 0, 0, 0, name, 0] {
            self.bytes.extend(format!("{field:08X}").bytes());
        }
        self.bytes.extend(path.bytes());
        self.bytes.push(0);
        self.pad();
        self.bytes.extend(contents);
        self.pad();
    }

    fn pad(&mut self) {
        self.bytes.resize(self.bytes.len().next_multiple_of(4), 0);
    }
}

#[cfg(test)]
mod tests {
    use std::{
        io::Write as _,
        process::{Command, Stdio},
    };

    use super::*;

    #[test]
    fn busybox_lists_what_is_in_an_archive() {
        let mut archive = Archive::new();
        archive.file("lib/modules/a.ko", b"abcde", 0o644);
        archive.file("init", b"#!/bin/sh", 0o755);
        archive.link("sbin", "bin");
        archive.folder("lib/empty");
        let mut busybox = Command::new("busybox")
            .args(["cpio", "-tv"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("busybox runs (Debian: busybox-static)");
        let bytes = archive.finish();
        busybox.stdin.take().expect("it was piped").write_all(&bytes).expect("busybox reads");
        let told = busybox.wait_with_output().expect("busybox ends").stdout;
        let listed = String::from_utf8_lossy(&told);
        // Mode, size and name; owner and time lie between.
        let seen: Vec<(&str, &str, String)> = listed
            .lines()
            .map(|line| {
                let words: Vec<&str> = line.split_whitespace().collect();
                (words[0], words[2], words[5..].join(" "))
            })
            .collect();
        let expected = [
            ("drwxr-xr-x", "0", "lib"),
            ("drwxr-xr-x", "0", "lib/modules"),
            ("-rw-r--r--", "5", "lib/modules/a.ko"),
            ("-rwxr-xr-x", "9", "init"),
            ("lrwxrwxrwx", "0", "sbin -> bin"),
            ("drwxr-xr-x", "0", "lib/empty"),
        ];
        assert_eq!(seen, expected.map(|(mode, size, name)| (mode, size, name.to_string())), "{listed}");
    }
}
