//! Burns a file to a new virtual BD-R as fast as the drive takes it: `burn SOURCE DISC`. `cargo xtask bench` times it.

use std::{error::Error, fs::File, io::Read as _, path::PathBuf, sync::Arc};

use imapi_disc_types::{Lba, SystemClock};
use imapi_mmc_transport::{
    TransportExt as _,
    commands::{CloseFunction, CloseTrackSession, SynchronizeCache, TestUnitReady, Write10},
};
use imapi_virtual_drive::{DiscFile, Medium, VirtualDrive};

/// Two clusters of a BD-R, as much as careful programs give a drive at once.
const CHUNK: usize = 64 << 10;

fn main() -> Result<(), Box<dyn Error>> {
    let mut paths = std::env::args_os().skip(1).map(PathBuf::from);
    let (Some(source), Some(disc)) = (paths.next(), paths.next()) else { return Err("burn SOURCE DISC".into()) };
    let medium: &Medium = "bd-r".parse()?;
    let drive = VirtualDrive::new(Arc::new(SystemClock::new()));
    drive.insert(DiscFile::create(&disc, medium.geometry(None)?)?, medium)?;
    // The drive has two things to tell before it is ready.
    while drive.send(&TestUnitReady).is_err() {}

    let mut file = File::open(source)?;
    let mut chunk = vec![0; CHUNK];
    let mut next = 0;
    loop {
        let mut filled = 0;
        while filled < CHUNK {
            match file.read(&mut chunk[filled..])? {
                0 => break,
                count => filled += count,
            }
        }
        let blocks = filled.div_ceil(2048);
        if blocks == 0 {
            break;
        }
        chunk[filled..].fill(0);
        drive.write_from(&Write10::new(Lba(next), u16::try_from(blocks)?), &chunk[..blocks * 2048])?;
        next += i32::try_from(blocks)?;
    }
    drive.send(&SynchronizeCache::all().waiting())?;
    drive.send(&CloseTrackSession::of(CloseFunction::Session).waiting())?;
    Ok(())
}
