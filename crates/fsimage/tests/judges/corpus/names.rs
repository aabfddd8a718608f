//! Names that have ever made trouble.

use super::Item;

pub fn all() -> Vec<Item> {
    let mut items = vec![Item::folder("names")];
    for (folder, names) in [
        ("names/plain", plain()),
        ("names/signs", signs()),
        ("names/control", control()),
        ("names/unicode", unicode()),
        ("names/pairs", pairs()),
        ("names/bytes", bytes()),
        ("names/long", long()),
        ("names/colliding", colliding()),
    ] {
        items.push(Item::folder(folder));
        for (name, number) in names.into_iter().zip(1..) {
            items.push(Item::file([folder.as_bytes(), b"/", &name].concat(), number));
        }
    }
    // Folders have names too, and names of folders other rules.
    items.push(Item::folder("names/folders"));
    let folders = [
        "plain",
        "with.dot",
        "with.two.dots",
        "with space",
        "Ünïcödé \u{5e9}\u{5dc}\u{5d5}\u{5dd}",
        "😀",
        "trailing. ",
        "~",
    ];
    let long = [
        "f".repeat(255),
        format!("{}.d", "é".repeat(100)),
        "a folder with a rather long name and a twin of it, one".to_string(),
        "a folder with a rather long name and a twin of it, two".to_string(),
    ];
    for name in folders.iter().map(ToString::to_string).chain(long) {
        let path = format!("names/folders/{name}");
        items.push(Item::folder(path.clone()));
        items.push(Item::file(format!("{path}/inside"), 9));
    }
    items
}

fn named<const N: usize>(names: [&str; N]) -> Vec<Vec<u8>> {
    names.map(|name| name.as_bytes().to_vec()).to_vec()
}

fn plain() -> Vec<Vec<u8>> {
    named([
        "README",
        "README.TXT",
        "A",
        "A.B",
        "ABCDEFGH.XYZ",
        "ABCDEFGHI.XYZ",
        "ABCDEFGH.WXYZ",
        "lower.txt",
        "Mixed.Case",
        "UNDER_SCORE",
        "0123",
        "0.1",
        "A.B.C",
        "archive.tar.gz",
        "THIRTY_CHARACTERS_IN_ALL_A.TXT",
        "THIRTY_ONE_CHARACTERS_IN_ALL.TXT",
        "an.extension-of-some-length",
        "x.thirty-two-units-and-some-more-now",
    ])
}

/// Signs of ASCII that some file system, program or shell takes for something else.
fn signs() -> Vec<Vec<u8>> {
    let mut names = named([
        " leading space",
        "trailing space ",
        "two  spaces",
        " ",
        ".leading dot",
        "..two dots",
        "...",
        ".a",
        "trailing dot.",
        "trailing dots...",
        "dot space. ",
        "space dot .",
        "-dash",
        "--",
        "~",
        "~tilde",
        "#hash#",
        "$HOME",
        "%41",
        "%",
        "a&b",
        "(round)",
        "[square]",
        "{curly}",
        "a+b",
        "a,b",
        "a=b",
        "a@b",
        "a^b",
        "a`b",
        "a!b",
        "it's",
        "\"quoted\"",
        "back\\slash",
        "\\",
        "star*",
        "question?",
        "less<",
        "more>",
        "pipe|",
        "colon:",
        "C:",
        "semi;colon",
        "version;1",
        ";1",
        "CON",
        "nul.txt",
        "LPT1",
        "a.;1",
        "x:stream",
        "&amp;",
        "a'b\"c`d",
    ]);
    names.extend(
        (b' '..=b'~').filter(|&byte| !byte.is_ascii_alphanumeric() && byte != b'/').map(|byte| vec![b'k', byte, b'k']),
    );
    names
}

/// But for a name of nothing but U+0001, which Linux takes for `..` in ISO 9660.
fn control() -> Vec<Vec<u8>> {
    let mut names = named([
        "new\nline",
        "\n",
        "carriage\rreturn",
        "tab\tbed",
        "bell\u{7}",
        "\u{1b}[31mred",
        "delete\u{7f}",
        "\u{1}\u{2}",
    ]);
    names.extend((1..b' ').map(|byte| vec![b'c', byte, b'c']));
    names
}

