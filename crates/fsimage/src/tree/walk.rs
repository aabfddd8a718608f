//! Going through a tree.

use super::{NodeId, Tree};

/// What is directly in a folder, in the order in which it was added.
#[derive(Debug, Clone)]
pub struct Children<'a> {
    tree: &'a Tree,
    next: Option<NodeId>,
}

impl Iterator for Children<'_> {
    type Item = NodeId;

    fn next(&mut self) -> Option<NodeId> {
        let id = self.next?;
        self.next = self.tree.node(id).next;
        Some(id)
    }
}

/// A node and everything in it, folders before what is in them.
#[derive(Debug, Clone)]
pub struct Walk<'a> {
    tree: &'a Tree,
    top: NodeId,
    next: Option<NodeId>,
}

impl Iterator for Walk<'_> {
    type Item = NodeId;

    fn next(&mut self) -> Option<NodeId> {
        let id = self.next?;
        self.next = self.tree.node(id).ends().first.or_else(|| self.beside(id));
        Some(id)
    }
}

impl Walk<'_> {
    /// The node after all that is in this one.
    fn beside(&self, mut id: NodeId) -> Option<NodeId> {
        loop {
            if id == self.top {
                return None;
            }
            let node = self.tree.node(id);
            if node.next.is_some() {
                return node.next;
            }
            id = node.parent?;
        }
    }
}

impl Tree {
    /// What is directly in a folder, in the order in which it was added.
    #[must_use]
    pub fn children(&self, id: NodeId) -> Children<'_> {
        Children { tree: self, next: self.node(id).ends().first }
    }

    /// A node and everything in it, folders before what is in them.
    #[must_use]
    pub fn walk(&self, id: NodeId) -> Walk<'_> {
        Walk { tree: self, top: id, next: Some(id) }
    }
}
