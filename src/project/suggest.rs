//! "Did you mean": the candidate nearest to a word.

/// The candidate nearest to `word`, without regard to case, if it is near enough to be a slip of the fingers: one edit
/// for a word of up to four characters, one edit for every three characters of a longer one. Two characters swapped
/// are one edit. The first of equally near candidates wins; a word of more than 128 characters has none.
pub fn closest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word = word.to_lowercase();
    let length = word.chars().count();
    let allowed = (length / 3).max(1);
    candidates
        .into_iter()
        // So many edits at least; the exact distance takes time that grows with the square of the length.
        .filter(|candidate| candidate.chars().count().abs_diff(length) <= allowed && length <= LONGEST)
        .map(|candidate| (distance(&word, &candidate.to_lowercase()), candidate))
        .filter(|(distance, candidate)| *distance <= allowed && *distance < candidate.chars().count())
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

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
