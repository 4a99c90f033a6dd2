//! "Did you mean": the known name nearest to what was typed.

/// The name among `known` that `typed` most probably stands for, if any is near enough.
pub(crate) fn nearest<'k>(typed: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    let typed = plain(typed);
    let near_enough = (typed.len() / 3).clamp(1, 3);
    let distances = known.into_iter().map(|name| (distance(&typed, &plain(name)), name));
    distances.filter(|(distance, _)| *distance <= near_enough).min().map(|(_, name)| name)
}

/// Letter case, and the choice between hyphen and underscore, are never what was meant to differ.
fn plain(name: &str) -> Vec<char> {
    name.chars().take(100).map(|c| if c == '_' { '-' } else { c.to_ascii_lowercase() }).collect()
}

/// Insertions, deletions, replacements and swaps of neighbours that make one of the other (optimal string alignment).
fn distance(a: &[char], b: &[char]) -> usize {
    let mut rows = [vec![0; b.len() + 1], (0..=b.len()).collect::<Vec<_>>(), vec![0; b.len() + 1]];
    for (i, from) in a.iter().enumerate() {
        rows[2][0] = i + 1;
        for (j, to) in b.iter().enumerate() {
            let replaced = rows[1][j] + usize::from(from != to);
            let mut least = replaced.min(rows[1][j + 1] + 1).min(rows[2][j] + 1);
            if i > 0 && j > 0 && a[i - 1] == *to && b[j - 1] == *from {
                least = least.min(rows[0][j - 1] + 1);
            }
            rows[2][j + 1] = least;
        }
        rows.rotate_left(1);
    }
    rows[1][b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_finger_is_understood() {
        let known = ["fail-on", "format", "for", "join-key"];
        for (typed, meant) in
            [("fail_on", Some("fail-on")), ("fromat", Some("format")), ("JoinKey", Some("join-key")), ("zzz", None)]
        {
            assert_eq!(nearest(typed, known), meant, "{typed}");
        }
        assert_eq!(nearest("", known), None);
        assert_eq!(nearest("PAS-9", ["PAS-09", "PAS-10"]), Some("PAS-09"));
    }
}
