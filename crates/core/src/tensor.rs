//! Tensors from and to plain numbers.

pub use tch::{Kind, Tensor};

use crate::Device;

/// A tensor of the given shape from numbers in row-major order. Panics if the shape does not hold as many numbers.
pub fn from_slice(values: &[f64], shape: &[i64], kind: Kind, device: Device) -> Tensor {
    Tensor::from_slice(values).reshape(shape).to_kind(kind).to_device(device)
}

/// The numbers of a tensor in row-major order, as f64.
pub fn to_vec(tensor: &Tensor) -> Vec<f64> {
    let flat = tensor.detach().to_device(Device::Cpu).to_kind(Kind::Double).contiguous().view([-1]);
    let mut values = vec![0.0; flat.numel()];
    flat.copy_data(&mut values, flat.numel());
    values
}

/// The one number of a tensor with one element.
pub fn scalar(tensor: &Tensor) -> f64 {
    tensor.detach().double_value(&[])
}
