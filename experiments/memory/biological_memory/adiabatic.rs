//! How fast the two layers approach the network of one layer as the memory neurons get faster.

use anyhow::Result;
use lawbook_core::{Kind, Tensor, tensor::to_vec};
use lawbook_memory::biological::{Lagrangian, TwoLayerMemory};

use crate::framework::{Cell, Claim, Margin, Profile, Study, params};

/// The adiabatic limit.
pub struct Adiabatic;

params! {
    /// Model B at β = 1 with random patterns, whose memory neurons start where the feature neurons send them.
    pub struct Params {
        /// Feature neurons.
        features: integer = 40, 2..=1000;
        /// Memory neurons.
        memories: integer = 25, 2..=1000;
    }
}

/// Ratios τ_h/τ_f of the time constants, with the same network and starts.
const RATIOS: [f64; 3] = [0.02, 0.01, 0.005];

/// Time step for infinitely fast memory neurons, in units of τ_f.
const REFERENCE: f64 = 0.02;

/// Time at which states are compared, in units of τ_f.
const TIME: f64 = 0.5;

/// Starts side by side.
const STARTS: i64 = 16;

impl Study for Adiabatic {
    const NAME: &'static str = "adiabatic";
    const ABOUT: &'static str = "Follows feature neurons for half their time constant, with memory neurons of their own time \
        constant and with infinitely fast ones, and takes the distance.";
    type Params = Params;

    fn grid(profile: Profile) -> Vec<Params> {
        if profile == Profile::Smoke {
            return Vec::new();
        }
        vec![Params::default()]
    }

    fn predict(points: &[Params]) -> Result<Vec<Claim>> {
        // The second order in the ratio changes the slope by about the ratio times the rates of the feature neurons, a few
        // per cent.
        let claim = |p: &Params| {
            let sites = RATIOS.map(|ratio| (ratio, Adiabatic::at(p).site("distance").at(ratio)));
            Claim::exponent("adiabatic-order", sites, 1.0)
                .within(Margin::Absolute(0.1))
                .rival("square", "the fast layer is averaged: second order", [2.0])
                .rival("root", "a boundary layer of that thickness", [0.5])
                .axes("τ_h/τ_f", "distance to the network of one layer")
                .log_x()
                .log_y()
                .source("the limit of the equations of motion that gives models A to C; slow manifold h = ξ g(v) − τ_h d(ξ g)/dt")
        };
        Ok(points.iter().map(claim).collect())
    }

    fn measure(p: &Params, cell: &mut Cell) -> Result<()> {
        let mut stream = cell.stream("patterns");
        let mut normals = |rows: i64| stream.normal_tensor(&[rows, p.features], Kind::Double, cell.device());
        let (patterns, start) = (normals(p.memories).sign(), normals(STARTS));
        let weights = patterns / (p.features as f64).sqrt();
        let mut memory = TwoLayerMemory::new(weights, Lagrangian::Quadratic, Lagrangian::Softmax(1.0))?;
        let fast = one_layer(&memory, &start)?;
        for ratio in RATIOS {
            memory = memory.with_times(1.0, ratio)?;
            // Runge–Kutta needs steps below 2.8 time constants of the fast layer; a fifth of one errs by 1e-5 of the lag.
            let steps = (TIME / (0.2 * ratio)).ceil() as usize;
            let slow = memory.run(&memory.settled(&start)?, TIME / steps as f64, steps)?.features;
            let distances = to_vec(&(slow - &fast).square().sum_dim_intlist([1i64].as_slice(), false, None));
            cell.record_at("distance", ratio, (distances.iter().sum::<f64>() / distances.len() as f64).sqrt());
        }
        Ok(())
    }
}

/// `τ_f dv/dt = ξᵀ f(ξ g(v)) − v` by the classical Runge–Kutta method.
fn one_layer(memory: &TwoLayerMemory, start: &Tensor) -> Result<Tensor> {
    let dt = REFERENCE;
    // A copy: the start itself is needed again.
    let mut v = start.copy();
    for _ in 0..(TIME / dt).round() as usize {
        let slope = |v: &Tensor| memory.update(v).map(|update| update - v);
        let first = slope(&v)?;
        let second = slope(&(&v + &first * (0.5 * dt)))?;
        let third = slope(&(&v + &second * (0.5 * dt)))?;
        let fourth = slope(&(&v + &third * dt))?;
        v += (first + (second + third) * 2.0 + fourth) * (dt / 6.0);
    }
    Ok(v)
}
