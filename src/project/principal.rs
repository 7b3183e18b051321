//! Who an image is shared with.

use std::fmt;

use super::account::AccountId;
use super::arn::Arn;
use super::invalid::Invalid;
use super::matcher;

/// An account, organization or organizational unit that may launch an image, or everyone.
///
/// Source: EC2 Image Builder API reference, LaunchPermissionConfiguration.
///
/// ```
/// use kiln::project::Principal;
///
/// assert!(matches!(Principal::parse("123456789012"), Ok(Principal::Account(_))));
/// assert_eq!(Principal::parse("public"), Ok(Principal::Everyone));
/// let organization = "arn:aws:organizations::111122223333:organization/o-abcdef1234";
/// assert!(matches!(Principal::parse(organization), Ok(Principal::Organization(_))));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Principal {
    /// One account.
    Account(AccountId),
    /// All accounts of an organization.
    Organization(Arn),
    /// All accounts of an organizational unit.
    OrganizationalUnit(Arn),
    /// All accounts: the image is public. The service's word is the user group `all`.
    Everyone,
}

impl Principal {
    /// Parses an account id, the ARN of an organization or organizational unit, or the word `public`.
    ///
    /// # Errors
    /// If the text is none of these.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let form = |text: &str| {
            Invalid::new(format!(
                "an image cannot be shared with `{text}`: write an account id, the ARN of an organization or \
                 organizational unit, or `public`"
            ))
        };
        match text {
            "public" => Ok(Self::Everyone),
            "all" | "*" | "everyone" | "Public" | "PUBLIC" => {
                Err(form(text).help("write `public` to share with everyone"))
            }
            _ if text.starts_with("arn:") => organization(Arn::parse(text)?, text),
            _ if text.starts_with("o-") || text.starts_with("ou-") => Err(form(text).help(format!(
                "write its ARN, `arn:aws:organizations::<management account>:{}`",
                if text.starts_with("o-") {
                    format!("organization/{text}")
                } else {
                    format!("ou/<organization>/{text}")
                }
            ))),
            _ if text.starts_with(|c: char| c.is_ascii_digit()) => AccountId::parse(text).map(Self::Account),
            _ => Err(form(text)),
        }
    }
}

impl fmt::Display for Principal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Account(account) => account.fmt(f),
            Self::Organization(arn) | Self::OrganizationalUnit(arn) => arn.fmt(f),
            Self::Everyone => f.write_str("public"),
        }
    }
}

fn organization(arn: Arn, text: &str) -> Result<Principal, Invalid> {
    let place = arn.service() == "organizations" && arn.region().is_empty() && matcher::is_digits(arn.account());
    let unit = arn.resource_after("ou/").and_then(|rest| rest.split_once('/'));
    if place && arn.resource_after("organization/").is_some_and(is_organization) {
        return Ok(Principal::Organization(arn));
    }
    if place && unit.is_some_and(|(organization, unit)| is_organization(organization) && is_unit(unit)) {
        return Ok(Principal::OrganizationalUnit(arn));
    }
    Err(Invalid::new(format!("`{text}` is not the ARN of an organization or organizational unit")).help(
        "write `arn:aws:organizations::<account>:organization/o-…` or `arn:aws:organizations::<account>:ou/o-…/ou-…`",
    ))
}

fn is_organization(id: &str) -> bool {
    id.strip_prefix("o-").is_some_and(|id| is_word(id, 10..=32))
}

fn is_unit(id: &str) -> bool {
    let words = id.strip_prefix("ou-").and_then(|id| id.split_once('-'));
    words.is_some_and(|(root, unit)| is_word(root, 4..=32) && is_word(unit, 8..=32))
}

fn is_word(text: &str, length: std::ops::RangeInclusive<usize>) -> bool {
    length.contains(&text.len()) && matcher::all(text, matcher::is_lower_or_digit)
}

#[cfg(test)]
mod tests {
    use super::super::invalid::testing::{invalid, valid};
    use super::*;

    #[test]
    fn principals() {
        valid(Principal::parse, "111122223333");
        valid(Principal::parse, "public");
        valid(Principal::parse, "arn:aws:organizations::111122223333:organization/o-abcdef1234");
        valid(Principal::parse, "arn:aws:organizations::111122223333:ou/o-abcdef1234/ou-abcd-12345678");
        let check = |text: &str, expected: &str| invalid(Principal::parse, text, expected);
        let form = "write an account id, the ARN of an organization or organizational unit, or `public`";
        check("all", &format!("an image cannot be shared with `all`: {form} | write `public` to share with everyone"));
        check("bob", &format!("an image cannot be shared with `bob`: {form}"));
        check(
            "o-abcdef1234",
            &format!(
                "an image cannot be shared with `o-abcdef1234`: {form} | write its ARN, \
                 `arn:aws:organizations::<management account>:organization/o-abcdef1234`"
            ),
        );
        check(
            "1111-2222-3333",
            "`1111-2222-3333` is not an account id: write twelve digits, as in `111122223333` | write `111122223333`",
        );
        check(
            "arn:aws:organizations::111122223333:organization/o-short",
            "`arn:aws:organizations::111122223333:organization/o-short` is not the ARN of an organization or \
             organizational unit | write `arn:aws:organizations::<account>:organization/o-…` or \
             `arn:aws:organizations::<account>:ou/o-…/ou-…`",
        );
    }
}
