//! Where images are named outside of Image Builder: parameters of Systems Manager, and what EC2 knows to refer to an AMI.

use std::collections::{BTreeMap, BTreeSet};

use super::{Builder, Findings, Image, Parameter};
use crate::deploy::Fault;

/// A parameter of Systems Manager.
///
/// ```
/// use kiln::build::places::{Held, Places};
/// use kiln::deploy::Fault;
///
/// // The AMI that instances start from now.
/// async fn current(places: &impl Places) -> Result<Option<String>, Fault> {
///     let held = places.parameter("eu-west-1", "/imagebuilder/web/arm64").await?;
///     Ok(held.map(|Held { value, .. }| value))
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Held {
    /// Its value.
    pub value: String,
    /// `text` or `aws:ec2:image`.
    pub data_type: Option<String>,
    /// `String`, `StringList` or `SecureString`.
    pub kind: String,
    /// When it was changed last, in seconds since 1970.
    pub changed: Option<i64>,
}

/// Something that refers to an AMI.
///
/// ```
/// use kiln::build::places::Reference;
///
/// let reference = Reference {
///     ami: "ami-0123456789abcdef0".to_owned(),
///     kind: "ec2:LaunchTemplate".to_owned(),
///     arn: "arn:aws:ec2:eu-west-1:123456789012:launch-template/lt-0123456789abcdef0".to_owned(),
/// };
/// assert_eq!(reference.words(), "launch template lt-0123456789abcdef0");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reference {
    /// The AMI.
    pub ami: String,
    /// What it is, in EC2's words: `ec2:Instance`, `ec2:LaunchTemplate`, `ssm:Parameter`, `imagebuilder:ImageRecipe`.
    pub kind: String,
    /// Its ARN.
    pub arn: String,
}

impl Reference {
    /// Its name, which ends the ARN: `i-0123`; parameters and recipes have slashes in theirs.
    #[must_use]
    pub fn name(&self) -> &str {
        let resource = self.arn.splitn(6, ':').nth(5).unwrap_or(&self.arn);
        let (kind, name) = resource.split_once('/').unwrap_or(("", resource));
        // A parameter's name begins with the slash, if it has several parts.
        if kind == "parameter" && name.contains('/') { &resource["parameter".len()..] } else { name }
    }

    /// In words: `instance i-0123`.
    #[must_use]
    pub fn words(&self) -> String {
        let kind = match self.kind.as_str() {
            "ec2:Instance" => "instance",
            "ec2:LaunchTemplate" => "launch template",
            "ssm:Parameter" => "parameter",
            "imagebuilder:ImageRecipe" => "recipe",
            other => other,
        };
        format!("{kind} {}", self.name())
    }
}

/// What is asked of Systems Manager and EC2, in any Region.
///
/// ```
/// use kiln::build::places::Places;
/// use kiln::deploy::Fault;
///
/// async fn users(places: &impl Places, ami: &str) -> Result<Vec<String>, Fault> {
///     let references = places.references("eu-west-1", &[ami]).await?;
///     Ok(references.iter().map(|reference| reference.words()).collect())
/// }
/// ```
#[allow(async_fn_in_trait, reason = "a build runs on one thread")]
pub trait Places {
    /// A parameter; `None` where there is none.
    async fn parameter(&self, region: &str, name: &str) -> Result<Option<Held>, Fault>;

    /// Makes a parameter name an AMI, with its data type.
    async fn point(&self, region: &str, name: &str, to: (&str, Option<&str>)) -> Result<(), Fault>;

    /// The ids of the snapshots of these AMIs of a Region. An AMI that is not there has none.
    async fn snapshots(&self, region: &str, amis: &[&str]) -> Result<Vec<String>, Fault>;

    /// How many findings the on-demand scan of an AMI has, by severity.
    async fn findings_of(&self, region: &str, ami: &str) -> Result<Findings, Fault>;

    /// What refers to these AMIs of a Region: instances that are not terminated, launch templates, parameters, recipes.
    async fn references(&self, region: &str, amis: &[&str]) -> Result<Vec<Reference>, Fault>;
}

/// The parameters that a pipeline publishes to: those of its newest good image. Images are newest first.
///
/// # Errors
///
/// If the service cannot be asked.
pub async fn published(service: &impl Builder, images: &[Image]) -> Result<Vec<Parameter>, Fault> {
    let Some(newest) = images.iter().find(|image| image.state.is_good()) else { return Ok(Vec::new()) };
    Ok(service.image(&newest.arn).await?.map(|image| image.parameters).unwrap_or_default())
}

/// What uses the AMIs of these images, in words by AMI. Only AMIs of this account can be asked about.
///
/// # Errors
///
/// If the services cannot be asked.
pub async fn uses(
    places: &impl Places,
    images: &[Image],
    (parameters, account): (&[Parameter], &str),
) -> Result<BTreeMap<String, BTreeSet<String>>, Fault> {
    let mut by_region: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for ami in images.iter().flat_map(|image| &image.amis).filter(|ami| ami.account == account) {
        by_region.entry(&ami.region).or_default().push(&ami.id);
    }
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (region, amis) in &by_region {
        for reference in places.references(region, amis).await? {
            found.entry(reference.ami.clone()).or_default().insert(reference.words());
        }
    }
    // EC2 tells of parameters of its own data type only; one of plain text may hold an id as well.
    for it in parameters.iter().filter(|it| it.account.as_deref().is_none_or(|owner| owner == account)) {
        if let Some(held) = places.parameter(&it.region, &it.name).await? {
            found.entry(held.value).or_default().insert(format!("parameter {}", it.name));
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_is_named_as_its_user_knows_it() {
        let words = |kind: &str, arn: &str| {
            Reference { ami: String::new(), kind: kind.to_owned(), arn: arn.to_owned() }.words()
        };
        assert_eq!(words("ec2:Instance", "arn:aws:ec2:us-east-1:1:instance/i-1"), "instance i-1");
        assert_eq!(words("ssm:Parameter", "arn:aws:ssm:us-east-1:1:parameter/a/b"), "parameter /a/b");
        assert_eq!(words("ssm:Parameter", "arn:aws:ssm:us-east-1:1:parameter/a"), "parameter a");
        let recipe = "arn:aws:imagebuilder:us-east-1:1:image-recipe/web/1.0.0";
        assert_eq!(words("imagebuilder:ImageRecipe", recipe), "recipe web/1.0.0");
    }
}
