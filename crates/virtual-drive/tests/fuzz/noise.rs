//! Random bytes as commands, to a drive with a disc that is blank or half written.

use std::time::{Duration, Instant};

use imapi_mmc_transport::{
    commands::{CloseFunction, CloseTrackSession, OPCODES, Request},
    mode::{MultiSession, WriteParameters},
};
use imapi_virtual_drive::{Medium, Pace, Personality};

use crate::host::{Scene, Step};

/// A source of numbers that look random (xorshift64*), the same for the same seed.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed | 1)
    }

    fn roll(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    /// A number below `end`.
    pub fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.roll() >> 33).expect("31 bits") % end.max(1)
    }

    fn byte(&mut self) -> u8 {
        // Values at which fields change their meaning come more often than others.
        const TELLING: [u8; 12] = [0, 0, 0, 0, 1, 2, 4, 0x10, 0x20, 0x7F, 0x80, 0xFF];
        if self.below(4) > 0 { TELLING[self.below(TELLING.len())] } else { self.roll().to_le_bytes()[3] }
    }

    fn bytes(&mut self, most: usize) -> Vec<u8> {
        (0..self.below(most)).map(|_| self.byte()).collect()
    }

    /// A command with its data.
    fn command(&mut self) -> Step {
        let opcode = if self.below(10) == 0 { self.byte() } else { OPCODES[self.below(OPCODES.len())] };
        let length = [6, 10, 10, 12, 16, 12, 10, 12][usize::from(opcode >> 5)];
        let mut cdb = vec![opcode];
        cdb.extend((1..length).map(|_| self.byte()));
        let most = [64, 4096, 70_000][self.below(3)];
        match self.below(3) {
            0 => Step::Send { cdb, out: None, room: self.below(most) },
            1 => Step::Send { cdb, out: Some(self.bytes(most)), room: 0 },
            _ => Step::Send { cdb, out: None, room: 0 },
        }
    }
}

/// Sends noise for some time; says how many commands there were.
pub fn hunt(medium: &'static Medium, half_written: bool, time: Duration, seed: u64) -> usize {
    let begun = Instant::now();
    let (mut dice, mut commands) = (Dice::new(seed), 0);
    while begun.elapsed() < time {
        let mut scene = Scene::new(medium, Personality::STANDARD, Pace::QUICK);
        scene.play(&Step::WaitUntilReady);
        if half_written {
            write_half(&mut scene);
        }
        for _ in 0..200 {
            scene.play(&dice.command());
            commands += 1;
            match dice.below(40) {
                0 => scene.play(&Step::WaitUntilReady),
                1 => scene.play(&Step::Reset),
                2 => scene.play(&Step::Reload),
                3 => scene.play(&Step::WriteNext { blocks: 32, tag: 5 }),
                _ => {}
            }
        }
        scene.end();
    }
    commands
}

/// A session, and the beginning of a second.
fn write_half(scene: &mut Scene) {
    let pages = [WriteParameters::tao_data(MultiSession::Open), WriteParameters::dvd_incremental(MultiSession::Open)];
    let close = Request::CloseTrackSession(CloseTrackSession::of(CloseFunction::Session)).to_cdb();
    for page in pages {
        scene.play(&Step::Page(page));
        for tag in 1..10 {
            scene.play(&Step::WriteNext { blocks: 32, tag });
        }
        scene.play(&Step::Flush);
        scene.play(&Step::Send { cdb: close.as_bytes().to_vec(), out: None, room: 0 });
        scene.play(&Step::WaitUntilReady);
    }
    scene.play(&Step::WriteNext { blocks: 32, tag: 99 });
}
