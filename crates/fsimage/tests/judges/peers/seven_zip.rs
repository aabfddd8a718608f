//! 7-Zip: tests and unpacks; whatever it warns of is a fault.

use crate::{
    compare::Found,
    expected::Expected,
    kinds::{Image, View},
    listing::{Listing, Seen},
    peers::{folder_for, plain_name, run, unpacked, words},
    table::Reader,
};

pub fn look(image: &Image, view: View, _: &Expected) -> Found {
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
