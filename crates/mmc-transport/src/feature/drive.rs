//! Features of the drive itself, whatever disc is in it.

use crate::layout::layout;

layout! {
    /// 0001h: how the drive is connected, and what every drive can do.
    Core[8] {
        /// The interface: one of this type's constants, or a number of a newer standard.
        interface: u32(0),
        /// DBE: the drive reports device busy events.
        device_busy_events: bit(4, 0),
        /// INQ2: all that INQUIRY can give can be had.
        inquiry2: bit(4, 1),
    }
}

impl Core {
    /// SCSI.
    pub const SCSI: u32 = 1;
    /// ATAPI, parallel.
    pub const ATAPI: u32 = 2;
    /// IEEE 1394-1995.
    pub const FIREWIRE: u32 = 3;
    /// IEEE 1394A.
    pub const FIREWIRE_A: u32 = 4;
    /// Fibre Channel.
    pub const FIBRE_CHANNEL: u32 = 5;
    /// IEEE 1394B.
    pub const FIREWIRE_B: u32 = 6;
    /// Serial ATAPI.
    pub const SERIAL_ATAPI: u32 = 7;
    /// USB.
    pub const USB: u32 = 8;
}

layout! {
    /// 0002h: features come and go with the disc, and the drive tells of it.
    Morphing[4] {
        /// GET EVENT STATUS NOTIFICATION may be answered later, by itself.
        asynchronous: bit(0, 0),
        /// `OCEvent`: operational change events are reported.
        operational_change_events: bit(0, 1),
    }
}

layout! {
    /// 0003h: the disc can be taken out.
    RemovableMedium[4] {
        /// The tray can be locked.
        lock: bit(0, 0),
        /// DBML, of the newest standards only: how the lock is after power-on.
        dbml: bit(0, 1),
        /// A jumper decides about locking.
        prevent_jumper: bit(0, 2),
        /// START STOP UNIT ejects.
        eject: bit(0, 3),
        /// START STOP UNIT loads.
        load: bit(0, 4),
        /// How the disc gets in: one of this type's constants.
        mechanism: bits(0, 5, 3),
    }
}

impl RemovableMedium {
    /// A caddy or slot.
    pub const CADDY: u8 = 0;
    /// A tray.
    pub const TRAY: u8 = 1;
    /// A lid that is opened by hand.
    pub const POP_UP: u8 = 2;
    /// A changer with single discs.
    pub const CHANGER: u8 = 4;
    /// A changer with a magazine.
    pub const MAGAZINE: u8 = 5;
}

layout! {
    /// 0004h: what can keep a disc from being written.
    WriteProtect[4] {
        /// SSWPP: the software write protection until power-off can be set.
        software: bit(0, 0),
        /// SPWP: persistent write protection can be set.
        persistent: bit(0, 1),
        /// WDCB: write inhibit disc control blocks can be read and written.
        inhibit_block: bit(0, 2),
        /// DWP: the disc write protect PAC can be read and written.
        disc_write_protect_pac: bit(0, 3),
    }
}

layout! {
    /// 0101h: the drive predicts its own failure.
    Smart[4] {
        /// PP: the page about it is there.
        page_present: bit(0, 0),
    }
}

layout! {
    /// 0102h: the drive has a changer in it.
    EmbeddedChanger[4] {
        /// SDP: the drive says which slots hold a disc.
        disc_present: bit(0, 2),
        /// SCC: it turns discs over.
        side_change: bit(0, 4),
        /// The highest slot, from 0.
        highest_slot: bits(3, 0, 5),
    }
}

layout! {
    /// 0103h: the drive plays audio itself.
    CdAnalogPlay[4] {
        /// SV: each channel has its own volume.
        separate_volume: bit(0, 0),
        /// SCM: each channel can be muted.
        separate_mute: bit(0, 1),
        /// SCAN is there.
        scan: bit(0, 2),
        /// How many steps the volume has.
        volume_levels: u16(2),
    }
}

layout! {
    /// 0104h: the drive's program can be replaced.
    MicrocodeUpdate[4] {
        /// M5: by WRITE BUFFER in its mode 5.
        m5: bit(0, 0),
    }
}

layout! {
    /// 0105h: the drive keeps to the times of mode page 1Dh.
    Timeout[4] {
        /// Group 3 of them as well.
        group3: bit(0, 0),
        /// How many blocks make one unit of group 3.
        unit: u16(2),
    }
}

layout! {
    /// 0106h: the drive knows CSS.
    DvdCss[4] {
        /// Of this version.
        version: u8(3),
    }
}

layout! {
    /// 0107h: reading and writing at a promised speed.
    RealTimeStreaming[4] {
        /// SW: stream recording.
        stream_writing: bit(0, 0),
        /// WSPD: GET PERFORMANCE gives write speed descriptors, SET STREAMING takes the write rotation control.
        write_speed_descriptors: bit(0, 1),
        /// MP2A: mode page 2Ah has write speed descriptors.
        mode_page_2a: bit(0, 2),
        /// SCS: SET CD SPEED.
        set_cd_speed: bit(0, 3),
        /// RBCB: READ BUFFER CAPACITY counts blocks when asked to.
        buffer_capacity_in_blocks: bit(0, 4),
        /// SMP: SET STREAMING takes a minimum performance.
        minimum_performance: bit(0, 5),
    }
}

