//! The whole engine for tests: standards and packages laid together, resources checked, findings as text.

use hallmark::check::fhir::Options;
use hallmark::check::{Engine, Expected, Plan, Plans, RuleId, Shown, Tally, Unit};
use hallmark::compile::hl7v2::Compiler;
use hallmark::standard::fhir::Syntax;
use hallmark::standard::fhir::package::{Limits, Package, open};
use hallmark::standard::{Catalogue, Outcome, Severity};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Standards with packages over them.
pub(crate) struct House {
    pub(crate) plan: Plan,
    pub(crate) compiler: Compiler,
}

impl House {
    /// The standards `used`, with `packages` over FHIR's definitions, the last on top.
    pub(crate) fn of(used: &[&str], packages: &[PathBuf]) -> Self {
        let mut catalogue = Catalogue::load(&[]).unwrap_or_else(|error| panic!("{error}"));
        let used: Vec<String> = used.iter().map(|&id| id.to_owned()).collect();
        catalogue.keep(&used).unwrap_or_else(|error| panic!("{error}"));
        let plan = Plan::new(catalogue);
        let packages: Vec<Package> = packages
            .iter()
            .map(|path| open(path, &Limits::default()).unwrap_or_else(|error| panic!("{}: {error}", path.display())))
            .collect();
        let compiler = Compiler::new(&plan).unwrap_or_else(|error| panic!("{error}"));
        Self { compiler: compiler.with_fhir(packages, Options::default()), plan }
    }

    /// What the check of one resource comes to.
    pub(crate) fn check(&self, text: &[u8], syntax: Syntax) -> Tally {
        let mut engine = Engine::new(&self.plan, &self.compiler, Shown::Shapes);
        let artifact: Arc<str> = "a".into();
        let unit = Unit { bytes: text, artifact: &artifact, item: 1, first_line: 1, indent: 0 };
        match syntax {
            Syntax::Json => engine.json(unit, Expected::Resource),
            Syntax::Xml => engine.xml(unit, Expected::Resource),
        };
        engine.finish()
    }

    /// The rules that found errors, each with the first place.
    pub(crate) fn errors(&self, tally: &Tally) -> BTreeSet<(String, String)> {
        let failed = tally
            .groups
            .iter()
            .filter(|(key, _)| key.outcome == Outcome::Failed && self.plan.rule(key.rule).severity == Severity::Error);
        failed
            .map(|(key, group)| {
                let first = group.first.keys().next().map_or(String::new(), |place| place.path.to_string());
                (self.plan.rule(key.rule).code.clone(), format!("{first}: {}", key.message))
            })
            .collect()
    }

    /// Every finding as `CODE outcome path: message`, rules of `without` aside.
    pub(crate) fn findings(&self, tally: &Tally, without: &[RuleId]) -> BTreeSet<String> {
        let groups = tally.groups.iter().filter(|(key, _)| !without.contains(&key.rule));
        groups
            .flat_map(|(key, group)| {
                let code = &self.plan.rule(key.rule).code;
                group.first.keys().map(move |place| format!("{code} {:?} {}: {}", key.outcome, place.path, key.message))
            })
            .collect()
    }

    /// Rules on what one notation alone has.
    pub(crate) fn of_notation(&self) -> Vec<RuleId> {
        ["fhir.element-order", "fhir.json-array", "fhir.xml-attribute"]
            .iter()
            .filter_map(|code| self.compiler.syntax().rule(code))
            .collect()
    }
}

/// Where things are that stay out of the repository.
pub(crate) fn shared() -> PathBuf {
    std::env::var_os("HALLMARK_SHARED").map_or_else(|| PathBuf::from("../shared"), PathBuf::from)
}

/// The package `name` (`NAME-VERSION`), when somebody put it where tests look: `ci/suites/packages.sh` fetches what the
/// tests want.
pub(crate) fn package(name: &str) -> Option<PathBuf> {
    let folders = [Path::new(env!("CARGO_MANIFEST_DIR")).join("ci/out/packages"), shared().join("packages")];
    folders.iter().map(|folder| folder.join(format!("{name}.tgz"))).find(|path| path.is_file())
}

/// The resources of a package, each with its file's name within `package/`.
pub(crate) fn resources(archive: &Path) -> Vec<(String, Vec<u8>)> {
    use std::io::Read as _;
    let file = std::fs::File::open(archive).expect("the package can be opened");
    let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(file));
    let mut all = Vec::new();
    for entry in archive.entries().expect("the package can be read") {
        let mut entry = entry.expect("the package can be read");
        let path = entry.path().expect("a path").into_owned();
        let Some(name) = path.strip_prefix("package").ok().and_then(Path::to_str).map(str::to_owned) else { continue };
        let is_resource = !name.split('/').any(|step| step.starts_with('.')) && name != "package.json";
        if is_resource && (name.ends_with(".json") || name.ends_with(".xml")) {
            let mut bytes = Vec::new();
            entry.read_to_end(&mut bytes).expect("the package can be read");
            all.push((name, bytes));
        }
    }
    all.sort();
    all
}

/// What `make` makes of each of `all`, on two threads, in their order.
pub(crate) fn each<T: Sync, R: Send>(all: &[T], make: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let half = all.len().div_ceil(2).max(1);
    std::thread::scope(|scope| {
        let make = &make;
        let parts: Vec<_> =
            all.chunks(half).map(|part| scope.spawn(move || part.iter().map(make).collect::<Vec<R>>())).collect();
        parts.into_iter().flat_map(|part| part.join().expect("no check panics")).collect()
    })
}
