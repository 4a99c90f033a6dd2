use super::markup::{Kind, Markup, Within, read};

fn div(inside: &str) -> Markup {
    read(&format!(r#"<div xmlns="http://www.w3.org/1999/xhtml">{inside}</div>"#), Within::Json)
}

fn kinds(markup: &Markup) -> Vec<Kind> {
    markup.faults.iter().map(|fault| fault.kind).collect()
}

#[test]
fn plain_narrative_passes() {
    let markup = div(
        r##"<h1 id="top">T</h1><p style="color:red">a&nbsp;b &lt; <b>c</b><br/></p><table border="1"><tr><td colspan="2">x
        </td></tr></table><a href="https://x.test/">l</a><a href="#top">up</a><img src="data:image/png;base64,AA" alt="i"/>"##,
    );
    assert_eq!(kinds(&markup), []);
    assert!(markup.has_content && markup.links.len() == 1 && markup.ids.contains("top"));
}

#[test]
fn what_may_do_harm_is_told() {
    let markup_of = |inside: &str| kinds(&div(inside));
    assert_eq!(markup_of("<script>x</script>"), [Kind::Markup]);
    assert_eq!(markup_of("<p onclick=\"x()\">x</p>"), [Kind::Markup]);
    assert_eq!(markup_of("<a href=\"java&#x0A;&#115;cript:x\">x</a>"), [Kind::Link]);
    assert_eq!(markup_of("<a href=\" JavaScript:x\">x</a>"), [Kind::Link]);
    assert_eq!(markup_of("<p style=\"background:url('http://x.test/a')\">x</p>"), [Kind::LinkWarning]);
    assert_eq!(markup_of("<iframe src=\"x\"/>x"), [Kind::Markup, Kind::Markup]);
    assert_eq!(markup_of("<p id=\"a\">x</p><p id=\"a\">x</p>"), [Kind::Id]);
    assert_eq!(markup_of("<p>x</b>"), [Kind::Markup]);
    assert_eq!(markup_of("<?php x?>x"), [Kind::Markup]);
}

#[test]
fn the_outermost_element_is_a_div_of_xhtml() {
    assert_eq!(kinds(&read("<div>x</div>", Within::Json)), [Kind::Markup]);
    assert_eq!(kinds(&read("<div>x</div>", Within::Xml)), []);
    assert_eq!(kinds(&read(r#"<p xmlns="http://www.w3.org/1999/xhtml">x</p>"#, Within::Json)), [Kind::Markup]);
    assert_eq!(kinds(&read("just text", Within::Json)), [Kind::Markup]);
    assert_eq!(kinds(&read("", Within::Json)), [Kind::Markup]);
}

#[test]
fn emptiness_and_languages_are_seen() {
    assert!(!div(" \n&nbsp;<p/>").has_content);
    assert!(div("<img src=\"a.png\" alt=\"\"/>").has_content);
    let markup = div(r#"<div lang="pt" xml:lang="pt">x</div> <div lang="de">y</div>"#);
    assert_eq!((markup.sections.join(" "), markup.outside), ("pt de".to_owned(), false));
    assert_eq!((markup.lang.as_deref(), markup.xml_lang.as_deref()), (Some("pt"), Some("pt")));
    assert!(div(r#"z<div lang="pt">x</div>"#).outside);
}

#[test]
fn depth_is_capped() {
    let markup = div(&"<b>".repeat(100_000));
    assert_eq!(kinds(&markup), [Kind::Markup]);
}

#[test]
fn places_in_a_json_string_are_those_of_the_unit() {
    let raw = br#"a\"b\u00e9\ud83d\ude00c"#;
    let text = "a\"b\u{e9}\u{1f600}c";
    let places: Vec<usize> = [0, 1, 2, 3, 5, 9].iter().map(|&at| super::written(raw, text, at)).collect();
    assert_eq!(places, [0, 1, 3, 4, 10, 22]);
}
