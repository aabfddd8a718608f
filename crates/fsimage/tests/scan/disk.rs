//! What the tests put on the disk, and what they see in a tree.

use std::{collections::BTreeMap, path::Path, sync::Arc, thread};

use imapi_disc_types::Control;
use imapi_fsimage::{
    Attributes, Content, ContentReader, Contents, Kind, NodeId, ScanError, ScanOptions, ScanReport, Tree, add_tree,
};
use rustix::{process::geteuid, thread::Uid, thread::set_thread_res_uid};

/// A tree and its contents.
pub struct Image {
    pub tree: Tree,
    pub contents: Contents,
}

/// Every path of a tree, and what is there.
pub type Listing = Vec<(Vec<u8>, Kind, Attributes)>;

impl Image {
    pub fn new() -> Self {
        Self { tree: Tree::new(Attributes::default()), contents: Contents::new() }
    }

    /// Adds what is in a folder.
    pub fn add(&mut self, folder: &Path, options: &ScanOptions) -> Result<ScanReport, ScanError> {
        self.add_to(NodeId::ROOT, folder, options)
    }

    pub fn add_to(&mut self, node: NodeId, folder: &Path, options: &ScanOptions) -> Result<ScanReport, ScanError> {
        add_tree(&mut self.tree, &mut self.contents, node, folder, options, &mut Control::silent())
    }

    /// A folder's tree.
    pub fn of(folder: &Path, options: &ScanOptions) -> Self {
        let mut image = Self::new();
        image.add(folder, options).expect("readable");
        image
    }

    pub fn path(&self, id: NodeId) -> Vec<u8> {
        let mut steps = Vec::new();
        let mut at = id;
        while let Some(parent) = self.tree.parent(at) {
            steps.push(self.tree.name(at));
            at = parent;
        }
        steps.reverse();
        steps.join(&b'/')
    }

    pub fn listing(&self) -> Listing {
        let tree = &self.tree;
        tree.walk(NodeId::ROOT).map(|id| (self.path(id), tree.kind(id), tree.attributes(id))).collect()
    }

    /// The paths in the order of the tree, as text.
    pub fn paths(&self) -> Vec<String> {
        self.listing().iter().skip(1).map(|(path, ..)| String::from_utf8_lossy(path).into_owned()).collect()
    }

    pub fn find(&self, path: &str) -> Option<NodeId> {
        self.tree.find(path.split('/').map(str::as_bytes))
    }

    pub fn content(&self, path: &str) -> Content {
        match self.tree.kind(self.find(path).expect(path)) {
            Kind::File { content, .. } => content,
            other => panic!("{path} is {other:?}"),
        }
    }

    /// The bytes of every file, by path.
    pub fn read(self) -> BTreeMap<Vec<u8>, Vec<u8>> {
        let listing = self.listing();
        let reader = ContentReader::new(Arc::new(self.contents));
        let mut files = BTreeMap::new();
        for (path, kind, _) in listing {
            if let Kind::File { size, content } = kind {
                let mut bytes = vec![0xA5; usize::try_from(size).expect("small")];
                reader.read_at(content, 0, &mut bytes).expect("readable");
                files.insert(path, bytes);
            }
        }
        files
    }
}

/// Does something as a user whom rights bind: they do not bind root. Only a thread of its own changes.
pub fn as_somebody<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    let user = if geteuid().is_root() { Some(Uid::from_raw(65_534)) } else { None };
    thread::scope(|scope| {
        let thread = scope.spawn(move || {
            if user.is_some() {
                set_thread_res_uid(None::<Uid>, user, None::<Uid>).expect("root may");
            }
            work()
        });
        thread.join().expect("the work does not panic")
    })
}
