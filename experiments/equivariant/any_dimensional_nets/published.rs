//! What the authors measured: test errors of networks with two hidden layers of linear and bilinear layers, trained by Adam in single
//! precision, from the state files of their code.

use crate::framework::{PublishedTable, Site};

/// The sizes d; the networks were trained at the second.
pub(super) const SIZES: [usize; 5] = [2, 4, 6, 10, 15];

/// Mean test errors at these sizes.
#[expect(clippy::approx_constant, reason = "0.318 is a measured error, not 1/π")]
const ERRORS: [(&str, &str, [f64; 5]); 6] = [
    ("trace", "compatible", [7.5e-10, 4.6e-9, 2.2e-8, 6.5e-7, 1.3e-5]),
    ("trace", "free", [1.63, 1.6e-6, 61.3, 9.6e3, 1.5e6]),
    ("diagonal", "compatible", [5.9e-9, 9.8e-9, 1.2e-8, 1.8e-8, 2.4e-8]),
    ("diagonal", "free", [0.318, 3.8e-8, 0.449, 21.5, 4.4e3]),
    ("symmetric", "compatible", [2.0e-8, 3.2e-8, 3.6e-8, 4.0e-8, 4.4e-8]),
    ("symmetric", "free", [0.346, 1.0e-7, 4.57, 4.3e3, 1.1e6]),
];

/// The published errors on a task, beside those measured at the site that is given for a kind of networks and a size.
pub(super) fn table(task: &str, measured: &str, site: impl Fn(&str, usize) -> Option<Site>) -> PublishedTable {
    let about = format!("test error; published of networks that are trained, with bilinear layers; measured: {measured}");
    let source = "Levin & Díaz, arXiv 2306.06327, state files of the released code (075aa81), mean of three runs";
    let rows = ERRORS.iter().filter(|row| row.0 == task);
    let rows = rows.flat_map(|row| SIZES.into_iter().zip(row.2).map(|(d, error)| (row.1, d, error)));
    rows.fold(PublishedTable::new(&about, source, ["networks", "d"]), |table, (networks, d, error)| {
        table.row([networks.to_owned(), d.to_string()], error, site(networks, d))
    })
}
