//! growisofs: images and folders on DVDs and BDs. `spare:none` is said where it would format a BD-R first.

use crate::{
    proof::Proof::{Files, Refused, Tracks},
    row::rows,
};

const IMAGE: &[&str] = &["growisofs -speed=1 -Z {dev}={image1}"];
const DAO: &[&str] = &["growisofs -use-the-force-luke=dao -Z {dev}={image1}"];
const COMPATIBLE: &[&str] = &["growisofs -dvd-compat -Z {dev}={image1}"];
const PLAIN_BD: &[&str] = &["growisofs -use-the-force-luke=spare:none -Z {dev}={image1}"];
const TWO: &[&str] = &["growisofs -Z {dev} -R -J {files1}", "growisofs -M {dev} -R -J -graft-points /two={files2}"];
const TWO_BD: &[&str] = &[
    "growisofs -use-the-force-luke=spare:none -Z {dev} -R -J {files1}",
    "growisofs -use-the-force-luke=spare:none -M {dev} -R -J -graft-points /two={files2}",
];
const CLOSED: &[&str] =
    &["growisofs -dvd-compat -Z {dev}={image1}", "growisofs -M {dev} -R -J -graft-points /two={files2}"];
const TOO_LARGE: &[&str] = &["truncate -s 300M {tmp}/large", "growisofs -Z {dev}={tmp}/large"];
const BOTH: &[(&str, &str)] = &[("files1", "/"), ("files2", "/two")];

rows! { "growisofs";
    growisofs_bd_r_image: "bd-r", "image", PLAIN_BD => Tracks { holds: &["image1"], sessions: 1 };
    growisofs_bd_r_two_sessions: "bd-r", "two sessions", TWO_BD => Files { holds: BOTH, sessions: 2 };
    growisofs_bd_re_image: "bd-re", "image", IMAGE => Tracks { holds: &["image1"], sessions: 1 };
    growisofs_bd_re_two_sessions: "bd-re", "two sessions", TWO => Files { holds: BOTH, sessions: 1 };
    growisofs_dvd_ram_image: "dvd-ram", "image", IMAGE => Tracks { holds: &["image1"], sessions: 1 };
    growisofs_dvd_plus_rw_image: "dvd+rw", "image", IMAGE => Tracks { holds: &["image1"], sessions: 1 };
    growisofs_dvd_plus_rw_compatible: "dvd+rw", "image for players", COMPATIBLE => Tracks { holds: &["image1"], sessions: 1 };
    growisofs_dvd_plus_rw_two_sessions: "dvd+rw", "two sessions", TWO => Files { holds: BOTH, sessions: 1 };
    growisofs_dvd_r_image: "dvd-r", "image", IMAGE => Tracks { holds: &["image1"], sessions: 1 };
    growisofs_dvd_r_at_once: "dvd-r", "DAO", DAO => Tracks { holds: &["image1"], sessions: 1 };
    growisofs_dvd_r_two_sessions: "dvd-r", "two sessions", TWO => Files { holds: BOTH, sessions: 2 };
    growisofs_dvd_rw_image: "dvd-rw", "image", IMAGE => Tracks { holds: &["image1"], sessions: 1 };
    growisofs_dvd_plus_r_image: "dvd+r", "image", IMAGE => Tracks { holds: &["image1"], sessions: 1 };
    growisofs_dvd_plus_r_two_sessions: "dvd+r", "two sessions", TWO => Files { holds: BOTH, sessions: 2 };
    growisofs_dvd_plus_r_after_the_end: "dvd+r", "after closing", CLOSED => Refused { why: "the disc is closed", says: "media is not appendable" };
    growisofs_dvd_r_too_large: "dvd-r", "too large", TOO_LARGE => Refused { why: "the image does not fit", says: "blocks are free" };
    growisofs_dvd_rw_two_sessions: "dvd-rw", "two sessions", TWO => Files { holds: BOTH, sessions: 2 };
    growisofs_dvd_plus_r_dl_image: "dvd+r-dl", "image", IMAGE => Tracks { holds: &["image1"], sessions: 1 };
    growisofs_bd_r_100_image: "bd-r-100", "image", PLAIN_BD => Tracks { holds: &["image1"], sessions: 1 };
    growisofs_cd_r: "cd-r", "image", IMAGE => Refused { why: "it knows no CDs", says: "is not recognized as recordable DVD" };
}
