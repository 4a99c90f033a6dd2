//! Expression text → [`Tree`], by precedence (FHIRPath 2.0, section 12 and the grammar).
//!
//! It knows the grammar only: which functions and types there are is the compiler's. Text of any length and depth
//! ends in a tree or an error with its place.

use super::duration::Unit;
use super::lexer::{Quoted, Token, Wrong, token};
use super::syntax::{Binary, Literal, Named, TermId, TermKind, Tree, TypeName, TypeTest};
use crate::span::Span;

/// Longest expression read, in bytes: the longest published one has some 6,000.
const LONGEST: usize = 64 * 1024;

/// How deep terms may lie in each other. The evaluator recurses as deep, within the stack of a worker thread.
const DEEPEST: u16 = 200;

/// Reads all of `text`.
pub(super) fn parse(text: &str) -> Result<(Tree, TermId), Wrong> {
    if text.len() > LONGEST {
        return Err((Span::at(0), "the expression is longer than 64 KiB"));
    }
    let (next, span) = token(text, 0)?;
    let mut parser = Parser { text, next, span, tree: Tree::default(), open: 0 };
    let root = parser.expression(0)?;
    if parser.next != Token::End {
        return Err((parser.span, "the expression should end here, or an operator stand here"));
    }
    Ok((parser.tree, root))
}

struct Parser<'a> {
    text: &'a str,
    next: Token<'a>,
    span: Span,
    tree: Tree,
    /// How many calls of [`Parser::expression`] are under way.
    open: u16,
}

/// Binding strength of type operators, between addition and union.
const TYPE: u8 = 9;
/// Binding strength of a sign, above multiplication.
const SIGN: u8 = 12;

