//! Every format over one invented report that fills every field, and over hostile names.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod fixture;
mod html;
mod json;
mod junit;
mod lines;
mod sarif;
mod save;
mod schema;
mod tables;
mod terminal;

use hallmark::report::{Format, model::Report};

/// The report in one format, as text.
fn render(format: Format, report: &Report) -> String {
    let mut out = Vec::new();
    format.renderer().render(report, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// Writes the fixtures in every format to the folder that `HALLMARK_FIXTURES` names; does nothing without it.
/// `ci/e2e/run.sh` uses it until it can run the binary on the samples.
#[test]
fn write_fixtures() {
    let Some(folder) = std::env::var_os("HALLMARK_FIXTURES").map(std::path::PathBuf::from) else { return };
    std::fs::create_dir_all(&folder).unwrap();
    for (name, report) in
        [("fixture", fixture::report()), ("hostile", fixture::hostile()), ("many", fixture::many(2000))]
    {
        for format in Format::all() {
            std::fs::write(folder.join(format!("{name}.{format}")), render(format, &report)).unwrap();
        }
    }
}
