//! Linux: isofs and udf of Debian's kernel, in a guest that boots once for all of these tests.

use std::{collections::BTreeMap, sync::LazyLock};

use crate::{
    compare::Found,
    expected::Expected,
    guest::{self, Look, Verdict},
    kinds::{self, Image, Kind, View},
    listing::{Listing, Seen},
    peers::{looks_at, plain_name},
    table::Feature,
};

looks_at! { Kernel:
    level_1(LevelOne, Plain);
    level_2(Joliet, Plain);
    level_3(Everything, Plain);
    relaxed_names(Relaxed, Plain);
    joliet(Joliet, Joliet);
    joliet_beside_rock_ridge(Everything, Joliet);
    rock_ridge(Ridge, Ridge);
    rock_ridge_beside_joliet(Everything, Ridge);
}

/// Everything that is looked at, in one boot. Where hidden files are stripped, they are known by their absence.
fn verdicts() -> &'static BTreeMap<String, Verdict> {
    static VERDICTS: LazyLock<BTreeMap<String, Verdict>> = LazyLock::new(|| {
        let mut looks = Vec::new();
        for kind in Kind::ALL {
            for &view in kind.views() {
                let image = Image::of(kind).path.clone();
                let (file_system, options) = mounted(view);
                looks.push(Look { name: name(kind, view, false), image: image.clone(), file_system, options });
                if let Some(options) = stripped(view).filter(|_| kind == Kind::Everything) {
                    looks.push(Look { name: name(kind, view, true), image, file_system, options });
                }
            }
        }
        guest::look(&looks, &kinds::lab().join("guest"))
    });
    &VERDICTS
}

fn name(kind: Kind, view: View, is_stripped: bool) -> String {
    format!("{} {view:?}{}", kind.name(), if is_stripped { " without what is hidden" } else { "" })
}

/// The file system, and how it is told to look.
fn mounted(view: View) -> (&'static str, &'static str) {
    match view {
        View::Plain => ("iso9660", "norock,nojoliet,map=off"),
        View::Joliet => ("iso9660", "norock,iocharset=utf8"),
        View::Ridge => ("iso9660", "iocharset=utf8"),
    }
}

/// The same without what is hidden.
fn stripped(view: View) -> Option<&'static str> {
    match view {
        View::Plain => Some("norock,nojoliet,map=off,hide"),
        View::Joliet => Some("norock,iocharset=utf8,hide"),
        View::Ridge => Some("iocharset=utf8,hide"),
    }
}

fn look(image: &Image, view: View, _: &Expected) -> Found {
    let verdict = &verdicts()[&name(image.kind, view, false)];
    let stripped = verdicts().get(&name(image.kind, view, true));
    let mut listing = Listing::new();
    for (path, seen) in &verdict.listing {
        // What is in a folder that is not shown says nothing of itself.
        let folder = path.iter().rposition(|&byte| byte == b'/').map(|at| &path[..at]);
        let hidden = stripped
            .filter(|stripped| folder.is_none_or(|folder| stripped.listing.contains_key(folder)))
            .map(|stripped| !stripped.listing.contains_key(path));
        let seen = Seen { hidden, ..seen.clone() };
        match view {
            View::Ridge => listing.insert(path.clone(), seen),
            // Modes and owners are those of the mount.
            View::Plain | View::Joliet => {
                listing.insert(plain_name(path), Seen { mode: None, owner: None, links: None, ..seen })
            }
        };
    }
    let complaints = verdict.said.iter().filter(|line| is_complaint(line)).cloned().collect();
    let silent: &[Feature] = if stripped.is_some() { &[] } else { &[Feature::Hidden] };
    Found { listing, complaints, blind: &[], silent }
}

/// Lines of the log begin with a time, and may be about anything; all else is said by a program that failed.
fn is_complaint(line: &str) -> bool {
    let line = line.trim().to_lowercase();
    let about = ["iso", "udf", "rock", "joliet", "i/o error", "warn", "bug"].iter().any(|word| line.contains(word));
    // Which extensions it found is no complaint.
    let harmless = line.is_empty() || line.contains("iso 9660 extensions");
    !harmless && (about || !line.starts_with('['))
}
