//! What machines start, and trees that have it.

use std::{env, fs, path::Path, process::Command, sync::Arc};

use imapi_fsimage::{
    Attributes, BootEntry, BootImage, Content, Contents, ImageOptions, Kind, MbrCode, NodeId, ResultImage, Timestamp,
    Tree,
};

/// What loaders find in the image, and tell on the serial port.
pub const FOUND: &str = "found by its loader in this very image";

/// A tree with the file that loaders look for.
pub struct Disc {
    pub tree: Tree,
    pub contents: Contents,
    pub options: ImageOptions,
}

impl Disc {
    pub fn new() -> Self {
        let mut options = ImageOptions::new(Timestamp::new(1_000_000_000, 0));
        options.rock_ridge = true;
        let mut disc = Self { tree: Tree::new(Attributes::default()), contents: Contents::new(), options };
        disc.put("found.txt", format!("{FOUND}\n"));
        disc
    }

    pub fn put(&mut self, name: &str, bytes: impl AsRef<[u8]>) -> NodeId {
        let content = self.content(bytes.as_ref());
        let size = bytes.as_ref().len() as u64;
        let kind = Kind::File { size, content };
        self.tree.add(NodeId::ROOT, name.as_bytes(), kind, Attributes::default()).expect("new")
    }

    /// Bytes that are in no tree.
    pub fn content(&mut self, bytes: &[u8]) -> Content {
        self.contents.add_bytes(bytes)
    }

    /// ISOLINUX, with what it needs in the tree.
    pub fn isolinux(&mut self) -> BootEntry {
        let loader = self.put("isolinux.bin", from_package("isolinux", "/usr/lib/ISOLINUX/isolinux.bin"));
        for module in ["ldlinux.c32", "libcom32.c32", "cat.c32"] {
            let folder = "/usr/lib/syslinux/modules/bios";
            self.put(module, from_package("syslinux-common", &format!("{folder}/{module}")));
        }
        self.put("isolinux.cfg", "SERIAL 0 115200\nUI cat.c32 found.txt\n");
        BootEntry { info_table: true, ..BootEntry::new(BootImage::File(loader)) }
    }

    /// GRUB for a BIOS, of which nothing is in the tree.
    pub fn grub(&mut self) -> BootEntry {
        let loader = grub("i386-pc-eltorito", &["biosdisk"]);
        let image = BootImage::Content(self.content(&loader));
        BootEntry { info_table: true, grub_info: true, ..BootEntry::new(image) }
    }

    pub fn image(self) -> ResultImage {
        let Self { tree, contents, options } = self;
        ResultImage::new(Arc::new(tree), Arc::new(contents), &options).expect("it can be planned")
    }
}

pub fn from_package(package: &str, path: &str) -> Vec<u8> {
    let hint = format!("sudo apt-get install {package}, or cargo xtask test --setup");
    fs::read(path).unwrap_or_else(|error| panic!("{path}: {error}; {hint}"))
}

/// Code for the MBR.
pub fn isohybrid() -> MbrCode {
    MbrCode::new(&from_package("isolinux", "/usr/lib/ISOLINUX/isohdpfx.bin")).expect("it is known")
}

/// Code for the MBR.
pub fn boot_hybrid() -> MbrCode {
    MbrCode::new(&from_package("grub-pc-bin", "/usr/lib/grub/i386-pc/boot_hybrid.img")).expect("it is known")
}

/// Runs a tool, which must succeed.
fn tool(package: &str, program: &str, arguments: &[&str], folder: &Path) {
    // Some are the administrator's, and not on the path of every user.
    let places = format!("{}:/usr/sbin:/sbin", env::var("PATH").unwrap_or_default());
    let mut command = Command::new(program);
    let output = command.args(arguments).current_dir(folder).env("LC_ALL", "C.UTF-8").env("PATH", places).output();
    let hint = format!("sudo apt-get install {package}, or cargo xtask test --setup");
    let output = output.unwrap_or_else(|error| panic!("{program}: {error}; {hint}"));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program} {arguments:?}: {said}; {hint}");
}

/// An image of GRUB that looks for the file in whatever it was started from, and tells what is in it.
fn grub(format: &str, modules: &[&str]) -> Vec<u8> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let script = "serial --unit=0 --speed=115200\n\
        terminal_output serial\n\
        search --file --set=root /found.txt\n\
        cat /found.txt\n\
        sleep 600\n";
    fs::write(folder.path().join("grub.cfg"), script).expect("writable");
    let mut arguments = vec!["-O", format, "-p", "/", "-c", "grub.cfg", "-o", "grub.img"];
    arguments.extend(modules);
    arguments.extend(["iso9660", "part_msdos", "part_gpt", "fat", "serial", "terminal", "search", "cat", "sleep"]);
    let package = if format.starts_with("i386") { "grub-common grub-pc-bin" } else { "grub-efi-amd64-bin" };
    tool(package, "grub-mkimage", &arguments, folder.path());
    fs::read(folder.path().join("grub.img")).expect("made")
}

/// The image of an EFI system partition of so many KiB, with GRUB in it.
pub fn efi_partition(kib: u32) -> Vec<u8> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    fs::write(folder.path().join("grub.efi"), grub("x86_64-efi", &[])).expect("writable");
    tool("dosfstools", "mkfs.vfat", &["-C", "-n", "EFI", "-i", "12345678", "efi.img", &kib.to_string()], folder.path());
    tool("mtools", "mmd", &["-i", "efi.img", "::EFI", "::EFI/BOOT"], folder.path());
    tool("mtools", "mcopy", &["-i", "efi.img", "grub.efi", "::EFI/BOOT/BOOTX64.EFI"], folder.path());
    fs::read(folder.path().join("efi.img")).expect("made")
}
