//! The worker: a long-lived process that takes requests line by line and answers them, so that libtorch is loaded once and not
//! per cell. It measures one cell at a time; the conductor runs several workers side by side.

use std::{
    backtrace::Backtrace,
    cell::RefCell,
    io::{BufRead, Write},
    panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook},
    sync::Once,
};

use anyhow::{Context, Result, anyhow, bail};
use lawbook_claims::{
    Observation,
    wire::{CellSpec, Grid, PREFIX, Request, Response},
};
use lawbook_core::{Device, device::LIBTORCH_VERSION};

use super::{Cell, Law};

/// Answers requests from `input` on `output` until the input ends.
pub fn serve(laws: &[Law], device: Device, input: impl BufRead, mut output: impl Write) -> Result<()> {
    for line in input.lines() {
        let response = match serde_json::from_str(&line.context("the conductor went away")?) {
            Ok(request) => answer(laws, device, request),
            Err(error) => Response::Error { message: format!("not a request: {error}") },
        };
        writeln!(output, "{PREFIX}{}", serde_json::to_string(&response)?)?;
        output.flush()?;
    }
    Ok(())
}

/// Answers one request. A panic in a law becomes an error of its cell.
pub fn answer(laws: &[Law], device: Device, request: Request) -> Response {
    caught(|| dispatch(laws, device, request)).unwrap_or_else(|error| Response::Error { message: format!("{error:#}") })
}

thread_local! {
    /// Where this thread panicked last.
    static PLACE: RefCell<String> = const { RefCell::new(String::new()) };
}

/// What `work` gives; a panic becomes an error that says where.
fn caught<T>(work: impl FnOnce() -> Result<T>) -> Result<T> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let usual = take_hook();
        set_hook(Box::new(move |panic| {
            let place = in_law().or_else(|| panic.location().map(|at| format!("{}:{}", at.file(), at.line())));
            PLACE.set(place.map(|place| format!(" at {place}")).unwrap_or_default());
            usual(panic);
        }));
    });
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().map(String::as_str);
        let text = text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no message");
        // libtorch's messages carry their C++ backtrace after the first line, and tch quotes them.
        let first = text.split(['\n', '\r']).next().and_then(|line| line.split("\\n").next()).unwrap_or_default();
        Err(anyhow!("panicked{}: {first}", PLACE.take()))
    })
}

/// The line of a law file from which this point of the program was reached: what its author looks for.
fn in_law() -> Option<String> {
    let trace = Backtrace::force_capture().to_string();
    let mut places = trace.lines().filter_map(|line| line.trim().strip_prefix("at ")?.split_once("/experiments/"));
    let (_, place) = places.find(|(_, place)| !place.starts_with("framework/") && !place.starts_with("main.rs"))?;
    let place = place.rsplit_once(':').map_or(place, |(line, _column)| line);
    Some(format!("experiments/{place}"))
}

fn dispatch(laws: &[Law], device: Device, request: Request) -> Result<Response> {
    Ok(match request {
        Request::Describe => {
            let laws = laws.iter().map(|law| law.card.clone()).collect();
            Response::Laws { laws, libtorch: LIBTORCH_VERSION.to_owned() }
        }
        Request::Grid { law, profile } => {
            let law = find(laws, &law)?;
            let (first_seeds, most_seeds) = law.seed_range(profile);
            Response::Grid(Grid { points: law.grid(profile), first_seeds, most_seeds })
        }
        Request::Predict { law, points } => Response::Claims { claims: find(laws, &law)?.predict_anywhere(&points)? },
        Request::Measure(spec) => Response::Measured { observations: measure(laws, device, &spec)? },
    })
}

/// Measures the cell that `spec` names. A panic is an error.
pub fn measure(laws: &[Law], device: Device, spec: &CellSpec) -> Result<Vec<Observation>> {
    let law = find(laws, &spec.law)?;
    caught(|| {
        let mut cell = Cell::new(spec, device);
        law.measure(&spec.point, &mut cell)?;
        cell.finish()
    })
}

/// The law with that id.
pub fn find<'a>(laws: &'a [Law], id: &str) -> Result<&'a Law> {
    match laws.iter().find(|law| law.card.id == id) {
        Some(law) => Ok(law),
        None => bail!("unknown law {id}; `cargo xtask list` names them"),
    }
}
