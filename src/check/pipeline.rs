//! `[pipeline.NAME]`: everything of a pipeline, with the infrastructure and the distribution that it has for itself.

use super::base::Start;
use super::component::Checked;
use super::context::Context;
use super::sharing::{self, Written};
use super::{distribution, infrastructure, lifecycle, recipe, schedule, tags, volume};
use crate::diagnostic::{Diagnostic, code};
use crate::project::definition::{ComponentUse, Distribution, Infrastructure, Pipeline, Volume};
use crate::project::{InstanceType, Key, Platform};
use crate::source::At;
use crate::spec::{self, DistributionChoice, InfrastructureChoice, Spec};

/// The service takes so many bytes of user data, before base64 (`userDataOverride`, 21,847 characters of base64).
const MOST_USER_DATA: usize = 16_384;

/// Pipelines, infrastructures and distributions, each `None` where something of it was refused.
type All = (Vec<Option<Pipeline>>, Vec<Option<Infrastructure>>, Vec<Option<Distribution>>);

/// Checks all pipelines, in their order; what they have for themselves is added to what is shared.
pub(super) fn all(
    spec: &Spec,
    bases: Vec<Start>,
    components: &[Checked],
    (mut infrastructures, mut distributions): (Vec<Option<Infrastructure>>, Vec<Option<Distribution>>),
    cx: &mut Context<'_>,
) -> All {
    let tables = At::ROOT.key("pipeline");
    let mut pipelines = Vec::new();
    for ((key, table), start) in spec.pipeline.iter().zip(bases) {
        let at = tables.key(key);
        let infrastructure = infrastructure_of(key, table, &mut infrastructures, at, cx);
        let distribution = distribution_of(key, table, &mut distributions, at, cx);
        if let Some(index) = infrastructure {
            check_architecture(table, &start, index, at, cx);
        }
        let volumes = volume::all(table, &start, at, cx);
        if let (Some(volumes), Some(index)) = (&volumes, distribution)
            && let Some(Some(distribution)) = distributions.get(index)
        {
            let (shared, own) = (At::ROOT.key("distribution"), at.key("distribution"));
            let shared = shared.key(distribution.key.as_str());
            let written = match &table.distribution {
                Some(DistributionChoice::Shared(_)) => Written::Tables(shared.key("to")),
                Some(DistributionChoice::Own(_)) => Written::Tables(own),
                None => Written::Short(at),
            };
            sharing::check(volumes, distribution, (written, at), cx);
        }
        let components = recipe::components(table, &start, components, at, cx);
        pipelines.push(pipeline((key, table, at), start, (infrastructure, distribution), (volumes, components), cx));
    }
    (pipelines, infrastructures, distributions)
}

type Pieces = (Option<Vec<Volume>>, Option<Vec<ComponentUse>>);

