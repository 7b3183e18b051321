//! Layered images: a pipeline whose base is another pipeline of the spec.
//!
//! The base is found through the SSM parameter that the other pipeline publishes, which Image Builder reads at each
//! build. What is known of the lowest base holds for all layers above it.
//!
//! A base that reads such a parameter by its name is a layer too where circles are concerned: its image would be made
//! from itself.

use std::collections::HashMap;
use std::rc::Rc;

use super::{Start, agree};
use crate::check::context::Context;
use crate::check::publishing::{self, Published};
use crate::diagnostic::{Diagnostic, Place, code};
use crate::project::Base;
use crate::project::definition::Parent;
use crate::source::At;
use crate::spec::{DistributionChoice, Input, Pipeline, Spec};

/// So many pipelines of a circle are named.
const MOST_SHOWN: usize = 10;

/// Gives each pipeline that is built on another the other's parameter as its base, and what is known of it.
pub(super) fn resolve(spec: &Spec, starts: &mut [Start], cx: &mut Context<'_>) {
    let pipelines = At::ROOT.key("pipeline");
    let published = publishing::all(spec);
    let Layers { circles, lowest } = Layers::of(&below(spec, &published));
    for index in 0..spec.pipeline.len() {
        let circle = &circles[index];
        if let Some(circle) = circle
            && circle.first() == Some(&index)
        {
            // A circle is reported once, at the first of its pipelines.
            cx.report(circular(spec, circle, &published));
        }
        let Some((name, named)) = layer(spec, index) else { continue };
        let pipeline_at = pipelines.key(name);
        let base_at = pipeline_at.key("base");
        let at = base_at.key("pipeline");
        let Some(parent) = spec.pipeline.get_index_of(named) else {
            cx.unknown("pipeline", named, spec.pipeline.keys().filter(|known| *known != name), at);
            continue;
        };
        if circle.is_some() {
            continue;
        }
        let (known, own) = (starts[lowest[index]].clone(), std::mem::take(&mut starts[index]));
        starts[index] = Start {
            parent: own.parent,
            family: known.family,
            is_guess: known.is_guess,
            platform: agree("platform", known.platform, own.platform, base_at, cx),
            architecture: agree("architecture", known.architecture, own.architecture, base_at, cx),
            root_device: agree("root-device", known.root_device, own.root_device, base_at, cx),
        };
        let parameter = spec.pipeline.get_index(parent).and_then(|(_, pipeline)| parameter(spec, pipeline));
        match parameter {
            // Of a base that was refused nobody knows what it would be, nor of what stands on it.
            Some(_) if known.parent.is_none() => {}
            // A name that cannot be one is reported where it is written.
            Some(parameter) => starts[index].parent = Base::parse(&format!("ssm:{parameter}")).ok().map(Parent::Base),
            None => cx.report(
                Diagnostic::new(code::UNPUBLISHED, format!("the pipeline `{named}` publishes no SSM parameter"))
                    .at_value(at, "the base is found through it")
                    .at_key(pipelines.key(named), "")
                    .help(format!("add `publish = {{ ssm-parameter = \"/imagebuilder/{named}\" }}` there")),
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

/// The pipeline whose images each pipeline starts from: the one that it names, or the one that publishes the parameter
/// that it reads.
fn below(spec: &Spec, published: &[Published<'_>]) -> Vec<Option<usize>> {
    let mut writers: HashMap<&str, Vec<usize>> = HashMap::new();
    for it in published.iter().filter(|it| it.account.is_none()) {
        writers.entry(it.name).or_default().push(it.pipeline);
    }
    let below = |index| match layer(spec, index) {
        Some((_, named)) => spec.pipeline.get_index_of(named),
        None => {
            let writers = writers.get(read(spec, index)?)?;
            // That several write it is reported; here the one matters that closes a circle.
            writers.iter().find(|writer| **writer == index).or(writers.first()).copied()
        }
    };
    (0..spec.pipeline.len()).map(below).collect()
}

/// The parameter of the account that a pipeline's base names. An ARN may name one of another account.
fn read(spec: &Spec, index: usize) -> Option<&str> {
    match spec.pipeline.get_index(index)?.1.base.as_ref()?.image.as_ref()? {
        Input::Text(text) => text.strip_prefix("ssm:"),
        Input::Parameter(_) => None,
    }
}

/// What each pipeline stands on.
struct Layers {
    /// The circle that it is a part of, or stands on: from its first pipeline on.
    circles: Vec<Option<Rc<[usize]>>>,
    /// The lowest pipeline, where there is no circle.
    lowest: Vec<usize>,
}

impl Layers {
    /// Looks at each pipeline once.
    fn of(below: &[Option<usize>]) -> Self {
        let mut layers = Self { circles: vec![None; below.len()], lowest: (0..below.len()).collect() };
        let mut is_known = vec![false; below.len()];
        for start in 0..below.len() {
            let (mut passed, mut places) = (Vec::new(), HashMap::new());
            let mut next = Some(start);
            while let Some(here) = next.filter(|here| !is_known[*here] && !places.contains_key(here)) {
                places.insert(here, passed.len());
                passed.push(here);
                next = below[here];
            }
            let (circle, lowest) = match next {
                Some(known) if is_known[known] => (layers.circles[known].clone(), Some(layers.lowest[known])),
                Some(again) => {
                    let mut circle = passed.split_off(places[&again]);
                    let first = circle.iter().enumerate().min_by_key(|(_, index)| **index).map_or(0, |(at, _)| at);
                    circle.rotate_left(first);
                    let circle: Rc<[usize]> = circle.into();
                    for index in circle.iter() {
                        is_known[*index] = true;
                        layers.circles[*index] = Some(Rc::clone(&circle));
                    }
                    (Some(circle), None)
                }
                None => (None, passed.last().copied()),
            };
            for index in passed {
                is_known[index] = true;
                layers.circles[index].clone_from(&circle);
                layers.lowest[index] = lowest.unwrap_or(index);
            }
        }
        layers
    }
}

fn circular(spec: &Spec, circle: &[usize], published: &[Published<'_>]) -> Diagnostic {
    let is_long = circle.len() > MOST_SHOWN;
    let pipelines = At::ROOT.key("pipeline");
    let circle = &circle[..circle.len().min(MOST_SHOWN)];
    let mut names: Vec<&str> =
        circle.iter().filter_map(|index| Some(spec.pipeline.get_index(*index)?.0.as_str())).collect();
    if is_long {
        names.push("…");
    }
    let first = names.first().copied().unwrap_or_default();
    let first_at = pipelines.key(first);
    let base_at = first_at.key("base");
    names.push(first);
    let parameters = circle.iter().map(|index| if layer(spec, *index).is_some() { None } else { read(spec, *index) });
    let parameters: Vec<&str> = parameters.flatten().collect();
    let (message, help) = match (parameters.as_slice(), circle) {
        ([parameter], [_]) => (
            format!("`{first}` starts from the parameter that it publishes itself, `{parameter}`"),
            "each image is the base of the next; the parameter must name an image before the first build",
        ),
        _ => (
            format!("images that are each other's base: {}", names.join(" → ")),
            "one of them must start from an image that exists",
        ),
    };
    let key = if layer(spec, circle.first().copied().unwrap_or_default()).is_some() { "pipeline" } else { "image" };
    let diagnostic = Diagnostic::new(code::CIRCULAR, message).at_value(base_at.key(key), "");
    // One parameter that a pipeline reads and writes is a published pattern: an image that is hardened again and again.
    let diagnostic =
        if matches!((parameters.as_slice(), circle), ([_], [_])) { diagnostic.warns() } else { diagnostic };
    let published = parameters.iter().filter_map(|parameter| {
        published.iter().find(|it| it.name == *parameter && it.account.is_none() && circle.contains(&it.pipeline))
    });
    published.fold(diagnostic, |found, it| found.label(None, Place::Value(it.place(spec)), "published here")).help(help)
}

/// The first SSM parameter that gets the id of a pipeline's newest image.
fn parameter<'a>(spec: &'a Spec, pipeline: &'a Pipeline) -> Option<&'a str> {
    if let Some(parameter) = pipeline.publish.as_ref().and_then(|publish| publish.ssm_parameter.as_ref()) {
        return parameter.name.as_deref();
    }
    let destinations = match pipeline.distribution.as_ref()? {
        DistributionChoice::Own(destinations) => destinations,
        DistributionChoice::Shared(name) => &spec.distribution.get(name.as_str())?.to,
    };
    destinations.iter().flat_map(|destination| &destination.ssm_parameters).find_map(|one| one.name.as_deref())
}
