//! The command line: one file per subcommand.

pub mod join_key;
pub mod proofs;
