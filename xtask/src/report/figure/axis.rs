//! Axes: what they span, where their ticks stand, what those are called.

use super::super::number;

/// The share of an axis that belongs to prediction and evidence, however far away rivals and wide intervals reach.
const CORE_SHARE: f64 = 0.4;

/// How far beyond an axis things keep their place, in lengths of the axis: lines that leave a frame leave it at their slope.
pub(super) const OVERDRAW: f64 = 4.0;

/// An axis of a plot. Positions are values, or their decimal logarithms.
#[derive(Debug, Clone)]
pub(super) struct Axis {
    pub(super) label: String,
    log: bool,
    pub(super) low: f64,
    pub(super) high: f64,
}

/// A tick: position and name; minor ticks have none.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Tick {
    pub(super) position: f64,
    pub(super) name: String,
}

impl Axis {
    /// An axis that shows all of `core`, and of `wider` what does not squash it. Logarithmic only if `core` is positive.
    pub(super) fn spanning(label: &str, log: bool, core: &[f64], wider: &[f64]) -> Self {
        let log = log && core.iter().all(|value| *value > 0.0);
        let position = |value: &f64| if log { value.log10() } else { *value };
        let finite = |values: &[f64]| values.iter().map(position).filter(|x| x.is_finite()).collect::<Vec<f64>>();
        let (low, high) = range(&finite(core));
        // A single value gets some room around it.
        let room = if log { 0.3 } else { 0.1 * low.abs().max(high.abs()) };
        let room = if room > 0.0 { room } else { 1.0 };
        let (low, high) = if high - low > 1e-9 * room { (low, high) } else { (low - room, high + room) };
        let spare = (high - low) * (1.0 / CORE_SHARE - 1.0);
        // What cannot be shown anyway takes no room.
        let mut near = finite(wider);
        near.retain(|x| (low - spare..=high + spare).contains(x));
        let (wide_low, wide_high) = range(&near);
        let (below, above) = ((low - wide_low).max(0.0), (wide_high - high).max(0.0));
        // Each side may take half of the spare length, and what the other leaves.
        let low_end = low - below.min(spare - above.min(0.5 * spare));
        let high_end = high + above.min(spare - below.min(0.5 * spare));
        let padding = 0.06 * (high_end - low_end);
        Self { label: label.to_owned(), log, low: low_end - padding, high: high_end + padding }
    }

    /// An axis that ends where its data do.
    pub(super) fn filled(label: &str, log: bool, (low, high): (f64, f64)) -> Self {
        let log = log && low > 0.0;
        let place = |value: f64| if log { value.log10() } else { value };
        Self { label: label.to_owned(), log, low: place(low), high: place(high) }
    }

    /// The position of a value; far outside the axis it is only as far as need be.
    pub(super) fn at(&self, value: f64) -> f64 {
        let span = self.high - self.low;
        let position = match (self.log, value > 0.0) {
            (false, _) => value,
            (true, true) => value.log10(),
            (true, false) => f64::NEG_INFINITY,
        };
        position.clamp(self.low - OVERDRAW * span, self.high + OVERDRAW * span)
    }

    /// Whether a value lies within the axis.
    pub(super) fn shows(&self, value: f64) -> bool {
        (self.low..=self.high).contains(&self.at(value))
    }

    /// At most about `most` named ticks, and the power of ten that their names leave out.
    pub(super) fn ticks(&self, most: u8) -> (Vec<Tick>, Option<i32>) {
        let span = self.high - self.low;
        match self.log {
            false => linear(self.low, self.high, most),
            true if span < 0.7 => {
                let (ticks, power) = linear(10_f64.powf(self.low), 10_f64.powf(self.high), most);
                (ticks.into_iter().map(|tick| Tick { position: tick.position.log10(), ..tick }).collect(), power)
            }
            true if span < 2.2 => (self.logarithmic(1, &[1.0, 2.0, 5.0]), None),
            true => (self.logarithmic((span / f64::from(most - 1)).ceil() as i32, &[1.0]), None),
        }
    }

    /// Positions of the ticks between the named ones of a logarithmic axis.
    pub(super) fn minor_ticks(&self) -> Vec<f64> {
        if !self.log || !(0.7..8.0).contains(&(self.high - self.low)) {
            return Vec::new();
        }
        self.logarithmic(1, &[2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0]).into_iter().map(|tick| tick.position).collect()
    }

