//! The rights that deploying a plan needs, as an IAM policy for the role of CI.
//!
//! CloudFormation acts with the caller's rights. What its handlers call is told by the registry's schemas
//! (`handlers.*.permissions` of each type); what kiln itself calls is what `aws` calls.

mod images;

use serde_json::{Value, json};

use crate::plan::{Part, Plan, Planned};
use crate::resource::{
    Properties, Shape, bucket, bucket_policy, component, container_recipe, distribution_configuration, image,
    image_pipeline, image_recipe, infrastructure_configuration, instance_profile, lifecycle_policy, log_group,
    repository, role, security_group, topic, topic_policy, vpc, workflow,
};

/// Where a policy is for. What is not known is a wildcard.
///
/// ```
/// use kiln::deploy::policy::{Scope, document};
/// use kiln::plan::Plan;
///
/// let [stack, partition, account, region] =
///     ["web", "aws", "123456789012", "eu-west-1"].map(String::from);
/// let scope =
///     Scope { stack, partition, account, region, bucket: None, builds: false, manages: false };
/// // A plan comes from a synthesis. This one is empty, and still becomes a stack.
/// let policy = document(&Plan::default(), &scope).to_string();
/// assert!(policy.contains("arn:aws:cloudformation:eu-west-1:123456789012:stack/web/*"));
/// ```
#[derive(Debug, Clone)]
pub struct Scope {
    /// The stack's name.
    pub stack: String,
    /// The partition, such as `aws`.
    pub partition: String,
    /// The account, or `*`.
    pub account: String,
    /// The Region, or `*`.
    pub region: String,
    /// The bucket that long templates go through, if there is one.
    pub bucket: Option<String>,
    /// Whether images are built and looked at as well.
    pub builds: bool,
    /// Whether images are promoted and pruned as well.
    pub manages: bool,
}

/// A statement: its name, actions and resources.
struct Statement {
    sid: String,
    actions: Vec<String>,
    resources: Vec<String>,
    /// The service that a role is handed to.
    passed_to: Option<&'static str>,
}

/// The policy document that deploying, updating, following and destroying this plan needs.
#[must_use]
pub fn document(plan: &Plan, scope: &Scope) -> Value {
    let mut statements = kiln(scope);
    for (noun, of) in IMAGE_BUILDER {
        let names: Vec<String> = of_type(plan, of.cloudformation).filter_map(name).collect();
        if names.is_empty() {
            continue;
        }
        let kind = kebab(noun);
        let versioned = ["Component", "ImageRecipe", "ContainerRecipe"].contains(noun);
        let tail = if versioned { "/*" } else { "" };
        let verbs: &[&str] =
            if versioned { &["Create", "Get", "Delete"] } else { &["Create", "Get", "Update", "Delete"] };
        let mut actions: Vec<String> = verbs.iter().map(|verb| format!("imagebuilder:{verb}{noun}")).collect();
        actions.extend(["imagebuilder:TagResource", "imagebuilder:UntagResource"].map(str::to_owned));
        let resources = names.iter().map(|name| scope.arn("imagebuilder", &format!("{kind}/{name}{tail}")));
        statements.push(statement(noun, actions, resources));
    }
    // A recipe reads what it is made of, which belongs to Amazon or to somebody else.
    let read = ["imagebuilder:GetComponent", "imagebuilder:GetImage", "imagebuilder:GetWorkflow", "ec2:DescribeImages"];
    statements.push(statement("ReadParts", read.map(str::to_owned), ["*".to_owned()]));
    statements.extend(roles(plan, scope));
    statements.extend(others(plan, scope));
    statements.extend(images::remaining(plan, scope));
    if scope.builds {
        statements.extend(images::building(plan, scope));
    }
    if scope.manages {
        statements.extend(images::managing(plan, scope));
    }
    let statements: Vec<Value> = statements.into_iter().map(written).collect();
    json!({ "Version": "2012-10-17", "Statement": statements })
}