impl<'a> Parser<'a> {
    fn advance(&mut self) -> Result<Token<'a>, Wrong> {
        let (next, span) = token(self.text, self.span.end as usize)?;
        self.span = span;
        Ok(std::mem::replace(&mut self.next, next))
    }

    fn take(&mut self, mark: &'static str) -> Result<bool, Wrong> {
        let there = self.next == Token::Mark(mark);
        if there {
            self.advance()?;
        }
        Ok(there)
    }

    fn expect(&mut self, mark: &'static str, told: &'static str) -> Result<(), Wrong> {
        if self.take(mark)? { Ok(()) } else { Err((self.span, told)) }
    }

    fn add(&mut self, kind: TermKind, start: u32, below: &[TermId]) -> Result<TermId, Wrong> {
        let depth = below.iter().map(|&id| self.tree.term(id).depth).max().unwrap_or(0) + 1;
        // Where the next token begins is past blanks; the last term ends where it ends.
        let end = below.iter().map(|&id| self.tree.term(id).span.end).max().unwrap_or(start);
        let span = Span::new(start, end);
        if depth > DEEPEST {
            return Err((span, "the expression is nested too deeply"));
        }
        Ok(self.tree.add(kind, span, depth))
    }

    /// An expression of operators that bind at least as tightly as `least`.
    fn expression(&mut self, least: u8) -> Result<TermId, Wrong> {
        self.open += 1;
        if self.open > DEEPEST {
            return Err((self.span, "the expression is nested too deeply"));
        }
        let start = self.span.start;
        let mut left = match self.next {
            Token::Mark(mark @ ("-" | "+")) => {
                self.advance()?;
                let operand = self.expression(SIGN)?;
                let kind = if mark == "-" { TermKind::Negated(operand) } else { TermKind::Unchanged(operand) };
                self.add(kind, start, &[operand])?
            }
            _ => self.term()?,
        };
        loop {
            if let Some(test) = self.type_operator() {
                if TYPE < least {
                    break;
                }
                self.advance()?;
                let name = self.type_name()?;
                let end = name.span.end;
                let depth = self.tree.term(left).depth + 1;
                left = self.tree.add(TermKind::Typed(test, left, name), Span::new(start, end), depth);
                continue;
            }
            let Some((operator, strength)) = self.operator() else { break };
            if strength < least {
                break;
            }
            self.advance()?;
            let right = self.expression(strength + 1)?;
            left = self.add(TermKind::Binary(operator, left, right), start, &[left, right])?;
        }
        self.open -= 1;
        Ok(left)
    }

    fn word(&self) -> Option<&str> {
        match &self.next {
            Token::Name(name, Quoted::No) => Some(name),
            _ => None,
        }
    }

    fn type_operator(&self) -> Option<TypeTest> {
        match self.word()? {
            "is" => Some(TypeTest::Is),
            "as" => Some(TypeTest::As),
            _ => None,
        }
    }

    fn operator(&self) -> Option<(Binary, u8)> {
        let spelled = match &self.next {
            Token::Mark(mark) => mark,
            _ => self.word()?,
        };
        Some(match spelled {
            "*" => (Binary::Times, 11),
            "/" => (Binary::Over, 11),
            "div" => (Binary::Div, 11),
            "mod" => (Binary::Mod, 11),
            "+" => (Binary::Plus, 10),
            "-" => (Binary::Minus, 10),
            "&" => (Binary::Concatenate, 10),
            "|" => (Binary::Union, 8),
            "<" => (Binary::Less, 7),
            "<=" => (Binary::AtMost, 7),
            ">" => (Binary::More, 7),
            ">=" => (Binary::AtLeast, 7),
            "=" => (Binary::Equal, 6),
            "!=" => (Binary::NotEqual, 6),
            "~" => (Binary::Equivalent, 6),
            "!~" => (Binary::NotEquivalent, 6),
            "in" => (Binary::In, 5),
            "contains" => (Binary::Contains, 5),
            "and" => (Binary::And, 4),
            "or" => (Binary::Or, 3),
            "xor" => (Binary::Xor, 3),
            "implies" => (Binary::Implies, 2),
            _ => return None,
        })
    }

    /// One term with the invocations and indexers that follow it.
    fn term(&mut self) -> Result<TermId, Wrong> {
        let start = self.span.start;
        let mut term = self.start_of_term()?;
        loop {
            if self.take(".")? {
                term = match self.next {
                    Token::Dollar(_) => return Err((self.span, "$this, $index and $total begin a term")),
                    _ => self.invocation(Some(term), start)?,
                };
            } else if self.take("[")? {
                let index = self.expression(0)?;
                let end = self.span.end;
                self.expect("]", "this bracket is never closed")?;
                let depth = self.tree.term(term).depth.max(self.tree.term(index).depth) + 1;
                if depth > DEEPEST {
                    return Err((Span::new(start, end), "the expression is nested too deeply"));
                }
                term = self.tree.add(TermKind::Indexed(term, index), Span::new(start, end), depth);
            } else {
                return Ok(term);
            }
        }
    }

    fn start_of_term(&mut self) -> Result<TermId, Wrong> {
        let span = self.span;
        let literal = match &self.next {
            Token::Mark("(") => {
                self.advance()?;
                let inner = self.expression(0)?;
                self.expect(")", "this bracket is never closed")?;
                return Ok(inner);
            }
            Token::Mark("{") => {
                self.advance()?;
                let end = self.span.end;
                self.expect("}", "an empty collection is written { }")?;
                return Ok(self.tree.add(TermKind::Empty, Span::new(span.start, end), 1));
            }
            Token::Name(name, Quoted::No) if matches!(&**name, "true" | "false") => Literal::Boolean(name == "true"),
            Token::Name(..) => return self.invocation(None, span.start),
            Token::Dollar(name) => {
                let kind = match *name {
                    "this" => TermKind::This,
                    "index" => TermKind::Index,
                    "total" => TermKind::Total,
                    _ => return Err((span, "there are only $this, $index and $total")),
                };
                self.advance()?;
                return Ok(self.tree.add(kind, span, 1));
            }
            Token::External(name) => {
                let kind = TermKind::External(name.as_ref().into());
                self.advance()?;
                return Ok(self.tree.add(kind, span, 1));
            }
            Token::Integer(number) => {
                let number = *number;
                return self.number(Literal::Integer(number), number.into());
            }
            Token::Decimal(number) => {
                let number = *number;
                return self.number(Literal::Decimal(number), number);
            }
            Token::Long(number) => Literal::Long(*number),
            Token::Text(text) => Literal::Text(text.as_str().into()),
            Token::Date(moment) => Literal::Date(*moment),
            Token::DateTime(moment) => Literal::DateTime(*moment),
            Token::Time(moment) => Literal::Time(*moment),
            Token::End => return Err((span, "the expression ends where a term is wanted")),
            Token::Mark(_) => return Err((span, "a term is wanted here")),
        };
        self.advance()?;
        Ok(self.tree.add(TermKind::Literal(literal), span, 1))
    }

    /// A number, with its unit when one follows.
    fn number(&mut self, plain: Literal, value: super::decimal::Decimal) -> Result<TermId, Wrong> {
        let mut span = self.span;
        self.advance()?;
        let unit = match &self.next {
            Token::Text(code) => Some(Named::Code(code.as_str().into())),
            Token::Name(word, Quoted::No) => Unit::of_word(word).map(Named::Calendar),
            _ => None,
        };
        let literal = match unit {
            Some(unit) => {
                span.end = self.span.end;
                self.advance()?;
                Literal::Quantity(value, unit)
            }
            None => plain,
        };
        Ok(self.tree.add(TermKind::Literal(literal), span, 1))
    }

    /// A name, or a call when brackets follow it.
    fn invocation(&mut self, on: Option<TermId>, start: u32) -> Result<TermId, Wrong> {
        let at = self.span;
        let Token::Name(name, _) = &self.next else {
            return Err((at, "the name of an element or a function is wanted here"));
        };
        let name: Box<str> = name.as_ref().into();
        self.advance()?;
        let mut below: Vec<TermId> = on.into_iter().collect();
        let mut end = at.end;
        let kind = if self.take("(")? {
            let mut arguments = Vec::new();
            if self.next != Token::Mark(")") {
                arguments.push(self.expression(0)?);
                while self.take(",")? {
                    arguments.push(self.expression(0)?);
                }
            }
            end = self.span.end;
            self.expect(")", "this bracket is never closed")?;
            below.extend(&arguments);
            TermKind::Call { on, name, arguments, at }
        } else {
            TermKind::Member { on, name }
        };
        let depth = below.iter().map(|&id| self.tree.term(id).depth).max().unwrap_or(0) + 1;
        let span = Span::new(start, end);
        if depth > DEEPEST {
            return Err((span, "the expression is nested too deeply"));
        }
        Ok(self.tree.add(kind, span, depth))
    }

    fn type_name(&mut self) -> Result<TypeName, Wrong> {
        let mut span = self.span;
        let mut name = self.name("the name of a type is wanted here")?;
        let mut namespace = None;
        if self.take(".")? {
            span.end = self.span.end;
            namespace = Some(std::mem::replace(&mut name, self.name("the name of a type is wanted here")?));
        }
        Ok(TypeName { namespace, name, span })
    }

    fn name(&mut self, told: &'static str) -> Result<Box<str>, Wrong> {
        let Token::Name(name, _) = &self.next else { return Err((self.span, told)) };
        let name = name.as_ref().into();
        self.advance()?;
        Ok(name)
    }
}

