//! Images, judged by the programs that others read them with, and by our own decoders.

mod attributes;
mod compare;
mod corpus;
mod decoded;
mod expected;
mod folder;
mod kinds;
mod large;
mod listing;
mod peers;
mod properties;
mod readers;
mod refusals;
<<<<<<< HEAD

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
=======
mod table;
>>>>>>> 23347ca (fsimage: six programs judge the corpus of shapes, by a table of what each can tell)
