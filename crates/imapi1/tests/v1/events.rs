//! Who hears what, in which order; and who stops what.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, mpsc},
    time::Duration,
};

use imapi_disc_types::{ClientName, Clock};
use imapi_errors::{HResult, common, v1};
use imapi_mmc_transport::{Cdb, Completion, Data, Device, Limits, LockRefused, Transport, TransportError};
use imapi_virtual_drive::VirtualDrive;
use imapi1::{Cookie, DiscMaster, MemoryStorage, ProgressEvents};

use rstest::rstest;

use crate::bench::{Bench, add_track, code, joliet, recorder, redbook, song, tree};

/// Writes down what it hears, and wants to stop when the word that it waits for comes.
#[derive(Default)]
pub struct Scribe {
    heard: Mutex<Vec<String>>,
    stop_at: Option<fn(&str) -> bool>,
    cancel: Mutex<bool>,
}

impl Scribe {
    pub fn at(master: &DiscMaster, stop_at: Option<fn(&str) -> bool>) -> (Arc<Self>, Cookie) {
        let scribe = Arc::new(Self { stop_at, ..Self::default() });
        let cookie = master.progress_advise(Arc::clone(&scribe) as _).expect("it is open");
        (scribe, cookie)
    }

    fn note(&self, word: String) {
        if self.stop_at.is_some_and(|stop| stop(&word)) {
            *self.cancel.lock().expect("no panic") = true;
        }
        self.heard.lock().expect("no panic").push(word);
    }

    pub fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.heard.lock().expect("no panic"))
    }
}

impl ProgressEvents for Scribe {
    fn query_cancel(&self) -> bool {
        *self.cancel.lock().expect("no panic")
    }

    fn pnp_activity(&self) {
        self.note("pnp".into());
    }

    fn add_progress(&self, completed: u32, total: u32) {
        self.note(format!("add {completed}/{total}"));
    }

    fn block_progress(&self, completed: u32, total: u32) {
        self.note(format!("block {completed}/{total}"));
    }

    fn track_progress(&self, finished: u32, total: u32) {
        self.note(format!("track {finished}/{total}"));
    }

    fn preparing_burn(&self, estimate: Duration) {
        assert!(!estimate.is_zero());
        self.note("preparing".into());
    }

    fn closing_disc(&self, estimate: Duration) {
        assert!(!estimate.is_zero());
        self.note("closing".into());
    }

    fn burn_complete(&self, status: HResult) {
        self.note(format!("burned {status}"));
    }

    fn erase_complete(&self, status: HResult) {
        self.note(format!("erased {status}"));
    }
}

#[test]
fn a_disc_of_data_is_told_in_order() {
    let bench = Bench::new("cd-r");
    let (master, joliet) = bench.data();
    let (scribe, _) = Scribe::at(&master, None);
    let tree = MemoryStorage::new().with_stream("noise.bin", vec![7; 3 << 20]);
    joliet.add_data(&tree, false).expect("it fits");
    assert_eq!(scribe.take(), ["add 0/1536", "add 512/1536", "add 1024/1536", "add 1536/1536"]);
    let blocks = joliet.used_data_blocks().expect("data");
    master.record_disc(false, false).expect("recorded");
    let heard = scribe.take();
    assert_eq!(heard[0], "preparing");
    assert_eq!(heard[1], format!("block 0/{blocks}"));
    let end = heard.len();
    let last = format!("block {blocks}/{blocks}");
    assert_eq!(heard[end - 3..], [last, "closing".into(), format!("burned {}", common::S_OK)]);
    let numbers: Vec<u32> = heard[1..end - 2]
        .iter()
        .map(|word| word.strip_prefix("block ").expect("a block").split('/').next().expect("one").parse().expect("one"))
        .collect();
    assert!(numbers.is_sorted() && numbers.windows(2).all(|two| two[0] < two[1]), "{numbers:?}");
}

