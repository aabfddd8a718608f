//! Images that machines start from, as xorriso finds them. That machines do start from them is judged where they are made.

use std::fs;

use rstest::rstest;

use super::{Bench, said};
use crate::peer;

const ISOLINUX: &str = "/usr/lib/ISOLINUX/isolinux.bin";
const ISOHDPFX: &str = "/usr/lib/ISOLINUX/isohdpfx.bin";

/// A tree with a loader in a folder of its own.
fn bench() -> Bench {
    let bench = Bench::new();
    let loader = fs::read(ISOLINUX).unwrap_or_else(|e| panic!("{ISOLINUX}: {e}; it is in the package isolinux"));
    bench.put("boot/isolinux.bin", loader);
    bench
}

/// What xorriso reports of that, each line's fields behind the colon.
fn reported(iso: &str, what: &str) -> Vec<String> {
    let reports = ["-report_el_torito", "plain", "-report_system_area", "plain"];
    let output = peer("xorriso", "xorriso", &[&["-indev", iso][..], &reports].concat());
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let fields = |line: &str| {
        let (begins, rest) = line.split_once(':')?;
        (begins.trim() == what).then(|| rest.split_whitespace().collect::<Vec<_>>().join(" "))
    };
    text.lines().filter_map(fields).collect()
}

#[test]
fn a_loader_of_the_tree_is_started_and_told_where_it_is() {
    let bench = bench();
    let on_disk = bench.in_tree("boot/isolinux.bin");
    let on_disk = format!("{},info-table,manufacturer=Me", on_disk.to_str().expect("text"));
    // The path in the image and that on disk are the same file, which is there once.
    for file in ["boot/isolinux.bin,info-table,manufacturer=Me", "/boot/isolinux.bin,info-table", &on_disk] {
        bench.create(&["--force", "--boot", file]);
        assert_eq!(reported(&bench.iso, "El Torito img path"), ["1 /boot/isolinux.bin"], "{file}");
        let entries = reported(&bench.iso, "El Torito boot img");
        assert!(entries.len() == 1 && entries[0].starts_with("1 BIOS y none 0x0000 0x00 4 "), "{file}: {entries:?}");
        assert_eq!(reported(&bench.iso, "El Torito img opts"), ["1 boot-info-table isohybrid-suitable"], "{file}");
    }
    let value = bench.json(&["-n", "--force", "--boot", &on_disk]);
    let parts = value["parts"].as_array().expect("parts");
    assert!(parts.iter().any(|part| part["of"] == "El Torito" && part["blocks"] == 1), "{parts:?}");
}

#[test]
fn every_option_of_an_entry_is_in_the_catalogue() {
    let bench = bench();
    let [floppy, efi] = ["floppy.img", "efi,1.img"].map(|name| bench.at(name));
    fs::write(&floppy, vec![1; 1_474_560]).expect("room");
    fs::write(&efi, vec![2; 100_000]).expect("room");
    let boots = [
        "boot/isolinux.bin,load-segment=0x1234,load-size=77".to_string(),
        format!("{floppy},emulation=floppy,no-boot"),
        format!("{},platform=efi", efi.replace(',', "\\,")),
        "a file.txt,platform=mac".to_string(),
    ];
    let arguments: Vec<&str> = boots.iter().flat_map(|boot| ["--boot", boot]).collect();
    let report = bench.at("report");
    bench.create(&[&arguments[..], &["--report", &report]].concat());
    let entries = reported(&bench.iso, "El Torito boot img");
    let without_block: Vec<&str> = entries.iter().map(|entry| entry.rsplit_once(' ').expect("fields").0).collect();
    let expected = [
        "1 BIOS y none 0x1234 0x00 77",
        "2 BIOS n fd1.4 0x0000 0x00 1",
        "3 UEFI y none 0x0000 0x00 196",
        "4 Mac y none 0x0000 0x00 1",
    ];
    assert_eq!(without_block, expected);
    // What is no file of the image is told by where it came from.
    let layout: serde_json::Value = serde_json::from_slice(&fs::read(report).expect("written")).expect("JSON");
    let files = layout["files"].as_array().expect("files");
    let from = files.iter().find(|file| file["source"] == *efi).expect("told");
    assert_eq!((&from["path"], &from["size"]), (&serde_json::Value::Null, &100_000.into()));
    let block = entries[2].rsplit_once(' ').expect("fields").1;
    assert_eq!(from["first"].to_string(), block);
}

