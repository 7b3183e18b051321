//! `[pipeline.NAME]`: everything of a pipeline, with the infrastructure and the distribution that it has for itself.

use super::base::Start;
use super::component::Checked;
use super::context::Context;
use super::sharing::{self, Written};
use super::tags::Tags;
use super::{
    build, cascade, container, distribution, events, infrastructure, instance_types, lifecycle, log_groups, product,
    recipe, schedule, tags, untested, volume,
};
use crate::diagnostic::{Diagnostic, code};
use crate::project::definition::{Ami, BlockDevice, ComponentUse, Distribution, Infrastructure, Pipeline, Product};
use crate::project::{InstanceType, Key, Platform, Watermark};
use crate::source::At;
use crate::spec::{self, DistributionChoice, InfrastructureChoice, Spec};

/// The service takes so many bytes of user data, before base64 (`userDataOverride`, 21,847 characters of base64).
const MOST_USER_DATA: usize = 16_384;

/// An AMI takes so many marks (`amiWatermarks`).
const MOST_WATERMARKS: usize = 5;

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
        let devices = volume::all(table, &start, at, cx);
        let mut needs_role = false;
        if let (Some(devices), Some(index)) = (&devices, distribution)
            && let Some(Some(distribution)) = distributions.get(index)
        {
            product::of_distribution(table, &start, distribution, at, cx);
            needs_role = product::needs_role(distribution);
            let (shared, own) = (At::ROOT.key("distribution"), at.key("distribution"));
            let shared = shared.key(distribution.key.as_str());
            let written = match &table.distribution {
                Some(DistributionChoice::Shared(_)) => Written::Tables(shared.key("to")),
                Some(DistributionChoice::Own(_)) => Written::Tables(own),
                None => Written::Short(at),
            };
            sharing::check(devices, distribution, (written, at), cx);
        }
        if let Some(Some(infrastructure)) = infrastructure.and_then(|index| infrastructures.get_mut(index))
            && table.container.is_some()
        {
            let (shared, own) = (At::ROOT.key("infrastructure"), at.key("infrastructure"));
            let shared = shared.key(infrastructure.key.as_str());
            let is_shared = matches!(table.infrastructure, Some(InfrastructureChoice::Shared(_)));
            container::hop_limit(infrastructure, (if is_shared { shared } else { own }, at), cx);
        }
        let uses = recipe::components(table, &start, components, at, cx);
        if let Some(uses) = &uses {
            untested::check(table, uses, components, at, cx);
        }
        let pieces = Pieces { infrastructure, distribution, needs_role, devices, components: uses };
        pipelines.push(pipeline((key, table, at), &start, pieces, cx));
    }
    (pipelines, infrastructures, distributions)
}

/// What is known of a pipeline's parts.
struct Pieces {
    infrastructure: Option<usize>,
    distribution: Option<usize>,
    needs_role: bool,
    devices: Option<Vec<BlockDevice>>,
    components: Option<Vec<ComponentUse>>,
}

fn pipeline(
    (key, table, at): (&str, &spec::Pipeline, At<'_>),
    start: &Start,
    pieces: Pieces,
    cx: &mut Context<'_>,
) -> Option<Pipeline> {
    let Pieces { infrastructure, distribution, needs_role, devices, components } = pieces;
    let name = cx.physical_name(key, at);
    let description = cx.text(table.description.as_deref(), at.key("description"), 1024);
    let working_directory = cx.text(table.working_directory.as_deref(), at.key("working-directory"), 1024);
    let product = product(table, start, at, cx);
    let schedule = schedule::schedule(table.schedule.as_ref(), at.key("schedule"), cx);
    let cascade = cascade::cascade(table, at, cx);
    let events = events::all(table, at, cx);
    let lifecycle = lifecycle::lifecycle(table, at, cx);
    let log_groups = log_groups::log_groups(table.log_groups.as_ref(), at.key("log-groups"), cx);
    let needs_role = needs_role || log_groups.as_ref().is_some_and(log_groups::needs_role);
    let build = build::of_pipeline(table, needs_role, at, cx);
    if let Some(build) = &build {
        build::scan_of_product(&build.scan, table.container.is_some(), at.key("scan"), cx);
    }
    let image = cx.choice(table.image.as_deref(), at.key("image"), &[("on-change", true)]);
    let version = cx.version(table.version.as_deref(), at);
    let image_tags = tags::tags(&[(&table.image_tags, at.key("image-tags"))], cx);
    let tags = tags::tags(&[(&table.tags, at.key("tags"))], cx);
    Some(Pipeline {
        key: Key::parse(key).ok()?,
        name: name?,
        description,
        parent: start.parent.clone()?,
        components: components?,
        devices: devices?,
        working_directory,
        product: product?,
        infrastructure: infrastructure?,
        distribution: distribution?,
        cascade,
        events: events?,
        schedule: schedule?,
        build: build?,
        log_groups: log_groups?,
        image_on_change: image.unwrap_or(false),
        enabled: table.enabled.unwrap_or(true),
        lifecycle: lifecycle?,
        version: version?,
        image_tags: if table.image_tags.is_empty() { Tags::new() } else { image_tags },
        tags,
    })
}

fn product(table: &spec::Pipeline, start: &Start, at: At<'_>, cx: &mut Context<'_>) -> Option<Product> {
    if let Some(container) = &table.container {
        return container::container(container, (table, start), at, cx).map(|it| Product::Container(Box::new(it)));
    }
    if table.uninstall_ssm_agent.is_some() && start.platform == Some(Platform::Windows) {
        cx.report(
            Diagnostic::new(code::SSM_AGENT_WINDOWS, "a Windows recipe takes no setting of the SSM agent")
                .at_key(at.key("uninstall-ssm-agent"), "remove this"),
        );
    }
    let user_data = user_data(table, at, cx);
    let marks_at = at.key("ami-watermarks");
    if table.ami_watermarks.len() > MOST_WATERMARKS {
        let message = format!("{} watermarks, an AMI takes {MOST_WATERMARKS}", table.ami_watermarks.len());
        cx.report(Diagnostic::new(code::TOO_MANY, message).at_value(marks_at, ""));
    }
    let build_tags = tags::tags(&[(&table.build_ami_tags, at.key("build-ami-tags"))], cx);
    Some(Product::Ami(Ami {
        user_data: user_data?,
        uninstall_ssm_agent: table.uninstall_ssm_agent,
        // Without any, AMIs are tagged when they are distributed.
        build_tags: if table.build_ami_tags.is_empty() { Tags::new() } else { build_tags },
        watermarks: cx.each(code::BAD_TEXT, marks_at, &table.ami_watermarks, Watermark::parse),
    }))
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
                cx.unknown("infrastructure", name, cx.spec.infrastructure.keys(), at.key("infrastructure"));
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
    let types = instance_types::all(&table.instance_types, types_at, cx);
    let own = own.map(|mut own| {
        own.is_own = true;
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
            cx.unknown("distribution", name, cx.spec.distribution.keys(), at.key("distribution"));
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
