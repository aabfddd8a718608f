//! Images of all makers are checked: none has an error, but for what a maker is known to do.

use std::{collections::BTreeSet, sync::Arc};

use imapi_disc_types::{BlockSource, FileSource, SECTOR_SIZE};
use imapi_volumes::{OpenOptions, Severity, check};

use crate::makers::{Bench, MAKERS};

/// What a program is known to do wrong: program, rule, and why it stays.
const SINS: &[(&str, &str, &str)] = &[(
    "genisoimage -R -J -udf",
    "udf.sequence.differ",
    "each copy of the primary volume descriptor gets an identifier of the volume set of its own",
)];

/// The rules that an image breaks, with how much that matters.
fn broken(path: &std::path::Path) -> BTreeSet<(Severity, &'static str)> {
    let source: Arc<dyn BlockSource> = Arc::new(FileSource::open_padded(path, SECTOR_SIZE).expect("an image"));
    let checked = check(&source, &OpenOptions::default()).expect("it has file systems");
    for finding in &checked.findings {
        println!("    {finding}");
    }
    checked.findings.iter().map(|finding| (finding.rule.severity, finding.rule.id)).collect()
}

#[test]
fn images_of_others_have_no_errors_but_known_sins() {
    let mut unknown = Vec::new();
    for maker in MAKERS {
        println!("{}", maker.name);
        let bench = Bench::new(maker.fill);
        let broken = broken(&(maker.make)(&bench, "image.iso"));
        let is_known = |rule: &str| SINS.iter().any(|(who, sin, _)| maker.name.starts_with(who) && *sin == rule);
        let errors = broken.iter().filter(|(severity, rule)| *severity == Severity::Error && !is_known(rule));
        unknown.extend(errors.map(|(_, rule)| (maker.name, *rule)));
    }
    assert!(unknown.is_empty(), "{unknown:#?}");
}
