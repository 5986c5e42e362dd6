//! The noise that stored memories make on one another, at finite size.
//!
//! Take the stored pattern in question as all +1. Site i of it is stable if the signal `S = F(N) − F(N − 2)` outweighs the
//! crosstalk `Σ_μ ξ_i^μ G(R_i^μ)`, `G(R) = F(R + 1) − F(R − 1)`, where `R_i^μ` is the sum of the other N − 1 signs of memory μ.
//! For independent unbiased patterns the K − 1 terms are independent and symmetric, each with N possible sizes: all moments
//! and, by Fourier sums, all probabilities follow without approximation.

use std::f64::consts::TAU;

use lawbook_analysis::gaussian::{normal_density, normal_tail};
use libm::lgamma;

use crate::{MemoryError, Separation};

/// Law of the crosstalk at one site of a stored pattern.
#[derive(Debug, Clone, PartialEq)]
pub struct Crosstalk {
    separation: Separation,
    sites: usize,
    /// Number of other memories, K − 1.
    others: usize,
    signal: f64,
    /// Probability and size |G| of one memory's term.
    terms: Vec<(f64, f64)>,
}

impl Crosstalk {
    /// The crosstalk in a network of `sites` sites (at least 2) and `patterns` patterns.
    pub fn new(separation: Separation, sites: usize, patterns: usize) -> Result<Self, MemoryError> {
        if sites < 2 || patterns == 0 {
            return Err(MemoryError::Empty { patterns, sites });
        }
        separation.check(sites, patterns)?;
        let terms = signed_sums(sites - 1).map(|(weight, sum)| (weight, swing(separation, sum).abs())).collect();
        let signal = swing(separation, sites as f64 - 1.0);
        Ok(Self { separation, sites, others: patterns - 1, signal, terms })
    }

    /// The signal S.
    pub fn signal(&self) -> f64 {
        self.signal
    }

    /// Variance of the crosstalk, `(K − 1) E G²`.
    pub fn variance(&self) -> f64 {
        self.others as f64 * self.moment(2)
    }

    /// Excess kurtosis of the crosstalk, `(E G⁴/(E G²)² − 3)/(K − 1)`; 0 of a pattern alone, which has none.
    pub fn excess_kurtosis(&self) -> f64 {
        if self.others == 0 {
            return 0.0;
        }
        (self.moment(4) / self.moment(2).powi(2) - 3.0) / self.others as f64
    }

    /// `E G^power` of one memory.
    fn moment(&self, power: i32) -> f64 {
        self.terms.iter().map(|(weight, size)| weight * size.powi(power)).sum()
    }

    /// One-step error with the exact signal and variance and Gaussian crosstalk, `Q(S/√variance)`.
    pub fn gaussian_error(&self) -> f64 {
        normal_tail(self.signal / self.variance().sqrt())
    }

    /// [`gaussian_error`](Self::gaussian_error) with the first Edgeworth correction, `+ φ(x) (x³ − 3x) κ/24`, for the excess
    /// kurtosis κ; the crosstalk is symmetric, so there is no skewness at any order n. A pattern alone errs nowhere.
    pub fn edgeworth_error(&self) -> f64 {
        edgeworth_tail(self.signal / self.variance().sqrt(), self.excess_kurtosis())
    }

    /// The one-step error, exactly: the probability that the crosstalk exceeds the signal; a tie is no error.
    ///
    /// A Fourier sum over the crosstalk's lattice, to about 1e-10. Needs a power or rectified power with integers that f64
    /// holds; takes up to a second for tens of thousands of patterns.
    pub fn exact_error(&self) -> Result<f64, MemoryError> {
        let no_lattice = MemoryError::NoLattice { separation: self.separation, sites: self.sites };
        let spacing = self.spacing().ok_or(no_lattice.clone())?;
        let (others, largest) = (self.others as f64, self.terms.iter().fold(0.0, |most, (_, size)| f64::max(most, *size)));
        // The sum repeats with this period; beyond it the crosstalk must be improbable, or impossible.
        let reach = (others * largest).min(self.signal + 14.0 * self.variance().sqrt());
        let period = 2.0 * (reach / spacing).ceil() + 2.0;
        if period > 1e8 {
            return Err(no_lattice);
        }
        // Lattice points below −S: the topmost, and how many until half a period.
        let offset = (others * self.terms[0].1).rem_euclid(spacing);
        let top = offset + spacing * (((-self.signal - offset) / spacing).ceil() - 1.0);
        let count = ((top + spacing * period / 2.0) / spacing).floor() + 1.0;
        if count <= 0.0 {
            return Ok(0.0);
        }
        let (first, last) = (top + spacing / 2.0, top - spacing * (count - 0.5));
        let mut characteristic = self.characteristic_function(TAU / (spacing * period));
        let half = (period / 2.0) as usize;
        let mut sum = count;
        for k in 1..=half {
            let power = characteristic.next().unwrap_or(0.0);
            if power.abs() < 1e-30 {
                continue;
            }
            let t = TAU * k as f64 / (spacing * period);
            let tail = ((t * first).sin() - (t * last).sin()) / (2.0 * (0.5 * t * spacing).sin());
            sum += if k == half { power * tail } else { 2.0 * power * tail };
        }
        Ok((sum / period).max(0.0))
    }

