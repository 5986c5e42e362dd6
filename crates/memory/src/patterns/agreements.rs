//! How many sites of each pattern agree with a state.

use super::{Patterns, State, same_sites};
use crate::MemoryError;

impl Patterns {
    /// Numbers of sites at which each pattern agrees with the state.
    pub(crate) fn agreements(&self, state: &State) -> Result<Vec<u32>, MemoryError> {
        Ok(self.agreements_of(std::slice::from_ref(state))?.concat())
    }

    /// Numbers of agreeing sites of at least so many patterns, or of all, spread evenly. For at most 65535 sites.
    pub(crate) fn some_agreements(&self, state: &State, patterns: usize) -> Result<Vec<u32>, MemoryError> {
        same_sites(self.sites, state.sites)?;
        let (mut agreeing, step) = (Vec::new(), (self.count / patterns).max(1));
        let agree = |&differing: &u16| (self.sites - usize::from(differing)) as u32;
        self.compare(std::slice::from_ref(state), step, |_, counts| agreeing.extend(counts.iter().map(agree)));
        Ok(agreeing)
    }

    /// Numbers of sites at which each pattern agrees with each state.
    pub(crate) fn agreements_of(&self, states: &[State]) -> Result<Vec<Vec<u32>>, MemoryError> {
        states.iter().try_for_each(|state| same_sites(self.sites, state.sites))?;
        let sites = self.sites as u32;
        if self.sites > usize::from(u16::MAX) {
            let agree = |state: &State| {
                let mut agreeing = vec![sites; self.count];
                for (word, &bits) in state.words.iter().enumerate() {
                    for (agreeing, pattern) in agreeing.iter_mut().zip(self.plane(word)) {
                        *agreeing -= (pattern ^ bits).count_ones();
                    }
                }
                agreeing
            };
            return Ok(states.iter().map(agree).collect());
        }
        let mut agreeing: Vec<Vec<u32>> = states.iter().map(|_| Vec::with_capacity(self.count)).collect();
        self.compare(states, 1, |which, counts| {
            agreeing[which].extend(counts.iter().map(|&differing| sites - u32::from(differing)));
        });
        Ok(agreeing)
    }
}
