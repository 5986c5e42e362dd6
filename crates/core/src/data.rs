//! Small real data sets, compiled in: they need no network and no path.

use std::io::Read;

/// Why a data set cannot be read; the files are part of the sources, so this means a damaged checkout.
#[derive(Debug, thiserror::Error)]
pub enum DataError {
    /// The compressed file is damaged.
    #[error("data/{name} does not unpack ({source}): check it out again, its checksum is in data/README.md")]
    Unpack {
        /// The file.
        name: &'static str,
        /// What the decompressor says.
        source: std::io::Error,
    },
    /// A field is not a number, or a line has too few.
    #[error("data/{name}, line {line}: expected {expected} numbers: check it out again, its checksum is in data/README.md")]
    Parse {
        /// The file.
        name: &'static str,
        /// The line, from 1.
        line: usize,
        /// How many numbers a line has.
        expected: usize,
    },
}

/// The handwritten digits: 1797 images of 8×8 pixels.
///
/// Source: UCI Machine Learning Repository, *Optical Recognition of Handwritten Digits* (E. Alpaydin & C. Kaynak, 1998),
/// test set, CC BY 4.0, in the form shipped by scikit-learn.
#[derive(Debug, Clone, PartialEq)]
pub struct Digits {
    /// The images, row-major, 64 numbers each from 0 (white) to 16 (black).
    pub pixels: Vec<[f64; 64]>,
    /// The digit shown on each.
    pub labels: Vec<u8>,
}

impl Digits {
    /// Reads the data set.
    pub fn load() -> Result<Self, DataError> {
        const NAME: &str = "digits.csv.gz";
        let packed = include_bytes!("../../../data/digits.csv.gz");
        let mut text = String::new();
        flate2::read::GzDecoder::new(packed.as_slice())
            .read_to_string(&mut text)
            .map_err(|source| DataError::Unpack { name: NAME, source })?;
        let mut digits = Self { pixels: Vec::new(), labels: Vec::new() };
        for (line, record) in text.lines().enumerate() {
            let error = || DataError::Parse { name: NAME, line: line + 1, expected: 65 };
            let numbers: Vec<f64> =
                record.split(',').map(|field| field.trim().parse().map_err(|_| error())).collect::<Result<_, _>>()?;
            let (pixels, label) = numbers.split_last_chunk::<1>().ok_or_else(error)?;
            digits.pixels.push(pixels.try_into().map_err(|_| error())?);
            digits.labels.push(label[0] as u8);
        }
        Ok(digits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// X-Val: `sklearn.datasets.load_digits()` 1.9.1 gives data.shape (1797, 64), data.sum() 561718, and these class counts.
    #[test]
    fn digits_are_those_of_scikit_learn() {
        let digits = Digits::load().expect("the data set is compiled in");
        assert_eq!(digits.pixels.len(), 1797);
        let sum: f64 = digits.pixels.iter().flatten().sum();
        assert_eq!(sum, 561_718.0);
        let counts: Vec<usize> = (0..10).map(|d| digits.labels.iter().filter(|&&label| label == d).count()).collect();
        assert_eq!(counts, [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]);
    }
}
