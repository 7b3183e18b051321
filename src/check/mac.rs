//! Mac images on Mac hosts, and nothing else there (EC2 user guide, "Amazon EC2 Mac instances": they run on dedicated
//! hosts alone).

use super::base::Start;
use super::context::Context;
use crate::diagnostic::{Diagnostic, code};
use crate::project::{Architecture, Platform};
use crate::source::At;
use crate::spec::{Infrastructure, InfrastructureChoice, Pipeline, Spec};

/// Checks the hosts and instance types of all pipelines whose platform is known.
pub(super) fn hosts(spec: &Spec, bases: &[Start], cx: &mut Context<'_>) {
    let tables = At::ROOT.key("pipeline");
    for ((name, pipeline), start) in spec.pipeline.iter().zip(bases) {
        let at = tables.key(name);
        match start.platform {
            Some(Platform::MacOs) => {
                on_a_host(spec, pipeline, (start, at), cx);
                types(spec, pipeline, true, at, cx);
            }
            Some(_) => types(spec, pipeline, false, at, cx),
            None => {}
        }
    }
}

fn on_a_host(spec: &Spec, pipeline: &Pipeline, (start, at): (&Start, At<'_>), cx: &mut Context<'_>) {
    let key = at.key("infrastructure");
    // An infrastructure that does not exist, or could not be read, is reported as such.
    if cx.spoiled(key) || (pipeline.infrastructure.is_some() && infrastructure(spec, pipeline).is_none()) {
        return;
    }
    let placement = infrastructure(spec, pipeline).and_then(|table| table.placement.as_ref());
    let on_host = placement.is_some_and(|placement| {
        placement.tenancy.as_deref() == Some("host")
            && (placement.host.is_some() || placement.host_resource_group.is_some())
    });
    if on_host {
        let shared = infrastructure(spec, pipeline).map_or(0, |table| table.instance_types.len());
        if shared + pipeline.instance_types.len() == 0 && !cx.spoiled(at.key("instance-types")) {
            cx.report(
                Diagnostic::new(code::MAC_HOST, "the types that the service chooses are no Macs")
                    .at_value(key, "names no `instance-types`")
                    .at_value(at.key("base"), "this is macOS")
                    .help("name those of the host, such as `instance-types = [\"mac2.metal\"]`"),
            );
        }
        return;
    }
    let kind = if start.architecture == Some(Architecture::X86_64) { "mac1.metal" } else { "mac2.metal" };
    let diagnostic = Diagnostic::new(code::MAC_HOST, "macOS images are built on a Mac host of the account")
        .at_value(at.key("base"), "this is macOS");
    let diagnostic =
        if pipeline.infrastructure.is_some() { diagnostic.at_value(key, "names no host") } else { diagnostic };
    cx.report(diagnostic.help(format!(
        "write `infrastructure = {{ instance-types = [\"{kind}\"], placement = {{ tenancy = \"host\", host = \"h-…\" }} }}`, \
         or a `host-resource-group`"
    )));
}

/// Mac types for macOS and for nothing else. Whether their architecture is the base's is checked with all others.
fn types(spec: &Spec, pipeline: &Pipeline, is_mac: bool, at: At<'_>, cx: &mut Context<'_>) {
    let shared_tables = At::ROOT.key("infrastructure");
    let own = at.key("infrastructure");
    let shared = match &pipeline.infrastructure {
        Some(InfrastructureChoice::Shared(name)) => shared_tables.key(name),
        _ => own,
    };
    let of_table = infrastructure(spec, pipeline).map_or([].as_slice(), |table| table.instance_types.as_slice());
    let lists =
        [(at.key("instance-types"), pipeline.instance_types.as_slice()), (shared.key("instance-types"), of_table)];
    for (list, types) in lists {
        for (index, text) in types.iter().enumerate() {
            if text.starts_with("mac") == is_mac {
                continue;
            }
            let message = if is_mac {
                format!("`{text}` is no Mac, and the base is macOS")
            } else {
                format!("`{text}` is a Mac, and the base is not macOS")
            };
            cx.report(
                Diagnostic::new(code::MAC_HOST, message)
                    .at_value(list.index(index), "")
                    .at_value(at.key("base"), "the base"),
            );
        }
    }
}

fn infrastructure<'a>(spec: &'a Spec, pipeline: &'a Pipeline) -> Option<&'a Infrastructure> {
    match pipeline.infrastructure.as_ref()? {
        InfrastructureChoice::Shared(name) => spec.infrastructure.get(name.as_str()),
        InfrastructureChoice::Own(table) => Some(table),
    }
}
