//! Names that somebody has misspelt.

/// How alike two names must be for one to be meant by the other.
const ALIKE: f64 = 0.75;

/// The name among `known` that is nearest to `given`, if one is near enough to be meant.
pub fn nearest<'a>(given: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let scored = known.into_iter().map(|name| (strsim::jaro_winkler(given, name), name));
    scored.filter(|(score, _)| *score > ALIKE).max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn only_what_may_be_meant_is_offered() {
        assert_eq!(nearest("varaince", ["mean", "variance"]), Some("variance"));
        assert_eq!(nearest("seeds", ["mean", "variance"]), None);
    }
}