/// The types of Image Builder by the noun that their calls have.
const IMAGE_BUILDER: &[(&str, &crate::resource::Type)] = &[
    ("Component", &component::TYPE),
    ("ImageRecipe", &image_recipe::TYPE),
    ("ContainerRecipe", &container_recipe::TYPE),
    ("InfrastructureConfiguration", &infrastructure_configuration::TYPE),
    ("DistributionConfiguration", &distribution_configuration::TYPE),
    ("ImagePipeline", &image_pipeline::TYPE),
    ("LifecyclePolicy", &lifecycle_policy::TYPE),
];

/// What kiln calls itself.
fn kiln(scope: &Scope) -> Vec<Statement> {
    let stack = scope.arn("cloudformation", &format!("stack/{}/*", scope.stack));
    // A stack that does not exist yet has no ARN to ask by; the service then takes the name with a wildcard.
    let actions = [
        "CancelUpdateStack",
        "ContinueUpdateRollback",
        "CreateChangeSet",
        "DeleteChangeSet",
        "DeleteStack",
        "DescribeChangeSet",
        "DescribeStackEvents",
        "DescribeStackResourceDrifts",
        "DescribeStacks",
        "DetectStackDrift",
        "DetectStackResourceDrift",
        "ExecuteChangeSet",
        "GetTemplate",
        "ListChangeSets",
        "ListStackResources",
        // The mark of the project.
        "TagResource",
    ];
    let change_sets = scope.arn("cloudformation", "changeSet/kiln-*");
    let mut statements = vec![
        statement("Stack", actions.map(|action| format!("cloudformation:{action}")), [stack, change_sets]),
        statement("WhoAmI", ["sts:GetCallerIdentity".to_owned()], ["*".to_owned()]),
        // A detection has no ARN that a policy can name.
        statement("Drift", ["cloudformation:DescribeStackDriftDetectionStatus".to_owned()], ["*".to_owned()]),
    ];
    if let Some(bucket) = &scope.bucket {
        let arn = format!("arn:{}:s3:::{bucket}", scope.partition);
        let objects = ["s3:GetObject", "s3:PutObject"].map(str::to_owned);
        statements.push(statement("LongTemplates", objects, [format!("{arn}/kiln/*")]));
        let find = ["s3:GetBucketLocation", "s3:ListBucket"].map(str::to_owned);
        statements.push(statement("TemplateBucket", find, [arn]));
    }
    statements
}

/// Roles and profiles, whose names CloudFormation makes from the stack's; and handing roles to the services.
fn roles(plan: &Plan, scope: &Scope) -> Vec<Statement> {
    let roles: Vec<&Planned> = of_type(plan, role::TYPE.cloudformation).collect();
    let mut statements = Vec::new();
    let generated = |kind: &str, planned: &Planned| {
        // A long name is cut somewhere after the stack's.
        let id = &planned.handle.address.cloudformation;
        let id: String = id.chars().take(MOST_OF_AN_ID).collect();
        format!("arn:{}:iam::{}:{kind}/{}-{id}*", scope.partition, scope.account, scope.stack)
    };
    let arns: Vec<String> = roles.iter().map(|planned| generated("role", planned)).collect();
    if !arns.is_empty() {
        let actions = [
            "AttachRolePolicy",
            "CreateRole",
            "DeleteRole",
            "DeleteRolePolicy",
            "DetachRolePolicy",
            "GetRole",
            "GetRolePolicy",
            "ListAttachedRolePolicies",
            "ListRolePolicies",
            "PutRolePolicy",
            "TagRole",
            "UntagRole",
            "UpdateAssumeRolePolicy",
            "UpdateRole",
            "UpdateRoleDescription",
        ];
        statements.push(statement("Roles", actions.map(|action| format!("iam:{action}")), arns.clone()));
    }
    let profiles: Vec<&Planned> = of_type(plan, instance_profile::TYPE.cloudformation).collect();
    if !profiles.is_empty() {
        let actions = [
            "AddRoleToInstanceProfile",
            "CreateInstanceProfile",
            "DeleteInstanceProfile",
            "GetInstanceProfile",
            "RemoveRoleFromInstanceProfile",
            "TagInstanceProfile",
            "UntagInstanceProfile",
        ];
        let arns = profiles.iter().map(|planned| generated("instance-profile", planned));
        statements.push(statement("Profiles", actions.map(|action| format!("iam:{action}")), arns));
    }
    if of_type(plan, infrastructure_configuration::TYPE.cloudformation).next().is_some() {
        // Profiles that the spec names are looked up as well.
        let profiles = format!("arn:{}:iam::{}:instance-profile/*", scope.partition, scope.account);
        statements.push(statement("ReadProfiles", ["iam:GetInstanceProfile".to_owned()], [profiles]));
        let linked = format!(
            "arn:{}:iam::{}:role/aws-service-role/imagebuilder.amazonaws.com/AWSServiceRoleForImageBuilder",
            scope.partition, scope.account
        );
        let actions = ["iam:CreateServiceLinkedRole", "iam:GetRole"].map(str::to_owned);
        statements.push(statement("ServiceRole", actions, [linked]));
    }
    let passed_to = [
        ("ec2.amazonaws.com", "InstanceRole", Part::InstanceRole),
        ("imagebuilder.amazonaws.com", "LifecycleRole", Part::LifecycleRole),
    ];
    for (service, id, part) in passed_to {
        let passed: Vec<String> = roles
            .iter()
            .zip(&arns)
            .filter(|(planned, _)| planned.origin.as_ref().is_some_and(|origin| origin.part == part))
            .map(|(_, arn)| arn.clone())
            .collect();
        if !passed.is_empty() {
            let pass = statement(&format!("Pass{id}"), ["iam:PassRole".to_owned()], passed);
            statements.push(Statement { passed_to: Some(service), ..pass });
        }
    }
    statements
}

