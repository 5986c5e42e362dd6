//! The infimum against nonlinearities that nobody tuned: random steps never get below it.

use anyhow::Result;
use lawbook_equivariant::laplacian::{LaplacianError, MOST_STRENGTH, Nonlinearity, Prior, Theory};

use super::bound::{BELIEF_PROPAGATION, root_of_lambert};
use crate::framework::{Cell, Claim, Profile, Study, params};

params! {
    /// Random step functions for planted submatrices.
    pub struct Steps {
        /// Steps of each; the published search has 16.
        steps: integer = 16, 1..=1000;
        /// Functions per seed.
        functions: integer = 40, 1..=10_000;
    }
}

/// Random monotone nonlinearities.
pub struct RandomSteps;

impl Study for RandomSteps {
    const NAME: &'static str = "random-steps";
    const ABOUT: &'static str = "Step functions with random normal breakpoints and random heights, up to 3 in all: the smallest \
        critical strength among them.";
    type Params = Steps;

    fn grid(profile: Profile) -> Vec<Steps> {
        match profile {
            Profile::Smoke => Vec::new(),
            Profile::Quick => vec![Steps { functions: 16, ..Steps::default() }],
            Profile::Full => vec![Steps::default()],
        }
    }

    fn predict(points: &[Steps]) -> Result<Vec<Claim>> {
        let Some(params) = points.first() else { return Ok(Vec::new()) };
        let smallest = Self::at(params).site("smallest critical strength");
        Ok(vec![
            Claim::at_least("no-steps-below", smallest, root_of_lambert()?)
                .rival("belief-propagation", "the bound of all methods known", [BELIEF_PROPAGATION])
                .source("by Cauchy and Schwarz from Theorem 3.3"),
        ])
    }

    fn measure(params: &Steps, cell: &mut Cell) -> Result<()> {
        let mut stream = cell.stream("steps");
        let mut smallest = MOST_STRENGTH;
        for _ in 0..params.functions {
            let mut breakpoints: Vec<f64> = (0..params.steps).map(|_| 1.5 * stream.normal()).collect();
            breakpoints.sort_by(f64::total_cmp);
            let height = 1.0 + 2.0 * stream.uniform();
            let rises: Vec<f64> = (0..params.steps).map(|_| stream.uniform()).collect();
            let scale = height / rises.iter().sum::<f64>();
            let values = rises.iter().scan(0.0, |value, rise| {
                *value += scale * rise;
                Some(*value)
            });
            let sigma = Nonlinearity::Steps { breakpoints, values: values.collect() };
            match Theory::new(Prior::Constant, &sigma)?.critical_strength() {
                Ok(strength) => smallest = smallest.min(strength),
                // It hides every signal in range: no candidate for the smallest.
                Err(LaplacianError::NoTransition) => {}
                Err(error) => return Err(error.into()),
            }
        }
        cell.record("smallest critical strength", smallest);
        Ok(())
    }
}
