//! An image beside a model that anyone believes: a map from paths to what is there.

use std::collections::BTreeMap;

use imapi_fsimage::{ChangePoint, Data, FileSystemImage, FileSystems, Item, UdfRevision};
use proptest::prelude::*;

use super::{image, silent};

/// What is at a path: the text of a file and its streams, or a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
enum There {
    Folder { hidden: bool },
    File { text: String, hidden: bool, streams: Vec<String> },
}

type Model = BTreeMap<String, There>;

#[derive(Debug, Clone)]
enum Step {
    AddDirectory { parent: usize, name: u8 },
    AddFile { parent: usize, name: u8, text: String, piped: bool },
    AddItem { parent: usize, name: u8, folder: bool, hidden: bool },
    Remove { which: usize, with_all: bool },
    Hide { which: usize, hidden: bool },
    AddStream { which: usize, name: u8 },
    RemoveStream { which: usize, name: u8 },
    RollBack { share: u8 },
    Lock,
    Reshape { bits: u8, revision: u8 },
    Result,
}

fn any_step() -> impl Strategy<Value = Step> {
    let which = any::<usize>;
    let name = || 0..5_u8;
    prop_oneof![
        4 => (which(), name()).prop_map(|(parent, name)| Step::AddDirectory { parent, name }),
        4 => (which(), name(), "[a-z]{0,9}", any::<bool>())
            .prop_map(|(parent, name, text, piped)| Step::AddFile { parent, name, text, piped }),
        2 => (which(), name(), any::<bool>(), any::<bool>())
            .prop_map(|(parent, name, folder, hidden)| Step::AddItem { parent, name, folder, hidden }),
        2 => (which(), any::<bool>()).prop_map(|(which, with_all)| Step::Remove { which, with_all }),
        1 => (which(), any::<bool>()).prop_map(|(which, hidden)| Step::Hide { which, hidden }),
        1 => (which(), name()).prop_map(|(which, name)| Step::AddStream { which, name }),
        1 => (which(), name()).prop_map(|(which, name)| Step::RemoveStream { which, name }),
        2 => any::<u8>().prop_map(|share| Step::RollBack { share }),
        1 => Just(Step::Lock),
        1 => (any::<u8>(), any::<u8>()).prop_map(|(bits, revision)| Step::Reshape { bits, revision }),
        1 => Just(Step::Result),
    ]
}

fn name_of(name: u8) -> String {
    ["a", "B", "long name of something.text", "é", "日本"][usize::from(name)].to_string()
}

fn below(parent: &str, name: u8) -> String {
    format!("{}/{}", parent.trim_end_matches('/'), name_of(name))
}

/// What is in the image, by going through it.
fn listing(image: &FileSystemImage) -> Model {
    fn below(item: &Item, out: &mut Model) {
        let Some(folder) = item.as_directory() else { return };
        assert_eq!(folder.count() as usize, folder.items().len());
        for child in folder.items() {
            let hidden = child.is_hidden();
            let there = match child.as_file() {
                None => There::Folder { hidden },
                Some(file) => {
                    let text = std::io::read_to_string(file.data().expect("there")).expect("text");
                    assert_eq!(file.data_size(), text.len() as u64);
                    let streams = file.named_streams().expect("a file").items().map(|stream| stream.name()).collect();
                    There::File { text, hidden, streams }
                }
            };
            out.insert(child.full_path(), there);
            below(&child, out);
        }
    }
    let mut out = Model::new();
    below(&image.root(), &mut out);
    out
}

/// How deep a folder lies, the root being at 1.
fn level(path: &str) -> usize {
    if path == "/" { 1 } else { path.matches('/').count() + 1 }
}