/// CloudFormation cuts the logical id in a generated name of 64 characters; so much of it is always there.
const MOST_OF_AN_ID: usize = 8;

/// Buckets, topics, security groups, keys and documents.
fn others(plan: &Plan, scope: &Scope) -> Vec<Statement> {
    let has = |of: &crate::resource::Type| of_type(plan, of.cloudformation).next().is_some();
    let mut statements = Vec::new();
    if has(&bucket::TYPE) || has(&bucket_policy::TYPE) {
        let actions = [
            "CreateBucket",
            "DeleteBucket",
            "DeleteBucketPolicy",
            "GetBucketPolicy",
            "GetBucketTagging",
            "GetBucketPublicAccessBlock",
            "GetEncryptionConfiguration",
            "GetLifecycleConfiguration",
            "ListBucket",
            "GetBucketOwnershipControls",
            "PutBucketOwnershipControls",
            "PutBucketPolicy",
            "PutBucketPublicAccessBlock",
            "PutBucketTagging",
            "PutEncryptionConfiguration",
            "PutLifecycleConfiguration",
        ];
        // CloudFormation writes names of buckets in lowercase.
        let arn = format!("arn:{}:s3:::{}-*", scope.partition, scope.stack.to_lowercase());
        statements.push(statement("Buckets", actions.map(|action| format!("s3:{action}")), [arn]));
    }
    if has(&topic::TYPE) || has(&topic_policy::TYPE) {
        let actions = [
            "CreateTopic",
            "DeleteTopic",
            "GetTopicAttributes",
            "ListSubscriptionsByTopic",
            "ListTagsForResource",
            "Publish",
            "SetTopicAttributes",
            "Subscribe",
            "TagResource",
            "Unsubscribe",
            "UntagResource",
        ];
        let arn = scope.arn("sns", &format!("{}-*", scope.stack));
        statements.push(statement("Topics", actions.map(|action| format!("sns:{action}")), [arn]));
    }
    let builder = |actions: &[&str]| actions.iter().map(|action| format!("imagebuilder:{action}")).collect::<Vec<_>>();
    if has(&workflow::TYPE) {
        let actions = ["CreateWorkflow", "DeleteWorkflow", "GetWorkflow", "TagResource", "UntagResource"];
        statements.push(statement("Workflows", builder(&actions), [scope.arn("imagebuilder", "workflow/*")]));
    }
    if has(&image::TYPE) {
        let actions = [
            "CancelImageCreation",
            "CreateImage",
            "DeleteImage",
            "GetImage",
            "StartImagePipelineExecution",
            "TagResource",
            "UntagResource",
        ];
        let arns = ["image/*", "image-pipeline/*"].map(|resource| scope.arn("imagebuilder", resource));
        statements.push(statement("Images", builder(&actions), arns));
    }
    if has(&repository::TYPE) {
        let actions = [
            "CreateRepository",
            "DeleteLifecyclePolicy",
            "DeleteRepository",
            "DescribeRepositories",
            "GetLifecyclePolicy",
            "GetRepositoryPolicy",
            "ListTagsForResource",
            "PutImageScanningConfiguration",
            "PutImageTagMutability",
            "PutLifecyclePolicy",
            "SetRepositoryPolicy",
            "TagResource",
            "UntagResource",
        ];
        let arn = scope.arn("ecr", "repository/*");
        statements.push(statement("Repositories", actions.map(|action| format!("ecr:{action}")), [arn]));
    }
    if has(&log_group::TYPE) {
        let actions = [
            "CreateLogGroup",
            "DeleteLogGroup",
            "DeleteRetentionPolicy",
            "DescribeLogGroups",
            "ListTagsForResource",
            "PutRetentionPolicy",
            "TagResource",
            "UntagResource",
        ];
        let arn = scope.arn("logs", "log-group:*");
        statements.push(statement("LogGroups", actions.map(|action| format!("logs:{action}")), [arn]));
    }
    if has(&vpc::TYPE) {
        let actions = [
            "AssociateRouteTable",
            "CreateRouteTable",
            "CreateSubnet",
            "CreateVpc",
            "CreateVpcEndpoint",
            "DeleteRouteTable",
            "DeleteSubnet",
            "DeleteVpc",
            "DeleteVpcEndpoints",
            "DescribeAvailabilityZones",
            "DescribeRouteTables",
            "DescribeSubnets",
            "DescribeVpcAttribute",
            "DescribeVpcEndpoints",
            "DisassociateRouteTable",
            "ModifySubnetAttribute",
            "ModifyVpcAttribute",
            "ModifyVpcEndpoint",
        ];
        statements.push(statement("Network", actions.map(|action| format!("ec2:{action}")), ["*".to_owned()]));
    }
    if has(&security_group::TYPE) {
        let actions = [
            "AuthorizeSecurityGroupEgress",
            "CreateSecurityGroup",
            "CreateTags",
            "DeleteSecurityGroup",
            "DeleteTags",
            "DescribeSecurityGroups",
            "DescribeVpcs",
            "RevokeSecurityGroupEgress",
        ];
        statements.push(statement("SecurityGroups", actions.map(|action| format!("ec2:{action}")), ["*".to_owned()]));
    }
    if plan.resources.iter().any(|planned| mentions(&planned.properties, &|key| key == "LaunchTemplateConfigurations"))
    {
        let actions = ["ec2:CreateLaunchTemplateVersion", "ec2:DescribeLaunchTemplates", "ec2:ModifyLaunchTemplate"];
        statements.push(statement("LaunchTemplates", actions.map(str::to_owned), ["*".to_owned()]));
    }
    if plan.resources.iter().any(|planned| mentions(&planned.properties, &|key| key.starts_with("Kms"))) {
        let actions = [
            "Decrypt",
            "DescribeKey",
            "Encrypt",
            "GenerateDataKey",
            "GenerateDataKeyPair",
            "GenerateDataKeyPairWithoutPlaintext",
            "GenerateDataKeyWithoutPlaintext",
            "ReEncryptFrom",
            "ReEncryptTo",
        ];
        // The key's own policy says who may use it; an alias has no ARN that a policy can name.
        let keys = scope.arn("kms", "key/*");
        statements.push(statement("Keys", actions.map(|action| format!("kms:{action}")), [keys]));
    }
    let mut documents: Vec<String> = of_type(plan, component::TYPE.cloudformation)
        .filter_map(|planned| literal(planned, "Uri"))
        .filter_map(|uri| Some(format!("arn:{}:s3:::{}", scope.partition, uri.strip_prefix("s3://")?)))
        .collect();
    documents.sort();
    documents.dedup();
    if !documents.is_empty() {
        let buckets: Vec<String> =
            documents.iter().filter_map(|arn| arn.split_once('/')).map(|(bucket, _)| bucket.to_owned()).collect();
        statements.push(statement("Documents", ["s3:GetObject".to_owned()], documents));
        let find = ["s3:GetBucketLocation", "s3:ListBucket"].map(str::to_owned);
        statements.push(statement("DocumentBuckets", find, buckets));
    }
    statements.extend(uploads(plan, scope));
    if of_type(plan, image_pipeline::TYPE.cloudformation)
        .any(|planned| mentions(&planned.properties, &|key| key == "ImageScanningConfiguration"))
    {
        let actions = ["inspector2:BatchGetAccountStatus", "ecr:BatchGetRepositoryScanningConfiguration"];
        statements.push(statement("Scanning", actions.map(str::to_owned), ["*".to_owned()]));
    }
    statements
}