fn unicode() -> Vec<Vec<u8>> {
    named([
        "caf\u{e9}",
        "cafe\u{301}",
        "\u{c5}ngstr\u{f6}m",
        "A\u{30a}ngstro\u{308}m",
        "\u{212b}ngstrom sign",
        "\u{1e69} s with both",
        "s\u{323}\u{307} one order",
        "s\u{307}\u{323} the other",
        "\u{ff}",
        "latin \u{e0}\u{e8}\u{ec}\u{f2}\u{f9}",
        "\u{410}\u{43d}\u{43d}\u{430}.txt",
        "\u{5e9}\u{5dc}\u{5d5}\u{5dd}.txt",
        "\u{645}\u{631}\u{62d}\u{628}\u{627}",
        "left \u{5d0}\u{5d1} right",
        "\u{202e}txt.exe",
        "\u{200f}mark",
        "\u{4e2d}\u{6587}.txt",
        "\u{65e5}\u{672c}\u{8a9e}",
        "\u{d55c}\u{ad6d}\u{c5b4}",
        "\u{1112}\u{1161}\u{11ab}",
        "\u{fb01} ligature",
        "\u{130}I\u{131}i",
        "stra\u{df}e",
        "STRASSE",
        "zero\u{200b}width",
        "\u{feff}mark of order",
        "\u{fffd}",
        "no\u{a0}break",
        "\u{2028}line",
        "\u{e000} private",
        "\u{3000}wide space",
        "\u{85}next line",
        "\u{9b}control",
        "\u{f022}quote of samba",
        "\u{2044}slash",
        "\u{ff0f}wide slash",
    ])
}

/// Characters that are two units of UTF-16.
fn pairs() -> Vec<Vec<u8>> {
    named([
        "😀",
        "smile 😀.txt",
        "👨\u{200d}👩\u{200d}👧",
        "🇩🇪",
        "👍\u{1f3fd}",
        "\u{10000}",
        "\u{10ffff}",
        "𝒳.𝒴",
        "\u{1f600}\u{301}",
    ])
}

/// Bytes that are no text. A name of one such byte Linux does not find in ISO 9660, whoever made the image.
fn bytes() -> Vec<Vec<u8>> {
    let names: [&[u8]; 11] = [
        b"\xfe\xff",
        b"latin \xe9\xe8.txt",
        b"cut \xe2\x82",
        b"alone \x80",
        b"overlong \xc0\xaf",
        b"half \xed\xa0\x80",
        b"other half \xed\xb0\x80",
        b"beyond \xf4\x90\x80\x80",
        b"\x80\x81\x82",
        b"shift jis \x83\x65\x83\x58\x83\x67",
        b"mixed \xc3\xa9 \xe9",
    ];
    names.map(<[u8]>::to_vec).to_vec()
}

fn long() -> Vec<Vec<u8>> {
    let mut names = Vec::new();
    for len in [31, 32, 63, 64, 65, 103, 104, 110, 111, 126, 127, 128, 206, 207, 254, 255] {
        let digits = format!("{len:03}");
        names.push(format!("{digits}{}", "n".repeat(len - 3)));
        names.push(format!("{digits}{}.ext", "e".repeat(len - 7)));
    }
    // Two bytes of UTF-8 and one unit, or one byte in the shorter of UDF's compressions.
    for units in [64, 65, 110, 127] {
        names.push(format!("{}{}", "\u{e9}".repeat(units - 1), 'x'));
    }
    // Three bytes and one unit; four bytes and two units, of which an end may come between.
    names.push("\u{4e2d}".repeat(64));
    names.push("\u{4e2d}".repeat(85));
    names.push(format!("{}x", "😀".repeat(32)));
    names.push(format!("x{}", "😀".repeat(32)));
    names.push("😀".repeat(63));
    names.push(format!("{}.a rather long extension of many more characters than others", "s".repeat(50)));
    names.push(format!("{}.", "d".repeat(254)));
    names.push(format!("{}.x", "d".repeat(62)));
    names.into_iter().map(String::into_bytes).collect()
}

/// Names that are one where a file system knows less of them.
fn colliding() -> Vec<Vec<u8>> {
    let mut names = named([
        "readme",
        "Readme",
        "README",
        "readme.txt",
        "README.txt",
        "readme.TXT",
        "a*b",
        "a?b",
        "a_b",
        "a:b",
        "A_B",
        "end",
        "end.",
        "end..",
        "end ",
        "x;1",
        "x",
        "long name1",
        "long name 1",
        "longname1",
        "longname2",
        "longname10",
        "longname",
        "\u{e4}",
        "a\u{308}",
        "\u{e5}",
        "_",
        "\u{c4}",
    ]);
    for number in 0..25 {
        names.push(format!("one long beginning {number}.text").into_bytes());
        names.push(
            format!("{} and then {number}", "as many characters as there are in sixty-four units of sixteen bit")
                .into_bytes(),
        );
    }
    for last in ["", "1", "2", "a", "aa"] {
        names.push(format!("{}{last}", "twins".repeat(12)).into_bytes());
        names.push(format!("{}{last}.html", "t".repeat(60)).into_bytes());
    }
    names
}
