//! The permissions that deploying a resource needs, declared with its type.
//!
//! Sources: `handlers.*.permissions` of each type's schema in the CloudFormation registry, and the calls of Terraform's
//! AWS provider. Which resources and conditions an action knows is in the Service Authorization Reference.

use std::collections::BTreeMap;

use super::{Address, Handle, Part, Properties, Text, policy::Condition};

/// Where a plan is deployed to, and what deploys it. A part that is not known is `*`.
///
/// ```
/// use kiln::resource::Text;
/// use kiln::resource::permission::{Deployer, Place};
///
/// let [partition, account, region] = ["aws", "123456789012", "*"].map(String::from);
/// let place = Place { partition, account, region, deployer: Deployer::Terraform };
/// assert_eq!(place.arn("sns", "web-builds-*"), "arn:aws:sns:*:123456789012:web-builds-*");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The partition, such as `aws`.
    pub partition: String,
    /// The account, 12 digits.
    pub account: String,
    /// The Region.
    pub region: String,
    /// What deploys.
    pub deployer: Deployer,
}

/// What deploys a plan. It decides how resources without a name of their own are called.
///
/// ```
/// use kiln::resource::permission::{By, Deployer};
///
/// let deployer = Deployer::CloudFormation { stack: "web".into() };
/// assert!(By::Handlers.is_for(&deployer) && By::Both.is_for(&deployer));
/// assert!(!By::Provider.is_for(&deployer));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Deployer {
    /// CloudFormation, with the caller's permissions.
    CloudFormation {
        /// The stack's name.
        stack: String,
    },
    /// Terraform's AWS provider.
    Terraform,
}

/// A resource as it is deployed, as its type's permissions see it.
///
/// ```
/// use kiln::plan::{Life, Origin, Part, Plan, Table};
/// use kiln::resource::permission::{Deployed, Deployer, Others, Place};
/// use kiln::resource::{bucket, bucket::Bucket};
///
/// let mut plan = Plan::default();
/// let logs = Bucket { name_prefix: "web-logs-".into(), expire_after_days: None, tags: [].into() };
/// let origin = Origin::shared(Table::Project, Part::LogBucket);
/// plan.add(origin, &logs, Life::default()).expect("nothing else has its id");
///
/// let [partition, account, region] = ["aws", "123456789012", "eu-west-1"].map(String::from);
/// let deployer = Deployer::CloudFormation { stack: "web".into() };
/// let place = Place { partition, account, region, deployer };
/// let (handle, properties) = (&plan.resources[0].handle, &plan.resources[0].properties);
/// let deployed = Deployed { handle, properties, place: &place, others: &Others::new() };
/// assert_eq!((bucket::TYPE.arn)(&deployed), "arn:aws:s3:::web-logbucket-*");
/// ```
#[derive(Clone, Copy)]
pub struct Deployed<'a> {
    /// Its type and address.
    pub handle: &'a Handle,
    /// Its properties.
    pub properties: &'a Properties,
    /// Where it is deployed to.
    pub place: &'a Place,
    /// All resources of the same plan.
    pub others: &'a Others<'a>,
}

/// The resources of a plan by their addresses.
pub type Others<'a> = BTreeMap<&'a Address, (&'a Handle, &'a Properties)>;

/// Actions that deploying a resource needs, and the resources and conditions that they are limited to.
///
/// ```
/// use kiln::resource::{permission::By, repository};
///
/// let own = &repository::TYPE.permissions[0][0];
/// assert!(own.actions.contains(&"ecr:CreateRepository"));
/// assert_eq!(own.by, By::Both);
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Permission {
    /// The name of the statement. Statements of one name and the same conditions are joined.
    pub sid: &'static str,
    /// What calls them.
    pub by: By,
    /// The actions.
    pub actions: &'static [&'static str],
    /// What they are limited to; nothing, where this resource does not need them.
    pub on: fn(&Deployed<'_>) -> Vec<Grant>,
}

/// What calls an action.
///
/// ```
/// use kiln::resource::{bucket, permission::By};
///
/// let owned_by = By::Companion("aws_s3_bucket_ownership_controls");
/// let permission = bucket::TYPE.permissions[0].iter().find(|it| it.by == owned_by);
/// let actions = permission.expect("the bucket has this companion").actions;
/// assert!(actions.contains(&"s3:PutBucketOwnershipControls"));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// CloudFormation's handlers and Terraform's provider.
    Both,
    /// CloudFormation's handlers.
    Handlers,
    /// Terraform's provider, for the resource itself.
    Provider,
    /// Terraform's provider, for a companion of this type, also one that is no longer there. In CloudFormation the
    /// handlers of the resource do.
    Companion(&'static str),
}

