//! A disc that was not finished: what it is now, and what can be done with it, in the reader's language.

use imapi_disc_types::{MediaState, MediaType};
use imapi_errors::{Coded, Fact, HResult, Lang, Term, Value};
use imapi_format2_data::{DataError, DiscAfter};

use crate::drive;

/// An error of burning, with the state of the disc in the reader's words.
pub struct InWords<'a> {
    pub error: &'a DataError,
    pub lang: Lang,
}

impl InWords<'_> {
    /// What the disc is now, where that is to be told.
    fn state(&self) -> Option<String> {
        let state = match self.error {
            DataError::MediaState { state }
            | DataError::Burning { after: DiscAfter { state: Some(state), .. }, .. } => *state,
            DataError::Burning { after: DiscAfter { state: None, .. }, .. } => {
                return Some(self.lang.term(Term::NotTold).to_string());
            }
            _ => return None,
        };
        let words: Vec<&str> = drive::state_terms(state).into_iter().map(|term| self.lang.term(term)).collect();
        Some(words.join(self.lang.term(Term::MarkComma)))
    }
}

impl Coded for InWords<'_> {
    fn code(&self) -> HResult {
        self.error.code()
    }

    fn facts(&self, put: &mut dyn FnMut(Fact, Value<'_>)) {
        self.error.facts(&mut |fact, value| {
            if fact != Fact::DiscState {
                put(fact, value);
            }
        });
        if let Some(state) = self.state() {
            put(Fact::DiscState, Value::Text(&state));
        }
    }
}

/// What can be done with a disc of that kind now; nothing where the error says all.
pub fn what_now(error: &DataError, medium: MediaType) -> Option<Term> {
    match error {
        DataError::Before(_) => Some(Term::DiscUntouched),
        DataError::Burning { after: DiscAfter { state, .. }, .. } => Some(match state {
            None => Term::DiscUnknown,
            Some(_) if medium.is_rewritable() => Term::DiscAgain,
            Some(state) if state.contains(MediaState::BLANK) => Term::DiscStillBlank,
            Some(_) => Term::DiscSpoilt,
        }),
        _ => None,
    }
}
