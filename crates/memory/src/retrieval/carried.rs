//! What a descent carries along: overlaps, and what follows from them for any flip.

use std::sync::Arc;

use lawbook_core::popcount::Rows;

use super::cubic::Cubic;
use crate::{
    DenseMemory, State,
    balance::{Balance, Stretch},
};

#[derive(Debug, Clone)]
pub(super) enum Carried {
    /// Where F(x) = x³.
    Cubic(Box<Cubic>),
    Any(Balance),
}

impl Carried {
    /// What suits these agreements. `rows` are those of the memory's patterns.
    pub(super) fn new(memory: &DenseMemory, agreements: Vec<u32>, rows: impl FnOnce() -> Arc<Rows>) -> Self {
        Self::within(&mut None, memory, agreements, rows)
    }

    /// The same with the stretch of another one, as [`Balance::within`].
    pub(super) fn within(
        stretch: &mut Option<Arc<Stretch>>,
        memory: &DenseMemory,
        agreements: Vec<u32>,
        rows: impl FnOnce() -> Arc<Rows>,
    ) -> Self {
        match Cubic::far(memory, &agreements) {
            Some(far) => Self::Cubic(Box::new(Cubic::new(memory, &agreements, far, rows()))),
            None => Self::Any(Balance::within(stretch, memory, agreements, rows)),
        }
    }

    /// Visits the first of these sites, in their order, until one is turned over because that lowers the energy. Says how many
    /// were visited, and whether the last of them was turned over. There has to be a site.
    pub(super) fn visit(&mut self, memory: &DenseMemory, state: &mut State, sites: &[usize]) -> (usize, bool) {
        match self {
            Self::Cubic(cubic) => cubic.visit(memory, state, sites),
            Self::Any(balance) => balance.visit(memory, state, sites),
        }
    }

    pub(super) fn energy(&self, memory: &DenseMemory) -> f64 {
        match self {
            Self::Cubic(cubic) => -cubic.agreements().map(|agreeing| memory.values()[agreeing]).sum::<f64>(),
            Self::Any(balance) => balance.energy(memory),
        }
    }
}
