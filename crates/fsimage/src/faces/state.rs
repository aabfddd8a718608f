//! [`Shared`]: what all objects of an image have in common, and who may change it when.
//!
//! One lock has everything. It is held for as long as a call looks or changes (of a folder on disk, while a folder in it is
//! read), but never while something of others runs: neither a reader whose bytes are copied, nor whoever hears of progress. So
//! these may ask the image whatever they like. Who changes something long says so first ([`Underway`]); other threads that
//! want to change something wait for it, and the same thread is refused, since it would wait for itself.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread::{self, ThreadId},
};

use super::{
    BootOptions, FileStream, ImageError, boot,
    dates::ExplicitDates,
    multisession::Sessions,
    underway::{Change, Underway},
};
use crate::{
    Attributes, ChangePoint, Content, Contents, EarlierBoot, FileSystem, FileSystems, IsoLevel, NodeId, Timestamp,
    Tree, UdfRevision,
    content::Mark,
    estimate::Shape,
    named::{MOST_NUMBERS, Named},
    tree::Limits,
};

/// Who says what time it is.
pub(super) type Clock = Box<dyn Fn() -> Timestamp + Send + Sync>;

/// An image.
pub(super) struct Shared {
    state: Mutex<State>,
    /// Something long is over.
    idle: Condvar,
    clock: Clock,
}

/// Everything that can change.
pub(super) struct State {
    /// Shared with each result that lives; so it cannot be changed while one does.
    tree: Arc<Tree>,
    contents: Arc<Contents>,
    pub settings: Settings,
    pub dates: ExplicitDates,
    /// Files that became real-time files, or ceased to be, while nothing could be changed.
    pub late: BTreeMap<NodeId, bool>,
    /// Nobody is to go back behind now, said while nothing could be changed.
    pub late_lock: bool,
    /// Boot images that are among the contents.
    boot_contents: Vec<(FileStream, Content)>,
    /// When something was last made stricter: the tree was looked at then, and whatever came after has been too.
    pub stricter: ChangePoint,
    /// The names that a folder's items were last asked for.
    pub conformed: Option<Conformed>,
    /// To which disc a session is to be added, and what of it is in here.
    pub sessions: Sessions,
    busy: Option<ThreadId>,
}

/// What the items of a folder are called in a file system.
pub(super) struct Conformed {
    pub file_system: FileSystem,
    pub folder: NodeId,
    pub names: HashMap<NodeId, u32>,
}

impl Conformed {
    pub fn new(file_system: FileSystem, folder: NodeId, names: Vec<Named>) -> Self {
        let names = names.into_iter().map(|named| (named.node, named.number)).collect();
        Self { file_system, folder, names }
    }
}

/// What the image is to be.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is a property by itself")]
pub(super) struct Settings {
    pub file_systems: FileSystems,
    /// Somebody said which file systems.
    pub chosen: bool,
    pub level: IsoLevel,
    pub udf: UdfRevision,
    pub redundant_metadata: bool,
    /// Somebody asked for it; it is the default otherwise.
    pub wants_redundancy: bool,
    /// None for as many as there are.
    pub free_blocks: Option<u64>,
    pub session_start: u32,
    pub volume: Option<String>,
    pub strict: bool,
    pub restricted: bool,
    pub stage_files: bool,
    pub boot: Vec<Arc<BootOptions>>,
    /// What machines start from the session that was imported; in the image where nobody gave other options.
    pub earlier_boot: Vec<EarlierBoot>,
    /// The image is for a disc that can be overwritten.
    pub rewritable: bool,
    /// Beyond that many files in a folder one may be left without a name.
    pub same_names: u32,
}

/// The blocks of a disc of 74 minutes, 650 MB.
const DEFAULT_BLOCKS: u64 = 332_800;