fn pipeline(
    (key, table, at): (&str, &spec::Pipeline, At<'_>),
    start: Start,
    (infrastructure, distribution): (Option<usize>, Option<usize>),
    (volumes, components): Pieces,
    cx: &mut Context<'_>,
) -> Option<Pipeline> {
    let name = cx.physical_name(key, at);
    let description = cx.text(table.description.as_deref(), at.key("description"), 1024);
    let working_directory = cx.text(table.working_directory.as_deref(), at.key("working-directory"), 1024);
    let user_data = user_data(table, at, cx);
    let schedule = schedule::schedule(table.schedule.as_ref(), at.key("schedule"), cx);
    let lifecycle = lifecycle::lifecycle(table, at, cx);
    let version = cx.version(table.version.as_deref(), at);
    let tags = tags::tags(&[(&table.tags, at.key("tags"))], cx);
    let is_on = |switch: &Option<spec::Switch>| switch.as_ref().and_then(|switch| switch.enabled);
    let (tests, scan) = (is_on(&table.tests).unwrap_or(true), is_on(&table.scan).unwrap_or(false));
    if scan && !tests {
        cx.report(
            Diagnostic::new(code::SCAN_WITHOUT_TESTS, "Inspector scans the test instance, and there are no tests")
                .at_value(at.key("scan"), "")
                .at_value(at.key("tests"), "off")
                .help("remove `tests = false`"),
        );
    }
    if table.uninstall_ssm_agent.is_some() && start.platform == Some(Platform::Windows) {
        cx.report(
            Diagnostic::new(code::SSM_AGENT_WINDOWS, "a Windows recipe takes no setting of the SSM agent")
                .at_key(at.key("uninstall-ssm-agent"), "remove this"),
        );
    }
    Some(Pipeline {
        key: Key::parse(key).ok()?,
        name: name?,
        description,
        parent: start.parent?,
        components: components?,
        volumes: volumes?,
        user_data: user_data?,
        working_directory,
        uninstall_ssm_agent: table.uninstall_ssm_agent,
        infrastructure: infrastructure?,
        distribution: distribution?,
        schedule: schedule?,
        tests,
        scan,
        enhanced_metadata: table.enhanced_metadata.unwrap_or(true),
        enabled: table.enabled.unwrap_or(true),
        lifecycle: lifecycle?,
        version: version?,
        tags,
    })
}

#[expect(clippy::option_option, reason = "left out and refused are two things")]
fn user_data(table: &spec::Pipeline, at: At<'_>, cx: &mut Context<'_>) -> Option<Option<String>> {
    let Some(path) = &table.user_data else { return Some(None) };
    // A file that could not be read has been reported.
    let text = cx.texts.get(path)?;
    if text.is_empty() || text.len() > MOST_USER_DATA {
        let message = format!("`{path}` has {} bytes, user data has 1 to {MOST_USER_DATA}", text.len());
        cx.report(Diagnostic::new(code::BAD_TEXT, message).at_value(at.key("user-data"), ""));
        return None;
    }
    Some(Some(text.to_owned()))
}

fn infrastructure_of(
    key: &str,
    table: &spec::Pipeline,
    all: &mut Vec<Option<Infrastructure>>,
    at: At<'_>,
    cx: &mut Context<'_>,
) -> Option<usize> {
    let types_at = at.key("instance-types");
    let own = match &table.infrastructure {
        Some(InfrastructureChoice::Shared(name)) => {
            if !table.instance_types.is_empty() {
                let message = "the shared infrastructure says which instance types there are";
                cx.contradiction(message, at.key("infrastructure"), types_at);
            }
            let found = cx.spec.infrastructure.get_index_of(name.as_str());
            if found.is_none() {
                let known: Vec<&str> = cx.spec.infrastructure.keys().map(String::as_str).collect();
                cx.unknown("infrastructure", name, &known, at.key("infrastructure"));
            }
            return found;
        }
        Some(InfrastructureChoice::Own(own)) => {
            if !own.instance_types.is_empty() && !table.instance_types.is_empty() {
                let infrastructure = at.key("infrastructure");
                let message = "instance types are written in two places";
                cx.contradiction(message, infrastructure.key("instance-types"), types_at);
            }
            infrastructure::one(key, own, at.key("infrastructure"), cx)
        }
        None => infrastructure::one(key, &spec::Infrastructure::default(), at, cx),
    };
    let types = cx.each(code::BAD_INSTANCE_TYPE, types_at, &table.instance_types, InstanceType::parse);
    let own = own.map(|mut own| {
        own.instance_types.extend(types);
        // Tags of the pipeline are those of what it has for itself.
        own.tags.extend(table.tags.clone());
        own
    });
    all.push(own);
    Some(all.len() - 1)
}

fn distribution_of(
    key: &str,
    table: &spec::Pipeline,
    all: &mut Vec<Option<Distribution>>,
    at: At<'_>,
    cx: &mut Context<'_>,
) -> Option<usize> {
    if table.distribution.is_some() {
        distribution::exclude_short_keys(table, at, cx);
    }
    if let Some(DistributionChoice::Shared(name)) = &table.distribution {
        let found = cx.spec.distribution.get_index_of(name.as_str());
        if found.is_none() {
            let known: Vec<&str> = cx.spec.distribution.keys().map(String::as_str).collect();
            cx.unknown("distribution", name, &known, at.key("distribution"));
        }
        return found;
    }
    all.push(distribution::own(key, table, at, cx));
    Some(all.len() - 1)
}

/// An image runs on instances of its own architecture only.
fn check_architecture(table: &spec::Pipeline, start: &Start, infrastructure: usize, at: At<'_>, cx: &mut Context<'_>) {
    let Some(architecture) = start.architecture else { return };
    let base_at = at.key("base");
    let own_at = at.key("infrastructure");
    let (short, own) = (at.key("instance-types"), own_at.key("instance-types"));
    let mut found: Vec<(At<'_>, usize, &String)> =
        table.instance_types.iter().enumerate().map(|(index, text)| (short, index, text)).collect();
    let shared = At::ROOT.key("infrastructure");
    let shared_name = cx.spec.infrastructure.get_index(infrastructure).map_or("", |(name, _)| name.as_str());
    let shared_at = shared.key(shared_name);
    let shared_types = shared_at.key("instance-types");
    match &table.infrastructure {
        Some(InfrastructureChoice::Own(of_pipeline)) => {
            found.extend(of_pipeline.instance_types.iter().enumerate().map(|(index, text)| (own, index, text)));
        }
        Some(InfrastructureChoice::Shared(name)) => {
            let types = cx.spec.infrastructure.get(name.as_str()).map(|table| table.instance_types.as_slice());
            let types = types.unwrap_or_default();
            found.extend(types.iter().enumerate().map(|(index, text)| (shared_types, index, text)));
        }
        None => {}
    }
    for (list, index, text) in found {
        let Ok(instance_type) = InstanceType::parse(text) else { continue };
        if instance_type.architectures().contains(&architecture) {
            continue;
        }
        let theirs = instance_type.architectures().first().map_or("", |theirs| theirs.word());
        cx.report(
            Diagnostic::new(
                code::ARCHITECTURE_MISMATCH,
                format!("`{instance_type}` is `{theirs}`, and the base is `{architecture}`"),
            )
            .at_value(list.index(index), "")
            .at_value(base_at, "the base"),
        );
    }
}
