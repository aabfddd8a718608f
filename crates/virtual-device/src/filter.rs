//! The seccomp filter: which system calls are reported to the supervisor. All others are the kernel's.

use std::ops::Range;

use libc::{SECCOMP_RET_ALLOW, SECCOMP_RET_USER_NOTIF, sock_filter};

/// Calls that take a path, and the one that lists a folder: reported always, as a filter cannot read memory.
const OF_PATHS: &[libc::c_long] = &[
    libc::SYS_openat,
    libc::SYS_openat2,
    libc::SYS_newfstatat,
    libc::SYS_statx,
    libc::SYS_faccessat,
    libc::SYS_faccessat2,
    libc::SYS_readlinkat,
    libc::SYS_getxattr,
    libc::SYS_lgetxattr,
    libc::SYS_listxattr,
    libc::SYS_llistxattr,
    libc::SYS_getdents64,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_open,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_creat,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_stat,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_lstat,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_access,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_readlink,
];

/// Calls that are reported on descriptors of the range and on 0, 1 and 2, where shells put the device.
const OF_ALL: &[libc::c_long] = &[
    libc::SYS_ioctl,
    libc::SYS_read,
    libc::SYS_pread64,
    libc::SYS_readv,
    libc::SYS_lseek,
    libc::SYS_fstat,
    libc::SYS_write,
    libc::SYS_pwrite64,
    libc::SYS_writev,
    libc::SYS_fsync,
    libc::SYS_fdatasync,
    libc::SYS_copy_file_range,
    libc::SYS_splice,
    libc::SYS_sendfile,
];

/// Calls that are reported on descriptors of the range only.
const OF_RANGE: &[libc::c_long] = &[
    libc::SYS_fcntl,
    libc::SYS_dup,
    libc::SYS_preadv,
    libc::SYS_preadv2,
    libc::SYS_pwritev,
    libc::SYS_pwritev2,
    libc::SYS_fadvise64,
];

#[cfg(target_arch = "x86_64")]
const ARCHITECTURE: u32 = 0xC000_003E;
#[cfg(target_arch = "aarch64")]
const ARCHITECTURE: u32 = 0xC000_00B7;

/// The last descriptor that shells put things on.
const LAST_STANDARD: u32 = 2;

mod field {
    //! Places in `struct seccomp_data`.
    pub(super) const NUMBER: u32 = 0;
    pub(super) const ARCHITECTURE: u32 = 4;
    /// The lower half of the first argument: a descriptor is an `int`.
    pub(super) const FIRST: u32 = 16;
}

mod code {
    //! Instructions of classic BPF.
    pub(super) const LOAD: u16 = 0x20;
    pub(super) const IF_EQUAL: u16 = 0x15;
    pub(super) const IF_GREATER: u16 = 0x25;
    pub(super) const IF_AT_LEAST: u16 = 0x35;
    pub(super) const RETURN: u16 = 0x06;
}

/// Where an instruction goes on.
#[derive(Clone, Copy, PartialEq, Eq)]
enum To {
    Next,
    Allow,
    Report,
    /// Is it one of 0, 1, 2 or in the range?
    All,
    /// Is it in the range?
    Range,
}

/// The program for a range of descriptors.
pub(crate) fn program(range: &Range<u32>) -> Vec<sock_filter> {
    let mut steps: Vec<(u16, u32, To, To)> = Vec::new();
    steps.push((code::LOAD, field::ARCHITECTURE, To::Next, To::Next));
    steps.push((code::IF_EQUAL, ARCHITECTURE, To::Next, To::Allow));
    steps.push((code::LOAD, field::NUMBER, To::Next, To::Next));
    for (calls, to) in [(OF_ALL, To::All), (OF_RANGE, To::Range), (OF_PATHS, To::Report)] {
        let numbers = calls.iter().filter_map(|&call| u32::try_from(call).ok());
        steps.extend(numbers.map(|number| (code::IF_EQUAL, number, to, To::Next)));
    }
    steps.push((code::RETURN, SECCOMP_RET_ALLOW, To::Next, To::Next));
    let all = steps.len();
    steps.push((code::LOAD, field::FIRST, To::Next, To::Next));
    steps.push((code::IF_GREATER, LAST_STANDARD, To::Range, To::Report));
    let in_range = steps.len();
    steps.push((code::LOAD, field::FIRST, To::Next, To::Next));
    steps.push((code::IF_AT_LEAST, range.start, To::Next, To::Allow));
    steps.push((code::IF_AT_LEAST, range.end, To::Allow, To::Report));
    let report = steps.len();
    steps.push((code::RETURN, SECCOMP_RET_USER_NOTIF, To::Next, To::Next));
    let allow = steps.len();
    steps.push((code::RETURN, SECCOMP_RET_ALLOW, To::Next, To::Next));

    let distance = |here: usize, to: To| {
        let there = match to {
            To::Next => here + 1,
            To::Allow => allow,
            To::Report => report,
            To::All => all,
            To::Range => in_range,
        };
        u8::try_from(there - here - 1).expect("the program is shorter than 256 instructions and jumps forward")
    };
    let instruction = |(here, &(code, k, yes, no)): (usize, &(u16, u32, To, To))| sock_filter {
        code,
        jt: distance(here, yes),
        jf: distance(here, no),
        k,
    };
    steps.iter().enumerate().map(instruction).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the kernel would do.
    fn judge(program: &[sock_filter], architecture: u32, number: libc::c_long, first: u32) -> u32 {
        let (mut at, mut value) = (0, 0);
        loop {
            let step = &program[at];
            let jump = |is: bool| at + 1 + usize::from(if is { step.jt } else { step.jf });
            at = match step.code {
                code::LOAD => {
                    value = match step.k {
                        field::ARCHITECTURE => architecture,
                        field::NUMBER => u32::try_from(number).expect("it works"),
                        _ => first,
                    };
                    at + 1
                }
                code::IF_EQUAL => jump(value == step.k),
                code::IF_GREATER => jump(value > step.k),
                code::IF_AT_LEAST => jump(value >= step.k),
                _ => return step.k,
            };
        }
    }

    #[test]
    fn paths_and_the_descriptors_of_the_device_are_reported_and_nothing_else() {
        let program = program(&(896..1024));
        let (report, allow) = (SECCOMP_RET_USER_NOTIF, SECCOMP_RET_ALLOW);
        for (number, first, expected) in [
            (libc::SYS_openat, 5, report),
            (libc::SYS_statx, 0, report),
            (libc::SYS_ioctl, 900, report),
            (libc::SYS_ioctl, 896, report),
            (libc::SYS_ioctl, 1023, report),
            (libc::SYS_ioctl, 1024, allow),
            (libc::SYS_ioctl, 895, allow),
            (libc::SYS_ioctl, 3, allow),
            (libc::SYS_read, 0, report),
            (libc::SYS_read, 3, allow),
            (libc::SYS_write, 1, report),
            (libc::SYS_write, 3, allow),
            (libc::SYS_write, 900, report),
            (libc::SYS_getdents64, 3, report),
            (libc::SYS_fcntl, 2, allow),
            (libc::SYS_dup, 1000, report),
            (libc::SYS_execve, 900, allow),
            (libc::SYS_sendmsg, 900, allow),
        ] {
            assert_eq!(judge(&program, ARCHITECTURE, number, first), expected, "{number} on {first}");
            assert_eq!(judge(&program, 0x4000_0003, number, first), allow, "another architecture");
        }
    }
}
