//! The definitions that the program carries.
//!
//! In: the files below `standards/hl7-fhir-*/definitions`, made by `ci/definitions/fhir.sh`. Out: one library for each
//! release, made when first asked for.

use super::scope::Scope;
use super::{Layer, Library};
use crate::standard::fhir::store::Store;
use crate::standard::fhir::{Model, Release};
use crate::standard::files;
use std::sync::{Arc, OnceLock};

/// The files of a release: its table of types and its stores. R4B shares the terminology and the extensions of R4, which
/// HL7 publishes for both.
fn files_of(release: Release) -> (&'static str, &'static [&'static str]) {
    match release {
        Release::Stu3 => ("hl7-fhir-stu3/definitions/types.txt", &["hl7-fhir-stu3/definitions/core.store"]),
        Release::R4 => (
            "hl7-fhir-r4/definitions/types.txt",
            &[
                "hl7-fhir-r4/definitions/core.store",
                "hl7-fhir-r4/definitions/extensions.store",
                "hl7-fhir-r4/definitions/terminology.store",
            ],
        ),
        Release::R4b => (
            "hl7-fhir-r4b/definitions/types.txt",
            &[
                "hl7-fhir-r4b/definitions/core.store",
                "hl7-fhir-r4/definitions/extensions.store",
                "hl7-fhir-r4/definitions/terminology.store",
            ],
        ),
    }
}

pub(super) fn library(release: Release) -> Arc<Library> {
    static LIBRARIES: [OnceLock<Arc<Library>>; 3] = [const { OnceLock::new() }; 3];
    LIBRARIES[release as usize]
        .get_or_init(|| {
            let (types, stores) = files_of(release);
            let model = Model::of_table(release, files::built_in_text(types));
            let stores = stores.iter().filter_map(|file| Store::open(files::built_in_bytes(file)).map(Arc::new));
            let layer = Layer {
                name: format!("FHIR {}", release.version()).into(),
                stores: stores.collect(),
                scope: Scope::default(),
            };
            Arc::new(Library::of(model, vec![layer]))
        })
        .clone()
}
