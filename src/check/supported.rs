//! The systems that a component supports, against the base of each pipeline that uses it.
//!
//! The service compares by prefix when a recipe is created (API reference, CreateComponent, `supportedOsVersions`): a
//! component for `Ubuntu` fits `Ubuntu 24`.

use super::base::Start;
use super::context::Context;
use crate::diagnostic::{Diagnostic, code};
use crate::project::base::catalogue;
use crate::source::At;
use crate::spec::Spec;

/// Reports components that do not support the base of a pipeline.
pub(super) fn check(spec: &Spec, starts: &[Start], cx: &mut Context<'_>) {
    let (pipelines, components) = (At::ROOT.key("pipeline"), At::ROOT.key("component"));
    for ((name, pipeline), start) in spec.pipeline.iter().zip(starts) {
        let version = start.family.and_then(catalogue::family).and_then(|family| family.os_version);
        let Some(version) = version.filter(|_| pipeline.container.is_none()) else { continue };
        let at = pipelines.key(name);
        for used in &pipeline.components {
            let component = used.component.as_deref().and_then(|used| spec.component.get_key_value(used));
            let Some((component, table)) = component.filter(|(_, table)| !table.supported_os.is_empty()) else {
                continue;
            };
            let fits = |supported: &String| is_prefix(supported, version);
            if table.supported_os.iter().any(fits) {
                continue;
            }
            let component_at = components.key(component);
            let message = format!("the component `{component}` does not support `{version}`, the system of the base");
            cx.report(
                Diagnostic::new(code::SUPPORTED_OS, message)
                    .at_value(component_at.key("supported-os"), "")
                    .at_value(at.key("base"), "the base")
                    .help(format!("add `{version}`, or remove `supported-os`")),
            );
        }
    }
}

/// Whether a name of a system is the beginning of another, without regard to case.
fn is_prefix(supported: &str, version: &str) -> bool {
    version.get(..supported.len()).is_some_and(|start| start.eq_ignore_ascii_case(supported))
}
