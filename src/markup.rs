//! Where markup starts and ends: the one place that makes a reader of XML.
//!
//! In: bytes. Out: events, set the same way for whoever reads them: `parse::xml` for documents, `standard` for the heads
//! of definitions. Tags that do not fit, lone ampersands and the like are let through, to be told by the reader; a
//! document type is an event as any other, and nothing of it is expanded.

use quick_xml::Reader;

/// The events of `bytes`.
pub(crate) fn events(bytes: &[u8]) -> Reader<&[u8]> {
    let mut reader = Reader::from_reader(bytes);
    let config = reader.config_mut();
    config.check_end_names = false;
    config.allow_unmatched_ends = true;
    config.allow_dangling_amp = true;
    config.check_comments = false;
    config.trim_text(false);
    config.expand_empty_elements = false;
    reader
}
