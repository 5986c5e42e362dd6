//! Least squares on scalars: exact for what the group allows, hopeless for what it forbids.

use anyhow::Result;
use lawbook_core::{Device, Kind, Stream, Tensor};
use lawbook_equivariant::scalars::{Metric, combination, determinants};

use super::fit::{quadratic, unexplained};
use crate::framework::{Cell, Claim, Margin, Profile, Study, params};

params! {
    /// Tuples of normal vectors.
    pub struct Samples {
        /// Tuples per fit.
        samples: integer = 10_000, 500..=1_000_000;
    }
}

/// Fractions of the labels that fits leave unexplained.
pub struct Regression;

impl Study for Regression {
    const NAME: &'static str = "regression";
    const ABOUT: &'static str = "Fraction of the labels' second moment left by least squares: Σ|v_i|² v_i on products times vectors; \
        det(v_1, v_2, v_3) on products and with the determinant's square; the inertia tensor of five masses and the four-vector \
        amplitude of the EMLP paper, the latter on quadratic polynomials of Minkowski's products and of Euclidean ones.";
    type Params = Samples;

    fn grid(profile: Profile) -> Vec<Samples> {
        let samples = if profile == Profile::Full { 100_000 } else { 10_000 };
        vec![Samples { samples }]
    }

    fn predict(points: &[Samples]) -> Result<Vec<Claim>> {
        let Some(params) = points.first() else { return Ok(Vec::new()) };
        let at = Self::at(params);
        // Squares of rounding errors of least squares with up to 66 columns of moderate condition, with room.
        let exact = |id: &str, site: &str| {
            Claim::exact(id, [(0.0, at.site(site), 0.0)]).within(Margin::Absolute(1e-18)).axes("", "unexplained fraction")
        };
        Ok(vec![
            exact("equivariant-vectors", "vector on products")
                .rival_residual("constant-coefficients", "Σ c_i v_i with constant c_i", [at.site("vector on constants")])
                .source("Proposition 4; target Σ|v_i|² v_i"),
            exact("determinants-square", "det² on products")
                .rival_residual("degree-two", "quadratic polynomials of the products", [at.site("det² on few products")])
                .source("det² = det Gram, of degree three in the products"),
            exact("lorentz-invariant-amplitude", "amplitude on Minkowski")
                .rival_residual(
                    "euclidean",
                    "quadratic polynomials of Euclidean products",
                    [at.site("amplitude on Euclidean")],
                )
                .source("Section 3 on the Lorentz group; the amplitude of arXiv 2104.09459, Section 7"),
            exact("inertia-tensor", "inertia on products")
                .rival_residual("isotropic", "invariants times the unit matrix alone", [at.site("inertia on unit matrix")])
                .rival_residual("no-masses", "the masses are left out of the scalars", [at.site("inertia without masses")])
                .source("Proposition 4 for tensors: invariants times 1 and times v_i v_jᵀ; the data of arXiv 2104.09459, Section 7"),
            // Odd under reflections, so uncorrelated with every product; 28 columns fit some 28/samples of it by chance, several
            // times as much because the label's scatter grows with the features.
            Claim::value("determinant-not-from-products", at.site("det on products"), 1.0)
                .within(Margin::Absolute(0.05))
                .rival("products-suffice", "SO(d)-invariants are functions of the products too", [0.0])
                .rival("half", "explained up to the sign, as if half of the second moment were even", [0.5])
                .axes("", "unexplained fraction")
                .source("Proposition 5: SO(d) needs determinants"),
        ])
    }

