//! 7-Zip: tests and unpacks; whatever it warns of is a fault.

use crate::{
    compare::Found,
    expected::Expected,
    kinds::{Image, View},
    listing::{Listing, Seen},
    peers::{folder_for, looks_at, plain_name, run, unpacked, words},
    table::Reader,
};

looks_at! { SevenZip:
    level_1(LevelOne, Plain);
    relaxed_names(Relaxed, Plain);
    joliet(Joliet, Joliet);
    joliet_beside_rock_ridge(Everything, Joliet);
    joliet_beside_udf(Bridge(R102), Joliet);
    joliet_beside_udf_with_a_metadata_partition(Bridge(R260), Joliet);
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

fn look(image: &Image, view: View, _: &Expected) -> Found {
    let folder = folder_for(Reader::SevenZip, image, view);
    let mut target = std::ffi::OsString::from("-o");
    target.push(&folder);
    let mut arguments = words(&["x", "-y", "-bb1", if view == View::Udf { "-tudf" } else { "-tiso" }]);
    arguments.extend([target, image.path.clone().into()]);
    let said = run("7z", arguments);
    let suspicious = |line: &String| {
        ["warn", "error", "after the end", "unexpected", "headers"]
            .iter()
            .any(|word| line.to_lowercase().contains(word))
    };
    // Names of files are listed behind `- `.
    let mut complaints: Vec<String> = said.lines().filter(|line| !line.starts_with("- ")).filter(suspicious).collect();
    if !said.success || !said.lines().any(|line| line == "Everything is Ok") {
        complaints.push("and it does not say that everything is well".to_string());
    }
    let mut listing = Listing::new();
    for (path, seen) in unpacked(&folder) {
        let path = if view == View::Udf { path } else { plain_name(&path) };
        listing.insert(path, Seen { mode: None, owner: None, links: None, ..seen });
    }
    Found { listing, complaints, blind: &[], silent: &[] }
}
