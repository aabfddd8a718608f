//! What a reader tells of an image, beside what it should.

use std::collections::BTreeMap;

use crate::{
    expected::{Entry, Expected},
    kinds::View,
    listing::{Listing, Seen, escaped},
    table::{Feature, Reader},
};

/// So many faults are told.
const TOLD: usize = 25;

/// What of a file a reader told in this run. What it tells is compared, where it can judge it.
pub struct Found {
    pub listing: Listing,
    /// What the reader said besides, which should be nothing.
    pub complaints: Vec<String>,
    /// Files and folders of the corpus at which it does not look.
    pub blind: &'static [&'static str],
    /// What it can judge elsewhere, but not in this view.
    pub silent: &'static [Feature],
}

/// Compares everything that the reader can judge, and panics with what is wrong.
pub fn judge(reader: Reader, expected: &Expected, found: &Found) {
    let (kind, view) = (expected.kind, expected.view);
    assert!(view != View::Udf || reader.judges_kind(kind), "{reader:?} does not read {kind:?}");
    let mut faults: Vec<String> = found.complaints.iter().map(|line| format!("it says: {line}")).collect();
    let mut left: BTreeMap<&[u8], &Seen> = found.listing.iter().map(|(path, seen)| (&path[..], seen)).collect();
    let mut unnamed = Vec::new();
    let mut compared = BTreeMap::new();
    for (path, entry) in &expected.entries {
        let inside = |folder: &&str| {
            entry.source.strip_prefix(folder.as_bytes()).is_some_and(|rest| rest.is_empty() || rest.starts_with(b"/"))
        };
        if !reader.judges(by_kind(&entry.seen).in_view(view)) || found.blind.iter().any(inside) {
            left.remove(&path[..]);
            continue;
        }
        // A name that a reader cannot tell may be that of another file by chance.
        if !entry.needs.iter().all(|&feature| reader.judges(feature)) {
            unnamed.push(entry);
            continue;
        }
        let Some(seen) = left.remove(&path[..]) else {
            faults.push(format!("{} is missing", escaped(path)));
            continue;
        };
        entry.needs.iter().for_each(|&feature| *compared.entry(feature).or_insert(0) += 1);
        for (feature, wrong) in differences(reader, view, entry, seen) {
            *compared.entry(feature).or_insert(0) += 1;
            faults.extend(wrong.map(|wrong| format!("{}: {wrong}", escaped(path))));
        }
    }
    // What it calls by other names must be there all the same.
    let identity =
        |seen: &Seen| (seen.kind, seen.size, seen.digest.filter(|_| reader.judges(Feature::Contents.in_view(view))));
    for entry in unnamed {
        let wanted = identity(&entry.seen);
        let same = |path: &&[u8]| folder_of(path) != folder_of(&entry.source);
        let same =
            left.iter().filter(|(_, seen)| alike(identity(seen), wanted)).map(|(path, _)| *path).min_by_key(same);
        match same {
            Some(path) => drop(left.remove(path)),
            None if entry.needs.iter().any(|feature| reader.column().loses.contains(feature)) => {}
            None => faults.push(format!("what {} should be is not there by any name", escaped(&entry.source))),
        }
    }
    faults.extend(left.keys().map(|path| format!("{} should not be there", escaped(path))));
    let more = faults.len().saturating_sub(TOLD);
    faults.truncate(TOLD);
    if more > 0 {
        faults.push(format!("and {more} more"));
    }
    assert!(faults.is_empty(), "{reader:?} of {kind:?} as {view:?}:\n{}", faults.join("\n"));
    for feature in needed(expected) {
        let count = compared.get(&feature).copied().unwrap_or(0);
        let told = count > 0 || found.silent.contains(&feature);
        assert!(
            !reader.judges(feature) || told,
            "{reader:?} judges {feature:?}, but told nothing of it in {kind:?} as {view:?}"
        );
    }
}

fn folder_of(path: &[u8]) -> &[u8] {
    path.iter().rposition(|&byte| byte == b'/').map_or(b"", |at| &path[..at])
}

