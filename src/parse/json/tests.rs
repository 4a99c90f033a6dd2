use super::{MAX_DEPTH, parse};
use crate::instance::{Document, Instance, Kind};
use crate::parse::{Faults, MAX_LISTED};
use proptest::prelude::*;
use std::time::{Duration, Instant};

fn read(bytes: &[u8]) -> (Instance, Faults) {
    let (mut instance, mut faults) = (Instance::default(), Faults::default());
    parse(bytes, &mut instance, &mut faults);
    (instance, faults)
}

/// Every fault as its code and the very text it points at.
fn faults(text: &str) -> Vec<(&'static str, String)> {
    let (_, faults) = read(text.as_bytes());
    let shown = |fault: &crate::parse::Fault| String::from_utf8_lossy(fault.span.of(text.as_bytes())).into_owned();
    faults.listed().iter().map(|fault| (fault.code, shown(fault))).collect()
}

#[test]
fn what_is_json_gives_no_fault() {
    let good = [
        r#"{"a":1,"b":[true,false,null,"x",{}],"c":{"a":-0.5e+3}}"#,
        " [ ] ",
        "\"text\"",
        "0",
        r#"{"":1," ":2}"#,
        r#"{"a":"\ud842\udfb7 \u00e9 \/ \n \t \r"}"#,
        "{\"a\":\"\u{20bb7}é\"}\r\n",
        "{\"a\":18446744073709551615,\"b\":-9223372036854775808,\"c\":1.0000000000000000000000000}",
        r#"{"a":{"a":{"a":1}},"b":{"a":1}}"#,
    ];
    for text in good {
        assert_eq!(faults(text), [], "{text}");
    }
}

