//! The shape of the house, read from its source: no stage imports a later one, and every file is small, plainly named
//! and says what it is for.
//!
//! The order is the design's: ingest → detect → parse → check → judge → report, the command line last. Six rooms lie
//! below every stage (spans, archives, markup, the web, the instance, the packs) and one beside them: `compile` turns definitions into the
//! assertions that `check` runs, so it may use `check`, and nothing but the command line may use it.

use std::fs;
use std::path::{Path, PathBuf};

/// Each room and the rooms it may import, itself aside.
const MAY_IMPORT: &[(&str, &[&str])] = &[
    ("span", &[]),
    ("archive", &[]),
    ("markup", &[]),
    ("web", &[]),
    ("instance", &["span"]),
    ("standard", &["span", "archive", "markup", "web", "instance"]),
    ("ingest", &["span", "archive", "instance", "standard"]),
    ("detect", &["span", "instance", "standard", "ingest"]),
    ("parse", &["span", "markup", "instance", "standard", "ingest", "detect"]),
    ("check", &["span", "instance", "standard", "ingest", "detect", "parse"]),
    ("compile", &["span", "instance", "standard", "ingest", "detect", "parse", "check"]),
    ("judge", &["span", "instance", "standard", "ingest", "detect", "parse", "check"]),
    ("report", &["span", "instance", "standard", "ingest", "detect", "parse", "check", "judge"]),
    (
        "cli",
        &["span", "instance", "standard", "ingest", "detect", "parse", "check", "compile", "judge", "report", "web"],
    ),
];

/// Past this many lines a file is two rooms; the house rule argues from 400.
const MAX_LINES: usize = 600;

/// Names that say nothing of what is inside.
const EMPTY_NAMES: &[&str] = &["util", "utils", "helper", "helpers", "manager", "misc", "common"];

#[test]
fn no_stage_imports_a_later_one() {
    let mut wrong = Vec::new();
    let mut imports = 0;
    for (path, modules, text) in sources() {
        let Some(room) = modules.first() else { continue };
        let (_, allowed) = MAY_IMPORT
            .iter()
            .find(|(name, _)| name == room)
            .unwrap_or_else(|| panic!("src/{room} has no place in the order of the stages: give it one in this test"));
        for target in imported_rooms(&text, modules.len()) {
            imports += 1;
            let known = MAY_IMPORT.iter().any(|(name, _)| *name == target);
            if known && target != *room && !allowed.contains(&target.as_str()) {
                wrong.push(format!("{}: {room} imports {target}", path.display()));
            }
        }
    }
    assert!(imports > 20, "the scan found only {imports} imports, so it is not reading them");
    assert!(wrong.is_empty(), "a stage imports a later one:\n{}", wrong.join("\n"));
}

#[test]
fn the_order_itself_goes_one_way() {
    for (place, (room, allowed)) in MAY_IMPORT.iter().enumerate() {
        for target in *allowed {
            let at = MAY_IMPORT.iter().position(|(name, _)| name == target);
            assert!(at.is_some_and(|at| at < place), "{room} may import {target}, which is not before it");
        }
    }
}

