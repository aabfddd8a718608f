//! Burning on one drive, or the same on several at once.
//!
//! Each drive has a thread and an engine of its own. They read the source once as long as they keep together; one that
//! falls behind reads for itself, and one that fails leaves the others alone.

use std::{sync::Arc, thread, time::Duration};

use crossbeam_channel::{RecvTimeoutError, unbounded};
use imapi_disc_types::{BlockSource, ClientName, Control};
use imapi_format2_data::{Burned, DataError, DataEvent, DataOptions, burn as burn_one};
use imapi_recorder::Recorder;
use imapi_write_engine::SharedSource;

/// Something happened at one of the drives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BurnEvent {
    /// Its place among the drives.
    pub drive: usize,
    /// What happened.
    pub event: DataEvent,
}

/// What several drives read together, beside what each reads ahead of that.
const WINDOW: usize = 24 << 20;
/// A drive among many reads so much ahead at least.
const LEAST_AHEAD: usize = 4 << 20;
/// How often it is looked whether somebody wants to stop.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// Burns a source on all of these drives at once, and says of each what came of it, in their order.
///
/// The listener hears of all drives on the thread that called. Stopping stops all of them.
///
/// ```no_run
/// use std::sync::Arc;
///
/// use imapi::burn::burn;
/// use imapi_disc_types::{BlockSource, Control};
/// use imapi_format2_data::DataOptions;
/// use imapi_recorder::Recorder;
///
/// fn two_copies(drives: &[Recorder; 2], image: Arc<dyn BlockSource>) -> usize {
///     let client = "Archive".parse().expect("a name");
///     let outcomes = burn(drives, &client, &image, &DataOptions::default(), &mut Control::silent());
///     outcomes.iter().filter(|outcome| outcome.is_ok()).count()
/// }
/// ```
pub fn burn(
    drives: &[Recorder],
    client: &ClientName,
    source: &Arc<dyn BlockSource>,
    options: &DataOptions,
    control: &mut Control<'_, BurnEvent>,
) -> Vec<Result<Burned, DataError>> {
    if let [recorder] = drives {
        let wrap = |event: &DataEvent| BurnEvent { drive: 0, event: *event };
        return vec![control.narrow(wrap, |control| burn_one(recorder, client, source, options, None, control))];
    }
    // However many drives there are, they have no more memory than one.
    let options = &DataOptions { buffer: (options.buffer / drives.len().max(1)).max(LEAST_AHEAD), ..*options };
    let shared = SharedSource::new(Arc::clone(source), WINDOW);
    let (tell, told) = unbounded();
    let token = control.token().clone();
    thread::scope(|scope| {
        let threads: Vec<_> = drives
            .iter()
            .enumerate()
            .map(|(drive, recorder)| {
                let (tell, shared, token) = (tell.clone(), &shared, token.clone());
                scope.spawn(move || {
                    let mut listener = |event: &DataEvent| {
                        // Nobody is deaf before all have finished.
                        let _ = tell.send(BurnEvent { drive, event: *event });
                        std::ops::ControlFlow::Continue(())
                    };
                    let mut control = Control::new(token, &mut listener);
                    burn_one(recorder, client, shared, options, None, &mut control)
                })
            })
            .collect();
        drop(tell);
        loop {
            match told.recv_timeout(LOOK_EVERY) {
                // Whoever breaks cancels the token, which all drives look at.
                Ok(event) => {
                    let _ = control.emit(&event);
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
        let outcome = |thread: thread::ScopedJoinHandle<'_, Result<Burned, DataError>>| match thread.join() {
            Ok(outcome) => outcome,
            Err(panic) => std::panic::resume_unwind(panic),
        };
        threads.into_iter().map(outcome).collect()
    })
}
