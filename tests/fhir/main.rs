//! FHIR: the definitions that the program carries, and what is made of them.

mod definitions;