#[test]
fn a_disc_of_sound_is_told_in_order() {
    let bench = Bench::new("cd-r");
    let (master, redbook) = bench.sound();
    add_track(&redbook, &song(1, 300));
    add_track(&redbook, &song(2, 350));
    let (scribe, _) = Scribe::at(&master, None);
    master.record_disc(false, false).expect("recorded");
    // How often blocks are told of between the first and the last is a matter of time.
    let is_between = |word: &String| {
        let edges = ["block 0/", "block 300/300", "block 350/350"];
        word.starts_with("block") && !edges.iter().any(|edge| word.starts_with(edge))
    };
    let heard: Vec<String> = scribe.take().into_iter().filter(|word| !is_between(word)).collect();
    let expected = [
        "preparing",
        "track 0/2",
        "block 0/300",
        "block 300/300",
        "track 1/2",
        "block 0/350",
        "block 350/350",
        "track 2/2",
        "closing",
    ];
    assert_eq!(heard[..9], expected);
    assert_eq!(heard[9..], [format!("burned {}", common::S_OK)]);
}

#[test]
fn erasing_is_told_with_its_outcome() {
    let bench = Bench::new("cd-rw");
    let master = bench.open();
    joliet(&master);
    let (scribe, _) = Scribe::at(&master, None);
    let one = recorder(&master);
    one.open_exclusive().expect("it is free");
    one.erase(true).expect("it can be erased");
    assert_eq!(scribe.take(), [format!("erased {}", common::S_OK)]);
    one.eject().expect("nobody locked it");
    assert_eq!(code(&one.erase(true)), v1::IMAPI_E_MEDIUM_NOTPRESENT);
    assert_eq!(scribe.take(), [format!("erased {}", v1::IMAPI_E_MEDIUM_NOTPRESENT)]);
}

#[test]
fn adding_can_be_stopped_and_nothing_of_it_is_kept() {
    let bench = Bench::new("cd-r");
    let (master, joliet) = bench.data();
    joliet.add_data(&tree(), false).expect("it fits");
    let before = joliet.used_data_blocks().expect("data");
    let stash = || std::fs::metadata(bench.folder.path().join("CD burning stash file.bin")).expect("claimed").len();
    let staged = stash();
    let (scribe, cookie) = Scribe::at(&master, Some(|word| word.starts_with("add 512/")));
    let more = MemoryStorage::new().with_stream("more.bin", vec![7; 3 << 20]);
    assert_eq!(code(&joliet.add_data(&more, false)), v1::IMAPI_E_USERABORT);
    assert_eq!(scribe.take(), ["add 0/1536", "add 512/1536"]);
    assert_eq!((joliet.used_data_blocks().expect("data"), stash()), (before, staged));
    master.progress_unadvise(cookie).expect("it is known");
    joliet.add_data(&more, false).expect("the names are free");
    assert!(scribe.take().is_empty(), "who was dismissed hears nothing");

    master.set_active_disc_recorder(&recorder(&master)).expect("a disc");
    let redbook = redbook(&master);
    redbook.create_audio_track(0).expect("room");
    let (_, cookie) = Scribe::at(&master, Some(|word| word.starts_with("add 448/")));
    assert_eq!(code(&redbook.add_audio_track_blocks(&song(1, 900))), v1::IMAPI_E_USERABORT);
    assert_eq!(redbook.used_audio_blocks().expect("sound"), 0);
    master.progress_unadvise(cookie).expect("it is known");
    redbook.add_audio_track_blocks(&song(1, 900)).expect("it fits");
}

/// A drive that takes its time for every write.
struct Slow(Arc<VirtualDrive>);

impl Transport for Slow {
    fn execute(&self, cdb: &Cdb, data: Data<'_>, timeout: Duration) -> Result<Completion, TransportError> {
        const WRITE: u8 = 0x2A;
        if cdb.opcode() == WRITE {
            std::thread::sleep(Duration::from_millis(4));
        }
        self.0.execute(cdb, data, timeout)
    }

