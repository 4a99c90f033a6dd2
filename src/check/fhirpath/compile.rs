//! [`Tree`] → [`Plan`]: names become numbers of a release, functions and types are looked up, patterns compiled.
//!
//! In: the tree and the release's model. Out: the plan, or the first thing wrong with its place. It never looks at an
//! instance.

mod calls;
mod strict;

use super::Dialect;
use super::error::ExprError;
use super::plan::{Kind, Names, Op, OpId, Plan, Step};
use super::syntax::{Binary, Literal, Named, Term, TermId, TermKind, Tree, TypeName, TypeTest};
use super::value::{Item, Measure, System};
use crate::instance::{NameId, TypeId};
use crate::span::Span;
use crate::standard::fhir::{Model, TypeKind};

pub(super) fn compile(tree: &Tree, root: TermId, model: &Model, dialect: Dialect) -> Result<Plan, ExprError> {
    let mut compiler = Compiler { tree, model, dialect, ops: Vec::new(), spans: Vec::new(), defined: Vec::new() };
    let root = compiler.term(root)?;
    let name = |name| model.name(name).unwrap_or(NONE);
    let names = Names {
        extension: name("extension"),
        modifier_extension: name("modifierExtension"),
        url: name("url"),
        id: name("id"),
        value: name("value"),
        code: name("code"),
        unit: name("unit"),
        system: name("system"),
        comparator: name("comparator"),
        reference: name("reference"),
        contained: name("contained"),
        quantity: model.type_id("Quantity").unwrap_or(TypeId::UNKNOWN),
    };
    let variables = compiler.defined.len();
    let plan = Plan { ops: compiler.ops, spans: compiler.spans, root, variables, names };
    match dialect {
        Dialect::Invariants => {}
        Dialect::Published => strict::check_names(&plan, model)?,
        Dialect::Strict => strict::check(&plan, model)?,
    }
    Ok(plan)
}

/// A name that no element has: neither one of the release, nor that of elements it does not know.
const NONE: NameId = NameId(u16::MAX - 1);

struct Compiler<'a> {
    tree: &'a Tree,
    model: &'a Model,
    dialect: Dialect,
    ops: Vec<Op>,
    spans: Vec<Span>,
    /// Names of variables by slot, and whether each can be seen where the compiler is.
    defined: Vec<(Box<str>, bool)>,
}

impl<'a> Compiler<'a> {
    fn add(&mut self, op: Op, span: Span) -> OpId {
        let id = self.ops.len() as OpId;
        self.ops.push(op);
        self.spans.push(span);
        id
    }

    fn term(&mut self, id: TermId) -> Result<OpId, ExprError> {
        let tree = self.tree;
        let Term { kind, span, .. } = tree.term(id);
        let span = *span;
        let op = match kind {
            TermKind::Empty => Op::Empty,
            TermKind::Literal(literal) => constant(literal),
            TermKind::This => Op::This,
            TermKind::Index => Op::Index,
            TermKind::Total => Op::Total,
            TermKind::External(name) => self.external(name, span)?,
            TermKind::Member { on, name } => return self.member(*on, name, span),
            TermKind::Call { on, name, arguments, at } => return self.call(*on, name, arguments, *at, span),
            TermKind::Indexed(of, index) => {
                let of = self.term(*of)?;
                match &tree.term(*index).kind {
                    TermKind::Literal(Literal::Integer(0)) => Op::First(of),
                    _ => Op::Indexed(of, self.scoped(*index)?),
                }
            }
            TermKind::Negated(of) => match self.number_below(*of) {
                Some(Literal::Integer(number)) => Op::Constant(Item::Integer(-number)),
                _ => Op::Negated(self.term(*of)?),
            },
            TermKind::Unchanged(of) => Op::Unchanged(self.term(*of)?),
            TermKind::Binary(operator, left, right) => {
                let seen = self.seen();
                let left = self.term(*left)?;
                self.forget(&seen);
                let right = self.term(*right)?;
                self.forget(&seen);
                binary(*operator, left, right)
            }
            TermKind::Typed(test, of, name) => {
                let kind = self.kind(name)?;
                let of = self.term(*of)?;
                match test {
                    TypeTest::Is => Op::Is(of, kind),
                    TypeTest::As => return Ok(self.cast(of, kind, span)),
                }
            }
        };
        Ok(self.add(op, span))
    }

