//! What the numbers of a finished `SG_IO` mean: the device's answer, or none.

use std::{io, time::Duration};

use super::permission;
use crate::{Completion, SenseBytes, Status, TransportError};

/// What the kernel left in the header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Numbers {
    pub(super) status: u8,
    /// The status without its lowest bit, shifted down; older drivers fill in only this one.
    pub(super) masked_status: u8,
    pub(super) host_status: u16,
    pub(super) driver_status: u16,
    /// Bytes that were not transferred; drivers have been seen to say less than none.
    pub(super) residual: i32,
    pub(super) sense: Option<SenseBytes>,
}

/// `host_status`: DID_… of the kernel's `scsi_status.h`.
mod host {
    pub(super) const OK: u16 = 0x00;
    pub(super) const NO_CONNECT: u16 = 0x01;
    pub(super) const TIME_OUT: u16 = 0x03;
    pub(super) const BAD_TARGET: u16 = 0x04;
}

/// `driver_status`, whose upper half is a suggestion that nobody makes any more.
mod driver {
    pub(super) const MASK: u16 = 0x0F;
    pub(super) const OK: u16 = 0x00;
    pub(super) const TIME_OUT: u16 = 0x06;
    pub(super) const SENSE: u16 = 0x08;
}

/// The answer of the device, or why there is none.
pub(super) fn understand(
    numbers: &Numbers,
    opcode: u8,
    length: usize,
    timeout: Duration,
) -> Result<Completion, TransportError> {
    let connection = || TransportError::Connection { host: numbers.host_status, driver: numbers.driver_status };
    let driver = numbers.driver_status & driver::MASK;
    match (numbers.host_status, driver) {
        (host::TIME_OUT, _) | (_, driver::TIME_OUT) => return Err(TransportError::Timeout { opcode, after: timeout }),
        (host::NO_CONNECT | host::BAD_TARGET, _) => return Err(TransportError::Gone),
        (host::OK, driver::OK | driver::SENSE) => {}
        // Sense is an answer, whatever else went wrong on its way.
        _ if numbers.sense.is_some() => {}
        _ => return Err(connection()),
    }
    let status = match (numbers.status, numbers.masked_status) {
        (0, 0) if numbers.sense.is_some() => Status::CHECK_CONDITION,
        (0, masked) => Status(masked << 1),
        (status, _) => Status(status),
    };
    let missing = usize::try_from(numbers.residual).unwrap_or(0);
    Ok(Completion { status, transferred: length.saturating_sub(missing), sense: numbers.sense })
}

/// Why the kernel did not even try, or has not waited for the end.
pub(super) fn not_sent(error: io::Error, opcode: u8, writable: bool) -> TransportError {
    match error.raw_os_error() {
        Some(libc::ENODEV | libc::ENXIO) => TransportError::Gone,
        Some(libc::EINTR) => TransportError::Interrupted { opcode },
        Some(libc::EPERM | libc::EACCES) => {
            TransportError::NotPermitted { opcode, remedy: permission::remedy(opcode, writable) }
        }
        Some(libc::ENOTTY) => TransportError::System {
            opcode,
            source: io::Error::new(io::ErrorKind::Unsupported, "this is no SCSI device: it does not know SG_IO"),
        },
        _ => TransportError::System { opcode, source: error },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WRITE: u8 = 0x2A;
    const FINE: Numbers =
        Numbers { status: 0, masked_status: 0, host_status: 0, driver_status: 0, residual: 0, sense: None };
    const SECOND: Duration = Duration::from_secs(1);

    fn said(numbers: Numbers) -> String {
        match understand(&numbers, WRITE, 2048, SECOND) {
            Ok(answer) => format!("{:?} {} {}", answer.status, answer.transferred, answer.sense.is_some()),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn the_numbers_of_the_kernel_mean_an_answer_or_none() {
        let sense = Some(SenseBytes::new(&[0x70, 0, 2]));
        let timeout = "command 2Ah did not end within 1 s";
        for (numbers, expected) in [
            (FINE, "GOOD 2048 false"),
            (Numbers { residual: 48, ..FINE }, "GOOD 2000 false"),
            (Numbers { residual: -3, ..FINE }, "GOOD 2048 false"),
            (Numbers { residual: 5000, ..FINE }, "GOOD 0 false"),
            // As the kernel of today says CHECK CONDITION.
            (
                Numbers { status: 2, masked_status: 1, driver_status: 8, residual: 2048, sense, ..FINE },
                "CHECK CONDITION 0 true",
            ),
            // Only one of the signs.
            (Numbers { status: 2, sense, ..FINE }, "CHECK CONDITION 2048 true"),
            (Numbers { masked_status: 1, ..FINE }, "CHECK CONDITION 2048 false"),
            (Numbers { sense, ..FINE }, "CHECK CONDITION 2048 true"),
            (Numbers { driver_status: 0x28, sense, ..FINE }, "CHECK CONDITION 2048 true"),
            (Numbers { status: 8, masked_status: 4, ..FINE }, "BUSY 2048 false"),
            (Numbers { status: 0x18, ..FINE }, "RESERVATION CONFLICT 2048 false"),
            // No answer.
            (Numbers { host_status: 1, ..FINE }, "the device is gone"),
            (Numbers { host_status: 4, ..FINE }, "the device is gone"),
            (Numbers { host_status: 3, driver_status: 6, ..FINE }, timeout),
            (Numbers { host_status: 3, ..FINE }, timeout),
            (Numbers { driver_status: 6, ..FINE }, timeout),
            (Numbers { driver_status: 0x16, ..FINE }, timeout),
            (Numbers { driver_status: 0x10, ..FINE }, "GOOD 2048 false"),
            (
                Numbers { host_status: 8, ..FINE },
                "the connection to the device failed: host status 0x0008, driver status 0x0000",
            ),
            (
                Numbers { driver_status: 4, ..FINE },
                "the connection to the device failed: host status 0x0000, driver status 0x0004",
            ),
            (Numbers { host_status: 7, status: 2, sense, ..FINE }, "CHECK CONDITION 2048 true"),
        ] {
            assert_eq!(said(numbers), expected, "{numbers:?}");
        }
    }

    #[test]
    fn a_refusal_of_the_kernel_says_what_can_be_done() {
        for (errno, writable, expected) in [
            (libc::ENODEV, true, "the device is gone"),
            (libc::ENXIO, true, "the device is gone"),
            (libc::EPERM, false, "no permission to send command 2Ah: the device node could be opened for reading only"),
            (libc::EPERM, true, "no permission to send command 2Ah: the kernel takes this command only from"),
            (libc::ENOTTY, true, "the system could not send command 2Ah"),
            (libc::EINTR, true, "the wait for command 2Ah was interrupted; it may have been carried out"),
            (libc::EIO, true, "the system could not send command 2Ah"),
        ] {
            let error = not_sent(io::Error::from_raw_os_error(errno), WRITE, writable).to_string();
            assert!(error.starts_with(expected), "{errno}: {error}");
        }
    }
}
