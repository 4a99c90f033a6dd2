//! Functions of strings (FHIRPath 2.0, section 5.6, and the additions to it).

use super::{Evaluator, Frame};
use crate::check::fhirpath::error::{Outcome, cannot_tell};
use crate::check::fhirpath::functions::Function;
use crate::check::fhirpath::plan::{OpId, Pattern, Reach};
use crate::check::fhirpath::value::{Item, Text};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use std::fmt::Write as _;

/// Most characters that a replacement may make: it may grow with every round of an aggregation.
const LONGEST: usize = 16 << 20;

impl<'a> Evaluator<'a, '_> {
    /// The functions of one string with strings or numbers for arguments.
    pub(super) fn of_text(
        &mut self,
        id: OpId,
        function: Function,
        of: OpId,
        arguments: &'a [OpId],
        frame: &Frame<'_, 'a>,
    ) -> Outcome<()> {
        let Some(text) = self.optional_text(of, frame)? else { return Ok(()) };
        self.spend(text.len() as u64 / 64)?;
        if function == Function::Substring {
            return self.substring(&text, arguments, frame);
        }
        let mut read: [Option<Text<'a>>; 2] = [None, None];
        for (at, argument) in arguments.iter().enumerate().take(2) {
            match self.optional_text(*argument, frame)? {
                Some(argument) => read[at] = Some(argument),
                None => return Ok(()),
            }
        }
        let [first, second] = &read;
        let first = first.as_deref().unwrap_or("");
        let second = second.as_deref().unwrap_or("");
        let item = match function {
            Function::IndexOf => position(&text, text.find(first)),
            Function::LastIndexOf => position(&text, text.rfind(first)),
            Function::StartsWith => Item::Boolean(text.starts_with(first)),
            Function::EndsWith => Item::Boolean(text.ends_with(first)),
            Function::ContainsText => Item::Boolean(text.contains(first)),
            Function::Upper => Item::text(text.to_uppercase()),
            Function::Lower => Item::text(text.to_lowercase()),
            Function::Length => Item::Integer(text.chars().count() as i64),
            Function::Trim => Item::text(text.trim().to_owned()),
            Function::Replace => {
                let most = (text.len() + 1).saturating_mul(second.len() + 1);
                if most > LONGEST {
                    return cannot_tell("the expression makes a string longer than is allowed");
                }
                self.spend(most as u64 / 64)?;
                Item::text(text.replace(first, second))
            }
            Function::ToChars => {
                for character in text.chars() {
                    self.spend(1)?;
                    self.stack.push(Item::text(character.to_string()));
                }
                return Ok(());
            }
            Function::Split => {
                if first.is_empty() {
                    self.stack.push(Item::Text(text.clone()));
                    return Ok(());
                }
                for part in text.split(first) {
                    self.spend(1)?;
                    self.stack.push(Item::text(part.to_owned()));
                }
                return Ok(());
            }
            Function::Matches | Function::MatchesFull | Function::ReplaceMatches => {
                return self.dynamic_pattern(function, &text, first, second);
            }
            Function::Encode | Function::Decode | Function::Escape | Function::Unescape => {
                match transformed(function, &text, first) {
                    Some(Some(made)) => Item::text(made),
                    Some(None) => return Ok(()),
                    None => return self.wrong(id, "there is no such encoding"),
                }
            }
            _ => return self.wrong(id, "a string has no such function"),
        };
        self.stack.push(item);
        Ok(())
    }

    fn substring(&mut self, text: &Text<'a>, arguments: &'a [OpId], frame: &Frame<'_, 'a>) -> Outcome<()> {
        let [start, length] = [arguments.first(), arguments.get(1)];
        let start = match start {
            Some(start) => self.optional_integer(*start, frame)?,
            None => None,
        };
        let length = match length {
            Some(length) => match self.optional_integer(*length, frame)? {
                Some(length) => usize::try_from(length).unwrap_or(0),
                None => usize::MAX,
            },
            None => usize::MAX,
        };
        let Some(start) = start.and_then(|start| usize::try_from(start).ok()) else { return Ok(()) };
        let place = |text: &str, count: usize| text.char_indices().nth(count).map(|(at, _)| at);
        let Some(from) = place(text, start) else { return Ok(()) };
        let to = place(&text[from..], length).map_or(text.len(), |at| from + at);
        self.stack.push(match text {
            Text::Borrowed(text) => Item::Text(Text::Borrowed(&text[from..to])),
            Text::Made(text) => Item::text(text[from..to].to_owned()),
        });
        Ok(())
    }

    fn dynamic_pattern(&mut self, function: Function, text: &str, pattern: &str, with: &str) -> Outcome<()> {
        if function == Function::ReplaceMatches && pattern.is_empty() {
            self.stack.push(Item::text(text.to_owned()));
            return Ok(());
        }
        // Compiling one costs about as much as this many steps.
        self.spend(2000 + pattern.len() as u64 * 16)?;
        let reach = if function == Function::MatchesFull { Reach::Whole } else { Reach::Anywhere };
        let pattern = Pattern::new(pattern, reach);
        let Some(pattern) = pattern.compiled() else {
            return cannot_tell("a pattern is of a kind that is not understood");
        };
        let item = match function {
            Function::ReplaceMatches => {
                if (text.len() + 1).saturating_mul(with.len() + 1) > LONGEST {
                    return cannot_tell("the expression makes a string longer than is allowed");
                }
                Item::text(pattern.replace_all(text, with).into_owned())
            }
            _ => Item::Boolean(pattern.is_match(text)),
        };
        self.stack.push(item);
        Ok(())
    }

    pub(super) fn replace_matches(
        &mut self,
        of: OpId,
        pattern: &'a Pattern,
        with: OpId,
        frame: &Frame<'_, 'a>,
    ) -> Outcome<Option<Item<'a>>> {
        let Some(text) = self.optional_text(of, frame)? else { return Ok(None) };
        let Some(with) = self.optional_text(with, frame)? else { return Ok(None) };
        let Some(pattern) = pattern.compiled() else {
            return cannot_tell("a pattern of the expression is of a kind that is not understood");
        };
        let most = (text.len() + 1).saturating_mul(with.len() + 1);
        if most > LONGEST {
            return cannot_tell("the expression makes a string longer than is allowed");
        }
        self.spend(most as u64 / 64)?;
        Ok(Some(Item::text(pattern.replace_all(&text, &*with).into_owned())))
    }
}

