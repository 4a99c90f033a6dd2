//! JSON text: the serialiser quotes, and what it would pass raw but a viewer may act on becomes `\uXXXX`.
//!
//! Lossless: a JSON reader gets the original text back. `<`, `>` and `&` are escaped as well, so that a report placed
//! inside a web page cannot end its script element.

use super::visible::is_hidden;
use serde::Serialize;
use serde_json::ser::{CompactFormatter, Formatter, PrettyFormatter, Serializer};
use std::io;

/// Whether a report is laid out for reading or one value per line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// Two-space indentation.
    Pretty,
    /// No white space at all: one record, one line.
    OneLine,
}

/// Writes `value` as JSON; fails only as the writer fails.
pub fn write<T: Serialize>(value: &T, layout: Layout, out: &mut dyn io::Write) -> io::Result<()> {
    let done = match layout {
        Layout::Pretty => value.serialize(&mut Serializer::with_formatter(out, Inert(PrettyFormatter::new()))),
        Layout::OneLine => value.serialize(&mut Serializer::with_formatter(out, Inert(CompactFormatter))),
    };
    done.map_err(io::Error::from)
}

/// Another formatter, with strings made inert.
struct Inert<F>(F);

macro_rules! pass {
    ($($name:ident($($arg:ident: $kind:ty),*);)*) => {
        $(fn $name<W: ?Sized + io::Write>(&mut self, writer: &mut W $(, $arg: $kind)*) -> io::Result<()> {
            self.0.$name(writer $(, $arg)*)
        })*
    };
}

impl<F: Formatter> Formatter for Inert<F> {
    pass! {
        begin_array();
        end_array();
        begin_array_value(first: bool);
        end_array_value();
        begin_object();
        end_object();
        begin_object_key(first: bool);
        end_object_key();
        begin_object_value();
        end_object_value();
    }

    fn write_string_fragment<W: ?Sized + io::Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        let mut plain = 0;
        for (at, c) in fragment.char_indices().filter(|&(_, c)| is_hidden(c) || matches!(c, '<' | '>' | '&')) {
            writer.write_all(&fragment.as_bytes()[plain..at])?;
            for unit in c.encode_utf16(&mut [0; 2]) {
                write!(writer, "\\u{unit:04x}")?;
            }
            plain = at + c.len_utf8();
        }
        writer.write_all(&fragment.as_bytes()[plain..])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::escape::hostile;

    #[test]
    fn hostile_text_is_inert_and_comes_back_whole() {
        for text in hostile::TEXTS.iter().chain(&["\u{e0041}\u{1f600}"]) {
            for layout in [Layout::Pretty, Layout::OneLine] {
                let mut out = Vec::new();
                write(text, layout, &mut out).unwrap();
                let shown = String::from_utf8(out).unwrap();
                assert!(!shown.contains(|c| is_hidden(c) || matches!(c, '<' | '>' | '&')), "{shown}");
                assert_eq!(serde_json::from_str::<String>(&shown).unwrap(), **text);
            }
        }
    }

    #[test]
    fn one_line_is_one_line() {
        let mut out = Vec::new();
        write(&hostile::TEXTS, Layout::OneLine, &mut out).unwrap();
        assert!(!out.contains(&b'\n') && !out.contains(&b'\r'));
    }
}
