//! A law about nothing, for rehearsing the laboratory: cells that are quick and honest, and cells that panic, die, diverge or
//! stay silent. It is in the registry only while `LAWBOOK_REHEARSAL` is set.

use anyhow::Result;

use super::{Cell, Claim, Law, Margin, Profile, Study, params};

/// The law.
pub fn law() -> Law {
    Law::new("rehearsal", "rehearsal", file!())
        .title("The mean of a uniform number is one half")
        .statement("The mean of n uniform numbers in [0, 1) is one half.")
        .equation(r"\mathbb{E}\,u = \tfrac12")
        .symbol("u", "a uniform number")
        .source("none: a rehearsal")
        .seeds(|_| (4, 40))
        .study::<Mean>()
        .study::<Fault>()
}

params! {
    /// Parameters of the mean.
    pub struct MeanParams {
        /// Numbers drawn.
        n: integer = 10_000, 1..=1_000_000;
        /// Milliseconds that a cell takes, at least.
        pause: integer = 0, 0..=10_000;
        /// The mean that is claimed.
        claimed: real = 0.5, 0.0..=1.0;
    }
}

/// The mean of uniform numbers.
pub struct Mean;

impl Study for Mean {
    const NAME: &'static str = "mean";
    const ABOUT: &'static str = "Draws n uniform numbers and takes their mean.";
    type Params = MeanParams;

    fn grid(profile: Profile) -> Vec<MeanParams> {
        // A law may have nothing to measure at a profile: here at full.
        if profile == Profile::Full {
            return Vec::new();
        }
        [10_000, 40_000, 160_000].map(|n| MeanParams { n, ..MeanParams::default() }).to_vec()
    }

    fn predict(points: &[MeanParams]) -> Result<Vec<Claim>> {
        let claim = |p: &MeanParams| {
            Claim::value(&format!("mean-{}", p.n), Self::at(p).site("mean"), p.claimed)
                .within(Margin::Absolute(0.1))
                .rival("fifth", "a slip of the pen", [0.2])
                .axes("", "mean")
        };
        Ok(points.iter().map(claim).collect())
    }

    fn measure(p: &MeanParams, cell: &mut Cell) -> Result<()> {
        std::thread::sleep(std::time::Duration::from_millis(p.pause as u64));
        let mut stream = cell.stream("numbers");
        let sum: f64 = (0..p.n).map(|_| stream.uniform()).sum();
        cell.record("mean", sum / p.n as f64);
        Ok(())
    }
}

params! {
    /// Parameters of a fault.
    pub struct FaultParams {
        /// What goes wrong.
        fault: choice = "none", ["none", "panic", "abort", "error", "nan", "silent"];
    }
}

/// Cells in which something goes wrong at seed 1.
pub struct Fault;

impl Study for Fault {
    const NAME: &'static str = "fault";
    const ABOUT: &'static str = "Goes wrong at seed 1, in the way that is asked for.";
    type Params = FaultParams;

    fn grid(profile: Profile) -> Vec<FaultParams> {
        if profile == Profile::Full { Vec::new() } else { vec![FaultParams::default()] }
    }

    fn predict(points: &[FaultParams]) -> Result<Vec<Claim>> {
        let claim = |p: &FaultParams| {
            Claim::exact(&format!("fault-{}", p.fault), [(0.0, Self::at(p).site("one"), 1.0)]).rival(
                "two",
                "a slip of the pen",
                [2.0],
            )
        };
        Ok(points.iter().map(claim).collect())
    }

    fn measure(p: &FaultParams, cell: &mut Cell) -> Result<()> {
        if cell.seed() == 1 {
            match p.fault.as_str() {
                "panic" => std::panic::panic_any("rehearsed panic"),
                "abort" => std::process::abort(),
                "error" => anyhow::bail!("rehearsed error"),
                "nan" => cell.record("one", f64::NAN),
                "silent" => return Ok(()),
                _ => {}
            }
        }
        cell.record("one", 1.0);
        Ok(())
    }
}
