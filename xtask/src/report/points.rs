//! What tells the points of a claim apart, and which of them lie on one curve.

use lawbook_claims::{Claim, Site};
use serde_json::Value;

use super::claim;

/// Of more parameters than this only the first may name curves, so that the choice stays cheap.
const MOST: usize = 8;

/// Something in which the points of a claim differ.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Difference {
    pub(super) name: String,
    /// Whether the name is that of a parameter, and not the word for what is measured or by which study.
    pub(super) of_parameter: bool,
    /// One per point.
    values: Vec<Value>,
}

/// Points that a line may join, in the order of their abscissae, with what they have in common and no others have: `r = 0.2`.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Curve {
    pub(super) name: String,
    pub(super) points: Vec<usize>,
}

impl Difference {
    /// Its value at a point, as a reader wants it.
    pub(super) fn shown(&self, point: usize) -> String {
        match &self.values[point] {
            Value::Null => "–".to_owned(),
            given => claim::value(given),
        }
    }

    fn named(&self, point: usize) -> String {
        if self.of_parameter { format!("{} = {}", self.name, self.shown(point)) } else { self.shown(point) }
    }

    fn numbers(&self) -> Option<Vec<f64>> {
        self.values.iter().map(Value::as_f64).collect()
    }
}

/// In what the points differ, beside their abscissae: what a table of them must say.
pub(super) fn differences(claim: &Claim) -> Vec<Difference> {
    let same = |x: f64, value: f64| (x - value).abs() <= 1e-9 * x.abs();
    let is_abscissa = |difference: &Difference| {
        let numbers = difference.numbers().unwrap_or_default();
        numbers.len() == claim.sites.len() && claim.sites.iter().zip(numbers).all(|((x, _), value)| same(*x, value))
    };
    all_differences(claim).into_iter().filter(|difference| !is_abscissa(difference)).collect()
}

fn all_differences(claim: &Claim) -> Vec<Difference> {
    let mut names: Vec<&String> = claim.sites.iter().flat_map(|(_, site)| site.point.params.keys()).collect();
    names.sort();
    names.dedup();
    let column = |of: &dyn Fn(&Site) -> Value| claim.sites.iter().map(|(_, site)| of(site)).collect::<Vec<Value>>();
    let word = |name: &str, values| Difference { name: name.to_owned(), of_parameter: false, values };
    let words = [
        word("Study", column(&|site| Value::from(site.point.study.as_str()))),
        word("Observable", column(&|site| Value::from(site.observable.as_str()))),
    ];
    let parameters = names.into_iter().map(|name| Difference {
        name: name.clone(),
        of_parameter: true,
        values: column(&|site| site.point.params.get(name).cloned().unwrap_or_default()),
    });
    words.into_iter().chain(parameters).filter(|all| all.values.iter().any(|value| *value != all.values[0])).collect()
}

/// The points in curves: as few as there can be such that along each some number of the measurement rises or falls with
/// the abscissa. Points of which nothing does have nothing to do with each other.
pub(super) fn curves(claim: &Claim) -> Vec<Curve> {
    let mut differences = all_differences(claim);
    differences.truncate(MOST);
    let mut carriers: Vec<Vec<f64>> = differences.iter().filter_map(Difference::numbers).collect();
    carriers.push(claim.sites.iter().map(|(_, site)| site.coordinate).collect());
    let choices = (0_usize..1 << differences.len()).filter_map(|choice| {
        let chosen: Vec<&Difference> =
            differences.iter().enumerate().filter(|(i, _)| choice >> i & 1 == 1).map(|(_, difference)| difference).collect();
        let curves = grouped(claim, &chosen);
        let lonely = curves.iter().filter(|curve| curve.points.len() == 1).count();
        let joined = curves.iter().all(|curve| carriers.iter().any(|carrier| runs_along(claim, &curve.points, carrier)));
        joined.then_some(((curves.len(), lonely, chosen.len(), choice), curves))
    });
    let best = choices.min_by_key(|(cost, _)| *cost).map(|(_, curves)| curves);
    best.unwrap_or_else(|| (0..claim.sites.len()).map(|i| Curve { name: String::new(), points: vec![i] }).collect())
}

