//! Profile lines: `PID-8 usage=RE table=ITK0001 strength=closed len=1 rule=PAS-13`.
//!
//! In: the text of `definitions/profile.txt`, or the `constrain` lines of a rule. Out: [`Line`]s, each a target, the
//! messages it speaks of, and settings that the last layer decides.

use super::expression::{self, TableOf};
use super::pattern::Pattern;
use crate::check::assertion::{Expression, Needed, Target};
use crate::check::native::{self, Native};
use std::sync::Arc;

/// What a line speaks of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Subject {
    /// A field or a part of it.
    Field(Target),
    /// A component of a datatype, wherever it is used: `XON.3`.
    Datatype { id: String, component: u16, subcomponent: u16 },
    /// A segment as a whole.
    Segment([u8; 3]),
}

/// One constraint on the subject.
#[derive(Clone, Debug)]
pub(super) enum Setting {
    Usage(Needed, Option<(Arc<Expression>, Needed)>),
    Repeats(u16, u16),
    Length(Option<u32>),
    Datatype(String),
    VariesBy(u16),
    Table(Option<String>),
    Strength(Strength),
    Fixed(Option<Box<[u8]>>),
    Values(Vec<Box<[u8]>>),
    Native(Option<&'static Native>),
    Known,
}

/// How binding a table is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Strength {
    /// Only its codes.
    Closed,
    /// Its codes are suggestions.
    Open,
}

/// One line of a profile.
#[derive(Clone, Debug)]
pub(super) struct Line {
    pub(super) patterns: Arc<[Pattern]>,
    pub(super) subject: Subject,
    pub(super) settings: Vec<Setting>,
    /// Applies only where this holds.
    pub(super) condition: Option<Arc<Expression>>,
    /// Code of the rule that answers for it, when the line names one.
    pub(super) rule: Option<String>,
    /// Where in the profile it stands.
    pub(super) at: std::ops::Range<usize>,
}

/// What is wrong with a line, and at which byte of the text it starts.
pub(super) struct Wrong {
    pub(super) at: usize,
    pub(super) length: usize,
    pub(super) what: String,
}

/// Reads a whole profile.
pub(super) fn profile(text: &str, tables: TableOf<'_>) -> Result<Vec<Line>, Wrong> {
    let mut lines = Vec::new();
    let mut patterns: Arc<[Pattern]> = Arc::from([]);
    let mut at = 0;
    for raw in text.split_inclusive('\n') {
        let wrong = |what: String| Wrong { at, length: raw.trim_end().len(), what };
        let line = raw.trim();
        if let Some(heading) = line.strip_prefix('[') {
            let (inside, _) = heading.split_once(']').ok_or_else(|| wrong("the heading is not closed by ]".into()))?;
            let read: Result<Vec<_>, _> = inside.split_whitespace().map(Pattern::parse).collect();
            patterns = read.map_err(wrong)?.into();
        } else if !line.is_empty() && !line.starts_with('#') {
            let mut read = self::line(line, tables).map_err(wrong)?;
            read.patterns = Arc::clone(&patterns);
            read.at = at..at + raw.trim_end().len();
            lines.push(read);
        }
        at += raw.len();
    }
    Ok(lines)
}