    fn measure(params: &Samples, cell: &mut Cell) -> Result<()> {
        let (samples, mut stream, device) = (params.samples, cell.stream("vectors"), cell.device());
        let v = stream.normal_tensor(&[samples, 3, 3], Kind::Double, device);
        let products = Metric::Euclidean.products(&v)?;
        let squares = v.square().sum_dim_intlist([2i64].as_slice(), false, Kind::Double);
        let target = combination(&squares, &v).reshape([-1, 1]);
        // Every product times every vector; one row per sample and coordinate.
        let vectors = v.transpose(1, 2);
        let with =
            |scalars: &Tensor| (vectors.unsqueeze(-1) * scalars.reshape([samples, 1, 1, -1])).reshape([samples * 3, -1]);
        cell.record("vector on products", unexplained(&with(&products), &target));
        cell.record("vector on constants", unexplained(&with(&squares.ones_like().narrow(1, 0, 1)), &target));

        let det = determinants(&v)?;
        let two = quadratic(&products);
        cell.record("det on products", unexplained(&two, &det));
        let square = det.square();
        cell.record("det² on few products", unexplained(&two, &square));
        cell.record("det² on products", unexplained(&Tensor::cat(&[&two, &cubic(&products)], 1), &square));

        for (name, residual) in
            ["on products", "on unit matrix", "without masses"].iter().zip(inertia(samples.min(1000), &mut stream)?)
        {
            cell.record(&format!("inertia {name}"), residual);
        }

        let p = stream.normal_tensor(&[samples, 4, 4], Kind::Double, device) * 0.25;
        let amplitude = amplitude(&p);
        for (name, metric) in [("Minkowski", Metric::Minkowski), ("Euclidean", Metric::Euclidean)] {
            let features = quadratic(&metric.products(&p)?);
            cell.record(&format!("amplitude on {name}"), unexplained(&features, &amplitude));
        }
        Ok(())
    }
}

/// What is left of the inertia tensor Σ m_i (|r_i|² 1 − r_i r_iᵀ) of five masses softplus(N(0, 1)) at normal places: on invariants times
/// 1 and times r_i r_iᵀ, with scalars m_i |r_i|² and m_i; on the former alone; and on both without the masses.
fn inertia(samples: i64, stream: &mut Stream) -> Result<[f64; 3]> {
    let masses = stream.normal_tensor(&[samples, 5, 1], Kind::Double, Device::Cpu).softplus();
    let r = stream.normal_tensor(&[samples, 5, 3], Kind::Double, Device::Cpu);
    let squares = Metric::Euclidean.gram(&r)?.diagonal(0, 1, 2).unsqueeze(-1);
    let unit = Tensor::eye(3, (Kind::Double, Device::Cpu));
    let outer = r.unsqueeze(3) * r.unsqueeze(2);
    let times = |scalars: &Tensor, tensors: &Tensor| scalars.unsqueeze(-1) * tensors;
    // One row per sample and entry.
    let rows = |features: &[Tensor]| Tensor::cat(features, 1).flatten(2, 3).transpose(1, 2).reshape([samples * 9, -1]);
    let isotropic = times(&(&masses * &squares), &unit);
    let tensor = (&isotropic - times(&masses, &outer)).sum_dim_intlist([1i64].as_slice(), true, Kind::Double);
    let on = |features: &[Tensor]| unexplained(&rows(features), &rows(&[tensor.shallow_clone()]));
    let without = [times(&squares, &unit), outer.shallow_clone()];
    Ok([on(&[isotropic.shallow_clone(), times(&masses, &outer)]), on(&[isotropic]), on(&without)])
}

/// All products of three columns.
fn cubic(x: &Tensor) -> Tensor {
    let n = x.size()[1];
    let triples = (0..n).flat_map(|i| (i..n).flat_map(move |j| (j..n).map(move |k| (i, j, k))));
    let products: Vec<Tensor> = triples.map(|(i, j, k)| x.select(1, i) * x.select(1, j) * x.select(1, k)).collect();
    Tensor::stack(&products, 1)
}

/// 4 L_e^{μν} L_{μ,μν} with L_e = p_1⊗p_3 − (p_1·p_3 − p_1·p_1) η and L_μ = ηp_2⊗ηp_4 − (p_2·p_4 − p_2·p_2) η, `[samples, 1]`.
fn amplitude(p: &Tensor) -> Tensor {
    let [p1, p2, p3, p4] = [0, 1, 2, 3].map(|i| p.select(1, i));
    let lower = |x: &Tensor| Metric::Minkowski.lower(x);
    let dot = |x: &Tensor, y: &Tensor| (lower(x) * y).sum_dim_intlist([1i64].as_slice(), true, Kind::Double).unsqueeze(-1);
    let outer = |x: &Tensor, y: &Tensor| x.unsqueeze(2) * y.unsqueeze(1);
    let eta = lower(&Tensor::eye(4, (Kind::Double, p.device())));
    let electron = outer(&p1, &p3) - (dot(&p1, &p3) - dot(&p1, &p1)) * &eta;
    let muon = outer(&lower(&p2), &lower(&p4)) - (dot(&p2, &p4) - dot(&p2, &p2)) * &eta;
    (electron * muon * 4.0).sum_dim_intlist([1i64, 2].as_slice(), false, Kind::Double).unsqueeze(1)
}
