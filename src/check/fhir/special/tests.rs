//! Whole resources through the checks of their types.

use super::super::{
    Code, Context, Examples, Found, Issues, Membership, Options, Profile, Profiles, Publication, SecurityChecks, Terms,
};
use super::super::{CodingRef, Links};
use crate::instance::{Document, Elements, Instance, Namespaces, TypeId};
use crate::parse::{self, Faults};
use crate::standard::fhir::store::{Builder, Facts, Packing, Store};
use crate::standard::fhir::{Layer, Library, Release, Syntax, View};
use std::sync::Arc;

/// No profiles: only the checks of this module run.
struct Bare;

impl Profiles for Bare {
    fn profile(&self, _: &str) -> Option<Arc<Profile>> {
        None
    }

    fn for_type(&self, _: TypeId) -> Option<&Profile> {
        None
    }
}

/// A value set of the codes that begin with `a`.
struct Letters;

impl Terms for Letters {
    fn member(&self, _: &str, coding: CodingRef<'_>) -> Membership {
        if coding.code.starts_with('a') { Membership::Member } else { Membership::NotMember }
    }

    fn in_system(&self, coding: CodingRef<'_>) -> Membership {
        self.member("", coding)
    }

    fn few_codes(&self, _: &str) -> Option<Vec<String>> {
        None
    }
}

/// What the checks find in `text`, as `code path`, with `held` in the library: type, URL and JSON.
fn found(text: &str, held: &[(&str, &str, &str)]) -> Vec<String> {
    found_with(text, held, &Options { security_checks: SecurityChecks::Enforced, ..Options::default() })
}

fn found_with(text: &str, held: &[(&str, &str, &str)], options: &Options) -> Vec<String> {
    let mut builder = Builder::default();
    for (kind, url, json) in held {
        builder.add(kind, url, "", Facts::default(), json.as_bytes().to_vec());
    }
    let store = Store::open(builder.finish(Packing::Plain).unwrap()).unwrap();
    let library = Library::embedded(Release::R4).with([Layer::new("case", store)]);
    let (mut tree, mut elements, mut faults) = (Instance::default(), Elements::default(), Faults::default());
    let is_xml = text.trim_start().starts_with('<');
    let mut namespaces = Namespaces::default();
    let syntax = if is_xml {
        let parsed = parse::xml::parse(text.as_bytes(), &mut tree, &mut namespaces, &mut faults);
        parse::fhir::xml::lower(parsed.markup(&tree, &namespaces), library.model(), &mut elements, &mut faults);
        Syntax::Xml
    } else {
        parse::json::parse(text.as_bytes(), &mut tree, &mut faults);
        let document = Document { bytes: text.as_bytes(), tree: &tree };
        parse::fhir::json::lower(document, library.model(), &mut elements, &mut faults);
        Syntax::Json
    };
    assert_eq!(faults.listed().len(), 0, "{:?}", faults.listed());
    let view = View { bytes: text.as_bytes(), elements: &elements, model: library.model(), syntax };
    let context = Context {
        library: &library,
        model: library.model(),
        profiles: &Bare,
        terminology: &Letters,
        resolver: &Links::default(),
        options,
    };
    let mut issues = Issues::default();
    super::check(view, Elements::ROOT, &context, &mut issues);
    let told = |issue: &super::super::Issue| {
        let open = if issue.outcome == Found::CannotTell { "?" } else { "" };
        format!("{}{open} {}", issue.code.as_str().trim_start_matches("fhir."), view.path(issue.node))
    };
    let mut told: Vec<String> = issues.kept().iter().map(told).collect();
    told.sort();
    assert!(issues.kept().iter().all(|issue| issue.code != Code::Limit && !issue.message.contains("secret")));
    told
}

const URL: &str = "http://x.test/Questionnaire/q";

