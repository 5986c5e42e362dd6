//! The full skeleton in closed form: no simplex needs to be listed.
//!
//! The products of all k of n signs with sum x add up to the elementary symmetric polynomial `e_k(x)`, a polynomial in x alone
//! (Krawtchouk's). So the network with all simplices up to dimension D is a dense memory with separation function
//! `e_2 + … + e_{D+1}` of the overlap: for D = 2, `N h_i = Σ_μ ξ_i^μ (o + (o² − (N − 1))/2)` with `o = ξ^μ·S − ξ_i^μ S_i`.

use crate::{
    MemoryError, Patterns, State,
    bits::{WORD, agreeing_sum},
    patterns::same_sites,
};

/// `e_1 + … + e_order` of `count` signs with sum `sum`, by `k e_k = x e_{k−1} − (n − k + 2) e_{k−2}`.
pub fn elementary_sum(order: usize, sum: i64, count: usize) -> i64 {
    let (mut before, mut last, mut total) = (0, 1, 0);
    for k in 1..=order as i64 {
        let next = (sum * last - (count as i64 - k + 2) * before) / k;
        (before, last) = (last, next);
        total += next;
    }
    total
}

/// Whether sums over all simplices and patterns stay integers that f64 holds.
fn check(patterns: &Patterns, dimension: usize) -> Result<(), MemoryError> {
    let (sites, count) = (patterns.sites(), patterns.count());
    let choose = (0..=dimension.min(sites)).scan(1.0, |product, k| {
        *product *= (sites - k.min(sites)) as f64 / (k + 1) as f64;
        Some(*product)
    });
    // In the recursion a term is multiplied by the number of sites.
    let most: f64 = choose.sum();
    let exact = 2.0 * most * (count as f64) < 2f64.powi(53) && most * (sites as f64) < 2f64.powi(62);
    if exact { Ok(()) } else { Err(MemoryError::Simplices { dimension, sites, patterns: count }) }
}

/// The energy of the network with all simplices up to `dimension`, `−(1/N) Σ_μ Σ_{k=2}^{D+1} e_k(ξ^μ·S)`. O(P N/64).
pub fn energy(patterns: &Patterns, dimension: usize, state: &State) -> Result<f64, MemoryError> {
    check(patterns, dimension)?;
    let sites = patterns.sites();
    // e_1, the overlap itself, is no simplex of the energy.
    let term = |overlap: i64| elementary_sum(dimension + 1, overlap, sites) - overlap;
    let total: i64 = patterns.overlaps(state)?.into_iter().map(term).sum();
    Ok(-(total as f64) / sites as f64)
}

/// The fields of all sites, times N. O(P N), where listing triangles would take O(N³). Sums that f64 does not hold exactly are refused.
pub fn fields(patterns: &Patterns, dimension: usize, state: &State) -> Result<Vec<i64>, MemoryError> {
    check(patterns, dimension)?;
    let sites = patterns.sites();
    // The sum over the other sites is the overlap less or plus one.
    let term = |overlap: i64, own: i64| elementary_sum(dimension, overlap - own, sites - 1) as f64;
    let overlaps = patterns.overlaps(state)?;
    let against: f64 = overlaps.iter().map(|&overlap| term(overlap, -1)).sum();
    let stakes: Vec<f64> = overlaps.into_iter().map(|overlap| term(overlap, 1) + term(overlap, -1)).collect();
    let field = |site: usize| {
        let agreeing = agreeing_sum(patterns.plane(site / WORD), site % WORD, state.bit(site), &stakes);
        let aligned = (agreeing - against) as i64;
        if state.bit(site) == 1 { aligned } else { -aligned }
    };
    Ok((0..sites).map(field).collect())
}

/// The fraction of sites of stored pattern `mu` that one update would turn over.
pub fn one_step_error(patterns: &Patterns, dimension: usize, mu: usize) -> Result<f64, MemoryError> {
    if mu >= patterns.count() {
        return Err(MemoryError::Index { what: "pattern", index: mu, count: patterns.count() });
    }
    let state = patterns.state(mu);
    error_after(patterns, dimension, &state, &state)
}

