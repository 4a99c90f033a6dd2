//! One line of `hallmark.toml`, read as what its key takes.
//!
//! In: a key, its value and the folder of the file. Out: the value, paths ready to open, or the mistake with its place and
//! what is allowed there.

use super::Said;
use crate::cli::args::{JoinKey, Save};
use crate::cli::fhir_options::{self, Setting};
use crate::cli::terminology::VARIABLE;
use crate::standard::Day;
use crate::standard::near::nearest;
use std::ops::Range;
use std::path::{Path, PathBuf};
use toml::Spanned;
use toml::de::DeValue;

/// What is wrong in the file, and where.
pub(super) struct Mistake {
    pub(super) at: Range<usize>,
    pub(super) message: String,
    pub(super) allowed: String,
}

/// A key that there is none of among `keys`.
pub(super) fn unknown(key: &str, at: Range<usize>, keys: &[(&'static str, &str)]) -> Mistake {
    let names = keys.iter().map(|(name, _)| *name);
    if nearest(key, ["show-values"]).is_some() {
        let message = "show-values cannot be a default, because it puts patient data into reports".to_owned();
        return Mistake { at, message, allowed: "Type --show-values each time it is needed.".to_owned() };
    }
    let meant = nearest(key, names.clone()).map(|name| format!("did you mean {name}? ")).unwrap_or_default();
    let allowed = format!("{meant}Allowed here: {}.", names.collect::<Vec<_>>().join(", "));
    Mistake { at, message: "there is no such key".to_owned(), allowed }
}

/// One line of the file.
pub(super) struct Entry<'a> {
    pub(super) key: &'static str,
    pub(super) allowed: &'static str,
    pub(super) value: &'a Spanned<DeValue<'a>>,
    pub(super) folder: &'a Path,
}

impl Entry<'_> {
    pub(super) fn wrong(&self, at: Range<usize>) -> Mistake {
        let message = format!("{} takes something else", self.key);
        Mistake { at, message, allowed: format!("{} = {}", self.key, self.allowed) }
    }

    pub(super) fn string(&self) -> Result<Said, Mistake> {
        said(self.value).ok_or_else(|| self.wrong(self.value.span()))
    }

    pub(super) fn words(&self) -> Result<Vec<Said>, Mistake> {
        let DeValue::Array(items) = self.value.get_ref() else { return Err(self.wrong(self.value.span())) };
        items.iter().map(|item| said(item).ok_or_else(|| self.wrong(item.span()))).collect()
    }

    pub(super) fn paths(&self) -> Result<Vec<PathBuf>, Mistake> {
        Ok(self.words()?.iter().map(|word| self.relative(&word.text)).collect())
    }

    pub(super) fn path(&self) -> Result<PathBuf, Mistake> {
        Ok(self.relative(&self.string()?.text))
    }

    /// A path of the file, seen from the working directory; `-` is standard input wherever the file lies.
    pub(super) fn relative(&self, path: &str) -> PathBuf {
        if path == "-" { PathBuf::from(path) } else { self.folder.join(path) }
    }

    pub(super) fn parsed<T>(&self, parse: impl FnOnce(&str) -> Option<T>) -> Result<T, Mistake> {
        let said = self.string()?;
        parse(&said.text).ok_or_else(|| self.wrong(said.at))
    }

    pub(super) fn day(&self) -> Result<Day, Mistake> {
        if let DeValue::Datetime(date) = self.value.get_ref() {
            return Day::parse(&date.to_string()).ok_or_else(|| self.wrong(self.value.span()));
        }
        self.parsed(Day::parse)
    }

    pub(super) fn saves(&self) -> Result<Vec<Save>, Mistake> {
        let save = |word: Said| -> Result<Save, Mistake> {
            let save: Save = word.text.parse().map_err(|error: crate::report::format::FormatError| Mistake {
                at: word.at,
                message: error.to_string(),
                allowed: format!("{} = {}", self.key, self.allowed),
            })?;
            Ok(Save { path: self.folder.join(save.path), ..save })
        };
        self.words()?.into_iter().map(save).collect()
    }

    pub(super) fn join_key(&self) -> Result<JoinKey, Mistake> {
        let text = self.string()?.text;
        Ok(if text == "none" { JoinKey::Without } else { JoinKey::File(self.relative(&text)) })
    }

    pub(super) fn truth(&self) -> Result<bool, Mistake> {
        match self.value.get_ref() {
            DeValue::Boolean(truth) => Ok(*truth),
            _ => Err(self.wrong(self.value.span())),
        }
    }

    /// The entries of a table whose keys are among `keys`, in the order of the file.
    pub(super) fn table(&self, keys: &'static [(&'static str, &'static str)]) -> Result<Vec<Entry<'_>>, Mistake> {
        let DeValue::Table(table) = self.value.get_ref() else { return Err(self.wrong(self.value.span())) };
        let mut all: Vec<_> = table.iter().collect();
        all.sort_by_key(|(key, _)| key.span().start);
        let mut entries = Vec::new();
        for (key, value) in all {
            let Some((key, allowed)) = keys.iter().find(|(known, _)| *known == key.get_ref()) else {
                return Err(unknown(key.get_ref(), key.span(), keys));
            };
            entries.push(Entry { key, allowed, value, folder: self.folder });
        }
        Ok(entries)
    }

    /// The settings of `[fhir]`.
    pub(super) fn fhir(&self) -> Result<Vec<Setting>, Mistake> {
        let setting = |entry: Entry<'_>| {
            let text = match entry.value.get_ref() {
                DeValue::Boolean(truth) => truth.to_string(),
                DeValue::Array(_) => entry.words()?.into_iter().map(|word| word.text).collect::<Vec<_>>().join(","),
                _ => entry.string()?.text,
            };
            Setting::new(entry.key, &text).ok_or_else(|| entry.wrong(entry.value.span()))
        };
        self.table(fhir_options::KEYS)?.into_iter().map(setting).collect()
    }

    pub(super) fn threads(&self) -> Result<u16, Mistake> {
        let number = self.number(1..=256)?;
        u16::try_from(number).map_err(|_| self.wrong(self.value.span()))
    }

    pub(super) fn number(&self, within: std::ops::RangeInclusive<u64>) -> Result<u64, Mistake> {
        let DeValue::Integer(number) = self.value.get_ref() else { return Err(self.wrong(self.value.span())) };
        let number = u64::from_str_radix(number.as_str(), number.radix()).ok().filter(|n| within.contains(n));
        number.ok_or_else(|| self.wrong(self.value.span()))
    }

    /// The name of a variable that this file may name.
    pub(super) fn variable(&self) -> Result<Said, Mistake> {
        let said = self.string()?;
        let rest = said.text.strip_prefix(VARIABLE).unwrap_or_default();
        let is_name =
            !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_');
        if is_name { Ok(said) } else { Err(self.wrong(said.at)) }
    }

    pub(super) fn languages(&self) -> Result<Vec<String>, Mistake> {
        let words = self.words()?;
        let is_tag = |text: &str| {
            text.split('-').all(|part| (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric()))
        };
        match words.iter().find(|word| !is_tag(&word.text)) {
            Some(word) => Err(self.wrong(word.at.clone())),
            None => Ok(words.into_iter().map(|word| word.text).collect()),
        }
    }
}

fn said(value: &Spanned<DeValue<'_>>) -> Option<Said> {
    match value.get_ref() {
        DeValue::String(text) if !text.is_empty() => Some(Said { text: text.clone().into_owned(), at: value.span() }),
        _ => None,
    }
}
