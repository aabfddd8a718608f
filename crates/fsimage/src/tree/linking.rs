//! Nodes become parts of their folders, and stop being it.

use super::{Counts, Kind, NodeId, Slot, Tree, hash, size};

impl Tree {
    /// Makes a node that knows its place a part of its folder.
    pub(super) fn link(&mut self, id: NodeId) {
        let node = *self.node(id);
        let Some(parent) = node.parent else { return };
        let mut ends = self.node(parent).ends();
        match node.previous {
            Some(previous) => self.node_mut(previous).next = Some(id),
            None => ends.first = Some(id),
        }
        match node.next {
            Some(next) => self.node_mut(next).previous = Some(id),
            None => ends.last = Some(id),
        }
        ends.count += 1;
        self.node_mut(parent).set_ends(ends);
        self.node_mut(id).linked = true;
        let hash = hash(&self.hasher, parent, self.span(node.name()));
        self.index.insert_unique(Slot::spread(hash), Slot { id, hash }, |slot| Slot::spread(slot.hash));
        self.count_in(id);
        self.watch_in(id);
    }

    /// Makes a node no part of its folder; it still knows its place.
    pub(super) fn unlink(&mut self, id: NodeId) {
        let node = *self.node(id);
        let Some(parent) = node.parent else { return };
        self.known = NodeId::ROOT;
        self.count_out(id);
        self.watch_out(id);
        let mut ends = self.node(parent).ends();
        match node.previous {
            Some(previous) => self.node_mut(previous).next = node.next,
            None => ends.first = node.next,
        }
        match node.next {
            Some(next) => self.node_mut(next).previous = node.previous,
            None => ends.last = node.previous,
        }
        ends.count -= 1;
        self.node_mut(parent).set_ends(ends);
        self.node_mut(id).linked = false;
        let hash = hash(&self.hasher, parent, self.span(node.name()));
        if let Ok(entry) = self.index.find_entry(Slot::spread(hash), |slot| slot.id == id) {
            entry.remove();
        }
    }

    fn count_in(&mut self, id: NodeId) {
        let more = self.counts_of(id);
        self.counts.files += more.files;
        self.counts.directories += more.directories;
        self.counts.bytes += more.bytes;
    }

    fn count_out(&mut self, id: NodeId) {
        let less = self.counts_of(id);
        self.counts.files -= less.files;
        self.counts.directories -= less.directories;
        self.counts.bytes -= less.bytes;
    }

    /// How much a node is, with everything in it.
    fn counts_of(&self, id: NodeId) -> Counts {
        let mut counts = Counts::default();
        for id in self.walk(id) {
            match self.kind(id) {
                Kind::Directory => counts.directories += 1,
                kind => {
                    counts.files += 1;
                    counts.bytes += size(kind);
                }
            }
        }
        counts
    }
}
