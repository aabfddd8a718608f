//! Any order, any thread.

use std::{
    io::Read,
    sync::{Arc, Barrier},
    thread,
};

use imapi_fsimage::{
    BootOptions, Data, DirectoryItem, Enumeration, FileItem, FileStream, FileSystemImage, FileSystemImageResult,
    ImageError, Item, NamedStreams, ProgressItems,
};

use super::{image, silent};

#[test]
fn every_object_may_be_anywhere() {
    fn anywhere<T: Send + Sync + 'static>() {}
    anywhere::<FileSystemImage>();
    anywhere::<Item>();
    anywhere::<FileItem>();
    anywhere::<DirectoryItem>();
    anywhere::<NamedStreams>();
    anywhere::<Enumeration<Item>>();
    anywhere::<BootOptions>();
    anywhere::<FileSystemImageResult>();
    anywhere::<ProgressItems>();
    anywhere::<FileStream>();
    anywhere::<ImageError>();
}

/// Two threads put things in, a third goes through all that is there, a fourth makes results.
#[test]
fn threads_that_do_everything_at_once_lose_nothing() {
    const EACH: u64 = 300;
    let image = image();
    let barrier = Barrier::new(4);
    thread::scope(|scope| {
        for name in ["one", "two"] {
            let (image, barrier) = (&image, &barrier);
            scope.spawn(move || {
                barrier.wait();
                let folder = patiently(|| image.root().add_directory(name));
                for number in 0..EACH {
                    let text = format!("{name} {number}");
                    // A reader can be read but once: it is made anew where a result kept the image from taking it.
                    patiently(|| {
                        let data: Data = if number % 3 == 0 {
                            Data::reader(std::io::Cursor::new(text.clone()))
                        } else {
                            text.clone().into_bytes().into()
                        };
                        folder.add_file(number.to_string(), data, &mut silent())
                    });
                    if number % 10 == 0 {
                        patiently(|| folder.add_directory(format!("sub{number}")));
                        patiently(|| folder.remove(format!("sub{number}")));
                    }
                }
            });
        }
        let (image, barrier) = (&image, &barrier);
        scope.spawn(move || {
            barrier.wait();
            let mut most = 0;
            while most < 2 * EACH {
                let counted = image.root().items().filter_map(|item| item.as_directory()).map(|folder| {
                    let items = folder.items();
                    assert!(items.clone().all(|item| item.full_path().starts_with('/') || !item.is_in_image()));
                    items.filter(|item| item.as_file().is_some()).count() as u64
                });
                most = counted.sum();
                assert!(image.used_blocks() > 0);
                thread::yield_now();
            }
        });
        scope.spawn(move || {
            barrier.wait();
            for _ in 0..30 {
                let result = image.create_result_image().expect("whatever is there");
                assert!(result.total_blocks() > 0);
            }
        });
    });
    assert_eq!((image.file_count(), image.directory_count()), (2 * EACH, 2));
    let result = image.create_result_image().expect("an image");
    assert!(result.total_blocks() <= image.used_blocks());
    for name in ["one", "two"] {
        for number in 0..EACH {
            let file = image.root().item(format!("{name}/{number}")).expect("added").as_file().expect("a file");
            let text = std::io::read_to_string(file.data().expect("there")).expect("text");
            assert_eq!(text, format!("{name} {number}"));
        }
    }
}

/// A result that lives refuses changes for as long; so the one who changes tries again.
fn patiently<T>(mut change: impl FnMut() -> Result<T, ImageError>) -> T {
    loop {
        match change() {
            Ok(done) => return done,
            Err(ImageError::ReadOnly) => thread::yield_now(),
            Err(error) => panic!("{error:?}"),
        }
    }
}

/// A reader that gives nothing until somebody has looked at the image, and sees another who wants to change it wait.
#[test]
fn the_lock_is_not_held_while_a_reader_is_read() {
    struct Waiting(Arc<Barrier>, Option<&'static [u8]>);
    impl Read for Waiting {
        fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
            let Some(bytes) = self.1.take() else { return Ok(0) };
            self.0.wait();
            self.0.wait();
            out[..bytes.len()].copy_from_slice(bytes);
            Ok(bytes.len())
        }
    }
    let image = image();
    let barrier = Arc::new(Barrier::new(2));
    let adder = {
        let (image, barrier) = (image.clone(), Arc::clone(&barrier));
        thread::spawn(move || {
            image.root().add_file("slow", Data::reader(Waiting(barrier, Some(b"at last"))), &mut silent())
        })
    };
    barrier.wait();
    assert_eq!((image.root().count(), image.file_count()), (0, 0), "one can look while it is read");
    let changer = {
        let image = image.clone();
        thread::spawn(move || image.root().add_directory("waits").map(|_| image.file_count()))
    };
    thread::sleep(std::time::Duration::from_millis(50));
    assert!(!changer.is_finished(), "one change after the other");
    barrier.wait();
    adder.join().expect("no panic").expect("new");
    assert_eq!(changer.join().expect("no panic").expect("new"), 1, "the first was done before");
    assert_eq!(image.root().count(), 2);
}

/// Two who want what can be read but once: the second waits, and gets it too.
#[test]
fn a_reader_is_read_once_for_all_who_want_its_bytes() {
    struct Slow(&'static [u8]);
    impl Read for Slow {
        fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
            thread::sleep(std::time::Duration::from_millis(20));
            self.0.read(out)
        }
    }
    let image = image();
    for add in [false, true] {
        let item = image.create_file_item(format!("item {add}")).expect("a name");
        item.set_data(Data::reader(Slow(b"once only"))).expect("in no image");
        thread::scope(|scope| {
            for number in 0..4 {
                let (item, image) = (&item, &image);
                scope.spawn(move || {
                    if add && number == 2 {
                        image.root().add(item, &mut silent()).expect("a new name");
                    }
                    let text = std::io::read_to_string(item.data().expect("there")).expect("text");
                    assert_eq!(text, "once only");
                });
            }
        });
    }
}
