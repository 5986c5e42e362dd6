//! Compressed sensing with Adam, the demonstration of the authors' repository: of N weights as many survive as there are samples,
//! however many weights there are.

use anyhow::Result;
use lawbook_core::{
    Kind, Tensor, no_grad,
    optim::{Decay, Optimiser, Rule},
    tensor::scalar,
};

use crate::framework::{Cell, Claim, Margin, Profile, Study, params};

params! {
    /// Few samples of many weights.
    pub struct Params {
        /// Number of weights N.
        N: integer = 40_000, 2..=1_000_000;
        /// Number of samples M.
        M: integer = 100, 1..=100_000;
        /// PyTorch's weight decay: 2α for the mean squared error.
        decay: real = 2e-5, 0.0..=1.0;
        /// Whether decay is part of the gradient (Adam) or beside it (AdamW).
        form: choice = "coupled", ["coupled", "decoupled"];
        /// Learning rate.
        eta: real = 0.01, 0.000001..=1.0;
        /// Number of steps.
        steps: integer = 10_000, 1..=1_000_000;
    }
}

const SOURCE: &str = "zihao-wang/spred, demonstration/lasso.ipynb";

/// Compressed sensing.
pub struct Sensing;

impl Study for Sensing {
    const NAME: &'static str = "compressed-sensing";
    const ABOUT: &'static str = "Trains the factors of a regression with far more weights than samples by Adam and by AdamW, and \
        counts the weights above 1e-6.";
    type Params = Params;

    fn grid(profile: Profile) -> Vec<Params> {
        let beside = |p: Params| Params { form: "decoupled".into(), steps: 3000, ..p };
        // The published numbers of weights, and, with ten times fewer samples, four hundred times fewer weights. Adam shakes a few of the
        // small weights for tens of thousands of steps, fewer under a stronger decay.
        let published = [40_000, 400_000].map(|many| Params { N: many, ..Params::default() });
        let small = [100, 1000].map(|many| Params { N: many, M: 10, decay: 1e-4, ..Params::default() });
        match profile {
            Profile::Smoke => Vec::new(),
            Profile::Quick => {
                let decoupled = beside(Params { N: 800, M: 20, decay: 3e-5, ..Params::default() });
                small.into_iter().chain([decoupled]).collect()
            }
            Profile::Full => published.into_iter().chain([beside(Params::default())]).collect(),
        }
    }

    fn predict(points: &[Params]) -> Result<Vec<Claim>> {
        let claim = |p: &Params| {
            let site = |name: &str| Self::at(p).site(name);
            let many = p.N as f64 / p.M as f64;
            let claim = if p.form == "coupled" {
                // The lasso keeps at most M weights, and just as many where the penalty is weak. In the published run 100 of
                // 40 000 (.9975 zeros), in that of 400 000 also (.9998). A tenth may be left out, or shaken still.
                Claim::value(&format!("as-many-as-samples-of-{}", p.N), site("survivors"), 1.0)
                    .within(Margin::Relative(0.1))
                    .rival("teacher", "the support of the teacher, a tenth of the weights", [0.1 * many])
                    .rival("ridge", "weight decay shrinks weights and zeroes none", [many])
            } else {
                // Beside the step, each factor decays by e^(−η λ n), a part in a hundred: nothing is sparse.
                Claim::at_least("adamw-is-not-sparse", site("part"), 0.9)
                    .rival("lasso", "as with decay in the gradient", [1.0 / many])
                    .out_of(p.N as u64)
            };
            claim.axes("", "weights above 1e-6, over the samples or over all weights").source(SOURCE)
        };
        // Counts of ten survivors scatter by more than a tenth: there only their ratio is claimed.
        let mut claims: Vec<Claim> = points.iter().filter(|p| p.form != "coupled" || p.M >= 100).map(claim).collect();
        let coupled: Vec<&Params> = points.iter().filter(|p| p.form == "coupled").collect();
        if let [few, .., many] = coupled[..] {
            let part = |p: &Params| Self::at(p).site("part");
            // A tenth of the survivors may be left out or shaken at either size; as much again is for their scatter.
            claims.push(
                Claim::ratio("survivors-do-not-grow", part(many), part(few), few.N as f64 / many.N as f64)
                    .within(Margin::Relative(0.3))
                    .rival("teacher", "the support of the teacher, a part of the weights that does not fall", [1.0])
                    .rival(
                        "root",
                        "a part that falls as the root of the number of weights",
                        [(few.N as f64 / many.N as f64).sqrt()],
                    )
                    .axes("", "part of the weights above 1e-6 among ten times as many weights, over that part")
                    .source(SOURCE),
            );
        }
        Ok(claims)
    }

    fn measure(p: &Params, cell: &mut Cell) -> Result<()> {
        let (device, kind) = (cell.device(), Kind::Double);
        let mut data = cell.stream("data");
        let design = data.normal_tensor(&[p.M, p.N], kind, device) / (p.N as f64).sqrt();
        let dense = data.normal_tensor(&[p.N], kind, device);
        let teacher = dense * data.uniform_tensor(&[p.N], kind, device).lt(0.1);
        let targets = design.matmul(&teacher) + data.normal_tensor(&[p.M], kind, device) * 0.01;
        let mut start = cell.stream("factors");
        let mut factors = [0, 1].map(|_| start.normal_tensor(&[p.N], kind, device) * 0.5);
        let decay = if p.form == "coupled" { Decay::Coupled(p.decay) } else { Decay::Decoupled(p.decay) };
        let mut adam = Optimiser::new(Rule::ADAM, p.eta, &factors).with_decay(decay);
        let transposed = design.transpose(0, 1) * (2.0 / p.M as f64);
        no_grad(|| {
            for _ in 0..p.steps {
                let gradient: Tensor = transposed.matmul(&(design.matmul(&(&factors[0] * &factors[1])) - &targets));
                let slopes = [&gradient * &factors[1], gradient * &factors[0]];
                adam.step(&mut factors, &slopes);
            }
        });
        let survivors = (&factors[0] * &factors[1]).abs().gt(1e-6).sum(kind);
        cell.record("survivors", scalar(&survivors) / p.M as f64);
        cell.record("part", scalar(&survivors) / p.N as f64);
        Ok(())
    }
}
