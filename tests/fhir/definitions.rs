//! The definitions built into the program: complete, readable, and the later layer over the earlier.

use hallmark::standard::fhir::pare::{self, Keep, Refused};
use hallmark::standard::fhir::store::{Builder, Facts, Packing, Store};
use hallmark::standard::fhir::{Layer, Library, Model, Primitive, PropertyValue, Release, TypeKind};

const RELEASES: [Release; 3] = [Release::Stu3, Release::R4, Release::R4b];

#[test]
fn every_definition_can_be_read() {
    for (release, structures) in [(Release::Stu3, 580), (Release::R4, 1_300), (Release::R4b, 1_300)] {
        let library = Library::embedded(release);
        let mut found = 0;
        for listing in library.list("StructureDefinition") {
            let asked = format!("{}|{}", listing.url, listing.version);
            assert!(library.structure(&asked).is_some(), "{release:?} {asked}");
            found += 1;
        }
        assert!(found >= structures, "{release:?} holds {found} structures");
        for listing in library.list("ValueSet") {
            assert!(library.value_set(listing.url).is_some(), "{release:?} {}", listing.url);
        }
        // Six published URLs have a version in them and cannot be asked for.
        for listing in library.list("CodeSystem").filter(|listing| !listing.url.contains('|')) {
            assert!(library.code_system(listing.url).is_some(), "{release:?} {}", listing.url);
        }
        assert_eq!(library.unread(), []);
    }
}

#[test]
fn every_type_has_its_definition_and_every_element_a_type() {
    for release in RELEASES {
        let library = Library::embedded(release);
        let model = library.model();
        let (mut types, mut primitives) = (0, 0);
        for (id, info) in model.types() {
            types += 1;
            primitives += usize::from(model.primitive(id).is_some());
            assert!(!matches!(info.kind, TypeKind::Primitive(_)) || Primitive::of_name(&info.name).is_some());
            if info.kind != TypeKind::Backbone {
                assert!(library.structure(&info.name).is_some(), "{release:?} has no definition of {}", info.name);
            }
            for child in &info.children {
                let known = !child.types.is_empty() && child.types.iter().all(|id| model.info(*id).is_some());
                assert!(known, "{release:?} {}.{} has an unknown type", info.name, model.name_of(child.name));
                assert!(!model.name_of(child.name).is_empty());
            }
        }
        assert!(types > 500, "{release:?} has {types} types");
        // `xhtml` is one of them; STU3 has neither `canonical` nor `url` nor `uuid` apart.
        assert!((18..=21).contains(&primitives), "{release:?} has {primitives} primitive types");
    }
}

#[test]
fn a_type_knows_its_elements_as_instances_write_them() {
    let library = Library::embedded(Release::R4);
    let model = library.model();
    let info = |name: &str| model.info(model.type_id(name).expect("a type of R4")).expect("its number is its own");
    let stands_for = |of: &str, key: &str| info(of).keys.get(key.as_bytes()).and_then(|(_, id)| model.info(*id));
    assert_eq!(stands_for("Observation", "valueQuantity").map(|info| &*info.name), Some("Quantity"));
    assert_eq!(stands_for("Observation", "valueString").map(|info| &*info.name), Some("string"));
    assert!(stands_for("Observation", "value").is_none());
    assert_eq!(stands_for("Patient", "id").map(|info| &*info.name), Some("id"));
    assert_eq!(stands_for("Patient", "contact").map(|info| &*info.name), Some("Patient.contact"));
    // A content reference is the backbone that it refers to.
    assert_eq!(stands_for("Questionnaire.item", "item").map(|info| &*info.name), Some("Questionnaire.item"));
    assert_eq!(stands_for("Bundle.entry", "link").map(|info| &*info.name), Some("Bundle.link"));
    let url = info("Extension").children.iter().find(|child| model.name_of(child.name) == "url");
    assert_eq!(url.map(|child| (child.min, child.max, child.attribute)), Some((1, 1, true)));
    let parts = ["code", "Patient", "Age", "Patient.contact"].map(|name| model.type_id(name).expect("a type of R4"));
    let wholes = ["string", "Resource", "Quantity", "Element"].map(|name| model.type_id(name).expect("a type of R4"));
    for (part, whole) in parts.into_iter().zip(wholes) {
        assert!(model.is_a(part, whole));
        assert!(!model.is_a(whole, part));
    }
}

#[test]
fn a_table_of_types_reads_back_as_it_was_written() {
    for release in RELEASES {
        let library = Library::embedded(release);
        let table = library.model().table();
        let again = Model::of_table(release, table.clone().leak());
        assert_eq!(again.table(), table);
    }
}

