//! Files, folders, patterns: what is read, under which id, and what is refused.

use std::fs;

use super::*;

const MSG: &str = "MSH|^~\\&|A\rPID|1\r";

fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = dir.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    dir
}

/// Ids without the folder they were typed with.
fn inside(got: &Got, dir: &Path) -> Vec<String> {
    let prefix = format!("{}/", dir.display());
    got.ids.iter().map(|id| id.strip_prefix(&prefix).unwrap_or(id).to_owned()).collect()
}

#[test]
fn a_folder_gives_its_files_in_byte_order_without_hidden_ones() {
    let dir = folder(&[("b.hl7", MSG), ("a/z.hl7", MSG), ("A.hl7", MSG), (".hidden", MSG), (".git/x.hl7", MSG)]);
    let got = typed(&[dir.path()], &Options::default()).unwrap();
    assert_eq!(inside(&got, dir.path()), ["A.hl7", "a/z.hl7", "b.hl7"]);
    assert_eq!(got.units.len(), 3);
}

#[test]
fn a_file_reached_twice_is_one_artifact_whatever_the_order() {
    let dir = folder(&[("a.hl7", MSG), ("b.hl7", MSG)]);
    let (file, twice) = (dir.path().join("a.hl7"), dir.path().join("./a.hl7"));
    let once = typed(&[dir.path(), &file, &twice], &Options::default()).unwrap();
    let again = typed(&[&twice, &file, dir.path()], &Options::default()).unwrap();
    assert_eq!(once.ids, again.ids);
    assert_eq!(once.units, again.units);
    assert_eq!(once.ids.len(), 2);
}

#[test]
fn ignore_files_count_only_when_asked() {
    let dir = folder(&[("a.hl7", MSG), ("b.hl7", MSG), (".gitignore", "a.hl7\n")]);
    assert_eq!(typed(&[dir.path()], &Options::default()).unwrap().ids.len(), 2);
    let options = Options { gitignore: GitIgnore::Respect, ..Options::default() };
    assert_eq!(inside(&typed(&[dir.path()], &options).unwrap(), dir.path()), ["b.hl7"]);
}

#[test]
fn a_pattern_matches_files_and_folders_or_is_a_mistake() {
    let dir = folder(&[("a1.hl7", MSG), ("a2.hl7", MSG), ("b.hl7", MSG), ("a3/x.hl7", MSG)]);
    let got = typed(&[&dir.path().join("a*")], &Options::default()).unwrap();
    assert_eq!(inside(&got, dir.path()), ["a1.hl7", "a2.hl7", "a3/x.hl7"]);
    let error = typed(&[&dir.path().join("c*.hl7")], &Options::default()).unwrap_err();
    assert!(matches!(error, SourceError::NoMatch(_)));
    let error = typed(&[&dir.path().join("9990000018.hl7")], &Options::default()).unwrap_err();
    assert!(matches!(&error, SourceError::NotFound(path) if path.ends_with("##########.hl7")), "{error}");
    assert!(matches!(typed(&[&dir.path().join("[")], &Options::default()), Err(SourceError::BadPattern(_))));
}

#[test]
fn a_file_whose_name_looks_like_a_pattern_is_that_file() {
    let dir = folder(&[("a[1].hl7", MSG), ("a1.hl7", MSG)]);
    let got = typed(&[&dir.path().join("a[1].hl7")], &Options::default()).unwrap();
    assert_eq!(inside(&got, dir.path()), ["a[1].hl7"]);
}

#[test]
fn nhs_numbers_in_names_are_masked_and_the_ids_stay_apart() {
    let dir = folder(&[("9990000018.hl7", MSG), ("9990000026.hl7", MSG), ("9990000019.hl7", MSG)]);
    let got = typed(&[dir.path()], &Options::default()).unwrap();
    assert_eq!(inside(&got, dir.path()), ["##########.hl7", "9990000019.hl7", "##########.hl7#2"]);
    assert!(!format!("{:?} {:?}", got.ids, got.ends).contains("9990000018"));
}

#[test]
fn an_empty_file_and_an_empty_folder() {
    let dir = folder(&[("e.hl7", "")]);
    assert_eq!(typed(&[dir.path()], &Options::default()).unwrap().codes(), ["empty"]);
    let none = tempfile::tempdir().unwrap();
    assert!(typed(&[none.path()], &Options::default()).unwrap().ids.is_empty());
}

#[cfg(unix)]
mod unix {
    use std::os::unix::ffi::OsStrExt as _;
    use std::os::unix::fs::symlink;
    use std::os::unix::net::UnixListener;

    use super::*;

