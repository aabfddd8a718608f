//! udfclient, of NetBSD's code: takes everything out of a volume.

use std::{
    io::Write as _,
    process::{Command, Stdio},
};

use crate::{
    compare::Found,
    expected::Expected,
    kinds::{Image, Kind, View},
    listing::{Kind as Entry, Listing, Seen},
    peers::{folder_for, looks_at, run, unpacked},
    table::{Feature, Reader},
    udf::Volume,
};

looks_at! { Udfclient:
    udf_1_02(Udf(R102), Udf);
    udf_1_50(Udf(R150), Udf);
    udf_2_00(Udf(R200), Udf);
    udf_2_01(Udf(R201), Udf);
    udf_2_50(Udf(R250), Udf);
    udf_2_60(Udf(R260), Udf);
    bridge_1_02(Bridge(R102), Udf);
    bridge_2_50(Bridge(R250), Udf);
}

fn look(image: &Image, view: View, _: &Expected) -> Found {
    let folder = folder_for(Reader::Udfclient, image, view);
    let facts = Volume::open(&image.image).facts;
    // Its root has the volumes of all discs, by their names.
    let root = format!("{}:{name}:{name}:{name}", facts.volume_set, name = facts.name);
    let mut client = Command::new("udfclient")
        .args(["-b", "2048"])
        .arg(&image.path)
        .envs([("TZ", "UTC"), ("LC_ALL", "C.UTF-8")])
        .current_dir(&folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("udfclient runs; cargo xtask test --setup installs it");
    let mut asked = client.stdin.take().expect("it was piped");
    writeln!(asked, "get \"/{root}\" out\nquit").expect("it listens");
    drop(asked);
    let output = client.wait_with_output().expect("it ends");
    let said = [&output.stdout[..], &output.stderr].map(String::from_utf8_lossy).concat();
    // What it says of each file has its name in it.
    let about_files = |line: &&str| line.contains(" bytes (") || line.contains("out/");
    let suspicious = |line: &&str| {
        ["error", "fail", "wrong", "bad", "invalid", "warn"].iter().any(|word| line.to_lowercase().contains(word))
    };
    let mut complaints: Vec<String> =
        said.split(['\n', '\r']).filter(|line| !about_files(line)).filter(suspicious).map(str::to_string).collect();
    if !output.status.success() {
        complaints.push("and it ended as if something was wrong".to_string());
    }
    let mut listing = Listing::new();
    for (path, seen) in unpacked(&folder.join("out")) {
        // Folders have the date of now, and all have the owner and the mode that it gives them.
        let is_folder = seen.kind == Some(Entry::Folder);
        let modified = seen.modified.filter(|_| !is_folder);
        listing.insert(path, Seen { mode: None, owner: None, links: None, modified, ..seen });
    }
    // What is hidden it does not show.
    Found { listing, complaints, blind: &["modes/hidden", "modes/hidden folder"], silent: &[] }
}

/// It dumps what it finds of a volume, of which it checks every tag.
#[test]
fn udfdump_finds_one_volume_of_two_partitions_in_2_50_and_of_one_before() {
    assert!(Reader::Udfclient.judges(Feature::UdfMetadata));
    for kind in Kind::ALL.into_iter().filter(|kind| kind.revision().is_some()) {
        let image = Image::of(kind);
        let said = run("udfdump", ["-b".as_ref(), "2048".as_ref(), image.path.as_os_str()]);
        let told: Vec<String> = said.lines().map(|line| line.trim().to_string()).collect();
        let facts = Volume::open(&image.image).facts;
        let volume = format!("Volume set `{}` (1 volume) with 1 partition", facts.volume_set);
        let mut expected = vec![volume];
        if kind.revision().is_some_and(imapi_fsimage::UdfRevision::has_mirror) {
            expected.push("mapping 0 on 0 as direct recording data".to_string());
            expected.push("mapping 1 on 0 as metadata only recording metadata".to_string());
        } else {
            expected.push("mapping 0 on 0 as direct recording data metadata".to_string());
        }
        for line in expected {
            assert!(told.contains(&line), "{kind:?}: {line}: {told:#?}");
        }
        assert!(told.iter().any(|line| line.starts_with("marked closed")), "{kind:?}: {told:#?}");
        let bad =
            |line: &&String| ["error", "fail", "wrong", "bad "].iter().any(|word| line.to_lowercase().contains(word));
        assert_eq!(told.iter().filter(bad).collect::<Vec<_>>(), [""; 0], "{kind:?}");
    }
}
