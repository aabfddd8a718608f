//! [`Hybrid`]: what makes an image start from a disk too.

use imapi_volume_structs::mbr::{BLOCK, Mbr, hybrid::HybridCode};

use super::BootError;
use crate::Content;

/// How the partitions of an image are told.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum PartitionTable {
    /// In an MBR: the image as a partition that a BIOS may start from, and the appended one behind it.
    #[default]
    Mbr,
    /// In a GPT, with its copy in the last blocks: the appended partition or else the first boot image for UEFI as EFI
    /// system partition, and what is before and behind it as others.
    Gpt,
}

/// The code that a BIOS starts from the first sector of a disk: the first bytes of a template.
///
/// ```
/// use imapi_fsimage::{HybridCode, MbrCode};
///
/// // As large as isohdpfx.bin of Syslinux.
/// assert_eq!(MbrCode::new(&[0x90; 432])?.kind(), Some(HybridCode::Isolinux));
/// // No code that is known; it starts without being told where anything is.
/// assert!(MbrCode::new(&[0x90; 440]).is_err());
/// assert_eq!(MbrCode::of_kind(&[0x90; 440], None)?.kind(), None);
/// # Ok::<(), imapi_fsimage::BootError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MbrCode {
    template: Vec<u8>,
    kind: Option<HybridCode>,
}

const OPTION: &str = "Hybrid";

impl MbrCode {
    /// The code of a template such as Syslinux's `isohdpfx.bin` or GRUB's `boot_hybrid.img`; which it is, its bytes tell.
    pub fn new(template: &[u8]) -> Result<Self, BootError> {
        let kind = HybridCode::of(template);
        let reason = "this is neither ISOLINUX's nor GRUB's code for the MBR of a hybrid image";
        if kind.is_none() { Err(BootError::Option { option: OPTION, reason }) } else { Self::of_kind(template, kind) }
    }

    /// The code of a template, and whose it is; `None` is code that does not want to know where the loader is.
    pub fn of_kind(template: &[u8], kind: Option<HybridCode>) -> Result<Self, BootError> {
        if template.is_empty() || template.len() > BLOCK {
            let reason = "code for the MBR has 1 to 512 bytes";
            return Err(BootError::Option { option: OPTION, reason });
        }
        Ok(Self { template: template.to_vec(), kind })
    }

    /// Whose it is.
    #[must_use]
    pub const fn kind(&self) -> Option<HybridCode> {
        self.kind
    }

    /// An MBR that has it, given the first block of the loader.
    pub(super) fn mbr(&self, loader: u32) -> Mbr {
        let mut mbr = Mbr::with_code(&self.template);
        if let Some(kind) = self.kind {
            kind.patch(&mut mbr, loader);
        }
        mbr
    }
}

/// What makes an image start from a disk too: a USB stick that it was copied to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hybrid {
    /// What a BIOS starts. It looks for the first boot image for a BIOS without emulation.
    pub code: Option<MbrCode>,
    /// How partitions are told.
    pub table: PartitionTable,
    /// An EFI system partition that stands behind the files, on a whole mebibyte.
    pub appended: Option<Content>,
}

impl Hybrid {
    /// Whether it has to know where the loader for a BIOS is.
    pub(super) fn loader_kind(&self) -> Option<HybridCode> {
        self.code.as_ref().and_then(MbrCode::kind)
    }
}
