//! Fetching, as the library does it: what comes, what is refused, what is asked of whom.

use crate::server::{Reply, Seen, Server};
use crate::{Made, Says, file, noise, site, tgz};
use hallmark::standard::fhir::package::{
    Caches, Fetch, Fetched, How, Limits, Lock, Pinned, Registries, Strictness, Watcher,
};
use hallmark::web::{Client, Credential, Patience, address};
use std::path::PathBuf;
use std::time::{Duration, Instant};
use tempfile::TempDir;

struct Nobody;

impl Watcher for Nobody {
    fn begins(&mut self, _: &Pinned) {}
    fn at(&mut self, _: u64, _: Option<u64>) {}
    fn done(&mut self, _: &Fetched) {}
}

/// A cache, a lock, and how to fetch.
struct Bench {
    folder: TempDir,
    lock: Lock,
    strictness: Strictness,
    tries: u32,
    limits: Limits,
    token: Option<(String, &'static str)>,
}

impl Bench {
    fn new() -> Self {
        Self {
            folder: tempfile::tempdir().expect("a temporary folder"),
            lock: Lock::default(),
            strictness: Strictness::Free,
            tries: 3,
            limits: Limits::default(),
            token: None,
        }
    }

    fn cache(&self) -> PathBuf {
        self.folder.path().join("cache")
    }

    fn caches(&self) -> Caches {
        Caches::new(Some(self.cache()), Vec::new())
    }

    fn fetch(&mut self, registries: &[&Server], asked: &[&str]) -> Vec<Fetched> {
        let patience = Patience {
            connect: Duration::from_secs(2),
            idle: Duration::from_millis(600),
            answer: Duration::from_secs(10),
            download: Duration::from_secs(10),
            tries: self.tries,
            pause: Duration::from_millis(5),
        };
        let credential = self
            .token
            .as_ref()
            .map(|(url, token)| Credential::new(&address(url).expect("it is one"), token).expect("it is one"));
        let client = Client::new(patience, credential).expect("there is a runtime");
        let urls: Vec<String> = registries.iter().map(|server| server.url()).collect();
        let registries = Registries::new(&urls, client).map_err(|(_, error)| error).expect("they are on this computer");
        let caches = self.caches();
        let fetch = Fetch {
            registries: &registries,
            caches: &caches,
            strictness: self.strictness,
            limits: self.limits.clone(),
        };
        let asked: Vec<Pinned> = asked.iter().map(|text| Pinned::parse(text).expect("it is one")).collect();
        fetch.run(&asked, &mut self.lock, &mut Nobody).expect("there is a cache")
    }

