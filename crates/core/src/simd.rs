//! Code that is compiled several times, for any x86-64, with AVX2 and with AVX-512, and chosen when the program runs.
//!
//! A [`WideKernel`] is generic over [`Wide`], 512 bits on which the same operations are done in each version, in the same order:
//! every level gives the same bits. The compiler makes vector code of plain loops as well, but not reliably.

use std::{hint::black_box, mem::MaybeUninit, sync::OnceLock};

mod choice;
mod plain;
mod wide;
#[cfg(target_arch = "x86_64")]
mod x86;

pub use choice::Choice;
pub use wide::{Wide, place};

/// Numbers side by side: one vector of f32, two of f64.
pub const LANES: usize = 16;

/// The instructions that a kernel may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Those that every machine of its kind has.
    Baseline,
    /// AVX2 and fused multiply-add (x86-64-v3).
    Avx2,
    /// AVX-512 F, BW, CD, DQ and VL (x86-64-v4).
    Avx512,
}

impl Level {
    /// The widest level of this machine.
    pub fn widest() -> Self {
        static WIDEST: OnceLock<Level> = OnceLock::new();
        *WIDEST.get_or_init(Self::detect)
    }

    /// The levels of this machine, narrowest first.
    pub fn all() -> impl DoubleEndedIterator<Item = Self> {
        [Self::Baseline, Self::Avx2, Self::Avx512].into_iter().filter(|level| *level <= Self::widest())
    }

    #[cfg(target_arch = "x86_64")]
    fn detect() -> Self {
        let v3 = is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma");
        let v4 = is_x86_feature_detected!("avx512f")
            && is_x86_feature_detected!("avx512bw")
            && is_x86_feature_detected!("avx512cd")
            && is_x86_feature_detected!("avx512dq")
            && is_x86_feature_detected!("avx512vl");
        match (v3, v4) {
            (true, true) => Self::Avx512,
            (true, false) => Self::Avx2,
            _ => Self::Baseline,
        }
    }

    #[cfg(not(target_arch = "x86_64"))]
    fn detect() -> Self {
        Self::Baseline
    }

    /// Runs a kernel with the instructions of this level, or of the widest one below it that this machine has.
    pub fn run<K: WideKernel>(self, kernel: K) -> K::Output {
        #[cfg(target_arch = "x86_64")]
        {
            #[target_feature(enable = "avx512f,avx512bw,avx512cd,avx512dq,avx512vl,avx2,fma")]
            fn avx512<K: WideKernel>(kernel: K) -> K::Output {
                on_lines();
                // SAFETY: this function is compiled for the type.
                kernel.run(unsafe { x86::Avx512::zero() })
            }

            #[target_feature(enable = "avx2,fma")]
            fn avx2<K: WideKernel>(kernel: K) -> K::Output {
                on_lines();
                // SAFETY: as above.
                kernel.run(unsafe { x86::Avx2::zero() })
            }

            match self.min(Self::widest()) {
                // SAFETY: the machine has these instructions.
                Self::Avx512 => return unsafe { avx512(kernel) },
                // SAFETY: as above.
                Self::Avx2 => return unsafe { avx2(kernel) },
                Self::Baseline => {}
            }
        }
        // SAFETY: plain code runs on every machine.
        kernel.run(unsafe { plain::Plain::zero() })
    }
}

/// Has the stack of a caller begin where a line of the cache does. Vectors that find no register lie there, and across two lines they take
/// twice the time; compilers see to it only where something else on the stack needs it.
#[cfg(target_arch = "x86_64")]
#[inline(always)]
fn on_lines() {
    black_box(&MaybeUninit::<std::arch::x86_64::__m512i>::uninit());
}

/// Code over vectors of any level.
pub trait WideKernel {
    /// What it computes.
    type Output;

    /// Computes it, on vectors like the one given. This has to be `#[inline(always)]`, like all functions on the hot path that it calls, and no closure may
    /// stand in between: what is not inlined makes a call of every operation.
    fn run<V: Wide>(self, like: V) -> Self::Output;
}
