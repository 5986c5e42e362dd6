//! A perceptron that learns digits session by session: Kemker's measures, consolidation and rehearsal.

use anyhow::Result;
use lawbook_core::{Stream, data::Digits};
use lawbook_memory::forgetting::{
    Omegas, omegas,
    sequence::{Examples, Learner, Method, Task},
    sessions,
};

use crate::framework::{Cell, Claim, Profile, Study, params};

/// Kemker's measures by protocol and method.
pub struct Sessions;

params! {
    /// A perceptron that meets its tasks one after the other.
    pub struct Params {
        /// Sessions: the same digits with their pixels permuted, or one more class after the first five.
        protocol: choice = "permutation", ["permutation", "classes"];
        /// What is done against forgetting.
        method: choice = "plain", ["plain", "consolidation", "rehearsal"];
        /// Strength λ of consolidation.
        strength: real = 1000.0, 0.0..=1e9;
        /// Examples of each earlier session that rehearsal keeps.
        kept: integer = 50, 1..=1000;
        /// Learners per cell, each with a split of the digits and an offline learner of its own.
        learners: integer = 2, 1..=10_000;
        /// Steps of Adam per session.
        steps: integer = 150, 1..=1_000_000;
    }
}

const METHODS: [&str; 3] = ["plain", "consolidation", "rehearsal"];

/// Sessions of permuted pixels; the first is not.
const PERMUTATIONS: usize = 3;

/// Test digits of the first five classes, about: trials behind an accuracy that is 0 with every seed.
const BASE_TESTS: u64 = 290;

/// Digits to learn from; the others are for the test.
const TRAINING: usize = 1200;

impl Study for Sessions {
    const NAME: &'static str = "sessions";
    const ABOUT: &'static str = "Trains a perceptron of 64 hidden units on sessions of handwritten digits, tests it after each on \
        the test sets of all, and relates its accuracies to those of the same perceptron trained on everything at once.";
    const UNCLAIMED: &'static [&'static str] = &["new"];
    type Params = Params;

    fn grid(profile: Profile) -> Vec<Params> {
        let steps = match profile {
            Profile::Smoke => return Vec::new(),
            Profile::Quick => 150,
            Profile::Full => 2000,
        };
        let at = |protocol: &str, method: &str| Params {
            protocol: protocol.into(),
            method: method.into(),
            steps,
            ..Params::default()
        };
        let all = ["permutation", "classes"].into_iter().flat_map(|protocol| METHODS.map(|method| at(protocol, method)));
        // Nothing is claimed of rehearsed permutations.
        all.filter(|p| p.protocol == "classes" || p.method != "rehearsal").collect()
    }

    fn predict(points: &[Params]) -> Result<Vec<Claim>> {
        let find = |protocol: &str, method: &str| {
            points.iter().find(|p| p.protocol == protocol && p.method == method).map(Self::at)
        };
        let source = "Kemker et al. 2018, section 6: consolidation suits permutations, rehearsal suits new classes";
        let mut claims = Vec::new();
        if let (Some(consolidated), Some(plain)) = (find("permutation", "consolidation"), find("permutation", "plain")) {
            claims.push(
                Claim::ratio_at_least("permutation-consolidated", consolidated.site("base"), plain.site("base"), 1.1)
                    .rival("idle-penalty", "holding weights in place makes no difference", [1.0])
                    .axes("", "what is kept of the first session, with consolidation over without")
                    .source(source),
            );
        }
        if let (Some(consolidated), Some(rehearsed)) = (find("classes", "consolidation"), find("classes", "rehearsal")) {
            // A session with one class alone teaches that class as the answer to everything, and weights held in place do not
            // learn the class: consolidation knows at most two thirds of what rehearsal does.
            claims.push(
                Claim::ratio_at_most("classes-rehearsed", consolidated.site("all"), rehearsed.site("all"), 2.0 / 3.0)
                    .rival("one-remedy", "both remedies suit every kind of task", [1.0])
                    .axes("", "what is known of all classes so far, consolidation over rehearsal")
                    .source(source),
            );
        }
        if let Some(plain) = find("classes", "plain") {
            // Chance is one in five among the first classes.
            claims.push(
                Claim::at_most("classes-plain", plain.site("base"), 0.2)
                    .out_of(BASE_TESTS)
                    .rival("graceful", "half of the first session is left", [0.5])
                    .axes("", "what is kept of the first session")
                    .source("Kemker et al. 2018, section 6"),
            );
        }
        Ok(claims)
    }

    fn measure(p: &Params, cell: &mut Cell) -> Result<()> {
        let method = match p.method.as_str() {
            "consolidation" => Method::Consolidation(p.strength),
            "rehearsal" => Method::Rehearsal(p.kept as usize),
            _ => Method::Plain,
        };
        let steps = p.steps as usize;
        let learner = Learner { hidden: 64, classes: 10, learning_rate: 0.005, steps, batch: 32, fisher_samples: 60 };
        let (mut splits, mut stream, mut offline) = (cell.stream("tasks"), cell.stream("learner"), cell.stream("offline"));
        let mut found = Omegas { base: 0.0, new: 0.0, all: 0.0 };
        for _ in 0..p.learners {
            let tasks = tasks(&p.protocol, &mut splits)?;
            let accuracy = learner.learn(&tasks, method, &mut stream)?;
            let train = Examples::joined(tasks.iter().map(|task| &task.train));
            let everything = Task { train, test: tasks[0].test.clone() };
            // All at once is one task: twice the steps of a session learn it.
            let ideal = Learner { steps: 2 * steps, ..learner }.learn(&[everything], Method::Plain, &mut offline)?[0][0];
            let sizes: Vec<usize> = tasks.iter().map(|task| task.test.count()).collect();
            let own = omegas(&sessions(&accuracy, &sizes)?, ideal)?;
            (found.base, found.new, found.all) = (found.base + own.base, found.new + own.new, found.all + own.all);
        }
        let learners = p.learners as f64;
        cell.record("base", found.base / learners);
        cell.record("new", found.new / learners);
        cell.record("all", found.all / learners);
        Ok(())
    }
}

