//! What cannot be read says why.

use std::sync::Arc;

use imapi_disc_types::{BlockSource, BytesSource, SECTOR_SIZE};
use imapi_volumes::{Names, OpenOptions, VolumeError};

use crate::{lab, peers::mkudffs, reader};

#[test]
fn volumes_of_other_blocks_are_named_as_such() {
    for block_len in [512, 1024, 4096] {
        let path = lab().join(format!("blocks-of-{block_len}.udf"));
        mkudffs(&path, "hd", "2.01", block_len);
        let error = imapi_volumes::open(&reader::source(&path), Some(Names::Udf), &OpenOptions::default()).err();
        match error {
            Some(VolumeError::Unsupported { feature, .. }) => assert!(feature.contains("blocks"), "{feature}"),
            other => panic!("{block_len}: {other:?}"),
        }
    }
}

#[test]
fn what_is_no_udf_is_missing_and_not_damaged() {
    let zeros: Arc<dyn BlockSource> =
        Arc::new(BytesSource::new(vec![0; 600 * 2048], SECTOR_SIZE).expect("whole blocks"));
    let error = imapi_volumes::open(&zeros, Some(Names::Udf), &OpenOptions::default()).err();
    assert!(matches!(error, Some(VolumeError::Missing { names: Names::Udf })), "{error:?}");
}