impl Default for Settings {
    fn default() -> Self {
        Self {
            file_systems: FileSystems::ALL,
            chosen: false,
            level: IsoLevel::default(),
            udf: UdfRevision::default(),
            redundant_metadata: true,
            wants_redundancy: false,
            free_blocks: Some(DEFAULT_BLOCKS),
            session_start: 0,
            volume: None,
            strict: false,
            restricted: false,
            stage_files: false,
            boot: Vec::new(),
            earlier_boot: Vec::new(),
            rewritable: false,
            same_names: MOST_NUMBERS,
        }
    }
}

impl Settings {
    pub fn shape(&self) -> Shape {
        let sizes = self.boot.iter().map(|boot| u64::from(boot.image_size()).div_ceil(2048));
        Shape {
            file_systems: self.file_systems,
            level: self.level,
            udf: self.udf,
            redundant_metadata: self.redundant_metadata,
            boots: u32::try_from(self.boots()).unwrap_or(u32::MAX),
            boot_blocks: sizes.sum(),
            rewritable: self.rewritable,
        }
    }

    /// How many boot images the image will have.
    fn boots(&self) -> usize {
        if self.boot.is_empty() { self.earlier_boot.len() } else { self.boot.len() }
    }

    pub fn is_bootable(&self) -> bool {
        self.boots() > 0
    }

    pub fn limits(&self) -> Limits {
        Limits {
            blocks: self.free_blocks,
            restricted: self.restricted,
            strict: self.strict,
            same_names: self.same_names,
            ..Limits::default()
        }
    }

    /// The revision of UDF that the image will have.
    pub fn udf_in_image(&self) -> Option<UdfRevision> {
        self.file_systems.udf.then_some(self.udf)
    }
}

impl Shared {
    pub fn new(clock: Clock) -> Self {
        let settings = Settings::default();
        let now = clock();
        let mut tree = Tree::new(Attributes { created: now, modified: now, accessed: now, ..Attributes::default() });
        tree.watch(settings.shape(), settings.limits()).expect("an empty tree fits into every image");
        let state = State {
            tree: Arc::new(tree),
            contents: Arc::new(Contents::new()),
            settings,
            dates: ExplicitDates::default(),
            late: BTreeMap::new(),
            late_lock: false,
            boot_contents: Vec::new(),
            stricter: ChangePoint(0),
            conformed: None,
            sessions: Sessions::default(),
            busy: None,
        };
        Self { state: Mutex::new(state), idle: Condvar::new(), clock }
    }

    pub fn now(&self) -> Timestamp {
        (self.clock)()
    }

    /// To look at whatever is there now. A panic elsewhere leaves it whole: nothing is half done when something else runs.
    pub fn look(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// To change what no result depends on.
    pub fn set(&self) -> Result<MutexGuard<'_, State>, ImageError> {
        let mut state = self.look();
        while let Some(thread) = state.busy {
            if thread == thread::current().id() {
                return Err(ImageError::ReadOnly);
            }
            state = self.idle.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        Ok(state)
    }

    /// To change the tree, or what it is measured against.
    pub fn change(&self) -> Result<Change<'_>, ImageError> {
        let mut state = self.set()?;
        if state.is_shared() {
            return Err(ImageError::ReadOnly);
        }
        state.catch_up();
        Ok(Change(state))
    }

    /// To change the tree by something long. It is undone unless it is kept.
    pub fn begin(&self) -> Result<Underway<'_>, ImageError> {
        let Change(mut state) = self.change()?;
        state.busy = Some(thread::current().id());
        let undo = Some((state.tree.change_point(), state.contents.mark()));
        Ok(Underway::new(self, undo))
    }

    /// Ends what was long, and goes back to where it began if that is said.
    pub fn end(&self, undo: Option<(ChangePoint, Mark)>, settings: Option<Box<Settings>>) {
        let mut state = self.look();
        if let Some((point, mark)) = undo {
            let (tree, contents) = state.parts();
            tree.roll_back(point).expect("nobody locks anything meanwhile");
            tree.forget_placed(mark.entries());
            contents.forget(mark);
        }
        if let Some(settings) = settings {
            // The tree is what fitted into them.
            state.settings = *settings;
            let (shape, limits) = (state.settings.shape(), state.settings.limits());
            let _ = state.parts().0.watch(shape, limits);
        }
        state.busy = None;
        drop(state);
        self.idle.notify_all();
    }

    /// To do something long that changes nothing.
    pub fn begin_reading(&self) -> Result<Underway<'_>, ImageError> {
        let mut state = self.set()?;
        state.catch_up();
        state.busy = Some(thread::current().id());
        Ok(Underway::new(self, None))
    }
}

