//! All commands, one file each, and [`Request`]: any of them, decoded.

use std::time::Duration;

use crate::{Cdb, Command, InvalidField};

/// Makes [`Request`] out of the list of commands, so that nothing that goes through all of them can miss one.
macro_rules! commands {
    ($($name:ident),* $(,)?) => {
        /// A command that a device received.
        ///
        /// The enum is closed on purpose: a drive in software matches exhaustively, and hears from the compiler when
        /// there is a command more.
        #[derive(Debug, Clone, PartialEq)]
        pub enum Request {
            $(#[doc = concat!("[`", stringify!($name), "`]")] $name($name),)*
        }

        impl Request {
            /// Understands a command; `None` for an opcode that is in no standard this crate knows.
            #[must_use]
            pub fn decode(cdb: &Cdb) -> Option<Result<Self, InvalidField>> {
                match cdb.opcode() {
                    $(<$name as Command>::OPCODE => Some($name::from_cdb(cdb).map(Self::$name)),)*
                    _ => None,
                }
            }

            /// The bytes.
            #[must_use]
            pub fn to_cdb(&self) -> Cdb {
                match self { $(Self::$name(command) => command.to_cdb(),)* }
            }

            /// The name in the standard.
            #[must_use]
            pub fn name(&self) -> &'static str {
                match self { $(Self::$name(_) => <$name as Command>::NAME,)* }
            }

            /// How long a drive may take.
            #[must_use]
            pub fn timeout(&self) -> Duration {
                match self { $(Self::$name(command) => command.timeout(),)* }
            }
        }

        /// The name of the command with that opcode.
        #[must_use]
        pub fn command_name(opcode: u8) -> Option<&'static str> {
            match opcode {
                $(<$name as Command>::OPCODE => Some(<$name as Command>::NAME),)*
                _ => None,
            }
        }

        /// The opcodes of all commands.
        pub const OPCODES: &[u8] = &[$(<$name as Command>::OPCODE),*];
    };
}

mod blank;
mod buffer_capacity;
mod cd_position;
mod cd_speed;
mod cdb_bytes;
mod close;
mod cue_entry;
mod cue_sheet;
mod data_form;
mod disc_information;
mod disc_structure;
mod event_status;
mod format_capacities;
mod format_unit;
mod get_configuration;
mod inquiry;
mod keys;
mod load_unload;
mod master_cue;
mod mechanism;
mod media_serial;
mod mode_select;
mod mode_sense;
mod performance;
mod performance_data;
mod prevent_removal;
mod read;
mod read_capacity;
mod read_cd;
mod read_header;
mod repair_track;
mod request_sense;
mod reserve_track;
mod sector_kind;
mod sector_selection;
mod seek;
mod send_disc_structure;
mod send_opc;
mod set_streaming;
mod start_stop;
mod sub_channel;
mod sub_channel_data;
mod synchronize_cache;
mod test_unit_ready;
mod timeouts;
mod toc;
mod track_control;
mod track_information;
mod verify;
mod write;