/// Reads one line, without its heading.
pub(super) fn line(text: &str, tables: TableOf<'_>) -> Result<Line, String> {
    let (place, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    let mut line = Line {
        patterns: Arc::from([]),
        subject: subject(place)?,
        settings: Vec::new(),
        condition: None,
        rule: None,
        at: 0..0,
    };
    let mut rest = rest.trim_start();
    while !rest.is_empty() && !rest.starts_with('#') {
        let (key, value, after) = setting(rest)?;
        match key {
            "rule" => line.rule = Some(value.to_owned()),
            "when" => line.condition = Some(Arc::new(condition(value, tables)?)),
            _ => line.settings.push(read_setting(key, value)?),
        }
        rest = after.trim_start();
    }
    // A predicate belongs to the usage: C(R/X) with when= is decided by it, not limited to it.
    if let Some(Setting::Usage(_, Some(_))) = line.settings.iter().find(|s| matches!(s, Setting::Usage(_, Some(_)))) {
        let predicate = line.condition.take().ok_or("a conditional usage needs when=\"…\"")?;
        for setting in &mut line.settings {
            if let Setting::Usage(_, Some((expression, _))) = setting {
                *expression = Arc::clone(&predicate);
            }
        }
    }
    if line.condition.is_some() && !line.settings.iter().all(|s| matches!(s, Setting::Usage(..) | Setting::Native(_))) {
        return Err(
            "when= decides usage and native only; put other constraints on a line without it, below a heading \
                    such as [ADT^A01], or write a rule with where ="
                .into(),
        );
    }
    let has = |wanted: fn(&Setting) -> bool| line.settings.iter().any(wanted);
    if has(|s| matches!(s, Setting::Strength(Strength::Closed))) && !has(|s| matches!(s, Setting::Table(Some(_)))) {
        return Err("strength=closed needs the table on the same line: table=ID strength=closed".into());
    }
    if has(|s| matches!(s, Setting::Table(Some(_)))) && !has(|s| matches!(s, Setting::Strength(_))) {
        return Err("say how binding the table is: strength=closed, strength=open or strength=user".into());
    }
    if line.settings.is_empty() {
        return Err("the line constrains nothing; give it usage, card, len, type, table, fixed, value or native".into());
    }
    Ok(line)
}

fn condition(text: &str, tables: TableOf<'_>) -> Result<Expression, String> {
    expression::parse(text, tables).map_err(|wrong| format!("when, at character {}: {}", wrong.at + 1, wrong.what))
}

fn subject(place: &str) -> Result<Subject, String> {
    let unknown = || format!("{place} is no place; write PID-3, PID-3.4, XON.3 or ZU1");
    if place.contains('-') {
        let target = expression::target(place).ok_or_else(unknown)?;
        return Ok(Subject::Field(target));
    }
    if let Some((id, parts)) = place.split_once('.') {
        let mut numbers = parts.split('.').map(|part| part.parse::<u16>().ok().filter(|n| *n > 0));
        let component = numbers.next().flatten().ok_or_else(unknown)?;
        let subcomponent = numbers.next().map_or(Some(0), |n| n).ok_or_else(unknown)?;
        return Ok(Subject::Datatype { id: id.to_owned(), component, subcomponent });
    }
    let target = expression::target(place).ok_or_else(unknown)?;
    Ok(Subject::Segment(target.segment))
}

/// The next `key=value` of `text`, where the value may be quoted, or a bare word; and the rest.
fn setting(text: &str) -> Result<(&str, &str, &str), String> {
    let word = text.find(char::is_whitespace).unwrap_or(text.len());
    let Some(equals) = text[..word].find('=') else { return Ok((&text[..word], "", &text[word..])) };
    let (key, value) = (&text[..equals], &text[equals + 1..]);
    if let Some(quoted) = value.strip_prefix('"') {
        let end = quoted.find('"').ok_or_else(|| format!("the value of {key} is not closed by a quotation mark"))?;
        return Ok((key, &quoted[..end], &quoted[end + 1..]));
    }
    let end = value.find(char::is_whitespace).unwrap_or(value.len());
    Ok((key, &value[..end], &value[end..]))
}

fn read_setting(key: &str, value: &str) -> Result<Setting, String> {
    let removed = value == "-";
    Ok(match key {
        "usage" => usage(value)?,
        "card" => {
            let (min, max) = value.split_once("..").ok_or("card is written min..max, e.g. 0..1 or 1..*")?;
            let number = |text: &str| text.parse::<u16>().map_err(|_| format!("{text} is no number of repetitions"));
            Setting::Repeats(number(min)?, if max == "*" { u16::MAX } else { number(max)? })
        }
        "len" if removed => Setting::Length(None),
        "len" => Setting::Length(Some(value.parse().map_err(|_| format!("{value} is no length"))?)),
        "type" => match value.strip_prefix("by(").and_then(|rest| rest.strip_suffix(')')) {
            Some(place) => {
                let field = expression::target(place).map_or(0, |target| target.field);
                if field == 0 {
                    return Err(format!("{place} is no field; write type=by(OBX-2)"));
                }
                Setting::VariesBy(field)
            }
            None => Setting::Datatype(value.to_owned()),
        },
        "table" => Setting::Table((!removed).then(|| value.strip_prefix("HL7").unwrap_or(value).to_owned())),
        "strength" => Setting::Strength(match value {
            "closed" => Strength::Closed,
            "open" | "user" => Strength::Open,
            _ => return Err(format!("{value} is no strength; write closed, open or user")),
        }),
        "fixed" => Setting::Fixed((!removed).then(|| value.as_bytes().into())),
        "value" => {
            let listed = value.split(',').filter(|item| !item.is_empty() && *item != "…");
            Setting::Values(listed.map(|item| item.as_bytes().into()).collect())
        }
        "native" if removed => Setting::Native(None),
        "native" => Setting::Native(Some(
            native::find(value).ok_or_else(|| format!("there is no native check called {value}"))?,
        )),
        "known" => Setting::Known,
        _ => {
            return Err(format!(
                "{key} is not known here; write usage, card, len, type, table, strength, fixed, value, native, rule or when"
            ));
        }
    })
}

fn usage(value: &str) -> Result<Setting, String> {
    let needed = |letters: &str| match letters {
        "R" => Ok(Needed::Required),
        "X" | "W" => Ok(Needed::Forbidden),
        "RE" | "O" | "B" | "C" => Ok(Needed::Free),
        _ => Err(format!("{letters} is no usage; write R, RE, O, X, B or C(R/O)")),
    };
    let conditional = value.strip_prefix("C(").and_then(|rest| rest.strip_suffix(')'));
    match conditional.and_then(|both| both.split_once('/')) {
        // The predicate is filled in by the caller, from when=.
        Some((then, otherwise)) => {
            let placeholder = Arc::new(Expression::Constant(crate::check::assertion::Truth::Undecided));
            Ok(Setting::Usage(needed(then)?, Some((placeholder, needed(otherwise)?))))
        }
        None => Ok(Setting::Usage(needed(value)?, None)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Line, String> {
        line(text, &|_| None)
    }

    #[test]
    fn every_key_is_read() {
        let all = "PID-8 usage=RE card=0..1 len=1 type=IS table=ITK0001 strength=closed rule=PAS-13 # why";
        let line = read(all).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!((line.settings.len(), line.rule.as_deref()), (6, Some("PAS-13")));
        assert!(matches!(read("XON.3 type=ST").map(|l| l.subject), Ok(Subject::Datatype { component: 3, .. })));
        assert!(matches!(read("ZU1 known").map(|l| l.subject), Ok(Subject::Segment(name)) if &name == b"ZU1"));
    }

    #[test]
    fn a_conditional_usage_takes_the_condition_of_its_line() {
        let line = read("PV1-44 usage=C(R/O) when=\"event in ['A01']\"").unwrap_or_else(|error| panic!("{error}"));
        assert!(line.condition.is_none());
        let Some(Setting::Usage(Needed::Required, Some((predicate, Needed::Free)))) = line.settings.first() else {
            panic!("{:?}", line.settings)
        };
        assert!(matches!(**predicate, Expression::In(..)));
        assert!(read("PV1-44 usage=C(R/O)").is_err());
    }

    #[test]
    fn errors_say_what_is_allowed() {
        for (text, word) in [
            ("PID-8 usage=Q", "usage"),
            ("PID-8 colour=red", "not known"),
            ("pid usage=R", "no place"),
            ("PID-8", "constrains nothing"),
            ("PID-8 native=nope", "native"),
            ("PID-8 card=1", "min..max"),
            ("PID-8 len=1 when=\"present(PID-3)\"", "usage and native only"),
            ("PID-8 strength=closed", "table="),
            ("PID-8 table=0001", "how binding"),
        ] {
            let error = read(text).expect_err(text);
            assert!(error.contains(word), "{text}: {error}");
        }
    }
}
