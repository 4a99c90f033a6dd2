//! Text for a workflow command: it cannot end the command, start another, or add a property (CWE-117).

use super::terminal;

/// The message after `::`.
pub fn data(text: &str) -> String {
    terminal::text(text).replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// The value of a property such as `file=`.
pub fn property(text: &str) -> String {
    data(&terminal::name(text)).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::escape::{hostile, visible};

    #[test]
    fn a_value_stays_inside_its_command() {
        for text in hostile::TEXTS {
            assert!(!data(text).contains(visible::is_hidden));
            let value = property(text);
            assert!(!value.contains([':', ',', '<']) && !value.contains(visible::is_hidden), "{value}");
        }
        assert_eq!(data("100%"), "100%25");
    }
}
