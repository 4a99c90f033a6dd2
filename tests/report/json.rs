//! The JSON form: it is the model, whole.

use crate::{fixture, render};
use hallmark::report::{Format, model::Report};

#[test]
fn json_gives_the_report_back() {
    for report in [fixture::report(), fixture::hostile(), Report::default()] {
        let text = render(Format::Json, &report);
        assert_eq!(serde_json::from_str::<Report>(&text).unwrap(), report);
        assert!(text.ends_with("}\n"));
    }
}

#[test]
fn keys_come_in_the_order_of_the_model() {
    let text = render(Format::Json, &fixture::report());
    let order =
        ["\"format\"", "\"complete\"", "\"counts\"", "\"verdicts\"", "\"groups\"", "\"findings\"", "\"artifacts\""];
    let at: Vec<_> = order.iter().map(|key| text.find(&format!("\n  {key}")).unwrap()).collect();
    assert!(at.is_sorted(), "{at:?}");
}

#[test]
fn json_holds_no_character_that_acts() {
    let text = render(Format::Json, &fixture::hostile());
    assert!(!text.contains(|c: char| c.is_control() && c != '\n'));
    assert!(!text.contains(['<', '>', '&', '\u{202e}', '\u{2028}']));
}
