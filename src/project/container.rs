//! Names of container images, repositories and tags.

use super::invalid::Invalid;
use super::matcher;
use super::text::text;

text! {
    /// The name of a repository of Amazon ECR, without the registry's host.
    ///
    /// Source: Amazon ECR API reference, CreateRepository, `repositoryName`.
    ///
    /// ```
    /// use kiln::project::RepositoryName;
    ///
    /// let address = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/team/api:latest";
    /// let refused = RepositoryName::parse(address).expect_err("it has a host and a tag");
    /// assert_eq!(refused.help.as_deref(), Some("write `team/api`"));
    /// assert_eq!(RepositoryName::parse("team/api").unwrap().as_str(), "team/api");
    /// ```
    RepositoryName
}
text! {
    /// A tag of a container image: up to 128 letters, digits, `_`, `.` and `-`.
    ///
    /// Source: OCI distribution specification, "Pulling manifests".
    ///
    /// ```
    /// use kiln::project::ImageTag;
    ///
    /// let tag = ImageTag::parse("1.4.0-arm64").unwrap();
    /// assert_eq!(tag.as_str(), "1.4.0-arm64");
    /// // The name of a branch may have a character that a tag may not.
    /// let refused = ImageTag::parse("feature/login").expect_err("it has a slash");
    /// assert_eq!(refused.at, Some(7..8));
    /// ```
    ImageTag
}
text! {
    /// An image of a container registry, such as `amazonlinux:2023`, with its host unless that is Docker Hub.
    ///
    /// Source: EC2 Image Builder API reference, CreateContainerRecipe, `parentImage`; the grammar of the reference is that
    /// of the distribution project.
    ///
    /// ```
    /// use kiln::project::{Base, ImageReference, Origin};
    ///
    /// let image = ImageReference::parse("public.ecr.aws/docker/library/debian:12").unwrap();
    /// let base = Base::parse(&format!("docker:{image}")).expect("a base of containers");
    /// assert_eq!(*base.origin(), Origin::Registry(image));
    /// ```
    ImageReference
}

impl RepositoryName {
    /// Parses a name.
    ///
    /// # Errors
    /// If the name is too short or too long, begins with a host, or has another character or an empty part.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        if let Some((host, name)) = text.split_once('/')
            && host.contains('.')
            && host.contains("amazonaws")
        {
            let error =
                Invalid::new(format!("`{text}` has the registry's host: write the name of the repository only"));
            return Err(error.help(format!("write `{}`", name.split(':').next().unwrap_or_default())));
        }
        let subject = "the name of a repository";
        matcher::length(text, subject, 2..=256)?;
        matcher::only(text, subject, "lowercase letters, digits, `.`, `_`, `-` and `/`", is_name)?;
        if text.split('/').all(is_part) {
            return Ok(Self(text.to_owned()));
        }
        Err(Invalid::new(format!(
            "`{text}` is not a name of a repository: each part begins and ends with a letter or digit"
        )))
    }
}

impl ImageTag {
    /// Parses a tag.
    ///
    /// # Errors
    /// If the tag is empty or too long, or has another character.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let subject = "a tag";
        matcher::length(text, subject, 1..=128)?;
        matcher::only(text, subject, "letters, digits, `_`, `.` and `-`", is_tag)?;
        if text.starts_with(['.', '-']) {
            return Err(Invalid::new(format!("a tag begins with a letter, a digit or `_`, not as `{text}`")).at(0..1));
        }
        Ok(Self(text.to_owned()))
    }
}

impl ImageReference {
    /// Parses a reference: host and port if there are any, the name, and a tag or a digest.
    ///
    /// # Errors
    /// If the text is formed otherwise.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let form = || {
            Invalid::new(format!("`{text}` is not an image of a registry"))
                .help("write `amazonlinux:2023`, or with a host `public.ecr.aws/docker/library/debian:12`")
        };
        let (rest, digest) = text.split_once('@').map_or((text, None), |(rest, digest)| (rest, Some(digest)));
        let is_digest = |digest: &str| {
            digest
                .strip_prefix("sha256:")
                .is_some_and(|hex| hex.len() == 64 && matcher::all(hex, matcher::is_lower_hex))
        };
        let last = rest.rfind('/').map_or(0, |at| at + 1);
        let (name, tag) = match rest[last..].find(':') {
            Some(colon) => (&rest[..last + colon], Some(&rest[last + colon + 1..])),
            None => (rest, None),
        };
        let (host, path) = match name.split_once('/') {
            Some((host, path)) if host.contains(['.', ':']) || host == "localhost" => (Some(host), path),
            _ => (None, name),
        };
        let is_host = |host: &str| matcher::all(host, |c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':'));
        let legal = digest.is_none_or(is_digest)
            && tag.is_none_or(|tag| ImageTag::parse(tag).is_ok())
            && host.is_none_or(is_host)
            && path.split('/').all(is_part)
            && text.len() <= 1024;
        if legal { Ok(Self(text.to_owned())) } else { Err(form()) }
    }
}

fn is_name(character: char) -> bool {
    matcher::is_lower_or_digit(character) || matches!(character, '.' | '_' | '-' | '/')
}

fn is_tag(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '_' | '.' | '-')
}

/// A part of a name between slashes: separators stand inside of it only.
fn is_part(part: &str) -> bool {
    let is_edge = |edge: Option<char>| edge.is_some_and(matcher::is_lower_or_digit);
    matcher::all(part, |c| c != '/' && is_name(c)) && is_edge(part.chars().next()) && is_edge(part.chars().next_back())
}

#[cfg(test)]
mod tests {
    use super::super::invalid::testing::{invalid, valid};
    use super::*;

    #[test]
    fn repositories() {
        valid(RepositoryName::parse, "team/api-v2");
        let host = "111122223333.dkr.ecr.eu-west-1.amazonaws.com/team/api:latest";
        let message = format!("`{host}` has the registry's host: write the name of the repository only");
        invalid(RepositoryName::parse, host, &format!("{message} | write `team/api`"));
        let allowed = "lowercase letters, digits, `.`, `_`, `-` and `/`";
        invalid(RepositoryName::parse, "Api", &format!("the name of a repository may have {allowed}, not `A` @ A"));
        let edge = "is not a name of a repository: each part begins and ends with a letter or digit";
        invalid(RepositoryName::parse, "team//api", &format!("`team//api` {edge}"));
        invalid(RepositoryName::parse, "a", "the name of a repository has 2 to 256 characters, this one has 1");
    }

    #[test]
    fn tags() {
        valid(ImageTag::parse, "latest");
        valid(ImageTag::parse, "_1.0-x");
        invalid(ImageTag::parse, "a b", "a tag may have letters, digits, `_`, `.` and `-`, not ` ` @  ");
        invalid(ImageTag::parse, ".a", "a tag begins with a letter, a digit or `_`, not as `.a` @ .");
    }

    #[test]
    fn references() {
        valid(ImageReference::parse, "amazonlinux:2023");
        valid(ImageReference::parse, "public.ecr.aws/docker/library/debian:12");
        valid(ImageReference::parse, "localhost:5000/x");
        valid(ImageReference::parse, &format!("debian@sha256:{}", "0a".repeat(32)));
        for text in ["Debian", "debian:", "debian@sha256:1", "a b", "", "https://x/y"] {
            let help = "write `amazonlinux:2023`, or with a host `public.ecr.aws/docker/library/debian:12`";
            invalid(ImageReference::parse, text, &format!("`{text}` is not an image of a registry | {help}"));
        }
    }
}
