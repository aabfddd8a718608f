//! What becomes of a disc: flushed, closed, reserved, formatted; and what the drive tells of it.

use imapi_disc_types::Lba;
use imapi_mmc_transport::{
    Data, InvalidField, Query, Sense, Submit,
    commands::{
        BufferCapacity, Capacity, CapacityKind, CloseTrackSession, CurrentCapacity, DataMode, DiscReply, DiscSubject,
        FormatCapacities, FormatUnit, ReadBufferCapacity, ReadCapacity, ReadDiscInformation, ReadFormatCapacities,
        ReadTrackInformation, Reservation, ReserveTrack, TrackAddress, TrackInformation,
    },
};

use super::{Inner, Loaded, Reply, broken};
use crate::{
    family::{Disc, Rules, TrackView},
    state::Change,
};

/// What READ BUFFER CAPACITY tells: all of it is always free, as everything is written at once.
const BUFFER: u32 = 4 << 20;

/// The largest disc there is, told when there is none.
const LARGEST: u32 = 62_500_864;

impl Loaded {
    fn change(&mut self, changes: &[Change]) -> Result<Reply, Sense> {
        if !changes.is_empty() {
            self.file.change(changes).map_err(|error| broken(&error))?;
        }
        Ok(Reply::Done)
    }
}

impl Inner {
    pub(super) fn synchronize(&mut self) -> Result<Reply, Sense> {
        let loaded = self.present()?;
        let (disc, rules) = loaded.rules()?;
        let changes = rules.synchronize(disc);
        // What was written counts from now on, whatever becomes of the program.
        loaded.file.flush().map_err(|error| broken(&error))?;
        loaded.change(&changes)
    }

    pub(super) fn close(&mut self, command: CloseTrackSession) -> Result<Reply, Sense> {
        let loaded = self.present()?;
        let (disc, rules) = loaded.rules()?;
        let changes = rules.close(disc, command.function, command.track)?;
        loaded.change(&changes)
    }

    pub(super) fn reserve(&mut self, command: ReserveTrack) -> Result<Reply, Sense> {
        let loaded = self.present()?;
        let (disc, rules) = loaded.rules()?;
        let Reservation::Blocks(blocks) = command.reservation else {
            return Err(Sense::from(InvalidField::cdb_bit(1, 0)));
        };
        let changes = rules.reserve(disc, blocks)?;
        loaded.change(&changes)
    }

    pub(super) fn format(&mut self, command: FormatUnit, data: &Data<'_>) -> Result<Reply, Sense> {
        let loaded = self.present()?;
        let (disc, rules) = loaded.rules()?;
        let Data::Out(bytes) = data else { return Err(Sense::PARAMETER_LIST_LENGTH) };
        let parameters = command.decode_params(bytes).map_err(Sense::from)?;
        let changes = rules.format(disc, parameters)?;
        if parameters.options.try_out {
            return Ok(Reply::Done);
        }
        loaded.change(&changes)
    }

    pub(super) fn disc_information(&mut self, query: ReadDiscInformation) -> Result<Reply, Sense> {
        let (disc, rules) = self.present()?.rules()?;
        match query.subject {
            DiscSubject::Standard => {
                let reply = DiscReply::Standard(rules.information(disc));
                Ok(Reply::Answer(query.encode_reply(&reply)))
            }
            _ => Err(Sense::from(InvalidField::cdb_bit(1, 2))),
        }
    }

    pub(super) fn track_information(&mut self, query: ReadTrackInformation) -> Result<Reply, Sense> {
        let (disc, rules) = self.present()?.rules()?;
        let track = find(disc, rules, query.track).ok_or(Sense::from(InvalidField::cdb(2)))?;
        let lba = |block: u32| Lba(i32::try_from(block).unwrap_or(i32::MAX));
        let information = TrackInformation {
            number: track.number,
            session: track.session,
            layer_jump: 0,
            damage: false,
            copy: false,
            mode: 4,
            reserved: track.reserved,
            blank: track.blank,
            packet: true,
            fixed_packet: true,
            data_mode: DataMode::Mode1,
            start: lba(track.start),
            next_writable: track.next_writable.map(|(next, _)| lba(next)),
            free_blocks: track.next_writable.map_or(0, |(_, free)| free),
            packet_size: Some(disc.medium.unit()),
            size: Some(track.size),
            last_recorded: track.last_recorded.map(lba),
            read_compatible: None,
        };
        Ok(Reply::Answer(query.encode_reply(&information)))
    }

    pub(super) fn capacity(&mut self, query: ReadCapacity) -> Result<Reply, Sense> {
        let (disc, rules) = self.present()?.rules()?;
        let last = rules.capacity_end(disc).saturating_sub(1);
        let last = Lba(i32::try_from(last).unwrap_or(i32::MAX));
        Ok(Reply::Answer(query.encode_reply(&Capacity { last, block_size: 2048 })))
    }

    pub(super) fn format_capacities(&mut self, query: ReadFormatCapacities) -> Result<Reply, Sense> {
        let capacities = match self.present() {
            Ok(loaded) => {
                let (disc, rules) = loaded.rules()?;
                rules.format_capacities(disc)
            }
            Err(_) => FormatCapacities {
                current: CurrentCapacity { blocks: LARGEST, kind: CapacityKind::Unknown, block_size: 2048 },
                formattable: Vec::new(),
            },
        };
        Ok(Reply::Answer(query.encode_reply(&capacities)))
    }

    pub(super) fn buffer_capacity(query: ReadBufferCapacity) -> Reply {
        Reply::Answer(query.encode_reply(&BufferCapacity { in_blocks: false, total: BUFFER, free: BUFFER }))
    }
}

fn find(disc: Disc<'_>, rules: &dyn Rules, address: TrackAddress) -> Option<TrackView> {
    let tracks = rules.tracks(disc);
    match address {
        TrackAddress::Track(number) => tracks.into_iter().find(|track| u32::from(track.number) == number),
        TrackAddress::Session(number) => tracks.into_iter().find(|track| u32::from(track.session) == number),
        TrackAddress::Lba(lba) => {
            let block = u32::try_from(lba.0).ok()?;
            tracks.into_iter().find(|track| (track.start..track.start.saturating_add(track.size)).contains(&block))
        }
    }
}
