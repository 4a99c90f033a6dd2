//! Reading the packs: profile lines, structures, tables, local segments and rules, each checked as it is read.

use super::expression;
use super::lines::{self, Line, Setting, Strength, Subject};
use super::made::Made;
use super::pattern::{self, Pattern};
use crate::check::assertion::{Asserted, Codes, Expression, Owned, SegmentPlan, Target};
use crate::check::fhir::{self, Options};
use crate::check::native;
use crate::check::syntax::SyntaxRules;
use crate::check::terminology::Server;
use crate::check::{KindKey, KindPlan, Plan, Plans, RuleId};
use crate::compile::fhir::Releases;
use crate::standard::fhir::package::Package;
use crate::standard::hl7v2::{self, Group, Version};
use crate::standard::{Catalogue, Pack, PackError, Rule, Test};
use rustc_hash::FxHashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

/// Kinds kept compiled; past it the cache starts over. Real feeds have some thirty.
const MAX_KINDS: usize = 1024;

/// A pack's constraints and rules, ready to be laid over others.
#[derive(Debug)]
pub(super) struct Layer {
    pub(super) messages: Vec<Pattern>,
    pub(super) lines: Vec<LayerLine>,
    pub(super) structures: Vec<PackStructure>,
    /// Kind of constraint → rule, for messages of its patterns.
    pub(super) derived: Vec<(String, Vec<Pattern>, RuleId)>,
    pub(super) rules: Vec<LayerRule>,
}

#[derive(Debug)]
pub(super) struct LayerLine {
    pub(super) line: Line,
    pub(super) rule: Option<RuleId>,
}

/// A message structure a pack defines, and for which messages.
#[derive(Debug)]
pub(super) struct PackStructure {
    pub(super) id: String,
    pub(super) patterns: Vec<Pattern>,
    pub(super) root: Group,
}

/// A rule with a place: an assertion or a native check.
#[derive(Debug)]
pub(super) struct LayerRule {
    pub(super) patterns: Vec<Pattern>,
    /// `None`: the message as a whole.
    pub(super) on: Option<Target>,
    pub(super) asserted: Owned<Asserted>,
}

/// A segment that a pack describes (`ZU1`).
#[derive(Clone, Debug)]
pub(super) struct LocalSegment {
    pub(super) name: [u8; 3],
    pub(super) fields: Vec<LocalField>,
}

/// A field of such a segment, in the form of the base definitions.
#[derive(Clone, Debug)]
pub(super) struct LocalField {
    pub(super) usage: String,
    pub(super) repeats: (u16, u16),
    pub(super) length: Option<u32>,
    pub(super) datatype: String,
    pub(super) table: Option<String>,
    pub(super) label: &'static str,
}

/// Compiles what the engine expects, on first use; shared by all workers.
pub struct Compiler {
    pub(super) layers: Vec<Layer>,
    pub(super) local: Vec<LocalSegment>,
    pub(super) tables: FxHashMap<String, Arc<Codes>>,
    pub(super) plan_rules: Vec<(RuleId, Vec<Pattern>)>,
    /// Segment or datatype → its lines, as (layer, line), in the order they are laid.
    pub(super) lines_of: FxHashMap<String, Vec<(usize, usize)>>,
    syntax: SyntaxRules,
    /// What FHIR is checked with.
    fhir: Releases,
    kinds: RwLock<FxHashMap<KindKey, Arc<KindPlan>>>,
    /// The lines about datatypes, as (layer, line).
    pub(super) datatype_lines: Vec<(usize, usize)>,
    made: Mutex<Made>,
    /// Tables of the base standard that were asked for.
    base_tables: Mutex<FxHashMap<&'static str, Arc<Codes>>>,
}

impl Compiler {
    /// Reads every pack of `plan`.
    ///
    /// # Errors
    /// The first thing wrong in a definition or rule, with its place in the file.
    pub fn new(plan: &Plan) -> Result<Self, PackError> {
        let mut compiler = Self {
            layers: Vec::new(),
            local: Vec::new(),
            tables: FxHashMap::default(),
            plan_rules: Vec::new(),
            lines_of: FxHashMap::default(),
            syntax: SyntaxRules::default(),
            fhir: Releases::of(plan),
            kinds: RwLock::default(),
            datatype_lines: Vec::new(),
            made: Mutex::default(),
            base_tables: Mutex::default(),
        };
        let catalogue = &plan.catalogue;
        for pack in &catalogue.packs {
            compiler.read_tables(catalogue, pack)?;
        }
        for pack in &catalogue.packs {
            let layer = compiler.read_layer(plan, pack)?;
            compiler.index(&layer);
            compiler.layers.push(layer);
        }
        Ok(compiler)
    }