/// The points that agree in some of their differences.
fn grouped(claim: &Claim, chosen: &[&Difference]) -> Vec<Curve> {
    let mut curves: Vec<Curve> = Vec::new();
    let agree = |i: usize, j: usize| chosen.iter().all(|difference| difference.values[i] == difference.values[j]);
    for i in 0..claim.sites.len() {
        match curves.iter_mut().find(|curve| agree(curve.points[0], i)) {
            Some(curve) => curve.points.push(i),
            None => {
                let names: Vec<String> = chosen.iter().map(|difference| difference.named(i)).collect();
                curves.push(Curve { name: names.join(", "), points: vec![i] });
            }
        }
    }
    for curve in &mut curves {
        curve.points.sort_by(|&i, &j| claim.sites[i].0.total_cmp(&claim.sites[j].0));
    }
    curves
}

/// Whether a number rises or falls strictly as the abscissa of these points rises.
fn runs_along(claim: &Claim, points: &[usize], numbers: &[f64]) -> bool {
    let steps = || points.windows(2).map(|pair| (pair[0], pair[1]));
    steps().all(|(i, j)| claim.sites[i].0 < claim.sites[j].0)
        && (steps().all(|(i, j)| numbers[i] < numbers[j]) || steps().all(|(i, j)| numbers[i] > numbers[j]))
}

#[cfg(test)]
mod tests {
    use lawbook_claims::Point;
    use serde_json::json;

    use super::*;

    fn claim(points: &[(f64, Value)]) -> Claim {
        let site = |params: &Value| {
            Point { study: "s".to_owned(), params: params.as_object().cloned().unwrap_or_default() }.site("y")
        };
        Claim::curve("c", points.iter().map(|(x, params)| (*x, site(params), 0.0)))
    }

    fn named(claim: &Claim) -> Vec<(String, Vec<usize>)> {
        curves(claim).into_iter().map(|curve| (curve.name, curve.points)).collect()
    }

    #[test]
    fn one_line_for_what_only_the_abscissa_tells_apart() {
        let by_effort =
            [(2.0, json!({"M": 2, "probes": 9})), (1.0, json!({"M": 1, "probes": 9})), (3.0, json!({"M": 3, "probes": 4}))];
        let claim = claim(&by_effort);
        assert_eq!(named(&claim), [(String::new(), vec![1, 0, 2])]);
        let names: Vec<String> = differences(&claim).into_iter().map(|difference| difference.name).collect();
        assert_eq!(names, ["probes"]);
    }

    #[test]
    fn points_of_one_abscissa_lie_on_curves_of_their_own() {
        let twice = [(5.0, 0.1, 322), (5.0, 0.2, 60), (10.0, 0.2, 179), (20.0, 0.2, 500), (20.0, 0.3, 94)];
        let twice = twice.map(|(m, r, memories)| (m, json!({"M": m, "memories": memories, "r": r})));
        let expected = [("r = 0.1", vec![0]), ("r = 0.2", vec![1, 2, 3]), ("r = 0.3", vec![4])];
        assert_eq!(named(&claim(&twice)), expected.map(|(name, points)| (name.to_owned(), points)));
    }

    #[test]
    fn a_ratio_of_two_parameters_is_drawn_along_one_of_them() {
        let ratios = [(10.0, 1, 0.1), (40.0, 4, 0.1), (3.3, 1, 0.3), (13.3, 4, 0.3), (4.0, 4, 1.0), (8.0, 8, 1.0)];
        let ratios = ratios.map(|(x, batch, eta)| (x, json!({"B": batch, "eta": eta})));
        let expected = [("eta = 0.1", vec![0, 1]), ("eta = 0.3", vec![2, 3]), ("eta = 1", vec![4, 5])];
        assert_eq!(named(&claim(&ratios)), expected.map(|(name, points)| (name.to_owned(), points)));
    }

    #[test]
    fn words_are_not_joined() {
        let words = [(0.0, json!({"rule": "max"})), (1.0, json!({"rule": "mean"}))];
        let expected = [("rule = max", vec![0]), ("rule = mean", vec![1])];
        assert_eq!(named(&claim(&words)), expected.map(|(name, points)| (name.to_owned(), points)));
        assert_eq!(named(&claim(&[(0.0, json!({})), (0.0, json!({}))])).len(), 2);
    }
}
