//! The parameters of a study: a plain struct whose defaults are the paper's, with names, meanings and ranges that `show`
//! prints and `--set` checks.

use lawbook_claims::ParamCard;
use serde::{Serialize, de::DeserializeOwned};

/// A parameter struct; [`params!`](crate::params!) writes the implementation.
pub trait Parameters: Clone + Default + Serialize + DeserializeOwned {
    /// The parameters in the order of the struct.
    fn cards() -> Vec<ParamCard>;
}

/// Declares a parameter struct: for each field its meaning, name, type, the paper's value and the range.
///
/// Types are `real` (f64), `integer` (i64) and `choice` (String, one of the words listed). Both ends belong to a range; a negative
/// lower end stands in parentheses: `(-1.0)..=1.0`.
///
/// ```
/// lab_framework::params! {
///     /// A drifting particle.
///     pub struct Drift {
///         /// Learning rate.
///         eta: real = 0.05, 0.0..=1.0;
///         /// Number of steps.
///         steps: integer = 100, 1..=1_000_000;
///         /// Noise of the gradient.
///         noise: choice = "label", ["label", "input"];
///     }
/// }
/// let slow = Drift { eta: 0.01, ..Drift::default() };
/// assert_eq!(slow.noise, "label");
/// ```
#[macro_export]
macro_rules! params {
    ($(#[$about:meta])* pub struct $name:ident {
        $(#[doc = $doc:literal] $field:ident : $kind:ident = $default:expr, $range:tt $(..= $max:expr)?;)*
    }) => {
        $(#[$about])*
        #[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
        #[serde(deny_unknown_fields)]
        // Names are those of the paper: N and n may be two parameters.
        #[allow(non_snake_case)]
        pub struct $name {
            $(#[doc = $doc] pub $field: $crate::params!(@type $kind),)*
        }

        impl Default for $name {
            fn default() -> Self {
                Self { $($field: $crate::params!(@value $kind, $default),)* }
            }
        }

        impl $crate::Parameters for $name {
            fn cards() -> Vec<lawbook_claims::ParamCard> {
                vec![$(lawbook_claims::ParamCard {
                    name: stringify!($field).to_owned(),
                    about: $doc.trim().to_owned(),
                    default: serde_json::Value::from($default),
                    kind: $crate::params!(@kind $kind, $range $(, $max)?),
                },)*]
            }
        }
    };
    (@type real) => { f64 };
    (@type integer) => { i64 };
    (@type choice) => { String };
    (@type $other:ident) => {
        compile_error!(concat!("a parameter is `real`, `integer` or `choice`, not `", stringify!($other), "`"))
    };
    // The type is given to the value alone, so that the compiler points at a value of another one.
    (@value real, $value:expr) => {{
        let value: f64 = $value;
        value
    }};
    (@value integer, $value:expr) => {{
        let value: i64 = $value;
        value
    }};
    (@value choice, $value:expr) => {{
        let value: &str = $value;
        value.to_owned()
    }};
    (@kind real, $min:tt, $max:expr) => { lawbook_claims::ParamKind::Real { min: $min, max: $max } };
    (@kind integer, $min:tt, $max:expr) => { lawbook_claims::ParamKind::Integer { min: $min, max: $max } };
    (@kind choice, $options:tt) => {
        lawbook_claims::ParamKind::Choice { options: $options.iter().map(|word: &&str| (*word).to_owned()).collect() }
    };
}
