//! [`Timestamps`]: the dates of a file.

use crate::{
    iso9660::{RecordingTime, VolumeTime},
    wire::{Fields, Malformed, put},
};

/// Which date (RRIP, 4.1.6), in the order in which they are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum TimeKind {
    /// When the file was made.
    Creation,
    /// When its data was last changed.
    Modify,
    /// When it was last read.
    Access,
    /// When its attributes were last changed.
    Attributes,
    /// When it was last saved elsewhere.
    Backup,
    /// When it is out of date.
    Expiration,
    /// From when on it is to be used.
    Effective,
}

/// The kinds there are.
const KINDS: usize = 7;

/// A date in one of the two forms of ISO 9660.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Stamp {
    /// As in directories.
    Short(RecordingTime),
    /// As in volume descriptors.
    Long(VolumeTime),
}

/// `TF`: dates, all in one of two forms (RRIP, 4.1.6).
///
/// ```
/// use imapi_volume_structs::{iso9660::RecordingTime, rock_ridge::{Entry, Stamp, TimeKind, Timestamps}};
///
/// let noon = RecordingTime { years_since_1900: 126, month: 1, day: 2, hour: 12, ..RecordingTime::UNSPECIFIED };
/// let times = Timestamps::short([(TimeKind::Modify, noon), (TimeKind::Access, noon)]);
/// assert_eq!(times.get(TimeKind::Access), Some(Stamp::Short(noon)));
/// assert_eq!(times.get(TimeKind::Creation), None);
///
/// let mut out = [0; 32];
/// assert_eq!(Entry::Times(times).encode(&mut out), 19);
/// assert_eq!(&out[..8], b"TF\x13\x01\x06\x7E\x01\x02");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Timestamps {
    /// As in directories.
    Short([Option<RecordingTime>; KINDS]),
    /// As in volume descriptors.
    Long([Option<VolumeTime>; KINDS]),
}

impl Timestamps {
    const LONG_FORM: u8 = 1 << 7;

    /// These dates in the short form.
    pub fn short(times: impl IntoIterator<Item = (TimeKind, RecordingTime)>) -> Self {
        Self::Short(placed(times))
    }

    /// These dates in the long form.
    pub fn long(times: impl IntoIterator<Item = (TimeKind, VolumeTime)>) -> Self {
        Self::Long(placed(times))
    }

    /// A date; `None` when it was not recorded.
    #[must_use]
    pub fn get(&self, kind: TimeKind) -> Option<Stamp> {
        match self {
            Self::Short(times) => times[kind as usize].map(Stamp::Short),
            Self::Long(times) => times[kind as usize].map(Stamp::Long),
        }
    }

    pub(super) fn data_len(&self) -> usize {
        1 + match self {
            Self::Short(times) => times.iter().flatten().count() * RecordingTime::LEN,
            Self::Long(times) => times.iter().flatten().count() * VolumeTime::LEN,
        }
    }

    pub(super) fn decode(data: &[u8]) -> Result<Self, Malformed> {
        let fields = Fields::new(data);
        let flags = fields.u8(0)?;
        if flags & Self::LONG_FORM == 0 {
            read(flags, |at| fields.array(at).map(RecordingTime::decode), RecordingTime::LEN).map(Self::Short)
        } else {
            read(flags, |at| fields.array(at).map(VolumeTime), VolumeTime::LEN).map(Self::Long)
        }
    }

    pub(super) fn encode_data(&self, out: &mut [u8]) {
        let flags = match self {
            Self::Short(times) => write(times, |time| time.encode(), out),
            Self::Long(times) => write(times, |time| time.0, out) | Self::LONG_FORM,
        };
        put(out, 0, &[flags]);
    }
}

fn placed<T: Copy>(times: impl IntoIterator<Item = (TimeKind, T)>) -> [Option<T>; KINDS] {
    let mut placed = [None; KINDS];
    times.into_iter().for_each(|(kind, time)| placed[kind as usize] = Some(time));
    placed
}

fn read<T: Copy>(
    flags: u8,
    stamp: impl Fn(usize) -> Result<T, Malformed>,
    len: usize,
) -> Result<[Option<T>; KINDS], Malformed> {
    let mut times = [None; KINDS];
    let mut at = 1;
    for (kind, time) in times.iter_mut().enumerate() {
        if flags >> kind & 1 == 1 {
            *time = Some(stamp(at)?);
            at += len;
        }
    }
    Ok(times)
}

/// Writes the dates there are behind the flags, which it returns.
fn write<T, const N: usize>(times: &[Option<T>; KINDS], stamp: impl Fn(&T) -> [u8; N], out: &mut [u8]) -> u8 {
    let mut at = 1;
    let mut flags = 0;
    for (kind, time) in times.iter().enumerate() {
        if let Some(time) = time {
            put(out, at, &stamp(time));
            at += N;
            flags |= 1 << kind;
        }
    }
    flags
}