    fn logarithmic(&self, step: i32, mantissas: &[f64]) -> Vec<Tick> {
        let exponents = self.low.floor() as i32..=self.high.ceil() as i32;
        let plain = self.low >= -3.05 && self.high <= 4.05;
        let name = |exponent: i32, mantissa: f64| match (plain, mantissa) {
            (true, _) => number::significant(mantissa * 10_f64.powi(exponent), 1),
            (false, 1.0) => number::power_of_ten(exponent),
            (false, _) => format!("{mantissa} × {}", number::power_of_ten(exponent)),
        };
        exponents
            .filter(|exponent| exponent.rem_euclid(step) == 0)
            .flat_map(|exponent| mantissas.iter().map(move |mantissa| (exponent, *mantissa)))
            .map(|(exponent, mantissa)| Tick {
                position: f64::from(exponent) + mantissa.log10(),
                name: name(exponent, mantissa),
            })
            .filter(|tick| (self.low..=self.high).contains(&tick.position))
            .collect()
    }
}

/// Ticks at round numbers.
fn linear(low: f64, high: f64, most: u8) -> (Vec<Tick>, Option<i32>) {
    let rough = (high - low) / f64::from(most);
    let power = 10_f64.powi(number::exponent(rough));
    let step = [1.0, 2.0, 5.0, 10.0].into_iter().map(|m| m * power).find(|step| *step >= rough).unwrap_or(rough);
    let largest = number::exponent(low.abs().max(high.abs()));
    let factor = (!(-3..5).contains(&largest)).then_some(largest);
    let scale = 10_f64.powi(factor.unwrap_or(0));
    let decimals = (factor.unwrap_or(0) - number::exponent(step * (1.0 + 1e-9))).max(0);
    let first = (low / step).ceil() as i64;
    let last = (high / step).floor() as i64;
    let ticks = (first..=last).map(|i| {
        let position = i as f64 * step;
        Tick { position, name: number::fixed(position / scale, decimals) }
    });
    (ticks.collect(), factor)
}

fn range(values: &[f64]) -> (f64, f64) {
    let low = values.iter().copied().fold(f64::INFINITY, f64::min);
    let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    (low, high)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(axis: &Axis) -> Vec<String> {
        axis.ticks(6).0.into_iter().map(|tick| tick.name).collect()
    }

    #[test]
    fn ticks_are_round_numbers() {
        assert_eq!(names(&Axis::spanning("", false, &[0.0, 1.0], &[])), ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]);
        assert_eq!(names(&Axis::spanning("", false, &[-3.0, 17.0], &[])), ["0", "5", "10", "15"]);
        let tiny = Axis::spanning("", false, &[1.0e-7, 3.0e-7], &[]);
        assert_eq!(
            (names(&tiny), tiny.ticks(6).1),
            (vec!["1.0".into(), "1.5".into(), "2.0".into(), "2.5".into(), "3.0".into()], Some(-7))
        );
    }

    #[test]
    fn logarithmic_ticks_are_decades_or_their_simplest_parts() {
        assert_eq!(names(&Axis::spanning("", true, &[0.01, 100.0], &[])), ["0.01", "0.1", "1", "10", "100"]);
        assert_eq!(names(&Axis::spanning("", true, &[8.0, 80.0], &[])), ["10", "20", "50"]);
        assert_eq!(names(&Axis::spanning("", true, &[1e-9, 1e3], &[])), ["10⁻⁹", "10⁻⁶", "10⁻³", "10⁰", "10³"]);
        assert_eq!(names(&Axis::spanning("", true, &[100.0, 200.0], &[])), ["100", "120", "140", "160", "180", "200"]);
    }

    #[test]
    fn a_far_rival_leaves_the_evidence_its_share() {
        let axis = Axis::spanning("", false, &[0.0, 1.0], &[1e9, -1.0]);
        assert!(axis.shows(-1.0) && axis.high < 1.2 && !axis.shows(1e9), "{axis:?}");
        let squeezed = Axis::spanning("", false, &[0.0, 1.0], &[2.5, -1.5]);
        assert!((squeezed.high - squeezed.low - 2.5 * 1.12).abs() < 1e-12, "{squeezed:?}");
        assert!(axis.at(f64::INFINITY).is_finite() && axis.at(f64::NEG_INFINITY).is_finite());
    }

    #[test]
    fn what_is_not_positive_is_not_drawn_logarithmically() {
        assert_eq!(names(&Axis::spanning("", true, &[0.0, 1.0], &[])), ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]);
    }
}
