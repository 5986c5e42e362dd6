//! The preconditioner alone: at the first step `1/v` is the inverse square of a Gaussian, a Lévy variable, whose sample mean
//! grows like the sample; at the second it is an inverse exponential, whose sample mean grows like its logarithm: no variance to
//! speak of, against that of the step itself, which is 1.

use anyhow::Result;
use lawbook_analysis::quantiles::WeightedSample;

use crate::framework::{Cell, Claim, Margin, Profile, Study, params};

params! {
    /// Samples of the squared preconditioner 1/v, v = (g₁² + … + g_t²)/t.
    pub struct Params {
        /// Steps t: Gaussian gradients in one v.
        t: integer = 1, 1..=1000;
        /// Samples n in one mean.
        n: integer = 100, 1..=1_000_000;
        /// Number of means.
        means: integer = 4000, 10..=10_000_000;
    }
}

/// The median of the square of a Gaussian: that of the χ² law with one degree of freedom.
const MEDIAN_SQUARE: f64 = 0.454_936_423_119_572_8;

/// The median of what the mean of `n` inverse exponentials exceeds `ln n` by, for many draws: that of the stable law of index 1
/// with characteristic function `exp(−is(ln(−is) + 2γ − 1))`, γ Euler's constant, by inversion.
const MEDIAN_EXCESS: f64 = 1.201_349_041_4;

/// The sample mean of `1/v`.
pub struct Preconditioner;

impl Study for Preconditioner {
    const NAME: &'static str = "preconditioner";
    const ABOUT: &'static str = "Draws the squared preconditioner at the first or second step, the inverse of the mean square of \
        Gaussian gradients, and records the median of its sample mean over n draws.";
    type Params = Params;

    fn grid(profile: Profile) -> Vec<Params> {
        let means = if profile == Profile::Full { 40_000 } else { 4000 };
        let first = [1, 4, 16, 64, 256].map(|n| Params { t: 1, n, means });
        // The median scatters by 4/√means.
        let second = [64, 256, 1024].map(|n| Params { t: 2, n, means: means.max(10_000) });
        if profile == Profile::Smoke { first.into() } else { first.into_iter().chain(second).collect() }
    }

    fn predict(points: &[Params]) -> Result<Vec<Claim>> {
        let step = |t: i64| points.iter().filter(|p| p.t == t).collect::<Vec<_>>();
        let mut claims = second_step(&step(2));
        let points = step(1);
        if points.len() < 3 {
            return Ok(claims);
        }
        let site = |p: &Params| Self::at(p).site("median-of-mean");
        let predicted = |p: &Params| p.n as f64 / MEDIAN_SQUARE;
        // Exact: the sum of n Lévy variables is n² times one of them. The margins leave room for the scatter of medians of heavy
        // tails, and lie below what the rivals differ by: 0.8 of the exponent, and the factor n.
        claims.extend([
            Claim::exponent("sample-mean-grows", points.iter().map(|p| (p.n as f64, site(p))), 1.0)
                .within(Margin::Absolute(0.1))
                .rival("finite-variance", "a preconditioner with a variance, whose sample mean converges", [0.0])
                .rival("tail-index-one", "the tail of t = 2, whose sample mean grows like ln n", [0.2])
                .axes("draws n", "median of the mean of 1/v over n draws")
                .log_x()
                .log_y()
                .source("1/v at t = 1 has tail index 1/2"),
            Claim::curve("levy-law", points.iter().map(|p| (p.n as f64, site(p), predicted(p))))
                .within(Margin::Relative(0.2))
                .rival(
                    "finite-variance",
                    "what one draw has as its median, at any n",
                    points.iter().map(|_| predicted(points[0])),
                )
                .axes("draws n", "median of the mean of 1/v over n draws")
                .log_x()
                .log_y()
                .source("the sum of n inverse squares of Gaussians has the law of n² times one of them (Lévy)"),
        ]);
        Ok(claims)
    }

    fn measure(p: &Params, cell: &mut Cell) -> Result<()> {
        let mut stream = cell.stream("gradients");
        let mut draws = vec![0.0; (p.n * p.t) as usize];
        let mut means = Vec::with_capacity(p.means as usize);
        for _ in 0..p.means {
            stream.fill_normal(&mut draws);
            let inverse = |gradients: &[f64]| p.t as f64 / gradients.iter().map(|g| g * g).sum::<f64>();
            means.push(draws.chunks_exact(p.t as usize).map(inverse).sum::<f64>() / p.n as f64);
        }
        cell.record("median-of-mean", WeightedSample::equal(means)?.quantile(0.5));
        Ok(())
    }
}

/// Tail index 1, at which the mean just fails to exist.
fn second_step(points: &[&Params]) -> Vec<Claim> {
    let Some(first) = points.first() else { return Vec::new() };
    let predicted = |p: &Params| (p.n as f64).ln() + MEDIAN_EXCESS;
    let sites = points.iter().map(|p| (p.n as f64, Preconditioner::at(p).site("median-of-mean"), predicted(p)));
    // A third of what the mean grows by when there are four times as many draws.
    vec![
        Claim::curve("logarithmic-law", sites)
            .within(Margin::Absolute(0.46))
            .rival("finite-mean", "the mean has converged, and stays", points.iter().map(|_| predicted(first)))
            .rival("levy", "tail index 1/2, as at the first step", points.iter().map(|p| p.n as f64 / MEDIAN_SQUARE))
            .axes("draws n", "median of the mean of 1/v over n draws, t = 2")
            .log_x()
            .source("1/v at t = 2 is an inverse exponential, with tail index 1"),
    ]
}