#[test]
fn files_are_small_and_plainly_named_and_say_what_they_are_for() {
    let mut wrong = Vec::new();
    for (path, modules, text) in sources() {
        let lines = text.lines().count();
        if lines > MAX_LINES {
            wrong.push(format!("{}: {lines} lines; at most {MAX_LINES}", path.display()));
        }
        if modules.iter().any(|name| EMPTY_NAMES.contains(&name.as_str())) {
            wrong.push(format!("{}: the name says nothing of what is inside", path.display()));
        }
        // A file of tests needs no introduction: its name says it.
        let tests = modules.last().is_some_and(|name| name == "tests" || name.ends_with("_tests"));
        if !tests && !text.starts_with("//! ") {
            wrong.push(format!("{}: does not begin with a module comment (//!)", path.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn readers_of_xml_are_made_in_one_place_only() {
    let mut wrong = Vec::new();
    let mut constructors = 0;
    for (path, modules, text) in sources() {
        let readers = makers_of_readers(&text);
        if modules.first().is_some_and(|room| room == "markup") {
            constructors += readers;
        } else if readers > 0 {
            wrong.push(format!("{}: makes a reader of XML itself; markup does, set for hostile input", path.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(constructors, 1, "one place makes readers of XML, so that all are set the same way");
    assert_eq!(makers_of_readers("use quick_xml::{Writer, events::Event}; impl Reader for A {}"), 0);
    assert_eq!(makers_of_readers("// quick_xml::Reader\nuse quick_xml::Writer;"), 0);
    for text in [
        "quick_xml::Reader::from_str(text)",
        "use quick_xml::Reader; fn f() { Reader::from_reader(b) }",
        "use quick_xml::{name::QName, reader::Reader as R}; fn f() { R::from_str(t) }",
        "use quick_xml as q; fn f() { q::NsReader::from_str(t) }",
        "quick_xml::de::from_str::<T>(text)",
    ] {
        assert!(makers_of_readers(text) > 0, "{text}");
    }
}

/// How often `text` makes a reader of quick-xml: by a constructor, by its deserialiser, or under another name.
fn makers_of_readers(text: &str) -> usize {
    let tokens = tokens(text);
    if !tokens.iter().any(|token| token == "quick_xml") {
        return 0;
    }
    let constructors = ["from_reader", "from_str", "from_file", "from_file_with_resolver"];
    let made = tokens.windows(2).filter(|pair| pair[0] == "::" && constructors.contains(&pair[1].as_str())).count();
    let whole = tokens.windows(3).any(|three| three[0] == "quick_xml" && (three[1] == "as" || three[2] == "de"));
    made.max(usize::from(whole))
}

#[test]
fn the_scan_sees_every_way_of_writing_an_import() {
    let seen = |text: &str, depth| imported_rooms(text, depth).join(" ");
    assert_eq!(seen("use crate::judge::verdict::Verdict;", 2), "judge");
    assert_eq!(seen("use crate::{check::{self, Plan}, judge, report::{a, b}};", 2), "check judge report");
    assert_eq!(seen("fn f() -> crate :: report::Report { todo }", 2), "report");
    assert_eq!(seen("pub(crate) use crate::cli;", 1), "cli");
    assert_eq!(seen("use super::super::judge::X;", 2), "judge");
    assert_eq!(seen("use super::judge::X; use super::{report, cli::Run};", 1), "judge report cli");
    assert_eq!(seen("use super::judge::X;", 2), "", "a neighbour inside the same room");
    assert_eq!(seen("// crate::judge\n/* crate::cli /* nested */ crate::cli */ /// [`crate::report`]", 2), "");
    assert_eq!(seen(r##"let a = "crate::judge"; let b = r#"crate::"cli"#; let c = b'"'; let d = '"';"##, 2), "");
    assert_eq!(seen("fn f<'a>(x: &'a str) { crate::judge::g('x') }", 2), "judge");
}

/// Every source file: its path, its module path below the crate root (empty for `lib.rs` and `main.rs`), its text.
fn sources() -> Vec<(PathBuf, Vec<String>, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    collect(&root, &mut files);
    files.sort();
    assert!(files.len() > 50, "found only {} files under src", files.len());
    files
        .into_iter()
        .map(|path| {
            let inside = path.strip_prefix(&root).expect("collected below the root").with_extension("");
            let mut modules: Vec<String> =
                inside.iter().map(|part| part.to_str().expect("names are UTF-8").to_owned()).collect();
            if matches!(modules.last().map(String::as_str), Some("mod" | "lib" | "main")) {
                modules.pop();
            }
            let text = fs::read_to_string(&path).expect("source files are UTF-8");
            (path, modules, text)
        })
        .collect()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("src can be read") {
        let path = entry.expect("src can be read").path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

/// The rooms that a file at module depth `depth` names by `crate::…`, or by as many `super::` as lead to the root.
fn imported_rooms(text: &str, depth: usize) -> Vec<String> {
    let tokens = tokens(text);
    let mut rooms = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let mut next = at + 1;
        let from_root = match tokens[at].as_str() {
            "crate" => tokens.get(at + 1).is_some_and(|token| token == "::"),
            "super" if at == 0 || tokens[at - 1] != "::" => {
                let mut levels = 1;
                while tokens.get(next).is_some_and(|token| token == "::")
                    && tokens.get(next + 1).is_some_and(|token| token == "super")
                {
                    levels += 1;
                    next += 2;
                }
                levels >= depth && tokens.get(next).is_some_and(|token| token == "::")
            }
            _ => false,
        };
        if from_root {
            heads(&tokens, next + 1, &mut rooms);
        }
        at = next;
    }
    rooms
}

/// The first names of the path or of the braced list of paths that starts at `at`.
fn heads(tokens: &[String], mut at: usize, rooms: &mut Vec<String>) {
    if tokens.get(at).is_none_or(|token| token != "{") {
        rooms.extend(tokens.get(at).cloned());
        return;
    }
    let (mut depth, mut first) = (1, true);
    while depth > 0 {
        at += 1;
        let Some(token) = tokens.get(at) else { return };
        match token.as_str() {
            "{" => depth += 1,
            "}" => depth -= 1,
            "," if depth == 1 => first = true,
            name if first && depth == 1 => {
                rooms.push(name.to_owned());
                first = false;
            }
            _ => {}
        }
    }
}

/// Names, `::` and single marks of Rust source, without comments, strings and characters.
fn tokens(text: &str) -> Vec<String> {
    let chars: Vec<char> = text.chars().collect();
    let mut tokens = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        let here = chars[at];
        let next = chars.get(at + 1).copied();
        if here == '/' && next == Some('/') {
            while at < chars.len() && chars[at] != '\n' {
                at += 1;
            }
        } else if here == '/' && next == Some('*') {
            at = after_block_comment(&chars, at);
        } else if here == '"' {
            at = after_string(&chars, at);
        } else if here == '\'' {
            at = after_quote(&chars, at);
        } else if here.is_alphanumeric() || here == '_' {
            let start = at;
            while at < chars.len() && (chars[at].is_alphanumeric() || chars[at] == '_') {
                at += 1;
            }
            let name: String = chars[start..at].iter().collect();
            if matches!(name.as_str(), "r" | "br") && matches!(chars.get(at), Some('"' | '#')) {
                at = after_raw_string(&chars, at);
            } else {
                tokens.push(name);
            }
        } else if here == ':' && next == Some(':') {
            tokens.push("::".to_owned());
            at += 2;
        } else {
            if !here.is_whitespace() {
                tokens.push(here.to_string());
            }
            at += 1;
        }
    }
    tokens
}

fn after_block_comment(chars: &[char], mut at: usize) -> usize {
    let mut depth = 0;
    while at < chars.len() {
        match (chars[at], chars.get(at + 1)) {
            ('/', Some('*')) => (depth, at) = (depth + 1, at + 2),
            ('*', Some('/')) => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            break;
        }
    }
    at
}

fn after_string(chars: &[char], mut at: usize) -> usize {
    at += 1;
    while at < chars.len() && chars[at] != '"' {
        at += if chars[at] == '\\' { 2 } else { 1 };
    }
    at + 1
}

/// After a character, or after the mark of a lifetime.
fn after_quote(chars: &[char], at: usize) -> usize {
    if chars.get(at + 1) == Some(&'\\') {
        let mut end = at + 3;
        while end < chars.len() && chars[end] != '\'' {
            end += 1;
        }
        end + 1
    } else if chars.get(at + 2) == Some(&'\'') {
        at + 3
    } else {
        at + 1
    }
}

fn after_raw_string(chars: &[char], mut at: usize) -> usize {
    let mut hashes = 0;
    while chars.get(at) == Some(&'#') {
        (hashes, at) = (hashes + 1, at + 1);
    }
    if chars.get(at) != Some(&'"') {
        return at;
    }
    at += 1;
    while at < chars.len() {
        if chars[at] == '"' && chars[at + 1..].iter().take(hashes).filter(|mark| **mark == '#').count() == hashes {
            return at + 1 + hashes;
        }
        at += 1;
    }
    at
}
