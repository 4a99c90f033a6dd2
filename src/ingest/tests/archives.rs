//! Archives: real ones, and ones no tool would write.

use std::io::Write as _;

use super::*;

const PATIENT: &[u8] = b"{\"resourceType\":\"Patient\"}";

/// One zip entry, with whatever lies the test tells.
struct Entry<'a> {
    name: &'a [u8],
    local_name: Option<&'a [u8]>,
    data: &'a [u8],
    size: Option<u32>,
    crc: Option<u32>,
    method: u16,
    flags: u16,
    mode: u32,
    rows: u32,
}

fn entry<'a>(name: &'a [u8], data: &'a [u8]) -> Entry<'a> {
    Entry { name, local_name: None, data, size: None, crc: None, method: 8, flags: 0, mode: 0o100_644, rows: 1 }
}

fn good<'a>() -> Entry<'a> {
    entry(b"good.json", PATIENT)
}

/// Writes a zip by hand; `declared` lies about the number of entries.
fn zip(entries: &[Entry<'_>], declared: Option<u16>) -> Vec<u8> {
    let (mut out, mut rows, mut count) = (Vec::new(), Vec::new(), 0u16);
    for e in entries {
        let mut crc = flate2::Crc::new();
        crc.update(e.data);
        let (crc, size) = (e.crc.unwrap_or(crc.sum()), e.size.unwrap_or(e.data.len() as u32));
        let stored = match e.method {
            8 => {
                let mut deflate = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::default());
                deflate.write_all(e.data).unwrap();
                deflate.finish().unwrap()
            }
            _ => e.data.to_vec(),
        };
        let offset = out.len() as u32;
        let shared = |name: &[u8]| {
            let mut part = Vec::new();
            for word in [e.flags, e.method, 0, 0x21] {
                part.extend(word.to_le_bytes());
            }
            for word in [crc, stored.len() as u32, size] {
                part.extend(word.to_le_bytes());
            }
            part.extend((name.len() as u16).to_le_bytes());
            part.extend(0u16.to_le_bytes());
            part
        };
        let local_name = e.local_name.unwrap_or(e.name);
        out.extend(b"PK\x03\x04\x14\0");
        out.extend(shared(local_name));
        out.extend(local_name);
        out.extend(&stored);
        for _ in 0..e.rows {
            rows.extend(b"PK\x01\x02\x14\x03\x14\0");
            rows.extend(shared(e.name));
            rows.extend([0; 6]);
            rows.extend((e.mode << 16).to_le_bytes());
            rows.extend(offset.to_le_bytes());
            rows.extend(e.name);
            count = count.saturating_add(1);
        }
    }
    let start = out.len() as u32;
    out.extend(&rows);
    out.extend(b"PK\x05\x06\0\0\0\0");
    out.extend(declared.unwrap_or(count).to_le_bytes().repeat(2));
    out.extend((rows.len() as u32).to_le_bytes());
    out.extend(start.to_le_bytes());
    out.extend([0, 0]);
    out
}

fn unzip(bytes: &[u8]) -> Got {
    stream_of("f.zip", bytes, &Options::default())
}

/// One file in a tar header of the given type.
fn tar_entry(name: &str, kind: tar::EntryType, data: &[u8]) -> Vec<u8> {
    let mut header = tar::Header::new_ustar();
    header.as_mut_bytes()[..name.len()].copy_from_slice(name.as_bytes());
    header.set_entry_type(kind);
    header.set_mode(0o644);
    header.set_size(data.len() as u64);
    header.set_cksum();
    let mut out = header.as_bytes().to_vec();
    out.extend(data);
    out.resize(out.len().next_multiple_of(512), 0);
    out
}

fn tar_of(entries: &[Vec<u8>]) -> Vec<u8> {
    let mut out = entries.concat();
    out.extend([0; 1024]);
    out
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    out.write_all(bytes).unwrap();
    out.finish().unwrap()
}

