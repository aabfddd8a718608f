//! A row of the matrix.

use crate::{
    lab::Lab,
    proof::{self, Proof},
};

/// A program, a medium and a way of writing.
pub struct Row {
    /// The name of the test.
    pub name: &'static str,
    /// The program that is judged by, as the table calls it.
    pub program: &'static str,
    /// The name of the medium.
    pub medium: &'static str,
    /// The way of writing, as the table calls it.
    pub mode: &'static str,
    /// What is run, one after the other. Words in braces are explained in [`crate::materials`].
    pub runs: &'static [&'static str],
    /// What must be true afterwards.
    pub proof: Proof,
}

impl Row {
    /// Runs the row, and panics with everything that was said where it is not as it should be.
    pub fn prove(&self) {
        let lab = Lab::new(self.medium);
        let (last, before) = self.runs.split_last().expect("something is run");
        for run in before {
            lab.succeed(run);
        }
        match &self.proof {
            Proof::Refused { says, .. } => {
                let before = lab.state();
                let said = lab.run(last);
                assert!(!said.success, "{last} should have been refused: {}", said.text);
                assert!(said.text.contains(says), "{last} should say {says:?}: {}", said.text);
                assert_eq!(lab.state(), before, "{last} changed the disc");
            }
            Proof::Says(all) => {
                let said = lab.succeed(last);
                for says in *all {
                    assert!(said.contains(says), "{last} should say {says:?}: {said}");
                }
            }
            proof => {
                lab.succeed(last);
                proof::check(&lab, proof);
            }
        }
    }
}

/// Makes a list of rows of one program, and a test of each.
macro_rules! rows {
    ($program:literal; $($name:ident: $medium:literal, $mode:literal, $runs:expr => $proof:expr;)*) => {
        /// The rows of this program.
        pub const ROWS: &[$crate::row::Row] = &[$($crate::row::Row {
            name: stringify!($name),
            program: $program,
            medium: $medium,
            mode: $mode,
            runs: $runs,
            proof: $proof,
        }),*];

        $(
            #[test]
            fn $name() {
                ROWS.iter().find(|row| row.name == stringify!($name)).expect("this row").prove();
            }
        )*
    };
}

pub(crate) use rows;
