//! `AWS::KMS::Key` and `AWS::KMS::Alias`: a key of the customer's, and its name.

use indexmap::IndexMap;

use super::fact::Cost;
use super::permission::{By, Grant, Permission};
use super::{
    Attribute, Key as Name, Properties, Resource, Text, Type,
    policy::Policy,
    value::{tag_list, tag_map},
};

/// The names of the key's type.
pub static TYPE: Type = Type {
    cloudformation: "AWS::KMS::Key",
    terraform: "aws_kms_key",
    create_only: &[],
    noun: "KMS key",
    is_versioned: false,
    is_built_from: false,
    arn: |it| it.place.arn("kms", "key/*"),
    permissions: &[&[
        // A key that does not exist yet has no ARN.
        Permission::anywhere("CreateKeys", &["kms:CreateKey"]),
        Permission::own(
            "ImageKeys",
            &[
                "kms:DescribeKey",
                "kms:EnableKeyRotation",
                "kms:GetKeyPolicy",
                "kms:GetKeyRotationStatus",
                "kms:ListResourceTags",
                "kms:PutKeyPolicy",
                "kms:TagResource",
                "kms:UntagResource",
                "kms:UpdateKeyDescription",
            ],
        ),
        // CloudFormation leaves the key in the account.
        Permission::own("DeleteKeys", &["kms:ScheduleKeyDeletion"]).by(By::Provider),
    ]],
    passes: &[],
    holds: Some("access to everything encrypted with it"),
    parting: |_| Some("what is encrypted with it cannot be read once it is deleted"),
    costs: &[Cost::Existence],
    identities: &[],
    hints: &[],
};
/// The alias's type with its facts.
pub static ALIAS: Type = Type {
    cloudformation: "AWS::KMS::Alias",
    terraform: "aws_kms_alias",
    create_only: &["AliasName"],
    noun: "alias of the KMS key",
    is_versioned: false,
    is_built_from: false,
    arn: |it| it.place.arn("kms", &it.literal("AliasName")),
    permissions: &[&[
        // The key of an alias is asked for permission as well.
        Permission::on("KeyAliases", &["kms:CreateAlias", "kms:DeleteAlias", "kms:UpdateAlias"], |it| {
            Grant::all([(it.handle.of.arn)(it), it.place.arn("kms", "key/*")])
        }),
        Permission::anywhere("ReadKeyAliases", &["kms:ListAliases"]),
    ]],
    passes: &[],
    holds: None,
    parting: |_| None,
    costs: &[],
    identities: &[],
    hints: &[],
};

/// The key's id.
pub const ID: Attribute = Attribute::by_ref("key_id");
/// The key's ARN.
pub const ARN: Attribute = Attribute::by_get_att("Arn", "arn");

/// A symmetric key of one Region whose material is replaced each year.
///
/// ```
/// use kiln::plan::{Life, Origin, Part, Plan, Table};
/// use kiln::render::cloudformation;
/// use kiln::resource::key::Key;
/// use kiln::resource::policy::{Policy, Principal, Statement};
///
/// let owner = Principal::Aws("arn:aws:iam::123456789012:root".into());
/// let policy = Policy(vec![Statement::allow("AllowAccount", ["kms:*"], ["*"]).principal(owner)]);
/// let key = Key { description: "Encrypts images".into(), policy, tags: [].into() };
/// let origin = Origin::shared(Table::Project, Part::ImageKey);
/// let mut plan = Plan::default();
/// // Images outlive the stack, and without their key they are lost.
/// plan.add(origin, &key, Life { retained: true, ..Life::default() }).expect("nothing else has its id");
/// assert!(cloudformation::yaml(&plan).contains("EnableKeyRotation: true"));
/// ```
#[derive(Debug, Clone)]
pub struct Key {
    /// What it encrypts.
    pub description: String,
    /// Who may use it.
    pub policy: Policy,
    /// Tags of the key.
    pub tags: IndexMap<String, Text>,
}

impl Resource for Key {
    fn of(&self) -> &'static Type {
        &TYPE
    }

    fn properties(&self) -> Properties {
        let Self { description, policy, tags } = self;
        Properties::new()
            .value("Description", description.as_str())
            .value("EnableKeyRotation", true)
            .value(Name::named("KeyPolicy", "policy"), policy)
            .differs_if_any("Tags", tag_list(tags), tag_map(tags))
    }
}

/// A name for a key.
///
/// ```
/// use kiln::resource::Handle;
/// use kiln::resource::key::{self, Alias};
///
/// /// A name for a key of the plan that can be moved to another key.
/// fn named(key: &Handle, name: &str) -> Alias {
///     Alias { name: format!("alias/{name}"), key: key.get(key::ID) }
/// }
/// ```
#[derive(Debug, Clone)]
pub struct Alias {
    /// The name, `alias/…`.
    pub name: String,
    /// The key's id.
    pub key: Text,
}

impl Resource for Alias {
    fn of(&self) -> &'static Type {
        &ALIAS
    }

    fn properties(&self) -> Properties {
        let Self { name, key } = self;
        Properties::new().value(Name::named("AliasName", "name"), name.as_str()).value("TargetKeyId", key)
    }
}
