//! What a change of a spec means: two plans compared, in the words of the spec.
//!
//! Plans are compared, not templates, so that both back ends get the same review. What only Terraform's provider wants
//! to be told besides, such as the list of recipe versions of a lifecycle policy, is no change of its own.
//!
//! [`Action`], [`Subjects`] and [`noun`] are also the words of `deploy`, which reviews what a change set does.

mod action;
mod compare;
pub mod deployed;
mod document;
pub mod drift;
mod effect;
mod flat;
mod inert;
pub mod lines;
mod loss;
pub mod markdown;
mod rights;
mod subject;

use indexmap::IndexMap;
use serde::Serialize;

use crate::files::Texts;
use crate::plan::{Plan, Planned};
use crate::project::definition::Target;
use crate::source::Source;

pub use action::{Action, is_iam};
pub use document::Document;
pub use drift::{Difference, Drift, DriftState, Drifts};
pub use effect::{Image, Pipeline};
pub use loss::loss;
pub use rights::{Right, between};
#[cfg(feature = "deploy")]
pub(crate) use subject::version_of_arn;
pub use subject::{Subject, Subjects, noun};

/// The version of the JSON that `kiln diff` writes. A key more does not change it.
pub const SCHEMA: u32 = 1;

/// What generated names begin with: only Terraform has it, and its provider cannot change it.
const PREFIXES: [&str; 2] = ["bucket_prefix", "name_prefix"];

/// One side of a comparison.
///
/// ```
/// use kiln::project::definition::Target;
/// use kiln::review::Side;
/// use kiln::synth::Checked;
///
/// fn side(checked: &Checked) -> Option<Side<'_>> {
///     let (texts, plan) = (&checked.texts, &checked.planned.as_ref()?.lowered.plan);
///     Some(Side { source: None, texts, plan, target: Target::CloudFormation, target_account: None })
/// }
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Side<'a> {
    /// The spec's text, if it has one.
    pub source: Option<&'a Source>,
    /// The files that it names.
    pub texts: &'a Texts,
    /// The plan that was made from it.
    pub plan: &'a Plan,
    /// The back end: what only the other one has is no change here.
    pub target: Target,
    /// The plan of the accounts that images are copied to.
    pub target_account: Option<&'a Plan>,
}

/// What a change of one project means.
///
/// ```
/// # use kiln::files::{InMemory, Texts};
/// # use kiln::review::Side;
/// # use kiln::spec::{Pipeline, Spec};
/// # use kiln::synth::{Request, check};
/// # let web = Pipeline::from_base("amazon-linux-2023/arm64").component("aws:update-linux");
/// # let specs = [10, 5].map(|keep| Spec::named("web").pipeline("web", web.clone().keep(keep)));
/// # let checked = specs.each_ref().map(|spec| check(Request::new(spec, &InMemory::default())));
/// # let [before, now] = checked.map(|it| it.planned.unwrap().lowered.plan);
/// # let texts = &Texts::default();
/// # let old = Side { source: None, texts, plan: &before, target: Default::default(), target_account: None };
/// # let new = Side { plan: &now, ..old };
/// use kiln::review::Review;
///
/// // Two sides, made as the example of `Side` shows: `keep = 10` before, and `keep = 5` now.
/// let review = Review::new(Some(old), Some(new));
/// assert_eq!(review.counts(), "1 to change");
/// assert!(!review.replaces() && !review.changes_rights() && !review.builds_image);
/// assert!(review.pipelines[0].retention[0].ends_with("up to 5 that were kept fall out"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Review {
    /// The project's name.
    pub project: String,
    /// Whether the deployment itself builds an image.
    pub builds_image: bool,
    /// The pipelines that something changes for, in the order of the spec.
    pub pipelines: Vec<Pipeline>,
    /// The resources that change, in the order of the plan, those that go last.
    pub resources: Vec<Item>,
    /// Rights that are given or taken, a statement each.
    pub rights: Vec<Right>,
    /// Documents that change, as lines.
    pub documents: Vec<Document>,
    /// What concerns the template as a whole, such as its parameters.
    pub template: Vec<String>,
    /// What changed behind the deployment's back, if somebody looked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub drift: Option<Drifts>,
}

