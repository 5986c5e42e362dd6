//! A cubic well: a minimum and a saddle, with the noise that SGD has there.

use lawbook_analysis::passage_quadrature::{Passage, PassageError, mean_passage_time};

use crate::{
    Number,
    estimators::renewals::Leaving,
    integrators::sde::{Clocked, Diffusion, SmoothDiffusion, TimeChanged},
    theory::escape::{Barrier, EscapeError},
};

/// A well with a way out on the right: `L(θ) = L_* + h (θ²/2 − θ³/(3 s))`, with its saddle at `s`, of curvature −h, and the
/// noise of SGD there.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CubicWell {
    /// L_*, positive.
    pub minimum_loss: f64,
    /// h, positive.
    pub curvature: f64,
    /// s, positive.
    pub saddle: f64,
    /// η/B, positive.
    pub ratio: f64,
}

impl CubicWell {
    /// The loss.
    #[inline(always)]
    pub fn loss<X: Number>(&self, x: X) -> X {
        x.squared() * (-x * (self.curvature / (3.0 * self.saddle)) + 0.5 * self.curvature) + self.minimum_loss
    }

    /// Its slope.
    #[inline(always)]
    pub fn gradient<X: Number>(&self, x: X) -> X {
        x * (-x / self.saddle + 1.0) * self.curvature
    }

    /// The exact mean time of the diffusion from the minimum to `exit`, by quadrature of its scale function and speed measure.
    pub fn mean_time(&self, exit: f64) -> Result<f64, PassageError> {
        // So far to the left the density L^(−φ) has fallen by more than (400 φ)-fold, and further on the loss is cubic.
        let passage = Passage { reflecting: -12.0 * self.saddle, start: 0.0, target: exit };
        let noise = 2.0 * self.ratio * self.curvature;
        mean_passage_time(|x| -self.gradient(x), |x| noise * self.loss(x), passage, 600)
    }

    /// The barrier.
    pub fn barrier(&self) -> Barrier {
        Barrier {
            minimum_loss: self.minimum_loss,
            saddle_loss: self.loss(self.saddle),
            curvature: self.curvature,
            saddle_curvature: -self.curvature,
            ratio: self.ratio,
        }
    }

    /// The exit at which an escape counts, `target` of the saddle's distance: beyond it, where the loss is still positive.
    pub fn exit(&self, target: f64) -> Result<f64, EscapeError> {
        self.barrier().checked()?;
        let out = target * self.saddle;
        if target > 1.0 && self.loss(out) > 0.0 {
            return Ok(out);
        }
        let mut end = self.saddle;
        while self.loss(end) > 0.0 {
            end *= 1.001;
        }
        Err(EscapeError::Target { target: out, saddle: self.saddle, end })
    }
}

impl Diffusion<1> for CubicWell {
    #[inline(always)]
    fn drift<X: Number>(&self, [x]: [X; 1]) -> [X; 1] {
        [-self.gradient(x)]
    }

    #[inline(always)]
    fn diffusion<X: Number>(&self, [x]: [X; 1]) -> [X; 1] {
        [(self.loss(x) * (2.0 * self.ratio * self.curvature)).sqrt()]
    }
}

impl SmoothDiffusion<1> for CubicWell {
    #[inline(always)]
    fn slope<X: Number>(&self, [x]: [X; 1]) -> [X; 1] {
        let [sigma] = self.diffusion([x]);
        [self.gradient(x) * (self.ratio * self.curvature) / sigma]
    }
}

impl Clocked<1> for CubicWell {
    #[inline(always)]
    fn clock<X: Number>(&self, [x]: [X; 1]) -> X {
        self.loss(x)
    }
}

impl Leaving for TimeChanged<CubicWell, 1> {
    #[inline(always)]
    fn level<X: Number>(&self, ([x], _): Self::State<X>) -> X {
        x
    }

    #[inline(always)]
    fn restart<X: Number>(&self, (_, clock): Self::State<X>) -> Self::State<X> {
        ([X::constant(0.0)], clock)
    }
}

#[cfg(test)]
mod tests {
    use lawbook_core::Key;

    use super::*;
    use crate::{Ensemble, estimators::renewals::Renewals, integrators::sde::Milstein};

    impl Leaving for Milstein<CubicWell, 1> {
        #[inline(always)]
        fn level<X: Number>(&self, [x]: [X; 1]) -> X {
            x
        }

        #[inline(always)]
        fn restart<X: Number>(&self, _: [X; 1]) -> [X; 1] {
            [X::constant(0.0)]
        }
    }

    /// Three integrators, one law: renewals in the well at strong noise against quadrature.
    #[test]
    fn simulated_escapes_agree_with_quadrature() {
        let (diffusion, out) = (CubicWell { minimum_loss: 0.1, curvature: 1.0, saddle: 2.0 / 3.0, ratio: 0.4 }, 0.967);
        let exact = diffusion.mean_time(out).expect("valid input");
        let clocked = Renewals { process: TimeChanged::<_, 1> { diffusion, step: 5e-4 }, out };
        let mut ensemble = Ensemble::<_, f64>::new(clocked, 64, &Key::new(["clocked"]), |_| (([0.0], [0.0]), [0.0]));
        ensemble.advance(200_000);
        let (time, exits) = ensemble.states().fold((0.0, 0.0), |(t, n), ((_, [s]), [m])| (t + s, n + m));
        assert!((time / exits / exact - 1.0).abs() < 0.05, "{} {exact}", time / exits);
        let plain = Renewals { process: Milstein::<_, 1> { diffusion, step: 0.004 }, out };
        let mut ensemble = Ensemble::<_, f64>::new(plain, 64, &Key::new(["plain"]), |_| ([0.0], [0.0]));
        ensemble.advance(200_000);
        let exits: f64 = ensemble.states().map(|(_, [n])| n).sum();
        let time = 64.0 * 200_000.0 * 0.004 / exits;
        assert!((time / exact - 1.0).abs() < 0.05, "{time} {exact}");
    }
}
