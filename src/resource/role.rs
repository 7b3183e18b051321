//! `AWS::IAM::Role`: who may assume it and what it may do.
//!
//! CloudFormation holds attached and inline policies in the role; Terraform wants each as a resource of its own.

use indexmap::IndexMap;

use super::{
    Attribute, Companion, Handle, Key, Properties, Resource, Text, Type, Value,
    policy::{Policy, Statement},
    value::{tag_list, tag_map},
};

/// The type's names.
pub static TYPE: Type =
    Type { cloudformation: "AWS::IAM::Role", terraform: "aws_iam_role", create_only: &["RoleName", "Path"] };

/// The role's ARN.
pub const ARN: Attribute = Attribute::by_get_att("Arn", "arn");
/// The role's name.
pub const NAME: Attribute = Attribute::by_ref("name");

/// A role.
///
/// ```
/// use kiln::resource::policy::Statement;
/// use kiln::resource::role::Role;
///
/// /// The same role with the right to read packages.
/// fn with_packages(mut role: Role, bucket: &str) -> Role {
///     let objects = format!("arn:aws:s3:::{bucket}/*");
///     let read = Statement::allow("ReadPackages", ["s3:GetObject"], [objects]);
///     role.policies.push(("packages".into(), vec![read]));
///     role
/// }
/// ```
#[derive(Debug, Clone)]
pub struct Role {
    /// Terraform's generated name starts with it; CloudFormation makes one from the stack's name.
    pub name_prefix: String,
    /// What it is for.
    pub description: String,
    /// The service that may assume it, such as `ec2.amazonaws.com`.
    pub service: Text,
    /// AWS managed policies: the path and name after `:policy/`.
    pub managed_policies: Vec<&'static str>,
    /// Its own policies: a name and the statements.
    pub policies: Vec<(String, Vec<Statement>)>,
    /// What it has in common with other roles.
    pub settings: Settings,
    /// Tags of the role.
    pub tags: IndexMap<String, Text>,
}

/// What all roles of a project have in common.
///
/// ```
/// use kiln::resource::role::{Role, Settings};
///
/// /// The same role, whose rights a policy bounds.
/// fn bounded(role: Role, policy: &str) -> Role {
///     let settings = Settings { permissions_boundary: Some(policy.into()), ..role.settings };
///     Role { settings, ..role }
/// }
/// ```
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// The path; `/` otherwise.
    pub path: Option<String>,
    /// The ARN of the policy that bounds the role's rights.
    pub permissions_boundary: Option<Text>,
}

/// A role whose name the service knows it by.
///
/// ```
/// use kiln::resource::role::FixedRole;
///
/// /// The same role, which only accounts of an organization may assume.
/// fn within(mut role: FixedRole, organization: &str) -> FixedRole {
///     let ids = vec![organization.into()];
///     role.trust.conditions.push(("StringEquals".into(), "aws:PrincipalOrgID".into(), ids));
///     role
/// }
/// ```
#[derive(Debug, Clone)]
pub struct FixedRole {
    /// The name.
    pub name: &'static str,
    /// What it is for.
    pub description: String,
    /// Who may assume it.
    pub trust: Statement,
    /// AWS managed policies: the path and name after `:policy/`.
    pub managed_policies: Vec<&'static str>,
    /// Its own policies: a name and the statements.
    pub policies: Vec<(String, Vec<Statement>)>,
    /// What it has in common with other roles.
    pub settings: Settings,
    /// Tags of the role.
    pub tags: IndexMap<String, Text>,
}

impl Resource for Role {
    fn of(&self) -> &'static Type {
        &TYPE
    }

    fn properties(&self) -> Properties {
        let Self { name_prefix, description, service, managed_policies, policies, settings, tags } = self;
        let trust = Statement::trust(service.clone());
        Properties::new().value(Key::terraform_only("name_prefix"), name_prefix.as_str()).extend(properties(
            (description, trust),
            (managed_policies, policies),
            settings,
            tags,
        ))
    }

    fn companions(&self, own: &Handle) -> Vec<Companion> {
        companions(&self.managed_policies, &self.policies, own)
    }
}

impl Resource for FixedRole {
    fn of(&self) -> &'static Type {
        &TYPE
    }

    fn properties(&self) -> Properties {
        let Self { name, description, trust, managed_policies, policies, settings, tags } = self;
        Properties::new().value(Key::named("RoleName", "name"), *name).extend(properties(
            (description, trust.clone()),
            (managed_policies, policies),
            settings,
            tags,
        ))
    }

    fn companions(&self, own: &Handle) -> Vec<Companion> {
        companions(&self.managed_policies, &self.policies, own)
    }
}

type Policies = [(String, Vec<Statement>)];

fn properties(
    (description, trust): (&str, Statement),
    (managed_policies, policies): (&[&'static str], &Policies),
    Settings { path, permissions_boundary }: &Settings,
    tags: &IndexMap<String, Text>,
) -> Properties {
    let inline = policies.iter().map(|(name, statements)| {
        Value::map([
            ("PolicyName", Value::from(name.as_str())),
            ("PolicyDocument", Value::from(&Policy(statements.clone()))),
        ])
    });
    Properties::new()
        .optional("Path", path.as_deref())
        .value("Description", description)
        .optional("PermissionsBoundary", permissions_boundary.as_ref())
        .value(Key::named("AssumeRolePolicyDocument", "assume_role_policy"), &Policy(vec![trust]))
        .list(
            Key::cloudformation_only("ManagedPolicyArns"),
            managed_policies.iter().map(|policy| managed_policy_arn(policy)),
        )
        .list(Key::cloudformation_only("Policies"), inline)
        .differs_if_any("Tags", tag_list(tags), tag_map(tags))
}

fn companions(managed_policies: &[&'static str], policies: &Policies, own: &Handle) -> Vec<Companion> {
    let attached = managed_policies.iter().map(|policy| Companion {
        terraform: "aws_iam_role_policy_attachment",
        suffix: label(policy),
        properties: Properties::new().value("Role", own.get(NAME)).value("PolicyArn", managed_policy_arn(policy)),
    });
    let inline = policies.iter().map(|(name, statements)| Companion {
        terraform: "aws_iam_role_policy",
        suffix: String::new(),
        properties: Properties::new()
            .value("Name", name.as_str())
            .value("Role", own.get(NAME))
            .value("Policy", &Policy(statements.clone())),
    });
    attached.chain(inline).collect()
}

fn managed_policy_arn(policy: &str) -> Text {
    Text::from("arn:").then(super::Part::Partition).then(":iam::aws:policy/").then(policy)
}

/// A Terraform label from a policy's name, such as `amazonssmmanagedinstancecore`.
fn label(policy: &str) -> String {
    policy.rsplit('/').next().unwrap_or(policy).to_ascii_lowercase()
}
