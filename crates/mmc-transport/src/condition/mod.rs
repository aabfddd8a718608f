//! [`Condition`]: what sense means, understood once and for all floors above.

mod class;
mod code;
mod of;

pub use self::class::Class;

/// What a drive's sense means.
///
/// [`Condition::of`] knows every sense there can be. The enum is closed on purpose: whoever derives a code or a step
/// from it matches exhaustively, and hears from the compiler when it grows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Condition {
    // ── Nothing is wrong ──
    /// No sense: there is nothing to tell.
    Idle,
    /// No sense, but progress: something goes on that does not keep the drive from answering (0/00/00, 0/00/16).
    StillWorking,
    /// The command succeeded after retries or corrections, or with a warning (1/xx).
    Recovered,
    /// There is hardly room left for finding the laser's power: this disc takes few more sessions (73/01, 06, 10).
    CalibrationAlmostFull,

    // ── Not now ──
    /// Not ready, and the drive does not say why (2/04/00).
    NotReady,
    /// The drive looks at a disc that was just put in (2/04/01).
    BecomingReady,
    /// START STOP UNIT is needed (2/04/02).
    NeedsStart,
    /// A person is needed (2/04/03).
    NeedsIntervention,
    /// A format runs (2/04/04).
    FormatInProgress,
    /// Something else runs: blanking, closing, loading (2/04/07).
    OperationInProgress,
    /// The write buffer is full; the same WRITE is taken a little later (2/04/08). Not an error.
    LongWriteInProgress,
    /// The drive has not yet found out what it is itself (2/3E).
    NotSelfConfigured,
    /// The head has not arrived (02).
    SeekIncomplete,
    /// The drive lost contact with its own parts, or a bridge with the drive (08).
    CommunicationFailure,
    /// The time that was granted did not suffice (6/2E).
    InsufficientTime,
    /// The drive gave up the command without blaming anyone (B).
    Aborted,
    /// Someone pressed a button of the drive (6/5A).
    OperatorRequest,

    // ── Something else than before ──
    /// There is another disc, or it was taken out and in (6/28).
    MediumChanged,
    /// The drive was reset or switched on: modes, speeds and locks are forgotten (6/29).
    Reset,
    /// Mode pages or other settings have changed (6/2A).
    ModeParametersChanged,
    /// Another attention: firmware, power states, warnings (6/xx).
    Attention,

    // ── The disc that is in there ──
    /// There is none (3A).
    NoMedium {
        /// What the drive says of its tray.
        tray: Tray,
    },
    /// The drive finds nothing to hold on to (06). Drives answer so when the disc lies the wrong side up, but also when
    /// it is scratched or of a kind that they do not know.
    NoReferencePosition,
    /// The laser does not follow the track (09, where the drive does not call it a failure of its own).
    TrackingFailure,
    /// The drive does not know this kind of disc (30/00, 03, 07).
    IncompatibleMedium,
    /// Its format cannot be read (30/01, 02).
    UnreadableFormat,
    /// It cannot be written (30/04, 05, 08, 11).
    CannotWriteMedium,
    /// It cannot be formatted: it is not rewritable (30/06).
    CannotFormatMedium,
    /// Its last session is open in a way that nothing can be appended (30/09).
    SessionNotFixated,
    /// It must be formatted first (30/10).
    NotFormatted,
    /// Its format is damaged (31/00).
    CorruptFormat,
    /// It is write-protected (27).
    WriteProtected,
    /// Its table of contents cannot be read (57).
    TocUnreadable,
    /// Nothing is written where it was read (8).
    BlankCheck,

    // ── Writing went wrong ──
    /// A block could not be written (0C).
    WriteError,
    /// The data came too slowly (0C/09, 0A).
    Underrun,
    /// A format failed (31/01, 02).
    FormatFailed,
    /// Blanking failed (51).
    EraseFailed,
    /// Lead-in or lead-out could not be written, or the drive's notes about them not be extended (72/00, 01, 02, 06,
    /// 07).
    SessionFixation,
    /// The session has a track that is not complete (72/03).
    IncompleteTrack,
    /// The session has a reserved track that is not filled (72/04).
    ReservedTrackNotFull,
    /// No more tracks can be reserved (72/05).
    NoMoreReservations,
    /// The laser's power could not be found, or the drive's notes not be written (73/00, 03, 04).
    CalibrationError,
    /// There is no room left for finding the laser's power or for the drive's notes (73/02, 05, 11, 17).
    CalibrationFull,

    // ── Reading and moving went wrong ──
    /// A block could not be read (11).
    ReadError,
    /// The head could not be placed (15).
    PositioningError,
    /// The medium failed otherwise (3/xx).
    MediumError,
    /// What is on the disc differs from what was sent (1D; E).
    Miscompare,
    /// The tray does not move (53/00).
    LoadOrEjectFailed,
    /// The drive failed (4/xx).
    HardwareError,
    /// The drive lacks memory or the like (55).
    ResourceFailure,

    // ── The drive refuses ──
    /// It has no such command (20).
    InvalidOpcode,
    /// A field of the command (24).
    InvalidField,
    /// A field of the parameters (26).
    InvalidParameter,
    /// The length of the parameters (1A).
    ParameterListLength,
    /// Mode pages are not saved (39).
    SavingNotSupported,
    /// The packet has a length that this disc does not have (64/01).
    InvalidPacketSize,
    /// There is no such address; while writing: the disc is full (21/00, 01).
    OutOfRange,
    /// Writing does not go on there (21/02, 03).
    InvalidWriteAddress,
    /// The track is full (63/00; D).
    EndOfUserArea,
    /// The rest of the track is shorter than a packet (63/01).
    PacketDoesNotFit,
    /// The track takes or has blocks of another kind (64/00). On a DVD-RW: it was blanked the quick way and wants to be
    /// written at once.
    IllegalModeForTrack,
    /// Not after what came before (2C).
    SequenceError,
    /// The tray is locked (53/02).
    RemovalPrevented,
    /// The disc is encrypted, or its region is another (6F).
    CopyProtection,

    /// What no table knows.
    Unknown,
}

/// What an empty drive says of its tray.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Tray {
    /// It is shut.
    Closed,
    /// It is out.
    Open,
    /// The drive does not say.
    Unknown,
}
