//! Handwritten digits as states: the 8×8 images of [`lawbook_core::data::Digits`], black or white.

use lawbook_core::data::{DataError, Digits};

use crate::{MemoryError, State};

/// Why there are no digits.
#[derive(Debug, thiserror::Error)]
pub enum DigitsError {
    /// The data set cannot be read.
    #[error(transparent)]
    Data(#[from] DataError),
    /// An image is no state.
    #[error(transparent)]
    State(#[from] MemoryError),
}

/// Ink of a pixel, from 0 to 16, from which on it counts as black.
const BLACK: f64 = 8.0;

/// An image as a state of 64 sites, row by row: +1 where it is black, −1 where it is white.
///
/// # Errors
/// None for an image of 64 pixels, whatever their ink.
pub fn binary(image: &[f64; 64]) -> Result<State, MemoryError> {
    State::from_signs(&image.map(|ink| if ink >= BLACK { 1.0 } else { -1.0 }))
}

/// The digits that differ in black and white, each once, in the order of the data set, and what they show, from 0 to 9.
///
/// # Errors
/// If the data set cannot be read.
pub fn distinct() -> Result<(Vec<State>, Vec<u8>), DigitsError> {
    let digits = Digits::load()?;
    let (mut states, mut labels): (Vec<State>, Vec<u8>) = (Vec::new(), Vec::new());
    for (image, label) in digits.pixels.iter().zip(digits.labels) {
        let state = binary(image)?;
        if !states.contains(&state) {
            states.push(state);
            labels.push(label);
        }
    }
    Ok((states, labels))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::Patterns;

    /// X-Val: NumPy, `np.unique(pixels >= 8, axis=0)` of the file of the data has 1750 rows.
    #[test]
    fn digits_are_distinct_and_labelled() {
        let (states, labels) = distinct().unwrap();
        assert_eq!((states.len(), labels.len()), (1750, 1750));
        Patterns::from_states(&states).unwrap().distinct().unwrap();
        assert!((0..10).all(|numeral| labels.iter().filter(|label| **label == numeral).count() > 150));
        // The first digit of the data set is a zero: black around a white middle.
        assert_eq!(labels[0], 0);
        assert!(states[0].signs()[8 * 3 + 3] < 0.0 && states[0].signs()[8 * 3 + 2] > 0.0);
    }
}
