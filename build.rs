//! Embeds the standards packs.

fn main() {}