    /// The characteristic function `(E cos(t G))^(K − 1)` at t = step, 2 step, …, by rotations.
    fn characteristic_function(&self, step: f64) -> impl Iterator<Item = f64> {
        let others = self.others as i32;
        let mut rotors: Vec<(f64, f64, f64, f64, f64)> = Vec::new();
        for &(weight, size) in self.terms.iter().filter(|(weight, _)| *weight > 1e-20) {
            let (sin, cos) = (step * size).sin_cos();
            rotors.push((weight, cos, sin, 1.0, 0.0));
        }
        std::iter::repeat_with(move || {
            let mut mean = 0.0;
            for (weight, cos, sin, x, y) in &mut rotors {
                (*x, *y) = (*x * *cos - *y * *sin, *x * *sin + *y * *cos);
                mean += *weight * *x;
            }
            mean.powi(others)
        })
    }

    /// The distance of neighbouring values of the sum: the greatest common divisor of all differences of ±|G|.
    fn spacing(&self) -> Option<f64> {
        if !self.separation.is_exact(self.sites, self.others + 1) {
            return None;
        }
        let sizes: Vec<i64> = self.terms.iter().map(|(_, size)| *size as i64).collect();
        let divisor = sizes.iter().fold(0, |d, &size| gcd(gcd(d, 2 * size), (size - sizes[0]).abs()));
        Some(divisor as f64)
    }

    /// The fraction of stored patterns of which every site is stable.
    ///
    /// Sites do not err independently, for their noise comes from the same memories. Given the overlaps of all memories with
    /// the pattern, the noise has the same mean and the same variance V at all sites. V is large where some memories happen to
    /// overlap much; they also stabilise the pattern, which is the mean's part that follows V. What is left of the mean,
    /// and that the signs of a memory add up to its overlap, makes a small correlation ρ of any two sites:
    /// `⟨(1 − p)^N exp(½ N(N − 1) ρ φ²)⟩` over a log-normal V with the exact relative variance. `error`, the one-step error of
    /// a site (see [`exact_error`](Self::exact_error)), sets the mean of p.
    pub fn fixed_fraction(&self, error: f64) -> f64 {
        let (n, others) = (self.sites as f64, self.others as f64);
        // Moments of one memory's mean c and variance v over the sites, given its overlap.
        let (mut mean_c, mut mean_v, mut cc, mut cv, mut vv) = (0.0, 0.0, 0.0, 0.0, 0.0);
        for (weight, overlap) in signed_sums(self.sites) {
            let (win, loss) = (swing(self.separation, overlap + 1.0), swing(self.separation, overlap - 1.0));
            let agreeing = 0.5 * (1.0 + overlap / n);
            let mean = agreeing * loss - (1.0 - agreeing) * win;
            let variance = agreeing * (1.0 - agreeing) * (win + loss).powi(2);
            mean_c += weight * mean;
            mean_v += weight * variance;
            cc += weight * mean * mean;
            cv += weight * mean * variance;
            vv += weight * variance * variance;
        }
        let (cc, cv, vv) = (cc - mean_c * mean_c, cv - mean_c * mean_v, vv - mean_v * mean_v);
        let slope = if vv > 0.0 { cv / vv } else { 0.0 };
        let rest = others * (cc - slope * cv);
        let typical = others * mean_v;
        let log_spread = (vv / (others * mean_v * mean_v)).ln_1p();
        let x = |v: f64| (self.signal + others * mean_c + slope * (v - typical)) / v.sqrt();
        let mean_over = |value: &dyn Fn(f64) -> f64| {
            let nodes = (-600..=600).map(|k| f64::from(k) * 0.01);
            let v = |u: f64| typical * (log_spread.sqrt() * u - 0.5 * log_spread).exp();
            nodes.map(|u| 0.01 * normal_density(u) * value(v(u))).sum::<f64>()
        };
        let ratio = error / mean_over(&|v| normal_tail(x(v)));
        mean_over(&|v| {
            let (p, density) = (ratio * normal_tail(x(v)), ratio * normal_density(x(v)));
            let correlation = rest / v - 1.0 / (n - 1.0);
            // The expansion in ρ is of use only where its exponent is small: bounded, where V leaves no pattern stable anyway.
            let pairs = (0.5 * n * (n - 1.0) * correlation * density * density).min(1.0);
            (1.0 - p.min(1.0)).powf(n) * pairs.exp()
        })
    }
}

/// `Q(x) + φ(x) (x³ − 3x) κ/24`, for x up to infinity.
pub(crate) fn edgeworth_tail(x: f64, kurtosis: f64) -> f64 {
    match normal_density(x) {
        // Far out the cube overflows while the density is 0.
        0.0 => normal_tail(x),
        density => normal_tail(x) + density * (x.powi(3) - 3.0 * x) * kurtosis / 24.0,
    }
}

