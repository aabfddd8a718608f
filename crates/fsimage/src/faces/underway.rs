//! Changes under way: short ones, which hold the lock, and long ones, which let others look.

use std::sync::MutexGuard;

use super::state::{Settings, Shared, State};
use crate::{Attributes, ChangePoint, Contents, Tree, content::Mark};

/// A change of the tree; nothing else happens meanwhile.
pub(super) struct Change<'a>(pub MutexGuard<'a, State>);

impl std::ops::Deref for Change<'_> {
    type Target = State;

    fn deref(&self) -> &State {
        &self.0
    }
}

impl std::ops::DerefMut for Change<'_> {
    fn deref_mut(&mut self) -> &mut State {
        &mut self.0
    }
}

/// Something long. Others may look at what it has come to, but change nothing.
pub(super) struct Underway<'a> {
    shared: &'a Shared,
    /// To where it goes back when it fails.
    undo: Option<(ChangePoint, Mark)>,
    /// What the image is to be then, where that changes meanwhile.
    settings: Option<Box<Settings>>,
}

impl<'a> Underway<'a> {
    pub fn new(shared: &'a Shared, undo: Option<(ChangePoint, Mark)>) -> Self {
        Self { shared, undo, settings: None }
    }

    /// Settings that change meanwhile go back with the tree.
    pub fn with_settings(mut self) -> Self {
        self.settings = Some(Box::new(self.look().settings.clone()));
        self
    }

    pub fn look(&self) -> MutexGuard<'a, State> {
        self.shared.look()
    }

    pub fn shared(&self) -> &'a Shared {
        self.shared
    }

    /// It was done: nothing is undone.
    pub fn keep(mut self) {
        (self.undo, self.settings) = (None, None);
    }
}

/// A panic of whoever hears of it counts as a failure.
impl Drop for Underway<'_> {
    fn drop(&mut self) {
        self.shared.end(self.undo.take(), self.settings.take());
    }
}

/// Tree and contents, taken out of the state for somebody who wants them for long, with the lock that keeps others from
/// missing them. They go back when this ends.
pub(super) struct Lent<'a> {
    shared: &'a Shared,
    guard: Option<MutexGuard<'a, State>>,
    pub tree: Tree,
    pub contents: Contents,
}

impl<'a> Lent<'a> {
    pub fn new(underway: &Underway<'a>) -> Self {
        let mut lent = Self {
            shared: underway.shared(),
            guard: Some(underway.look()),
            tree: Tree::new(Attributes::default()),
            contents: Contents::new(),
        };
        lent.swap();
        lent
    }

    /// What is here goes where it belongs, or the other way round.
    fn swap(&mut self) {
        if let Some(state) = &mut self.guard {
            let (tree, contents) = state.parts();
            std::mem::swap(tree, &mut self.tree);
            std::mem::swap(contents, &mut self.contents);
        }
    }

    /// The parts: tree, contents, and what lets others look.
    pub fn parts(&mut self) -> (&mut Tree, &mut Contents, Lock<'_, 'a>) {
        (&mut self.tree, &mut self.contents, Lock { shared: self.shared, guard: &mut self.guard })
    }
}

impl Drop for Lent<'_> {
    fn drop(&mut self) {
        self.swap();
    }
}

/// The lock of what is lent.
pub(super) struct Lock<'l, 'a> {
    shared: &'a Shared,
    guard: &'l mut Option<MutexGuard<'a, State>>,
}

impl Lock<'_, '_> {
    /// Puts everything back, lets go of the lock, and takes it all again.
    pub fn unlocked<T>(&mut self, tree: &mut Tree, contents: &mut Contents, work: impl FnOnce() -> T) -> T {
        let swap = |state: &mut State, tree: &mut Tree, contents: &mut Contents| {
            let parts = state.parts();
            std::mem::swap(parts.0, tree);
            std::mem::swap(parts.1, contents);
        };
        if let Some(mut state) = self.guard.take() {
            swap(&mut state, tree, contents);
        }
        let outcome = work();
        let mut state = self.shared.look();
        swap(&mut state, tree, contents);
        *self.guard = Some(state);
        outcome
    }
}
