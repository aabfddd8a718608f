//! What becomes of a disc: flushed, closed, reserved, formatted, blanked; and what the drive tells of it.

use imapi_disc_types::{Clock, Lba, Msf};
use imapi_mmc_transport::{
    Data, InvalidField, Query, Sense, Submit,
    commands::{
        Blank, Capacity, CapacityKind, CloseTrackSession, CurrentCapacity, DiscReply, DiscSubject, FormatCapacities,
        FormatUnit, ReadCapacity, ReadDiscInformation, ReadDiscStructure, ReadFormatCapacities, ReadToc,
        ReadTrackInformation, ReserveTrack, SendCueSheet, SendDiscStructure, SendOpcInformation, SynchronizeCache,
        TocEntry, TocReply, TocStart, TrackAddress, TrackInformation,
    },
    structure::DiscStructure,
};

use super::{Inner, Reply};
use crate::Quirk;
use crate::family::{Disc, Packets, Rules, TrackView, Work, WorkKind, signed};

/// The largest disc there is, told when there is none.
const LARGEST: u32 = 62_500_864;

/// A drive takes some seconds to find the laser's power.
const CALIBRATION: u64 = 10;
const SLOW_CALIBRATION: u64 = 60;

impl Inner {
    pub(super) fn synchronize(&mut self, command: SynchronizeCache, clock: &dyn Clock) -> Result<Reply, Sense> {
        let page = self.settings.write_parameters();
        let loaded = self.present()?;
        let rules = loaded.rules()?;
        let work = rules.synchronize(loaded, &page)?;
        // What was written counts from now on, whatever becomes of the program.
        loaded.flush()?;
        self.begin(work, command.immediate, clock)
    }

    pub(super) fn close(&mut self, command: CloseTrackSession, clock: &dyn Clock) -> Result<Reply, Sense> {
        let page = self.settings.write_parameters();
        self.may_be_written()?;
        let loaded = self.present()?;
        let rules = loaded.rules()?;
        let work = rules.close(loaded, &page, command.function, command.track)?;
        loaded.flush()?;
        self.begin(work, command.immediate, clock)
    }

    pub(super) fn reserve(&mut self, command: ReserveTrack) -> Result<Reply, Sense> {
        let page = self.settings.write_parameters();
        self.may_be_written()?;
        let loaded = self.present()?;
        let rules = loaded.rules()?;
        let changes = rules.reserve(loaded.disc(), &page, command.reservation)?;
        // All programs reserve in a rehearsal, too, and their discs stay blank.
        if page.test_write && rules.rehearses(loaded.disc()) {
            loaded.rehearse(true);
        }
        loaded.change(&changes)?;
        Ok(Reply::Done)
    }

    pub(super) fn format(&mut self, command: FormatUnit, data: &Data<'_>, clock: &dyn Clock) -> Result<Reply, Sense> {
        self.may_be_written()?;
        let loaded = self.present()?;
        let Data::Out(bytes) = data else { return Err(Sense::PARAMETER_LIST_LENGTH) };
        let parameters = command.decode_params(bytes)?;
        let work = loaded.rules()?.format(loaded.disc(), parameters)?;
        if parameters.options.options_valid && parameters.options.try_out {
            return Ok(Reply::Done);
        }
        self.begin(work, parameters.options.immediate, clock)
    }

    pub(super) fn blank(&mut self, command: Blank, clock: &dyn Clock) -> Result<Reply, Sense> {
        self.may_be_written()?;
        let loaded = self.present()?;
        if loaded.rules()?.is_writing(loaded) {
            return Err(Sense::SEQUENCE_ERROR);
        }
        loaded.rehearse(false);
        let work = loaded.rules()?.blank(loaded.disc(), command)?;
        self.begin(work, command.immediate, clock)
    }

    pub(super) fn calibrate(
        &mut self,
        command: SendOpcInformation,
        data: &Data<'_>,
        clock: &dyn Clock,
    ) -> Result<Reply, Sense> {
        let writable = !self.present()?.medium().speeds.is_empty();
        if !writable {
            return Err(Sense::CANNOT_WRITE);
        }
        if let Data::Out(bytes) = data {
            command.decode_params(bytes)?;
        }
        if !command.calibrate {
            return Ok(Reply::Done);
        }
        let slow = self.personality.has(Quirk::SlowCalibration);
        let seconds = if slow { SLOW_CALIBRATION } else { CALIBRATION };
        self.begin(Work::new(WorkKind::Calibrating, Vec::new(), seconds), false, clock)
    }

    pub(super) fn cue_sheet(&mut self, command: SendCueSheet, data: &Data<'_>) -> Result<Reply, Sense> {
        let page = self.settings.write_parameters();
        let loaded = self.present()?;
        let rules = loaded.rules()?;
        let Data::Out(bytes) = data else { return Err(Sense::PARAMETER_LIST_LENGTH) };
        let sheet = command.decode_params(bytes)?;
        rules.cue_sheet(loaded, &page, &sheet)?;
        Ok(Reply::Done)
    }

    pub(super) fn send_structure(&mut self, command: SendDiscStructure, data: &Data<'_>) -> Result<Reply, Sense> {
        let loaded = self.present()?;
        let Data::Out(bytes) = data else { return Err(Sense::PARAMETER_LIST_LENGTH) };
        let structure = command.decode_params(bytes)?;
        let changes = loaded.rules()?.send_structure(loaded.disc(), command.format.code, &structure)?;
        loaded.change(&changes)?;
        Ok(Reply::Done)
    }

