//! The permissions that deploying a plan needs, as an IAM policy for the role of CI.
//!
//! What CloudFormation or Terraform call for a resource is a fact of its type ([`Type::permissions`]), and so is which
//! of its properties name roles ([`Type::passes`]). What kiln itself calls is what `aws` calls.
//!
//! [`Type::permissions`]: crate::resource::Type::permissions
//! [`Type::passes`]: crate::resource::Type::passes

mod images;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::plan::{Plan, Planned, Setting};
use crate::resource::permission::{Deployed, Deployer, Grant, Others, Place, Target};
use crate::resource::policy::{Condition, Policy, Statement};
use crate::resource::{Address, Handle, Properties, Text, find, instance_profile, role};

/// Where a policy is for, and for how much.
///
/// ```
/// use kiln::deploy::policy::{Scope, document};
/// use kiln::plan::Plan;
/// use kiln::resource::permission::{Deployer, Place};
///
/// let [partition, account, region] = ["aws", "123456789012", "eu-west-1"].map(String::from);
/// let deployer = Deployer::CloudFormation { stack: "web".into() };
/// let place = Place { partition, account, region, deployer };
/// let scope = Scope { place, bucket: None, builds: false, manages: false };
/// // A plan comes from a synthesis. This one is empty, and still becomes a stack.
/// let policy = document(&Plan::default(), &scope).text();
/// let policy = policy.as_literal().expect("there is no reference in it");
/// assert!(policy.contains("arn:aws:cloudformation:eu-west-1:123456789012:stack/web/*"));
/// ```
#[derive(Debug, Clone)]
pub struct Scope {
    /// The account and Region that is deployed to, and by what.
    pub place: Place,
    /// The bucket that long templates go through, if there is one.
    pub bucket: Option<String>,
    /// Whether images are built and looked at as well.
    pub builds: bool,
    /// Whether images are promoted and pruned as well.
    pub manages: bool,
}

/// The policy document that deploying, updating, following and destroying this plan needs.
#[must_use]
pub fn document(plan: &Plan, scope: &Scope) -> Policy {
    let resources = Resources::new(plan, &scope.place);
    let mut statements = Statements::default();
    match &scope.place.deployer {
        Deployer::CloudFormation { stack } => stacks(stack, scope, &mut statements),
        Deployer::Terraform => state(plan, scope, &mut statements),
    }
    statements.add("WhoAmI", &["sts:GetCallerIdentity"], Grant::on("*"));
    for deployed in resources.iter() {
        permissions(&deployed, &mut statements);
    }
    // Of what the spec writes out itself, only the type is known; its names are not.
    let nothing = Properties::new();
    for (of, address) in own(plan, &scope.place.deployer) {
        let Some(of) = find(&of) else { continue };
        let handle = Handle { of, address: Arc::new(address) };
        permissions(&resources.deployed(&handle, &nothing), &mut statements);
    }
    for deployed in resources.iter() {
        passes(&deployed, &mut statements);
    }
    uploads(plan, &scope.place, &mut statements);
    images::remaining(&resources, &scope.place, &mut statements);
    if scope.builds {
        images::building(&resources, &scope.place, &mut statements);
    }
    if scope.manages {
        images::managing(&resources, &scope.place, &mut statements);
    }
    statements.policy()
}

/// Resources that the spec writes out itself: their types and addresses.
fn own(plan: &Plan, deployer: &Deployer) -> Vec<(String, Address)> {
    let address = |id: &str| Address { cloudformation: id.to_owned(), terraform: id.to_owned() };
    match deployer {
        Deployer::CloudFormation { .. } => {
            plan.own_cloudformation_types().map(|(of, id)| (of.to_owned(), address(id))).collect()
        }
        Deployer::Terraform => plan.own_terraform().map(|(of, label, _)| (of.to_owned(), address(label))).collect(),
    }
}

/// The AWS types that the spec writes out itself, and of which kiln knows no permissions.
#[must_use]
pub fn unknown(plan: &Plan, deployer: &Deployer) -> BTreeSet<String> {
    own(plan, deployer).into_iter().map(|(of, _)| of).filter(|of| find(of).is_none()).collect()
}

