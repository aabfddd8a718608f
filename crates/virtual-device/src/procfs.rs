//! What `/proc` tells of the drive: lines of ours in the files where the machine's drives are told of.

use std::{fs, path::Path};

use imapi_disc_types::Profile;

use crate::{
    identity::{Identity, RANDOM},
    node::{Kind, Node},
    sysfs::Seat,
    tree::Tree,
};

/// Puts all of it into the tree.
pub(crate) fn put(tree: &mut Tree, seat: &Seat<'_>) {
    if let Some(node) = seat.block {
        let name = node.name();
        with_lines(tree, "/proc/sys/dev/cdrom/info", move |real, identity| drives(real, &name, identity));
    }
    put_devices(tree, [seat.block, seat.generic]);
    let address = seat.address;
    with_lines(tree, "/proc/scsi/scsi", move |real, identity| {
        let title = if real.is_empty() { "Attached devices:\n" } else { "" };
        // The second revision of SCSI was the first that is counted so.
        let (vendor, product, revision) = (&identity.vendor, &identity.product, &identity.revision);
        format!(
            "{real}{title}Host: scsi{} Channel: {:02} Id: {:02} Lun: {:02}\n  \
             Vendor: {vendor:8} Model: {product:16} Rev: {revision:4}\n  \
             Type:   CD-ROM                           ANSI  SCSI revision: {:02x}\n",
            address.host, address.channel, address.target, address.unit, identity.version
        )
    });
    let Some(node) = seat.generic else { return };
    let number = usize::try_from(node.minor).unwrap_or(0);
    with_lines(tree, "/proc/scsi/sg/devices", move |real, _| {
        // Host, channel, target, unit, type, how often opened, how many commands at a time, how many now, there.
        let line =
            format!("{}\t{}\t{}\t{}\t5\t1\t1\t0\t1", address.host, address.channel, address.target, address.unit);
        numbered(real, number, &line, "-1\t-1\t-1\t-1\t-1\t-1\t-1\t-1\t-1")
    });
    with_lines(tree, "/proc/scsi/sg/device_strs", move |real, identity| {
        let line = format!("{:8}\t{:16}\t{:4}", identity.vendor, identity.product, identity.revision);
        numbered(real, number, &line, "<no active device>")
    });
    for (path, text) in [
        ("/proc/scsi/sg/device_hdr", "host\tchan\tid\tlun\ttype\topens\tqdepth\tbusy\tonline\n"),
        ("/proc/scsi/sg/version", "30536\t20140706 [3.5.36]\n"),
    ] {
        if !Path::new(path).exists() {
            tree.text(Path::new(path), text);
        }
    }
}

/// A file of the machine, which may be missing, with something of ours.
fn with_lines(tree: &mut Tree, path: &str, add: impl Fn(&str, &Identity) -> String + Send + Sync + 'static) {
    let path = Path::new(path);
    let real = path.to_owned();
    tree.file(path, move |identity| {
        let real = fs::read_to_string(&real).unwrap_or_default();
        Some(add(&real, identity).into_bytes())
    });
}

/// The driver's lines in `/proc/devices`, unless the machine has both.
fn put_devices(tree: &mut Tree, nodes: [Option<&Node>; 2]) {
    let path = "/proc/devices";
    let real = fs::read_to_string(path).unwrap_or_default();
    let (wants_block, wants_generic) = (nodes[0].is_some(), nodes[1].is_some());
    let lacks = |wanted: bool, name: &str| wanted && !real.lines().any(|line| line.ends_with(name));
    if lacks(wants_block, " sr") || lacks(wants_generic, " sg") {
        with_lines(tree, path, move |real, _| {
            let (characters, blocks) = real.split_once("\nBlock devices:\n").unwrap_or((real, ""));
            let add = |lines: &str, wanted, kind, name| {
                if wanted { with_major(lines, Kind::major(kind), name) } else { lines.to_owned() }
            };
            let characters = add(characters, wants_generic, Kind::Generic, "sg");
            let blocks = add(blocks, wants_block, Kind::Block, "sr");
            format!("{characters}\nBlock devices:\n{blocks}")
        });
    }
}

