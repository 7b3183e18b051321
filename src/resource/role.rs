//! `AWS::IAM::Role`: who may assume it and what it may do.
//!
//! CloudFormation holds attached and inline policies in the role; Terraform wants each as a resource of its own.

use indexmap::IndexMap;

use super::fact::{Hint, hint};
use super::permission::{By, Deployed, Grant, Permission};
use super::{
    Attribute, Companion, Handle, Key, Part, Properties, Resource, Text, Type, Value,
    policy::{Policy, Statement},
    value::{tag_list, tag_map},
};

/// The type with its facts.
pub static TYPE: Type = Type {
    cloudformation: "AWS::IAM::Role",
    terraform: "aws_iam_role",
    create_only: &["RoleName", "Path"],
    noun: "role",
    is_versioned: false,
    is_built_from: false,
    arn: |it| {
        let path = it.properties.text("Path").map_or_else(|| "/".to_owned(), |path| it.place.text(path));
        let name = match it.properties.text("RoleName") {
            Some(name) => it.place.text(name),
            None => it.generated(64),
        };
        it.place.global("iam", &format!("role{path}{name}"))
    },
    permissions: &[&[
        Permission::own(
            "Roles",
            &[
                "iam:DeleteRole",
                "iam:GetRole",
                "iam:ListAttachedRolePolicies",
                "iam:ListRolePolicies",
                "iam:TagRole",
                "iam:UntagRole",
                "iam:UpdateAssumeRolePolicy",
                "iam:UpdateRole",
                "iam:UpdateRoleDescription",
            ],
        ),
        Permission::own("RoleProfiles", &["iam:ListInstanceProfilesForRole"]).by(By::Provider),
        // Whoever may give a role its policies may do what they say: only within the boundary, if the spec has one.
        Permission::on("CreateRoles", &["iam:CreateRole"], |it| vec![bounded(it)]),
        Permission::on("PutPolicies", &["iam:PutRolePolicy"], |it| vec![bounded(it)]).by(By::Companion(INLINE)),
        Permission::own("RolePolicies", &["iam:DeleteRolePolicy", "iam:GetRolePolicy"]).by(By::Companion(INLINE)),
        Permission::own("DetachPolicies", &["iam:DetachRolePolicy"]).by(By::Companion(ATTACHED)),
        Permission::on("BoundRoles", &["iam:PutRolePermissionsBoundary"], |it| {
            if it.properties.get("PermissionsBoundary").is_some() { vec![bounded(it)] } else { Vec::new() }
        }),
        Permission::on("AttachPolicies", &["iam:AttachRolePolicy"], |it| {
            let policies = it.properties.texts("ManagedPolicyArns");
            if policies.is_empty() {
                return Vec::new();
            }
            let policies = policies.into_iter().map(|arn| Text::from(it.place.text(arn))).collect();
            vec![bounded(it).when("ArnLike", "iam:PolicyARN", policies)]
        })
        .by(By::Companion(ATTACHED)),
    ]],
    passes: &[],
    holds: None,
    parting: |_| None,
    costs: &[],
    identities: &[],
    hints: &[HINTS],
};

/// A role's own policies are resources of their own in Terraform.
const INLINE: &str = "aws_iam_role_policy";
/// So are those that it shares with others.
const ATTACHED: &str = "aws_iam_role_policy_attachment";

/// The role, with the boundary that it must have.
fn bounded(it: &Deployed<'_>) -> Grant {
    let own = Grant::on((it.handle.of.arn)(it));
    match it.properties.text("PermissionsBoundary") {
        // What is given when the spec is deployed is any policy of the account.
        Some(boundary) => match it.place.text(boundary) {
            any if any == "*" => {
                own.when("ArnLike", "iam:PermissionsBoundary", vec![it.place.global("iam", "policy/*").into()])
            }
            arn if arn.contains('*') => own.when("ArnLike", "iam:PermissionsBoundary", vec![arn.into()]),
            arn => own.when("StringEquals", "iam:PermissionsBoundary", vec![arn.into()]),
        },
        None => own,
    }
}

/// Errors of IAM.
pub(super) const HINTS: &[Hint] = &[
    hint(&["requires capabilities"], "the template makes roles; this is a fault of kiln, please report it"),
    hint(&["cannot be found"], "the role or policy must exist in this account"),
    hint(&["must remove", "first"], "something outside of this stack was attached to it: detach that first"),
    hint(&["malformedpolicydocument"], "a `[[…permission]]` of the spec names an action or resource that IAM refuses"),
    hint(&["invalid principal"], "an account or role that the policy names does not exist (any more)"),
];

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
        let trust = trust(service);
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

/// Services that say for which account they assume a role (EC2 Image Builder user guide, "Lifecycle management
/// prerequisites"; EventBridge user guide, "Cross-service confused deputy prevention"). EC2 says it for no instance.
const SAY_ACCOUNT: [&str; 2] = ["events.amazonaws.com", "imagebuilder.amazonaws.com"];

/// Who may assume the role: a service, and for this account only, so that no other account can have it do so.
fn trust(service: &Text) -> Statement {
    let trust = Statement::trust(service.clone());
    if !service.as_literal().is_some_and(|name| SAY_ACCOUNT.contains(&name)) {
        return trust;
    }
    let account = vec![Text::from(Part::Account)];
    Statement { conditions: vec![("StringEquals".to_owned(), "aws:SourceAccount".to_owned(), account)], ..trust }
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
        terraform: ATTACHED,
        suffix: label(policy),
        properties: Properties::new().value("Role", own.get(NAME)).value("PolicyArn", managed_policy_arn(policy)),
    });
    let inline = policies.iter().map(|(name, statements)| Companion {
        terraform: INLINE,
        suffix: String::new(),
        properties: Properties::new()
            .value("Name", name.as_str())
            .value("Role", own.get(NAME))
            .value("Policy", &Policy(statements.clone())),
    });
    attached.chain(inline).collect()
}

fn managed_policy_arn(policy: &str) -> Text {
    Text::from("arn:").then(Part::Partition).then(":iam::aws:policy/").then(policy)
}

/// A Terraform label from a policy's name, such as `amazonssmmanagedinstancecore`.
fn label(policy: &str) -> String {
    policy.rsplit('/').next().unwrap_or(policy).to_ascii_lowercase()
}