/// A resource that changes.
///
/// ```
/// use kiln::review::{Item, Review};
///
/// // What a reviewer looks at first: what is lost with the change, or stays behind.
/// fn lost(review: &Review) -> Vec<String> {
///     let told = |item: &Item| Some(format!("{}: {}", item.name(), item.consequence.as_ref()?));
///     review.resources.iter().filter_map(told).collect()
/// }
/// assert!(lost(&Review::default()).is_empty());
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Item {
    /// What happens to it.
    pub action: Action,
    /// What it is, in the words of the spec.
    pub what: String,
    /// Its id in CloudFormation.
    pub id: String,
    /// Its type in CloudFormation.
    #[serde(rename = "type")]
    pub resource_type: String,
    /// Its address in Terraform.
    pub terraform: String,
    /// The pipelines that it works for; several where it is shared.
    pub pipelines: Vec<String>,
    /// Where the spec speaks of it, such as `kiln.toml:12`; of what goes, where the old spec did.
    pub place: Option<String>,
    /// The version before, of what has versions.
    pub from_version: Option<String>,
    /// The version now.
    pub to_version: Option<String>,
    /// Which of its properties change.
    pub properties: Vec<Change>,
    /// Of what goes or is replaced: what is lost with it, or what stays.
    pub consequence: Option<String>,
    /// Whether it is of the template that target accounts deploy.
    pub in_target_accounts: bool,
}

/// A property that changes.
///
/// ```
/// use kiln::review::{Change, Item};
///
/// // Why a resource is replaced: the properties that no update can change.
/// fn forced(item: &Item) -> Vec<&str> {
///     let forced = item.properties.iter().filter(|change| change.forces_replacement);
///     forced.map(|Change { property, .. }| property.as_str()).collect()
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// Its path in CloudFormation's words, such as `Distributions[us-east-1].Region`.
    pub property: String,
    /// The value before; nothing if there was none, or if it is a document or a policy.
    pub from: Option<String>,
    /// The value now.
    pub to: Option<String>,
    /// The document whose lines change, and the lines, such as `components/nginx.yaml:12-14`.
    pub document: Option<String>,
    /// The resource whose new version or replacement it follows, in words.
    pub follows: Option<String>,
    /// Whether the resource cannot keep its identity with another value.
    pub forces_replacement: bool,
}

impl Review {
    /// What going from one state of a project to another means; `None` where there is no project.
    #[must_use]
    pub fn new(old: Option<Side<'_>>, new: Option<Side<'_>>) -> Self {
        let nothing = Plan::default();
        let mut review = Self::default();
        let name = new.or(old).map(|side| side.plan.name.clone());
        review.project = name.unwrap_or_default();
        let subjects = |side: Option<Side<'_>>, plan: Option<&Plan>| {
            side.zip(plan).map(|(side, plan)| Subjects::new(plan, side.source)).unwrap_or_default()
        };
        for is_target in [false, true] {
            let (old_plan, new_plan) = if is_target {
                (old.and_then(|side| side.target_account), new.and_then(|side| side.target_account))
            } else {
                (old.map(|side| side.plan), new.map(|side| side.plan))
            };
            let words = (subjects(old, old_plan), subjects(new, new_plan));
            let (old_plan, new_plan) = (old_plan.unwrap_or(&nothing), new_plan.unwrap_or(&nothing));
            let pair = compare::Pair {
                old: old_plan,
                new: new_plan,
                by_id: (compare::by_id(old_plan), compare::by_id(new_plan)),
                words: &words,
                sides: (old, new),
                target: new.or(old).map(|side| side.target).unwrap_or_default(),
                is_target,
            };
            let (items, documents) = compare::items(&pair);
            review.rights.extend(rights::of(&pair, &items));
            review.template.extend(compare::template(&pair));
            review.documents.extend(documents);
            if !is_target {
                review.pipelines = effect::pipelines(&pair, &items);
            }
            review.resources.extend(items);
        }
        review.builds_image = review.pipelines.iter().any(|pipeline| pipeline.image == Image::Deployment);
        review
    }

    /// Whether nothing changes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.resources.is_empty() && self.rights.is_empty() && self.template.is_empty()
    }

    /// Whether something is not as it was deployed.
    #[must_use]
    pub fn drifts(&self) -> bool {
        self.drift.as_ref().is_some_and(|drift| !drift.resources.is_empty())
    }

    /// Whether a resource is replaced, or may be. A new version is none: that is how versions are meant.
    #[must_use]
    pub fn replaces(&self) -> bool {
        self.resources.iter().any(|item| matches!(item.action, Action::Replace | Action::MayReplace))
    }

    /// Whether a resource goes.
    #[must_use]
    pub fn removes(&self) -> bool {
        self.resources.iter().any(|item| item.action == Action::Remove)
    }

    /// Whether rights change, whichever way.
    #[must_use]
    pub fn changes_rights(&self) -> bool {
        !self.rights.is_empty()
    }

    /// How many changes there are of each kind, such as `3 to add, 2 new versions`.
    #[must_use]
    pub fn counts(&self) -> String {
        let kinds = [
            (Action::Add, "to add", "to add"),
            (Action::Change, "to change", "to change"),
            (Action::NewVersion, "new version", "new versions"),
            (Action::Replace, "to replace", "to replace"),
            (Action::MayReplace, "that may be replaced", "that may be replaced"),
            (Action::Remove, "to remove", "to remove"),
        ];
        let words = kinds.iter().filter_map(|(action, one, many)| {
            let count = self.resources.iter().filter(|item| item.action == *action).count();
            (count > 0).then(|| format!("{count} {}", if count == 1 { one } else { many }))
        });
        let words: Vec<String> = words.collect();
        if words.is_empty() { "no resource changes".to_owned() } else { words.join(", ") }
    }

    /// The resources in groups that people read one after another: those of one pipeline each, then those that several
    /// share, then those of none.
    #[must_use]
    pub fn groups(&self) -> Vec<(Vec<String>, Vec<&Item>)> {
        let mut groups: IndexMap<Vec<String>, Vec<&Item>> =
            self.pipelines.iter().map(|pipeline| (vec![pipeline.name.clone()], Vec::new())).collect();
        for item in &self.resources {
            groups.entry(item.pipelines.clone()).or_default().push(item);
        }
        let mut groups: Vec<_> = groups.into_iter().collect();
        groups.sort_by_key(|(names, _)| match names.len() {
            0 => usize::MAX,
            count => count,
        });
        groups
    }
}

