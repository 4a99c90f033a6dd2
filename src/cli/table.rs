//! A list with columns, for people, programs or spreadsheets.

use super::args::ListFormat;
use super::console::{Stream, When};
use super::sheet::Sheet;
use crate::report::escape::csv::cell;
use serde_json::Value;
use std::io::{self, Write};

/// Columns a column of the text form may take, but for the last.
const WIDEST: usize = 56;

/// A list: names of columns, and rows of as many values.
pub(super) struct Table {
    /// Names, as JSON keys.
    pub(super) columns: &'static [&'static str],
    /// A word, when the last column stands in brackets after the one before it in the text form, led by that word.
    pub(super) aside: &'static str,
    /// A list of this length holds everything it could: the text form says so. Zero when there is no such length.
    pub(super) everything: usize,
    /// Strings, numbers, or lists of strings.
    pub(super) rows: Vec<Vec<Value>>,
}

impl Table {
    /// Writes it.
    pub(super) fn print(&self, format: ListFormat, when: When, out: &mut dyn Write) -> io::Result<()> {
        match format {
            ListFormat::Json => self.json(out),
            ListFormat::Csv => self.csv(out),
            ListFormat::Text => self.text(when, out),
        }
    }

    fn json(&self, out: &mut dyn Write) -> io::Result<()> {
        let object = |row: &Vec<Value>| {
            let entries = self.columns.iter().zip(row).map(|(name, value)| ((*name).to_owned(), value.clone()));
            Value::Object(entries.collect())
        };
        let rows: Vec<Value> = self.rows.iter().map(object).collect();
        serde_json::to_writer_pretty(&mut *out, &rows)?;
        writeln!(out)
    }

    fn csv(&self, out: &mut dyn Write) -> io::Result<()> {
        // The mark that makes spreadsheets read UTF-8.
        out.write_all("\u{feff}".as_bytes())?;
        let mut csv = csv::WriterBuilder::new().quote_style(csv::QuoteStyle::Always).from_writer(out);
        csv.write_record(self.columns)?;
        for row in &self.rows {
            csv.write_record(row.iter().map(|value| cell(&plain(value)).into_owned()))?;
        }
        csv.flush()
    }

    fn text(&self, when: When, out: &mut dyn Write) -> io::Result<()> {
        let short = |value: &Value| match value {
            Value::Array(items) if items.len() > 1 && items.len() == self.everything => "all".to_owned(),
            value => plain(value),
        };
        let mut cells: Vec<Vec<String>> = self.rows.iter().map(|row| row.iter().map(short).collect()).collect();
        let mut last = self.columns.len() - 1;
        if !self.aside.is_empty() {
            last -= 1;
            for row in &mut cells {
                let aside = row.pop().filter(|aside| !aside.is_empty());
                if let (Some(aside), Some(cell)) = (aside, row.last_mut()) {
                    cell.push_str(&format!(" ({} {aside})", self.aside));
                }
            }
        }
        let widths: Vec<usize> = (0..last)
            .map(|at| {
                let cells = cells.iter().map(|row| row[at].chars().count());
                cells.chain([self.columns[at].len()]).max().unwrap_or(0).min(WIDEST)
            })
            .collect();
        let lead = |row: &[String]| -> String {
            let padded = widths.iter().zip(row).map(|(width, cell)| format!("{cell:<width$}  ", width = *width));
            padded.collect()
        };
        let mut sheet = Sheet::new(out, when);
        let heads: Vec<String> = self.columns.iter().map(|name| name.replace('_', " ")).collect();
        sheet.heading(&format!("{}{}", lead(&heads), heads[last]))?;
        for row in &cells {
            // A line each where a program may read it; wrapped where a person does.
            if Stream::Output.is_terminal() {
                sheet.hanging(&lead(row), &row[last])?;
            } else {
                sheet.verbatim(&format!("{}{}", lead(row), row[last]))?;
            }
        }
        Ok(())
    }
}

/// A value as text; lists with commas between.
fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(plain).collect::<Vec<_>>().join(", "),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}