/// The fraction of sites that differ from `target` after one update of all sites of `cue`.
pub fn error_after(patterns: &Patterns, dimension: usize, cue: &State, target: &State) -> Result<f64, MemoryError> {
    same_sites(patterns.sites(), target.sites())?;
    let wrong = |(site, field): &(usize, i64)| match (field.signum(), target.bit(*site)) {
        (0, bit) => bit != cue.bit(*site),
        (sign, bit) => (sign > 0) != (bit == 1),
    };
    Ok(fields(patterns, dimension, cue)?.into_iter().enumerate().filter(wrong).count() as f64 / patterns.sites() as f64)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use lawbook_core::Key;

    use super::*;
    use crate::{Dilution, SimplicialMemory};

    /// X-Val: coefficients of (1 + z)^a (1 − z)^b, by hand: for a = 4, b = 2 they are 1, 2, −1, −4, −1, 2, 1.
    #[test]
    fn elementary_sums_are_those_of_the_generating_function() {
        let partial = [2, 1, -3, -4, -2, -1];
        for (order, expected) in (1..).zip(partial) {
            assert_eq!(elementary_sum(order, 2, 6), expected, "{order}");
        }
    }

    #[test]
    fn closed_form_is_the_enumeration() {
        let mut stream = Key::new(["skeleton"]).stream("test", 0);
        for dimension in 1..=4 {
            let patterns = Patterns::random(5, 12, &mut stream).unwrap();
            let state = Patterns::random(1, 12, &mut stream).unwrap().state(0);
            let memory = SimplicialMemory::new(&patterns, &Dilution::Skeleton(dimension), &mut stream).unwrap();
            assert_eq!(fields(&patterns, dimension, &state).unwrap(), memory.fields(&state).unwrap());
            let difference = energy(&patterns, dimension, &state).unwrap() - memory.energy(&state).unwrap();
            assert!(difference.abs() < 1e-12);
        }
    }

    /// X-Val: the step of the network that lists its simplices.
    #[test]
    fn errors_after_a_step_are_those_of_the_enumeration() {
        let mut stream = Key::new(["skeleton"]).stream("step", 0);
        let patterns = Patterns::random(40, 20, &mut stream).unwrap();
        let memory = SimplicialMemory::new(&patterns, &Dilution::Skeleton(2), &mut stream).unwrap();
        for mu in 0..40 {
            let (cue, target) = (patterns.state(mu).corrupted(3, &mut stream).unwrap(), patterns.state(mu));
            let next = memory.synchronous_step(&cue).unwrap();
            let wrong = 0.5 - 0.5 * next.overlap(&target).unwrap() as f64 / 20.0;
            assert!((error_after(&patterns, 2, &cue, &target).unwrap() - wrong).abs() < 1e-12);
        }
        let short = State::from_signs(&[1.0]).unwrap();
        assert_eq!(error_after(&patterns, 2, &short, &short), Err(MemoryError::Sites { expected: 20, found: 1 }));
    }

    #[test]
    fn sums_beyond_exact_integers_are_refused() {
        let patterns = Patterns::random(30, 200, &mut Key::new(["skeleton"]).stream("large", 0)).unwrap();
        let refused = MemoryError::Simplices { dimension: 40, sites: 200, patterns: 30 };
        assert_eq!(fields(&patterns, 40, &patterns.state(0)), Err(refused.clone()));
        assert_eq!(energy(&patterns, 40, &patterns.state(0)), Err(refused));
        assert!(fields(&patterns, 4, &patterns.state(0)).is_ok());
        let index = MemoryError::Index { what: "pattern", index: 30, count: 30 };
        assert_eq!(one_step_error(&patterns, 2, 30), Err(index));
    }
}
