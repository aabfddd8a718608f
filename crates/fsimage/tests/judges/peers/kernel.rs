//! Linux: isofs and udf of Debian's kernel, in a guest that boots once for all of these tests.

use std::{collections::BTreeMap, sync::LazyLock};

use imapi_fsimage::UdfRevision;

use crate::{
    compare::Found,
    expected::Expected,
    guest::{self, Look, Verdict},
    kinds::{self, Image, Kind, View},
    listing::{Listing, Seen},
    peers::{looks_at, plain_name},
    table::{Feature, Reader},
    udf::Volume,
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
    joliet_beside_udf(Bridge(R102), Joliet);
    owned_udf_1_02(Owned(R102), Udf);
    owned_udf_2_01(Owned(R201), Udf);
    owned_udf_2_60(Owned(R260), Udf);
    udf_1_02(Udf(R102), Udf);
    udf_1_50(Udf(R150), Udf);
    udf_2_00(Udf(R200), Udf);
    udf_2_01(Udf(R201), Udf);
    udf_2_50(Udf(R250), Udf);
    udf_2_60(Udf(R260), Udf);
    bridge_1_02(Bridge(R102), Udf);
    bridge_1_50(Bridge(R150), Udf);
    bridge_2_00(Bridge(R200), Udf);
    bridge_2_01(Bridge(R201), Udf);
    bridge_2_50(Bridge(R250), Udf);
    bridge_2_60(Bridge(R260), Udf);
}

/// Those that are looked at once more without what is hidden.
const STRIPPED: [Kind; 3] = [Kind::Everything, Kind::Owned(UdfRevision::R102), Kind::Owned(UdfRevision::R260)];

/// Those of which everything is destroyed that is there twice.
const DAMAGED: [Kind; 3] = [Kind::Udf(UdfRevision::R102), Kind::Owned(UdfRevision::R201), Kind::Udf(UdfRevision::R260)];

/// Everything that is looked at, in one boot. Where hidden files are stripped, they are known by their absence.
fn verdicts() -> &'static BTreeMap<String, Verdict> {
    static VERDICTS: LazyLock<BTreeMap<String, Verdict>> = LazyLock::new(|| {
        let mut looks = Vec::new();
        for kind in Kind::ALL {
            for &view in views(kind) {
                let image = Image::of(kind).path.clone();
                let (file_system, options) = mounted(view);
                looks.push(Look { name: name(kind, view, false), image: image.clone(), file_system, options });
                if let Some(options) = stripped(view).filter(|_| STRIPPED.contains(&kind)) {
                    looks.push(Look { name: name(kind, view, true), image, file_system, options });
                }
            }
        }
        for kind in DAMAGED {
            let (file_system, options) = mounted(View::Udf);
            let image = kinds::damaged(Image::of(kind));
            looks.push(Look { name: format!("damaged {}", kind.name()), image, file_system, options });
        }
        guest::look(&looks, &kinds::lab().join("guest"))
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

fn name(kind: Kind, view: View, is_stripped: bool) -> String {
    format!("{} {view:?}{}", kind.name(), if is_stripped { " without what is hidden" } else { "" })
}

/// The file system, and how it is told to look.
fn mounted(view: View) -> (&'static str, &'static str) {
    match view {
        View::Plain => ("iso9660", "norock,nojoliet,map=off"),
        View::Joliet => ("iso9660", "norock,iocharset=utf8"),
        View::Ridge => ("iso9660", "iocharset=utf8"),
        View::Udf => ("udf", "iocharset=utf8,unhide"),
    }
}

/// The same without what is hidden.
fn stripped(view: View) -> Option<&'static str> {
    match view {
        View::Plain => Some("norock,nojoliet,map=off,hide"),
        View::Joliet => Some("norock,iocharset=utf8,hide"),
        View::Ridge => Some("iocharset=utf8,hide"),
        // It does not show hidden files unless it is told to.
        View::Udf => Some("iocharset=utf8"),
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

#[test]
fn a_real_time_file_is_a_file_to_linux() {
    assert!(Reader::Kernel.judges(Feature::UdfRealTime));
    for revision in [UdfRevision::R201, UdfRevision::R260] {
        let kind = Kind::Owned(revision);
        let real_time = Volume::open(&Image::of(kind).image).walk().real_time;
        assert_eq!(real_time.len(), 1, "the corpus has one");
        let expected = Expected::of(kind, View::Udf);
        for path in &real_time {
            let seen = &verdicts()[&name(kind, View::Udf, false)].listing[path];
            assert_eq!(
                (seen.size, seen.digest),
                (expected.entries[path].seen.size, expected.entries[path].seen.digest)
            );
        }
    }
}

#[test]
fn everything_is_read_where_the_first_of_all_copies_is_destroyed() {
    assert!(Reader::Kernel.judges(Feature::UdfCopies));
    for kind in DAMAGED {
        let damaged = &verdicts()[&format!("damaged {}", kind.name())];
        let whole = &verdicts()[&name(kind, View::Udf, false)];
        assert!(!whole.listing.is_empty(), "{kind:?} is read when it is whole");
        assert!(damaged.listing == whole.listing, "{kind:?}: {:?}", damaged.said);
        // It tells what it found destroyed.
        assert!(damaged.said.iter().any(|line| line.contains("UDF-fs")), "{kind:?}: {:?}", damaged.said);
    }
}

/// Lines of the log begin with a time, and may be about anything; all else is said by a program that failed.
fn is_complaint(line: &str) -> bool {
    let line = line.trim().to_lowercase();
    let about = ["iso", "udf", "rock", "joliet", "i/o error", "warn", "bug"].iter().any(|word| line.contains(word));
    // Which extensions it found is no complaint.
    let harmless =
        line.is_empty() || line.contains("iso 9660 extensions") || line.contains("udf-fs: info mounting volume");
    !harmless && (about || !line.starts_with('['))
}