#[test]
fn archives_that_tools_write_are_read_whole() {
    let hl7 = "MSH|^~\\&|A\rPID|1\r".repeat(5000);
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let deflated = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
    let stored = deflated.compression_method(zip::CompressionMethod::Stored).large_file(true);
    writer.add_directory("d", stored).unwrap();
    writer.start_file("d/b.hl7", deflated).unwrap();
    writer.write_all(hl7.as_bytes()).unwrap();
    writer.start_file("a.json", stored).unwrap();
    writer.write_all(PATIENT).unwrap();
    writer.start_file(".hidden", stored).unwrap();
    let bytes = writer.finish().unwrap().into_inner();
    let got = unzip(&bytes);
    assert!(got.troubles.is_empty(), "{:?}", got.troubles);
    assert_eq!(got.judged(), ["f.zip!d/b.hl7", "f.zip!a.json"]);
    assert_eq!(got.units.len(), 5001);
    assert!(got.ends.iter().all(|end| end.complete && end.digest.is_some()));

    let mut builder = tar::Builder::new(Vec::new());
    let long = format!("{}/b.hl7", "d".repeat(150));
    for (name, data) in [(long.as_str(), hl7.as_bytes()), ("./a.json", PATIENT)] {
        let mut header = tar::Header::new_gnu();
        header.set_size(data.len() as u64);
        header.set_mode(0o644);
        builder.append_data(&mut header, name, data).unwrap();
    }
    let plain = builder.into_inner().unwrap();
    for (id, bytes) in [("f.tar", plain.clone()), ("f.tar.gz", gzip(&plain)), ("f.tgz", gzip(&plain))] {
        let got = stream_of(id, &bytes, &Options::default());
        assert!(got.troubles.is_empty(), "{:?}", got.troubles);
        assert_eq!(got.judged(), [format!("{id}!{long}"), format!("{id}!a.json")]);
        assert_eq!(got.units.len(), 5001);
        assert!(got.ends.iter().all(|end| end.complete && end.digest.is_some()));
    }

    let got = stream_of("d/f.hl7.gz", &gzip(hl7.as_bytes()), &Options::default());
    assert_eq!(got.judged(), ["d/f.hl7.gz!f.hl7"]);
    assert_eq!(got.units.len(), 5000);
}

#[test]
fn an_archive_is_told_by_its_first_bytes_and_read_from_a_file_too() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("feed.json");
    std::fs::write(&path, zip(&[good()], None)).unwrap();
    let got = typed(&[&path], &Options::default()).unwrap();
    assert_eq!((got.units.len(), got.troubles.len()), (1, 0));
    assert!(got.ends.iter().all(|end| end.complete && end.digest.is_some()));
    let got = typed(&[&path], &Options { digest: Digest::Skip, ..Options::default() }).unwrap();
    assert!(got.ends.iter().all(|end| end.complete && end.digest.is_none()));
}

#[test]
fn unsafe_names_are_refused_and_good_entries_survive() {
    for name in [&b"../../x"[..], b"/tmp/x", b"..\\x", b"a/../../x", b"C:\\x", b"CON.json"] {
        let got = unzip(&zip(&[entry(name, PATIENT), good()], None));
        assert_eq!((got.codes(), got.judged()), (vec!["archive-entry-path"], vec!["f.zip!good.json"]));
        let name = String::from_utf8_lossy(name);
        let tar = tar_of(&[
            tar_entry(&name, tar::EntryType::Regular, PATIENT),
            tar_entry("good.json", tar::EntryType::Regular, PATIENT),
        ]);
        let got = stream_of("f.tar", &tar, &Options::default());
        assert_eq!((got.codes(), got.judged()), (vec!["archive-entry-path"], vec!["f.tar!good.json"]));
    }
}

#[test]
fn one_bad_zip_entry_is_told_and_the_others_are_read() {
    let blank = vec![b' '; 20 << 20];
    let cases: Vec<(&str, Entry<'_>)> = vec![
        ("archive-link", Entry { mode: 0o120_777, ..entry(b"l", b"/tmp") }),
        ("archive-special", Entry { mode: 0o010_644, ..entry(b"p", b"") }),
        ("archive-encrypted", Entry { flags: 0x801, ..entry(b"e.json", PATIENT) }),
        ("archive-method", Entry { method: 99, ..entry(b"m.json", PATIENT) }),
        ("archive-crc", Entry { crc: Some(1), ..entry(b"c.json", PATIENT) }),
        ("archive-size-mismatch", Entry { size: Some(0xFFFF_FFF0), ..entry(b"s.json", PATIENT) }),
        ("archive-size-mismatch", Entry { size: Some(10), ..entry(b"t.json", PATIENT) }),
        ("archive-ratio", entry(b"bomb.json", &blank)),
        ("empty", entry(b"n.json", b"")),
    ];
    for (code, bad) in cases {
        let got = unzip(&zip(&[bad, good()], None));
        assert_eq!((got.codes(), got.judged()), (vec![code], vec!["f.zip!good.json"]), "{code}");
    }
}

