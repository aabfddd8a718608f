//! [`Machine`]: the virtual machine, from start to end.

use std::{
    fs,
    io::{self, Read as _, Write as _},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::mpsc,
    thread,
    time::Duration,
};

/// MiB.
const MEMORY: &str = "1024";
/// How much of the console is told when a guest fails.
const CONSOLE_LINES: usize = 60;

/// A virtual machine.
pub struct Machine<'a> {
    pub kernel: &'a Path,
    pub initramfs: &'a Path,
    /// A folder with the script; the guest writes its status there, and QEMU the console.
    pub control: &'a Path,
    pub share: Option<&'a Path>,
    /// Images, each in a drive of its own.
    pub cds: &'a [PathBuf],
    pub timeout: Duration,
}

impl Machine<'_> {
    /// Starts it and prints what the script prints; true when that ended with 0.
    pub fn run(&self) -> Result<bool, String> {
        let console = self.control.join("console");
        let mut child = self.command(&console).spawn().map_err(|e| format!("qemu-system-x86_64: {e}"))?;
        let printed = print_all(&mut child);
        let ended = self.wait(&mut child, &printed);
        let status = fs::read_to_string(self.control.join("status")).unwrap_or_default();
        match (ended, status.trim().parse::<u8>()) {
            (Ok(()), Ok(status)) => {
                if status != 0 {
                    eprintln!("guest: the script ended with {status}");
                }
                Ok(status == 0)
            }
            (ended, _) => {
                let reason = ended.err().unwrap_or_else(|| "the guest died".to_string());
                Err(format!("{reason}; its console ended with\n{}", last_lines(&console)))
            }
        }
    }

    fn command(&self, console: &Path) -> Command {
        let mut command = Command::new("qemu-system-x86_64");
        command.args(["-M", "q35", "-accel", "tcg,thread=multi", "-cpu", "max", "-m", MEMORY, "-smp", "2"]);
        command.args(["-nodefaults", "-display", "none", "-no-reboot"]);
        command.arg("-kernel").arg(self.kernel).arg("-initrd").arg(self.initramfs);
        let drives = if self.cds.is_empty() { String::new() } else { format!(" cds={}", self.cds.len()) };
        command.args(["-append", &format!("console=ttyS0 panic=-1{drives}")]);
        // The console goes to a file, what the script prints to us.
        command.args(["-serial", &format!("file:{}", escaped(console)), "-serial", "stdio"]);
        let shares = [("control", Some(self.control)), ("share", self.share)];
        for (name, folder) in shares.into_iter().filter_map(|(name, folder)| Some((name, folder?))) {
            command.args(["-fsdev", &format!("local,id={name},path={},security_model=none", escaped(folder))]);
            command.args(["-device", &format!("virtio-9p-pci,fsdev={name},mount_tag={name}")]);
        }
        if !self.cds.is_empty() {
            command.args(["-device", "virtio-scsi-pci,id=drives"]);
        }
        for (image, number) in self.cds.iter().zip(0..) {
            let file = escaped(image);
            command.args(["-drive", &format!("if=none,id=cd{number},media=cdrom,readonly=on,format=raw,file={file}")]);
            command.args(["-device", &format!("scsi-cd,bus=drives.0,scsi-id={number},drive=cd{number}")]);
        }
        command.stdin(Stdio::null()).stdout(Stdio::piped());
        command
    }

    fn wait(&self, child: &mut Child, printed: &mpsc::Receiver<()>) -> Result<(), String> {
        // The other end is dropped when there is no more to print.
        let late = printed.recv_timeout(self.timeout) == Err(mpsc::RecvTimeoutError::Timeout);
        if late {
            child.kill().map_err(|e| e.to_string())?;
        }
        let status = child.wait().map_err(|e| e.to_string())?;
        match (late, status.success()) {
            (true, _) => Err(format!("the guest did not end within {} s", self.timeout.as_secs())),
            (false, true) => Ok(()),
            (false, false) => Err(format!("qemu-system-x86_64: {status}")),
        }
    }
}

/// A thread prints what comes, as it comes.
fn print_all(child: &mut Child) -> mpsc::Receiver<()> {
    let (done, printed) = mpsc::channel();
    let mut from = child.stdout.take().expect("it was piped");
    thread::spawn(move || {
        let _done = done;
        let mut buffer = [0; 4096];
        while let Ok(count @ 1..) = from.read(&mut buffer) {
            let mut out = io::stdout().lock();
            if out.write_all(&buffer[..count]).and_then(|()| out.flush()).is_err() {
                return;
            }
        }
    });
    printed
}

/// In its options a comma separates; two stand for one.
fn escaped(path: &Path) -> String {
    path.display().to_string().replace(',', ",,")
}

fn last_lines(console: &Path) -> String {
    let text = fs::read(console).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    lines[lines.len().saturating_sub(CONSOLE_LINES)..].join("\n")
}
