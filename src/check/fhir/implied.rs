//! Profiles that a resource must fulfil because of what it is, claimed or not (FHIR R4, Vital Signs, section 10.1.0).
//!
//! In: an Observation. Out: the profile of the vital sign that its code says it is. The codes are those that the field's
//! reference validator goes by: LOINC first, as the specification has it, then the SNOMED CT codes that mean the same.

use crate::instance::NodeId;
use crate::standard::fhir::{Release, View};

/// Where FHIR's own profiles are.
macro_rules! core {
    ($name:literal) => {
        concat!("http://hl7.org/fhir/StructureDefinition/", $name)
    };
}

/// A profile and the codes that make an Observation one of its vital signs.
type Sign = (&'static str, &'static [&'static str]);

/// By LOINC codes.
const LOINC: &[Sign] = &[
    (core!("vitalspanel"), &["85353-1"]),
    (core!("resprate"), &["9279-1", "76170-0", "76172-6", "76171-8", "19840-8", "33438-3", "76270-8", "11291-2"]),
    (
        core!("heartrate"),
        &[
            "60978-4", "73795-7", "73799-9", "76476-1", "76477-9", "8867-4", "8889-8", "8890-6", "8891-4", "8892-2",
            "8893-0", "40443-4", "55425-3", "68999-2", "11328-2", "69000-8", "8886-4",
        ],
    ),
    (
        core!("oxygensat"),
        &[
            "2708-6", "19224-5", "20564-1", "2709-4", "2710-2", "2713-6", "51733-4", "59408-5", "59417-6", "89276-0",
            "97549-0",
        ],
    ),
    (
        core!("bodytemp"),
        &[
            "8310-5", "60834-9", "60835-6", "60836-4", "60838-0", "60955-2", "61009-7", "75539-7", "75987-8",
            "76010-8", "76011-6", "76278-1", "8309-7", "8328-7", "8329-5", "8330-3", "8331-1", "8332-9", "8333-7",
            "8334-5", "91371-5", "98657-0", "98663-8",
        ],
    ),
    (core!("bodyheight"), &["8302-2", "3137-7", "3138-5", "8306-3", "8308-9"]),
    (core!("headcircum"), &["9843-4", "8287-5"]),
    (core!("bodyweight"), &["29463-7", "3141-9", "3142-7", "75292-3", "79348-9", "8350-1", "8351-9"]),
    (core!("bmi"), &["39156-5", "59574-4", "89270-3"]),
    (core!("bp"), &["85354-9", "35094-2", "8459-0", "76534-7", "55284-4", "8480-6"]),
];

/// By SNOMED CT codes. The reference takes the rate of breathing for a blood pressure; here it is what it is.
const SNOMED: &[Sign] = &[
    (core!("vitalspanel"), &["46680005"]),
    (core!("resprate"), &["86290005", "271625008", "271306003"]),
    (core!("heartrate"), &["249043002", "444981005", "399017001", "251670001", "429525003", "429614003"]),
    (core!("oxygensat"), &["103228002", "442349007", "442476006", "442440005", "431314004", "442734002", "713194001"]),
    (
        core!("bodytemp"),
        &[
            "386725007",
            "276885007",
            "300076005",
            "1222808002",
            "364246006",
            "307047009",
            "708499008",
            "431598003",
            "698831002",
            "698832009",
            "415882003",
            "415974002",
            "415929009",
            "415945006",
        ],
    ),
    (
        core!("bodyheight"),
        &["1153637007", "1162419008", "50373000", "1162418000", "1230278008", "1162392001", "1162417005"],
    ),
    (core!("headcircum"), &["363812007", "169876006", "1269262007", "363811000"]),
    (core!("bodyweight"), &["735395000", "425024002", "424927000", "784399000", "1162416001", "1162415002"]),
    (core!("bmi"), &["60621009"]),
    (
        core!("bp"),
        &[
            "251076008",
            "163033001",
            "163035008",
            "386534000",
            "386536003",
            "271649006",
            "271650006",
            "407556006",
            "407554009",
            "716579001",
            "399304008",
        ],
    ),
];

/// The profile that the resource `id` must fulfil without claiming it.
pub(super) fn profile(view: View<'_>, id: NodeId) -> Option<&'static str> {
    if view.model.release == Release::Stu3 || view.type_name(id) != "Observation" {
        return None;
    }
    let code = view.child_called(id, "code")?;
    let coding = view.model.name("coding")?;
    let of = |url: &str, signs: &'static [Sign]| {
        let codings = view.named(code, coding).filter_map(|coding| {
            let system = view.child_called(coding, "system").and_then(|system| view.text(system))?;
            let code = view.child_called(coding, "code").and_then(|code| view.text(code))?;
            (system == url).then(|| signs.iter().position(|(_, codes)| codes.contains(&&*code))).flatten()
        });
        codings.min().map(|at| signs[at].0)
    };
    of("http://loinc.org", LOINC).or_else(|| of("http://snomed.info/sct", SNOMED))
}

#[cfg(test)]
mod tests {
    use super::{LOINC, SNOMED};

    #[test]
    fn a_code_means_one_vital_sign() {
        for signs in [LOINC, SNOMED] {
            let mut codes: Vec<&str> = signs.iter().flat_map(|(_, codes)| codes.iter().copied()).collect();
            let all = codes.len();
            codes.sort_unstable();
            codes.dedup();
            assert_eq!(codes.len(), all);
        }
    }
}
