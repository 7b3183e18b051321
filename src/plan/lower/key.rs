//! Keys: what their policies need so that others can use images that are encrypted with them, and services what they keep
//! in topics, log groups and components; and the key that is made for images.
//!
//! Sources: Amazon EBS user guide, "Share the KMS key used to encrypt a shared Amazon EBS snapshot"; Amazon EC2 user
//! guide, "Allow organizations and OUs to use a KMS key"; EC2 Image Builder user guide, "Set up cross-account AMI
//! distribution" and "Encrypted Amazon SNS topics"; CloudWatch Logs user guide, "Encrypt log data in CloudWatch Logs using
//! AWS KMS".

use indexmap::IndexMap;

use super::Lowering;
use super::text::{arn, tags};
use super::uses::pipelines;
use crate::plan::{self, Life, Origin, Table};
use crate::project::definition::{AmiDestination, ComponentSource, Pipeline, Project, Topic};
use crate::project::{AccountId, Arn, KmsKey, Principal};
use crate::resource::key::{self, Alias, Key};
use crate::resource::policy::{self, Policy, Statement};
use crate::resource::{Handle, Part, Text};

/// What the policy of a key needs so that images can be shared and copied.
///
/// ```
/// use kiln::files::InMemory;
/// use kiln::spec::{Pipeline, Spec};
/// use kiln::synth::{Request, synth};
///
/// let base = Pipeline::from_base("amazon-linux-2023/arm64").component("aws:update-linux");
/// let base = base.kms_key("alias/images").share_with(["111122223333"]);
/// let spec = Spec::named("fleet").pipeline("base", base);
/// let output = synth(Request::new(&spec, &InMemory::default())).output.expect("it has no errors");
/// let [needs] = &output.lowered.keys[..] else { panic!("there is one key") };
/// assert_eq!(needs.key.to_string(), "alias/images");
/// assert_eq!(needs.pipelines, ["base"]);
/// assert!(needs.policy("aws").contains("arn:aws:iam::111122223333:root"));
/// ```
#[derive(Debug, Clone)]
pub struct KeyNeeds {
    /// The key, as the spec names it.
    pub key: KmsKey,
    /// Its Region, where the spec says it; the one deployed to otherwise.
    pub region: Option<String>,
    /// The pipelines whose images it encrypts.
    pub pipelines: Vec<String>,
    users: Users,
}

/// Who uses what a key has encrypted.
#[derive(Debug, Clone, Default)]
struct Users {
    /// Accounts that launch images, or copies of them.
    accounts: Vec<AccountId>,
    /// Accounts whose role makes copies.
    copying: Vec<AccountId>,
    organizations: Vec<Arn>,
    units: Vec<Arn>,
    /// Services that keep something encrypted with the key.
    services: Services,
}

/// What services encrypt with a key, and where.
#[derive(Debug, Clone, Default)]
struct Services {
    /// Image Builder publishes to a topic.
    topics: bool,
    /// CloudWatch Logs keeps log groups.
    logs: bool,
    /// Image Builder keeps components, workflows or recipes.
    documents: bool,
    /// The account and the Region of the key, if its ARN tells them.
    account: Option<String>,
    region: Option<String>,
}

/// The role with which Image Builder acts in an account.
const SERVICE_ROLE: &str = "role/aws-service-role/imagebuilder.amazonaws.com/AWSServiceRoleForImageBuilder";

impl Services {
    /// The role of the service in the account of the key.
    fn role(&self, partition: &Text) -> (policy::Principal, Vec<Condition>) {
        match &self.account {
            Some(account) => {
                let role = Text::from("arn:").then(partition).then(format!(":iam::{account}:{SERVICE_ROLE}"));
                (policy::Principal::Aws(role), Vec::new())
            }
            // A key that is named by its alias or id is of the account that is deployed to, whichever that is.
            None => {
                let role = vec![Text::from(format!("arn:*:iam::*:{SERVICE_ROLE}"))];
                let own = vec![Text::from("${aws:ResourceAccount}")];
                let conditions = vec![
                    ("ArnLike".to_owned(), "aws:PrincipalArn".to_owned(), role),
                    ("StringEquals".to_owned(), "aws:PrincipalAccount".to_owned(), own),
                ];
                (policy::Principal::Everyone, conditions)
            }
        }
    }

