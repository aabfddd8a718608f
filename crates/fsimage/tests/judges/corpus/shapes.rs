//! Sizes, dates, modes, owners, links, depths and numbers.

use super::{Item, What};

pub fn all() -> Vec<Item> {
    let mut items = sizes();
    items.extend(dates());
    items.extend(modes());
    items.extend(links());
    items.extend(others());
    items.extend(many());
    items.extend(deep());
    items.extend(streams());
    items
}

fn sizes() -> Vec<Item> {
    let mut items = vec![
        Item::folder("sizes"),
        Item::folder("sizes/empty folder"),
        Item::folder("sizes/folder with an empty folder"),
        Item::folder("sizes/folder with an empty folder/empty"),
        Item::folder("sizes/folder with an empty file"),
        Item::file("sizes/folder with an empty file/empty", 0),
    ];
    let sizes = [
        0, 1, 2, 511, 512, 513, 1000, 1900, 2047, 2048, 2049, 4095, 4096, 4097, 32_768, 65_535, 65_536, 65_537, 300_001,
    ];
    items.extend(sizes.map(|size| Item::file(format!("sizes/{size}"), size)));
    items.push(Item::file("sizes/for television", 70_000).real_time());
    let islands = vec![0, 65_536, 700_000, (1 << 20) - 100];
    items.push(Item::other("sizes/sparse", What::Sparse { size: 1 << 20, islands }));
    items.push(Item::other("sizes/all holes", What::Sparse { size: 100_000, islands: Vec::new() }));
    items
}

/// Seconds since 1970, by what `date -u -d '1900-01-01' +%s` tells.
fn dates() -> Vec<Item> {
    let moments: [(&str, i64, u32); 28] = [
        ("1899-12-31", -2_209_032_000, 0),
        ("1900-01-01", -2_208_988_800, 0),
        ("1900-02-28 23.59.59", -2_203_891_201, 0),
        ("1900-03-01", -2_203_891_200, 0),
        ("1901-12-13 20.45.51", -2_147_483_649, 0),
        ("1901-12-13 20.45.52", -2_147_483_648, 0),
        ("1950-06-18 12", -616_593_600, 0),
        ("1969-12-31 23.59.59", -1, 0),
        ("1969-12-31 23.59.58.5", -2, 500_000_000),
        ("1970-01-01", 0, 0),
        ("1970-01-01 00.00.01", 1, 0),
        ("1980-01-01", 315_532_800, 0),
        ("1999-12-31 23.59.59", 946_684_799, 0),
        ("2000-02-29 12", 951_825_600, 0),
        ("2001-09-09 with a hundredth", 1_000_000_000, 10_000_000),
        ("2001-09-09 with nine digits", 1_000_000_000, 123_456_789),
        ("2001-09-09 nearly over", 1_000_000_000, 999_999_999),
        ("2024-02-29 23.59.59", 1_709_251_199, 0),
        ("2037-12-31 23.59.59", 2_145_916_799, 0),
        ("2038-01-19 03.14.07", 2_147_483_647, 0),
        ("2038-01-19 03.14.08", 2_147_483_648, 0),
        ("2040-02-29 12", 2_214_129_600, 0),
        ("2099-12-31", 4_102_358_400, 0),
        ("2100-03-01", 4_107_542_400, 0),
        ("2106-02-07 06.28.15", 4_294_967_295, 0),
        ("2106-02-07 06.28.16", 4_294_967_296, 0),
        ("2155-12-31 23.59.59", 5_869_583_999, 0),
        ("2156-01-01", 5_869_584_000, 0),
    ];
    let files = moments
        .iter()
        .map(|&(name, seconds, nanoseconds)| Item::file(format!("dates/{name}"), 3).modified((seconds, nanoseconds)));
    let folder = |name: &str, seconds| Item::folder(format!("dates/{name}")).modified((seconds, 0));
    let folders = [
        folder("folder of 1970", 1),
        folder("folder of 2030", 1_893_456_000),
        folder("folder of 1920", -1_577_923_200),
    ];
    let inside = folders.clone().map(|folder| Item::file([&folder.path, &b"/inside"[..]].concat(), 4));
    [Item::folder("dates")].into_iter().chain(files).chain(folders).chain(inside).collect()
}

