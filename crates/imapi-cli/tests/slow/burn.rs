//! What is burned to a disc in a file, over the real driver, is what the kernel then finds on it.

use std::{fmt::Write as _, fs, path::Path, process::Command};

use crate::guest::{Guest, HASHES, hashes, overwrite, peer, section};

/// A disc, who burns it, and as what it is mounted.
struct Case {
    name: &'static str,
    medium: &'static str,
    /// Commands of the guest's shell; the image is `$image`, the drive `/dev/sr0`.
    burn: &'static str,
    image: Image,
    mounted_as: &'static str,
}

/// Who makes what is burned.
enum Image {
    /// ISO 9660 with Rock Ridge, by xorriso.
    Iso,
    /// ISO 9660 and UDF in one, by genisoimage.
    Bridge,
    /// Nobody: who burns makes it while it burns.
    None,
}

const OURSELVES: &str = "overwrite /dev/sr0 $image";
const GROWISOFS: &str = "growisofs -dvd-compat -Z /dev/sr0=$image";
/// A format changes how large a disc is, and growisofs wants the kernel to have heard of that.
const FORMAT_AND_GROWISOFS: &str = "dvd+rw-format -force /dev/sr0; reload; growisofs -Z /dev/sr0=$image";
/// Without spare blocks no format is needed.
const GROWISOFS_BD_R: &str = "growisofs -use-the-force-luke=spare:none -Z /dev/sr0=$image";

/// A folder, and in a second session all else; the kernel mounts the last.
const TWO_SESSIONS: &str = "cd /work/tree
    growisofs -use-the-force-luke=spare:none -Z /dev/sr0 -quiet -R -graft-points deep=deep
    reload
    growisofs -M /dev/sr0 -quiet -R -graft-points empty=empty one=one";

const CDRSKIN: &str = "cdrskin -tao dev=/dev/sr0 $image";
const WODIM: &str = "wodim -dao dev=/dev/sr0 $image";
/// The same as [`TWO_SESSIONS`].
const XORRISO_TWICE: &str = "cd /work/tree
    xorriso -outdev /dev/sr0 -map deep /deep
    reload
    xorriso -dev /dev/sr0 -map empty /empty -map one /one";

/// Opens and closes the tray, as the kernel then asks anew what is in it, and waits for the disc.
const RELOAD: &str = "reload() {
    sg_start --eject /dev/sr0; sg_start --load /dev/sr0
    for second in $(seq 30); do dd if=/dev/sr0 of=/dev/null bs=2048 count=1 2>/dev/null && break; sleep 1; done
}
";

const CASES: [Case; 14] = [
    Case { name: "ram", medium: "dvd-ram", burn: OURSELVES, image: Image::Iso, mounted_as: "iso9660" },
    Case { name: "ram-udf", medium: "dvd-ram", burn: OURSELVES, image: Image::Bridge, mounted_as: "udf" },
    Case { name: "plus-rw", medium: "dvd+rw", burn: FORMAT_AND_GROWISOFS, image: Image::Iso, mounted_as: "iso9660" },
    Case { name: "plus-r", medium: "dvd+r", burn: GROWISOFS, image: Image::Iso, mounted_as: "iso9660" },
    Case { name: "minus-r", medium: "dvd-r", burn: GROWISOFS, image: Image::Bridge, mounted_as: "udf" },
    Case { name: "bd-re", medium: "bd-re", burn: FORMAT_AND_GROWISOFS, image: Image::Bridge, mounted_as: "udf" },
    Case { name: "bd-r", medium: "bd-r", burn: GROWISOFS_BD_R, image: Image::Iso, mounted_as: "iso9660" },
    Case { name: "cd-r", medium: "cd-r", burn: CDRSKIN, image: Image::Iso, mounted_as: "iso9660" },
    Case { name: "cd-rw", medium: "cd-rw", burn: WODIM, image: Image::Iso, mounted_as: "iso9660" },
    Case { name: "cd-r-2", medium: "cd-r", burn: XORRISO_TWICE, image: Image::None, mounted_as: "iso9660" },
    Case { name: "cd-rw-2", medium: "cd-rw", burn: XORRISO_TWICE, image: Image::None, mounted_as: "iso9660" },
    Case { name: "plus-r-2", medium: "dvd+r", burn: TWO_SESSIONS, image: Image::None, mounted_as: "iso9660" },
    Case { name: "minus-r-2", medium: "dvd-r", burn: TWO_SESSIONS, image: Image::None, mounted_as: "iso9660" },
    Case { name: "bd-r-2", medium: "bd-r", burn: TWO_SESSIONS, image: Image::None, mounted_as: "iso9660" },
];

