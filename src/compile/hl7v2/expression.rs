//! Expression text → [`Expression`]. The grammar is in CONTRIBUTING.md, "Expressions".

use crate::check::assertion::{Codes, Comparison, Expression, Operand, Target, Truth};
use crate::check::native;
use std::sync::Arc;

/// How deep parentheses and negations may nest: packs may come from anyone.
const MAX_DEPTH: u32 = 64;
/// Size a compiled regular expression may have.
const REGEX_SIZE: usize = 1 << 20;

/// An error at a byte of the expression.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Wrong {
    /// Byte offset in the text.
    pub(super) at: usize,
    /// What is expected there.
    pub(super) what: String,
}

/// Finds the codes of a table by its id.
pub(super) type TableOf<'a> = &'a dyn Fn(&str) -> Option<Arc<Codes>>;

/// Compiles `text`; `tables` finds the codes of a table.
pub(super) fn parse(text: &str, tables: TableOf<'_>) -> Result<Expression, Wrong> {
    let mut parser = Parser { text, at: 0, depth: 0, tables };
    let expression = parser.implication()?;
    parser.space();
    if parser.at < text.len() {
        return Err(parser.wrong("the expression ends here, and more text follows"));
    }
    Ok(expression)
}

/// Reads a path: `PID-3[2].4.1`, `PID[2]-3`, `PID`, `.4`, `.`.
pub(super) fn target(text: &str) -> Option<Target> {
    let mut parser = Parser { text, at: 0, depth: 0, tables: &|_| None };
    let found = parser.target()?;
    (parser.at == text.len()).then_some(found)
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
    depth: u32,
    tables: TableOf<'a>,
}

