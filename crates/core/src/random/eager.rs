//! libtorch's own generator, which everyone in a process shares: for timing it against ours, and for nothing that is judged.

use crate::{Device, Kind, Tensor};

/// Standard normals on the CPU.
pub fn normals(shape: &[i64], kind: Kind) -> Tensor {
    Tensor::randn(shape, (kind, Device::Cpu))
}

/// Uniform numbers among 0, …, n − 1 on the CPU.
pub fn below(n: i64, shape: &[i64]) -> Tensor {
    Tensor::randint(n, shape, (Kind::Int64, Device::Cpu))
}
