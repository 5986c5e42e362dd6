//! The preconditioner alone: at the first step `1/v` is the inverse square of a Gaussian, a Lévy variable, whose sample mean
//! grows like the sample: no variance to speak of, against that of the step itself, which is 1.

use anyhow::Result;
use lawbook_analysis::quantiles::WeightedSample;

use crate::framework::{Cell, Claim, Margin, Profile, Study, params};

params! {
    /// Samples of the squared preconditioner at the first step.
    pub struct Params {
        /// Samples n in one mean.
        n: integer = 100, 1..=1_000_000;
        /// Number of means.
        means: integer = 4000, 10..=10_000_000;
    }
}

/// The median of the square of a Gaussian: that of the χ² law with one degree of freedom.
const MEDIAN_SQUARE: f64 = 0.454_936_423_119_572_8;

/// The sample mean of `1/v`.
pub struct Preconditioner;

impl Study for Preconditioner {
    const NAME: &'static str = "preconditioner";
    const ABOUT: &'static str = "Draws the second moment of the preconditioner at the first step, 1/g^2 of a Gaussian gradient, \
        and records the median of its sample mean over n draws.";
    type Params = Params;

    fn grid(profile: Profile) -> Vec<Params> {
        let means = if profile == Profile::Full { 40_000 } else { 4000 };
        [1, 4, 16, 64, 256].map(|n| Params { n, means }).to_vec()
    }

    fn predict(points: &[Params]) -> Result<Vec<Claim>> {
        if points.len() < 3 {
            return Ok(Vec::new());
        }
        let site = |p: &Params| Self::at(p).site("median-of-mean");
        let predicted = |p: &Params| p.n as f64 / MEDIAN_SQUARE;
        // Exact: the sum of n Lévy variables is n² times one of them.
        Ok(vec![
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
                    points.iter().map(|_| predicted(&points[0])),
                )
                .axes("draws n", "median of the mean of 1/v over n draws")
                .log_x()
                .log_y()
                .source("the sum of n inverse squares of Gaussians has the law of n² times one of them (Lévy)"),
        ])
    }

    fn measure(p: &Params, cell: &mut Cell) -> Result<()> {
        let mut stream = cell.stream("gradients");
        let mut draws = vec![0.0; p.n as usize];
        let mut means = Vec::with_capacity(p.means as usize);
        for _ in 0..p.means {
            stream.fill_normal(&mut draws);
            means.push(draws.iter().map(|g| 1.0 / (g * g)).sum::<f64>() / p.n as f64);
        }
        cell.record("median-of-mean", WeightedSample::equal(means)?.quantile(0.5));
        Ok(())
    }
}
