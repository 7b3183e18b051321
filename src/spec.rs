//! The spec as its user wrote it: one struct a TOML table, read from text or filled by builder methods.
//!
//! Nothing here is checked beyond the shape: values are strings until `check` makes domain types of them. Each table
//! is declared once with `table!`, which makes the struct, its reader, its builder methods and its documentation.
//! To add a key, add it to its table; then give it a meaning in `check`.

pub mod backend;
pub mod check;
mod comment;
pub mod component;
pub mod container;
pub mod distribution;
pub mod documents;
pub mod event;
pub mod files;
pub mod image;
pub mod infrastructure;
mod input;
pub mod lifecycle;
pub mod matrix;
pub mod network;
pub mod pipeline;
pub mod raw;

pub mod reference;
pub mod roles;
pub mod schedule;
pub mod schema;
mod syntax;
pub mod volume;
pub mod workflow;

pub use backend::{Backend, HttpBackend, LocalBackend, S3Backend};
pub use check::{Allow, Check};
pub use component::Component;
pub use container::{Container, Repository};
pub use distribution::{
    Destination, Distribution, DistributionChoice, FastLaunch, LaunchTemplate, Publish, S3Export, SsmParameter,
};
pub use documents::Documents;
pub use event::BuildEvent;
pub use files::Files;
pub use image::{DeleteImages, Image, LogGroups};
pub use infrastructure::{
    Infrastructure, InfrastructureChoice, Logs, Metadata, Notify, ParentInstance, Permission, Placement,
};
pub use input::Input;
pub use lifecycle::{Age, Delete, Except, Keep, Lifecycle};
pub use matrix::Axis;
pub use network::{Network, PrivateNetwork};
pub use pipeline::{Base, ComponentUse, Pipeline, Scan, Tests};
pub use raw::{Labels, Raw};
pub use roles::Roles;
pub use schedule::Schedule;
pub use volume::Volume;
pub use workflow::{Inputs, Workflow, WorkflowUse};

use indexmap::IndexMap;

use crate::diagnostic::{Diagnostic, Place, Report, code, hidden};
use crate::source::{At, FieldPath, Lines, Source};
use crate::table::{Strings, table};

/// The largest spec that is read, in bytes. A project of 10,000 pipelines stays below.
pub const MAX_BYTES: usize = 16 * 1024 * 1024;

table! {
    /// A project: everything that one template provisions.
    ///
    /// ```
    /// use kiln::spec::{Pipeline, Spec};
    ///
    /// let web = Pipeline::from_base("amazon-linux-2023/arm64").component("aws:update-linux");
    /// let spec = Spec::named("web").tag("team", "platform").pipeline("web", web);
    /// assert_eq!(spec.name.as_deref(), Some("web"));
    /// ```
    Spec needs ["name"] ["pipeline"] {
        /// The project's name: the prefix of all physical names.
        one "name" name: String,
        /// What the project is for; the template's description.
        one "description" description: String,
        /// What `synth` writes unless told otherwise: `cloudformation` (default) or `terraform`.
        one "target" target: String = ["cloudformation", "terraform"],
        /// Where Terraform keeps its state. Terraform only.
        one "backend" backend: Backend,
        /// Where documents go that are too long to be inline.
        one "documents" documents: Documents,
        /// Where files may be read from besides the repository.
        one "files" files: Files,
        /// Tags of everything that can be tagged: resources, build instances and images.
        map "tags" tags / tag: String,
        /// How the versions of components and recipes move.
        one "versions" versions: Versions,
        /// What all generated roles have in common.
        one "roles" roles: Roles,
        /// Values that are given when the template is deployed.
        map "parameter" parameter: Parameter,
        /// Components: what is installed, configured and tested.
        map "component" component: Component,
        /// Workflows: what happens between the base and the image, where it is not what the service does by itself.
        map "workflow" workflow: Workflow,
        /// The network that infrastructures with `network = "private"` share.
        one "private-network" private_network: PrivateNetwork,
        /// Infrastructure configurations that pipelines share by name.
        map "infrastructure" infrastructure: Infrastructure,
        /// Distribution configurations that pipelines share by name.
        map "distribution" distribution: Distribution,
        /// Pipelines: each builds one line of images.
        map "pipeline" pipeline: Pipeline,
        /// Images that are built when the template is deployed.
        map "image" image: Image,
        /// Which findings are allowed, and which are errors.
        one "check" check: Check,
        /// The escape hatch: what is merged into the templates last, unchecked.
        one "raw" raw: Raw,
    }
}

