//! cdrskin: images on every medium, audio on CDs.

use crate::{
    proof::Proof::{Refused, Tracks},
    row::rows,
};

const TAO: &[&str] = &["cdrskin -v dev={dev} -tao {image1}"];
const SAO: &[&str] = &["cdrskin -v dev={dev} -sao {image1}"];
const MULTI: &[&str] = &["cdrskin -v dev={dev} -multi -tao {image1}", "cdrskin -v dev={dev} -tao {image2}"];
const AUDIO_TAO: &[&str] = &["cdrskin -v dev={dev} -tao -audio -swab {audio1} {audio2}"];
const AUDIO_SAO: &[&str] = &["cdrskin -v dev={dev} -sao -audio -swab {audio1} {audio2}"];
const AGAIN: &[&str] =
    &["cdrskin -v dev={dev} -tao {image1}", "cdrskin -v dev={dev} blank=fast", "cdrskin -v dev={dev} -tao {image2}"];
const FORMATTED: &[&str] = &["cdrskin -v dev={dev} blank=as_needed", "cdrskin -v dev={dev} -tao {image1}"];
const IMAGE: &[&str] = &["image1"];
const IMAGES: &[&str] = &["image1", "image2"];
const AUDIO: &[&str] = &["audio1", "audio2"];

rows! { "cdrskin";
    cdrskin_cd_r_tao: "cd-r", "TAO", TAO => Tracks { holds: IMAGE, sessions: 1 };
    cdrskin_cd_r_sao: "cd-r", "SAO", SAO => Tracks { holds: IMAGE, sessions: 1 };
    cdrskin_cd_r_two_sessions: "cd-r", "two sessions", MULTI => Tracks { holds: IMAGES, sessions: 2 };
    cdrskin_cd_r_audio_tao: "cd-r", "audio TAO", AUDIO_TAO => Tracks { holds: AUDIO, sessions: 1 };
    cdrskin_cd_r_audio_sao: "cd-r", "audio SAO", AUDIO_SAO => Tracks { holds: AUDIO, sessions: 1 };
    cdrskin_cd_rw_again: "cd-rw", "blanked and again", AGAIN => Tracks { holds: &["image2"], sessions: 1 };
    cdrskin_dvd_r_at_once: "dvd-r", "DAO", SAO => Tracks { holds: IMAGE, sessions: 1 };
    cdrskin_dvd_r_two_sessions: "dvd-r", "two sessions", MULTI => Tracks { holds: IMAGES, sessions: 2 };
    cdrskin_dvd_rw_at_once: "dvd-rw", "DAO", SAO => Tracks { holds: IMAGE, sessions: 1 };
    cdrskin_dvd_plus_r: "dvd+r", "TAO", TAO => Tracks { holds: IMAGE, sessions: 1 };
    cdrskin_dvd_plus_r_two_sessions: "dvd+r", "two sessions", MULTI => Tracks { holds: IMAGES, sessions: 2 };
    cdrskin_dvd_plus_r_dl: "dvd+r-dl", "TAO", TAO => Tracks { holds: IMAGE, sessions: 1 };
    cdrskin_dvd_plus_rw: "dvd+rw", "image", TAO => Tracks { holds: IMAGE, sessions: 1 };
    cdrskin_dvd_ram: "dvd-ram", "image", TAO => Tracks { holds: IMAGE, sessions: 1 };
    cdrskin_bd_r: "bd-r", "TAO", TAO => Tracks { holds: IMAGE, sessions: 1 };
    cdrskin_bd_r_two_sessions: "bd-r", "two sessions", MULTI => Tracks { holds: IMAGES, sessions: 2 };
    cdrskin_bd_re_unformatted: "bd-re", "unformatted", TAO => Refused { why: "it wants a formatted disc", says: "not properly formatted" };
    cdrskin_bd_re: "bd-re", "formatted", FORMATTED => Tracks { holds: IMAGE, sessions: 1 };
    cdrskin_cd_rw_two_sessions: "cd-rw", "two sessions", MULTI => Tracks { holds: IMAGES, sessions: 2 };
    cdrskin_dvd_rw_two_sessions: "dvd-rw", "two sessions", MULTI => Tracks { holds: IMAGES, sessions: 2 };
    cdrskin_bd_r_50: "bd-r-50", "TAO", TAO => Tracks { holds: IMAGE, sessions: 1 };
    cdrskin_m_disc: "m-disc", "TAO", TAO => Tracks { holds: IMAGE, sessions: 1 };
}