/// ARNs of one statement and the conditions under which actions on them are allowed.
///
/// ```
/// use kiln::resource::permission::Grant;
///
/// let services = vec!["ec2.amazonaws.com".into()];
/// let grant = Grant::on("arn:aws:iam::123456789012:role/web-*")
///     .when("StringEquals", "iam:PassedToService", services);
/// assert_eq!(grant.resources, ["arn:aws:iam::123456789012:role/web-*"]);
/// assert_eq!(grant.conditions[0].1, "iam:PassedToService");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// The ARNs, with wildcards.
    pub resources: Vec<String>,
    /// Operator, key and values.
    pub conditions: Vec<Condition>,
}

/// A property that names a role, or an instance profile with a role in it, and the service that gets the role.
///
/// ```
/// use kiln::resource::lifecycle_policy;
///
/// let [pass] = lifecycle_policy::TYPE.passes else { panic!("it names one role") };
/// assert_eq!((pass.property, pass.service), ("ExecutionRole", "imagebuilder.amazonaws.com"));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pass {
    /// The property's name, at any depth.
    pub property: &'static str,
    /// The service.
    pub service: &'static str,
}

impl By {
    /// Whether this is called when such a deployer deploys.
    #[must_use]
    pub fn is_for(self, deployer: &Deployer) -> bool {
        match deployer {
            Deployer::CloudFormation { .. } => matches!(self, Self::Both | Self::Handlers | Self::Companion(_)),
            Deployer::Terraform => !matches!(self, Self::Handlers),
        }
    }
}

