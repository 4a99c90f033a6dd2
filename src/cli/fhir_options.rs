//! `--fhir NAME=VALUE` and the table `[fhir]`: how strictly FHIR is checked.
//!
//! In: names and values as text. Out: the engine's [`Options`]. One table says which names there are and what each
//! takes, for the command line, the configuration file and what people are told.

use crate::check::fhir::{Examples, Level, Options, Publication, SecurityChecks};
use std::str::FromStr;

const LEVELS: &str = "ignore, information, warning or error";

/// Every name and what is allowed there, in the order of the file that `init` writes.
pub(crate) const KEYS: &[(&str, &str)] = &[
    ("best-practice", LEVELS),
    ("wrong-displays", LEVELS),
    ("security-checks", "true or false"),
    ("examples", "true or false"),
    ("unknown-extensions", "error or information"),
    ("extension-domains", "a list of URL prefixes under which extensions may be unknown"),
    ("for-publication", "true or false"),
];

/// One name with its value, both as they should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Setting {
    name: &'static str,
    value: String,
}

impl Setting {
    /// The value for `name`; `None` when that takes something else.
    pub(crate) fn new(name: &'static str, value: &str) -> Option<Self> {
        let setting = Self { name, value: value.to_owned() };
        setting.put(&mut Options::default()).map(|()| setting)
    }

    /// Puts it into `options`, over what was there.
    pub(crate) fn set(&self, options: &mut Options) {
        let known = self.put(options);
        debug_assert!(known.is_some(), "a setting is made of what can be set");
    }

    fn put(&self, options: &mut Options) -> Option<()> {
        let value = self.value.as_str();
        match self.name {
            "best-practice" => options.best_practice = level(value)?,
            "wrong-displays" => options.wrong_display = level(value)?,
            "security-checks" => {
                options.security_checks = choice(value, SecurityChecks::Enforced, SecurityChecks::Advised)?;
            }
            "examples" => options.examples = choice(value, Examples::Allowed, Examples::Forbidden)?,
            "for-publication" => options.publication = choice(value, Publication::Meant, Publication::Not)?,
            "unknown-extensions" => {
                options.unknown_extensions =
                    level(value).filter(|level| matches!(level, Level::Error | Level::Information))?;
            }
            "extension-domains" => {
                options.extension_domains =
                    value.split(',').map(|one| one.trim().to_owned()).filter(|one| !one.is_empty()).collect();
            }
            _ => return None,
        }
        Some(())
    }
}

fn level(text: &str) -> Option<Level> {
    Some(match text {
        "ignore" => Level::Ignore,
        "information" => Level::Information,
        "warning" => Level::Warning,
        "error" => Level::Error,
        _ => return None,
    })
}

fn choice<T>(text: &str, yes: T, no: T) -> Option<T> {
    match text {
        "true" => Some(yes),
        "false" => Some(no),
        _ => None,
    }
}

impl FromStr for Setting {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let names = || KEYS.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
        let Some((typed, value)) = text.split_once('=') else {
            return Err(format!("it is written NAME=VALUE, with one of the names {}", names()));
        };
        let Some((name, allowed)) = KEYS.iter().find(|(name, _)| *name == typed) else {
            return Err(format!("there is no such name; the names are {}", names()));
        };
        Self::new(name, value).ok_or_else(|| format!("{name} takes {allowed}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_can_be_set_and_a_later_value_counts() {
        let mut options = Options::default();
        for text in [
            "best-practice=warning",
            "wrong-displays=ignore",
            "wrong-displays=warning",
            "security-checks=true",
            "examples=false",
            "unknown-extensions=information",
            "extension-domains=https://a.example/, https://b.example/",
            "for-publication=true",
        ] {
            text.parse::<Setting>().unwrap_or_else(|error| panic!("{text}: {error}")).set(&mut options);
        }
        assert_eq!((options.best_practice, options.wrong_display), (Level::Warning, Level::Warning));
        assert_eq!(options.security_checks, SecurityChecks::Enforced);
        assert_eq!((options.examples, options.unknown_extensions), (Examples::Forbidden, Level::Information));
        assert_eq!(options.extension_domains, ["https://a.example/", "https://b.example/"]);
        assert_eq!(options.publication, Publication::Meant);
    }

    #[test]
    fn what_cannot_be_set_is_told_with_what_can() {
        let told = |text: &str| text.parse::<Setting>().expect_err("it cannot be set");
        assert!(told("examples").contains("NAME=VALUE"));
        assert!(told("example=true").contains("examples"));
        assert!(told("examples=yes").contains("true or false"));
        assert!(told("unknown-extensions=warning").contains("error or information"));
    }
}