/// Does a step to both, and compares whether they take it.
fn take(image: &FileSystemImage, model: &mut Model, past: &mut Past, step: Step) {
    let paths: Vec<String> = ["/".to_string()].into_iter().chain(model.keys().cloned()).collect();
    let pick = |which: usize| paths[which % paths.len()].clone();
    let item = |path: &str| match path {
        "/" => Item::from(image.root()),
        _ => image.root().item(path).expect(path),
    };
    let is_folder = |model: &Model, path: &str| path == "/" || matches!(model.get(path), Some(There::Folder { .. }));
    match step {
        Step::AddDirectory { parent, name } => {
            let parent = pick(parent);
            let path = below(&parent, name);
            let deep = image.file_systems_to_create().iso9660 && level(&path) > 8;
            let expected = is_folder(model, &parent) && !model.contains_key(&path) && !deep;
            assert_eq!(image.root().add_directory(&path).is_ok(), expected, "{path}");
            if expected {
                model.insert(path, There::Folder { hidden: false });
            }
        }
        Step::AddFile { parent, name, text, piped } => {
            let parent = pick(parent);
            let path = below(&parent, name);
            let data =
                if piped { Data::reader(std::io::Cursor::new(text.clone())) } else { text.clone().into_bytes().into() };
            let expected = is_folder(model, &parent) && !model.contains_key(&path);
            assert_eq!(image.root().add_file(&path, data, &mut silent()).is_ok(), expected, "{path}");
            if expected {
                model.insert(path, There::File { text, hidden: false, streams: Vec::new() });
            }
        }
        Step::AddItem { parent, name, folder, hidden } => {
            let parent = pick(parent);
            let Some(directory) = item(&parent).as_directory() else { return };
            let path = below(&parent, name);
            let new: Item = if folder {
                image.create_directory_item(name_of(name)).expect("a name").into()
            } else {
                image.create_file_item(name_of(name)).expect("a name").into()
            };
            new.set_hidden(hidden).expect("in no image");
            let deep = folder && image.file_systems_to_create().iso9660 && level(&path) > 8;
            let expected = !model.contains_key(&path) && !deep;
            assert_eq!(directory.add(&new, &mut silent()).is_ok(), expected, "{path}");
            if expected {
                assert_eq!(new.full_path(), path);
                let there = if folder {
                    There::Folder { hidden }
                } else {
                    There::File { text: String::new(), hidden, streams: Vec::new() }
                };
                model.insert(path, there);
            }
        }
        Step::Remove { which, with_all } => {
            let path = pick(which);
            let prefix = path.trim_end_matches('/').to_string() + "/";
            let inside = model.keys().any(|other| other.starts_with(&prefix));
            let (outcome, expected) = if with_all {
                (image.root().remove_tree(&path), is_folder(model, &path))
            } else {
                (image.root().remove(&path), path != "/" && !inside)
            };
            assert_eq!(outcome.is_ok(), expected, "{path}");
            if expected {
                model.retain(|other, _| *other != path && !other.starts_with(&prefix));
            }
        }
        Step::Hide { which, hidden: to } => {
            let path = pick(which);
            item(&path).set_hidden(to).expect("in the image");
            match model.get_mut(&path) {
                Some(There::Folder { hidden } | There::File { hidden, .. }) => *hidden = to,
                None => assert_eq!(path, "/"),
            }
        }
        Step::AddStream { which, name } => {
            let path = pick(which);
            let (Some(file), Some(There::File { streams, .. })) = (item(&path).as_file(), model.get_mut(&path)) else {
                return;
            };
            let expected = !streams.contains(&name_of(name));
            assert_eq!(file.add_stream(name_of(name), b"stream", &mut silent()).is_ok(), expected);
            if expected {
                streams.push(name_of(name));
            }
        }
        Step::RemoveStream { which, name } => {
            let path = pick(which);
            let (Some(file), Some(There::File { streams, .. })) = (item(&path).as_file(), model.get_mut(&path)) else {
                return;
            };
            let expected = streams.contains(&name_of(name));
            assert_eq!(file.remove_stream(name_of(name)).is_ok(), expected);
            streams.retain(|stream| *stream != name_of(name));
        }
        Step::RollBack { share } => {
            let now = image.change_point().0;
            let point = ChangePoint(now * u64::from(share) / 255);
            let then = past.models.get(&point);
            let deep = |model: &Model| {
                let folders = model.iter().filter(|(_, there)| matches!(there, There::Folder { .. }));
                image.file_systems_to_create().iso9660 && folders.into_iter().any(|(path, _)| level(path) > 8)
            };
            let expected = point >= past.locked && then.is_none_or(|then| !deep(then));
            let outcome = image.roll_back_to_change_point(point);
            if let Some(then) = then {
                assert_eq!(outcome.is_ok(), expected, "{outcome:?}");
                if expected {
                    *model = then.clone();
                }
            } else if outcome.is_ok() {
                // A moment in the middle of a step.
                *model = listing(image);
            }
            if outcome.is_ok() {
                past.models.retain(|&earlier, _| earlier <= point);
            }
        }
        Step::Lock => {
            image.lock_in_change_point().expect("always");
            past.locked = image.change_point();
        }
        Step::Reshape { bits, revision } => {
            let file_systems = [1, 3, 4, 5, 7].map(FileSystems::from_bits)[usize::from(bits) % 5].expect("bits");
            let folders = model.iter().filter(|(_, there)| matches!(there, There::Folder { .. }));
            let deep = folders.into_iter().any(|(path, _)| level(path) > 8);
            let outcome = image.set_file_systems_to_create(file_systems);
            assert_eq!(outcome.is_ok(), !(file_systems.iso9660 && deep));
            let revision = UdfRevision::ALL[usize::from(revision) % UdfRevision::ALL.len()];
            let _ = image.set_udf_revision(revision).expect("supported");
        }
        Step::Result => {
            let result = image.create_result_image().expect("all was allowed");
            assert!(result.total_blocks() <= image.used_blocks());
            assert!(image.root().add_directory("never").is_err());
        }
    }
}

/// What was there at which moment.
#[derive(Default)]
struct Past {
    models: BTreeMap<ChangePoint, Model>,
    locked: ChangePoint,
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]
    #[test]
    fn an_image_is_what_its_history_says(steps in proptest::collection::vec(any_step(), 1..80)) {
        let image = image();
        let (mut model, mut past) = (Model::new(), Past::default());
        for step in steps {
            past.models.insert(image.change_point(), model.clone());
            take(&image, &mut model, &mut past, step);
            prop_assert_eq!(&listing(&image), &model);
            let folders = model.values().filter(|there| matches!(there, There::Folder { .. })).count();
            prop_assert_eq!(image.directory_count(), folders as u64);
            prop_assert_eq!(image.file_count(), (model.len() - folders) as u64);
        }
        let result = image.create_result_image().expect("all was allowed");
        prop_assert!(result.total_blocks() <= image.used_blocks());
    }
}
