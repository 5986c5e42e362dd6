use lawbook_core::Key;
use proptest::prelude::{ProptestConfig, prop_assert, proptest};

use super::*;

fn close(a: f64, b: f64, tolerance: f64) {
    assert!((a - b).abs() <= tolerance * b.abs().max(1.0), "{a} {b}");
}

fn walker(p: f64, steps: u32) -> Driven {
    Driven::new(vec![1.0], walk(p), steps).unwrap()
}

/// X-Val: the binomial law, and ⟨e^{−2σ}⟩ = (q²/p + p²/q)^N as the product of independent steps.
#[test]
fn a_walker_by_hand() {
    for (p, n) in [(0.6f64, 5), (0.55, 5), (0.9, 3)] {
        let (q, steps) = (1.0 - p, f64::from(n));
        let exact = walker(p, n).by_enumeration().unwrap();
        close(exact.relative(), 4.0 * p * q / (steps * (p - q).powi(2)), 1e-12);
        close(exact.least_relative(), 4.0 / ((q * q / p + p * p / q).powi(n as i32) - 1.0), 1e-12);
        close(exact.entropy, steps * (p - q) * (p / q).ln(), 1e-12);
        close(exact.gamma, 1.0, 1e-12);
        // In discrete time the usual uncertainty relation is violated, this one is not.
        assert!(exact.relative() < 2.0 / exact.entropy && exact.relative() > exact.least_relative());
    }
    close(walker(0.6, 5).by_transfer().least_relative(), 3.4441, 1e-4);
}

#[test]
fn transfer_matrices_sum_over_all_paths() {
    let (up, down) = ([0.3, 0.1], [0.2, 0.35]);
    let starts = [two_reservoirs_stationary(up, down), vec![1.0, 0.0], vec![0.3, 0.7]];
    for (initial, down) in starts.into_iter().flat_map(|start| [(start.clone(), down), (start, [0.2, 0.0])]) {
        let driven = Driven::new(initial, two_reservoirs(up, down), 7).unwrap();
        let (exact, transfer) = (driven.by_enumeration().unwrap(), driven.by_transfer());
        close(transfer.mean, exact.mean, 1e-12);
        close(transfer.variance, exact.variance, 1e-12);
        close(transfer.gamma, exact.gamma, 1e-12);
        close(transfer.covariance, exact.covariance, 1e-12);
        close(transfer.spread, exact.spread, 1e-11);
        assert!(transfer.entropy == exact.entropy || (transfer.entropy - exact.entropy).abs() < 1e-12);
        assert!(exact.variance >= exact.least_variance());
    }
}

/// In a stationary state the reversed process is the process itself read backwards: currents change sign.
#[test]
fn a_current_changes_sign_in_the_reversed_process() {
    let (up, down) = ([0.3, 0.1], [0.2, 0.35]);
    let driven = Driven::new(two_reservoirs_stationary(up, down), two_reservoirs(up, down), 9).unwrap();
    let exact = driven.by_transfer();
    close(exact.gamma, 1.0, 1e-12);
    close(exact.covariance, -2.0 * exact.mean, 1e-12);
    close(exact.least_variance(), exact.mean.powi(2) * exact.least_relative(), 1e-12);
    // Equal reservoirs drive nothing.
    let still = Driven::new(vec![0.5, 0.5], two_reservoirs([0.2, 0.2], [0.2, 0.2]), 9).unwrap().by_transfer();
    assert!(still.mean.abs() < 1e-15 && still.entropy.abs() < 1e-15);
}

/// Starting in one state, or with a move that has no reverse, part of the reversed process goes where the process cannot.
#[test]
fn absolute_irreversibility_leaves_gamma_below_one() {
    let moves = two_reservoirs([0.3, 0.1], [0.2, 0.0]);
    let gamma = |initial: Vec<f64>| Driven::new(initial, moves.clone(), 5).unwrap().by_transfer();
    let (stationary, local) = (gamma(two_reservoirs_stationary([0.3, 0.1], [0.2, 0.0])), gamma(vec![1.0, 0.0]));
    assert!(stationary.gamma < 1.0 && local.gamma < 1.0 && stationary.entropy.is_infinite());
}

