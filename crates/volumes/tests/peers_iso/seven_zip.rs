//! What 7-Zip lists and unpacks.

use imapi_volumes::Names;

use crate::{
    makers::{Bench, MAKERS},
    peer,
    seen::{differences, on_disk, ours, same_bytes},
    words,
};

/// It reads Joliet where there is that, and else Rock Ridge. Links and deep folders that were moved it does not put right, so
/// that it is asked about the others.
#[test]
fn seven_zip_unpacks_the_same() {
    let mut wrong = Vec::new();
    let judged = MAKERS.iter().filter(|maker| maker.names == [Names::Joliet] || maker.names.is_empty());
    for maker in judged.filter(|maker| !maker.name.contains("level 4") && !maker.name.contains("level=4")) {
        let bench = Bench::new(maker.fill);
        let image = (maker.make)(&bench, "image.iso");
        peer("p7zip-full", "7z", &words("x -bd -y -ounpacked image.iso"), bench.folder());
        let by = maker.names.first().copied().unwrap_or(Names::Iso9660);
        let unpacked = on_disk(&bench.path("unpacked"));
        let lines = differences(&ours(&image, by), &unpacked, |_, ours, theirs| same_bytes(ours, theirs));
        wrong.extend(lines.into_iter().map(|line| format!("{}, {by}: {line}", maker.name)));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
