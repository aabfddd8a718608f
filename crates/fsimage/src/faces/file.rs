//! [`FileItem`]: a file, or a named stream of one.

use std::ops::Deref;

use imapi_disc_types::Control;

use super::{
    Data, FileStream, ImageError, Kept, NamedStreams, Update,
    adding::{bring_in, now_known},
    data::Origin,
    item::{Item, Place},
    state::State,
};
use crate::{Content, Contents, Kind, UdfRevision};

/// A file of an image, a named stream of one, or a file that was created for an image and not added yet. Links and special
/// files that came from disk are files without bytes.
///
/// What it shares with folders is in [`Item`].
#[derive(Debug, Clone, PartialEq, Eq)]
#[doc(alias("IFsiFileItem", "IFsiFileItem2"))]
pub struct FileItem(Item);

/// A file is an item: what can be asked of any can be asked of it.
impl Deref for FileItem {
    type Target = Item;

    fn deref(&self) -> &Item {
        &self.0
    }
}

impl From<FileItem> for Item {
    fn from(file: FileItem) -> Self {
        file.0
    }
}

impl FileItem {
    pub(super) fn of(item: Item) -> Self {
        Self(item)
    }

    /// Where its bytes come from in the image, and how many there are.
    fn content(state: &State, place: &Place) -> Option<(Content, u64)> {
        match place {
            Place::Detached(_) => None,
            Place::Node(node) => match state.tree().kind(*node) {
                Kind::File { size, content } => Some((content, size)),
                _ => None,
            },
            Place::Stream { content, .. } => Some((*content, state.contents().size(*content))),
        }
    }

    /// How many bytes it has. Of an item that is in no image and whose bytes come from a reader, it is what was said of them,
    /// or nothing.
    #[must_use]
    #[doc(alias = "IFsiFileItem::get_DataSize")]
    pub fn data_size(&self) -> u64 {
        let state = self.shared().look();
        match &*self.place(&state) {
            Place::Detached(detached) => detached.data.as_ref().and_then(Data::size).unwrap_or(0),
            place => Self::content(&state, place).map_or(0, |(_, size)| size),
        }
    }

    /// The low half of its size.
    #[must_use]
    #[doc(alias = "IFsiFileItem::get_DataSize32BitLow")]
    pub fn data_size_low(&self) -> u32 {
        u32::try_from(self.data_size() & u64::from(u32::MAX)).unwrap_or(u32::MAX)
    }

    /// The high half of its size.
    #[must_use]
    #[doc(alias = "IFsiFileItem::get_DataSize32BitHigh")]
    pub fn data_size_high(&self) -> u32 {
        u32::try_from(self.data_size() >> 32).unwrap_or(u32::MAX)
    }

    /// Its bytes. Where they come from a reader and the item is in no image, they are read now, and kept.
    #[doc(alias = "IFsiFileItem::get_Data")]
    pub fn data(&self) -> Result<FileStream, ImageError> {
        // What is read but once is read by one thread, be it for this or because it is added; others wait for that.
        let once = {
            let state = self.shared().look();
            let is_once = |data: &Data| matches!(data.0, Origin::Reader { .. } | Origin::Spent);
            matches!(&*self.place(&state), Place::Detached(detached) if detached.data.as_ref().is_some_and(is_once))
        };
        let _alone = if once { Some(self.shared().begin_reading()?) } else { None };
        let (data, directory) = {
            let state = self.shared().look();
            match &mut *self.place(&state) {
                Place::Detached(detached) => match &mut detached.data {
                    None => return Ok(FileStream::empty()),
                    Some(data) => (data.take(), state.contents().working_directory().to_path_buf()),
                },
                place => {
                    let Some((content, _)) = Self::content(&state, place) else { return Ok(FileStream::empty()) };
                    return Ok(FileStream::alone(state.contents().alone(content)?));
                }
            }
        };
        if let Data(Origin::Stream(stream)) = data {
            return Ok(stream);
        }
        let is_reader = matches!(data.0, Origin::Reader { .. });
        let mut contents = Contents::new();
        contents.set_working_directory(directory)?;
        let stream = FileStream::alone(now_known(contents, data, &self.name())?);
        if is_reader {
            let state = self.shared().look();
            if let Place::Detached(detached) = &mut *self.place(&state) {
                detached.data = Some(stream.clone().into());
            }
        }
        Ok(stream)
    }

    /// Says which bytes it is to have. Once it is in an image they stay what they are: another file of the same path has to
    /// take its place.
    #[doc(alias = "IFsiFileItem::put_Data")]
    pub fn set_data(&self, data: impl Into<Data>) -> Result<(), ImageError> {
        let data = data.into();
        let path = self.full_path();
        let state = self.shared().set()?;
        let before = match &mut *self.place(&state) {
            Place::Detached(detached) => detached.data.replace(data),
            Place::Node(_) | Place::Stream { .. } => return Err(ImageError::Fixed { path }),
        };
        drop(state);
        // A reader may do what it likes when it is let go.
        drop(before);
        Ok(())
    }

