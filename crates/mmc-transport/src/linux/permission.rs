//! Which commands the kernel takes from whom, to say what would help. It is the list of `block/scsi_ioctl.c`.

/// Taken through a node that is open for reading.
const READ_OK: [u8; 38] = [
    0x00, 0x03, 0x08, 0x12, 0x1A, 0x1B, 0x23, 0x25, 0x28, 0x2B, 0x2F, 0x3C, 0x42, 0x43, 0x44, 0x45, 0x46, 0x47, 0x48,
    0x4A, 0x4B, 0x4D, 0x4E, 0x51, 0x52, 0x5A, 0x5C, 0x88, 0xA0, 0xA3, 0xA4, 0xA8, 0xAC, 0xAD, 0xB9, 0xBA, 0xBC, 0xBE,
];
/// Taken through a node that is open for writing too.
const WRITE_OK: [u8; 18] =
    [0x04, 0x15, 0x1E, 0x2A, 0x2E, 0x35, 0x53, 0x54, 0x55, 0x58, 0x5B, 0x5D, 0xA1, 0xA6, 0xAA, 0xB6, 0xBB, 0xBF];

pub(super) const JOIN_GROUP: &str =
    "the device node is not open to this user; add the user to the group cdrom and log in again";
pub(super) const NEEDS_WRITING: &str =
    "the device node could be opened for reading only; add the user to the group cdrom and log in again";
pub(super) const NEEDS_RAW_IO: &str =
    "the kernel takes this command only from a program with CAP_SYS_RAWIO; run it as root or give it that capability";

/// What would give the permission that was missing.
pub(super) fn remedy(opcode: u8, writable: bool) -> &'static str {
    if READ_OK.contains(&opcode) {
        JOIN_GROUP
    } else if WRITE_OK.contains(&opcode) && !writable {
        NEEDS_WRITING
    } else {
        NEEDS_RAW_IO
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_remedy_fits_the_reason() {
        for (opcode, writable, expected) in [
            (0x12, true, JOIN_GROUP),
            (0x2A, false, NEEDS_WRITING),
            (0x2A, true, NEEDS_RAW_IO),
            (0xBD, false, NEEDS_RAW_IO),
            (0xBD, true, NEEDS_RAW_IO),
            (0xF9, true, NEEDS_RAW_IO),
        ] {
            assert_eq!(remedy(opcode, writable), expected, "{opcode:02X}h, writable: {writable}");
        }
    }

    #[test]
    fn no_command_is_in_both_lists() {
        assert!(READ_OK.is_sorted() && WRITE_OK.is_sorted());
        assert!(!READ_OK.iter().any(|opcode| WRITE_OK.contains(opcode)));
    }
}
