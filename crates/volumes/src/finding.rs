//! [`Finding`]: what is wrong with a volume, where, and by which rule.

use std::{
    collections::{HashMap, HashSet},
    fmt,
    sync::{Mutex, MutexGuard, PoisonError},
};

use imapi_disc_types::Block;
use imapi_volume_structs::wire::Malformed;

use crate::FileSystem;

/// How much something matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Not as it is usually done, and harmless.
    Remark,
    /// The standard forbids it, and readers get over it.
    Warning,
    /// Some readers will not find something, or find something else.
    Error,
}

/// A rule of a standard. Each is a constant beside the code that knows it.
#[derive(Debug, PartialEq, Eq, Hash)]
pub struct Rule {
    /// What programs call it: `udf.tag.crc`.
    pub id: &'static str,
    /// Where it is written: `ECMA-167 3/7.2`.
    pub clause: &'static str,
    /// How much it matters when it is broken.
    pub severity: Severity,
    /// What is wrong when it is broken, as one clause.
    pub broken: &'static str,
}

/// A rule that is broken, and where.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Finding {
    /// Which rule.
    pub rule: &'static Rule,
    /// In which file system.
    pub file_system: FileSystem,
    /// The block of the source in which it stands.
    pub block: Block,
    /// What the structure has to say of itself, where it cannot be decoded.
    pub malformed: Option<Malformed>,
    /// What stands there, and what should.
    pub numbers: Option<(u64, u64)>,
    /// The name or path of what it is about, where that is known.
    pub about: Option<Box<str>>,
}

impl Finding {
    /// A rule that is broken there.
    #[must_use]
    pub const fn new(rule: &'static Rule, file_system: FileSystem, block: Block) -> Self {
        Self { rule, file_system, block, malformed: None, numbers: None, about: None }
    }

    /// With what the structure has to say.
    #[must_use]
    pub fn malformed(self, malformed: Malformed) -> Self {
        Self { malformed: Some(malformed), ..self }
    }

    /// With the number that stands there, and the one that should.
    #[must_use]
    pub fn numbers(self, found: impl Into<u64>, expected: impl Into<u64>) -> Self {
        Self { numbers: Some((found.into(), expected.into())), ..self }
    }

    /// With the name of what it is about.
    #[must_use]
    pub fn about(self, name: &[u8]) -> Self {
        Self { about: Some(String::from_utf8_lossy(name).into()), ..self }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { rule, file_system, block, .. } = self;
        write!(f, "{file_system}, block {block}")?;
        if let Some(about) = &self.about {
            write!(f, ", {about:?}")?;
        }
        write!(f, ": {}", rule.broken)?;
        if let Some(malformed) = self.malformed {
            write!(f, " ({malformed})")?;
        }
        if let Some((found, expected)) = self.numbers {
            write!(f, " ({found} instead of {expected})")?;
        }
        write!(f, " [{}, {}]", rule.id, rule.clause)
    }
}

/// So many findings are kept; of a disc that is nothing but damage the rest is only counted.
const MOST: usize = 1000;

/// So many findings of one rule are kept where each is told once.
const MOST_OF_A_RULE: u64 = 100;

/// Where findings are gathered while a volume is read.
#[derive(Debug, Default)]
pub struct Findings(Mutex<Gathered>);

#[derive(Debug, Default)]
struct Gathered {
    kept: Vec<Finding>,
    count: u64,
    by_severity: [u64; 3],
    once: Option<Once>,
}

/// What was told already.
#[derive(Debug, Default)]
struct Once {
    told: HashSet<Finding>,
    of_rule: HashMap<&'static str, u64>,
}

impl Findings {
    /// Gathers each finding once, however often the same thing is read, and of each rule no more than a hundred: so there is
    /// room for all rules that are broken.
    #[must_use]
    pub fn once() -> Self {
        Self(Mutex::new(Gathered { once: Some(Once::default()), ..Gathered::default() }))
    }

    fn gathered(&self) -> MutexGuard<'_, Gathered> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds one.
    pub fn add(&self, finding: Finding) {
        let mut gathered = self.gathered();
        let mut most = usize::MAX;
        match &mut gathered.once {
            Some(once) if once.told.contains(&finding) => return,
            Some(once) => {
                let of_rule = once.of_rule.entry(finding.rule.id).or_default();
                *of_rule += 1;
                if *of_rule <= MOST_OF_A_RULE {
                    once.told.insert(finding.clone());
                } else {
                    most = 0;
                }
            }
            None => most = MOST,
        }
        gathered.count += 1;
        gathered.by_severity[finding.rule.severity as usize] += 1;
        if gathered.kept.len() < most {
            gathered.kept.push(finding);
        }
    }

    /// How many there were.
    pub fn count(&self) -> u64 {
        self.gathered().count
    }

    /// How many there were that matter so much.
    pub fn count_of(&self, severity: Severity) -> u64 {
        self.gathered().by_severity[severity as usize]
    }

    /// The first of them, in the order in which they were met: a thousand, or a hundred of each rule. They are taken out.
    pub fn take(&self) -> Vec<Finding> {
        std::mem::take(&mut self.gathered().kept)
    }
}