    fn number_below(&self, id: TermId) -> Option<&'a Literal> {
        match &self.tree.term(id).kind {
            TermKind::Literal(literal) => Some(literal),
            _ => None,
        }
    }

    /// A term that may define variables for itself only.
    fn scoped(&mut self, id: TermId) -> Result<OpId, ExprError> {
        let seen = self.seen();
        let op = self.term(id)?;
        self.forget(&seen);
        Ok(op)
    }

    fn seen(&self) -> Vec<bool> {
        self.defined.iter().map(|(_, seen)| *seen).collect()
    }

    fn forget(&mut self, seen: &[bool]) {
        for (at, (_, now)) in self.defined.iter_mut().enumerate() {
            *now = seen.get(at).copied().unwrap_or(false);
        }
    }

    /// What a term without `on` applies to.
    fn focus(&mut self, on: Option<TermId>, span: Span) -> Result<OpId, ExprError> {
        match on {
            Some(on) => self.term(on),
            None => Ok(self.add(Op::This, Span::at(span.start))),
        }
    }

    /// The path `from` with one more step.
    fn step(&mut self, from: OpId, step: Step, span: Span) -> OpId {
        // A path that was just made is continued; it is the last operation, since it is what `from` came to.
        if from as usize + 1 == self.ops.len()
            && let Op::Path(_, steps) = &mut self.ops[from as usize]
        {
            let mut longer = std::mem::take(steps).into_vec();
            longer.push(step);
            *steps = longer.into();
            self.spans[from as usize] = span;
            return from;
        }
        self.add(Op::Path(from, [step].into()), span)
    }

    fn member(&mut self, on: Option<TermId>, name: &str, span: Span) -> Result<OpId, ExprError> {
        let from = self.focus(on, span)?;
        let child = self.model.name(name);
        let step = match (on, child) {
            (None, _) if name.starts_with(|first: char| first.is_ascii_uppercase()) => {
                match (self.model.type_id(name), child) {
                    (Some(root), _) if self.dialect == Dialect::Strict => Step::MustBe(root),
                    (Some(root), _) => Step::Root(root, child),
                    (None, Some(child)) => Step::Child(child),
                    (None, None) => Step::Member(name.into()),
                }
            }
            (_, Some(child)) => Step::Child(child),
            (_, None) => Step::Member(name.into()),
        };
        Ok(self.step(from, step, span))
    }

    /// `as` and `ofType` on `of`.
    fn cast(&mut self, of: OpId, kind: Kind, span: Span) -> OpId {
        match self.dialect {
            Dialect::Invariants => self.step(of, Step::OfType(kind), span),
            Dialect::Published | Dialect::Strict => self.add(Op::As(of, kind), span),
        }
    }

    fn kind(&self, name: &TypeName) -> Result<Kind, ExprError> {
        let system = System::named(&name.name);
        let mut fhir = self.model.type_id(&name.name);
        if fhir.is_none() && system.is_some() && self.dialect == Dialect::Invariants {
            // Published invariants say `answer is Boolean` of what FHIR calls boolean (que-7).
            let (first, rest) = name.name.split_at(1);
            fhir = self.model.type_id(&(first.to_ascii_lowercase() + rest));
        }
        let kind = match name.namespace.as_deref() {
            None => Kind { system, fhir, special_too: false },
            Some("System") => Kind { system, fhir: None, special_too: false },
            Some("FHIR") => Kind { system: None, fhir, special_too: false },
            Some(_) => return Err(ExprError::new(name.span, "types are those of System and of FHIR")),
        };
        if kind.system.is_none() && kind.fhir.is_none() && name.namespace.as_deref() != Some("System") {
            return Err(ExprError::new(name.span, format!("there is no type {}", name.name)));
        }
        let info = fhir.and_then(|fhir| self.model.info(fhir));
        let special_too = info.is_some_and(|info| !matches!(info.kind, TypeKind::Primitive(_)));
        Ok(Kind { special_too, ..kind })
    }

    fn external(&self, name: &str, span: Span) -> Result<Op, ExprError> {
        let text = |text: &str| Op::Text(text.into());
        Ok(match name {
            "context" => Op::Context,
            "resource" => Op::Resource,
            "rootResource" => Op::RootResource,
            "ucum" => text("http://unitsofmeasure.org"),
            "sct" => text("http://snomed.info/sct"),
            "loinc" => text("http://loinc.org"),
            "map-codes" => Op::Empty,
            _ => {
                if let Some(set) = name.strip_prefix("vs-") {
                    return Ok(Op::Text(format!("http://hl7.org/fhir/ValueSet/{set}").into()));
                }
                if let Some(extension) = name.strip_prefix("ext-") {
                    return Ok(Op::Text(format!("http://hl7.org/fhir/StructureDefinition/{extension}").into()));
                }
                match self.defined.iter().rposition(|(defined, seen)| *seen && **defined == *name) {
                    Some(slot) => Op::Variable(slot),
                    None => return Err(ExprError::new(span, format!("there is no variable %{name}"))),
                }
            }
        })
    }
}

fn constant(literal: &Literal) -> Op {
    Op::Constant(match literal {
        Literal::Boolean(value) => Item::Boolean(*value),
        Literal::Integer(number) => Item::Integer(*number),
        Literal::Long(number) => Item::Long(*number),
        Literal::Decimal(number) => Item::Decimal(*number),
        Literal::Text(text) => return Op::Text(text.clone()),
        Literal::Date(moment) => Item::Date(*moment),
        Literal::DateTime(moment) => Item::DateTime(*moment),
        Literal::Time(moment) => Item::Time(*moment),
        Literal::Quantity(value, Named::Calendar(unit)) => Item::quantity(*value, Measure::Calendar(*unit)),
        Literal::Quantity(value, Named::Code(code)) => Item::quantity(*value, Measure::Code(code.clone())),
    })
}

fn binary(operator: Binary, left: OpId, right: OpId) -> Op {
    match operator {
        Binary::And | Binary::Or | Binary::Xor | Binary::Implies => Op::Logic(operator, left, right),
        Binary::Less | Binary::AtMost | Binary::More | Binary::AtLeast => Op::Compare(operator, left, right),
        Binary::Equal | Binary::NotEqual | Binary::Equivalent | Binary::NotEquivalent => {
            Op::Equality(operator, left, right)
        }
        Binary::In => Op::Among(left, right),
        Binary::Contains => Op::Among(right, left),
        Binary::Concatenate => Op::Concatenate(left, right),
        Binary::Union => Op::Union(left, right),
        Binary::Times | Binary::Over | Binary::Div | Binary::Mod | Binary::Plus | Binary::Minus => {
            Op::Arithmetic(operator, left, right)
        }
    }
}
