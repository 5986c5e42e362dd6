//! A line of the result: our time, a peer's, the floor's, and their ratios.

use serde::{Deserialize, Serialize};

/// Medians over the rounds of a contest. Without a peer its three numbers are null.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// The bench and its number of threads.
    pub bench: String,
    /// Our seconds.
    pub ours_s: f64,
    /// The other tool.
    pub peer: Option<String>,
    /// Its seconds.
    pub peer_s: Option<f64>,
    /// `ours_s/peer_s`: below 1 where ours is faster.
    pub ratio: Option<f64>,
    /// Seconds of that part of the work which no implementation can leave out.
    pub floor_s: f64,
    /// `ours_s/floor_s`.
    pub over_floor: f64,
    /// The least and the largest ratio of a single round.
    #[serde(skip)]
    pub range: Option<[f64; 2]>,
    /// The turns that the peer took, or ours without one.
    #[serde(skip)]
    pub turns: usize,
    /// Whether the peer took one before that does not count.
    #[serde(skip)]
    pub warmed_up: bool,
}

impl Row {
    /// The row of the seconds of each round: ours, the floor's, and the peer's with its name.
    pub fn new(bench: &str, ours: &[f64], floor: &[f64], peer: Option<(&str, &[f64])>) -> Self {
        let (ours_s, floor_s) = (median(ours), median(floor));
        let peer_s = peer.map(|(_, seconds)| median(seconds));
        let range = peer.map(|(_, seconds)| {
            let ratios = ours.iter().zip(seconds).map(|(ours, theirs)| ours / theirs);
            ratios.fold([f64::INFINITY, 0.0], |[least, most], ratio| [ratio.min(least), ratio.max(most)])
        });
        Self {
            bench: bench.to_owned(),
            ours_s,
            peer: peer.map(|(name, _)| name.to_owned()),
            peer_s,
            ratio: peer_s.map(|peer_s| ours_s / peer_s),
            floor_s,
            over_floor: ours_s / floor_s,
            range,
            turns: peer.map_or(ours.len(), |(_, seconds)| seconds.len()),
            warmed_up: true,
        }
    }
}

fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    if sorted.len() % 2 == 1 { sorted[middle] } else { 0.5 * (sorted[middle - 1] + sorted[middle]) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ratios_are_those_of_the_medians() {
        let row = Row::new("a, 1 thread", &[3.0, 1.0, 2.0], &[0.5, 9.0, 0.25], Some(("b", &[4.0, 4.0, 1.0])));
        assert_eq!((row.ours_s, row.peer_s, row.floor_s), (2.0, Some(4.0), 0.5));
        assert_eq!((row.ratio, row.over_floor, row.range), (Some(0.5), 4.0, Some([0.25, 2.0])));
        assert_eq!(median(&[4.0, 1.0, 2.0, 3.0]), 2.5);
    }

    #[test]
    fn json_has_the_seven_names_and_no_other() {
        let names = |row: &Row| {
            let value = serde_json::to_value(row).expect("serialises");
            value.as_object().expect("an object").keys().cloned().collect::<Vec<_>>()
        };
        let mut expected = ["bench", "ours_s", "peer", "peer_s", "ratio", "floor_s", "over_floor"];
        expected.sort_unstable();
        for peer in [None, Some(("b", [1.0].as_slice()))] {
            let mut found = names(&Row::new("a", &[1.0], &[1.0], peer));
            found.sort_unstable();
            assert_eq!(found, expected);
        }
    }

    /// The committed results can be read back and their ratios are what their seconds say.
    #[test]
    fn committed_results_are_consistent() {
        let folder = crate::workspace::root().join("benches/results");
        for entry in std::fs::read_dir(folder).expect("the folder is there") {
            let path = entry.expect("readable").path();
            if path.extension().is_none_or(|extension| extension != "json") {
                continue;
            }
            let rows: Vec<Row> = serde_json::from_str(&std::fs::read_to_string(&path).expect("text")).expect("rows");
            assert!(!rows.is_empty());
            for row in rows {
                let close = |a: f64, b: f64| (a / b - 1.0).abs() < 1e-9;
                assert!(close(row.over_floor, row.ours_s / row.floor_s), "{row:?}");
                assert!(
                    row.ratio.zip(row.peer_s).is_none_or(|(ratio, peer_s)| close(ratio, row.ours_s / peer_s)),
                    "{row:?}"
                );
            }
        }
    }
}
