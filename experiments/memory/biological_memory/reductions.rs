//! With infinitely fast memory neurons the three models are memories of one layer.

use anyhow::Result;
use lawbook_core::{
    Kind, Tensor,
    tensor::{from_slice, scalar, to_vec},
};
use lawbook_memory::{
    DenseMemory, Patterns, Separation, State,
    biological::{Lagrangian, TwoLayerMemory},
    modern::ModernMemory,
};

use crate::framework::{Cell, Claim, Margin, Profile, Study, params};

/// The reductions.
pub struct Reductions;

params! {
    /// Random patterns that all networks store.
    pub struct Params {
        /// Feature neurons; odd, so that no overlap is zero.
        features: integer = 41, 3..=999;
        /// Memory neurons.
        memories: integer = 60, 2..=1000;
        /// States compared.
        states: integer = 40, 1..=10_000;
    }
}

impl Study for Reductions {
    const NAME: &'static str = "reductions";
    const ABOUT: &'static str = "Compares one update of the feature neurons, a time step τ_f, with the update of the memory of one \
        layer: signs for model A, states for B; for C with quadratic memories the energy of the fixed point with an eigenvalue.";
    type Params = Params;

    fn grid(_: Profile) -> Vec<Params> {
        vec![Params::default()]
    }

    fn predict(points: &[Params]) -> Result<Vec<Claim>> {
        let claims = points.iter().flat_map(|p| {
            let site = |observable: &str| Reductions::at(p).site(observable);
            let gaps = ["A", "B", "C"].iter().zip([1.0, 2.0, 3.0]);
            let gaps = gaps.map(|(model, x)| (x, site(&format!("gap-{model}")), 0.0));
            [
                // Rounding; signs differ by 2.
                Claim::exact("reductions", gaps)
                    .within(Margin::Absolute(1e-10))
                    .rival_residual(
                        "other-temperature",
                        "the modern Hopfield network at another temperature, β = 2 for 1",
                        [site("gap-B-other-temperature")],
                    )
                    .axes("model A (1), B (2), C (3)", "difference of the updates, of an eigenvalue for C")
                    .source("models A, B, C; the spherical memory with F = x² is the power iteration"),
                Claim::exact("which-dense-memory", [(0.0, site("gap-A"), 0.0)])
                    .within(Margin::Absolute(0.0))
                    .rival_residual(
                        "energy-difference",
                        "the update of the dense memory by energy differences (2016, eq. 3), without a site's vote for itself",
                        [site("gap-A-differences")],
                    )
                    .axes("", "sites that go elsewhere")
                    .source("model A against Krotov & Hopfield 2016, arXiv 1606.01164, eq. 3"),
            ]
        });
        Ok(claims.collect())
    }

    fn measure(p: &Params, cell: &mut Cell) -> Result<()> {
        dense(p, cell)?;
        let mut stream = cell.stream("modern");
        let mut normals = |rows: i64| stream.normal_tensor(&[rows, p.features], Kind::Double, cell.device());
        let (patterns, states) = (normals(p.memories), normals(p.states));
        let own = || patterns.shallow_clone();
        let two_layers = TwoLayerMemory::new(own(), Lagrangian::Quadratic, Lagrangian::Softmax(1.0))?.update(&states)?;
        let gap = |beta: f64| -> Result<f64> {
            let one_layer = ModernMemory::new(own(), beta)?.update(&states)?;
            Ok(scalar(&(one_layer - &two_layers).abs().max()))
        };
        cell.record("gap-B", gap(1.0)?);
        cell.record("gap-B-other-temperature", gap(2.0)?);

        // max(x, 0)² over ±ξ is x² over ξ.
        let both = Tensor::cat(&[&patterns, &-&patterns], 0);
        let sphere = TwoLayerMemory::new(both, Lagrangian::Spherical, Lagrangian::Rectified(2))?;
        let mut v = states.get(0);
        for _ in 0..POWER_STEPS {
            v = sphere.update(&v)?;
        }
        let leading = scalar(&patterns.tr().matmul(&patterns).linalg_eigvalsh("L").max());
        cell.record("gap-C", scalar(&sphere.reduced_energy(&v)?) / (-0.5 * leading) - 1.0);
        Ok(())
    }
}

/// The two largest eigenvalues of a random matrix of this size differ by some per cent: errors shrink as their ratio's square.
const POWER_STEPS: usize = 2000;

/// Sites of random states that model A sends elsewhere than the dense memory does, by gradient and by energy differences.
fn dense(p: &Params, cell: &mut Cell) -> Result<()> {
    let (features, mut stream) = (p.features as usize, cell.stream("dense"));
    let patterns = Patterns::random(p.memories as usize, features, &mut stream)?;
    let rows: Vec<f64> = (0..patterns.count()).flat_map(|mu| patterns.state(mu).signs()).collect();
    let weights = from_slice(&rows, &[p.memories, p.features], Kind::Double, cell.device());
    let sign = TwoLayerMemory::new(weights, Lagrangian::SoftSign(1e3), Lagrangian::Rectified(3))?;
    let memory = DenseMemory::new(patterns, Separation::Rectified(3))?;
    let (mut by_gradient, mut by_difference) = (0, 0);
    for _ in 0..p.states {
        let state = Patterns::random(1, features, &mut stream)?.state(0);
        let fields = to_vec(&sign.update(&from_slice(&state.signs(), &[p.features], Kind::Double, cell.device()))?);
        let keep = |(v, s): (f64, f64)| if v == 0.0 { s } else { v.signum() };
        let signs: Vec<f64> = fields.into_iter().zip(state.signs()).map(keep).collect();
        let elsewhere = |next: &State| next.signs().iter().zip(&signs).filter(|(a, b)| a != b).count();
        by_gradient += elsewhere(&memory.gradient_step(&state)?);
        by_difference += elsewhere(&memory.synchronous_step(&state)?);
    }
    cell.record("gap-A", by_gradient as f64);
    cell.record("gap-A-differences", by_difference as f64);
    Ok(())
}
