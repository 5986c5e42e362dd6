//! Rules that read the text of a file.

use super::{Problem, Source, code::names, registry::is_law_file};

/// Only `core` names tch: everything else takes tensors and devices from there.
pub fn door_to_tch(source: &Source, found: &mut Vec<Problem>) {
    if source.file.starts_with("crates/core/") {
        return;
    }
    for (line, code) in source.numbered().filter(|(_, code)| names(code, "tch::")) {
        let text = format!("`{}` names tch: take it from lawbook_core, and add it there if it is missing", code.trim());
        found.push(Problem::new(&source.file, line, text));
    }
}

/// Random numbers come from streams alone, so that a cell's numbers depend on its key and nothing else.
pub fn global_randomness(source: &Source, found: &mut Vec<Problem>) {
    const WORDS: &[&str] = &[
        "Tensor::rand",
        "Tensor::normal",
        "Tensor::bernoulli",
        "Tensor::multinomial",
        "rand_like(",
        "randn_like(",
        "randint_like(",
        "normal_(",
        "uniform_(",
        "bernoulli_(",
        "thread_rng",
        "rand::rng",
        "rand::random",
        "from_os_rng",
        "from_entropy",
        "StdRng",
        "SmallRng",
        "manual_seed",
        "getrandom",
    ];
    if source.file.starts_with("crates/core/") {
        return;
    }
    for (line, code) in source.numbered() {
        if let Some(word) = WORDS.iter().find(|word| names(code, word)) {
            let text = format!(
                "`{word}` draws from a generator that everyone shares: draw from a Stream, `cell.stream(\"purpose\")`"
            );
            found.push(Problem::new(&source.file, line, text));
        }
    }
}

/// No `unwrap` and no `expect` outside tests: a mistake gets a sentence.
pub fn panics(source: &Source, found: &mut Vec<Problem>) {
    // Other things have a method `expect`; that of options and results takes a message.
    let panics = |line: &str| [".expect(\"", ".expect(&format!", ".expect(concat!"].iter().any(|start| line.contains(start));
    for (line, code) in source.production() {
        if code.contains(".unwrap()") || code.contains(".expect(") && panics(&source.lines[line - 1]) {
            let text = "`unwrap` or `expect` outside tests: return an error that says what to do";
            found.push(Problem::new(&source.file, line, text));
        }
    }
}

/// No test is switched off: one that cannot pass asserts what happens today, with a comment.
pub fn ignored_tests(source: &Source, found: &mut Vec<Problem>) {
    for (line, _) in source.numbered().filter(|(_, code)| code.contains("#[ignore")) {
        found.push(Problem::new(
            &source.file,
            line,
            "`#[ignore]`: assert what happens today and say in a comment what should",
        ));
    }
}

/// Files stay short: 300 lines, a law's 200, documentation included and tests not.
pub fn size(source: &Source, found: &mut Vec<Problem>) {
    let most = if is_law_file(&source.file) { 200 } else { 300 };
    let lines = source.production().count();
    if lines > most {
        let text = format!("{lines} lines without tests, at most {most}: split it, one concept per file");
        found.push(Problem::new(&source.file, most + 1, text));
    }
}

/// Whether a file is text that people write.
pub fn is_text(file: &str) -> bool {
    let name = file.rsplit('/').next().unwrap_or(file);
    let extension = name.rsplit_once('.').map(|(_, extension)| extension);
    let kinds = ["rs", "toml", "md", "yml", "yaml", "css", "js", "html", "py", "txt", "sh", "csv"];
    extension.is_some_and(|extension| kinds.contains(&extension)) || file.starts_with(".ci/") || name.starts_with("LICENSE")
}

/// No line ends in blanks.
pub fn trailing_whitespace(file: &str, text: &str, found: &mut Vec<Problem>) {
    for (i, line) in text.lines().enumerate() {
        if line.ends_with([' ', '\t']) {
            found.push(Problem::new(file, i + 1, "blanks at the end of the line: remove them"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Rule = fn(&Source, &mut Vec<Problem>);

    fn lines(rule: Rule, file: &str, text: &str) -> Vec<usize> {
        let mut found = Vec::new();
        rule(&Source::new(file, text), &mut found);
        found.iter().map(|problem| problem.line).collect()
    }

    #[test]
    fn tch_is_named_in_core_alone() {
        let text = "//! Not tch::this.\nuse tch::Tensor;\nlet s = \"tch::that\"; watch::it();\n";
        assert_eq!(lines(door_to_tch, "crates/memory/src/lib.rs", text), [2]);
        assert!(lines(door_to_tch, "crates/core/src/tensor.rs", text).is_empty());
    }

    #[test]
    fn randomness_is_not_shared() {
        let text = "let a = Tensor::randn([2], options);\nlet b = rand::rng();\nlet c = stream.normal_tensor(&[2]);\n";
        assert_eq!(lines(global_randomness, "experiments/memory/a.rs", text), [1, 2]);
        assert_eq!(lines(global_randomness, "crates/memory/tests/a.rs", "SmallRng::from_os_rng()"), [1]);
    }

    #[test]
    fn production_does_not_panic() {
        let text = "fn a() { b.unwrap(); }\nfn c() { d.unwrap_or(0); progress.expect(&cells) }\n#[cfg(test)]\nmod tests {\n    fn e() { f.expect(\"g\"); }\n}\n";
        assert_eq!(lines(panics, "crates/memory/src/a.rs", text), [1]);
        assert!(lines(panics, "crates/memory/tests/a.rs", text).is_empty());
    }

    #[test]
    fn tests_are_not_switched_off() {
        assert_eq!(lines(ignored_tests, "crates/memory/src/a.rs", "#[test]\n#[ignore = \"slow\"]\nfn a() {}\n"), [2]);
    }

    #[test]
    fn files_are_short_and_tests_do_not_count() {
        let long = |n: usize| "// a\n".repeat(n);
        assert_eq!(lines(size, "crates/memory/src/a.rs", &long(301)), [301]);
        assert_eq!(lines(size, "experiments/memory/a.rs", &long(201)), [201]);
        assert!(lines(size, "experiments/framework/a.rs", &long(300)).is_empty());
        let tested = format!("{}#[cfg(test)]\nmod tests {{\n{}}}\n", long(250), long(100));
        assert!(lines(size, "crates/memory/src/a.rs", &tested).is_empty());
    }

    #[test]
    fn lines_do_not_end_in_blanks() {
        let mut found = Vec::new();
        trailing_whitespace("README.md", "a\nb \nc\t\n", &mut found);
        assert_eq!(found.iter().map(|problem| problem.line).collect::<Vec<_>>(), [2, 3]);
        assert!(is_text(".ci/run") && is_text("a/b.md") && !is_text("data/digits.csv.gz"));
    }
}
