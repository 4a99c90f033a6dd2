//! Answers of terminology servers on disk, for the next run.
//!
//! In: a question's digest. Out: what the server said then, while that is fresh. A file is one answer, named by the
//! digest of server, language and question and written whole or not at all, so that several runs may share the folder.
//! It holds what the server said and when, never what was asked and nothing of a message. Whatever cannot be read counts
//! as not there, and a folder that cannot be written to keeps nothing.

use super::wire::Said;
use crate::check::terminology::{About, Question};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Bytes a kept answer may have.
const MAX_BYTES: u64 = 1 << 20;
/// How long it is believed that a server does not hold something.
const LACKING: Duration = Duration::from_secs(24 * 60 * 60);

/// A folder of answers.
#[derive(Debug)]
pub(super) struct Cache {
    folder: PathBuf,
    /// The server and the language, which an answer depends on.
    context: String,
    keep: Duration,
    now: u64,
}

/// A file.
#[derive(Deserialize, Serialize)]
struct Kept {
    form: u32,
    /// Seconds since 1970.
    at: u64,
    said: Word,
}

/// [`Said`], as far as it is kept.
#[derive(Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
enum Word {
    Yes(Option<String>),
    No,
    Names(Vec<String>),
    NoSystem,
    NoVersion,
    NoSet,
    NoNames,
}

/// The form of the files.
const FORM: u32 = 1;

impl Cache {
    /// The answers of the server at `base` in `folder`, believed for `keep`, as of now.
    pub(super) fn new(folder: &Path, base: &str, language: Option<&str>, keep: Duration) -> Self {
        let context = format!("{base}\n{}", language.unwrap_or_default());
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        let cache = Self { folder: folder.join(&hex(context.as_bytes())[..16]), context, keep, now };
        cache.sweep();
        cache
    }

    /// What was said of `question`, if it is still to be believed.
    pub(super) fn get(&self, question: &Question) -> Option<Said> {
        let path = self.path(question);
        let kept = read(&path)?;
        if !self.is_fresh(&kept) {
            // Somebody else may have written it anew meanwhile; then it is asked for once more than it need be.
            let _ = fs::remove_file(&path);
            return None;
        }
        Some(match kept.said {
            Word::Yes(display) => Said::Yes(display),
            Word::No => Said::No,
            Word::Names(names) => Said::Names(names),
            Word::NoSystem => Said::NoSystem,
            Word::NoVersion => Said::NoVersion,
            Word::NoSet => Said::NoSet,
            Word::NoNames => Said::NoNames,
        })
    }

    /// Keeps what was said; what may pass is not kept.
    pub(super) fn put(&self, question: &Question, said: &Said) {
        let said = match said {
            Said::Yes(display) => Word::Yes(display.clone()),
            Said::No => Word::No,
            Said::Names(names) => Word::Names(names.clone()),
            Said::NoSystem => Word::NoSystem,
            Said::NoVersion => Word::NoVersion,
            Said::NoSet => Word::NoSet,
            Said::NoNames => Word::NoNames,
            Said::Status(_) | Said::Nonsense => return,
        };
        // Without a cache the next run asks again: nothing to trouble anybody with.
        let _ = write(&self.path(question), &Kept { form: FORM, at: self.now, said });
    }

    fn is_fresh(&self, kept: &Kept) -> bool {
        let lacking = matches!(kept.said, Word::NoSystem | Word::NoVersion | Word::NoSet | Word::NoNames);
        let keep = if lacking { self.keep.min(LACKING) } else { self.keep };
        // An answer of the future is of a wrong clock.
        kept.at <= self.now + 60 && self.now.saturating_sub(kept.at) < keep.as_secs()
    }

    fn path(&self, question: &Question) -> PathBuf {
        let name = hex(self.key(question).as_bytes());
        self.folder.join(&name[..2]).join(format!("{}.json", &name[2..]))
    }

