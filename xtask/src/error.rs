//! Errors of the command line. Libraries below say what went wrong; here each becomes a sentence and an exit status.

/// The command itself was wrong: the exit status is 2.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Misuse(pub String);

impl Misuse {
    /// As an error to return.
    pub fn error(sentence: impl Into<String>) -> anyhow::Error {
        anyhow::Error::new(Self(sentence.into()))
    }
}