/// A place in bytes as one in characters; -1 for none.
fn position<'a>(text: &str, at: Option<usize>) -> Item<'a> {
    Item::Integer(at.map_or(-1, |at| text[..at].chars().count() as i64))
}

/// Encoded, decoded or escaped: `None` when there is no such encoding, within when the text is not of it.
fn transformed(function: Function, text: &str, how: &str) -> Option<Option<String>> {
    let decoded = |bytes: Vec<u8>| String::from_utf8(bytes).ok();
    Some(match (function, how) {
        (Function::Encode, "base64") => Some(STANDARD.encode(text)),
        (Function::Encode, "urlbase64") => Some(URL_SAFE.encode(text)),
        (Function::Encode, "hex") => Some(text.bytes().fold(String::new(), |mut hex, byte| {
            // Writing to a string does not fail.
            let _ = write!(hex, "{byte:02x}");
            hex
        })),
        (Function::Decode, "base64") => STANDARD.decode(text).ok().and_then(decoded),
        (Function::Decode, "urlbase64") => URL_SAFE.decode(text).ok().and_then(decoded),
        (Function::Decode, "hex") => from_hex(text).and_then(decoded),
        (Function::Escape, "html") => {
            Some(text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;"))
        }
        (Function::Unescape, "html") => {
            Some(text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&"))
        }
        (Function::Escape, "json") => {
            let quoted = serde_json::to_string(text).ok()?;
            Some(quoted[1..quoted.len() - 1].to_owned())
        }
        (Function::Unescape, "json") => Some(unescaped(text)),
        _ => return None,
    })
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16).map(|digit| digit as u8);
    let pairs = text.as_bytes().chunks(2);
    pairs.map(|pair| Some(digit(*pair.first()?)? << 4 | digit(*pair.get(1)?)?)).collect()
}

fn unescaped(text: &str) -> String {
    String::from_utf8_lossy(&crate::instance::unescape(text.as_bytes())).into_owned()
}