/// Documents that kiln puts into a bucket, and that Image Builder reads with the caller's rights. Their names change
/// with their content, so the right is one to the prefix.
fn uploads(plan: &Plan, scope: &Scope) -> Vec<Statement> {
    let mut objects = Vec::new();
    let mut buckets = Vec::new();
    for upload in &plan.uploads {
        let bucket = format!("arn:{}:s3:::{}", scope.partition, upload.bucket);
        let name = upload.key.rsplit('/').next().map_or(0, str::len);
        objects.push(format!("{bucket}/{}*", &upload.key[..upload.key.len() - name]));
        buckets.push(bucket);
    }
    if objects.is_empty() {
        return Vec::new();
    }
    let find = ["s3:GetBucketLocation", "s3:ListBucket"].map(str::to_owned);
    vec![
        statement("UploadDocuments", ["s3:GetObject", "s3:PutObject"].map(str::to_owned), objects),
        statement("UploadBuckets", find, buckets),
    ]
}

impl Scope {
    fn arn(&self, service: &str, resource: &str) -> String {
        format!("arn:{}:{service}:{}:{}:{resource}", self.partition, self.region, self.account)
    }
}

fn statement(
    sid: &str,
    actions: impl IntoIterator<Item = String>,
    resources: impl IntoIterator<Item = String>,
) -> Statement {
    let (mut actions, mut resources) =
        (actions.into_iter().collect::<Vec<_>>(), resources.into_iter().collect::<Vec<_>>());
    for list in [&mut actions, &mut resources] {
        list.sort();
        list.dedup();
    }
    Statement { sid: sid.to_owned(), actions, resources, passed_to: None }
}

