//! xorriso: files, in one session and in more, on whatever medium.

use crate::{
    proof::Proof::{Files, Refused, Says},
    row::rows,
};

const TWO: &[&str] = &[
    "xorriso -outdev {dev} -blank as_needed -map {files1} / -commit -rollback_end",
    "xorriso -dev {dev} -map {files2} /two -commit -rollback_end",
];
const CLOSED: &[&str] = &["xorriso -outdev {dev} -blank as_needed -close on -map {files1} / -commit -rollback_end"];
const FORMATTED: &[&str] = &[
    "xorriso -outdev {dev} -format full -rollback_end",
    "xorriso -outdev {dev} -map {files1} / -commit -rollback_end",
];
const OPEN: &[&str] = &["xorriso -outdev {dev} -map {files1} / -commit -rollback_end"];
const BLANK: &[&str] =
    &["xorriso -outdev {dev} -map {files1} / -commit -rollback_end", "xorriso -outdev {dev} -blank all -rollback_end"];
const AFTER: &[&str] = &[
    "xorriso -outdev {dev} -close on -map {files1} / -commit -rollback_end",
    "xorriso -dev {dev} -map {files2} /two -commit -rollback_end",
];
const CHECKED: &[&str] =
    &["xorriso -outdev {dev} -map {files1} / -commit -rollback_end", "xorriso -indev {dev} -check_media --"];
const BOTH: &[(&str, &str)] = &[("files1", "/"), ("files2", "/two")];
const FIRST: &[(&str, &str)] = &[("files1", "/")];

rows! { "xorriso";
    xorriso_bd_r_two_sessions: "bd-r", "two sessions", TWO => Files { holds: BOTH, sessions: 2 };
    xorriso_bd_r_closed: "bd-r", "closed", CLOSED => Files { holds: FIRST, sessions: 1 };
    xorriso_bd_re_two_sessions: "bd-re", "two sessions", TWO => Files { holds: BOTH, sessions: 1 };
    xorriso_dvd_ram_two_sessions: "dvd-ram", "two sessions", TWO => Files { holds: BOTH, sessions: 1 };
    xorriso_dvd_plus_rw_two_sessions: "dvd+rw", "two sessions", TWO => Files { holds: BOTH, sessions: 1 };
    xorriso_cd_r_two_sessions: "cd-r", "two sessions", TWO => Files { holds: BOTH, sessions: 2 };
    xorriso_cd_rw_two_sessions: "cd-rw", "two sessions", TWO => Files { holds: BOTH, sessions: 2 };
    xorriso_dvd_r_two_sessions: "dvd-r", "two sessions", TWO => Files { holds: BOTH, sessions: 2 };
    xorriso_dvd_rw_two_sessions: "dvd-rw", "two sessions", TWO => Files { holds: BOTH, sessions: 2 };
    xorriso_dvd_rw_formatted: "dvd-rw", "formatted", FORMATTED => Files { holds: FIRST, sessions: 1 };
    xorriso_dvd_plus_r_two_sessions: "dvd+r", "two sessions", TWO => Files { holds: BOTH, sessions: 2 };
    xorriso_dvd_plus_r_dl_two_sessions: "dvd+r-dl", "two sessions", TWO => Files { holds: BOTH, sessions: 2 };
    xorriso_dvd_r_dl_closed: "dvd-r-dl", "closed", CLOSED => Files { holds: FIRST, sessions: 1 };
    xorriso_dvd_r_dl_open: "dvd-r-dl", "open", OPEN => Refused { why: "xorriso writes it closed or not at all", says: "only be written with -close" };
    xorriso_cd_r_blank: "cd-r", "blank", BLANK => Refused { why: "a CD-R cannot be erased", says: "not of erasable type" };
    xorriso_bd_r_after_the_end: "bd-r", "after closing", AFTER => Refused { why: "the disc is closed", says: "Unsuitable target media state" };
    xorriso_bd_re_50_two_sessions: "bd-re-50", "two sessions", TWO => Files { holds: BOTH, sessions: 1 };
    xorriso_bd_r_checked: "bd-r", "checked", CHECKED => Says(&["Media region", "+ good"]);
}