/// `G(R) = F(R + 1) − F(R − 1)`.
fn swing(separation: Separation, rest: f64) -> f64 {
    separation.at(rest + 1.0) - separation.at(rest - 1.0)
}

/// Probabilities and values of the sum of `count` random signs.
fn signed_sums(count: usize) -> impl Iterator<Item = (f64, f64)> {
    let n = count as f64;
    (0..=count).map(move |ups| {
        let k = ups as f64;
        let log_weight = lgamma(n + 1.0) - lgamma(k + 1.0) - lgamma(n - k + 1.0) - n * 2f64.ln();
        (log_weight.exp(), 2.0 * k - n)
    })
}

fn gcd(a: i64, b: i64) -> i64 {
    if b == 0 { a } else { gcd(b, a % b) }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_alone_errs_nowhere() {
        let alone = Crosstalk::new(Separation::Power(3), 20, 1).unwrap();
        assert_eq!([alone.gaussian_error(), alone.edgeworth_error(), alone.exact_error().unwrap()], [0.0; 3]);
        assert_eq!((alone.variance(), alone.excess_kurtosis()), (0.0, 0.0));
    }

    fn exact(separation: Separation, sites: usize, patterns: usize) -> f64 {
        Crosstalk::new(separation, sites, patterns).unwrap().exact_error().unwrap()
    }

    /// All 2^(N(K−1)) memories enumerated, with the energies of the definition and nothing else.
    #[test]
    fn exact_error_is_the_count_over_all_memories() {
        for separation in [2, 3, 4].into_iter().flat_map(|n| [Separation::Power(n), Separation::Rectified(n)]) {
            for (sites, patterns) in [(3, 4), (4, 4), (5, 4), (4, 5), (7, 3)] {
                let bits = sites * (patterns - 1);
                let mut wrong = 0_u64;
                for memories in 0..1_u64 << bits {
                    let energy = |first_site: i64| {
                        let overlap = |mu: usize| {
                            let word = memories >> (mu * sites);
                            (0..sites).map(|i| (2 * (word >> i & 1) as i64 - 1) * if i == 0 { first_site } else { 1 }).sum()
                        };
                        let own: i64 = sites as i64 - 1 + first_site;
                        let others = (0..patterns - 1).map(overlap);
                        -others.chain([own]).map(|x: i64| separation.at(x as f64)).sum::<f64>()
                    };
                    wrong += u64::from(energy(-1) < energy(1));
                }
                let counted = wrong as f64 / (1_u64 << bits) as f64;
                let summed = exact(separation, sites, patterns);
                assert!((counted - summed).abs() < 1e-12, "{separation} N = {sites}, K = {patterns}: {counted} {summed}");
            }
        }
    }

    /// For n = 2 the crosstalk is 4 times a sum of (K − 1)(N − 1) independent signs, against a signal of 4 (N − 1).
    #[test]
    fn the_hopfield_network_errs_by_a_binomial_tail() {
        let (sites, patterns) = (60, 9);
        let count = (patterns - 1) * (sites - 1);
        let tail: f64 = signed_sums(count).filter(|(_, sum)| *sum < -(sites as f64 - 1.0)).map(|(weight, _)| weight).sum();
        let summed = exact(Separation::Power(2), sites, patterns);
        assert!((summed / tail - 1.0).abs() < 1e-8, "{summed} {tail}");
    }

    /// At large size all four formulas meet; at finite size each step brings one closer to the exact error.
    #[test]
    fn corrections_converge_to_the_exact_error() {
        for (separation, sites, patterns) in [(Separation::Power(3), 60, 216), (Separation::Rectified(3), 60, 432)] {
            let crosstalk = Crosstalk::new(separation, sites, patterns).unwrap();
            let exact = crosstalk.exact_error().unwrap();
            let (gaussian, edgeworth) = (crosstalk.gaussian_error(), crosstalk.edgeworth_error());
            assert!((edgeworth - exact).abs() < 0.3 * (gaussian - exact).abs(), "{gaussian} {edgeworth} {exact}");
        }
        let crosstalk = Crosstalk::new(Separation::Power(2), 3000, 600).unwrap();
        let leading = crate::capacity::one_step_error(Separation::Power(2), 3000, 600.0).unwrap();
        assert!((crosstalk.gaussian_error() / leading - 1.0).abs() < 0.01);
    }

    /// With few memories and independent sites the fraction of fixed patterns is (1 − P)^N up to the shared noise.
    #[test]
    fn shared_noise_clusters_the_errors() {
        let crosstalk = Crosstalk::new(Separation::Power(3), 100, 361).unwrap();
        let error = crosstalk.exact_error().unwrap();
        let independent = crate::capacity::fixed_fraction(error, 100);
        let shared = crosstalk.fixed_fraction(error);
        assert!(shared > independent && shared < 1.0, "{independent} {shared}");
    }
}
