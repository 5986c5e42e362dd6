//! `setup`: get libtorch, nothing else.

use anyhow::Result;

use crate::{cli::SetupArgs, libtorch, workspace::shown};

/// Makes sure that libtorch is there and says where.
pub fn run(args: &SetupArgs) -> Result<u8> {
    let libtorch = if args.force { libtorch::fetch()? } else { libtorch::ensure()? };
    let whose = if libtorch.users_own { ", as LIBTORCH says" } else { "" };
    println!("libtorch {} is ready in {}{whose}", libtorch.version, shown(&libtorch.path));
    Ok(0)
}
