//! placeholder until ops merges
pub struct Libtorch {
    pub path: std::path::PathBuf,
}
pub fn ensure() -> anyhow::Result<Libtorch> {
    Ok(Libtorch { path: crate::workspace::root().join(".libtorch/torch") })
}
