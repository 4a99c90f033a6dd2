//! `Plan` × `Instance` → findings and tallies.

pub mod native;