/// What is told of a response with `items` to a questionnaire with `asked`.
fn answered(asked: &str, status: &str, items: &str) -> Vec<String> {
    let form = format!(r#"{{"resourceType":"Questionnaire","url":"{URL}","status":"active","item":[{asked}]}}"#);
    let response = format!(
        r#"{{"resourceType":"QuestionnaireResponse","questionnaire":"{URL}","status":"{status}","item":[{items}]}}"#
    );
    found(&response, &[("Questionnaire", URL, &form)])
}

#[test]
fn items_stand_where_and_as_often_as_the_questionnaire_says() {
    let asked = r#"{"linkId":"g","type":"group","repeats":true,"item":[{"linkId":"a","type":"string","required":true},
        {"linkId":"b","type":"string"}]},{"linkId":"c","type":"display"}"#;
    let item = |link: &str| format!(r#"{{"linkId":"{link}","answer":[{{"valueString":"v"}}]}}"#);
    let group = |inside: &str| format!(r#"{{"linkId":"g","item":[{inside}]}}"#);
    assert_eq!(answered(asked, "completed", &group(&item("a"))), [""; 0]);
    assert_eq!(
        answered(asked, "completed", &group(&format!("{},{}", item("b"), item("a")))),
        ["response-order QuestionnaireResponse.item[0].item[1]"]
    );
    assert_eq!(answered(asked, "completed", &group(&item("b"))), ["response-required QuestionnaireResponse.item[0]"]);
    assert_eq!(answered(asked, "in-progress", &group(&item("b"))), ["response-warning QuestionnaireResponse.item[0]"]);
    assert_eq!(
        answered(asked, "completed", &format!("{},{}", item("secret"), item("b"))),
        ["response-item QuestionnaireResponse", "response-item QuestionnaireResponse"]
    );
    assert_eq!(answered(asked, "completed", &item("c")), ["response-type QuestionnaireResponse.item[0]"]);
    assert_eq!(
        answered(asked, "completed", &group(&format!("{},{}", item("a"), item("a")))),
        ["response-range QuestionnaireResponse.item[0]"]
    );
}

#[test]
fn conditions_look_at_the_nearest_answers() {
    let asked = |behaviour: &str| {
        format!(
            r#"{{"linkId":"n","type":"integer"}},{{"linkId":"m","type":"integer"}},{{"linkId":"w","type":"string",
            "required":true,"enableBehavior":"{behaviour}","enableWhen":[{{"question":"n","operator":">=",
            "answerInteger":10}},{{"question":"m","operator":"exists","answerBoolean":false}}]}}"#
        )
    };
    let number = |link: &str, value: u32| format!(r#"{{"linkId":"{link}","answer":[{{"valueInteger":{value}}}]}}"#);
    let word = r#"{"linkId":"w","answer":[{"valueString":"v"}]}"#;
    let (nine, ten, other) = (number("n", 9), number("n", 10), number("m", 1));
    let all = |items: &str| answered(&asked("all"), "completed", items);
    let any = |items: &str| answered(&asked("any"), "completed", items);
    assert_eq!(all(&ten), ["response-required QuestionnaireResponse"]);
    assert_eq!(all(&format!("{ten},{word}")), [""; 0]);
    assert_eq!(all(&format!("{nine},{word}")), ["response-disabled QuestionnaireResponse.item[1]"]);
    assert_eq!(all(&format!("{ten},{other}")), [""; 0]);
    assert_eq!(any(&nine), ["response-required QuestionnaireResponse"]);
    assert_eq!(any(&format!("{nine},{other}")), [""; 0]);
    assert_eq!(any(&format!("{nine},{other},{word}")), ["response-disabled QuestionnaireResponse.item[2]"]);
}

#[test]
fn expressions_with_variables_say_what_is_asked() {
    let asked = |expression: &str| {
        let extension = |url: &str, name: &str, text: &str| {
            format!(
                r#"{{"url":"{url}","valueExpression":{{"name":"{name}","language":"text/fhirpath",
                "expression":"{text}"}}}}"#
            )
        };
        let variable = "http://hl7.org/fhir/StructureDefinition/variable";
        let of_group = extension(variable, "n", "%resource.item.where(linkId='n').answer.value");
        let broken = extension(variable, "lost", "%patient.name");
        let of_item = extension(variable, "twice", "%n * 2");
        let url = "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-enableWhenExpression";
        let enable = extension(url, "e", expression);
        format!(
            r#"{{"linkId":"n","type":"integer"}},{{"linkId":"g","type":"group","extension":[{of_group},{broken}],
            "item":[{{"linkId":"w","type":"string","extension":[{of_item},{enable}]}}]}}"#
        )
    };
    let items = |number: u32| {
        format!(
            r#"{{"linkId":"n","answer":[{{"valueInteger":{number}}}]}},
            {{"linkId":"g","item":[{{"linkId":"w","answer":[{{"valueString":"v"}}]}}]}}"#
        )
    };
    let told = |expression: &str, number: u32| answered(&asked(expression), "completed", &items(number));
    let at = "QuestionnaireResponse.item[1].item[0]";
    assert_eq!(told("%twice > 10", 6), [""; 0]);
    assert_eq!(told("%twice > 10", 5), [format!("response-disabled {at}")]);
    assert_eq!(told("%lost.exists()", 5), [format!("response-disabled? {at}")]);
    assert_eq!(told("no expression (", 5), [format!("response-disabled? {at}")]);
}

