//! Two patterns: the difference of their weights is the magnetisation of a Curie–Weiss magnet.

use anyhow::Result;
use lawbook_core::{Kind, Tensor, tensor::to_vec};
use lawbook_memory::modern::{ModernMemory, pair::weight_difference};

use super::along_unit;
use crate::framework::{Cell, Claim, Margin, Profile, Study, params};

/// Two patterns.
pub struct Pair;

params! {
    /// A pattern of length 1 and a shorter one at a given angle.
    pub struct Params {
        /// Coupling β‖x₁ − x₂‖²/4.
        b: real = 1.5, 0.01..=100.0;
        /// Length of the second pattern.
        length: real = 1.0, 0.1..=1.0;
        /// Cosine of the angle between the patterns.
        cosine: real = 0.3, 0.0..=0.99;
        /// Features d.
        d: integer = 16, 2..=1000;
    }
}

const COUPLINGS: [f64; 5] = [0.5, 0.95, 1.05, 1.5, 3.0];

/// Length of the second pattern where there is a field.
const SHORTER: f64 = 0.9;

impl Params {
    fn squared_distance(&self) -> f64 {
        1.0 + self.length * self.length - 2.0 * self.length * self.cosine
    }

    fn beta(&self) -> f64 {
        4.0 * self.b / self.squared_distance()
    }

    fn field(&self) -> f64 {
        0.25 * self.beta() * (1.0 - self.length * self.length)
    }
}

impl Study for Pair {
    const NAME: &'static str = "pair";
    const ABOUT: &'static str = "Stores two patterns, starts at the longer one and takes the difference of their weights at the \
        fixed point.";
    type Params = Params;

    fn grid(_: Profile) -> Vec<Params> {
        let lengths = [1.0, SHORTER];
        lengths.into_iter().flat_map(|length| COUPLINGS.map(|b| Params { b, length, ..Params::default() })).collect()
    }

    fn predict(points: &[Params]) -> Result<Vec<Claim>> {
        let mut claims = Vec::new();
        let curve = |own: &[&Params], id: &str| -> Result<Claim> {
            let magnet = |p: &Params| weight_difference(p.b, p.field()).map(|u| (p.b, Pair::at(p).site("u"), u));
            let sites = own.iter().map(|p| magnet(p)).collect::<Result<Vec<_>, _>>()?;
            // Exact; the slowest iteration, 5 % from the transition, stops within 20 times its tolerance of 1e-13.
            Ok(Claim::exact(id, sites)
                .within(Margin::Absolute(1e-9))
                .axes("coupling β‖x₁ − x₂‖²/4", "difference of the weights")
                .source("the update ξ ← X softmax(β Xᵀξ) for N = 2"))
        };
        let (equal, tilted): (Vec<&Params>, Vec<&Params>) = points.iter().partition(|p| p.length == 1.0);
        if !equal.is_empty() {
            // A lemma of the appendix bounds the Jacobian by β M²; taken for the transition it puts it at β M² = 1.
            let of_norm = |p: &&Params| weight_difference(p.beta(), 0.0);
            let by_norm = equal.iter().map(of_norm).collect::<Result<Vec<_>, _>>()?;
            claims.push(
                curve(&equal, "pitchfork")?
                    .rival("norm", "what counts is β M², as in the paper's bound of the Jacobian", by_norm)
                    .rival("always-split", "patterns are retrieved at any temperature", equal.iter().map(|_| 1.0)),
            );
        }
        if !tilted.is_empty() {
            let no_field = tilted.iter().map(|p| weight_difference(p.b, 0.0)).collect::<Result<Vec<_>, _>>()?;
            claims.push(curve(&tilted, "magnet-in-a-field")?.rival(
                "no-field",
                "the longer pattern has no advantage",
                no_field,
            ));
        }
        Ok(claims)
    }

    fn measure(p: &Params, cell: &mut Cell) -> Result<()> {
        let normals = cell.stream("patterns").normal_tensor(&[2, p.d], Kind::Double, cell.device());
        let first = along_unit(&normals.get(0));
        let across = along_unit(&(normals.get(1) - &first * first.dot(&normals.get(1))));
        let second = (&first * p.cosine + across * (1.0 - p.cosine * p.cosine).sqrt()) * p.length;
        let memory = ModernMemory::new(Tensor::stack(&[&first, &second], 0), p.beta())?;
        let weights = to_vec(&memory.weights(&memory.retrieve(&first, 1e-13)?.state)?);
        cell.record("u", weights[0] - weights[1]);
        Ok(())
    }
}
