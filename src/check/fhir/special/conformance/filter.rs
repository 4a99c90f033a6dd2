//! The filters of a ValueSet: properties that the system has, operators that they know, values that they take.

use super::super::super::{Code, CodingRef, Context, Issues, Membership};
use super::super::read::At;

const SNOMED: &str = "http://snomed.info/sct";

/// Properties that every code system has, with whether each takes `true` and `false` only.
const ALWAYS: [(&str, bool); 4] = [("code", false), ("concept", false), ("display", false), ("inactive", true)];

/// Common properties that a code system may use undeclared, with the same.
const COMMON: [(&str, bool); 5] = [
    ("deprecationDate", false),
    ("effectiveDate", false),
    ("notSelectable", true),
    ("status", false),
    ("retired", true),
];

/// Checks one filter on `system`.
pub(super) fn check(filter: At<'_>, system: &str, context: &Context<'_>, issues: &mut Issues) {
    let (property, operator) = (filter.word("property"), filter.word("op"));
    let Some(value) = filter.text_of("value") else { return };
    issues.applies(Code::ValueSetWarning);
    if system == SNOMED {
        return snomed(filter, &property, &operator, &value, context, issues);
    }
    let Some(held) = context.library.code_system(system) else { return };
    let declared = held.property.iter().find(|one| one.code == *property);
    let listed = || ALWAYS.iter().chain(&COMMON).find(|(name, _)| *name == property);
    let is_boolean = match declared {
        Some(declared) => declared.kind.as_deref() == Some("boolean"),
        None => match listed() {
            Some((_, is_boolean)) => *is_boolean,
            None => {
                // Where concepts lie one below another, they have parents and children undeclared.
                let is_above = matches!(&*property, "parent" | "child") && held.hierarchy_meaning.is_some();
                if held.content.as_deref() != Some("not-present") && !is_above {
                    unknown(filter, issues);
                }
                return;
            }
        },
    };
    if is_boolean && operator == "=" && !matches!(&*value, "true" | "false") {
        issues.fail(Code::ValueSet, filter.node, None, || {
            "the property is either true or false, and the filter asks for something else".into()
        });
    } else if property == "concept" && matches!(&*operator, "is-a" | "descendent-of" | "is-not-a" | "=") {
        concept(filter, system, &value, context, issues);
    }
}

fn unknown(filter: At<'_>, issues: &mut Issues) {
    issues.fail(Code::ValueSetWarning, filter.node, None, || {
        "the code system declares no such property, so few tools can answer the filter".into()
    });
}

fn concept(filter: At<'_>, system: &str, value: &str, context: &Context<'_>, issues: &mut Issues) {
    let coding = CodingRef { system: Some(system), code: value, ..CodingRef::default() };
    if context.terminology.in_system(coding) == Membership::NotMember {
        issues.fail(Code::ValueSet, filter.node, None, || {
            "the filter names a concept that the system does not have".into()
        });
    }
}

fn snomed(filter: At<'_>, property: &str, operator: &str, value: &str, context: &Context<'_>, issues: &mut Issues) {
    let is_attribute = |property: &str| {
        let coding = CodingRef { system: Some(SNOMED), code: property, ..CodingRef::default() };
        property.bytes().all(|byte| byte.is_ascii_digit())
            && context.terminology.in_system(coding) != Membership::NotMember
    };
    match property {
        "concept" if matches!(operator, "is-a" | "descendent-of" | "is-not-a" | "=") => {
            concept(filter, SNOMED, value, context, issues);
        }
        "constraint" if operator == "=" && !is_expression(value) => {
            issues.fail(Code::ValueSet, filter.node, None, || {
                "the constraint is no expression of SNOMED CT's expression constraint language".into()
            });
        }
        "concept" | "constraint" | "expression" | "expressions" | "inactive" | "moduleId" | "semanticTag" | "code"
        | "parent" | "child" | "display" | "status" => {}
        _ if !is_attribute(property) => unknown(filter, issues),
        _ if !matches!(operator, "=" | "in") => issues.fail(Code::ValueSet, filter.node, None, || {
            "an attribute of SNOMED CT is asked for by `=` or `in` only".into()
        }),
        _ => {}
    }
}

/// Whether `text` may be an expression constraint: operands with operators between them, and brackets that match. What
/// stands in filters and in quotes is not read.
fn is_expression(text: &str) -> bool {
    let mut rest = text.trim();
    let mut open: Vec<char> = Vec::new();
    let mut has_operand = false;
    while let Some(first) = rest.chars().next() {
        let mut taken = first.len_utf8();
        match first {
            _ if first.is_whitespace() => {}
            '|' if has_operand => match rest[1..].find('|') {
                Some(end) => taken = end + 2,
                None => return false,
            },
            '{' if rest.starts_with("{{") => match rest.find("}}") {
                Some(end) => taken = end + 2,
                None => return false,
            },
            '/' if rest.starts_with("/*") => match rest.find("*/") {
                Some(end) => taken = end + 2,
                None => return false,
            },
            '[' => match rest.find(']') {
                Some(end) => taken = end + 1,
                None => return false,
            },
            '"' if !has_operand => match rest[1..].find('"') {
                Some(end) => (taken, has_operand) = (end + 2, true),
                None => return false,
            },
            '(' | '{' => {
                if has_operand {
                    return false;
                }
                open.push(if first == '(' { ')' } else { '}' });
            }
            ')' | '}' => {
                if !has_operand || open.pop() != Some(first) {
                    return false;
                }
            }
            '<' | '>' if has_operand && rest[1..].starts_with('=') => (taken, has_operand) = (2, false),
            '<' | '>' | '^' | '!' if !has_operand => {}
            '!' if rest.starts_with("!=") => (taken, has_operand) = (2, false),
            ':' | '=' | ',' | '.' if has_operand => has_operand = false,
            '*' | '#' | '0'..='9' | 'a'..='z' | 'A'..='Z' | '-' | '+' => {
                let word = rest.find(|c: char| !(c.is_alphanumeric() || matches!(c, '*' | '#' | '-' | '+' | '_')));
                taken = word.unwrap_or(rest.len());
                match rest[..taken].to_ascii_uppercase().as_str() {
                    "AND" | "OR" | "MINUS" if has_operand => has_operand = false,
                    "R" if !has_operand => {}
                    _ if has_operand => return false,
                    _ => has_operand = true,
                }
            }
            _ => return false,
        }
        rest = &rest[taken..];
    }
    has_operand && open.is_empty()
}

#[cfg(test)]
mod tests {
    use super::is_expression;

    #[test]
    fn expressions_are_told_from_what_is_none() {
        let good = [
            "404684003",
            "<< 404684003 |Clinical finding|",
            "< 19829001 AND (<< 301867009 OR ^ 700043003 |set|)",
            "< 404684003: 363698007 = << 39057004, [1..*] 116676008 = *",
            "< 373873005: { 127489000 = < 111115, 1142135004 >= #5 }",
            "<< 73211009 {{ term = \"eye\" }} MINUS 46635009",
            "< 91723000 . 363698007",
            "*",
        ];
        for text in good {
            assert!(is_expression(text), "{text}");
        }
        for text in ["", "234234 << 234234", "<< ", "( 404684003", "404684003 AND", "1 2", "404684003)"] {
            assert!(!is_expression(text), "{text}");
        }
    }
}
