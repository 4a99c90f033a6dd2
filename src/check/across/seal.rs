//! Facts encrypted for a report.
//!
//! In: bytes and the user's join key. Out: base64 text, the same for the same bytes and key, so that a report made twice
//! is the same report. AES-256-GCM-SIV (RFC 8452) is made for that: its nonce may be fixed, and all that equal texts
//! then show is that they are equal. It never says why a text cannot be opened beyond what the caller must know.

use super::keyed::Key;
use aes_gcm_siv::aead::{Aead, KeyInit, Payload};
use aes_gcm_siv::{Aes256GcmSiv, Nonce};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;
use std::io::{Read as _, Write as _};
use thiserror::Error;

/// Bytes that are opened at most: what [`super::MAX_CARRIED`] allows, its repeated hashes in full, and some more.
pub const MAX_SEALED: usize = 128 << 20;

/// What the text is for; text sealed for anything else does not open.
const CONTEXT: &[u8] = b"hallmark across facts, form 1";

/// One nonce for all, as every purpose has its own key.
const NONCE: [u8; 12] = [0; 12];

/// Why sealed facts cannot be opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum SealError {
    /// Sealed with another user's key, or altered: the cipher cannot tell which.
    #[error("the facts in the report were sealed with another join key, or the report was altered")]
    WrongKey,
    /// Not the form of sealed facts.
    #[error("the sealed facts in the report are damaged")]
    Damaged,
    /// Larger than any that Hallmark seals.
    #[error("the sealed facts in the report are larger than Hallmark ever seals")]
    TooLarge,
}

/// Compresses and encrypts `plain`.
pub fn seal(plain: &[u8], key: &Key) -> String {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
    // Writing to memory and encrypting less than 64 GiB do not fail; an empty text is one that does not open.
    let packed = encoder.write_all(plain).and_then(|()| encoder.finish()).unwrap_or_default();
    let payload = Payload { msg: &packed, aad: CONTEXT };
    let sealed = cipher(key).encrypt(&Nonce::from(NONCE), payload).unwrap_or_default();
    STANDARD.encode(sealed)
}

/// Decrypts and unpacks what [`seal`] made with the same key.
pub fn open(text: &str, key: &Key) -> Result<Vec<u8>, SealError> {
    if text.len() / 4 * 3 > MAX_SEALED {
        return Err(SealError::TooLarge);
    }
    let sealed = STANDARD.decode(text).map_err(|_| SealError::Damaged)?;
    let payload = Payload { msg: &sealed, aad: CONTEXT };
    let packed = cipher(key).decrypt(&Nonce::from(NONCE), payload).map_err(|_| SealError::WrongKey)?;
    let mut plain = Vec::new();
    let limit = MAX_SEALED as u64 + 1;
    DeflateDecoder::new(packed.as_slice()).take(limit).read_to_end(&mut plain).map_err(|_| SealError::Damaged)?;
    if plain.len() > MAX_SEALED { Err(SealError::TooLarge) } else { Ok(plain) }
}

fn cipher(key: &Key) -> Aes256GcmSiv {
    Aes256GcmSiv::new(&key.derived("sealed facts").into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(byte: u8) -> Key {
        Key::new([byte; 32])
    }

    #[test]
    fn what_is_sealed_opens_with_the_same_key_only() {
        let plain = b"facts ".repeat(1000);
        let text = seal(&plain, &key(1));
        assert_eq!(text, seal(&plain, &key(1)), "sealing twice gives the same text");
        assert!(text.len() < plain.len() / 10, "it is compressed");
        assert_eq!(open(&text, &key(1)), Ok(plain));
        assert_eq!(open(&text, &key(2)), Err(SealError::WrongKey));
    }

    #[test]
    fn altered_text_does_not_open() {
        let text = seal(b"facts", &key(1));
        for at in 0..text.len() {
            let mut altered = text.clone().into_bytes();
            altered[at] = if altered[at] == b'A' { b'B' } else { b'A' };
            let altered = String::from_utf8(altered).unwrap();
            assert!(open(&altered, &key(1)).is_err(), "byte {at}");
        }
        assert_eq!(open("not base64!", &key(1)), Err(SealError::Damaged));
        assert_eq!(open("", &key(1)), Err(SealError::WrongKey));
    }

    #[test]
    fn a_bomb_is_refused() {
        let text = seal(&vec![0; MAX_SEALED + 1], &key(1));
        assert_eq!(open(&text, &key(1)), Err(SealError::TooLarge));
    }
}