    /// What was said of the one package that cannot be had; nothing of it may be left where packages are.
    #[track_caller]
    fn refused(&mut self, server: &Server, asked: &str) -> String {
        let fetched = self.fetch(&[server], &[asked]);
        let How::Failed(error) = &fetched[0].how else { panic!("{fetched:?}") };
        let installed: Vec<_> = std::fs::read_dir(self.cache())
            .into_iter()
            .flatten()
            .flatten()
            .map(|entry| entry.file_name())
            .filter(|name| name != ".parts")
            .collect();
        assert!(installed.is_empty(), "{installed:?}");
        error.to_string()
    }
}

fn parts(bench: &Bench) -> usize {
    std::fs::read_dir(bench.cache().join(".parts")).map_or(0, Iterator::count)
}

fn downloads(server: &Server) -> Vec<Seen> {
    server.seen().into_iter().filter(|seen| seen.path.starts_with("/-/")).collect()
}

#[test]
fn a_package_comes_with_what_it_builds_on_and_then_needs_no_network() {
    for says in [Says::Sha512, Says::Sha1] {
        let (top, base) = (
            Made::new("a.top", "1.0.0", &[("a.base", "2.0.x"), ("hl7.fhir.r4.core", "4.0.1")]),
            [
                Made::new("a.base", "2.0.0", &[("a.top", "1.0.0")]),
                Made::new("a.base", "2.0.7", &[("a.top", "1.0.0")]),
                Made::new("a.base", "2.1.0", &[]),
            ],
        );
        let server = Server::start(site([std::slice::from_ref(&top), &base[..]].concat(), says));
        let mut bench = Bench::new();
        let fetched = bench.fetch(&[&server], &["a.top@1.0.0"]);
        let said: Vec<String> = fetched.iter().map(|fetched| fetched.pinned.to_string()).collect();
        assert_eq!(said, ["a.top@1.0.0", "a.base@2.0.7", "hl7.fhir.r4.core@4.0.1"], "{fetched:?}");
        assert_eq!(fetched[0].how, How::Installed(top.sha256()));
        assert_eq!((&fetched[1].by, &fetched[2].how), (&Some("a.top@1.0.0".to_owned()), &How::BuiltIn));
        let locked: Vec<String> = bench.lock.packages().map(|(pinned, _)| pinned.to_string()).collect();
        assert_eq!(locked, ["a.base@2.0.7", "a.top@1.0.0"]);
        let package = bench.cache().join("a.top#1.0.0/package");
        assert!(package.join("profile.json").is_file() && package.join(".index.json").is_file());
        assert!(!package.join("other").exists(), "what is no definition stays out");
        assert_eq!(parts(&bench), 0);
        let asked = server.seen().len();
        let again = bench.fetch(&[&server], &["a.top@1.0.0"]);
        assert_eq!(again[0].how, How::Present(top.sha256()));
        assert_eq!((server.seen().len(), again.len()), (asked, 3), "the lock says which 2.0.x");
    }
}

#[test]
fn what_is_not_what_it_is_said_to_be_is_not_installed() {
    let made = Made::new("a.b", "1.0.0", &[]);
    let server = Server::start(site(vec![made.clone()], Says::Lies));
    let mut bench = Bench::new();
    assert!(bench.refused(&server, "a.b@1.0.0").contains("its SHA-1 is another"));
    assert_eq!((downloads(&server).len(), parts(&bench)), (1, 0), "a wrong digest is not tried again");

    let server = Server::start(site(vec![made.clone()], Says::Nothing));
    assert!(bench.refused(&server, "a.b@1.0.0").contains("nothing vouches for it"));
    bench.lock.add(Pinned::parse("a.b@1.0.0").expect("it is one"), made.sha256(), String::new());
    assert_eq!(bench.fetch(&[&server], &["a.b@1.0.0"])[0].how, How::Installed(made.sha256()));

    let other = Made { name: "a.b", version: "1.0.0", ..Made::new("a.c", "1.0.0", &[]) };
    let server = Server::start(site(vec![other], Says::Sha512));
    assert!(Bench::new().refused(&server, "a.b@1.0.0").contains("calls itself a.c@1.0.0"));
}

#[test]
fn a_hostile_archive_is_refused_whole() {
    let manifest = br#"{"name":"a.b","version":"1.0.0"}"#.to_vec();
    for (name, want) in [("package/../../x.json", "outside"), ("/tmp/x.json", "absolute"), ("package\\x", "backslash")]
    {
        let tgz = tgz(&[("package/package.json", manifest.clone()), (name, b"{}".to_vec())]);
        let server = Server::start(site(vec![Made { name: "a.b", version: "1.0.0", tgz }], Says::Sha512));
        let said = Bench::new().refused(&server, "a.b@1.0.0");
        assert!(said.contains(want) && said.contains("a.b@1.0.0"), "{said}");
    }
}

#[test]
fn a_download_that_breaks_off_goes_on_where_it_did() {
    let made = Made::new("a.b", "1.0.0", &[]);
    let good = site(vec![made.clone()], Says::Sha512);
    let path = made.path();
    let server = Server::start(move |seen: &Seen| {
        let reply = good(seen);
        Reply { cut: (seen.path == path && seen.before == 0).then_some(20_000), ..reply }
    });
    let mut bench = Bench::new();
    assert_eq!(bench.fetch(&[&server], &["a.b@1.0.0"])[0].how, How::Installed(made.sha256()));
    let ranges: Vec<_> = downloads(&server).iter().map(|seen| seen.headers.get("range").cloned()).collect();
    assert_eq!(ranges, [None, Some("bytes=20000-".to_owned())]);
}

#[test]
fn a_later_run_goes_on_where_an_earlier_one_ended() {
    let made = Made::new("a.b", "1.0.0", &[]);
    let good = site(vec![made.clone()], Says::Sha512);
    let path = made.path();
    let server = Server::start(move |seen: &Seen| {
        let reply = good(seen);
        Reply { cut: (seen.path == path && seen.before == 0).then_some(20_000), ..reply }
    });
    let mut bench = Bench { tries: 1, ..Bench::new() };
    assert!(bench.refused(&server, "a.b@1.0.0").contains("broke off"));
    assert_eq!(parts(&bench), 1);
    assert_eq!(bench.fetch(&[&server], &["a.b@1.0.0"])[0].how, How::Installed(made.sha256()));
    assert_eq!(downloads(&server)[1].headers["range"], "bytes=20000-");
    assert_eq!(parts(&bench), 0);
}

#[test]
fn a_part_that_is_of_something_else_is_thrown_away_once() {
    let made = Made::new("a.b", "1.0.0", &[]);
    let good = site(vec![made.clone()], Says::Sha512);
    let path = made.path();
    // The server first sends other bytes and breaks off, as one does whose file was replaced meanwhile.
    let server = Server::start(move |seen: &Seen| match good(seen) {
        _ if seen.path == path && seen.before == 0 => {
            Reply { cut: Some(9_000), ..Reply::of(200, noise(30_000).into_bytes()) }
        }
        reply => reply,
    });
    let mut bench = Bench { tries: 1, ..Bench::new() };
    bench.refused(&server, "a.b@1.0.0");
    assert_eq!(bench.fetch(&[&server], &["a.b@1.0.0"])[0].how, How::Installed(made.sha256()));
    assert_eq!(downloads(&server).len(), 3);
    // A part that is longer than the file ever was.
    let (good, path) = (site(vec![made.clone()], Says::Sha512), made.path());
    let server = Server::start(move |seen: &Seen| match good(seen) {
        _ if seen.path == path && seen.before == 0 => Reply { cut: Some(90_000), ..Reply::of(200, vec![0; 100_000]) },
        reply => reply,
    });
    let mut bench = Bench { tries: 1, ..Bench::new() };
    bench.refused(&server, "a.b@1.0.0");
    bench.tries = 2;
    assert_eq!(bench.fetch(&[&server], &["a.b@1.0.0"])[0].how, How::Installed(made.sha256()));
}

#[test]
fn the_first_registry_that_knows_a_name_owns_it() {
    let private = Server::start(site(vec![Made::new("a.private", "1.0.0", &[])], Says::Sha512));
    let public = Server::start(site(
        vec![Made::new("a.private", "9.9.9", &[]), Made::new("a.public", "1.0.0", &[])],
        Says::Sha512,
    ));
    let mut bench = Bench::new();
    let fetched =
        bench.fetch(&[&private, &public], &["a.private@9.9.9", "a.private@latest", "a.public@1.0.0", "a.no@1.0.0"]);
    let How::Failed(error) = &fetched[0].how else { panic!("{fetched:?}") };
    assert!(error.to_string().contains("has no such version") && error.help.contains("1.0.0"), "{error:?}");
    assert_eq!(fetched[1].pinned.to_string(), "a.private@1.0.0");
    assert!(matches!(fetched[2].how, How::Installed(_)));
    assert!(matches!(&fetched[3].how, How::Failed(error) if error.to_string().contains("no registry knows it")));
    assert!(public.seen().iter().all(|seen| seen.path != "/a.private"), "nobody else is asked for a private name");
    // Also when the first cannot answer.
    let broken = Server::start(|_: &Seen| Reply::of(500, ""));
    let fetched = Bench::new().fetch(&[&broken, &public], &["a.private@9.9.9"]);
    assert!(matches!(&fetched[0].how, How::Failed(error) if error.to_string().contains("status 500")), "{fetched:?}");
}

#[test]
fn what_passes_is_tried_again_and_what_stays_ends() {
    let made = Made::new("a.b", "1.0.0", &[]);
    let good = site(vec![made.clone()], Says::Sha512);
    let server = Server::start(move |seen: &Seen| match seen.before {
        0 => Reply::of(503, "").header("Retry-After", "0"),
        1 => Reply::of(429, ""),
        _ => good(seen),
    });
    assert_eq!(Bench::new().fetch(&[&server], &["a.b@1.0.0"])[0].how, How::Installed(made.sha256()));
    assert_eq!(server.seen().len(), 6);
    let dead = Server::start(|_: &Seen| Reply::of(502, ""));
    assert!(Bench::new().refused(&dead, "a.b@1.0.0").contains("status 502"));
    assert_eq!(dead.seen().len(), 3);
    for status in [400, 401, 410] {
        let dead = Server::start(move |_: &Seen| Reply::of(status, ""));
        Bench::new().refused(&dead, "a.b@1.0.0");
        assert_eq!(dead.seen().len(), 1, "{status}");
    }
}

#[test]
fn silence_has_an_end() {
    let made = Made::new("a.b", "1.0.0", &[]);
    let (good, path) = (site(vec![made.clone()], Says::Sha512), made.path());
    let slow = Server::start(move |seen: &Seen| {
        let reply = good(seen);
        if seen.path == path { Reply { cut: Some(100), stall: true, ..reply } } else { reply }
    });
    let began = Instant::now();
    let said = Bench { tries: 2, ..Bench::new() }.refused(&slow, "a.b@1.0.0");
    assert!(said.contains("silent") || said.contains("in time"), "{said}");
    assert!(began.elapsed() < Duration::from_secs(8), "{:?}", began.elapsed());
    let nobody = Server::start(|_: &Seen| Reply { stall: true, cut: Some(0), ..Reply::of(200, "{}") });
    Bench { tries: 1, ..Bench::new() }.refused(&nobody, "a.b@1.0.0");
}

#[test]
fn sizes_have_an_end() {
    let made = Made::new("a.b", "1.0.0", &[]);
    let limits = Limits { archive_bytes: 10_000, ..Limits::default() };
    let server = Server::start(site(vec![made.clone()], Says::Sha512));
    let mut bench = Bench { limits: limits.clone(), ..Bench::new() };
    assert!(bench.refused(&server, "a.b@1.0.0").contains("longer than 10000 bytes"));
    // Without a declared length, and without an end.
    let (good, path) = (site(vec![made.clone()], Says::Sha512), made.path());
    let endless = Server::start(move |seen: &Seen| {
        if seen.path == path { Reply { endless: true, ..Reply::of(200, vec![0; 4096]) } } else { good(seen) }
    });
    let mut bench = Bench { limits, ..Bench::new() };
    assert!(bench.refused(&endless, "a.b@1.0.0").contains("longer than 10000 bytes"));
}

#[test]
fn a_redirect_is_followed_without_the_token_and_never_into_another_host_of_this_computer() {
    let made = Made::new("a.b", "1.0.0", &[]);
    let tgz = made.tgz.clone();
    let store = Server::start(move |seen: &Seen| file(&tgz, seen));
    let (good, path, target) = (site(vec![made.clone()], Says::Sha512), made.path(), store.url());
    let front = Server::start({
        let (good, path) = (good.clone(), path.clone());
        move |seen: &Seen| {
            if seen.path == path { Reply::of(302, "").header("Location", format!("{target}/x")) } else { good(seen) }
        }
    });
    let mut bench = Bench { token: Some((front.url(), "s3cret")), ..Bench::new() };
    assert_eq!(bench.fetch(&[&front], &["a.b@1.0.0"])[0].how, How::Installed(made.sha256()));
    assert!(front.seen().iter().all(|seen| seen.headers["authorization"] == "Bearer s3cret"));
    assert!(!store.seen().is_empty() && store.seen().iter().all(|seen| !seen.headers.contains_key("authorization")));
    for location in ["http://localhost:1/x", "file:///etc/passwd", "http://example.org/x", "http://a:b@127.0.0.1/x"] {
        let (good, path) = (good.clone(), path.clone());
        let server =
            Server::start(
                move |seen: &Seen| {
                    if seen.path == path { Reply::of(302, "").header("Location", location) } else { good(seen) }
                },
            );
        let said = Bench::new().refused(&server, "a.b@1.0.0");
        assert!(said.contains("not followed"), "{location}: {said}");
    }
    let round = Server::start(|_: &Seen| Reply::of(301, "").header("Location", "/a.b"));
    assert!(Bench::new().refused(&round, "a.b@1.0.0").contains("not followed"));
    assert_eq!(round.seen().len(), 6);
}

#[test]
fn a_lock_holds_to_the_byte() {
    let made = Made::new("a.b", "1.0.0", &[]);
    let server = Server::start(site(vec![made.clone()], Says::Sha512));
    let mut bench = Bench::new();
    bench.lock.add(Pinned::parse("a.b@1.0.0").expect("it is one"), "0".repeat(64), String::new());
    assert!(bench.refused(&server, "a.b@1.0.0").contains("is not the package that hallmark.lock names"));
    let mut strict = Bench { strictness: Strictness::Locked, ..Bench::new() };
    assert!(strict.refused(&server, "a.b@1.0.0").contains("does not name it"));
    assert_eq!(downloads(&server).len(), 1, "what is not locked is not asked for");
    strict.lock.add(Pinned::parse("a.b@1.0.0").expect("it is one"), made.sha256(), String::new());
    assert_eq!(strict.fetch(&[&server], &["a.b@1.0.0"])[0].how, How::Installed(made.sha256()));
    // What is installed and differs from the lock is brought anew.
    let mut other = Bench { folder: strict.folder, ..Bench::new() };
    let newer = Made::new("a.b", "1.0.0", &[("hl7.fhir.r4.core", "4.0.1")]);
    other.lock.add(Pinned::parse("a.b@1.0.0").expect("it is one"), newer.sha256(), String::new());
    let server = Server::start(site(vec![newer.clone()], Says::Sha512));
    assert_eq!(other.fetch(&[&server], &["a.b@1.0.0"])[0].how, How::Installed(newer.sha256()));
}

#[test]
fn answers_that_are_none_are_told() {
    for (body, want) in [
        ("<html>", "does not answer as a registry"),
        ("{}", "no such version"),
        (r#"{"versions":{"1.0.0":{}}}"#, "where its file is"),
        (r#"{"versions":{"1.0.0":{"dist":{"tarball":"http://example.org/x.tgz","shasum":"x"}}}}"#, "not asked"),
        (r#"{"versions":{"1.0.0":{"dist":{"tarball":"file:///etc/passwd"}}}}"#, "not asked"),
    ] {
        let server = Server::start(move |_: &Seen| Reply::of(200, body));
        let said = Bench::new().refused(&server, "a.b@1.0.0");
        assert!(said.contains(want), "{body}: {said}");
    }
}

/// The npm protocol as a real server of it speaks; only where the tester names one that can be reached.
#[test]
fn a_real_registry_speaks_the_same_protocol() {
    let Ok(url) = std::env::var("HALLMARK_TEST_REGISTRY") else {
        println!("skipped: 1 fetch from a real registry; HALLMARK_TEST_REGISTRY names none");
        return;
    };
    let mut bench = Bench::new();
    let client = Client::new(Patience::default(), None).expect("there is a runtime");
    let registries = Registries::new(&[url], client).map_err(|(_, error)| error).expect("it is an address");
    let caches = bench.caches();
    let fetch =
        Fetch { registries: &registries, caches: &caches, strictness: Strictness::Free, limits: Limits::default() };
    let asked = [Pinned::parse("hl7.fhir.r3.expansions@3.0.2").expect("it is one")];
    assert!(matches!(fetch.run(&asked, &mut bench.lock, &mut Nobody).expect("there is a cache")[0].how, How::BuiltIn));
    let asked = [Pinned::parse("fhir.nhs.uk.stu3.assets@1.0.0").expect("it is one")];
    let fetched = fetch.run(&asked, &mut bench.lock, &mut Nobody).expect("there is a cache");
    assert!(matches!(fetched[0].how, How::Installed(_)), "{fetched:?}");
}
