//! Preparing, writing, stopping, releasing.

use std::sync::PoisonError;

use imapi_disc_types::{BlockSource, Control};
use imapi_format2::audio::AudioOptions;

use super::{DiscFormat2TrackAtOnce, Sectors, Stage, Tao2Error};
use crate::{Finished, Session, TaoEvent, Track};

/// Something is done with the session as long as this lives; then the object has it again, or none.
struct Taken<'a> {
    object: &'a DiscFormat2TrackAtOnce,
    session: Option<Box<Session>>,
}

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        *self.object.token.lock().unwrap_or_else(PoisonError::into_inner) = None;
        self.object.state().stage = self.session.take().map_or(Stage::Idle, Stage::Prepared);
    }
}

impl DiscFormat2TrackAtOnce {
    /// Takes the drive, and sees that the disc in it is a blank CD. Until it is released, the program has the drive for
    /// itself.
    #[doc(alias = "IDiscFormat2TrackAtOnce::PrepareMedia")]
    pub fn prepare_media(&self) -> Result<(), Tao2Error> {
        let (recorder, client, options) = {
            let mut state = self.state();
            if !matches!(state.stage, Stage::Idle) {
                return Err(Tao2Error::MediaIsPrepared);
            }
            let recorder = state.recorder.clone().ok_or(Tao2Error::NoRecorderSpecified)?;
            let client = state.client.clone().ok_or(Tao2Error::ClientName(None))?;
            state.stage = Stage::Between;
            (recorder, client, state.options)
        };
        let mut taken = Taken { object: self, session: None };
        taken.session = Some(Box::new(Session::prepare(&recorder, &client, &options, &mut |_| {})?));
        Ok(())
    }

    /// Writes a track, and returns when it is on the disc.
    #[doc(alias = "IDiscFormat2TrackAtOnce::AddAudioTrack")]
    pub fn add_audio_track(
        &self,
        source: &dyn BlockSource,
        control: &mut Control<'_, TaoEvent>,
    ) -> Result<Track, Tao2Error> {
        self.add_audio_track_with(source, &AudioOptions::default(), control)
    }

    /// The same with what is said of the track beside its sound, which IMAPI has for raw images only.
    pub fn add_audio_track_with(
        &self,
        source: &dyn BlockSource,
        audio: &AudioOptions,
        control: &mut Control<'_, TaoEvent>,
    ) -> Result<Track, Tao2Error> {
        let mut taken = {
            let mut state = self.state();
            let before = Sectors::of(state.prepared()?);
            let Stage::Prepared(session) = std::mem::replace(&mut state.stage, Stage::Writing(before)) else {
                unreachable!("it was prepared, and nobody else has the lock");
            };
            *self.token.lock().unwrap_or_else(PoisonError::into_inner) = Some(control.token().clone());
            Taken { object: self, session: Some(session) }
        };
        let session = taken.session.as_mut().ok_or(Tao2Error::MediaIsNotPrepared)?;
        Ok(session.add_track(source, audio, control)?)
    }

    /// Asks the writing to stop. What was written becomes a shorter track; then the disc is to be released.
    #[doc(alias = "IDiscFormat2TrackAtOnce::CancelAddTrack")]
    pub fn cancel_add_track(&self) -> Result<(), Tao2Error> {
        match &*self.token.lock().unwrap_or_else(PoisonError::into_inner) {
            Some(token) => {
                token.cancel();
                Ok(())
            }
            None => Err(Tao2Error::WriteNotInProgress),
        }
    }

    /// Finishes the disc, and lets go of the drive.
    #[doc(alias = "IDiscFormat2TrackAtOnce::ReleaseMedia")]
    pub fn release_media(&self, control: &mut Control<'_, TaoEvent>) -> Result<Finished, Tao2Error> {
        let session = {
            let mut state = self.state();
            state.prepared()?;
            match std::mem::replace(&mut state.stage, Stage::Between) {
                Stage::Prepared(session) => session,
                _ => unreachable!("it was prepared, and nobody else has the lock"),
            }
        };
        let _taken = Taken { object: self, session: None };
        Ok(session.finish(control)?)
    }
}
