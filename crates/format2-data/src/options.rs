//! [`DataOptions`]: how a disc is to be written.

use imapi_format2::{SpeedRequest, Verification};
use imapi_write_engine::EngineOptions;

/// Whether the drive checks what it writes, and replaces blocks that are bad.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum DefectManagement {
    /// As the disc is. A new BD-R stays as it is, which is without.
    #[default]
    AsItIs,
    /// With spare blocks, where the disc can have them: slower, and with less room.
    On,
    /// Without, where the disc can be without.
    Off,
}

/// How many spare blocks a BD gets that is formatted for having some.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum SpareArea {
    /// As many as the drive proposes.
    #[default]
    Usual,
    /// As few as there can be.
    Least,
    /// As many as there can be.
    Most,
}

/// How a disc is to be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option of its own, as IMAPI has them")]
pub struct DataOptions {
    /// Nothing can be added any more.
    #[doc(alias("IDiscFormat2Data::put_ForceMediaToBeClosed", "IDiscFormat2Data::get_ForceMediaToBeClosed"))]
    pub close: bool,
    /// Players of films can read the disc, where that takes something: a DVD+R is closed for it.
    #[doc(alias(
        "IDiscFormat2Data::put_DisableConsumerDvdCompatibilityMode",
        "IDiscFormat2Data::get_DisableConsumerDvdCompatibilityMode"
    ))]
    pub consumer_compatible: bool,
    /// What is on a disc that can be overwritten may go. So may what is on another rewritable disc where nothing can be
    /// added to it: it is blanked first.
    #[doc(alias("IDiscFormat2Data::put_ForceOverwrite", "IDiscFormat2Data::get_ForceOverwrite"))]
    pub overwrite: bool,
    /// With `overwrite`: what is on a rewritable disc goes also where something could be added to it.
    pub anew: bool,
    /// The drive goes on when it ran out of data, where it can.
    #[doc(alias(
        "IDiscFormat2Data::put_BufferUnderrunFreeDisabled",
        "IDiscFormat2Data::get_BufferUnderrunFreeDisabled"
    ))]
    pub underrun_protection: bool,
    /// The source ends with the 150 blocks that a CD's track of data ends with; else they are added.
    #[doc(alias("IDiscFormat2Data::put_PostgapAlreadyInImage", "IDiscFormat2Data::get_PostgapAlreadyInImage"))]
    pub postgap_in_image: bool,
    /// How fast.
    pub speed: SpeedRequest,
    /// Spare blocks.
    pub defect_management: DefectManagement,
    /// How many of them, where the disc is formatted for it.
    pub spare: SpareArea,
    /// Blocks are not checked one by one on a disc with defect management: twice as fast.
    pub streaming: bool,
    /// The laser stays off, where the drive can do that.
    pub test: bool,
    /// A mounted file system is no obstacle.
    pub force: bool,
    /// Bytes that are read ahead, at most.
    pub buffer: usize,
    /// The tray may go out and in, where the system would otherwise not see what was written.
    pub reload: bool,
    /// A session that an earlier burn left open, because it failed or was cancelled, is ended first; then another follows.
    pub end_interrupted: bool,
    /// A CD is written track by track also where it could be written at once.
    pub track_at_once: bool,
    /// A DVD-RW stays a disc that is written in sequence, and blanked before it is written again.
    pub keep_sequential: bool,
    /// What is looked at afterwards. Nothing is after a test.
    #[doc(alias("IBurnVerification::put_BurnVerificationLevel", "IBurnVerification::get_BurnVerificationLevel"))]
    pub verification: Verification,
}

impl Default for DataOptions {
    fn default() -> Self {
        Self {
            close: false,
            consumer_compatible: true,
            overwrite: false,
            anew: false,
            underrun_protection: true,
            postgap_in_image: false,
            speed: SpeedRequest::default(),
            defect_management: DefectManagement::default(),
            spare: SpareArea::default(),
            streaming: false,
            test: false,
            force: false,
            buffer: EngineOptions::BUFFER,
            reload: true,
            end_interrupted: false,
            track_at_once: false,
            keep_sequential: false,
            verification: Verification::None,
        }
    }
}

/// Hears of all blocks of the source that are written, as they are read: the number of the first, and their bytes.
///
/// They come in their order. Of a source that says what in it was [modified](imapi_disc_types::BlockSource::modified) only
/// that is written. A drive that refuses the first block, because the disc wants to be written in another way, gets all of
/// them once more: then the numbers begin again.
pub type Tap<'a> = &'a mut (dyn FnMut(u64, &[u8]) + Send);
