//! What is refused, kind by kind: each with its exit code, a sentence that names the place and says what to do, and nothing
//! written; docs/refusals.md lists them all.
#![cfg(all(feature = "cli", feature = "report"))]

mod arff;
mod arrays;
mod cells;
mod compressed;
mod entry;
mod foreign;
mod labels;
mod models;
mod options;
mod outputs;
mod page;
mod scoring;
mod tables;
mod ts;

use entry::Group;

/// All kinds, in the order of the page.
fn groups() -> Vec<Group> {
    vec![
        tables::group(),
        cells::group(),
        foreign::group(),
        compressed::group(),
        arrays::group(),
        ts::group(),
        arff::group(),
        labels::group(),
        scoring::group(),
        models::group(),
        outputs::group(),
        options::group(),
    ]
}
