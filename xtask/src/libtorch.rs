//! placeholder until ops merges
pub struct Libtorch {
    pub path: std::path::PathBuf,
    pub version: String,
}
pub fn ensure() -> anyhow::Result<Libtorch> {
    Ok(Libtorch { path: crate::workspace::root().join(".libtorch/torch"), version: "2.11.0".into() })
}
