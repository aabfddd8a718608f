//! The programs of sg3-utils and sdparm, which decode bytes that come from no device.

use std::{
    fmt::Write as _,
    io::Write as _,
    process::{Command, Stdio},
};

/// Runs a program on bytes, which it reads as hexadecimal digits; what it prints.
pub fn ask(program: &str, package: &str, arguments: &[&str], bytes: &[u8]) -> String {
    let missing =
        |error| panic!("this test needs {program} ({error}): apt-get install -y --no-install-recommends {package}");
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap_or_else(missing);
    // All of it fits into the pipe, and dropping the end closes it.
    child.stdin.take().expect("a pipe").write_all(hex(bytes).as_bytes()).expect("it reads");
    let output = child.wait_with_output().expect("it ends");
    let (said, complained) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && complained.is_empty(), "{program} {arguments:?}: {said}{complained}");
    said.into_owned()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut digits, byte| {
        write!(digits, "{byte:02x} ").expect("memory");
        digits
    })
}
