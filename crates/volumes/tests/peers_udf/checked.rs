//! Volumes of others, and what Linux made of them, have no error: the bitmap, the counts and the names that it left.

use std::sync::Arc;

use imapi_disc_types::{BlockSource, FileSource, SECTOR_SIZE};
use imapi_volumes::{OpenOptions, Severity, check};

use crate::{guest, peers};

#[test]
fn volumes_that_linux_wrote_to_have_no_errors() {
    // It writes when it is first asked.
    assert!(!guest::verdicts().is_empty());
    let mut all = Vec::new();
    for image in peers::images() {
        let source: Arc<dyn BlockSource> = Arc::new(FileSource::open_padded(&image.path, SECTOR_SIZE).expect("there"));
        let checked = check(&source, &OpenOptions::default()).expect("it has UDF");
        for finding in &checked.findings {
            println!("{}: {finding}", image.name);
        }
        // genisoimage gives each copy of the primary volume descriptor an identifier of the volume set of its own.
        let is_known = |rule: &str| image.name == "genisoimage" && rule == "udf.sequence.differ";
        let errors = checked
            .findings
            .iter()
            .filter(|finding| finding.rule.severity == Severity::Error && !is_known(finding.rule.id));
        all.extend(errors.map(|finding| format!("{}: {finding}", image.name)));
    }
    assert!(all.is_empty(), "{all:#?}");
}
