//! Learning one session after another: measures of what is forgotten, and ways to forget less.
//!
//! R. Kemker, M. McClure, A. Abitino, T. Hayes & C. Kanan, *Measuring Catastrophic Forgetting in Neural Networks*, AAAI 2018,
//! arXiv 1708.02072; D. Lopez-Paz & M. Ranzato, *Gradient Episodic Memory for Continual Learning*, NeurIPS 2017,
//! arXiv 1706.08840.

pub mod consolidation;
mod perceptron;
pub mod sequence;

use crate::OutOfRange;

/// Accuracies after one session.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Session {
    /// On the test set of the first session.
    pub base: f64,
    /// On the test set of this session.
    pub new: f64,
    /// On the test sets of all sessions so far.
    pub all: f64,
}

/// Kemker's measures: means over all sessions but the first.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Omegas {
    /// What is kept of the first session, `mean α_base,i/α_ideal`.
    pub base: f64,
    /// What is learned at once, `mean α_new,i`.
    pub new: f64,
    /// What is known of all sessions so far, `mean α_all,i/α_ideal`.
    pub all: f64,
}

/// Kemker's measures of at least two sessions, for a learner of all data at once that has accuracy `ideal` on the first test
/// set.
pub fn omegas(sessions: &[Session], ideal: f64) -> Result<Omegas, OutOfRange> {
    OutOfRange::check("the number of sessions", sessions.len() as f64, 2.0, 1e9)?;
    OutOfRange::check("the ideal accuracy", ideal, 1e-9, 1.0)?;
    let mean = |value: fn(&Session) -> f64| sessions[1..].iter().map(value).sum::<f64>() / (sessions.len() - 1) as f64;
    Ok(Omegas { base: mean(|s| s.base) / ideal, new: mean(|s| s.new), all: mean(|s| s.all) / ideal })
}

/// Sessions from accuracies `accuracy[i][j]` after session i on the test set of session j, of `sizes[j]` examples, at least one
/// each.
pub fn sessions(accuracy: &[Vec<f64>], sizes: &[usize]) -> Result<Vec<Session>, OutOfRange> {
    for row in accuracy {
        OutOfRange::check_length("the number of test sets", row.len(), accuracy.len())?;
    }
    OutOfRange::check_length("the number of sizes", sizes.len(), accuracy.len())?;
    sizes.iter().try_for_each(|&size| OutOfRange::check("the size of a test set", size as f64, 1.0, f64::MAX))?;
    let session = |(i, row): (usize, &Vec<f64>)| {
        let seen = || row.iter().zip(sizes).take(i + 1).map(|(a, &size)| (a, size as f64));
        let all = seen().map(|(a, size)| a * size).sum::<f64>() / seen().map(|(_, size)| size).sum::<f64>();
        Session { base: row[0], new: row[i], all }
    };
    Ok(accuracy.iter().enumerate().map(session).collect())
}

/// Measures of Lopez-Paz & Ranzato.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Transfer {
    /// Mean accuracy at the end.
    pub average: f64,
    /// Backward transfer: the mean gain at the end over just after learning; negative if things are forgotten.
    pub backward: f64,
    /// Forward transfer: the mean gain just before learning over an untrained learner.
    pub forward: f64,
}

/// Measures from accuracies as for [`sessions`] and those of an untrained learner; at least two sessions.
pub fn transfer(accuracy: &[Vec<f64>], untrained: &[f64]) -> Result<Transfer, OutOfRange> {
    let count = accuracy.len();
    OutOfRange::check("the number of sessions", count as f64, 2.0, 1e9)?;
    for row in accuracy {
        OutOfRange::check_length("the number of test sets", row.len(), count)?;
    }
    OutOfRange::check_length("the number of untrained accuracies", untrained.len(), count)?;
    let end = &accuracy[count - 1];
    let others = count as f64 - 1.0;
    Ok(Transfer {
        average: end.iter().sum::<f64>() / count as f64,
        backward: (0..count - 1).map(|i| end[i] - accuracy[i][i]).sum::<f64>() / others,
        forward: (1..count).map(|i| accuracy[i - 1][i] - untrained[i]).sum::<f64>() / others,
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn close(a: f64, b: f64) {
        assert!((a - b).abs() < 1e-12, "{a} against {b}");
    }

    /// A learner as good as the ideal one in every session has all normalised measures 1; the first session does not count.
    #[test]
    fn the_ideal_learner_scores_one() {
        let ideal = Session { base: 0.93, new: 0.93, all: 0.93 };
        let measured = omegas(&[Session { base: 0.1, new: 0.1, all: 0.1 }, ideal, ideal, ideal], 0.93).unwrap();
        close(measured.base, 1.0);
        close(measured.all, 1.0);
        close(measured.new, 0.93);
        assert!(omegas(&[ideal], 0.9).is_err() && omegas(&[ideal, ideal], 0.0).is_err());
    }

    #[test]
    fn measures_by_hand() {
        let accuracy = vec![vec![0.9, 0.1, 0.2], vec![0.6, 0.8, 0.3], vec![0.3, 0.4, 0.7]];
        let rows = sessions(&accuracy, &[100, 50, 50]).unwrap();
        close(rows[1].all, (0.6 * 100.0 + 0.8 * 50.0) / 150.0);
        let measured = omegas(&rows, 0.9).unwrap();
        close(measured.base, 0.5);
        close(measured.new, 0.75);
        close(measured.all, 0.5 * (100.0 / 150.0 + (30.0 + 20.0 + 35.0) / 200.0) / 0.9);
        let moved = transfer(&accuracy, &[0.1, 0.1, 0.1]).unwrap();
        close(moved.average, 1.4 / 3.0);
        close(moved.backward, 0.5 * (-0.6 - 0.4));
        close(moved.forward, 0.5 * (0.0 + 0.2));
    }
}
