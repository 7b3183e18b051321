//! `AWS::ImageBuilder::Workflow`: a document of the steps of a stage, with a name and an immutable version.

use indexmap::IndexMap;

use super::component::Content;
use super::image_builder;
use super::permission::Permission;
use super::{Attribute, Properties, Resource, Text, Type, Value, value::tag_map};

/// The type with its facts.
pub static TYPE: Type = Type {
    cloudformation: "AWS::ImageBuilder::Workflow",
    terraform: "aws_imagebuilder_workflow",
    create_only: &["Name", "Version", "ChangeDescription", "Description", "Data", "Uri", "Type", "KmsKeyId"],
    noun: "workflow",
    is_versioned: true,
    is_built_from: false,
    arn: |it| {
        let kind = it.literal("Type").to_lowercase();
        it.place.arn("imagebuilder", &format!("workflow/{kind}/{}/*", it.name()))
    },
    permissions: &[
        &[Permission::own(
            "Workflow",
            &[
                "imagebuilder:CreateWorkflow",
                "imagebuilder:GetWorkflow",
                "imagebuilder:DeleteWorkflow",
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
    hints: &[image_builder::HINTS],
};

/// The workflow build version's ARN.
pub const ARN: Attribute = Attribute::by_ref("arn");

/// A workflow.
///
/// ```
/// use kiln::resource::component::Content;
/// use kiln::resource::workflow::Workflow;
///
/// /// The next version of a workflow, whose document is in S3.
/// fn from_s3(workflow: &Workflow, version: &str, uri: &str) -> Workflow {
///     let content = Content::Uri(uri.into());
///     Workflow { version: version.into(), content, ..workflow.clone() }
/// }
/// ```
#[derive(Debug, Clone)]
pub struct Workflow {
    /// The physical name.
    pub name: String,
    /// Such as `1.0.3`.
    pub version: String,
    /// `BUILD`, `TEST` or `DISTRIBUTION`.
    pub kind: &'static str,
    /// What it does.
    pub description: Option<String>,
    /// What is new in this version.
    pub change_description: Option<String>,
    /// The key that the service encrypts the document with.
    pub kms_key_id: Option<Text>,
    /// The document.
    pub content: Content,
    /// Tags of the workflow.
    pub tags: IndexMap<String, Text>,
}

impl Resource for Workflow {
    fn of(&self) -> &'static Type {
        &TYPE
    }

    fn properties(&self) -> Properties {
        let Self { name, version, kind, description, change_description, kms_key_id, content, tags } = self;
        let table = Properties::new()
            .value("Name", name.as_str())
            .value("Version", version.as_str())
            .value("Type", *kind)
            .optional("Description", description.as_deref())
            .optional("ChangeDescription", change_description.as_deref())
            .optional("KmsKeyId", kms_key_id.as_ref());
        let table = match content {
            Content::Data(text) => table.value("Data", Value::from(text.as_str())),
            Content::Uri(uri) => table.value("Uri", uri.as_str()),
        };
        table.optional("Tags", tag_map(tags))
    }
}