/// Lines of numbers and names with one more, where it belongs.
fn with_major(lines: &str, major: u32, name: &str) -> String {
    let ours = format!("{major:3} {name}");
    if lines.lines().any(|line| line == ours) {
        return lines.to_owned();
    }
    let number = |line: &str| line.split_whitespace().next().and_then(|word| word.parse::<u32>().ok());
    let mut all: Vec<&str> = lines.lines().collect();
    let place = all.iter().rposition(|line| number(line).is_none_or(|other| other < major)).map_or(0, |at| at + 1);
    all.insert(place, &ours);
    all.join("\n") + "\n"
}

/// Lines that are counted from 0 on, with this one at its place.
fn numbered(real: &str, at: usize, line: &str, missing: &str) -> String {
    let mut lines: Vec<&str> = real.lines().collect();
    while lines.len() <= at {
        lines.push(missing);
    }
    lines[at] = line;
    lines.join("\n") + "\n"
}

/// What the kernel tells of all drives, by what it tells of this one.
enum Told {
    Name,
    Yes,
    No,
    /// Whether it takes one of these.
    Takes(&'static [Profile]),
}

/// The lines of `/proc/sys/dev/cdrom/info`. The speed is 1 when the drive was not asked.
const TOLD: [(&str, Told); 20] = [
    ("drive name:\t", Told::Name),
    ("drive speed:\t", Told::Yes),
    ("drive # of slots:", Told::Yes),
    ("Can close tray:\t", Told::Yes),
    ("Can open tray:\t", Told::Yes),
    ("Can lock tray:\t", Told::Yes),
    ("Can change speed:", Told::Yes),
    ("Can select disk:", Told::No),
    ("Can read multisession:", Told::Yes),
    ("Can read MCN:\t", Told::Yes),
    ("Reports media changed:", Told::Yes),
    ("Can play audio:\t", Told::No),
    ("Can write CD-R:\t", Told::Takes(&[Profile::CD_RECORDABLE])),
    ("Can write CD-RW:", Told::Takes(&[Profile::CD_REWRITABLE])),
    ("Can read DVD:\t", Told::Takes(&[Profile::DVDROM])),
    ("Can write DVD-R:", Told::Takes(&[Profile::DVD_DASH_RECORDABLE])),
    ("Can write DVD-RAM:", Told::Takes(&[Profile::DVD_RAM])),
    ("Can read MRW:\t", Told::No),
    ("Can write MRW:\t", Told::No),
    ("Can write RAM:\t", Told::Takes(RANDOM)),
];

/// `/proc/sys/dev/cdrom/info`: a line for each thing that is told, with a column for each drive.
fn drives(real: &str, name: &str, identity: &Identity) -> String {
    let mut text = "CD-ROM information, Id: cdrom.c 3.20 2003/12/17\n".to_owned();
    for (label, told) in TOLD {
        let ours = match told {
            Told::Name => name,
            Told::Yes => "1",
            Told::Takes(profiles) if identity.takes(profiles) => "1",
            Told::No | Told::Takes(_) => "0",
        };
        let others = real.lines().find_map(|line| line.strip_prefix(label)).unwrap_or_default();
        text = text + "\n" + label + "\t" + ours + others;
    }
    text + "\n\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    const REAL: &str = "CD-ROM information, Id: cdrom.c 3.20 2003/12/17\n\ndrive name:\t\tsr1\ndrive speed:\t\t48\n\
                        drive # of slots:\t1\n";

    #[test]
    fn a_drive_of_the_machine_keeps_its_column() {
        let text = drives(REAL, "sr0", &Identity::default());
        assert!(text.contains("\ndrive name:\t\tsr0\tsr1\n"), "{text}");
        assert!(text.contains("\ndrive # of slots:\t1\t1\n"), "{text}");
    }

    #[test]
    fn a_driver_is_listed_among_the_others_by_its_number() {
        let lines = "  1 mem\n 10 misc\n128 ptm\n";
        assert_eq!(with_major(lines, 21, "sg"), "  1 mem\n 10 misc\n 21 sg\n128 ptm\n");
        assert_eq!(with_major("  8 sd\n 11 sr\n", 11, "sr"), "  8 sd\n 11 sr\n");
        assert_eq!(with_major("259 blkext\n", 11, "sr"), " 11 sr\n259 blkext\n");
    }

    #[test]
    fn the_line_of_a_generic_device_is_that_of_its_number() {
        assert_eq!(numbered("a\nb\n", 3, "ours", "none"), "a\nb\nnone\nours\n");
        assert_eq!(numbered("a\nb\n", 0, "ours", "none"), "ours\nb\n");
    }
}
