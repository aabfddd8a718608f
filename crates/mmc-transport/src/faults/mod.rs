//! Faults on purpose: a transport that fails when a [`Script`] says so, to see what becomes of those above it.
//!
//! A script is JSON:
//!
//! ```
//! use imapi_mmc_transport::faults::Script;
//!
//! let script = Script::from_json(r#"{
//!     "seed": 7,
//!     "faults": [
//!         { "when": { "opcode": "2A", "nth": 3 }, "what": { "sense": { "code": "2/04/08" } }, "times": 5 },
//!         { "when": { "access": "read", "blocks": { "first": 16, "last": 18 } },
//!           "what": { "sense": { "code": "3/11/00" } }, "times": "always", "note": "a scratch" },
//!         { "when": { "command": 40 }, "what": "time_out", "carried_out": true }
//!     ]
//! }"#)?;
//! assert_eq!(script.faults.len(), 3);
//! # Ok::<(), imapi_mmc_transport::faults::ScriptError>(())
//! ```
//!
//! `when` is met by a command that meets all its conditions:
//!
//! | condition | met by |
//! |---|---|
//! | `"command": n` | the n-th command of all, from 1 |
//! | `"opcode": "2A"` | commands with that first byte, in hexadecimal |
//! | `"access": "read"` or `"write"` | READ, READ CD, VERIFY; or WRITE, WRITE AND VERIFY |
//! | `"blocks": {"first", "last"}` | those of these that touch one of the blocks, both ends included |
//! | `"nth": n` | the n-th that meets the other conditions, and those after it until `times` is used up |
//!
//! `times` is a number (1 when it is absent) or `"always"`. When several faults want the same command, the one that
//! stands first in the script has it; the others wait for their next.
//!
//! `what` is one of:
//!
//! | fault | what happens |
//! |---|---|
//! | `{"sense": {"code": "3/11/00", "deferred": false}}` | CHECK CONDITION with key, ASC and ASCQ in hexadecimal; with `blocks`, the information field names the first block that was hit |
//! | `"time_out"` | the time of the command goes by on the device's clock, then there is no answer |
//! | `{"connection": {"host": 8, "driver": 0}}` | the bus or its controller fails |
//! | `"gone"` | the device is gone, now and for ever |
//! | `{"short_data": {"keep": 12}}` | only the first bytes go over, in whichever direction |
//! | `{"corrupt": {"bits": 3}}` | so many bits of the data are flipped, at places that come from the seed |
//! | `"reset"` | UNIT ATTENTION 6/29/00, once; commands that never report it (INQUIRY and the like) leave it to the next |
//! | `"medium_removed"` | 2/3A/00 for whatever needs a medium, until the tray is loaded; then UNIT ATTENTION 6/28/00, once |
//! | `{"torn_write": {"clusters": 1}}` | the WRITE succeeds, and then so many of the clusters (units of error correction) that it wrote cannot be read; which ones comes from the seed |
//!
//! A drive in software is a [`Victim`]: `reset` really resets it, `medium_removed` really opens its tray, and it alone can
//! have `torn_write` happen to it. Before any other device `reset` and `medium_removed` are pretended, and a script with
//! `torn_write` is refused.
//!
//! `carried_out` (false when absent) says whether the device gets the command before it fails; it has no meaning for
//! `short_data`, `corrupt` and `torn_write` and is refused there. What is not known is refused too, so that a script with a slip of
//! the pen does not look like a drive without faults. Everything is the same each time it is run.

mod device;
mod injector;
mod medium;
mod pick;
mod random;
mod script;
mod victim;

pub use injector::{FaultInjector, Strike};
pub use script::{Access, Blocks, Fault, Script, ScriptError, SenseCode, Times, What, When};
pub use victim::Victim;
