//! What a shell allows a program: few open files, and files that are not long.

use std::{fs, process::Output};

use super::{Bench, listed, said};
use crate::peer;

/// Makes an image under a limit of the shell's.
fn limited(bench: &Bench, limit: &str) -> Output {
    let script = format!("{limit}; exec \"$@\"");
    let words = bench.words(&["--no-sync"]);
    peer("sh", "dash", &[&["-c", &script, "sh", env!("CARGO_BIN_EXE_imapi")], &words[..]].concat())
}

/// 64 files and folders may be open for reading, with the image, the streams and what each of four threads has in hand.
/// Files that lie in two pieces of the image stay open for a while, and here these are many.
#[test]
fn few_files_are_open_at_a_time() {
    let bench = Bench::empty();
    for number in 0..150 {
        let folder = (0..number % 30).fold(format!("{}", number % 40), |path, step| format!("{path}/{step}"));
        fs::create_dir_all(bench.in_tree(&folder)).expect("room");
        bench.put_sparse(&format!("{folder}/file {number}"), 700 << 10);
    }
    let deep = format!("{}; set -- \"$@\" --deep-folders", "ulimit -n 88");
    let output = limited(&bench, &deep);
    assert!(output.status.success(), "{}", said(&output));
    assert_eq!(listed(&bench.iso, "-J").iter().filter(|path| path.contains("/file ")).count(), 150);
    // It was a limit.
    fs::remove_file(&bench.iso).expect("made");
    let output = limited(&bench, &deep.replace("88", "40"));
    assert!(!output.status.success() && said(&output).contains("Too many open files"), "{}", said(&output));
}

#[test]
fn an_image_that_has_no_room_leaves_nothing_behind() {
    let bench = Bench::empty();
    bench.put_sparse("large", 20 << 20);
    // The system sends a signal, which ends programs that do not expect it.
    for limit in ["ulimit -f 8192", "trap '' XFSZ; ulimit -f 8192"] {
        let output = limited(&bench, limit);
        assert_eq!(output.status.code(), Some(1), "{limit}: {}", said(&output));
        assert!(said(&output).contains("ERROR_FILE_TOO_LARGE"), "{}", said(&output));
        assert!(said(&output).contains("x.iso"), "{}", said(&output));
        assert_eq!(bench.beside(), [""; 0]);
    }
}
