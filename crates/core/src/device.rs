//! Devices: the CPU, or a GPU whose part of libtorch is loaded when asked for.

use std::path::PathBuf;

pub use tch::Device;

/// Why a device cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DeviceError {
    /// The word names no device.
    #[error("unknown device `{0}`: give cpu or cuda")]
    Unknown(String),
    /// libtorch was built or set up without CUDA, or finds no GPU.
    #[error(
        "no CUDA device can be used ({0}): run without --device cuda, or `cargo xtask setup --cuda` where there is a GPU"
    )]
    NoCuda(String),
}

/// The device of that name: `cpu`, or `cuda` for the first GPU. Naming `cuda` loads libtorch's CUDA library, which the set-up
/// keeps out of the linker's sight so that nobody without a GPU needs the CUDA toolkit.
pub fn device(name: &str) -> Result<Device, DeviceError> {
    match name {
        "cpu" => Ok(Device::Cpu),
        "cuda" => load_cuda().map(|()| Device::Cuda(0)),
        other => Err(DeviceError::Unknown(other.to_owned())),
    }
}

/// One thread inside tensor operations: cells run side by side, one per worker process, and their sums must not depend on how
/// many threads share them.
pub fn use_one_thread() {
    tch::set_num_threads(1);
    tch::set_num_interop_threads(1);
}

/// One thread inside the tensor operations that this thread calls, where others of the program do their own beside it.
pub fn use_one_thread_here() {
    thread_local!(static DONE: std::cell::Cell<bool> = const { std::cell::Cell::new(false) });
    if !DONE.replace(true) {
        tch::set_num_threads(1);
    }
}

/// The version of the libtorch that this program was built for; the set-up checks that it is the one installed.
pub const LIBTORCH_VERSION: &str = "2.11.0";

fn load_cuda() -> Result<(), DeviceError> {
    if tch::Cuda::is_available() {
        return Ok(());
    }
    let libtorch = std::env::var_os("LIBTORCH").map(PathBuf::from).unwrap_or_default();
    let library = ["lib-cuda", "lib"].map(|folder| libtorch.join(folder).join("libtorch_cuda.so"));
    let Some(library) = library.iter().find(|path| path.exists()) else {
        return Err(DeviceError::NoCuda(format!("no libtorch_cuda.so under {}", libtorch.display())));
    };
    // SAFETY: libtorch_cuda.so comes with the libtorch that is already loaded; loading it registers its kernels and nothing
    // else. It stays loaded for the life of the process, because dropping the handle would unregister them under our feet.
    let loaded = unsafe { libloading::os::unix::Library::open(Some(library), libc_flags()) };
    match loaded {
        Ok(handle) => std::mem::forget(handle),
        Err(error) => return Err(DeviceError::NoCuda(error.to_string())),
    }
    if tch::Cuda::is_available() { Ok(()) } else { Err(DeviceError::NoCuda("libtorch finds no GPU".to_owned())) }
}

/// Resolve at once, and let libraries loaded later see the symbols.
fn libc_flags() -> i32 {
    libloading::os::unix::RTLD_NOW | libloading::os::unix::RTLD_GLOBAL
}
