//! "Did you mean" among the canonicals that a library holds.
//!
//! In: a canonical that nobody holds. Out: the held one that it is a slip of, if any. Such canonicals come from
//! messages, so a look takes microseconds: only names of nearly the same length are compared.

use super::{Library, version};
use crate::standard::fhir::store::Facts;
use crate::standard::near::nearest;
use std::sync::Arc;

/// Characters that a slip may change, drop or add.
const SLIP: usize = 3;

/// Canonicals of StructureDefinitions, the shortest first.
#[derive(Debug)]
pub(super) struct Canonicals(Vec<(Arc<str>, Facts)>);

impl Library {
    /// The canonical of a StructureDefinition with the facts `facts` that `canonical`, which nobody holds, may stand for.
    pub fn nearest(&self, canonical: &str, facts: Facts) -> Option<Arc<str>> {
        let (asked, _) = version::split(canonical);
        let Canonicals(held) = self.canonicals.get_or_init(|| {
            let mut all: Vec<_> =
                self.list("StructureDefinition").map(|held| (Arc::<str>::from(held.url), held.facts)).collect();
            all.sort_by(|(a, _), (b, _)| (a.len(), a).cmp(&(b.len(), b)));
            Canonicals(all)
        });
        let from = held.partition_point(|(url, _)| url.len() + SLIP < asked.len());
        let near = held[from..]
            .iter()
            .take_while(|(url, _)| url.len() <= asked.len() + SLIP)
            .filter(|(url, found)| found.has(facts) && is_slip(asked.as_bytes(), url.as_bytes()));
        nearest(asked, near.map(|(url, _)| &**url)).map(Arc::from)
    }
}

/// Whether two texts agree before and after a short stretch, letter case aside.
fn is_slip(a: &[u8], b: &[u8]) -> bool {
    let same = |(x, y): &(&u8, &u8)| x.eq_ignore_ascii_case(y);
    let before = a.iter().zip(b).take_while(same).count();
    let after = a.iter().rev().zip(b.iter().rev()).take_while(same).count();
    before + after + SLIP >= a.len().max(b.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::standard::fhir::Release;

    #[test]
    fn a_slip_in_a_canonical_is_understood_and_another_name_is_not() {
        let library = Library::embedded(Release::R4);
        let near = |asked, facts| library.nearest(asked, facts).map(|found| found.to_string());
        let patient = "http://hl7.org/fhir/StructureDefinition/Patient";
        for asked in [
            "http://hl7.org/fhir/StructureDefinition/patient",
            "https://hl7.org/fhir/StructureDefinition/Patient",
            "http://hl7.org/fhir/StructureDefinition/Pateint|4.0.1",
        ] {
            assert_eq!(near(asked, Facts::default()).as_deref(), Some(patient), "{asked}");
        }
        for asked in ["https://fhir.example.org/StructureDefinition/Patient", "", "Patient"] {
            assert_eq!(near(asked, Facts::default()), None, "{asked}");
        }
        let asked = "http://hl7.org/fhir/StructureDefinition/patient-nationalty";
        assert!(near(asked, Facts::EXTENSION).is_some_and(|found| found.ends_with("/patient-nationality")));
    }
}
