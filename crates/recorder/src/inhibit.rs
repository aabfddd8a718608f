//! [`Inhibitor`]: keeps the machine from falling asleep while a disc is being written.
//!
//! It is a courtesy and no condition: a burn goes on where nobody can be asked to stay awake.

use std::{
    any::Any,
    fmt,
    path::PathBuf,
    process::{Child, ChildStdin, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use imapi_disc_types::ClientName;

/// Whoever can keep the machine awake.
pub trait Inhibitor: Send + Sync {
    /// Keeps it awake until what comes back is dropped.
    fn keep_awake(&self, client: &ClientName, reason: &str) -> Awake;
}

/// The machine stays awake as long as this lives, as far as its [`Inhibitor`] could bring that about.
#[must_use = "the machine may fall asleep when this is dropped"]
pub struct Awake(Option<Box<dyn Any + Send>>);

impl Awake {
    /// Until that is dropped.
    pub fn as_long_as(held: impl Any + Send) -> Self {
        Self(Some(Box::new(held)))
    }

    /// Nobody could be asked.
    pub fn in_vain() -> Self {
        Self(None)
    }

    /// Whether somebody was asked.
    #[must_use]
    pub fn was_asked_for(&self) -> bool {
        self.0.is_some()
    }
}

impl fmt::Debug for Awake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Awake").field("asked_for", &self.was_asked_for()).finish()
    }
}

/// logind, asked by its own program: `systemd-inhibit` holds the request for as long as a program under it runs, and that
/// is a `cat` that waits for the end of our pipe. When this program is killed the pipe ends, and with it the request.
#[derive(Debug, Clone)]
pub struct Logind {
    program: PathBuf,
}

/// What a burn does not survive.
const WHAT: &str = "--what=sleep:shutdown:idle";
/// The program ends at once when its pipe does; one that hangs on a bus that does not answer is ended.
const ENDS_WITHIN: Duration = Duration::from_millis(500);

impl Logind {
    /// Asked by that program.
    #[must_use]
    pub fn asked_by(program: impl Into<PathBuf>) -> Self {
        Self { program: program.into() }
    }
}

impl Default for Logind {
    fn default() -> Self {
        Self::asked_by("systemd-inhibit")
    }
}

impl Inhibitor for Logind {
    /// Comes back at once. A machine without logind is one without the program, or the program ends and says so.
    fn keep_awake(&self, client: &ClientName, reason: &str) -> Awake {
        let mut command = Command::new(&self.program);
        command.args([WHAT, "--mode=block"]).arg(format!("--who={client}")).arg(format!("--why={reason}")).arg("cat");
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        match command.spawn() {
            Ok(mut child) => {
                let pipe = child.stdin.take();
                Awake::as_long_as(Running { child, pipe })
            }
            Err(error) => {
                tracing::debug!(program = %self.program.display(), %error, "the machine may fall asleep");
                Awake::in_vain()
            }
        }
    }
}

/// The program that has asked.
struct Running {
    child: Child,
    pipe: Option<ChildStdin>,
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.pipe.take());
        let begun = Instant::now();
        loop {
            match self.child.try_wait() {
                Ok(Some(status)) if !status.success() => {
                    tracing::debug!(%status, "nobody kept the machine awake");
                    return;
                }
                Ok(None) if begun.elapsed() < ENDS_WITHIN => thread::sleep(Duration::from_millis(5)),
                Ok(None) => break,
                _ => return,
            }
        }
        // Whether it could be killed or was gone already, there is nothing left to do.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
