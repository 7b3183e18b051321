//! Amazon Resource Names.
//!
//! Source: IAM user guide, "Identify AWS resources with Amazon Resource Names"; the owners that are not account ids are
//! those of the ARN patterns in the EC2 Image Builder API reference.

use std::fmt;
use std::ops::Range;

use super::invalid::Invalid;
use super::matcher;
use super::region::Region;

/// An ARN, `arn:partition:service:region:account:resource`, with each part checked for its form.
///
/// ```
/// use kiln::project::Arn;
///
/// let arn = Arn::parse("arn:aws:imagebuilder:eu-west-1:123456789012:image/web/1.0.0").unwrap();
/// assert_eq!((arn.service(), arn.region()), ("imagebuilder", "eu-west-1"));
/// assert_eq!(arn.resource_after("image/"), Some("web/1.0.0"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Arn {
    partition: String,
    service: String,
    region: String,
    account: String,
    resource: String,
}

impl Arn {
    /// Parses an ARN.
    ///
    /// # Errors
    /// If a part is missing or has another form than AWS uses; the range of the error is that of the part.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let mut pieces = text.splitn(6, ':');
        let mut start = 0;
        let mut next = || {
            let piece = pieces.next()?;
            let at = start..start + piece.len();
            start = at.end + 1;
            Some((piece, at))
        };
        let parts = [next(), next(), next(), next(), next(), next()];
        let [Some((arn, _)), Some(partition), Some(service), Some(region), Some(account), Some(resource)] = parts
        else {
            return Err(not_an_arn(text));
        };
        if arn != "arn" {
            return Err(not_an_arn(text));
        }
        Ok(Self {
            partition: partition_of(partition)?,
            service: service_of(service)?,
            region: region_of(region)?,
            account: account_of(account)?,
            resource: resource_of(resource)?,
        })
    }

    /// The partition: `aws`, `aws-cn`, `aws-us-gov` …
    pub fn partition(&self) -> &str {
        &self.partition
    }

    /// The service, such as `imagebuilder`.
    pub fn service(&self) -> &str {
        &self.service
    }

    /// The Region; empty for resources that have none.
    pub fn region(&self) -> &str {
        &self.region
    }

    /// The account id, or an owner such as `aws`; empty for resources that have none.
    pub fn account(&self) -> &str {
        &self.account
    }

    /// What follows the account: a type and a name in the form of the service.
    pub fn resource(&self) -> &str {
        &self.resource
    }

    /// The resource without this beginning, such as `image/`.
    pub fn resource_after(&self, beginning: &str) -> Option<&str> {
        self.resource.strip_prefix(beginning)
    }
}

impl fmt::Display for Arn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { partition, service, region, account, resource } = self;
        write!(f, "arn:{partition}:{service}:{region}:{account}:{resource}")
    }
}

fn not_an_arn(text: &str) -> Invalid {
    Invalid::new(format!("`{text}` is not an ARN: write `arn:partition:service:region:account:resource`"))
}

fn partition_of((text, at): (&str, Range<usize>)) -> Result<String, Invalid> {
    let known = text == "aws" || text.strip_prefix("aws-").is_some_and(|rest| matcher::all(rest, is_word));
    let message = || format!("`{text}` is not a partition: write `aws`, `aws-cn` or `aws-us-gov`");
    if known { Ok(text.to_owned()) } else { Err(Invalid::new(message()).at(at)) }
}

fn service_of((text, at): (&str, Range<usize>)) -> Result<String, Invalid> {
    let message = || format!("`{text}` is not a service: write its name in lowercase, as in `imagebuilder`");
    if matcher::all(text, is_word) { Ok(text.to_owned()) } else { Err(Invalid::new(message()).at(at)) }
}

fn region_of((text, at): (&str, Range<usize>)) -> Result<String, Invalid> {
    if text.is_empty() {
        return Ok(String::new());
    }
    match Region::parse(text) {
        Ok(region) => Ok(region.to_string()),
        Err(error) => Err(error.within(at.start, text)),
    }
}

fn account_of((text, at): (&str, Range<usize>)) -> Result<String, Invalid> {
    let owner = |text: &str| text == "aws" || text == "third-party" || text.starts_with("aws-");
    let id = text.len() == 12 && matcher::is_digits(text);
    if text.is_empty() || id || (owner(text) && matcher::all(text, is_word)) {
        return Ok(text.to_owned());
    }
    Err(Invalid::new(format!("`{text}` is not an account in an ARN: write twelve digits, or nothing")).at(at))
}

fn resource_of((text, at): (&str, Range<usize>)) -> Result<String, Invalid> {
    if text.is_empty() {
        return Err(Invalid::new("an ARN ends with a resource, here it is empty").at(at));
    }
    let odd = |c: char| c.is_whitespace() || c.is_control();
    match matcher::first_unlike(text, |c| !odd(c)) {
        None => Ok(text.to_owned()),
        Some(range) => {
            let refusal = Invalid::new("the resource of an ARN has no spaces or control characters").at(range);
            Err(refusal.within(at.start, text))
        }
    }
}

fn is_word(character: char) -> bool {
    matcher::is_lower_or_digit(character) || character == '-'
}

#[cfg(test)]
mod tests {
    use super::super::invalid::testing::{invalid, valid};
    use super::*;

    #[test]
    fn arns() {
        valid(Arn::parse, "arn:aws:imagebuilder:eu-west-1:aws:image/amazon-linux-2023-x86/x.x.x");
        valid(Arn::parse, "arn:aws-cn:s3:::bucket/key:with:colons");
        valid(Arn::parse, "arn:aws:sns:eu-west-9:111122223333:topic");
        valid(Arn::parse, "arn:aws:imagebuilder:us-east-1:aws-marketplace:component/a/x.x.x");
        let check = |text: &str, expected: &str| invalid(Arn::parse, text, expected);
        let form = "is not an ARN: write `arn:partition:service:region:account:resource`";
        check("", &format!("`` {form}"));
        check("arn:aws:sns", &format!("`arn:aws:sns` {form}"));
        check("urn:aws:sns:::x", &format!("`urn:aws:sns:::x` {form}"));
        check("arn:azure:sns:::x", "`azure` is not a partition: write `aws`, `aws-cn` or `aws-us-gov` @ azure");
        check("arn:aws:SNS:::x", "`SNS` is not a service: write its name in lowercase, as in `imagebuilder` @ SNS");
        check(
            "arn:aws:sns:eu-wset-1:111122223333:x",
            "`eu-wset-1` is not a Region: no Region has the direction `wset` | did you mean `eu-west-1`? @ eu-wset-1",
        );
        check(
            "arn:aws:sns:eu-west-1:1111:x",
            "`1111` is not an account in an ARN: write twelve digits, or nothing @ 1111",
        );
        check("arn:aws:sns:eu-west-1:111122223333:", "an ARN ends with a resource, here it is empty @ ");
        check("arn:aws:s3:::a é", "the resource of an ARN has no spaces or control characters @  ");
    }

    #[test]
    fn parts() {
        let arn = Arn::parse("arn:aws:imagebuilder:eu-west-1:aws:image/a/x.x.x").unwrap();
        assert_eq!(
            [arn.partition(), arn.service(), arn.region(), arn.account()],
            ["aws", "imagebuilder", "eu-west-1", "aws"]
        );
        assert_eq!(arn.resource_after("image/"), Some("a/x.x.x"));
    }
}
