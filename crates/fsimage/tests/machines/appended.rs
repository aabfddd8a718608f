//! Images that were added to: a machine starts from the newest session.

use std::{num::NonZeroU32, sync::Arc};

use imapi_disc_types::{BlockSource, Control};
use imapi_fsimage::{
    Attributes, Base, Contents, Hybrid, ImageOptions, Kind, NodeId, ResultImage, Rewritten, Timestamp, Tree,
};
use imapi_volumes::OpenOptions;

use crate::{
    loaders::{Disc, FOUND, isohybrid},
    machine::{Drive, Firmware, boots},
};

/// What the session that was added has the loader tell.
const LATER: &str = "what a later session has to say";

/// Adds a session in which the loader tells another file. Some files may have to move for that.
fn with_another_line(disc: Arc<dyn BlockSource>, moves: bool) -> Arc<dyn BlockSource> {
    let now = Timestamp::new(1_100_000_000, 0);
    let base = Base::open(Arc::clone(&disc), None, OpenOptions::default()).expect("it can be read").overwritten();
    let (mut tree, mut contents) = (Tree::new(Attributes::default()), Contents::new());
    let imported = base.import(&mut tree, &mut contents, &mut Control::silent()).expect("it can be imported");
    assert_eq!(imported.copied > 0, moves, "{imported:?}");
    let earlier = base.boot(&tree, &mut contents).expect("it can be read");
    for (name, text) in
        [("isolinux.cfg", "SERIAL 0 115200\nUI cat.c32 later.txt\n"), ("later.txt", &format!("{LATER}\n"))]
    {
        if let Some(there) = tree.child(NodeId::ROOT, name.as_bytes()) {
            tree.remove(there).expect("it is there");
        }
        let kind = Kind::File { size: text.len() as u64, content: contents.add_bytes(text.as_bytes()) };
        tree.add(NodeId::ROOT, name.as_bytes(), kind, Attributes::default()).expect("new");
    }
    let mut options: ImageOptions = base.image_options(now);
    options.boot = earlier.iter().map(|boot| boot.in_tree(&tree)).collect();
    assert_eq!(options.boot.len(), 1);
    let link = base.link(NonZeroU32::new(32).expect("not zero")).expect("there is room");
    (options.session.start, options.session.link, options.session.rewritable) = (link.start, Some(link), true);
    let image = ResultImage::new(Arc::new(tree), Arc::new(contents), &options).expect("it can be planned");
    Arc::new(Rewritten::new(disc, Arc::new(image), link).expect("there is room"))
}

#[test]
fn isolinux_of_an_image_that_was_added_to_reads_what_is_newest() {
    let mut disc = Disc::new();
    disc.options.boot = vec![disc.isolinux()];
    disc.options.hybrid = Some(Hybrid { code: Some(isohybrid()), ..Hybrid::default() });
    // The loader stands behind what is written again.
    disc.options.session.rewritable = true;
    let first: Arc<dyn BlockSource> = Arc::new(disc.image());
    boots(&*first, Firmware::SeaBios, Drive::Cd, FOUND);
    let second = with_another_line(Arc::clone(&first), false);
    boots(&*second, Firmware::SeaBios, Drive::Cd, LATER);
    // Code in front of the disc knows where the loader of the first session is, which reads the disc from its beginning.
    boots(&*second, Firmware::SeaBios, Drive::Disk, LATER);
    let third = with_another_line(second, false);
    boots(&*third, Firmware::SeaBios, Drive::Cd, LATER);
}

#[test]
fn isolinux_that_has_to_move_is_started_where_it_is_then() {
    // Without descriptors of other file systems the loader stands among the blocks that are written again.
    let mut disc = Disc::new();
    disc.options.file_systems.joliet = false;
    disc.options.boot = vec![disc.isolinux()];
    let first: Arc<dyn BlockSource> = Arc::new(disc.image());
    boots(&*with_another_line(first, true), Firmware::SeaBios, Drive::Cd, LATER);
}
