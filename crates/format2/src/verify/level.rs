//! [`Verification`]: how much of what was burned is looked at.

/// Whether what was burned is read and compared.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[doc(alias("IBurnVerification", "IMAPI_BURN_VERIFICATION_LEVEL"))]
#[repr(u32)]
pub enum Verification {
    /// It is not.
    #[default]
    #[doc(alias = "IMAPI_BURN_VERIFICATION_NONE")]
    None = 0,
    /// What the drive says of disc and tracks, and samples: a second or two.
    #[doc(alias = "IMAPI_BURN_VERIFICATION_QUICK")]
    Quick = 1,
    /// All of it: as long as reading the disc takes.
    #[doc(alias = "IMAPI_BURN_VERIFICATION_FULL")]
    Full = 2,
}
