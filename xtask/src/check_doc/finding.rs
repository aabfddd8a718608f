//! The kinds of damage, and what one row or the page as a whole has of them.

/// A kind of damage. The order is that of the reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// Bytes that are not UTF-8.
    NotUtf8,
    /// No row of the page can be a code.
    NoCodes,
    /// The anchors name another code, two codes, or none that exists.
    AnchorWrong,
    /// The other rows have anchors, this one has none.
    AnchorMissing,
    /// Several codes in one row.
    RowMerged,
    /// The code has a row of its own further up.
    ListedTwice,
    /// An expected code that has no row.
    NotListed,
    /// A code that has a row but is missing from `api_name:`.
    NotInFrontMatter,
    /// Neither the name nor the value is in the spec.
    UnknownCode,
    /// No visible name.
    NameMissing,
    /// The name of another constant.
    NameWrong,
    /// Parts of the name are missing or have changed.
    NameTruncated,
    /// Words of the name were translated.
    NameTranslated,
    /// Words of the name were written down by ear in another alphabet.
    NameTransliterated,
    /// Letters of another alphabet that look like those of the name.
    NameHomoglyph,
    /// Spaces within the name.
    NameSplit,
    /// Capital letters became small ones.
    NameCase,
    /// `\_` for `_`: right when rendered, invisible to a search of the source.
    NameEscaped,
    /// No value.
    ValueMissing,
    /// Another value than the spec's.
    ValueWrong,
    /// The value stands in the cell of the name or in that of the message.
    ValueMisplaced,
    /// The value can be read, but not as C.
    ValueMangled,
    /// No message.
    MessageMissing,
    /// The message begins or ends in the middle.
    MessageTruncated,
    /// An insert of the spec that the message has not.
    InsertMissing,
    /// An insert that the spec has not.
    InsertUnexpected,
    /// Right type, other number.
    InsertNumberChanged,
    /// Right number, other type.
    InsertTypeChanged,
    /// Right number and type, but not spelled `%1!ls!`.
    InsertMangled,
    /// An interface, a method, a property or a product name that no longer reads as it should.
    MangledIdentifier,
    /// A header's file name that no longer reads as it should.
    MangledHeader,
    /// A constant outside the tables that no longer reads as it should.
    MangledName,
    /// Characters that belong to nothing.
    StrayCharacters,
    /// Codes that the published tables never had: the page is not to blame.
    AbsentFromPublishedTables,
}

impl Kind {
    /// The kind as reports spell it.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::NotUtf8 => "not-utf-8",
            Self::NoCodes => "no-codes",
            Self::AnchorWrong => "anchor-wrong",
            Self::AnchorMissing => "anchor-missing",
            Self::RowMerged => "row-merged",
            Self::ListedTwice => "listed-twice",
            Self::NotListed => "not-listed",
            Self::NotInFrontMatter => "not-in-front-matter",
            Self::UnknownCode => "unknown-code",
            Self::NameMissing => "name-missing",
            Self::NameWrong => "name-wrong",
            Self::NameTruncated => "name-truncated",
            Self::NameTranslated => "name-translated",
            Self::NameTransliterated => "name-transliterated",
            Self::NameHomoglyph => "name-homoglyph",
            Self::NameSplit => "name-split",
            Self::NameCase => "name-case",
            Self::NameEscaped => "name-escaped",
            Self::ValueMissing => "value-missing",
            Self::ValueWrong => "value-wrong",
            Self::ValueMisplaced => "value-misplaced",
            Self::ValueMangled => "value-mangled",
            Self::MessageMissing => "message-missing",
            Self::MessageTruncated => "message-truncated",
            Self::InsertMissing => "insert-missing",
            Self::InsertUnexpected => "insert-unexpected",
            Self::InsertNumberChanged => "insert-number-changed",
            Self::InsertTypeChanged => "insert-type-changed",
            Self::InsertMangled => "insert-mangled",
            Self::MangledIdentifier => "mangled-identifier",
            Self::MangledHeader => "mangled-header",
            Self::MangledName => "mangled-name",
            Self::StrayCharacters => "stray-characters",
            Self::AbsentFromPublishedTables => "absent-from-published-tables",
        }
    }

    /// A note is reported and does not make the audit fail: a renderer shows an escaped name as it should be, and
    /// no page can list what was never published.
    pub(super) fn is_note(self) -> bool {
        matches!(self, Self::NameEscaped | Self::AbsentFromPublishedTables)
    }
}

/// What is wrong with one row: each kind once, with what was found of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Problems {
    found: Vec<(Kind, Vec<String>)>,
}

impl Problems {
    /// Adds a finding; `what` joins what that kind has already.
    pub(super) fn add(&mut self, kind: Kind, what: impl AsRef<str>) {
        // Nobody reads on, and a page of nothing but damage must not take quadratic time.
        const MOST: usize = 12;
        let what = what.as_ref();
        match self.found.iter_mut().find(|(k, _)| *k == kind) {
            Some((_, all)) if all.len() > MOST || all.iter().any(|one| one == what) => {}
            Some((_, all)) => all.push(if all.len() == MOST { "…".to_owned() } else { what.to_owned() }),
            None => self.found.push((kind, vec![what.to_owned()])),
        }
    }

    /// Whether that kind was found.
    pub(super) fn has(&self, kind: Kind) -> bool {
        self.found.iter().any(|(k, _)| *k == kind)
    }

    /// All kinds with what was found, in the order of the reports.
    pub(super) fn sorted(mut self) -> Vec<(Kind, String)> {
        self.found.sort_by_key(|(kind, _)| *kind);
        self.found.into_iter().map(|(kind, all)| (kind, all.join(", "))).collect()
    }
}

/// A piece of the page in a report: in backquotes, on one line, not too long.
pub(super) fn quote(text: &str) -> String {
    const LONGEST: usize = 60;
    let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if flat.chars().count() <= LONGEST {
        return format!("`{flat}`");
    }
    format!("`{}…`", flat.chars().take(LONGEST).collect::<String>())
}
