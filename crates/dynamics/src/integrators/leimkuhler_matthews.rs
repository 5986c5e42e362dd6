//! The method of Leimkuhler and Matthews for constant noise: the stationary law to second order at the price of Euler's.
//!
//! `x' = x + μ(x) h + σ √h (R + R')/2` with the normals `R` of the last step and `R'` of this one. At finite time it is of weak
//! order 1 like Euler–Maruyama; the part of first order decays with the memory of the start, and the stationary law is right to
//! order 2, on a harmonic well exactly (Leimkuhler & Matthews, *Rational construction of stochastic numerical methods for molecular
//! sampling*, Appl. Math. Res. Express 2013, 34; Leimkuhler, Matthews & Tretyakov, *On the long-time integration of stochastic
//! gradient systems*, Proc. R. Soc. A 470 (2014) 20140120, arXiv 1402.5797).

use crate::{
    Noise, Number, Process,
    integrators::sde::{Diffusion, normals},
};

/// The method as a process. The state is the position and the normals of the last step, to start from standard normals or zeros.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LeimkuhlerMatthews<S, const D: usize> {
    /// The diffusion. Its noise must not depend on the position: if it does, the result is of no order at all.
    pub diffusion: S,
    /// The time step, positive.
    pub step: f64,
}

/// One step over `time` with the normals of the last step and of this one.
#[inline(always)]
pub fn leimkuhler_matthews<X: Number, S: Diffusion<D>, const D: usize>(
    diffusion: &S,
    x: [X; D],
    time: f64,
    [last, next]: [[X; D]; 2],
) -> [X; D] {
    let (drift, sigma, half) = (diffusion.drift(x), diffusion.diffusion(x), 0.5 * time.sqrt());
    let mut moved = x;
    for i in 0..D {
        moved[i] = x[i] + drift[i] * time + (last[i] + next[i]) * (sigma[i] * half);
    }
    moved
}

impl<S: Diffusion<D>, const D: usize> Process for LeimkuhlerMatthews<S, D> {
    type State<X: Number> = ([X; D], [X; D]);

    #[inline(always)]
    fn step<X: Number, N: Noise<X>>(&self, (x, last): Self::State<X>, noise: &mut N) -> Self::State<X> {
        let next = normals(noise);
        (leimkuhler_matthews(&self.diffusion, x, self.step, [last, next]), next)
    }
}