#[test]
fn what_two_readers_could_understand_differently_is_told() {
    let got = unzip(&zip(&[Entry { local_name: Some(b"b.json"), ..entry(b"a.json", PATIENT) }], None));
    assert_eq!((got.codes(), got.judged()), (vec!["archive-name-mismatch"], vec!["f.zip!a.json"]));

    let got = unzip(&zip(&[entry(b"a.json", PATIENT), entry(b"a.json", b"{}")], None));
    assert_eq!(got.codes(), ["archive-duplicate-name", "archive-duplicate-name"]);
    assert_eq!(got.judged(), ["f.zip!a.json", "f.zip!a.json#2"]);

    let got = unzip(&zip(&[good()], Some(65_535)));
    assert_eq!((got.codes(), got.units.len()), (vec!["archive-entries-mismatch"], 1));

    let overlapping = unzip(&zip(&[Entry { rows: 60_000, ..good() }], None));
    assert_eq!((overlapping.codes(), overlapping.units.len()), (vec!["archive-overlap"], 0));

    let twice =
        [tar_entry("a.json", tar::EntryType::Regular, PATIENT), tar_entry("a.json", tar::EntryType::Regular, b"{}")];
    let got = stream_of("f.tar", &tar_of(&twice), &Options::default());
    assert_eq!((got.codes(), got.units.len()), (vec!["archive-duplicate-name"], 2));
}

#[test]
fn any_cut_of_an_archive_is_told() {
    let zipped = zip(&[good(), entry(b"b.json", PATIENT)], None);
    for length in (10..zipped.len()).step_by(7) {
        assert!(!unzip(&zipped[..length]).troubles.is_empty(), "zip cut at {length}");
    }
    let tarred = tar_of(&[tar_entry("a.json", tar::EntryType::Regular, PATIENT)]);
    for length in [513, 600, 1024] {
        let got = stream_of("f.tar", &tarred[..length], &Options::default());
        assert!(got.codes().contains(&"archive-truncated"), "tar cut at {length}");
    }
    let gzipped = gzip(&tarred);
    for length in 3..gzipped.len() {
        let got = stream_of("f.tgz", &gzipped[..length], &Options::default());
        assert!(!got.troubles.is_empty(), "gzip cut at {length}");
    }
    let mut wrong = gzip(PATIENT);
    let at = wrong.len() - 6;
    wrong[at] ^= 1;
    let got = stream_of("a.json.gz", &wrong, &Options::default());
    assert_eq!((got.codes(), got.units.len()), (vec!["archive-crc"], 0), "what fails its checksum is not judged");
}

#[test]
fn links_and_devices_in_tar_are_refused() {
    let tar = tar_of(&[
        tar_entry("l", tar::EntryType::Symlink, b""),
        tar_entry("h", tar::EntryType::Link, b""),
        tar_entry("p", tar::EntryType::Fifo, b""),
        tar_entry("c", tar::EntryType::Char, b""),
        tar_entry("good.json", tar::EntryType::Regular, PATIENT),
    ]);
    let got = stream_of("f.tar", &tar, &Options::default());
    assert_eq!(got.codes(), ["archive-link", "archive-link", "archive-special", "archive-special"]);
    assert_eq!(got.judged(), ["f.tar!good.json"]);
}

#[test]
fn bytes_after_the_end_of_a_tar_are_told() {
    let tar = tar_of(&[tar_entry("a.json", tar::EntryType::Regular, PATIENT)]).repeat(2);
    let got = stream_of("f.tar", &tar, &Options::default());
    assert_eq!((got.codes(), got.units.len()), (vec!["archive-header"], 1));
}

