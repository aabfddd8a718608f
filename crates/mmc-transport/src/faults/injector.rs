//! [`FaultInjector`]: the transport that fails.

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use imapi_disc_types::Clock;

use super::{Fault, Script, ScriptError, Victim, What, medium::Lasting, pick, random::SplitMix};
use crate::{Cdb, Completion, Data, Limits, SenseBytes, Status, Transport, TransportError};

/// Stands before a transport or a device and fails as its script says.
pub struct FaultInjector<T> {
    pub(super) inner: T,
    /// The device itself, if it can suffer.
    victim: Option<Arc<dyn Victim>>,
    script: Script,
    state: Mutex<State>,
}

impl<T: fmt::Debug> fmt::Debug for FaultInjector<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { inner, victim: _, script, state } = self;
        let mut parts = f.debug_struct("FaultInjector");
        parts.field("inner", inner).field("script", script).field("state", state).finish_non_exhaustive()
    }
}

/// A fault that struck.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Strike {
    /// Its place in the script, from 0.
    pub fault: usize,
    /// The command that it struck: its number among all, from 1.
    pub command: u64,
}

#[derive(Debug)]
struct State {
    commands: u64,
    progress: pick::Progress,
    lasting: Lasting,
    gone: bool,
    strikes: Vec<Strike>,
}

impl<T: Transport> FaultInjector<T> {
    /// Before that transport, with that script.
    pub fn new(inner: T, script: Script) -> Result<Self, ScriptError> {
        script.check()?;
        script.check_pretended()?;
        Ok(Self::checked(inner, None, script))
    }

    /// Before a device in software, to which things happen in earnest.
    pub fn upon(inner: T, victim: Arc<dyn Victim>, script: Script) -> Result<Self, ScriptError> {
        script.check()?;
        Ok(Self::checked(inner, Some(victim), script))
    }

    fn checked(inner: T, victim: Option<Arc<dyn Victim>>, script: Script) -> Self {
        let progress = pick::Progress::new(&script.faults);
        let lasting = Lasting::default();
        let state = State { commands: 0, progress, lasting, gone: false, strikes: Vec::new() };
        Self { inner, victim, script, state: Mutex::new(state) }
    }

