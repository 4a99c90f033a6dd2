//! Any text as the expression of a rule: compiled, and when it compiles, run on a message.
//!
//! A pack may come from anyone, so neither may panic or run away; what is wrong must be told with its place.
#![no_main]

use hallmark::check::{Plan, Shown, Worker};
use hallmark::compile::hl7v2::Compiler;
use hallmark::ingest::{Event, Options, read_stream};
use hallmark::standard::{Catalogue, Rule};
use libfuzzer_sys::fuzz_target;
use std::cell::RefCell;
use std::ops::ControlFlow;

const MESSAGE: &str = "MSH|^~\\&|A|B|C|D|202403041000||ADT^A01^ADT_A01|1|T|2.4\rEVN||202403041000\r\
                       PID|1||7^^^RXX^MR~9990000018^^^NHS^NH||SPECIMEN^ALEX||19620514|2\rPV1|1|I|W^B&C\r\
                       OBX|1|NM|8^X^L||72.5\rOBX|2|ST|9^Y^L||text\r";

thread_local! {
    static PLAN: RefCell<Plan> = RefCell::new({
        let mut catalogue = Catalogue::load(&[]).expect("the built-in packs load");
        catalogue.keep(&["common".to_owned()]).expect("a built-in pack");
        Plan::new(catalogue)
    });
}

fuzz_target!(|text: &str| {
    let mut table = toml::Table::new();
    // The first line says where the rule looks, the rest is its expression.
    let (on, expression) = text.split_once('\n').unwrap_or(("PID-3", text));
    for (key, value) in [
        ("code", "FUZZ-1"),
        ("name", "fuzzed"),
        ("severity", "warning"),
        ("on", on),
        ("assert", expression),
        ("message", "the expression is false"),
        ("why", "Because."),
        ("fix", "Change it."),
    ] {
        table.insert(key.to_owned(), value.into());
    }
    let mut source = toml::Table::new();
    source.insert("title".to_owned(), "a source".into());
    source.insert("section".to_owned(), "1".into());
    source.insert("verified".to_owned(), false.into());
    table.insert("source".to_owned(), source.into());
    let rule: Rule = table.try_into().expect("the table has every key a rule needs");
    PLAN.with_borrow_mut(|plan| {
        let pack = plan.catalogue.packs.last_mut().expect("a pack is kept");
        pack.rules.last_mut().expect("the pack has rules").clone_from(&rule);
        let Ok(compiler) = Compiler::new(plan) else { return };
        let mut worker = Worker::new(plan, &compiler, Shown::Shapes);
        let mut sink = |event: Event| {
            if let Event::Block(block) = event {
                worker.block(&block, &mut |_, _| {});
            }
            ControlFlow::Continue(())
        };
        read_stream("message.hl7", &mut MESSAGE.as_bytes(), &Options::default(), &mut sink);
        let _ = worker.finish();
    });
});