#[test]
fn each_fault_is_told_once_where_it_is() {
    let cases: [(&str, &str, &str); 45] = [
        ("", "json.empty", ""),
        (" \n\t", "json.empty", " \n\t"),
        ("\u{feff}{}", "json.byte-order-mark", "\u{feff}"),
        ("{} x", "json.trailing-content", "x"),
        ("{}{}", "json.trailing-content", "{"),
        (r#"{"a":1,}"#, "json.trailing-comma", "}"),
        ("[1,]", "json.trailing-comma", "]"),
        (r#"{"a":1,"b":2,"a":3}"#, "json.duplicate-name", "a"),
        (r#"{"id":1,"\u0069d":2}"#, "json.duplicate-name", r"\u0069d"),
        (r#"{"a":[{"b":1,"b":2}]}"#, "json.duplicate-name", "b"),
        ("{", "json.unclosed", ""),
        (r#"{"a""#, "json.unclosed", ""),
        (r#"{"a":"#, "json.unclosed", ""),
        (r#"{"a":"x"#, "json.unclosed", ""),
        (r#"{"a":"x\"#, "json.unclosed", ""),
        (r#"[1,2"#, "json.unclosed", ""),
        ("[\"a\tb\"]", "json.control-character", "\t"),
        ("[\"a\0b\"]", "json.control-character", "\0"),
        ("\0{}", "json.control-character", "\0"),
        (r#"["\x"]"#, "json.bad-escape", r"\"),
        (r#"["\u12"]"#, "json.bad-escape", r"\u"),
        (r#"["\ud800"]"#, "json.lone-surrogate", r"\ud800"),
        (r#"["\udc00\ud800"]"#, "json.lone-surrogate", r"\udc00"),
        (r#"["\u0000"]"#, "json.escaped-control", r"\u0000"),
        (r#"["\b"]"#, "json.escaped-control", r"\b"),
        ("[NaN]", "json.not-a-number", "NaN"),
        ("[-Infinity]", "json.not-a-number", "-Infinity"),
        ("[01]", "json.number-form", "01"),
        ("[+1]", "json.number-form", "+1"),
        ("[.5]", "json.number-form", ".5"),
        ("[5.]", "json.number-form", "5."),
        ("[1e]", "json.number-form", "1e"),
        ("[0x1F]", "json.number-form", "0x1F"),
        ("[99999999999999999999999]", "json.number-range", "99999999999999999999999"),
        ("[1e1000000000]", "json.number-range", "1e1000000000"),
        ("/*x*/{}", "json.comment", "/*"),
        ("{//x\n}", "json.comment", "//"),
        ("[True]", "json.syntax", "True"),
        ("{'a':1}", "json.syntax", "'"),
        ("{a:1}", "json.syntax", "a"),
        (r#"{"a" 1}"#, "json.syntax", "1"),
        (r#"{"a":}"#, "json.syntax", "}"),
        (r#"[1 2]"#, "json.structure", "2"),
        (r#"[,1]"#, "json.syntax", ","),
        (r#"{"a":1]"#, "json.structure", "]"),
    ];
    for (text, code, at) in cases {
        let found = faults(text);
        assert_eq!(found.first(), Some(&(code, at.to_owned())), "{text}: {found:?}");
        let follows = |code: &str| ["json.lone-surrogate", "json.syntax"].contains(&code);
        assert!(found.len() == 1 || found[1..].iter().all(|(code, _)| follows(code)), "{text}: {found:?}");
    }
}

#[test]
fn bytes_that_are_not_utf8_are_placed() {
    let (_, faults) = read(b"{\"id\":\"\xff\xc0\"}");
    let fault = &faults.listed()[0];
    assert_eq!((fault.code, fault.span.start, fault.span.end), ("json.not-utf8", 7, 8));
    for wide in [&b"\xff\xfe{\0}\0"[..], b"\xfe\xff\0{\0}", b"{\0}\0", b"\0{\0}"] {
        let (tree, faults) = read(wide);
        assert_eq!(faults.counts(), [("json.utf-16", 1)]);
        assert!(Document { bytes: wide, tree: &tree }.value().is_none());
    }
}

#[test]
fn brackets_out_of_step_are_told_once() {
    for text in [r#"{"a":[{"b":[1]],"c":2}]}"#, r#"{"a":[{"b":[1] # ],"c":2}]}"#, r#"{"a":[{"b":[1}}],"c":2}"#] {
        let found = faults(text);
        assert!(matches!(&found[..], [("json.structure", _)]), "{text}: {found:?}");
    }
    // What is wrong besides is told all the same.
    let found = faults(r#"{"a":[1},"b":True}"#);
    assert_eq!(found.iter().map(|(code, _)| *code).collect::<Vec<_>>(), ["json.structure", "json.syntax"]);
}

#[test]
fn reading_goes_on_after_a_fault() {
    let text = r#"{"a":1 "b":2,"c":'x',"d":NaN,"e":[1,,2],"f":3,}"#;
    let (tree, faults) = read(text.as_bytes());
    let document = Document { bytes: text.as_bytes(), tree: &tree };
    let object = document.value().expect("an object");
    for name in ["a", "b", "d", "e", "f"] {
        assert!(document.member(object, name.as_bytes()).is_some(), "{name}: {faults:?}");
    }
}

#[test]
fn names_values_and_indices_have_their_spans() {
    let text = r#"{"na\u006de": [{"family":"O'Brien-Ångström"}, 12]}"#;
    let (tree, _) = read(text.as_bytes());
    let document = Document { bytes: text.as_bytes(), tree: &tree };
    let array = document.member(document.value().expect("an object"), b"name").expect("a member");
    assert_eq!(tree.node(array).name.of(text.as_bytes()), br"na\u006de");
    let items: Vec<_> = document.items(array).collect();
    assert_eq!(tree.node(items[1]).span.of(text.as_bytes()), b"12");
    assert_eq!((tree.node(items[1]).ordinal, tree.node(items[1]).kind), (1, Kind::Number));
    let family = document.member(items[0], b"family").expect("a member");
    assert_eq!(document.text(family).as_deref(), Some("O'Brien-Ångström".as_bytes()));
    assert_eq!(tree.node(array).span.of(text.as_bytes()), r#"[{"family":"O'Brien-Ångström"}, 12]"#.as_bytes());
}

#[test]
fn depth_is_bounded_and_told_once() {
    let deepest = format!("{}{}", "[".repeat(MAX_DEPTH), "]".repeat(MAX_DEPTH));
    assert_eq!(faults(&deepest), []);
    for bomb in ["[".repeat(1_000_000), "{\"a\":".repeat(200_000) + "1" + &"}".repeat(200_000)] {
        let (tree, faults) = read(bomb.as_bytes());
        assert_eq!(faults.counts(), [("json.limit-depth", 1)]);
        assert!(tree.len() <= MAX_DEPTH + 1);
    }
}

#[test]
fn a_million_names_take_linear_time() {
    let many: String = (0..1_000_000).map(|n| format!("\"k{n}\":1,")).collect();
    let text = format!("{{{many}\"k7\":1}}");
    let started = Instant::now();
    let (tree, faults) = read(text.as_bytes());
    assert!(started.elapsed() < Duration::from_secs(20), "{:?}", started.elapsed());
    assert_eq!(faults.counts(), [("json.duplicate-name", 1)]);
    assert_eq!(tree.len(), 1_000_003);
}

#[test]
fn limits_are_told() {
    let nodes = format!("[{}0]", "0,".repeat(4_000_000));
    assert_eq!(read(nodes.as_bytes()).1.counts(), [("json.limit-nodes", 1)]);
    let name = format!("{{\"{}\":1}}", "k".repeat(4 << 20));
    assert_eq!(read(name.as_bytes()).1.counts(), [("json.limit-name", 1)]);
    let number = format!("[{}]", "9".repeat(1_000_000));
    assert_eq!(read(number.as_bytes()).1.counts(), [("json.number-long", 1)]);
}

#[test]
fn faults_are_listed_up_to_a_bound_and_counted() {
    let text = format!("[{}1]", "NaN,".repeat(200_000));
    let (_, faults) = read(text.as_bytes());
    assert_eq!(faults.count("json.not-a-number"), 200_000);
    assert_eq!(faults.listed().len(), MAX_LISTED as usize);
}

proptest! {
    #[test]
    fn any_bytes_are_read_to_a_tree_within_bounds(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        sound(&bytes);
    }

    #[test]
    fn anything_like_json_too(text in r#"([\[\]{}:,"]|\\|\\u[d0-9]{0,4}|null|NaN|-?[0-9.e]{1,4}|[ \t\n/*']|"[a-c]"|é){0,60}"#) {
        sound(text.as_bytes());
    }

    #[test]
    fn we_and_serde_agree_on_what_is_json(text in r#"([\[\]{}:,]|"[a-c]"|"[a-c]":|null|true|-?[0-9]{1,2}(\.[0-9])?|[ \n]){0,12}"#) {
        let ours = faults(&text).iter().all(|(code, _)| *code == "json.duplicate-name");
        prop_assert_eq!(ours, serde_json::from_str::<serde_json::Value>(&text).is_ok(), "{}", text);
    }
}

fn sound(bytes: &[u8]) {
    let (tree, faults) = read(bytes);
    for id in 0..tree.len() as u32 {
        let node = tree.node(id);
        assert!(node.span.start <= node.span.end && node.span.end as usize <= bytes.len());
        assert!(node.name.end as usize <= bytes.len() && node.next as usize <= tree.len() && node.next > id);
    }
    for fault in faults.listed() {
        assert!(fault.span.end as usize <= bytes.len(), "{fault:?}");
    }
}