table! {
    /// How the versions of components and recipes move.
    ///
    /// ```
    /// use kiln::spec::{Spec, Versions};
    ///
    /// let spec = Spec::named("web").versions(Versions::new().mode("lock").bump("minor"));
    /// ```
    Versions {
        /// `lock` (default): kiln counts and records in `kiln.lock`. `native`: recipes are `1.0.x` and CloudFormation
        /// counts. `fixed`: versions stand in the spec and nothing moves them.
        one "mode" mode: String = ["lock", "native", "fixed"],
        /// Which number moves in lock mode: `patch` (default), `minor` or `major`.
        one "bump" bump: String = ["patch", "minor", "major"],
    }
}

table! {
    /// A parameter of the CloudFormation template, a variable in Terraform.
    ///
    /// ```
    /// use kiln::spec::{Infrastructure, Input, Network, Parameter, Spec};
    ///
    /// let subnet = Parameter::new().kind("subnet-id").description("Where images are built");
    /// let network = Network::new().subnet(Input::parameter("subnet"));
    /// let spec = Spec::named("web")
    ///     .parameter("subnet", subnet)
    ///     .infrastructure("shared", Infrastructure::new().network(network));
    /// assert_eq!(spec.used_parameters(), ["subnet"]);
    /// ```
    Parameter {
        /// `string` (default), `number`, `strings`, `ami-id`, `vpc-id`, `subnet-id`, `security-group-ids` or `key-pair`.
        one "type" kind: String = ["string", "number", "strings", "ami-id", "vpc-id", "subnet-id", "security-group-ids", "key-pair"],
        /// What the person who deploys is told.
        one "description" description: String,
        /// Used when nothing is given. Several values of a list are separated by commas.
        one "default" default: String,
        /// The only values that are taken.
        list "allowed-values" allowed_values: String,
    }
}

impl Spec {
    /// The names in `{ parameter = "…" }`, wherever such a table stands.
    #[must_use]
    pub fn used_parameters(&self) -> Vec<String> {
        if self.parameter.is_empty() {
            return Vec::new();
        }
        let mut used = Vec::new();
        self.clone().strings(At::ROOT, &mut |text, at| {
            if at.last_key() == Some("parameter") {
                used.push(text.clone());
            }
        });
        used
    }

    /// The texts of pipelines and distributions, each with its place.
    #[must_use]
    pub(crate) fn texts_of_images(&self) -> Vec<(String, FieldPath)> {
        let (pipeline, distribution) = (self.pipeline.clone(), self.distribution.clone());
        let mut texts = Vec::new();
        let mut of_images = Self { pipeline, distribution, ..Self::default() };
        of_images.strings(At::ROOT, &mut |text, at| texts.push((text.clone(), at.path())));
        texts
    }

    /// Puts the tables that have names, and the axes of matrices, into the order of their names. Tables of TOML have no
    /// order, so nothing that kiln writes follows that of the text.
    pub fn sort(&mut self) {
        let Self { parameter, component, workflow, infrastructure, distribution, pipeline, image, .. } = self;
        parameter.sort_unstable_keys();
        component.sort_unstable_keys();
        workflow.sort_unstable_keys();
        infrastructure.sort_unstable_keys();
        distribution.sort_unstable_keys();
        image.sort_unstable_keys();
        pipeline.sort_unstable_keys();
        pipeline.values_mut().for_each(|pipeline| pipeline.matrix.sort_unstable_keys());
    }