#[test]
fn nothing_built_in_has_prose() {
    let library = Library::embedded(Release::R4);
    let patient = library.structure("Patient").expect("R4 has patients");
    assert!(patient.differential.is_empty());
    let constraints: Vec<_> = patient.snapshot.iter().flat_map(|element| &element.constraint).collect();
    assert!(constraints.iter().any(|constraint| constraint.key == "dom-2" && constraint.expression.is_some()));
    assert!(constraints.iter().all(|constraint| constraint.human.is_none()));
    assert!(constraints.iter().any(|constraint| constraint.key == "dom-6" && constraint.best_practice));
    let language = patient.snapshot.iter().find(|element| element.path == "Patient.language");
    let widest = language.and_then(|element| element.binding.as_ref()?.max_value_set.as_deref());
    assert_eq!(widest, Some("http://hl7.org/fhir/ValueSet/all-languages"));
}

#[test]
fn code_systems_keep_what_membership_needs() {
    let library = Library::embedded(Release::R4);
    let gender = library.code_system("http://hl7.org/fhir/administrative-gender").expect("R4 has it");
    assert_eq!(gender.content.as_deref(), Some("complete"));
    assert_eq!(gender.case_sensitive, Some(true));
    let codes: Vec<_> = gender.concept.iter().map(|concept| concept.code.as_str()).collect();
    assert_eq!(codes, ["male", "female", "other", "unknown"]);
    assert!(gender.concept.iter().all(|concept| concept.display.is_some()));
    // One that left the core for HL7's terminology, with properties.
    let status = library.code_system("http://terminology.hl7.org/CodeSystem/v3-NullFlavor").expect("it is carried");
    let mut properties = status.concept.iter().flat_map(|concept| &concept.property);
    assert!(properties.any(|property| matches!(property.value, PropertyValue::Code(_))));
    // ISO's currencies are held by nobody here, so the list of the value set stays.
    let currencies = library.value_set("http://hl7.org/fhir/ValueSet/currencies").expect("R4 has it");
    let listed = currencies.expansion.as_ref().map(|listed| (listed.contains.len() > 100, listed.is_complete()));
    assert_eq!(listed, Some((true, true)));
}

fn store(resources: &[&str]) -> Store {
    let mut builder = Builder::default();
    for json in resources {
        pare::add(&mut builder, json.as_bytes(), Keep::Facts).expect("the test's own resources are well-formed");
    }
    Store::open(builder.finish(Packing::Fast).expect("small")).expect("just made")
}

fn structure(url: &str, version: &str, name: &str) -> String {
    format!(
        r#"{{"resourceType":"StructureDefinition","url":"{url}","version":"{version}","name":"{name}","kind":"resource",
            "type":"Patient","derivation":"constraint","differential":{{"element":[{{"path":"Patient"}}]}}}}"#
    )
}

#[test]
fn a_later_layer_answers_before_an_earlier_and_the_newest_within_one() {
    let url = "http://example.org/StructureDefinition/a";
    let below = [structure(url, "1.0.0", "Old"), structure(url, "1.10.0", "Newest"), structure(url, "1.9.0", "Newer")];
    let above = structure(url, "0.1.0", "Mine");
    let layers =
        [Layer::new("package", store(&below.each_ref().map(String::as_str))), Layer::new("file", store(&[&above]))];
    let [package, file] = layers;
    let embedded = Library::embedded(Release::R4);
    let one = embedded.with([package.clone()]);
    let name = |library: &Library, canonical: &str| library.structure(canonical).map(|found| found.name.clone());
    assert_eq!(name(&one, url).as_deref(), Some("Newest"));
    assert_eq!(name(&one, &format!("{url}|1.0.0")).as_deref(), Some("Old"));
    assert_eq!(name(&one, &format!("{url}|1.9")).as_deref(), Some("Newer"));
    assert_eq!(name(&one, &format!("{url}|1")).as_deref(), Some("Newest"));
    assert_eq!(name(&one, &format!("{url}|2.0.0")), None);
    let both = embedded.with([package, file]);
    assert_eq!(name(&both, url).as_deref(), Some("Mine"));
    assert_eq!(name(&both, &format!("{url}|1.9.0")).as_deref(), Some("Newer"));
    assert_eq!(both.layer_of("StructureDefinition", url), Some("file"));
    // What is below stays there.
    assert_eq!(name(&both, "Patient").as_deref(), Some("Patient"));
    assert_eq!(name(&embedded, url), None);
}

