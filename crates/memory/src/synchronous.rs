//! Updates of all sites at once: how often they end in a cycle of two, by enumeration.

use crate::MemoryError;

/// Of all networks of K patterns of N sites (Hebb's rule without self-couplings, a field of 0 keeps its site) and of all their starts,
/// the share whose synchronous orbit ends in a cycle of two. It ends so or in a fixed point (E. Goles-Chacc, F. Fogelman-Soulié &
/// D. Pellegrin, Discrete Appl. Math. 12, 1985). For up to 3 patterns and 30 sites, which take seconds.
///
/// Flipping a site in all patterns and in the start changes nothing, so the start is all +1. Sites with the same values in all
/// patterns then stay alike, and what counts is how many sites have each of the 2^K values: `N!/Π n_c! 2^(−KN)`. With one pattern
/// the starts that cycle are those with no overlap, `C(N, N/2)/2^N`; without any, no site moves.
pub fn share_of_two_cycles(sites: usize, patterns: usize) -> Result<f64, MemoryError> {
    MemoryError::check("the number of sites", sites as f64, 1.0, 30.0)?;
    MemoryError::check("the number of patterns", patterns as f64, 0.0, 3.0)?;
    let cells = 1 << patterns;
    let (mut counts, mut total) = (vec![0; cells], 0.0);
    let all = (1..=sites).map(|n| (n as f64 / cells as f64).ln()).sum();
    spread(&mut counts, 0, sites, all, &mut |counts, log_weight| {
        if patterns > 0 && cycles(counts, patterns) {
            total += log_weight.exp();
        }
    });
    Ok(total)
}

/// Calls `with` every way to spread `left` sites over the cells from `cell` on, and with the logarithm of its probability.
fn spread(counts: &mut [i32], cell: usize, left: usize, log_weight: f64, with: &mut dyn FnMut(&[i32], f64)) {
    let last = cell + 1 == counts.len();
    let mut log_factorial = 0.0;
    for here in 0..=left {
        log_factorial += (here.max(1) as f64).ln();
        if !last || here == left {
            counts[cell] = here as i32;
            let log_weight = log_weight - log_factorial;
            if last { with(counts, log_weight) } else { spread(counts, cell + 1, left - here, log_weight, with) }
        }
    }
}

/// Whether the orbit from all +1 ends in a cycle of two. Cell c has value −1 in pattern k where bit k of c is set.
fn cycles(counts: &[i32], patterns: usize) -> bool {
    let value = |cell: usize, pattern: usize| 1 - 2 * (cell as i32 >> pattern & 1);
    let next = |spins: &[i32]| -> Vec<i32> {
        let overlap = |k| (0..counts.len()).map(|c| counts[c] * value(c, k) * spins[c]).sum::<i32>();
        let overlaps: Vec<i32> = (0..patterns).map(overlap).collect();
        let field = |c: usize| (0..patterns).map(|k| overlaps[k] * value(c, k)).sum::<i32>() - patterns as i32 * spins[c];
        // Empty cells stand still, so that only sites tell a cycle.
        let turned = |c: usize| if counts[c] == 0 || field(c) == 0 { spins[c] } else { field(c).signum() };
        (0..counts.len()).map(turned).collect()
    };
    let (mut before, mut now) = (vec![1; counts.len()], next(&vec![1; counts.len()]));
    loop {
        let after = next(&now);
        if after == now || after == before {
            return after != now;
        }
        (before, now) = (now, after);
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// One pattern: the closed form. Three: an enumeration in Python that follows patterns and starts apart.
    #[test]
    fn enumerations_agree() {
        for (sites, patterns, share) in [
            (10, 1, 252.0 / 1024.0),
            (20, 1, 184_756.0 / 1_048_576.0),
            (8, 3, 0.553_166_866_302_490_2),
            (10, 3, 0.428_103_402_256_965_6),
            (12, 3, 0.358_866_046_182_811_3),
            (16, 3, 0.239_040_401_259_984_5),
        ] {
            let enumerated = share_of_two_cycles(sites, patterns).unwrap();
            assert!((enumerated - share).abs() < 1e-12, "{sites} {patterns}: {enumerated} for {share}");
        }
        assert_eq!(share_of_two_cycles(9, 0), Ok(0.0));
    }

    #[test]
    fn what_takes_too_long_to_enumerate_is_refused_with_its_range() {
        assert!(share_of_two_cycles(31, 3).unwrap_err().to_string().contains("31"));
        assert!(share_of_two_cycles(16, 4).unwrap_err().to_string().contains("3"));
        assert!(share_of_two_cycles(0, 1).is_err());
    }
}
