//! Calls: functions that are operations or steps of their own, and those of the table.

use super::Compiler;
use crate::check::fhirpath::error::ExprError;
use crate::check::fhirpath::functions::Function;
use crate::check::fhirpath::plan::{Direction, Op, OpId, Pattern, Reach, Step, Wanted};
use crate::check::fhirpath::syntax::{Literal, TermId, TermKind, Tree};
use crate::span::Span;

impl<'a> Compiler<'a> {
    pub(super) fn call(
        &mut self,
        on: Option<TermId>,
        name: &str,
        arguments: &[TermId],
        at: Span,
        span: Span,
    ) -> Result<OpId, ExprError> {
        if name == "iif" {
            return self.iif(on, arguments, at, span);
        }
        let focus = self.focus(on, span)?;
        if let Some(op) = self.own(focus, name, arguments, at, span)? {
            return Ok(op);
        }
        let Some((function, least, most)) = Function::named(name) else {
            return Err(ExprError::new(at, format!("there is no function {name}")));
        };
        let function = match (function, arguments) {
            // FHIR's `extension` of a URL in the expression is a step; others are looked up.
            (Function::Extension, [url]) => match self.text(*url) {
                Some(url) => return Ok(self.step(focus, Step::Extension(url.into()), span)),
                None => function,
            },
            (Function::Matches, [pattern]) => match self.text(*pattern) {
                Some(pattern) => return Ok(self.add(Op::Matches(focus, Pattern::new(pattern, Reach::Anywhere)), span)),
                None => function,
            },
            (Function::MatchesFull, [pattern]) => match self.text(*pattern) {
                Some(pattern) => return Ok(self.add(Op::Matches(focus, Pattern::new(pattern, Reach::Whole)), span)),
                None => function,
            },
            (Function::ReplaceMatches, [pattern, with]) => match self.text(*pattern) {
                Some(pattern) if !pattern.is_empty() => {
                    let with = self.scoped(*with)?;
                    return Ok(self.add(Op::Replace(focus, Pattern::new(pattern, Reach::Anywhere), with), span));
                }
                _ => function,
            },
            _ => function,
        };
        count(name, arguments, least, most, at)?;
        let arguments = arguments.iter().map(|&id| self.scoped(id)).collect::<Result<_, _>>()?;
        Ok(self.add(Op::Call(function, focus, arguments), span))
    }

    /// The functions that are no calls; `None` for the rest.
    fn own(
        &mut self,
        focus: OpId,
        name: &str,
        arguments: &[TermId],
        at: Span,
        span: Span,
    ) -> Result<Option<OpId>, ExprError> {
        let op = match (name, arguments) {
            ("exists", []) => Op::Exists(focus, None, Wanted::Plain),
            ("exists", [criteria]) => {
                let focus = self.counted(focus, *criteria, span);
                let criteria = self.scoped(*criteria)?;
                Op::Exists(focus, Some(criteria), Wanted::Plain)
            }
            ("empty", []) => Op::Exists(focus, None, Wanted::Opposite),
            ("all", [criteria]) => {
                let focus = self.counted(focus, *criteria, span);
                Op::All(focus, self.scoped(*criteria)?)
            }
            ("count", []) => Op::Count(focus),
            ("first", []) => Op::First(focus),
            ("hasValue", []) => Op::HasValue(focus),
            ("not", []) => match self.ops[focus as usize] {
                Op::Exists(of, criteria, wanted) => {
                    let opposite = if wanted == Wanted::Plain { Wanted::Opposite } else { Wanted::Plain };
                    Op::Exists(of, criteria, opposite)
                }
                _ => Op::Not(focus),
            },
            ("children", []) => return Ok(Some(self.step(focus, Step::Children, span))),
            ("descendants", []) => return Ok(Some(self.step(focus, Step::Descendants, span))),
            ("resolve", []) => return Ok(Some(self.step(focus, Step::Resolve, span))),
            ("where", [criteria]) => {
                if self.uses_index(*criteria) {
                    Op::Where(focus, self.scoped(*criteria)?)
                } else {
                    return Ok(Some(self.filter(focus, *criteria, span)?));
                }
            }
            ("select", [projection]) => Op::Select(focus, self.scoped(*projection)?),
            ("repeat", [projection]) => Op::Repeat(focus, self.scoped(*projection)?, Wanted::Plain),
            ("repeatAll", [projection]) => Op::Repeat(focus, self.scoped(*projection)?, Wanted::Opposite),
            ("is" | "as" | "ofType", [of]) => {
                let Some(of) = self.tree.as_type(*of) else {
                    return Err(ExprError::new(self.tree.term(*of).span, "the name of a type is wanted here"));
                };
                let kind = self.kind(&of)?;
                match name {
                    "is" => Op::Is(focus, kind),
                    "as" => return Ok(Some(self.cast(focus, kind, span))),
                    _ => return Ok(Some(self.step(focus, Step::OfType(kind), span))),
                }
            }
            ("union", [other]) => Op::Union(focus, self.scoped(*other)?),
            ("aggregate", [each]) => Op::Aggregate(focus, self.scoped(*each)?, None),
            ("aggregate", [each, start]) => {
                let each = self.scoped(*each)?;
                Op::Aggregate(focus, each, Some(self.scoped(*start)?))
            }
            ("sort", keys) => {
                let keys = keys.iter().map(|&key| self.sort_key(key)).collect::<Result<_, _>>()?;
                Op::Sort(focus, keys)
            }
            // What it traces would go to a log, which values of the instance never do.
            ("trace", [_] | [_, _]) => return Ok(Some(focus)),
            ("defineVariable", [name] | [name, _]) => {
                let value = arguments.get(1).map(|&value| self.scoped(value)).transpose()?;
                let term = self.tree.term(*name).span;
                let Some(name) = self.text(*name) else {
                    return Err(ExprError::new(term, "the name of a variable is a string"));
                };
                if self.external(name, term).is_ok() {
                    return Err(ExprError::new(term, format!("there is already a variable %{name}")));
                }
                self.defined.push((name.into(), true));
                Op::Define(focus, self.defined.len() - 1, value)
            }
            ("exists" | "all" | "where" | "select" | "repeat" | "repeatAll" | "is" | "as" | "ofType" | "union", _)
            | ("aggregate" | "trace" | "defineVariable", _) => {
                return Err(ExprError::new(at, format!("{name} is called with the wrong number of arguments")));
            }
            ("empty" | "count" | "first" | "hasValue" | "not" | "children" | "descendants" | "resolve", _) => {
                return Err(ExprError::new(at, format!("{name} takes no arguments")));
            }
            _ => return Ok(None),
        };
        Ok(Some(self.add(op, span)))
    }

