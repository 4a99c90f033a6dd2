//! The built-in packs, compiled once for the whole run of a target.

use hallmark::check::Plan;
use hallmark::compile::hl7v2::Compiler;
use hallmark::standard::Catalogue;
use std::sync::OnceLock;

/// The plan and what it compiles to.
pub fn house() -> &'static (Plan, Compiler) {
    static HOUSE: OnceLock<(Plan, Compiler)> = OnceLock::new();
    HOUSE.get_or_init(|| {
        let plan = Plan::new(Catalogue::load(&[]).expect("the built-in packs load"));
        let compiler = Compiler::new(&plan).expect("the built-in packs compile");
        (plan, compiler)
    })
}
