//! Dense associative memories of the size of papers: overlaps, one-step errors, retrieval.

use std::{hint::black_box, path::Path};

use anyhow::{Context, Result};
use lawbook_core::{
    Device, Key, Kind, Stream, Tensor, no_grad,
    popcount::{Carried, Factors, Numbers, Rows, TILE, Tile},
    simd::Level,
    tensor::to_vec,
};
use lawbook_memory::{DenseMemory, Patterns, Retrieved, Separation, State};
use rayon::prelude::*;
use serde_json::json;

use crate::{Bench, Statistic, Threads, Workload, npy};

pub(crate) const BENCHES: [Bench; 4] = [
    Bench {
        name: "memory-overlaps",
        work: "overlaps of 256 states with K = 10⁵ patterns of N = 1024 sites, written as numbers of 32 bits",
        floor: "the population counts alone, 256 N K bits, nothing written",
        threads: Threads::All,
        peers: &["numpy", "jax", "libtorch"],
        script: "memories",
        prepare: || Ok(Box::new(Batch::new(Ask::Overlaps, PEERS)?)),
        eager: Some(|| Ok(Box::new(Eager::new(Ask::Overlaps)?))),
    },
    Bench {
        name: "memory-one-step",
        work: "one-step errors of F(x) = x³ at N = 1024, K = 10⁵, all sites of 256 stored patterns: both products and the decision",
        floor: "two passes of population counts over 256 N K bits, one for each product: every bit of every pattern with every state",
        threads: Threads::All,
        peers: &["numpy", "jax", "libtorch"],
        script: "memories",
        prepare: || Ok(Box::new(Batch::new(Ask::OneStep, PEERS)?)),
        eager: Some(|| Ok(Box::new(Eager::new(Ask::OneStep)?))),
    },
    Bench {
        name: "memory-large",
        work: "one-step errors of F(x) = x³ at N = 10⁴, K = 10⁶, 1.26 GB of bits, all sites of eight stored patterns",
        floor: "two passes of population counts over 8 N K bits",
        threads: Threads::All,
        peers: &[],
        script: "memories",
        prepare: || Ok(Box::new(Batch::new(Ask::OneStep, Sizes { patterns: 1_000_000, sites: 10_000, queries: 8 })?)),
        eager: None,
    },
    Bench {
        name: "memory-retrieval",
        work: "asynchronous retrieval with F(x) = x³ at N = 1000, K = 10⁴, of 256 cues with 100 wrong sites, to fixed points",
        floor: "the sums of squares of bytes at every site of one sweep, four sites at a time, and one such sum for every flip",
        threads: Threads::All,
        peers: &["numba"],
        script: "memories",
        prepare: || Ok(Box::new(Retrieval::new(10_000, 1000, 256, 100)?)),
        eager: None,
    },
];

#[derive(Debug, Clone, Copy, PartialEq)]
struct Sizes {
    patterns: usize,
    sites: usize,
    queries: usize,
}

/// The sizes at which others do the same.
const PEERS: Sizes = Sizes { patterns: 100_000, sites: 1024, queries: 256 };

#[derive(Debug, Clone, Copy, PartialEq)]
enum Ask {
    Overlaps,
    OneStep,
}

fn patterns(count: usize, sites: usize) -> Result<Patterns> {
    Ok(Patterns::random(count, sites, &mut Key::new(["bench", "memories"]).stream("patterns", 0))?)
}

/// The sites of all patterns as ±1.
fn signs(patterns: &Patterns) -> impl Iterator<Item = i8> {
    (0..patterns.count()).flat_map(|mu| patterns.state(mu).signs()).map(|sign| sign as i8)
}

struct Batch {
    ask: Ask,
    sizes: Sizes,
    memory: DenseMemory,
    states: Vec<State>,
    planes: Vec<u64>,
    queries: Vec<Vec<u64>>,
    results: Vec<f64>,
}

