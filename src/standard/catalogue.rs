//! Every pack of a run: the built-in ones with the user's own laid over them.

use super::files::built_in_digest;
use super::pack::{Integration, Origin, Pack, Requirement};
use super::rule::Rule;
use super::{Files, Severity, built_in};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::PathBuf;

/// A pack that cannot be used: which file, where in it, and what is wrong.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{file}: {message}")]
pub struct PackError {
    /// The file, as a person would open it.
    pub file: String,
    /// Its text, when there is a place in it to show.
    pub text: Option<String>,
    /// Byte range in the text.
    pub at: std::ops::Range<usize>,
    /// What is wrong and what is allowed there.
    pub message: String,
}

impl PackError {
    /// An error about a file as a whole.
    pub fn new(file: impl Into<String>, message: impl Into<String>) -> Self {
        Self { file: file.into(), text: None, at: 0..0, message: message.into() }
    }

    /// An error at a place in a file's text.
    pub fn at(file: &str, text: &str, at: std::ops::Range<usize>, message: impl Into<String>) -> Self {
        Self { file: file.to_owned(), text: Some(text.to_owned()), at, message: message.into() }
    }
}

/// The pack of Hallmark's own rules, about a run and not about a message; in force whatever standards are used.
pub const OWN_PACK: &str = "hallmark";

