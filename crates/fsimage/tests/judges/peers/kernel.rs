//! Linux: isofs and udf of Debian's kernel, in a guest that boots once for all of these tests.

use std::{collections::BTreeMap, sync::LazyLock};

use imapi_fsimage::UdfRevision;

use crate::{
    compare::Found,
    expected::Expected,
    guest::{self, Look, Verdict},
    kinds::{self, Image, Kind, View},
    listing::{Listing, Seen},
    peers::plain_name,
    sessions,
    table::Feature,
};

/// Those that are looked at once more without what is hidden.
const STRIPPED: [Kind; 3] = [Kind::Everything, Kind::Owned(UdfRevision::R102), Kind::Owned(UdfRevision::R260)];

/// Those of which everything is destroyed that is there twice.
pub const DAMAGED: [Kind; 3] =
    [Kind::Udf(UdfRevision::R102), Kind::Owned(UdfRevision::R201), Kind::Udf(UdfRevision::R260)];

/// Everything that is looked at, in one boot. Where hidden files are stripped, they are known by their absence.
pub fn verdicts() -> &'static BTreeMap<String, Verdict> {
    static VERDICTS: LazyLock<BTreeMap<String, Verdict>> = LazyLock::new(|| {
        let mut looks = Vec::new();
        for kind in Kind::ALL {
            for &view in views(kind) {
                let image = Image::of(kind).path.clone();
                let (file_system, options) = mounted(view);
                looks.push(Look { name: name(kind, view, false), image: image.clone(), file_system, options });
                if STRIPPED.contains(&kind) {
                    let options = stripped(view);
                    looks.push(Look { name: name(kind, view, true), image, file_system, options });
                }
            }
        }
        for kind in DAMAGED {
            let (file_system, options) = mounted(View::Udf);
            let image = kinds::damaged(Image::of(kind));
            looks.push(Look { name: format!("damaged {}", kind.name()), image, file_system, options });
        }
        looks.extend(sessions::looks());
        guest::look(&looks, &kinds::lab().join("guest"), 900)
    });
    &VERDICTS
}

/// The ISO 9660 of bridges is what it is by itself, but that it is there.
fn views(kind: Kind) -> &'static [View] {
    match kind {
        Kind::Tame => &[],
        Kind::Bridge(UdfRevision::R102) => &[View::Joliet, View::Udf],
        Kind::Bridge(_) => &[View::Udf],
        _ => kind.views(),
    }
}

pub fn name(kind: Kind, view: View, is_stripped: bool) -> String {
    format!("{} {view:?}{}", kind.name(), if is_stripped { " without what is hidden" } else { "" })
}

/// The file system, and how it is told to look.
pub fn mounted(view: View) -> (&'static str, &'static str) {
    match view {
        View::Plain => ("iso9660", "norock,nojoliet,map=off"),
        View::Joliet => ("iso9660", "norock,iocharset=utf8"),
        View::Ridge => ("iso9660", "iocharset=utf8"),
        View::Udf => ("udf", "iocharset=utf8,unhide"),
    }
}

/// The same without what is hidden.
fn stripped(view: View) -> &'static str {
    match view {
        View::Plain => "norock,nojoliet,map=off,hide",
        View::Joliet => "norock,iocharset=utf8,hide",
        View::Ridge => "iocharset=utf8,hide",
        // It does not show hidden files unless it is told to.
        View::Udf => "iocharset=utf8",
    }
}

pub fn look(image: &Image, view: View, _: &Expected) -> Found {
    let verdict = &verdicts()[&name(image.kind, view, false)];
    found(image, view, verdict, verdicts().get(&name(image.kind, view, true)))
}

/// What it has found in an image, and what it finds there without what is hidden.
pub fn found(image: &Image, view: View, verdict: &Verdict, stripped: Option<&Verdict>) -> Found {
    let mut listing = Listing::new();
    for (path, seen) in &verdict.listing {
        // What is in a folder that is not shown says nothing of itself.
        let folder = path.iter().rposition(|&byte| byte == b'/').map(|at| &path[..at]);
        let hidden = stripped
            .filter(|stripped| folder.is_none_or(|folder| stripped.listing.contains_key(folder)))
            .map(|stripped| !stripped.listing.contains_key(path));
        let seen = Seen { hidden, ..seen.clone() };
        // Where nobody said anything of modes and owners, they are those of the mount.
        let told = view == View::Ridge || image.kind.has_udf_owners();
        let seen = if told { seen } else { Seen { mode: None, owner: None, links: None, ..seen } };
        let is_iso = matches!(view, View::Plain | View::Joliet);
        listing.insert(if is_iso { plain_name(path) } else { path.clone() }, seen);
    }
    let complaints = verdict.said.iter().filter(|line| is_complaint(line)).cloned().collect();
    let silent: &[Feature] = if stripped.is_some() { &[] } else { &[Feature::Hidden, Feature::UdfHidden] };
    Found { listing, complaints, blind: &[], silent }
}

/// Lines of the log begin with a time, and may be about anything; all else is said by a program that failed.
pub fn is_complaint(line: &str) -> bool {
    let line = line.trim().to_lowercase();
    let about = ["iso", "udf", "rock", "joliet", "i/o error", "warn", "bug"].iter().any(|word| line.contains(word));
    // Which extensions it found is no complaint.
    let harmless =
        line.is_empty() || line.contains("iso 9660 extensions") || line.contains("udf-fs: info mounting volume");
    !harmless && (about || !line.starts_with('['))
}
