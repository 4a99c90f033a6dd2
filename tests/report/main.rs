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

/// A reader that goes away after some bytes, as `head` does.
struct Leaves(usize);

impl std::io::Write for Leaves {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if self.0 == 0 {
            return Err(std::io::ErrorKind::BrokenPipe.into());
        }
        let taken = bytes.len().min(self.0);
        self.0 -= taken;
        Ok(taken)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn the_writers_own_error_comes_back_whatever_the_format() {
    let mut report = fixture::many(300);
    // Larger than any writer's buffer, so that the error comes in the middle and not at the end.
    report.requirements = vec![report.requirements[0].clone(); 2000];
    for format in Format::all() {
        for room in [0, 1, 100, 1000] {
            let failed = format.renderer().render(&report, &mut Leaves(room)).unwrap_err();
            assert_eq!(failed.kind(), std::io::ErrorKind::BrokenPipe, "{format} after {room} bytes");
        }
    }
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
