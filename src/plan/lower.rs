//! From a checked project to a plan: names, roles, rights, and every default made explicit.
//!
//! All decisions about AWS are made here, once, for both back ends.

mod backend;
mod build;
mod component;
mod container;
mod delivery;
mod documents;
mod event;
mod handover;
mod image;
mod infrastructure;
mod key;
mod logs;
mod network;
mod recipe;
mod retention;
mod text;
mod uses;
mod workflow;

use std::collections::BTreeSet;

use super::{Life, Origin, Output, Parameter, Plan, Planned};
use crate::diagnostic::{Diagnostic, Place, Report, code};
use crate::project::Key;
use crate::project::definition::{ParameterKind, Project};
use crate::resource::name::snake_case;
use crate::resource::{Address, Attribute, Handle, Resource};
use crate::source::At;
use crate::versions::{Hash, Ledger, Lock, Move};

pub use key::KeyNeeds;

use infrastructure::Shared;
use uses::Uses;

/// A plan, and what making it did to the versions.
///
/// ```
/// use kiln::files::InMemory;
/// use kiln::spec::{Pipeline, Spec};
/// use kiln::synth::{Request, synth};
///
/// let web = Pipeline::from_base("amazon-linux-2023/arm64").component("aws:update-linux");
/// let (spec, files) = (Spec::named("web").pipeline("web", web), InMemory::default());
/// let lowered = synth(Request::new(&spec, &files)).output.expect("it has no errors").lowered;
/// assert!(lowered.moves[0].from.is_none(), "the recipe is new");
/// // With the lock on record, the same content keeps its version.
/// let lock = lowered.lock.expect("kiln counts the versions of this spec");
/// let again = synth(Request::new(&spec, &files).recorded(&lock)).output.expect("it has no errors");
/// assert!(again.lowered.moves.is_empty());
/// ```
#[derive(Debug, Clone)]
pub struct Lowered {
    /// The plan.
    pub plan: Plan,
    /// The plan of the accounts that images are copied to, if there are any: what they deploy themselves.
    pub target_account: Option<Plan>,
    /// What the policies of the keys need that images are encrypted with.
    pub keys: Vec<KeyNeeds>,
    /// The lock to record; `None` where the project keeps none.
    pub lock: Option<Lock>,
    /// The versions that moved.
    pub moves: Vec<Move>,
    /// What was refused.
    pub report: Report,
}

/// Makes the plan of a project whose versions continue those on record.
#[must_use]
pub fn lower(project: &Project, recorded: &Lock) -> Lowered {
    let mut lowering = Lowering {
        project,
        uses: Uses::new(project),
        plan: plan(project),
        ledger: Ledger::new(project.versions, recorded),
        report: Report::new(),
        outputs: BTreeSet::new(),
        image_key: None,
    };
    let shared = Shared { log_bucket: logs::bucket(&mut lowering), private_network: network::private(&mut lowering) };
    lowering.image_key = key::generated(&mut lowering);
    let components = component::all(&mut lowering);
    let workflows = workflow::all(&mut lowering);
    let repositories = container::repositories(&mut lowering);
    let infrastructures = infrastructure::all(&shared, &mut lowering);
    let distributions = delivery::all(&repositories, &mut lowering);
    let lifecycle_role = retention::role(&mut lowering);
    let mut planned = Vec::with_capacity(project.pipelines.len());
    let mut logged = Vec::new();
    for (pipeline, repository) in project.pipelines.iter().zip(&repositories) {
        let recipe = recipe::recipe(pipeline, &components, repository, &mut lowering);
        let (infrastructure, distribution) =
            (&infrastructures[pipeline.infrastructure], &distributions[pipeline.distribution]);
        let parts = (recipe, infrastructure, distribution);
        let own = delivery::pipeline(pipeline, parts, &workflows, &mut lowering);
        logged.extend(event::rules(pipeline, &mut lowering));
        if let Some(lifecycle) = &pipeline.lifecycle {
            retention::policy(pipeline, lifecycle, lifecycle_role.as_ref(), &mut lowering);
        }
        if pipeline.image_on_change {
            image::on_change(pipeline, &own.handle, &mut lowering);
        }
        planned.push(own);
    }
    event::cascades(&planned, &mut lowering);
    event::log_policy(&logged, &mut lowering);
    image::all(&planned, &workflows, lifecycle_role.as_ref(), &mut lowering);
    let Lowering { plan, ledger, mut report, .. } = lowering;
    let book = ledger.close();
    report.extend(book.report);
    collisions(&plan, project, &mut report);
    let target_account = handover::plan(project, &mut report);
    Lowered { plan, target_account, keys: key::needs(project), lock: book.lock, moves: book.moves, report }
}

