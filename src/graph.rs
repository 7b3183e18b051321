//! Pictures of a project: its pipelines with their bases, components, infrastructure and distribution, and the cascade.
//!
//! [`Graph::of`] takes from a checked project what a picture shows; each format is one file that writes it. The same
//! project gives the same bytes.

mod dot;
mod mermaid;
mod svg;

use std::iter;

use crate::project::Expression;
use crate::project::base::Origin;
use crate::project::definition::{
    ComponentSource, Distribution, Given, Infrastructure, Network, Output, Parent, Pipeline, Project,
};

/// What a picture shows of a project.
///
/// ```
/// use kiln::files::InMemory;
/// use kiln::graph::{Format, Graph};
/// use kiln::spec::{Pipeline, Spec};
/// use kiln::synth::{Request, check};
///
/// let web = Pipeline::from_base("ubuntu-24.04/arm64").component("aws:update-linux").keep(5);
/// let spec = Spec::named("web").pipeline("web", web);
/// let checked = check(Request::new(&spec, &InMemory::default()));
/// let graph = Graph::of(&checked.planned.expect("nothing is wrong with this spec").project);
/// assert!(graph.draw(Format::Mermaid).contains("1. aws:update-linux"));
/// ```
#[derive(Debug, Clone)]
pub struct Graph {
    project: String,
    pipelines: Vec<Node>,
    infrastructures: Vec<Card>,
    distributions: Vec<Card>,
}

/// A pipeline.
#[derive(Debug, Clone)]
struct Node {
    card: Card,
    from: From,
    infrastructure: usize,
    distribution: usize,
}

/// What a pipeline starts from.
#[derive(Debug, Clone)]
enum From {
    /// An image that is there.
    Image(Card),
    /// The newest image of another pipeline.
    Pipeline {
        /// Its place.
        index: usize,
        /// Whether each new image of it starts a build.
        cascades: bool,
    },
}

/// A heading and the lines below it.
#[derive(Debug, Clone, Default)]
struct Card {
    title: String,
    kind: String,
    lines: Vec<String>,
    mark: Mark,
}

impl Card {
    /// What it is, and what a change does to it.
    fn what(&self) -> String {
        self.mark.word().map_or_else(|| self.kind.clone(), |word| format!("{}, {word}", self.kind))
    }
}

/// What a change does to a part of the picture.
///
/// ```
/// use kiln::graph::{Graph, Mark, Part};
/// use kiln::review::{Action, Review};
///
/// // The pipelines that a change touches, in the picture of what it leads to.
/// fn mark(graph: &mut Graph, review: &Review) {
///     for pipeline in &review.pipelines {
///         let mark = if pipeline.action == Action::Add { Mark::New } else { Mark::Changed };
///         graph.mark(&pipeline.name, Part::Pipeline, mark);
///     }
/// }
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mark {
    /// Nothing.
    #[default]
    Same,
    /// It is not as it was.
    Changed,
    /// It was not there.
    New,
}

impl Mark {
    /// Its name in pictures; nothing for what stays the same.
    const fn word(self) -> Option<&'static str> {
        match self {
            Self::Same => None,
            Self::Changed => Some("changed"),
            Self::New => Some("new"),
        }
    }
}

/// A part of the picture that belongs to a pipeline.
///
/// ```
/// # use kiln::files::InMemory;
/// # use kiln::spec::{Pipeline, Spec};
/// # use kiln::synth::{Request, check};
/// # let web = Pipeline::from_base("ubuntu-24.04/arm64").component("aws:update-linux");
/// # let spec = Spec::named("web").pipeline("web", web);
/// # let project = check(Request::new(&spec, &InMemory::default())).planned.unwrap().project;
/// use kiln::graph::{Format, Graph, Mark, Part};
///
/// // A checked project, made as the example of `Graph` shows: its images go to other Regions now.
/// let mut graph = Graph::of(&project);
/// graph.mark("web", Part::Distribution, Mark::Changed);
/// assert!(graph.draw(Format::Mermaid).contains("distribution, changed"));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The pipeline itself.
    Pipeline,
    /// What its instances are.
    Infrastructure,
    /// Where its images go.
    Distribution,
}

