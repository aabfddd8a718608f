//! What tracks and sessions of a CD have beyond those of other discs.

use serde::{Deserialize, Serialize};

/// A track of a CD.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CdTrack {
    /// The control nibble of its Q sub-channel.
    pub control: u8,
    /// What its sectors are.
    pub form: CdForm,
    /// Blocks of its pause, which stand before its first one.
    pub pause: u32,
    /// Blocks with which the drive ended it, behind what the host wrote.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub run_out: u32,
    /// The code of the recording.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub isrc: Option<String>,
    /// The number of the disc, which stands in the Q sub-channel of its tracks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub catalogue: Option<String>,
    /// It is written in packets: of so many blocks, or of any size where it is zero.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub packets: Option<u32>,
}

/// What the sectors of a track are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum CdForm {
    /// Sound.
    #[default]
    Audio,
    /// Data of mode 1.
    Mode1,
    /// Data of mode 2 without form.
    Mode2,
    /// Data of mode 2 in two forms, as XA and CD-I have them.
    Xa,
}

/// A closed session of a CD.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CdSession {
    /// Where its lead-in begins.
    pub lead_in: i32,
    /// Where its lead-out begins.
    pub lead_out: u32,
    /// The type of the disc that its lead-in tells: 00h, 10h for CD-I, 20h for XA.
    pub disc_type: u8,
    /// What its lead-in says of a session behind it.
    pub next: NextSession,
    /// Its lead-in has CD-TEXT, which is stored with it.
    #[serde(default, skip_serializing_if = "is_false")]
    pub text: bool,
    /// The host wrote lead-in and lead-out, and they are stored as it did.
    #[serde(default, skip_serializing_if = "is_false")]
    pub raw: bool,
}

/// What a lead-in says of a session behind its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum NextSession {
    /// Nothing, and none may come.
    Unmentioned,
    /// That none may come.
    Never,
    /// Where it may begin.
    Allowed,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_zero(number: &u32) -> bool {
    *number == 0
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_false(value: &bool) -> bool {
    !*value
}
