//! `AWS::ImageBuilder::LifecyclePolicy`: which old images are deprecated, disabled and deleted.

use indexmap::IndexMap;

use super::fact::{ADVICE_DENIED, DENIED, Hint, hint};
use super::image_builder;
use super::permission::{Pass, Permission};
use super::{Attribute, Key, Properties, Resource, Text, Type, value::tag_map};

/// The type with its facts.
pub static TYPE: Type = Type {
    cloudformation: "AWS::ImageBuilder::LifecyclePolicy",
    terraform: "aws_imagebuilder_lifecycle_policy",
    create_only: &["Name"],
    noun: "lifecycle policy",
    is_versioned: false,
    is_built_from: false,
    arn: |it| it.place.arn("imagebuilder", &format!("lifecycle-policy/{}", it.name())),
    permissions: &[&[Permission::own(
        "LifecyclePolicy",
        &[
            "imagebuilder:CreateLifecyclePolicy",
            "imagebuilder:GetLifecyclePolicy",
            "imagebuilder:UpdateLifecyclePolicy",
            "imagebuilder:DeleteLifecyclePolicy",
            "imagebuilder:TagResource",
            "imagebuilder:UntagResource",
        ],
    )]],
    passes: &[Pass { property: "ExecutionRole", service: "imagebuilder.amazonaws.com" }],
    holds: None,
    parting: |it| match it.is_replaced {
        true => None,
        false => Some("nothing retires old images any more: they stay, and cost, until somebody deletes them"),
    },
    costs: &[],
    identities: &[("PolicyDetails", "Action.Type"), ("Recipes", "Name")],
    hints: &[HINTS, image_builder::HINTS],
};

/// Errors of lifecycle policies alone.
const HINTS: &[Hint] = &[
    hint(DENIED[0], ADVICE_DENIED),
    hint(DENIED[1], ADVICE_DENIED),
    hint(&["role"], "a role that was just made is not known everywhere at once: deploy again"),
];

/// The policy's ARN.
pub const ARN: Attribute = Attribute::by_ref("arn");

/// Every version, so that a new one does not orphan the images of the old ones.
const ALL_VERSIONS: &str = "x.x.x";

/// A lifecycle policy.
///
/// ```
/// use kiln::resource::lifecycle_policy::LifecyclePolicy;
///
/// /// The same policy, which leaves images alone that somebody has marked.
/// fn sparing(mut policy: LifecyclePolicy, tag: &str) -> LifecyclePolicy {
///     for detail in &mut policy.details {
///         detail.exclusions.tags.insert(tag.into(), "yes".into());
///     }
///     policy
/// }
/// ```
#[derive(Debug, Clone)]
pub struct LifecyclePolicy {
    /// The physical name.
    pub name: String,
    /// What it keeps.
    pub description: Option<String>,
    /// The role that the service assumes.
    pub execution_role: Text,
    /// Whether it is in force.
    pub enabled: bool,
    /// At most one entry an action.
    pub details: Vec<Detail>,
    /// Whether it rules container images instead of AMIs.
    pub containers: bool,
    /// Which images it rules.
    pub selection: Selection,
    /// Tags of the policy.
    pub tags: IndexMap<String, Text>,
}

/// Which images a policy rules.
///
/// ```
/// use kiln::resource::lifecycle_policy::{LifecyclePolicy, Selection};
///
/// /// The same policy for the images of all recipes with this tag.
/// fn of_team(policy: LifecyclePolicy, team: &str) -> LifecyclePolicy {
///     let selection = Selection::Tags([("team".into(), team.into())].into());
///     LifecyclePolicy { selection, ..policy }
/// }
/// ```
#[derive(Debug, Clone)]
pub enum Selection {
    /// Those of a recipe.
    Recipe {
        /// The recipe's name.
        name: String,
        /// The versions that exist, for Terraform's provider, which refuses the wildcard that CloudFormation is given.
        versions: Vec<String>,
    },
    /// Those that have all these tags.
    Tags(IndexMap<String, Text>),
}