/// What a picture is written in.
///
/// ```
/// # use kiln::files::InMemory;
/// # use kiln::spec::{Pipeline, Spec};
/// # use kiln::synth::{Request, check};
/// # let web = Pipeline::from_base("ubuntu-24.04/arm64").component("aws:update-linux");
/// # let spec = Spec::named("web").pipeline("web", web);
/// # let project = check(Request::new(&spec, &InMemory::default())).planned.unwrap().project;
/// use kiln::graph::{Format, Graph};
///
/// // A checked project, made as the example of `Graph` shows.
/// let graph = Graph::of(&project);
/// assert!(graph.draw(Format::Mermaid).starts_with("flowchart LR"));
/// assert!(graph.draw(Format::Dot).starts_with("digraph"));
/// assert!(graph.draw(Format::Svg).starts_with("<svg"));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// A flowchart of Mermaid, which Markdown viewers draw.
    Mermaid,
    /// The language of Graphviz.
    Dot,
    /// A picture that needs no other program.
    Svg,
}

impl Graph {
    /// What a picture shows of this project.
    #[must_use]
    pub fn of(project: &Project) -> Self {
        Self {
            project: project.name.to_string(),
            pipelines: layered(
                project.pipelines.iter().enumerate().map(|(index, it)| node(index, it, project)).collect(),
            ),
            infrastructures: project.infrastructures.iter().map(infrastructure).collect(),
            distributions: project.distributions.iter().map(distribution).collect(),
        }
    }

    /// Marks a part of a pipeline's picture; what is new stays new. Without such a pipeline nothing is marked.
    pub fn mark(&mut self, pipeline: &str, part: Part, mark: Mark) {
        let Some(node) = self.pipelines.iter_mut().find(|node| node.card.title == pipeline) else { return };
        let card = match part {
            Part::Pipeline => Some(&mut node.card),
            Part::Infrastructure => self.infrastructures.get_mut(node.infrastructure),
            Part::Distribution => self.distributions.get_mut(node.distribution),
        };
        if let Some(card) = card.filter(|card| card.mark != Mark::New) {
            card.mark = mark;
        }
    }

    /// All cards that a change can touch, with the letter and the number that name them.
    fn cards(&self) -> impl Iterator<Item = (String, &Card)> {
        let named = |letter: char| move |(index, card): (usize, _)| (format!("{letter}{index}"), card);
        let pipelines = self.pipelines.iter().map(|node| &node.card).enumerate().map(named('p'));
        let infrastructures = self.infrastructures.iter().enumerate().map(named('i'));
        pipelines.chain(infrastructures).chain(self.distributions.iter().enumerate().map(named('d')))
    }

    /// The picture's text.
    #[must_use]
    pub fn draw(&self, format: Format) -> String {
        match format {
            Format::Mermaid => mermaid::draw(self),
            Format::Dot => dot::draw(self),
            Format::Svg => svg::draw(self),
        }
    }
}

/// The pipelines with those first that others are built on.
fn layered(mut nodes: Vec<Node>) -> Vec<Node> {
    let below = |node: &Node| if let From::Pipeline { index, .. } = node.from { Some(index) } else { None };
    let depth = |start: usize| {
        // A circle has been refused; still, no walk is longer than there are pipelines.
        let walk = iter::successors(Some(start), |at| nodes.get(*at).and_then(below));
        walk.take(nodes.len() + 1).count()
    };
    let mut order: Vec<usize> = (0..nodes.len()).collect();
    order.sort_by_key(|index| depth(*index));
    let mut places = vec![0; nodes.len()];
    order.iter().enumerate().for_each(|(place, index)| places[*index] = place);
    for node in &mut nodes {
        if let From::Pipeline { index, .. } = &mut node.from {
            *index = places[*index];
        }
    }
    let mut placed: Vec<(usize, Node)> = places.into_iter().zip(nodes).collect();
    placed.sort_by_key(|(place, _)| *place);
    placed.into_iter().map(|(_, node)| node).collect()
}

