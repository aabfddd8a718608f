//! Programs that only read: what others burned, they find.

use crate::{
    proof::Proof::{self, Refused, Says},
    row::rows,
};

const CD_INFO: &[&str] = &[
    "cdrdao write --device {dev} --driver generic-mmc:0x10 -n --speed 48 {toc-audio}",
    "cd-info --no-cddb --no-device-info -C {dev}",
];
const CD_INFO_DATA: &[&str] = &["cdrskin dev={dev} -tao {image1}", "cd-info --no-cddb --no-device-info -C {dev}"];
const ISOINFO: &[&str] = &["cdrskin dev={dev} -tao {image1}", "isoinfo dev={dev} -R -f"];
const PARANOIA: &[&str] = &[
    "cdrskin dev={dev} -tao -audio -swab {audio1} {audio2}",
    "cdparanoia -d {dev} -r 1 {tmp}/one",
    "cmp -n 1400000 {tmp}/one {audio1}",
    "cdparanoia -d {dev} -Q",
];
const MEDIAINFO: &[&str] = &["dvd+rw-mediainfo {dev}"];
const INQUIRY: &[&str] = &["sg_inq {dev}"];
const MODES: &[&str] = &["sg_modes -a {dev}"];
const RAW: &[&str] = &["dvd+rw-format -force {dev}", "sg_raw -r 8 {dev} 25 00 00 00 00 00 00 00 00 00"];
const TRAY: &[&str] = &["sg_start --eject {dev}", "sg_start --load {dev}", "sg_inq {dev}"];
const FORMATTED: &[&str] = &["dvd+rw-format -force {dev}", "dvd+rw-mediainfo {dev}"];
const FEATURES: &[&str] = &["sg_get_config {dev}"];

const PRESSED: &[&str] = &["sg_inq {dev}"];
const PRESSED_INFO: &[&str] = &["cd-info --no-cddb --no-device-info -C {dev}"];
const PRESSED_TOC: &[&str] =
    &["cdrdao read-toc --device {dev} --driver generic-mmc {tmp}/read.toc", "cat {tmp}/read.toc"];
const PRESSED_WRITE: &[&str] = &["wodim -v dev={dev} speed=48 -tao -data {image2}"];
const GROWN: &[&str] = &["growisofs -Z {dev}={image2}"];
const FIRST: Proof = Proof::Files { holds: &[("files1", "/")], sessions: 1 };

rows! { "readers";
    readers_cd_info_audio: "cd-r", "cd-info on audio", CD_INFO => Says(&["1234567890123", "USRC17607839", "Second"]);
    readers_cd_info_data: "cd-r", "cd-info on data", CD_INFO_DATA => Says(&["ISO 9660", "CD-ROM with"]);
    readers_isoinfo: "cd-r", "isoinfo", ISOINFO => Says(&["/noise.bin", "/folder/a longer name than eight letters.txt"]);
    readers_cdparanoia: "cd-r", "cdparanoia", PARANOIA => Says(&["TOTAL"]);
    readers_mediainfo_dvd_plus_r: "dvd+r", "dvd+rw-mediainfo", MEDIAINFO => Says(&["1Bh, DVD+R", "Disc status:           blank"]);
    readers_mediainfo_dvd_r: "dvd-r", "dvd+rw-mediainfo", MEDIAINFO => Says(&["11h, DVD-R Sequential", "blank"]);
    readers_mediainfo_bd_r: "bd-r", "dvd+rw-mediainfo", MEDIAINFO => Says(&["41h, BD-R SRM", "blank"]);
    readers_sg3_inquiry: "bd-re", "sg_inq", INQUIRY => Says(&["Peripheral device type: cd/dvd", "Virtual Drive"]);
    readers_sg3_modes: "bd-re", "sg_modes", MODES => Says(&["MM capabilities", "Write parameters"]);
    readers_sg3_raw: "bd-re", "sg_raw", RAW => Says(&["SCSI Status: Good", "00 08 00"]);
    readers_sg3_tray: "bd-re", "sg_start", TRAY => Says(&["Virtual Drive"]);
    readers_format_dvd_plus_rw: "dvd+rw", "dvd+rw-format", FORMATTED => Says(&["1Ah, DVD+RW", "formatted:"]);
    readers_format_bd_re: "bd-re", "dvd+rw-format", FORMATTED => Says(&["43h, BD-RE", "formatted:"]);
    readers_sg3_features: "cd-r", "sg_get_config", FEATURES => Says(&["Current profile: CD-R", "CD track-at-once feature"]);
    readers_cd_rom: "cd-rom", "xorriso and 7z read its files", PRESSED => FIRST;
    readers_dvd_rom: "dvd-rom", "xorriso and 7z read its files", PRESSED => FIRST;
    readers_bd_rom: "bd-rom", "xorriso and 7z read its files", PRESSED => FIRST;
    readers_cd_rom_information: "cd-rom", "cd-info", PRESSED_INFO => Says(&["ISO 9660", "CD-ROM with"]);
    readers_cd_rom_table: "cd-rom", "cdrdao read-toc", PRESSED_TOC => Says(&["CD_ROM", "TRACK MODE1"]);
    readers_cd_rom_write: "cd-rom", "wodim", PRESSED_WRITE => Refused { why: "it is pressed", says: "wodim" };
    readers_dvd_rom_write: "dvd-rom", "growisofs", GROWN => Refused { why: "it is pressed", says: ":-(" };
}
