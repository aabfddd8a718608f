//! [`FileSystemImage`]: an image that is being put together.

use std::{fmt, path::PathBuf, sync::Arc, time::SystemTime};

use super::{
    BootOptions, DirectoryItem, ImageError, Kept, boot,
    item::{Item, Place},
    state::{Settings, Shared},
    volume,
};
use crate::{FileSystem, FileSystems, IsoLevel, NodeId, Timestamp, UdfRevision};

/// An image that is being put together: what is to be in it, and what it is to be. Clones are the same image.
///
/// ```
/// use imapi_disc_types::{BlockSource, Control};
/// use imapi_fsimage::{FileSystem, FileSystemImage};
///
/// let image = FileSystemImage::new();
/// image.set_volume_name("HOLIDAYS")?;
/// let docs = image.root().add_directory("docs")?;
/// docs.add_file("read me.txt", b"Good morning", &mut Control::silent())?;
/// let file = image.root().item("docs/read me.txt")?;
/// assert_eq!(file.file_system_path(FileSystem::Iso9660)?, "/DOCS/READ_ME.TXT");
///
/// let result = image.create_result_image()?;
/// assert!(result.total_blocks() <= image.used_blocks());
/// # Ok::<(), imapi_fsimage::ImageError>(())
/// ```
#[derive(Clone)]
#[doc(alias("IFileSystemImage", "IFileSystemImage2", "IFileSystemImage3"))]
pub struct FileSystemImage {
    shared: Arc<Shared>,
}

impl Default for FileSystemImage {
    fn default() -> Self {
        Self::new()
    }
}

impl FileSystemImage {
    /// An empty image: ISO 9660 of level 2 with Joliet and UDF 1.02, for a disc of 650 MB. The system says what time it is.
    #[must_use]
    pub fn new() -> Self {
        Self::told_time_by(|| Timestamp::from(SystemTime::now()))
    }

    /// The same where somebody else says what time it is: what is added has that date, and so has the image.
    #[must_use]
    pub fn told_time_by(clock: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        Self { shared: Arc::new(Shared::new(Box::new(clock))) }
    }

    fn settings<T>(&self, see: impl FnOnce(&Settings) -> T) -> T {
        see(&self.shared.look().settings)
    }

    /// The folder that all others are in.
    #[must_use]
    #[doc(alias = "IFileSystemImage::get_Root")]
    pub fn root(&self) -> DirectoryItem {
        DirectoryItem::of(Item::new(Arc::clone(&self.shared), Place::Node(NodeId::ROOT)))
    }

    /// The first block on the disc of the session that the image is for.
    #[must_use]
    #[doc(alias = "IFileSystemImage::get_SessionStartBlock")]
    pub fn session_start_block(&self) -> u32 {
        self.settings(|settings| settings.session_start)
    }

    /// Says where on the disc the session begins; an import says it, too, and then it stays. With strict compliance a later
    /// one than the first has no boot image.
    #[doc(alias = "IFileSystemImage::put_SessionStartBlock")]
    pub fn set_session_start_block(&self, block: u32) -> Result<(), ImageError> {
        if i32::try_from(block).is_err() {
            return Err(ImageError::parameter("SessionStartBlock", block));
        }
        let mut state = self.shared.set()?;
        if state.sessions.imported.is_some() && block != state.settings.session_start {
            return Err(ImageError::parameter("SessionStartBlock", block));
        }
        if state.settings.strict && block > 0 && !state.settings.boot.is_empty() {
            return Err(ImageError::BootConflict { start: block });
        }
        state.settings.session_start = block;
        Ok(())
    }

    /// The most blocks that the image may have; 0 for as many as there are.
    #[must_use]
    #[doc(alias = "IFileSystemImage::get_FreeMediaBlocks")]
    pub fn free_media_blocks(&self) -> u64 {
        self.settings(|settings| settings.free_blocks.unwrap_or(0))
    }

    /// Says how many blocks the image may have: no fewer than it [uses](Self::used_blocks), or 0 for as many as there are.
    #[doc(alias = "IFileSystemImage::put_FreeMediaBlocks")]
    pub fn set_free_media_blocks(&self, blocks: u64) -> Result<(), ImageError> {
        let mut state = self.shared.set()?;
        let limit = (blocks > 0).then_some(blocks);
        check_room(state.used_blocks(), limit)?;
        state.settings.free_blocks = limit;
        state.sync_limits();
        Ok(())
    }

