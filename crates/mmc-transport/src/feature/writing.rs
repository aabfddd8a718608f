//! Features about writing, of fixed form.

use crate::layout::layout;

layout! {
    /// 0020h: any block can be written.
    RandomlyWritable[12] {
        /// The last block.
        last_block: u32(0),
        /// Bytes of a block.
        block_size: u32(4),
        /// Blocks that are written at once.
        blocking: u16(8),
        /// PP: the error recovery page is there.
        page_present: bit(10, 0),
    }
}

layout! {
    /// 0023h: the disc can be formatted.
    Formattable[8] {
        /// Cert: a full certification can be asked for.
        certification: bit(0, 0),
        /// `QCert`: a quick one.
        quick_certification: bit(0, 1),
        /// Expand: the spare area can be made larger.
        expand: bit(0, 2),
        /// `RENoSA`: a BD-RE can be formatted without spare area.
        without_spare_area: bit(0, 3),
        /// FRF: a BD-R formatted in full can be formatted again.
        full_again: bit(1, 7),
        /// RRM: a BD-R can be formatted for random recording.
        random_recording: bit(4, 0),
    }
}

layout! {
    /// 0024h: the drive replaces bad blocks.
    DefectManagement[4] {
        /// SSA: there is a supplementary spare area.
        supplementary_spare_area: bit(0, 7),
    }
}

layout! {
    /// 0028h: Mount Rainier.
    Mrw[4] {
        /// MRW CDs can be written.
        cd_write: bit(0, 0),
        /// MRW DVD+RWs can be read.
        dvd_plus_read: bit(0, 1),
        /// MRW DVD+RWs can be written.
        dvd_plus_write: bit(0, 2),
    }
}

layout! {
    /// 0029h: the drive tells of defects and lets the host manage them.
    EnhancedDefectReporting[4] {
        /// DRT-DM: in its DRT-DM form.
        drt_dm: bit(0, 0),
        /// How many zones of defective blocks it remembers.
        cache_zones: u8(1),
        /// And how many blocks in each.
        entries: u16(2),
    }
}

layout! {
    /// 002Ah, and 003Ah for two layers: DVD+RWs can be read, and perhaps written.
    DvdPlusRw[4] {
        /// They can be written.
        write: bit(0, 0),
        /// Background formatting can only be stopped so that other drives can read the disc, not quickly.
        close_only: bit(1, 0),
        /// It can be started quickly.
        quick_start: bit(1, 1),
    }
}

layout! {
    /// 002Bh, and 003Bh for two layers: DVD+Rs can be read, and perhaps written.
    DvdPlusR[4] {
        /// They can be written.
        write: bit(0, 0),
    }
}

layout! {
    /// 002Ch: a DVD-RW can be overwritten in whole packets.
    RigidRestrictedOverwrite[4] {
        /// BLANK works on it.
        blank: bit(0, 0),
        /// The intermediate state can be entered.
        intermediate: bit(0, 1),
        /// DSDR: defect status data can be read.
        defect_status_read: bit(0, 2),
        /// DSDG: and made.
        defect_status_generate: bit(0, 3),
    }
}

layout! {
    /// 002Dh: a CD can be written track by track.
    CdTrackAtOnce[4] {
        /// R-W subchannels can be written.
        rw_subcode: bit(0, 0),
        /// CD-RWs can be overwritten track by track.
        cd_rw: bit(0, 1),
        /// Test writing.
        test_write: bit(0, 2),
        /// Packed R-W subchannels.
        rw_pack: bit(0, 3),
        /// Raw R-W subchannels.
        rw_raw: bit(0, 4),
        /// BUF: the drive can go on after its buffer ran empty.
        buffer_underrun_free: bit(0, 6),
        /// Bit n: data block type n of mode page 05h.
        data_types: u16(2),
    }
}

layout! {
    /// 002Eh: a CD can be written as a whole.
    CdMastering[4] {
        /// R-W subchannels can be written, and with them CD-TEXT.
        rw_subcode: bit(0, 0),
        /// CD-RWs can be overwritten.
        cd_rw: bit(0, 1),
        /// Test writing.
        test_write: bit(0, 2),
        /// Raw.
        raw: bit(0, 3),
        /// Raw with several sessions.
        raw_multi_session: bit(0, 4),
        /// Session at once.
        session_at_once: bit(0, 5),
        /// BUF: the drive can go on after its buffer ran empty.
        buffer_underrun_free: bit(0, 6),
        /// Bytes that a cue sheet may have.
        longest_cue_sheet: u24(1),
    }
}

layout! {
    /// 002Fh: DVD-Rs can be written.
    DvdDashWrite[4] {
        /// DVD-RWs too.
        dvd_rw: bit(0, 1),
        /// Test writing.
        test_write: bit(0, 2),
        /// RDL: DVD-Rs of two layers.
        dual_layer: bit(0, 3),
        /// BUF: the drive can go on after its buffer ran empty.
        buffer_underrun_free: bit(0, 6),
    }
}

