//! What the resources of a template are in their user's words, and where the spec speaks of them.

use std::collections::BTreeMap;

use crate::plan::{Part, Plan, Planned, Table};
use crate::resource;
use crate::source::{FieldPath, Lines, Locator, Source};

/// A resource in the user's words.
///
/// ```
/// # use kiln::files::InMemory;
/// # use kiln::source::Source;
/// # use kiln::synth::{Request, check};
/// # let pipeline = "base = \"amazon-linux-2023/arm64\"\ncomponents = [\"aws:update-linux\"]\n";
/// # let source = Source::new("kiln.toml", format!("name = \"web\"\n\n[pipeline.web]\n{pipeline}"));
/// # let spec = kiln::spec::read(&source).0;
/// # let plan = check(Request::new(&spec, &InMemory::default())).planned.unwrap().lowered.plan;
/// use kiln::review::{Subject, Subjects};
///
/// // The plan of a spec that has `[pipeline.web]` in line 3, and the text that it was read from.
/// let subjects = Subjects::new(&plan, Some(&source));
/// let Subject { words, position, .. } = subjects.get("WebRecipe").expect("a pipeline has a recipe");
/// assert_eq!((words.as_str(), *position), ("recipe of pipeline `web` 1.0.0", Some((3, 11))));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    /// What it is, such as ``recipe of pipeline `web` 1.0.3``.
    pub words: String,
    /// Its version, which stands at the end of the words, if it has one.
    pub version: Option<String>,
    /// The field of the spec that it comes from, if that is known.
    pub path: Option<FieldPath>,
    /// The line and column of that field, counted from 1, if there is a text.
    pub position: Option<(usize, usize)>,
}

/// All resources of a template, by their id in CloudFormation and by their address in Terraform.
///
/// ```
/// # use kiln::files::InMemory;
/// # use kiln::spec::{Pipeline, Spec};
/// # use kiln::synth::{Request, check};
/// # let web = Pipeline::from_base("amazon-linux-2023/arm64").component("aws:update-linux");
/// # let spec = Spec::named("web").pipeline("web", web);
/// # let plan = check(Request::new(&spec, &InMemory::default())).planned.unwrap().lowered.plan;
/// use kiln::review::Subjects;
///
/// // The plan of a spec that was built in code, so there is no text.
/// let subjects = Subjects::new(&plan, None);
/// let recipe = subjects.id_at("aws_imagebuilder_image_recipe.web");
/// assert_eq!(recipe, Some("WebRecipe"));
/// // What the spec does not speak of is told by its type.
/// assert_eq!(subjects.words("Builds", "AWS::SNS::Topic"), "topic `Builds`");
/// ```
#[derive(Debug, Clone, Default)]
pub struct Subjects {
    by_id: BTreeMap<String, Subject>,
    by_address: BTreeMap<String, String>,
    /// The spec's name, as it is shown.
    file: Option<String>,
}

impl Subject {
    /// What it is in words, with the version that this very object has: while a new version takes an old one's place,
    /// both have the same id in the template.
    #[must_use]
    pub fn words_of(&self, physical_id: Option<&str>) -> String {
        match (self.version.as_deref(), physical_id.and_then(version_of_arn)) {
            (Some(planned), Some(own)) if planned != own => {
                format!("{} {own}", self.words.trim_end_matches(planned).trim_end())
            }
            _ => self.words.clone(),
        }
    }
}

impl Subjects {
    /// The subjects of a plan. `source` is the text of the spec that it was made from, if it has one.
    #[must_use]
    pub fn new(plan: &Plan, source: Option<&Source>) -> Self {
        let located = source.map(|source| (Locator::new(&source.text), Lines::new(&source.text)));
        let mut subjects = Self { file: source.map(|source| source.name.clone()), ..Self::default() };
        for planned in &plan.resources {
            let words = describe(planned);
            let path = planned.origin.as_ref().map(|origin| origin.field.clone());
            let version = version(planned).map(str::to_owned);
            let position =
                located.as_ref().and_then(|(locator, lines)| Some(lines.position(locator.key(path.as_ref()?)?.start)));
            let address = &planned.handle.address;
            subjects.by_id.insert(address.cloudformation.clone(), Subject { words, version, path, position });
            for (of, label) in planned.terraform() {
                subjects.by_address.insert(format!("{of}.{label}"), address.cloudformation.clone());
            }
        }
        subjects
    }

