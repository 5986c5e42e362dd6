//! All cliques are fixed points inside a window of thresholds and none outside; and how many they are.

use anyhow::Result;
use lawbook_memory::CliqueMemory;

use crate::framework::{Cell, Claim, Margin, Profile, Study, params};

/// Fixed cliques, by enumeration.
pub struct Window;

params! {
    /// A network whose cliques are all checked for stability.
    pub struct Params {
        /// Vertices v.
        v: integer = 16, 6..=20;
        /// Vertices of a clique k.
        k: integer = 8, 4..=18;
        /// Couplings: the robust ones, or x = y, which only count edges.
        couplings: choice = "robust", ["robust", "counting"];
        /// Threshold: 0 at the lower end of the window, 1 at the upper.
        position: real = 0.5, (-1.0)..=2.0;
    }
}

/// Below, inside and above the window.
const POSITIONS: [f64; 5] = [-0.01, 0.01, 0.5, 0.99, 1.01];

impl Study for Window {
    const NAME: &'static str = "window";
    const ABOUT: &'static str = "Checks every clique of a graph for stability, at thresholds in and next to the window.";
    type Params = Params;

    fn grid(profile: Profile) -> Vec<Params> {
        let largest = if profile == Profile::Smoke { 6 } else { 8 };
        let square = |k: i64| Params { v: 2 * k, k, ..Params::default() };
        let mut points: Vec<Params> = (4..=largest).map(square).collect();
        for position in POSITIONS.into_iter().filter(|position| *position != 0.5) {
            points.extend([4, 5].map(|k| Params { position, ..square(k) }));
        }
        points.extend([4, 5].map(|k| Params { couplings: "counting".to_owned(), ..square(k) }));
        points
    }

    fn predict(points: &[Params]) -> Result<Vec<Claim>> {
        let (robust, counting): (Vec<&Params>, Vec<&Params>) = points.iter().partition(|p| p.couplings == "robust");
        let mut claims = Vec::new();
        for k in [4, 5] {
            let own: Vec<&&Params> = robust.iter().filter(|p| p.v == 2 * k && p.k == k).collect();
            if own.iter().any(|p| !(0.0..1.0).contains(&p.position)) {
                claims.push(
                    Claim::exact(
                        &format!("window-{k}"),
                        own.iter().map(|p| (p.position, Window::at(p).site("fixed"), inside(p))),
                    )
                    .rival("any", "cliques are minima at any threshold", own.iter().map(|_| 1.0))
                    .rival(
                        "one-sided",
                        "it is enough that the clique's own edges stay",
                        own.iter().map(|p| if p.position < 1.0 { 1.0 } else { 0.0 }),
                    )
                    .axes("position of z in the window", "fraction of all cliques that are fixed")
                    .source("the three inequalities, derived here from x, y, z"),
                );
            }
        }
        let counted: Vec<&&Params> = robust.iter().filter(|p| p.v == 2 * p.k && p.position == 0.5).collect();
        if !counted.is_empty() {
            let of = |exponent: f64| counted.iter().map(|p| asymptotic(p.k as f64, exponent)).collect::<Vec<f64>>();
            let curve = counted.iter().zip(of(0.75)).map(|(p, number)| (p.k as f64, Window::at(p).site("number"), number));
            // Stirling's next term is −0.2/k of the number: 5 % at k = 4.
            claims.push(
                Claim::exact("number", curve)
                    .within(Margin::Relative(0.06))
                    .rival("quarter", "the exponent √(2n) + 1/4 that is often quoted, lower by a factor √2", of(0.25))
                    .rival(
                        "linear",
                        "n/4 ln n, what the Hebbian rule stores in as many neurons",
                        counted.iter().map(|p| {
                            let n = (p.k * (2 * p.k - 1)) as f64;
                            n / (4.0 * n.ln())
                        }),
                    )
                    .axes("vertices k of a clique, v = 2k", "cliques that are fixed points")
                    .log_y()
                    .source("C(2k, k) by Stirling in n = k(2k − 1)"),
            );
        }
        if !counting.is_empty() {
            // A clique's own edge sees one edge less than any other pair of vertices does, so that it never has the larger field.
            claims.push(
                Claim::exact("counting", counting.iter().map(|p| (p.k as f64, Window::at(p).site("fixed"), 0.0)))
                    .rival("enough", "the number of edges singles out cliques", counting.iter().map(|_| 1.0))
                    .axes("vertices k of a clique, v = 2k", "fraction of all cliques that are fixed where x = y")
                    .source("the three inequalities"),
            );
        }
        Ok(claims)
    }

    fn measure(p: &Params, cell: &mut Cell) -> Result<()> {
        let (v, k) = (p.v as usize, p.k as usize);
        let [x, y, _] = CliqueMemory::robust(v, k)?.parameters();
        let y = if p.couplings == "robust" { y } else { x };
        let (low, high) = CliqueMemory::new(v, k, x, y, 0.0)?.window();
        let memory = CliqueMemory::new(v, k, x, y, low + p.position * (high - low))?;
        let (mut all, mut fixed) = (0.0, 0.0);
        for subset in (0..1_u32 << v).filter(|subset| subset.count_ones() as usize == k) {
            let vertices: Vec<usize> = (0..v).filter(|vertex| subset >> vertex & 1 == 1).collect();
            all += 1.0;
            fixed += if memory.is_fixed_point(&memory.clique(&vertices)?)? { 1.0 } else { 0.0 };
        }
        cell.record("fixed", fixed / all);
        cell.record("number", fixed);
        Ok(())
    }
}

/// 1 inside the window, 0 outside.
fn inside(p: &Params) -> f64 {
    if (0.0..1.0).contains(&p.position) { 1.0 } else { 0.0 }
}

/// `2^{√(2n) + exponent}/(n^{1/4} √π)` for n = k(2k − 1).
fn asymptotic(k: f64, exponent: f64) -> f64 {
    let n = k * (2.0 * k - 1.0);
    ((2.0 * n).sqrt() + exponent).exp2() / (n.powf(0.25) * std::f64::consts::PI.sqrt())
}
