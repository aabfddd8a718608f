//! [`Storage`]: trees that are added to an image of data, in memory or on disk.

use std::{
    fs::{self, File},
    io::{self, Read},
    path::PathBuf,
    sync::Arc,
};

use imapi_disc_types::Timestamp;

/// A tree that is added to an image of data: what `IStorage` is in Windows.
#[doc(alias = "IStorage")]
pub trait Storage {
    /// What is in it, in any order.
    fn elements(&self) -> io::Result<Vec<Element<'_>>>;
}

/// Something in a storage.
pub struct Element<'a> {
    /// Its name.
    pub name: String,
    /// When it was changed; now, where nobody knows.
    pub modified: Option<Timestamp>,
    /// What it is.
    pub kind: ElementKind<'a>,
}

/// What something in a storage is.
pub enum ElementKind<'a> {
    /// A storage: it becomes a folder.
    Storage(Box<dyn Storage + 'a>),
    /// A stream: it becomes a file.
    Stream {
        /// Bytes that it has.
        size: u64,
        /// Opens it, which is done once and when its turn has come.
        open: Box<dyn FnOnce() -> io::Result<Box<dyn Read + 'a>> + 'a>,
    },
}

/// A tree in memory.
///
/// ```
/// use imapi1::MemoryStorage;
///
/// let tree = MemoryStorage::new()
///     .with_stream("readme.txt", *b"Good morning")
///     .with_storage("music", MemoryStorage::new().with_stream("song.wav", vec![0; 4096]));
/// # let _: &dyn imapi1::Storage = &tree;
/// ```
#[derive(Debug, Clone, Default)]
pub struct MemoryStorage {
    parts: Vec<(String, Part)>,
}

#[derive(Debug, Clone)]
enum Part {
    Storage(MemoryStorage),
    Stream(Arc<[u8]>),
}

impl MemoryStorage {
    /// Nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The same with a stream more.
    #[must_use]
    pub fn with_stream(mut self, name: impl Into<String>, bytes: impl Into<Arc<[u8]>>) -> Self {
        self.parts.push((name.into(), Part::Stream(bytes.into())));
        self
    }

    /// The same with a storage more.
    #[must_use]
    pub fn with_storage(mut self, name: impl Into<String>, storage: Self) -> Self {
        self.parts.push((name.into(), Part::Storage(storage)));
        self
    }
}

impl Storage for MemoryStorage {
    fn elements(&self) -> io::Result<Vec<Element<'_>>> {
        let element = |(name, part): &'_ (String, Part)| {
            let kind = match part {
                Part::Storage(storage) => ElementKind::Storage(Box::new(storage.clone())),
                Part::Stream(bytes) => {
                    let (size, bytes) = (bytes.len() as u64, Arc::clone(bytes));
                    let open = move || Ok(Box::new(io::Cursor::new(bytes)) as Box<dyn Read>);
                    ElementKind::Stream { size, open: Box::new(open) }
                }
            };
            Element { name: name.clone(), modified: None, kind }
        };
        Ok(self.parts.iter().map(element).collect())
    }
}

/// A folder on disk, with everything that is in it. Links are followed; what is neither file nor folder is left out.
#[derive(Debug, Clone)]
pub struct FolderStorage(pub PathBuf);

impl Storage for FolderStorage {
    fn elements(&self) -> io::Result<Vec<Element<'_>>> {
        let mut elements = Vec::new();
        for entry in fs::read_dir(&self.0)? {
            let entry = entry?;
            let path = entry.path();
            let name = entry.file_name().into_string();
            let name = name.map_err(|name| {
                let reason = format!("{} is not UTF-8", name.to_string_lossy());
                io::Error::new(io::ErrorKind::InvalidData, reason)
            })?;
            let metadata = fs::metadata(&path)?;
            let kind = if metadata.is_dir() {
                ElementKind::Storage(Box::new(Self(path)))
            } else if metadata.is_file() {
                let open = move || Ok(Box::new(File::open(path)?) as Box<dyn Read>);
                ElementKind::Stream { size: metadata.len(), open: Box::new(open) }
            } else {
                continue;
            };
            elements.push(Element { name, modified: metadata.modified().ok().map(Timestamp::from), kind });
        }
        elements.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(elements)
    }
}