    /// The subject with this id in CloudFormation.
    #[must_use]
    pub fn get(&self, logical_id: &str) -> Option<&Subject> {
        self.by_id.get(logical_id)
    }

    /// The id in CloudFormation of what has this address in Terraform.
    #[must_use]
    pub fn id_at(&self, address: &str) -> Option<&str> {
        self.by_address.get(address).map(String::as_str)
    }

    /// The subject with this address in Terraform, such as `aws_iam_role.web`.
    #[must_use]
    pub fn at_address(&self, address: &str) -> Option<&Subject> {
        self.get(self.by_address.get(address)?)
    }

    /// What a resource is in words, with the version that this very object has, if its id tells.
    #[must_use]
    pub fn words_of(&self, (logical_id, resource_type): (&str, &str), physical_id: Option<&str>) -> String {
        match self.get(logical_id) {
            Some(subject) => subject.words_of(physical_id),
            None => self.words(logical_id, resource_type),
        }
    }

    /// What a resource is in words, also if the spec does not speak of it any more.
    #[must_use]
    pub fn words(&self, logical_id: &str, resource_type: &str) -> String {
        match self.get(logical_id) {
            Some(subject) => subject.words.clone(),
            None => format!("{} `{logical_id}`", noun(resource_type)),
        }
    }

    /// The place of a subject in the spec: `kiln.toml:12:1`.
    #[must_use]
    pub fn place(&self, subject: &Subject) -> Option<String> {
        let (line, column) = subject.position?;
        Some(format!("{}:{line}:{column}", self.file.as_deref()?))
    }

    /// The line of the spec that a resource comes from, without the column: a table begins at its line's start.
    #[must_use]
    pub fn line(&self, logical_id: &str) -> Option<String> {
        let place = self.place(self.get(logical_id)?)?;
        place.rsplit_once(':').map(|(place, _)| place.to_owned())
    }

    /// The ids of all subjects.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.by_id.keys().map(String::as_str)
    }
}

/// What a resource of a type is called.
#[must_use]
pub fn noun(resource_type: &str) -> &str {
    resource::find(resource_type).map_or(resource_type, |of| of.noun)
}

/// The version in an ARN of Image Builder: `…:image-recipe/web/1.0.3`, `…:component/nginx/1.0.0/1`.
pub(crate) fn version_of_arn(arn: &str) -> Option<String> {
    let (_, path) = arn.split_once(":imagebuilder:")?;
    let version = path.split('/').nth(2)?;
    version.starts_with(|first: char| first.is_ascii_digit()).then(|| version.to_owned())
}

/// A resource in words: what it is, and the entry of the spec that it is of. What is of no known entry is told by its id.
fn describe(planned: &Planned) -> String {
    let id = &planned.handle.address.cloudformation;
    let noun = noun(planned.handle.of.cloudformation);
    let version = version(planned).map_or_else(String::new, |version| format!(" {version}"));
    let Some(origin) = &planned.origin else { return format!("{noun} `{id}`{version}") };
    // Something may have several roles.
    let what = match origin.part {
        Part::InstanceRole => "instance role",
        Part::ExecutionRole => "execution role",
        _ => noun,
    };
    match (origin.table, origin.name()) {
        (Table::Project | Table::Network, _) | (_, None) => format!("{what} `{id}` of the project{version}"),
        (table, Some(key)) if table.as_str() == what => format!("{what} `{key}`{version}"),
        (table, Some(key)) => format!("{what} of {} `{key}`{version}", table.as_str()),
    }
}

/// The version that stands in a resource.
pub(super) fn version(planned: &Planned) -> Option<&str> {
    planned.properties.literal("Version")
}
