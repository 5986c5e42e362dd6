//! What a law says of itself: the card that `list`, `show` and the report print.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// How much work a run does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Profile {
    /// Seconds: for continuous integration.
    Smoke,
    /// Minutes on two cores: the default.
    Quick,
    /// The paper's own sizes.
    Full,
}

/// A law: its statement, its equation and where they come from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LawCard {
    /// Short name in kebab case, unique: `law-of-balance`.
    pub id: String,
    /// The programme it belongs to: `dynamics`, `memory`, `equivariant`, `landscapes`.
    pub family: String,
    /// One line for tables.
    pub title: String,
    /// What the law says, in words; a few sentences.
    pub statement: String,
    /// The equation in LaTeX, without delimiters.
    pub equation: String,
    /// The symbols of the equation: symbol in LaTeX and its meaning.
    pub symbols: Vec<(String, String)>,
    /// Authors, title, year and identifier of the paper.
    pub source: String,
    /// The law file, relative to the workspace.
    pub file: String,
    /// The studies through which it is measured.
    pub studies: Vec<StudyCard>,
}

/// One way of measuring a law: a grid of parameters and what is measured on it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StudyCard {
    /// Name, unique within the law.
    pub name: String,
    /// What is done and measured, in one or two sentences.
    pub about: String,
    /// Its parameters, in the order of the paper.
    pub params: Vec<ParamCard>,
    /// Observables that it records and no claim names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unclaimed: Vec<String>,
}

/// One parameter: name, meaning, default and range.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ParamCard {
    /// The name, that of the paper.
    pub name: String,
    /// What it is.
    pub about: String,
    /// The paper's value.
    pub default: Value,
    /// Type and range.
    pub kind: ParamKind,
}

/// The type of a parameter and the values it may take; both ends of a range belong to it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", tag = "type")]
pub enum ParamKind {
    /// A real number.
    Real {
        /// Smallest value.
        min: f64,
        /// Largest value.
        max: f64,
    },
    /// An integer.
    Integer {
        /// Smallest value.
        min: i64,
        /// Largest value.
        max: i64,
    },
    /// One of a few words.
    Choice {
        /// The words.
        options: Vec<String>,
    },
}

impl StudyCard {
    /// The point of this study at the defaults of every parameter.
    pub fn defaults(&self) -> Map<String, Value> {
        self.params.iter().map(|p| (p.name.clone(), p.default.clone())).collect()
    }
}

impl ParamCard {
    /// Whether `value` may stand for this parameter; if not, a sentence that says what may.
    pub fn check(&self, value: &Value) -> Result<(), String> {
        let name = &self.name;
        match &self.kind {
            ParamKind::Real { min, max } => match value.as_f64() {
                Some(x) if (*min..=*max).contains(&x) => Ok(()),
                Some(x) => Err(format!("{name} = {x} is out of range: give a number from {min} to {max}")),
                None => Err(format!("{name} = {value} is not a number: give one from {min} to {max}")),
            },
            ParamKind::Integer { min, max } => match value.as_i64() {
                Some(x) if (*min..=*max).contains(&x) => Ok(()),
                Some(x) => Err(format!("{name} = {x} is out of range: give an integer from {min} to {max}")),
                None => Err(format!("{name} = {value} is not an integer: give one from {min} to {max}")),
            },
            ParamKind::Choice { options } => match value.as_str() {
                Some(word) if options.iter().any(|o| o == word) => Ok(()),
                _ => Err(format!("{name} = {value} is not one of its values: give one of {}", options.join(", "))),
            },
        }
    }
}
