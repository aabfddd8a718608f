//! Whether two paths are one file, by whatever names: what is read and written at once would be lost.

use std::{
    fs, io,
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
};

use imapi::drives::{VIRTUAL, VirtualDisc};

use crate::image::destination::folder_of;

/// Whether two paths lead to one file, though neither may be there yet. Two names of one file lead to it, too.
pub fn same_file(one: &Path, other: &Path) -> bool {
    let there = [one, other].map(|path| fs::metadata(path).map(|there| (there.dev(), there.ino())));
    if let [Ok(one), Ok(other)] = there {
        return one == other;
    }
    let real = |path: &Path| {
        let there = fs::canonicalize(path);
        there.or_else(|_| Ok(fs::canonicalize(folder_of(path))?.join(path.file_name().unwrap_or_default())))
    };
    let real: [io::Result<PathBuf>; 2] = [one, other].map(real);
    matches!(real, [Ok(one), Ok(other)] if one == other)
}

/// The files that are discs in drives in software, of the drives of these names.
pub fn disc_files(drives: &[String]) -> Vec<PathBuf> {
    // What cannot be understood is told when the drive is opened.
    let discs = drives.iter().filter_map(|drive| drive.strip_prefix(VIRTUAL)?.parse::<VirtualDisc>().ok());
    discs.map(|disc| disc.path).collect()
}

/// The first of these files that is read, and is one of those that are written, as a sentence that names both.
pub fn clash<'a>(written: &[(&str, &Path)], read: impl IntoIterator<Item = (&'a str, &'a Path)>) -> Option<String> {
    read.into_iter().find_map(|(what, path)| {
        let (option, _) = written.iter().find(|(_, written)| same_file(written, path))?;
        Some(format!(
            "{option} would be written over {}, which is read: {option} and {what} are one file",
            path.display()
        ))
    })
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn one_file_has_many_names() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let [file, twin, link, new] = ["file", "twin", "link", "new"].map(|name| folder.path().join(name));
        fs::write(&file, "it").expect("room");
        fs::hard_link(&file, &twin).expect("room");
        symlink("file", &link).expect("room");
        for other in [&file, &twin, &link, &folder.path().join("./file")] {
            assert!(same_file(&file, other), "{}", other.display());
        }
        assert!(!same_file(&file, &new));
        assert!(same_file(
            &new,
            &folder.path().join("../").join(folder.path().file_name().expect("a name")).join("new")
        ));
        let told = clash(&[("-o", &twin)], [("PATH", folder.path()), ("PATH", file.as_path())]);
        assert_eq!(
            told,
            Some(format!("-o would be written over {}, which is read: -o and PATH are one file", file.display()))
        );
    }
}
