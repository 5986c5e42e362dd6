//! Random maps of the basis commute with random elements of the group, in both precisions.

use anyhow::Result;
use lawbook_core::{Kind, Stream, Tensor, equivariance::equivariance_error, tensor::from_slice};
use lawbook_equivariant::{
    bases::{Representation, equivariant_maps},
    groups::MatrixGroup,
};

use super::group;
use crate::framework::{Cell, Claim, Margin, Profile, Study, params};

params! {
    /// One group; the layer maps T(2) to T(2).
    pub struct Element {
        /// The group.
        group: choice = "O(1,3)", ["O(3)", "SO(3)", "O(1,3)", "Sp(1)", "Z(4)", "S(4)"];
        /// Standard deviation of the coordinates of the element's logarithm in the Lie generators.
        scale: real = 0.3, 0.0..=1.0;
        /// Random inputs and elements.
        draws: integer = 20, 1..=10_000;
    }
}

/// Layers on matrices.
pub struct Commutation;

impl Study for Commutation {
    const NAME: &'static str = "commutation";
    const ABOUT: &'static str = "A random equivariant map T(2) → T(2) and random elements: the largest deviation of W ρ(g) x from \
        ρ(g) W x relative to its entries, in double and in single precision; the same for a map orthogonal to all equivariant ones.";
    type Params = Element;

    fn grid(_: Profile) -> Vec<Element> {
        ["O(3)", "SO(3)", "O(1,3)", "Sp(1)", "Z(4)", "S(4)"]
            .map(|group| Element { group: group.to_owned(), ..Element::default() })
            .to_vec()
    }

    fn predict(points: &[Element]) -> Result<Vec<Claim>> {
        let claim = |precision: &str, rounding: f64| {
            let sites = points.iter().enumerate().map(|(i, params)| (i as f64, Self::at(params).site(precision), 0.0));
            // Elements of moderate norm and 16 terms: some hundred roundings, with room.
            Claim::exact(&format!("commutes-in-{precision}-precision"), sites)
                .within(Margin::Absolute(rounding))
                .rival_residual(
                    "complement",
                    "a random map orthogonal to all equivariant ones",
                    points.iter().map(|params| Self::at(params).site(&format!("{precision} complement"))),
                )
                .axes("group", "relative equivariance error")
                .source("Section 4; tests of the authors' code ask for 1e-4 in single precision")
        };
        Ok(vec![claim("double", 1e-10), claim("single", 1e-4)])
    }

    fn measure(params: &Element, cell: &mut Cell) -> Result<()> {
        let group = group(&params.group)?;
        let matrices = Representation::tensor(2, 0);
        let basis = equivariant_maps(&group, &matrices, &matrices)?;
        let (mut stream, size) = (cell.stream("maps"), (group.size() * group.size()) as i64);
        let mut any = vec![0.0; basis.size()];
        stream.fill_normal(&mut any);
        let equivariant = basis.project(&any);
        let complement: Vec<f64> = any.iter().zip(&equivariant).map(|(x, y)| x - y).collect();
        for (name, map) in [("", &equivariant), (" complement", &complement)] {
            let w = from_slice(map, &[size, size], Kind::Double, cell.device());
            for (precision, kind) in [("double", Kind::Double), ("single", Kind::Float)] {
                let error = error(&group, &w, kind, params, &mut stream);
                cell.record(&format!("{precision}{name}"), error);
            }
        }
        Ok(())
    }
}

fn error(group: &MatrixGroup, w: &Tensor, kind: Kind, params: &Element, stream: &mut Stream) -> f64 {
    let (d, device) = (group.size(), w.device());
    let draw = |stream: &mut Stream| {
        let g = group.element(stream, params.scale);
        let entries: Vec<f64> = (0..d * d).map(|at| g[(at / d, at % d)]).collect();
        let g = from_slice(&entries, &[d as i64, d as i64], Kind::Double, device);
        (stream.normal_tensor(&[(d * d) as i64], Kind::Double, device), g.kron(&g))
    };
    let act = |g: &Tensor, x: &Tensor| g.mv(x);
    let layer = w.to_kind(kind);
    equivariance_error(stream, kind, params.draws as usize, draw, act, act, |x| layer.mv(x))
}
