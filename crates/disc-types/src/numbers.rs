//! One table for each of IMAPI's enumerations: number, constant, IMAPI's own name, words for people.
//!
//! The enumerations are open: drives and third parties have numbers of their own, which must survive. So they are
//! numbers with constants, not Rust enums.

/// Makes the constants of a type, and its table `ALL` of (value, IMAPI's name, words).
macro_rules! constants {
    ($type:ident { $($name:ident = $value:literal, $imapi:literal, $words:literal $(, $more:literal)?;)* }) => {
        impl $type {
            $(
                #[doc = concat!($words, ".")]
                $(#[doc = ""] #[doc = $more])?
                #[doc(alias = $imapi)]
                pub const $name: Self = Self($value);
            )*
        }

        const ALL: &[($type, &str, &str)] = &[$(($type::$name, $imapi, $words)),*];
    };
}

pub(crate) use constants;

#[cfg(test)]
pub mod tests {
    /// Compares constants with those of one enumeration in the public documentation: all of them, and no others.
    pub fn agree_with_the_documentation(enumeration: &str, ours: impl IntoIterator<Item = (&'static str, u32)>) {
        let documented: Vec<(String, String, u32)> =
            serde_json::from_str(include_str!("../tests/data/enums.json")).expect("rows of name, type, value");
        let mut expected: Vec<(&str, u32)> = documented
            .iter()
            .filter(|(_, of, _)| of == enumeration)
            .map(|(name, _, value)| (name.as_str(), *value))
            .collect();
        assert!(!expected.is_empty(), "{enumeration} is documented");
        let mut ours: Vec<(&str, u32)> = ours.into_iter().collect();
        expected.sort_unstable();
        ours.sort_unstable();
        assert_eq!(ours, expected);
    }
}
