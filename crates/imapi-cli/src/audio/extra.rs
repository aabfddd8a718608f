//! [`Extra`]: data in a session of its own behind the sound (CD-Extra). Players know only the first session.

use std::{ops::ControlFlow, path::PathBuf, sync::Arc};

use imapi::burn::{BurnEvent, burn};
use imapi_disc_types::{BlockSource, ClientName, Control, Lba};
use imapi_errors::{Coded, Fact, HResult, Term, Value};
use imapi_format2::Probe;
use imapi_format2_data::{Action, DataError, DataEvent, DataOptions, plan};
use imapi_format2_tao::TaoError;
use imapi_fsimage::ResultImage;
use imapi_recorder::{Recorder, RecorderError};
use serde::Serialize;

use crate::{
    burn::{self, BurnError, term},
    drive::work::Work,
    progress::Step,
};

/// Bytes of a block.
const BLOCK: u64 = 2048;
/// Sectors between the first two sessions: a lead-out of a minute and a half, a lead-in of a minute, and two seconds.
const BETWEEN: u64 = 6_750 + 4_500 + 150;
/// Sectors that a track of data has behind its blocks, at most.
const BEHIND: u64 = 150 + 2;

/// Data that goes behind the sound.
pub struct Extra {
    paths: Vec<PathBuf>,
    image: Arc<ResultImage>,
    /// Where the image begins, as far as that is known before the sound is on the disc.
    start: u32,
}

/// The session with data.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct DataSession {
    pub start: i32,
    pub blocks: u64,
    #[serde(skip)]
    pub closed: bool,
}

/// Why there is no such session.
#[derive(Debug, thiserror::Error)]
pub enum ExtraError {
    /// The image cannot be made.
    #[error(transparent)]
    Image(#[from] BurnError),
    /// There is no room for it.
    #[error(transparent)]
    Room(TaoError),
    /// The drive did not say what disc is in it; the sound is not on it yet.
    #[error(transparent)]
    Before(RecorderError),
    /// The sound is on the disc, but nothing goes behind it.
    #[error("the sound is on the disc, and the data is not")]
    Behind(#[source] BurnError),
    /// The session was not finished.
    #[error(transparent)]
    Data(DataError),
}

impl ExtraError {
    fn behind(error: impl Into<BurnError>) -> Self {
        Self::Behind(error.into())
    }
}

impl Coded for ExtraError {
    fn code(&self) -> HResult {
        match self {
            Self::Image(error) | Self::Behind(error) => error.code(),
            Self::Room(error) => error.code(),
            Self::Before(error) => error.code(),
            Self::Data(error) => error.code(),
        }
    }

    fn facts(&self, put: &mut dyn FnMut(Fact, Value<'_>)) {
        match self {
            Self::Image(error) | Self::Behind(error) => error.facts(put),
            Self::Room(error) => error.facts(put),
            Self::Before(error) => error.facts(put),
            Self::Data(error) => error.facts(put),
        }
    }
}

impl Extra {
    /// The image of these files behind so many sectors of sound. What cannot be an image is found out before the sound is
    /// on the disc.
    pub fn plan(paths: Vec<PathBuf>, sectors: u64, work: &mut Work<'_>) -> Result<Self, ExtraError> {
        // More than a disc has is refused when its room is known.
        let start = u32::try_from(sectors + BETWEEN).unwrap_or(u32::MAX / 2);
        let image = image(&paths, start, work)?;
        Ok(Self { paths, image, start })
    }

    /// Whether the disc has room for sound and data.
    pub fn check_room(&self, recorder: &Recorder) -> Result<(), ExtraError> {
        let free = u64::from(Probe::of(recorder).map_err(ExtraError::Before)?.facts.free);
        let needed = u64::from(self.start) + self.image.blocks() + BEHIND;
        if needed > free && free > 0 {
            return Err(ExtraError::Room(TaoError::NotEnoughSpace { needed, free }));
        }
        Ok(())
    }

    /// Burns it behind the sound.
    pub fn burn(
        mut self,
        recorder: &Recorder,
        client: &ClientName,
        options: DataOptions,
        work: &mut Work<'_>,
    ) -> Result<DataSession, ExtraError> {
        let probe = Probe::of(recorder).map_err(ExtraError::behind)?;
        let next = probe.facts.next_writable.and_then(|next| u32::try_from(next.0).ok());
        // Drives leave different room between sessions.
        if let Some(next) = next.filter(|&next| next != self.start) {
            self.image = image(&self.paths, next, work).map_err(ExtraError::behind)?;
            self.start = next;
        }
        let start = Lba(i32::try_from(self.start).unwrap_or(i32::MAX));
        let source: Arc<dyn BlockSource> = Arc::<ResultImage>::clone(&self.image);
        let planned = plan(&probe, false, &*source, &options).map_err(ExtraError::behind)?;
        // An image that is not where it was made for does not find its own files.
        if planned.start != start {
            return Err(ExtraError::behind(DataError::NotBlank));
        }
        let progress = &mut work.progress;
        let mut doing = Term::BurnPreparing;
        let mut listener = |event: &BurnEvent| {
            match event.event {
                DataEvent::Begins { action, elapsed } => {
                    doing = term(action);
                    if action != Action::WritingData {
                        progress.show(Step::Drive { doing, seconds: elapsed.as_secs(), most: None, percent: None });
                    }
                }
                DataEvent::Writing(at) => {
                    progress.show(Step::Burning { bytes: at.written() * BLOCK, of: at.blocks * BLOCK });
                }
                DataEvent::Verifying(at) => {
                    progress.show(Step::Transfer { doing, bytes: at.done * BLOCK, of: at.all * BLOCK });
                }
                DataEvent::Waiting(waited) => {
                    let percent = waited.progress.map(|progress| u32::from(progress.percent()));
                    let most = Some(waited.budget.most.as_secs());
                    progress.show(Step::Drive { doing, seconds: waited.elapsed.as_secs(), most, percent });
                }
                DataEvent::Stalled(_) => {}
            }
            ControlFlow::Continue(())
        };
        let mut control = Control::new(work.interrupts.token().clone(), &mut listener);
        let outcome = burn(std::slice::from_ref(recorder), client, &source, &options, &mut control).pop();
        match outcome {
            Some(Ok(burned)) => {
                Ok(DataSession { start: burned.start.0, blocks: source.blocks(), closed: burned.closed })
            }
            Some(Err(error @ DataError::Burning { .. })) => Err(ExtraError::Data(error)),
            Some(Err(error)) => Err(ExtraError::behind(error)),
            None => Err(ExtraError::behind(DataError::NotBlank)),
        }
    }
}

fn image(paths: &[PathBuf], start: u32, work: &mut Work<'_>) -> Result<Arc<ResultImage>, BurnError> {
    let Work { interrupts, progress, lang, .. } = work;
    burn::image_at(paths, start, interrupts, progress, *lang)
}
