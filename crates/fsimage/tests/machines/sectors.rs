//! Boot sectors of our own, a few instructions each, that tell on the serial port what they were started from.

use std::iter;

use imapi_volume_structs::mbr::{Geometry, Mbr, PartitionEntry, PartitionKind};

/// A sector that reads the one behind it from the drive that it was started from, and sends its text to the serial port.
///
/// A text of that sector can only come from there: the emulated drive works.
fn reads_the_next() -> Vec<u8> {
    let mut code = vec![
        0x31, 0xC0, // xor ax, ax
        0x8E, 0xD8, // mov ds, ax
        0x8E, 0xC0, // mov es, ax
        0xBB, 0x00, 0x7E, // mov bx, 7E00h
        0xB9, 0x02, 0x00, // mov cx, 2: cylinder 0, sector 2
        0xB6, 0x00, // mov dh, 0: head 0; the drive is in dl
        0xB8, 0x01, 0x02, // mov ax, 0201h: read one sector
        0xCD, 0x13, // int 13h
        0x72, 0x0E, // jc stop
        0xBE, 0x00, 0x7E, // mov si, 7E00h
    ];
    code.extend(sends_from_si());
    code
}

/// Sends the text at ds:si up to its zero, and stops.
fn sends_from_si() -> [u8; 14] {
    [
        0xBA, 0xF8, 0x03, // mov dx, 3F8h
        0xAC, // next: lodsb
        0x84, 0xC0, // test al, al
        0x74, 0x03, // jz stop
        0xEE, // out dx, al
        0xEB, 0xF8, // jmp next
        0xF4, // stop: hlt
        0xEB, 0xFD, // jmp stop
    ]
}

/// The image of a drive of so many bytes with that text in its second sector.
pub fn floppy(size: usize, text: &str) -> Vec<u8> {
    let mut image = reads_the_next();
    image.resize(510, 0);
    image.extend([0x55, 0xAA]);
    image.extend(text.bytes());
    image.resize(size, 0);
    image
}

/// The image of a hard disk of 4 MiB with one partition and that text in its second sector.
pub fn hard_disk(text: &str) -> Vec<u8> {
    const SECTORS: u32 = 8192;
    let mut image = floppy(SECTORS as usize * 512, text);
    let mut mbr = Mbr::with_code(&image[..440]);
    let geometry = Geometry { heads: 16, sectors: 32 };
    mbr.partitions[0] = PartitionEntry::new(PartitionKind(0x0E), 512, SECTORS - 512, geometry).active();
    mbr.encode(image.first_chunk_mut().expect("a sector"));
    image
}

/// Code that tells to which segment it was loaded, by the letter that its upper byte is, and then a text that stands so
/// many sectors behind it.
pub fn tells_its_segment(sectors: u16, text: &str) -> Vec<u8> {
    let [low, high] = (sectors * 512 - 3).to_le_bytes();
    let mut code = vec![
        0xE8, 0x00, 0x00, // call here
        0x5E, // here: pop si, which is 3 more than where it was started
        0x8C, 0xC8, // mov ax, cs
        0x8E, 0xD8, // mov ds, ax
        0x89, 0xF3, // mov bx, si
        0xB1, 0x0C, // mov cl, 12
        0xD3, 0xEB, // shr bx, cl
        0x00, 0xE3, // add bl, ah: some of the address may be in ip
        0x88, 0xD8, // mov al, bl
        0xBA, 0xF8, 0x03, // mov dx, 3F8h
        0xEE, // out dx, al
        0x81, 0xC6, low, high, // add si, up to the text
    ];
    code.extend(sends_from_si());
    code.resize(usize::from(sectors) * 512, 0);
    code.extend(text.bytes().chain(iter::once(0)));
    code
}
