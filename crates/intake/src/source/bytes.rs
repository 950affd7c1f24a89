//! The first layer: bytes of a file, unpacked if they are packed, never more than the limits allow.

use std::{
    io::{self, BufRead, BufReader, Read},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use flate2::bufread::MultiGzDecoder;

/// How much a file may unpack to.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Most bytes after unpacking. Default 20 GiB.
    pub unpacked_bytes_max: u64,
    /// Most unpacked bytes for each packed byte, once the first 16 MiB are out. Default 250.
    pub expansion_max: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { unpacked_bytes_max: 20 << 30, expansion_max: 250 }
    }
}

/// Below this size no expansion is suspicious: a small file of zeros harms nobody.
const EXPANSION_FREE_BYTES: u64 = 16 << 20;

/// How many bytes of the file were read so far; clones count together.
#[derive(Debug, Clone, Default)]
pub struct BytesRead(Arc<AtomicU64>);

impl BytesRead {
    /// The bytes read so far, before unpacking.
    pub fn count(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

struct Counting<R> {
    inner: R,
    read: BytesRead,
}

impl<R: Read> Read for Counting<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.read.0.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}

struct Limited<R> {
    inner: R,
    limits: Limits,
    packed: BytesRead,
    unpacked: u64,
}

impl<R: Read> Read for Limited<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.unpacked += count as u64;
        let fair = self.packed.count().saturating_mul(self.limits.expansion_max);
        if self.unpacked > self.limits.unpacked_bytes_max {
            return Err(too_large("the file is larger than this installation takes in"));
        }
        if self.unpacked > EXPANSION_FREE_BYTES && self.unpacked > fair {
            return Err(too_large("the packed file expands beyond reason; unpack and check it"));
        }
        Ok(count)
    }
}

fn too_large(reason: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::FileTooLarge, reason)
}

/// The bytes of `file`, unpacked when they begin as gzip does (also several members in a row).
pub(super) fn unpacked(
    file: impl Read + Send + 'static,
    limits: Limits,
    read: BytesRead,
) -> io::Result<Box<dyn Read + Send>> {
    let counting = Counting { inner: file, read: read.clone() };
    let mut packed = BufReader::with_capacity(64 << 10, counting);
    let is_gzip = packed.fill_buf()?.starts_with(&[0x1f, 0x8b]);
    let limited = |inner: Box<dyn Read + Send>| {
        Box::new(Limited { inner, limits, packed: read.clone(), unpacked: 0 })
    };
    Ok(if is_gzip {
        limited(Box::new(MultiGzDecoder::new(packed)))
    } else {
        limited(Box::new(packed))
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::io::{Cursor, Write};

    use flate2::{Compression, write::GzEncoder};

    use super::*;

    fn packed(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn read(bytes: Vec<u8>, limits: Limits) -> io::Result<Vec<u8>> {
        let mut all = Vec::new();
        unpacked(Cursor::new(bytes), limits, BytesRead::default())?.read_to_end(&mut all)?;
        Ok(all)
    }

    #[test]
    fn plain_bytes_and_several_packed_members_read_alike() {
        let two = [packed(b"a,b\n"), packed(b"1,2\n")].concat();
        assert_eq!(read(two, Limits::default()).unwrap(), b"a,b\n1,2\n");
        assert_eq!(read(b"a,b\n1,2\n".to_vec(), Limits::default()).unwrap(), b"a,b\n1,2\n");
        assert_eq!(read(Vec::new(), Limits::default()).unwrap(), b"");
    }

    #[test]
    fn a_file_that_expands_beyond_reason_is_refused() {
        let bomb = packed(&vec![0; 32 << 20]);
        let error = read(bomb.clone(), Limits::default()).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::FileTooLarge);
        let small = Limits { unpacked_bytes_max: 1 << 20, expansion_max: 5_000 };
        assert!(read(bomb, small).unwrap_err().to_string().contains("larger"));
    }
}
