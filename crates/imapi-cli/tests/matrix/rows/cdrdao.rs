//! cdrdao: discs at once, with catalogue number, recording codes and CD-TEXT.

use crate::{
    proof::Proof::{Blank, Refused, Says, Tracks},
    row::rows,
};

const AUDIO: &[&str] = &["cdrdao write --device {dev} --driver generic-mmc:0x10 -n --speed 48 {toc-audio}"];
const DATA: &[&str] = &["cdrdao write --device {dev} --driver generic-mmc -n --speed 48 {toc-data}"];
const SIMULATED: &[&str] = &["cdrdao simulate --device {dev} --driver generic-mmc:0x10 -n --speed 48 {toc-audio}"];
const BLANKED: &[&str] = &[
    "cdrdao write --device {dev} --driver generic-mmc -n --speed 24 {toc-audio}",
    "cdrdao blank --device {dev} --driver generic-mmc --blank-mode minimal --speed 24",
];
const READ: &[&str] = &[
    "cdrdao write --device {dev} --driver generic-mmc:0x10 -n --speed 48 {toc-audio}",
    "cdrdao read-toc --device {dev} --driver generic-mmc:0x10 {tmp}/read.toc",
    "cat {tmp}/read.toc",
];
const INFORMATION: &[&str] = &["cdrdao disk-info --device {dev} --driver generic-mmc"];

rows! { "cdrdao";
    cdrdao_cd_r_audio: "cd-r", "audio DAO", AUDIO => Tracks { holds: &["audio1", "audio2"], sessions: 1 };
    cdrdao_cd_r_data: "cd-r", "data DAO", DATA => Tracks { holds: &["image1"], sessions: 1 };
    cdrdao_cd_r_simulated: "cd-r", "rehearsal", SIMULATED => Blank;
    cdrdao_cd_rw_blanked: "cd-rw", "blanked", BLANKED => Blank;
    cdrdao_cd_r_read: "cd-r", "reads codes and CD-TEXT", READ => Says(&[
        "CATALOG \"1234567890123\"", "ISRC \"USRC17607839\"", "ISRC \"USRC17607840\"", "TITLE \"Second\"", "START 00:02:00",
    ]);
    cdrdao_cd_r_information: "cd-r", "disk-info", INFORMATION => Says(&["CD-RW                : no", "359849 blocks", "CD-R empty           : yes"]);
    cdrdao_dvd_plus_r: "dvd+r", "data DAO", DATA => Refused { why: "it knows no DVDs", says: "ERROR" };
}