/// Every pack and integration of a run.
#[derive(Debug, Default)]
pub struct Catalogue {
    /// In the order of the integrations file.
    pub integrations: Vec<Integration>,
    /// By layer, then id.
    pub packs: Vec<Pack>,
    /// The files behind each pack, by pack id.
    files: BTreeMap<String, std::sync::Arc<Files>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct IntegrationsFile {
    #[serde(default)]
    integration: Vec<Integration>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RulesFile {
    #[serde(default)]
    rule: Vec<toml::Spanned<Rule>>,
}

impl Catalogue {
    /// Loads the built-in packs and lays the packs in `folders` over them: a pack with a new id is added, one with a
    /// known id replaces it.
    ///
    /// # Errors
    /// The first thing wrong with a pack, with its place.
    pub fn load(folders: &[PathBuf]) -> Result<Self, PackError> {
        let mut catalogue = Self::default();
        catalogue.add(built_in(), Origin::BuiltIn, "standards")?;
        for folder in folders {
            catalogue.add(Files::read(folder)?, Origin::User, &folder.display().to_string())?;
        }
        catalogue.packs.sort_by(|a, b| (a.layer, &a.id).cmp(&(b.layer, &b.id)));
        catalogue.check()?;
        Ok(catalogue)
    }

    fn add(&mut self, files: Files, origin: Origin, shown: &str) -> Result<(), PackError> {
        let files = std::sync::Arc::new(files);
        if let Some(bytes) = files.get("integrations.toml") {
            let read: IntegrationsFile = toml_file(&format!("{shown}/integrations.toml"), bytes)?;
            for integration in read.integration {
                self.integrations.retain(|known| known.id != integration.id);
                self.integrations.push(integration);
            }
        }
        for id in files.packs().map(str::to_owned).collect::<Vec<_>>() {
            let pack = read_pack(&files, &id, origin, shown)?;
            self.packs.retain(|known| known.id != pack.id);
            self.files.insert(pack.id.clone(), std::sync::Arc::clone(&files));
            self.packs.push(pack);
        }
        Ok(())
    }

    /// The pack called `id`.
    pub fn pack(&self, id: &str) -> Option<&Pack> {
        self.packs.iter().find(|pack| pack.id == id)
    }

    /// The rule with this code, and its pack.
    pub fn rule(&self, code: &str) -> Option<(&Pack, &Rule)> {
        self.packs.iter().find_map(|pack| Some((pack, pack.rules.iter().find(|rule| rule.code == code)?)))
    }

    /// A file of a pack, by its path below the pack's folder.
    pub fn file(&self, pack: &str, path: &str) -> Option<&[u8]> {
        self.files.get(pack)?.get(&format!("{pack}/{path}"))
    }

    /// The files of a pack below `folder` (which ends in a slash): their paths below the pack, and bytes.
    pub fn files_below(&self, pack: &str, folder: &str) -> Vec<(String, &[u8])> {
        let Some(files) = self.files.get(pack) else { return Vec::new() };
        let prefix = format!("{pack}/{folder}");
        let cut = pack.len() + 1;
        files.below(&prefix).map(|(name, bytes)| (name[cut..].to_owned(), bytes)).collect::<Vec<_>>()
    }

    /// Keeps only the packs in `ids`, what they build on, and [`OWN_PACK`].
    ///
    /// # Errors
    /// The first id that is no pack, with the known ones.
    pub fn keep(&mut self, ids: &[String]) -> Result<(), String> {
        let mut wanted: BTreeSet<String> = BTreeSet::new();
        let mut ahead: Vec<String> = ids.to_vec();
        while let Some(id) = ahead.pop() {
            let Some(pack) = self.pack(&id) else {
                let known: Vec<_> = self.packs.iter().map(|pack| pack.id.as_str()).collect();
                return Err(format!("there is no standard called {id}; there are: {}", known.join(", ")));
            };
            if wanted.insert(id) {
                ahead.extend(pack.builds_on.iter().cloned());
            }
        }
        self.packs.retain(|pack| wanted.contains(&pack.id) || pack.id == OWN_PACK);
        Ok(())
    }

    /// What must hold between packs.
    fn check(&self) -> Result<(), PackError> {
        let mut codes: BTreeMap<&str, &str> = BTreeMap::new();
        for pack in &self.packs {
            let manifest = || format!("{}/standard.toml", pack.id);
            for needed in &pack.builds_on {
                if self.pack(needed).is_none() {
                    let message = format!("builds_on names {needed}, which is not a standard here");
                    return Err(PackError::new(manifest(), message));
                }
            }
            for rule in &pack.rules {
                if let Some(other) = codes.insert(&rule.code, &pack.id) {
                    let message = format!("the rule code {} is already used in {other}", rule.code);
                    return Err(self.rule_error(pack, rule, message));
                }
                for id in rule.blocks.iter().chain(&rule.degrades).chain(pack.integrations.iter()) {
                    if !self.integrations.iter().any(|known| known.id == *id) {
                        let message =
                            format!("{} names the integration {id}, which is not in integrations.toml", rule.code);
                        return Err(self.rule_error(pack, rule, message));
                    }
                }
                for id in &rule.requirement {
                    if !pack.requirements.iter().any(|known| known.id == *id) {
                        let message =
                            format!("{} tests the requirement {id}, which requirements.csv does not have", rule.code);
                        return Err(self.rule_error(pack, rule, message));
                    }
                }
            }
        }
        Ok(())
    }

    /// An error that points at a rule in its file.
    pub fn rule_error(&self, pack: &Pack, rule: &Rule, message: impl Into<String>) -> PackError {
        let text = self.file(&pack.id, rule.file.strip_prefix(&format!("{}/", pack.id)).unwrap_or(&rule.file));
        let text = String::from_utf8_lossy(text.unwrap_or_default()).into_owned();
        let end = text[rule.offset.min(text.len())..].find('\n').map_or(text.len(), |n| rule.offset + n);
        PackError::at(&rule.file, &text, rule.offset.min(text.len())..end, message)
    }
}

fn read_pack(files: &Files, id: &str, origin: Origin, shown: &str) -> Result<Pack, PackError> {
    let name = |rest: &str| format!("{shown}/{id}/{rest}");
    let manifest = files.get(&format!("{id}/standard.toml")).unwrap_or_default();
    let mut pack: Pack = toml_file(&name("standard.toml"), manifest)?;
    if pack.id != id && origin == Origin::BuiltIn {
        return Err(PackError::new(name("standard.toml"), format!("id is {} but the folder is {id}", pack.id)));
    }
    id.clone_into(&mut pack.id);
    pack.origin = origin;
    if let Some(bytes) = files.get(&format!("{id}/requirements.csv")) {
        pack.requirements = requirements(&name("requirements.csv"), bytes)?;
    }
    for (path, bytes) in files.below(&format!("{id}/rules/")) {
        if !path.ends_with(".toml") {
            continue;
        }
        let shown_path = format!("{shown}/{path}");
        let read: RulesFile = toml_file(&shown_path, bytes)?;
        let text = String::from_utf8_lossy(bytes);
        for spanned in read.rule {
            let offset = spanned.span().start;
            let mut rule = spanned.into_inner();
            path.clone_into(&mut rule.file);
            rule.offset = offset;
            sound(&rule).map_err(|message| {
                let end = text[offset..].find('\n').map_or(text.len(), |n| offset + n);
                PackError::at(&shown_path, &text, offset..end, format!("{}: {message}", rule.code))
            })?;
            pack.rules.push(rule);
        }
    }
    let made = if origin == Origin::BuiltIn { built_in_digest(id) } else { None };
    pack.digest = made.map_or_else(|| digest(files, id), str::to_owned);
    Ok(pack)
}

/// What must hold of a rule by itself.
fn sound(rule: &Rule) -> Result<(), String> {
    rule.test().map_err(str::to_owned)?;
    if !rule.blocks.is_empty() && !rule.source.verified {
        return Err("its source is not verified, so it may not block; move the integrations to degrades".to_owned());
    }
    if !rule.blocks.is_empty() && rule.severity > Severity::Error {
        return Err("a warning or information cannot block; raise the severity or move to degrades".to_owned());
    }
    for (field, text) in [("why", &rule.why), ("fix", &rule.fix), ("source.title", &rule.source.title)] {
        if text.trim().is_empty() {
            return Err(format!("{field} is empty"));
        }
    }
    Ok(())
}

fn requirements(file: &str, bytes: &[u8]) -> Result<Vec<Requirement>, PackError> {
    let mut reader = csv::ReaderBuilder::new().from_reader(bytes);
    let mut found: Vec<Requirement> = Vec::new();
    for row in reader.deserialize() {
        let row: Requirement = row.map_err(|error| PackError::new(file, error.to_string()))?;
        if found.iter().any(|known| known.id == row.id) {
            return Err(PackError::new(file, format!("the requirement {} is there twice", row.id)));
        }
        found.push(row);
    }
    Ok(found)
}

fn toml_file<T: serde::de::DeserializeOwned>(file: &str, bytes: &[u8]) -> Result<T, PackError> {
    let text = std::str::from_utf8(bytes).map_err(|_| PackError::new(file, "the file is not UTF-8"))?;
    toml::from_str(text)
        .map_err(|error| PackError::at(file, text, error.span().unwrap_or(0..0), error.message().to_owned()))
}

/// SHA-256 over the names, lengths and bytes of a pack's files.
fn digest(files: &Files, id: &str) -> String {
    let mut hash = Sha256::new();
    for (name, bytes) in files.below(&format!("{id}/")) {
        hash.update(name.as_bytes());
        hash.update([0]);
        hash.update((bytes.len() as u64).to_be_bytes());
        hash.update(bytes);
    }
    hash.finalize().iter().fold(String::new(), |mut text, byte| {
        let _infallible = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_packs_load() {
        let catalogue = Catalogue::load(&[]).unwrap_or_else(|error| panic!("{error}"));
        assert!(!catalogue.packs.is_empty() && !catalogue.integrations.is_empty());
        let layers: Vec<_> = catalogue.packs.iter().map(|pack| pack.layer).collect();
        assert!(layers.is_sorted());
    }

    #[test]
    fn the_digests_made_with_the_binary_are_those_of_the_files() {
        let files = built_in();
        for id in files.packs() {
            assert_eq!(built_in_digest(id), Some(digest(&files, id).as_str()), "{id}");
        }
    }
}
