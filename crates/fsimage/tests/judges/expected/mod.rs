//! What a reader has to find in an image.

mod names;
mod pairs;

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, LazyLock, Mutex},
};

use crate::{
    decoded,
    kinds::{Image, Kind, View},
    listing::{self, Digest, Listing, Seen},
    table::Feature,
    udf::Volume,
};

/// What is in an image, as a view of it shows it.
pub struct Expected {
    pub kind: Kind,
    pub view: View,
    pub entries: BTreeMap<Vec<u8>, Entry>,
}

/// A path in the image.
pub struct Entry {
    /// Its path in the corpus.
    pub source: Vec<u8>,
    pub seen: Seen,
    /// What a reader needs to know to tell its path.
    pub needs: Vec<Feature>,
}

impl Expected {
    /// Worked out once for each.
    pub fn of(kind: Kind, view: View) -> Arc<Self> {
        type Known = Mutex<HashMap<(Kind, View), Arc<Expected>>>;
        static KNOWN: LazyLock<Known> = LazyLock::new(Known::default);
        let mut known = KNOWN.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        Arc::clone(known.entry((kind, view)).or_insert_with(|| Arc::new(Self::work_out(Image::of(kind), view))))
    }

    /// What a view of an image has to show.
    pub fn work_out(image: &Image, view: View) -> Self {
        let kind = image.kind;
        let corpus = image.corpus.listing();
        let shown = match view {
            View::Ridge => corpus.into_iter().map(|(path, seen)| (path.clone(), (path, with_steps(seen)))).collect(),
            View::Udf => {
                let files = corpus.into_iter().filter(|(_, seen)| kind.has_udf_owners() || is_file(seen));
                conformed(image, view, &files.map(|(path, seen)| (path, as_text(with_steps(seen)))).collect())
            }
            View::Plain | View::Joliet => {
                let with_ridge = view == View::Plain && kind.views().contains(&View::Ridge);
                let files = corpus.into_iter().filter_map(|(path, seen)| Some((path, file_of(seen, with_ridge)?)));
                conformed(image, view, &files.collect())
            }
        };
        let entry = |(path, (source, seen)): (Vec<u8>, (Vec<u8>, Seen))| {
            let steps = path.split(|&byte| byte == b'/');
            let mut needs: Vec<_> = steps.map(|step| Feature::of_name(view, kind == Kind::Relaxed, step)).collect();
            // The root is the first level.
            if kind == Kind::Moved && needs.len() > 7 {
                needs.push(Feature::RidgeMoved);
            }
            if needs.len() > 50 {
                needs.push(if view == View::Udf { Feature::UdfDeep } else { Feature::Deep });
            }
            needs.sort_unstable();
            needs.dedup();
            let seen = if view == View::Udf { as_udf(seen, kind) } else { as_iso(seen, view) };
            (path, Entry { source, seen, needs })
        };
        Self { kind, view, entries: shown.into_iter().map(entry).collect() }
    }
}

fn is_file(seen: &Seen) -> bool {
    matches!(seen.kind, Some(listing::Kind::Folder | listing::Kind::File))
}

/// What all file systems have: files and folders. Where Rock Ridge tells of others, these look like empty files to those who
/// do not look for that.
fn file_of(seen: Seen, with_ridge: bool) -> Option<Seen> {
    match seen.kind {
        _ if is_file(&seen) => Some(seen),
        _ if with_ridge => {
            let (size, digest) = (Some(0), Some(Digest::of(b"")));
            Some(Seen { kind: Some(listing::Kind::File), size, digest, target: None, device: None, ..seen })
        }
        _ => None,
    }
}

/// What has other names in the image: by what is where, since names can say nothing of it. That the names are fit is
/// checked on the way.
fn conformed(image: &Image, view: View, corpus: &Listing) -> BTreeMap<Vec<u8>, (Vec<u8>, Seen)> {
    let (kind, image) = (image.kind, &image.planned);
    let volume = |number: usize| decoded::volumes(image)[number].clone();
    let shown = match view {
        View::Udf => Volume::open(image).walk().listing,
        View::Joliet => decoded::listing(image, &volume(1), decoded::Names::Joliet),
        View::Plain | View::Ridge => decoded::listing(image, &volume(0), decoded::Names::Plain),
    };
    let rule = names::Rule::of(kind, view);
    let pairs = pairs::of(corpus, &shown, |folder| names::check(rule, folder));
    let seen = |source: &Vec<u8>| corpus.get(source).expect("it is of the corpus").clone();
    // Whether a file has a dot before no extension depends on the level and the reader.
    let bare = |shown: Vec<u8>| {
        if view == View::Plain { shown.strip_suffix(b".").map(<[u8]>::to_vec).unwrap_or(shown) } else { shown }
    };
    pairs.into_iter().map(|(shown, source)| (bare(shown), (source.clone(), seen(&source)))).collect()
}

/// Rock Ridge has links in steps: what stands between no characters is gone.
fn with_steps(seen: Seen) -> Seen {
    let target = seen.target.map(|target| {
        let absolute = if target.starts_with(b"/") { &b"/"[..] } else { b"" };
        let steps: Vec<&[u8]> = target.split(|&byte| byte == b'/').filter(|step| !step.is_empty()).collect();
        [absolute, &steps.join(&b'/')].concat()
    });
    Seen { target, ..seen }
}

/// UDF has text, in which bytes that are none are replaced.
fn as_text(seen: Seen) -> Seen {
    let target = seen.target.map(|target| String::from_utf8_lossy(&target).into_owned().into_bytes());
    Seen { target, ..seen }
}

/// What UDF can say of it: microseconds, and what Unix knows where that is asked for.
fn as_udf(seen: Seen, kind: Kind) -> Seen {
    let modified = seen.modified.map(|(seconds, nanoseconds)| (seconds, nanoseconds / 1000 * 1000));
    let seen = Seen { modified, ..seen };
    if kind.has_udf_owners() { seen } else { Seen { mode: None, owner: None, links: None, ..seen } }
}

/// What ISO 9660 can say of it: whole seconds from 1900 to 2155, and of Unix nothing without Rock Ridge.
fn as_iso(seen: Seen, view: View) -> Seen {
    let modified = seen.modified.filter(|(seconds, _)| (-2_208_988_800..5_869_584_000).contains(seconds));
    let seen = Seen { modified: modified.map(|(seconds, _)| (seconds, 0)), ..seen };
    if view == View::Ridge { seen } else { Seen { mode: None, owner: None, links: None, ..seen } }
}
