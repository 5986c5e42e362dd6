//! The handwritten digits as small problems for a network.

use lawbook_core::{
    Device, Kind, Stream, Tensor,
    data::{DataError, Digits},
    tensor::from_slice,
};

/// Some of the digits, in random order.
#[derive(Debug)]
pub struct DigitSample {
    /// Pixels, `[samples, 64]`, from 0 to 1 less their means over the whole data set.
    pub x: Tensor,
    /// The numeral as ten numbers, 1 at its place and 0 elsewhere: `[samples, 10]`.
    pub one_hot: Tensor,
    /// 1 where the numeral is odd, −1 where it is even: `[samples, 1]`.
    pub parity: Tensor,
}

impl DigitSample {
    /// `count` of the 1797 digits, drawn without replacement; all of them if `count` is larger.
    pub fn draw(count: usize, stream: &mut Stream, device: Device) -> Result<Self, DataError> {
        let digits = Digits::load()?;
        let mut order: Vec<usize> = (0..digits.pixels.len()).collect();
        stream.shuffle(&mut order);
        order.truncate(count);
        let total = digits.pixels.len() as f64;
        let mean: Vec<f64> = (0..64).map(|i| digits.pixels.iter().map(|image| image[i]).sum::<f64>() / total).collect();
        let pixels: Vec<f64> =
            order.iter().flat_map(|&k| digits.pixels[k].iter().zip(&mean).map(|(p, m)| (p - m) / 16.0)).collect();
        let labels: Vec<u8> = order.iter().map(|&k| digits.labels[k]).collect();
        let one_hot: Vec<f64> = labels.iter().flat_map(|&l| (0..10).map(move |k| if k == l { 1.0 } else { 0.0 })).collect();
        let parity: Vec<f64> = labels.iter().map(|l| if l % 2 == 1 { 1.0 } else { -1.0 }).collect();
        let tensor = |values: &[f64], columns: i64| from_slice(values, &[order.len() as i64, columns], Kind::Double, device);
        Ok(Self { x: tensor(&pixels, 64), one_hot: tensor(&one_hot, 10), parity: tensor(&parity, 1) })
    }
}

#[cfg(test)]
mod tests {
    use lawbook_core::{
        Key,
        tensor::{scalar, to_vec},
    };

    use super::*;

    #[test]
    fn all_digits_are_centred_and_labelled() {
        let all = DigitSample::draw(5000, &mut Key::new(["digits"]).stream("draw", 0), Device::Cpu).expect("compiled in");
        assert_eq!(all.x.size(), [1797, 64]);
        assert!(scalar(&all.x.sum(Kind::Double).abs()) < 1e-9);
        // X-Val: the class counts of scikit-learn, of which 182, 183, 182, 179 and 180 are of odd numerals.
        assert_eq!(to_vec(&all.one_hot.sum_dim_intlist([0i64].as_slice(), false, Kind::Double))[3], 183.0);
        assert_eq!(scalar(&all.parity.sum(Kind::Double)), 906.0 - 891.0);
    }
}