layout! {
    /// 0037h: which speed classes of CD-RW can be written.
    CdRwMedia[4] {
        /// Bit n: subtype n.
        subtypes: u8(1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::each_flag_alone;

    #[test]
    fn each_flag_for_formatting_is_in_its_place() {
        each_flag_alone!(RandomlyWritable { page_present: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x01, 0] });
        each_flag_alone!(Formattable {
            certification: [0x01, 0, 0, 0, 0, 0, 0, 0],
            quick_certification: [0x02, 0, 0, 0, 0, 0, 0, 0],
            expand: [0x04, 0, 0, 0, 0, 0, 0, 0],
            without_spare_area: [0x08, 0, 0, 0, 0, 0, 0, 0],
            full_again: [0, 0x80, 0, 0, 0, 0, 0, 0],
            random_recording: [0, 0, 0, 0, 0x01, 0, 0, 0],
        });
        each_flag_alone!(DefectManagement { supplementary_spare_area: [0x80, 0, 0, 0] });
        each_flag_alone!(Mrw {
            cd_write: [0x01, 0, 0, 0],
            dvd_plus_read: [0x02, 0, 0, 0],
            dvd_plus_write: [0x04, 0, 0, 0],
        });
        each_flag_alone!(EnhancedDefectReporting { drt_dm: [0x01, 0, 0, 0] });
        each_flag_alone!(RigidRestrictedOverwrite {
            blank: [0x01, 0, 0, 0],
            intermediate: [0x02, 0, 0, 0],
            defect_status_read: [0x04, 0, 0, 0],
            defect_status_generate: [0x08, 0, 0, 0],
        });
    }

    #[test]
    fn each_flag_for_writing_is_in_its_place() {
        each_flag_alone!(CdTrackAtOnce {
            rw_subcode: [0x01, 0, 0, 0],
            cd_rw: [0x02, 0, 0, 0],
            test_write: [0x04, 0, 0, 0],
            rw_pack: [0x08, 0, 0, 0],
            rw_raw: [0x10, 0, 0, 0],
            buffer_underrun_free: [0x40, 0, 0, 0],
        });
        each_flag_alone!(CdMastering {
            rw_subcode: [0x01, 0, 0, 0],
            cd_rw: [0x02, 0, 0, 0],
            test_write: [0x04, 0, 0, 0],
            raw: [0x08, 0, 0, 0],
            raw_multi_session: [0x10, 0, 0, 0],
            session_at_once: [0x20, 0, 0, 0],
            buffer_underrun_free: [0x40, 0, 0, 0],
        });
        each_flag_alone!(DvdDashWrite {
            dvd_rw: [0x02, 0, 0, 0],
            test_write: [0x04, 0, 0, 0],
            dual_layer: [0x08, 0, 0, 0],
            buffer_underrun_free: [0x40, 0, 0, 0],
        });
        each_flag_alone!(DvdPlusRw {
            write: [0x01, 0, 0, 0],
            close_only: [0, 0x01, 0, 0],
            quick_start: [0, 0x02, 0, 0],
        });
        each_flag_alone!(DvdPlusR { write: [0x01, 0, 0, 0] });
    }

    #[test]
    fn mastering_tells_session_at_once_from_raw() {
        let mastering = CdMastering {
            rw_subcode: true,
            test_write: true,
            session_at_once: true,
            buffer_underrun_free: true,
            longest_cue_sheet: 0x0F_A000,
            ..CdMastering::default()
        };
        assert_eq!(mastering.encode(), [0x65, 0x0F, 0xA0, 0x00]);
        assert_eq!(CdMastering::decode(&[0x65, 0x0F, 0xA0, 0x00]), Ok(mastering));
        let raw = CdMastering { raw: true, raw_multi_session: true, cd_rw: true, ..CdMastering::default() };
        assert_eq!(raw.encode(), [0x1A, 0, 0, 0]);
    }

    #[test]
    fn track_at_once_lists_its_data_types() {
        let tao = CdTrackAtOnce {
            cd_rw: true,
            test_write: true,
            buffer_underrun_free: true,
            data_types: 0x3F0F,
            ..CdTrackAtOnce::default()
        };
        assert_eq!(CdTrackAtOnce::decode(&[0x46, 0, 0x3F, 0x0F]), Ok(tao));
        assert_eq!(tao.encode(), [0x46, 0, 0x3F, 0x0F]);
    }

    #[test]
    fn the_dvd_bits_are_in_their_places() {
        let dash = DvdDashWrite { dvd_rw: true, test_write: true, dual_layer: true, buffer_underrun_free: true };
        assert_eq!(dash.encode(), [0x4E, 0, 0, 0]);
        let plus = DvdPlusRw { write: true, close_only: false, quick_start: true };
        assert_eq!(plus.encode(), [1, 2, 0, 0]);
        let rigid = RigidRestrictedOverwrite { blank: true, intermediate: true, ..RigidRestrictedOverwrite::default() };
        assert_eq!(rigid.encode(), [3, 0, 0, 0]);
    }

    #[test]
    fn formattable_is_two_words_long() {
        let formattable = Formattable {
            quick_certification: true,
            without_spare_area: true,
            full_again: true,
            random_recording: true,
            ..Formattable::default()
        };
        assert_eq!(formattable.encode(), [0x0A, 0x80, 0, 0, 1, 0, 0, 0]);
        let random = RandomlyWritable { last_block: 0x00BA_73FF, block_size: 2048, blocking: 32, page_present: true };
        assert_eq!(random.encode(), [0, 0xBA, 0x73, 0xFF, 0, 0, 8, 0, 0, 32, 1, 0]);
    }
}