pub use blank::{Blank, BlankType};
pub use buffer_capacity::{BufferCapacity, ReadBufferCapacity};
pub use cd_position::CdPosition;
pub use cd_speed::{RotationControl, SetCdSpeed};
pub use close::{CloseFunction, CloseTrackSession};
pub use cue_entry::{CueEntry, CuePosition};
pub use cue_sheet::SendCueSheet;
pub use data_form::{DataForm, MainForm, SubChannelForm};
pub use disc_information::{
    BackgroundFormat, DiscInformation, DiscReply, DiscState, DiscStatus, DiscSubject, DiscType, OpcEntry,
    PseudoOverwriteResources, ReadDiscInformation, SessionState, TrackResources,
};
pub use disc_structure::ReadDiscStructure;
pub use event_status::{Event, EventClasses, EventStatus, GetEventStatus, MediaChange, MediaEvent};
pub use format_capacities::{
    CapacityKind, CurrentCapacity, FormatCapacities, FormatDescriptor, FormatType, ReadFormatCapacities,
};
pub use format_unit::{FormatOptions, FormatParameters, FormatUnit};
pub use get_configuration::{Configuration, GetConfiguration, RequestedFeatures};
pub use inquiry::{Inquiry, InquiryReply, StandardInquiry, VitalPage};
pub use keys::{KeyData, ReportKey, SendKey};
pub use load_unload::{ChangerAction, LoadUnload};
pub use master_cue::ReadMasterCue;
pub use mechanism::{ChangerState, Mechanism, MechanismState, MechanismStatus, Slot};
pub use media_serial::{MediaSerialNumber, ReadMediaSerialNumber};
pub use mode_select::{ModeSelect6, ModeSelect10};
pub use mode_sense::{ModeSense6, ModeSense10};
pub use performance::{GetPerformance, PerformanceData, PerformanceType};
pub use performance_data::{ExceptionDescriptor, NominalDescriptor, PerformanceDescriptors, WriteSpeedDescriptor};
pub use prevent_removal::PreventAllowMediumRemoval;
pub use read::{Read10, Read12};
pub use read_capacity::{Capacity, ReadCapacity};
pub use read_cd::{ReadCd, ReadCdMsf};
pub use read_header::{ReadHeader, SectorHeader};
pub use repair_track::RepairTrack;
pub use request_sense::RequestSense;
pub use reserve_track::{Reservation, ReserveTrack};
pub use sector_kind::{ExpectedSector, SectorKind};
pub use sector_selection::{C2Selection, MainChannel, SectorSelection, SubChannelSelection};
pub use seek::Seek10;
pub use send_disc_structure::SendDiscStructure;
pub use send_opc::{OpcSetting, SendOpcInformation};
pub use set_streaming::{SetStreaming, StreamingParameters, StreamingSpeed, StreamingType};
pub use start_stop::{PowerState, StartStopUnit, UnitAction};
pub use sub_channel::{ReadSubChannel, SubChannelFormat};
pub use sub_channel_data::{AudioStatus, SubChannelBody, SubChannelData};
pub use synchronize_cache::SynchronizeCache;
pub use test_unit_ready::TestUnitReady;
pub use toc::{
    Atip, ClvSpeed, FullToc, FullTocEntry, Point, ReadToc, SessionInfo, Toc, TocEntry, TocFormat, TocReply, TocStart,
};
pub use track_control::TrackControl;
pub use track_information::{DataMode, ReadTrackInformation, TrackAddress, TrackInformation};
pub use verify::{Verify10, WriteAndVerify10};
pub use write::{Write10, Write12};

commands!(
    TestUnitReady,             // 00h
    RequestSense,              // 03h
    FormatUnit,                // 04h
    Inquiry,                   // 12h
    ModeSelect6,               // 15h
    ModeSense6,                // 1Ah
    StartStopUnit,             // 1Bh
    PreventAllowMediumRemoval, // 1Eh
    ReadFormatCapacities,      // 23h
    ReadCapacity,              // 25h
    Read10,                    // 28h
    Write10,                   // 2Ah
    Seek10,                    // 2Bh
    WriteAndVerify10,          // 2Eh
    Verify10,                  // 2Fh
    SynchronizeCache,          // 35h
    ReadSubChannel,            // 42h
    ReadToc,                   // 43h
    ReadHeader,                // 44h
    GetConfiguration,          // 46h
    GetEventStatus,            // 4Ah
    ReadDiscInformation,       // 51h
    ReadTrackInformation,      // 52h
    ReserveTrack,              // 53h
    SendOpcInformation,        // 54h
    ModeSelect10,              // 55h
    RepairTrack,               // 58h
    ReadMasterCue,             // 59h
    ModeSense10,               // 5Ah
    CloseTrackSession,         // 5Bh
    ReadBufferCapacity,        // 5Ch
    SendCueSheet,              // 5Dh
    Blank,                     // A1h
    SendKey,                   // A3h
    ReportKey,                 // A4h
    LoadUnload,                // A6h
    Read12,                    // A8h
    Write12,                   // AAh
    ReadMediaSerialNumber,     // ABh
    GetPerformance,            // ACh
    ReadDiscStructure,         // ADh
    SetStreaming,              // B6h
    ReadCdMsf,                 // B9h
    SetCdSpeed,                // BBh
    MechanismStatus,           // BDh
    ReadCd,                    // BEh
    SendDiscStructure,         // BFh
);
