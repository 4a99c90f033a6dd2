//! Fixed-width forms, matched without a regular expression.
//!
//! A template is written in the notation the Data Dictionary uses in prose: `9` stands for a digit, `A` for a capital
//! letter, `N` for either, and every other byte for itself.

use super::Judged;

/// Whether `value` has exactly the form of `template`.
pub(super) fn fits(value: &[u8], template: &[u8]) -> bool {
    value.len() == template.len()
        && value.iter().zip(template).all(|(&byte, &form)| match form {
            b'9' => byte.is_ascii_digit(),
            b'A' => byte.is_ascii_uppercase(),
            b'N' => is_capital_or_digit(byte),
            _ => byte == form,
        })
}

/// Passes a value of that form; otherwise fails with `problem`.
pub(super) fn judge(value: &[u8], template: &[u8], problem: &'static str) -> Judged {
    Judged::unless(value, (!fits(value, template)).then_some(problem))
}

/// Passes `least` to `most` digits and nothing else; otherwise fails with `problem`.
pub(super) fn digits(value: &[u8], least: usize, most: usize, problem: &'static str) -> Judged {
    let fits = (least..=most).contains(&value.len()) && value.iter().all(u8::is_ascii_digit);
    Judged::unless(value, (!fits).then_some(problem))
}

/// Whether the byte is in `0-9A-Z`.
pub(super) const fn is_capital_or_digit(byte: u8) -> bool {
    byte.is_ascii_uppercase() || byte.is_ascii_digit()
}

#[cfg(test)]
mod tests {
    use super::fits;

    #[test]
    fn each_letter_of_a_template_means_what_it_says() {
        assert!(fits(b"S8000:G8000", b"A9999:A9999"));
        assert!(fits(b"RX1", b"NNN"));
        assert!(!fits(b"rx1", b"NNN"));
        assert!(!fits(b"S800", b"A9999"));
        assert!(!fits(b"S80000", b"A9999"));
        assert!(!fits(b"SX000", b"A9999"));
    }
}