    /// The same, with the user's `packages` over the definitions of FHIR, the last on top, and what he asked for.
    #[must_use]
    pub fn with_fhir(mut self, packages: Vec<Package>, options: Options) -> Self {
        self.fhir = self.fhir.with(packages, options);
        self
    }

    /// The same, with a terminology server for codes that nothing held decides.
    #[must_use]
    pub fn asking(mut self, server: Option<Arc<dyn Server>>) -> Self {
        self.fhir = self.fhir.asking(server);
        self
    }

    /// The releases of FHIR in force.
    pub fn releases(&self) -> &Releases {
        &self.fhir
    }

    fn index(&mut self, layer: &Layer) {
        let at = self.layers.len();
        for (number, entry) in layer.lines.iter().enumerate() {
            if matches!(entry.line.subject, Subject::Datatype { .. }) {
                self.datatype_lines.push((at, number));
            }
            let subject = match &entry.line.subject {
                Subject::Field(Target { segment, .. }) | Subject::Segment(segment) => {
                    String::from_utf8_lossy(segment).into_owned()
                }
                Subject::Datatype { id, .. } => format!("type {id}"),
            };
            self.lines_of.entry(subject).or_default().push((at, number));
        }
    }

    fn read_tables(&mut self, catalogue: &Catalogue, pack: &Pack) -> Result<(), PackError> {
        let Some(file) = text_of(catalogue, pack, "definitions/tables.txt")? else { return Ok(()) };
        let mut table: Option<(String, Vec<&str>)> = None;
        let mut read = Vec::new();
        for raw in file.text.lines() {
            let line = raw.trim_end();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let heading = line.split_once('"').filter(|(before, _)| before.split_whitespace().count() == 2);
            match (heading, line.split_once('|'), &mut table) {
                (Some((before, _)), _, _) => {
                    read.extend(table.take());
                    let id = before.split_whitespace().next().unwrap_or_default();
                    table = Some((id.to_owned(), Vec::new()));
                }
                (None, Some((code, _)), Some((_, codes))) => codes.push(code),
                _ => {
                    let what = "a table starts `ID closed \"Title\"`, and its codes are lines `code|label`";
                    return Err(file.error_at(raw, what));
                }
            }
        }
        read.extend(table);
        for (id, codes) in read {
            let name = format!("table {id}");
            self.tables.insert(id, Arc::new(Codes::new(name, codes.iter().map(|code| code.as_bytes()))));
        }
        Ok(())
    }

    /// The codes of table `id`: a pack's, else the base standard's.
    pub(super) fn codes(&self, id: &str) -> Option<Arc<Codes>> {
        let id = id.strip_prefix("HL7").unwrap_or(id);
        self.tables.get(id).cloned().or_else(|| {
            let table = hl7v2::table(id)?;
            let mut made = self.base_tables.lock().unwrap_or_else(PoisonError::into_inner);
            let codes = made.entry(table.id).or_insert_with(|| {
                let codes = table.codes().iter().map(|(code, _)| code.as_bytes());
                Arc::new(Codes::new(format!("HL7 table {id}"), codes))
            });
            Some(Arc::clone(codes))
        })
    }

    /// What was compiled so far.
    pub(super) fn made(&self) -> MutexGuard<'_, Made> {
        self.made.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn read_layer(&mut self, plan: &Plan, pack: &Pack) -> Result<Layer, PackError> {
        let catalogue = &plan.catalogue;
        let manifest = |what: String| PackError::new(format!("{}/standard.toml", pack.id), what);
        let messages = patterns(&pack.messages).map_err(manifest)?;
        let mut layer = Layer {
            messages: messages.clone(),
            lines: Vec::new(),
            structures: Vec::new(),
            derived: Vec::new(),
            rules: Vec::new(),
        };
        if let Some(file) = text_of(catalogue, pack, "definitions/segments.txt")? {
            self.read_segments(&file)?;
        }
        if let Some(file) = text_of(catalogue, pack, "definitions/structures.txt")? {
            layer.structures = read_structures(&file)?;
        }
        if let Some(file) = text_of(catalogue, pack, "definitions/profile.txt")? {
            let tables = |id: &str| self.codes(id);
            let read = lines::profile(file.text, &tables)
                .map_err(|wrong| PackError::at(&file.name, file.text, wrong.at..wrong.at + wrong.length, wrong.what))?;
            for line in read {
                let wrong = |what| PackError::at(&file.name, file.text, line.at.clone(), what);
                let unknown = |code| wrong(format!("rule={code} names no rule of the standards in use"));
                let rule = line.rule.as_ref().map(|code| plan.find(code).ok_or_else(|| unknown(code))).transpose()?;
                self.check_names(&line).map_err(wrong)?;
                layer.lines.push(LayerLine { line, rule });
            }
        }
        for rule in &pack.rules {
            let Some(id) = plan.find(&rule.code) else { continue };
            let narrowed = patterns(&rule.messages).map_err(|what| catalogue.rule_error(pack, rule, what))?;
            let own = if narrowed.is_empty() { messages.clone() } else { narrowed };
            self.read_rule(&mut layer, rule, id, &own).map_err(|what| catalogue.rule_error(pack, rule, what))?;
            self.plan_rules.push((id, own));
        }
        Ok(layer)
    }

