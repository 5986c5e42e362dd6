//! What noise does to the fields of a clique: means, scatter, and one-step errors, exactly.

use lawbook_analysis::gaussian::normal_tail;
use libm::lgamma;

use super::{CliqueError, CliqueMemory, check_noise};

/// Numbers of edges with less probability than this are left out.
const NEGLIGIBLE: f64 = 1e-18;

/// Edges by how many of their ends lie in the clique: both, one, none.
impl CliqueMemory {
    /// How many edges of each class there are.
    pub fn class_sizes(&self) -> [usize; 3] {
        let (v, k) = (self.vertices, self.clique_size);
        [choose_two(k), k * (v - k), choose_two(v - k)]
    }

    /// The mean field of each class when every edge is flipped with probability `noise`, from 0 to 1.
    pub fn mean_fields(&self, noise: f64) -> [f64; 3] {
        let (touching, apart) = self.neighbours();
        self.clique_neighbours().map(|(s, u)| {
            let mean = |own: usize, all: usize| own as f64 * (1.0 - noise) + (all - own) as f64 * noise;
            self.sharing * mean(s, touching) + self.disjoint * mean(u, apart) - self.threshold
        })
    }

    /// The standard deviation of a field at a noise from 0 to below ½, the same in all classes:
    /// `√(p(1 − p)(2(v − 2) x² + C(v − 2, 2) y²))`.
    pub fn field_deviation(&self, noise: f64) -> Result<f64, CliqueError> {
        check_noise(noise)?;
        let (touching, apart) = self.neighbours();
        let squares = touching as f64 * self.sharing.powi(2) + apart as f64 * self.disjoint.powi(2);
        Ok((noise * (1.0 - noise) * squares).sqrt())
    }

    /// How many standard deviations lie between the threshold and the mean fields of the two classes next to it, at the best
    /// threshold: `(1 − 2p)((k − 3) x − (k − 2) y)/2σ`. It grows as √k, so that any noise below 1/2 is overcome.
    /// Without noise it is infinite.
    pub fn margin(&self, noise: f64) -> Result<f64, CliqueError> {
        let [both, one, _] = self.mean_fields(noise);
        Ok(0.5 * (both - one) / self.field_deviation(noise)?)
    }

    /// The fraction of edges that are wrong after one synchronous step from a clique with noise, fields taken as Gaussian.
    pub fn gaussian_error(&self, noise: f64) -> Result<f64, CliqueError> {
        check(noise)?;
        let deviation = self.field_deviation(noise)?;
        let [both, one, none] = self.mean_fields(noise);
        Ok(self.weighted([normal_tail(both / deviation), normal_tail(-one / deviation), normal_tail(-none / deviation)]))
    }

    /// The fraction of edges that are wrong after one synchronous step from a clique with noise, exactly.
    ///
    /// An edge's field sums independent flips: of two binomials among the edges that share a vertex, and two among the
    /// disjoint ones. O(v³).
    pub fn one_step_error(&self, noise: f64) -> Result<f64, CliqueError> {
        check(noise)?;
        let (touching, apart) = self.neighbours();
        let mut errors = [0.0; 3];
        for (class, (s, u)) in self.clique_neighbours().into_iter().enumerate() {
            let near = present(s, touching - s, noise);
            let far = present(u, apart - u, noise);
            let on: f64 = near
                .iter()
                .flat_map(|&(a, p)| far.iter().map(move |&(b, q)| (a, b, p * q)))
                .filter(|&(a, b, _)| self.sharing * a as f64 + self.disjoint * b as f64 - self.threshold > 0.0)
                .map(|(_, _, probability)| probability)
                .sum();
            errors[class] = if class == 0 { (1.0 - on).max(0.0) } else { on };
        }
        Ok(self.weighted(errors))
    }

    fn weighted(&self, errors: [f64; 3]) -> f64 {
        let sizes = self.class_sizes();
        errors.iter().zip(sizes).map(|(error, size)| error * size as f64).sum::<f64>() / self.edges() as f64
    }

    /// How many other edges share a vertex with an edge, and how many do not.
    fn neighbours(&self) -> (usize, usize) {
        (2 * (self.vertices - 2), choose_two(self.vertices - 2))
    }

