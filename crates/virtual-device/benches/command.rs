//! What a command costs on its way from a program to the device: `cargo bench -p imapi-virtual-device`.
//!
//! A program writes 64 KiB with each of many WRITE (10), to a device that does nothing; and this process does the same
//! without a program. The least of several runs counts, as all else that a machine does only makes them longer. A path
//! that is no concern of the device is opened with and without it, too.
#![cfg_attr(
    all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")),
    expect(unsafe_code, reason = "the program has to use the ioctl itself")
)]

#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
mod linux {
    use std::{
        env,
        fs::{self, File},
        hint::black_box,
        os::{fd::AsRawFd, unix::fs::OpenOptionsExt},
        path::PathBuf,
        process::Command,
        sync::Arc,
        time::{Duration, Instant},
    };

    use imapi_disc_types::{ClientName, Clock, SystemClock};
    use imapi_mmc_transport::{Cdb, Completion, Data, Device, Limits, LockRefused, Transport, TransportError};
    use imapi_virtual_device::VirtualDevice;

    const SIZE: usize = 65_536;
    const WRITE: [u8; 10] = [0x2A, 0, 0, 0, 0, 0, 0, 0, 32, 0];
    const RUNS: usize = 7;
    /// Says to this program that it is the one on the device, and what it shall do.
    const ROLE: &str = "VIRTUAL_DEVICE_BENCH";
    const COMMANDS: &str = "VIRTUAL_DEVICE_COMMANDS";
    const NODE: &str = "/dev/sr0";

    struct Idle(SystemClock);

    impl Transport for Idle {
        fn execute(&self, cdb: &Cdb, data: Data<'_>, _: Duration) -> Result<Completion, TransportError> {
            black_box(cdb);
            Ok(Completion::good(black_box(data).len()))
        }

        fn limits(&self) -> Limits {
            let size = u32::try_from(SIZE).ok().and_then(|size| size.try_into().ok()).expect("it is not 0");
            Limits { page_aligned_transfer: size, transfer: size, alignment: 1.try_into().expect("it is not 0") }
        }

        fn clock(&self) -> &dyn Clock {
            &self.0
        }
    }

    impl Device for Idle {
        fn id(&self) -> &'static str {
            "idle"
        }

        fn lock(&self, _: &ClientName, _: bool) -> Result<(), LockRefused> {
            Ok(())
        }

        fn unlock(&self) {}

        fn lock_owner(&self) -> Option<String> {
            None
        }

        fn mount_points(&self) -> Vec<PathBuf> {
            Vec::new()
        }

        fn media_notices(&self, _: bool) {}
    }

    pub(super) fn main() {
        let count = env::var(COMMANDS).ok().and_then(|count| count.parse().ok()).unwrap_or(100_000);
        match env::var(ROLE).as_deref() {
            Ok("commands") => return println!("{}", program(count)),
            Ok("paths") => return println!("{}", paths(count)),
            _ => {}
        }
        let mut best = [u128::MAX; 4];
        for _ in 0..RUNS {
            let run = [directly(count), on_device("commands"), paths(count), on_device("paths")];
            for (best, took) in best.iter_mut().zip(run) {
                *best = took.min(*best);
            }
        }
        let [direct, shown, free, watched] = best;
        println!("WRITE (10) of 64 KiB, {count} times, the least of {RUNS} runs:");
        println!("  in this process  {direct:6} ns");
        println!("  from a program   {shown:6} ns");
        println!("  on the way       {:6} ns", shown.saturating_sub(direct));
        println!("access of a path that is not the device's:");
        println!("  without          {free:6} ns");
        println!("  with             {watched:6} ns");
    }

    fn per_command(since: Instant, count: usize) -> u128 {
        since.elapsed().as_nanos() / count.max(1) as u128
    }

    fn directly(count: usize) -> u128 {
        let device: Arc<dyn Device> = Arc::new(Idle(SystemClock::new()));
        let data = vec![0x5A; SIZE];
        let since = Instant::now();
        for _ in 0..count {
            let done = device.execute(&Cdb::ten(WRITE), Data::Out(&data), Duration::from_secs(60));
            assert!(done.is_ok_and(|done| done.transferred == SIZE));
        }
        per_command(since, count)
    }

    /// This program again, on the device.
    fn on_device(role: &str) -> u128 {
        let folder = tempfile::tempdir().expect("a folder");
        let said = folder.path().join("said");
        let mut command = Command::new(env::current_exe().expect("it runs"));
        command.env(ROLE, role).stdout(File::create(&said).expect("a file"));
        let status = VirtualDevice::new(Arc::new(Idle(SystemClock::new()))).at(NODE).run(command).expect("it starts");
        assert!(status.success(), "{status}");
        fs::read_to_string(said).expect("a file").trim().parse().expect("a number")
    }

    /// What a burner does: one command after the other.
    fn program(count: usize) -> u128 {
        /// `struct sg_io_hdr` of <scsi/sg.h>.
        #[repr(C)]
        #[derive(Clone, Copy)]
        struct Header {
            interface: i32,
            direction: i32,
            cdb_length: u8,
            sense_room: u8,
            pieces: u16,
            length: u32,
            data: *const u8,
            cdb: *const u8,
            sense: *mut u8,
            timeout: u32,
            flags: u32,
            pack: i32,
            user: usize,
            status: [u8; 4],
            host_and_driver: [u16; 2],
            resid: i32,
            duration: u32,
            info: u32,
        }
        const SG_IO: libc::c_ulong = 0x2285;
        let node =
            File::options().read(true).write(true).custom_flags(libc::O_NONBLOCK).open(NODE).expect("the device");
        let (data, mut sense) = (vec![0x5A; SIZE], [0; 32]);
        let asked = Header {
            interface: i32::from(b'S'),
            direction: -2,
            cdb_length: 10,
            sense_room: 32,
            pieces: 0,
            length: 65_536,
            data: data.as_ptr(),
            cdb: WRITE.as_ptr(),
            sense: sense.as_mut_ptr(),
            timeout: 60_000,
            flags: 0,
            pack: 0,
            user: 0,
            status: [0; 4],
            host_and_driver: [0; 2],
            resid: 0,
            duration: 0,
            info: 0,
        };
        let since = Instant::now();
        for _ in 0..count {
            let mut header = asked;
            // SAFETY: the header is what the number demands, and all that it points to lives until the call is over.
            let result = unsafe { libc::ioctl(node.as_raw_fd(), SG_IO as _, &raw mut header) };
            assert!(result == 0 && header.status == [0; 4] && header.resid == 0);
        }
        per_command(since, count)
    }

    fn paths(count: usize) -> u128 {
        let since = Instant::now();
        for _ in 0..count {
            black_box(fs::metadata("/etc/hostname").is_ok());
        }
        per_command(since, count)
    }
}

#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
use linux::main as measure;

#[cfg(not(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64"))))]
fn measure() {}

fn main() {
    measure();
}
