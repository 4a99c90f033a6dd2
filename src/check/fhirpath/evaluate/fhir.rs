//! The functions that FHIR adds (FHIR R4, section 2.1.9.1.5, and later additions), most of which ask the host.

use super::{Evaluator, Frame};
use crate::check::fhirpath::error::{Halt, Outcome, cannot_tell};
use crate::check::fhirpath::functions::Function;
use crate::check::fhirpath::host::{Answer, Subject};
use crate::check::fhirpath::plan::OpId;
use crate::check::fhirpath::value::Item;
use crate::instance::NodeId;

impl<'a> Evaluator<'a, '_> {
    pub(super) fn of_fhir(
        &mut self,
        id: OpId,
        function: Function,
        of: OpId,
        arguments: &'a [OpId],
        frame: &Frame<'_, 'a>,
    ) -> Outcome<()> {
        match function {
            Function::Extension => self.extensions(of, arguments, frame),
            Function::GetValue => {
                let start = self.stack.len();
                self.collect(of, frame)?;
                let value = match &self.stack[start..] {
                    [item] => self.value_of(&item.clone())?,
                    _ => None,
                };
                self.stack.truncate(start);
                self.stack.extend(value);
                Ok(())
            }
            Function::ElementDefinition => cannot_tell("elementDefinition() is not understood"),
            Function::Slice => self.slice(of, arguments, frame),
            Function::CheckModifiers => self.check_modifiers(id, of, arguments, frame),
            Function::ConformsTo | Function::MemberOf | Function::Subsumes | Function::SubsumedBy => {
                self.ask_about(id, function, of, arguments, frame)
            }
            _ => {
                let Some(item) = self.single(of, frame)? else { return Ok(()) };
                let Item::Node(node) = item else {
                    return self.wrong(id, "only the narrative of a resource has htmlChecks");
                };
                let answer = self.host.html_checks(self.view, node);
                self.answered(id, answer)
            }
        }
    }

    fn answered(&mut self, id: OpId, answer: Answer) -> Outcome<()> {
        let truth = match answer {
            Answer::Yes => true,
            Answer::No => false,
            Answer::CannotTell(cause) => return Err(Box::new(Halt::CannotTell(cause))),
            Answer::Wrong(cause) => return self.wrong(id, cause),
        };
        self.stack.push(Item::Boolean(truth));
        Ok(())
    }

    /// `extension` of a URL that the expression works out.
    fn extensions(&mut self, of: OpId, arguments: &'a [OpId], frame: &Frame<'_, 'a>) -> Outcome<()> {
        let url = match arguments.first() {
            Some(url) => self.optional_text(*url, frame)?,
            None => None,
        };
        let Some(url) = url else { return Ok(()) };
        let names = self.plan.names;
        self.each_node(of, frame, |evaluator, node| {
            for extension in evaluator.view.named(node, names.extension) {
                evaluator.spend(1)?;
                let at = evaluator.view.child(extension, names.url);
                if at.is_some_and(|at| evaluator.text_is(at, &url)) {
                    evaluator.stack.push(Item::Node(extension));
                }
            }
            Ok(())
        })
    }

    /// Runs `each` for the elements that `of` gives, which are gone from the stack afterwards.
    fn each_node(
        &mut self,
        of: OpId,
        frame: &Frame<'_, 'a>,
        mut each: impl FnMut(&mut Self, NodeId) -> Outcome<()>,
    ) -> Outcome<()> {
        let start = self.stack.len();
        self.collect(of, frame)?;
        let end = self.stack.len();
        for at in start..end {
            if let Item::Node(node) = self.stack[at] {
                each(self, node)?;
            }
        }
        self.stack.drain(start..end);
        Ok(())
    }

    fn slice(&mut self, of: OpId, arguments: &'a [OpId], frame: &Frame<'_, 'a>) -> Outcome<()> {
        let [structure, name] = arguments else { return Ok(()) };
        let structure = self.optional_text(*structure, frame)?;
        let name = self.optional_text(*name, frame)?;
        let (Some(structure), Some(name)) = (structure, name) else { return Ok(()) };
        self.each_node(of, frame, |evaluator, node| {
            match evaluator.host.slice(evaluator.view, node, &structure, &name) {
                Answer::Yes => evaluator.stack.push(Item::Node(node)),
                Answer::No => {}
                Answer::CannotTell(cause) => return Err(Box::new(Halt::CannotTell(cause))),
                Answer::Wrong(cause) => return evaluator.wrong(of, cause),
            }
            Ok(())
        })
    }

    /// The items as they are, unless one has a modifier extension that the arguments do not list.
    fn check_modifiers(&mut self, id: OpId, of: OpId, arguments: &'a [OpId], frame: &Frame<'_, 'a>) -> Outcome<()> {
        let mut known = Vec::with_capacity(arguments.len());
        for argument in arguments {
            known.extend(self.optional_text(*argument, frame)?);
        }
        let start = self.stack.len();
        self.collect(of, frame)?;
        let names = self.plan.names;
        for at in start..self.stack.len() {
            let Item::Node(node) = self.stack[at] else { continue };
            for extension in self.view.named(node, names.modifier_extension) {
                let url = self.view.child(extension, names.url);
                if !url.is_some_and(|url| known.iter().any(|known| self.text_is(url, known))) {
                    return self.wrong(id, "an element has a modifier extension that is not expected");
                }
            }
        }
        Ok(())
    }

    fn ask_about(
        &mut self,
        id: OpId,
        function: Function,
        of: OpId,
        arguments: &'a [OpId],
        frame: &Frame<'_, 'a>,
    ) -> Outcome<()> {
        let Some(argument) = arguments.first() else { return Ok(()) };
        let Some(item) = self.single(of, frame)? else { return Ok(()) };
        if let Item::Elsewhere(_) = item {
            return cannot_tell("a resource that is referred to is not at hand");
        }
        let (host, view) = (self.host, self.view);
        let answer = match (function, &item) {
            (Function::MemberOf, _) => {
                let Some(set) = self.optional_text(*argument, frame)? else { return Ok(()) };
                match &item {
                    Item::Node(node) => host.member_of(view, Subject::Node(*node), &set),
                    Item::Text(code) => host.member_of(view, Subject::Text(code), &set),
                    _ => return self.wrong(id, "memberOf is asked of codes"),
                }
            }
            (Function::ConformsTo, Item::Node(node)) => {
                let Some(profile) = self.optional_text(*argument, frame)? else { return Ok(()) };
                host.conforms_to(view, *node, &profile)
            }
            (Function::Subsumes | Function::SubsumedBy, Item::Node(node)) => match self.single(*argument, frame)? {
                None => return Ok(()),
                Some(Item::Node(other)) if function == Function::Subsumes => host.subsumes(view, *node, other),
                Some(Item::Node(other)) => host.subsumes(view, other, *node),
                Some(_) => return self.wrong(id, "subsumption is asked of two codes of the instance"),
            },
            _ => return self.wrong(id, "this is asked of elements only"),
        };
        self.answered(id, answer)
    }
}