    /// The same, counting edges of the clique only, for each class.
    fn clique_neighbours(&self) -> [(usize, usize); 3] {
        let k = self.clique_size;
        [(2 * (k - 2), choose_two(k - 2)), (k - 1, choose_two(k - 1)), (0, choose_two(k))]
    }
}

/// Sums over flips need some.
fn check(noise: f64) -> Result<(), CliqueError> {
    if noise > 0.0 { check_noise(noise) } else { Err(CliqueError::Noise(noise)) }
}

fn choose_two(n: usize) -> usize {
    n * n.saturating_sub(1) / 2
}

/// How many edges are present: of `own` that should be, each is with probability 1 − p; of `others`, each with p.
fn present(own: usize, others: usize, noise: f64) -> Vec<(usize, f64)> {
    let (kept, gained) = (binomial(own, 1.0 - noise), binomial(others, noise));
    let mut total = vec![0.0; own + others + 1];
    for &(a, p) in &kept {
        gained.iter().for_each(|&(b, q)| total[a + b] += p * q);
    }
    total.into_iter().enumerate().filter(|(_, p)| *p > NEGLIGIBLE).collect()
}

fn binomial(n: usize, p: f64) -> Vec<(usize, f64)> {
    let log = |k: usize| {
        let (n, k) = (n as f64, k as f64);
        lgamma(n + 1.0) - lgamma(k + 1.0) - lgamma(n - k + 1.0) + k * p.ln() + (n - k) * (1.0 - p).ln()
    };
    (0..=n).map(|k| (k, log(k).exp())).filter(|(_, p)| *p > NEGLIGIBLE).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use lawbook_core::Key;

    use super::*;

    /// The y of the closed form maximises the margin: any other does worse.
    #[test]
    fn the_closed_form_is_the_optimum() {
        let best = CliqueMemory::robust(32, 16).unwrap();
        let [x, y, z] = best.parameters();
        for factor in [0.0, 0.9, 1.1, 2.0] {
            let other = CliqueMemory::new(32, 16, x, factor * y, z).unwrap();
            assert!(other.margin(0.1).unwrap() < best.margin(0.1).unwrap(), "{factor}");
        }
        // (1 − 2p)√k/(4√(p(1 − p))) for v = 2k, to leading order in k.
        let large = CliqueMemory::robust(2000, 1000).unwrap().margin(0.1).unwrap();
        assert!((large / (0.8 * 1000_f64.sqrt() / 1.2) - 1.0).abs() < 0.01, "{large}");
    }

    /// X-Val: `scipy.stats.binom.pmf` of SciPy 1.17, convolved and summed in NumPy class by class.
    #[test]
    fn errors_are_those_of_an_outside_sum() {
        let memory = CliqueMemory::robust_at(16, 8, 0.1).unwrap();
        let error = memory.one_step_error(0.1).unwrap();
        assert!((error / 0.052_051_505_432_710_77 - 1.0).abs() < 1e-9, "{error}");
    }

    /// Sampled means, deviations and errors are those of the formulas.
    #[test]
    fn sampling_agrees() {
        let memory = CliqueMemory::robust_at(16, 8, 0.2).unwrap();
        let clique = memory.clique(&[0, 1, 2, 3, 4, 5, 6, 7]).unwrap();
        let (mut sum, mut squares, mut wrong) = (0.0, 0.0, 0.0);
        let trials = 4000;
        for index in 0..trials {
            let noisy = clique.noisy(0.2, &mut Key::new(["clique"]).stream("sample", index)).unwrap();
            let field = memory.fields(&noisy).unwrap()[0];
            (sum, squares) = (sum + field, squares + field * field);
            let overlap = memory.synchronous_step(&noisy).unwrap().overlap(&clique).unwrap();
            wrong += 0.5 * (1.0 - overlap as f64 / 120.0);
        }
        let (mean, trials) = (sum / trials as f64, trials as f64);
        let deviation = (squares / trials - mean * mean).sqrt();
        assert!((mean - memory.mean_fields(0.2)[0]).abs() < 5.0 * deviation / trials.sqrt());
        assert!((deviation / memory.field_deviation(0.2).unwrap() - 1.0).abs() < 0.06);
        let error = memory.one_step_error(0.2).unwrap();
        assert!((wrong / trials / error - 1.0).abs() < 0.05, "{} {error}", wrong / trials);
    }
}
