//! Tags.
//!
//! Source: EC2 Image Builder API reference, TagResource; the keys that the service sets by itself are those of
//! CreateInfrastructureConfiguration, `resourceTags`.

use super::invalid::Invalid;
use super::matcher;
use super::text::text;

/// The keys that the service sets on build instances, which `resourceTags` must not have.
pub const RESERVED_RESOURCE_TAG_KEYS: [&str; 4] = ["CreatedBy", "Ec2ImageBuilderArn", "Name", "Tags"];

/// The most tags that a resource of Image Builder takes.
pub const MOST_TAGS: usize = 50;

/// The most tags that `resourceTags` of an infrastructure configuration takes.
pub const MOST_RESOURCE_TAGS: usize = 30;

text! {
    /// The key of a tag: 1 to 128 letters, digits, spaces and `_.:/=+-@`, not beginning with `aws:`.
    ///
    /// ```
    /// use kiln::project::TagKey;
    ///
    /// let key = TagKey::parse("example.com/cost-centre").unwrap();
    /// assert_eq!(key.as_str(), "example.com/cost-centre");
    /// assert!(TagKey::parse("aws:createdBy").is_err(), "only AWS may use such keys");
    /// ```
    TagKey
}

text! {
    /// The value of a tag: 0 to 256 characters.
    ///
    /// ```
    /// use kiln::project::TagValue;
    ///
    /// let value = TagValue::parse("Platform & Security").unwrap();
    /// assert_eq!(value.to_string(), "Platform & Security");
    /// assert!(TagValue::parse("").is_ok(), "a tag may be its key alone");
    /// ```
    TagValue
}

impl TagKey {
    /// Parses a key.
    ///
    /// # Errors
    /// If the key is empty or too long, has another character, or begins with `aws:`.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let subject = "the key of a tag";
        matcher::length(text, subject, 1..=128)?;
        matcher::only(text, subject, "letters, digits, spaces and `_` `.` `:` `/` `=` `+` `-` `@`", |c| {
            c.is_ascii_alphanumeric()
                || c.is_ascii_whitespace()
                || matches!(c, '_' | '.' | ':' | '/' | '=' | '+' | '-' | '@')
        })?;
        if text.starts_with("aws:") {
            return Err(Invalid::new(format!("`{text}` begins with `aws:`, which only AWS may use")).at(0..4));
        }
        Ok(Self(text.to_owned()))
    }
}

impl TagValue {
    /// Parses a value.
    ///
    /// # Errors
    /// If the value is too long.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        matcher::length(text, "the value of a tag", 0..=256)?;
        Ok(Self(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::super::invalid::testing::{invalid, valid};
    use super::*;

    #[test]
    fn tags() {
        valid(TagKey::parse, "cost centre");
        valid(TagKey::parse, "a:b/c=d+e-f@g_h.i");
        valid(TagValue::parse, "");
        valid(TagValue::parse, &"é".repeat(256));
        let check = |text: &str, expected: &str| invalid(TagKey::parse, text, expected);
        check("", "the key of a tag has 1 to 128 characters, this one has 0");
        check("aws:name", "`aws:name` begins with `aws:`, which only AWS may use @ aws:");
        let allowed = "letters, digits, spaces and `_` `.` `:` `/` `=` `+` `-` `@`";
        check("a&b", &format!("the key of a tag may have {allowed}, not `&` @ &"));
        invalid(TagValue::parse, &"a".repeat(257), "the value of a tag has 0 to 256 characters, this one has 257");
    }
}
