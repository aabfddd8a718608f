//! Discs of data.

use crate::desk::{Desk, each, noise};

/// wodim waits at the end as long as a real drive would need, and at this speed that is nothing.
const WODIM: &str = "wodim dev=/dev/sr0 speed=48 gracetime=2";
const CDRSKIN: &str = "cdrskin dev=/dev/sr0 speed=48 grace_time=0";
const CDRDAO: &str = "cdrdao write --device /dev/sr0 --driver generic-mmc -n --speed 48";

#[test]
fn an_image_is_burned_and_read_back() {
    let cases =
        [(WODIM, "-tao"), (WODIM, "-sao"), (WODIM, "-raw96r"), (WODIM, "-raw16"), (CDRSKIN, "-tao"), (CDRSKIN, "-sao")];
    each(&cases, image_is_read_back);
}

fn image_is_read_back(program: &str, way: &str) {
    let desk = Desk::with("cd-r");
    let image = desk.image();
    let said = desk.good(&format!("{program} {way} -data image.iso"));
    assert_eq!(desk.state(), "complete", "{said}");
    assert!(desk.blocks(0, image.len() / 2048) == image, "{said}");
    let toc = desk.toc();
    let blocks = i32::try_from(image.len() / 2048).expect("a small image");
    // Track at once, the drive adds two blocks; raw sectors come with the program's own padding.
    let least = if way == "-tao" { blocks + 2 } else { blocks };
    assert!(
        matches!(toc[..], [(1, 0), (0, end)] if end == least || way.starts_with("-raw") && end >= least),
        "{toc:?}"
    );
    assert!(desk.good("isoinfo -R -f -i /dev/sr0").contains("/noise.bin"));
}

#[test]
fn a_rehearsal_leaves_the_disc_blank() {
    let cases = [(WODIM, "-tao"), (WODIM, "-sao"), (WODIM, "-raw96r"), (CDRSKIN, "-tao"), (CDRSKIN, "-sao")];
    each(&cases, rehearsed);
}

fn rehearsed(program: &str, way: &str) {
    let desk = Desk::with("cd-r");
    desk.image();
    desk.good(&format!("{program} -dummy {way} -data image.iso"));
    assert_eq!(desk.state(), "blank");
}

#[test]
fn wodim_adds_a_session_to_the_one_that_it_left_open() {
    let desk = Desk::with("cd-r");
    let first = desk.image();
    desk.good(&format!("{WODIM} -tao -multi -data image.iso"));
    assert_eq!(desk.state(), "appendable");
    let begin = i32::try_from(first.len() / 2048).expect("a small image") + 2 + 11_400;
    let told = desk.good("wodim dev=/dev/sr0 -msinfo");
    assert!(told.lines().any(|line| line == format!("0,{begin}")), "{told}");

    std::fs::create_dir(desk.path("more")).expect("a folder");
    desk.write("more/late.bin", &noise(2, 700_000));
    desk.apart(&format!("genisoimage -quiet -R -C 0,{begin} -M image.iso -o second.iso more"));
    let second = desk.read("second.iso");
    desk.good(&format!("{WODIM} -tao -multi -data second.iso"));
    let begin = usize::try_from(begin).expect("positive");
    assert!(desk.blocks(begin, second.len() / 2048) == second);
    assert!(desk.blocks(0, first.len() / 2048) == first);
    assert!(matches!(desk.toc()[..], [(1, 0), (2, second), _] if usize::try_from(second) == Ok(begin)));
    // Both files are in the tree of the last session.
    let listed = desk.good("xorriso -indev /dev/sr0 -find / --");
    assert!(listed.contains("noise.bin") && listed.contains("late.bin"), "{listed}");
}

#[test]
fn wodim_makes_a_rewritable_disc_blank() {
    let desk = Desk::with("cd-rw");
    let image = desk.image();
    desk.good(&format!("{WODIM} -tao -data image.iso"));
    desk.good(&format!("{WODIM} blank=fast"));
    assert_eq!(desk.state(), "blank");
    desk.good(&format!("{WODIM} -sao -data image.iso"));
    assert!(desk.blocks(0, image.len() / 2048) == image);
}

#[test]
fn wodim_writes_packets() {
    each(&[(WODIM, "-packet"), (WODIM, "-packet -pktsize=16")], packets_are_read_back);
}