    /// How many blocks the image takes, at most. It is counted while things are added, without making the image; what is made
    /// then is never larger, and not much smaller.
    #[must_use]
    #[doc(alias = "IFileSystemImage::get_UsedBlocks")]
    pub fn used_blocks(&self) -> u64 {
        self.shared.look().used_blocks()
    }

    /// The volume's name; `None` while nobody gave one.
    #[must_use]
    #[doc(alias = "IFileSystemImage::get_VolumeName")]
    pub fn volume_name(&self) -> Option<String> {
        self.settings(|settings| settings.volume.clone())
    }

    /// Names the volume: at most 15 of A-Z, a-z, 0-9, full stop and underscore; with strict compliance and ISO 9660 only
    /// A-Z, 0-9 and underscore. An empty name is none: then the result is named by the moment at which it is made.
    #[doc(alias = "IFileSystemImage::put_VolumeName")]
    pub fn set_volume_name(&self, name: &str) -> Result<(), ImageError> {
        let mut state = self.shared.set()?;
        let only_iso = state.settings.strict && state.settings.file_systems.iso9660;
        volume::check(name, only_iso)?;
        state.settings.volume = (!name.is_empty()).then(|| name.to_string());
        Ok(())
    }

    /// The volume's name as a file system has it; `None` while nobody gave one.
    #[must_use]
    #[doc(alias(
        "IFileSystemImage::get_VolumeNameISO9660",
        "IFileSystemImage::get_VolumeNameJoliet",
        "IFileSystemImage::get_VolumeNameUDF"
    ))]
    pub fn volume_name_in(&self, file_system: FileSystem) -> Option<String> {
        self.volume_name().map(|name| volume::name_in(&name, file_system))
    }

    /// The boot options: the first, where there are several. `None` for a disc that does not boot.
    #[must_use]
    #[doc(alias = "IFileSystemImage::get_BootImageOptions")]
    pub fn boot_image_options(&self) -> Option<Arc<BootOptions>> {
        self.settings(|settings| settings.boot.first().cloned())
    }

    /// Makes the disc bootable with a copy of these options, or unbootable. What [`set_boot_image_options_array`] said
    /// before counts no more.
    ///
    /// [`set_boot_image_options_array`]: Self::set_boot_image_options_array
    #[doc(alias = "IFileSystemImage::put_BootImageOptions")]
    pub fn set_boot_image_options(&self, options: Option<&BootOptions>) -> Result<(), ImageError> {
        self.set_boot_image_options_array(options.map(|options| Arc::new(options.copy())))
    }

    /// All boot options, in the order in which they stand on the disc.
    #[must_use]
    #[doc(alias = "IFileSystemImage2::get_BootImageOptionsArray")]
    pub fn boot_image_options_array(&self) -> Vec<Arc<BootOptions>> {
        self.settings(|settings| settings.boot.clone())
    }

    /// Makes the disc bootable by several boot images, of which the firmware takes one, or unbootable by none. These options
    /// are not copied: what they are when the result is made counts. A boot image that is assigned while another result lives
    /// cannot be in a result before that is gone.
    #[doc(alias = "IFileSystemImage2::put_BootImageOptionsArray")]
    pub fn set_boot_image_options_array(
        &self,
        options: impl IntoIterator<Item = Arc<BootOptions>>,
    ) -> Result<(), ImageError> {
        let options: Vec<Arc<BootOptions>> = options.into_iter().collect();
        boot::check(&options)?;
        let mut state = self.shared.set()?;
        if state.settings.strict && state.settings.session_start > 0 && !options.is_empty() {
            return Err(ImageError::BootConflict { start: state.settings.session_start });
        }
        state.settings.boot = options;
        state.catch_up();
        Ok(())
    }

    /// How many files are in the image. Links and special files count.
    #[must_use]
    #[doc(alias = "IFileSystemImage::get_FileCount")]
    pub fn file_count(&self) -> u64 {
        self.shared.look().tree().counts().files
    }

    /// How many folders are in the image, without the root.
    #[must_use]
    #[doc(alias = "IFileSystemImage::get_DirectoryCount")]
    pub fn directory_count(&self) -> u64 {
        self.shared.look().tree().counts().directories
    }

    /// The folder in which copies are kept of what can be read but once, and of everything else while files are
    /// [staged](Self::set_stage_files).
    #[must_use]
    #[doc(alias = "IFileSystemImage::get_WorkingDirectory")]
    pub fn working_directory(&self) -> PathBuf {
        self.shared.look().contents().working_directory().to_path_buf()
    }

    /// Keeps copies in another folder; those that are there already move. If they cannot, all stays as it was.
    #[doc(alias = "IFileSystemImage::put_WorkingDirectory")]
    pub fn set_working_directory(&self, folder: impl Into<PathBuf>) -> Result<(), ImageError> {
        let folder = folder.into();
        if folder.as_os_str().is_empty() {
            return Err(ImageError::parameter("WorkingDirectory", ""));
        }
        let mut state = self.shared.change()?;
        Ok(state.parts().1.set_working_directory(folder)?)
    }

    /// Whether files are copied when they are added.
    #[must_use]
    #[doc(alias = "IFileSystemImage::get_StageFiles")]
    pub fn stage_files(&self) -> bool {
        self.settings(|settings| settings.stage_files)
    }

    /// Whether files are to be copied to the working directory when they are added from now on. Without that they are read
    /// from where they are when the image is, and have to stay what they are until then.
    #[doc(alias = "IFileSystemImage::put_StageFiles")]
    pub fn set_stage_files(&self, stage: bool) -> Result<(), ImageError> {
        self.shared.set()?.settings.stage_files = stage;
        Ok(())
    }

    /// Whether everything has to keep to the letter of the standards.
    #[must_use]
    #[doc(alias = "IFileSystemImage::get_StrictFileSystemCompliance")]
    pub fn strict_file_system_compliance(&self) -> bool {
        self.settings(|settings| settings.strict)
    }

    /// Demands that everything keeps to the letter of the standards; only while the image is empty. A volume's name with
    /// characters that ISO 9660 has not is refused then, where it is altered otherwise; and so is the name of a file or folder
    /// that one of the file systems to create could not have as it is.
    #[doc(alias = "IFileSystemImage::put_StrictFileSystemCompliance")]
    pub fn set_strict_file_system_compliance(&self, strict: bool) -> Result<(), ImageError> {
        let mut state = self.shared.set()?;
        if strict && state.tree().count(NodeId::ROOT) > 0 {
            return Err(ImageError::NotEmpty);
        }
        state.settings.strict = strict;
        state.sync_limits();
        Ok(())
    }

    /// Whether new names may have characters 32 to 127 only.
    #[must_use]
    #[doc(alias = "IFileSystemImage::get_UseRestrictedCharacterSet")]
    pub fn use_restricted_character_set(&self) -> bool {
        self.settings(|settings| settings.restricted)
    }

    /// Says that new names may have characters 32 to 127 only. Those that are there stay.
    #[doc(alias = "IFileSystemImage::put_UseRestrictedCharacterSet")]
    pub fn set_use_restricted_character_set(&self, restricted: bool) -> Result<(), ImageError> {
        let mut state = self.shared.change()?;
        state.settings.restricted = restricted;
        state.sync_limits();
        Ok(())
    }

    /// The file systems that the image is to have.
    #[must_use]
    #[doc(alias = "IFileSystemImage::get_FileSystemsToCreate")]
    pub fn file_systems_to_create(&self) -> FileSystems {
        self.settings(|settings| settings.file_systems)
    }

    /// Says which file systems the image is to have. Joliet stands beside ISO 9660 only. What is in the image already has to
    /// fit into all of them; else all stays as it was. What was imported has to be among them.
    #[doc(alias = "IFileSystemImage::put_FileSystemsToCreate")]
    pub fn set_file_systems_to_create(&self, file_systems: FileSystems) -> Result<Kept, ImageError> {
        if file_systems.joliet && !file_systems.iso9660 {
            return Err(ImageError::parameter("FileSystemsToCreate", file_systems.bits()));
        }
        self.reshape(|settings| (settings.file_systems, settings.chosen) = (file_systems, true))
    }

    /// The file systems that an image can have.
    #[must_use]
    #[doc(alias = "IFileSystemImage::get_FileSystemsSupported")]
    pub fn file_systems_supported(&self) -> FileSystems {
        FileSystems::ALL
    }

    /// The revision of UDF that the image is to have, where it has UDF.
    #[must_use]
    #[doc(alias = "IFileSystemImage::get_UDFRevision")]
    pub fn udf_revision(&self) -> UdfRevision {
        self.settings(|settings| settings.udf)
    }

    /// Says which revision of UDF the image is to have. It is that of what was imported, where that was UDF.
    #[doc(alias = "IFileSystemImage::put_UDFRevision")]
    pub fn set_udf_revision(&self, revision: UdfRevision) -> Result<Kept, ImageError> {
        self.reshape(|settings| settings.udf = revision)
    }

    /// The revisions of UDF that an image can have.
    #[must_use]
    #[doc(alias = "IFileSystemImage::get_UDFRevisionsSupported")]
    pub fn udf_revisions_supported(&self) -> &'static [UdfRevision] {
        &UdfRevision::ALL
    }

    /// The level of ISO 9660 that the image is to have, where it has ISO 9660.
    #[must_use]
    #[doc(alias = "IFileSystemImage::get_ISO9660InterchangeLevel")]
    pub fn iso9660_interchange_level(&self) -> IsoLevel {
        self.settings(|settings| settings.level)
    }

    /// Says which level of ISO 9660 the image is to have. The third, with which files may have 4 GiB and more, is beyond
    /// IMAPI.
    #[doc(alias = "IFileSystemImage::put_ISO9660InterchangeLevel")]
    pub fn set_iso9660_interchange_level(&self, level: IsoLevel) -> Result<(), ImageError> {
        self.reshape(|settings| settings.level = level).map(|_| ())
    }

    /// The levels of ISO 9660 that an image can have.
    #[must_use]
    #[doc(alias = "IFileSystemImage::get_ISO9660InterchangeLevelsSupported")]
    pub fn iso9660_interchange_levels_supported(&self) -> &'static [IsoLevel] {
        &[IsoLevel::One, IsoLevel::Two, IsoLevel::Three]
    }

    /// Whether UDF from 2.50 on is to keep its metadata twice.
    #[must_use]
    #[doc(alias = "IFileSystemImage3::get_CreateRedundantUdfMetadataFiles")]
    pub fn create_redundant_udf_metadata_files(&self) -> bool {
        self.settings(|settings| settings.redundant_metadata)
    }

    /// Says whether UDF from 2.50 on is to keep its metadata twice.
    #[doc(alias = "IFileSystemImage3::put_CreateRedundantUdfMetadataFiles")]
    pub fn set_create_redundant_udf_metadata_files(&self, redundant: bool) -> Result<Kept, ImageError> {
        self.reshape(|settings| {
            settings.redundant_metadata = redundant;
            settings.wants_redundancy = redundant;
        })
        .map(|_| self.settings(|settings| Kept::when(settings.udf_in_image().is_some_and(UdfRevision::has_mirror))))
    }

    /// Makes the image another one, if what is in it can be in that.
    fn reshape(&self, change: impl FnOnce(&mut Settings)) -> Result<Kept, ImageError> {
        let mut state = self.shared.change()?;
        let mut settings = state.settings.clone();
        change(&mut settings);
        state.sessions.check_file_systems(settings.file_systems, settings.is_bootable())?;
        if state.sessions.udf_revision().is_some_and(|imported| imported != settings.udf) {
            return Err(ImageError::parameter("UDFRevision", settings.udf));
        }
        state.reshape(settings)?;
        let settings = &state.settings;
        Ok(Kept::of(state.tree(), settings.udf_in_image(), settings.wants_redundancy))
    }

    /// For what belongs to other rooms of this floor.
    pub(super) fn shared(&self) -> &Arc<Shared> {
        &self.shared
    }
}

pub(super) fn check_room(needed: u64, limit: Option<u64>) -> Result<(), ImageError> {
    match limit {
        Some(limit) if needed > limit => Err(ImageError::TooBig { needed, limit }),
        _ => Ok(()),
    }
}

impl fmt::Debug for FileSystemImage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.shared.look();
        f.debug_struct("FileSystemImage").field("settings", &state.settings).finish_non_exhaustive()
    }
}
