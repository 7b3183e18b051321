//! What a resource is for: the table of the spec that it comes from, and which of that table's resources it is.
//!
//! Only `plan::lower` writes origins. A resource's addresses are a function of its origin, and no other code takes them
//! apart: who wants to know what an id belongs to asks the origin.

mod part;

use crate::project::Key;
use crate::resource::Address;
use crate::source::{FieldPath, Segment};

pub use part::{EventId, Part};

/// A table of the spec that resources come from.
///
/// ```
/// use kiln::plan::Table;
///
/// assert_eq!(Table::parse("pipeline"), Some(Table::Pipeline));
/// assert_eq!(Table::Pipeline.as_str(), "pipeline");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Table {
    /// What the whole project shares.
    Project,
    /// `[component.NAME]`
    Component,
    /// `[workflow.NAME]`
    Workflow,
    /// `[infrastructure.NAME]`
    Infrastructure,
    /// `[distribution.NAME]`
    Distribution,
    /// `[pipeline.NAME]`
    Pipeline,
    /// `[image.NAME]`
    Image,
    /// `[private-network]`
    Network,
}

impl Table {
    /// All tables.
    pub const ALL: [Self; 8] = [
        Self::Project,
        Self::Component,
        Self::Workflow,
        Self::Infrastructure,
        Self::Distribution,
        Self::Pipeline,
        Self::Image,
        Self::Network,
    ];

    /// Its name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Project => "project",
            Self::Component => "component",
            Self::Workflow => "workflow",
            Self::Infrastructure => "infrastructure",
            Self::Distribution => "distribution",
            Self::Pipeline => "pipeline",
            Self::Image => "image",
            Self::Network => "private-network",
        }
    }

    /// The table of this name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|table| table.as_str() == name)
    }
}

/// Where a resource comes from.
///
/// ```
/// use kiln::files::InMemory;
/// use kiln::plan::{Part, Table};
/// use kiln::spec::{Pipeline, Spec};
/// use kiln::synth::{Request, synth};
///
/// let web = Pipeline::from_base("amazon-linux-2023/arm64").component("aws:update-linux");
/// let spec = Spec::named("web").pipeline("web", web);
/// let plan = synth(Request::new(&spec, &InMemory::default())).output.expect("it has no errors").lowered.plan;
/// let recipe = plan.of(Table::Pipeline, "web", Part::Recipe).expect("a pipeline has a recipe");
/// assert_eq!(recipe.handle.address.cloudformation, "WebRecipe");
/// let origin = recipe.origin.as_ref().expect("the plan of a spec knows all origins");
/// assert_eq!(origin.field.to_string(), "pipeline.web");
/// assert_eq!(origin.serves[0].as_str(), "web");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// The table.
    pub table: Table,
    /// The name in the table; none for what the project shares.
    pub key: Option<Key>,
    /// Which of the table's resources it is.
    pub part: Part,
    /// The field of the spec that asks for it.
    pub field: FieldPath,
    /// The pipelines that it works for, in the order of the plan.
    pub serves: Vec<Key>,
    /// Whether the address names the table as well, because a resource of another table has the plain one.
    names_table: bool,
}

impl Origin {
    /// The origin of something that a table of this name asks for.
    ///
    /// ```
    /// use kiln::plan::{Origin, Part, Table};
    /// use kiln::project::Key;
    ///
    /// let web = Key::parse("web").expect("it is a name");
    /// let address = Origin::new(Table::Pipeline, &web, Part::Recipe).address();
    /// assert_eq!((address.cloudformation.as_str(), address.terraform.as_str()), ("WebRecipe", "web"));
    /// ```
    #[must_use]
    pub fn new(table: Table, key: &Key, part: Part) -> Self {
        let field = [table.as_str(), key.as_str()].map(|key| Segment::Key(key.to_owned()));
        let serves = if table == Table::Pipeline { vec![key.clone()] } else { Vec::new() };
        Self { table, key: Some(key.clone()), part, field: FieldPath(field.to_vec()), serves, names_table: false }
    }

    /// The origin of something that the whole project shares, or that belongs to its private network.
    ///
    /// ```
    /// use kiln::plan::{Origin, Part, Table};
    ///
    /// assert_eq!(Origin::shared(Table::Project, Part::LogBucket).address().terraform, "logs");
    /// ```
    #[must_use]
    pub fn shared(table: Table, part: Part) -> Self {
        let field = if table == Table::Network { table.as_str() } else { "name" };
        let field = FieldPath(vec![Segment::Key(field.to_owned())]);
        Self { table, key: None, part, field, serves: Vec::new(), names_table: false }
    }

    /// The same with a field inside of its table.
    #[must_use]
    pub(super) fn at(mut self, rest: impl IntoIterator<Item = Segment>) -> Self {
        self.field.0.extend(rest);
        self
    }

