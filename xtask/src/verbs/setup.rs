//! `setup`: get libtorch, nothing else.

use anyhow::Result;

use crate::{
    cli::SetupArgs,
    libtorch::{self, Parts},
    workspace::shown,
};

/// Makes sure that libtorch is there and says where.
pub fn run(args: &SetupArgs) -> Result<u8> {
    let libtorch = match (args.force, args.cuda) {
        (true, true) => libtorch::fetch(Parts::Cuda),
        (true, false) => libtorch::fetch(Parts::Cpu),
        (false, true) => libtorch::ensure_cuda(),
        (false, false) => libtorch::ensure(),
    }?;
    let whose = if libtorch.users_own { ", as LIBTORCH says" } else { "" };
    println!("libtorch {} is ready in {}{whose}", libtorch.version, shown(&libtorch.path));
    Ok(0)
}