impl Batch {
    fn new(ask: Ask, sizes: Sizes) -> Result<Self> {
        let memory = DenseMemory::new(patterns(sizes.patterns, sizes.sites)?, Separation::Power(3))?;
        let states = (0..sizes.queries).map(|mu| memory.patterns().state(mu)).collect();
        let mut stream = Key::new(["bench", "memories"]).stream("floor", 0);
        let words = sizes.sites.div_ceil(64);
        let planes = (0..sizes.patterns * words).map(|_| stream.next_u64()).collect();
        let queries = (0..sizes.queries).map(|_| (0..words).map(|_| stream.next_u64()).collect()).collect();
        Ok(Self { ask, sizes, memory, states, planes, queries, results: Vec::new() })
    }
}

impl Workload for Batch {
    fn share(&self, folder: &Path) -> Result<serde_json::Value> {
        if self.sizes == PEERS {
            npy::write_i8(&folder.join("patterns.npy"), &[PEERS.patterns, PEERS.sites], signs(self.memory.patterns()))?;
        }
        Ok(json!({"ask": if self.ask == Ask::Overlaps { "overlaps" } else { "one-step" }, "queries": self.sizes.queries}))
    }

    fn work(&mut self) -> Result<()> {
        let Sizes { patterns, sites, queries } = self.sizes;
        self.results = match self.ask {
            Ask::Overlaps => {
                let overlaps = self.memory.patterns().overlaps_of(&self.states)?;
                (0..patterns).step_by(patterns / 10).map(|mu| f64::from(overlaps[(7 * mu + 3) % queries][mu])).collect()
            }
            Ask::OneStep => self.memory.one_step_errors(&self.states)?.iter().map(|error| error * sites as f64).collect(),
        };
        Ok(())
    }

    fn floor(&mut self) -> Result<()> {
        let Sizes { patterns, sites, queries } = self.sizes;
        let share = queries.div_ceil(rayon::current_num_threads());
        let products = if self.ask == Ask::Overlaps { 1 } else { 2 };
        self.queries.par_chunks(share).for_each(|queries| {
            let (mut tile, mut counts) = (Tile::new(Level::widest(), sites.div_ceil(64)), Numbers::default());
            for from in (0..patterns).step_by(TILE) {
                tile.load(&self.planes, patterns, from);
                for query in (0..products).flat_map(|_| queries) {
                    tile.differing(query, &mut counts);
                    black_box(&counts);
                }
            }
        });
        Ok(())
    }

    fn statistics(&self) -> Vec<Statistic> {
        statistics(self.ask, &self.results)
    }
}

/// Overlaps are exact in f32 as well. Sums of stakes are not: a few of the 262 144 sites lie within their rounding.
fn statistics(ask: Ask, results: &[f64]) -> Vec<Statistic> {
    match ask {
        Ask::Overlaps => {
            let some = |(index, &value)| Statistic { name: format!("overlap {index}"), value, error: 0.0 };
            results.iter().enumerate().map(some).collect()
        }
        Ask::OneStep => vec![Statistic { name: "unstable sites".to_owned(), value: results.iter().sum(), error: 2.0 }],
    }
}

/// The same by products of matrices of f32.
struct Eager {
    ask: Ask,
    patterns: Tensor,
    results: Vec<f64>,
}

impl Eager {
    fn new(ask: Ask) -> Result<Self> {
        let Sizes { patterns: count, sites, .. } = PEERS;
        let signs: Vec<f32> = signs(&patterns(count, sites)?).map(f32::from).collect();
        let patterns = Tensor::from_slice(&signs).reshape([count as i64, sites as i64]).to_device(Device::Cpu);
        Ok(Self { ask, patterns, results: Vec::new() })
    }
}

impl Workload for Eager {
    fn share(&self, _: &Path) -> Result<serde_json::Value> {
        Ok(json!({}))
    }

