//! Parts of files as the data of tracks.

use std::{num::NonZeroU32, sync::Arc};

use imapi_cd_sector::{SectorKind, subchannel::RAW_LEN};
use imapi_disc_types::{BlockSource, Concatenate};

use crate::{Part, SectorForm};

/// What a track is in a file: its sectors, and whether sub-channels stand behind them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Layout {
    pub form: SectorForm,
    /// Behind each sector there are 96 bytes of sub-channels.
    pub sub: bool,
}

impl Layout {
    pub const fn of(form: SectorForm) -> Self {
        Self { form, sub: false }
    }

    pub const AUDIO: Self = Self::of(SectorForm::Audio);
    pub const MODE_1: Self = Self::of(SectorForm::Mode1);
    pub const MODE_1_WHOLE: Self = Self::of(SectorForm::Whole(SectorKind::Mode1));
    pub const XA_WHOLE: Self = Self::of(SectorForm::Whole(SectorKind::Mode2Form1));
    pub const XA_MIXED: Self = Self::of(SectorForm::Mode2Mixed);

    pub const fn with_sub(self) -> Self {
        Self { sub: true, ..self }
    }

    /// Bytes from one sector to the next.
    pub fn stride(self) -> u64 {
        u64::from(self.form.block_size().get()) + if self.sub { RAW_LEN as u64 } else { 0 }
    }

    /// The sectors in a part of a file, and what stands in R to W beside them.
    pub fn part(
        self,
        bytes: &Arc<dyn BlockSource>,
        from: u64,
        len: u64,
        swapped: bool,
    ) -> (Arc<dyn BlockSource>, Option<Arc<dyn BlockSource>>) {
        let whole = |from, len, size| Part::new(Arc::clone(bytes), from, len, size);
        let size = self.form.block_size();
        if !self.sub {
            return (Arc::new(whole(from, len, size).swapped(swapped)), None);
        }
        let sectors = len / self.stride();
        let main = u64::from(size.get());
        let of = |from, size: NonZeroU32| {
            let last = sectors.saturating_sub(1) * self.stride();
            let len = if sectors == 0 { 0 } else { last + u64::from(size.get()) };
            whole(from, len, size).every(self.stride())
        };
        let rw = of(from + main, NonZeroU32::new(96).expect("not zero"));
        (Arc::new(of(from, size).swapped(swapped)), Some(Arc::new(rw)))
    }
}

/// Sources one behind the other; `None` when there is none, or their blocks differ.
pub(super) fn joined(mut parts: Vec<Arc<dyn BlockSource>>) -> Option<Arc<dyn BlockSource>> {
    parts.retain(|part| part.blocks() > 0);
    if parts.len() == 1 {
        return parts.pop();
    }
    Some(Arc::new(Concatenate::new(parts).ok()?))
}
