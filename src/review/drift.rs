//! What is in the account and not as it was deployed.

use serde::Serialize;

/// What changed behind a deployment's back.
///
/// ```
/// use kiln::review::{Drifts, Review};
///
/// // What nobody could look at is told, and is no drift.
/// let unchecked = vec!["log policy `LogPolicy` of the project".to_owned()];
/// let drift = Drifts { unchecked, ..Drifts::default() };
/// let review = Review { drift: Some(drift), ..Review::default() };
/// assert!(!review.drifts());
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Drifts {
    /// The resources that are not as they were deployed.
    pub resources: Vec<Drift>,
    /// Resources that nobody could look at, in words.
    pub unchecked: Vec<String>,
}

/// A resource that is not as it was deployed.
///
/// ```
/// use kiln::review::{Difference, Drift};
///
/// // The difference in one line for each property.
/// fn lines(drift: &Drift) -> Vec<String> {
///     let told = |it: &Difference| format!("{} {}: {}", drift.what, drift.word(), it.words());
///     drift.properties.iter().map(told).collect()
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Drift {
    /// What became of it.
    pub state: DriftState,
    /// What it is, in the words of the spec.
    pub what: String,
    /// Its id in CloudFormation, or its address in Terraform.
    pub id: String,
    /// Its type there.
    #[serde(rename = "type")]
    pub resource_type: String,
    /// Where the spec speaks of it, such as `kiln.toml:12`.
    pub place: Option<String>,
    /// The properties that are not as they were deployed.
    pub properties: Vec<Difference>,
}

/// What became of a resource.
///
/// ```
/// use kiln::review::{DriftState, Drifts};
///
/// // What somebody has deleted by hand.
/// fn deleted(drifts: &Drifts) -> Vec<&str> {
///     let deleted = drifts.resources.iter().filter(|drift| drift.state == DriftState::Deleted);
///     deleted.map(|drift| drift.what.as_str()).collect()
/// }
/// assert!(deleted(&Drifts::default()).is_empty());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum DriftState {
    /// It was changed.
    Modified,
    /// It is gone.
    Deleted,
}

/// A property that is not as it was deployed.
///
/// ```
/// use kiln::review::Difference;
///
/// let (expected, actual) = (Some("10".to_owned()), Some("50".to_owned()));
/// let property = "PolicyDetails[0].Filter.Value".to_owned();
/// let difference = Difference { property, expected, actual };
/// assert_eq!(difference.words(), "PolicyDetails[0].Filter.Value: expected 10, actual 50");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// Its path, such as `Tags[0].Value`.
    pub property: String,
    /// What was deployed; nothing if it was not set.
    pub expected: Option<String>,
    /// What is there.
    pub actual: Option<String>,
}

impl Drift {
    /// What became of it, in a word.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self.state {
            DriftState::Modified => "modified",
            DriftState::Deleted => "deleted",
        }
    }
}

impl Difference {
    /// The difference in one line.
    #[must_use]
    pub fn words(&self) -> String {
        let shown = |value: &Option<String>| value.clone().unwrap_or_else(|| "nothing".to_owned());
        format!("{}: expected {}, actual {}", self.property, shown(&self.expected), shown(&self.actual))
    }
}

/// Whether two values are the same for the service, which answers wildcards with what they stand for: `x.x.x` in a
/// reference or in a version with numbers, and the reference with the number of a build.
#[must_use]
pub fn is_same(expected: &str, actual: &str) -> bool {
    let version = |expected: &str, actual: &str| {
        let (expected, actual): (Vec<&str>, Vec<&str>) = (expected.split('.').collect(), actual.split('.').collect());
        let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        expected.len() == 3
            && actual.len() == 3
            && expected.iter().zip(actual).all(|(expected, actual)| match *expected {
                "x" => actual == "x" || is_number(actual),
                number => is_number(number) && number == actual,
            })
    };
    if expected == actual || version(expected, actual) {
        return true;
    }
    if !expected.contains(":imagebuilder:") {
        return false;
    }
    let (expected, actual): (Vec<&str>, Vec<&str>) = (expected.split('/').collect(), actual.split('/').collect());
    let [kind, name, wanted] = expected.as_slice() else { return false };
    match actual.as_slice() {
        [of, own, found] | [of, own, found, _] => of == kind && own == name && version(wanted, found),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcards_stand_for_versions() {
        let arn = |tail: &str| format!("arn:aws:imagebuilder:us-east-1:aws:component/update-linux/{tail}");
        assert!(is_same("1.0.x", "1.0.3") && is_same("x.x.x", "2.10.0") && is_same("a", "a"));
        assert!(is_same(&arn("x.x.x"), &arn("1.0.2")) && is_same(&arn("1.0.2"), &arn("1.0.2/1")));
        assert!(is_same(&arn("1.x.x"), &arn("1.5.0/2")));
        for (expected, actual) in [("1.0.x", "1.1.0"), ("x.x.x", "1.0"), ("x.x.x", "a.b.c"), ("1.0.0", "1.0.1")] {
            assert!(!is_same(expected, actual), "{expected} {actual}");
        }
        assert!(!is_same(&arn("1.x.x"), &arn("2.0.0")));
        assert!(!is_same(&arn("x.x.x"), &arn("1.0.0").replace("update-linux", "update-windows")));
    }
}
