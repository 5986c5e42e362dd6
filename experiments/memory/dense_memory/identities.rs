//! What holds exactly: sign symmetry of even powers, exclusive or from order 3 on, duality with a network of one hidden layer.

use anyhow::{Context, Result};
use lawbook_core::{
    Device, Kind, Tensor,
    optim::{gradients, parameter},
    tensor::{from_slice, to_vec},
};
use lawbook_memory::{
    DenseMemory, Patterns, Separation, State,
    classifier::{Classifier, Shape},
};

use crate::framework::{Cell, Claim, Margin, Profile, Study, params};

/// Identities of the energy.
pub struct Identities;

params! {
    /// Networks in which each identity is looked at.
    pub struct Params {
        /// Neurons N, or inputs of a classifier.
        N: integer = 64, 2..=1000;
        /// Memories K.
        K: integer = 100, 1..=100_000;
        /// Random states or inputs.
        states: integer = 30, 1..=100_000;
    }
}

const ORDERS: [u32; 5] = [2, 3, 4, 5, 6];

/// What a classifier's class neurons turn by, from −ε to ε.
const STEPS: [f64; 3] = [1e-5, 1e-4, 1e-3];

/// Order at which small steps are looked at: F' is smooth there, and curved.
const SMOOTH: u32 = 4;

impl Study for Identities {
    const NAME: &'static str = "identities";
    const ABOUT: &'static str = "Energies of states and of their negatives; the table of exclusive or as four memories of three \
        neurons; class neurons near 0 against a network with one hidden layer and activation F'.";
    type Params = Params;

    fn grid(_: Profile) -> Vec<Params> {
        vec![Params::default()]
    }

    fn predict(points: &[Params]) -> Result<Vec<Claim>> {
        let Some(p) = points.first() else { return Ok(Vec::new()) };
        let site = |observable: &str, at: f64| Identities::at(p).site(observable).at(at);
        let all = |observable: &str, orders: &[u32]| -> Vec<_> {
            orders.iter().map(|&n| (f64::from(n), site(observable, f64::from(n)), 0.0)).collect()
        };
        // Rounding of a sum of K powers, relative to it: K 2⁻⁵³.
        let sign = Claim::exact("sign-symmetry", all("asymmetry", &[2, 4, 6]))
            .within(Margin::Absolute(1e-13))
            .rival_residual("odd", "every power forgets the sign of a state", [3.0, 5.0].map(|n| site("asymmetry", n)))
            .rival_residual("rectified", "as does a rectified power", [site("asymmetry-rectified", 2.0)])
            .axes("order n", "|E(σ) − E(−σ)| over the sum of both")
            .source("eq. 1: F(−x) = F(x) for even n");
        // With memories (a, b, c), rows of the table, c = −ab: Σ [(ax + by + c)^n − (ax + by − c)^n] at z = −xy. Its even part in
        // (x, y) is 48 for n = 3 and 480 for n = 5. For even n it is odd in (x, y), and the table is even.
        // Whole numbers are exact; any margin below 1 says the same.
        let table = [(2.0, 0.0), (3.0, 48.0), (4.0, 0.0), (5.0, 480.0)];
        let exclusive = Claim::exact("exclusive-or", table.map(|(n, margin)| (n, site("exclusive-or", n), margin)))
            .within(Margin::Absolute(1e-9))
            .rival("classic", "couplings of two neurons are all there is, at any order", [0.0; 4])
            .rival("steep-enough", "every order above 2 solves the table as order 3 does", [0.0, 48.0, 48.0, 48.0])
            .axes("order n", "energy by which the right answer wins, over the four rows")
            .source("section 3; evaluated on the table");
        // Rounding of sums over memories, in root mean square over classes.
        let duality = Claim::exact("duality", all("duality", &ORDERS))
            .within(Margin::Absolute(1e-12))
            .rival_residual(
                "rectified-linear",
                "hidden units of the dual network are rectified linear at any order",
                [3.0, 6.0].map(|n| site("duality-linear", n)),
            )
            .axes("order n", "relative difference of the outputs")
            .source("eqs. 10 and 11: hidden activation f = F'");
        // The error is ε |Σ_γ ξ_γ F''/F'| to leading order, less than 10 ε; the next order is its square: at ε = 0.001 it tilts the
        // line by 0.01 at most.
        let small = Claim::exponent("duality-limit", STEPS.map(|step| (step, site("duality-step", step))), 1.0)
            .within(Margin::Absolute(0.05))
            .rival("centred", "the step from −ε to ε is a centred difference, with error ε²", [2.0])
            .rival("constant", "votes and dual outputs stay apart", [0.0])
            .axes("step ε of the class neurons", "relative difference of the outputs")
            .log_x()
            .log_y()
            .source("eq. 10: expansion in ε");
        Ok(vec![sign, exclusive, duality, small])
    }