/// Some files; one of them is larger than what a command carries, and no multiple of a block.
fn make_tree(folder: &Path) {
    fs::create_dir_all(folder.join("deep/er")).expect("a folder");
    let mut state = 1_u32;
    let mut noise = |count: usize| -> Vec<u8> {
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            state.to_be_bytes()[0]
        };
        (0..count).map(|_| next()).collect()
    };
    for (name, size) in [("empty", 0), ("one", 1), ("deep/block", 2048), ("deep/er/large", 1_500_001)] {
        fs::write(folder.join(name), noise(size)).expect("a file");
    }
}

fn make_image(case: &Case, tree: &Path, image: &Path) {
    let mut command = match case.image {
        Image::Iso => {
            let mut command = Command::new(peer("xorriso"));
            command.args(["-as", "mkisofs", "-quiet", "-R", "-J"]);
            command
        }
        Image::Bridge => {
            let mut command = Command::new(peer("genisoimage"));
            command.args(["-quiet", "-R", "-udf"]);
            command
        }
        Image::None => return,
    };
    let output = command.arg("-o").arg(image).arg(tree).output().expect("it runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn what_is_burned_over_the_real_driver_is_what_the_kernel_mounts() {
    let mut guest = Guest::new().with(overwrite());
    for program in ["growisofs", "genisoimage", "dvd+rw-format", "cdrskin", "wodim", "xorriso", "sg_start"] {
        guest = guest.with(peer(program));
    }
    let tree = guest.files().join("tree");
    make_tree(&tree);
    let mut script = format!("{HASHES}{RELOAD}");
    for case in &CASES {
        make_image(case, &tree, &guest.files().join(format!("{}.image", case.name)));
        writeln!(
            script,
            "image=/work/{name}.image\n\
             imapi virtual create /tmp/disc --media {medium} --size 512M\n\
             imapi virtual attach --background /tmp/disc\n\
             {burn}\n\
             reload\n\
             mount -t {mounted_as} -o ro /dev/sr0 /mnt\n\
             echo '== {name}'\n\
             hashes /mnt\n\
             echo '== '\n\
             umount /mnt\n\
             imapi virtual detach /tmp/disc\n\
             rm /tmp/disc",
            name = case.name,
            medium = case.medium,
            burn = case.burn,
            mounted_as = case.mounted_as,
        )
        .expect("strings grow");
    }
    // The discs have 512 MiB, as between two sessions of a DVD-R lie tens of them.
    let told = guest.run(&script);
    let expected = hashes(&tree);
    assert_eq!(expected.lines().count(), 4);
    for case in &CASES {
        assert_eq!(section(&told, case.name), expected, "{}", case.name);
    }
}

/// The kernel's own file system writes to the disc, over a drive that it takes for a real one.
#[test]
fn what_the_kernel_writes_to_a_mounted_disc_is_there_the_next_time() {
    let guest = Guest::new().with(overwrite());
    let tree = guest.files().join("tree");
    make_tree(&tree);
    let image = guest.files().join("image");
    fs::File::create(&image).and_then(|file| file.set_len(8 << 20)).expect("a file");
    let made = Command::new(peer("mkudffs")).args(["-b", "2048", "-m", "hd"]).arg(&image).output().expect("it runs");
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let script = format!(
        "{HASHES}\
         imapi virtual create /tmp/disc --media dvd-ram --size 16M\n\
         imapi virtual attach --background /tmp/disc\n\
         overwrite /dev/sr0 /work/image\n\
         mount -t udf -o rw /dev/sr0 /mnt\n\
         cp -r /work/tree /mnt/\n\
         umount /mnt\n\
         imapi virtual detach /tmp/disc\n\
         imapi virtual attach --background /tmp/disc\n\
         mount -t udf -o ro /dev/sr0 /mnt\n\
         echo '== tree'\n\
         hashes /mnt/tree\n\
         echo '== '\n\
         umount /mnt\n\
         imapi virtual detach /dev/sr0\n"
    );
    let told = guest.run(&script);
    assert_eq!(section(&told, "tree"), hashes(&tree));
}