    fn limits(&self) -> Limits {
        self.0.limits()
    }

    fn clock(&self) -> &dyn Clock {
        self.0.clock()
    }
}

impl Device for Slow {
    fn id(&self) -> &str {
        self.0.id()
    }

    fn lock(&self, owner: &ClientName, force: bool) -> Result<(), LockRefused> {
        self.0.lock(owner, force)
    }

    fn unlock(&self) {
        self.0.unlock();
    }

    fn lock_owner(&self) -> Option<String> {
        self.0.lock_owner()
    }

    fn mount_points(&self) -> Vec<PathBuf> {
        self.0.mount_points()
    }

    fn media_notices(&self, on: bool) {
        self.0.media_notices(on);
    }
}

/// Whoever stops before the first write has a blank disc; later the disc is used. The image stays either way.
#[rstest]
fn recording_can_be_stopped(#[values(false, true)] sound: bool, #[values(false, true)] later: bool) {
    let bench = Bench::new("cd-r");
    bench.plugs.unplug("virtual");
    bench.plugs.plug("virtual", Arc::new(Slow(Arc::clone(&bench.drive))));
    let master = if sound {
        let (master, redbook) = bench.sound();
        add_track(&redbook, &song(1, 5000));
        master
    } else {
        let (master, joliet) = bench.data();
        joliet.add_data(&MemoryStorage::new().with_stream("a", vec![7; 16 << 20]), false).expect("it fits");
        master
    };
    let stop: fn(&str) -> bool = if later {
        |word| word.starts_with("block ") && !word.starts_with("block 0/")
    } else {
        |word| word.starts_with("block 0/")
    };
    let (scribe, cookie) = Scribe::at(&master, Some(stop));
    assert_eq!(code(&master.record_disc(false, true)), v1::IMAPI_E_USERABORT);
    let heard = scribe.take();
    assert_eq!(heard.last(), Some(&format!("burned {}", v1::IMAPI_E_USERABORT)));
    assert!(!heard.iter().any(|word| word == "closing"), "{heard:?}");
    // It was not ejected.
    let one = master.active_disc_recorder().expect("it was chosen");
    let info = one.query_media_info().expect("a disc");
    assert_eq!(info.next_writable > 0, later, "{info:?}");
    master.progress_unadvise(cookie).expect("it is known");
    if later {
        assert_eq!(code(&master.record_disc(false, false)), v1::IMAPI_E_CANNOT_WRITE_TO_MEDIA);
        bench.insert("cd-r", crate::bench::BLOCKS);
    }
    master.record_disc(false, false).expect("recorded");
}

#[test]
fn drives_that_come_and_go_are_told() {
    struct Teller(Mutex<mpsc::Sender<()>>);
    impl ProgressEvents for Teller {
        fn pnp_activity(&self) {
            let _ = self.0.lock().expect("no panic").send(());
        }
    }
    let bench = Bench::new("cd-r");
    let master = bench.open();
    let (tell, told) = mpsc::channel();
    master.progress_advise(Arc::new(Teller(Mutex::new(tell)))).expect("it is open");
    bench.plugs.unplug("virtual");
    told.recv_timeout(Duration::from_secs(10)).expect("a drive went");
    joliet(&master);
    told.recv_timeout(Duration::from_secs(10)).expect("the format changed");
    assert_eq!(master.disc_recorders().expect("a format").count(), 0);
    bench.plugs.plug("virtual", Arc::clone(&bench.drive) as _);
    told.recv_timeout(Duration::from_secs(10)).expect("a drive came");
    assert_eq!(master.disc_recorders().expect("a format").count(), 1);
    master.close();
    bench.plugs.unplug("virtual");
    assert!(told.recv_timeout(Duration::from_millis(50)).is_err());
}
