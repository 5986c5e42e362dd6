//! Inner products and sums of long vectors, with the widest instructions of the machine.

use lawbook_core::simd::{Level, Wide, WideKernel};

/// Σ aᵢbᵢ, summed in 16 interleaved parts.
pub(super) fn dot(a: &[f64], b: &[f64]) -> f64 {
    let ((a, a_rest), (b, b_rest)) = (a.as_chunks(), b.as_chunks());
    let rest: f64 = a_rest.iter().zip(b_rest).map(|(a, b)| a * b).sum();
    Level::widest().run(Dot { a, b }) + rest
}

/// `to` += `factor` · `from`.
pub(super) fn add_scaled(factor: f64, from: &[f64], to: &mut [f64]) {
    let ((from, from_rest), (to, to_rest)) = (from.as_chunks(), to.as_chunks_mut());
    to_rest.iter_mut().zip(from_rest).for_each(|(to, from)| *to += factor * from);
    Level::widest().run(AddScaled { factor, from, to });
}

/// ‖a‖.
pub(super) fn norm(a: &[f64]) -> f64 {
    dot(a, a).sqrt()
}

struct Dot<'a> {
    a: &'a [[f64; 16]],
    b: &'a [[f64; 16]],
}

impl WideKernel for Dot<'_> {
    type Output = f64;

    #[inline(always)]
    fn run<V: Wide>(self, like: V) -> f64 {
        let (mut low, mut high) = (like.splat(0), like.splat(0));
        for (a, b) in self.a.iter().zip(self.b) {
            let (a, b) = (a.as_chunks().0, b.as_chunks().0);
            low = like.load_f64(&a[0]).fma_f64(like.load_f64(&b[0]), low);
            high = like.load_f64(&a[1]).fma_f64(like.load_f64(&b[1]), high);
        }
        low.add_f64(high).store_f64().iter().sum()
    }
}

struct AddScaled<'a> {
    factor: f64,
    from: &'a [[f64; 8]],
    to: &'a mut [[f64; 8]],
}

impl WideKernel for AddScaled<'_> {
    type Output = ();

    #[inline(always)]
    fn run<V: Wide>(self, like: V) {
        let factor = like.splat(self.factor.to_bits());
        for (from, to) in self.from.iter().zip(self.to) {
            *to = like.load_f64(from).fma_f64(factor, like.load_f64(to)).store_f64();
        }
    }
}
