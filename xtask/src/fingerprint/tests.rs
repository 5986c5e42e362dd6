//! What reruns and what does not, on small made-up workspaces.

use std::path::PathBuf;

use lawbook_claims::LawCard;

use super::*;

const MODEL: &str = "
    /// The step of the paper.
    pub fn step(x: f64) -> f64 { x * rate() }
    fn rate() -> f64 { 0.5 }
    pub struct Walk { x: f64 }
    impl Walk { pub fn advance(&mut self) { self.x = scale(self.x); } }
    pub trait Slow { fn slow(&self) -> f64; }
    impl Slow for Walk { fn slow(&self) -> f64 { 4.0 } }
    impl Slow for f64 { fn slow(&self) -> f64 { 5.0 } }
    impl Iterator for Walk { fn next(&mut self) -> Option<f64> { None } }
    impl Clone for Walk { fn clone(&self) -> Self { Self { x: self.x } } }
    impl Drop for Walk { fn drop(&mut self) {} }
    fn scale(x: f64) -> f64 { 2.0 * x }
    pub fn unrelated() -> f64 { 1.0 }
    #[cfg(test)]
    mod tests { fn check() {} }
";
const LAW: &str = "
    use lawbook_model::{Slow, step};
    params! { pub struct Params { /// A number.
        n: integer = 3, 1..=9; } }
    impl Params { fn number(&self) -> i64 { self.n } }
    pub struct Mean;
    impl Study for Mean {
        const NAME: &'static str = \"mean\";
        type Params = Params;
        fn predict(p: &[Params]) -> Vec<Claim> { vec![prediction()] }
        fn measure(p: &Params, cell: &mut Cell) -> Result<()> { cell.record(\"x\", step(1.0.slow())); Ok(()) }
    }
    fn prediction() -> Claim { Claim::value(0.5) }
";
const OTHER: &str = "
    use lawbook_model::Walk as Stroll;
    pub struct Far;
    impl Study for Far {
        const NAME: &'static str = \"far\";
        type Params = Params;
        fn measure(p: &Params, cell: &mut Cell) -> Result<()> { Stroll::new().advance(); Ok(()) }
    }
    pub struct Params { m: i64 }
    impl Params { fn size(&self) -> i64 { self.m } }
";

fn digests(edit: impl Fn(&str, &str) -> String) -> [String; 2] {
    let lib = "mod model; pub use model::{Slow, Walk, step};";
    let manifest = "[package]\nname = \"lawbook-model\"\n[dependencies]\nlibm = \"0.2\"\n";
    let lock = "[[package]]\nname = \"libm\"\nversion = \"0.2.1\"\n[[package]]\nname = \"clap\"\nversion = \"4\"\n";
    let file = |path: &str, text: &str| (PathBuf::from(path), edit(path, text));
    let sources = Sources {
        root: PathBuf::from("."),
        files: vec![
            file("crates/model/src/lib.rs", lib),
            file("crates/model/src/model.rs", MODEL),
            file("experiments/dynamics/law.rs", LAW),
            file("experiments/dynamics/other.rs", OTHER),
        ],
        manifests: vec![file("crates/model/Cargo.toml", manifest), file("Cargo.lock", lock)],
        digest: String::new(),
    };
    let code = Code::parse(&sources).expect("it parses");
    let card = |file: &str| LawCard {
        id: String::new(),
        family: String::new(),
        title: String::new(),
        statement: String::new(),
        equation: String::new(),
        symbols: Vec::new(),
        source: String::new(),
        file: file.to_owned(),
        studies: Vec::new(),
    };
    let digest = |file: &str, study: &str| code.fingerprint(&card(file), study).expect("the study is found").digest;
    [digest("experiments/dynamics/law.rs", "mean"), digest("experiments/dynamics/other.rs", "far")]
}

/// Which of the two studies rerun when `from` becomes `to` in the file.
fn rerun(path: &str, from: &str, to: &str) -> [bool; 2] {
    let before = digests(|_, text| text.to_owned());
    let after = digests(|file, text| {
        assert!(file != path || text.contains(from), "{path} has no {from}");
        if file == path { text.replace(from, to) } else { text.to_owned() }
    });
    [before[0] != after[0], before[1] != after[1]]
}

#[test]
fn comments_tests_and_formatting_rerun_nothing() {
    assert_eq!(rerun("crates/model/src/model.rs", "The step of the paper.", "Another comment."), [false, false]);
    assert_eq!(rerun("crates/model/src/model.rs", "fn check() {}", "fn check() { assert!(true) }"), [false, false]);
    assert_eq!(rerun("crates/model/src/model.rs", "x * rate()", "x  *\n // why\n rate()"), [false, false]);
    assert_eq!(rerun("experiments/dynamics/law.rs", "A number.", "A count."), [false, false]);
}

/// The second study has a variable called `rate`, as a function of the model is called that it does not use.
#[test]
fn a_variable_is_no_dependency() {
    let with_variable = |path: &str, text: &str| {
        let variable = "Stroll::new().advance(); let rate = 1.0; let unrelated = rate;";
        if path.ends_with("other.rs") { text.replace("Stroll::new().advance();", variable) } else { text.to_owned() }
    };
    let before = digests(with_variable);
    let after = digests(|path, text| with_variable(path, text).replace("{ 0.5 }", "{ 0.6 }").replace("{ 1.0 }", "{ 1.5 }"));
    assert_eq!([before[0] != after[0], before[1] != after[1]], [true, false]);
}

/// Both laws have `Params` with methods; each depends on its own.
#[test]
fn types_of_one_name_in_two_files_are_two() {
    assert_eq!(rerun("experiments/dynamics/other.rs", "{ self.m }", "{ self.m + 1 }"), [false, true]);
    assert_eq!(rerun("experiments/dynamics/law.rs", "{ self.n }", "{ self.n + 1 }"), [true, false]);
}

/// The first law names the trait and may call it on a number; it does not name `Walk`. The second
/// names `Walk`, whose implementation names the trait.
#[test]
fn what_is_implemented_for_a_type_is_reached_through_the_type() {
    assert_eq!(rerun("crates/model/src/model.rs", "{ 4.0 }", "{ 4.5 }"), [false, true]);
    assert_eq!(rerun("crates/model/src/model.rs", "{ 5.0 }", "{ 5.5 }"), [true, true]);
}

/// `Walk` has several implementations in one file: they share a label, and hash maps have no order.
#[test]
fn the_same_code_has_the_same_fingerprint() {
    let first = digests(|_, text| text.to_owned());
    assert!((0..20).all(|_| digests(|_, text| text.to_owned()) == first));
}

/// `module::name` means the module's, not that of another file.
#[test]
fn a_path_is_followed_to_its_module() {
    let with_path = |path: &str, text: &str| match path {
        "experiments/dynamics/law.rs" => text.replace("; Ok", "; other::shared(); Ok"),
        "experiments/dynamics/other.rs" => format!("{text} pub fn shared() {{ one() }} fn one() {{ }}"),
        "crates/model/src/model.rs" => format!("{text} pub fn shared() {{ two() }} fn two() {{ }}"),
        _ => text.to_owned(),
    };
    let law = |from: &str, to: &str| digests(|path, text| with_path(path, text).replace(from, to))[0].clone();
    assert_ne!(law("fn one() { }", "fn one() { 1; }"), law("", ""));
    assert_eq!(law("fn two() { }", "fn two() { 2; }"), law("", ""));
}

#[test]
fn a_prediction_reruns_nothing() {
    assert_eq!(rerun("experiments/dynamics/law.rs", "Claim::value(0.5)", "Claim::value(0.7)"), [false, false]);
}

#[test]
fn a_formula_reruns_the_studies_that_use_it_and_no_others() {
    assert_eq!(rerun("crates/model/src/model.rs", "{ 0.5 }", "{ 0.6 }"), [true, false]);
    assert_eq!(rerun("crates/model/src/model.rs", "2.0 * x", "3.0 * x"), [false, true]);
    assert_eq!(rerun("crates/model/src/model.rs", "{ 1.0 }", "{ 2.0 }"), [false, false]);
    assert_eq!(rerun("experiments/dynamics/law.rs", "1.0.slow()", "2.0.slow()"), [true, false]);
    assert_eq!(rerun("experiments/dynamics/other.rs", "m: i64", "m: i32"), [false, true]);
    assert_eq!(rerun("experiments/dynamics/law.rs", "1..=9", "1..=99"), [true, false]);
}

#[test]
fn a_locked_version_below_the_model_reruns_and_one_beside_it_does_not() {
    assert_eq!(rerun("Cargo.lock", "0.2.1", "0.2.2"), [true, true]);
    assert_eq!(rerun("Cargo.lock", "version = \"4\"", "version = \"5\""), [false, false]);
}
