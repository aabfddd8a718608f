//! Reads everything in an image, in every way.

use std::sync::Arc;

use imapi_disc_types::{Block, BlockSource, BytesSource, SECTOR_SIZE};
use imapi_volumes::{
    FileBytes, Names, OpenOptions, Severity, Walk, boot_catalog, check, check_path_tables, identify, open,
};

/// How much there was in an image.
#[derive(Debug, Default)]
pub struct Told {
    pub entries: usize,
    pub read: usize,
    pub errors: usize,
}

/// Reads an image in all ways; what it is does not matter.
pub fn everything(bytes: &[u8]) {
    read_all(bytes);
    let source = source(bytes);
    // Other sessions, and what was recorded elsewhere.
    for options in [OpenOptions::default().session(Block(3)), OpenOptions::default().displaced(40)] {
        let _ = walk(&source, Names::RockRidge, &options);
        let _ = check(&source, &options);
    }
    let _ = check(&source, &OpenOptions::default());
}

fn source(bytes: &[u8]) -> Arc<dyn BlockSource> {
    Arc::new(BytesSource::padded(bytes.to_vec(), SECTOR_SIZE))
}

/// Reads an image as it is.
pub fn read_all(bytes: &[u8]) -> Told {
    let source = source(bytes);
    let mut all = Told::default();
    let strict = OpenOptions::default();
    let _ = identify(&source, &strict);
    for names in [Names::Iso9660, Names::RockRidge, Names::Joliet] {
        for lenient in [false, true] {
            let findings = Arc::default();
            let options = if lenient { strict.clone().lenient(Arc::clone(&findings)) } else { strict.clone() };
            let told = walk(&source, names, &options);
            all.entries += told.entries;
            all.read += told.read;
            all.errors += told.errors;
            findings.take().iter().for_each(|finding| assert!(!finding.to_string().is_empty()));
            let _ = boot_catalog(&source, &options);
        }
    }
    if let Ok(findings) = check_path_tables(&source, &strict) {
        all.errors += findings.iter().filter(|finding| finding.rule.severity == Severity::Error).count();
    }
    all
}

fn walk(source: &Arc<dyn BlockSource>, names: Names, options: &OpenOptions) -> Told {
    let mut told = Told::default();
    let Ok(volume) = open(source, Some(names), options) else { return told };
    for step in Walk::new(&*volume, options) {
        let Ok(step) = step else {
            told.errors += 1;
            continue;
        };
        let entry = step.entry;
        told.entries += 1;
        // A record has 34 bytes, and no block is in two folders.
        assert!(told.entries as u64 <= source.bytes() / 34, "more entries than there is room for");
        let harmless =
            !matches!(&*entry.name, b"" | b"." | b"..") && !entry.name.iter().any(|byte| matches!(byte, b'/' | 0));
        assert!(harmless, "{}", entry.name.escape_ascii());
        assert_eq!(entry.runs.bytes(), entry.size);
        let mut out = [0; 100];
        let file = FileBytes::new(Arc::clone(source), &entry.runs);
        for offset in [0, entry.size / 2, entry.size.saturating_sub(50), entry.size] {
            told.read += file.read_at(offset, &mut out).unwrap_or(0);
        }
    }
    told
}