    fn work(&mut self) -> Result<()> {
        no_grad(|| {
            let probes = self.patterns.narrow(0, 0, PEERS.queries as i64);
            let overlaps = probes.matmul(&self.patterns.transpose(0, 1));
            self.results = match self.ask {
                Ask::Overlaps => {
                    let one = |mu: usize| overlaps.double_value(&[((7 * mu + 3) % PEERS.queries) as i64, mu as i64]);
                    (0..PEERS.patterns).step_by(PEERS.patterns / 10).map(one).collect()
                }
                Ask::OneStep => {
                    let stakes = overlaps.square() * 12.0 + 16.0;
                    let bound = overlaps.sum_dim_intlist(1, true, Kind::Float) * 24.0;
                    let wrong = (&probes * stakes.matmul(&self.patterns)).less_tensor(&bound);
                    to_vec(&wrong.sum_dim_intlist(1, false, Kind::Double))
                }
            };
        });
        Ok(())
    }

    fn floor(&mut self) -> Result<()> {
        Ok(())
    }

    fn statistics(&self) -> Vec<Statistic> {
        statistics(self.ask, &self.results)
    }
}

struct Retrieval {
    memory: DenseMemory,
    cues: Vec<State>,
    wrong: usize,
    rows: Rows,
    carried: Carried,
    found: Vec<Retrieved>,
}

impl Retrieval {
    fn new(count: usize, sites: usize, cues: usize, wrong: usize) -> Result<Self> {
        let memory = DenseMemory::new(patterns(count, sites)?, Separation::Power(3))?;
        let mut stream = Key::new(["bench", "memories"]).stream("cues", 0);
        let cue = |mu| memory.patterns().state(mu).corrupted(wrong, &mut stream);
        let cues = (0..cues).map(cue).collect::<Result<_, _>>()?;
        let rows = Rows::new(Level::widest(), &vec![0; count * sites.div_ceil(64)], count);
        let squares = Factors::new(0, &[0, 1, 4]).context("squares have two factors")?;
        let (carried, _) = rows.carry(&squares, &vec![2; count]);
        Ok(Self { memory, cues, wrong, rows, carried, found: Vec::new() })
    }
}

impl Workload for Retrieval {
    fn share(&self, folder: &Path) -> Result<serde_json::Value> {
        let (patterns, cues) = (self.memory.patterns(), Patterns::from_states(&self.cues)?);
        npy::write_i8(&folder.join("patterns.npy"), &[patterns.count(), patterns.sites()], signs(patterns))?;
        npy::write_i8(&folder.join("cues.npy"), &[cues.count(), cues.sites()], signs(&cues))?;
        Ok(json!({"ask": "retrieval", "wrong": self.wrong}))
    }

    fn work(&mut self) -> Result<()> {
        let key = Key::new(["bench", "memories"]);
        let mut streams: Vec<Stream> = (0..self.cues.len() as u64).map(|cue| key.stream("visits", cue)).collect();
        self.found = self.memory.retrieve_all(&self.cues, &mut streams)?;
        Ok(())
    }

    fn floor(&mut self) -> Result<()> {
        self.cues.par_iter().for_each(|_| {
            for first in (0..self.memory.patterns().sites() - 3).step_by(4) {
                black_box(self.rows.sums([first, first + 1, first + 2, first + 3], black_box(&self.carried)));
            }
            for _ in 0..self.wrong {
                black_box(self.rows.sums([0], black_box(&self.carried)));
            }
        });
        Ok(())
    }

    fn statistics(&self) -> Vec<Statistic> {
        let stored = |(mu, found): &(usize, &Retrieved)| found.state == self.memory.patterns().state(*mu);
        let count = |name: &str, value: usize| Statistic { name: name.to_owned(), value: value as f64, error: 0.0 };
        let sweeps = self.found.iter().map(|found| found.sweeps as f64);
        vec![count("cues put right", self.found.iter().enumerate().filter(stored).count()), crate::mean("sweeps", sweeps)]
    }
}
