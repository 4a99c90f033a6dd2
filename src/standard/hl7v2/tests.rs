use super::{FieldDef, Member, TableKind, Usage, Version, base, table, tables};

fn field(version: Version, segment: &str, number: usize) -> &'static FieldDef {
    base(version).segment(segment).unwrap().field(number).unwrap()
}

#[test]
fn every_version_is_read_whole() {
    let counts = Version::ALL.map(|version| {
        let base = base(version);
        assert_eq!(base.version(), version);
        let fields: usize = base.segments().iter().map(|segment| segment.fields.len()).sum();
        (base.structures().len(), base.segments().len(), fields, base.datatypes().len())
    });
    // Structures, segments, fields, datatypes. 2.4 holds four segments and two datatypes more than it had: the adopted.
    let expected =
        [(117, 112, 1489, 86), (120, 111, 1505, 89), (171, 142, 1870, 93), (191, 149, 2070, 90), (190, 149, 2078, 90)];
    assert_eq!(counts, expected);
}

#[test]
fn everything_is_sorted_for_lookup() {
    for version in Version::ALL {
        let base = base(version);
        assert!(base.structures().is_sorted_by(|a, b| a.id < b.id), "{version}");
        assert!(base.segments().is_sorted_by(|a, b| a.id < b.id), "{version}");
        assert!(base.datatypes().is_sorted_by(|a, b| a.id < b.id), "{version}");
        assert!(base.events().is_sorted_by(|a, b| a.0 < b.0), "{version}");
    }
    assert!(tables().all().is_sorted_by(|a, b| a.id < b.id));
    assert!(tables().all().iter().all(|table| table.codes().is_sorted_by(|a, b| a.0 < b.0)));
}

#[test]
fn nothing_named_is_missing() {
    for version in Version::ALL {
        let base = base(version);
        for segment in base.segments() {
            for field in &segment.fields {
                assert!(base.datatype(field.datatype).is_some(), "{version} {}: {}", segment.id_str(), field.datatype);
            }
        }
        for datatype in base.datatypes() {
            for component in &datatype.components {
                assert!(
                    base.datatype(component.datatype).is_some(),
                    "{version} {}: {}",
                    datatype.id,
                    component.datatype
                );
            }
        }
        for structure in base.structures() {
            for id in structure.root.segment_ids() {
                assert!(
                    base.segment_by_id(id).is_some(),
                    "{version} {}: {}",
                    structure.id,
                    String::from_utf8_lossy(&id)
                );
            }
        }
        for (event, id) in base.events() {
            assert!(base.structure(id).is_some(), "{version} {event}: {id}");
        }
    }
}

#[test]
fn the_patient_identifier_list_repeats() {
    let pid_3 = field(Version::V24, "PID", 3);
    assert_eq!((pid_3.usage, pid_3.min, pid_3.max, pid_3.datatype), (Usage::R, 1, None, "CX"));
    assert_eq!((pid_3.length, pid_3.name), (Some(250), "Patient Identifier List"));
    assert_eq!(field(Version::V24, "PID", 38).max, Some(2));
}

#[test]
fn coded_fields_name_their_table() {
    let class = field(Version::V24, "PV1", 2);
    assert_eq!((class.usage, class.datatype, class.table), (Usage::R, "IS", Some("0004")));
    let cx = base(Version::V24).datatype("CX").unwrap();
    assert_eq!(cx.component(5).unwrap().table, Some("0203"));
    assert!(base(Version::V24).datatype("ST").unwrap().is_primitive());
    let precision = base(Version::V24).datatype("TS").unwrap().component(2).unwrap();
    assert_eq!((precision.usage, precision.table), (Usage::B, Some("0529")));
    let value_type = field(Version::V251, "OBX", 2);
    assert_eq!((value_type.max, value_type.table), (Some(1), Some("0125")));
}

#[test]
fn usage_is_more_than_required_and_optional() {
    for number in [2, 4, 9, 12, 19] {
        assert_eq!(field(Version::V24, "PID", number).usage, Usage::B, "PID-{number}");
    }
    assert_eq!(field(Version::V24, "OBX", 2).usage, Usage::C);
    let value = field(Version::V24, "OBX", 5);
    assert_eq!((value.usage, value.datatype, value.max), (Usage::C, "varies", None));
    let withdrawn = field(Version::V25, "MSA", 5);
    assert_eq!((withdrawn.usage, withdrawn.max), (Usage::W, Some(0)));
}

