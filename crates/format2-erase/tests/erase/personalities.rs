//! Drives with ways of their own erase all the same.

use imapi_errors::{Coded as _, v2};
use imapi_format2_erase::Left;
use imapi_virtual_drive::PERSONALITIES;
use rstest::rstest;

use crate::bench::Bench;

#[rstest]
fn every_drive_erases_every_disc(
    #[values("cd-rw", "dvd-rw", "dvd-rw formatted", "dvd+rw", "dvd-ram", "bd-re")] state: &str,
    #[values(false, true)] full: bool,
) {
    for personality in &PERSONALITIES {
        let bench = Bench::used(state, personality.name);
        // A drive that is older than features takes every disc for a CD.
        let knows_cds_only = personality.name == "no-features";
        match bench.erase(full) {
            Ok(erased) if knows_cds_only => assert!(!matches!(erased.left, Left::Formatted), "{state}"),
            Err(error) if knows_cds_only => {
                let code = error.code();
                assert_eq!(code, v2::E_IMAPI_ERASE_MEDIA_IS_NOT_ERASABLE, "{state}: {error:?}");
                assert!(!matches!(state, "cd-rw" | "dvd-rw" | "dvd-rw formatted"), "{state}: {error:?}");
            }
            Ok(_) => {}
            Err(error) => panic!("{state} with {personality}: {error:?}"),
        }
    }
}
