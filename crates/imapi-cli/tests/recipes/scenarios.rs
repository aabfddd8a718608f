//! All media and ways of writing that are compared.

use imapi_format2_data::DefectManagement;

use crate::scenario::{Ours, Peer, Scenario};

const fn peer(program: &'static str, runs: &'static [&'static str]) -> Peer {
    Peer { program, before: &[], runs }
}

const fn after(program: &'static str, before: &'static [&'static str], runs: &'static [&'static str]) -> Peer {
    Peer { program, before, runs }
}

/// Left open, as IMAPI leaves discs.
const OPEN: Ours = Ours::Burn("image1", |_| {});
const CLOSED: Ours = Ours::Burn("image1", |options| options.close = true);
const CLOSED_TRACK: Ours = Ours::Burn("image1", |options| {
    options.close = true;
    options.track_at_once = true;
});
const AGAIN: Ours = Ours::Burn("image2", |options| options.overwrite = true);
const SECOND: Ours = Ours::Burn("image2", |options| options.close = true);

const CDRSKIN_TAO: &str = "cdrskin dev={dev} -tao {image1}";
const CDRSKIN_SAO: &str = "cdrskin dev={dev} -sao {image1}";
const CDRSKIN_OPEN: &str = "cdrskin dev={dev} -multi -tao {image1}";
const CDRSKIN_SECOND: &str = "cdrskin dev={dev} -tao {image2}";
const WODIM_TAO: &str = "wodim dev={dev} speed=48 -tao -data {image1}";
const WODIM_SAO: &str = "wodim dev={dev} speed=48 -sao -data {image1}";
const WODIM_OPEN: &str = "wodim dev={dev} speed=48 -multi -tao -data {image1}";
const WODIM_SECOND: &str = "wodim dev={dev} speed=48 -tao -data {image2}";
const CDRDAO: &str = "cdrdao write --device {dev} --driver generic-mmc -n --speed 48 {toc1}";
const XORRISO: &str = "xorriso -as cdrecord dev={dev} -nopad {image1}";
const XORRISO_OPEN: &str = "xorriso -as cdrecord dev={dev} -multi -nopad {image1}";
const XORRISO_AGAIN: &str = "xorriso -as cdrecord dev={dev} -nopad {image2}";
const XORRISO_FORMAT: &str = "xorriso -outdev {dev} -format as_needed -rollback_end";
const GROWISOFS: &str = "growisofs -Z {dev}={image1}";
const GROWISOFS_AGAIN: &str = "growisofs -use-the-force-luke=tty -Z {dev}={image2}";
const GROWISOFS_CLOSED: &str = "growisofs -dvd-compat -Z {dev}={image1}";
const GROWISOFS_PLAIN: &str = "growisofs -use-the-force-luke=spare:none -Z {dev}={image1}";

pub const SCENARIOS: &[Scenario] = &[
    Scenario {
        title: "CD-R, a session at once, closed",
        medium: "cd-r",
        ours: &[CLOSED],
        peers: &[peer("cdrskin", &[CDRSKIN_SAO]), peer("wodim", &[WODIM_SAO]), peer("cdrdao", &[CDRDAO])],
    },
    Scenario {
        title: "CD-R, a track at once, closed",
        medium: "cd-r",
        ours: &[CLOSED_TRACK],
        peers: &[peer("cdrskin", &[CDRSKIN_TAO]), peer("wodim", &[WODIM_TAO])],
    },
    Scenario {
        title: "CD-R, a first session, left open",
        medium: "cd-r",
        ours: &[OPEN],
        peers: &[peer("cdrskin", &[CDRSKIN_OPEN]), peer("wodim", &[WODIM_OPEN])],
    },
    Scenario {
        title: "CD-R, a second session, closed",
        medium: "cd-r",
        ours: &[OPEN, SECOND],
        peers: &[after("cdrskin", &[CDRSKIN_OPEN], &[CDRSKIN_SECOND]), after("wodim", &[WODIM_OPEN], &[WODIM_SECOND])],
    },
    Scenario {
        title: "CD-RW, blanked before",
        medium: "cd-rw",
        ours: &[CLOSED, Ours::Run("cdrskin dev={dev} blank=fast"), CLOSED],
        peers: &[
            after("cdrskin", &[CDRSKIN_TAO, "cdrskin dev={dev} blank=fast"], &[CDRSKIN_SAO]),
            after("wodim", &[WODIM_TAO, "wodim dev={dev} blank=fast"], &[WODIM_SAO]),
        ],
    },
    Scenario {
        title: "DVD-R, at once",
        medium: "dvd-r",
        ours: &[CLOSED],
        peers: &[
            peer("growisofs", &["growisofs -dvd-compat -use-the-force-luke=dao -Z {dev}={image1}"]),
            peer("cdrskin", &[CDRSKIN_SAO]),
            peer("wodim", &[WODIM_SAO]),
        ],
    },
    Scenario {
        title: "DVD-R, in increments, left open",
        medium: "dvd-r",
        ours: &[OPEN],
        peers: &[peer("growisofs", &[GROWISOFS]), peer("cdrskin", &[CDRSKIN_OPEN]), peer("xorriso", &[XORRISO_OPEN])],
    },
    Scenario {
        title: "DVD-R, a second session, closed",
        medium: "dvd-r",
        ours: &[OPEN, SECOND],
        peers: &[
            after(
                "growisofs",
                &["growisofs -Z {dev} -quiet -R {files1}"],
                &["growisofs -dvd-compat -M {dev} -quiet -R {files2}"],
            ),
            after("cdrskin", &[CDRSKIN_OPEN], &[CDRSKIN_SECOND]),
        ],
    },
    Scenario {
        title: "DVD-R DL, closed",
        medium: "dvd-r-dl",
        ours: &[CLOSED],
        peers: &[peer("xorriso", &["xorriso -as cdrecord dev={dev} -sao -nopad {image1}"])],
    },
    Scenario {
        title: "DVD-RW, new, in restricted overwrite",
        medium: "dvd-rw",
        ours: &[OPEN],
        peers: &[peer("growisofs", &["dvd+rw-format -force {dev}", GROWISOFS])],
    },
    Scenario {
        title: "DVD-RW, in restricted overwrite, again",
        medium: "dvd-rw",
        ours: &[OPEN, AGAIN],
        peers: &[
            after("growisofs", &["dvd+rw-format -force {dev}", GROWISOFS], &[GROWISOFS_AGAIN]),
            after("xorriso", &["dvd+rw-format -force {dev}", XORRISO], &[XORRISO_AGAIN]),
        ],
    },
    Scenario {
        title: "DVD-RW, in sequence, closed",
        medium: "dvd-rw",
        ours: &[Ours::Burn("image1", |options| {
            options.close = true;
            options.keep_sequential = true;
        })],
        peers: &[peer("growisofs", &[GROWISOFS_CLOSED]), peer("cdrskin", &[CDRSKIN_SAO])],
    },
    Scenario {
        title: "DVD+R, left open",
        medium: "dvd+r",
        ours: &[OPEN],
        peers: &[peer("growisofs", &[GROWISOFS]), peer("xorriso", &[XORRISO_OPEN])],
    },
    Scenario {
        title: "DVD+R, closed",
        medium: "dvd+r",
        ours: &[CLOSED],
        peers: &[peer("growisofs", &[GROWISOFS_CLOSED]), peer("xorriso", &[XORRISO])],
    },
    Scenario {
        title: "DVD+R DL, closed",
        medium: "dvd+r-dl",
        ours: &[CLOSED],
        peers: &[peer("growisofs", &[GROWISOFS_CLOSED]), peer("xorriso", &[XORRISO])],
    },
    Scenario {
        title: "DVD+RW, new",
        medium: "dvd+rw",
        ours: &[OPEN],
        peers: &[peer("growisofs", &[GROWISOFS]), peer("xorriso", &[XORRISO])],
    },
    Scenario {
        title: "DVD+RW, new, for players",
        medium: "dvd+rw",
        ours: &[Ours::Burn("image1", |options| options.consumer_compatible = true)],
        peers: &[peer("growisofs", &[GROWISOFS_CLOSED])],
    },
    Scenario {
        title: "DVD+RW, again",
        medium: "dvd+rw",
        ours: &[OPEN, AGAIN],
        peers: &[after("growisofs", &[GROWISOFS], &[GROWISOFS_AGAIN]), after("xorriso", &[XORRISO], &[XORRISO_AGAIN])],
    },
    Scenario {
        title: "DVD-RAM",
        medium: "dvd-ram",
        ours: &[OPEN],
        peers: &[peer("growisofs", &[GROWISOFS]), peer("xorriso", &[XORRISO])],
    },
    Scenario {
        title: "BD-R, left open",
        medium: "bd-r",
        ours: &[OPEN],
        peers: &[peer("growisofs", &[GROWISOFS_PLAIN]), peer("xorriso", &[XORRISO_OPEN])],
    },
    Scenario {
        title: "BD-R, a second session, closed",
        medium: "bd-r",
        ours: &[OPEN, SECOND],
        peers: &[
            after(
                "growisofs",
                &["growisofs -use-the-force-luke=spare:none -Z {dev} -quiet -R {files1}"],
                &["growisofs -use-the-force-luke=spare:none -dvd-compat -M {dev} -quiet -R {files2}"],
            ),
            after("xorriso", &[XORRISO_OPEN], &[XORRISO_AGAIN]),
        ],
    },
    Scenario {
        title: "BD-R, closed",
        medium: "bd-r",
        ours: &[CLOSED],
        peers: &[
            peer("growisofs", &["growisofs -dvd-compat -use-the-force-luke=spare:none -Z {dev}={image1}"]),
            peer("xorriso", &[XORRISO]),
        ],
    },
    Scenario {
        title: "BD-R, with spare blocks",
        medium: "bd-r",
        ours: &[Ours::Burn("image1", |options| options.defect_management = DefectManagement::On)],
        peers: &[peer("growisofs", &[GROWISOFS])],
    },
    Scenario {
        title: "BD-RE, new",
        medium: "bd-re",
        ours: &[OPEN],
        peers: &[peer("growisofs", &[GROWISOFS]), peer("xorriso", &[XORRISO_FORMAT, XORRISO])],
    },
    Scenario {
        title: "BD-RE, again, streamed",
        medium: "bd-re",
        ours: &[
            OPEN,
            Ours::Burn("image2", |options| {
                options.overwrite = true;
                options.streaming = true;
            }),
        ],
        peers: &[after(
            "xorriso",
            &[XORRISO_FORMAT, XORRISO],
            &["xorriso -as cdrecord dev={dev} stream_recording=on -nopad {image2}"],
        )],
    },
];
