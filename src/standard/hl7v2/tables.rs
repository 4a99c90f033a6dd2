//! The HL7 tables. In: the generated `tables.txt`, one set of codes for all versions. Out: lookups by table and code.
//!
//! A code of any version is in: a checker that needs the codes of one version only must say so in its own pack.

use std::sync::OnceLock;

use super::load::data_lines;

/// Who decides the codes of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TableKind {
    /// HL7 fixes them: another code is wrong unless a profile adds it.
    Hl7,
    /// Sites define them: the codes here are only suggestions.
    User,
}

/// One table.
#[derive(Debug)]
pub struct Table {
    /// Its id, four digits such as `0001`.
    pub id: &'static str,
    /// Who decides its codes.
    pub kind: TableKind,
    /// Short label.
    pub name: &'static str,
    /// Codes and their short labels (may be empty), sorted by code.
    codes: Vec<(&'static str, &'static str)>,
}

impl Table {
    /// Whether `code` is in the table; case matters.
    pub fn contains(&self, code: &str) -> bool {
        self.label(code).is_some()
    }

    /// The short label of `code` (empty when we hold none), or `None` when the table lacks the code.
    pub fn label(&self, code: &str) -> Option<&'static str> {
        let at = self.codes.binary_search_by(|(known, _)| (*known).cmp(code)).ok()?;
        self.codes.get(at).map(|(_, label)| *label)
    }

    /// Codes and labels, sorted by code.
    pub fn codes(&self) -> &[(&'static str, &'static str)] {
        &self.codes
    }
}

/// All tables, sorted by id.
#[derive(Debug)]
pub struct Tables(Vec<Table>);

impl Tables {
    /// The table `id`, such as `0001`.
    pub fn get(&self, id: &str) -> Option<&Table> {
        let at = self.0.binary_search_by(|table| table.id.cmp(id)).ok()?;
        self.0.get(at)
    }

    /// All tables, sorted by id.
    pub fn all(&self) -> &[Table] {
        &self.0
    }
}

/// The tables all versions share, read on first use and kept.
pub fn tables() -> &'static Tables {
    static TABLES: OnceLock<Tables> = OnceLock::new();
    TABLES.get_or_init(|| {
        read(include_str!("../../../standards/hl7v2-base/definitions/tables.txt"))
            .expect("the tables are generated, and a test reads them")
    })
}

/// The table `id`; short for `tables().get(id)`.
pub fn table(id: &str) -> Option<&'static Table> {
    tables().get(id)
}

fn read(text: &'static str) -> Option<Tables> {
    let mut tables: Vec<Table> = Vec::with_capacity(512);
    for (_, line) in data_lines(text) {
        if let Some(code) = line.split_once('|') {
            tables.last_mut()?.codes.push(code);
            continue;
        }
        let (id, rest) = line.split_once(' ')?;
        let (kind, name) = rest.split_once(' ')?;
        let kind = match kind {
            "hl7" => TableKind::Hl7,
            "user" => TableKind::User,
            _ => return None,
        };
        tables.push(Table { id, kind, name, codes: Vec::new() });
    }
    Some(Tables(tables))
}