fn modes() -> Vec<Item> {
    let mut items = vec![Item::folder("modes")];
    for mode in [0o000, 0o100, 0o400, 0o444, 0o600, 0o640, 0o644, 0o666, 0o755, 0o777, 0o1644, 0o2755, 0o4755, 0o7777] {
        items.push(Item::file(format!("modes/{mode:04o}"), 5).mode(mode));
    }
    for mode in [0o500, 0o700, 0o711, 0o1777, 0o2755] {
        items.push(Item::folder(format!("modes/folder {mode:04o}")).mode(mode));
        items.push(Item::file(format!("modes/folder {mode:04o}/inside"), 6));
    }
    for (user, group) in
        [(0, 0), (1000, 1000), (1, 2), (65_534, 65_534), (65_536, 65_537), (1_234_567, 7_654_321), (0, 4_000_000_000)]
    {
        items.push(Item::file(format!("modes/owner {user} of {group}"), 7).owner(user, group));
    }
    items.push(Item::folder("modes/folder of 1000").owner(1000, 100));
    items.push(Item::file("modes/hidden", 8).hidden());
    items.push(Item::folder("modes/hidden folder").hidden());
    items.push(Item::file("modes/hidden folder/inside", 8));
    items
}

fn links() -> Vec<Item> {
    let mut items = vec![
        Item::folder("links"),
        Item::folder("links/elsewhere"),
        Item::file("links/file", 2500).mode(0o640),
        Item::file("links/empty", 0),
    ];
    let again = |path: &str, of: &str| Item::other(path, What::Again(of.into()));
    items.extend([
        again("links/again", "links/file"),
        again("links/elsewhere/again", "links/file"),
        again("links/Z last name", "links/file"),
        again("links/empty again", "links/empty"),
    ]);
    let deep = "up/../".repeat(40);
    let targets: [(&str, &str); 16] = [
        ("relative", "file"),
        ("to a folder", "elsewhere"),
        ("into a folder", "elsewhere/again"),
        ("above", "../sizes/2048"),
        ("far above", "../../../../etc/passwd"),
        ("absolute", "/usr/bin/env"),
        ("root", "/"),
        ("here", "."),
        ("parent", ".."),
        ("dangling", "nothing of that name"),
        ("to itself", "to itself"),
        ("dots", "./elsewhere/./../file"),
        ("spaces", "a name with  spaces and \"quotes\""),
        ("unicode", "\u{e9}t\u{e9}/😀/e\u{301}"),
        ("new line", "a\nb"),
        ("steps", &deep),
    ];
    items.extend(targets.map(|(name, target)| Item::link(format!("links/{name}"), target)));
    items.push(Item::link("links/no text", b"latin \xe9".to_vec()));
    items.push(Item::link("links/one long step", "s".repeat(255)));
    items.push(Item::link("links/two long steps", format!("{}/{}", "s".repeat(250), "t".repeat(255))));
    items.push(Item::link("links/as long as can be", format!("{}end", "1234567/".repeat(127))));
    items.push(Item::link(format!("links/{}", "long name ".repeat(25)), "and a target/".repeat(20)));
    items
}

fn others() -> Vec<Item> {
    let mut items = vec![
        Item::folder("others"),
        Item::other("others/pipe", What::Pipe).mode(0o600),
        Item::other("others/socket", What::Socket).mode(0o755),
    ];
    for (major, minor) in [(1, 3), (5, 1), (8, 17), (10, 232), (255, 255), (4095, 1_048_575)] {
        items.push(
            Item::other(format!("others/characters {major} {minor}"), What::Characters(major, minor)).mode(0o666),
        );
        items.push(
            Item::other(format!("others/blocks {major} {minor}"), What::Blocks(major, minor)).mode(0o660).owner(0, 6),
        );
    }
    items
}

/// Directories of several blocks, whose last record ends anywhere.
fn many() -> Vec<Item> {
    let mut items = vec![Item::folder("many")];
    for (folder, count) in [("many/some", 45), ("many/more", 190)] {
        items.push(Item::folder(folder));
        items.extend((0..count).map(|number| {
            Item::file(format!("{folder}/{number:03}{}.bin", "-".repeat(number % 7)), number as u64 * 3)
        }));
    }
    items.push(Item::folder("many/folders"));
    items.extend((0..70).map(|number| Item::folder(format!("many/folders/{number}"))));
    items
}

/// Sixty levels, and a file at some of them.
fn deep() -> Vec<Item> {
    let mut items = Vec::new();
    let mut path = "deep".to_string();
    for level in 1..=60 {
        items.push(Item::folder(path.clone()));
        if level % 10 == 8 || level == 60 {
            items.push(Item::file(format!("{path}/file of level {level}"), level));
        }
        path.push_str(if level % 2 == 0 { "/down" } else { "/d" });
    }
    items
}

/// Extended attributes, which UDF 2.00 and later tell as named streams.
fn streams() -> Vec<Item> {
    vec![
        Item::folder("streams"),
        Item::file("streams/one", 100).stream("comment", *b"a comment"),
        Item::file("streams/three", 5000)
            .stream("a", *b"1")
            .stream("b", vec![7; 3000])
            .stream("mime_type", *b"text/plain"),
        Item::file("streams/empty", 0).stream("empty", *b"").stream("\u{e9}t\u{e9} 😀", *b"unicode"),
        Item::folder("streams/folder").stream("of a folder", *b"folders have none"),
    ]
}
