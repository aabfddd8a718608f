//! IMAPI's list of drives.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
        mpsc::{self, Receiver},
    },
    thread,
    time::Duration,
};

use imapi_errors::{Coded as _, common};
use imapi_mmc_transport::{Arrival, Device, DriveSource, TransportError};
use imapi_recorder::{DiscMaster, DriveListener, Subscription};

use crate::bench::{Bench, Drives};

const PATIENCE: Duration = Duration::from_secs(20);

fn two_drives() -> (Arc<Drives>, DiscMaster, [Bench; 2]) {
    let benches = [Bench::with("bd-r", "standard"), Bench::with("cd-r", "standard")];
    let drives = Arc::new(Drives::default());
    drives.plug_in("a", Arc::clone(&benches[0].drive) as _);
    drives.plug_in("b", Arc::clone(&benches[1].drive) as _);
    let master = DiscMaster::new(Arc::clone(&drives) as _);
    (drives, master, benches)
}

#[test]
fn drives_are_counted_and_found_by_their_place() {
    let (drives, master, _benches) = two_drives();
    assert_eq!(master.count().expect("a list"), 2);
    assert_eq!([0, 1].map(|place| master.item(place).expect("it is there")), ["a", "b"]);
    for wrong in [2, -1, i32::MIN, i32::MAX] {
        let refused = master.item(wrong).expect_err("it is not there");
        assert_eq!(refused.code(), common::E_INVALIDARG);
        assert_eq!(refused.to_string(), format!("index cannot be {wrong}"));
    }
    let snapshot = master.ids().expect("a list");
    drives.unplug("a");
    assert_eq!(snapshot.collect::<Vec<_>>(), ["a", "b"]);
    assert_eq!((master.count().expect("a list"), master.item(0).expect("it moved up")), (1, "b".into()));
}

#[test]
fn a_machine_is_supported_when_one_of_its_drives_can_be_used() {
    let (drives, master, benches) = two_drives();
    assert!(master.is_supported_environment());
    // Another client's lock is no obstacle.
    let _held = benches[0].recorder().acquire(&crate::bench::client("A"), false).expect("nobody has it");
    drives.unplug("b");
    assert!(master.is_supported_environment());
    drives.unplug("a");
    assert!(!master.is_supported_environment());
    let recorder = master.recorder();
    assert_eq!(recorder.initialize("a").expect_err("it is gone").code(), common::ERROR_DEV_NOT_EXIST);
    assert!(!DiscMaster::new(Arc::new(Broken)).is_supported_environment());
}

/// A machine whose drives may not be opened, or not even be listed.
struct Broken;

impl DriveSource for Broken {
    fn list(&self) -> Result<Vec<String>, TransportError> {
        Err(TransportError::List { source: std::io::ErrorKind::PermissionDenied.into() })
    }

    fn open(&self, _: &str) -> Result<Arc<dyn Device>, TransportError> {
        let source = std::io::ErrorKind::PermissionDenied.into();
        Err(TransportError::Open { node: "/dev/sr0".into(), source })
    }

    fn watch(&self) -> crossbeam_channel::Receiver<Arrival> {
        crossbeam_channel::never()
    }
}

#[test]
fn what_the_system_refuses_has_its_code() {
    let master = DiscMaster::new(Arc::new(Broken));
    assert_eq!(master.count().expect_err("no list").code(), common::E_ACCESSDENIED);
    assert_eq!(master.item(0).expect_err("no list").code(), common::E_ACCESSDENIED);
    assert!(master.ids().is_err());
    assert_eq!(master.recorder().initialize("x").expect_err("no rights").code(), common::E_ACCESSDENIED);
}

/// Passes on what it hears.
struct Ear(mpsc::Sender<String>);

impl DriveListener for Ear {
    fn device_added(&mut self, master: &DiscMaster, id: &str) {
        let now = master.count().expect("a list");
        self.0.send(format!("+{id} of {now}")).expect("somebody listens");
    }

    fn device_removed(&mut self, _: &DiscMaster, id: &str) {
        self.0.send(format!("-{id}")).expect("somebody listens");
    }
}

fn ear() -> (Ear, Receiver<String>) {
    let (tell, told) = mpsc::channel();
    (Ear(tell), told)
}

#[test]
fn a_listener_hears_of_drives_until_it_is_no_longer_subscribed() {
    let (drives, master, benches) = two_drives();
    let (listener, told) = ear();
    let subscription = master.subscribe(listener);
    drives.plug_in("c", Arc::clone(&benches[0].drive) as _);
    assert_eq!(told.recv_timeout(PATIENCE).as_deref(), Ok("+c of 3"));
    drives.unplug("a");
    assert_eq!(told.recv_timeout(PATIENCE).as_deref(), Ok("-a"));
    drop(subscription);
    assert!(told.recv().is_err(), "the listener is gone with its subscription");
    drives.unplug("b");
}

/// A source that tells what it is told to tell.
struct Ending(crossbeam_channel::Receiver<Arrival>);
impl DriveSource for Ending {
    fn list(&self) -> Result<Vec<String>, TransportError> {
        Ok(Vec::new())
    }

    fn open(&self, _: &str) -> Result<Arc<dyn Device>, TransportError> {
        Err(TransportError::Gone)
    }

    fn watch(&self) -> crossbeam_channel::Receiver<Arrival> {
        self.0.clone()
    }
}

#[test]
fn a_subscription_ends_with_its_source() {
    let (listener, told) = ear();
    let (tell, arrivals) = crossbeam_channel::unbounded();
    let subscription = DiscMaster::new(Arc::new(Ending(arrivals))).subscribe(listener);
    tell.send(Arrival::Removed("x".into())).expect("somebody listens");
    drop(tell);
    assert_eq!(told.recv_timeout(PATIENCE).as_deref(), Ok("-x"));
    assert!(told.recv().is_err());
    drop(subscription);
}

/// Ends its own subscription when it first hears of something.
struct Once(Arc<Mutex<Option<Subscription>>>, mpsc::Sender<()>);
impl DriveListener for Once {
    fn device_added(&mut self, _: &DiscMaster, _: &str) {
        let own = self.0.lock().expect("no panic").take();
        drop(own);
        self.1.send(()).expect("somebody listens");
    }

    fn device_removed(&mut self, _: &DiscMaster, _: &str) {
        unreachable!("it has ended its subscription");
    }
}

/// A listener that ends its own subscription does not wait for itself.
#[test]
fn a_listener_may_end_its_own_subscription() {
    let (drives, master, benches) = two_drives();
    let (tell, told) = mpsc::channel();
    let place = Arc::new(Mutex::new(None));
    *place.lock().expect("no panic") = Some(master.subscribe(Once(Arc::clone(&place), tell)));
    drives.plug_in("c", Arc::clone(&benches[0].drive) as _);
    assert_eq!(told.recv_timeout(PATIENCE), Ok(()));
    drives.unplug("c");
    assert!(told.recv_timeout(PATIENCE).is_err(), "the listener is gone");
}

#[test]
fn many_threads_may_ask_while_drives_come_and_go() {
    let (drives, master, benches) = two_drives();
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while !done.load(Ordering::Relaxed) {
                    for id in master.ids().expect("a list") {
                        // It may be gone by now.
                        let _ = master.recorder().initialize(&id);
                    }
                    assert!(master.count().expect("a list") >= 2);
                }
            });
        }
        for round in 0..200 {
            drives.plug_in(&format!("x{}", round % 3), Arc::clone(&benches[0].drive) as _);
            drives.unplug(&format!("x{}", round % 3));
        }
        done.store(true, Ordering::Relaxed);
    });
}
