//! The volume descriptors.

use imapi_volume_structs::{
    SessionLink,
    iso9660::{Identifiers, JolietLevel, Padded, PathTables, VolumeDescriptor, encode_terminator, joliet},
};

use super::{TABLE_BIG, TABLE_LITTLE, Volume, names::Naming, render::address, time::volume_time};
use crate::{ImageOptions, Tree, plan::pack::BLOCK};

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
            application_use: if is_joliet { [0; 512] } else { linked(options.session.link) },
            ..if is_joliet { plain.joliet(JolietLevel::Three) } else { plain }
        };
        let mut block = Box::new([0; BLOCK]);
        descriptor.encode(&mut block);
        block
    }
}

/// A field that has a link at its beginning, if there is one.
fn linked(link: Option<SessionLink>) -> [u8; 512] {
    let mut field = [0; 512];
    if let Some((link, out)) = link.zip(field.first_chunk_mut()) {
        link.encode(out);
    }
    field
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

/// The volume's name: capitals, digits and underscores, or whatever Joliet allows.
fn volume(name: &str, is_joliet: bool) -> Padded<32> {
    let allowed = |c: char| {
        let upper = c.to_ascii_uppercase();
        if upper.is_ascii_alphanumeric() { upper } else { '_' }
    };
    if is_joliet { field(name, true) } else { field(&name.chars().map(allowed).collect::<String>(), false) }
}

/// As much of a text as a field holds. What ISO 9660 has no character for becomes an underscore.
fn field<const N: usize>(text: &str, is_joliet: bool) -> Padded<N> {
    if is_joliet {
        return Padded::wide(joliet::truncated(text, N / 2)).unwrap_or(Padded::BLANK);
    }
    let bytes: Vec<u8> = text.chars().take(N).map(|c| if matches!(c, ' '..='~') { c as u8 } else { b'_' }).collect();
    Padded::new(&bytes).unwrap_or(Padded::BLANK)
}
