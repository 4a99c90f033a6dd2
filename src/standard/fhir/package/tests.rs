use super::*;
use std::fs;
use std::io::Write;

const MANIFEST: &str = r#"{"name":"evil.pkg","version":"0.0.1","fhirVersions":["4.0.1"]}"#;
const PROFILE: &str = r#"{"resourceType":"StructureDefinition","id":"p","url":"http://x/p","version":"1"}"#;

/// A member of an archive for tests: its raw header may say what no tool would write.
struct Made<'a> {
    name: &'a str,
    kind: u8,
    data: &'a [u8],
    /// The size in its header; that of the data when there is none.
    declared: Option<usize>,
}

fn file<'a>(name: &'a str, data: &'a str) -> Made<'a> {
    Made { name, kind: b'0', data: data.as_bytes(), declared: None }
}

fn tar(members: &[Made<'_>]) -> Vec<u8> {
    let mut out = Vec::new();
    for made in members {
        let mut block = [0u8; 512];
        block[..made.name.len()].copy_from_slice(made.name.as_bytes());
        let size = format!("{:011o}\0", made.declared.unwrap_or(made.data.len()));
        block[124..136].copy_from_slice(size.as_bytes());
        block[156] = made.kind;
        block[157..161].copy_from_slice(b"/tmp");
        block[257..263].copy_from_slice(b"ustar\0");
        block[148..156].copy_from_slice(b"        ");
        let sum: u32 = block.iter().map(|b| u32::from(*b)).sum();
        block[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        out.extend_from_slice(&block);
        out.extend_from_slice(made.data);
        out.resize(out.len().next_multiple_of(512), 0);
    }
    out.resize(out.len() + 1024, 0);
    out
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes).expect("memory takes it");
    encoder.finish().expect("memory takes it")
}

fn opened(bytes: &[u8]) -> Result<Package, PackageError> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("a.tgz");
    fs::write(&path, bytes).expect("it is ours");
    open(&path, &Limits::default())
}

