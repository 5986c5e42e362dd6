//! The streams of neighbouring indices side by side, for kernels.

use crate::{
    random::{
        normal,
        philox::philox_wide,
        wide::{self, Wide, WideKernel},
    },
    simd::{LANES, Level},
};

/// The streams of one purpose and of any index; see [`crate::Key::lanes`].
#[derive(Debug, Clone, Copy)]
pub struct Lanes {
    key: [u32; 2],
}

impl Lanes {
    pub(super) fn new(key: [u32; 2]) -> Self {
        Self { key }
    }

    /// Words number `from`, `from` + 1, … of 64 random bits of the streams `first`, `first` + 1, …: those of
    /// [`Stream::next_u64`](crate::Stream::next_u64).
    pub fn fill_words(&self, level: Level, first: u64, from: u64, into: &mut [[u64; LANES]]) {
        by_blocks(from, into, [[0; LANES]; 2], |block, into| {
            wide::run(level, Blocks { draw: Words, key: self.key, first, block, into })
        });
    }
}

/// Numbers of which kernels draw standard normals: f32 and f64.
pub trait NormalLanes: Copy {
    /// Draws number `from`, `from` + 1, … of standard normals of the streams `first`, `first` + 1, …, in the order in which a
    /// stream gives them. In f64 they are those of [`Stream::normal`](crate::Stream::normal).
    fn fill_normals(streams: &Lanes, level: Level, first: u64, from: u64, into: &mut [[Self; LANES]]);
}

impl NormalLanes for f64 {
    fn fill_normals(streams: &Lanes, level: Level, first: u64, from: u64, into: &mut [[f64; LANES]]) {
        by_blocks(from, into, [[0.0; LANES]; 2], |block, into| {
            wide::run(level, Blocks { draw: Doubles, key: streams.key, first, block, into })
        });
    }
}

impl NormalLanes for f32 {
    fn fill_normals(streams: &Lanes, level: Level, first: u64, from: u64, into: &mut [[f32; LANES]]) {
        by_blocks(from, into, [[0.0; LANES]; 4], |block, into| {
            wide::run(level, Blocks { draw: Singles, key: streams.key, first, block, into })
        });
    }
}

/// Fills whole blocks in place, and what is left of the first and the last one by way of a spare block.
fn by_blocks<T: Copy, const P: usize>(from: u64, into: &mut [T], mut spare: [T; P], fill: impl Fn(u64, &mut [[T; P]])) {
    let (mut block, skip) = (from / P as u64, (from % P as u64) as usize);
    let head = if skip == 0 { 0 } else { (P - skip).min(into.len()) };
    let (head, rest) = into.split_at_mut(head);
    if !head.is_empty() {
        fill(block, std::slice::from_mut(&mut spare));
        head.copy_from_slice(&spare[skip..skip + head.len()]);
        block += 1;
    }
    let (blocks, tail) = rest.as_chunks_mut::<P>();
    fill(block, blocks);
    if !tail.is_empty() {
        fill(block + blocks.len() as u64, std::slice::from_mut(&mut spare));
        tail.copy_from_slice(&spare[..tail.len()]);
    }
}

/// What becomes of the four words of a block, for sixteen streams.
trait Draw: Copy {
    type Numbers;

    /// The words of the streams of even index, and of odd index.
    fn draw<V: Wide>(self, even: [V; 4], odd: [V; 4]) -> Self::Numbers;
}

#[derive(Clone, Copy)]
struct Words;

impl Draw for Words {
    type Numbers = [[u64; LANES]; 2];

    #[inline(always)]
    fn draw<V: Wide>(self, even: [V; 4], odd: [V; 4]) -> Self::Numbers {
        let ([e0, e1], [o0, o1]) = (doubles(even), doubles(odd));
        [interleave(e0, o0), interleave(e1, o1)]
    }
}

#[derive(Clone, Copy)]
struct Doubles;

impl Draw for Doubles {
    type Numbers = [[f64; LANES]; 2];

    #[inline(always)]
    fn draw<V: Wide>(self, even: [V; 4], odd: [V; 4]) -> Self::Numbers {
        let ([e0, e1], [o0, o1]) = (doubles(even), doubles(odd));
        let ([e0, e1], [o0, o1]) = (normal::pairs(e0, e1), normal::pairs(o0, o1));
        [double(interleave(e0, o0)), double(interleave(e1, o1))]
    }
}

#[derive(Clone, Copy)]
struct Singles;

impl Draw for Singles {
    type Numbers = [[f32; LANES]; 4];