#[cfg(test)]
mod tests {
    use super::super::syntax::Literal;
    use super::*;

    /// The tree in brackets.
    fn shape(tree: &Tree, id: TermId) -> String {
        let on = |on: &Option<TermId>| on.map_or(String::new(), |on| format!("{}.", shape(tree, on)));
        match &tree.term(id).kind {
            TermKind::Literal(Literal::Integer(number)) => number.to_string(),
            TermKind::Member { on: of, name } => format!("{}{name}", on(of)),
            TermKind::Call { on: of, name, arguments, .. } => {
                let arguments: Vec<String> = arguments.iter().map(|&id| shape(tree, id)).collect();
                format!("{}{name}({})", on(of), arguments.join(","))
            }
            TermKind::Negated(of) => format!("-{}", shape(tree, *of)),
            TermKind::Indexed(of, index) => format!("{}[{}]", shape(tree, *of), shape(tree, *index)),
            TermKind::Binary(operator, left, right) => {
                format!("({operator:?} {} {})", shape(tree, *left), shape(tree, *right))
            }
            TermKind::Typed(test, of, name) => format!("({test:?} {} {})", shape(tree, *of), name.name),
            other => format!("{other:?}"),
        }
    }

    fn read(text: &str) -> String {
        let (tree, root) = parse(text).unwrap();
        shape(&tree, root)
    }

    #[test]
    fn operators_bind_as_published() {
        assert_eq!(read("1+2*3+4"), "(Plus (Plus 1 (Times 2 3)) 4)");
        assert_eq!(read("1 > 2 is Boolean"), "(More 1 (Is 2 Boolean))");
        assert_eq!(read("1 | 1 is Integer"), "(Union 1 (Is 1 Integer))");
        assert_eq!(read("-1.abs()"), "-1.abs()");
        assert_eq!(read("-a.b * 2"), "(Times -a.b 2)");
        assert_eq!(read("a and b or c implies d"), "(Implies (Or (And a b) c) d)");
        assert_eq!(read("a = b in c"), "(In (Equal a b) c)");
        assert_eq!(read("a as b | c"), "(Union (As a b) c)");
        assert_eq!(read("(a | b).c[0].d(e, f)"), "(Union a b).c[0].d(e,f)");
        assert_eq!(read("x.repeat(contains).as(y)"), "x.repeat(contains).as(y)");
        assert_eq!(read("a.contains('b') contains in"), "(Contains a.contains(Literal(Text(\"b\"))) in)");
    }

    #[test]
    fn mistakes_have_a_place() {
        for (text, start) in [
            ("2 + 2 /", 7),
            ("2 + 2 /* not", 6),
            ("a..b", 2),
            ("a.(b)", 2),
            ("(a", 2),
            ("a b", 2),
            ("@T14:34:28Z", 10),
            ("a.$this", 2),
        ] {
            assert_eq!(parse(text).unwrap_err().0.start, start, "{text}");
        }
        for deep in
            ["(".repeat(5000), "-".repeat(5000), format!("a{}", ".a".repeat(5000)), format!("1{}", "+1".repeat(5000))]
        {
            assert!(parse(&deep).is_err());
        }
        let (tree, root) = parse(" a . b  ").unwrap();
        assert_eq!(tree.term(root).span, Span::new(1, 6));
    }
}
