//! Named Rust checks of national identifiers and codes, used by every syntax.