#[test]
fn a_package_may_bring_types() {
    let logical = r##"{"resourceType":"StructureDefinition","url":"http://example.org/StructureDefinition/Thing",
        "name":"Thing","kind":"logical","type":"http://example.org/StructureDefinition/Thing","derivation":
        "specialization","baseDefinition":"http://hl7.org/fhir/StructureDefinition/Element","differential":{"element":[
        {"path":"Thing"},{"path":"Thing.part","min":1,"max":"*","type":[{"code":"BackboneElement"}]},
        {"path":"Thing.part.size[x]","min":0,"max":"1","type":[{"code":"Quantity"},{"code":"integer"}]},
        {"path":"Thing.also","min":0,"max":"3","contentReference":"#Thing.part"}]}}"##;
    let embedded = Library::embedded(Release::R4);
    let library = embedded.with([Layer::new("mine", store(&[logical]))]);
    let model = library.model();
    let thing = model.info(model.type_id("Thing").expect("brought")).expect("its number is its own");
    let names: Vec<_> = thing.children.iter().map(|child| model.name_of(child.name)).collect();
    assert_eq!(names, ["id", "extension", "part", "also"]);
    let (part, also) = (&thing.children[2], &thing.children[3]);
    assert_eq!((part.min, part.max, also.max), (1, u32::MAX, 3));
    assert_eq!(part.types, also.types);
    let part = model.info(part.types[0]).expect("its number is its own");
    assert!(part.keys.contains_key(&b"sizeQuantity"[..]) && part.keys.contains_key(&b"sizeInteger"[..]));
    // Numbers of the types there were stay, so that what was typed by them still is.
    assert_eq!(model.type_id("Patient"), embedded.model().type_id("Patient"));
}

#[test]
fn definitions_of_stu3_read_as_those_of_r4() {
    let json = r#"{"resourceType":"StructureDefinition","url":"http://example.org/a","name":"A","kind":"complex-type",
        "type":"Extension","derivation":"constraint","contextType":"resource","context":["Patient","Observation"],
        "differential":{"element":[{"path":"Extension.value[x]","min":0,"max":"1","type":[
        {"code":"Reference","targetProfile":"http://example.org/p"},{"code":"Reference","targetProfile":"http://example.org/q"},
        {"code":"Quantity","profile":"http://example.org/r"}],
        "binding":{"strength":"required","valueSetReference":{"reference":"http://example.org/vs"}},
        "patternCodeableConcept": { "coding": [ { "code": "a  b" } ] }, "minValueDateTime":"2010-01-01"}]}}"#;
    let store = store(&[json]);
    let library = Library::embedded(Release::Stu3).with([Layer::new("mine", store)]);
    let read = library.structure("http://example.org/a").expect("it is there");
    let contexts: Vec<_> = read.context.iter().map(|one| (one.kind.as_str(), one.expression.as_str())).collect();
    assert_eq!(contexts, [("element", "Patient"), ("element", "Observation")]);
    let element = &read.differential[0];
    assert_eq!(element.types.len(), 2);
    assert_eq!(element.types[0].target_profile, ["http://example.org/p", "http://example.org/q"]);
    assert_eq!(element.types[1].profile, ["http://example.org/r"]);
    assert_eq!(element.binding.as_ref().and_then(|one| one.value_set.as_deref()), Some("http://example.org/vs"));
    let (name, json) = element.pattern.as_ref().expect("it has a pattern");
    assert_eq!((name.as_str(), json.get()), ("CodeableConcept", r#"{"coding":[{"code":"a  b"}]}"#));
    assert_eq!(element.min_value.as_ref().map(|(name, _)| name.as_str()), Some("dateTime"));
}

#[test]
fn what_cannot_be_read_is_told_and_nothing_else_is_lost() {
    let mut builder = Builder::default();
    builder.add("StructureDefinition", "http://example.org/bad", "1", Facts::default(), b"{\"snapshot\":3}".to_vec());
    let good = structure("http://example.org/good", "1", "Good");
    pare::add(&mut builder, good.as_bytes(), Keep::Facts).expect("well-formed");
    assert_eq!(pare::add(&mut builder, br#"{"resourceType":"Patient"}"#, Keep::Facts), Err(Refused::Unnamed));
    assert!(matches!(pare::add(&mut builder, b"{", Keep::Facts), Err(Refused::Unreadable { line: 1, .. })));
    let store = Store::open(builder.finish(Packing::Plain).expect("small")).expect("just made");
    let library = Library::embedded(Release::R4).with([Layer::new("mine", store)]);
    assert!(library.structure("http://example.org/bad").is_none());
    assert!(library.structure("http://example.org/good").is_some());
    let told: Vec<_> = library.unread().into_iter().map(|one| (one.url, one.layer.to_string())).collect();
    assert_eq!(told, [("http://example.org/bad".to_owned(), "mine".to_owned())]);
}

#[test]
fn a_broken_store_is_empty_or_lacks_what_is_broken() {
    let good = structure("http://example.org/good", "1", "Good");
    let mut builder = Builder::default();
    pare::add(&mut builder, good.as_bytes(), Keep::Facts).expect("well-formed");
    let bytes = builder.finish(Packing::Fast).expect("small");
    // Every byte in turn, and every length: reading never fails in another way than by finding nothing.
    for at in 0..bytes.len() {
        for broken in [[&bytes[..at], &[bytes[at] ^ 0xff], &bytes[at + 1..]].concat(), bytes[..at].to_vec()] {
            let Some(store) = Store::open(broken) else { continue };
            for held in store.held().take(4) {
                let _ = store.read(held.at);
            }
            assert!(store.find("StructureDefinition", "http://example.org/good").count() <= 1);
        }
    }
}