    fn measure(p: &Params, cell: &mut Cell) -> Result<()> {
        let mut stream = cell.stream("states");
        let (sites, count) = (p.N as usize, p.K as usize);
        let patterns = Patterns::random(count, sites, &mut stream)?;
        let states = Patterns::random(p.states as usize, sites, &mut stream)?;
        for order in ORDERS {
            let at = f64::from(order);
            cell.record_at("asymmetry", at, asymmetry(Separation::Power(order), &patterns, &states)?);
            cell.record_at("asymmetry-rectified", at, asymmetry(Separation::Rectified(order), &patterns, &states)?);
            cell.record_at("exclusive-or", at, exclusive_or(order)?);
            let shape = Shape { memories: count, inputs: sites, classes: 10 };
            let classifier = Classifier::random(shape, order, (sites as f64).sqrt(), &mut stream)?;
            let (mut dual, mut linear, mut steps) = <(Deviation, Deviation, [Deviation; STEPS.len()])>::default();
            for mu in 0..states.count() {
                let input = states.state(mu).signs();
                let outputs = classifier.feed_forward(&input)?;
                let (gradient, rectified) = by_tensors(&classifier, &input, order, cell.device());
                dual.add(&outputs, &gradient);
                linear.add(&outputs, &rectified);
                for (deviation, step) in steps.iter_mut().zip(STEPS) {
                    let votes: Vec<f64> = classifier.votes(&input, step)?.iter().map(|vote| vote / (2.0 * step)).collect();
                    deviation.add(&votes, &outputs);
                }
            }
            cell.record_at("duality", at, dual.relative());
            cell.record_at("duality-linear", at, linear.relative());
            if order == SMOOTH {
                STEPS.iter().zip(steps).for_each(|(&step, d)| cell.record_at("duality-step", step, d.relative()));
            }
        }
        Ok(())
    }
}

/// Largest `|E(σ) − E(−σ)|/(|E(σ)| + |E(−σ)|)`.
fn asymmetry(separation: Separation, patterns: &Patterns, states: &Patterns) -> Result<f64> {
    let memory = DenseMemory::new(patterns.clone(), separation)?;
    (0..states.count()).try_fold(0.0, |worst, mu| {
        let state = states.state(mu);
        let (here, there) = (memory.energy(&state)?, memory.energy(&state.negated())?);
        Ok(f64::max(worst, (here - there).abs() / (here.abs() + there.abs())))
    })
}

/// The smallest energy by which z = x XOR y wins over its opposite, among the four inputs of a memory of the table.
fn exclusive_or(order: u32) -> Result<f64> {
    let row = |(x, y): (f64, f64)| State::from_signs(&[x, y, -x * y]);
    let inputs = [(-1.0, -1.0), (-1.0, 1.0), (1.0, -1.0), (1.0, 1.0)];
    let table: Vec<State> = inputs.into_iter().map(row).collect::<Result<_, _>>()?;
    let memory = DenseMemory::new(Patterns::from_states(&table)?, Separation::Power(order))?;
    let costs = table.iter().map(|state| Ok(memory.flip_costs(state)?[2])).collect::<Result<Vec<f64>>>()?;
    costs.into_iter().reduce(f64::min).context("the table has four rows")
}

/// By tensors: the negative gradient of the energy at class neurons of 0, by automatic differentiation; and, in its scale, the
/// outputs of hidden units that are rectified linear.
fn by_tensors(classifier: &Classifier, input: &[f64], order: u32, device: Device) -> (Vec<f64>, Vec<f64>) {
    let Shape { memories, inputs, classes } = classifier.shape();
    let temperature = (inputs as f64).sqrt();
    let rows: Vec<f64> = (0..memories).flat_map(|mu| classifier.memory(mu)).collect();
    let rows = from_slice(&rows, &[memories as i64, (inputs + classes) as i64], Kind::Double, device);
    let visible = from_slice(input, &[inputs as i64], Kind::Double, device);
    let labels = parameter(&Tensor::zeros([classes as i64], (Kind::Double, device)), Kind::Double);
    let outward = rows.narrow(1, inputs as i64, classes as i64);
    let hidden = rows.narrow(1, 0, inputs as i64).matmul(&visible) / temperature;
    let overlaps = &hidden + outward.matmul(&labels) / temperature;
    let fall = overlaps.relu().pow_tensor_scalar(i64::from(order)).sum(Kind::Double);
    let gradient = to_vec(&gradients(&fall, &[labels])[0]);
    let linear = to_vec(&outward.tr().matmul(&hidden.relu()));
    let size = |values: &[f64]| values.iter().map(|value| value.abs()).fold(0.0, f64::max);
    let scale = size(&gradient) / size(&linear).max(f64::MIN_POSITIVE);
    (gradient, linear.into_iter().map(|value| scale * value).collect())
}

/// How far vectors are from others, in root mean square.
#[derive(Debug, Clone, Copy, Default)]
struct Deviation {
    squares: f64,
    of: f64,
}

impl Deviation {
    fn add(&mut self, a: &[f64], b: &[f64]) {
        self.squares += a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum::<f64>();
        self.of += b.iter().map(|b| b * b).sum::<f64>();
    }

    fn relative(self) -> f64 {
        (self.squares / self.of).sqrt()
    }
}