impl Permission {
    /// Actions on the resource itself.
    #[must_use]
    pub const fn own(sid: &'static str, actions: &'static [&'static str]) -> Self {
        Self::on(sid, actions, |it| vec![Grant::on((it.handle.of.arn)(it))])
    }

    /// Actions on other resources.
    #[must_use]
    pub const fn on(sid: &'static str, actions: &'static [&'static str], on: fn(&Deployed<'_>) -> Vec<Grant>) -> Self {
        Self { sid, by: By::Both, actions, on }
    }

    /// Actions that no ARN limits.
    #[must_use]
    pub const fn anywhere(sid: &'static str, actions: &'static [&'static str]) -> Self {
        Self::on(sid, actions, |_| vec![Grant::on("*")])
    }

    /// The same, called by one of the two alone, or for a companion.
    #[must_use]
    pub const fn by(self, by: By) -> Self {
        Self { by, ..self }
    }
}

impl Grant {
    /// A grant on one ARN.
    #[must_use]
    pub fn on(resource: impl Into<String>) -> Self {
        Self { resources: vec![resource.into()], conditions: Vec::new() }
    }

    /// A grant on several ARNs; none, if there are none.
    pub fn all(resources: impl IntoIterator<Item = String>) -> Vec<Self> {
        let resources: Vec<String> = resources.into_iter().collect();
        if resources.is_empty() { Vec::new() } else { vec![Self { resources, conditions: Vec::new() }] }
    }

    /// The same under a condition.
    #[must_use]
    pub fn when(mut self, operator: &str, key: &str, values: Vec<Text>) -> Self {
        self.conditions.push((operator.to_owned(), key.to_owned(), values));
        self
    }
}

impl Place {
    /// An ARN in the account and Region that is deployed to.
    #[must_use]
    pub fn arn(&self, service: &str, resource: &str) -> String {
        format!("arn:{}:{service}:{}:{}:{resource}", self.partition, self.region, self.account)
    }

    /// An ARN of a service that knows no Regions.
    #[must_use]
    pub fn global(&self, service: &str, resource: &str) -> String {
        format!("arn:{}:{service}::{}:{resource}", self.partition, self.account)
    }

    /// An ARN of S3, whose names are unique in all accounts.
    #[must_use]
    pub fn s3(&self, resource: &str) -> String {
        format!("arn:{}:s3:::{resource}", self.partition)
    }

    /// The ARN of the object that an `s3://` URI names.
    #[must_use]
    pub fn object(&self, uri: &Text) -> Option<String> {
        Some(self.s3(self.text(uri).strip_prefix("s3://")?))
    }

    /// A text as it is deployed; what is only known then is `*`.
    #[must_use]
    pub fn text(&self, text: &Text) -> String {
        let parts = text.parts().iter().map(|part| match part {
            Part::Literal(literal) => literal.as_str(),
            Part::Partition => &self.partition,
            Part::Region => &self.region,
            Part::Account => &self.account,
            Part::Attribute(_) | Part::Parameter(_) => "*",
        });
        parts.collect()
    }
}

/// CloudFormation shortens the stack's name and the logical id of a generated name that is too long. This much of each
/// is always there.
const KEPT: (usize, usize) = (24, 8);

/// What CloudFormation adds to a generated name, with a hyphen before it.
const SUFFIX: usize = 14;

impl<'a> Deployed<'a> {
    /// The name that the spec gives it, as the service writes it into ARNs: in lowercase, with `-` for spaces and `_`.
    #[must_use]
    pub fn name(&self) -> String {
        self.literal("Name").to_lowercase().replace([' ', '_'], "-")
    }

    /// A property as it is deployed; `*` where it is not known, or not there.
    #[must_use]
    pub fn literal(&self, property: &str) -> String {
        self.properties.text(property).map_or_else(|| "*".to_owned(), |text| self.place.text(text))
    }

    /// The name that the deployer generates, with a wildcard for what is random in it. The service takes names of this
    /// many characters.
    #[must_use]
    pub fn generated(&self, most: usize) -> String {
        let Deployer::CloudFormation { stack } = &self.place.deployer else {
            let prefixes = ["name_prefix", "bucket_prefix"];
            let prefix = prefixes.into_iter().find_map(|name| self.properties.text(name)?.as_literal());
            return format!("{}*", prefix.unwrap_or_default());
        };
        let id = self.handle.address.cloudformation.as_str();
        let cut = |text: &str, most: usize| text.chars().take(most).collect::<String>();
        if stack.len() + 1 + id.len() + SUFFIX <= most {
            format!("{stack}-{id}-*")
        } else if stack.len() > KEPT.0 {
            format!("{}*", cut(stack, KEPT.0))
        } else {
            format!("{stack}-{}*", cut(id, KEPT.1))
        }
    }

    /// The resource itself, if it belongs to the stack: CloudFormation tags what it makes. Terraform has no such mark.
    #[must_use]
    pub fn own_of_stack(&self) -> Grant {
        let own = Grant::on((self.handle.of.arn)(self));
        match &self.place.deployer {
            Deployer::CloudFormation { stack } => {
                own.when("StringEquals", "aws:ResourceTag/aws:cloudformation:stack-name", vec![stack.as_str().into()])
            }
            Deployer::Terraform => own,
        }
    }

    /// What all texts of a property's name refer to, at any depth: the ARN of a resource of the same plan, or the text
    /// as it is deployed.
    #[must_use]
    pub fn references(&self, property: &str) -> Vec<Target<'a>> {
        self.properties.texts(property).into_iter().map(|text| self.target(text)).collect()
    }

    fn target(&self, text: &'a Text) -> Target<'a> {
        if let [Part::Attribute(reference)] = text.parts()
            && let Some((handle, properties)) = self.others.get(&*reference.resource.address).copied()
        {
            return Target::Planned(Deployed { handle, properties, ..*self });
        }
        Target::Other(text)
    }

    /// The ARNs that texts of a property's name refer to outside of the plan, if they are ARNs of this service and kind;
    /// what is only known when it is deployed is any of the kind. Versions are left open.
    #[must_use]
    pub fn foreign(&self, property: &str, (service, kind): (&str, &str)) -> Vec<String> {
        let others = self.references(property).into_iter().filter_map(|target| match target {
            Target::Planned(_) => None,
            Target::Other(text) => Some(self.place.text(text)),
        });
        let mark = format!(":{kind}/");
        let arns = others.filter_map(|text| match text.split_once(&mark) {
            Some((before, rest)) if before.contains(&format!(":{service}:")) => {
                // A workflow's type comes before its name.
                let parts = if kind == "workflow" { 2 } else { 1 };
                let name: Vec<&str> = rest.split('/').take(parts).collect();
                Some(format!("{before}{mark}{}/*", name.join("/")))
            }
            _ if text == "*" => {
                Some(format!("arn:{}:{service}:{}:*:{kind}/*", self.place.partition, self.place.region))
            }
            _ => None,
        });
        arns.collect()
    }

    /// The key that a property names. IAM takes no alias for a key, so there the grant is on whatever key has it.
    #[must_use]
    pub fn key(&self, property: &str) -> Vec<Grant> {
        let keys = self.properties.text(property).into_iter().map(|text| {
            let text = self.place.text(text);
            let Some((before, alias)) = text.split_once("alias/") else {
                let is_arn = text.starts_with("arn:");
                return Grant::on(if is_arn { text } else { self.place.arn("kms", &format!("key/{text}")) });
            };
            let place = if before.is_empty() { self.place.arn("kms", "") } else { before.to_owned() };
            let aliases = vec![Text::from(format!("alias/{alias}"))];
            Grant::on(format!("{place}key/*")).when("ForAnyValue:StringEquals", "kms:ResourceAliases", aliases)
        });
        keys.collect()
    }
}

/// What a property refers to.
///
/// ```
/// use kiln::resource::permission::{Deployed, Target};
///
/// /// The ARN of what a property refers to.
/// fn arn(of: &Deployed<'_>, property: &str) -> Option<String> {
///     of.references(property).into_iter().next().map(|target| match target {
///         Target::Planned(other) => (other.handle.of.arn)(&other),
///         Target::Other(text) => of.place.text(text),
///     })
/// }
/// ```
#[derive(Clone, Copy)]
pub enum Target<'a> {
    /// A resource of the same plan.
    Planned(Deployed<'a>),
    /// What the text says.
    Other(&'a Text),
}

impl<'a> Target<'a> {
    /// The resource of the same plan.
    #[must_use]
    pub fn planned(self) -> Option<Deployed<'a>> {
        match self {
            Self::Planned(deployed) => Some(deployed),
            Self::Other(_) => None,
        }
    }
}