    /// Whether [`Self::sort`] would change nothing.
    #[must_use]
    pub fn is_sorted(&self) -> bool {
        let Self { parameter, component, workflow, infrastructure, distribution, pipeline, image, .. } = self;
        parameter.keys().is_sorted()
            && component.keys().is_sorted()
            && workflow.keys().is_sorted()
            && infrastructure.keys().is_sorted()
            && distribution.keys().is_sorted()
            && image.keys().is_sorted()
            && pipeline.keys().is_sorted()
            && pipeline.values().all(|pipeline| pipeline.matrix.keys().is_sorted())
    }

    /// How many values each shared infrastructure and each shared distribution has, by name.
    pub(crate) fn shared_values(&self) -> (IndexMap<&str, usize>, IndexMap<&str, usize>) {
        fn counts<T: Strings + Clone>(tables: &IndexMap<String, T>) -> IndexMap<&str, usize> {
            let count = |table: &T| {
                let mut count = 0;
                table.clone().strings(At::ROOT, &mut |_, _| count += 1);
                count
            };
            tables.iter().map(|(name, table)| (name.as_str(), count(table))).collect()
        }
        (counts(&self.infrastructure), counts(&self.distribution))
    }

    /// Shows every string to `visit`, each with its place.
    pub(crate) fn visit(&mut self, visit: &mut dyn FnMut(&str, At<'_>)) {
        self.strings(At::ROOT, &mut |text, at| visit(text, at));
    }

    /// A project of this name, to be filled by its methods.
    pub fn named(name: impl Into<String>) -> Self {
        Self::new().name(name)
    }
}

/// Reads a spec. What cannot be read is reported and left out, so that one run shows all faults.
#[must_use]
pub fn read(source: &Source) -> (Spec, Report) {
    let mut report = Report::new();
    if source.text.len() > MAX_BYTES {
        return (Spec::default(), too_large(source.text.len() as u64));
    }
    let (mut table, faults) = syntax::read(&source.text);
    let lines = Lines::new(&source.text);
    for fault in &faults {
        let (line, _) = lines.position(fault.span.start);
        let place = Place::Span(fault.span.clone());
        let diagnostic = Diagnostic::new(code::SYNTAX, format!("line {line} is not valid TOML"));
        report.push(diagnostic.label(None, place, fault.message.as_str()));
    }
    hidden::find(None, &source.text).into_iter().for_each(|found| report.push(found));
    if faults.is_empty() && table.is_empty() {
        report.push(
            Diagnostic::new(code::EMPTY, "the spec is empty")
                .label(None, Place::File, "")
                .help("`kiln init` writes a starter spec; `kiln init --list` shows all of them"),
        );
        return (Spec::default(), report);
    }
    syntax::without_long_keys(&mut table, &mut |span, length| {
        let message = format!("a key has {length} bytes, {} are allowed", syntax::MOST_KEY_BYTES);
        report.push(Diagnostic::new(code::BAD_NAME, message).label(None, Place::Span(span), ""));
    });
    let mut spec = Spec::read_table(&table, At::ROOT, &mut report);
    spec.sort();
    report.allow(comment::read(&source.text, &table));
    (spec, report)
}

/// The finding that a spec of so many bytes is too large to be read.
#[must_use]
pub fn too_large(bytes: u64) -> Report {
    const MIB: usize = 1024 * 1024;
    let mut report = Report::new();
    report.push(
        Diagnostic::new(code::FILE_TOO_LARGE, format!("the spec has {bytes} bytes"))
            .label(None, Place::File, "")
            .help(format!("a spec may have up to {} MiB: split the project", MAX_BYTES / MIB)),
    );
    report
}
