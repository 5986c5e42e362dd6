//! Trajectories: Runge–Kutta steps for any purpose, rest as retrieval, and cycles solved piece by piece.

use super::{ThresholdLinear, ThresholdLinearError};

/// Where a network came to rest.
#[derive(Debug, Clone, PartialEq)]
pub struct Rest {
    /// Its activity.
    pub activity: Vec<f64>,
    /// The active nodes, one bit each.
    pub support: u64,
    /// How long it took.
    pub time: f64,
}

/// A limit cycle.
#[derive(Debug, Clone, PartialEq)]
pub struct Cycle {
    /// Its period, in time constants of a node.
    pub period: f64,
    /// The mean activity of each node.
    pub mean: Vec<f64>,
}

/// Step of [`ThresholdLinear::retrieve`], and how long it waits.
const STEP: f64 = 0.05;
const PATIENCE: f64 = 5000.0;

/// Velocity below which activity is at rest, and activity above which a node counts as active.
const STILL: f64 = 1e-10;
const ACTIVE: f64 = 1e-7;

/// Longest stretch of one Taylor series, its order, and the points at which it is looked at.
const STRETCH: f64 = 0.125;
const ORDER: usize = 20;
const LOOKS: usize = 8;

impl ThresholdLinear {
    /// Makes classical Runge–Kutta steps of fourth order from `activity`, and calls `look` after each. The kinks of the threshold
    /// leave an error of second order in the step, the smooth pieces of fourth.
    pub fn integrate(
        &self,
        activity: &mut [f64],
        step: f64,
        steps: usize,
        mut look: impl FnMut(&[f64]),
    ) -> Result<(), ThresholdLinearError> {
        self.same_nodes(activity)?;
        positive("the time step", step)?;
        let nodes = self.nodes();
        let (mut probe, mut slope, mut total) = (vec![0.0; nodes], vec![0.0; nodes], vec![0.0; nodes]);
        for _ in 0..steps {
            total.fill(0.0);
            probe.copy_from_slice(activity);
            for (reach, share) in [(0.5, 1.0), (0.5, 2.0), (1.0, 2.0), (0.0, 1.0)] {
                self.input_into(&probe, &mut slope);
                for i in 0..nodes {
                    let velocity = slope[i].max(0.0) - probe[i];
                    total[i] += share * velocity;
                    probe[i] = activity[i] + reach * step * velocity;
                }
            }
            activity.iter_mut().zip(&total).for_each(|(x, total)| *x += step / 6.0 * total);
            look(activity);
        }
        Ok(())
    }

    /// Lets the network run from a cue until it rests: its memory of the cue. A network that oscillates does not rest.
    pub fn retrieve(&self, cue: &[f64]) -> Result<Rest, ThresholdLinearError> {
        let (mut activity, mut time) = (cue.to_vec(), 0.0);
        let steps = 100;
        while time < PATIENCE {
            self.integrate(&mut activity, STEP, steps, |_| {})?;
            time += STEP * steps as f64;
            let input = self.input(&activity)?;
            let speeds = input.iter().zip(&activity).map(|(input, x)| (input.max(0.0) - x).abs());
            if speeds.fold(0.0, f64::max) < STILL {
                let active = |(node, x): (usize, &f64)| u64::from(*x > ACTIVE) << node;
                let support = activity.iter().enumerate().map(active).fold(0, |set, node| set | node);
                return Ok(Rest { activity, support, time });
            }
        }
        Err(ThresholdLinearError::Restless { time })
    }

