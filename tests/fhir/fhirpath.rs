//! FHIRPath on resources: what expressions give, what they cannot tell, and where they stop.
#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use super::resource::Resource;
use hallmark::check::fhirpath::{
    Alone, Answer, Cause, Compiled, Dialect, Halt, Host, Item, Resolution, Scratch, Subject, Truth,
};
use hallmark::instance::{Elements, NodeId};
use hallmark::standard::fhir::{Library, Release, View};

const PATIENT: &str = r##"{
    "resourceType": "Patient", "id": "specimen",
    "text": {"status": "generated", "div": "<div xmlns=\"http://www.w3.org/1999/xhtml\">Specimen</div>"},
    "contained": [{"resourceType": "Organization", "id": "org", "name": "A trust",
                   "partOf": {"reference": "#parent"}}],
    "extension": [{"url": "http://example.org/age", "valueAge": {"value": 3, "unit": "years", "code": "a",
                   "system": "http://unitsofmeasure.org"}}],
    "active": true, "gender": "female", "birthDate": "1962-05-14", "_birthDate": {"extension": [
        {"url": "http://example.org/time", "valueDateTime": "1962-05-14T10:00:00Z"}]},
    "name": [{"use": "official", "family": "SPECIMEN", "given": ["ALEX", "B\u0045A"]},
             {"use": "usual", "given": ["LEX"]}, {"_family": {"extension": [
                {"url": "http://example.org/absent", "valueCode": "unknown"}]}}],
    "multipleBirthInteger": 2,
    "managingOrganization": {"reference": "#org"},
    "generalPractitioner": [{"reference": "Practitioner/1"}, {"reference": "#org"}]
}"##;

/// Evaluates `expression` at the root of [`PATIENT`]; what it gives, one item a line of type and value.
fn given(expression: &str, host: &dyn Host) -> Result<Vec<String>, Halt> {
    let library = Library::embedded(Release::R4);
    let model = library.model();
    let resource = Resource::of_json(PATIENT.into(), model);
    let view = resource.view(model);
    let compiled = Compiled::with(expression, model, Dialect::Published).map_err(Halt::Error)?;
    let items = compiled.evaluate(&mut Scratch::default(), view, Elements::ROOT, host)?;
    let shown = |item: &Item<'_>| match item {
        Item::Node(node) => format!("{} {}", view.type_name(*node), view.text(*node).unwrap_or_default()),
        _ => item.to_text().map_or("(no text)".to_owned(), |text| text.to_string()),
    };
    Ok(items.iter().map(shown).collect())
}

fn truth(expression: &str, host: &dyn Host) -> Truth {
    let library = Library::embedded(Release::R4);
    let model = library.model();
    let resource = Resource::of_json(PATIENT.into(), model);
    let compiled = Compiled::new(expression, model).unwrap_or_else(|error| panic!("{expression}: {error}"));
    compiled.check(&mut Scratch::default(), resource.view(model), Elements::ROOT, host)
}

