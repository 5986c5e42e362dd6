//! Minima of functions of a few variables without derivatives.
//!
//! Source: John Nelder & Roger Mead, *A simplex method for function minimization*, Computer Journal 7 (1965) 308.

/// A local minimum.
#[derive(Debug, Clone, PartialEq)]
pub struct Minimum {
    /// Where it is.
    pub point: Vec<f64>,
    /// The value there.
    pub value: f64,
    /// Evaluations of the function.
    pub evaluations: usize,
}

/// The search did not close in.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("no minimum after {evaluations} evaluations, the best value {value}: allow more or start elsewhere")]
pub struct NoMinimum {
    /// Evaluations made.
    pub evaluations: usize,
    /// The smallest value seen.
    pub value: f64,
}

/// A local minimum of `f` from `start`, to `tolerance` in the variables and the value, with at most `evaluations` of `f`.
///
/// The first simplex moves each variable by a twentieth of itself (by 0.00025 where it is 0), and the coefficients are those
/// of the paper (1, 2, ½, ½), as in SciPy. Where `f` is not finite the simplex turns away.
pub fn minimise(f: impl Fn(&[f64]) -> f64, start: &[f64], tolerance: f64, evaluations: usize) -> Result<Minimum, NoMinimum> {
    let mut made = 0;
    let mut at = |point: Vec<f64>| {
        made += 1;
        let value = f(&point);
        (if value.is_nan() { f64::INFINITY } else { value }, point)
    };
    let moved = |i: usize| {
        let mut point = start.to_vec();
        point[i] = if point[i] == 0.0 { 0.00025 } else { 1.05 * point[i] };
        point
    };
    let mut simplex = vec![at(start.to_vec())];
    simplex.extend((0..start.len()).map(|i| at(moved(i))));
    let mut left = evaluations.saturating_sub(simplex.len());
    loop {
        simplex.sort_by(|a, b| a.0.total_cmp(&b.0));
        let (best, worst) = (simplex[0].clone(), simplex[start.len()].clone());
        let far = |(value, point): &(f64, Vec<f64>)| {
            (value - best.0).abs() > tolerance || point.iter().zip(&best.1).any(|(x, y)| (x - y).abs() > tolerance)
        };
        if !simplex.iter().any(far) {
            return Ok(Minimum { point: best.1, value: best.0, evaluations: evaluations - left });
        }
        if left < start.len() + 2 {
            return Err(NoMinimum { evaluations: evaluations - left, value: best.0 });
        }
        let others = &simplex[..start.len()];
        let centre: Vec<f64> =
            (0..start.len()).map(|i| others.iter().map(|(_, x)| x[i]).sum::<f64>() / start.len() as f64).collect();
        let along = |step: f64| centre.iter().zip(&worst.1).map(|(c, w)| c + step * (c - w)).collect::<Vec<f64>>();
        let reflected = at(along(1.0));
        left -= 1;
        let second_worst = others[start.len() - 1].0;
        let next = if reflected.0 < best.0 {
            left -= 1;
            let expanded = at(along(2.0));
            Some(if expanded.0 < reflected.0 { expanded } else { reflected })
        } else if reflected.0 < second_worst {
            Some(reflected)
        } else {
            left -= 1;
            let contracted = at(along(if reflected.0 < worst.0 { 0.5 } else { -0.5 }));
            (contracted.0 < reflected.0.min(worst.0)).then_some(contracted)
        };
        match next {
            Some(vertex) => simplex[start.len()] = vertex,
            None => {
                left -= start.len();
                for vertex in &mut simplex[1..] {
                    let halfway = vertex.1.iter().zip(&best.1).map(|(x, y)| 0.5 * (x + y)).collect();
                    *vertex = at(halfway);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The minimum of Rosenbrock's valley is 0 at (1, 1).
    #[test]
    fn it_walks_down_a_curved_valley() {
        let valley = |x: &[f64]| 100.0 * (x[1] - x[0] * x[0]).powi(2) + (1.0 - x[0]).powi(2);
        let minimum = minimise(valley, &[-1.2, 1.0], 1e-9, 1000).expect("a minimum");
        assert!(minimum.point.iter().all(|x| (x - 1.0).abs() < 1e-7), "{minimum:?}");
        assert!(minimise(valley, &[-1.2, 1.0], 1e-9, 20).is_err());
    }

    #[test]
    fn it_turns_away_from_what_is_not_a_number() {
        let half_line = |x: &[f64]| if x[0] > 0.0 { x[0] - x[0].ln() } else { f64::NAN };
        let minimum = minimise(half_line, &[0.1], 1e-10, 500).expect("a minimum");
        assert!((minimum.point[0] - 1.0).abs() < 1e-4, "{minimum:?}");
    }
}