    /// The faults that struck so far, in order.
    #[must_use]
    pub fn strikes(&self) -> Vec<Strike> {
        self.state().strikes.clone()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets the device have the command, as far as what lasts lets it through.
    fn pass(&self, state: &mut State, cdb: &Cdb, mut data: Data<'_>, timeout: Duration) -> Answer {
        if let Some(code) = state.lasting.refusal(cdb) {
            return Ok(refused(code.to_bytes(false, None)));
        }
        let given = match &mut data {
            Data::None => Data::None,
            Data::In(buffer) => Data::In(buffer),
            Data::Out(bytes) => Data::Out(bytes),
        };
        let completion = self.inner.execute(cdb, given, timeout)?;
        if let Data::In(buffer) = data {
            let came = completion.transferred.min(buffer.len());
            state.lasting.amend(cdb, &mut buffer[..came]);
        }
        Ok(completion)
    }

    fn strike(&self, state: &mut State, fault: &Fault, cdb: &Cdb, data: Data<'_>, timeout: Duration) -> Answer {
        let opcode = cdb.opcode();
        let begun = self.inner.clock().now();
        match &fault.what {
            What::Sense { code, deferred } => {
                let sense = code.to_bytes(*deferred, pick::hit(&fault.when, cdb));
                if !fault.carried_out {
                    return Ok(refused(sense));
                }
                let done = self.pass(state, cdb, data, timeout)?;
                Ok(Completion { status: Status::CHECK_CONDITION, transferred: done.transferred, sense: Some(sense) })
            }
            What::TimeOut => {
                self.carry_out(state, fault, cdb, data, timeout)?;
                let clock = self.inner.clock();
                let used = clock.now().saturating_sub(begun);
                clock.sleep(timeout.saturating_sub(used));
                Err(TransportError::Timeout { opcode, after: timeout })
            }
            What::Connection { host, driver } => {
                self.carry_out(state, fault, cdb, data, timeout)?;
                Err(TransportError::Connection { host: *host, driver: *driver })
            }
            What::Gone => {
                self.carry_out(state, fault, cdb, data, timeout)?;
                state.gone = true;
                Err(TransportError::Gone)
            }
            What::ShortData { keep } => self.shorten(state, *keep, cdb, data, timeout),
            What::Corrupt { bits } => self.corrupt(state, *bits, cdb, data, timeout),
            What::Reset => self.around(state, fault, Self::reset, cdb, data, timeout),
            What::MediumRemoved => self.around(state, fault, Self::lose_medium, cdb, data, timeout),
            What::TornWrite { clusters } => self.tear(state, *clusters, cdb, data, timeout),
        }
    }

    /// The device gets the command if the fault says so; what it answers is lost.
    fn carry_out(
        &self,
        state: &mut State,
        fault: &Fault,
        cdb: &Cdb,
        data: Data<'_>,
        timeout: Duration,
    ) -> Result<(), TransportError> {
        if fault.carried_out {
            // Into a buffer of its own: a caller who gets no answer gets no data.
            let mut lost = vec![0; data.len()];
            let given = if let Data::In(_) = data { Data::In(&mut lost) } else { data };
            self.pass(state, cdb, given, timeout)?;
        }
        Ok(())
    }

    fn reset(&self, lasting: &mut Lasting) {
        match &self.victim {
            Some(victim) => victim.reset(),
            None => lasting.reset(),
        }
    }

    fn lose_medium(&self, lasting: &mut Lasting) {
        match &self.victim {
            Some(victim) => victim.lose_medium(),
            None => lasting.remove_medium(),
        }
    }

    /// What lasts begins before the command or after it.
    fn around(
        &self,
        state: &mut State,
        fault: &Fault,
        begin: fn(&Self, &mut Lasting),
        cdb: &Cdb,
        data: Data<'_>,
        timeout: Duration,
    ) -> Answer {
        if !fault.carried_out {
            begin(self, &mut state.lasting);
            return self.pass(state, cdb, data, timeout);
        }
        let answer = self.pass(state, cdb, data, timeout);
        begin(self, &mut state.lasting);
        answer
    }

    fn shorten(&self, state: &mut State, keep: usize, cdb: &Cdb, data: Data<'_>, timeout: Duration) -> Answer {
        match data {
            Data::None => self.pass(state, cdb, Data::None, timeout),
            Data::Out(bytes) => self.pass(state, cdb, Data::Out(&bytes[..keep.min(bytes.len())]), timeout),
            Data::In(buffer) => {
                // Bytes that did not go over must not be seen behind those that did.
                let mut all = vec![0; buffer.len()];
                let mut answer = self.pass(state, cdb, Data::In(&mut all), timeout)?;
                answer.transferred = answer.transferred.min(keep).min(all.len());
                buffer[..answer.transferred].copy_from_slice(&all[..answer.transferred]);
                Ok(answer)
            }
        }
    }

    fn tear(&self, state: &mut State, clusters: u32, cdb: &Cdb, data: Data<'_>, timeout: Duration) -> Answer {
        let answer = self.pass(state, cdb, data, timeout)?;
        if let (Some(victim), Some(blocks), Status::GOOD) = (&self.victim, pick::blocks(cdb), answer.status) {
            victim.tear(blocks, clusters, self.random(state).next());
        }
        Ok(answer)
    }

    /// Each command has numbers of its own, whatever happened before it.
    fn random(&self, state: &State) -> SplitMix {
        SplitMix(self.script.seed.wrapping_add(state.commands.wrapping_mul(SplitMix::STEP)))
    }

    fn corrupt(&self, state: &mut State, bits: u32, cdb: &Cdb, data: Data<'_>, timeout: Duration) -> Answer {
        let mut random = self.random(state);
        match data {
            Data::None => self.pass(state, cdb, Data::None, timeout),
            Data::Out(bytes) => {
                let mut wrong = bytes.to_vec();
                random.flip(bits, &mut wrong);
                self.pass(state, cdb, Data::Out(&wrong), timeout)
            }
            Data::In(buffer) => {
                let answer = self.pass(state, cdb, Data::In(buffer), timeout)?;
                let came = answer.transferred.min(buffer.len());
                random.flip(bits, &mut buffer[..came]);
                Ok(answer)
            }
        }
    }
}

type Answer = Result<Completion, TransportError>;

fn refused(sense: SenseBytes) -> Completion {
    Completion { status: Status::CHECK_CONDITION, transferred: 0, sense: Some(sense) }
}

impl<T: Transport> Transport for FaultInjector<T> {
    fn execute(&self, cdb: &Cdb, data: Data<'_>, timeout: Duration) -> Answer {
        // Held while the command runs: its number and what lasts belong to one command at a time.
        let mut state = self.state();
        state.commands += 1;
        if state.gone {
            return Err(TransportError::Gone);
        }
        let command = state.commands;
        let Some(fault) = state.progress.strikes(&self.script.faults, command, cdb) else {
            return self.pass(&mut state, cdb, data, timeout);
        };
        tracing::debug!(fault, command, %cdb, "a fault of the script strikes");
        state.strikes.push(Strike { fault, command });
        self.strike(&mut state, &self.script.faults[fault], cdb, data, timeout)
    }

