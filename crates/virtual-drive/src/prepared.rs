//! [`Prepared`]: how a DVD or BD was made ready for data, beyond the size that it was formatted to.

use serde::{Deserialize, Serialize};

use crate::Change;

/// How a DVD or BD was made ready.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Prepared {
    /// The state of its format.
    pub format: FormatState,
    /// A DVD-RW was blanked so little that it can only be written at once.
    pub only_at_once: bool,
    /// A DVD-R or DVD-RW is written at once: its one track is the whole disc.
    pub at_once: bool,
    /// Where layer 0 of a DVD+R DL or DVD-R DL ends, when a host has set it.
    pub layer_break: Option<u32>,
    /// Clusters of a BD-R that were written again.
    pub replaced: u32,
    /// Someone has protected the disc.
    pub protected: bool,
}

/// The state of a disc's format.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum FormatState {
    /// There is no more to it than its size.
    #[default]
    Whole,
    /// It is not at its end: a DVD-RW is in the intermediate state, a DVD+RW is formatted in the background.
    Growing,
    /// A BD-R can be overwritten, after a fashion.
    PseudoOverwrite,
}

/// Something that happens to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", deny_unknown_fields)]
pub enum Preparation {
    /// The format is in that state from now on.
    Format(FormatState),
    /// From now on it can only be written at once.
    OnlyAtOnce,
    /// It is written at once.
    AtOnce,
    /// Layer 0 shall have so many blocks.
    LayerBreak(u32),
    /// So many clusters were written again.
    Replaced(u32),
    /// It is protected, or is no more.
    Protected(bool),
}

impl Prepared {
    pub(crate) fn apply(&mut self, step: Preparation) {
        match step {
            Preparation::Format(state) => self.format = state,
            Preparation::OnlyAtOnce => self.only_at_once = true,
            Preparation::AtOnce => self.at_once = true,
            Preparation::LayerBreak(blocks) => self.layer_break = Some(blocks),
            Preparation::Replaced(clusters) => self.replaced = self.replaced.saturating_add(clusters),
            Preparation::Protected(on) => self.protected = on,
        }
    }

    /// The changes that lead to it.
    pub(crate) fn history(&self) -> impl Iterator<Item = Change> {
        let format = (self.format != FormatState::Whole).then_some(Preparation::Format(self.format));
        let steps = [
            format,
            self.only_at_once.then_some(Preparation::OnlyAtOnce),
            self.at_once.then_some(Preparation::AtOnce),
            self.layer_break.map(Preparation::LayerBreak),
            (self.replaced > 0).then_some(Preparation::Replaced(self.replaced)),
            self.protected.then_some(Preparation::Protected(true)),
        ];
        steps.into_iter().flatten().map(Change::Prepared)
    }
}

#[cfg(test)]
pub(crate) fn any_preparation() -> impl proptest::strategy::Strategy<Value = Preparation> {
    use proptest::prelude::*;
    let format = prop_oneof![Just(FormatState::Whole), Just(FormatState::Growing), Just(FormatState::PseudoOverwrite)];
    prop_oneof![
        format.prop_map(Preparation::Format),
        Just(Preparation::OnlyAtOnce),
        Just(Preparation::AtOnce),
        any::<u32>().prop_map(Preparation::LayerBreak),
        any::<u32>().prop_map(Preparation::Replaced),
        any::<bool>().prop_map(Preparation::Protected),
    ]
}