#[track_caller]
fn refused(members: &[Made<'_>], want: &str) -> PackageError {
    let mut all = vec![file("package/package.json", MANIFEST)];
    all.extend(members.iter().map(|m| Made { name: m.name, kind: m.kind, data: m.data, declared: m.declared }));
    let error = opened(&gzip(&tar(&all))).expect_err("it must be refused");
    assert!(error.to_string().contains(want), "{error}");
    error
}

#[test]
fn an_archive_gives_its_resources_and_nothing_of_sub_folders() {
    let package = opened(&gzip(&tar(&[
        file(
            "package/package.json",
            r#"{"name":"a.b","version":"1.2.0","fhirVersions":["4.0.1"],"canonical":"http://x",
            "dependencies":{"hl7.fhir.r4.core":"4.0.1","c.d":"2.0.x"}}"#,
        ),
        file("package/p.json", &format!("\u{feff}{PROFILE}")),
        file("./package/ValueSet-a", r#"{"resourceType":"ValueSet","url":"http://x/a"}"#),
        file("package/c.xml", "<CodeSystem xmlns='http://hl7.org/fhir'><url value='http://x/c'/></CodeSystem>"),
        file("package/examples/Patient.json", r#"{"resourceType":"Patient"}"#),
        file("package/examples/Patient.json", r#"{"resourceType":"Other"}"#),
        file("package/.index.json", "{"),
        file("package/._p.json", "\0"),
        file("package/other/spec.internals", "x"),
        file("package/ig-r4.json", r#"{"date":"2020"}"#),
        file("package/broken.json", "{"),
        Made { name: "package/", kind: b'5', data: b"", declared: None },
        file("xml/x.xml", "<a/>"),
    ])))
    .expect("it is a package");
    assert_eq!((package.label.as_str(), package.name.as_deref()), ("a.b@1.2.0", Some("a.b")));
    assert_eq!(package.canonical.as_deref(), Some("http://x"));
    assert_eq!(
        package.dependencies.iter().map(ToString::to_string).collect::<Vec<_>>(),
        ["hl7.fhir.r4.core@4.0.1", "c.d@2.0.x"]
    );
    let seen: Vec<_> =
        package.entries.iter().map(|e| (e.file.as_str(), e.resource_type.as_str(), e.url.as_deref())).collect();
    assert_eq!(
        seen,
        [
            ("ValueSet-a", "ValueSet", Some("http://x/a")),
            ("c.xml", "CodeSystem", Some("http://x/c")),
            ("p.json", "StructureDefinition", Some("http://x/p")),
        ]
    );
    assert_eq!(package.skipped, [Skipped { file: "broken.json".into(), why: "it is not well-formed JSON".into() }]);
    assert_eq!(package.bytes(&package.entries[2]).expect("it is held"), PROFILE.as_bytes());
    assert_eq!(package.sha256.as_ref().map(String::len), Some(64));
}

#[test]
fn unsafe_members_refuse_the_whole_package_and_are_named() {
    for name in ["package/../../x", "/tmp/x", "package\\..\\x", "C:/x", "package/nul.json"] {
        let error = refused(&[file(name, "{}")], "the name");
        assert!(error.entry.is_some(), "{error:?}");
    }
    let special = |kind| Made { name: "package/l.json", kind, data: b"", declared: None };
    refused(&[special(b'1')], "it is a link");
    refused(&[special(b'2')], "it is a link");
    for kind in [b'3', b'4', b'6', b'S', b'Z'] {
        refused(&[special(kind)], "special file");
    }
    refused(&[file("package/a.json", "{}"), file("package/a.json", "[]")], "two different files");
    refused(&[file("package/package.json", r#"{"name":"other","version":"9"}"#)], "two different files");
    let pax = "15 size=100000\n";
    let smuggled =
        [Made { name: "pax", kind: b'x', data: pax.as_bytes(), declared: None }, file("package/a.json", "{}")];
    refused(&smuggled, "different sizes");
    refused(
        &[Made { name: "package/a.json", kind: b'0', data: b"{}", declared: Some(900_000) }],
        "ends inside an entry",
    );
    let escape = refused(&[file("/\u{1b}[2J\u{202e}", "{}")], "absolute");
    assert!(!escape.to_string().contains(['\u{1b}', '\u{202e}']), "{escape}");
}

#[test]
fn bombs_and_broken_streams_are_refused() {
    let blanks = " ".repeat(40 << 20);
    refused(&[file("package/big.json", &blanks)], "expands more than 200 times");
    // Names of a kind that hardly compress, so that the number of files is met before the ratio.
    let mut state = 1u64;
    let names: Vec<String> = std::iter::repeat_with(|| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        format!("package/examples/{state:016x}.json")
    })
    .take(50_001)
    .collect();
    let many = tar(&names.iter().map(|name| file(name, "")).collect::<Vec<_>>());
    assert!(opened(&gzip(&many)).expect_err("too many").to_string().contains("50000 files"));
    let good = gzip(&tar(&[file("package/package.json", MANIFEST), file("package/p.json", PROFILE)]));
    assert!(opened(&good).is_ok());
    let cut = opened(&good[..good.len() / 2]).expect_err("it is cut").to_string();
    assert!(cut.contains("ends before its end mark") || cut.contains("corrupt"), "{cut}");
    let mut flipped = good.clone();
    let last = flipped.len() - 6;
    flipped[last] ^= 1;
    assert!(opened(&flipped).expect_err("its checksum is wrong").to_string().contains("corrupt"));
    let mut after = tar(&[file("package/package.json", MANIFEST)]);
    after.extend_from_slice(&tar(&[file("package/../x", "{}")]));
    assert!(opened(&gzip(&after)).expect_err("bytes follow").to_string().contains("after the end"));
    assert!(
        opened(&gzip(&tar(&[file("x.json", "{}")]))).expect_err("no manifest").to_string().contains("package.json")
    );
    assert!(opened(b"").is_err() && opened(b"PK\x03\x04").is_err());
}

#[test]
fn a_manifest_cannot_name_what_would_be_a_path() {
    let manifest = |text: &str| opened(&gzip(&tar(&[file("package/package.json", text)])));
    for (text, want) in [
        (r#"{"name":"../../x","version":"1"}"#, "its name"),
        (r#"{"name":"a","version":".."}"#, "its version"),
        (r#"{"name":"a","version":"1","dependencies":{"../x":"1"}}"#, "by what is no name"),
        (r#"{"name":"a","version":"1","dependencies":{"x":"file:///etc"}}"#, "by what is no name"),
        (r#"{"name":"a","version":"1","dependencies":{"x":"1","x":"2"}}"#, "twice"),
        (r#"{"name":"a","name":"b","version":"1"}"#, "not a package manifest"),
        (r#"{"name":"a"}"#, "not a package manifest"),
        ("{", "is not JSON"),
    ] {
        let error = manifest(text).expect_err(text).to_string();
        assert!(error.contains(want) && error.contains("package.json"), "{text}: {error}");
    }
    let deep = format!(r#"{{"name":"a","version":"1","x":{}"#, "[".repeat(100_000));
    assert!(manifest(&deep).is_err());
    assert_eq!(manifest("\u{feff}{\"name\":\"a\",\"version\":\"1\"}").expect("it is one").label, "a@1");
}

#[test]
fn a_resource_too_deep_is_told_and_never_read() {
    let deep = format!(r#"{{"resourceType":"ValueSet","x":{}{}}}"#, "[".repeat(5_000), "]".repeat(5_000));
    let all = [file("package/package.json", MANIFEST), file("package/d.json", &deep)];
    let package = opened(&gzip(&tar(&all))).expect("the package is safe");
    assert!(package.entries.is_empty());
    assert_eq!(package.skipped[0].why, "it nests deeper than any definition does");
}

#[test]
fn a_folder_is_read_with_and_without_its_index() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let root = folder.path().join("package");
    fs::create_dir_all(root.join("examples")).expect("it is ours");
    let write = |name: &str, text: &str| fs::write(root.join(name), text).expect("it is ours");
    write("package.json", MANIFEST);
    write("p.json", PROFILE);
    write("v.xml", "<ValueSet xmlns='http://hl7.org/fhir'><url value='http://x/v'/></ValueSet>");
    write("examples/x.json", PROFILE);
    let bare = open(folder.path(), &Limits::default()).expect("it is one");
    assert_eq!(bare.entries.len(), 2);
    write(
        ".index.json",
        r#"{"files":[{"filename":"p.json","resourceType":"Listed","url":"http://listed"},
        {"filename":"../../etc/passwd","resourceType":"ValueSet"},{"filename":"gone.json","resourceType":"ValueSet"}]}"#,
    );
    for path in [folder.path(), &root] {
        let package = open(path, &Limits::default()).expect("it is one");
        let seen: Vec<_> = package.entries.iter().map(|e| (e.file.as_str(), e.url.as_deref())).collect();
        assert_eq!(seen, [("p.json", Some("http://listed")), ("v.xml", Some("http://x/v"))]);
        assert_eq!(package.bytes(&package.entries[0]).expect("it is there"), PROFILE.as_bytes());
        fs::remove_file(root.join("p.json")).expect("it is there");
        assert!(package.bytes(&package.entries[0]).expect_err("it is gone").to_string().contains("p.json"));
        write("p.json", PROFILE);
    }
    write("p.json", &"[".repeat(5_000));
    assert!(bare.bytes(&bare.entries[0]).is_err());
}

#[test]
#[cfg(unix)]
fn links_in_a_folder_are_not_followed() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let outside = folder.path().join("secret.json");
    fs::write(&outside, PROFILE).expect("it is ours");
    let root = folder.path().join("p");
    fs::create_dir(&root).expect("it is ours");
    fs::write(root.join("package.json"), MANIFEST).expect("it is ours");
    std::os::unix::fs::symlink(&outside, root.join("l.json")).expect("it is ours");
    let package = open(&root, &Limits::default()).expect("it is one");
    assert!(package.entries.is_empty());
    assert_eq!(package.skipped[0].why, "it is not a regular file");
}

#[test]
fn one_resource_is_a_package_of_its_own() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("p.json");
    fs::write(&path, PROFILE).expect("it is ours");
    let package = open(&path, &Limits::default()).expect("it is a resource");
    assert_eq!((package.label.as_str(), package.entries.len(), package.name), ("p.json", 1, None));
    for (text, want) in [("MSH|", "neither a package"), ("{}", "no resource type"), ("{", "well-formed")] {
        fs::write(&path, text).expect("it is ours");
        assert!(open(&path, &Limits::default()).expect_err(text).to_string().contains(want), "{text}");
    }
    assert!(
        open(&folder.path().join("absent"), &Limits::default()).expect_err("absent").to_string().contains("no such")
    );
}

#[test]
fn real_packages_open_where_they_are_at_hand() {
    let mut seen = 0;
    let shared = std::env::var_os("HALLMARK_SHARED").map_or_else(|| PathBuf::from("../shared"), PathBuf::from);
    for folder in ["packages", "suites/fhir-validator/packages"] {
        for entry in fs::read_dir(shared.join(folder)).into_iter().flatten().flatten() {
            let package = open(&entry.path(), &Limits::default()).expect("published packages are sound");
            assert!(package.name.is_some() && !package.entries.is_empty(), "{}", package.label);
            assert!(package.entries.iter().all(|entry| package.bytes(entry).is_ok_and(|bytes| bytes.len() > 20)));
            assert!(package.skipped.is_empty(), "{}: {:?}", package.label, package.skipped);
            seen += 1;
        }
    }
    if seen == 0 {
        println!("skipped: 9 real packages, which are not here");
    }
}
