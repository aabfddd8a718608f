//! Where `--trace` writes: a recording in JSON lines, or a capture for network analysers, by the name of the file.

use std::{
    fs::File,
    io::{self, BufWriter, Write},
    path::Path,
};

use imapi_mmc_transport::{capture::Capture, trace::Recording};

/// The sink for a tracer.
pub fn sink(path: &Path) -> io::Result<Box<dyn Write + Send>> {
    let file = BufWriter::new(File::create(path)?);
    let is_capture = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("pcap"));
    Ok(if is_capture { Box::new(CaptureSink::new(file)?) } else { Box::new(file) })
}

/// Takes the lines of a recording and writes a capture.
struct CaptureSink<W: Write> {
    capture: Capture<W>,
    /// The first line, without which no other means anything.
    header: Vec<u8>,
    /// What came of the next line.
    line: Vec<u8>,
}

impl<W: Write> CaptureSink<W> {
    fn new(to: W) -> io::Result<Self> {
        Ok(Self { capture: Capture::new(to)?, header: Vec::new(), line: Vec::new() })
    }

    fn take_line(&mut self) -> io::Result<()> {
        let line = std::mem::take(&mut self.line);
        if self.header.is_empty() {
            self.header = line;
            return Ok(());
        }
        let recording = Recording::read(&[&self.header[..], &line].concat()[..]).map_err(io::Error::other)?;
        recording.records.iter().try_for_each(|record| self.capture.add(record))
    }
}

impl<W: Write> Write for CaptureSink<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        for piece in bytes.split_inclusive(|&byte| byte == b'\n') {
            self.line.extend(piece);
            if piece.ends_with(b"\n") {
                self.take_line()?;
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.capture.flush()
    }
}
