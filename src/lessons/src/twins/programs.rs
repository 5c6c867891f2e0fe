//! The programs of lesson 4. What a page shows of them is these very files.

use lab::{Program, view::Side};

use crate::{outline::ProgramOutline, telemetry::programs::CREATE_OUTLINE};

#[expect(unreachable_pub, reason = "a listing reads as a program of its own")]
mod add_tags_and_query;
#[expect(unreachable_pub, reason = "a listing reads as a program of its own")]
mod change_with_an_old_etag;
#[expect(unreachable_pub, reason = "a listing reads as a program of its own")]
mod query_too_early;
#[expect(unreachable_pub, reason = "a listing reads as a program of its own")]
mod report_connectivity;

pub(super) const ADD_TAGS_AND_QUERY: &str = "add_tags_and_query";
pub(super) const REPORT_CONNECTIVITY: &str = "report_connectivity";
pub(super) const CHANGE_WITH_AN_OLD_ETAG: &str = "change_with_an_old_etag";
pub(super) const QUERY_TOO_EARLY: &str = "query_too_early";

pub(super) static ADD_TAGS: Program = Program {
    name: ADD_TAGS_AND_QUERY,
    side: Side::Cloud,
    run: |bench| Box::pin(add_tags_and_query::run(bench)),
};

pub(super) static REPORT: Program = Program {
    name: REPORT_CONNECTIVITY,
    side: Side::Device,
    run: |bench| Box::pin(report_connectivity::run(bench)),
};

pub(super) static OLD_ETAG: Program = Program {
    name: CHANGE_WITH_AN_OLD_ETAG,
    side: Side::Cloud,
    run: |bench| Box::pin(change_with_an_old_etag::run(bench)),
};

pub(super) static TOO_EARLY: Program = Program {
    name: QUERY_TOO_EARLY,
    side: Side::Cloud,
    run: |bench| Box::pin(query_too_early::run(bench)),
};

/// What a page knows of the programs.
pub(super) const OUTLINES: &[ProgramOutline] = &[
    CREATE_OUTLINE,
    ProgramOutline {
        name: ADD_TAGS_AND_QUERY,
        side: Side::Cloud,
        lesson: "twins",
    },
    ProgramOutline {
        name: REPORT_CONNECTIVITY,
        side: Side::Device,
        lesson: "twins",
    },
    ProgramOutline {
        name: CHANGE_WITH_AN_OLD_ETAG,
        side: Side::Cloud,
        lesson: "twins",
    },
    ProgramOutline {
        name: QUERY_TOO_EARLY,
        side: Side::Cloud,
        lesson: "twins",
    },
];
