//! A value in a definition, as it is compared.

use crate::check::fhir::assertion::{Bound, Literal};
use crate::instance::TypeId;
use crate::standard::fhir::{Model, Primitive, TypeInfo, TypeKind};
use serde_json::Value;
use serde_json::value::RawValue;

/// Depth to which values in definitions are followed.
const MAX_DEPTH: u32 = 32;

/// The value of this type, `None` when its type or its parts are not known.
pub(super) fn literal(model: &Model, (type_name, raw): &(String, Box<RawValue>)) -> Option<Literal> {
    let info = named(model, type_name)?;
    // The text of a number says more than what is read of it.
    if let TypeKind::Primitive(kind) = info.kind
        && raw.get().starts_with(|c: char| c == '-' || c.is_ascii_digit())
    {
        return Some(Literal::Primitive(kind, raw.get().into()));
    }
    of(model, info, &serde_json::from_str(raw.get()).ok()?, MAX_DEPTH)
}

/// The type that the name of a property ends in: `String` of `valueString` is `string`.
fn named<'m>(model: &'m Model, type_name: &str) -> Option<&'m TypeInfo> {
    let lower = || {
        let mut name = type_name.to_owned();
        if let Some(first) = name.get_mut(..1) {
            first.make_ascii_lowercase();
        }
        model.type_id(&name)
    };
    model.type_id(type_name).or_else(lower).and_then(|id| model.info(id))
}

fn of(model: &Model, info: &TypeInfo, value: &Value, depth: u32) -> Option<Literal> {
    let depth = depth.checked_sub(1)?;
    match (info.kind, value) {
        (TypeKind::Primitive(kind), Value::String(text)) => Some(Literal::Primitive(kind, text.as_str().into())),
        (TypeKind::Primitive(kind), Value::Number(number)) => Some(Literal::Primitive(kind, number.to_string().into())),
        (TypeKind::Primitive(kind), Value::Bool(value)) => Some(Literal::Primitive(kind, value.to_string().into())),
        (TypeKind::Primitive(_), _) => None,
        (_, Value::Object(members)) => {
            let mut parts = Vec::new();
            for (key, value) in members {
                // Ids and extensions of a primitive in a definition say nothing of the instance.
                if key.starts_with('_') || key == "id" {
                    continue;
                }
                let (at, type_id) = *info.keys.get(key.as_bytes())?;
                let child = info.children.get(usize::from(at))?;
                let type_info = model.info(type_id)?;
                let items = match value {
                    Value::Array(items) => items.iter().map(|item| of(model, type_info, item, depth)).collect(),
                    value => of(model, type_info, value, depth).map(|item| vec![item]),
                };
                parts.push((child.name, if child.choice { type_id } else { TypeId::UNKNOWN }, items?));
            }
            Some(Literal::Complex { concept: &*info.name == "CodeableConcept", parts })
        }
        _ => None,
    }
}

/// A least or greatest value.
pub(super) fn bound(model: &Model, (type_name, raw): &(String, Box<RawValue>)) -> Option<Bound> {
    let info = named(model, type_name)?;
    match info.kind {
        TypeKind::Primitive(kind) => {
            let text: Box<str> = match serde_json::from_str(raw.get()).ok()? {
                Value::String(text) => text.into(),
                Value::Number(_) => raw.get().into(),
                _ => return None,
            };
            match kind {
                Primitive::Date | Primitive::DateTime | Primitive::Instant | Primitive::Time => {
                    Some(Bound::Moment(kind, text))
                }
                Primitive::Decimal
                | Primitive::Integer
                | Primitive::Integer64
                | Primitive::PositiveInt
                | Primitive::UnsignedInt => Some(Bound::Number(text)),
                _ => None,
            }
        }
        _ => {
            let value: Value = serde_json::from_str(raw.get()).ok()?;
            let text = |name: &str| value.get(name).and_then(Value::as_str).map(Box::from);
            Some(Bound::Quantity {
                value: value.get("value")?.to_string().into(),
                system: text("system"),
                code: text("code"),
                unit: text("unit"),
            })
        }
    }
}
