//! Tar: entries one after the other.
//!
//! In: the bytes of the archive. Out: each regular file as an artifact of its own; links, devices and unsafe names as
//! troubles. The walk itself is the archive room's.

use std::io::Read;

use super::entry::{self, Seen};
use super::{Nest, refuse, take_in};
use crate::archive::{Content, Kind, Members, blank_to_the_end};
use crate::ingest::fault::Fault;
use crate::ingest::run::{Flow, Run};
use crate::ingest::snag::Snag;
use crate::ingest::stream::{Feed, Stream};

/// Reads every entry of the archive in `input`.
pub(super) fn entries(run: &mut Run<'_>, nest: &Nest<'_>, input: &mut dyn Read) -> Flow {
    let mut walk = Walk { seen: Seen::new(), members: Members::default(), any: false };
    loop {
        match walk.step(run, nest, input) {
            Ok(flow) => match flow? {
                Next::Entry => {}
                Next::End => break,
                Next::Spent => return Flow::Continue(()),
            },
            Err(snag) => return run.trouble(nest.artifact, snag),
        }
    }
    match blank_to_the_end(input) {
        Ok(true) => {}
        Ok(false) => {
            let detail = "bytes stand after the end mark of the tar archive; they were not read as entries";
            run.trouble(nest.artifact, Snag::new(Fault::ArchiveHeader, detail))?;
        }
        Err(error) => run.trouble(nest.artifact, Snag::of(&error))?,
    }
    if walk.any {
        return Flow::Continue(());
    }
    run.trouble(nest.artifact, Snag::new(Fault::ArchiveEmpty, "it has no entry but folders and hidden files"))
}

enum Next {
    Entry,
    End,
    Spent,
}

struct Walk {
    seen: Seen,
    members: Members,
    any: bool,
}

impl Walk {
    fn step(&mut self, run: &mut Run<'_>, nest: &Nest<'_>, input: &mut dyn Read) -> Result<Flow<Next>, Snag> {
        let Some(member) = self.members.next(input).map_err(|error| Snag::of(&error))? else {
            return Ok(Flow::Continue(Next::End));
        };
        let name = &member.name;
        let mut content = Content::of(&member, &mut *input);
        let path = entry::unsafe_path(name);
        let skipped = member.kind == Kind::Folder || (member.kind == Kind::File && entry::is_hidden(name));
        if !(skipped && path.is_none()) {
            self.any = true;
            match nest.admit(run) {
                Flow::Continue(true) => {}
                Flow::Continue(false) => return Ok(Flow::Continue(Next::Spent)),
                Flow::Break(()) => return Ok(Flow::Break(())),
            }
            let id = self.seen.id(nest.artifact, name, run.options.names);
            let mut place = nest.place(id, Vec::new());
            if member.kind == Kind::File && self.seen.meet(name) > 1 {
                place.remarks.push(Snag::new(Fault::ArchiveDuplicateName, "an earlier entry has the same name"));
            }
            if let Some(declared) = member.smuggled {
                let detail = format!("its two headers declare {declared} and {} bytes", member.size);
                place.remarks.push(Snag::new(Fault::ArchiveSizeMismatch, detail));
            }
            let refusal = match member.kind {
                _ if path.is_some() => path,
                Kind::File => None,
                Kind::Link => Some(Snag::new(Fault::ArchiveLink, "")),
                _ => Some(Snag::new(Fault::ArchiveSpecial, "")),
            };
            let flow = match refusal {
                Some(snag) => refuse(run, place, snag, nest.budget),
                None => {
                    let stream = Stream::open(Feed::Reader(&mut content), run.options.digest);
                    take_in(run, place, stream, nest.budget)
                }
            };
            if flow.is_break() {
                return Ok(Flow::Break(()));
            }
        }
        content.finish().map_err(|error| Snag::of(&error))?;
        Ok(Flow::Continue(Next::Entry))
    }
}
