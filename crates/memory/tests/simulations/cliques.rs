//! Clique networks: errors of one update, where retrieval ends, and cliques learned by minimum probability flow.

use lawbook_core::{Key, Stream};
use lawbook_memory::{CliqueMemory, FlowDescent, Patterns, State};

use crate::agreement::{shares_agree, simulated};

fn stream(name: &str, index: u64) -> Stream {
    Key::new(["descents"]).stream(name, index)
}

/// 64 vertices, cliques of 32: wrong edges after one synchronous step.
#[test]
fn noisy_cliques_err_in_one_step() {
    for (noise, mean, error) in [(0.1, 0.000_195, 0.000_012), (0.15, 0.003_538, 0.000_074), (0.2, 0.017_05, 0.000_19)] {
        let exact = CliqueMemory::robust_at(64, 32, noise).unwrap().one_step_error(noise).unwrap();
        simulated(mean, error, 2000).agrees_with(exact, noise);
    }
}

/// Cliques of half of the vertices in noise, recovered completely: of so many there, and of trials here.
#[test]
fn noisy_cliques_are_recovered() {
    for (vertices, noise, simulated, trials) in [
        (32, 0.05, (3996, 4000), 300),
        (32, 0.1, (3664, 4000), 300),
        (32, 0.15, (1590, 4000), 300),
        (64, 0.1, (3998, 4000), 300),
        (64, 0.15, (3774, 4000), 300),
        (64, 0.2, (1615, 4000), 300),
        (128, 0.15, (1999, 2000), 60),
        (128, 0.2, (1926, 2000), 60),
        (128, 0.25, (794, 2000), 60),
        (256, 0.25, (986, 1000), 40),
        (256, 0.3, (234, 1000), 40),
    ] {
        let memory = CliqueMemory::robust_at(vertices, vertices / 2, noise).unwrap();
        let mut stream = stream("cliques", vertices as u64);
        let recovered = (0..trials).filter(|_| {
            let clique = memory.random_clique(&mut stream).unwrap();
            let cue = clique.noisy(noise, &mut stream).unwrap();
            memory.retrieve(&cue).unwrap().state == clique
        });
        shares_agree((recovered.count(), trials), simulated, format!("{vertices} {noise}"));
    }
}

/// The share of a thousand cliques of half of the vertices that are fixed points after so many others were learned down to a norm of
/// the gradient, by training.
fn novel(vertices: usize, learned: usize, gradient_norm: f64, trainings: usize) -> Vec<f64> {
    let names = CliqueMemory::robust(vertices, vertices / 2).unwrap();
    let mut stream = stream("novel", (1000 * vertices + learned) as u64);
    let training = |_| {
        let learned: Vec<State> = (0..learned).map(|_| names.random_clique(&mut stream).unwrap()).collect();
        let descent = FlowDescent { gradient_norm, ..FlowDescent::default() };
        let network = descent.fit(&Patterns::from_states(&learned).unwrap()).unwrap();
        let fixed = (0..1000).filter(|_| network.is_fixed_point(&names.random_clique(&mut stream).unwrap()).unwrap());
        fixed.count() as f64 / 1000.0
    };
    (0..trainings).map(training).collect()
}

#[test]
fn cliques_of_twelve_vertices_are_learned_from_few() {
    for (learned, gradient_norm, mean, error) in [
        (150, 1e-3, 0.9485, 0.0052),
        (150, 1e-6, 0.997_75, 0.000_69),
        (200, 1e-3, 0.9947, 0.0012),
        (200, 1e-6, 0.999_925, 0.000_075),
    ] {
        let measured = novel(12, learned, gradient_norm, 24);
        simulated(mean, error, 40).agrees_with_samples(&measured, format!("{learned} {gradient_norm}"));
    }
}

#[test]
fn cliques_of_sixteen_vertices_are_learned_from_few() {
    for (learned, gradient_norm, mean, error) in [
        (100, 1e-3, 0.3029, 0.0074),
        (100, 1e-6, 0.637, 0.011),
        (150, 1e-3, 0.7926, 0.0098),
        (150, 1e-6, 0.9809, 0.0026),
        (200, 1e-3, 0.9717, 0.0025),
        (200, 1e-6, 0.999_77, 0.000_10),
    ] {
        let measured = novel(16, learned, gradient_norm, 12);
        simulated(mean, error, 40).agrees_with_samples(&measured, format!("{learned} {gradient_norm}"));
    }
}

#[test]
fn cliques_of_twenty_vertices_are_learned_from_few() {
    for (learned, gradient_norm, mean, error) in
        [(150, 1e-3, 0.487, 0.014), (150, 1e-6, 0.883, 0.011), (200, 1e-3, 0.863, 0.010), (200, 1e-6, 0.9939, 0.0013)]
    {
        let measured = novel(20, learned, gradient_norm, 6);
        simulated(mean, error, 30).agrees_with_samples(&measured, format!("{learned} {gradient_norm}"));
    }
}