#[rstest]
#[case(None, &["MBR isohybrid cyl-align-on"], "0x80 0x17")]
#[case(Some("gpt"), &["MBR isohybrid cyl-align-off GPT"], "0x00 0xee")]
fn a_hybrid_image_starts_from_a_disk_too(#[case] table: Option<&str>, #[case] area: &[&str], #[case] first: &str) {
    let bench = bench();
    let efi = bench.at("efi.img");
    fs::write(&efi, vec![2; 3 << 20]).expect("room");
    let mut arguments = vec!["--boot", "boot/isolinux.bin,info-table", "--hybrid-mbr", ISOHDPFX, "--append-efi", &efi];
    arguments.extend(table.iter().flat_map(|table| ["--partition-table", table]));
    bench.create(&arguments);
    let entries = reported(&bench.iso, "El Torito boot img");
    assert!(entries.len() == 2 && entries[1].starts_with("2 UEFI y none 0x0000 0x00 6144 "), "{entries:?}");
    let summary = reported(&bench.iso, "System area summary");
    assert_eq!(summary, area);
    let partitions = reported(&bench.iso, "MBR partition");
    assert!(partitions[0].starts_with(&format!("1 {first} ")), "{partitions:?}");
    let value = bench.json(&[&arguments[..], &["-n", "--force"]].concat());
    assert_eq!(value["bytes"], fs::metadata(&bench.iso).expect("written").len());
    let parts = value["parts"].as_array().expect("parts");
    let blocks = |of| parts.iter().find(|part| part["of"] == of).map(|part| part["blocks"].as_u64());
    assert_eq!((blocks("ESP"), blocks("MBR").is_some()), (Some(Some(1536)), true), "{parts:?}");
    assert_eq!(blocks("GPT").is_some(), table.is_some(), "{parts:?}");
    // Who has another image for UEFI starts CDs from that.
    bench.create(&[&arguments[..], &["--force", "--boot", "a file.txt,platform=efi"]].concat());
    assert_eq!(reported(&bench.iso, "El Torito img path").len(), 2);
    assert_eq!(reported(&bench.iso, "El Torito boot img").len(), 2);
}

#[rstest]
#[case(&["--boot", "missing"], 1, &["ERROR_FILE_NOT_FOUND", "missing"])]
#[case(&["--boot", "sub"], 1, &["sub"])]
#[case(&["--boot", "a file.txt,emulation=floppy"], 1, &["IMAPI_E_BOOT_EMULATION_IMAGE_SIZE_MISMATCH"])]
#[case(&["--boot", "a file.txt,emulation=harddisk"], 1, &["IMAPI_E_BOOT_IMAGE_DATA", "a file.txt"])]
#[case(&["--boot", "a file.txt,manufacturer=more than 24 letters in all"], 1, &["IMAPI_E_INVALID_PARAM"])]
#[case(&["--hybrid-mbr", "/etc/passwd"], 1, &["IMAPI_E_INVALID_PARAM", "/etc/passwd"])]
#[case(&["--hybrid-mbr", "/nowhere"], 1, &["ERROR_FILE_NOT_FOUND", "/nowhere"])]
#[case(&["--append-efi", "/nowhere"], 1, &["ERROR_FILE_NOT_FOUND", "/nowhere"])]
#[case(&["--boot", "a file.txt", "--fs", "udf"], 2, &["--boot is about ISO 9660, which --fs leaves out"])]
#[case(&["--boot", "x,platform=arm"], 2, &["platform=arm: bios, efi, mac or ppc"])]
fn what_no_machine_could_start_from_is_refused(
    #[case] arguments: &[&str],
    #[case] status: i32,
    #[case] words: &[&str],
) {
    let bench = Bench::new();
    let output = bench.create_and_say(arguments);
    assert_eq!(output.status.code(), Some(status), "{}", said(&output));
    for word in words {
        assert!(said(&output).contains(word), "{word}: {}", said(&output));
    }
    assert_eq!(bench.beside(), [""; 0]);
}