    /// The limit cycle that the network is on after time `settle` from `start`, over `turns` periods. Between two moments at
    /// which a node crosses its threshold the equations are linear, and solved by Taylor series to rounding; the moments are
    /// found by bisection. `None` if no node crosses its threshold any more: the network is at rest.
    pub fn cycle(&self, start: &[f64], settle: f64, turns: usize) -> Result<Option<Cycle>, ThresholdLinearError> {
        let active = self.input(start)?.iter().map(|input| *input > 0.0).collect();
        positive("the time to settle", settle + STEP)?;
        positive("the number of periods", turns as f64)?;
        let mut pieces =
            Pieces { network: self, activity: start.to_vec(), active, time: 0.0, integral: vec![0.0; self.nodes()] };
        while pieces.time < settle {
            pieces.advance();
        }
        let Some(mark) = pieces.next_crossing(settle + PATIENCE) else { return Ok(None) };
        let (began, before) = (pieces.time, pieces.integral.clone());
        for _ in 0..turns {
            while pieces.next_crossing(began + PATIENCE * turns as f64) != Some(mark) {
                if pieces.time > began + PATIENCE * turns as f64 {
                    return Ok(None);
                }
            }
        }
        let time = pieces.time - began;
        let mean = pieces.integral.iter().zip(before).map(|(after, before)| (after - before) / time).collect();
        Ok(Some(Cycle { period: time / turns as f64, mean }))
    }
}

fn positive(what: &'static str, value: f64) -> Result<(), ThresholdLinearError> {
    let good = value > 0.0 && value.is_finite();
    if good { Ok(()) } else { Err(ThresholdLinearError::Range { what, value, range: "a positive number" }) }
}

/// A trajectory of linear pieces.
struct Pieces<'a> {
    network: &'a ThresholdLinear,
    activity: Vec<f64>,
    /// Which nodes are above threshold in this piece.
    active: Vec<bool>,
    time: f64,
    /// ∫ x dt.
    integral: Vec<f64>,
}

impl Pieces<'_> {
    /// Runs to the next crossing, and says which node crossed and whether upwards.
    fn next_crossing(&mut self, until: f64) -> Option<(usize, bool)> {
        while self.time < until {
            if let Some(node) = self.advance() {
                return Some((node, self.active[node]));
            }
        }
        None
    }

    /// Moves on by one stretch, or less if a node crosses its threshold, which then is returned.
    fn advance(&mut self) -> Option<usize> {
        let (activities, inputs) = self.series();
        let wrong = |node: usize, at: f64| {
            (horner(&inputs, node, at) < 0.0) == self.active[node] && horner(&inputs, node, at) != 0.0
        };
        let mut first: Option<(f64, usize)> = None;
        for node in 0..self.activity.len() {
            let points = (1..=LOOKS).map(|look| STRETCH * look as f64 / LOOKS as f64);
            let Some(late) = points.into_iter().find(|&at| wrong(node, at)) else { continue };
            let (mut low, mut high) = (late - STRETCH / LOOKS as f64, late);
            while high - low > 1e-15 {
                let middle = 0.5 * (low + high);
                if wrong(node, middle) { high = middle } else { low = middle }
            }
            if first.is_none_or(|(earliest, _)| high < earliest) {
                first = Some((high, node));
            }
        }
        let time = first.map_or(STRETCH, |(time, _)| time);
        for node in 0..self.activity.len() {
            let terms = activities.iter().enumerate().rev();
            self.integral[node] += time * terms.fold(0.0, |sum, (k, term)| sum * time + term[node] / (k + 1) as f64);
            self.activity[node] = horner(&activities, node, time);
        }
        self.time += time;
        let crossed = first.map(|(_, node)| node);
        crossed.into_iter().for_each(|node| self.active[node] = !self.active[node]);
        crossed
    }

    /// Taylor coefficients of activity and input in this piece, by power.
    fn series(&self) -> (Vec<Vec<f64>>, Vec<Vec<f64>>) {
        let nodes = self.activity.len();
        let (mut activities, mut inputs) = (vec![self.activity.clone()], Vec::with_capacity(ORDER));
        for k in 0..ORDER {
            let mut input = vec![0.0; nodes];
            self.network.input_into(&activities[k], &mut input);
            if k > 0 {
                input.iter_mut().zip(self.network.drive()).for_each(|(input, drive)| *input -= drive);
            }
            let next = |node: usize| {
                let drawn = if self.active[node] { input[node] } else { 0.0 };
                (drawn - activities[k][node]) / (k + 1) as f64
            };
            let next = (0..nodes).map(next).collect();
            activities.push(next);
            inputs.push(input);
        }
        (activities, inputs)
    }
}

