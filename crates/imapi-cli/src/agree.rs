//! Whether the person agrees to lose what is on a disc.

use std::io::{self, BufRead as _, IsTerminal as _, Write as _};

use imapi_errors::{Lang, Term};

/// Asks. Nobody is asked where nobody can answer, and nobody agrees there.
pub fn agrees(lang: Lang) -> bool {
    if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        return false;
    }
    let mut stderr = io::stderr().lock();
    let asked = write!(stderr, "{} [y/N] ", lang.term(Term::AskOverwrite)).and_then(|()| stderr.flush());
    let mut answer = String::new();
    let answered = asked.is_ok() && io::stdin().lock().read_line(&mut answer).is_ok();
    answered && matches!(answer.trim().to_lowercase().as_str(), "y" | "yes" | "д" | "да" | "是")
}
