//! A burning program that copes with all drives copes with all of ours.

use std::{
    fs,
    path::Path,
    process::{Command, Output},
};

use imapi_virtual_drive::PERSONALITIES;

fn imapi(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_imapi"));
    command.args(arguments).current_dir(folder).env("LC_ALL", "C").output().expect("the program starts")
}

#[test]
fn cdrskin_burns_a_cd_in_every_drive() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    let data: Vec<u8> = (0..1000 * 2048_u32).map(|place| (place * 7 + place / 2048).to_le_bytes()[0]).collect();
    fs::write(folder.join("data"), &data).expect("a file");
    for personality in &PERSONALITIES {
        let name = personality.name;
        let made = imapi(folder, &["virtual", "create", name, "--media", "cd-r", "--size", "16M"]);
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let burn = ["cdrskin", "dev=/dev/sr0", "-sao", "data"];
        let burned = imapi(folder, &[&["virtual", "run", name, "--personality", name, "--"], &burn[..]].concat());
        let told = String::from_utf8_lossy(&burned.stderr);
        assert!(burned.status.success(), "{name}: {told} (cdrskin: cargo xtask test --setup)");
        let read = ["dd", "if=/dev/sr0", "of=copy", "bs=2048", "count=1000", "status=none"];
        let copied = imapi(folder, &[&["virtual", "run", name, "--"], &read[..]].concat());
        assert!(copied.status.success(), "{name}: {}", String::from_utf8_lossy(&copied.stderr));
        assert!(fs::read(folder.join("copy")).expect("dd made it") == data, "{name}");
    }
}