/// X-Val: Gaussians of mean ±μ and variance 1 on a fine grid, where sums are integrals: ⟨e^{−2σ}⟩ = e^{4μ²}.
#[test]
fn a_gaussian_current_by_hand() {
    for (mu, bound) in [(0.1f64, 98.0133), (0.5, 2.3279), (1.0, 0.07463)] {
        let density = |z: f64| 0.01 * (-0.5 * z * z).exp() / (2.0 * std::f64::consts::PI).sqrt();
        let grid = (-1500..=1500).map(|i| 0.01 * f64::from(i));
        let outcomes: Vec<Outcome> = grid.map(|f| Outcome { p: density(f - mu), q: density(f + mu), f }).collect();
        let exact = compare(&outcomes).unwrap();
        close(exact.relative(), mu.powi(-2), 1e-9);
        close(exact.least_relative(), 4.0 / ((4.0 * mu * mu).exp() - 1.0), 1e-9);
        close(exact.least_relative(), bound, 1e-4);
        // The variance of σ is twice its mean, and for small σ the bound is the usual one.
        close(exact.entropy, 2.0 * mu * mu, 1e-9);
    }
    let weak = walker(0.501, 4).by_transfer();
    close(weak.least_relative() * weak.entropy / 2.0, 1.0, 1e-4);
}

#[test]
fn rare_paths_are_not_sampled_but_enumerated() {
    let mut stream = Key::new(["paths"]).stream("paths", 0);
    let refused = walker(0.8, 12).sampled_second_moment(10_000, &mut stream);
    assert!(matches!(refused, Err(UncertaintyError::RarePaths { paths: 10_000, .. })), "{refused:?}");
    assert!(refused.unwrap_err().to_string().contains("by_transfer"));
    let (up, down) = ([0.3, 0.2], [0.2, 0.25]);
    let driven = Driven::new(vec![0.4, 0.6], two_reservoirs(up, down), 4).unwrap();
    let (sampled, exact) = (driven.sampled_second_moment(40_000, &mut stream).unwrap(), driven.by_enumeration().unwrap());
    let second = exact.spread + exact.gamma.powi(2);
    assert!((sampled / second - 1.0).abs() < 0.03, "{sampled} {second}");
}

#[test]
fn what_is_no_process_is_refused() {
    let moves = walk(0.6);
    assert!(matches!(Driven::new(vec![0.5], moves.clone(), 3), Err(UncertaintyError::Sum { .. })));
    assert!(matches!(Driven::new(vec![1.0], walk(1.2), 3), Err(UncertaintyError::Probability { .. })));
    assert!(matches!(Driven::new(vec![1.0], moves[..1].to_vec(), 3), Err(UncertaintyError::Sum { .. })));
    let astray = Move { to: 4, ..moves[0] };
    assert!(matches!(Driven::new(vec![1.0], vec![astray], 3), Err(UncertaintyError::State { to: 4, states: 1, .. })));
    assert!(matches!(walker(0.6, 40).paths(), Err(UncertaintyError::Paths(_))));
    let outcome = |p| Outcome { p, q: 0.5, f: 0.0 };
    assert!(matches!(compare(&[outcome(0.5), outcome(-0.5)]), Err(UncertaintyError::Probability { .. })));
    assert!(matches!(compare(&[outcome(0.5)]), Err(UncertaintyError::Sum { .. })));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// Any two distributions, any observable; equality for an affine function of e^R.
    #[test]
    fn no_observable_fluctuates_less(numbers in proptest::collection::vec((0.01..1.0f64, 0.0..1.0f64, -3.0..3.0f64), 2..9)) {
        let (p, q): (f64, f64) = numbers.iter().fold((0.0, 0.0), |(p, q), n| (p + n.0, q + n.1));
        let outcomes: Vec<Outcome> = numbers.iter().map(|n| Outcome { p: n.0 / p, q: n.1 / q.max(1e-9), f: n.2 }).collect();
        let exact = compare(&outcomes).unwrap();
        prop_assert!(exact.variance >= exact.least_variance() * (1.0 - 1e-9));
        let affine: Vec<Outcome> = outcomes.iter().map(|o| Outcome { f: 1.5 - 2.0 * o.q / o.p, ..*o }).collect();
        let exact = compare(&affine).unwrap();
        prop_assert!(exact.spread < 1e-12 || (exact.variance / exact.least_variance() - 1.0).abs() < 1e-6);
    }
}
