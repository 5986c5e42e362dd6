//! The kernels: outputs of a block of points, sums over points of products, and sums over points for points.

use super::{BLOCK, Row};
use crate::simd::{LANES, Wide, WideKernel};

/// Outputs that are computed together: with two vectors of points each, their sums stay in registers.
pub(super) const PANEL: usize = 6;

/// out = max(Wx + b, floor).
pub(super) struct Affine<'a> {
    pub(super) weights: &'a [u64],
    pub(super) bias: &'a [f32],
    pub(super) inputs: usize,
    pub(super) x: &'a [Row],
    pub(super) out: &'a mut [Row],
    pub(super) outputs: usize,
    pub(super) floor: f32,
}

impl WideKernel for Affine<'_> {
    type Output = ();

    #[inline(always)]
    fn run<V: Wide>(self, like: V) {
        let floor = like.splat_f32(self.floor);
        let blocks = self.x.chunks_exact(self.inputs).zip(self.out.chunks_exact_mut(self.outputs));
        for (x, out) in blocks {
            let panels = self.weights.chunks(PANEL * self.inputs).zip(self.bias.chunks(PANEL)).zip(out.chunks_mut(PANEL));
            for ((weights, bias), out) in panels {
                match bias.len() {
                    6 => block::<V, 6>(like, weights, bias, x, out, floor),
                    5 => block::<V, 5>(like, weights, bias, x, out, floor),
                    4 => block::<V, 4>(like, weights, bias, x, out, floor),
                    3 => block::<V, 3>(like, weights, bias, x, out, floor),
                    2 => block::<V, 2>(like, weights, bias, x, out, floor),
                    _ => block::<V, 1>(like, weights, bias, x, out, floor),
                }
            }
        }
    }
}

/// `O` outputs of a block, both halves at once where the registers are wide enough.
#[inline(always)]
fn block<V: Wide, const O: usize>(like: V, weights: &[u64], bias: &[f32], x: &[Row], out: &mut [Row], floor: V) {
    if V::REGISTERS == 1 {
        panel::<V, O, 2>(like, weights, bias, x, out, 0, floor);
    } else {
        panel::<V, O, 1>(like, weights, bias, x, out, 0, floor);
        panel::<V, O, 1>(like, weights, bias, x, out, 1, floor);
    }
}

#[inline(always)]
fn panel<V: Wide, const O: usize, const B: usize>(
    like: V,
    weights: &[u64],
    bias: &[f32],
    x: &[Row],
    out: &mut [Row],
    first: usize,
    floor: V,
) {
    let mut sums = [[floor; B]; O];
    for o in 0..O {
        sums[o] = [like.splat_f32(bias[o]); B];
    }
    for (weights, x) in weights.as_chunks::<O>().0.iter().zip(x) {
        let mut points = [floor; B];
        for b in 0..B {
            points[b] = like.load_f32(&x[first + b]);
        }
        for o in 0..O {
            let weight = like.splat(weights[o]);
            for b in 0..B {
                sums[o][b] = weight.fma_f32(points[b], sums[o][b]);
            }
        }
    }
    for o in 0..O {
        for b in 0..B {
            // In this order NaN passes.
            out[o][first + b] = floor.max_f32(sums[o][b]).store_f32();
        }
    }
}

/// weight += Σ g xᵀ, bias += Σ g over all points.
pub(super) struct Outer<'a> {
    pub(super) g: &'a [Row],
    pub(super) x: &'a [Row],
    pub(super) outputs: usize,
    pub(super) inputs: usize,
    pub(super) weight: &'a mut [f32],
    pub(super) bias: &'a mut [f32],
}

impl WideKernel for Outer<'_> {
    type Output = ();

    #[inline(always)]
    fn run<V: Wide>(mut self, like: V) {
        let mut o = 0;
        while o < self.outputs {
            o += match self.outputs - o {
                4.. if V::REGISTERS == 1 => self.strip::<V, 4>(like, o),
                2.. => self.strip::<V, 2>(like, o),
                _ => self.strip::<V, 1>(like, o),
            };
        }
        for (o, bias) in self.bias.iter_mut().enumerate() {
            let mut sum = like.splat(0);
            for g in self.g.chunks_exact(self.outputs) {
                sum = sum.add_f32(like.load_f32(&g[o][0])).add_f32(like.load_f32(&g[o][1]));
            }
            *bias += total(sum.store_f32());
        }
    }
}

impl Outer<'_> {
    /// The rows from `o` on, and how many they are.
    #[inline(always)]
    fn strip<V: Wide, const O: usize>(&mut self, like: V, o: usize) -> usize {
        let mut k = 0;
        while k < self.inputs {
            k += match self.inputs - k {
                5.. if V::REGISTERS == 1 => self.tile::<V, O, 5>(like, o, k),
                3.. => self.tile::<V, O, 3>(like, o, k),
                2 => self.tile::<V, O, 2>(like, o, k),
                _ => self.tile::<V, O, 1>(like, o, k),
            };
        }
        O
    }

    #[inline(always)]
    fn tile<V: Wide, const O: usize, const K: usize>(&mut self, like: V, o: usize, k: usize) -> usize {
        let mut sums = [[like.splat(0); K]; O];
        for (g, x) in self.g.chunks_exact(self.outputs).zip(self.x.chunks_exact(self.inputs)) {
            let (g, x) = (&g[o..o + O], &x[k..k + K]);
            for half in 0..2 {
                let mut points = [like; K];
                for j in 0..K {
                    points[j] = like.load_f32(&x[j][half]);
                }
                for i in 0..O {
                    let slope = like.load_f32(&g[i][half]);
                    for j in 0..K {
                        sums[i][j] = slope.fma_f32(points[j], sums[i][j]);
                    }
                }
            }
        }
        for (i, sums) in sums.iter().enumerate() {
            let row = &mut self.weight[(o + i) * self.inputs + k..][..K];
            for (weight, sum) in row.iter_mut().zip(sums) {
                *weight += total(sum.store_f32());
            }
        }
        K
    }
}