/// The sessions of a protocol, over a fresh split of the digits.
fn tasks(protocol: &str, stream: &mut Stream) -> Result<Vec<Task>> {
    let digits = Digits::load()?;
    let mut order: Vec<usize> = (0..digits.labels.len()).collect();
    stream.shuffle(&mut order);
    let ink = |(i, pixel): (usize, usize)| digits.pixels[i][pixel] / 16.0;
    let examples = |chosen: &[usize], pixels: &[usize]| Examples {
        inputs: chosen.iter().flat_map(|&i| pixels.iter().map(move |&pixel| (i, pixel))).map(ink).collect(),
        features: pixels.len(),
        labels: chosen.iter().map(|&i| usize::from(digits.labels[i])).collect(),
    };
    let (train, test) = order.split_at(TRAINING);
    let mut pixels: Vec<usize> = (0..64).collect();
    if protocol == "permutation" {
        let mut sessions = Vec::new();
        for _ in 0..PERMUTATIONS {
            sessions.push(Task { train: examples(train, &pixels), test: examples(test, &pixels) });
            stream.shuffle(&mut pixels);
        }
        return Ok(sessions);
    }
    let of = |set: &[usize], classes: &[u8]| -> Vec<usize> {
        set.iter().copied().filter(|&i| classes.contains(&digits.labels[i])).collect()
    };
    let groups: [&[u8]; 6] = [&[0, 1, 2, 3, 4], &[5], &[6], &[7], &[8], &[9]];
    let task =
        |classes: &[u8]| Task { train: examples(&of(train, classes), &pixels), test: examples(&of(test, classes), &pixels) };
    Ok(groups.map(task).into())
}
