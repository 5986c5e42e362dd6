//! Which simplices get a weight.

use lawbook_core::Stream;

use crate::{SimplicialComplex, SimplicialError};

/// A rule that chooses the weighted simplices of a network.
#[derive(Debug, Clone, PartialEq)]
pub enum Dilution {
    /// All simplices up to this dimension; `Skeleton(1)` is the Hopfield network, K1 of the paper.
    Skeleton(usize),
    /// As many weights as a pairwise network has, C(N, 2), this share of them on random triangles and the rest on random
    /// edges: 0.5 is R12 of the paper, 1 is R2.
    SameBudget {
        /// From 0 to 1.
        triangles: f64,
    },
    /// The same shares, but fewer weights: each site has N − 1 of them on average, as in a pairwise network. An edge feeds two
    /// sites and a triangle three, so at the same budget triangles feed more.
    SameCoordination {
        /// From 0 to 1: the share among all weights.
        triangles: f64,
    },
    /// So many random simplices of dimension 1, 2, ….
    Counts(Vec<usize>),
}

impl Dilution {
    /// Draws the simplices.
    pub fn draw(&self, sites: usize, stream: &mut Stream) -> Result<SimplicialComplex, SimplicialError> {
        match self {
            Self::Skeleton(dimension) => SimplicialComplex::skeleton(sites, *dimension),
            _ => SimplicialComplex::random(sites, &self.counts(sites)?, stream),
        }
    }

    /// How many simplices of dimension 1, 2, … get a weight.
    pub fn counts(&self, sites: usize) -> Result<Vec<usize>, SimplicialError> {
        let vast = |dimension: usize| SimplicialError::Dimension { dimension, sites };
        // C(N, k + 1) = C(N, k) (N − k)/(k + 1).
        let more = |below: usize, k: usize| below.checked_mul(sites.saturating_sub(k)).map(|product| product / (k + 1));
        let pairs = || more(sites, 1).map(|pairs| pairs as f64).ok_or(vast(1));
        let (budget, triangles) = match self {
            Self::Counts(counts) => return Ok(counts.clone()),
            Self::Skeleton(dimension) => {
                let mut last = sites;
                let next = |dimension| -> Result<usize, SimplicialError> {
                    last = more(last, dimension).ok_or(vast(dimension))?;
                    Ok(last)
                };
                return (1..=*dimension).map(next).collect();
            }
            Self::SameBudget { triangles } => (pairs()?, *triangles),
            // Sites fed per weight: 2 + share, against 2.
            Self::SameCoordination { triangles } => (pairs()? * 2.0 / (2.0 + triangles), *triangles),
        };
        if !(0.0..=1.0).contains(&triangles) {
            return Err(SimplicialError::Share(triangles));
        }
        let on_triangles = (triangles * budget).round();
        Ok(vec![(budget - on_triangles).round() as usize, on_triangles as usize])
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// By hand for N = 100: B = 4950, of which R2 at equal coordination keeps two thirds and R12 four fifths.
    #[test]
    fn rules_give_the_numbers_of_the_paper() {
        let counts = |dilution: Dilution| dilution.counts(100).unwrap();
        assert_eq!(counts(Dilution::Skeleton(2)), [4950, 161_700]);
        assert_eq!(counts(Dilution::SameBudget { triangles: 0.0 }), [4950, 0]);
        assert_eq!(counts(Dilution::SameBudget { triangles: 0.5 }), [2475, 2475]);
        assert_eq!(counts(Dilution::SameCoordination { triangles: 1.0 }), [0, 3300]);
        assert_eq!(counts(Dilution::SameCoordination { triangles: 0.5 }), [1980, 1980]);
        assert!(Dilution::SameBudget { triangles: 1.5 }.counts(100).is_err());
        // C(100, 31) leaves 64 bits, and C(2³³, 2) as well on its way.
        let refused = |dilution: Dilution, sites| dilution.counts(sites).unwrap_err();
        assert!(matches!(refused(Dilution::Skeleton(40), 100), SimplicialError::Dimension { sites: 100, .. }));
        let vast = refused(Dilution::SameBudget { triangles: 0.5 }, 1 << 33);
        assert_eq!(vast, SimplicialError::Dimension { dimension: 1, sites: 1 << 33 });
    }
}
