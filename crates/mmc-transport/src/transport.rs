//! [`Transport`]: something that takes commands and says what came of each.

use std::{fmt, io, num::NonZeroU32, path::PathBuf, time::Duration};

use imapi_disc_types::Clock;
use imapi_errors::{Coded, Fact, HResult, Value, common, v2};

use crate::Cdb;

/// Takes commands: a drive of the operating system, a drive in software, or something that stands before either.
///
/// Calls may come from several threads; an implementation lets them in one after another.
pub trait Transport: Send + Sync {
    /// Sends a command and waits until it has ended or its time is up.
    ///
    /// `Err` means that the device gave no answer. A command that the device refused or failed is a [`Completion`] with
    /// sense. A device may transfer less than was asked for, never more.
    fn execute(&self, cdb: &Cdb, data: Data<'_>, timeout: Duration) -> Result<Completion, TransportError>;

    /// What one command may carry.
    fn limits(&self) -> Limits;

    /// The clock by which the device lives. Whoever waits for the device waits by this clock and no other, so that a
    /// drive in software and the program agree on time.
    fn clock(&self) -> &dyn Clock;
}

/// The data of a command.
#[derive(Debug)]
pub enum Data<'a> {
    /// None.
    None,
    /// From the device, at most as much as the buffer holds.
    In(&'a mut [u8]),
    /// To the device.
    Out(&'a [u8]),
}

impl Data<'_> {
    /// How many bytes may be transferred.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::None => 0,
            Self::In(buffer) => buffer.len(),
            Self::Out(bytes) => bytes.len(),
        }
    }

    /// True when there is nothing to transfer.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// What came of a command.
///
/// Data and sense can come together: a recovered error brings both, and a deferred one belongs to an earlier command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Completion {
    /// The status byte.
    pub status: Status,
    /// How many bytes were transferred.
    pub transferred: usize,
    /// Sense, where the device sent some.
    pub sense: Option<SenseBytes>,
}

impl Completion {
    /// Success with that many bytes.
    #[must_use]
    pub fn good(transferred: usize) -> Self {
        Self { status: Status::GOOD, transferred, sense: None }
    }
}

/// The status byte of a completed command. Values without a name survive.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Status(pub u8);

impl Status {
    /// Done.
    pub const GOOD: Self = Self(0x00);
    /// Sense tells what happened.
    pub const CHECK_CONDITION: Self = Self(0x02);
    /// Come again.
    pub const BUSY: Self = Self(0x08);
    /// Another initiator has the device.
    pub const RESERVATION_CONFLICT: Self = Self(0x18);
    /// The device cannot queue more.
    pub const TASK_SET_FULL: Self = Self(0x28);
}

impl fmt::Debug for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::GOOD => f.write_str("GOOD"),
            Self::CHECK_CONDITION => f.write_str("CHECK CONDITION"),
            Self::BUSY => f.write_str("BUSY"),
            Self::RESERVATION_CONFLICT => f.write_str("RESERVATION CONFLICT"),
            Self::TASK_SET_FULL => f.write_str("TASK SET FULL"),
            Self(other) => write!(f, "status {other:#04x}"),
        }
    }
}

/// Sense as it came, fixed or in descriptors; [`crate::Sense`] understands it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct SenseBytes {
    bytes: [u8; Self::LONGEST],
    len: u8,
}

impl SenseBytes {
    /// What is kept. A device may send up to 252 bytes; what lies beyond these never matters to a disc.
    pub const LONGEST: usize = 64;

    /// Keeps the first bytes of what came.
    #[must_use]
    pub fn new(came: &[u8]) -> Self {
        let mut bytes = [0; Self::LONGEST];
        let mut len = 0;
        for (to, from) in bytes.iter_mut().zip(came) {
            *to = *from;
            len += 1;
        }
        Self { bytes, len }
    }

    /// The bytes that came.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.len)]
    }
}

impl fmt::Debug for SenseBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02X?}", self.as_bytes())
    }
}

/// What one command may carry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of a command whose buffer begins on a page of memory.
    pub page_aligned_transfer: NonZeroU32,
    /// Bytes of a command whose buffer begins anywhere.
    pub transfer: NonZeroU32,
    /// A buffer begins at a multiple of this: a power of two.
    pub alignment: NonZeroU32,
}

