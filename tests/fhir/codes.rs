//! Kinds of fault: each is told by some check and answered by some rule, so that no rule waits for what never comes.

use hallmark::check::fhir::Code;
use std::path::Path;

/// The text of every file of the program but the table of codes itself and the tests.
fn source(folder: &Path, into: &mut String) {
    for entry in std::fs::read_dir(folder).expect("the folder is there") {
        let path = entry.expect("an entry can be read").path();
        if path.is_dir() {
            if !path.ends_with("tests") {
                source(&path, into);
            }
        } else if !path.ends_with("check/fhir/code.rs") && !path.ends_with("tests.rs") {
            into.push_str(&std::fs::read_to_string(&path).unwrap_or_default());
        }
    }
}

/// Whether `word` stands in `text` with no letter or digit beside it.
fn names(text: &str, word: &str) -> bool {
    let part = |letter: Option<char>| letter.is_some_and(|letter| letter.is_alphanumeric() || letter == '_');
    text.match_indices(word)
        .any(|(at, _)| !part(text[..at].chars().next_back()) && !part(text[at + word.len()..].chars().next()))
}

#[test]
fn every_kind_of_fault_is_told_by_a_check_and_has_a_rule() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (mut text, mut rules) = (String::new(), String::new());
    source(&root.join("src"), &mut text);
    source(&root.join("standards/fhir-base/rules"), &mut rules);
    assert!(names(&text, "CardinalityMin") && !names(&text, "CardinalityMi"), "the search finds whole names");
    for &code in Code::ALL {
        let quoted = format!("\"{}\"", code.as_str());
        assert!(names(&text, &format!("{code:?}")) || text.contains(&quoted), "no check tells {quoted}");
        assert!(rules.contains(&quoted), "no rule answers {quoted}");
    }
}
