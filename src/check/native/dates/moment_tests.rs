use super::parse_hl7_ts;
use std::cmp::Ordering;

fn compare(a: &str, b: &str) -> Option<Ordering> {
    let read = |text: &str| parse_hl7_ts(text.as_bytes()).expect("a moment of the test");
    let answer = read(a).compare(&read(b));
    assert_eq!(read(b).compare(&read(a)), answer.map(Ordering::reverse), "{a} and {b} must mirror");
    answer
}

#[test]
fn same_precision_compares() {
    assert_eq!(compare("20240229", "20240301"), Some(Ordering::Less));
    assert_eq!(compare("20240229", "20240229"), Some(Ordering::Equal));
    assert_eq!(compare("202402291200", "202402291159"), Some(Ordering::Greater));
    assert_eq!(compare("20240229120000.1", "20240229120000.1000"), Some(Ordering::Equal));
}

#[test]
fn precision_that_overlaps_is_undecided() {
    assert_eq!(compare("20240229", "202402291200"), None);
    assert_eq!(compare("2024", "20240229"), None);
    assert_eq!(compare("202402291200", "20240229120030"), None);
    assert_eq!(compare("20240228", "202402291200"), Some(Ordering::Less));
    assert_eq!(compare("2023", "20240101"), Some(Ordering::Less));
    assert_eq!(compare("202312", "20240101"), Some(Ordering::Less));
}

#[test]
fn zones_are_taken_into_account() {
    assert_eq!(compare("202406011200+0100", "202406011100+0000"), Some(Ordering::Equal));
    assert_eq!(compare("202406011200+0100", "202406011130+0000"), Some(Ordering::Less));
    assert_eq!(compare("20240601+0100", "20240601+0000"), None);
}

#[test]
fn a_missing_zone_leaves_a_day_undecided() {
    assert_eq!(compare("202406011200", "202406011200+0000"), None);
    assert_eq!(compare("202406010000", "202406011200+0000"), None);
    assert_eq!(compare("202405311100", "202406011200+0000"), Some(Ordering::Less));
}

#[test]
fn the_zone_of_the_message_fills_in() {
    let local = parse_hl7_ts(b"202406011200").expect("a moment");
    let zoned = parse_hl7_ts(b"202406011100+0000").expect("a moment");
    assert_eq!(local.compare(&zoned), None);
    assert_eq!(local.or_zone(Some(60)).compare(&zoned), Some(Ordering::Equal));
    assert_eq!(zoned.or_zone(Some(60)).zone_minutes, Some(0));
}
