//! x
pub fn run(_args: &crate::cli::SetupArgs) -> anyhow::Result<u8> {
    anyhow::bail!("not yet")
}
