//! Integrals of smooth functions by composite ten-point Gauss–Legendre quadrature.

/// Positive nodes on [−1, 1] and their weights (Abramowitz & Stegun 1964, table 25.4, n = 10).
const RULE: [(f64, f64); 5] = [
    (0.148_874_338_981_631_21, 0.295_524_224_714_752_87),
    (0.433_395_394_129_247_2, 0.269_266_719_309_996_36),
    (0.679_409_568_299_024_4, 0.219_086_362_515_982_04),
    (0.865_063_366_688_984_5, 0.149_451_349_150_580_6),
    (0.973_906_528_517_171_7, 0.066_671_344_308_688_14),
];

/// The ten abscissae of the rule between `low` and `high`, each with its weight.
pub fn nodes(low: f64, high: f64) -> impl Iterator<Item = (f64, f64)> {
    let (middle, half) = (0.5 * (low + high), 0.5 * (high - low));
    RULE.into_iter().flat_map(move |(x, weight)| [(middle - half * x, half * weight), (middle + half * x, half * weight)])
}

/// The integral of `f` from `low` to `high` with `panels` equal panels; exact for polynomials of degree 19 in each.
pub fn integral(f: impl Fn(f64) -> f64, low: f64, high: f64, panels: usize) -> f64 {
    let width = (high - low) / panels as f64;
    (0..panels).map(|i| panel(&f, low + width * i as f64, low + width * (i + 1) as f64)).sum()
}

/// One panel of the rule.
pub(crate) fn panel(f: &impl Fn(f64) -> f64, low: f64, high: f64) -> f64 {
    nodes(low, high).map(|(x, weight)| weight * f(x)).sum()
}

/// The integral of a function from the lower end of a range to any point of it, tabulated once.
#[derive(Debug, Clone)]
pub struct Antiderivative<F> {
    f: F,
    low: f64,
    width: f64,
    sums: Vec<f64>,
}

impl<F: Fn(f64) -> f64> Antiderivative<F> {
    /// Tabulates the integral of `f` from `low` at the ends of `panels` equal panels up to `high`.
    pub fn new(f: F, low: f64, high: f64, panels: usize) -> Self {
        let width = (high - low) / panels as f64;
        let mut sums = Vec::with_capacity(panels + 1);
        sums.push(0.0);
        let mut sum = 0.0;
        for i in 0..panels {
            sum += panel(&f, low + width * i as f64, low + width * (i + 1) as f64);
            sums.push(sum);
        }
        Self { f, low, width, sums }
    }

    /// The integral from the lower end to `x`; outside of the range, to the end of it that is nearer to `x`.
    pub fn at(&self, x: f64) -> f64 {
        let last = self.sums.len() - 1;
        let index = ((x - self.low) / self.width).floor().clamp(0.0, last as f64) as usize;
        let start = self.low + self.width * index as f64;
        if index == last || x <= start { self.sums[index] } else { self.sums[index] + panel(&self.f, start, x) }
    }

    /// The integrals at the ends of the panels, from 0 to the whole.
    pub fn sums(&self) -> &[f64] {
        &self.sums
    }

    /// The integral of `weight` times the function over the whole range.
    pub fn integrate(&self, weight: impl Fn(f64) -> f64) -> f64 {
        let product = |x: f64| weight(x) * (self.f)(x);
        (1..self.sums.len()).map(|i| panel(&product, self.end(i - 1), self.end(i))).sum()
    }

    /// The end of the panels with this index.
    pub(crate) fn end(&self, index: usize) -> f64 {
        self.low + self.width * index as f64
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_panel_is_exact_up_to_degree_nineteen() {
        assert!((integral(|x| x.powi(19), 0.0, 1.0, 1) - 0.05).abs() < 1e-15);
        assert!((integral(|x| x.powi(20), 0.0, 1.0, 1) - 1.0 / 21.0).abs() > 1e-16);
    }

    proptest! {
        #[test]
        fn the_antiderivative_of_the_cosine_is_the_sine(x in 0.0..7.0f64) {
            let sine = Antiderivative::new(f64::cos, 0.0, 7.0, 9);
            prop_assert!((sine.at(x) - x.sin()).abs() < 1e-13);
        }
    }

    #[test]
    fn outside_of_its_range_it_stays_at_the_ends() {
        let line = Antiderivative::new(|_| 2.0, 1.0, 3.0, 4);
        assert_eq!(line.at(0.0), 0.0);
        assert!((line.at(9.0) - 4.0).abs() < 1e-14);
    }
}