    fn statements(&self, partition: &Text) -> Vec<Statement> {
        let mut statements = Vec::new();
        let (principal, conditions) = self.role(partition);
        let of_role = |sid: &str, actions: &[&str]| {
            let statement = Statement::allow(sid, actions.iter().copied(), ["*"]).principal(principal.clone());
            Statement { conditions: conditions.clone(), ..statement }
        };
        if self.topics {
            statements.push(of_role("PublishToTopics", &["kms:Decrypt", "kms:GenerateDataKey*"]));
        }
        if self.documents {
            let actions = ["kms:CreateGrant", "kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*"];
            statements.push(of_role("KeepComponents", &actions));
        }
        if self.logs {
            let service = self.region.as_ref().map_or("logs".to_owned(), |region| format!("logs.{region}"));
            let (region, account) = (self.region.as_deref().unwrap_or("*"), self.account.as_deref().unwrap_or("*"));
            let groups = Text::from("arn:").then(partition).then(format!(":logs:{region}:{account}:log-group:*"));
            let actions = ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"];
            let who = policy::Principal::Service(Text::from(format!("{service}.amazonaws.com")));
            let statement = Statement::allow("KeepLogs", actions, ["*"]).principal(who);
            let of_groups = ("ArnLike".to_owned(), "kms:EncryptionContext:aws:logs:arn".to_owned(), vec![groups]);
            statements.push(Statement { conditions: vec![of_groups], ..statement });
        }
        statements
    }
}

/// An operator, a key and its values.
type Condition = (String, String, Vec<Text>);

/// Using what is encrypted.
const USE: [&str; 4] = ["kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey*", "kms:ReEncrypt*"];

/// What the role of a target account does when it makes a copy.
const COPY: [&str; 8] = [
    "kms:CreateGrant",
    "kms:Decrypt",
    "kms:DescribeKey",
    "kms:Encrypt",
    "kms:GenerateDataKey*",
    "kms:ListGrants",
    "kms:ReEncrypt*",
    "kms:RevokeGrant",
];

/// The role, in whatever account.
const COPYING_ROLE: &str = "arn:*:iam::*:role/EC2ImageBuilderDistributionCrossAccountRole";

impl KeyNeeds {
    /// Whether services keep something encrypted with the key: topics, log groups or components.
    #[must_use]
    pub fn is_used_by_services(&self) -> bool {
        let Services { topics, logs, documents, .. } = self.users.services;
        topics || logs || documents
    }

    /// The statements as a policy of JSON, for a partition such as `aws`.
    #[must_use]
    pub fn policy(&self, partition: &str) -> String {
        let text = Policy(self.users.statements(&Text::from(partition))).text();
        // There is no reference in it: partition and accounts are known.
        text.as_literal().unwrap_or_default().to_owned()
    }
}

/// Adds what is not there yet.
fn once<T: PartialEq>(list: &mut Vec<T>, item: T) {
    if !list.contains(&item) {
        list.push(item);
    }
}

impl Users {
    fn join(&mut self, Self { accounts, copying, organizations, units, services: _ }: Self) {
        accounts.into_iter().for_each(|account| once(&mut self.accounts, account));
        copying.into_iter().for_each(|account| once(&mut self.copying, account));
        organizations.into_iter().for_each(|arn| once(&mut self.organizations, arn));
        units.into_iter().for_each(|arn| once(&mut self.units, arn));
    }

    fn add(&mut self, ami: &AmiDestination, shares: bool) {
        for account in &ami.copy_to_accounts {
            once(&mut self.copying, account.clone());
            // The copy is encrypted with the key of its Region, and its owner launches it.
            if shares {
                once(&mut self.accounts, account.clone());
            }
        }
        for principal in ami.share_with.iter().filter(|_| shares) {
            match principal {
                Principal::Account(account) => once(&mut self.accounts, account.clone()),
                Principal::Organization(arn) => once(&mut self.organizations, arn.clone()),
                Principal::OrganizationalUnit(arn) => once(&mut self.units, arn.clone()),
                Principal::Everyone => {}
            }
        }
    }