/// One action and the images that it befalls.
///
/// ```
/// use kiln::resource::lifecycle_policy::{Detail, Exclusions, Filter, Include, LifecyclePolicy};
///
/// /// The same policy, which deprecates what it will delete.
/// fn with_warning(mut policy: LifecyclePolicy, days: u64) -> LifecyclePolicy {
///     policy.details.push(Detail {
///         action: "DEPRECATE",
///         include: Include::Amis { snapshots: false },
///         filter: Filter::Age { value: days, unit: "DAYS", retain_at_least: None },
///         exclusions: Exclusions::default(),
///     });
///     policy
/// }
/// ```
#[derive(Debug, Clone)]
pub struct Detail {
    /// `DELETE`, `DEPRECATE` or `DISABLE`.
    pub action: &'static str,
    /// What is acted upon.
    pub include: Include,
    /// Which images.
    pub filter: Filter,
    /// Which of them are left alone.
    pub exclusions: Exclusions,
}

/// What an action is about.
///
/// ```
/// use kiln::resource::lifecycle_policy::{Include, LifecyclePolicy};
///
/// /// Whether snapshots stay behind and cost money when a policy deletes AMIs.
/// fn leaves_snapshots(policy: &LifecyclePolicy) -> bool {
///     let mut deletions = policy.details.iter().filter(|detail| detail.action == "DELETE");
///     deletions.any(|detail| matches!(detail.include, Include::Amis { snapshots: false }))
/// }
/// ```
#[derive(Debug, Clone, Copy)]
pub enum Include {
    /// AMIs, and perhaps their snapshots.
    Amis {
        /// Whether snapshots are acted upon too; for deletions.
        snapshots: bool,
    },
    /// Container images.
    Containers,
}

/// Which images an action befalls.
///
/// ```
/// use kiln::resource::lifecycle_policy::Filter;
///
/// let kept = |filter: &Filter| match filter {
///     Filter::Count(newest) => *newest,
///     Filter::Age { retain_at_least, .. } => retain_at_least.unwrap_or(0),
/// };
/// assert_eq!(kept(&Filter::Count(10)), 10);
/// let by_age = Filter::Age { value: 90, unit: "DAYS", retain_at_least: None };
/// assert_eq!(kept(&by_age), 0, "after a pause of three months nothing is left");
/// ```
#[derive(Debug, Clone)]
pub enum Filter {
    /// All but the newest so many.
    Count(u64),
    /// The older ones.
    Age {
        /// The number of units.
        value: u64,
        /// `DAYS`, `WEEKS`, `MONTHS` or `YEARS`.
        unit: &'static str,
        /// So many stay however old they are; with `DELETE` only.
        retain_at_least: Option<u64>,
    },
}

/// Images that are left alone.
///
/// ```
/// use kiln::resource::lifecycle_policy::Exclusions;
///
/// let in_use = Exclusions {
///     last_launched: Some((60, "DAYS")),
///     shared_accounts: vec!["111122223333".into()],
///     ..Exclusions::default()
/// };
/// assert!(in_use.regions.is_empty(), "it holds in every Region");
/// ```
#[derive(Debug, Clone, Default)]
pub struct Exclusions {
    /// Image Builder images with these tags.
    pub tags: IndexMap<String, Text>,
    /// AMIs with these tags.
    pub ami_tags: IndexMap<String, Text>,
    /// Public AMIs.
    pub public: Option<bool>,
    /// AMIs launched within so many units.
    pub last_launched: Option<(u64, &'static str)>,
    /// AMIs in these Regions.
    pub regions: Vec<String>,
    /// AMIs shared with these accounts.
    pub shared_accounts: Vec<String>,
}

impl Resource for LifecyclePolicy {
    fn of(&self) -> &'static Type {
        &TYPE
    }

