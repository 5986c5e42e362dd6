//! One source, compiled several times: for any x86-64, with AVX2 and with AVX-512, and chosen when the program runs.
//!
//! A [`Kernel`] is plain safe code over arrays, which the compiler turns into vector instructions of whatever width it may
//! use. Rust neither reorders floating-point operations nor fuses a product and a sum that are not written as
//! [`f64::mul_add`], so every level gives the same bits.

/// Numbers side by side: one 512-bit register of f32, two of f64.
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
        Self::all().next_back().unwrap_or(Self::Baseline)
    }

    /// The levels of this machine, narrowest first.
    pub fn all() -> impl DoubleEndedIterator<Item = Self> {
        [Self::Baseline, Self::Avx2, Self::Avx512].into_iter().filter(|level| level.is_here())
    }

    #[cfg(target_arch = "x86_64")]
    fn is_here(self) -> bool {
        let v3 = is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") && is_x86_feature_detected!("bmi2");
        let v4 = is_x86_feature_detected!("avx512f")
            && is_x86_feature_detected!("avx512bw")
            && is_x86_feature_detected!("avx512cd")
            && is_x86_feature_detected!("avx512dq")
            && is_x86_feature_detected!("avx512vl");
        match self {
            Self::Baseline => true,
            Self::Avx2 => v3,
            Self::Avx512 => v3 && v4,
        }
    }

    #[cfg(not(target_arch = "x86_64"))]
    fn is_here(self) -> bool {
        self == Self::Baseline
    }

    /// This level, or the widest one below it that this machine has.
    pub fn here(self) -> Self {
        Self::all().take_while(|level| *level <= self).last().unwrap_or(Self::Baseline)
    }

    /// Runs a kernel at this level, or at the widest one below it that this machine has.
    pub fn run<K: Kernel>(self, kernel: K) -> K::Output {
        #[cfg(target_arch = "x86_64")]
        match self.here() {
            // SAFETY: the machine has these instructions.
            Self::Avx512 => return unsafe { avx512(kernel) },
            // SAFETY: as above.
            Self::Avx2 => return unsafe { avx2(kernel) },
            Self::Baseline => {}
        }
        kernel.run()
    }
}

/// Code that is compiled once per [`Level`]. Everything on its hot path, `run` included, has to be `#[inline(always)]`: what is
/// not inlined stays at the baseline, with the same result but slowly.
pub trait Kernel {
    /// What it computes.
    type Output;

    /// Computes it.
    fn run(self) -> Self::Output;
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma,bmi1,bmi2,lzcnt,popcnt")]
fn avx2<K: Kernel>(kernel: K) -> K::Output {
    kernel.run()
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512bw,avx512cd,avx512dq,avx512vl,avx2,fma,bmi1,bmi2,lzcnt,popcnt")]
fn avx512<K: Kernel>(kernel: K) -> K::Output {
    kernel.run()
}
