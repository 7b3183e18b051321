//! KMS keys.
//!
//! Source: KMS developer guide, "Key identifiers (KeyId)". A key of another account is named by its ARN only, and so is
//! a key that images shared with other accounts are encrypted with.

use std::fmt;

use super::arn::Arn;
use super::invalid::Invalid;
use super::matcher;

/// A KMS key, named in one of the four ways of KMS.
///
/// ```
/// use kiln::project::KmsKey;
///
/// let own = KmsKey::parse("alias/images").unwrap();
/// assert_eq!(own, KmsKey::Alias("alias/images".to_owned()));
/// // What a key of AWS encrypts cannot be shared.
/// assert!(KmsKey::parse("alias/aws/ebs").unwrap().is_aws_managed());
/// assert!(!own.is_aws_managed());
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KmsKey {
    /// `alias/…`: a name in the account and Region of the build.
    Alias(String),
    /// The id of a key in the account and Region of the build: a UUID, or `mrk-…` for a key in several Regions.
    Id(String),
    /// The ARN of a key.
    KeyArn(Arn),
    /// The ARN of an alias.
    AliasArn(Arn),
}

/// The word for a key that is made for the images of a project.
pub const GENERATED: &str = "generated";

impl KmsKey {
    /// Parses an alias, a key id, or the ARN of either.
    ///
    /// # Errors
    /// If the text is none of these.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let form = || {
            Invalid::new(format!("`{text}` is not a KMS key: write `alias/…`, a key id, or the ARN of a key or alias"))
        };
        if text.starts_with("arn:") {
            let arn = Arn::parse(text)?;
            let ours = arn.service() == "kms" && !arn.region().is_empty() && matcher::is_digits(arn.account());
            return match (arn.resource_after("key/"), is_alias(arn.resource())) {
                (Some(id), _) if ours && is_id(id) => Ok(Self::KeyArn(arn)),
                (_, true) if ours => Ok(Self::AliasArn(arn)),
                _ => Err(form().help("write `arn:aws:kms:<region>:<account>:key/<id>`, or `:alias/<name>` at the end")),
            };
        }
        if is_alias(text) {
            return Ok(Self::Alias(text.to_owned()));
        }
        if is_id(text) {
            return Ok(Self::Id(text.to_owned()));
        }
        if text == GENERATED {
            return Err(
                form().help("only `kms-key` of a pipeline can be generated: write `alias/…` with its name here")
            );
        }
        let named = format!("alias/{text}");
        Err(if !text.contains('/') && is_alias(&named) { form().did_you_mean(Some(named)) } else { form() })
    }

    /// The ARN, if the key was named by one.
    pub fn arn(&self) -> Option<&Arn> {
        match self {
            Self::KeyArn(arn) | Self::AliasArn(arn) => Some(arn),
            Self::Alias(_) | Self::Id(_) => None,
        }
    }

    /// True for `alias/aws/…`, a key that AWS manages: what it encrypts cannot be shared with other accounts.
    pub fn is_aws_managed(&self) -> bool {
        match self {
            Self::Alias(alias) => alias.starts_with("alias/aws/"),
            Self::AliasArn(arn) => arn.resource().starts_with("alias/aws/"),
            Self::Id(_) | Self::KeyArn(_) => false,
        }
    }
}

impl fmt::Display for KmsKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Alias(text) | Self::Id(text) => f.write_str(text),
            Self::KeyArn(arn) | Self::AliasArn(arn) => arn.fmt(f),
        }
    }
}

fn is_alias(text: &str) -> bool {
    let name = text.strip_prefix("alias/");
    text.len() <= 256
        && name.is_some_and(|name| matcher::all(name, |c| c.is_ascii_alphanumeric() || matches!(c, '/' | '_' | '-')))
}

/// A UUID, or `mrk-` and 32 hexadecimal digits.
fn is_id(text: &str) -> bool {
    let hex = |text: &str, length: usize| text.len() == length && matcher::all(text, |c| c.is_ascii_hexdigit());
    if let Some(id) = text.strip_prefix("mrk-") {
        return hex(id, 32);
    }
    let groups: Vec<&str> = text.split('-').collect();
    groups.len() == 5 && groups.iter().zip([8, 4, 4, 4, 12]).all(|(group, length)| hex(group, length))
}

#[cfg(test)]
mod tests {
    use super::super::invalid::testing::{invalid, valid};
    use super::*;

    #[test]
    fn keys() {
        valid(KmsKey::parse, "alias/images");
        valid(KmsKey::parse, "1234abcd-12ab-34cd-56ef-1234567890ab");
        valid(KmsKey::parse, "mrk-1234abcd12ab34cd56ef1234567890ab");
        valid(KmsKey::parse, "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab");
        valid(KmsKey::parse, "arn:aws:kms:eu-west-1:111122223333:alias/images");
        assert!(KmsKey::parse("alias/aws/ebs").unwrap().is_aws_managed());
        assert!(KmsKey::parse("arn:aws:kms:eu-west-1:111122223333:alias/images").unwrap().arn().is_some());
        let form = "is not a KMS key: write `alias/…`, a key id, or the ARN of a key or alias";
        let check = |text: &str, help: &str| invalid(KmsKey::parse, text, &format!("`{text}` {form}{help}"));
        check("generated", " | only `kms-key` of a pipeline can be generated: write `alias/…` with its name here");
        check("images", " | did you mean `alias/images`?");
        check("alias/", "");
        check("alias/é", "");
        check(
            "arn:aws:s3:::bucket",
            " | write `arn:aws:kms:<region>:<account>:key/<id>`, or `:alias/<name>` at the end",
        );
    }
}
