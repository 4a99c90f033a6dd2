//! What both notations share: checking the text of a primitive, and knowing resources.

use super::primitive::{self, Problem};
use crate::instance::{Elements, Flags, NodeId};
use crate::parse::Faults;
use crate::span::Span;
use crate::standard::fhir::{Primitive, TypeInfo, TypeKind};

/// Whether an instance may say that it is a resource of this type.
pub(super) fn is_instance(info: &TypeInfo) -> bool {
    info.kind == TypeKind::Resource && !info.is_abstract
}

/// What a value is told as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// The id of a resource.
    ResourceId,
    /// Any other.
    Plain,
}

/// Tells what is wrong with `text`, the value of the element `id`, which is marked as broken then.
pub(super) fn check(
    (primitive, role): (Primitive, Role),
    text: &[u8],
    (id, span): (NodeId, Span),
    elements: &mut Elements,
    faults: &mut Faults,
) {
    let problem = match role {
        Role::ResourceId => match primitive::id(text) {
            Some(problem) => {
                broken(elements, id);
                return faults.push_within("fhir.id-format", span, id.into(), || problem);
            }
            None => return,
        },
        Role::Plain => primitive::check(primitive, text),
    };
    let (code, message) = match problem {
        None => return,
        Some(Problem::Format(message)) => ("fhir.primitive-format", message),
        Some(Problem::Unusual(message)) => ("fhir.primitive-format-warning", message),
        Some(Problem::Blank(message)) => ("fhir.whitespace", message),
    };
    if code == "fhir.primitive-format" {
        broken(elements, id);
    }
    faults.push_within(code, span, id.into(), || message);
}

/// Whether `number` is a decimal, which all numbers of JSON are.
pub(super) fn is_decimal(number: &[u8]) -> bool {
    primitive::check(Primitive::Decimal, number).is_none()
}

/// Marks `id` as something that nothing more can be said of.
pub(super) fn broken(elements: &mut Elements, id: NodeId) {
    let element = elements.node_mut(id);
    element.flags = element.flags.with(Flags::BROKEN);
}

/// How a type is called in a message.
pub(super) fn name_of(primitive: Primitive) -> &'static str {
    match primitive {
        Primitive::Boolean => "a boolean",
        Primitive::Integer => "an integer",
        Primitive::Integer64 => "an integer64",
        Primitive::UnsignedInt => "an unsignedInt",
        Primitive::PositiveInt => "a positiveInt",
        Primitive::Decimal => "a decimal",
        Primitive::String => "a string",
        Primitive::Markdown => "markdown",
        Primitive::Code => "a code",
        Primitive::Id => "an id",
        Primitive::Uri => "a uri",
        Primitive::Url => "a url",
        Primitive::Canonical => "a canonical",
        Primitive::Oid => "an oid",
        Primitive::Uuid => "a uuid",
        Primitive::Date => "a date",
        Primitive::DateTime => "a dateTime",
        Primitive::Time => "a time",
        Primitive::Instant => "an instant",
        Primitive::Base64Binary => "base64Binary",
        Primitive::Xhtml => "xhtml",
    }
}
