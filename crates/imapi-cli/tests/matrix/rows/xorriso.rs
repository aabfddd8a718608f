//! xorriso: files, in one session and in more, on whatever medium.

use crate::{proof::Proof::Files, row::rows};

const TWO: &[&str] = &[
    "xorriso -outdev {dev} -blank as_needed -map {files1} / -commit -rollback_end",
    "xorriso -dev {dev} -map {files2} /two -commit -rollback_end",
];
const CLOSED: &[&str] = &["xorriso -outdev {dev} -blank as_needed -close on -map {files1} / -commit -rollback_end"];
const BOTH: &[(&str, &str)] = &[("files1", "/"), ("files2", "/two")];
const FIRST: &[(&str, &str)] = &[("files1", "/")];

rows! { "xorriso";
    xorriso_bd_r_two_sessions: "bd-r", "two sessions", TWO => Files { holds: BOTH, sessions: 2 };
    xorriso_bd_r_closed: "bd-r", "closed", CLOSED => Files { holds: FIRST, sessions: 1 };
    xorriso_bd_re_two_sessions: "bd-re", "two sessions", TWO => Files { holds: BOTH, sessions: 1 };
    xorriso_dvd_ram_two_sessions: "dvd-ram", "two sessions", TWO => Files { holds: BOTH, sessions: 1 };
    xorriso_dvd_plus_rw_two_sessions: "dvd+rw", "two sessions", TWO => Files { holds: BOTH, sessions: 1 };
}
