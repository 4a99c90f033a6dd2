//! What type an item is of.

use super::Evaluator;
use crate::check::fhirpath::plan::Kind;
use crate::check::fhirpath::value::{Item, TypeOf};
use crate::instance::{NodeId, TypeId};
use crate::standard::fhir::TypeKind;

impl<'a> Evaluator<'a, '_> {
    /// `is`: of the type, or of one that specialises it.
    pub(super) fn is_a_type(&self, item: &Item<'a>, kind: Kind) -> bool {
        match item {
            Item::Node(node) => kind.fhir.is_some_and(|fhir| self.view.model.is_a(self.view.type_id(*node), fhir)),
            Item::Elsewhere(is) => kind.fhir.is_some_and(|fhir| self.view.model.is_a(*is, fhir)),
            _ => item.system() == kind.system && kind.system.is_some(),
        }
    }

    /// `as` and `ofType`: a `code` is no `string` here, though it specialises it, and an `Age` is a `Quantity`.
    pub(super) fn is_of_type(&self, item: &Item<'a>, kind: Kind) -> bool {
        match item {
            Item::Node(node) => self.node_is_of_type(*node, kind),
            _ => self.is_a_type(item, kind),
        }
    }

    #[inline]
    pub(super) fn node_is_of_type(&self, node: NodeId, kind: Kind) -> bool {
        let is = self.view.type_id(node);
        match kind.fhir {
            Some(fhir) if is == fhir => true,
            Some(fhir) if kind.special_too => self.view.model.is_a(is, fhir),
            _ => false,
        }
    }

    /// The type of an item, as a value.
    pub(super) fn type_of(&self, item: &Item<'a>) -> Option<TypeOf> {
        match item {
            Item::Node(node) => Some(TypeOf::Fhir(self.view.type_id(*node))),
            Item::Elsewhere(is) => Some(TypeOf::Fhir(*is)),
            _ => item.system().map(TypeOf::System),
        }
    }

    /// The name of a type; of an element with elements of its own, what it specialises.
    pub(super) fn name_of_type(&self, id: TypeId) -> &'a str {
        let model = self.view.model;
        match model.info(id) {
            Some(info) if info.kind == TypeKind::Backbone => {
                model.info(info.base).map_or(&info.name, |base| &base.name)
            }
            Some(info) => &info.name,
            None => "",
        }
    }
}