#[test]
fn expressions_give_what_the_instance_holds() {
    for (expression, wanted) in [
        ("name.given", "string ALEX|string BEA|string LEX"),
        ("Patient.name.where(use = 'usual').given", "string LEX"),
        ("Observation.name", ""),
        ("name.count()", "3"),
        ("name.family.count()", "2"),
        ("name.family.select(hasValue())", "true|false"),
        ("name.given.first() & '-' & name.given.last()", "ALEX-LEX"),
        ("name[1].use", "code usual"),
        ("name.skip(1).take(1).given", "string LEX"),
        ("name.where($index > 0).given", "string LEX"),
        ("name.select($index)", "0|1|2"),
        ("name.exists($index = 2)", "true"),
        ("name.all($index < 2)", "false"),
        ("name.given.where(matches('^[AL]') and $index > 0)", "string LEX"),
        ("name.given.aggregate($total & $this.substring(0, 1), '')", "ABL"),
        ("multipleBirth + 1", "3"),
        ("multipleBirth is integer", "true"),
        ("multipleBirth.ofType(boolean)", ""),
        ("birthDate + 1 month", "1962-06-14"),
        ("birthDate.extension('http://example.org/time').value", "dateTime 1962-05-14T10:00:00Z"),
        ("extension.value is Quantity", "true"),
        ("extension.value = 3 'a'", "true"),
        ("extension.value > 35 months", ""),
        ("extension.value.type().name", "Age"),
        ("name.first().type().name", "HumanName"),
        ("contact.type()", ""),
        ("gender.as(code)", "code female"),
        ("gender in ('female' | 'male')", "true"),
        (
            "descendants().where($this is Reference).reference",
            "string #parent|string #org|string Practitioner/1|string #org",
        ),
        ("(name.given | name.given).count()", "3"),
        ("name.given.combine(name.given).isDistinct()", "false"),
        ("name.given.subsetOf(Patient.name.given)", "true"),
        ("name.given.supersetOf('ALEX')", "true"),
        ("name.given.exclude('ALEX')", "string BEA|string LEX"),
        ("name.given.intersect('LEX' | 'x')", "string LEX"),
        ("name.given.sort(-$this)", "string LEX|string BEA|string ALEX"),
        ("defineVariable('all', name.given).select(%all.count())", "3"),
        ("name.select(defineVariable('g', given.count()).select(%g))", "2|1|0"),
        ("iif(active, 'yes', 1 / 0)", "yes"),
        ("repeat(contained).id", "id org"),
        ("%resource.id | %context.id | %rootResource.id", "id specimen"),
        ("contained.select(%resource.id)", "id specimen"),
        ("id.replaceMatches('e', 'i')", "spicimin"),
        ("'a,b'.split(',').join('+')", "a+b"),
        ("text.`div`.exists()", "true"),
        ("{} | {}", ""),
    ] {
        let found = given(expression, &Alone).unwrap_or_else(|halt| panic!("{expression}: {halt:?}"));
        assert_eq!(found.join("|"), wanted, "{expression}");
    }
}

#[test]
fn invariants_hold_or_do_not() {
    for (expression, wanted) in [
        ("hasValue() or (children().count() > id.count())", Truth::True),
        ("extension.exists() != value.exists()", Truth::True),
        ("contained.contained.empty()", Truth::True),
        ("name.exists() and name.empty()", Truth::False),
        // Nothing is no truth, and anything but a boolean is one.
        ("contact.name", Truth::False),
        ("name.given", Truth::True),
        ("name.given.all(length() > 2)", Truth::True),
        ("name.all(family.exists())", Truth::False),
        ("descendants().as(code).exists()", Truth::True),
    ] {
        assert_eq!(truth(expression, &Alone), wanted, "{expression}");
    }
    assert!(matches!(truth("name.given < 3", &Alone), Truth::Error(_)));
}

/// Knows one code, one reference and one resource elsewhere.
struct Knows;

impl Host for Knows {
    fn resolve(&self, view: View<'_>, _: NodeId, reference: &str) -> Resolution {
        match reference {
            "#org" => view.child_called(Elements::ROOT, "contained").map_or(Resolution::Nothing, Resolution::Node),
            "Practitioner/1" => Resolution::Elsewhere(view.model.type_id("Practitioner").unwrap()),
            _ => Resolution::CannotTell("the reference leads out of the unit".into()),
        }
    }

    fn member_of(&self, view: View<'_>, subject: Subject<'_>, value_set: &str) -> Answer {
        if value_set != "http://example.org/known" {
            return Answer::CannotTell("the value set is not held".into());
        }
        let is = |code: &str| code == "female";
        let member = match subject {
            Subject::Node(node) => is(&view.text(node).unwrap_or_default()),
            Subject::Text(code) => is(code),
        };
        if member { Answer::Yes } else { Answer::No }
    }
}

