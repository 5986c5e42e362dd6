//! Rust sources as rules read them: code apart from comments, strings and tests, line by line.

/// A source file.
#[derive(Debug, Clone)]
pub struct Source {
    /// Relative to the workspace, with `/`.
    pub file: String,
    /// Its lines as they are.
    pub lines: Vec<String>,
    /// The same lines with comments and the insides of strings blanked.
    pub code: Vec<String>,
    /// Which lines belong to tests.
    test: Vec<bool>,
}

impl Source {
    /// Reads a file's text.
    pub fn new(file: &str, text: &str) -> Self {
        let masked = mask(text);
        let code: Vec<String> = masked.lines().map(str::to_owned).collect();
        let folders = ["/tests/", "/benches/"];
        let all = folders.iter().any(|folder| format!("/{file}").contains(folder)) || file.ends_with("/tests.rs");
        let test = if all { vec![true; code.len()] } else { test_lines(&code) };
        Self { file: file.to_owned(), lines: text.lines().map(str::to_owned).collect(), code, test }
    }

    /// Lines of code outside tests with their numbers, from 1.
    pub fn production(&self) -> impl Iterator<Item = (usize, &str)> {
        self.numbered().filter(|(number, _)| !self.test[number - 1])
    }

    /// All lines of code with their numbers, from 1.
    pub fn numbered(&self) -> impl Iterator<Item = (usize, &str)> {
        self.code.iter().enumerate().map(|(i, line)| (i + 1, line.as_str()))
    }
}

/// Whether `word` occurs in `line` with nothing that would make it part of a longer name before it.
pub fn names(line: &str, word: &str) -> bool {
    let free = |at: usize| !line[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_');
    line.match_indices(word).any(|(at, _)| free(at))
}

/// Blanks comments, strings and character literals, and keeps every line break.
fn mask(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len());
    let mut i = 0;
    while i < chars.len() {
        let end = literal_end(&chars, i);
        if end == i {
            out.push(chars[i]);
            i += 1;
        } else {
            out.extend(chars[i..end].iter().map(|c| if *c == '\n' { '\n' } else { ' ' }));
            i = end;
        }
    }
    out
}

/// The end of the comment or literal that starts at `i`; `i` itself if none does.
fn literal_end(chars: &[char], i: usize) -> usize {
    let at = |j: usize| chars.get(j).copied().unwrap_or('\0');
    let find = |from: usize, stop: &dyn Fn(usize) -> bool| (from..chars.len()).find(|j| stop(*j)).unwrap_or(chars.len());
    let in_name = i > 0 && (chars[i - 1].is_alphanumeric() || chars[i - 1] == '_');
    match (at(i), at(i + 1)) {
        ('/', '/') => find(i, &|j| chars[j] == '\n'),
        ('/', '*') => block_comment_end(chars, i),
        ('r', '"' | '#') if !in_name => {
            let hashes = find(i + 1, &|j| chars[j] != '#') - i - 1;
            if at(i + 1 + hashes) != '"' {
                return i;
            }
            let closes = |j: usize| chars[j] == '"' && (1..=hashes).all(|k| at(j + k) == '#');
            (find(i + 2 + hashes, &closes) + 1 + hashes).min(chars.len())
        }
        ('"', _) => {
            let mut j = i + 1;
            while j < chars.len() && chars[j] != '"' {
                j += if chars[j] == '\\' { 2 } else { 1 };
            }
            (j + 1).min(chars.len())
        }
        ('\'', '\\') => (find(i + 3, &|j| chars[j] == '\'') + 1).min(chars.len()),
        ('\'', _) if at(i + 2) == '\'' => i + 3,
        _ => i,
    }
}

fn block_comment_end(chars: &[char], start: usize) -> usize {
    let (mut depth, mut j) = (0, start);
    while j < chars.len() {
        match (chars[j], chars.get(j + 1)) {
            ('/', Some('*')) => (depth, j) = (depth + 1, j + 2),
            ('*', Some('/')) => (depth, j) = (depth - 1, j + 2),
            _ => j += 1,
        }
        if depth == 0 {
            break;
        }
    }
    j.min(chars.len())
}

/// The lines of items under `#[cfg(test)]` or `#[test]`: from the attribute to the closing brace or semicolon.
fn test_lines(code: &[String]) -> Vec<bool> {
    let mut test = vec![false; code.len()];
    let mut line = 0;
    while line < code.len() {
        let attribute = code[line].trim_start();
        if !(attribute.starts_with("#[cfg(test)]") || attribute.starts_with("#[test]")) {
            line += 1;
            continue;
        }
        let end = item_end(code, line);
        test[line..=end].fill(true);
        line = end + 1;
    }
    test
}

/// The last line of the item that starts at `start`.
fn item_end(code: &[String], start: usize) -> usize {
    let mut depth = 0;
    for (number, line) in code.iter().enumerate().skip(start) {
        for c in line.chars() {
            match c {
                '{' | '(' | '[' => depth += 1,
                '}' | ')' | ']' => depth -= 1,
                _ => {}
            }
            if depth == 0 && (c == '}' || c == ';') {
                return number;
            }
        }
    }
    code.len() - 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_strings_are_blanked_and_lines_stay() {
        let text = "a(); // x.unwrap()\n/* y\n/* z */ w */ b();\nlet s = \"t\\\"{\n u\"; let c = '\"'; let r = r#\"v\"#;\nlet l: &'a str;";
        let source = Source::new("src/a.rs", text);
        let joined = source.code.join("\n");
        assert_eq!(source.code.len(), source.lines.len());
        assert!(joined.contains("a();") && joined.contains("b();") && joined.contains("&'a str"));
        assert!(["x", "y", "z", "w", "t", "u", "v"].iter().all(|word| !joined.split_whitespace().any(|w| w == *word)));
    }

    #[test]
    fn tests_are_told_from_production() {
        let text =
            "fn a() {}\n#[cfg(test)]\nmod tests {\n    fn b() { c[0]; }\n}\nfn d() {}\n#[cfg(test)]\nuse e;\nfn f() {}\n";
        let source = Source::new("src/a.rs", text);
        let kept: Vec<&str> = source.production().map(|(_, line)| line).collect();
        assert_eq!(kept, ["fn a() {}", "fn d() {}", "fn f() {}"]);
        assert_eq!(Source::new("crates/a/tests/b.rs", text).production().count(), 0);
        assert_eq!(Source::new("xtask/src/store/tests.rs", text).production().count(), 0);
    }

    #[test]
    fn names_are_whole_at_their_beginning() {
        assert!(names("use rand::rng;", "rand::rng"));
        assert!(!names("operand::rng", "rand::rng"));
    }
}