layout! {
    /// 010Bh: the drive knows CPRM.
    DvdCprm[4] {
        /// Of this version.
        version: u8(3),
    }
}

layout! {
    /// 010Dh: the drive knows AACS.
    Aacs[4] {
        /// BNG: it makes binding nonces.
        binding_nonce: bit(0, 0),
        /// How many blocks a nonce needs.
        nonce_blocks: u8(1),
        /// How many authentications can be under way.
        agids: bits(2, 0, 4),
        /// The version.
        version: u8(3),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::each_flag_alone;

    #[test]
    fn each_flag_of_the_drive_is_in_its_place() {
        each_flag_alone!(Core {
            device_busy_events: [0, 0, 0, 0, 0x01, 0, 0, 0],
            inquiry2: [0, 0, 0, 0, 0x02, 0, 0, 0],
        });
        each_flag_alone!(Morphing { asynchronous: [0x01, 0, 0, 0], operational_change_events: [0x02, 0, 0, 0] });
        each_flag_alone!(RemovableMedium {
            lock: [0x01, 0, 0, 0],
            dbml: [0x02, 0, 0, 0],
            prevent_jumper: [0x04, 0, 0, 0],
            eject: [0x08, 0, 0, 0],
            load: [0x10, 0, 0, 0],
        });
        each_flag_alone!(WriteProtect {
            software: [0x01, 0, 0, 0],
            persistent: [0x02, 0, 0, 0],
            inhibit_block: [0x04, 0, 0, 0],
            disc_write_protect_pac: [0x08, 0, 0, 0],
        });
        each_flag_alone!(Smart { page_present: [0x01, 0, 0, 0] });
        each_flag_alone!(EmbeddedChanger { disc_present: [0x04, 0, 0, 0], side_change: [0x10, 0, 0, 0] });
        each_flag_alone!(CdAnalogPlay {
            separate_volume: [0x01, 0, 0, 0],
            separate_mute: [0x02, 0, 0, 0],
            scan: [0x04, 0, 0, 0],
        });
    }

    #[test]
    fn each_flag_of_streaming_and_protection_is_in_its_place() {
        each_flag_alone!(RealTimeStreaming {
            stream_writing: [0x01, 0, 0, 0],
            write_speed_descriptors: [0x02, 0, 0, 0],
            mode_page_2a: [0x04, 0, 0, 0],
            set_cd_speed: [0x08, 0, 0, 0],
            buffer_capacity_in_blocks: [0x10, 0, 0, 0],
            minimum_performance: [0x20, 0, 0, 0],
        });
        each_flag_alone!(MicrocodeUpdate { m5: [0x01, 0, 0, 0] });
        each_flag_alone!(Timeout { group3: [0x01, 0, 0, 0] });
        each_flag_alone!(Aacs { binding_nonce: [0x01, 0, 0, 0] });
    }

    #[test]
    fn a_sata_drive_with_a_tray_says_so() {
        let core = Core { interface: Core::SERIAL_ATAPI, device_busy_events: true, inquiry2: false };
        assert_eq!(core.encode(), [0, 0, 0, 7, 1, 0, 0, 0]);
        let tray = RemovableMedium {
            lock: true,
            eject: true,
            load: true,
            mechanism: RemovableMedium::TRAY,
            ..RemovableMedium::default()
        };
        assert_eq!(tray.encode(), [0x39, 0, 0, 0]);
        assert_eq!(RemovableMedium::decode(&[0x39, 0xFF, 0xFF, 0xFF]), Ok(tray));
    }

    #[test]
    fn the_streaming_bits_are_in_their_places() {
        let all_but_block_counting = RealTimeStreaming {
            stream_writing: true,
            write_speed_descriptors: true,
            mode_page_2a: true,
            set_cd_speed: true,
            ..RealTimeStreaming::default()
        };
        assert_eq!(RealTimeStreaming::decode(&[0x0F, 0, 0, 0]), Ok(all_but_block_counting));
        let counting = RealTimeStreaming { buffer_capacity_in_blocks: true, ..RealTimeStreaming::default() };
        assert_eq!(counting.encode(), [0x10, 0, 0, 0]);
    }

    #[test]
    fn small_numbers_sit_beside_bits() {
        let changer = EmbeddedChanger { disc_present: true, side_change: false, highest_slot: 5 };
        assert_eq!(changer.encode(), [4, 0, 0, 5]);
        let aacs = Aacs { binding_nonce: true, nonce_blocks: 1, agids: 4, version: 1 };
        assert_eq!(Aacs::decode(&[1, 1, 0xF4, 1]), Ok(aacs));
        let audio = CdAnalogPlay { separate_volume: true, separate_mute: true, scan: true, volume_levels: 256 };
        assert_eq!(audio.encode(), [7, 0, 1, 0]);
        assert_eq!(Timeout { group3: true, unit: 0x0120 }.encode(), [1, 0, 1, 0x20]);
    }
}