    fn limits(&self) -> Limits {
        self.inner.limits()
    }

    fn clock(&self) -> &dyn Clock {
        self.inner.clock()
    }
}

#[cfg(test)]
mod tests {
    use std::{num::NonZeroU32, sync::Arc};

    use imapi_disc_types::ManualClock;
    use proptest::prelude::*;

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    /// Fills what it is asked for with 5Ah, keeps what it is given, counts.
    #[derive(Default)]
    struct Drive {
        clock: ManualClock,
        had: Mutex<Vec<(u8, Vec<u8>)>>,
    }

    impl Transport for Drive {
        fn execute(&self, cdb: &Cdb, data: Data<'_>, _: Duration) -> Answer {
            let len = data.len();
            let mut out = Vec::new();
            match data {
                Data::None => {}
                Data::In(buffer) => buffer.fill(0x5A),
                Data::Out(bytes) => out = bytes.to_vec(),
            }
            self.had.lock().expect("no panic").push((cdb.opcode(), out));
            Ok(Completion::good(len))
        }

        fn limits(&self) -> Limits {
            let one = NonZeroU32::MIN;
            Limits { page_aligned_transfer: one, transfer: one, alignment: one }
        }

        fn clock(&self) -> &dyn Clock {
            &self.clock
        }
    }