    /// Everything that the answer depends on, each part with its length, so that no two questions read alike.
    fn key(&self, question: &Question) -> String {
        let mut key = String::new();
        let mut add = |text: &str| key.push_str(&format!("{}:{text};", text.len()));
        let mut maybe = |text: Option<&str>| match text {
            Some(text) => add(&format!("+{text}")),
            None => add("-"),
        };
        maybe(Some(&self.context));
        match &question.about {
            About::System => maybe(Some("system")),
            About::Names => maybe(Some("names")),
            About::Set(url, version) => {
                maybe(Some("set"));
                maybe(Some(url));
                maybe(version.as_deref());
            }
            About::Part(filters) => {
                maybe(Some("part"));
                filters.iter().flatten().for_each(|text| maybe(Some(text)));
                maybe(None);
            }
        }
        maybe(question.system.as_deref());
        maybe(question.version.as_deref());
        maybe(Some(&question.code));
        key
    }

    /// Removes what is too old from one of the 256 folders: over the runs, from all.
    fn sweep(&self) {
        let one = getrandom::u32().unwrap_or_default() & 0xFF;
        let Ok(files) = fs::read_dir(self.folder.join(format!("{one:02x}"))) else { return };
        for path in files.flatten().map(|file| file.path()) {
            if read(&path).is_some_and(|kept| !self.is_fresh(&kept)) {
                let _ = fs::remove_file(&path);
            }
        }
    }
}

fn read(path: &Path) -> Option<Kept> {
    let mut bytes = Vec::new();
    fs::File::open(path).ok()?.take(MAX_BYTES).read_to_end(&mut bytes).ok()?;
    serde_json::from_slice::<Kept>(&bytes).ok().filter(|kept| kept.form == FORM)
}

fn write(path: &Path, kept: &Kept) -> std::io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new(""));
    fs::create_dir_all(folder)?;
    // Readable by its owner alone, and under its name only when it is whole.
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(serde_json::to_string(kept)?.as_bytes())?;
    file.persist(path)?;
    Ok(())
}

fn hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(code: &str) -> Question {
        Question { about: About::System, system: Some("http://loinc.org".into()), version: None, code: code.into() }
    }

    #[test]
    fn answers_are_kept_while_they_are_fresh_and_for_their_server() {
        let folder = tempfile::tempdir().unwrap();
        let cache = |base: &str| Cache::new(folder.path(), base, None, Duration::from_secs(30 * 24 * 3600));
        let here = cache("https://a.example");
        here.put(&asked("1"), &Said::Yes(Some("One".into())));
        here.put(&asked("2"), &Said::NoSystem);
        here.put(&asked("3"), &Said::Status(500));
        assert_eq!(here.get(&asked("1")), Some(Said::Yes(Some("One".into()))));
        assert_eq!(here.get(&asked("3")), None);
        assert_eq!(cache("https://b.example").get(&asked("1")), None);
        let later = |days: u64| Cache { now: here.now + days * 24 * 3600, ..cache("https://a.example") };
        assert_eq!(later(2).get(&asked("2")), None, "that a server lacks something is believed for a day");
        assert!(later(29).get(&asked("1")).is_some());
        assert_eq!(later(31).get(&asked("1")), None);
        assert_eq!(here.get(&asked("1")), None, "what is too old is removed");
    }

    #[test]
    fn what_is_damaged_is_not_there_and_names_tell_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::new(folder.path(), "https://a.example", None, Duration::from_secs(3600));
        cache.put(&asked("8480-6"), &Said::No);
        let path = cache.path(&asked("8480-6"));
        assert!(!path.display().to_string().contains("8480"));
        assert!(!fs::read_to_string(&path).unwrap().contains("8480"));
        fs::write(&path, "{\"form\":1,").unwrap();
        assert_eq!(cache.get(&asked("8480-6")), None);
        let mut other = asked("8480-6");
        other.about = About::Set("http://loinc.org".into(), None);
        assert_ne!(cache.path(&other), path);
    }
}
