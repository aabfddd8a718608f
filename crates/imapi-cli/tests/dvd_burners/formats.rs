//! Formats and blanks: dvd+rw-format and xorriso make of a disc what can be made of it, and no more.

use super::{Bench, each, together};

#[test]
fn discs_are_formatted_and_blanked() {
    together!(
        a_dvd_rw_goes_through_all_its_lives,
        xorriso_blanks_and_formats_a_dvd_rw,
        xorriso_blanks_a_dvd_rw_whole_and_formats_it_quickly,
        a_bd_re_has_as_many_spares_as_it_is_told,
        a_bd_r_is_formatted_once,
        a_dvd_plus_rw_is_formatted_while_it_is_used,
        a_dvd_ram_is_formatted_with_other_spares,
        new_discs_say_what_they_are,
    );
}

fn a_dvd_rw_goes_through_all_its_lives() {
    let bench = Bench::new("dvd-rw", "300M");
    bench.must("dvd+rw-format -force /dev/sr0");
    let info = bench.media_info();
    assert!(info.contains("DVD-RW Restricted Overwrite") && info.contains("no media:"), "intermediate: {info}");
    bench.must("growisofs -use-the-force-luke=notray -Z /dev/sr0 -quiet -R -J one");
    let said = bench.must("growisofs -use-the-force-luke=notray -M /dev/sr0 -quiet -R -J two");
    assert!(said.contains("\"Quick Grow\" session"), "{said}");
    bench.holds_tree("two/two", "/two");
    let info = bench.media_info();
    assert!(info.contains("13h(10):") && info.contains("11h(10):") && info.contains(" formatted:"), "full: {info}");
    // Blanked no further than necessary it can only be written at once.
    bench.must("dvd+rw-format -blank /dev/sr0");
    let said = bench.must("growisofs -use-the-force-luke=notray -Z /dev/sr0=image");
    assert!(said.contains("FEATURE 21h is not on, engaging DAO"), "{said}");
    bench.holds(0, "image");
    bench.must("dvd+rw-format -blank=full /dev/sr0");
    let said = bench.must("growisofs -use-the-force-luke=notray -Z /dev/sr0=image");
    assert!(!said.contains("DAO"), "{said}");
    assert_eq!(bench.show().state, "appendable");
}

fn xorriso_blanks_and_formats_a_dvd_rw() {
    let bench = Bench::new("dvd-rw", "300M");
    bench.must("xorriso -outdev /dev/sr0 -format full");
    bench.must("xorriso -outdev /dev/sr0 -map one /one -commit");
    bench.must("xorriso -dev /dev/sr0 -map two /two -commit");
    bench.holds_tree("one", "/one");
    bench.must("xorriso -outdev /dev/sr0 -blank deformat_quickest");
    let refused = bench.run("xorriso -outdev /dev/sr0 -map one /one -commit");
    assert!(!refused.status.success(), "only at once");
    bench.must("xorriso -outdev /dev/sr0 -close on -map two /two -commit");
    bench.holds_tree("two", "/two");
}

fn xorriso_blanks_a_dvd_rw_whole_and_formats_it_quickly() {
    let bench = Bench::new("dvd-rw", "300M");
    bench.must("xorriso -outdev /dev/sr0 -map one /one -commit");
    bench.must("xorriso -outdev /dev/sr0 -blank all");
    bench.must("xorriso -outdev /dev/sr0 -map one /one -commit");
    assert_eq!(bench.show().state, "appendable");
    bench.must("xorriso -outdev /dev/sr0 -format fast");
    bench.must("xorriso -outdev /dev/sr0 -map one /one -commit");
    bench.holds_tree("one", "/one");
}