    fn properties(&self) -> Properties {
        let Self { name, description, execution_role, enabled, details, containers, selection, tags } = self;
        Properties::new()
            .value("Name", name.as_str())
            .optional("Description", description.as_deref())
            .value("Status", if *enabled { "ENABLED" } else { "DISABLED" })
            .value("ExecutionRole", execution_role)
            .value("ResourceType", if *containers { "CONTAINER_IMAGE" } else { "AMI_IMAGE" })
            .blocks(Key::named("PolicyDetails", "policy_detail"), details.iter().map(detail))
            .block("ResourceSelection", self::selection(selection))
            .optional("Tags", tag_map(tags))
    }
}

fn selection(selection: &Selection) -> Properties {
    match selection {
        Selection::Recipe { name, versions } => {
            let recipe =
                |version: &str| Properties::new().value("Name", name.as_str()).value("SemanticVersion", version);
            Properties::new()
                .blocks(Key::cloudformation_only("Recipes"), [recipe(ALL_VERSIONS)])
                .blocks(Key::terraform_only("recipe"), versions.iter().map(|version| recipe(version)))
        }
        Selection::Tags(tags) => Properties::new().optional("TagMap", tag_map(tags)),
    }
}

fn detail(detail: &Detail) -> Properties {
    let Detail { action, include, filter, exclusions } = detail;
    let include = match include {
        // The service takes the snapshots member for a deletion only.
        Include::Amis { snapshots } => {
            Properties::new().value("Amis", true).optional("Snapshots", (*action == "DELETE").then_some(*snapshots))
        }
        Include::Containers => Properties::new().value("Containers", true),
    };
    let filter = match filter {
        Filter::Count(value) => Properties::new().value("Type", "COUNT").value("Value", *value),
        Filter::Age { value, unit, retain_at_least } => Properties::new()
            .value("Type", "AGE")
            .value("Value", *value)
            .value("Unit", *unit)
            .optional("RetainAtLeast", *retain_at_least),
    };
    Properties::new()
        .block("Action", Properties::new().value("Type", *action).block("IncludeResources", include))
        .block("Filter", filter)
        .block("ExclusionRules", exclusion_rules(exclusions))
}

fn exclusion_rules(exclusions: &Exclusions) -> Properties {
    let Exclusions { tags, ami_tags, public, last_launched, regions, shared_accounts } = exclusions;
    let last_launched = last_launched
        .map_or_else(Properties::new, |(value, unit)| Properties::new().value("Value", value).value("Unit", unit));
    let others = Properties::new()
        .block("LastLaunched", last_launched)
        .list("Regions", regions.iter().map(String::as_str))
        .list("SharedAccounts", shared_accounts.iter().map(String::as_str))
        .optional("TagMap", tag_map(ami_tags));
    let amis = if others.is_empty() && public.is_none() {
        Properties::new()
    } else {
        // Written out beside the others: Terraform's provider takes the service's `false` for a change otherwise.
        Properties::new().value("IsPublic", public.unwrap_or(false)).extend(others)
    };
    Properties::new().optional("TagMap", tag_map(tags)).block("Amis", amis)
}

/// The actions of a policy that is written, with what each befalls: the reverse of [`LifecyclePolicy`]. The gravest comes
/// first.
#[must_use]
pub fn rules(properties: &Properties) -> Vec<(&'static str, Filter)> {
    let details = properties.list_of("PolicyDetails");
    let of = |action: &'static str| {
        let is_meant = |detail: &&Properties| detail.literal("Action.Type") == Some(action);
        let detail = details.iter().find(is_meant)?;
        let number = |name: &str| detail.number(&format!("Filter.{name}"));
        let filter = match detail.literal("Filter.Type")? {
            "COUNT" => Filter::Count(number("Value")?),
            _ => {
                let unit = UNITS.into_iter().find(|unit| detail.literal("Filter.Unit") == Some(unit))?;
                Filter::Age { value: number("Value")?, unit, retain_at_least: number("RetainAtLeast") }
            }
        };
        Some((action, filter))
    };
    ["DELETE", "DISABLE", "DEPRECATE"].into_iter().filter_map(of).collect()
}

/// The units of an age.
const UNITS: [&str; 4] = ["DAYS", "WEEKS", "MONTHS", "YEARS"];
