//! Cells as data frames and back.

use lawbook_claims::{Observation, Point, wire::CellSpec};
use polars::prelude::{Column, DataFrame, PolarsError, PolarsResult};

use super::{CellKey, CellRecord, cell::Surroundings};

/// The observations of some cells in long form, one row per number, in the order given.
pub fn frame_of<'a>(records: impl IntoIterator<Item = &'a CellRecord>) -> PolarsResult<DataFrame> {
    let mut words: [Vec<String>; 8] = Default::default();
    let (mut seeds, mut coordinates, mut values) = (Vec::new(), Vec::new(), Vec::new());
    for record in records {
        let params = serde_json::to_string(&record.spec.point.params).unwrap_or_default();
        for observation in &record.observations {
            let row = [
                &record.key.0,
                &record.spec.law,
                &record.spec.point.study,
                &params,
                &record.surroundings.code,
                &record.surroundings.libtorch,
                &record.surroundings.device,
                &observation.observable,
            ];
            words.iter_mut().zip(row).for_each(|(column, word)| column.push(word.clone()));
            seeds.push(record.spec.seed);
            coordinates.push(observation.coordinate);
            values.push(observation.value);
        }
    }
    let [key, law, study, params, code, libtorch, device, observable] = words;
    let height = values.len();
    let columns = vec![
        Column::new("key".into(), key),
        Column::new("law".into(), law),
        Column::new("study".into(), study),
        Column::new("params".into(), params),
        Column::new("seed".into(), seeds),
        Column::new("code".into(), code),
        Column::new("libtorch".into(), libtorch),
        Column::new("device".into(), device),
        Column::new("observable".into(), observable),
        Column::new("coordinate".into(), coordinates),
        Column::new("value".into(), values),
    ];
    DataFrame::new(height, columns)
}

/// The cells of a frame as [`frame_of`] makes it: runs of rows with one key.
pub fn records_of(frame: &DataFrame) -> PolarsResult<Vec<CellRecord>> {
    let word = |name: &str| frame.column(name)?.str().cloned();
    let number = |name: &str| frame.column(name)?.f64().cloned();
    let (key, law, study, params) = (word("key")?, word("law")?, word("study")?, word("params")?);
    let (code, libtorch, device, observable) = (word("code")?, word("libtorch")?, word("device")?, word("observable")?);
    let seed = frame.column("seed")?.u64()?.clone();
    let (coordinate, value) = (number("coordinate")?, number("value")?);
    let empty = |row: usize| PolarsError::ComputeError(format!("row {row} has an empty field").into());
    let mut records: Vec<CellRecord> = Vec::new();
    for row in 0..frame.height() {
        let get = |column: &polars::prelude::StringChunked| column.get(row).map(str::to_owned).ok_or_else(|| empty(row));
        let observation = Observation {
            observable: get(&observable)?,
            coordinate: coordinate.get(row).ok_or_else(|| empty(row))?,
            value: value.get(row).ok_or_else(|| empty(row))?,
        };
        let this = key.get(row).ok_or_else(|| empty(row))?;
        if let Some(last) = records.last_mut().filter(|last| last.key.0 == this) {
            last.observations.push(observation);
            continue;
        }
        let params = serde_json::from_str(&get(&params)?)
            .map_err(|error| PolarsError::ComputeError(format!("row {row}: parameters are no JSON ({error})").into()))?;
        let point = Point { study: get(&study)?, params };
        records.push(CellRecord {
            key: CellKey(this.to_owned()),
            spec: CellSpec { law: get(&law)?, point, seed: seed.get(row).ok_or_else(|| empty(row))? },
            surroundings: Surroundings { code: get(&code)?, libtorch: get(&libtorch)?, device: get(&device)? },
            observations: vec![observation],
        });
    }
    Ok(records)
}

/// What cells cost.
pub fn costs_frame(costs: &[(CellKey, f64)]) -> PolarsResult<DataFrame> {
    let (keys, seconds): (Vec<String>, Vec<f64>) = costs.iter().map(|(key, seconds)| (key.0.clone(), *seconds)).unzip();
    DataFrame::new(seconds.len(), vec![Column::new("key".into(), keys), Column::new("seconds".into(), seconds)])
}

/// The costs of a frame as [`costs_frame`] makes it.
pub fn costs_of(frame: &DataFrame) -> PolarsResult<Vec<(CellKey, f64)>> {
    let keys = frame.column("key")?.str()?.clone();
    let seconds = frame.column("seconds")?.f64()?.clone();
    let rows = keys.iter().zip(seconds.iter());
    Ok(rows.filter_map(|(key, seconds)| Some((CellKey(key?.to_owned()), seconds?))).collect())
}
