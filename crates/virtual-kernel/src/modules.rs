//! The parts of the kernel that an attachment needs, and what helps when they are missing.

use std::{fs, os::unix::fs::MetadataExt as _, path::Path, process::Command};

use crate::{error::AttachError, places::Places};

/// What is loaded, in this order, and the option by which a kernel has it.
const MODULES: [(&str, &str); 5] = [
    ("target_core_mod", "CONFIG_TARGET_CORE"),
    ("target_core_user", "CONFIG_TCM_USER2"),
    ("tcm_loop", "CONFIG_LOOPBACK_TARGET"),
    ("sr_mod", "CONFIG_BLK_DEV_SR"),
    ("sg", "CONFIG_CHR_DEV_SG"),
];

/// Where modprobe is when the path of a user does not have the administrator's folders.
const MODPROBE: [&str; 3] = ["modprobe", "/sbin/modprobe", "/usr/sbin/modprobe"];

/// Checks that this program may, and loads what is not loaded yet.
pub(crate) fn prepare(places: &Places) -> Result<(), AttachError> {
    must_be_root(places)?;
    for (module, option) in MODULES {
        if places.sys.join("module").join(module).exists() {
            continue;
        }
        if let Err(reason) = load(module) {
            let release = fs::read_to_string(places.proc.join("sys/kernel/osrelease")).unwrap_or_default();
            return Err(AttachError::NoModule { module, option, release: release.trim().to_string(), reason });
        }
    }
    if crate::configfs::target(places).is_dir() { Ok(()) } else { Err(AttachError::NoConfigfs) }
}

/// Only root may change what configfs has.
pub(crate) fn must_be_root(places: &Places) -> Result<(), AttachError> {
    if fs::metadata(places.proc.join("self")).is_ok_and(|me| me.uid() == 0) {
        Ok(())
    } else {
        Err(AttachError::NotRoot)
    }
}

/// Also finds a module that is built into the kernel.
fn load(module: &str) -> Result<(), String> {
    let program =
        MODPROBE.into_iter().find(|program| *program == "modprobe" && on_path() || Path::new(program).exists());
    let Some(program) = program else { return Err("there is no modprobe".to_string()) };
    match Command::new(program).arg(module).output() {
        Ok(output) if output.status.success() => Ok(()),
        Ok(output) => Err(first_line(&output.stderr)),
        Err(error) => Err(format!("{program}: {error}")),
    }
}

fn on_path() -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join("modprobe").is_file())
}

fn first_line(complaint: &[u8]) -> String {
    let text = String::from_utf8_lossy(complaint);
    let line = text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or("modprobe failed");
    line.strip_prefix("modprobe: ").unwrap_or(line).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_complaint_is_told_in_one_line() {
        assert_eq!(first_line(b"modprobe: FATAL: Module a not found\nmore\n"), "FATAL: Module a not found");
        assert_eq!(first_line(b"\n"), "modprobe failed");
    }

    #[test]
    fn a_module_that_no_kernel_has_cannot_be_loaded() {
        load("imapi_no_such_module").expect_err("there is none");
    }
}