    /// Its named streams. A stream has none itself.
    #[doc(alias = "IFsiFileItem2::get_FsiNamedStreams")]
    pub fn named_streams(&self) -> Result<NamedStreams, ImageError> {
        if self.is_named_stream() {
            return Err(ImageError::OfStream { property: "FsiNamedStreams" });
        }
        Ok(NamedStreams::new(self.clone()))
    }

    /// Whether it is a named stream of a file.
    #[must_use]
    #[doc(alias = "IFsiFileItem2::get_IsNamedStream")]
    pub fn is_named_stream(&self) -> bool {
        let state = self.shared().look();
        matches!(&*self.place(&state), Place::Stream { .. })
    }

    /// Gives it another stream; one that it has is never replaced. It has to be in the image.
    #[doc(alias = "IFsiFileItem2::AddStream")]
    pub fn add_stream(
        &self,
        name: impl AsRef<[u8]>,
        data: impl Into<Data>,
        control: &mut Control<'_, Update>,
    ) -> Result<Kept, ImageError> {
        let (name, data) = (name.as_ref(), data.into());
        let underway = self.shared().begin()?;
        let (path, node) = {
            let state = underway.look();
            let node = self.node(&state)?;
            stream_name(name)?;
            let tree = state.tree();
            tree.may_have_stream(node, name)?;
            (tree.path(node) + ":" + &String::from_utf8_lossy(name), node)
        };
        let (content, size) = bring_in(&underway, data, &path, control)?;
        let mut state = underway.look();
        state.parts().0.add_stream(node, name, size, content)?;
        let kept = Self::kept(&state, UdfRevision::has_named_streams);
        drop(state);
        underway.keep();
        Ok(kept)
    }

    /// Takes a stream from it.
    #[doc(alias = "IFsiFileItem2::RemoveStream")]
    pub fn remove_stream(&self, name: impl AsRef<[u8]>) -> Result<Kept, ImageError> {
        let name = name.as_ref();
        let mut state = self.shared().change()?;
        let node = self.node(&state)?;
        stream_name(name)?;
        state.parts().0.remove_stream(node, name)?;
        Ok(Self::kept(&state, UdfRevision::has_named_streams))
    }

    fn kept(state: &State, has: fn(UdfRevision) -> bool) -> Kept {
        Kept::when(state.settings.udf_in_image().is_some_and(has))
    }

    /// Whether its bytes have to come at a steady rate.
    #[doc(alias = "IFsiFileItem2::get_IsRealTime")]
    pub fn is_real_time(&self) -> Result<bool, ImageError> {
        let state = self.shared().look();
        match &*self.place(&state) {
            Place::Detached(detached) => Ok(detached.real_time),
            Place::Node(node) => {
                let late = state.late.get(node).copied();
                Ok(late.unwrap_or_else(|| state.tree().attributes(*node).real_time))
            }
            Place::Stream { .. } => Err(ImageError::OfStream { property: "IsRealTime" }),
        }
    }

    /// Makes it a real-time file, or one as others. Alone of all changes this one is taken while a result lives; it is seen in
    /// those that are made when none lives any more.
    #[doc(alias = "IFsiFileItem2::put_IsRealTime")]
    pub fn set_real_time(&self, real_time: bool) -> Result<Kept, ImageError> {
        let mut state = self.shared().set()?;
        let kept = if real_time { Self::kept(&state, UdfRevision::has_real_time_files) } else { Kept::Yes };
        match &mut *self.place(&state) {
            Place::Detached(detached) => {
                detached.real_time = real_time;
                return Ok(kept);
            }
            Place::Stream { .. } => return Err(ImageError::OfStream { property: "IsRealTime" }),
            Place::Node(_) => {}
        }
        let node = self.node(&state)?;
        state.late.insert(node, real_time);
        state.catch_up();
        Ok(kept)
    }

    /// How many named streams it has.
    pub(super) fn stream_count(&self) -> usize {
        let state = self.shared().look();
        match &*self.place(&state) {
            Place::Node(node) => state.tree().streams(*node).len(),
            Place::Detached(_) | Place::Stream { .. } => 0,
        }
    }

    /// Its streams, as they are now.
    pub(super) fn streams(&self) -> Vec<Self> {
        let state = self.shared().look();
        let Place::Node(owner) = *self.place(&state) else { return Vec::new() };
        let item = |stream: &crate::Stream| {
            let place = Place::Stream { owner, name: stream.name.clone(), content: stream.content };
            Self(Item::new(self.shared().clone(), place))
        };
        state.tree().streams(owner).iter().map(item).collect()
    }
}

fn stream_name(name: &[u8]) -> Result<(), ImageError> {
    if super::path::is_name(name) {
        return Ok(());
    }
    Err(ImageError::parameter("name", String::from_utf8_lossy(name)))
}
