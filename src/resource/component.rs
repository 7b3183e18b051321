//! `AWS::ImageBuilder::Component`: an AWSTOE document with a name and an immutable version.

use indexmap::IndexMap;

use super::fact::{Hint, hint};
use super::image_builder;
use super::permission::Permission;
use super::{Attribute, Key, Properties, Resource, Text, Type, Value, value::tag_map};

/// The type with its facts.
pub static TYPE: Type = Type {
    cloudformation: "AWS::ImageBuilder::Component",
    terraform: "aws_imagebuilder_component",
    create_only: &[
        "Name",
        "Version",
        "ChangeDescription",
        "Description",
        "Platform",
        "Data",
        "Uri",
        "KmsKeyId",
        "SupportedOsVersions",
    ],
    noun: "component",
    is_versioned: true,
    is_built_from: false,
    arn: |it| it.place.arn("imagebuilder", &format!("component/{}/*", it.name())),
    permissions: &[
        &[Permission::own(
            "Component",
            &[
                "imagebuilder:CreateComponent",
                "imagebuilder:GetComponent",
                "imagebuilder:DeleteComponent",
                "imagebuilder:TagResource",
                "imagebuilder:UntagResource",
            ],
        )],
        image_builder::SERVICE_ROLE,
        image_builder::DOCUMENT,
    ],
    passes: &[],
    holds: None,
    parting: |it| match it.is_replaced {
        true => None,
        false => Some("it is deleted; images that were built with it stay"),
    },
    costs: &[],
    identities: &[],
    hints: &[HINTS, image_builder::HINTS],
};

/// Errors of components alone.
const HINTS: &[Hint] = &[
    hint(
        &["access denied"],
        "the deploying role must be able to read the document's object in S3, and to use the key that encrypts it",
    ),
    hint(
        &["already exists"],
        "this version exists with other content: a component is immutable. If kiln.lock was lost, write a higher \
         `version`; otherwise a component of this name belongs to something else",
    ),
];

/// The component build version's ARN.
pub const ARN: Attribute = Attribute::by_ref("arn");

/// A component.
///
/// ```
/// use kiln::resource::component::{Component, Content};
///
/// /// A component cannot be edited: another document is another version.
/// fn next(component: &Component, version: &str, document: &str) -> Component {
///     let content = Content::Data(document.into());
///     Component { version: version.into(), content, ..component.clone() }
/// }
/// ```
#[derive(Debug, Clone)]
pub struct Component {
    /// The physical name.
    pub name: String,
    /// Such as `1.0.3`.
    pub version: String,
    /// `Linux`, `Windows` or `macOS`.
    pub platform: &'static str,
    /// What it does.
    pub description: Option<String>,
    /// What is new in this version.
    pub change_description: Option<String>,
    /// Prefixes of operating system versions that it supports; empty means any.
    pub supported_os_versions: Vec<String>,
    /// The key that the service encrypts the document with.
    pub kms_key_id: Option<Text>,
    /// The document.
    pub content: Content,
    /// Whether Terraform leaves a version that is no longer used in the account; CloudFormation is told by the
    /// resource's deletion policy.
    pub skip_destroy: bool,
    /// Tags of the component.
    pub tags: IndexMap<String, Text>,
}

/// Where a document's text comes from.
///
/// ```
/// use kiln::resource::component::Content;
///
/// /// What the template says of a document, which is in a bucket if it is too long to be inline.
/// fn content(text: String, uri: &str) -> Content {
///     if text.chars().count() > 16_000 { Content::Uri(uri.into()) } else { Content::Data(text) }
/// }
///
/// let short = content("schemaVersion: 1.0\n".into(), "s3://acme-documents/agent.yaml");
/// assert!(matches!(short, Content::Data(_)));
/// ```
#[derive(Debug, Clone)]
pub enum Content {
    /// The text itself, at most 16,000 characters.
    Data(String),
    /// An `s3://` URI that the service reads when the component is created.
    Uri(String),
}

impl Resource for Component {
    fn of(&self) -> &'static Type {
        &TYPE
    }

    fn properties(&self) -> Properties {
        let Self {
            name,
            version,
            platform,
            description,
            change_description,
            supported_os_versions,
            kms_key_id,
            content,
            skip_destroy,
            tags,
        } = self;
        let table = Properties::new()
            .value("Name", name.as_str())
            .value("Version", version.as_str())
            .value("Platform", *platform)
            .optional("Description", description.as_deref())
            .optional("ChangeDescription", change_description.as_deref())
            .list("SupportedOsVersions", supported_os_versions.iter().map(String::as_str))
            .optional("KmsKeyId", kms_key_id.as_ref());
        let table = match content {
            Content::Data(text) => table.value("Data", Value::from(text.as_str())),
            Content::Uri(uri) => table.value(Key::from("Uri"), uri.as_str()),
        };
        table
            .optional(Key::terraform_only("skip_destroy"), skip_destroy.then_some(true))
            .optional("Tags", tag_map(tags))
    }
}