/// The value of a series of vectors at one node.
fn horner(series: &[Vec<f64>], node: usize, at: f64) -> f64 {
    series.iter().rev().fold(0.0, |sum, term| sum * at + term[node])
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::threshold_linear::{CombinatorialNetwork, Digraph, Strengths};

    fn network(graph: Digraph) -> ThresholdLinear {
        CombinatorialNetwork::new(graph, Strengths::default()).unwrap().network().clone()
    }

    /// X-Val: a single node follows x = 1 − e^{−t}.
    #[test]
    fn a_lone_node_relaxes_exponentially() {
        let lone = network(Digraph::independent(1).unwrap());
        let mut activity = [0.0];
        lone.integrate(&mut activity, 0.01, 200, |_| {}).unwrap();
        assert!((activity[0] - (1.0 - (-2.0_f64).exp())).abs() < 1e-9);
        let rest = lone.retrieve(&[0.0]).unwrap();
        assert!((rest.activity[0] - 1.0).abs() < 1e-9 && rest.support == 1);
        assert_eq!(lone.cycle(&[0.0], 1.0, 1).unwrap(), None);
    }

    /// The pieces agree with Runge–Kutta at a small step, and their mean with its sum.
    #[test]
    fn two_ways_of_integrating_agree_on_the_cycle() {
        let ring = network(Digraph::cycle(3).unwrap());
        let exact = ring.cycle(&[0.1, 0.2, 0.3], 100.0, 3).unwrap().unwrap();
        let again = ring.cycle(&[0.3, 0.0, 0.9], 150.0, 5).unwrap().unwrap();
        assert!((exact.period - again.period).abs() < 1e-9, "{} {}", exact.period, again.period);
        let (mut activity, step) = (vec![0.1, 0.2, 0.3], 0.002);
        ring.integrate(&mut activity, step, 50_000, |_| {}).unwrap();
        let (mut last, mut crossings, mut time) = (activity[0], Vec::new(), 0.0);
        ring.integrate(&mut activity, step, 50_000, |x| {
            time += step;
            if last < 0.3 && x[0] >= 0.3 {
                crossings.push(time - step * (x[0] - 0.3) / (x[0] - last));
            }
            last = x[0];
        })
        .unwrap();
        let period = (crossings[crossings.len() - 1] - crossings[0]) / (crossings.len() - 1) as f64;
        assert!((period / exact.period - 1.0).abs() < 1e-5, "{period} {}", exact.period);
        assert!(exact.mean.iter().all(|mean| (mean - exact.mean[0]).abs() < 1e-9), "{:?}", exact.mean);
    }

    /// With symmetric weights the energy falls, and rest is a maximal clique's fixed point.
    #[test]
    fn symmetric_networks_descend_to_cliques() {
        // Two triangles that share the edge 1 – 2.
        let pairs = [(0, 1), (0, 2), (1, 2), (1, 3), (2, 3)];
        let edges: Vec<(usize, usize)> = pairs.iter().flat_map(|&(a, b)| [(a, b), (b, a)]).collect();
        let memory = network(Digraph::from_edges(4, &edges).unwrap());
        let mut activity = vec![0.05, 0.1, 0.1, 0.3];
        let mut energies = vec![memory.energy(&activity).unwrap()];
        memory.integrate(&mut activity, 0.05, 400, |x| energies.push(memory.energy(x).unwrap())).unwrap();
        assert!(energies.windows(2).all(|pair| pair[1] <= pair[0] + 1e-14));
        assert_eq!(memory.retrieve(&[0.05, 0.1, 0.1, 0.3]).unwrap().support, 0b1110);
        assert!(matches!(
            network(Digraph::cycle(3).unwrap()).retrieve(&[0.1, 0.2, 0.3]),
            Err(ThresholdLinearError::Restless { .. })
        ));
    }
}
