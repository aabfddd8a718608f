//! [`PropertySet`]: settings by name, as drives and data images have them.

use std::sync::Arc;

/// The value of a property.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PropertyValue {
    /// A number with a sign.
    Integer(i32),
    /// A small number.
    Byte(u8),
    /// Yes or no.
    Flag(bool),
    /// Words.
    Text(String),
    /// Bytes, such as a boot image.
    Stream(Arc<[u8]>),
}

/// Settings by name, in an order. A set need not have all of them: what is passed changes only what is in it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[doc(alias("IPropertyStorage", "IEnumSTATPROPSTG"))]
pub struct PropertySet(Vec<(String, PropertyValue)>);

impl PropertySet {
    /// Nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The value of that name, where the set has it.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&PropertyValue> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value)
    }

    /// Sets a value, which replaces the one that the name had.
    pub fn set(&mut self, name: impl Into<String>, value: PropertyValue) {
        let name = name.into();
        match self.0.iter_mut().find(|(known, _)| *known == name) {
            Some((_, present)) => *present = value,
            None => self.0.push((name, value)),
        }
    }

    /// The same set with one value more.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, value: PropertyValue) -> Self {
        self.set(name, value);
        self
    }

    /// All names with their values.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &PropertyValue)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value))
    }
}
