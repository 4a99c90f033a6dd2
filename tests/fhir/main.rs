//! FHIR: the definitions that the program carries, and what is made of them.

mod as_xml;
mod codes;
mod definitions;
mod examples;
mod fhirpath;
mod fhirpath_suite;
mod hostile;
mod house;
mod notations;
mod resource;
mod snapshots;
mod validator_cases;
mod verdicts;
