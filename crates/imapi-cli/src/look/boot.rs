//! `imapi image boot-info`: what machines start from.

use std::io::{self, Write as _};

use clap::Args;
use imapi::browse::boot::PartitionTables;
use imapi_errors::{Fact, Lang, Term};
use imapi_volume_structs::{
    el_torito::{Emulation, Platform},
    gpt::Guid,
};
use imapi_volumes::{BootCatalog, BootImage, VolumeError, boot_catalog};
use serde::Serialize;

use super::{
    Subject,
    open::{Opened, failed},
};
use crate::output::{NAME, Outcome, Output};

#[derive(Debug, Args)]
pub struct BootArguments {
    #[command(flatten)]
    subject: Subject,

    /// Prints a JSON object
    #[arg(long)]
    json: bool,
}

/// What machines start from.
pub struct Looked {
    catalog: Result<Option<BootCatalog>, VolumeError>,
    tables: PartitionTables,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Told {
    el_torito: Option<ToldCatalog>,
    mbr: Option<ToldMbr>,
    gpt: Option<ToldGpt>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ToldCatalog {
    block: u64,
    manufacturer: String,
    entries: Vec<ToldEntry>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ToldEntry {
    platform: String,
    bootable: bool,
    emulation: String,
    load_segment: u16,
    sectors: u16,
    block: u32,
    section: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ToldMbr {
    has_code: bool,
    hybrid: Option<String>,
    signature: String,
    partitions: Vec<ToldPartition>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ToldGpt {
    disk: String,
    has_copy: bool,
    partitions: Vec<ToldPartition>,
}

/// A partition, in blocks of 512 bytes.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ToldPartition {
    number: u32,
    kind: String,
    name: Option<String>,
    active: bool,
    first: u64,
    blocks: u64,
}

/// What machines start from in what was opened.
pub fn look(opened: &Opened) -> Looked {
    let source = opened.medium.source();
    Looked { catalog: boot_catalog(source, &opened.options), tables: PartitionTables::of(source) }
}

pub fn run(arguments: &BootArguments, lang: Lang, out: &mut Output) -> io::Result<Outcome> {
    let opened = match Opened::new(&arguments.subject, lang) {
        Ok(opened) => opened,
        Err(error) => return Ok(failed(&error, lang)),
    };
    let looked = look(&opened);
    if arguments.json {
        serde_json::to_writer_pretty(&mut *out, &looked.told())?;
        writeln!(out)?;
    } else if looked.is_empty() {
        writeln!(out, "{}", lang.term(Term::LookNoBoot))?;
    } else {
        looked.tell(lang, out)?;
    }
    out.finish()?;
    let outcome = match &looked.catalog {
        Ok(_) | Err(VolumeError::Missing { .. } | VolumeError::None) => Outcome::Done,
        Err(error) => failed(error, lang),
    };
    Ok(opened.end(outcome, lang))
}

fn platform(platform: Platform) -> String {
    match platform {
        Platform::X86 => "bios".to_owned(),
        Platform::POWER_PC => "ppc".to_owned(),
        Platform::MAC => "mac".to_owned(),
        Platform::EFI => "efi".to_owned(),
        Platform(other) => format!("{other:#04x}"),
    }
}

fn emulation(emulation: Emulation) -> String {
    match emulation {
        Emulation::NONE => "none".to_owned(),
        Emulation::FLOPPY_1200 => "floppy 1.2 MB".to_owned(),
        Emulation::FLOPPY_1440 => "floppy 1.44 MB".to_owned(),
        Emulation::FLOPPY_2880 => "floppy 2.88 MB".to_owned(),
        Emulation::HARD_DISK => "harddisk".to_owned(),
        Emulation(other) => format!("{other:#04x}"),
    }
}

/// A text of fixed length that zeros or spaces fill up.
fn text(bytes: &[u8]) -> String {
    let end = bytes.iter().position(|&byte| byte == 0).unwrap_or(bytes.len());
    String::from_utf8_lossy(&bytes[..end]).trim_end().to_owned()
}

/// What people call the kind of a partition.
fn guid(kind: Guid) -> String {
    let known = match kind {
        Guid::EFI_SYSTEM => "EFI",
        Guid::BASIC_DATA => "basic data",
        Guid::LINUX_DATA => "Linux",
        Guid::HFS_PLUS => "HFS+",
        other => return other.to_string(),
    };
    known.to_owned()
}

fn entry(image: &BootImage) -> ToldEntry {
    ToldEntry {
        platform: platform(image.platform),
        bootable: image.entry.bootable,
        emulation: emulation(image.entry.emulation),
        load_segment: image.entry.load_segment,
        sectors: image.entry.sector_count,
        block: image.entry.block,
        section: image.section.map(|section| text(&section.id)).filter(|id| !id.is_empty()),
    }
}

impl Looked {
    pub fn is_empty(&self) -> bool {
        let nothing_in = |mbr: &imapi::browse::boot::MasterBootRecord| !mbr.has_code && mbr.partitions.is_empty();
        !matches!(self.catalog, Ok(Some(_)))
            && self.tables.mbr.as_ref().is_none_or(nothing_in)
            && self.tables.gpt.is_none()
    }

    pub fn told(&self) -> Told {
        let catalog = self.catalog.as_ref().ok().and_then(Option::as_ref).map(|catalog| ToldCatalog {
            block: catalog.block.0,
            manufacturer: text(&catalog.validation.manufacturer),
            entries: catalog.images.iter().map(entry).collect(),
        });
        let mbr = self.tables.mbr.as_ref().map(|mbr| ToldMbr {
            has_code: mbr.has_code,
            hybrid: mbr.hybrid.map(|code| format!("{code:?}").to_lowercase()),
            signature: format!("{:08x}", mbr.signature),
            partitions: mbr
                .partitions
                .iter()
                .map(|partition| ToldPartition {
                    number: partition.number.into(),
                    kind: format!("{:02x}", partition.kind.0),
                    name: None,
                    active: partition.active,
                    first: partition.start.into(),
                    blocks: partition.blocks.into(),
                })
                .collect(),
        });
        let gpt = self.tables.gpt.as_ref().map(|gpt| ToldGpt {
            disk: gpt.disk.to_string(),
            has_copy: gpt.has_copy,
            partitions: gpt
                .partitions
                .iter()
                .map(|partition| ToldPartition {
                    number: partition.number,
                    kind: guid(partition.kind),
                    name: Some(partition.name.clone()),
                    active: false,
                    first: partition.start,
                    blocks: partition.blocks,
                })
                .collect(),
        });
        Told { el_torito: catalog, mbr, gpt }
    }

    pub fn tell(&self, lang: Lang, out: &mut Output) -> io::Result<()> {
        let (colon, comma) = (lang.term(Term::MarkColon), lang.term(Term::MarkComma));
        let said = |label: &str, value: &dyn std::fmt::Display| format!("{label}{colon}{value}");
        let told = self.told();
        if let Some(catalog) = told.el_torito {
            writeln!(out, "{NAME}El Torito{NAME:#}{colon}{}", said(lang.label(Fact::Block), &catalog.block))?;
            if !catalog.manufacturer.is_empty() {
                let manufacturer = imapi_errors::Value::Text(&catalog.manufacturer).to_string();
                writeln!(out, "  {}", said(lang.term(Term::LookMadeBy), &manufacturer))?;
            }
            for (number, entry) in (1..).zip(&catalog.entries) {
                let mut parts = vec![
                    said(lang.term(Term::LookPlatform), &entry.platform),
                    said(lang.term(Term::LookEmulation), &entry.emulation),
                    said(lang.label(Fact::Block), &entry.block),
                    said(lang.term(Term::LookLoads), &entry.sectors),
                ];
                if entry.load_segment != 0 {
                    parts.push(said(lang.term(Term::LookLoadSegment), &format_args!("{:#x}", entry.load_segment)));
                }
                if !entry.bootable {
                    parts.push(lang.term(Term::LookNotBootable).to_owned());
                }
                writeln!(out, "  {} {number}{colon}{}", lang.term(Term::LookBootEntry), parts.join(comma))?;
            }
        }
        let partitions = |title: String, partitions: &[ToldPartition], out: &mut Output| -> io::Result<()> {
            writeln!(out, "{NAME}{title}{NAME:#}")?;
            for partition in partitions {
                let mut parts = vec![
                    partition.kind.clone(),
                    said(lang.term(Term::LookFirstBlock), &format_args!("{} (512 B)", partition.first)),
                    said(lang.term(Term::Blocks), &partition.blocks),
                ];
                parts.extend(partition.name.as_ref().map(|name| imapi_errors::Value::Text(name).to_string()));
                if partition.active {
                    parts.push(lang.term(Term::LookActive).to_owned());
                }
                parts.retain(|part| !part.is_empty());
                let label = lang.term(Term::LookPartition);
                writeln!(out, "  {label} {}{colon}{}", partition.number, parts.join(comma))?;
            }
            Ok(())
        };
        if let Some(mbr) = told.mbr.filter(|mbr| mbr.has_code || !mbr.partitions.is_empty()) {
            let title = mbr.hybrid.as_ref().map_or("MBR".to_owned(), |hybrid| format!("MBR ({hybrid})"));
            partitions(title, &mbr.partitions, out)?;
        }
        if let Some(gpt) = told.gpt {
            partitions(format!("GPT {}", gpt.disk), &gpt.partitions, out)?;
        }
        Ok(())
    }
}
