//! Layered images: a pipeline whose base is another pipeline of the spec.
//!
//! The base is found through the SSM parameter that the other pipeline publishes, which Image Builder reads at each
//! build. What is known of the lowest base holds for all layers above it.

use super::{Start, agree};
use crate::check::context::Context;
use crate::diagnostic::{Diagnostic, code};
use crate::project::Base;
use crate::project::definition::Parent;
use crate::source::At;
use crate::spec::{DistributionChoice, Pipeline, Spec};

/// Gives each pipeline that is built on another the other's parameter as its base, and what is known of it.
pub(super) fn resolve(spec: &Spec, starts: &mut [Start], cx: &mut Context<'_>) {
    let pipelines = At::ROOT.key("pipeline");
    for index in 0..spec.pipeline.len() {
        let Some((name, below)) = layer(spec, index) else { continue };
        let pipeline_at = pipelines.key(name);
        let base_at = pipeline_at.key("base");
        let at = base_at.key("pipeline");
        let Some(parent) = spec.pipeline.get_index_of(below) else {
            let known: Vec<&str> = spec.pipeline.keys().map(String::as_str).filter(|known| *known != name).collect();
            cx.unknown("pipeline", below, &known, at);
            continue;
        };
        match lowest(spec, index) {
            Ok(lowest) => {
                let (known, own) = (starts[lowest].clone(), std::mem::take(&mut starts[index]));
                starts[index] = Start {
                    parent: own.parent,
                    family: known.family,
                    platform: agree("platform", known.platform, own.platform, base_at, cx),
                    architecture: agree("architecture", known.architecture, own.architecture, base_at, cx),
                    root_device: agree("root-device", known.root_device, own.root_device, base_at, cx),
                };
            }
            Err(circle) => {
                // The circle is reported once, at the first of its pipelines.
                if circle.iter().min() == Some(&index) {
                    cx.report(circular(spec, &circle, at));
                }
                continue;
            }
        }
        let parameter = spec.pipeline.get_index(parent).and_then(|(_, pipeline)| published(spec, pipeline));
        match parameter {
            // A name that cannot be one is reported where it is written.
            Some(parameter) => starts[index].parent = Base::parse(&format!("ssm:{parameter}")).ok().map(Parent::Base),
            None => cx.report(
                Diagnostic::new(code::UNPUBLISHED, format!("the pipeline `{below}` publishes no SSM parameter"))
                    .at_value(at, "the base is found through it")
                    .at_key(pipelines.key(below), "")
                    .help(format!("add `publish = {{ ssm-parameter = \"/imagebuilder/{below}\" }}` there")),
            ),
        }
    }
}

/// The name of a pipeline and of the one that it is built on.
fn layer(spec: &Spec, index: usize) -> Option<(&str, &str)> {
    let (name, pipeline) = spec.pipeline.get_index(index)?;
    let below = pipeline.base.as_ref()?.pipeline.as_deref()?;
    Some((name, below))
}

/// The lowest pipeline that this one stands on; or the circle, if there is no lowest.
fn lowest(spec: &Spec, index: usize) -> Result<usize, Vec<usize>> {
    let mut passed = vec![index];
    let mut here = index;
    while let Some(below) = layer(spec, here).and_then(|(_, below)| spec.pipeline.get_index_of(below)) {
        if let Some(start) = passed.iter().position(|other| *other == below) {
            return Err(passed.split_off(start));
        }
        passed.push(below);
        here = below;
    }
    Ok(here)
}

fn circular(spec: &Spec, circle: &[usize], at: At<'_>) -> Diagnostic {
    let mut names: Vec<&str> =
        circle.iter().filter_map(|index| Some(spec.pipeline.get_index(*index)?.0.as_str())).collect();
    names.extend(names.first().copied());
    Diagnostic::new(code::CIRCULAR, format!("images that are each other's base: {}", names.join(" → ")))
        .at_value(at, "")
        .help("one of them must start from an image that exists")
}

/// The first SSM parameter that gets the id of a pipeline's newest image.
fn published<'a>(spec: &'a Spec, pipeline: &'a Pipeline) -> Option<&'a str> {
    if let Some(parameter) = pipeline.publish.as_ref().and_then(|publish| publish.ssm_parameter.as_ref()) {
        return parameter.name.as_deref();
    }
    let destinations = match pipeline.distribution.as_ref()? {
        DistributionChoice::Own(destinations) => destinations,
        DistributionChoice::Shared(name) => &spec.distribution.get(name.as_str())?.to,
    };
    destinations.iter().flat_map(|destination| &destination.ssm_parameters).find_map(|one| one.name.as_deref())
}