/// out = max(start + Mx, floor), where M mixes the points of each channel.
pub(super) struct Mix<'a> {
    /// Mᵀ: block by block of the points p, for every point q the numbers M`[p, q]`.
    pub(super) matrix: &'a [Row],
    pub(super) points: usize,
    /// The channels from `first` on.
    pub(super) x: &'a [Row],
    pub(super) inputs: usize,
    pub(super) first: usize,
    /// Channels to begin with, as many in a block as there are of `x`, or none for zeros.
    pub(super) start: &'a [Row],
    pub(super) out: &'a mut [Row],
    pub(super) outputs: usize,
    /// The channels written are the last ones, as many as there are of `x` from `first` on.
    pub(super) skip: usize,
    pub(super) floor: f32,
}

impl WideKernel for Mix<'_> {
    type Output = ();

    #[inline(always)]
    fn run<V: Wide>(mut self, like: V) {
        for block in 0..self.points.div_ceil(BLOCK) {
            let mut channel = 0;
            while channel < self.outputs - self.skip {
                channel += match self.outputs - self.skip - channel {
                    6.. => self.panels::<V, 6>(like, block, channel),
                    5 => self.panels::<V, 5>(like, block, channel),
                    4 => self.panels::<V, 4>(like, block, channel),
                    3 => self.panels::<V, 3>(like, block, channel),
                    2 => self.panels::<V, 2>(like, block, channel),
                    _ => self.panels::<V, 1>(like, block, channel),
                };
            }
        }
    }
}

impl Mix<'_> {
    /// The channels from `channel` on in a block, and how many they are: both halves at once where the registers are wide enough.
    #[inline(always)]
    fn panels<V: Wide, const O: usize>(&mut self, like: V, block: usize, channel: usize) -> usize {
        if V::REGISTERS == 1 {
            self.panel::<V, O, 2>(like, block, channel, 0);
        } else {
            self.panel::<V, O, 1>(like, block, channel, 0);
            self.panel::<V, O, 1>(like, block, channel, 1);
        }
        O
    }

    #[inline(always)]
    fn panel<V: Wide, const O: usize, const B: usize>(&mut self, like: V, block: usize, channel: usize, half: usize) {
        let mut sums = [[like.splat(0); B]; O];
        if !self.start.is_empty() {
            let start = &self.start[block * self.inputs + channel..][..O];
            for o in 0..O {
                for b in 0..B {
                    sums[o][b] = like.load_f32(&start[o][half + b]);
                }
            }
        }
        let columns = &self.matrix[block * self.points..][..self.points];
        for (from, columns) in columns.chunks(BLOCK).enumerate() {
            let x = &self.x[from * self.inputs + self.first + channel..][..O];
            for (q, column) in columns.iter().enumerate() {
                let mut numbers = [sums[0][0]; B];
                for b in 0..B {
                    numbers[b] = like.load_f32(&column[half + b]);
                }
                for o in 0..O {
                    let factor = like.splat_f32(x[o].as_flattened()[q % BLOCK]);
                    for b in 0..B {
                        sums[o][b] = factor.fma_f32(numbers[b], sums[o][b]);
                    }
                }
            }
        }
        let (out, floor) = (&mut self.out[block * self.outputs + self.skip + channel..][..O], like.splat_f32(self.floor));
        for o in 0..O {
            for b in 0..B {
                // In this order NaN passes.
                out[o][half + b] = floor.max_f32(sums[o][b]).store_f32();
            }
        }
    }
}

/// Keeps slopes where activations are positive, and writes zero elsewhere.
pub(super) struct Gate<'a> {
    pub(super) slopes: &'a mut [Row],
    pub(super) activations: &'a [Row],
}

impl WideKernel for Gate<'_> {
    type Output = ();

    #[inline(always)]
    fn run<V: Wide>(self, like: V) {
        let zero = like.splat(0);
        for (slopes, activations) in self.slopes.as_flattened_mut().iter_mut().zip(self.activations.as_flattened()) {
            *slopes = zero.select_f32(like.load_f32(activations), like.load_f32(slopes), zero).store_f32();
        }
    }
}

/// The sum of the lanes, pair by pair.
#[inline(always)]
fn total(x: [f32; LANES]) -> f32 {
    let mut sums = x;
    let mut width = LANES / 2;
    while width > 0 {
        for i in 0..width {
            sums[i] += sums[i + width];
        }
        width /= 2;
    }
    sums[0]
}
