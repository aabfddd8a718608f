//! The slow tier of UDF: every kind of image mutated for twenty seconds, from another seed every day.

#[path = "../udf_fuzz/hunt.rs"]
mod hunt;
#[path = "../udf_fuzz/image.rs"]
mod image;
#[path = "../../../mmc-transport/tests/fuzz/mutate.rs"]
#[expect(dead_code, reason = "bytes are mutated in other ways there")]
mod mutate;
#[path = "../udf_images/mod.rs"]
#[allow(dead_code, reason = "the peers need more of it")]
mod udf_images;

use std::time::{Duration, SystemTime, UNIX_EPOCH};

#[test]
fn minutes_of_mutation_break_nothing() {
    let today = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_secs() / 86_400;
    for target in hunt::targets() {
        let rounds = target.hunt(Duration::from_secs(20), today);
        println!("{}: {rounds} images from seed {today}", target.name);
    }
}
