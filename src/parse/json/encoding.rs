//! How the characters of a document are stored (RFC 8259 section 8.1).

use super::Reader;

impl Reader<'_> {
    /// Whether the bytes are in an encoding that can be read on.
    pub(super) fn encoding(&mut self) -> bool {
        let wide = match self.bytes {
            [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] => true,
            [a, 0, b, 0, ..] | [0, a, 0, b, ..] => *a != 0 && *b != 0,
            _ => false,
        };
        if wide {
            let message = "the characters are stored as UTF-16; JSON is exchanged as UTF-8";
            self.fault("json.utf-16", 0, 2, message);
            return false;
        }
        if self.bytes.starts_with(b"\xEF\xBB\xBF") {
            let message = "the document starts with a byte order mark, which JSON may not have";
            self.fault("json.byte-order-mark", 0, 3, message);
            self.at = 3;
        }
        if let Err(error) = std::str::from_utf8(self.bytes) {
            let start = error.valid_up_to();
            let length = error.error_len().unwrap_or(self.bytes.len() - start);
            self.fault("json.not-utf8", start, start + length, "the bytes from here on are not UTF-8 characters");
        }
        true
    }
}
