//! What an image starts from.
//!
//! Most specs name a family of the [`catalogue`], such as `amazon-linux-2023/arm64`; everything that the service
//! takes as a parent image can be written as well. What is known about the choice is in its [`Facts`], and what is not
//! known is `None` there: a check that needs it has to ask the user.
//!
//! Source: EC2 Image Builder API reference, CreateImageRecipe, `parentImage`.

use std::fmt;

use super::architecture::Architecture;
use super::arn::Arn;
use super::container::ImageReference;
use super::ids::{AmiId, is_parameter};
use super::invalid::Invalid;
use super::matcher;
use super::platform::Platform;
use super::suggest;

pub mod catalogue;
mod namespace;

use catalogue::{Family, Image};

/// The image that a recipe starts from, and what is known about it.
///
/// ```
/// use kiln::project::Base;
///
/// let base = Base::parse("ubuntu-24.04/arm64").unwrap();
/// assert_eq!(base.facts().root_device, Some("/dev/sda1"));
/// let refused = Base::parse("al2023/arm64").expect_err("the catalogue names it in full");
/// assert_eq!(refused.help.as_deref(), Some("did you mean `amazon-linux-2023/arm64`?"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Base {
    text: String,
    origin: Origin,
    facts: Facts,
}

/// Where the image comes from.
///
/// ```
/// use kiln::project::{Base, Origin};
///
/// let managed = Base::parse("amazon-linux-2023/arm64").unwrap();
/// assert_eq!(*managed.origin(), Origin::Managed { name: "amazon-linux-2023-arm64" });
/// let own = Base::parse("ssm:/images/hardened").unwrap();
/// assert_eq!(*own.origin(), Origin::Ssm { parameter: "/images/hardened".to_owned() });
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// An image that Amazon manages, the newest version at each build.
    Managed {
        /// The name in the image's ARN.
        name: &'static str,
    },
    /// The AMI whose id a parameter of Systems Manager holds.
    Ssm {
        /// The name or ARN of the parameter, without `ssm:`.
        parameter: String,
    },
    /// An image of EC2 Image Builder.
    Arn(Arn),
    /// An AMI.
    Ami(AmiId),
    /// A product of AWS Marketplace, by its id `prod-…`.
    Marketplace(String),
    /// An image of a container registry.
    Registry(ImageReference),
}

/// What is known about an image from its name alone.
///
/// ```
/// use kiln::project::{Base, Facts, Platform};
///
/// let windows = Base::parse("windows-server-2025").unwrap().facts();
/// assert_eq!(windows.platform, Some(Platform::Windows));
/// // The id of an AMI tells nothing of what is in it.
/// let ami = Base::parse("ami-0123456789abcdef0").unwrap().facts();
/// assert_eq!(ami, Facts::default());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Facts {
    /// The platform.
    pub platform: Option<Platform>,
    /// The architecture.
    pub architecture: Option<Architecture>,
    /// The name of the root volume's device.
    pub root_device: Option<&'static str>,
    /// The family in the catalogue.
    pub family: Option<&'static str>,
}

impl Base {
    /// Parses a name of the catalogue, `ssm:` with the name or ARN of a parameter, the ARN of an image, the id of
    /// an AMI, the id of a product, or `docker:` with an image of a container registry.
    ///
    /// # Errors
    /// If the text is none of these; if the family has no such architecture, or several and none was named; or if no
    /// public image of the family is known.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        matcher::length(text, "a base image", 1..=1024)?;
        if let Some(parameter) = text.strip_prefix("ssm:") {
            return from_parameter(text, parameter);
        }
        if text.starts_with("arn:") {
            return from_arn(text);
        }
        if text.starts_with("ami-") {
            return Ok(Self::new(text, Origin::Ami(AmiId::parse(text)?), Facts::default()));
        }
        if let Some(product) = text.strip_prefix("prod-") {
            let origin = Origin::Marketplace(text.to_owned());
            let message = format!("`{text}` is not the id of a product: write `prod-`, lowercase letters and digits");
            let legal = matcher::all(product, matcher::is_lower_or_digit);
            return if legal { Ok(Self::new(text, origin, Facts::default())) } else { Err(Invalid::new(message)) };
        }
        if let Some(reference) = text.strip_prefix("docker:") {
            let parsed = ImageReference::parse(reference);
            let parsed = parsed.map_err(|error| error.within(text.len() - reference.len(), reference))?;
            return Ok(Self::new(text, Origin::Registry(parsed), Facts::default()));
        }
        from_catalogue(text)
    }

    /// Where the image comes from.
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// The container image that Amazon manages of the same family and architecture.
    pub fn container(&self) -> Option<Self> {
        let Facts { family, architecture, .. } = self.facts;
        let (family, architecture) = (catalogue::family(family?)?, architecture?);
        let name = family.image(architecture)?.container?;
        // What is known of the disk of an AMI says nothing of a container.
        let facts = Facts { root_device: None, ..self.facts };
        Some(Self::new(self.text.as_str(), Origin::Managed { name }, facts))
    }

    /// What is known about it.
    pub fn facts(&self) -> Facts {
        self.facts
    }

    fn new(text: impl Into<String>, origin: Origin, facts: Facts) -> Self {
        Self { text: text.into(), origin, facts }
    }
}