    /// The statements of a key's policy. What they allow is the key that the policy belongs to: `*`.
    fn statements(&self, partition: &Text) -> Vec<Statement> {
        let condition = |operator: &str, key: &str, values: Vec<Text>| (operator.to_owned(), key.to_owned(), values);
        let root = |account: &AccountId| Text::from("arn:").then(partition).then(format!(":iam::{account}:root"));
        let principals = |accounts: &[AccountId]| policy::Principal::Arns(accounts.iter().map(root).collect());
        let mut statements = Vec::new();
        // EC2 makes a grant for each instance that it starts from the image.
        let mut allow = |name: &str, principal: policy::Principal, who: Vec<(String, String, Vec<Text>)>| {
            let to = |sid: String, actions: &[&str]| {
                let statement = Statement::allow(&sid, actions.iter().copied(), ["*"]).principal(principal.clone());
                Statement { conditions: who.clone(), ..statement }
            };
            let mut grant = to(format!("StartFor{name}"), &["kms:CreateGrant"]);
            grant.conditions.push(condition("Bool", "kms:GrantIsForAWSResource", vec![Text::from("true")]));
            statements.extend([to(format!("UseFor{name}"), &USE), grant]);
        };
        if !self.accounts.is_empty() {
            allow("Accounts", principals(&self.accounts), Vec::new());
        }
        if !self.organizations.is_empty() {
            let ids = self.organizations.iter().filter_map(|arn| arn.resource_after("organization/")).map(organization);
            let who = condition("StringEquals", "aws:PrincipalOrgID", ids.collect());
            allow("Organizations", policy::Principal::Everyone, vec![who]);
        }
        if !self.units.is_empty() {
            let paths = self.units.iter().filter_map(|arn| arn.resource_after("ou/")?.split_once('/'));
            let paths = paths.map(|(organization, unit)| Text::from(format!("{organization}/*/{unit}/*")));
            let who = condition("ForAnyValue:StringLike", "aws:PrincipalOrgPaths", paths.collect());
            allow("OrganizationalUnits", policy::Principal::Everyone, vec![who]);
        }
        if !self.copying.is_empty() {
            let role = condition("ArnLike", "aws:PrincipalArn", vec![Text::from(COPYING_ROLE)]);
            let copy = Statement::allow("CopyToAccounts", COPY, ["*"]).principal(principals(&self.copying));
            statements.push(Statement { conditions: vec![role], ..copy });
        }
        statements.extend(self.services.statements(partition));
        statements
    }
}

/// The id of an organization: what follows it is the account in it.
fn organization(rest: &str) -> Text {
    Text::from(rest.split('/').next().unwrap_or(rest))
}

/// What the policies of all keys need that images are encrypted with, in the order of the pipelines.
pub(super) fn needs(project: &Project) -> Vec<KeyNeeds> {
    let mut all: IndexMap<(&KmsKey, Option<String>), KeyNeeds> = IndexMap::new();
    for pipeline in &project.pipelines {
        let destinations = &project.distributions[pipeline.distribution].destinations;
        for destination in destinations {
            let Some(ami) = destination.ami() else { continue };
            let region = destination.region.as_ref().map(ToString::to_string);
            // Where a Region has a key, the image is encrypted anew; a copy to an account still reads the first one.
            let anew = ami.kms_key.as_ref();
            let keys = pipeline
                .volume_keys()
                .map(|key| (key, None, anew.is_none()))
                .chain(anew.map(|key| (key, region, true)));
            for (key, region, shares) in keys.filter(|(key, ..)| !key.is_aws_managed()) {
                let region = key.arn().map(|arn| arn.region().to_owned()).or(region);
                let needs = all.entry((key, region)).or_insert_with_key(|(key, region)| {
                    let (pipelines, users) = (Vec::new(), Users::default());
                    KeyNeeds { key: (*key).clone(), region: region.clone(), pipelines, users }
                });
                needs.users.add(ami, shares);
                let name = pipeline.key.as_str();
                if needs.pipelines.last().is_none_or(|last| last != name) {
                    needs.pipelines.push(name.to_owned());
                }
            }
        }
    }
    of_services(project, &mut all);
    all.into_values().collect()
}

