//! Functions of the table.

use super::{Evaluator, Frame, boundary, maths, quantity};
use crate::check::fhirpath::duration::End;
use crate::check::fhirpath::error::{Outcome, cannot_tell};
use crate::check::fhirpath::functions::{Component, Function};
use crate::check::fhirpath::moment::{Moment, Part};
use crate::check::fhirpath::plan::OpId;
use crate::check::fhirpath::value::Item;

impl<'a> Evaluator<'a, '_> {
    pub(super) fn call(
        &mut self,
        id: OpId,
        function: Function,
        of: OpId,
        arguments: &'a [OpId],
        frame: &Frame<'_, 'a>,
    ) -> Outcome<()> {
        use Function as F;
        match function {
            F::AllTrue | F::AnyTrue | F::AllFalse | F::AnyFalse => self.booleans(id, function, of, frame),
            F::SubsetOf
            | F::SupersetOf
            | F::Distinct
            | F::IsDistinct
            | F::Single
            | F::Last
            | F::Tail
            | F::Skip
            | F::Take
            | F::Intersect
            | F::Exclude
            | F::Combine
            | F::Coalesce => self.of_items(id, function, of, arguments, frame),
            F::Join => self.join(id, of, arguments, frame),
            F::IndexOf
            | F::LastIndexOf
            | F::Substring
            | F::StartsWith
            | F::EndsWith
            | F::ContainsText
            | F::Upper
            | F::Lower
            | F::Replace
            | F::Matches
            | F::MatchesFull
            | F::ReplaceMatches
            | F::Length
            | F::ToChars
            | F::Trim
            | F::Split
            | F::Encode
            | F::Decode
            | F::Escape
            | F::Unescape => self.of_text(id, function, of, arguments, frame),
            F::Extension
            | F::GetValue
            | F::ElementDefinition
            | F::Slice
            | F::CheckModifiers
            | F::ConformsTo
            | F::MemberOf
            | F::Subsumes
            | F::SubsumedBy
            | F::HtmlChecks => self.of_fhir(id, function, of, arguments, frame),
            F::Now | F::Today | F::TimeOfDay => {
                let item = self.clock(function)?;
                self.stack.push(item);
                Ok(())
            }
            F::Type => {
                let start = self.stack.len();
                self.collect(of, frame)?;
                for at in start..self.stack.len() {
                    if let Some(of) = self.type_of(&self.stack[at]) {
                        self.stack[at] = Item::Type(of);
                    }
                }
                Ok(())
            }
            _ => {
                let item = self.of_value(id, function, of, arguments, frame)?;
                self.stack.extend(item);
                Ok(())
            }
        }
    }

    /// Functions of one value.
    fn of_value(
        &mut self,
        id: OpId,
        function: Function,
        of: OpId,
        arguments: &'a [OpId],
        frame: &Frame<'_, 'a>,
    ) -> Outcome<Option<Item<'a>>> {
        let Some(item) = self.value(of, frame)? else { return Ok(None) };
        match function {
            Function::To(target) => Ok(self.converted(&item, target)),
            Function::ConvertsTo(target) => Ok(Some(Item::Boolean(self.converted(&item, target).is_some()))),
            Function::Precision => Ok(boundary::precision(&item).map(Item::Integer)),
            Function::LowBoundary | Function::HighBoundary => {
                let precision = match arguments.first() {
                    Some(precision) => match self.optional_integer(*precision, frame)? {
                        Some(precision) => Some(precision),
                        None => return Ok(None),
                    },
                    None => None,
                };
                let end = if function == Function::LowBoundary { End::Low } else { End::High };
                match boundary::boundary(&item, end, precision) {
                    Some(item) => Ok(item),
                    None => self.wrong(id, "only numbers, quantities, dates and times have boundaries"),
                }
            }
            Function::Comparable => {
                let Some(argument) = arguments.first() else { return Ok(None) };
                let other = self.value(*argument, frame)?;
                Ok(match (&item, &other) {
                    (Item::Quantity(a), Some(Item::Quantity(b))) => Some(Item::Boolean(quantity::comparable(a, b))),
                    (_, None) => None,
                    _ => return self.wrong(id, "comparable is asked of two quantities"),
                })
            }
            Function::Part(component) => Ok(part(&item, component)),
            _ => {
                let argument = match arguments.first() {
                    Some(argument) => match self.value(*argument, frame)? {
                        Some(argument) => Some(argument),
                        None => return Ok(None),
                    },
                    None => None,
                };
                match maths::of_number(function, &item, argument.as_ref()) {
                    Some(item) => Ok(item),
                    None => self.wrong(id, "a number is wanted here"),
                }
            }
        }
    }

    fn booleans(&mut self, id: OpId, function: Function, of: OpId, frame: &Frame<'_, 'a>) -> Outcome<()> {
        let start = self.stack.len();
        self.collect(of, frame)?;
        let mut seen = [false, false];
        for at in start..self.stack.len() {
            match self.as_boolean(&self.stack[at]) {
                Some(truth) => seen[usize::from(truth)] = true,
                None => return self.wrong(id, "booleans are wanted here"),
            }
        }
        self.stack.truncate(start);
        let [any_false, any_true] = seen;
        self.stack.push(Item::Boolean(match function {
            Function::AllTrue => !any_false,
            Function::AnyTrue => any_true,
            Function::AllFalse => !any_true,
            _ => any_false,
        }));
        Ok(())
    }

    fn of_items(
        &mut self,
        id: OpId,
        function: Function,
        of: OpId,
        arguments: &'a [OpId],
        frame: &Frame<'_, 'a>,
    ) -> Outcome<()> {
        let start = self.stack.len();
        self.collect(of, frame)?;
        let middle = self.stack.len();
        match function {
            Function::Distinct => {
                self.keep_distinct(start)?;
            }
            Function::IsDistinct => {
                let distinct = self.keep_distinct(start)?;
                self.stack.truncate(start);
                self.stack.push(Item::Boolean(distinct));
            }
            Function::Single => {
                if middle > start + 1 {
                    return self.wrong(id, "single is asked of several items");
                }
            }
            Function::Last => {
                self.stack.drain(start..middle.saturating_sub(1).max(start));
            }
            Function::Tail => {
                self.stack.drain(start..(start + 1).min(middle));
            }
            Function::Skip | Function::Take => {
                let Some(argument) = arguments.first() else { return Ok(()) };
                let Some(count) = self.optional_integer(*argument, frame)? else {
                    self.stack.truncate(start);
                    return Ok(());
                };
                let cut = start.saturating_add(usize::try_from(count).unwrap_or(0)).min(middle);
                if function == Function::Skip {
                    self.stack.drain(start..cut);
                } else {
                    self.stack.truncate(cut);
                }
            }
            Function::Coalesce => {
                for argument in arguments {
                    if self.stack.len() > start {
                        break;
                    }
                    self.collect(*argument, frame)?;
                }
            }
            _ => {
                let Some(argument) = arguments.first() else { return Ok(()) };
                self.collect(*argument, frame)?;
                self.spend((self.stack.len() - start) as u64)?;
                match function {
                    Function::Intersect => {
                        self.keep_among(start, middle, true)?;
                        self.keep_distinct(start)?;
                    }
                    Function::Exclude => self.keep_among(start, middle, false)?,
                    Function::Combine => {}
                    _ => {
                        let subset = self.subset(start, middle, function == Function::SupersetOf)?;
                        self.stack.push(Item::Boolean(subset));
                    }
                }
            }
        }
        Ok(())
    }

    fn join(&mut self, id: OpId, of: OpId, arguments: &'a [OpId], frame: &Frame<'_, 'a>) -> Outcome<()> {
        let between = match arguments.first() {
            Some(between) => self.optional_text(*between, frame)?,
            None => None,
        };
        let start = self.stack.len();
        self.collect(of, frame)?;
        if self.stack.len() == start {
            return Ok(());
        }
        let mut joined = String::new();
        for at in start..self.stack.len() {
            if at > start {
                joined.push_str(between.as_deref().unwrap_or(""));
            }
            match self.value_of(&self.stack[at].clone())?.and_then(|item| item.to_text()) {
                Some(text) => joined.push_str(&text),
                None => return self.wrong(id, "strings are wanted here"),
            }
        }
        self.spend(joined.len() as u64 / 16)?;
        self.stack.truncate(start);
        self.stack.push(Item::text(joined));
        Ok(())
    }

    fn clock(&mut self, function: Function) -> Outcome<Item<'a>> {
        if self.now.is_none() {
            self.now = self.host.now();
        }
        let Some(now) = self.now else { return cannot_tell("what time it is is not known here") };
        Ok(match function {
            Function::Now => Item::DateTime(now),
            Function::Today => Item::Date(now.date()),
            _ => Item::Time(now.clock().unwrap_or(now)),
        })
    }
}

fn part<'a>(item: &Item<'a>, component: Component) -> Option<Item<'a>> {
    let moment = match item {
        Item::Date(moment) | Item::DateTime(moment) | Item::Time(moment) => *moment,
        _ => return None,
    };
    let time_only = matches!(item, Item::Time(_));
    let (value, from): (i64, Part) = match component {
        Component::Year => (moment.year.into(), Part::Year),
        Component::Month => (moment.month.into(), Part::Month),
        Component::Day => (moment.day.into(), Part::Day),
        Component::Hour => (moment.hour.into(), Part::Hour),
        Component::Minute => (moment.minute.into(), Part::Minute),
        Component::Second => (moment.second.into(), Part::Second),
        Component::Millisecond => (i64::from(moment.nanosecond) / 1_000_000, Part::Fraction),
        Component::Offset => {
            let hours = crate::check::fhirpath::Decimal::from(i64::from(moment.zone?)).over(60.into())?;
            return Some(Item::Decimal(hours));
        }
        Component::Date => return if time_only { None } else { Some(Item::Date(Moment::date(moment))) },
        Component::Time => return moment.clock().map(Item::Time),
    };
    (moment.precision >= from && !(time_only && from < Part::Hour)).then_some(Item::Integer(value))
}
