//! `AWS::ECR::Repository`: where container images are pushed to.

use indexmap::IndexMap;

use super::permission::{By, Permission};
use super::{
    Attribute, Companion, Handle, Key, Properties, Resource, Text, Type,
    value::{tag_list, tag_map},
};

/// The type with its facts.
pub static TYPE: Type = Type {
    cloudformation: "AWS::ECR::Repository",
    terraform: "aws_ecr_repository",
    create_only: &["RepositoryName", "EncryptionConfiguration"],
    noun: "repository",
    is_versioned: false,
    is_built_from: false,
    arn: |it| it.place.arn("ecr", &format!("repository/{}", it.literal("RepositoryName"))),
    permissions: &[&[
        Permission::own(
            "Repositories",
            &[
                "ecr:CreateRepository",
                "ecr:DeleteRepository",
                "ecr:DescribeRepositories",
                "ecr:ListTagsForResource",
                "ecr:PutImageScanningConfiguration",
                "ecr:PutImageTagMutability",
                "ecr:TagResource",
                "ecr:UntagResource",
            ],
        ),
        Permission::own("RepositoryPolicies", &["ecr:GetRepositoryPolicy"]).by(By::Handlers),
        Permission::own(
            "RepositoryLifecycles",
            &["ecr:DeleteLifecyclePolicy", "ecr:GetLifecyclePolicy", "ecr:PutLifecyclePolicy"],
        )
        .by(By::Companion("aws_ecr_lifecycle_policy")),
        Permission::on("RepositoryKeys", &["kms:CreateGrant", "kms:DescribeKey", "kms:RetireGrant"], |it| {
            it.key("KmsKey")
        }),
    ]],
    passes: &[],
    holds: Some("its container images"),
    parting: |_| Some("it must be empty to be deleted"),
    costs: &[],
    identities: &[],
    hints: &[],
};

/// The repository's name.
pub const NAME: Attribute = Attribute::by_ref("name");

/// What is pulled from, host and all.
pub const URI: Attribute = Attribute::by_get_att("RepositoryUri", "repository_url");

/// A repository.
///
/// ```
/// use kiln::resource::repository::Repository;
/// use kiln::resource::{Key, Resource, Shape, Value};
///
/// let repository = Repository {
///     name: "team/api".into(),
///     scan_on_push: true,
///     immutable_tags: true,
///     kms_key: None,
///     keep_untagged: 10,
///     tags: [].into(),
/// };
/// let tags = (Key::from("ImageTagMutability"), Shape::Value(Value::from("IMMUTABLE")));
/// assert!(repository.properties().iter().any(|property| *property == tags));
/// ```
#[derive(Debug, Clone)]
pub struct Repository {
    /// The name.
    pub name: String,
    /// Whether images are scanned when they are pushed.
    pub scan_on_push: bool,
    /// Whether a tag stays with its image.
    pub immutable_tags: bool,
    /// The key that encrypts images; ECR's own otherwise.
    pub kms_key: Option<Text>,
    /// How many untagged images stay.
    pub keep_untagged: u64,
    /// Tags of the repository.
    pub tags: IndexMap<String, Text>,
}

impl Repository {
    /// The lifecycle policy, which both back ends take as a text.
    fn lifecycle_policy(&self) -> String {
        let count = self.keep_untagged;
        format!(
            "{{\"rules\":[{{\"rulePriority\":1,\"description\":\"Keep {count} untagged images\",\"selection\":{{\"tagStatus\":\"untagged\",\
             \"countType\":\"imageCountMoreThan\",\"countNumber\":{count}}},\"action\":{{\"type\":\"expire\"}}}}]}}"
        )
    }
}

impl Resource for Repository {
    fn of(&self) -> &'static Type {
        &TYPE
    }

    fn properties(&self) -> Properties {
        let Self { name, scan_on_push, immutable_tags, kms_key, keep_untagged: _, tags } = self;
        let encryption = Properties::new()
            .value("EncryptionType", if kms_key.is_some() { "KMS" } else { "AES256" })
            .optional("KmsKey", kms_key.as_ref());
        Properties::new()
            .value(Key::named("RepositoryName", "name"), name.as_str())
            .value("ImageTagMutability", if *immutable_tags { "IMMUTABLE" } else { "MUTABLE" })
            .block("ImageScanningConfiguration", Properties::new().value("ScanOnPush", *scan_on_push))
            .block("EncryptionConfiguration", encryption)
            .block(
                Key::cloudformation_only("LifecyclePolicy"),
                Properties::new().value("LifecyclePolicyText", self.lifecycle_policy()),
            )
            .differs_if_any("Tags", tag_list(tags), tag_map(tags))
    }

    fn companions(&self, own: &Handle) -> Vec<Companion> {
        vec![Companion {
            terraform: "aws_ecr_lifecycle_policy",
            suffix: String::new(),
            properties: Properties::new().value("Repository", own.get(NAME)).value("Policy", self.lifecycle_policy()),
        }]
    }
}
