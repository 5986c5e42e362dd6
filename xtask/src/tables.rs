//! Observations and evidence as tables that pandas and polars open in one line.

use std::collections::BTreeMap;

use anyhow::Result;
use polars::prelude::{AnyValue, Column, DataFrame, DataType, IntoLazy, SortMultipleOptions, col, len};
use serde_json::Value;

use crate::store::{CellRecord, frame_of, segment::parquet_bytes};

/// What the tables' own columns are called, and no parameter's.
const OWN: [&str; 16] = [
    "key",
    "law",
    "study",
    "params",
    "seed",
    "code",
    "libtorch",
    "device",
    "observable",
    "coordinate",
    "value",
    "seeds",
    "mean",
    "standard_deviation",
    "smallest",
    "largest",
];

/// The column of a parameter: its name, which for a parameter called `value` would be taken.
fn column(parameter: &str) -> String {
    if OWN.contains(&parameter) { format!("param_{parameter}") } else { parameter.to_owned() }
}

/// Observations in long form, one row per number, with one further column per parameter (empty where a law has none of that
/// name).
pub fn observations<'a>(cells: impl IntoIterator<Item = &'a CellRecord>) -> Result<DataFrame> {
    let cells: Vec<&CellRecord> = cells.into_iter().collect();
    let mut frame = frame_of(cells.iter().copied())?;
    let mut columns: BTreeMap<&str, Vec<AnyValue<'static>>> = BTreeMap::new();
    for name in cells.iter().flat_map(|cell| cell.spec.point.params.keys()) {
        columns.entry(name).or_default();
    }
    for cell in &cells {
        for (name, values) in &mut columns {
            let value = match cell.spec.point.params.get(*name) {
                Some(Value::Number(number)) => number.as_f64().map_or(AnyValue::Null, AnyValue::Float64),
                Some(Value::String(word)) => AnyValue::StringOwned(word.as_str().into()),
                _ => AnyValue::Null,
            };
            values.extend(std::iter::repeat_n(value, cell.observations.len()));
        }
    }
    for (name, values) in columns {
        let word = values.iter().any(|value| matches!(value, AnyValue::StringOwned(_)));
        let kind = if word { DataType::String } else { DataType::Float64 };
        let series = polars::prelude::Series::from_any_values_and_dtype(column(name).into(), &values, &kind, false)?;
        frame.with_column(Column::from(series))?;
    }
    Ok(frame)
}

/// The evidence: observations aggregated over the seeds of one point, measured by the same code.
pub fn evidence(observations: &DataFrame) -> Result<DataFrame> {
    let place = ["law", "study", "params", "code", "libtorch", "device", "observable", "coordinate"].map(col);
    let parameters = observations.get_column_names().into_iter().filter(|name| !OWN.contains(&name.as_str()));
    let parameters: Vec<_> = parameters.map(|name| col(name.clone()).first()).collect();
    let value = || col("value");
    let frame = observations
        .clone()
        .lazy()
        .group_by_stable(place)
        .agg(
            [
                len().alias("seeds"),
                value().mean().alias("mean"),
                value().std(1).alias("standard_deviation"),
                value().min().alias("smallest"),
                value().max().alias("largest"),
            ]
            .into_iter()
            .chain(parameters)
            .collect::<Vec<_>>(),
        )
        .sort(["law", "study", "params", "observable", "coordinate", "code"], SortMultipleOptions::default())
        .collect()?;
    Ok(frame)
}

/// A table as the bytes of a Parquet file.
pub fn parquet(mut frame: DataFrame) -> Result<Vec<u8>> {
    Ok(parquet_bytes(&mut frame)?)
}

/// A table as CSV, with the shortest decimals that read back to the same numbers.
pub fn csv(frame: &DataFrame) -> Result<Vec<u8>> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(frame.get_column_names().iter().map(|name| name.as_str()))?;
    for row in 0..frame.height() {
        let fields = frame.columns().iter().map(|column| {
            Ok(match column.get(row)? {
                AnyValue::Null => String::new(),
                AnyValue::String(word) => word.to_owned(),
                AnyValue::Float64(number) => number.to_string(),
                other => other.to_string(),
            })
        });
        writer.write_record(fields.collect::<Result<Vec<String>>>()?)?;
    }
    Ok(writer.into_inner().map_err(|error| error.into_error())?)
}

#[cfg(test)]
mod tests {
    use lawbook_claims::{Observation, Point, wire::CellSpec};
    use serde_json::json;

    use super::*;
    use crate::store::{CellKey, cell::Surroundings};

    fn cell(params: Value, code: &str, seed: u64, value: f64) -> CellRecord {
        let point = Point { study: "s".to_owned(), params: params.as_object().cloned().unwrap_or_default() };
        let words = [code, "2.11.0", "cpu"].map(str::to_owned);
        let [code, libtorch, device] = words;
        CellRecord {
            key: CellKey(format!("{code}{seed}")),
            spec: CellSpec { law: "l".to_owned(), point, seed },
            surroundings: Surroundings { code, libtorch, device },
            observations: vec![Observation { observable: "x".to_owned(), coordinate: 0.0, value }],
        }
    }

    #[test]
    fn a_parameter_called_value_leaves_the_values_alone() -> Result<()> {
        let cells = [cell(json!({"value": 7, "n": 3}), "a", 0, 0.5), cell(json!({"n": 3}), "a", 0, 1.5)];
        let frame = observations(&cells)?;
        assert_eq!(frame.column("value")?.f64()?.to_vec(), [Some(0.5), Some(1.5)]);
        assert_eq!(frame.column("param_value")?.f64()?.to_vec(), [Some(7.0), None]);
        assert_eq!(frame.column("n")?.f64()?.to_vec(), [Some(3.0), Some(3.0)]);
        Ok(())
    }

    /// The store keeps what older code measured; a mean over both would be of neither.
    #[test]
    fn evidence_is_a_row_for_each_point_and_code() -> Result<()> {
        let of = |code, seed, value| cell(json!({"n": 3}), code, seed, value);
        let evidence = evidence(&observations(&[of("a", 0, 1.0), of("b", 0, 5.0), of("b", 1, 7.0)])?)?;
        assert_eq!(evidence.column("seeds")?.u32()?.to_vec(), [Some(1), Some(2)]);
        assert_eq!(evidence.column("mean")?.f64()?.to_vec(), [Some(1.0), Some(6.0)]);
        assert_eq!(evidence.column("n")?.f64()?.to_vec(), [Some(3.0), Some(3.0)]);
        Ok(())
    }
}