    fn with(fault: &str) -> (Arc<Drive>, FaultInjector<Arc<Drive>>) {
        let drive = Arc::new(Drive::default());
        let script = Script::from_json(&format!(r#"{{"seed":7,"faults":[{{{fault}}}]}}"#)).expect("a good script");
        (Arc::clone(&drive), FaultInjector::new(drive, script).expect("a good script"))
    }

    fn read() -> Cdb {
        Cdb::ten([0x28, 0, 0, 0, 0, 16, 0, 0, 4, 0])
    }

    fn write() -> Cdb {
        Cdb::ten([0x2A, 0, 0, 0, 0, 16, 0, 0, 4, 0])
    }

    fn had(drive: &Drive) -> usize {
        drive.had.lock().expect("no panic").len()
    }

    #[test]
    fn sense_comes_before_the_device_or_after_it() {
        let (drive, faulty) = with(r#""when":{"blocks":{"first":18,"last":99}},"what":{"sense":{"code":"3/11/00"}}"#);
        let answer = faulty.execute(&read(), Data::In(&mut [0; 4]), SECOND).expect("sense");
        assert_eq!((answer.status, answer.transferred, had(&drive)), (Status::CHECK_CONDITION, 0, 0));
        assert_eq!(answer.sense.expect("sense").as_bytes()[..7], [0xF0, 0, 3, 0, 0, 0, 18]);
        assert_eq!(faulty.strikes(), [Strike { fault: 0, command: 1 }]);

        let fault = r#""when":{"opcode":"2A"},"what":{"sense":{"code":"3/0C/00","deferred":true}},"carried_out":true"#;
        let (drive, faulty) = with(fault);
        let answer = faulty.execute(&write(), Data::Out(&[1, 2]), SECOND).expect("sense");
        assert_eq!((answer.transferred, had(&drive)), (2, 1));
        assert_eq!(answer.sense.expect("sense").as_bytes()[..3], [0x71, 0, 3]);
        assert_eq!(faulty.execute(&write(), Data::Out(&[1, 2]), SECOND).expect("once"), Completion::good(2));
    }

    #[test]
    fn a_time_out_takes_the_time_of_the_command_and_brings_no_data() {
        for (carried_out, had_it) in [("false", 0), ("true", 1)] {
            let fault = format!(r#""when":{{"nth":1}},"what":"time_out","carried_out":{carried_out}"#);
            let (drive, faulty) = with(&fault);
            let mut buffer = [0xA5; 4];
            let error = faulty.execute(&read(), Data::In(&mut buffer), SECOND).expect_err("no answer");
            assert!(matches!(error, TransportError::Timeout { opcode: 0x28, after: SECOND }), "{error}");
            assert_eq!((drive.clock.now(), had(&drive), buffer), (SECOND, had_it, [0xA5; 4]));
        }
    }

    #[test]
    fn a_device_that_is_gone_stays_away_and_a_broken_connection_does_not() {
        let (_, faulty) = with(r#""when":{"nth":1},"what":"gone""#);
        for _ in 0..2 {
            assert!(matches!(faulty.execute(&read(), Data::None, SECOND), Err(TransportError::Gone)));
        }
        let (_, faulty) = with(r#""when":{"nth":1},"what":{"connection":{"host":8}}"#);
        let error = faulty.execute(&read(), Data::None, SECOND).expect_err("no answer");
        assert!(matches!(error, TransportError::Connection { host: 8, driver: 0 }), "{error}");
        faulty.execute(&read(), Data::None, SECOND).expect("it is back");
    }

    #[test]
    fn short_data_end_where_the_script_says_in_both_directions() {
        let (drive, faulty) = with(r#""when":{"nth":1},"what":{"short_data":{"keep":3}},"times":2"#);
        let mut buffer = [0xA5; 5];
        assert_eq!(faulty.execute(&read(), Data::In(&mut buffer), SECOND).expect("data"), Completion::good(3));
        assert_eq!(buffer, [0x5A, 0x5A, 0x5A, 0xA5, 0xA5]);
        assert_eq!(faulty.execute(&write(), Data::Out(&[1; 5]), SECOND).expect("data"), Completion::good(3));
        assert_eq!(drive.had.lock().expect("no panic")[1].1, [1; 3]);
    }

    #[test]
    fn corrupt_data_are_wrong_in_so_many_bits_and_the_same_each_time() {
        let run = || {
            let (drive, faulty) = with(r#""when":{"nth":1},"what":{"corrupt":{"bits":3}},"times":"always""#);
            let mut buffer = [0; 512];
            faulty.execute(&read(), Data::In(&mut buffer), SECOND).expect("data");
            faulty.execute(&write(), Data::Out(&[0; 512]), SECOND).expect("data");
            let written = drive.had.lock().expect("no panic")[1].1.clone();
            (buffer.map(|byte| byte ^ 0x5A).to_vec(), written)
        };
        let (came, went) = run();
        let flipped = |bytes: &[u8]| bytes.iter().map(|byte| byte.count_ones()).sum::<u32>();
        assert_eq!((flipped(&came), flipped(&went)), (3, 3));
        assert_ne!(came, went, "each command has its own places");
        assert_eq!(run(), (came, went));
    }

    #[test]
    fn a_reset_and_a_removed_disc_begin_before_the_command_or_after_it() {
        let code = |answer: Completion| {
            answer.sense.map(|sense| [sense.as_bytes()[2], sense.as_bytes()[12], sense.as_bytes()[13]])
        };
        for (what, carried_out, first, second) in [
            ("reset", false, Some([6, 0x29, 0]), None),
            ("reset", true, None, Some([6, 0x29, 0])),
            ("medium_removed", false, Some([2, 0x3A, 0]), Some([2, 0x3A, 0])),
            ("medium_removed", true, None, Some([2, 0x3A, 0])),
        ] {
            let fault = format!(r#""when":{{"nth":1}},"what":"{what}","carried_out":{carried_out}"#);
            let (_, faulty) = with(&fault);
            let next = || code(faulty.execute(&Cdb::six([0; 6]), Data::None, SECOND).expect("an answer"));
            assert_eq!((next(), next()), (first, second), "{fault}");
        }
    }

    proptest! {
        #[test]
        fn no_command_and_no_fault_panics(
            bytes in prop::collection::vec(any::<u8>(), 6..=16),
            length in 0_usize..64,
            out in any::<bool>(),
            what in prop::sample::select(vec![
                r#"{"sense":{"code":"3/11/00"}}"#, r#""time_out""#, r#"{"short_data":{"keep":9}}"#,
                r#"{"corrupt":{"bits":4000}}"#, r#""reset""#, r#""medium_removed""#,
            ]),
        ) {
            let (_, faulty) = with(&format!(r#""when":{{"nth":1}},"what":{what},"times":2"#));
            let cdb = Cdb::new(&bytes).expect("6 to 16");
            for _ in 0..3 {
                let mut buffer = vec![0; length];
                let data = if out { Data::Out(&buffer) } else { Data::In(&mut buffer) };
                let _ = faulty.execute(&cdb, data, SECOND);
            }
        }
    }
}
