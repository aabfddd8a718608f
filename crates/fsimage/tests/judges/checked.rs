//! What we make is as the standards want it: the checker finds no error in any kind of image, and no warning either, but for
//! those that were chosen.

use std::{path::Path, sync::Arc};

use imapi_disc_types::{BlockSource, FileSource, SECTOR_SIZE};
use imapi_volumes::{Names, OpenOptions, Severity, check};

use crate::kinds::{Image, Kind};

/// What is wrong with an image that is more than a remark, as lines.
pub fn faults(path: &Path) -> Vec<String> {
    let source: Arc<dyn BlockSource> = Arc::new(FileSource::open_padded(path, SECTOR_SIZE).expect("an image"));
    let checked = check(&source, &OpenOptions::default()).expect("it has file systems");
    assert!(checked.names.iter().any(|names| matches!(names, Names::Iso9660 | Names::Udf)), "{:?}", checked.names);
    let faults = checked.findings.iter().filter(|finding| finding.rule.severity > Severity::Remark);
    faults.map(ToString::to_string).collect()
}

#[test]
fn no_kind_of_image_has_a_fault() {
    let mut all = Vec::new();
    for kind in Kind::ALL {
        let faults = faults(&Image::of(kind).path);
        all.extend(faults.into_iter().map(|fault| format!("{kind:?}: {fault}")));
    }
    assert!(all.is_empty(), "{} faults: {:#?}", all.len(), &all[..all.len().min(60)]);
}
