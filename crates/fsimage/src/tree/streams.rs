//! Named streams: more bytes under a file's name, as UDF 2.00 and later can keep them.

use super::{Content, Kind, NodeId, Tree, TreeError, journal::Undo, text};

/// Bytes that a file has beside its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stream {
    /// The name, which is no path.
    pub name: Box<[u8]>,
    /// How many bytes.
    pub size: u64,
    /// Where they come from.
    pub content: Content,
}

impl Tree {
    /// How many named streams an image may have: more are lost where IMAPI reads.
    pub const STREAMS: usize = 1000;

    /// The streams of a file, in the order in which they were added.
    #[must_use]
    #[doc(alias("IFsiFileItem2::get_FsiNamedStreams", "IFsiNamedStreams"))]
    pub fn streams(&self, id: NodeId) -> &[Stream] {
        self.streams.get(&id).map_or(&[], Vec::as_slice)
    }

    /// How many streams the files of the tree have.
    #[must_use]
    pub fn stream_count(&self) -> usize {
        self.streams.iter().filter(|(id, _)| self.contains(**id)).map(|(_, streams)| streams.len()).sum()
    }

    /// Gives a file another stream.
    #[doc(alias = "IFsiFileItem2::AddStream")]
    pub fn add_stream(&mut self, id: NodeId, name: &[u8], size: u64, content: Content) -> Result<(), TreeError> {
        self.may_have_stream(id, name)?;
        let stream = Stream { name: name.into(), size, content };
        self.counted_anew(id, |tree| tree.streams.entry(id).or_default().push(stream));
        self.journal.note(Undo::StreamAdded(id));
        self.may_stay(id)
    }

    /// Whether a file may have another stream of that name.
    pub(crate) fn may_have_stream(&self, id: NodeId, name: &[u8]) -> Result<(), TreeError> {
        self.may_have_streams(id)?;
        if !super::is_name(name) {
            return Err(TreeError::StreamName { path: self.path(id), name: text(name) });
        }
        self.may_be_called(name)?;
        if self.streams(id).iter().any(|stream| &*stream.name == name) {
            return Err(TreeError::StreamExists { path: self.path(id), name: text(name) });
        }
        if self.stream_count() >= Self::STREAMS {
            return Err(TreeError::TooManyStreams { path: self.path(id) });
        }
        Ok(())
    }

    /// Takes a stream from a file.
    #[doc(alias = "IFsiFileItem2::RemoveStream")]
    pub fn remove_stream(&mut self, id: NodeId, name: &[u8]) -> Result<(), TreeError> {
        self.may_have_streams(id)?;
        let Some(place) = self.streams(id).iter().position(|stream| &*stream.name == name) else {
            return Err(TreeError::NoStream { path: self.path(id), name: text(name) });
        };
        let removed = self.counted_anew(id, |tree| tree.streams.get_mut(&id).map(|streams| streams.remove(place)));
        if let Some(stream) = removed {
            self.journal.note(Undo::StreamRemoved(id, place, stream));
        }
        Ok(())
    }

    fn may_have_streams(&self, id: NodeId) -> Result<(), TreeError> {
        if !self.contains(id) {
            return Err(TreeError::NotInTree { name: text(self.name(id)) });
        }
        match self.kind(id) {
            Kind::File { .. } => Ok(()),
            _ => Err(TreeError::NotAFile { path: self.path(id) }),
        }
    }

    /// Undoes the last [`add_stream`](Self::add_stream).
    pub(super) fn pop_stream(&mut self, id: NodeId) {
        self.counted_anew(id, |tree| {
            let Some(streams) = tree.streams.get_mut(&id) else { return };
            streams.pop();
            if streams.is_empty() {
                tree.streams.remove(&id);
            }
        });
    }

    /// Undoes a [`remove_stream`](Self::remove_stream).
    pub(super) fn put_stream_back(&mut self, id: NodeId, place: usize, stream: Stream) {
        self.counted_anew(id, |tree| tree.streams.entry(id).or_default().insert(place, stream));
    }
}

#[cfg(test)]
mod tests {
    use imapi_errors::{Coded, Lang, Report, fs};

    use super::*;
    use crate::Attributes;

    fn tree_with_file() -> (Tree, NodeId) {
        let mut tree = Tree::new(Attributes::default());
        let kind = Kind::File { size: 1, content: Content(1) };
        let file = tree.add(NodeId::ROOT, b"file", kind, Attributes::default()).expect("a new name");
        (tree, file)
    }

    #[test]
    fn streams_come_and_go_and_come_back() {
        let (mut tree, file) = tree_with_file();
        let before = tree.change_point();
        for name in [b"a", b"b", b"c"] {
            tree.add_stream(file, name, 3, Content(7)).expect("a new name");
        }
        let all = tree.streams(file).to_vec();
        let full = tree.change_point();
        tree.remove_stream(file, b"b").expect("it is there");
        assert_eq!(tree.streams(file).iter().map(|s| &*s.name).collect::<Vec<_>>(), [b"a", b"c"]);
        tree.roll_back(full).expect("not locked");
        assert_eq!(tree.streams(file), all);
        tree.roll_back(before).expect("not locked");
        assert_eq!((tree.streams(file), tree.stream_count()), (&[][..], 0));
    }

    #[test]
    fn what_cannot_have_a_stream_says_why() {
        let (mut tree, file) = tree_with_file();
        tree.add_stream(file, b"there", 0, Content(0)).expect("a new name");
        let folder = tree.add(NodeId::ROOT, b"folder", Kind::Directory, Attributes::default()).expect("new");
        let gone = tree.add(folder, b"gone", Kind::Special { device: 0 }, Attributes::default()).expect("new");
        tree.remove_tree(folder).expect("it is there");
        let errors = [
            (tree.add_stream(file, b"there", 0, Content(0)), fs::IMAPI_E_DUP_NAME),
            (tree.add_stream(file, b"a/b", 0, Content(0)), fs::IMAPI_E_INVALID_PARAM),
            (tree.add_stream(NodeId::ROOT, b"x", 0, Content(0)), fs::IMAPI_E_NOT_FILE),
            (tree.add_stream(gone, b"x", 0, Content(0)), fs::IMAPI_E_NOT_IN_FILE_SYSTEM),
            (tree.remove_stream(file, b"x"), fs::IMAPI_E_FILE_NOT_FOUND),
        ];
        for (outcome, code) in errors {
            let error = outcome.expect_err("refused");
            assert_eq!(error.code(), code);
            let report = Report::new(&error, Lang::EN).to_string();
            assert!(!report.contains('‹'), "{report}");
        }
    }

    #[test]
    fn an_image_has_a_thousand_streams_and_no_more() {
        let (mut tree, file) = tree_with_file();
        for number in 0..Tree::STREAMS {
            tree.add_stream(file, number.to_string().as_bytes(), 0, Content(0)).expect("not too many");
        }
        let error = tree.add_stream(file, b"one more", 0, Content(0)).expect_err("too many");
        assert_eq!(error.code(), fs::IMAPI_E_INVALID_PARAM);
        tree.remove(file).expect("it is there");
        assert_eq!(tree.stream_count(), 0, "those of a removed file do not count");
    }
}