    /// Whether the tables and datatypes that `line` names exist.
    fn check_names(&self, line: &Line) -> Result<(), String> {
        for setting in &line.settings {
            if let Setting::Datatype(id) = setting
                && !Version::ALL.iter().any(|version| hl7v2::base(*version).datatype(id).is_some())
            {
                return Err(format!("there is no datatype {id}; write one of HL7 v2, such as ST, CE or CX"));
            }
            if let Setting::Table(Some(id)) = setting
                && self.codes(id).is_none()
                && line.settings.iter().any(|s| matches!(s, Setting::Strength(Strength::Closed)))
            {
                return Err(format!("there is no table {id} to hold values to; add it to definitions/tables.txt"));
            }
        }
        Ok(())
    }

    fn read_rule(&mut self, layer: &mut Layer, rule: &Rule, id: RuleId, own: &[Pattern]) -> Result<(), String> {
        match rule.test()? {
            Test::Syntax(codes) => codes.iter().for_each(|code| self.syntax.tie(code, id)),
            Test::Derived(kind) => layer.derived.push((kind.to_owned(), own.to_vec(), id)),
            Test::Across(_) => {}
            Test::Constrain(lines) => {
                let condition = rule.condition.as_deref().map(|text| self.expression("where", text)).transpose()?;
                for text in lines {
                    let tables = |table: &str| self.codes(table);
                    let mut line = lines::line(text, &tables).map_err(|what| format!("constrain `{text}`: {what}"))?;
                    self.check_names(&line)?;
                    line.patterns = own.into();
                    line.condition = line.condition.or_else(|| condition.clone());
                    layer.lines.push(LayerLine { line, rule: Some(id) });
                }
            }
            Test::Assert(text) => {
                let expression = Some(self.expression("assert", text)?);
                self.place(layer, rule, id, own, Asserted { condition: None, expression, native: None })?;
            }
            Test::Native(name) => {
                let native = native::find(name).ok_or_else(|| format!("there is no native check called {name}"))?;
                self.place(layer, rule, id, own, Asserted { condition: None, expression: None, native: Some(native) })?;
            }
        }
        Ok(())
    }

    fn place(
        &self,
        layer: &mut Layer,
        rule: &Rule,
        id: RuleId,
        own: &[Pattern],
        asserted: Asserted,
    ) -> Result<(), String> {
        let on = match rule.on.as_deref().ok_or("the rule says not where it looks: give it on = \"…\"")? {
            "message" => None,
            path => Some(expression::target(path).ok_or_else(|| format!("on: {path} is no path such as PID-3.4"))?),
        };
        if on.is_some_and(|on| on.occurrence > 0 || on.repetition > 0) {
            return Err("on names one repetition; look at every one, and narrow with where = \"…\"".to_owned());
        }
        let condition = rule.condition.as_deref().map(|text| self.expression("where", text)).transpose()?;
        let test = Asserted { condition, ..asserted };
        layer.rules.push(LayerRule { patterns: own.to_vec(), on, asserted: Owned { rule: id, test } });
        Ok(())
    }

    fn expression(&self, field: &str, text: &str) -> Result<Arc<Expression>, String> {
        let tables = |id: &str| self.codes(id);
        expression::parse(text, &tables)
            .map(Arc::new)
            .map_err(|wrong| format!("{field}, at character {}: {}", wrong.at + 1, wrong.what))
    }

    fn read_segments(&mut self, file: &File<'_>) -> Result<(), PackError> {
        let mut current: Option<LocalSegment> = None;
        for raw in file.text.lines() {
            let line = raw.trim_end();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            if line.starts_with(|c: char| c.is_ascii_digit()) {
                let field = local_field(line).ok_or_else(|| {
                    file.error_at(raw, "a field is written number|usage|min..max|length|type|table|name")
                })?;
                let Some(segment) = &mut current else { return Err(file.error_at(raw, "a field before any segment")) };
                segment.fields.push(field);
            } else {
                let name = line.split(['|', ' ']).next().unwrap_or_default();
                let name = <[u8; 3]>::try_from(name.as_bytes())
                    .map_err(|_| file.error_at(raw, "a segment is named by three characters"))?;
                self.local.extend(current.replace(LocalSegment { name, fields: Vec::new() }));
            }
        }
        self.local.extend(current);
        Ok(())
    }
}

