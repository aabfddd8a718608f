//! [`FeatureCode`]: the number of something a drive can do.

use std::fmt;

/// Which feature a descriptor is about. Drives may have some of their own, which survive.
#[doc(alias = "IMAPI_FEATURE_PAGE_TYPE")]
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FeatureCode(pub u16);

/// One table of all: constant, number, IMAPI's name where IMAPI names it, words.
macro_rules! codes {
    ($($name:ident = $value:literal $(as $imapi:literal)?, $words:literal;)*) => {
        impl FeatureCode {
            $(
                #[doc = concat!("Feature ", stringify!($value), ": ", $words, ".")]
                $(#[doc(alias = $imapi)])?
                pub const $name: Self = Self($value);
            )*
        }

        const ALL: &[(FeatureCode, &str)] = &[$((FeatureCode::$name, $words)),*];

        #[cfg(test)]
        const IMAPI: &[(&str, u32)] = &[$($(($imapi, $value),)?)*];
    };
}

codes! {
    PROFILE_LIST = 0x0000 as "IMAPI_FEATURE_PAGE_TYPE_PROFILE_LIST", "profile list";
    CORE = 0x0001 as "IMAPI_FEATURE_PAGE_TYPE_CORE", "core";
    MORPHING = 0x0002 as "IMAPI_FEATURE_PAGE_TYPE_MORPHING", "morphing";
    REMOVABLE_MEDIUM = 0x0003 as "IMAPI_FEATURE_PAGE_TYPE_REMOVABLE_MEDIUM", "removable medium";
    WRITE_PROTECT = 0x0004 as "IMAPI_FEATURE_PAGE_TYPE_WRITE_PROTECT", "write protect";
    RANDOMLY_READABLE = 0x0010 as "IMAPI_FEATURE_PAGE_TYPE_RANDOMLY_READABLE", "randomly readable";
    CD_MULTIREAD = 0x001D as "IMAPI_FEATURE_PAGE_TYPE_CD_MULTIREAD", "CD multi-read";
    CD_READ = 0x001E as "IMAPI_FEATURE_PAGE_TYPE_CD_READ", "CD read";
    DVD_READ = 0x001F as "IMAPI_FEATURE_PAGE_TYPE_DVD_READ", "DVD read";
    RANDOMLY_WRITABLE = 0x0020 as "IMAPI_FEATURE_PAGE_TYPE_RANDOMLY_WRITABLE", "randomly writable";
    INCREMENTAL_STREAMING_WRITABLE = 0x0021 as "IMAPI_FEATURE_PAGE_TYPE_INCREMENTAL_STREAMING_WRITABLE",
        "incremental streaming writable";
    SECTOR_ERASABLE = 0x0022 as "IMAPI_FEATURE_PAGE_TYPE_SECTOR_ERASABLE", "sector erasable";
    FORMATTABLE = 0x0023 as "IMAPI_FEATURE_PAGE_TYPE_FORMATTABLE", "formattable";
    HARDWARE_DEFECT_MANAGEMENT = 0x0024 as "IMAPI_FEATURE_PAGE_TYPE_HARDWARE_DEFECT_MANAGEMENT",
        "hardware defect management";
    WRITE_ONCE = 0x0025 as "IMAPI_FEATURE_PAGE_TYPE_WRITE_ONCE", "write once";
    RESTRICTED_OVERWRITE = 0x0026 as "IMAPI_FEATURE_PAGE_TYPE_RESTRICTED_OVERWRITE", "restricted overwrite";
    CDRW_CAV_WRITE = 0x0027 as "IMAPI_FEATURE_PAGE_TYPE_CDRW_CAV_WRITE", "CD-RW CAV write";
    MRW = 0x0028 as "IMAPI_FEATURE_PAGE_TYPE_MRW", "MRW";
    ENHANCED_DEFECT_REPORTING = 0x0029 as "IMAPI_FEATURE_PAGE_TYPE_ENHANCED_DEFECT_REPORTING",
        "enhanced defect reporting";
    DVD_PLUS_RW = 0x002A as "IMAPI_FEATURE_PAGE_TYPE_DVD_PLUS_RW", "DVD+RW";
    DVD_PLUS_R = 0x002B as "IMAPI_FEATURE_PAGE_TYPE_DVD_PLUS_R", "DVD+R";
    RIGID_RESTRICTED_OVERWRITE = 0x002C as "IMAPI_FEATURE_PAGE_TYPE_RIGID_RESTRICTED_OVERWRITE",
        "rigid restricted overwrite";
    CD_TRACK_AT_ONCE = 0x002D as "IMAPI_FEATURE_PAGE_TYPE_CD_TRACK_AT_ONCE", "CD track at once";
    CD_MASTERING = 0x002E as "IMAPI_FEATURE_PAGE_TYPE_CD_MASTERING", "CD mastering";
    DVD_DASH_WRITE = 0x002F as "IMAPI_FEATURE_PAGE_TYPE_DVD_DASH_WRITE", "DVD-R and DVD-RW write";
    DOUBLE_DENSITY_CD_READ = 0x0030 as "IMAPI_FEATURE_PAGE_TYPE_DOUBLE_DENSITY_CD_READ", "double density CD read";
    DOUBLE_DENSITY_CD_R_WRITE = 0x0031 as "IMAPI_FEATURE_PAGE_TYPE_DOUBLE_DENSITY_CD_R_WRITE",
        "double density CD-R write";
    DOUBLE_DENSITY_CD_RW_WRITE = 0x0032 as "IMAPI_FEATURE_PAGE_TYPE_DOUBLE_DENSITY_CD_RW_WRITE",
        "double density CD-RW write";
    LAYER_JUMP_RECORDING = 0x0033 as "IMAPI_FEATURE_PAGE_TYPE_LAYER_JUMP_RECORDING", "layer jump recording";
    CD_RW_MEDIA_WRITE_SUPPORT = 0x0037 as "IMAPI_FEATURE_PAGE_TYPE_CD_RW_MEDIA_WRITE_SUPPORT",
        "CD-RW media write support";
    BD_PSEUDO_OVERWRITE = 0x0038 as "IMAPI_FEATURE_PAGE_TYPE_BD_PSEUDO_OVERWRITE", "BD-R pseudo-overwrite";
    DVD_PLUS_RW_DUAL_LAYER = 0x003A, "DVD+RW dual layer";
    DVD_PLUS_R_DUAL_LAYER = 0x003B as "IMAPI_FEATURE_PAGE_TYPE_DVD_PLUS_R_DUAL_LAYER", "DVD+R dual layer";
    BD_READ = 0x0040 as "IMAPI_FEATURE_PAGE_TYPE_BD_READ", "BD read";
    BD_WRITE = 0x0041 as "IMAPI_FEATURE_PAGE_TYPE_BD_WRITE", "BD write";
    TIMELY_SAFE_RECORDING = 0x0042, "timely safe recording";
    HD_DVD_READ = 0x0050 as "IMAPI_FEATURE_PAGE_TYPE_HD_DVD_READ", "HD DVD read";
    HD_DVD_WRITE = 0x0051 as "IMAPI_FEATURE_PAGE_TYPE_HD_DVD_WRITE", "HD DVD write";
    HYBRID_DISC = 0x0080, "hybrid disc";
    POWER_MANAGEMENT = 0x0100 as "IMAPI_FEATURE_PAGE_TYPE_POWER_MANAGEMENT", "power management";
    SMART = 0x0101 as "IMAPI_FEATURE_PAGE_TYPE_SMART", "S.M.A.R.T.";
    EMBEDDED_CHANGER = 0x0102 as "IMAPI_FEATURE_PAGE_TYPE_EMBEDDED_CHANGER", "embedded changer";
    CD_ANALOG_PLAY = 0x0103 as "IMAPI_FEATURE_PAGE_TYPE_CD_ANALOG_PLAY", "CD audio analogue play";
    MICROCODE_UPDATE = 0x0104 as "IMAPI_FEATURE_PAGE_TYPE_MICROCODE_UPDATE", "microcode update";
    TIMEOUT = 0x0105 as "IMAPI_FEATURE_PAGE_TYPE_TIMEOUT", "time-out";
    DVD_CSS = 0x0106 as "IMAPI_FEATURE_PAGE_TYPE_DVD_CSS", "DVD CSS";
    REAL_TIME_STREAMING = 0x0107 as "IMAPI_FEATURE_PAGE_TYPE_REAL_TIME_STREAMING", "real-time streaming";
    LOGICAL_UNIT_SERIAL_NUMBER = 0x0108 as "IMAPI_FEATURE_PAGE_TYPE_LOGICAL_UNIT_SERIAL_NUMBER",
        "serial number of the drive";
    MEDIA_SERIAL_NUMBER = 0x0109 as "IMAPI_FEATURE_PAGE_TYPE_MEDIA_SERIAL_NUMBER", "serial number of the medium";
    DISC_CONTROL_BLOCKS = 0x010A as "IMAPI_FEATURE_PAGE_TYPE_DISC_CONTROL_BLOCKS", "disc control blocks";
    DVD_CPRM = 0x010B as "IMAPI_FEATURE_PAGE_TYPE_DVD_CPRM", "DVD CPRM";
    FIRMWARE_INFORMATION = 0x010C as "IMAPI_FEATURE_PAGE_TYPE_FIRMWARE_INFORMATION", "firmware information";
    AACS = 0x010D as "IMAPI_FEATURE_PAGE_TYPE_AACS", "AACS";
    VCPS = 0x0110 as "IMAPI_FEATURE_PAGE_TYPE_VCPS", "VCPS";
}

impl FeatureCode {
    /// What the standard calls it; `None` for a number without a name here.
    #[must_use]
    pub fn name(self) -> Option<&'static str> {
        ALL.iter().find(|(code, _)| *code == self).map(|(_, name)| *name)
    }
}

