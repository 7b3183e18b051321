//! S3 buckets and objects.

use std::fmt;

use super::invalid::Invalid;
use super::matcher;
use super::text::text;

text! {
    /// The name of a general purpose bucket.
    ///
    /// Source: S3 user guide, "General purpose bucket naming rules" (from memory, not compared with the page).
    ///
    /// ```
    /// use kiln::project::BucketName;
    ///
    /// let bucket = BucketName::parse("image-logs.example.com").unwrap();
    /// assert_eq!(bucket.as_str(), "image-logs.example.com");
    /// let refused = BucketName::parse("s3://image-logs/web").expect_err("it is an address");
    /// assert_eq!(refused.help.as_deref(), Some("write `image-logs`"));
    /// ```
    BucketName
}

/// The address of an object, `s3://bucket/key`.
///
/// ```
/// use kiln::project::S3Uri;
///
/// let component = S3Uri::parse("s3://image-components/linux/nginx.yaml").unwrap();
/// assert_eq!(component.bucket().as_str(), "image-components");
/// assert_eq!(component.key(), "linux/nginx.yaml");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct S3Uri {
    bucket: BucketName,
    key: String,
}

impl BucketName {
    /// Parses a bucket name.
    ///
    /// # Errors
    /// If the name is too short or too long, has another character, is formed like an IP address, or has a beginning or
    /// end that S3 keeps to itself.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let subject = "a bucket name";
        if let Some(rest) = text.strip_prefix("s3://") {
            let bucket = rest.split('/').next().unwrap_or_default();
            let error = Invalid::new(format!("`{text}` is an address: write the name of the bucket only"));
            return Err(if bucket.is_empty() { error } else { error.help(format!("write `{bucket}`")) });
        }
        matcher::length(text, subject, 3..=63)?;
        matcher::only(text, subject, "lowercase letters, digits, `-` and `.`", |c| {
            matcher::is_lower_or_digit(c) || matches!(c, '-' | '.')
        })?;
        let outer =
            |text: &str| text.starts_with(matcher::is_lower_or_digit) && text.ends_with(matcher::is_lower_or_digit);
        if !outer(text) || text.contains("..") {
            return Err(Invalid::new(format!(
                "`{text}` is not {subject}: it begins and ends with a letter or digit, and has no `..`"
            )));
        }
        let address = text.split('.').count() == 4 && text.split('.').all(|part| matcher::number::<u8>(part).is_some());
        if address {
            return Err(Invalid::new(format!("`{text}` is not {subject}: it is formed like an IP address")));
        }
        match RESERVED.iter().find(|(part, first)| if *first { text.starts_with(part) } else { text.ends_with(part) }) {
            None => Ok(Self(text.to_owned())),
            Some((part, first)) => {
                let place = if *first { "begins" } else { "ends" };
                Err(Invalid::new(format!(
                    "`{text}` is not {subject}: it {place} with `{part}`, which S3 keeps to itself"
                )))
            }
        }
    }
}

impl S3Uri {
    /// Parses `s3://bucket/key`.
    ///
    /// # Errors
    /// If the text does not begin with `s3://`, the bucket's name is wrong, or the key is empty or above 1024 bytes.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let form = || Invalid::new(format!("`{text}` is not the address of an object: write `s3://bucket/key`"));
        let Some(rest) = text.strip_prefix("s3://") else {
            return Err(match from_https(text) {
                Some(address) => form().help(format!("write `{address}`")),
                None => form(),
            });
        };
        let Some((bucket, key)) = rest.split_once('/').filter(|(_, key)| !key.is_empty()) else {
            return Err(form().help("the key of the object is missing"));
        };
        if key.len() > 1024 {
            return Err(Invalid::new(format!(
                "the key of an object has at most 1024 bytes, this one has {}",
                key.len()
            )));
        }
        if let Some(range) = matcher::first_unlike(key, |c| !c.is_control()) {
            return Err(Invalid::new("the key of an object may have no control characters")
                .at(range)
                .within(text.len() - key.len(), key));
        }
        let bucket = BucketName::parse(bucket).map_err(|error| error.within("s3://".len(), bucket))?;
        Ok(Self { bucket, key: key.to_owned() })
    }

    /// The bucket.
    pub fn bucket(&self) -> &BucketName {
        &self.bucket
    }

    /// The key of the object, without the slash before it.
    pub fn key(&self) -> &str {
        &self.key
    }
}

impl fmt::Display for S3Uri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "s3://{}/{}", self.bucket, self.key)
    }
}

/// What S3 keeps to itself; true for a beginning, false for an end.
const RESERVED: [(&str, bool); 7] = [
    ("xn--", true),
    ("sthree-", true),
    ("-s3alias", false),
    ("--ol-s3", false),
    (".mrap", false),
    ("--x-s3", false),
    ("--table-s3", false),
];

/// The address behind `https://bucket.s3.region.amazonaws.com/key`.
fn from_https(text: &str) -> Option<String> {
    let (host, key) = text.strip_prefix("https://")?.split_once('/')?;
    let bucket = host.split_once(".s3").filter(|(_, rest)| rest.contains("amazonaws.com"))?.0;
    (!key.is_empty() && BucketName::parse(bucket).is_ok()).then(|| format!("s3://{bucket}/{key}"))
}

#[cfg(test)]
mod tests {
    use super::super::invalid::testing::{invalid, valid};
    use super::*;

    #[test]
    fn buckets() {
        valid(BucketName::parse, "my-bucket.logs");
        let check = |text: &str, expected: &str| invalid(BucketName::parse, text, expected);
        check("ab", "a bucket name has 3 to 63 characters, this one has 2");
        check("My-bucket", "a bucket name may have lowercase letters, digits, `-` and `.`, not `M` @ M");
        check("-abc", "`-abc` is not a bucket name: it begins and ends with a letter or digit, and has no `..`");
        check("10.0.0.1", "`10.0.0.1` is not a bucket name: it is formed like an IP address");
        check("xn--a", "`xn--a` is not a bucket name: it begins with `xn--`, which S3 keeps to itself");
        check("s3://logs/x", "`s3://logs/x` is an address: write the name of the bucket only | write `logs`");
    }

    #[test]
    fn addresses() {
        valid(S3Uri::parse, "s3://bucket/components/é.yaml");
        let form = "is not the address of an object: write `s3://bucket/key`";
        let check = |text: &str, expected: &str| invalid(S3Uri::parse, text, expected);
        check("s3://bucket", &format!("`s3://bucket` {form} | the key of the object is missing"));
        check("bucket/key", &format!("`bucket/key` {form}"));
        check(
            "https://logs.s3.eu-west-1.amazonaws.com/a/b",
            &format!("`https://logs.s3.eu-west-1.amazonaws.com/a/b` {form} | write `s3://logs/a/b`"),
        );
        check("s3://a/b", "a bucket name has 3 to 63 characters, this one has 1 @ a");
        check("s3://aBc/b", "a bucket name may have lowercase letters, digits, `-` and `.`, not `B` @ B");
    }
}
