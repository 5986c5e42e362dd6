//! NumPy's file format for arrays, version 1.0: magic, length of the header, the header as a Python dictionary, the numbers.

use std::path::Path;

use anyhow::{Context, Result};

/// Writes an array of f64 in row-major order.
pub fn write_f64(path: &Path, shape: &[usize], values: impl IntoIterator<Item = f64>) -> Result<()> {
    write(path, &array("<f8", shape, values.into_iter().flat_map(f64::to_le_bytes))?)
}

/// Writes an array of i8 in row-major order.
pub fn write_i8(path: &Path, shape: &[usize], values: impl IntoIterator<Item = i8>) -> Result<()> {
    write(path, &array("|i1", shape, values.into_iter().flat_map(i8::to_le_bytes))?)
}

fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    std::fs::write(path, bytes).with_context(|| format!("{} cannot be written", path.display()))
}

fn array(descr: &str, shape: &[usize], values: impl Iterator<Item = u8>) -> Result<Vec<u8>> {
    let sizes = match shape {
        [size] => format!("{size},"),
        sizes => sizes.iter().map(usize::to_string).collect::<Vec<_>>().join(", "),
    };
    let dictionary = format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': ({sizes}), }}");
    // Magic, version and length take 10 bytes; the numbers start at a multiple of 64, after a line break.
    let length = (10 + dictionary.len() + 1).next_multiple_of(64) - 10;
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend(u16::try_from(length)?.to_le_bytes());
    bytes.extend(format!("{dictionary:<width$}\n", width = length - 1).bytes());
    bytes.extend(values);
    Ok(bytes)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// X-Val: the bytes that `numpy.save` of NumPy 2.4.6 writes for `numpy.array([[1.0, -2.0]])`.
    #[test]
    fn the_bytes_are_those_of_numpy() {
        let bytes = array("<f8", &[1, 2], [1.0, -2.0].into_iter().flat_map(f64::to_le_bytes)).unwrap();
        let mut expected = b"\x93NUMPY\x01\x00\x76\x00{'descr': '<f8', 'fortran_order': False, 'shape': (1, 2), }".to_vec();
        expected.resize(127, b' ');
        expected.push(b'\n');
        expected.extend([1.0_f64, -2.0].into_iter().flat_map(f64::to_le_bytes));
        assert_eq!(bytes, expected);
    }
}
