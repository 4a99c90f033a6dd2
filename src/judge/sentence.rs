//! Counts and lists in plain English, as sentences need them: the judge's, and those of the report formats.

/// `12,345`: thousands apart.
pub fn number(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// `1 place`, `2 places`, `12,345 places`: a count with its noun.
pub fn count(n: u64, one: &str, many: &str) -> String {
    format!("{} {}", number(n), if n == 1 { one } else { many })
}

/// Named in a list before the rest are counted.
const NAMED: usize = 5;

/// `a`, `a or b`, `a, b or c`, `a, b, c, d, e or 3 others`.
pub(super) fn list(items: &[&str]) -> String {
    match items {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [first @ .., last] if items.len() <= NAMED => format!("{} or {last}", first.join(", ")),
        _ => format!("{} or {} others", items[..NAMED].join(", "), items.len() - NAMED),
    }
}

/// With a capital letter.
pub(super) fn capital(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|c| c.to_uppercase().to_string()).unwrap_or_default();
    first + letters.as_str()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_and_counts_read_well() {
        assert_eq!(list(&["a"]), "a");
        assert_eq!(list(&["a", "b", "c"]), "a, b or c");
        assert_eq!(list(&["a", "b", "c", "d", "e", "f", "g"]), "a, b, c, d, e or 2 others");
        assert_eq!(count(1, "place", "places"), "1 place");
        assert_eq!(count(1_204, "place", "places"), "1,204 places");
        assert_eq!(capital("the field"), "The field");
    }
}
