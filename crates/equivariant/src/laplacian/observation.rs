//! Observations Ŷ = βxxᵀ + Ŵ of a planted signal, Ŵ symmetric noise of variance 1/n.
//!
//! Source: Yuxin Ma & Dmitriy Kunisky, *Nonlinear Laplacians*, 2025, arXiv 2505.12528, Definitions 1.1 to 1.4. The published
//! phase-transition script draws planted cliques where it says planted submatrices; here each name draws what it says.

use lawbook_core::Key;

use super::{
    LaplacianError,
    packed::{Entry, Packed, TILE, Tile},
};

/// A matrix Ŷ with the signal that is planted in it.
#[derive(Debug, Clone)]
pub struct Observation<T> {
    /// Ŷ, of bulk [−2, 2].
    pub matrix: Packed<T>,
    /// x, of norm 1.
    pub signal: Vec<f64>,
    /// β as planted: k/√n where k entries are, and k is a whole number.
    pub strength: f64,
}

impl<T: Entry> Observation<T> {
    /// The same signal in the opposite noise, 2βxxᵀ − Ŷ: as likely as Ŷ itself, so that the mean of the two is free of every
    /// fluctuation that is odd in the noise.
    #[must_use]
    pub fn reflected(&self) -> Self {
        let mut matrix = self.matrix.negated();
        let planted: Vec<usize> = (0..self.signal.len()).filter(|i| self.signal[*i] != 0.0).collect();
        for (at, &i) in planted.iter().enumerate() {
            let factor = 2.0 * self.strength * self.signal[i];
            planted[..=at].iter().for_each(|&j| matrix.add(i, j, factor * self.signal[j]));
        }
        Self { matrix, signal: self.signal.clone(), strength: self.strength }
    }
}

/// Gaussian planted submatrix: k = β√n random indices, and the mean of the k × k block of √n Ŷ raised by 1.
pub fn planted_submatrix<T: Entry>(order: usize, beta: f64, key: &Key) -> Result<Observation<T>, LaplacianError> {
    let planted = subset(order, beta, key)?;
    Ok(plant(goe(order, key), &planted.iter().map(|&i| (i, 1.0)).collect::<Vec<_>>(), planted.len() as f64))
}

/// Gaussian sparse non-negative PCA: every entry of the signal is nonzero with probability β/√n, and then |g|.
pub fn sparse_nonnegative<T: Entry>(order: usize, beta: f64, key: &Key) -> Result<Observation<T>, LaplacianError> {
    let chance = count(order, beta)? / order as f64;
    let mut stream = key.stream("signal", 0);
    let drawn: Vec<f64> = (0..order).map(|_| if stream.bernoulli(chance) { stream.normal().abs() } else { 0.0 }).collect();
    let entries: Vec<(usize, f64)> = drawn.into_iter().enumerate().filter(|(_, value)| *value > 0.0).collect();
    Ok(plant(goe(order, key), &entries, beta * (order as f64).sqrt()))
}

/// Planted clique: √n Ŷ is the signed adjacency matrix of a graph with fair edges, all present within k = β√n random vertices;
/// the diagonal is 0, and 1 on the clique.
pub fn planted_clique<T: Entry>(order: usize, beta: f64, key: &Key) -> Result<Observation<T>, LaplacianError> {
    let planted = subset(order, beta, key)?;
    let unit = (order as f64).sqrt().recip();
    let mut matrix = Packed::from_tiles(order, |row, column, tile: &mut Tile<T>| {
        let mut stream = key.stream("edges", tile_number(row, column));
        for (i, line) in tile.iter_mut().enumerate() {
            for eight in line.iter_mut().zip(0..) {
                let (entries, group): (&mut [T; 8], usize) = eight;
                // Of the 32 bits of a word eight are used: drawing is far from the cost of one product.
                let bits = stream.next_u32();
                for (lane, entry) in entries.iter_mut().enumerate() {
                    let sign = if bits >> lane & 1 == 0 { -unit } else { unit };
                    *entry = T::narrow(if row == column && group * 8 + lane == i { 0.0 } else { sign });
                }
            }
        }
    });
    for (at, &i) in planted.iter().enumerate() {
        for &j in &planted[..=at] {
            let missing = unit - matrix.entry(i, j);
            matrix.add(i, j, missing);
        }
    }
    let size = planted.len() as f64;
    let mut signal = vec![0.0; order];
    planted.iter().for_each(|&i| signal[i] = size.sqrt().recip());
    Ok(Observation { matrix, signal, strength: size * unit })
}

/// GOE noise: variance 1/n off the diagonal and 2/n on it. Every tile has a stream of its own.
pub fn goe<T: Entry>(order: usize, key: &Key) -> Packed<T> {
    let unit = (order as f64).sqrt().recip();
    Packed::from_tiles(order, |row, column, tile: &mut Tile<T>| {
        let mut stream = key.stream("noise", tile_number(row, column));
        let mut normals = [0.0; TILE];
        for (i, line) in tile.iter_mut().enumerate() {
            stream.fill_normal(&mut normals);
            let entries = line.as_flattened_mut();
            entries.iter_mut().zip(&normals).for_each(|(entry, normal)| *entry = T::narrow(normal * unit));
            if row == column {
                entries[i] = T::narrow(normals[i] * unit * std::f64::consts::SQRT_2);
            }
        }
    })
}