#[test]
fn what_cannot_be_told_matters_only_where_it_decides() {
    const UNKNOWN: &str = "gender.memberOf('http://example.org/other')";
    let cause = Truth::CannotTell(Cause::Borrowed("the value set is not held"));
    for (expression, wanted) in [
        ("gender.memberOf('http://example.org/known')", Truth::True),
        ("name.given.first().memberOf('http://example.org/known')", Truth::False),
        ("U", cause.clone()),
        ("U or active", Truth::True),
        ("active or U", Truth::True),
        ("U and active", cause.clone()),
        ("U and active.not()", Truth::False),
        ("active.not() and U", Truth::False),
        ("active.not() implies U", Truth::True),
        ("U implies active", Truth::True),
        ("U implies active.not()", cause.clone()),
        ("name.exists(use = 'usual' or %resource.U)", Truth::True),
        ("name.where(use = 'usual' or %resource.U).exists()", Truth::True),
        ("name.exists(use = 'old' or %resource.U)", cause.clone()),
        ("name.all(use = 'old' and %resource.U)", Truth::False),
        ("name.all(use = 'old' or %resource.U)", cause.clone()),
        ("name.where(%resource.U).count() > 0", cause),
        ("managingOrganization.resolve().name = 'A trust'", Truth::True),
        ("generalPractitioner.resolve().where($this is Practitioner).exists()", Truth::True),
        ("generalPractitioner.resolve().ofType(Patient).empty()", Truth::True),
        ("contained.partOf.resolve().empty()", Truth::CannotTell("the reference leads out of the unit".into())),
    ] {
        let expression = expression.replace('U', UNKNOWN);
        assert_eq!(truth(&expression, &Knows), wanted, "{expression}");
    }
    assert!(matches!(truth("generalPractitioner.first().resolve().active", &Knows), Truth::CannotTell(_)));
}

#[test]
fn no_expression_runs_away() {
    for expression in [
        "name.aggregate($total | descendants() | descendants(), descendants()).select(%resource.descendants()).select(%resource.descendants()).select(%resource.descendants()).count() > 0",
        "(1 | 2).repeatAll($this) is Integer",
        "name.given.repeat($this & 'x').exists()",
        "descendants().select(%resource.descendants()).select(%resource.descendants()).select(%resource.descendants()).select(%resource.descendants()).exists(false)",
        "(1|2|3|4|5|6|7|8|9).select(%context.descendants()).select(%context.descendants()).select(%context.descendants()).aggregate($total & $total & 'x', 'x') = ''",
    ] {
        let outcome = truth(expression, &Alone);
        assert!(matches!(outcome, Truth::CannotTell(_)), "{expression}: {outcome:?}");
    }
}

#[test]
fn the_deepest_expressions_need_no_more_stack_than_a_thread_has() {
    for (open, close) in [("name.select(", ")"), ("name.exists(", ")"), ("(1 + ", ")"), ("iif(true, ", ")"), ("-", "")]
    {
        let deep = |levels: usize| format!("{}true{}", open.repeat(levels), close.repeat(levels));
        let levels = (1..=250).rev().find(|&levels| {
            let library = Library::embedded(Release::R4);
            Compiled::new(&deep(levels), library.model()).is_ok()
        });
        let levels = levels.expect("some depth is read");
        assert!(levels > 60, "{open}");
        let _ = truth(&deep(levels), &Alone);
    }
}

#[test]
fn mistakes_are_told_with_their_place() {
    let library = Library::embedded(Release::R4);
    for (expression, start, told) in [
        ("name.givn()", 5, "there is no function givn"),
        ("name.where()", 5, "where is called with the wrong number of arguments"),
        ("name.is(Nonsense)", 8, "there is no type Nonsense"),
        ("name and %nobody", 9, "there is no variable %nobody"),
        ("name.exists(", 12, "the expression ends where a term is wanted"),
        ("name.select(%x).defineVariable('x')", 12, "there is no variable %x"),
    ] {
        let error = Compiled::new(expression, library.model()).expect_err(expression);
        assert_eq!((error.span.start, &*error.message), (start, told), "{expression}");
    }
}