    /// `focus`, its items collected and numbered when the criterion asks for their `$index`: a path that is walked
    /// does not count.
    fn counted(&mut self, focus: OpId, criterion: TermId, span: Span) -> OpId {
        if !self.uses_index(criterion) {
            return focus;
        }
        let this = self.add(Op::This, span);
        self.add(Op::Select(focus, this), span)
    }

    /// `where`, as a step of a path.
    fn filter(&mut self, focus: OpId, criteria: TermId, span: Span) -> Result<OpId, ExprError> {
        let criteria = self.scoped(criteria)?;
        // The criterion came in between: the path goes on all the same, since only its last step is new.
        if let Op::Path(_, steps) = &mut self.ops[focus as usize] {
            let mut longer = std::mem::take(steps).into_vec();
            longer.push(Step::Where(criteria));
            let steps = longer.into();
            let from = match self.ops[focus as usize] {
                Op::Path(from, _) => from,
                _ => focus,
            };
            return Ok(self.add(Op::Path(from, steps), span));
        }
        Ok(self.add(Op::Path(focus, [Step::Where(criteria)].into()), span))
    }

    fn sort_key(&mut self, key: TermId) -> Result<(OpId, Direction), ExprError> {
        match self.tree.term(key).kind {
            TermKind::Negated(of) => Ok((self.scoped(of)?, Direction::Down)),
            _ => Ok((self.scoped(key)?, Direction::Up)),
        }
    }

    fn iif(&mut self, on: Option<TermId>, arguments: &[TermId], at: Span, span: Span) -> Result<OpId, ExprError> {
        count("iif", arguments, 2, 3, at)?;
        let on = on.map(|on| self.term(on)).transpose()?;
        let criterion = self.scoped(arguments[0])?;
        let yes = self.scoped(arguments[1])?;
        let no = arguments.get(2).map(|&no| self.scoped(no)).transpose()?;
        Ok(self.add(Op::Iif(on, criterion, yes, no), span))
    }

    /// The string that a term is, when it stands in the expression.
    fn text(&self, id: TermId) -> Option<&'a str> {
        let tree: &'a Tree = self.tree;
        match &tree.term(id).kind {
            TermKind::Literal(Literal::Text(text)) => Some(text),
            _ => None,
        }
    }

    /// Whether a criterion asks for the `$index` of the very items that it judges.
    fn uses_index(&self, id: TermId) -> bool {
        let on = |on: &Option<TermId>| on.is_some_and(|on| self.uses_index(on));
        match &self.tree.term(id).kind {
            TermKind::Index => true,
            TermKind::Member { on: of, .. } => on(of),
            TermKind::Call { on: of, arguments, .. } => on(of) || arguments.iter().any(|&id| self.uses_index(id)),
            TermKind::Indexed(a, b) | TermKind::Binary(_, a, b) => self.uses_index(*a) || self.uses_index(*b),
            TermKind::Negated(of) | TermKind::Unchanged(of) | TermKind::Typed(_, of, _) => self.uses_index(*of),
            TermKind::Empty | TermKind::Literal(_) | TermKind::This | TermKind::Total | TermKind::External(_) => false,
        }
    }
}

fn count(name: &str, arguments: &[TermId], least: usize, most: usize, at: Span) -> Result<(), ExprError> {
    if (least..=most).contains(&arguments.len()) {
        return Ok(());
    }
    Err(ExprError::new(at, format!("{name} is called with the wrong number of arguments")))
}
