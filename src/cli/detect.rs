//! `hallmark detect`: what each file is, and why we think so.

use super::args::{self, TextOrJson};
use super::console::print;
use super::error::Error;
use super::settings::Shared;
use super::sheet::Sheet;
use crate::detect::{self, Kind};
use crate::ingest::{self, Digest, End, Event, GitIgnore, Options, Reading, Source, Trouble};
use crate::report::{escape::terminal, words};
use serde_json::json;
use std::io::{self, Write};
use std::ops::ControlFlow;

/// Says it of each.
///
/// # Errors
/// When something typed is not there, or nothing can be printed.
pub(crate) fn run(flags: &args::Detect, shared: &Shared) -> Result<(), Error> {
    let sources: Vec<Source> = flags.paths.iter().map(|path| Source::typed(path.as_os_str())).collect();
    let ignore = if flags.gitignore || shared.config.gitignore { GitIgnore::Respect } else { GitIgnore::Ignore };
    let options = Options { gitignore: ignore, digest: Digest::Skip, ..Options::default() };
    let mut wrong = None;
    let printed = print(|out| {
        let mut troubles: Vec<Trouble> = Vec::new();
        let mut failed = None;
        let mut told = 0;
        let read = ingest::read(&sources, &options, &mut |event| {
            let done = match event {
                Event::Trouble(trouble) => {
                    troubles.push(trouble);
                    Ok(())
                }
                Event::End(end) => {
                    let of_it = |trouble: &Trouble| trouble.artifact.index == end.artifact.index;
                    let (own, others) = troubles.drain(..).partition(of_it);
                    troubles = others;
                    told += 1;
                    match flags.format {
                        TextOrJson::Text => text(&mut Sheet::new(out, shared.color), &end, &own, told),
                        TextOrJson::Json => object(out, &end, &own, told),
                    }
                }
                Event::Start(_) | Event::Block(_) => Ok(()),
            };
            match done {
                Ok(()) => ControlFlow::Continue(()),
                Err(error) => {
                    failed = Some(error);
                    ControlFlow::Break(())
                }
            }
        });
        match (read, failed) {
            (_, Some(error)) => Err(error),
            (Err(error), None) => {
                wrong = Some(error);
                Ok(())
            }
            (Ok(Reading::Done | Reading::Stopped), None) if flags.format == TextOrJson::Json => {
                writeln!(out, "{}", if told == 0 { "[]" } else { "\n]" })
            }
            (Ok(_), None) => Ok(()),
        }
    });
    match wrong {
        Some(error) => Err(error.into()),
        None => printed.map_err(Error::Output),
    }
}

fn text(sheet: &mut Sheet<'_>, end: &End, troubles: &[Trouble], nth: u64) -> io::Result<()> {
    if nth > 1 {
        sheet.blank()?;
    }
    let kind = detect::artifact(&end.artifact);
    sheet.heading(&terminal::name(&end.artifact.id))?;
    sheet.field("is", &kind.to_string())?;
    for reason in &kind.reasons {
        sheet.field("because", reason)?;
    }
    let units = words::count(end.units, "message or line", "messages or lines");
    let size = words::count(end.bytes, "byte", "bytes");
    let held = if end.artifact.shape.is_archive() { size } else { format!("{units}, {size}") };
    sheet.field("holds", &held)?;
    for trouble in troubles {
        sheet.field("trouble", &told(trouble))?;
    }
    Ok(())
}

fn told(trouble: &Trouble) -> String {
    let line = trouble.line.map(|line| format!(", line {line}")).unwrap_or_default();
    let detail = if trouble.detail.is_empty() { String::new() } else { format!(": {}", trouble.detail) };
    format!("{}{line}{detail}", trouble.fault.headline())
}

/// One element of the array that the whole output is.
fn object(out: &mut dyn Write, end: &End, troubles: &[Trouble], nth: u64) -> io::Result<()> {
    let Kind { syntax, standard, version, role, reasons, .. } = detect::artifact(&end.artifact);
    let troubles = troubles.iter().map(|trouble| {
        json!({
            "code": trouble.fault.code(), "line": trouble.line, "message": trouble.fault.headline(),
            "detail": trouble.detail, "count": trouble.count,
        })
    });
    let object = json!({
        "id": end.artifact.id, "origin": end.artifact.origin.as_str(), "syntax": syntax.as_str(), "standard": standard,
        "version": version, "role": role, "reasons": reasons, "units": end.units, "bytes": end.bytes,
        "complete": end.complete, "troubles": troubles.collect::<Vec<_>>(),
    });
    write!(out, "{}{object}", if nth == 1 { "[\n" } else { ",\n" })
}