/// The device gave no answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TransportError {
    /// The command did not end within its time. Whether it was carried out is unknown.
    #[error("command {opcode:02X}h did not end within {} s", after.as_secs())]
    Timeout {
        /// Which command.
        opcode: u8,
        /// The time it had.
        after: Duration,
    },
    /// The system ended the wait for the command. Whether it was carried out is unknown.
    #[error("the wait for command {opcode:02X}h was interrupted; it may have been carried out")]
    Interrupted {
        /// Which command.
        opcode: u8,
    },
    /// The device is no longer there.
    #[error("the device is gone")]
    Gone,
    /// The operating system does not let this program send this command.
    #[error("no permission to send command {opcode:02X}h: {remedy}")]
    NotPermitted {
        /// Which command.
        opcode: u8,
        /// What would give the permission.
        remedy: &'static str,
    },
    /// More than one command can carry.
    #[error("{size} bytes are more than the {limit} that one command can carry")]
    TooLarge {
        /// How much was asked for.
        size: usize,
        /// How much can be.
        limit: u32,
    },
    /// The bus or its controller failed.
    #[error("the connection to the device failed: host status {host:#06x}, driver status {driver:#06x}")]
    Connection {
        /// What the controller said.
        host: u16,
        /// What its driver said.
        driver: u16,
    },
    /// A recording that is played back has no such command at this place.
    #[error("command {number} of the recording is {expected}, not {found}")]
    NotRecorded {
        /// Place in the recording, from 1.
        number: usize,
        /// What the recording has there.
        expected: String,
        /// What was sent.
        found: String,
    },
    /// The drive could not be opened; no command was sent.
    #[error("{} could not be opened", node.display())]
    Open {
        /// What was to be opened.
        node: PathBuf,
        /// What the system said, or what would help.
        #[source]
        source: io::Error,
    },
    /// The system did not say which drives there are; no command was sent.
    #[error("the system could not list its drives")]
    List {
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// The operating system failed otherwise.
    #[error("the system could not send command {opcode:02X}h")]
    System {
        /// Which command.
        opcode: u8,
        /// What the system said.
        #[source]
        source: io::Error,
    },
}

impl Coded for TransportError {
    fn code(&self) -> HResult {
        match self {
            Self::Timeout { .. } => v2::E_IMAPI_RECORDER_COMMAND_TIMEOUT,
            Self::Interrupted { .. } => common::ERROR_OPERATION_ABORTED,
            Self::Gone => common::ERROR_DEV_NOT_EXIST,
            Self::NotPermitted { .. } => common::E_ACCESSDENIED,
            Self::TooLarge { .. } => common::E_INVALIDARG,
            Self::Connection { .. } => common::ERROR_IO_DEVICE,
            Self::NotRecorded { .. } => common::E_UNEXPECTED,
            Self::Open { source, .. } | Self::List { source } | Self::System { source, .. } => source.code(),
        }
    }

    fn facts(&self, put: &mut dyn FnMut(Fact, Value<'_>)) {
        match self {
            Self::Timeout { opcode, after } => {
                put(Fact::Command, Value::Text(&format_args!("{opcode:02X}h")));
                put(Fact::Elapsed, Value::I64(i64::try_from(after.as_secs()).unwrap_or(i64::MAX)));
            }
            Self::Interrupted { opcode } => put(Fact::Command, Value::Text(&format_args!("{opcode:02X}h"))),
            Self::Gone => {}
            Self::NotPermitted { opcode, remedy } => {
                put(Fact::Command, Value::Text(&format_args!("{opcode:02X}h")));
                put(Fact::Reason, Value::Text(remedy));
            }
            Self::TooLarge { size, limit } => {
                put(Fact::Size, Value::I64(i64::try_from(*size).unwrap_or(i64::MAX)));
                put(Fact::Limit, Value::U32(*limit));
            }
            Self::Connection { host, driver } => {
                put(Fact::Reason, Value::Text(&format_args!("host status {host:#06x}, driver status {driver:#06x}")));
            }
            Self::NotRecorded { expected, found, .. } => {
                put(Fact::Expected, Value::Text(expected));
                put(Fact::Found, Value::Text(found));
            }
            Self::Open { node, source } => {
                put(Fact::Path, Value::Text(&node.display()));
                source.facts(put);
            }
            Self::List { source } => source.facts(put),
            Self::System { opcode, source } => {
                put(Fact::Command, Value::Text(&format_args!("{opcode:02X}h")));
                source.facts(put);
            }
        }
    }
}

impl<T: Transport + ?Sized> Transport for &T {
    fn execute(&self, cdb: &Cdb, data: Data<'_>, timeout: Duration) -> Result<Completion, TransportError> {
        (**self).execute(cdb, data, timeout)
    }

    fn limits(&self) -> Limits {
        (**self).limits()
    }

    fn clock(&self) -> &dyn Clock {
        (**self).clock()
    }
}

impl<T: Transport + ?Sized> Transport for std::sync::Arc<T> {
    fn execute(&self, cdb: &Cdb, data: Data<'_>, timeout: Duration) -> Result<Completion, TransportError> {
        (**self).execute(cdb, data, timeout)
    }

    fn limits(&self) -> Limits {
        (**self).limits()
    }

    fn clock(&self) -> &dyn Clock {
        (**self).clock()
    }
}