/// Adds βxxᵀ, x proportional to the entries, β = `size`/√n.
fn plant<T: Entry>(mut matrix: Packed<T>, entries: &[(usize, f64)], size: f64) -> Observation<T> {
    let order = super::Symmetric::order(&matrix);
    let strength = size / (order as f64).sqrt();
    let norm = entries.iter().map(|(_, value)| value * value).sum::<f64>().sqrt();
    let mut signal = vec![0.0; order];
    for (at, &(i, value)) in entries.iter().enumerate() {
        signal[i] = value / norm;
        entries[..=at].iter().for_each(|&(j, other)| matrix.add(i, j, strength * value * other / (norm * norm)));
    }
    Observation { matrix, signal, strength }
}

/// β√n, if that many entries can be planted.
fn count(order: usize, beta: f64) -> Result<f64, LaplacianError> {
    let planted = beta * (order as f64).sqrt();
    if planted > 0.0 && planted < order as f64 { Ok(planted) } else { Err(LaplacianError::Planted { planted, order }) }
}

/// round(β√n) random indices.
pub(super) fn subset(order: usize, beta: f64, key: &Key) -> Result<Vec<usize>, LaplacianError> {
    let size = count(order, beta)?.round().max(1.0) as usize;
    let mut indices: Vec<usize> = (0..order).collect();
    key.stream("signal", 0).shuffle(&mut indices);
    indices.truncate(size);
    Ok(indices)
}

fn tile_number(row: usize, column: usize) -> u64 {
    (row as u64) << 32 | column as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> Key {
        Key::new(["observation"])
    }

    /// Variances 1/n and 2/n, each within five of its standard errors.
    #[test]
    fn noise_has_the_variances_of_the_goe() {
        let n = 300;
        let matrix: Packed<f64> = goe(n, &key());
        let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
        let off: Vec<f64> =
            (0..n).flat_map(|i| (0..i).map(move |j| (i, j))).map(|(i, j)| matrix.entry(i, j).powi(2)).collect();
        let on: Vec<f64> = (0..n).map(|i| matrix.entry(i, i).powi(2)).collect();
        for (values, exact) in [(off, 1.0 / n as f64), (on, 2.0 / n as f64)] {
            let error = exact * (2.0 / values.len() as f64).sqrt();
            assert!((mean(&values) - exact).abs() < 5.0 * error, "{} {exact}", mean(&values));
        }
    }

    /// The block of the submatrix differs from the same noise without a signal by 1/√n, and nothing else does.
    #[test]
    fn the_block_is_gaussian_and_raised_by_one() {
        let n = 400;
        let observed: Observation<f64> = planted_submatrix(n, 1.2, &key()).expect("24 entries");
        assert_eq!((observed.signal.iter().filter(|x| **x > 0.0).count(), observed.strength), (24, 1.2));
        let noise: Packed<f64> = goe(n, &key());
        for (i, j) in (0..n).flat_map(|i| (0..=i).map(move |j| (i, j))) {
            let raised = if observed.signal[i] * observed.signal[j] > 0.0 { 0.05 } else { 0.0 };
            assert!((observed.matrix.entry(i, j) - noise.entry(i, j) - raised).abs() < 1e-15);
        }
    }

    #[test]
    fn a_clique_has_all_its_edges() {
        let n = 400;
        let observed: Observation<f32> = planted_clique(n, 1.0, &key()).expect("20 vertices");
        let mut outside = 0.0;
        for (i, j) in (0..n).flat_map(|i| (0..i).map(move |j| (i, j))) {
            let entry = observed.matrix.entry(i, j) * 20.0;
            assert!((entry.abs() - 1.0).abs() < 1e-6);
            if observed.signal[i] * observed.signal[j] > 0.0 {
                assert!(entry > 0.0);
            } else {
                outside += entry;
            }
        }
        // A sum of some 80 000 fair signs, within five standard deviations.
        assert!(outside.abs() < 5.0 * 283.0, "{outside}");
    }

    #[test]
    fn a_reflection_keeps_the_signal_and_turns_the_noise() {
        let n = 300;
        let observed: Observation<f64> = sparse_nonnegative(n, 1.2, &key()).expect("a signal");
        let (turned, noise) = (observed.reflected(), goe::<f64>(n, &key()));
        for (i, j) in [(0, 0), (3, 200), (250, 17), (299, 299)].into_iter().chain((0..n).map(|i| (i, i / 2))) {
            let planted = observed.strength * observed.signal[i] * observed.signal[j];
            assert!((turned.matrix.entry(i, j) - (planted - noise.entry(i, j))).abs() < 1e-14);
        }
    }

    #[test]
    fn a_signal_larger_than_the_matrix_is_refused() {
        let refused = planted_submatrix::<f64>(100, 11.0, &key());
        assert!(matches!(refused, Err(LaplacianError::Planted { order: 100, .. })));
        assert!(sparse_nonnegative::<f64>(100, -1.0, &key()).is_err());
    }
}
