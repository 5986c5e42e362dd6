//! Progress on standard error: a line that is redrawn on a terminal, plain lines elsewhere.

use std::{
    collections::BTreeMap,
    io::IsTerminal,
    path::Path,
    time::{Duration, Instant},
};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::{planning::PlannedCell, store::Store, workspace};

/// How far a run has come.
pub struct Progress {
    bar: ProgressBar,
    plain: bool,
    claims: usize,
    decided: usize,
    jobs: usize,
    /// Cells left, by what kind of cell they are.
    left: BTreeMap<String, usize>,
    /// Seconds and number of cells of each kind.
    costs: BTreeMap<String, (f64, usize)>,
    last_line: Instant,
}

/// Seconds between plain lines.
const LINE_EVERY: Duration = Duration::from_secs(10);

impl Progress {
    /// A run of so many claims starts.
    pub fn start(claims: usize) -> Self {
        let plain = !std::io::stderr().is_terminal();
        let target = if plain { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr() };
        let bar = ProgressBar::with_draw_target(Some(0), target);
        if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos}/{len} cells  {msg}") {
            bar.set_style(style.progress_chars("━╸ "));
        }
        Self {
            bar,
            plain,
            claims,
            decided: 0,
            jobs: 1,
            left: BTreeMap::new(),
            costs: BTreeMap::new(),
            last_line: Instant::now(),
        }
    }

    /// These cells are to be measured next. What such cells cost before tells how long that will take.
    pub fn expect(&mut self, cells: &[PlannedCell], store: &Store, jobs: usize) {
        self.jobs = jobs;
        self.bar.inc_length(cells.len() as u64);
        for cell in cells {
            *self.left.entry(kind(&cell.spec.law, &cell.spec.point.canonical())).or_default() += 1;
        }
        if self.costs.is_empty() {
            for (key, seconds) in &store.seconds {
                if let Some(record) = store.cells.get(key) {
                    let cost = self.costs.entry(kind(&record.spec.law, &record.spec.point.canonical())).or_default();
                    *cost = (cost.0 + seconds, cost.1 + 1);
                }
            }
        }
        self.show();
    }

    /// A cell is done.
    pub fn done(&mut self, cell: &PlannedCell, seconds: f64) {
        let kind = kind(&cell.spec.law, &cell.spec.point.canonical());
        let cost = self.costs.entry(kind.clone()).or_default();
        *cost = (cost.0 + seconds, cost.1 + 1);
        self.one_less(&kind);
    }

    /// A cell has failed: said at once, with where to read more.
    pub fn failed(&mut self, cell: &PlannedCell, message: &str, log: Option<&Path>) {
        let log = log.map(|path| format!("\n  log: {}", workspace::shown(path))).unwrap_or_default();
        let spec = &cell.spec;
        self.line(&format!("cell failed: {} {} seed {}: {message}{log}", spec.law, spec.point.canonical(), spec.seed));
        self.one_less(&kind(&spec.law, &spec.point.canonical()));
    }

    /// So many claims are decided by now.
    pub fn decided(&mut self, decided: usize) {
        self.decided = decided;
        self.show();
    }

    /// The run is over.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }

    fn one_less(&mut self, kind: &str) {
        if let Some(left) = self.left.get_mut(kind) {
            *left = left.saturating_sub(1);
        }
        self.bar.inc(1);
        self.show();
    }

    fn show(&mut self) {
        let message = format!("{} of {} claims decided{}", self.decided, self.claims, self.time_left());
        if !self.plain {
            self.bar.set_message(message);
        } else if self.last_line.elapsed() > LINE_EVERY {
            self.last_line = Instant::now();
            eprintln!("{}/{} cells, {message}", self.bar.position(), self.bar.length().unwrap_or(0));
        }
    }

    fn line(&self, text: &str) {
        if self.plain { eprintln!("{text}") } else { self.bar.println(text) }
    }

    /// Time left for the cells at hand, from what cells of their kind cost; nothing while no cell is known.
    fn time_left(&self) -> String {
        let total: (f64, usize) = self.costs.values().fold((0.0, 0), |sum, cost| (sum.0 + cost.0, sum.1 + cost.1));
        if total.1 == 0 {
            return String::new();
        }
        let typical = total.0 / total.1 as f64;
        let mean = |kind: &String| self.costs.get(kind).map_or(typical, |(seconds, count)| seconds / *count as f64);
        let seconds: f64 = self.left.iter().map(|(kind, left)| mean(kind) * *left as f64).sum::<f64>() / self.jobs as f64;
        match seconds.ceil() as u64 {
            0 => String::new(),
            seconds @ 1..=90 => format!(", about {seconds} s left"),
            _ => format!(", about {} min left", (seconds / 60.0).ceil()),
        }
    }
}

fn kind(law: &str, point: &str) -> String {
    format!("{law} {point}")
}
