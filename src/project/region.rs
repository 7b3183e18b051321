//! AWS Regions.
//!
//! New Regions open every year, so a name that is not in the table is taken when it is built as Region names are; only
//! a name that is nearly a known one, with an area or direction that no Region has, is refused as a slip.
//!
//! To add a Region: a line in [`KNOWN`], from the SDK's partition data.

use super::invalid::Invalid;
use super::text::text;
use super::{matcher, suggest};

text! {
    /// The name of a Region, such as `eu-west-1`.
    ///
    /// ```
    /// use kiln::project::Region;
    ///
    /// let region = Region::parse("us-gov-west-1").unwrap();
    /// assert_eq!(region.partition(), Some("aws-us-gov"));
    /// // A Region that opened after this version of kiln is taken too.
    /// let new = Region::parse("eu-west-9").unwrap();
    /// assert!(!new.is_known());
    /// ```
    Region
}

/// The Regions of the AWS SDK's partition data (botocore `partitions.json` and `endpoints.json`), by partition.
pub const KNOWN: &[(&str, &[&str])] = &[
    (
        "aws",
        &[
            "af-south-1",
            "ap-east-1",
            "ap-east-2",
            "ap-northeast-1",
            "ap-northeast-2",
            "ap-northeast-3",
            "ap-south-1",
            "ap-south-2",
            "ap-southeast-1",
            "ap-southeast-2",
            "ap-southeast-3",
            "ap-southeast-4",
            "ap-southeast-5",
            "ap-southeast-6",
            "ap-southeast-7",
            "ca-central-1",
            "ca-west-1",
            "eu-central-1",
            "eu-central-2",
            "eu-north-1",
            "eu-south-1",
            "eu-south-2",
            "eu-west-1",
            "eu-west-2",
            "eu-west-3",
            "il-central-1",
            "me-central-1",
            "me-south-1",
            "mx-central-1",
            "sa-east-1",
            "us-east-1",
            "us-east-2",
            "us-west-1",
            "us-west-2",
        ],
    ),
    ("aws-cn", &["cn-north-1", "cn-northwest-1"]),
    ("aws-eusc", &["eusc-de-east-1"]),
    ("aws-iso", &["us-iso-east-1", "us-iso-west-1"]),
    ("aws-iso-b", &["us-isob-east-1", "us-isob-west-1"]),
    ("aws-iso-e", &["eu-isoe-west-1"]),
    ("aws-iso-f", &["us-isof-east-1", "us-isof-south-1"]),
    ("aws-us-gov", &["us-gov-east-1", "us-gov-west-1"]),
];

impl Region {
    /// Parses the name of a Region.
    ///
    /// # Errors
    /// If the text is not built as the name of a Region is, or is a slip for a known one.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let Some((area, direction)) = parts(text) else {
            return Err(repair(
                text,
                Invalid::new(format!("`{text}` is not a Region: write a name such as `eu-west-1`")),
            ));
        };
        if partition_of(text).is_none() && !(is_area(area) && is_direction(direction)) {
            let near = suggest::closest(text, names()).filter(|name| is_slip(text, area, name));
            if let Some(name) = near {
                let message = format!("`{text}` is not a Region: no Region has the {}", odd_part(area, direction));
                return Err(Invalid::new(message).did_you_mean(Some(name)));
            }
        }
        Ok(Self(text.to_owned()))
    }

    /// True for a Region of the table. An unknown one may be new.
    pub fn is_known(&self) -> bool {
        self.partition().is_some()
    }

    /// The partition of a known Region, as it stands in ARNs: `aws`, `aws-cn`, `aws-us-gov` …
    pub fn partition(&self) -> Option<&'static str> {
        partition_of(&self.0)
    }
}

/// The names of all known Regions.
pub fn names() -> impl Iterator<Item = &'static str> {
    KNOWN.iter().flat_map(|(_, regions)| regions.iter().copied())
}

fn partition_of(name: &str) -> Option<&'static str> {
    KNOWN.iter().find(|(_, regions)| regions.contains(&name)).map(|(partition, _)| *partition)
}

/// Area and direction of a text that is built as `area-direction-number`. The area may have two words, as `us-gov`.
fn parts(text: &str) -> Option<(&str, &str)> {
    let (rest, number) = text.rsplit_once('-')?;
    let (area, direction) = rest.rsplit_once('-')?;
    let word = |word: &str| word.len() >= 2 && matcher::all(word, |c| c.is_ascii_lowercase());
    let built = matcher::is_digits(number) && number.len() <= 2 && word(direction) && area.split('-').all(word);
    (built && text.len() <= 32).then_some((area, direction))
}

fn is_area(area: &str) -> bool {
    names().filter_map(parts).any(|(known, _)| known == area)
}

fn is_direction(direction: &str) -> bool {
    names().filter_map(parts).any(|(_, known)| known == direction)
}

/// Two edits at most, and one at most in the area: areas are so short that two edits turn any into any other.
fn is_slip(text: &str, area: &str, name: &str) -> bool {
    let known = parts(name).map_or("", |(area, _)| area);
    suggest::distance(text, name) <= 2 && suggest::distance(area, known) <= 1
}

fn odd_part(area: &str, direction: &str) -> String {
    if is_area(area) { format!("direction `{direction}`") } else { format!("area `{area}`") }
}

fn repair(text: &str, error: Invalid) -> Invalid {
    let plain = text.trim().to_lowercase().replace(['_', ' '], "-");
    let zone = plain.strip_suffix(|c: char| c.is_ascii_lowercase()).filter(|rest| partition_of(rest).is_some());
    match zone {
        Some(region) => error.help(format!("that is an Availability Zone: write its Region, `{region}`")),
        None if partition_of(&plain).is_some() => error.help(format!("write `{plain}`")),
        None => error.did_you_mean(suggest::closest(&plain, names())),
    }
}

#[cfg(test)]
mod tests {
    use super::super::invalid::testing::{invalid, valid};
    use super::*;

    #[test]
    fn regions() {
        names().for_each(|name| valid(Region::parse, name));
        valid(Region::parse, "eu-west-9");
        valid(Region::parse, "nz-north-1");
        let known = |text: &str| Region::parse(text).unwrap().partition();
        assert_eq!(known("eu-west-1"), Some("aws"));
        assert_eq!(known("cn-northwest-1"), Some("aws-cn"));
        assert_eq!(known("eusc-de-east-1"), Some("aws-eusc"));
        assert_eq!(known("eu-west-9"), None);
        assert!(!Region::parse("eu-west-9").unwrap().is_known());
    }

    #[test]
    fn slips() {
        let check =
            |text: &str, expected: &str| invalid(Region::parse, text, &format!("`{text}` is not a Region: {expected}"));
        check("eu-wset-1", "no Region has the direction `wset` | did you mean `eu-west-1`?");
        check("ue-west-1", "no Region has the area `ue` | did you mean `eu-west-1`?");
        check("us-esat-2", "no Region has the direction `esat` | did you mean `us-east-2`?");
        let form = "write a name such as `eu-west-1`";
        check("eu-west-1a", &format!("{form} | that is an Availability Zone: write its Region, `eu-west-1`"));
        check("EU_WEST_1", &format!("{form} | write `eu-west-1`"));
        check("euwest1", &format!("{form} | did you mean `eu-west-1`?"));
        check("ireland", form);
        check("eu-west-é", &format!("{form} | did you mean `eu-west-1`?"));
        check("", form);
    }
}
