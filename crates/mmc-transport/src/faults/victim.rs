//! [`Victim`]: a device that suffers in earnest.

use super::Blocks;

/// A device in software that a script can do something to.
///
/// Before any other device a [`FaultInjector`](super::FaultInjector) only pretends: what it says of a reset or of a disc
/// that was taken is not true of the device behind it.
pub trait Victim: Send + Sync {
    /// Its power goes for a moment, and with it what was not written yet and all that was set.
    fn reset(&self);

    /// Its tray is opened by force, whatever locks it.
    fn lose_medium(&self);

    /// So many of the clusters that hold these blocks cannot be read any more, until they are written anew. Which ones
    /// follows from the seed.
    fn tear(&self, blocks: Blocks, clusters: u32, seed: u64);
}

#[cfg(test)]
mod tests {
    use std::{
        num::NonZeroU32,
        sync::{Arc, Mutex},
        time::Duration,
    };

    use imapi_disc_types::{Clock, ManualClock};

    use super::*;
    use crate::{
        Cdb, Completion, Data, Limits, Status, Transport, TransportError,
        faults::{FaultInjector, Script, ScriptError},
    };

    /// Writes down what happens to it.
    #[derive(Default)]
    struct Drive {
        clock: ManualClock,
        story: Mutex<Vec<String>>,
        fails: bool,
    }

    impl Drive {
        fn note(&self, what: String) {
            self.story.lock().expect("no panic").push(what);
        }
    }

    impl Victim for Drive {
        fn reset(&self) {
            self.note("reset".to_string());
        }

        fn lose_medium(&self) {
            self.note("lost its disc".to_string());
        }

        fn tear(&self, blocks: Blocks, clusters: u32, seed: u64) {
            self.note(format!("tore {clusters} of {} to {} by {seed:X}", blocks.first, blocks.last));
        }
    }

    impl Transport for Drive {
        fn execute(&self, cdb: &Cdb, data: Data<'_>, _: Duration) -> Result<Completion, TransportError> {
            self.note(format!("{:02X}", cdb.opcode()));
            let status = if self.fails { Status::CHECK_CONDITION } else { Status::GOOD };
            Ok(Completion { status, ..Completion::good(data.len()) })
        }

        fn limits(&self) -> Limits {
            Limits { page_aligned_transfer: NonZeroU32::MIN, transfer: NonZeroU32::MIN, alignment: NonZeroU32::MIN }
        }

        fn clock(&self) -> &dyn Clock {
            &self.clock
        }
    }

    const WRITE: [u8; 10] = [0x2A, 0, 0, 0, 0, 16, 0, 0, 32, 0];

    /// What happens to a drive with that script when it gets two WRITEs of blocks 16 to 47.
    fn story(drive: Drive, script: &str) -> Vec<String> {
        let drive = Arc::new(drive);
        let script = Script::from_json(script).expect("a good script");
        let victim: Arc<dyn Victim> = Arc::clone(&drive) as _;
        let faulty = FaultInjector::upon(Arc::clone(&drive), victim, script).expect("a good script");
        for _ in 0..2 {
            let answer = faulty.execute(&Cdb::ten(WRITE), Data::Out(&[0; 8]), Duration::from_secs(1));
            assert_eq!(answer.expect("an answer").sense, None, "nothing is pretended");
        }
        drive.story.lock().expect("no panic").clone()
    }

    #[test]
    fn a_victim_suffers_before_the_command_or_after_it() {
        let script = |what: &str, after: bool| {
            format!(r#"{{"faults":[{{"when":{{"command":1}},"what":"{what}","carried_out":{after}}}]}}"#)
        };
        assert_eq!(story(Drive::default(), &script("reset", false)), ["reset", "2A", "2A"]);
        assert_eq!(story(Drive::default(), &script("reset", true)), ["2A", "reset", "2A"]);
        assert_eq!(story(Drive::default(), &script("medium_removed", false)), ["lost its disc", "2A", "2A"]);
    }

    #[test]
    fn a_write_that_succeeded_is_torn_at_a_place_that_follows_from_the_seed() {
        let script = r#"{"seed":7,"faults":[
            {"when":{"opcode":"2A"},"what":{"torn_write":{"clusters":2}},"times":"always"}]}"#;
        let told = story(Drive::default(), script);
        assert_eq!(told, story(Drive::default(), script));
        let [first, torn, second, again] = &told[..] else { panic!("{told:?}") };
        assert_eq!((first.as_str(), second.as_str()), ("2A", "2A"));
        assert!(torn.starts_with("tore 2 of 16 to 47 by ") && again.starts_with("tore 2 of 16 to 47 by "));
        assert_ne!(torn, again, "each command has a number of its own");
        assert_eq!(story(Drive { fails: true, ..Drive::default() }, script), ["2A", "2A"], "nothing was written");
    }

    #[test]
    fn before_a_device_that_suffers_nothing_a_torn_write_is_refused() {
        let script = r#"{"faults":[{"when":{"nth":1},"what":"reset"},
            {"when":{"nth":2},"what":{"torn_write":{"clusters":1}}}]}"#;
        let refused = FaultInjector::new(Drive::default(), Script::from_json(script).expect("a good script"));
        assert!(matches!(refused.err(), Some(ScriptError::Senseless { number: 2, .. })));
    }
}
