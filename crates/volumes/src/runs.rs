//! [`Runs`]: where the bytes of a file are.

/// Bytes that follow one another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Run {
    /// The first of them, counted from the beginning of the source; `None` for bytes that are all zero and stand nowhere.
    pub start: Option<u64>,
    /// How many.
    pub bytes: u64,
}

/// All runs of a file, in their order. Most files have one.
///
/// It need not be in whole blocks: UDF has the bytes of small files among those that describe them.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub enum Runs {
    /// There are no bytes.
    #[default]
    None,
    /// All bytes follow one another.
    One(Run),
    /// They are in several places.
    Many(Box<[Run]>),
}

impl Runs {
    /// The runs as a slice.
    #[must_use]
    pub fn as_slice(&self) -> &[Run] {
        match self {
            Self::None => &[],
            Self::One(run) => std::slice::from_ref(run),
            Self::Many(runs) => runs,
        }
    }

    /// The bytes of all runs together.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.as_slice().iter().fold(0, |sum, run| sum.saturating_add(run.bytes))
    }
}

/// Neighbours become one, and runs without bytes are left out.
impl FromIterator<Run> for Runs {
    fn from_iter<I: IntoIterator<Item = Run>>(runs: I) -> Self {
        let mut all: Vec<Run> = Vec::new();
        for run in runs.into_iter().filter(|run| run.bytes > 0) {
            let follows = |last: &Run| match (last.start, run.start) {
                (Some(start), Some(next)) => start.checked_add(last.bytes) == Some(next),
                (None, None) => true,
                _ => false,
            };
            match all.last_mut().filter(|last| follows(last)) {
                Some(last) => last.bytes = last.bytes.saturating_add(run.bytes),
                None => all.push(run),
            }
        }
        match all[..] {
            [] => Self::None,
            [run] => Self::One(run),
            _ => Self::Many(all.into_boxed_slice()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(start: u64, bytes: u64) -> Run {
        Run { start: Some(start), bytes }
    }

    #[test]
    fn neighbours_become_one() {
        let hole = Run { start: None, bytes: 10 };
        assert_eq!([run(5, 0)].into_iter().collect::<Runs>(), Runs::None);
        assert_eq!([run(2048, 2048), run(4096, 7)].into_iter().collect::<Runs>(), Runs::One(run(2048, 2055)));
        let runs: Runs = [run(0, 4), hole, hole, run(4, 4), run(9, 1)].into_iter().collect();
        assert_eq!(runs.as_slice(), [run(0, 4), Run { start: None, bytes: 20 }, run(4, 4), run(9, 1)]);
        assert_eq!(runs.bytes(), 29);
    }

    #[test]
    fn absurd_lengths_are_only_numbers() {
        let runs: Runs = [run(u64::MAX - 1, u64::MAX), run(3, u64::MAX)].into_iter().collect();
        assert_eq!(runs.bytes(), u64::MAX);
    }
}
