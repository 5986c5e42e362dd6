//! Lemma H.2: averages over distinct pairs and over all pairs differ by O(1/n). The constants: for points of mean zero,
//! n E[f*_all − f*_distinct] = E|v|⁴ and n E[mean G_all − mean G_distinct] = E|v|², at every n; for N(0, I_k), k(k + 2) and k.

use anyhow::Result;
use lawbook_core::{Kind, Tensor, no_grad, tensor::scalar};
use lawbook_equivariant::{
    clouds::{CloudModel, DsCi, Pairs, PointClouds, Surface},
    portions::portions,
};

use crate::framework::{Cell, Claim, Margin, Profile, Study, params};

params! {
    /// Clouds of n independent draws from N(0, I_k).
    pub struct Normal {
        /// Dimension k of the points.
        k: integer = 3, 1..=100;
        /// Largest size; the others are a third and a tenth of it.
        largest: integer = 150, 20..=2000;
        /// Points drawn in all at every size for the statistics.
        points: integer = 80_000, 1000..=100_000_000;
        /// Random networks.
        networks: integer = 8, 1..=100;
        /// Hidden widths and outputs.
        width: integer = 10, 1..=100;
    }
}

fn sizes(largest: i64) -> [i64; 3] {
    [largest / 10, largest / 3, largest]
}

/// The gap between normalised and compatible DS-CI.
pub struct Gap;

impl Study for Gap {
    const NAME: &'static str = "gap";
    const ABOUT: &'static str = "Clouds of normal points: n times the difference of averages over all and over distinct pairs. Clouds \
        on an ellipsoid: the distance between the compatible and the normalised DS-CI with the same random parameters.";
    type Params = Normal;

    fn grid(profile: Profile) -> Vec<Normal> {
        match profile {
            Profile::Smoke => Vec::new(),
            Profile::Quick => vec![Normal::default()],
            Profile::Full => vec![Normal { largest: 1000, points: 1_000_000, ..Normal::default() }],
        }
    }

    fn predict(points: &[Normal]) -> Result<Vec<Claim>> {
        let mut claims = Vec::new();
        for params in points {
            let (at, k) = (Self::at(params), params.k as f64);
            let small = sizes(params.largest)[0] as f64;
            claims.push(
                // Exact in expectation; the margin is for the scatter.
                Claim::curve("star-and-mean", [(0.0, at.site("star"), k * (k + 2.0)), (1.0, at.site("mean"), k)])
                    .within(Margin::Relative(0.05))
                    .rival("no-fluctuation", "(E|v|²)² in the place of E|v|⁴", [k * k, k])
                    .rival("compatible", "distinct pairs are as good as all", [0.0, 0.0])
                    .axes("statistic", &format!("n times the gap, n = {small}"))
                    .source("Lemma H.2"),
            );
            claims.push(
                // Neglected: curvature and kinks of the networks, of relative order 1/n.
                Claim::exponent(
                    "network-gap",
                    sizes(params.largest).map(|n| (n as f64, at.site("network gap").at(n as f64))),
                    -1.0,
                )
                .within(Margin::Absolute(0.1))
                .rival("sampling", "n^(−1/2), the scatter between samples", [-0.5])
                .axes("n", "distance of outputs")
                .log_x()
                .log_y()
                .source("Lemma H.2"),
            );
        }
        Ok(claims)
    }

    fn measure(params: &Normal, cell: &mut Cell) -> Result<()> {
        let (device, mut stream, mut networks) = (cell.device(), cell.stream("points"), cell.stream("networks"));
        let (all, distinct) = (DsCi::new(Pairs::All, params.width)?, DsCi::new(Pairs::Distinct, params.width)?);
        let parameters: Vec<_> = (0..params.networks).map(|_| all.init(&mut networks, Kind::Double, device)).collect();
        let [small, ..] = sizes(params.largest);
        let (mut star, mut mean, mut rounds) = (0.0, 0.0, 0.0);
        while rounds * (100 * small) as f64 <= params.points as f64 {
            let clouds = PointClouds::new(stream.normal_tensor(&[100, small, params.k], Kind::Double, device))?;
            let gram = clouds.gram();
            star += average(&(Pairs::All.star(&gram) - Pairs::Distinct.star(&gram)));
            mean += average(&Pairs::All.entries(&gram)) - average(&Pairs::Distinct.entries(&gram));
            rounds += 1.0;
        }
        cell.record("star", small as f64 * star / rounds);
        cell.record("mean", small as f64 * mean / rounds);
        let ellipsoid = Surface::Ellipsoid([1.5, 1.0, 0.5]);
        for n in sizes(params.largest) {
            let mut gap = 0.0;
            for parameters in &parameters {
                let draws = 10 * params.largest / n;
                let mut differences = Vec::new();
                // The networks of all pairs of points have 2h features.
                for some in portions(draws, 2 * params.width * n * n) {
                    // Bounded, as the lemma has it: the fourth powers of normal points drive small clouds far across kinks.
                    let one = |_| ellipsoid.sample(n as usize, [0.0; 3], &mut stream);
                    let points = (0..some).map(one).collect::<Result<Vec<_>, _>>()?;
                    let clouds = PointClouds::new(Tensor::stack(&points, 0).to_device(device))?;
                    let (compatible, normalised) =
                        no_grad(|| (all.forward(parameters, &clouds), distinct.forward(parameters, &clouds)));
                    differences.push(compatible? - normalised?);
                }
                let squares = Tensor::cat(&differences, 0).square();
                gap += average(&squares.sum_dim_intlist([-1i64].as_slice(), false, Kind::Double).sqrt());
            }
            cell.record_at("network gap", n as f64, gap / params.networks as f64);
        }
        Ok(())
    }
}

fn average(x: &Tensor) -> f64 {
    scalar(&x.mean(Kind::Double))
}
