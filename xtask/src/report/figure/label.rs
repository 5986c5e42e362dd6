//! Names beside curves: each at one of its points, where it is clearest of everything else.

/// Half the height that a name needs.
const HALF: f64 = 7.5;

/// What is clear by this much is clear enough.
const CLEAR: f64 = 4.0;

/// How far apart a name and another curve can be told to have nothing to do with each other.
const FAR: f64 = 60.0;

/// A curve that has a name, in the units of the figure.
pub(super) struct Named {
    /// Half the width that the name needs.
    pub(super) half: f64,
    pub(super) points: Vec<(f64, f64)>,
}

/// The centres of the names in a frame of this size; `drawn` are points of everything that they should not cover.
pub(super) fn places(curves: &[Named], drawn: &[(f64, f64)], (width, height): (f64, f64)) -> Vec<(f64, f64)> {
    let mut taken: Vec<((f64, f64), f64)> = Vec::new();
    let lines: Vec<Vec<(f64, f64)>> = curves.iter().map(|curve| along(&curve.points)).collect();
    for (i, curve) in curves.iter().enumerate() {
        let others = || lines.iter().enumerate().filter(|(j, _)| *j != i).flat_map(|(_, other)| other);
        let score = |at: (f64, f64)| {
            let gap = |(x, y): (f64, f64), half: f64, up: f64| ((x - at.0).abs() - half).max((y - at.1).abs() - up);
            let lines = drawn.iter().map(|point| gap(*point, curve.half, HALF));
            let names = taken.iter().map(|(place, half)| gap(*place, curve.half + half, 2.0 * HALF));
            let clear = lines.chain(names).fold(CLEAR, f64::min);
            let apart = others().map(|point| gap(*point, curve.half, HALF)).fold(FAR, f64::min);
            clear + 0.1 * apart
        };
        let inside = |x: f64, y: f64| (x.clamp(curve.half, width - curve.half), y.clamp(HALF, height - HALF));
        let (near, up) = (curve.half + 8.0, 2.0 * HALF);
        let around = [(0.0, -up), (0.0, up), (near, 0.0), (-near, 0.0), (near, -up), (near, up), (-near, -up), (-near, up)];
        let candidates = curve.points.iter().flat_map(|(x, y)| around.map(|(right, down)| inside(x + right, y + down)));
        // The first of equals.
        let best = candidates.map(|at| (score(at), at)).reduce(|best, next| if next.0 > best.0 { next } else { best });
        taken.push((best.map_or((curve.half, HALF), |(_, at)| at), curve.half));
    }
    taken.into_iter().map(|(at, _)| at).collect()
}

/// Points along a line, close enough that no name fits between two of them.
pub(super) fn along(line: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let steps = |from: (f64, f64), to: (f64, f64)| {
        let count = ((to.0 - from.0).hypot(to.1 - from.1) / HALF).ceil().clamp(1.0, 200.0);
        (0..=count as usize).map(move |i| {
            let share = i as f64 / count;
            (from.0 + share * (to.0 - from.0), from.1 + share * (to.1 - from.1))
        })
    };
    line.windows(2).flat_map(|pair| steps(pair[0], pair[1])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_cover_neither_lines_nor_each_other_and_stay_inside() {
        let flat = |y: f64| vec![(0.0, y), (100.0, y), (200.0, y)];
        let curves = [flat(20.0), flat(60.0), flat(75.0)].map(|points| Named { half: 25.0, points });
        let drawn: Vec<(f64, f64)> = curves.iter().flat_map(|curve| along(&curve.points)).collect();
        let places = places(&curves, &drawn, (200.0, 100.0));
        for (i, (x, y)) in places.iter().enumerate() {
            assert!((25.0..=175.0).contains(x) && (HALF..=92.5).contains(y), "{places:?}");
            assert!([20.0, 60.0, 75.0].iter().all(|line| (line - y).abs() > 4.0), "{places:?}");
            assert!(places[..i].iter().all(|(a, b)| (a - x).abs() > 50.0 || (b - y).abs() > 14.0), "{places:?}");
        }
    }
}