fn packets_are_read_back(program: &str, way: &str) {
    let desk = Desk::with("cd-r");
    let image = desk.image();
    let said = desk.good(&format!("{program} {way} -multi -data image.iso"));
    assert_eq!(desk.state(), "appendable", "{said}");
    assert!(desk.blocks(0, image.len() / 2048) == image);
}

#[test]
fn xorriso_grows_a_rewritable_disc_and_checks_it() {
    let desk = Desk::with("cd-rw");
    desk.write("first", &noise(3, 1_000_000));
    desk.write("second", &noise(4, 500_000));
    desk.good("xorriso -outdev /dev/sr0 -map first /first -commit");
    desk.good("xorriso -dev /dev/sr0 -map second /second -commit");
    // xorriso thinks for two seconds before each thing that it does, so it does them together.
    let listed = desk.good("xorriso -osirrox on -indev /dev/sr0 -toc -extract / out --");
    assert!(listed.contains("ISO session  :   1 ,         0") && listed.contains("ISO session  :   2 ,"), "{listed}");
    assert!(desk.read("out/first") == noise(3, 1_000_000));
    assert!(desk.read("out/second") == noise(4, 500_000));

    let listed = desk.good("xorriso -outdev /dev/sr0 -blank as_needed -map second /again -commit -find / --");
    assert!(listed.contains("again") && !listed.contains("first"), "{listed}");
}

#[test]
fn cdrdao_writes_xa_and_adds_a_session() {
    let desk = Desk::with("cd-r");
    // Sectors of both forms by turns, each behind its sub-header.
    let mut mixed = noise(6, 400 * 2336);
    for (sector, submode) in mixed.chunks_mut(2336).zip([0x08, 0x20].into_iter().cycle()) {
        sector[..8].copy_from_slice(&[0, 0, submode, 0, 0, 0, submode, 0]);
    }
    desk.write("mixed.bin", &mixed);
    desk.write("mixed.toc", b"CD_ROM_XA\nTRACK MODE2_FORM_MIX\nDATAFILE \"mixed.bin\"\n");
    desk.good(&format!("{CDRDAO} --multi mixed.toc"));
    assert_eq!(desk.state(), "appendable");
    desk.good("cdrdao read-cd --read-raw --device /dev/sr0 --driver generic-mmc --datafile copy.bin copy.toc");
    let copy = desk.read("copy.bin");
    assert_eq!(copy.len(), 400 * 2352);
    for (copied, sent) in copy.chunks(2352).zip(mixed.chunks(2336)) {
        let data = if sent[2] == 0x20 { 8 + 2324 } else { 8 + 2048 };
        assert!(copied[16..16 + data] == sent[..data]);
    }

    let image = desk.image();
    let told = desk.good("cdrdao msinfo --device /dev/sr0 --driver generic-mmc");
    assert!(told.contains("0,11800"), "{told}");
    desk.write("second.toc", b"CD_ROM_XA\nTRACK MODE2_FORM1\nDATAFILE \"image.iso\"\n");
    desk.good(&format!("{CDRDAO} second.toc"));
    assert_eq!(desk.state(), "complete");
    assert!(desk.blocks(11_800, image.len() / 2048) == image);
}

#[test]
fn cdrdao_mixes_data_with_sound_and_copies_both() {
    let desk = Desk::with("cd-r");
    let image = desk.image();
    let song = desk.song("song.wav", 5, 400);
    desk.write(
        "mixed.toc",
        b"CD_ROM\nTRACK MODE1\nDATAFILE \"image.iso\"\nTRACK AUDIO\nPREGAP 00:02:00\nFILE \"song.wav\" 0\n",
    );
    desk.good(&format!("{CDRDAO} mixed.toc"));
    let blocks = image.len() / 2048;
    let second = i32::try_from(blocks).expect("a small image") + 150;
    assert_eq!(desk.toc(), [(1, 0), (2, second), (0, second + 400)]);
    assert!(desk.blocks(0, blocks) == image);
    let copied = desk.good("cdrdao read-cd --device /dev/sr0 --driver generic-mmc --datafile copy.bin copy.toc");
    assert!(copied.contains("Raw P-W sub-channel reading (data track) is supported."), "{copied}");
    let copy = desk.read("copy.bin");
    assert!(copy[..image.len()] == image);
    // Its sound has the higher byte of each sample first.
    let swapped: Vec<u8> = copy[image.len()..].chunks_exact(2).flat_map(|sample| [sample[1], sample[0]]).collect();
    assert!(swapped == song);
}
