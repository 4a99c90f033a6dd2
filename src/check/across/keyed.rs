//! Keyed hashing: how an identifier becomes a fact that cannot be read back.
//!
//! In: normalised text and a secret. Out: 64 bits (SipHash-1-3 of J.-P. Aumasson and D. J. Bernstein, 2012). The same
//! key gives the same hash on every machine and in every version, so that facts sealed by one run join those of
//! another. Not the standard library's hasher: its algorithm may change between releases.

use sha2::{Digest, Sha256};

/// The user's join key: 256 secret bits. It cannot be printed.
#[derive(Clone)]
pub struct Key([u8; 32]);

impl Key {
    /// A key from its bytes.
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes, for writing the key to the file that keeps it and nowhere else.
    pub const fn secret(&self) -> &[u8; 32] {
        &self.0
    }

    /// A key for one purpose: knowing it tells nothing of the join key or of the keys for other purposes.
    pub(super) fn derived(&self, purpose: &str) -> [u8; 32] {
        let mut digest = Sha256::new();
        digest.update(b"hallmark across 1\0");
        digest.update(purpose.as_bytes());
        digest.update(b"\0");
        digest.update(self.0);
        digest.finalize().into()
    }
}

/// What a hash stands for, so that equal texts of different meaning never meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Meaning {
    Content = 1,
    Control,
    Party,
    Visit,
    Nhs,
    Local,
    Entity,
    Authority,
    Service,
    Observation,
}

/// The hash function of a run, made once from the key.
#[derive(Clone)]
pub struct Keyed {
    k0: u64,
    k1: u64,
}

impl Keyed {
    /// The hash function that `key` gives.
    pub fn new(key: &Key) -> Self {
        let secret = key.derived("identifiers");
        Self { k0: word(&secret[..8]), k1: word(&secret[8..16]) }
    }

    /// Begins a hash.
    pub(super) fn begin(&self, meaning: Meaning) -> Sip {
        let mut sip = Sip::new(self.k0, self.k1);
        sip.write(&[meaning as u8]);
        sip
    }

    /// The hash of `parts`, each taken as text: upper case and lower case of ASCII letters are one.
    pub(super) fn text(&self, meaning: Meaning, parts: &[&[u8]]) -> u64 {
        let mut sip = self.begin(meaning);
        for part in parts {
            sip.write_text(part);
        }
        sip.finish()
    }
}

/// A hash under way.
pub(super) struct Sip {
    state: [u64; 4],
    tail: u64,
    pending: u32,
    length: u8,
}

impl Sip {
    fn new(k0: u64, k1: u64) -> Self {
        let state = [
            k0 ^ 0x736f_6d65_7073_6575,
            k1 ^ 0x646f_7261_6e64_6f6d,
            k0 ^ 0x6c79_6765_6e65_7261,
            k1 ^ 0x7465_6462_7974_6573,
        ];
        Self { state, tail: 0, pending: 0, length: 0 }
    }

    /// Adds bytes as they are.
    pub(super) fn write(&mut self, mut bytes: &[u8]) {
        // The algorithm keeps the length modulo 256 only.
        self.length = self.length.wrapping_add(bytes.len() as u8);
        while self.pending > 0 {
            let Some((&first, rest)) = bytes.split_first() else { return };
            self.push(first);
            bytes = rest;
        }
        let whole = bytes.chunks_exact(8);
        let rest = whole.remainder();
        for chunk in whole {
            self.compress(word(chunk));
        }
        for &byte in rest {
            self.push(byte);
        }
    }

    /// Adds a text: its length, then its bytes in upper case.
    pub(super) fn write_text(&mut self, text: &[u8]) {
        self.write(&(text.len() as u64).to_le_bytes());
        let mut buffer = [0; 64];
        for chunk in text.chunks(buffer.len()) {
            let upper = &mut buffer[..chunk.len()];
            upper.copy_from_slice(chunk);
            upper.make_ascii_uppercase();
            self.write(upper);
        }
    }

    /// The hash; never zero, which stands for "none" wherever hashes are kept.
    pub(super) fn finish(mut self) -> u64 {
        self.compress(self.tail | u64::from(self.length) << 56);
        self.state[2] ^= 0xff;
        for _ in 0..3 {
            round(&mut self.state);
        }
        (self.state[0] ^ self.state[1] ^ self.state[2] ^ self.state[3]).max(1)
    }

    fn push(&mut self, byte: u8) {
        self.tail |= u64::from(byte) << (8 * self.pending);
        self.pending += 1;
        if self.pending == 8 {
            let full = std::mem::take(&mut self.tail);
            self.pending = 0;
            self.compress(full);
        }
    }

    fn compress(&mut self, word: u64) {
        self.state[3] ^= word;
        round(&mut self.state);
        self.state[0] ^= word;
    }
}

fn round(v: &mut [u64; 4]) {
    v[0] = v[0].wrapping_add(v[1]);
    v[1] = v[1].rotate_left(13) ^ v[0];
    v[0] = v[0].rotate_left(32);
    v[2] = v[2].wrapping_add(v[3]);
    v[3] = v[3].rotate_left(16) ^ v[2];
    v[0] = v[0].wrapping_add(v[3]);
    v[3] = v[3].rotate_left(21) ^ v[0];
    v[2] = v[2].wrapping_add(v[1]);
    v[1] = v[1].rotate_left(17) ^ v[2];
    v[2] = v[2].rotate_left(32);
}

/// Up to eight bytes, the least significant first.
fn word(bytes: &[u8]) -> u64 {
    bytes.iter().rev().fold(0, |word, &byte| word << 8 | u64::from(byte))
}

/// Joins two hashes into one key.
pub(super) fn mix(a: u64, b: u64) -> u64 {
    // The finaliser of splitmix64: both inputs are already uniform and secret, they only must not cancel out.
    let mut x = a ^ b.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29);
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    (x ^ (x >> 31)).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_is_siphash_1_3() {
        // Reference: SipHash-1-3 of the empty text and of 0x00 to 0x0e under the key 0x00 … 0x0f.
        let (k0, k1) = (0x0706_0504_0302_0100, 0x0f0e_0d0c_0b0a_0908);
        let bytes: Vec<u8> = (0..15).collect();
        let mut split = Sip::new(k0, k1);
        split.write(&bytes[..3]);
        split.write(&bytes[3..]);
        let mut whole = Sip::new(k0, k1);
        whole.write(&bytes);
        let value = whole.finish();
        assert_eq!(split.finish(), value);
        assert_eq!(Sip::new(k0, k1).finish(), 0xabac_0158_050f_c4dc);
    }

    #[test]
    fn keys_meanings_and_parts_are_told_apart() {
        let (one, two) = (Keyed::new(&Key::new([1; 32])), Keyed::new(&Key::new([2; 32])));
        let of = |keyed: &Keyed, meaning, parts: &[&[u8]]| keyed.text(meaning, parts);
        let base = of(&one, Meaning::Visit, &[b"ab", b"c"]);
        assert_eq!(base, of(&one, Meaning::Visit, &[b"AB", b"C"]));
        assert_ne!(base, of(&one, Meaning::Visit, &[b"a", b"bc"]));
        assert_ne!(base, of(&one, Meaning::Local, &[b"ab", b"c"]));
        assert_ne!(base, of(&two, Meaning::Visit, &[b"ab", b"c"]));
    }
}
