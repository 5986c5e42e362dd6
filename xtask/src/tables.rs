//! Observations and evidence as tables that pandas and polars open in one line.

use std::collections::BTreeMap;

use anyhow::Result;
use polars::prelude::{AnyValue, Column, DataFrame, DataType, IntoLazy, SortMultipleOptions, col, len};
use serde_json::Value;

use crate::store::{CellRecord, frame_of, segment::parquet_bytes};

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
        let series = polars::prelude::Series::from_any_values_and_dtype(name.into(), &values, &kind, false)?;
        frame.with_column(Column::from(series))?;
    }
    Ok(frame)
}

/// The evidence: observations aggregated over seeds.
pub fn evidence(observations: &DataFrame) -> Result<DataFrame> {
    let place = [col("law"), col("study"), col("params"), col("observable"), col("coordinate")];
    let value = || col("value");
    let frame = observations
        .clone()
        .lazy()
        .group_by_stable(place)
        .agg([
            len().alias("seeds"),
            value().mean().alias("mean"),
            value().std(1).alias("standard_deviation"),
            value().min().alias("smallest"),
            value().max().alias("largest"),
        ])
        .sort(["law", "study", "params", "observable", "coordinate"], SortMultipleOptions::default())
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
