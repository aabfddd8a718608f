//! What 7-Zip lists and unpacks.

use std::path::Path;

use imapi_volumes::Names;

use crate::{
    makers::{Bench, Maker},
    peer,
    seen::{differences, on_disk, ours, same_bytes},
    words,
};

/// What differs between what 7-Zip unpacks and what we see.
///
/// It reads Joliet where there is that, and else Rock Ridge. Links and deep folders that were moved it does not put right, so
/// that it is asked about images that have no Rock Ridge.
pub fn judge(bench: &Bench, image: &Path, maker: &Maker) -> Vec<String> {
    let has_longer = maker.name.contains("level 4") || maker.name.contains("level=4");
    if maker.names.contains(&Names::RockRidge) || has_longer {
        return Vec::new();
    }
    peer("p7zip-full", "7z", &words("x -bd -y -ounpacked image.iso"), bench.folder());
    let by = maker.names.first().copied().unwrap_or(Names::Iso9660);
    let unpacked = on_disk(&bench.path("unpacked"));
    let lines = differences(&ours(image, by), &unpacked, |_, ours, theirs| same_bytes(ours, theirs));
    lines.into_iter().map(|line| format!("7-Zip, {by}: {line}")).collect()
}
