//! Prints message structures in the grammar that [`Group::parse`] reads. In: a group. Out: its one-line text.

use std::fmt;

use super::grammar::{Group, GroupKind, Member};

impl fmt::Display for Group {
    /// The grammar text of the group's members; its own name and repetition are for the group that holds it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let separator = if self.kind == GroupKind::Choice { "|" } else { " " };
        for (at, member) in self.members.iter().enumerate() {
            if at > 0 {
                f.write_str(separator)?;
            }
            match member {
                // An alternative of several members needs no bracket of its own.
                Member::Group(group)
                    if self.kind == GroupKind::Choice && group.is_plain() && group.members.len() > 1 =>
                {
                    group.fmt(f)?;
                }
                _ => member.fmt(f)?,
            }
        }
        Ok(())
    }
}

impl Group {
    /// A sequence without name that occurs once.
    fn is_plain(&self) -> bool {
        self.name.is_none() && self.kind == GroupKind::Sequence && self.min == 1 && self.max == Some(1)
    }
}

impl fmt::Display for Member {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (min, max) = match self {
            Self::Segment { min, max, .. } => (*min, *max),
            Self::Group(group) => (group.min, group.max),
        };
        let (before, after) = match (min, max) {
            (0, Some(1)) => ("[", "]".to_owned()),
            (0, None) => ("[{", "}]".to_owned()),
            (0, Some(most)) if most > 1 => ("[{", format!("}}{most}]")),
            (1, None) => ("{", "}".to_owned()),
            (1, Some(1)) => match self {
                Self::Group(group) if group.kind == GroupKind::Sequence => ("(", ")".to_owned()),
                _ => ("", String::new()),
            },
            (1, Some(most)) => ("{", format!("}}{most}")),
            (_, Some(most)) => ("{", format!("}}{min}..{most}")),
            (_, None) => ("{", format!("}}{min}..*")),
        };
        f.write_str(before)?;
        match self {
            Self::Segment { id, .. } => f.write_str(&String::from_utf8_lossy(id))?,
            Self::Group(group) => {
                let choice = group.kind == GroupKind::Choice;
                f.write_str(if choice { "<" } else { "" })?;
                if let Some(name) = &group.name {
                    write!(f, "{name}: ")?;
                }
                write!(f, "{group}")?;
                f.write_str(if choice { ">" } else { "" })?;
            }
        }
        f.write_str(&after)
    }
}