impl Plans for Compiler {
    fn kind(&self, key: &KindKey) -> Arc<KindPlan> {
        if let Some(found) = self.kinds.read().unwrap_or_else(PoisonError::into_inner).get(key) {
            return Arc::clone(found);
        }
        let made = Arc::new(self.compile_kind(key));
        let mut kinds = self.kinds.write().unwrap_or_else(PoisonError::into_inner);
        if kinds.len() >= MAX_KINDS {
            kinds.clear();
            self.made().clear();
        }
        Arc::clone(kinds.entry(*key).or_insert(made))
    }

    fn segment(&self, key: &KindKey, name: [u8; 3]) -> Arc<SegmentPlan> {
        self.compile_segment(key, name)
    }

    fn syntax(&self) -> &SyntaxRules {
        &self.syntax
    }

    fn fhir(&self) -> &dyn fhir::Releases {
        &self.fhir
    }

    fn speaks(&self, rule: RuleId, key: &KindKey) -> bool {
        self.plan_rules.iter().any(|(id, patterns)| *id == rule && pattern::any(patterns, key))
    }
}

pub(super) fn patterns(texts: &[String]) -> Result<Vec<Pattern>, String> {
    texts.iter().map(|text| Pattern::parse(text)).collect()
}

impl Layer {
    /// Whether the pack speaks of messages of this kind.
    pub(super) fn applies(&self, key: &KindKey) -> bool {
        pattern::any(&self.messages, key)
    }
}

/// A text file of a pack.
struct File<'a> {
    name: String,
    text: &'a str,
}

impl File<'_> {
    /// An error at `line`, which is a slice of the text.
    fn error_at(&self, line: &str, what: &str) -> PackError {
        let start = line.as_ptr() as usize - self.text.as_ptr() as usize;
        PackError::at(&self.name, self.text, start..start + line.len(), what)
    }
}

fn text_of<'a>(catalogue: &'a Catalogue, pack: &Pack, path: &str) -> Result<Option<File<'a>>, PackError> {
    let name = format!("{}/{path}", pack.id);
    let Some(bytes) = catalogue.file(&pack.id, path) else { return Ok(None) };
    if pack.id == "hl7v2-base" {
        return Ok(None);
    }
    let text = std::str::from_utf8(bytes).map_err(|_| PackError::new(name.clone(), "the file is not UTF-8"))?;
    Ok(Some(File { name, text }))
}

/// `ADT_A01 [ADT^A01 ADT^A04]: MSH EVN PID …`, possibly over several lines.
fn read_structures(file: &File<'_>) -> Result<Vec<PackStructure>, PackError> {
    let mut found: Vec<PackStructure> = Vec::new();
    let mut pending: Option<(&str, String)> = None;
    let finish = |entry: Option<(&str, String)>, found: &mut Vec<PackStructure>| -> Result<(), PackError> {
        let Some((first, text)) = entry else { return Ok(()) };
        let read = structure(&text).map_err(|what| file.error_at(first, &what))?;
        found.push(read);
        Ok(())
    };
    for raw in file.text.lines() {
        let line = raw.trim_end();
        if line.is_empty() || line.trim_start().starts_with('#') {
            continue;
        }
        if line.starts_with([' ', '\t']) {
            let Some((_, text)) = &mut pending else { return Err(file.error_at(raw, "a continuation of nothing")) };
            text.push(' ');
            text.push_str(line.trim());
        } else {
            finish(pending.replace((raw, line.to_owned())), &mut found)?;
        }
    }
    finish(pending, &mut found)?;
    Ok(found)
}

fn structure(text: &str) -> Result<PackStructure, String> {
    let form = "a structure is written ADT_A01 [ADT^A01 ADT^A04]: MSH EVN PID …";
    let (head, grammar) = text.split_once("]:").ok_or(form)?;
    let (id, events) = head.split_once('[').ok_or(form)?;
    let patterns = events.split_whitespace().map(Pattern::parse).collect::<Result<_, _>>()?;
    let root = Group::parse(grammar.trim()).map_err(|error| format!("{}: {error}", id.trim()))?;
    Ok(PackStructure { id: id.trim().to_owned(), patterns, root })
}

fn local_field(line: &str) -> Option<LocalField> {
    let mut parts = line.split('|').map(str::trim);
    let _number: u16 = parts.next()?.parse().ok()?;
    let usage = parts.next()?.to_owned();
    let (min, max) = parts.next()?.split_once("..")?;
    let repeats = (min.parse().ok()?, if max == "*" { u16::MAX } else { max.parse().ok()? });
    let length = parts.next()?.parse().ok();
    let datatype = parts.next()?.to_owned();
    let table = parts.next().filter(|table| !table.is_empty()).map(str::to_owned);
    // Packs are read once per run and their labels live as long as it does.
    let label: &'static str = Box::leak(parts.next().unwrap_or_default().to_owned().into_boxed_str());
    Some(LocalField { usage, repeats, length, datatype, table, label })
}