fn node(index: usize, pipeline: &Pipeline, project: &Project) -> Node {
    let component = |source: &ComponentSource| match source {
        ComponentSource::Own(index) => project.components.get(*index).map_or_else(String::new, |it| it.key.to_string()),
        ComponentSource::Managed { name, .. } => format!("aws:{name}"),
        ComponentSource::Arn(arn) => arn.rsplit_once("component/").map_or(arn.as_str(), |(_, name)| name).to_owned(),
    };
    let components = pipeline.components.iter().map(|used| component(&used.source));
    let mut lines: Vec<String> = components.zip(1..).map(|(name, number)| format!("{number}. {name}")).collect();
    let product = if pipeline.container().is_some() { "container image" } else { "AMI" };
    match &pipeline.schedule {
        _ if !pipeline.enabled => lines.push("schedule disabled".to_owned()),
        Some(schedule) => {
            lines.push(format!("runs {}", schedule.expression.words()));
            if let Expression::Cron(_) = schedule.expression {
                lines.push(format!("  {}", schedule.timezone.as_ref().map_or("UTC", |zone| zone.as_str())));
            }
        }
        None if pipeline.cascade.is_none() => lines.push("runs on request".to_owned()),
        None => {}
    }
    let below = match &pipeline.parent {
        Parent::Base(base) => match base.origin() {
            Origin::Ssm { parameter } => publisher(parameter, index, project),
            _ => None,
        },
        Parent::Parameter(_) => None,
    };
    let image = |title: String| Card { title, kind: "base".to_owned(), ..Card::default() };
    Node {
        card: Card { title: pipeline.key.to_string(), kind: product.to_owned(), lines, mark: Mark::Same },
        from: match (below, &pipeline.parent) {
            (Some(index), _) => From::Pipeline { index, cascades: pipeline.cascade == Some(index) },
            (None, Parent::Base(base)) => From::Image(image(base.to_string())),
            (None, Parent::Parameter(key)) => From::Image(image(format!("parameter {key}"))),
        },
        infrastructure: pipeline.infrastructure,
        distribution: pipeline.distribution,
    }
}

/// The other pipeline that publishes this parameter.
fn publisher(parameter: &str, own: usize, project: &Project) -> Option<usize> {
    let publishes = |pipeline: &Pipeline| {
        let distribution = project.distributions.get(pipeline.distribution)?;
        let amis = distribution.destinations.iter().filter_map(|destination| destination.ami());
        let mut names = amis.flat_map(|ami| ami.ssm_parameters.iter().map(|it| it.name.to_string()));
        names.any(|name| name == parameter).then_some(())
    };
    let others = project.pipelines.iter().enumerate().filter(|(index, _)| *index != own);
    others.filter(|(_, pipeline)| publishes(pipeline).is_some()).map(|(index, _)| index).next()
}

fn infrastructure(of: &Infrastructure) -> Card {
    let types: Vec<String> = of.instance_types.iter().map(ToString::to_string).collect();
    let types = if types.is_empty() { "any instance type".to_owned() } else { types.join(", ") };
    let network = match &of.network {
        Network::Default => "default VPC".to_owned(),
        Network::Private => "private network".to_owned(),
        Network::Subnet { subnet, .. } => given(subnet),
    };
    Card { title: of.key.to_string(), kind: "infrastructure".to_owned(), lines: vec![types, network], mark: Mark::Same }
}

fn distribution(of: &Distribution) -> Card {
    let lines = of.destinations.iter().flat_map(|destination| {
        let region = destination.region.as_ref().map_or("Region deployed to".to_owned(), ToString::to_string);
        let details = match &destination.output {
            Output::Ami(ami) => {
                let shared = ami.share_with.iter().map(|whom| format!("  shared with {}", short(&whom.to_string())));
                shared.chain(ami.copy_to_accounts.iter().map(|account| format!("  copied to {account}"))).collect()
            }
            Output::Container(container) => {
                container.repository.iter().map(|name| format!("  {}", given(name))).collect::<Vec<_>>()
            }
        };
        iter::once(region).chain(details)
    });
    Card { title: of.key.to_string(), kind: "distribution".to_owned(), lines: lines.collect(), mark: Mark::Same }
}

/// The end of an ARN, which tells it from others.
fn short(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}

fn given<T: ToString>(value: &Given<T>) -> String {
    match value {
        Given::Value(value) => value.to_string(),
        Given::Parameter(key) => format!("parameter {key}"),
    }
}