fn a_bd_re_has_as_many_spares_as_it_is_told() {
    let bench = Bench::new("bd-re", "100M");
    let formats = bench.must("xorriso -outdev /dev/sr0 -list_formats");
    // Of 1,600 clusters: as with 381,856 of a real disc, 3.2 %, 5.4 % and 1.1 %.
    for (way, blocks) in [("00h", 49_568), ("30h", 49_568), ("30h", 48_480), ("30h", 50_656), ("31h", 51_200)] {
        assert!(formats.contains(&format!("{way} , {blocks}s")), "{way} {blocks}: {formats}");
    }
    for (command, blocks) in [
        ("xorriso -outdev /dev/sr0 -format without_spare", 51_200),
        ("xorriso -outdev /dev/sr0 -format by_index_2", 48_480),
        ("dvd+rw-format -force -ssa=none /dev/sr0", 51_200),
        ("dvd+rw-format -force -ssa=default /dev/sr0", 49_568),
    ] {
        bench.must(command);
        let info = bench.media_info();
        assert!(info.contains(&format!("READ CAPACITY:          {blocks}*2048")), "{command}: {info}");
    }
}

fn a_bd_r_is_formatted_once() {
    let bench = Bench::new("bd-r", "100M");
    bench.must("xorriso -outdev /dev/sr0 -format full");
    bench.must("xorriso -outdev /dev/sr0 -map one /one -commit");
    bench.must("xorriso -dev /dev/sr0 -map two /two -commit");
    bench.holds_tree("one", "/one");
    assert!(!bench.run("xorriso -outdev /dev/sr0 -format full").status.success(), "it is not blank any more");
}

fn a_dvd_plus_rw_is_formatted_while_it_is_used() {
    let bench = Bench::new("dvd+rw", "100M");
    bench.must("dvd+rw-format /dev/sr0");
    bench.must("growisofs -use-the-force-luke=notray -Z /dev/sr0=image");
    bench.holds(0, "image");
    bench.must("dvd+rw-format -force /dev/sr0");
    let said = bench.must("dvd+rw-format -lead-out /dev/sr0");
    assert!(!said.contains("failed"), "{said}");
}

/// The command that dvd+rw-format sends for `-force` alone is cut off, and no kernel takes it.
fn a_dvd_ram_is_formatted_with_other_spares() {
    let bench = Bench::new("dvd-ram", "100M");
    for command in ["dvd+rw-format -ssa=max /dev/sr0", "dvd+rw-format -force=full /dev/sr0"] {
        let said = bench.must(command);
        assert!(!said.contains(":-("), "{command}: {said}");
    }
    bench.must("xorriso -outdev /dev/sr0 -format full");
    bench.must("xorriso -outdev /dev/sr0 -map one /one -commit");
    bench.holds_tree("one", "/one");
}

/// The profile and the ways to format of new discs, as dvd+rw-mediainfo understands them.
fn new_discs_say_what_they_are() {
    let expected: [(&str, &[&str]); 8] = [
        ("dvd-r", &["11h, DVD-R Sequential", "Disc status:           blank", "Free Blocks:           51200*2KB"]),
        ("dvd-rw", &["14h, DVD-RW Sequential", " unformatted:", "15h(10):", "10h(10):"]),
        ("dvd+r", &["1Bh, DVD+R", "Track State:           blank", "Next Writable Address: 0*2KB"]),
        ("dvd+r-dl", &["2Bh, DVD+R Double Layer", "Media ID:"]),
        ("dvd+rw", &["1Ah, DVD+RW", "26h(0):", "Media ID:"]),
        ("dvd-ram", &["12h, DVD-RAM", " formatted:", "00h(800):"]),
        ("bd-r", &["41h, BD-R SRM", "Disc status:           blank"]),
        ("bd-re", &["43h, BD-RE", " unformatted:", "31h(800):"]),
    ];
    each(&expected.map(|(medium, _)| medium), |medium| {
        let bench = Bench::new(medium, "100M");
        let info = bench.media_info();
        for line in expected.iter().filter(|(name, _)| *name == medium).flat_map(|(_, lines)| lines.iter()) {
            assert!(info.contains(line), "{medium}: {line}: {info}");
        }
    });
}
