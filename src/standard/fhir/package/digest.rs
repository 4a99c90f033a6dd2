//! The digest that a registry gives for a package.
//!
//! In: `integrity` (Subresource Integrity, one or more of `sha512-BASE64`) and `shasum` (SHA-1 as hex) of a packument.
//! Out: the strongest of them, and whether bytes have it. SHA-1 is all that FHIR registries give; it stands against
//! accidents, and the SHA-256 of the lock file against changes.

use super::archive::hex;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256, Sha512};
use std::io::{self, Read};

/// A digest that bytes must have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Digest {
    Sha512(String),
    Sha256(String),
    Sha1(String),
}

impl Digest {
    /// The strongest of what a registry says; none when it says none that we know.
    pub(super) fn of(integrity: Option<&str>, shasum: Option<&str>) -> Option<Self> {
        let words = || integrity.unwrap_or_default().split_ascii_whitespace();
        let decoded = |name: &str, bytes: usize| {
            let mut found = words().filter_map(|word| word.strip_prefix(name)?.strip_prefix('-'));
            let raw = found.find_map(|text| STANDARD.decode(text.split('?').next()?).ok())?;
            (raw.len() == bytes).then(|| hex(&raw))
        };
        let sha1 = || {
            let text = shasum?.trim().to_ascii_lowercase();
            (text.len() == 40 && text.bytes().all(|b| b.is_ascii_hexdigit())).then_some(text)
        };
        decoded("sha512", 64)
            .map(Self::Sha512)
            .or_else(|| decoded("sha256", 32).map(Self::Sha256))
            .or_else(|| sha1().or_else(|| decoded("sha1", 20)).map(Self::Sha1))
    }

    /// Its name, for messages.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Sha512(_) => "SHA-512",
            Self::Sha256(_) => "SHA-256",
            Self::Sha1(_) => "SHA-1",
        }
    }
}

/// What bytes have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Digests {
    sha512: String,
    pub(super) sha256: String,
    sha1: String,
}

impl Digests {
    /// Of everything that `input` gives, in one pass.
    pub(super) fn of(mut input: impl Read) -> io::Result<Self> {
        let (mut sha512, mut sha256, mut sha1) = (Sha512::new(), Sha256::new(), sha1::Sha1::new());
        let mut buffer = vec![0; 64 << 10];
        loop {
            match input.read(&mut buffer) {
                Ok(0) => break,
                Ok(count) => {
                    sha512.update(&buffer[..count]);
                    sha256.update(&buffer[..count]);
                    sha1.update(&buffer[..count]);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(Self { sha512: hex(&sha512.finalize()), sha256: hex(&sha256.finalize()), sha1: hex(&sha1.finalize()) })
    }

    /// Whether this is what `digest` asks for.
    pub(super) fn fit(&self, digest: &Digest) -> bool {
        match digest {
            Digest::Sha512(want) => *want == self.sha512,
            Digest::Sha256(want) => *want == self.sha256,
            Digest::Sha1(want) => *want == self.sha1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_strongest_digest_counts() {
        let digests = Digests::of(&b"abc"[..]).expect("memory can be read");
        assert_eq!(digests.sha1, "a9993e364706816aba3e25717850c26c9cd0d89d");
        let sha512 = "sha512-3a81oZNherrMQXNJriBBMRLm+k6JqX6iCp7u5ktV05ohkpkqJ0/BqDa6PCOj/uu9RU1EI2Q86A4qmslPpUyknw==";
        let sha1 = "A9993E364706816ABA3E25717850C26C9CD0D89D";
        for (integrity, shasum, name) in [
            (Some(sha512), None, "SHA-512"),
            (Some(sha512), Some("0000000000000000000000000000000000000000"), "SHA-512"),
            (Some("sha256-ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0="), Some(sha1), "SHA-256"),
            (None, Some(sha1), "SHA-1"),
            (Some("md5-x"), Some(sha1), "SHA-1"),
        ] {
            let digest = Digest::of(integrity, shasum).expect("it is one");
            assert_eq!(digest.name(), name);
            assert!(digests.fit(&digest));
        }
        assert_eq!(Digest::of(Some("sha512-AAAA"), Some("xyz")), None);
        assert_eq!(Digest::of(None, None), None);
    }
}