impl State {
    pub fn tree(&self) -> &Tree {
        &self.tree
    }

    pub fn contents(&self) -> &Contents {
        &self.contents
    }

    /// What a result is made of.
    pub fn share(&self) -> (Arc<Tree>, Arc<Contents>) {
        (Arc::clone(&self.tree), Arc::clone(&self.contents))
    }

    /// Whether a result has what is in here.
    fn is_shared(&mut self) -> bool {
        Arc::get_mut(&mut self.tree).is_none() || Arc::get_mut(&mut self.contents).is_none()
    }

    /// Tree and contents, to be changed; only [`Change`] and [`Underway`] come here.
    pub fn parts(&mut self) -> (&mut Tree, &mut Contents) {
        self.conformed = None;
        let tree = Arc::get_mut(&mut self.tree).expect("no result has it, and none is made meanwhile");
        let contents = Arc::get_mut(&mut self.contents).expect("no result has them, and none is made meanwhile");
        (tree, contents)
    }

    /// Does what could not be done while a result lived.
    pub fn catch_up(&mut self) {
        if self.is_shared() {
            return;
        }
        if std::mem::take(&mut self.late_lock) {
            self.lock_in();
        }
        let (shape, limits) = (self.settings.shape(), self.settings.limits());
        let late = std::mem::take(&mut self.late);
        let (tree, _) = self.parts();
        tree.set_boots(shape.boots, shape.boot_blocks);
        tree.set_limits(limits);
        for (node, real_time) in late {
            if tree.contains(node) {
                tree.describe(node, Attributes { real_time, ..tree.attributes(node) });
            }
        }
        // What is wrong with boot options is told when the image is made.
        let _ = boot::entries(self);
    }

    /// The contents that a boot image is.
    pub fn boot_content(&mut self, image: FileStream, number: usize) -> Result<Content, ImageError> {
        if let Some((_, content)) = self.boot_contents.iter().find(|(known, _)| known.is_same(&image)) {
            return Ok(*content);
        }
        if self.is_shared() {
            return Err(ImageError::ReadOnly);
        }
        let (source, bytes) = (Arc::new(image.clone()), image.size());
        let content = self.parts().1.add_source(source, bytes, format!("boot image {number}"))?;
        self.boot_contents.push((image, content));
        Ok(content)
    }

    /// Makes it impossible to go back behind now; later, while a result lives.
    pub fn lock_in(&mut self) {
        if self.is_shared() {
            self.late_lock = true;
            return;
        }
        self.dates.lock_in();
        self.parts().0.lock_in();
    }

    /// What the image would be by other settings: refused, and all stays as it is, where the tree has what it could not have.
    pub fn reshape(&mut self, settings: Settings) -> Result<(), ImageError> {
        let (tree, _) = self.parts();
        tree.watch(settings.shape(), settings.limits())?;
        self.stricter = tree.change_point();
        self.settings = settings;
        Ok(())
    }

    /// Lets the tree know what it may be; later, while a result lives, when it could not be changed anyway.
    pub fn sync_limits(&mut self) {
        let limits = self.settings.limits();
        if !self.is_shared() {
            self.parts().0.set_limits(limits);
        }
    }

    /// The most blocks that the image takes. What boot images have may have changed since it was last asked.
    pub fn used_blocks(&self) -> u64 {
        self.tree.estimated_blocks(&self.settings.shape())
    }
}
