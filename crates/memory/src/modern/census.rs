//! Which fixed points there are: where many starts go.

use lawbook_core::{Tensor, tensor::to_vec};

use super::{ContinuousError, LAST, ModernMemory};
use crate::continuous::positive;

/// The distinct fixed points that starts lead to.
#[derive(Debug)]
pub struct Census {
    /// One fixed point per row, in the order in which the starts found them.
    pub points: Tensor,
    /// For every start the row of its fixed point.
    pub found: Vec<usize>,
}

/// Follows every row of `starts` to its fixed point, and counts fixed points closer than `apart` as one.
///
/// Where the network is nearly critical, iterations stop early and one fixed point may look like several: `tolerance` should
/// be well below `apart`.
pub fn census(memory: &ModernMemory, starts: &Tensor, tolerance: f64, apart: f64) -> Result<Census, ContinuousError> {
    positive("distance apart", apart)?;
    if starts.dim() != 2 {
        let expected = format!("one start of {} features per row", memory.features());
        return Err(ContinuousError::Shape { what: "starts", found: starts.size(), expected });
    }
    let ends = memory.retrieve(starts, tolerance)?.state;
    let mut rows: Vec<i64> = Vec::new();
    let mut found = Vec::new();
    for start in 0..ends.size()[0] {
        let end = ends.get(start);
        let known = if rows.is_empty() {
            None
        } else {
            let points = ends.index_select(0, &Tensor::from_slice(&rows).to_device(ends.device()));
            let distances = to_vec(&(points - &end).norm_scalaropt_dim(2.0, LAST.as_slice(), false));
            distances.iter().position(|&distance| distance < apart)
        };
        found.push(known.unwrap_or(rows.len()));
        if known.is_none() {
            rows.push(start);
        }
    }
    Ok(Census { points: ends.index_select(0, &Tensor::from_slice(&rows).to_device(ends.device())), found })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use lawbook_core::{Device, Kind};

    use super::*;

    /// Four orthonormal patterns: hot, all go to their mean; cold, each has a fixed point of its own.
    #[test]
    fn one_fixed_point_when_hot_and_one_per_pattern_when_cold() {
        let patterns = || Tensor::eye(4, (Kind::Double, Device::Cpu));
        let hot = ModernMemory::new(patterns(), 1.0).unwrap();
        let found = census(&hot, &patterns(), 1e-12, 1e-6).unwrap();
        assert_eq!(found.found, [0; 4]);
        assert!(to_vec(&found.points).iter().all(|x| (x - 0.25).abs() < 1e-10));
        let cold = ModernMemory::new(patterns(), 10.0).unwrap();
        assert_eq!(census(&cold, &patterns(), 1e-12, 1e-6).unwrap().found, [0, 1, 2, 3]);
    }

    /// X-Val: 20 random unit patterns in 32 dimensions, iterated in NumPy. One fixed point up to β = 4 in one draw. Of 300 draws 20
    /// fixed points in 225 and at least 17 in 290 at β = 6, and 20 in all at β = 8 and 10, at mean distances of 0.0161 (0.011 to
    /// 0.028) and 0.0034 (0.0018 to 0.0072).
    #[test]
    fn random_patterns_part_between_four_and_six() {
        let mut stream = lawbook_core::Key::new(["census"]).stream("patterns", 0);
        let normal = stream.normal_tensor(&[20, 32], Kind::Double, Device::Cpu);
        let patterns = &normal / normal.norm_scalaropt_dim(2.0, LAST.as_slice(), true);
        for (beta, counts, distances) in [
            (2.0, 1..=1, None),
            (4.0, 1..=1, None),
            (6.0, 17..=20, None),
            (8.0, 20..=20, Some(0.011..0.028)),
            (10.0, 20..=20, Some(0.0018..0.0073)),
        ] {
            let memory = ModernMemory::new(patterns.shallow_clone(), beta).unwrap();
            let found = census(&memory, &patterns, 1e-10, 1e-3).unwrap();
            assert!(counts.contains(&found.points.size()[0]), "{beta}: {:?}", found.points.size());
            if let Some(distances) = distances {
                let missed = to_vec(&(&found.points - &patterns).norm_scalaropt_dim(2.0, LAST.as_slice(), false));
                let mean = missed.iter().sum::<f64>() / 20.0;
                assert!(distances.contains(&mean), "{beta}: {mean}");
            }
        }
    }
}