/// Adds the keys that services encrypt with: topics, log groups, and components of pipelines.
fn of_services<'a>(project: &'a Project, all: &mut IndexMap<(&'a KmsKey, Option<String>), KeyNeeds>) {
    let mut add = |key: &'a KmsKey, pipelines: Vec<&str>, set: fn(&mut Services)| {
        if key.is_aws_managed() {
            return;
        }
        let region = key.arn().map(|arn| arn.region().to_owned());
        let needs = all.entry((key, region)).or_insert_with_key(|(key, region)| {
            let (pipelines, users) = (Vec::new(), Users::default());
            KeyNeeds { key: (*key).clone(), region: region.clone(), pipelines, users }
        });
        set(&mut needs.users.services);
        needs.users.services.account = key.arn().map(|arn| arn.account().to_owned());
        needs.users.services.region.clone_from(&needs.region);
        pipelines.into_iter().for_each(|name| once(&mut needs.pipelines, name.to_owned()));
    };
    for (index, component) in project.components.iter().enumerate() {
        if let Some(key) = &component.kms_key {
            let uses = |pipeline: &&Pipeline| {
                pipeline.components.iter().any(|it| matches!(&it.source, ComponentSource::Own(own) if *own == index))
            };
            let users = project.pipelines.iter().filter(uses).map(|pipeline| pipeline.key.as_str());
            add(key, users.collect(), |services| services.documents = true);
        }
    }
    for pipeline in &project.pipelines {
        let name = vec![pipeline.key.as_str()];
        let infrastructure = &project.infrastructures[pipeline.infrastructure];
        if let Some(Topic::Generated { kms_key: Some(key), .. }) = &infrastructure.notify {
            add(key, name.clone(), |services| services.topics = true);
        }
        if let Some(key) = pipeline.log_groups.made.as_ref().and_then(|made| made.kms_key.as_ref()) {
            add(key, name, |services| services.logs = true);
        }
    }
}

/// Adds the key that is made for the project's images, if a pipeline wants it; gives its alias.
pub(super) fn generated(lowering: &mut Lowering<'_>) -> Option<Handle> {
    let project = lowering.project;
    let alias = project.image_key.as_ref()?;
    let mut users = Users::default();
    for known in needs(project).into_iter().filter(|known| known.key == *alias) {
        users.join(known.users);
    }
    // Without the account itself in its policy nobody could change a key, and roles of the account could not use it.
    let owner = policy::Principal::Aws(arn(Text::from("iam::").then(Part::Account).then(":root")));
    let mut statements = vec![Statement::allow("AllowAccount", ["kms:*"], ["*"]).principal(owner)];
    statements.extend(users.statements(&Text::from(Part::Partition)));
    let name = project.name.kebab();
    let resource = Key {
        description: format!("Encrypts the images of {name}"),
        policy: Policy(statements),
        tags: tags(&project.tags),
    };
    // Images outlive the stack, and without their key they are lost.
    let life = Life { retained: true, create_before_destroy: false };
    let own = project.image_key.as_ref();
    let served = pipelines(project, |pipeline| pipeline.volume_keys().any(|key| Some(key) == own));
    let origin = |part| Origin::shared(Table::Project, part).serving(served.iter().copied());
    let key = lowering.add(origin(plan::Part::ImageKey), &resource, life);
    let alias = Alias { name: alias.to_string(), key: key.get(key::ID) };
    let alias = lowering.add(origin(plan::Part::ImageKeyAlias), &alias, Life::default());
    lowering.output(&key, ("Arn", key::ARN), format!("The key that encrypts the images of {name}"));
    Some(alias)
}
