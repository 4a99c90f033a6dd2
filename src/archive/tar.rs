//! Tar: members one after the other.
//!
//! In: the bytes of the archive. Out: each member's name, kind and size, then its content as a stream. Nothing is held
//! but the current header and, for one member, its long name.

use super::header::{self, BLOCK, Kind};
use std::fmt;
use std::io::{self, Read};

/// Longest body of an extended header; real ones hold a path and a few times.
const EXTENDED_BYTES: u64 = 1 << 20;

/// Why an archive cannot be read on. It travels inside an [`io::Error`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Broken {
    /// It ends early.
    Truncated(&'static str),
    /// A header is none, or says what no archive can hold.
    Header(&'static str),
}

impl Broken {
    /// The same inside `error`.
    pub(crate) fn of(error: &io::Error) -> Option<Self> {
        error.get_ref().and_then(|inner| inner.downcast_ref::<Self>()).copied()
    }

    /// The sentence.
    pub(crate) fn detail(self) -> &'static str {
        match self {
            Self::Truncated(detail) | Self::Header(detail) => detail,
        }
    }
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.detail())
    }
}

impl std::error::Error for Broken {}

impl From<Broken> for io::Error {
    fn from(broken: Broken) -> Self {
        io::Error::other(broken)
    }
}

/// One member. Its content follows in the input and must be read by [`Content`] before the next member is.
#[derive(Debug)]
pub(crate) struct Member {
    /// The name, raw: nobody has looked at it yet.
    pub(crate) name: Vec<u8>,
    /// What it is; never one of the kinds that only say something of the next member.
    pub(crate) kind: Kind,
    /// Bytes of content.
    pub(crate) size: u64,
    /// The size in its own header, when an extended header gave another: readers that trust one and readers that trust
    /// the other see different members.
    pub(crate) smuggled: Option<u64>,
}

/// The members of one archive.
#[derive(Debug, Default)]
pub(crate) struct Members {
    /// What an extended header says of the next member.
    name: Option<Vec<u8>>,
    size: Option<u64>,
}

impl Members {
    /// The next member; none at the end mark.
    ///
    /// # Errors
    /// [`Broken`], or what the input met.
    pub(crate) fn next(&mut self, input: &mut dyn Read) -> io::Result<Option<Member>> {
        loop {
            let mut block = [0; BLOCK];
            if read_up_to(input, &mut block)? < BLOCK {
                return Err(Broken::Truncated("the tar archive ends without its end mark").into());
            }
            if block.iter().all(|b| *b == 0) {
                return Ok(None);
            }
            let header = header::read(&block)
                .ok_or(Broken::Header("a tar header fails its checksum or holds a number too large"))?;
            if matches!(header.kind, Kind::Extended | Kind::Global | Kind::LongName | Kind::LongLink) {
                self.attribute(header.kind, header.size, input)?;
                continue;
            }
            let name = self.name.take().unwrap_or(header.name);
            let size = self.size.take().unwrap_or(header.size);
            let smuggled = Some(header.size).filter(|declared| *declared != 0 && *declared != size);
            return Ok(Some(Member { name, kind: header.kind, size, smuggled }));
        }
    }

    /// A header that only says something of the next member.
    fn attribute(&mut self, kind: Kind, size: u64, input: &mut dyn Read) -> io::Result<()> {
        if size > EXTENDED_BYTES {
            return Err(Broken::Header("an extended tar header is longer than any name").into());
        }
        let mut body = Vec::new();
        let got = Read::take(&mut *input, size).read_to_end(&mut body)?;
        if (got as u64) < size {
            return Err(Broken::Truncated("the tar archive ends inside a header").into());
        }
        match kind {
            Kind::LongName => self.name = body.split(|b| *b == 0).next().map(<[u8]>::to_vec),
            Kind::Extended => {
                let (name, size) =
                    header::extended(&body).ok_or(Broken::Header("an extended tar header is not in its format"))?;
                self.name = name.or(self.name.take());
                self.size = size;
            }
            _ => {}
        }
        skip(input, padding(size))
    }
}

/// The content of one member.
pub(crate) struct Content<'i> {
    inner: &'i mut dyn Read,
    left: u64,
    padding: u64,
}

impl<'i> Content<'i> {
    /// The content of `member`, which `input` stands before.
    pub(crate) fn of(member: &Member, input: &'i mut dyn Read) -> Self {
        Self { inner: input, left: member.size, padding: padding(member.size) }
    }

    /// Goes on to the next member.
    ///
    /// # Errors
    /// [`Broken`], or what the input met.
    pub(crate) fn finish(self) -> io::Result<()> {
        skip(self.inner, self.left)?;
        skip(self.inner, self.padding)
    }
}

impl Read for Content<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let want = usize::try_from(self.left).unwrap_or(usize::MAX).min(buf.len());
        if want == 0 {
            return Ok(0);
        }
        let count = self.inner.read(&mut buf[..want])?;
        if count == 0 {
            return Err(Broken::Truncated("the tar archive ends inside an entry").into());
        }
        self.left -= count as u64;
        Ok(count)
    }
}

/// Whether only padding follows the end mark. Reading on also lets a decoder check what it has at its end.
///
/// # Errors
/// What the input met.
pub(crate) fn blank_to_the_end(input: &mut dyn Read) -> io::Result<bool> {
    let mut block = [0; 8 * BLOCK];
    loop {
        match read_up_to(input, &mut block)? {
            0 => return Ok(true),
            got if block[..got].iter().any(|b| *b != 0) => return Ok(false),
            _ => {}
        }
    }
}

fn padding(size: u64) -> u64 {
    let block = BLOCK as u64;
    (block - size % block) % block
}

/// Reads until `buf` is full or the input ends.
fn read_up_to(input: &mut dyn Read, buf: &mut [u8]) -> io::Result<usize> {
    let mut got = 0;
    while got < buf.len() {
        match input.read(&mut buf[got..]) {
            Ok(0) => break,
            Ok(count) => got += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(got)
}

fn skip(input: &mut dyn Read, count: u64) -> io::Result<()> {
    let skipped = io::copy(&mut Read::take(&mut *input, count), &mut io::sink())?;
    if skipped < count {
        return Err(Broken::Truncated("the tar archive ends inside an entry").into());
    }
    Ok(())
}
