//! "Did you mean": the candidate nearest to a word.

/// The candidate nearest to `word`, without regard to case, if it is near enough to be a slip of the fingers: one edit
/// for a word of up to four characters, one edit for every three characters of a longer one. Two characters swapped
/// are one edit. The first of equally near candidates wins; a word of more than 128 characters has none.
pub fn closest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word = word.to_lowercase();
    let length = word.chars().count();
    let allowed = (length / 3).max(1);
    let candidates: Vec<&str> = candidates.into_iter().take(MOST).collect();
    let near = candidates
        .iter()
        .copied()
        // So many edits at least; the exact distance takes time that grows with the square of the length.
        .filter(|candidate| candidate.chars().count().abs_diff(length) <= allowed && length <= LONGEST)
        .map(|candidate| (distance(&word, &candidate.to_lowercase()), candidate))
        .filter(|(distance, candidate)| *distance <= allowed && *distance < candidate.chars().count())
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate);
    near.or_else(|| only_longer(&word, &candidates))
}

/// The one candidate that the word, of three characters or more, is the beginning or a part of: `arch`, `default`.
fn only_longer<'a>(word: &str, candidates: &[&'a str]) -> Option<&'a str> {
    let is_longer = |candidate: &&&str| {
        let candidate = candidate.to_lowercase();
        candidate.starts_with(word) || candidate.split('-').any(|part| part == word)
    };
    let mut longer = candidates.iter().filter(is_longer);
    match (longer.next(), longer.next()) {
        (Some(only), None) if word.chars().count() >= 3 => Some(only),
        _ => None,
    }
}

/// So many candidates are compared.
const MOST: usize = 500;

/// The longest word that is compared, in characters.
const LONGEST: usize = 128;

/// The number of edits between two words, a swap of neighbours counted as one.
pub(crate) fn distance(left: &str, right: &str) -> usize {
    strsim::osa_distance(left, right)
}

#[cfg(test)]
mod tests {
    use super::closest;

    fn check(word: &str, expected: Option<&str>) {
        assert_eq!(closest(word, ["linux", "windows", "macos", "x"]), expected);
    }

    #[test]
    fn suggests_what_is_near() {
        check("linx", Some("linux"));
        check("LINUX", Some("linux"));
        check("widnows", Some("windows"));
        check("mac-os", Some("macos"));
        check("solaris", None);
        check("y", None);
        check("", None);
        check("é", None);
    }
}