/// What a reader has to know for such a file to exist.
fn by_kind(seen: &Seen) -> Feature {
    match seen.kind {
        Some(crate::listing::Kind::Folder | crate::listing::Kind::File) | None => Feature::Contents,
        Some(crate::listing::Kind::Link) => Feature::Links,
        Some(_) => Feature::Nodes,
    }
}

type Identity = (Option<crate::listing::Kind>, Option<u64>, Option<u64>);

/// Whether two may be one; a reader need not tell everything.
fn alike(found: Identity, wanted: Identity) -> bool {
    let same = |a: Option<u64>, b: Option<u64>| a.is_none() || b.is_none() || a == b;
    (found.0.is_none() || found.0 == wanted.0) && same(found.1, wanted.1) && same(found.2, wanted.2)
}

/// The features that occur in an image.
fn needed(expected: &Expected) -> Vec<Feature> {
    let mut needed: Vec<Feature> = expected
        .entries
        .values()
        .flat_map(|entry| {
            features(entry).map(|feature| feature.in_view(expected.view)).chain(entry.needs.iter().copied())
        })
        .collect();
    needed.sort_unstable();
    needed.dedup();
    needed
}

/// What there is to be judged of a file beside its name.
fn features(entry: &Entry) -> impl Iterator<Item = Feature> {
    let Seen { kind, size, device, target, mode, owner, links, modified, hidden, .. } = &entry.seen;
    let is_node = kind.is_some_and(|kind| {
        !matches!(kind, crate::listing::Kind::Folder | crate::listing::Kind::File | crate::listing::Kind::Link)
    });
    [
        size.map(|_| Feature::Contents),
        target.as_ref().map(|target| Feature::of_link(target)),
        is_node.then(|| device.map_or(Feature::Nodes, Feature::of_device)),
        mode.map(Feature::of_mode),
        owner.map(|_| Feature::Owners),
        links.map(|_| Feature::NameCounts),
        modified.map(Feature::of_date),
        hidden.filter(|hidden| *hidden).map(|_| Feature::Hidden),
    ]
    .into_iter()
    .flatten()
}

/// What was compared, and what is wrong with it.
fn differences(reader: Reader, view: View, entry: &Entry, seen: &Seen) -> Vec<(Feature, Option<String>)> {
    let mut all = Vec::new();
    let wanted = &entry.seen;
    let mut compare = |feature: Feature, what: &str, found: Option<String>, wanted: Option<String>| {
        let feature = feature.in_view(view);
        if let (true, Some(found), Some(wanted)) = (reader.judges(feature), found, wanted) {
            all.push((feature, (found != wanted).then(|| format!("{what} is {found} and should be {wanted}"))));
        }
    };
    let text = |value: Option<&dyn std::fmt::Debug>| value.map(|value| format!("{value:?}"));
    macro_rules! field {
        ($feature:expr, $what:literal, $field:ident) => {
            compare(
                $feature,
                $what,
                text(seen.$field.as_ref().map(|v| v as _)),
                text(wanted.$field.as_ref().map(|v| v as _)),
            )
        };
    }
    field!(by_kind(wanted), "its kind", kind);
    field!(Feature::Contents, "its size", size);
    field!(Feature::Contents, "the digest of its bytes", digest);
    let target = |seen: &Seen| seen.target.as_ref().map(|target| escaped(target));
    if let Some(leads_to) = &wanted.target {
        compare(Feature::of_link(leads_to), "its target", target(seen), target(wanted));
    }
    if let Some(device) = wanted.device {
        field!(Feature::of_device(device), "its device", device);
    }
    let octal = |seen: &Seen| seen.mode.map(|mode| format!("{mode:04o}"));
    if let Some(mode) = wanted.mode {
        compare(Feature::of_mode(mode), "its mode", octal(seen), octal(wanted));
    }
    field!(Feature::Owners, "its owner", owner);
    field!(Feature::NameCounts, "the number of its names", links);
    field!(Feature::Hidden, "hidden", hidden);
    if let Some((seconds, nanoseconds)) = wanted.modified {
        let told = if reader.judges(Feature::UdfFractions) { nanoseconds } else { 0 };
        let date = |modified: Option<_>| modified.map(|modified| format!("{modified:?}"));
        compare(Feature::of_date((seconds, nanoseconds)), "its date", date(seen.modified), date(Some((seconds, told))));
    }
    all
}