/// What creating, changing and deleting a resource calls.
fn permissions(deployed: &Deployed<'_>, statements: &mut Statements) {
    for permission in deployed.handle.of.permissions.iter().copied().flatten() {
        if permission.by.is_for(&deployed.place.deployer) {
            let grants = (permission.on)(deployed).into_iter();
            grants.for_each(|grant| statements.add(permission.sid, permission.actions, grant));
        }
    }
}

/// Handing over the roles that a resource names.
fn passes(deployed: &Deployed<'_>, statements: &mut Statements) {
    let place = deployed.place;
    for pass in deployed.handle.of.passes {
        for target in deployed.references(pass.property) {
            let role = match target {
                Target::Planned(own) if own.handle.of == &role::TYPE => (own.handle.of.arn)(&own),
                // A profile of the plan names its role itself.
                Target::Planned(own) if own.handle.of == &instance_profile::TYPE => continue,
                Target::Other(text) if place.text(text).starts_with("arn:") => place.text(text),
                // Which role is in a profile, or which one is given when the spec is deployed, is not known.
                _ => place.global("iam", "role/*"),
            };
            let name = pass.service.split('.').next().unwrap_or_default();
            let sid: String = name.chars().take(1).flat_map(char::to_uppercase).chain(name.chars().skip(1)).collect();
            let service = vec![Text::from(pass.service)];
            let grant = Grant::on(role).when("StringEquals", "iam:PassedToService", service);
            statements.add(&format!("PassTo{sid}"), &["iam:PassRole"], grant);
        }
    }
}

/// What kiln calls for a stack.
fn stacks(stack: &str, Scope { place, bucket, .. }: &Scope, statements: &mut Statements) {
    // A stack that does not exist yet has no ARN to ask by; the service then takes the name with a wildcard.
    let stack = place.arn("cloudformation", &format!("stack/{stack}/*"));
    let change_sets = place.arn("cloudformation", "changeSet/kiln-*");
    let actions = [
        "cloudformation:CancelUpdateStack",
        "cloudformation:ContinueUpdateRollback",
        "cloudformation:CreateChangeSet",
        "cloudformation:DeleteChangeSet",
        "cloudformation:DeleteStack",
        "cloudformation:DescribeChangeSet",
        "cloudformation:DescribeEvents",
        "cloudformation:DescribeStackEvents",
        "cloudformation:DescribeStackResourceDrifts",
        "cloudformation:DescribeStacks",
        "cloudformation:DetectStackDrift",
        "cloudformation:DetectStackResourceDrift",
        "cloudformation:ExecuteChangeSet",
        "cloudformation:GetTemplate",
        "cloudformation:ListChangeSets",
        "cloudformation:ListStackResources",
        "cloudformation:TagResource",
        "cloudformation:UntagResource",
    ];
    statements.add("Stack", &actions, Grant { resources: vec![stack, change_sets], conditions: Vec::new() });
    // A detection has no ARN that a policy can name.
    statements.add("Drift", &["cloudformation:DescribeStackDriftDetectionStatus"], Grant::on("*"));
    if let Some(bucket) = bucket {
        statements.add(
            "LongTemplates",
            &["s3:GetObject", "s3:PutObject"],
            Grant::on(place.s3(&format!("{bucket}/kiln/*"))),
        );
        statements.add("TemplateBucket", &["s3:GetBucketLocation", "s3:ListBucket"], Grant::on(place.s3(bucket)));
    }
}

/// What Terraform calls for its state, where that is in S3.
fn state(plan: &Plan, Scope { place, .. }: &Scope, statements: &mut Statements) {
    let Some(backend) = plan.backend.as_ref().filter(|backend| backend.kind == "s3") else { return };
    let text = |name: &str| {
        backend.arguments.iter().find_map(|(own, setting)| match setting {
            Setting::Text(text) if *own == name => Some(text.as_str()),
            _ => None,
        })
    };
    let (Some(bucket), Some(key)) = (text("bucket"), text("key")) else { return };
    statements.add("StateBucket", &["s3:ListBucket"], Grant::on(place.s3(bucket)));
    let objects = ["s3:GetObject", "s3:PutObject"];
    statements.add("State", &objects, Grant::on(place.s3(&format!("{bucket}/{key}"))));
    if backend.arguments.contains(&("use_lockfile", Setting::Bool(true))) {
        let lock = ["s3:DeleteObject", "s3:GetObject", "s3:PutObject"];
        statements.add("StateLock", &lock, Grant::on(place.s3(&format!("{bucket}/{key}.tflock"))));
    }
    if let Some(table) = text("dynamodb_table") {
        let actions = ["dynamodb:DeleteItem", "dynamodb:DescribeTable", "dynamodb:GetItem", "dynamodb:PutItem"];
        statements.add("StateTable", &actions, Grant::on(place.arn("dynamodb", &format!("table/{table}"))));
    }
    if let Some(key) = text("kms_key_id") {
        let arn = if key.starts_with("arn:") { key.to_owned() } else { place.arn("kms", &format!("key/{key}")) };
        statements.add("StateKey", &["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"], Grant::on(arn));
    }
}