    pub(super) fn disc_information(&mut self, query: ReadDiscInformation) -> Result<Reply, Sense> {
        let loaded = self.present()?;
        let rules = loaded.rules()?;
        let disc = loaded.disc();
        let reply = match query.subject {
            DiscSubject::Standard => Some(DiscReply::Standard(rules.information(disc))),
            DiscSubject::TrackResources => rules.track_resources(disc).map(DiscReply::TrackResources),
            DiscSubject::PseudoOverwriteResources => {
                rules.overwrite_resources(disc).map(DiscReply::PseudoOverwriteResources)
            }
        };
        let reply = reply.ok_or(Sense::from(InvalidField::cdb_bit(1, 2)))?;
        Ok(Reply::Answer(query.encode_reply(&reply)))
    }

    pub(super) fn track_information(&mut self, query: ReadTrackInformation) -> Result<Reply, Sense> {
        let (personality, parameters_set) = (self.personality, self.moods.parameters_set());
        let page = self.settings.write_parameters();
        let loaded = self.present()?;
        let rules = loaded.rules()?;
        let track = find(loaded.disc(), rules, query.track).ok_or(Sense::from(InvalidField::cdb(2)))?;
        let next_writable = rules.next_writable(loaded.disc(), &page, track);
        let mut information = TrackInformation {
            number: track.number,
            session: track.session,
            layer_jump: 0,
            damage: track.damaged || loaded.state().harm.is_broken(usize::from(track.number)),
            copy: false,
            mode: track.mode,
            reserved: track.reserved,
            blank: track.blank,
            packet: track.packets != Packets::None,
            fixed_packet: matches!(track.packets, Packets::Fixed(_)),
            data_mode: track.data_mode,
            start: Lba(track.start),
            next_writable: next_writable.map(|(next, _)| Lba(next)),
            free_blocks: next_writable.map_or(0, |(_, free)| free),
            packet_size: Some(match track.packets {
                Packets::Fixed(blocks) | Packets::Linked(blocks) => blocks,
                Packets::None => 0,
            }),
            size: Some(track.size),
            last_recorded: track.last_recorded.map(Lba),
            read_compatible: None,
        };
        personality.track(&mut information, loaded.medium(), parameters_set);
        Ok(Reply::Answer(query.encode_reply(&information)))
    }

    pub(super) fn toc(&mut self, query: ReadToc) -> Result<Reply, Sense> {
        let personality = self.personality;
        let loaded = self.present()?;
        let mut answer = loaded.rules()?.toc(loaded, query.format)?;
        personality.toc(&mut answer);
        // What is asked for may begin with a later track or session; the numbers at the beginning stay those of all.
        let timed = |start: &mut TocStart| {
            if let Some(Ok(time)) = start.lba().filter(|_| query.msf).map(Msf::try_from) {
                *start = TocStart::Msf(time.into());
            }
        };
        match &mut answer {
            TocReply::Toc(toc) => {
                if query.from > toc.last && query.from != TocEntry::LEAD_OUT {
                    return Err(Sense::from(InvalidField::cdb(6)));
                }
                toc.entries.retain(|entry| entry.track >= query.from);
                toc.entries.iter_mut().for_each(|entry| timed(&mut entry.start));
            }
            TocReply::Sessions(sessions) => timed(&mut sessions.first_of_last.start),
            TocReply::Full(table) => {
                if query.from > table.last_session {
                    return Err(Sense::from(InvalidField::cdb(6)));
                }
                table.entries.retain(|entry| entry.session >= query.from);
            }
            TocReply::Pma(_) | TocReply::Atip(_) | TocReply::CdText(_) => {}
        }
        Ok(Reply::Answer(query.encode_reply(&answer)))
    }

    pub(super) fn structure(&mut self, query: ReadDiscStructure) -> Result<Reply, Sense> {
        let loaded = self.present()?;
        let found = loaded.rules()?.structure(loaded.disc(), query.format, query.layer);
        let mut structure = found.ok_or(Sense::from(InvalidField::cdb(7)))?;
        if let DiscStructure::WriteProtection(protection) = &mut structure {
            protection.until_power_off = self.settings.write_protected();
        }
        Ok(Reply::Answer(query.encode_reply(&structure)))
    }

    pub(super) fn capacity(&mut self, query: ReadCapacity) -> Result<Reply, Sense> {
        let loaded = self.present()?;
        let last = loaded.rules()?.capacity_end(loaded.disc()).saturating_sub(1);
        Ok(Reply::Answer(query.encode_reply(&Capacity { last: Lba(signed(last)), block_size: 2048 })))
    }

    pub(super) fn format_capacities(&mut self, query: ReadFormatCapacities) -> Result<Reply, Sense> {
        let capacities = match self.present() {
            Ok(loaded) => loaded.rules()?.format_capacities(loaded.disc()),
            Err(_) => FormatCapacities {
                current: CurrentCapacity { blocks: LARGEST, kind: CapacityKind::Unknown, block_size: 2048 },
                formattable: Vec::new(),
            },
        };
        Ok(Reply::Answer(query.encode_reply(&capacities)))
    }
}

fn find(disc: Disc<'_>, rules: &dyn Rules, address: TrackAddress) -> Option<TrackView> {
    let tracks = rules.tracks(disc);
    match address {
        // What a program has no number for, a drive only knows on some discs.
        TrackAddress::INVISIBLE if !rules.knows_the_invisible_track() => None,
        TrackAddress::INVISIBLE => tracks.into_iter().rev().find(|track| track.next_writable.is_some()),
        TrackAddress::Track(number) => tracks.into_iter().find(|track| u32::from(track.number) == number),
        TrackAddress::Session(number) => tracks.into_iter().find(|track| u32::from(track.session) == number),
        TrackAddress::Lba(lba) => tracks.into_iter().find(|track| (track.start..track.end()).contains(&lba.0)),
    }
}