/// The name; the number where there is none.
impl fmt::Display for FeatureCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.pad(name),
            None => write!(f, "feature {:04X}h", self.0),
        }
    }
}

impl fmt::Debug for FeatureCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FeatureCode({:04X}h)", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_codes_that_imapi_documents_are_here_under_its_names() {
        let table = concat!(env!("CARGO_MANIFEST_DIR"), "/../disc-types/tests/data/enums.json");
        let text = std::fs::read_to_string(table).expect("the documented enumerations");
        let documented: Vec<(String, String, u32)> = serde_json::from_str(&text).expect("rows of name, type, value");
        let mut expected: Vec<(&str, u32)> = documented
            .iter()
            .filter(|(_, of, _)| of == "IMAPI_FEATURE_PAGE_TYPE")
            .map(|(name, _, value)| (name.as_str(), *value))
            .collect();
        let mut ours = IMAPI.to_vec();
        expected.sort_unstable();
        ours.sort_unstable();
        assert_eq!(ours, expected);
    }

    #[test]
    fn no_number_is_named_twice() {
        assert!(ALL.windows(2).all(|pair| pair[0].0 < pair[1].0), "the table ascends");
    }

    #[test]
    fn a_code_without_a_name_prints_as_its_number() {
        assert_eq!(
            format!("{} {0:?} {}", FeatureCode::BD_WRITE, FeatureCode(0xFF40)),
            "BD write FeatureCode(0041h) feature FF40h"
        );
    }
}
