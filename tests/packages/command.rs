//! `standards fetch` and `check --package`, through the real binary.

use crate::server::Server;
use crate::{Made, Says, site};
use std::path::PathBuf;
use std::process::{Command, Output};
use tempfile::TempDir;

/// A project, a home, and the binary run there with nothing of our environment.
struct Project {
    folder: TempDir,
}

impl Project {
    fn new() -> Self {
        let project = Self { folder: tempfile::tempdir().expect("a temporary folder") };
        project.write("patient.json", br#"{"resourceType":"Patient","id":"a"}"#);
        project
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, bytes: &[u8]) {
        std::fs::write(self.path(name), bytes).expect("it is ours");
    }

    fn output(&self, arguments: &[&str], environment: &[(&str, &str)]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_hallmark"));
        command.env_clear().env("HOME", self.path("home")).env("LC_ALL", "C.UTF-8").env("COLUMNS", "400");
        command.envs(environment.iter().copied()).current_dir(self.folder.path()).args(arguments);
        command.output().expect("it starts")
    }

    /// What was said when the check could run; what it found is not of interest here.
    #[track_caller]
    fn checked(&self, arguments: &[&str]) -> String {
        let arguments = [&["check", "patient.json", "--fail-on", "never"], arguments].concat();
        let code = self.output(&arguments, &[]).status.code().unwrap_or(-1);
        assert_ne!(code, 2);
        self.run(&arguments, code)
    }

    /// What was said on both streams, without the marks of its layout, when the code was `code`.
    #[track_caller]
    fn run(&self, arguments: &[&str], code: i32) -> String {
        let output = self.output(arguments, &[]);
        let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert_eq!(output.status.code(), Some(code), "{said}");
        let words = said.split_whitespace().filter(|word| !["│", "×", "╰─▶", "·"].contains(word));
        words.collect::<Vec<_>>().join(" ")
    }
}

#[test]
fn a_package_is_fetched_locked_and_used() {
    let made = [Made::new("a.top", "1.0.0", &[("a.base", "2.0.0")]), Made::new("a.base", "2.0.0", &[])];
    let server = Server::start(site(made.to_vec(), Says::Sha1));
    let project = Project::new();
    let said = project.run(&["standards", "fetch", "a.top@1.0.0", "--registry", &server.url()], 0);
    assert!(said.contains(&format!("installed a.top@1.0.0 sha256:{}", made[0].sha256())), "{said}");
    assert!(project.path("home/.cache/hallmark/packages/a.base#2.0.0/package/profile.json").is_file());
    let lock = std::fs::read_to_string(project.path("hallmark.lock")).expect("it was written");
    assert!(lock.contains(&made[1].sha256()) && lock.contains("source = \"http://127.0.0.1"), "{lock}");
    project.checked(&["--package", "a.top@1.0.0", "--locked"]);
    // The same from the lock alone, in another home.
    std::fs::remove_dir_all(project.path("home")).expect("it is ours");
    let said = project.run(&["check", "patient.json", "--package", "a.top@1.0.0"], 2);
    assert!(said.contains("hallmark standards fetch a.top@1.0.0"), "{said}");
    let said = project.run(&["standards", "fetch", "--locked", "--registry", &server.url()], 0);
    assert!(said.contains("installed a.top@1.0.0") && said.contains("installed a.base@2.0.0"), "{said}");
    assert_eq!(std::fs::read_to_string(project.path("hallmark.lock")).expect("it is there"), lock);
}

#[test]
fn what_is_locked_is_refused_when_it_is_another() {
    let made = Made::new("a.b", "1.0.0", &[]);
    let server = Server::start(site(vec![made], Says::Sha1));
    let project = Project::new();
    project.run(&["standards", "fetch", "a.b@1.0.0", "--registry", &server.url()], 0);
    let other = Made::new("a.b", "1.0.0", &[("a.c", "1.0.0")]);
    project.write("other.tgz", &other.tgz);
    let said = project.run(&["check", "patient.json", "--package", "other.tgz"], 2);
    assert!(said.contains("not the package that hallmark.lock names") && said.contains(&other.sha256()), "{said}");
    let server = Server::start(site(vec![other], Says::Sha1));
    std::fs::remove_dir_all(project.path("home")).expect("it is ours");
    let said = project.run(&["standards", "fetch", "--registry", &server.url()], 2);
    assert!(said.contains("not the package that hallmark.lock names"), "{said}");
    assert!(!project.path("home/.cache/hallmark/packages/a.b#1.0.0").exists());
    project.write(
        "hallmark.lock",
        b"version = 1\n[[package]]\nname = 'a.b'\nversion = '1.0.0'\nsha256 = 'x'\nsource = ''\n",
    );
    let said = project.run(&["check", "patient.json", "--package", "other.tgz"], 2);
    assert!(said.contains("hallmark.lock:5") && said.contains("64 digits"), "{said}");
}

#[test]
fn mistakes_are_told_where_they_stand() {
    let project = Project::new();
    for (arguments, want) in [
        (["--package", "a.b@1.0.0"], "Run `hallmark standards fetch a.b@1.0.0`"),
        (["--package", "a.b"], "named with its version"),
        (["--package", "absent.tgz"], "no such file or folder"),
        (["--package", "../../x@1"], "no such file or folder"),
        (["--package", "patient.txt"], "neither a package nor a FHIR resource"),
        (["--profile", "Patient"], "no canonical URL"),
    ] {
        project.write("patient.txt", b"MSH|");
        let said = project.run(&["check", "patient.json", arguments[0], arguments[1]], 2);
        assert!(said.contains(want), "{arguments:?}: {said}");
    }
    project.write("hallmark.toml", b"paths = ['patient.json']\n[packages]\nuse = ['patient.json', 'a.b@1.0.0']\n");
    let said = project.run(&["check"], 2);
    assert!(said.contains("hallmark.toml:3:24") && said.contains("standards fetch a.b@1.0.0"), "{said}");
    project.write("hallmark.toml", b"[packages]\nprofiles = ['x y']\n");
    assert!(project.run(&["check", "patient.json"], 2).contains("hallmark.toml:2:13"));
    project.write("hallmark.toml", b"[packages]\nregistries = ['http://example.org']\nuse = ['a.b@1.0.0']\n");
    let said = project.run(&["standards", "fetch"], 2);
    assert!(said.contains("hallmark.toml:2:15") && said.contains("not encrypted"), "{said}");
    let said = project.run(&["--no-config", "standards", "fetch"], 2);
    assert!(said.contains("nothing to fetch"), "{said}");
    let said = project.run(&["--no-config", "standards", "fetch", "a.b@1.0.0", "--locked"], 2);
    assert!(said.contains("there is no hallmark.lock"), "{said}");
}

#[test]
fn what_others_build_on_and_is_missing_is_said_and_stops_nothing() {
    let project = Project::new();
    project.write("a.tgz", &Made::new("a.b", "1.0.0", &[("a.c", "2.0.0"), ("hl7.fhir.r4.core", "4.0.1")]).tgz);
    let said = project.checked(&["--package", "a.tgz"]);
    assert!(said.contains("a.b@1.0.0 builds on a.c@2.0.0") && said.contains("standards fetch a.c@2.0.0"), "{said}");
    assert!(!said.contains("r4.core"), "{said}");
    project.write("c.tgz", &Made::new("a.c", "2.0.1", &[]).tgz);
    let said = project.checked(&["--package", "a.tgz", "--package", "c.tgz"]);
    assert!(said.contains("a.c@2.0.1 is used for it"), "{said}");
    let said = project.checked(&["--package", "a.tgz", "--quiet"]);
    assert!(!said.contains("builds on"), "{said}");
    let said = project.run(&["check", "patient.json", "--package", "a.tgz", "--locked"], 2);
    assert!(said.contains("does not name it"), "{said}");
    // A lock that was made without it is repeated without it.
    let server = Server::start(site(vec![Made::new("a.b", "1.0.0", &[("a.c", "2.0.0")])], Says::Sha1));
    let said = project.run(&["standards", "fetch", "a.b@1.0.0", "--registry", &server.url()], 2);
    assert!(said.contains("1 of 2 packages could not be fetched"), "{said}");
    let said = project.run(&["standards", "fetch", "--locked", "--registry", &server.url()], 0);
    assert!(said.contains("present a.b@1.0.0") && said.contains("not locked a.c@2.0.0"), "{said}");
    let said = project.checked(&["--package", "a.b@1.0.0", "--locked"]);
    assert!(said.contains("a.b@1.0.0 builds on a.c@2.0.0"), "{said}");
}

#[test]
fn the_cache_of_other_tools_is_read() {
    let project = Project::new();
    let folder = project.path("home/.fhir/packages/a.b#1.0.0/package");
    std::fs::create_dir_all(&folder).expect("it is ours");
    std::fs::write(folder.join("package.json"), r#"{"name":"a.b","version":"1.0.0"}"#).expect("it is ours");
    project.checked(&["--package", "a.b@1.0.0"]);
    project.checked(&["--package", "a.b@1.0.x"]);
    std::fs::write(folder.join("package.json"), r#"{"name":"a.c","version":"1.0.0"}"#).expect("it is ours");
    assert!(project.run(&["check", "patient.json", "--package", "a.b@1.0.0"], 2).contains("calls itself a.c@1.0.0"));
}

#[test]
fn the_token_goes_to_the_registry_that_was_typed_and_to_no_other() {
    let server = Server::start(site(vec![Made::new("a.b", "1.0.0", &[])], Says::Sha1));
    let other = Server::start(site(vec![Made::new("a.c", "1.0.0", &[])], Says::Sha1));
    let project = Project::new();
    let token = [("HALLMARK_REGISTRY_TOKEN", "s3cret")];
    let both = ["--registry", &server.url(), "--registry", &other.url()];
    let output = project.output(&[&["standards", "fetch", "a.b@1.0.0", "a.c@1.0.0"][..], &both[..]].concat(), &token);
    assert!(output.status.success(), "{output:?}");
    assert!(server.seen().iter().all(|seen| seen.headers["authorization"] == "Bearer s3cret"));
    assert!(!other.seen().is_empty() && other.seen().iter().all(|seen| !seen.headers.contains_key("authorization")));
    // A configuration file, which may come with somebody else's project, gets no token.
    let project = Project::new();
    project.write("hallmark.toml", format!("[packages]\nregistries = ['{}']\n", other.url()).as_bytes());
    let output = project.output(&["standards", "fetch", "a.c@1.0.0"], &token);
    assert!(output.status.success() && String::from_utf8_lossy(&output.stderr).contains("is not used"), "{output:?}");
    assert!(other.seen().iter().all(|seen| !seen.headers.contains_key("authorization")));
}