impl Item {
    /// What it is, without the version that may stand at its end: the line says both versions.
    #[must_use]
    pub fn name(&self) -> &str {
        let version = self.to_version.as_deref().or(self.from_version.as_deref());
        version.and_then(|version| self.what.strip_suffix(version)).map_or(self.what.as_str(), str::trim_end)
    }

    /// The versions in words, such as ` 1.0.0 → 1.0.1`.
    #[must_use]
    pub fn versions(&self) -> String {
        match (&self.from_version, &self.to_version) {
            (Some(from), Some(to)) if from != to => format!(" {from} → {to}"),
            (_, Some(version)) | (Some(version), None) => format!(" {version}"),
            (None, None) => String::new(),
        }
    }
}

impl Change {
    /// The change in one line. That it forces a replacement is told of what is replaced.
    fn words(&self, action: Action) -> String {
        let tells = self.forces_replacement && action == Action::Replace;
        let forces = if tells { ", which no update can change" } else { "" };
        let property = &self.property;
        if let Some(document) = &self.document {
            return format!("{property}: {document}{forces}");
        }
        if let Some(follows) = &self.follows {
            return format!("{property} follows {follows}{forces}");
        }
        match (&self.from, &self.to) {
            (Some(from), Some(to)) => format!("{property}: {from} → {to}{forces}"),
            (None, Some(to)) => format!("{property}: {to}, new{forces}"),
            (Some(from), None) => format!("{property}: {from}, gone{forces}"),
            (None, None) => format!("{property}: see the rights"),
        }
    }

    /// The object of a list that comes or goes with this property, such as `Distributions[eu-west-1]`.
    fn whole(&self) -> Option<(&str, &'static str)> {
        let (object, _) = self.property.split_once("].")?;
        match (&self.from, &self.to, &self.follows) {
            (None, Some(_), None) => Some((object, "new")),
            (Some(_), None, None) => Some((object, "gone")),
            _ => None,
        }
    }
}

impl Item {
    /// Why it changes, a line each. That the version is another has been said, and an object of a list that comes or goes
    /// as a whole is one line.
    #[must_use]
    pub fn reasons(&self) -> Vec<String> {
        let has_version = self.from_version != self.to_version;
        let told = |change: &&Change| !(has_version && change.property == "Version");
        let mut lines: Vec<String> = Vec::new();
        for change in self.properties.iter().filter(told) {
            let all = |(object, word)| {
                let own = format!("{object}].");
                let mut parts = self.properties.iter().filter(|other| other.property.starts_with(&own));
                parts.all(|other| other.whole() == Some((object, word)))
            };
            let line = match change.whole().filter(|whole| all(*whole)) {
                Some((object, word)) => format!("{object}]: {word}"),
                None => change.words(self.action),
            };
            if !lines.contains(&line) {
                lines.push(line);
            }
        }
        lines
    }
}

/// The pipelines that a resource works for.
#[must_use]
pub fn pipelines(planned: &Planned) -> Vec<String> {
    planned.origin.iter().flat_map(|origin| &origin.serves).map(ToString::to_string).collect()
}

/// What is put over the resources of these pipelines.
#[must_use]
pub fn heading(pipelines: &[String]) -> String {
    let names: Vec<String> = pipelines.iter().map(|name| format!("`{name}`")).collect();
    match names.as_slice() {
        [] => "Of the project".to_owned(),
        [one] => format!("Pipeline {one}"),
        _ => format!("Shared by {}", names.join(", ")),
    }
}

/// A hunk as text.
#[must_use]
pub fn plain(hunk: &lines::Hunk) -> String {
    let mut out = format!("{}\n", hunk.header);
    for line in &hunk.lines {
        out.push(line.sign.char());
        out.push_str(&line.text);
        out.push('\n');
        if !line.is_ended {
            out.push_str("\\ No newline at end of file\n");
        }
    }
    out
}