impl Parser<'_> {
    fn wrong(&self, what: impl Into<String>) -> Wrong {
        Wrong { at: self.at, what: what.into() }
    }

    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    fn space(&mut self) {
        self.at += self.rest().len() - self.rest().trim_start().len();
    }

    fn symbol(&mut self, symbol: &str) -> bool {
        self.space();
        let found = self.rest().starts_with(symbol);
        self.at += if found { symbol.len() } else { 0 };
        found
    }

    /// A word, not followed by a letter, digit or hyphen.
    fn word(&mut self, word: &str) -> bool {
        self.space();
        let after = self.rest().strip_prefix(word).map(|rest| rest.bytes().next());
        let found =
            after.is_some_and(|next| !next.is_some_and(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_'));
        self.at += if found { word.len() } else { 0 };
        found
    }

    fn next_word(&mut self, word: &str) -> bool {
        let before = self.at;
        let found = self.word(word);
        self.at = before;
        found
    }

    fn expect(&mut self, symbol: &str) -> Result<(), Wrong> {
        if self.symbol(symbol) { Ok(()) } else { Err(self.wrong(format!("`{symbol}` is expected here"))) }
    }

    fn implication(&mut self) -> Result<Expression, Wrong> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(self.wrong(format!("the expression nests deeper than the limit of {MAX_DEPTH} levels")));
        }
        let mut left = self.disjunction()?;
        while self.word("implies") {
            let right = self.disjunction()?;
            left = Expression::Or(Box::new(Expression::Not(Box::new(left))), Box::new(right));
        }
        self.depth -= 1;
        Ok(left)
    }

    fn disjunction(&mut self) -> Result<Expression, Wrong> {
        let mut left = self.conjunction()?;
        while self.word("or") {
            left = Expression::Or(Box::new(left), Box::new(self.conjunction()?));
        }
        Ok(left)
    }

    fn conjunction(&mut self) -> Result<Expression, Wrong> {
        let mut left = self.negation()?;
        while self.word("and") {
            left = Expression::And(Box::new(left), Box::new(self.negation()?));
        }
        Ok(left)
    }

    fn negation(&mut self) -> Result<Expression, Wrong> {
        if self.word("not") {
            self.depth += 1;
            if self.depth > MAX_DEPTH {
                return Err(self.wrong(format!("the expression nests deeper than the limit of {MAX_DEPTH} levels")));
            }
            let inner = self.negation()?;
            self.depth -= 1;
            return Ok(Expression::Not(Box::new(inner)));
        }
        if self.symbol("(") {
            let inner = self.implication()?;
            self.expect(")")?;
            return Ok(inner);
        }
        self.test()
    }

    fn test(&mut self) -> Result<Expression, Wrong> {
        for (word, truth) in [("true", Truth::True), ("false", Truth::False)] {
            if self.word(word) {
                return Ok(Expression::Constant(truth));
            }
        }
        for name in ["present", "absent", "null", "exists", "every"] {
            if self.call(name) {
                return self.function(name);
            }
        }
        let left = self.operand()?;
        self.relation(left)
    }

    /// `name(`.
    fn call(&mut self, name: &str) -> bool {
        let before = self.at;
        if self.word(name) && self.symbol("(") {
            return true;
        }
        self.at = before;
        false
    }

    fn function(&mut self, name: &str) -> Result<Expression, Wrong> {
        let target = self.path()?;
        let found = match name {
            "present" => Expression::Present(target),
            "absent" => Expression::Not(Box::new(Expression::Present(target))),
            "null" => Expression::Null(target),
            "exists" if !self.next_word("where") => {
                Expression::Exists(target, Box::new(Expression::Constant(Truth::True)))
            }
            _ => {
                if !self.word("where") {
                    return Err(self.wrong("`where` and a condition are expected here"));
                }
                let filter = Box::new(self.implication()?);
                if name == "exists" { Expression::Exists(target, filter) } else { Expression::Every(target, filter) }
            }
        };
        self.expect(")")?;
        Ok(found)
    }

    fn operand(&mut self) -> Result<Operand, Wrong> {
        self.space();
        if self.call("count") {
            let target = self.path()?;
            let filter = if self.word("where") { Some(Box::new(self.implication()?)) } else { None };
            self.expect(")")?;
            return Ok(Operand::Count(target, filter));
        }
        if self.call("length") {
            let target = self.path()?;
            self.expect(")")?;
            return Ok(Operand::Length(target));
        }
        if self.rest().starts_with('\'') {
            return Ok(Operand::Text(self.literal()?.into_bytes().into()));
        }
        let digits = self.rest().bytes().take_while(|b| b.is_ascii_digit() || *b == b'.').count();
        if digits > 0 && self.rest().as_bytes()[0] != b'.' {
            let number = self.rest()[..digits].to_owned();
            self.at += digits;
            return Ok(Operand::Text(number.into_bytes().into()));
        }
        self.path().map(Operand::Path)
    }

    fn relation(&mut self, left: Operand) -> Result<Expression, Wrong> {
        if let Operand::Path(target) = left {
            if self.word("in") {
                return self.membership(target);
            }
            if self.word("matches") {
                let at = self.at;
                let pattern = self.literal()?;
                let regex = regex::bytes::RegexBuilder::new(&format!("^(?:{pattern})$"))
                    .size_limit(REGEX_SIZE)
                    .build()
                    .map_err(|_| Wrong { at, what: "the regular expression cannot be read, or is too large".into() })?;
                return Ok(Expression::Matches(target, Box::new(regex)));
            }
            if self.word("startswith") {
                return Ok(Expression::StartsWith(target, self.literal()?.into_bytes().into()));
            }
            if self.word("is") {
                return self.native(target);
            }
        }
        for (symbol, comparison) in [
            ("!=", Comparison::Different),
            ("<=", Comparison::LessOrEqual),
            (">=", Comparison::GreaterOrEqual),
            ("<", Comparison::Less),
            (">", Comparison::Greater),
            ("=", Comparison::Equal),
        ] {
            if self.symbol(symbol) {
                return Ok(Expression::Compare(left, comparison, self.operand()?));
            }
        }
        Err(self.wrong("a comparison is expected here: = != < <= > >= in matches startswith is"))
    }

    fn membership(&mut self, target: Target) -> Result<Expression, Wrong> {
        if self.call("table") {
            let at = self.at;
            let id = self.literal()?;
            self.expect(")")?;
            let codes = (self.tables)(&id).ok_or_else(|| Wrong { at, what: format!("there is no table {id}") })?;
            return Ok(Expression::In(target, codes));
        }
        self.expect("[")?;
        let mut items = Vec::new();
        loop {
            items.push(self.literal()?);
            if !self.symbol(",") {
                break;
            }
        }
        self.expect("]")?;
        let codes = Codes::new("the list", items.iter().map(String::as_bytes));
        Ok(Expression::In(target, Arc::new(codes)))
    }

    fn native(&mut self, target: Target) -> Result<Expression, Wrong> {
        self.space();
        let length = self.rest().bytes().take_while(|b| b.is_ascii_alphanumeric() || *b == b'-').count();
        let name = &self.rest()[..length];
        let native =
            native::find(name).ok_or_else(|| self.wrong(format!("there is no native check called `{name}`")))?;
        self.at += length;
        Ok(Expression::Native(target, native))
    }

    /// A text in single quotes, or a bare number; a quote inside is doubled.
    fn literal(&mut self) -> Result<String, Wrong> {
        self.space();
        let Some(mut rest) = self.rest().strip_prefix('\'') else {
            let digits = self.rest().bytes().take_while(u8::is_ascii_digit).count();
            if digits == 0 {
                return Err(self.wrong("a text in single quotes is expected here"));
            }
            let number = self.rest()[..digits].to_owned();
            self.at += digits;
            return Ok(number);
        };
        let mut text = String::new();
        let mut used = 1;
        loop {
            let Some(end) = rest.find('\'') else { return Err(self.wrong("the text is not closed")) };
            text.push_str(&rest[..end]);
            used += end + 1;
            rest = &rest[end + 1..];
            match rest.strip_prefix('\'') {
                Some(after) => {
                    text.push('\'');
                    used += 1;
                    rest = after;
                }
                None => break,
            }
        }
        self.at += used;
        Ok(text)
    }

    fn path(&mut self) -> Result<Target, Wrong> {
        self.space();
        let header = |component| Target { segment: *b"MSH", field: 9, component, ..Target::default() };
        for (word, target) in [
            ("event", header(2)),
            ("type", header(1)),
            ("structure", header(3)),
            ("version", Target { segment: *b"MSH", field: 12, component: 1, ..Target::default() }),
        ] {
            if self.word(word) {
                return Ok(target);
            }
        }
        self.target().ok_or_else(|| self.wrong("a path is expected here, such as PID-3.4 or .4"))
    }

    fn number(&mut self) -> Option<u32> {
        let digits = self.rest().bytes().take_while(u8::is_ascii_digit).count();
        let number = self.rest()[..digits].parse().ok().filter(|n| *n > 0)?;
        self.at += digits;
        Some(number)
    }

    fn index(&mut self) -> Option<u32> {
        if !self.rest().starts_with('[') {
            return Some(0);
        }
        self.at += 1;
        let number = self.number()?;
        let closed = self.rest().starts_with(']');
        self.at += 1;
        closed.then_some(number)
    }

    fn target(&mut self) -> Option<Target> {
        let mut target = Target::default();
        if self.rest().starts_with('.') {
            let digit_follows = self.rest().as_bytes().get(1).is_some_and(u8::is_ascii_digit);
            if !digit_follows {
                self.at += 1;
                return Some(target);
            }
        } else {
            let name = self.rest().as_bytes().get(..3)?;
            let plain =
                name[0].is_ascii_uppercase() && name.iter().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
            target.segment = name.try_into().ok().filter(|_| plain)?;
            self.at += 3;
            target.occurrence = self.index()?;
            if !self.rest().starts_with('-') {
                return Some(target);
            }
            self.at += 1;
            target.field = u16::try_from(self.number()?).ok()?;
            target.repetition = self.index()?;
        }
        for place in 0..2 {
            let dotted = self.rest().starts_with('.') && self.rest().as_bytes().get(1).is_some_and(u8::is_ascii_digit);
            if !dotted {
                break;
            }
            self.at += 1;
            let number = u16::try_from(self.number()?).ok()?;
            if place == 0 { target.component = number } else { target.subcomponent = number }
        }
        Some(target)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ok(text: &str) {
        if let Err(wrong) = parse(text, &|_| Some(Arc::default())) {
            panic!("{text}: {wrong:?}");
        }
    }

    #[test]
    fn the_documented_forms_are_read() {
        for text in [
            "present(PID-3)",
            "absent(PV1-44) or PV1-45 >= PV1-44",
            "event in ['A01', 'A04'] implies present(PV1)",
            "count(PID-3 where .4 = 'NHS') <= 1",
            "every(PID-3 where present(.4) and .5 != 'XX')",
            "exists(OBX where OBX-2 = 'ED')",
            "not (null(PID-5) or PID[2]-3[1].4.1 matches '[A-Z]+''x')",
            "version < '2.5' and MSH-10 startswith 'A' and length(MSH-10) <= 20",
            "PID-3.1 is nhs-number and PV1-2 in table('0004') and true",
            ". in ['1', '2']",
        ] {
            ok(text);
        }
    }

    #[test]
    fn what_is_wrong_is_pointed_at() {
        for (text, at) in [("present(PID-3", 13), ("PID-3 ~ 'x'", 6), ("PID-0 = 'x'", 0), ("PID-3 is no-such", 9)] {
            let wrong = parse(text, &|_| None).expect_err(text);
            assert!(wrong.at >= at.min(text.len()) || at == 0, "{text}: {wrong:?}");
        }
        let deep = "(".repeat(100_000);
        assert!(parse(&deep, &|_| None).expect_err("too deep").what.contains("deeper"));
        let negated = "not ".repeat(100_000);
        assert!(parse(&negated, &|_| None).expect_err("too deep").what.contains("deeper"));
    }

    #[test]
    fn paths_are_read_to_their_end() {
        let all = Target { segment: *b"PID", occurrence: 2, field: 3, repetition: 4, component: 5, subcomponent: 6 };
        assert_eq!(target("PID[2]-3[4].5.6"), Some(all));
        assert_eq!(target("ZU1"), Some(Target { segment: *b"ZU1", ..Target::default() }));
        for bad in ["", "pid-3", "PID-3[", "PID-3[0]", "PID-3.4x", "PIDX"] {
            assert_eq!(target(bad), None, "{bad}");
        }
    }
}

#[cfg(test)]
#[path = "expression_tests.rs"]
mod evaluation;