    /// The same, working for these pipelines.
    #[must_use]
    pub(super) fn serving<'a>(mut self, pipelines: impl IntoIterator<Item = &'a Key>) -> Self {
        self.serves.clear();
        for pipeline in pipelines {
            // A pipeline may be named several times in a row.
            if self.serves.last() != Some(pipeline) {
                self.serves.push(pipeline.clone());
            }
        }
        self
    }

    /// The same at the address that names its table.
    #[must_use]
    pub(super) fn naming_table(mut self) -> Self {
        self.names_table = true;
        self
    }

    /// The name in the table.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.key.as_ref().map(super::super::project::name::Key::as_str)
    }

    /// Whether it is this part of this table's entry.
    #[must_use]
    pub fn is(&self, table: Table, key: Option<&str>, part: Part) -> bool {
        (self.table, self.name(), self.part) == (table, key, part)
    }

    /// Its logical id and its Terraform label. No two origins of one project have the same id, or the same label of one
    /// type: see the test.
    #[must_use]
    pub fn address(&self) -> Address {
        let (suffix, label) = (self.part.suffix(self.table), self.part.label());
        let (mut cloudformation, mut terraform) = match &self.key {
            Some(key) => {
                let label = if label.is_empty() { key.snake() } else { format!("{}_{label}", key.snake()) };
                (format!("{}{suffix}", key.pascal()), label)
            }
            None => (suffix.into_owned(), label.into_owned()),
        };
        if self.names_table {
            // Nothing else ends like this, and no name has two `_` in a row.
            cloudformation.extend(["Of", &capitalised(self.table.as_str())]);
            terraform.extend(["__", self.table.as_str()]);
        }
        Address { cloudformation, terraform }
    }

    /// How a template that is deployed names the part, so that [`Self::read`] finds it.
    #[must_use]
    pub fn part_name(&self) -> String {
        let suffix = self.part.suffix(self.table);
        if self.names_table { format!("{suffix}+") } else { suffix.into_owned() }
    }

    /// The origin that a deployed template names so.
    #[must_use]
    pub fn read(table: Table, key: Option<&Key>, part: &str) -> Option<Self> {
        let plain = part.strip_suffix('+');
        let part = Part::read(table, plain.unwrap_or(part))?;
        let origin = match key {
            Some(key) => Self::new(table, key, part),
            None => Self::shared(table, part),
        };
        Some(if plain.is_some() { origin.naming_table() } else { origin })
    }
}

/// The word with a capital.
fn capitalised(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(chars).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::project::event_target::TargetKind;

    /// Names that look like ends of addresses, alone and after another.
    const NAMES: [&str; 14] = [
        "web",
        "web-latest",
        "web-instance",
        "web-image",
        "web-execution",
        "web-events-1",
        "web-latest-image",
        "image",
        "pipeline",
        "log",
        "private-network",
        "private-network-builds",
        "a-b",
        "ab",
    ];

    fn event() -> EventId {
        EventId::new(TargetKind::EventBus, "arn:aws:events:us-east-1:111122223333:event-bus/builds", &["FAILED"])
    }

    /// The parts that a table's entries have.
    fn parts(table: Table) -> Vec<Part> {
        let infrastructure = [
            Part::Infrastructure,
            Part::InstanceRole,
            Part::InstanceProfile,
            Part::SecurityGroup,
            Part::Topic,
            Part::TopicPolicy,
        ];
        let pipeline = [
            Part::Main,
            Part::Distribution,
            Part::Recipe,
            Part::Repository,
            Part::ExecutionRole,
            Part::Lifecycle,
            Part::LatestImage,
            Part::Cascade,
            Part::Event(event()),
            Part::EventRole(event()),
            Part::ImageLogs,
            Part::PipelineLogs,
        ];
        match table {
            Table::Component | Table::Workflow => vec![Part::Main],
            Table::Infrastructure => infrastructure.to_vec(),
            Table::Distribution => vec![Part::Distribution],
            Table::Pipeline => infrastructure.into_iter().chain(pipeline).collect(),
            Table::Image => vec![Part::Main, Part::ExecutionRole],
            Table::Project => vec![
                Part::LogBucket,
                Part::LogBucketPolicy,
                Part::LifecycleRole,
                Part::CascadeRole,
                Part::EventLogPolicy,
                Part::ImageKey,
                Part::ImageKeyAlias,
                Part::DistributionRole,
            ],
            Table::Network => vec![
                Part::Vpc,
                Part::Subnet,
                Part::RouteTable,
                Part::SubnetRoutes,
                Part::BuildsGroup,
                Part::EndpointsGroup,
                Part::Endpoint("s3"),
                Part::Endpoint("ecr.api"),
            ],
        }
    }

    fn all() -> Vec<Origin> {
        let mut found = Vec::new();
        for table in Table::ALL {
            for part in parts(table) {
                if matches!(table, Table::Project | Table::Network) {
                    found.push(Origin::shared(table, part));
                } else {
                    let keys = NAMES.map(|name| Key::parse(name).unwrap());
                    found.extend(keys.map(|key| Origin::new(table, &key, part)));
                }
            }
        }
        found
    }

    #[test]
    fn an_id_is_that_of_one_origin_or_of_two_tables() {
        let mut ids: BTreeMap<String, Vec<Origin>> = BTreeMap::new();
        for origin in all() {
            ids.entry(origin.address().cloudformation).or_default().push(origin);
        }
        for (id, origins) in &ids {
            let mut tables: Vec<Table> = origins.iter().map(|origin| origin.table).collect();
            tables.sort();
            tables.dedup();
            assert_eq!(tables.len(), origins.len(), "{id}: {origins:?}");
            // The address that names the table is free for all of them.
            for named in origins.iter().map(|origin| origin.clone().naming_table().address()) {
                assert!(!ids.contains_key(&named.cloudformation), "{named:?}");
                assert!(named.terraform.contains("__"), "{named:?}");
            }
        }
        assert!(ids.values().any(|origins| origins.len() > 1), "such as `WebLatestImage`");
    }

    #[test]
    fn a_deployed_template_names_every_origin() {
        for origin in all().into_iter().flat_map(|it| [it.clone(), it.naming_table()]) {
            let read = Origin::read(origin.table, origin.key.as_ref(), &origin.part_name());
            assert_eq!(read, Some(origin));
        }
        assert_eq!(Origin::read(Table::Pipeline, None, "Nothing"), None);
    }
}