/// What all steps share.
struct Lowering<'a> {
    project: &'a Project,
    uses: Uses<'a>,
    plan: Plan,
    ledger: Ledger<'a>,
    report: Report,
    /// The names of the outputs in Terraform.
    outputs: BTreeSet<String>,
    /// The alias of the key that is made for images, if one is.
    image_key: Option<Handle>,
}

impl Lowering<'_> {
    /// Whether the template parameter of this name takes several values.
    fn is_list(&self, key: &Key) -> bool {
        let kinds = [ParameterKind::Texts, ParameterKind::SecurityGroupIds];
        self.project.parameters.iter().any(|parameter| parameter.key == *key && kinds.contains(&parameter.kind))
    }

    /// The hash of what a resource is that will stand at this address, and of the versions that it refers to.
    fn content(&self, resource: &impl Resource, address: &Address, versions: &[String]) -> Hash {
        let raw = &self.project.raw;
        let cloudformation = raw.cloudformation.get(&address.cloudformation);
        let terraform = raw.terraform(resource.of().terraform, &address.terraform);
        Hash::of(&resource.properties(), versions).with_raw(cloudformation, terraform)
    }

    /// Adds a resource. Where an entry of another table has the plain address, this one names its table as well.
    fn add(&mut self, origin: Origin, resource: &impl Resource, life: Life) -> Handle {
        let plain = Planned::new(origin.clone(), resource, life);
        let handle = plain.handle.clone();
        let Err(refusal) = self.plan.insert(plain) else { return handle };
        let is_new = self.plan.of(origin.table, origin.name(), origin.part).is_none();
        let named = Planned::new(origin.naming_table(), resource, life);
        let handle = named.handle.clone();
        if !is_new || self.plan.insert(named).is_err() {
            self.report.push(*refusal);
        }
        handle
    }

    /// Shows an attribute of a resource to the user of the deployed stack. The output is named after the resource.
    fn output(&mut self, resource: &Handle, (suffix, attribute): (&str, Attribute), description: String) {
        let cloudformation = format!("{}{suffix}", resource.address.cloudformation);
        // Terraform's labels are unique within a type only, outputs among each other.
        let mut terraform = snake_case(&cloudformation);
        if !self.outputs.insert(terraform.clone()) {
            // The ids of `a-b` and `ab` differ in case alone.
            let origin = self.plan.at(&resource.address.cloudformation).and_then(|planned| planned.origin.as_ref());
            let (key, part) = origin.map(|it| (it.key.as_ref().map(Key::snake), it.part_name())).unwrap_or_default();
            terraform = format!("{}__{}", key.unwrap_or_default(), snake_case(&format!("{part}{suffix}")));
        }
        let address = Address { cloudformation, terraform };
        self.plan.outputs.push(Output { address, description, value: resource.get(attribute) });
    }
}

fn plan(project: &Project) -> Plan {
    Plan {
        name: project.name.kebab(),
        description: project
            .description
            .clone()
            .unwrap_or_else(|| format!("EC2 Image Builder pipelines of {}", project.name.kebab())),
        parameters: project.parameters.iter().map(parameter).collect(),
        backend: backend::backend(project),
        raw: project.raw.sorted(),
        ..Plan::default()
    }
}

fn parameter(parameter: &crate::project::definition::Parameter) -> Parameter {
    let (cloudformation_type, terraform_type) = match parameter.kind {
        ParameterKind::Text => ("String", "string"),
        ParameterKind::Number => ("Number", "number"),
        ParameterKind::Texts => ("CommaDelimitedList", "list(string)"),
        ParameterKind::AmiId => ("AWS::EC2::Image::Id", "string"),
        ParameterKind::VpcId => ("AWS::EC2::VPC::Id", "string"),
        ParameterKind::SubnetId => ("AWS::EC2::Subnet::Id", "string"),
        ParameterKind::SecurityGroupIds => ("List<AWS::EC2::SecurityGroup::Id>", "list(string)"),
        ParameterKind::KeyPair => ("AWS::EC2::KeyPair::KeyName", "string"),
    };
    Parameter {
        address: text::parameter_address(&parameter.key),
        cloudformation_type,
        terraform_type,
        description: parameter.description.clone(),
        default: parameter.default.clone(),
        allowed_values: parameter.allowed_values.clone(),
    }
}

/// In CloudFormation, parameters and resources share one space of ids.
fn collisions(plan: &Plan, project: &Project, report: &mut Report) {
    let tables = At::ROOT.key("parameter");
    for (parameter, planned) in project.parameters.iter().zip(&plan.parameters) {
        let id = &planned.address.cloudformation;
        let Some(origin) = plan.at(id).and_then(|resource| resource.origin.as_ref()) else { continue };
        report.push(
            Diagnostic::new(code::ID_COLLISION, format!("the parameter would have the id of a resource, `{id}`"))
                .at_key(tables.key(parameter.key.as_str()), "")
                .label(None, Place::Key(origin.field.clone()), "makes the resource")
                .help("give the parameter another name"),
        );
    }
}
