//! Writes a file to the disc in a drive of this machine, from its first block on, and reads it back.
//!
//! `cargo run -p imapi-mmc-transport --example overwrite -- /dev/sr0 image.iso`
//!
//! The disc must be one that can be written anywhere: DVD-RAM, DVD+RW or BD-RE, formatted.

#[cfg(target_os = "linux")]
fn main() -> std::process::ExitCode {
    let mut arguments = std::env::args().skip(1);
    let (Some(drive), Some(file), None) = (arguments.next(), arguments.next(), arguments.next()) else {
        eprintln!("overwrite DRIVE FILE");
        return 2.into();
    };
    match linux::overwrite(&drive, &file) {
        Ok(()) => 0.into(),
        Err(error) => {
            eprintln!("{error}");
            1.into()
        }
    }
}

#[cfg(not(target_os = "linux"))]
fn main() {
    eprintln!("drives are opened on Linux only so far");
}

#[cfg(target_os = "linux")]
mod linux {
    use std::{error::Error, fs, ops::ControlFlow, time::Duration};

    use imapi_disc_types::Lba;
    use imapi_mmc_transport::{
        DriveSource as _, Transport as _, TransportExt as _,
        commands::{GetConfiguration, Inquiry, InquiryReply, Read10, ReadCapacity, SynchronizeCache, Write10},
        linux::LinuxDrives,
    };

    const BLOCK: usize = 2048;

    pub(super) fn overwrite(drive: &str, file: &str) -> Result<(), Box<dyn Error>> {
        let mut bytes = fs::read(file)?;
        bytes.resize(bytes.len().next_multiple_of(BLOCK), 0);
        let drive = LinuxDrives::new().open(drive)?;
        if let InquiryReply::Standard(who) = drive.query(&Inquiry::standard())?.value {
            println!("drive: {} {} {}", who.vendor_text(), who.product_text(), who.revision_text());
        }
        drive.wait_until_ready(Duration::from_secs(60), &mut |_| ControlFlow::Continue(()))?;
        println!("profile: {:?}", drive.query(&GetConfiguration::everything())?.profile);
        println!("blocks: {}", drive.query(&ReadCapacity)?.blocks());

        let each = usize::try_from(drive.limits().transfer.get())? / BLOCK * BLOCK;
        for (start, chunk) in (0..).step_by(each / BLOCK).zip(bytes.chunks(each)) {
            drive.write_from(&Write10::new(Lba(start), u16::try_from(chunk.len() / BLOCK)?), chunk)?;
        }
        drive.send(&SynchronizeCache::all().waiting())?;

        let mut back = vec![0; each];
        for (start, chunk) in (0..).step_by(each / BLOCK).zip(bytes.chunks(each)) {
            let back = &mut back[..chunk.len()];
            drive.read_into(&Read10::new(Lba(start), u16::try_from(chunk.len() / BLOCK)?), back)?;
            if back != chunk {
                return Err(format!("what was read from block {start} on is not what was written").into());
            }
        }
        println!("written and read back: {} blocks in commands of {}", bytes.len() / BLOCK, each / BLOCK);
        Ok(())
    }
}
