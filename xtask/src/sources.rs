//! The source files of the workspace.

use std::{fs, path::Path};

/// A Rust file of a crate.
pub struct Source {
    /// From the root of the workspace, with slashes.
    pub path: String,
    /// The library's name in Rust.
    pub library: String,
}

/// The files below `crates/*/src`, in order.
pub fn of_crates(root: &Path) -> Result<Vec<Source>, String> {
    let mut sources = Vec::new();
    for folder in names(&root.join("crates"))? {
        let library = library(&folder);
        let mut paths = Vec::new();
        rust_files(root, &format!("crates/{folder}/src"), &mut paths)?;
        sources.extend(paths.into_iter().map(|path| Source { path, library: library.clone() }));
    }
    Ok(sources)
}

/// Every Rust file of the workspace that a person wrote.
pub fn all(root: &Path) -> Result<Vec<String>, String> {
    let mut paths = Vec::new();
    for folder in ["crates", "xtask"] {
        rust_files(root, folder, &mut paths)?;
    }
    paths.retain(|path| !path.contains("/generated/"));
    Ok(paths)
}

/// A package is called `imapi-` and its folder's name; folders that begin with `imapi` keep theirs.
fn library(folder: &str) -> String {
    let package = if folder.starts_with("imapi") { folder.to_string() } else { format!("imapi-{folder}") };
    package.replace('-', "_")
}

fn rust_files(root: &Path, folder: &str, out: &mut Vec<String>) -> Result<(), String> {
    for name in names(&root.join(folder))? {
        let path = format!("{folder}/{name}");
        if root.join(&path).is_dir() {
            if name != "target" {
                rust_files(root, &path, out)?;
            }
        } else if Path::new(&name).extension().is_some_and(|extension| extension == "rs") {
            out.push(path);
        }
    }
    Ok(())
}

fn names(folder: &Path) -> Result<Vec<String>, String> {
    let failed = |e: std::io::Error| format!("{}: {e}", folder.display());
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        names.push(entry.map_err(failed)?.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_and_packages_are_called_alike() {
        assert_eq!(library("disc-types"), "imapi_disc_types");
        assert_eq!(library("imapi-errors"), "imapi_errors");
        assert_eq!(library("imapi1"), "imapi1");
    }
}
