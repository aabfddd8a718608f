//! [`TaoOptions`]: how a disc of sound is to be written.

use imapi_cd_sector::subchannel::Mcn;
use imapi_format2::{SpeedRequest, Verification};
use imapi_write_engine::EngineOptions;

/// How a disc of sound is to be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option of its own, as IMAPI has them")]
pub struct TaoOptions {
    /// Nothing can be added to the finished disc. Else another session can follow, with data.
    #[doc(alias(
        "IDiscFormat2TrackAtOnce::put_DoNotFinalizeMedia",
        "IDiscFormat2TrackAtOnce::get_DoNotFinalizeMedia"
    ))]
    pub finalize: bool,
    /// The number of the whole disc.
    pub catalogue: Option<Mcn>,
    /// The drive goes on when it ran out of data, where it can.
    #[doc(alias(
        "IDiscFormat2TrackAtOnce::put_BufferUnderrunFreeDisabled",
        "IDiscFormat2TrackAtOnce::get_BufferUnderrunFreeDisabled"
    ))]
    pub underrun_protection: bool,
    /// Sectors of silence that the drive is asked to leave before each track but the first. Hardly any drive makes another
    /// pause than of two seconds, whatever it is asked for.
    pub pause: u16,
    /// How fast.
    pub speed: SpeedRequest,
    /// The laser stays off, where the drive can do that; else nothing is sent to the disc.
    pub test: bool,
    /// A mounted file system is no obstacle.
    pub force: bool,
    /// Bytes that are read ahead, at most.
    pub buffer: usize,
    /// Whether it is looked at what the drive says of track and disc. All of a disc of sound is never compared here.
    pub verification: Verification,
}

impl Default for TaoOptions {
    fn default() -> Self {
        Self {
            finalize: true,
            catalogue: None,
            underrun_protection: true,
            pause: 150,
            speed: SpeedRequest::default(),
            test: false,
            force: false,
            buffer: EngineOptions::BUFFER,
            verification: Verification::None,
        }
    }
}
