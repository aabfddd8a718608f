//! The volume descriptors.

use imapi_volume_structs::{
    SessionLink,
    iso9660::{Identifiers, JolietLevel, Padded, PathTables, VolumeDescriptor, encode_terminator, joliet},
};

use super::{TABLE_BIG, TABLE_LITTLE, Volume, names::Naming, render::address, time::volume_time};
use crate::{AlteredText, ImageOptions, Tree, plan::pack::BLOCK};

pub(super) fn terminator() -> Box<[u8; BLOCK]> {
    let mut block = Box::new([0; BLOCK]);
    encode_terminator(&mut block);
    block
}

impl Volume {
    /// Its volume descriptor, in an image of so many blocks.
    pub fn descriptor(&self, tree: &Tree, options: &ImageOptions, blocks: u64) -> Box<[u8; BLOCK]> {
        let tables = PathTables {
            // A path table of 65,535 folders has less than 16 MiB.
            len: u32::try_from(self.view.table.bytes()).unwrap_or(u32::MAX),
            little: address(self.at[TABLE_LITTLE]),
            big: address(self.at[TABLE_BIG]),
            ..PathTables::default()
        };
        let space_size = u32::try_from(blocks).unwrap_or(u32::MAX);
        let is_joliet = self.view.manner.naming == Naming::Joliet;
        let plain = VolumeDescriptor::primary(space_size, tables, self.root(tree));
        let made = volume_time(options.now);
        let descriptor = VolumeDescriptor {
            identifiers: identifiers(options, is_joliet),
            created: made,
            modified: made,
            effective: made,
            application_use: if is_joliet { [0; 512] } else { SessionLink::field(options.session.link) },
            ..if is_joliet { plain.joliet(JolietLevel::Three) } else { plain }
        };
        let mut block = Box::new([0; BLOCK]);
        descriptor.encode(&mut block);
        block
    }
}

fn identifiers(options: &ImageOptions, is_joliet: bool) -> Identifiers {
    Identifiers {
        system: field(&options.system, is_joliet),
        volume: volume(&options.volume, is_joliet),
        volume_set: field("", is_joliet),
        publisher: field(&options.publisher, is_joliet),
        data_preparer: field(&options.data_preparer, is_joliet),
        application: field(&options.application, is_joliet),
        copyright_file: field("", is_joliet),
        abstract_file: field("", is_joliet),
        bibliographic_file: field("", is_joliet),
    }
}

/// Adds the texts that are others here than those that were given.
pub(crate) fn altered_texts(options: &ImageOptions, is_joliet: bool, altered: &mut Vec<AlteredText>) {
    let file_system = if is_joliet { "Joliet" } else { "ISO 9660" };
    let mut look = |option, given: &str, became: String, is_same: bool| {
        if !is_same && became != given {
            altered.push(AlteredText { option, file_system, became });
        }
    };
    let became = volume_text(&options.volume, is_joliet);
    let is_same = !is_joliet && became.eq_ignore_ascii_case(&options.volume);
    look("volume", &options.volume, became, is_same);
    look("system", &options.system, field_text(&options.system, 32, is_joliet), false);
    for (option, given) in [
        ("publisher", &options.publisher),
        ("data_preparer", &options.data_preparer),
        ("application", &options.application),
    ] {
        look(option, given, field_text(given, 128, is_joliet), false);
    }
}

/// The volume's name: capitals, digits and underscores, or whatever Joliet allows.
fn volume(name: &str, is_joliet: bool) -> Padded<32> {
    field(&volume_text(name, is_joliet), is_joliet)
}

fn volume_text(name: &str, is_joliet: bool) -> String {
    let allowed = |c: char| {
        let upper = c.to_ascii_uppercase();
        if upper.is_ascii_alphanumeric() { upper } else { '_' }
    };
    let text: String = if is_joliet { name.to_string() } else { name.chars().map(allowed).collect() };
    field_text(&text, 32, is_joliet)
}

/// As much of a text as a field holds. What ISO 9660 has no character for becomes an underscore.
fn field<const N: usize>(text: &str, is_joliet: bool) -> Padded<N> {
    let text = field_text(text, N, is_joliet);
    if is_joliet { Padded::wide(&text) } else { Padded::new(text.as_bytes()) }.unwrap_or(Padded::BLANK)
}

/// The same as text, for a field of so many bytes.
fn field_text(text: &str, bytes: usize, is_joliet: bool) -> String {
    if is_joliet {
        return joliet::truncated(text, bytes / 2).chars().map(|c| if c.is_control() { '_' } else { c }).collect();
    }
    text.chars().take(bytes).map(|c| if matches!(c, ' '..='~') { c } else { '_' }).collect()
}