#[test]
fn a_size_smuggled_in_an_extended_header_is_told() {
    let tar = tar_of(&[
        tar_entry("x", tar::EntryType::XHeader, b"11 size=26\n"),
        tar_entry("a.json", tar::EntryType::Regular, &PATIENT[..20]),
        tar_entry("b.json", tar::EntryType::Regular, PATIENT),
    ]);
    let got = stream_of("f.tar", &tar, &Options::default());
    assert_eq!(got.codes(), ["archive-size-mismatch"]);
    assert_eq!(got.judged(), ["f.tar!a.json", "f.tar!b.json"]);
}

#[test]
fn archives_in_archives_are_read_to_a_depth() {
    let mut inner = (b"leaf.json".to_vec(), PATIENT.to_vec());
    for depth in 1..=4 {
        inner = (format!("l{depth}.zip").into_bytes(), zip(&[entry(&inner.0, &inner.1)], None));
        let got = stream_of("f.zip", &inner.1, &Options::default());
        match depth {
            4 => assert_eq!((got.codes(), got.units.len()), (vec!["archive-nested-too-deep"], 0)),
            _ => assert_eq!((got.codes(), got.units.len()), (vec![], 1), "depth {depth}"),
        }
    }
    let mixed =
        zip(&[entry(b"d.tar.gz", &gzip(&tar_of(&[tar_entry("a.json", tar::EntryType::Regular, PATIENT)])))], None);
    assert_eq!(unzip(&mixed).judged(), ["f.zip!d.tar.gz!a.json"]);
}

#[test]
fn limits_on_entries_and_bytes_cover_all_that_is_nested() {
    let inner = zip(&[entry(b"a.json", PATIENT), entry(b"b.json", PATIENT), entry(b"c.json", PATIENT)], None);
    let outer = zip(&[entry(b"1.zip", &inner), entry(b"2.zip", &inner), entry(b"3.zip", &inner)], None);
    let limits = Limits { archive_entries: 6, ..Limits::default() };
    let got = stream_of("f.zip", &outer, &Options { limits, ..Options::default() });
    assert_eq!((got.codes(), got.units.len()), (vec!["archive-count"], 4));

    let limits = Limits { archive_bytes: inner.len() as u64 + 60, ..Limits::default() };
    let got = stream_of("f.zip", &outer, &Options { limits, ..Options::default() });
    assert_eq!(got.units.len(), 2);
    assert!(got.codes().contains(&"archive-bytes"));
}

#[test]
fn many_refused_entries_are_counted_not_listed() {
    let names: Vec<String> = (0..500).map(|n| format!("e{n}.json")).collect();
    let entries: Vec<Entry<'_>> = names.iter().map(|name| entry(name.as_bytes(), b"")).chain([good()]).collect();
    let got = unzip(&zip(&entries, None));
    assert_eq!((got.ids.len(), got.judged()), (102, vec!["f.zip!good.json"]));
    assert!(got.troubles.contains(&(
        "f.zip".into(),
        "empty",
        None,
        1,
        "400 more entries, not listed one by one".into()
    )));
}

#[test]
fn an_archive_of_nothing_is_told() {
    assert_eq!(unzip(&zip(&[], None)).codes(), ["archive-empty"]);
    assert_eq!(unzip(&zip(&[entry(b".hidden", PATIENT)], None)).codes(), ["archive-empty"]);
    let folders = tar_of(&[tar_entry("d/", tar::EntryType::Directory, b"")]);
    assert_eq!(stream_of("f.tar", &folders, &Options::default()).codes(), ["archive-empty"]);
    assert_eq!(stream_of("f.gz", &gzip(b""), &Options::default()).codes(), ["archive-empty"]);
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig { cases: 200, ..Default::default() })]

    #[test]
    fn no_damage_breaks_it(at in proptest::collection::vec((0usize..2000, proptest::num::u8::ANY), 1..12), pick in 0usize..3) {
        let tarred = tar_of(&[tar_entry("a.json", tar::EntryType::Regular, PATIENT), tar_entry("b", tar::EntryType::XHeader, b"11 size=26\n")]);
        let nested = zip(&[good(), entry(b"t.tgz", &gzip(&tarred)), entry(b"z.zip", &zip(&[good()], None))], None);
        let mut bytes = [nested, gzip(&tarred), tarred][pick].clone();
        let length = bytes.len();
        for (at, value) in at {
            bytes[at % length] = value;
        }
        stream_of("f.zip", &bytes, &Options::default());
    }
}