fn written(Statement { sid, actions, resources, passed_to }: Statement) -> Value {
    let mut value = json!({ "Sid": sid, "Effect": "Allow", "Action": actions, "Resource": resources });
    if let Some(service) = passed_to {
        value["Condition"] = json!({ "StringEquals": { "iam:PassedToService": service } });
    }
    value
}

fn of_type<'a>(plan: &'a Plan, of: &'a str) -> impl Iterator<Item = &'a Planned> {
    plan.resources.iter().filter(move |planned| planned.handle.of.cloudformation == of)
}

/// A resource's name as the service writes it into ARNs: in lowercase, with `-` for spaces and `_`.
fn name(planned: &Planned) -> Option<String> {
    Some(literal(planned, "Name")?.to_lowercase().replace([' ', '_'], "-"))
}

fn literal<'a>(planned: &'a Planned, property: &str) -> Option<&'a str> {
    let (_, shape) = planned.properties.iter().find(|(key, _)| key.cloudformation == Some(property))?;
    match shape {
        Shape::Value(crate::resource::Value::Text(text)) => text.as_literal(),
        _ => None,
    }
}

/// Whether a property of such a name stands anywhere in a table.
fn mentions(properties: &Properties, is_meant: &dyn Fn(&str) -> bool) -> bool {
    properties.iter().any(|(key, shape)| {
        key.cloudformation.is_some_and(is_meant)
            || match shape {
                Shape::Block(block) => mentions(block, is_meant),
                Shape::Blocks(blocks) => blocks.iter().any(|block| mentions(block, is_meant)),
                Shape::Value(_) | Shape::Differs(_) => false,
            }
    })
}

/// `ImageRecipe` is `image-recipe` in an ARN.
fn kebab(noun: &str) -> String {
    let mut kebab = String::new();
    for (at, char) in noun.char_indices() {
        if at > 0 && char.is_ascii_uppercase() {
            kebab.push('-');
        }
        kebab.push(char.to_ascii_lowercase());
    }
    kebab
}