    #[test]
    fn only_regular_files_are_opened() {
        let dir = folder(&[("ok.hl7", MSG)]);
        let _socket = UnixListener::bind(dir.path().join("s.hl7")).unwrap();
        symlink("/dev/zero", dir.path().join("z.hl7")).unwrap();
        symlink("..", dir.path().join("loop")).unwrap();
        symlink("self.hl7", dir.path().join("self.hl7")).unwrap();
        let got = typed(&[dir.path()], &Options::default()).unwrap();
        assert_eq!(got.units.len(), 1);
        assert_eq!(got.codes_of("/s.hl7"), ["not-regular"]);
        for link in ["/z.hl7", "/loop", "/self.hl7"] {
            assert_eq!(got.codes_of(link), ["link-not-followed"], "{link}");
        }
        for link in ["z.hl7", "self.hl7"] {
            let got = typed(&[&dir.path().join(link)], &Options::default()).unwrap();
            assert_eq!((got.codes(), got.units.len()), (vec!["not-regular"], 0), "{link}");
        }
    }

    #[test]
    fn a_link_that_was_typed_is_followed() {
        let dir = folder(&[("real/ok.hl7", MSG)]);
        symlink(dir.path().join("real"), dir.path().join("folder")).unwrap();
        symlink(dir.path().join("real/ok.hl7"), dir.path().join("link.hl7")).unwrap();
        let got = typed(&[&dir.path().join("folder")], &Options::default()).unwrap();
        assert_eq!(inside(&got, dir.path()), ["folder/ok.hl7"]);
        let got = typed(&[&dir.path().join("link.hl7")], &Options::default()).unwrap();
        assert_eq!((got.units.len(), inside(&got, dir.path())), (1, vec!["link.hl7".to_owned()]));
    }

    #[test]
    fn names_that_are_no_text_are_shown_as_text() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join(std::ffi::OsStr::from_bytes(b"\x1b[2J\xff\n.hl7")), MSG).unwrap();
        let got = typed(&[dir.path()], &Options::default()).unwrap();
        assert_eq!(inside(&got, dir.path()), ["\\u{1b}[2J\\x{ff}\\u{a}.hl7"]);
        assert_eq!(got.units.len(), 1);
    }

    #[test]
    fn a_file_that_shrinks_while_it_is_read_is_told() {
        let dir = folder(&[("a.hl7", &MSG.repeat(200_000))]);
        let path = dir.path().join("a.hl7");
        let mut got = Got::default();
        read(&[Source::typed(path.as_os_str())], &Options::default(), &mut |event| {
            if matches!(event, Event::Block(_)) {
                fs::OpenOptions::new().write(true).open(&path).unwrap().set_len(1_500_000).unwrap();
            }
            got.take(event);
            ControlFlow::Continue(())
        })
        .unwrap();
        assert_eq!(got.codes(), ["file-truncated"]);
        assert!(!got.units.is_empty() && !got.ends[0].complete);
    }

    #[test]
    fn a_huge_sparse_file_ends_at_once() {
        let dir = folder(&[("a.json", "{"), ("b.ndjson", "{\"a\":1}\n")]);
        for name in ["a.json", "b.ndjson"] {
            fs::OpenOptions::new().write(true).open(dir.path().join(name)).unwrap().set_len(8 << 30).unwrap();
        }
        let limits = Limits { unit_bytes: 1 << 20, document_bytes: 1 << 20, skip_bytes: 1 << 20, ..Limits::default() };
        let got = typed(&[dir.path()], &Options { limits, ..Options::default() }).unwrap();
        assert_eq!(got.codes_of("a.json"), ["too-large-unit"]);
        assert_eq!(got.codes_of("b.ndjson"), ["too-large-unit", "abandoned"]);
        assert!(got.ends.iter().all(|end| end.bytes < 4 << 20));
        assert_eq!(got.units.len(), 1);
    }
}

/// A reader that breaks.
struct Broken(usize);

impl Read for Broken {
    fn read(&mut self, buf: &mut [u8]) -> std::io::Result<usize> {
        if self.0 == 0 {
            return Err(std::io::Error::other("PID|secret"));
        }
        let count = self.0.min(MSG.len()).min(buf.len());
        buf[..count].copy_from_slice(&MSG.as_bytes()[..count]);
        self.0 -= count;
        Ok(count)
    }
}

#[test]
fn a_stream_that_breaks_gives_what_was_whole_and_no_foreign_text() {
    let mut got = Got::default();
    read_stream("-", &mut Broken(MSG.len() * 10), &Options::default(), &mut |event| {
        got.take(event);
        ControlFlow::Continue(())
    });
    assert_eq!((got.units.len(), got.codes()), (9, vec!["unreadable"]));
    assert!(!format!("{:?}", got.troubles).contains("secret"));
}