#[test]
fn events_share_structures() {
    let v24 = base(Version::V24);
    for (event, structure) in [
        ("ADT^A01", "ADT_A01"),
        ("ADT^A04", "ADT_A01"),
        ("ADT^A08", "ADT_A01"),
        ("ADT^A12", "ADT_A09"),
        ("ADT^A28", "ADT_A05"),
        ("ADT^A40", "ADT_A39"),
        ("ADT^A53", "ADT_A52"),
        ("SIU^S15", "SIU_S12"),
        ("MDM^T04", "MDM_T02"),
        ("QBP^Q22", "QBP_Q21"),
        ("ACK^A01", "ACK"),
    ] {
        assert_eq!(v24.structure_for(event), Some(structure), "{event}");
    }
    assert_eq!(v24.structure_for("ADT^A99"), None);
    assert!(v24.structure("ADT_A40").is_none(), "no structure is called ADT_A40");
    assert_eq!(base(Version::V231).structure_for("ADT^A28"), Some("ADT_A01"));
    assert_eq!(base(Version::V25).structure_for("ADT^A12"), Some("ADT_A12"));
}

#[test]
fn structures_are_those_of_the_standard() {
    let text = |version, id: &str| base(version).structure(id).unwrap().root.to_string();
    assert!(text(Version::V24, "ADT_A01").starts_with("MSH EVN PID [PD1] [{ROL}] [{NK1}] PV1 [PV2] [{ROL}] [{DB1}]"));
    assert!(text(Version::V24, "ORM_O01").contains("{ORDER: ORC [ORDER_DETAIL: <OBR|RQD|RQ1|RXO|ODS|ODT> [{NTE}]"));
    assert!(text(Version::V24, "PGL_PC6").contains("<OBR|RXO>"));
    let oru = &base(Version::V24).structure("ORU_R01").unwrap().root;
    let mut names = Vec::new();
    let mut group = oru;
    while let Some(Member::Group(last)) = group.members.iter().rfind(|member| matches!(member, Member::Group(_))) {
        names.push(last.name.as_deref().unwrap());
        group = last;
    }
    assert_eq!(names, ["PATIENT_RESULT", "ORDER_OBSERVATION", "OBSERVATION"]);
}

#[test]
fn the_laboratory_messages_of_2_5_serve_in_2_4() {
    let v24 = base(Version::V24);
    for id in ["OML_O33", "ORL_O34", "OUL_R22"] {
        assert_eq!(v24.structure(id).unwrap().adopted_from, Some(Version::V25), "{id}");
    }
    assert_eq!(v24.segment("SPM").unwrap().adopted_from, Some(Version::V25));
    assert_eq!(v24.segment("PID").unwrap().adopted_from, None);
    assert_eq!(v24.structure_for("OML^O33"), Some("OML_O33"));
}

#[test]
fn every_structure_reads_back_as_printed() {
    for version in Version::ALL {
        for structure in base(version).structures() {
            let again = super::Group::parse(&structure.root.to_string()).unwrap();
            assert_eq!(again, structure.root, "{version} {}", structure.id);
        }
    }
}

#[test]
fn tables_know_their_codes_and_their_kind() {
    let acknowledgement = table("0008").unwrap();
    assert_eq!(acknowledgement.kind, TableKind::Hl7);
    assert!(acknowledgement.contains("AA") && !acknowledgement.contains("aa"));
    let sex = table("0001").unwrap();
    assert_eq!((sex.kind, sex.label("F")), (TableKind::User, Some("Female")));
    assert!(table("0125").unwrap().contains("CE"), "withdrawn later, but right in 2.4");
    assert!(table("0354").unwrap().contains("OML_O33"));
    assert_eq!(table("0399").unwrap().codes().len(), 255);
    assert!(table("9999").is_none());
}

#[test]
fn tables_of_all_structures_and_events_are_complete() {
    for version in Version::ALL {
        for structure in base(version).structures() {
            assert!(table("0354").unwrap().contains(structure.id), "{version} {}", structure.id);
        }
        for (event, _) in base(version).events() {
            assert!(table("0076").unwrap().contains(&event[..3]), "{version} {event}");
        }
    }
}
