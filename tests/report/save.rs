//! Saving: whole or not at all, never through a link, private when it must be.

use crate::fixture;
use hallmark::report::{
    Format,
    model::Report,
    save::{SaveError, save},
};
use std::{fs, path::Path};

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> =
        fs::read_dir(folder).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn a_report_is_saved_and_replaces_an_older_one_leaving_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("report.json");
    fs::write(&path, "older").unwrap();
    save(&fixture::report(), Format::Json, &path).unwrap();
    assert_eq!(serde_json::from_slice::<Report>(&fs::read(&path).unwrap()).unwrap(), fixture::report());
    assert_eq!(names(folder.path()), ["report.json"]);
}

#[test]
fn every_format_can_be_saved() {
    let folder = tempfile::tempdir().unwrap();
    for format in Format::all() {
        let path = folder.path().join(format.name());
        save(&fixture::report(), format, &path).unwrap();
        assert!(fs::metadata(&path).unwrap().len() > 100, "{format}");
    }
}

#[cfg(unix)]
#[test]
fn patient_data_is_for_the_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let mode = |report: &Report, name: &str| {
        let path = folder.path().join(name);
        save(report, Format::Html, &path).unwrap();
        fs::metadata(&path).unwrap().permissions().mode() & 0o777
    };
    assert_eq!(mode(&fixture::hostile(), "a"), 0o600);
    let open = mode(&fixture::report(), "b");
    assert!(open & 0o600 == 0o600 && open & 0o111 == 0, "{open:o}");
}

#[cfg(unix)]
#[test]
fn a_link_at_the_target_is_refused_and_what_it_points_to_stands() {
    let folder = tempfile::tempdir().unwrap();
    let (real, link) = (folder.path().join("real"), folder.path().join("link.json"));
    fs::write(&real, "untouched").unwrap();
    std::os::unix::fs::symlink(&real, &link).unwrap();
    let refused = save(&fixture::report(), Format::Json, &link).unwrap_err();
    assert!(matches!(refused, SaveError::Link(_)), "{refused}");
    assert_eq!(fs::read_to_string(&real).unwrap(), "untouched");
    assert_eq!(names(folder.path()), ["link.json", "real"]);
}

#[test]
fn errors_say_which_path_and_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let said = save(&fixture::report(), Format::Json, &folder.path().join("no/such/r.json")).unwrap_err().to_string();
    assert!(said.contains("no/such/r.json") && said.contains("create it"), "{said}");
    let said = save(&fixture::report(), Format::Json, folder.path()).unwrap_err();
    assert!(matches!(said, SaveError::NotAFile(_)));
    assert!(matches!(save(&fixture::report(), Format::Json, Path::new("/")), Err(SaveError::NotAFile(_))));
}

#[cfg(unix)]
#[test]
fn a_device_is_not_replaced() {
    let refused = save(&fixture::report(), Format::Json, Path::new("/dev/null")).unwrap_err();
    assert!(matches!(refused, SaveError::NotAFile(_)), "{refused}");
}
