//! FHIR: the definitions that the program carries, and what is made of them.

mod definitions;
mod fhirpath;
mod fhirpath_suite;
mod notations;
mod resource;
mod snapshots;
mod validator_cases;