#[test]
fn answers_are_of_the_type_among_the_options_and_in_the_limits() {
    let asked = r#"{"linkId":"o","type":"choice","answerOption":[{"valueCoding":{"system":"s:a","code":"x"}}]},
        {"linkId":"v","type":"open-choice","answerValueSet":"http://x.test/vs"},
        {"linkId":"d","type":"decimal","extension":[
            {"url":"http://hl7.org/fhir/StructureDefinition/maxValue","valueDecimal":5.0},
            {"url":"http://hl7.org/fhir/StructureDefinition/maxDecimalPlaces","valueInteger":1}]},
        {"linkId":"t","type":"string","maxLength":3}"#;
    let told = |link: &str, value: &str| {
        answered(asked, "completed", &format!(r#"{{"linkId":"{link}","answer":[{{{value}}}]}}"#))
    };
    let at = "QuestionnaireResponse.item[0].answer[0]";
    assert_eq!(told("o", r#""valueCoding":{"system":"s:a","code":"x"}"#), [""; 0]);
    assert_eq!(told("o", r#""valueCoding":{"system":"s:b","code":"x"}"#), [format!("response-option {at}")]);
    assert_eq!(told("o", r#""valueString":"x""#), [format!("response-option {at}")]);
    assert_eq!(told("v", r#""valueString":"own words""#), [""; 0]);
    assert_eq!(told("v", r#""valueCoding":{"system":"s:a","code":"a1"}"#), [""; 0]);
    assert_eq!(told("v", r#""valueCoding":{"system":"s:a","code":"b1"}"#), [format!("response-option {at}")]);
    assert_eq!(told("v", r#""valueCoding":{"code":"a1"}"#), [format!("response-option-warning {at}")]);
    assert_eq!(told("v", r#""valueBoolean":true"#), [format!("response-type {at}.value.ofType(boolean)")]);
    assert_eq!(told("d", r#""valueDecimal":5.00"#), [format!("response-range {at}.value.ofType(decimal)")]);
    assert_eq!(told("d", r#""valueDecimal":5.1"#), [format!("response-range {at}.value.ofType(decimal)")]);
    assert_eq!(told("d", r#""valueDecimal":4.9"#), [""; 0]);
    assert_eq!(told("t", r#""valueString":"four""#), [format!("response-range {at}.value.ofType(string)")]);
}

#[test]
fn a_contained_questionnaire_and_its_value_set_are_used_and_not_quoted() {
    let response = |code: &str| {
        format!(
            r##"{{"resourceType":"QuestionnaireResponse","questionnaire":"#q","status":"completed","contained":[
            {{"resourceType":"Questionnaire","id":"q","status":"active","item":[
                {{"linkId":"secret","type":"choice","required":true,"answerValueSet":"#v"}}]}},
            {{"resourceType":"ValueSet","id":"v","status":"active","compose":{{"include":[
                {{"system":"s:a","concept":[{{"code":"x"}}]}}]}}}}],
            "item":[{code}]}}"##
        )
    };
    let answer = |code: &str| {
        response(&format!(r#"{{"linkId":"secret","answer":[{{"valueCoding":{{"system":"s:a","code":"{code}"}}}}]}}"#))
    };
    assert_eq!(found(&answer("x"), &[]), [""; 0]);
    assert_eq!(found(&answer("y"), &[]), ["response-option QuestionnaireResponse.item[0].answer[0]"]);
    assert_eq!(found(&response(r#"{"linkId":"secret"}"#), &[]), ["response-required QuestionnaireResponse.item[0]"]);
}

#[test]
fn conditions_of_a_questionnaire_lead_to_a_question_before() {
    let told = |question: &str| {
        let text = format!(
            r#"{{"resourceType":"Questionnaire","status":"draft","item":[{{"linkId":"a","type":"boolean"}},
            {{"linkId":"b","type":"group","enableWhen":[{{"question":"{question}","operator":"=",
            "answerBoolean":true}}],"item":[{{"linkId":"c","type":"boolean"}}]}},{{"linkId":"d","type":"boolean"}}]}}"#
        );
        found(&text, &[])
    };
    assert_eq!(told("a"), [""; 0]);
    assert_eq!(told("b"), ["questionnaire Questionnaire.item[1]"]);
    assert_eq!(told("c"), ["questionnaire Questionnaire.item[1]"]);
    assert_eq!(told("d"), ["questionnaire-warning Questionnaire.item[1]"]);
    assert_eq!(told("e"), ["questionnaire Questionnaire.item[1]"]);
}

#[test]
fn single_values_are_looked_at_in_every_resource() {
    let text = r#"{"resourceType":"Patient","identifier":[{"id":"i","system":"urn:ietf:rfc:3986","value":"1.2.3"},
        {"id":"i","system":"urn:ietf:rfc:3986","value":"urn:oid:1.2.3"}],"name":[{"text":"<b>secret</b>"},{"text":"a < b"}],
        "photo":[{"contentType":"text/plain","data":"YWJj","size":3},{"contentType":"text/plain","data":"YWI=","size":3}]}"#;
    assert_eq!(
        found(text, &[]),
        [
            "attachment Patient.photo[1]",
            "special Patient.identifier[0]",
            "special Patient.identifier[1]",
            "unsafe-text Patient.name[0].text"
        ]
    );
}

#[test]
fn definitions_that_cannot_be_applied_are_told() {
    let told = |elements: &str| {
        let text = format!(
            r#"{{"resourceType":"StructureDefinition","url":"http://x.test/sd","name":"X","status":"draft",
            "kind":"resource","abstract":false,"type":"Patient","derivation":"constraint",
            "baseDefinition":"http://hl7.org/fhir/StructureDefinition/Patient","differential":{{"element":[{elements}]}}}}"#
        );
        found(&text, &[])
    };
    let element = |path: &str, rest: &str| format!(r#"{{"id":"{path}","path":"{path}"{rest}}}"#);
    let (root, first) = ("structure-definition StructureDefinition", "StructureDefinition.differential.element[0]");
    assert_eq!(told(&element("Patient.name", r#","min":1"#)), [""; 0]);
    assert_eq!(told(&element("Patient..name", "")), [root]);
    assert_eq!(told(&element("Patient.deceasedBla", "")), [root]);
    assert_eq!(told(&element("Patient.bla", "")), [root.to_owned(), format!("structure-definition {first}")]);
    assert_eq!(told(&element("Patient.link.other", r#","min":0"#)), [format!("structure-definition {first}")]);
    let swapped = format!("{},{}", element("Patient.birthDate", ""), element("Patient.name", ""));
    assert_eq!(told(&swapped), [root.to_owned(), format!("structure-definition {first}")]);
    let bound = r#","type":[{"code":"date"}],"binding":{"strength":"required"}"#;
    assert_eq!(told(&element("Patient.birthDate", bound)), [format!("structure-definition {first}")]);
}

#[test]
fn code_systems_and_value_sets_are_what_they_say() {
    let system = r#"{"resourceType":"CodeSystem","url":"http://x.test/cs","status":"draft","content":"complete",
        "caseSensitive":true,"property":[{"code":"p","uri":"http://x.test/p","type":"integer"},
        {"code":"p","uri":"http://x.test/q","type":"integer"}],"concept":[{"code":"1","property":[
        {"code":"p","valueString":"no"},{"code":"other","valueString":"no"}]}]}"#;
    assert_eq!(
        found(system, &[]),
        [
            "code-system CodeSystem.concept[0].property[0]",
            "code-system CodeSystem.property[1]",
            "code-system-warning CodeSystem.concept[0].property[1]"
        ]
    );
    let set = r##"{"resourceType":"ValueSet","status":"draft","compose":{"include":[{"system":"#c"},
        {"system":"http://snomed.info/sct","filter":[{"property":"constraint","op":"=","value":"1 << 2"}]},
        {"system":"http://x.test/cs","concept":[{"code":"a"},{"code":"b"}]}]}}"##;
    assert_eq!(
        found(set, &[]),
        [
            "value-set ValueSet.compose.include[0]",
            "value-set ValueSet.compose.include[0]",
            "value-set ValueSet.compose.include[1].filter[0]",
            "value-set ValueSet.compose.include[2].concept[1]"
        ]
    );
}

#[test]
fn a_supplement_adds_to_codes_that_there_are() {
    let told = |rest: &str| {
        let text = format!(r#"{{"resourceType":"CodeSystem","url":"http://x.test/cs","status":"draft",{rest}}}"#);
        found(&text, &[]).into_iter().filter(|told| told.starts_with("code-system ")).collect::<Vec<_>>()
    };
    let concepts = r#""concept":[{"code":"a"},{"code":"b"}]"#;
    let right = format!(r#""content":"supplement","supplements":"http://x.test/of|1",{concepts}"#);
    assert_eq!(told(&right), ["code-system CodeSystem.concept[1]"]);
    assert_eq!(told(r#""content":"supplement","concept":[{"code":"a"}]"#), ["code-system CodeSystem.content"]);
    assert_eq!(
        told(r#""content":"complete","supplements":"http://x.test/of","caseSensitive":true"#),
        ["code-system CodeSystem.caseSensitive", "code-system CodeSystem.content"]
    );
    assert_eq!(told(&format!(r#""content":"complete","count":3,{concepts}"#)), ["code-system CodeSystem.count"]);
    assert_eq!(told(&format!(r#""content":"complete","count":2,{concepts}"#)), [""; 0]);
}

#[test]
fn definitions_are_known_by_absolute_urls() {
    let set = |url: &str| format!(r#"{{"resourceType":"ValueSet","url":"{url}","status":"draft"}}"#);
    assert_eq!(found(&set("ValueSet/x"), &[]), ["primitive-format ValueSet.url"]);
    assert_eq!(found(&set("urn:oid:2.16.840.1.113883.2.1.6.7"), &[]), [""; 0]);
    assert_eq!(found(r#"{"resourceType":"Device","url":"x"}"#, &[]), [""; 0]);
}

#[test]
fn what_is_published_says_more_and_no_examples() {
    let options = Options { publication: Publication::Meant, examples: Examples::Forbidden, ..Options::default() };
    let told = |url: &str| {
        let text = format!(
            r#"{{"resourceType":"ValueSet","url":"{url}","name":"X","title":"X","version":"1","status":"draft",
            "experimental":false}}"#
        );
        found_with(&text, &[], &options)
    };
    assert_eq!(told("http://hl7.org/fhir/ValueSet/x"), ["special ValueSet", "value-set ValueSet"]);
    assert_eq!(told("http://x.test/ValueSet/x"), ["value-set-warning ValueSet"]);
    assert_eq!(told("http://example.org/x"), ["example-url ValueSet.url", "value-set-warning ValueSet"]);
}

#[test]
fn reports_are_held_against_their_measures() {
    let code = r#""code":{"coding":[{"system":"s:a","code":"initial"}]}"#;
    let measure = format!(
        r#"{{"resourceType":"Measure","url":"http://x.test/m","status":"draft","group":[{{"population":[{{{code},
        "criteria":{{"language":"text/cql","expression":"A"}}}}]}}]}}"#
    );
    let told = |kind: &str, groups: &str| {
        let report = format!(
            r#"{{"resourceType":"MeasureReport","status":"complete","type":"{kind}","measure":"http://x.test/m",
            "period":{{"start":"2020"}},"group":[{groups}]}}"#
        );
        found(&report, &[("Measure", "http://x.test/m", &measure)])
    };
    let group = |count: u32| format!(r#"{{"population":[{{{code},"count":{count}}}]}}"#);
    assert_eq!(told("summary", &group(3)), [""; 0]);
    assert_eq!(told("subject-list", &group(3)), ["measure-report MeasureReport.group[0].population[0]"]);
    assert_eq!(
        told("summary", &format!("{},{}", group(3), group(4))),
        [
            "measure-report MeasureReport",
            "measure-report MeasureReport.group[0]",
            "measure-report MeasureReport.group[1]"
        ]
    );
}

#[test]
fn a_definition_is_derived_as_its_base_lets_it() {
    let told = |rest: &str| {
        let text = format!(
            r#"{{"resourceType":"StructureDefinition","url":"http://x.test/sd","name":"X","status":"draft",
            "abstract":false,{rest}}}"#
        );
        found(&text, &[]).iter().filter(|told| told.starts_with("structure-definition ")).count()
    };
    let of = |kind: &str, type_name: &str, base: &str, derivation: &str| {
        format!(
            r#""kind":"{kind}","type":"{type_name}","derivation":"{derivation}",
            "baseDefinition":"http://hl7.org/fhir/StructureDefinition/{base}""#
        )
    };
    assert_eq!(told(&of("resource", "Patient", "Patient", "constraint")), 0);
    assert_eq!(told(&of("resource", "Person", "Patient", "constraint")), 1);
    assert_eq!(told(&of("complex-type", "Patient", "Patient", "constraint")), 1);
    assert_eq!(told(&of("resource", "Patient", "Patient", "specialization")), 1);
    assert_eq!(told(&of("resource", "Own", "DomainResource", "specialization")), 0);
    let extension = of("complex-type", "Extension", "Extension", "constraint");
    let fixed = |url: &str| {
        format!(
            r#"{extension},"differential":{{"element":[{{"id":"Extension.url","path":"Extension.url",
            "fixedUri":"{url}"}}]}}"#
        )
    };
    assert_eq!(told(&extension), 1);
    assert_eq!(told(&fixed("http://x.test/other")), 1);
    assert_eq!(told(&fixed("http://x.test/sd")), 0);
}
