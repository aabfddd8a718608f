//! Programs of this machine, for the guest: each with the libraries that it is linked with.

use std::{fs, path::Path, process::Command};

use super::archive::Archive;

/// Adds a program as `/bin/` and its name.
pub fn add(archive: &mut Archive, program: &Path) -> Result<(), String> {
    let name = program.file_name().and_then(|name| name.to_str()).ok_or("a program has a name")?;
    archive.file(&format!("bin/{name}"), &read(program)?, 0o755);
    for library in libraries(program)? {
        archive.file(library.trim_start_matches('/'), &read(Path::new(&library))?, 0o755);
    }
    Ok(())
}

fn read(path: &Path) -> Result<Vec<u8>, String> {
    fs::read(path).map_err(|e| format!("{}: {e}", path.display()))
}

/// The paths by which the program finds its libraries, and the loader's own. A static program needs none.
fn libraries(program: &Path) -> Result<Vec<String>, String> {
    let output = Command::new("ldd").arg(program).env("LC_ALL", "C").output().map_err(|e| format!("ldd: {e}"))?;
    let listed = String::from_utf8_lossy(&output.stdout);
    if let Some(missing) = listed.lines().find(|line| line.contains("not found")) {
        return Err(format!("{}: {}", program.display(), missing.trim()));
    }
    Ok(paths(&listed))
}

/// Lines are `name => /path (address)` or, for the loader, `/path (address)`.
fn paths(listed: &str) -> Vec<String> {
    let path = |line: &str| {
        let place = line.rsplit("=>").next()?.trim();
        place.starts_with('/').then(|| place.split_whitespace().next().map(str::to_string)).flatten()
    };
    listed.lines().filter_map(path).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn libraries_are_those_that_have_a_path() {
        let listed = "\tlinux-vdso.so.1 (0x00007ffd)\n\
                      \tlibgcc_s.so.1 => /lib/x86_64-linux-gnu/libgcc_s.so.1 (0x00007f1c)\n\
                      \t/lib64/ld-linux-x86-64.so.2 (0x00007f1d)\n";
        assert_eq!(paths(listed), ["/lib/x86_64-linux-gnu/libgcc_s.so.1", "/lib64/ld-linux-x86-64.so.2"]);
        assert!(paths("\tstatically linked\n").is_empty());
    }
}
