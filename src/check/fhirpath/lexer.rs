//! The words of an expression.
//!
//! In: the text. Out: one token at a time with its place (FHIRPath 2.0, grammar, lexical rules). Comments and blanks
//! fall away; literals are checked and read here, once.

use super::decimal::Decimal;
use super::moment::Moment;
use crate::span::Span;
use std::borrow::Cow;

/// One word.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token<'a> {
    /// A name; whether it stood in backquotes, where no keyword is one.
    Name(Cow<'a, str>, Quoted),
    /// `$this`, `$index`, `$total` without the dollar.
    Dollar(&'a str),
    /// `%name`, and `%'name'` or a name in backquotes.
    External(Cow<'a, str>),
    Text(String),
    Integer(i64),
    /// A whole number with the mark of a long one.
    Long(i64),
    Decimal(Decimal),
    Date(Moment),
    DateTime(Moment),
    Time(Moment),
    /// One or two marks.
    Mark(&'static str),
    End,
}

/// Whether a name stood in backquotes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Quoted {
    Yes,
    No,
}

/// What is wrong, and where.
pub(super) type Wrong = (Span, &'static str);

/// Longer ones first.
const MARKS: [&str; 23] = [
    "!=", "!~", "<=", ">=", "(", ")", "[", "]", "{", "}", ".", ",", "+", "-", "*", "/", "&", "|", "=", "~", "<", ">",
    ":",
];

/// Reads the token that begins at or after `from`; its span ends where the next may begin.
pub(super) fn token(text: &str, from: usize) -> Result<(Token<'_>, Span), Wrong> {
    let start = after_blanks(text, from)?;
    let rest = &text[start..];
    let span = |length: usize| Span::new(start as u32, (start + length) as u32);
    let Some(first) = rest.chars().next() else { return Ok((Token::End, span(0))) };
    let (token, length) = match first {
        '\'' | '"' | '`' => {
            let (read, length) = quoted(rest).map_err(|told| (span(first.len_utf8()), told))?;
            match first {
                '`' => (Token::Name(Cow::Owned(read), Quoted::Yes), length),
                _ => (Token::Text(read), length),
            }
        }
        '0'..='9' => numeral(rest).map_err(|told| (span(digits(rest.as_bytes())), told))?,
        '@' => {
            let length = 1 + moment_length(&rest.as_bytes()[1..]);
            (moment(&rest[1..length]).ok_or((span(length), "no such date or time"))?, length)
        }
        '$' => {
            let length = 1 + word_length(&rest[1..]);
            (Token::Dollar(&rest[1..length]), length)
        }
        '%' => match rest[1..].chars().next() {
            Some('\'' | '`' | '"') => {
                let (read, length) = quoted(&rest[1..]).map_err(|told| (span(2), told))?;
                (Token::External(Cow::Owned(read)), 1 + length)
            }
            _ => {
                // A hyphen is no letter of a name, but `%vs-name` and `%ext-name` are written without quotes too.
                let name = &rest[1..];
                let mut length = word_length(name);
                if name.starts_with("vs-") || name.starts_with("ext-") {
                    length =
                        name.find(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '_').unwrap_or(name.len());
                }
                if length == 0 {
                    return Err((span(1), "a variable has no name"));
                }
                (Token::External(Cow::Borrowed(&name[..length])), 1 + length)
            }
        },
        'A'..='Z' | 'a'..='z' | '_' => {
            let length = word_length(rest);
            (Token::Name(Cow::Borrowed(&rest[..length]), Quoted::No), length)
        }
        _ => {
            let mark = MARKS.into_iter().find(|mark| rest.starts_with(mark));
            let mark = mark.ok_or((span(first.len_utf8()), "this character has no meaning here"))?;
            (Token::Mark(mark), mark.len())
        }
    };
    Ok((token, span(length)))
}

fn after_blanks(text: &str, mut at: usize) -> Result<usize, Wrong> {
    loop {
        let rest = &text[at..];
        let blanks = rest.len() - rest.trim_start().len();
        if blanks > 0 {
            at += blanks;
        } else if rest.starts_with("//") {
            at += rest.find(['\n', '\r']).unwrap_or(rest.len());
        } else if let Some(comment) = rest.strip_prefix("/*") {
            let open = Span::new(at as u32, at as u32 + 2);
            at += 2 + comment.find("*/").ok_or((open, "this comment is never closed"))? + 2;
        } else {
            return Ok(at);
        }
    }
}

fn word_length(text: &str) -> usize {
    text.find(|character: char| !character.is_ascii_alphanumeric() && character != '_').unwrap_or(text.len())
}

fn digits(text: &[u8]) -> usize {
    text.iter().take_while(|byte| byte.is_ascii_digit()).count()
}

fn numeral(text: &str) -> Result<(Token<'_>, usize), &'static str> {
    let whole = digits(text.as_bytes());
    let fraction = match text.as_bytes()[whole..] {
        [b'.', ref after @ ..] => digits(after),
        _ => 0,
    };
    if fraction > 0 {
        let length = whole + 1 + fraction;
        let number = Decimal::parse(&text[..length]).ok_or("a number has at most 38 digits")?;
        return Ok((Token::Decimal(number), length));
    }
    let number = text[..whole].parse().map_err(|_| "this whole number is too large")?;
    match text.as_bytes().get(whole) {
        Some(b'L') => Ok((Token::Long(number), whole + 1)),
        _ => Ok((Token::Integer(number), whole)),
    }
}

/// How far a date or time reaches: its marks belong to it only where a digit follows.
fn moment_length(text: &[u8]) -> usize {
    let mut at = 0;
    let clock = |at: usize| text[..at].contains(&b'T');
    loop {
        let digit_next = text.get(at + 1).is_some_and(u8::is_ascii_digit);
        at += match text.get(at) {
            Some(b'0'..=b'9') => 1,
            Some(b'T') if !clock(at) => 1,
            Some(b'-') if digit_next && (at == 4 || at == 7) => 1,
            Some(b':' | b'.') if digit_next && clock(at) => 1,
            // A zone ends it; a time of day alone has none.
            Some(b'Z') if clock(at) && at > 0 && text[0] != b'T' => return at + 1,
            Some(b'+' | b'-') if clock(at) && text[0] != b'T' && zone(&text[at + 1..]) => return at + 6,
            _ => return at,
        };
    }
}

fn zone(text: &[u8]) -> bool {
    matches!(text, [h1, h2, b':', m1, m2, ..] if [h1, h2, m1, m2].into_iter().all(u8::is_ascii_digit))
}

fn moment(text: &str) -> Option<Token<'static>> {
    Some(match text.strip_prefix('T') {
        Some(time) => Token::Time(Moment::parse_time(time)?),
        None if text.contains('T') => Token::DateTime(Moment::parse_date_time(text)?),
        None => Token::Date(Moment::parse_date(text)?),
    })
}

/// Reads what stands between the mark that `text` begins with and the next such mark.
fn quoted(text: &str) -> Result<(String, usize), &'static str> {
    let mut read = String::new();
    let mut characters = text.char_indices();
    let mark = characters.next().map(|(_, mark)| mark);
    while let Some((at, character)) = characters.next() {
        if Some(character) == mark {
            return Ok((read, at + 1));
        }
        if character != '\\' {
            read.push(character);
            continue;
        }
        let (at, escaped) = characters.next().ok_or("the text ends within an escape")?;
        read.push(match escaped {
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'f' => '\u{c}',
            'u' => {
                let unit = |at: usize| u16::from_str_radix(text.get(at..at + 4)?, 16).ok();
                let high = unit(at + 1).ok_or("\\u is followed by four hexadecimal digits")?;
                let low = text.get(at + 5..at + 7).filter(|next| *next == "\\u").and_then(|_| unit(at + 7));
                let (character, length) = match char::decode_utf16([high].into_iter().chain(low)).next() {
                    Some(Ok(character)) => (character, character.len_utf16()),
                    _ => (char::REPLACEMENT_CHARACTER, 1),
                };
                for _ in 0..4 + 6 * (length - 1) {
                    characters.next();
                }
                character
            }
            // The rest stand for themselves; the grammar lists only some of them.
            other => other,
        });
    }
    Err("this text is never closed")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(text: &str) -> Vec<Token<'_>> {
        let (mut read, mut at) = (Vec::new(), 0);
        loop {
            match token(text, at) {
                Ok((Token::End, _)) => return read,
                Ok((next, span)) => {
                    read.push(next);
                    at = span.end as usize;
                }
                Err((_, told)) => panic!("{text}: {told}"),
            }
        }
    }

    #[test]
    fn words_are_told_apart() {
        let name = |name: &'static str| Token::Name(Cow::Borrowed(name), Quoted::No);
        assert_eq!(tokens("a.b"), [name("a"), Token::Mark("."), name("b")]);
        assert_eq!(tokens("1.not()").len(), 5);
        assert_eq!(tokens("1.0.x"), [Token::Decimal(Decimal::new(10, 1)), Token::Mark("."), name("x")]);
        assert_eq!(tokens("`a b`"), [Token::Name("a b".into(), Quoted::Yes)]);
        assert_eq!(
            tokens("%`vs-x y` %vs-a-b %a-b")[..2],
            [Token::External("vs-x y".into()), Token::External("vs-a-b".into())]
        );
        assert_eq!(tokens(r"'a\'\u0041\ud842\udfb7\/' // end"), [Token::Text("a'A\u{20bb7}/".into())]);
        assert_eq!(tokens("2 /* a * b */ + 2").len(), 3);
        assert_eq!(tokens("@2015-02-04T14:34:28.123+10:00.is").len(), 3);
        assert_eq!(tokens("@2015-02-04-1").len(), 3);
        assert_eq!(tokens("@2015T.is").len(), 3);
        assert_eq!(tokens("@T14:34:28Z").len(), 2);
        assert_eq!(tokens("1<=2!~3").len(), 5);
    }

    #[test]
    fn mistakes_have_a_place() {
        let wrong = |text| token(text, 0).unwrap_err();
        assert_eq!(wrong("  'abc").0, Span::new(2, 3));
        assert_eq!(wrong("/* x").1, "this comment is never closed");
        assert_eq!(wrong("@2015-13").1, "no such date or time");
        assert_eq!(wrong("99999999999999999999").1, "this whole number is too large");
        assert!(token("é", 0).is_err() && token("'\\u12'", 0).is_err() && token("'\\", 0).is_err());
        assert!(token("#", 0).is_err() && token("% ", 0).is_err());
    }
}