impl fmt::Display for Base {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Facts {
    fn of((family, image): (&Family, &Image)) -> Self {
        Self {
            platform: Some(family.platform),
            architecture: Some(image.architecture),
            root_device: Some(family.root_device),
            family: Some(family.name),
        }
    }
}

fn from_parameter(text: &str, parameter: &str) -> Result<Base, Invalid> {
    let start = text.len() - parameter.len();
    let mut path = parameter;
    if parameter.starts_with("arn:") {
        let arn = Arn::parse(parameter).map_err(|error| error.within(start, parameter))?;
        let name = parameter.split_once(":parameter").map(|(_, name)| name);
        match name.filter(|name| arn.service() == "ssm" && name.starts_with('/')) {
            Some(name) => path = name,
            None => {
                let message = format!("`{parameter}` is not the ARN of a parameter of Systems Manager");
                let help = "write `arn:aws:ssm:<region>:<account>:parameter/<name>`";
                return Err(Invalid::new(message).help(help).at(start..text.len()));
            }
        }
    }
    let allowed = "letters, digits, `_`, `.`, `-` and `/`";
    let subject = "the name of a parameter";
    matcher::length(path, subject, 1..=1011)?;
    let offset = text.len() - path.len();
    matcher::only(path, subject, allowed, is_parameter).map_err(|error| error.within(offset, path))?;
    let of_namespace = || namespace::facts(path).unwrap_or_default();
    let facts = catalogue::parameter(path).map_or_else(of_namespace, Facts::of);
    Ok(Base::new(text, Origin::Ssm { parameter: parameter.to_owned() }, facts))
}

fn from_arn(text: &str) -> Result<Base, Invalid> {
    let arn = Arn::parse(text)?;
    if arn.service() == "ssm" {
        let message = format!("`{text}` is a parameter, not an image: a parameter is written with `ssm:` before it");
        return Err(Invalid::new(message).help(format!("write `ssm:{text}`")));
    }
    let image = arn.resource_after("image/").and_then(|rest| rest.split_once('/'));
    let form = || {
        Invalid::new(format!("`{text}` is not the ARN of an Image Builder image"))
            .help("write `arn:aws:imagebuilder:<region>:<account>:image/<name>/x.x.x`")
    };
    let owned = arn.service() == "imagebuilder" && !arn.region().is_empty() && !arn.account().is_empty();
    let Some((name, version)) = image.filter(|_| owned) else { return Err(form()) };
    let is_name = matcher::all(name, |c| matcher::is_lower_or_digit(c) || matches!(c, '-' | '_'));
    if !is_name || !is_image_version(version) {
        return Err(form());
    }
    let managed = if arn.account() == "aws" { catalogue::managed(name) } else { None };
    let facts = managed.map(Facts::of).unwrap_or_default();
    Ok(Base::new(text, Origin::Arn(arn), facts))
}

/// `1.0.0`, `1.0.x`, or `1.0.0/2` with a build number.
fn is_image_version(version: &str) -> bool {
    let (numbers, build) = version.split_once('/').map_or((version, None), |(numbers, build)| (numbers, Some(build)));
    let parts: Vec<&str> = numbers.split('.').collect();
    let legal = |part: &&str| matcher::is_digits(part) || (build.is_none() && *part == "x");
    parts.len() == 3 && parts.iter().all(legal) && build.is_none_or(matcher::is_digits)
}

fn from_catalogue(text: &str) -> Result<Base, Invalid> {
    let (name, architecture) = text.split_once('/').map_or((text, None), |(name, rest)| (name, Some(rest)));
    let Some(family) = catalogue::family(name) else { return Err(unknown(text)) };
    if family.images.is_empty() {
        let message = format!("kiln knows no public image of {}", family.os);
        return Err(Invalid::new(message).help("write the id of an AMI, `ami-…`, or the ARN of an Image Builder image"));
    }
    let choices = choices(family);
    let image = match (architecture, family.images) {
        (None, [only]) => only,
        (None, _) => {
            let message = format!("`{text}` has several architectures: write {choices}");
            return Err(Invalid::new(message));
        }
        (Some(word), _) => {
            let start = text.len() - word.len();
            let architecture = Architecture::parse(word).map_err(|error| {
                let meant =
                    error.help.as_deref().and_then(|help| help.split('`').nth(1)).map(|word| format!("{name}/{word}"));
                let known = meant.filter(|meant| family.choices().any(|choice| choice == *meant));
                Invalid::new(format!("{}, here {choices}", error.message)).did_you_mean(known).at(start..text.len())
            })?;
            family.image(architecture).ok_or_else(|| {
                let message = format!("kiln knows no {architecture} image of {}", family.os);
                match namespace::suggested(name, architecture) {
                    Some(parameter) => Invalid::new(message).help(format!("write `ssm:{parameter}`")),
                    None => Invalid::new(format!("{message}: write {choices}")),
                }
                .at(start..text.len())
            })?
        }
    };
    let text = format!("{}/{}", family.name, image.architecture);
    let origin = match (image.managed, image.parameter) {
        (Some(name), _) => Origin::Managed { name },
        (None, parameter) => Origin::Ssm { parameter: parameter.unwrap_or_default().to_owned() },
    };
    Ok(Base::new(text, origin, Facts::of((family, image))))
}

/// A text that is no name of the catalogue and no other form.
fn unknown(text: &str) -> Invalid {
    let error = Invalid::new(format!(
        "`{text}` is not a base image: write a family such as `amazon-linux-2023/arm64`, `ssm:/…`, an `arn:…`, \
         or `ami-…`"
    ));
    if text.starts_with('/') {
        return error.help(format!("write `ssm:{text}` for a parameter"));
    }
    let (name, word) = text.split_once('/').unwrap_or((text, ""));
    let architecture = Architecture::parse(word).unwrap_or(Architecture::X86_64);
    if let Some(parameter) = namespace::suggested(name, architecture) {
        return error.help(format!("its publisher has a public parameter: write `ssm:{parameter}`"));
    }
    match likely(text) {
        Some(meant) => error.help(format!("did you mean {meant}?")),
        None => error,
    }
}

/// The names that were probably meant, in backticks.
fn likely(text: &str) -> Option<String> {
    let lower = text.trim().to_lowercase().replace([' ', '_'], "-").replace("x86-64", "x86_64");
    let (name, word) = lower.split_once('/').unwrap_or((&lower, ""));
    let other = catalogue::families().iter().find(|family| family.name == name || family.also.contains(&name));
    if let Some(family) = other {
        let exact = Architecture::parse(word).ok().map(|architecture| format!("{}/{architecture}", family.name));
        let exact = exact.filter(|exact| family.choices().any(|choice| choice == *exact));
        return Some(exact.map_or_else(|| choices(family), |exact| format!("`{exact}`")));
    }
    if let Some((family, image)) = catalogue::managed(&lower) {
        return Some(format!("`{}/{}`", family.name, image.architecture));
    }
    let whole: Vec<String> = catalogue::families().iter().flat_map(Family::choices).collect();
    let families = catalogue::families().iter().map(|family| family.name);
    let near = suggest::closest(&lower, families.chain(whole.iter().map(String::as_str)))?;
    Some(catalogue::family(near).map_or_else(|| format!("`{near}`"), choices))
}

/// The choices of a family in words; the family itself where one architecture or no image is known.
fn choices(family: &Family) -> String {
    let names: Vec<String> = family.choices().map(|choice| format!("`{choice}`")).collect();
    if names.len() < 2 { format!("`{}`", family.name) } else { names.join(" or ") }
}

#[cfg(test)]
mod tests;