/// Documents that kiln puts into a bucket, and that Image Builder reads with the caller's permissions. Their names change
/// with their content, so the permission is one to the prefix.
fn uploads(plan: &Plan, place: &Place, statements: &mut Statements) {
    for upload in &plan.uploads {
        let prefix = upload.key.rsplit_once('/').map_or_else(String::new, |(prefix, _)| format!("{prefix}/"));
        let objects = place.s3(&format!("{}/{prefix}*", upload.bucket));
        statements.add("UploadDocuments", &["s3:GetObject", "s3:PutObject"], Grant::on(objects));
        let bucket = Grant::on(place.s3(&upload.bucket));
        statements.add("UploadBuckets", &["s3:GetBucketLocation", "s3:ListBucket"], bucket);
    }
}

/// The resources of a plan, as their types' permissions see them.
struct Resources<'a> {
    plan: &'a Plan,
    place: &'a Place,
    others: Others<'a>,
}

impl<'a> Resources<'a> {
    fn new(plan: &'a Plan, place: &'a Place) -> Self {
        let of = |planned: &'a Planned| (&*planned.handle.address, (&planned.handle, &planned.properties));
        Self { plan, place, others: plan.resources.iter().map(of).collect() }
    }

    fn iter(&self) -> impl Iterator<Item = Deployed<'_>> {
        self.plan.resources.iter().map(|planned| self.deployed(&planned.handle, &planned.properties))
    }

    fn deployed<'b>(&'b self, handle: &'b Handle, properties: &'b Properties) -> Deployed<'b> {
        Deployed { handle, properties, place: self.place, others: &self.others }
    }
}

/// One statement, whose name is that of the first that was joined to it.
struct Joined {
    sid: String,
    conditions: Vec<Condition>,
    actions: BTreeSet<String>,
    resources: BTreeSet<String>,
}

/// The statements of a policy, as few as there can be: IAM counts characters.
#[derive(Default)]
struct Statements(Vec<Joined>);

impl Statements {
    /// Adds actions on resources. What differs in its resources alone is one statement.
    fn add(&mut self, sid: &str, actions: &[&str], Grant { resources, conditions }: Grant) {
        let actions: BTreeSet<String> = actions.iter().map(|&action| action.to_owned()).collect();
        match self.0.iter_mut().find(|other| other.conditions == conditions && other.actions == actions) {
            Some(same) => same.resources.extend(resources),
            None => {
                let resources = resources.into_iter().collect();
                self.0.push(Joined { sid: sid.to_owned(), conditions, actions, resources });
            }
        }
    }

    /// The policy. What differs in its actions alone is one statement too.
    fn policy(self) -> Policy {
        let mut joined: Vec<Joined> = Vec::new();
        for mut one in self.0 {
            if one.resources.contains("*") {
                one.resources = BTreeSet::from(["*".to_owned()]);
            }
            let is_same =
                |other: &&mut Joined| (&other.conditions, &other.resources) == (&one.conditions, &one.resources);
            match joined.iter_mut().find(is_same) {
                Some(same) => same.actions.extend(one.actions),
                None => joined.push(one),
            }
        }
        let mut sids: BTreeMap<String, usize> = BTreeMap::new();
        let statements = joined.into_iter().map(|Joined { sid, conditions, actions, resources }| {
            let sid = if conditions.is_empty() && resources.contains("*") { "Anywhere".to_owned() } else { sid };
            let number = sids.entry(sid.clone()).and_modify(|number| *number += 1).or_insert(1);
            let sid = if *number == 1 { sid } else { format!("{sid}{number}") };
            Statement { conditions, ..Statement::allow(&sid, actions, resources) }
        });
        Policy(statements.collect())
    }
}
