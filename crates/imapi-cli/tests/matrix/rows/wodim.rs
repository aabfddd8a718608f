//! wodim: CDs in every way that it knows, and DVD-R.

use crate::{
    proof::Proof::{Refused, Tracks},
    row::rows,
};

const TAO: &[&str] = &["wodim -v dev={dev} speed=48 -tao -data {image1}"];
const SAO: &[&str] = &["wodim -v dev={dev} speed=48 -sao -data {image1}"];
const RAW: &[&str] = &["wodim -v dev={dev} speed=48 -raw96r -audio -swab {audio1} {audio2}"];
const MULTI: &[&str] =
    &["wodim -v dev={dev} speed=48 -multi -tao -data {image1}", "wodim -v dev={dev} speed=48 -tao -data {image2}"];
const AUDIO_TAO: &[&str] = &["wodim -v dev={dev} speed=48 -tao -audio -swab {audio1} {audio2}"];
const AUDIO_SAO: &[&str] = &["wodim -v dev={dev} speed=48 -sao -audio -swab {audio1} {audio2}"];
const DUMMY: &[&str] = &["wodim -v dev={dev} speed=48 -dummy -tao -data {image1}"];
const BLANKED: &[&str] = &["wodim -v dev={dev} speed=24 -tao -data {image1}", "wodim -v dev={dev} blank=fast"];
const AGAIN: &[&str] =
    &["wodim -v dev={dev} speed=48 -tao -data {image1}", "wodim -v dev={dev} speed=48 -tao -data {image2}"];
const ERASE: &[&str] = &["wodim -v dev={dev} speed=48 -tao -data {image1}", "wodim -v dev={dev} blank=fast"];
const IMAGE: &[&str] = &["image1"];
const AUDIO: &[&str] = &["audio1", "audio2"];

rows! { "wodim";
    wodim_cd_r_tao: "cd-r", "TAO", TAO => Tracks { holds: IMAGE, sessions: 1 };
    wodim_cd_r_sao: "cd-r", "SAO", SAO => Tracks { holds: IMAGE, sessions: 1 };
    wodim_cd_r_two_sessions: "cd-r", "two sessions", MULTI => Tracks { holds: &["image1", "image2"], sessions: 2 };
    wodim_cd_r_audio_tao: "cd-r", "audio TAO", AUDIO_TAO => Tracks { holds: AUDIO, sessions: 1 };
    wodim_cd_r_audio_sao: "cd-r", "audio SAO", AUDIO_SAO => Tracks { holds: AUDIO, sessions: 1 };
    wodim_cd_r_audio_raw: "cd-r", "audio RAW", RAW => Tracks { holds: AUDIO, sessions: 1 };
    wodim_cd_r_dummy: "cd-r", "rehearsal", DUMMY => crate::proof::Proof::Blank;
    wodim_cd_rw_blanked: "cd-rw", "blanked", BLANKED => crate::proof::Proof::Blank;
    wodim_dvd_r_at_once: "dvd-r", "DAO", SAO => Tracks { holds: IMAGE, sessions: 1 };
    wodim_cd_r_again: "cd-r", "after closing", AGAIN => Refused { why: "the disc is closed", says: "wodim" };
    wodim_cd_r_erase: "cd-r", "blank", ERASE => Refused { why: "a CD-R cannot be erased", says: "annot" };
    wodim_cd_rw_two_sessions: "cd-rw", "two sessions", MULTI => Tracks { holds: &["image1", "image2"], sessions: 2 };
    wodim_bd_r: "bd-r", "SAO", SAO => Refused { why: "it asks for track FFh, which drives have on CD and DVD+R only", says: "wodim" };
}