    #[inline(always)]
    fn draw<V: Wide>(self, even: [V; 4], odd: [V; 4]) -> Self::Numbers {
        // Numbers of 32 bits lie as their streams do: even, odd, even, …
        let [n0, n1] = normal::pairs_single(join(even[0], odd[0]), join(even[1], odd[1]));
        let [n2, n3] = normal::pairs_single(join(even[2], odd[2]), join(even[3], odd[3]));
        [singles(n0), singles(n1), singles(n2), singles(n3)]
    }
}

/// Low halves of two numbers side by side.
#[inline(always)]
fn join<V: Wide>(low: V, high: V) -> V {
    low.and(V::splat(0xFFFF_FFFF)).or(high.shift_left::<32>())
}

#[inline(always)]
fn singles<V: Wide>(numbers: V) -> [f32; LANES] {
    let (bits, mut singles) = (numbers.store(), [0.0; LANES]);
    for lane in 0..LANES {
        singles[lane] = f32::from_bits((bits[lane / 2] >> (lane % 2 * 32)) as u32);
    }
    singles
}

/// The two 64-bit words of a block.
#[inline(always)]
fn doubles<V: Wide>([a, b, c, d]: [V; 4]) -> [V; 2] {
    [join(a, b), join(c, d)]
}

#[inline(always)]
fn interleave<V: Wide>(even: V, odd: V) -> [u64; LANES] {
    let (even, odd, mut numbers) = (even.store(), odd.store(), [0; LANES]);
    for lane in 0..LANES / 2 {
        (numbers[2 * lane], numbers[2 * lane + 1]) = (even[lane], odd[lane]);
    }
    numbers
}

#[inline(always)]
fn double(bits: [u64; LANES]) -> [f64; LANES] {
    let mut doubles = [0.0; LANES];
    for lane in 0..LANES {
        doubles[lane] = f64::from_bits(bits[lane]);
    }
    doubles
}

/// The numbers `from`, `from` + `step`, …
#[inline(always)]
fn progression<V: Wide>(from: u64, step: u64) -> V {
    let mut numbers = [0; 8];
    for (lane, number) in numbers.iter_mut().enumerate() {
        *number = from + lane as u64 * step;
    }
    V::load(numbers)
}

/// Blocks number `block`, `block` + 1, … of sixteen streams.
struct Blocks<'a, D: Draw> {
    draw: D,
    key: [u32; 2],
    first: u64,
    block: u64,
    into: &'a mut [D::Numbers],
}

impl<D: Draw> WideKernel for Blocks<'_, D> {
    type Output = ();

    #[inline(always)]
    fn run<V: Wide>(self) {
        let (even, odd): (V, V) = (progression(self.first, 2), progression(self.first + 1, 2));
        let (even_high, odd_high) = (even.shift_right::<32>(), odd.shift_right::<32>());
        let mut block = self.block;
        let counters = |block: u64| {
            let (low, high) = (V::splat(block), V::splat(block >> 32));
            [[low, high, even, even_high], [low, high, odd, odd_high]]
        };
        let (twos, rest) = self.into.as_chunks_mut::<2>();
        for [first, second] in twos {
            let ([even, odd], [next_even, next_odd]) = (counters(block), counters(block + 1));
            let [even, odd, next_even, next_odd] = philox_wide([even, odd, next_even, next_odd], self.key);
            *first = self.draw.draw(even, odd);
            *second = self.draw.draw(next_even, next_odd);
            block += 2;
        }
        for numbers in rest {
            let [even, odd] = philox_wide(counters(block), self.key);
            *numbers = self.draw.draw(even, odd);
            block += 1;
        }
    }
}

/// Normals of one stream from a block on, as many as make whole chunks of sixteen.
pub(super) struct Consecutive<'a> {
    pub(super) key: [u32; 2],
    pub(super) index: u64,
    pub(super) block: u64,
    pub(super) into: &'a mut [[f64; LANES]],
}

impl WideKernel for Consecutive<'_> {
    type Output = ();

    #[inline(always)]
    fn run<V: Wide>(self) {
        let (low, high) = (V::splat(self.index), V::splat(self.index >> 32));
        let mut block: V = progression(self.block, 1);
        for numbers in self.into {
            let [words] = philox_wide([[block, block.shift_right::<32>(), low, high]], self.key);
            let [radius, angle] = doubles(words);
            let [cosine, sine] = normal::pairs(radius, angle);
            *numbers = double(interleave(cosine, sine));
            block = block.add(V::splat(8));
        }
    }
}

/// Two normals.
pub(super) struct Pair {
    pub(super) radius: u64,
    pub(super) angle: u64,
}

impl WideKernel for Pair {
    type Output = [f64; 2];

    #[inline(always)]
    fn run<V: Wide>(self) -> [f64; 2] {
        let [cosine, sine] = normal::pairs(V::splat(self.radius), V::splat(self.angle));
        [f64::from_bits(cosine.store()[0]), f64::from_bits(sine.store()[0])]
    }
}
