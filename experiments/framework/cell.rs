//! A cell: one law at one point of its grid with one seed. What a measurement draws from and records into.

use lawbook_claims::{Observation, wire::CellSpec};
use lawbook_core::{Device, Key, Stream};

/// The surroundings of one measurement: its random streams, its device, its record. It knows no prediction.
#[derive(Debug)]
pub struct Cell {
    key: Key,
    seed: u64,
    device: Device,
    observations: Vec<Observation>,
    fault: Option<String>,
}

impl Cell {
    /// The cell that `spec` names. Its streams depend on law, point and seed alone.
    pub fn new(spec: &CellSpec, device: Device) -> Self {
        let key = Key::new([spec.law.as_str(), &spec.point.canonical(), &spec.seed.to_string()]);
        Self { key, seed: spec.seed, device, observations: Vec::new(), fault: None }
    }

    /// The random stream of this cell for one purpose.
    pub fn stream(&self, purpose: &str) -> Stream {
        self.key.stream(purpose, 0)
    }

    /// The seed of this cell: only for rehearsing faults, never for randomness, which comes from streams.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// The key of this cell, from which mechanisms draw a stream per replica.
    pub fn key(&self) -> Key {
        self.key
    }

    /// Where tensors go.
    pub fn device(&self) -> Device {
        self.device
    }

    /// Records one number.
    pub fn record(&mut self, observable: &str, value: f64) {
        self.record_at(observable, 0.0, value);
    }

    /// Records one number at a coordinate: a time, a size, a quantile level.
    pub fn record_at(&mut self, observable: &str, coordinate: f64, value: f64) {
        if !value.is_finite() || !coordinate.is_finite() {
            let cause = match value {
                f64::NEG_INFINITY => "it underflowed to the logarithm of zero; follow the logarithm itself, or stop earlier",
                f64::INFINITY => {
                    "it overflowed: the process diverged, or something was divided by zero; lower the learning rate"
                }
                _ => {
                    "the process diverged, or there was nothing to take a mean of; lower the learning rate or give more samples"
                }
            };
            let what = format!(
                "{observable} at {coordinate} is {value}: {cause} (a law in which some replicas may diverge records their fraction \
                 instead)"
            );
            self.fault.get_or_insert(what);
        }
        self.observations.push(Observation { observable: observable.to_owned(), coordinate, value });
    }

    /// The record, or what is wrong with it.
    pub fn finish(self) -> anyhow::Result<Vec<Observation>> {
        match self.fault {
            Some(fault) => Err(anyhow::anyhow!(fault)),
            None if self.observations.is_empty() => {
                Err(anyhow::anyhow!("the cell recorded nothing; its `measure` must record"))
            }
            None => Ok(self.observations),
        }
    }
}

#[cfg(test)]
mod tests {
    use lawbook_claims::Point;

    use super::*;

    #[test]
    fn what_is_not_finite_is_told_with_its_kind() {
        let spec =
            CellSpec { law: "law".into(), point: Point { study: "study".into(), params: Default::default() }, seed: 0 };
        for (value, cause) in
            [(f64::NEG_INFINITY, "underflowed"), (f64::INFINITY, "overflowed"), (f64::NAN, "nothing to take a mean of")]
        {
            let mut cell = Cell::new(&spec, Device::Cpu);
            cell.record_at("log-size", 16.0, value);
            let error = cell.finish().expect_err("no number").to_string();
            assert!(error.starts_with("log-size at 16 is") && error.contains(cause), "{error}");
        }
    }
}
