//! Images, judged by the programs that others read them with, and by our own decoders.

mod attributes;
mod corpus;
mod decoded;
mod folder;
mod kinds;
mod large;
mod listing;
mod properties;
mod readers;
mod refusals;

#[test]
fn scratch() {
    for kind in kinds::Kind::ALL {
        let begun = std::time::Instant::now();
        let image = kinds::Image::of(kind);
        println!(
            "{} {} {:?}",
            image.path.display(),
            imapi_disc_types::BlockSource::bytes(&image.image),
            begun.elapsed()
        );
    }
    let corpus = kinds::shapes();
    std::fs::write(kinds::lab().join("expected"), listing::to_lines(&corpus.listing())).unwrap();
    println!("{}", corpus.items.len());
    std::fs::write(kinds::lab().join("ondisk"), listing::to_lines(&listing::walk(&kinds::disk()).unwrap())).unwrap();
}
