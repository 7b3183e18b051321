//! Resources by their full ARNs: those that Amazon manages have a short form, and a recipe takes resources of one Region.

use super::context::Context;
use crate::diagnostic::{Diagnostic, Label, Place, code};
use crate::project::base::catalogue;
use crate::project::workflow::MANAGED;
use crate::project::{Arn, managed};
use crate::source::At;
use crate::spec::{Input, Pipeline, Spec};

/// The name and the version of a resource that Amazon manages, by its ARN: `component/NAME/VERSION`.
pub(super) fn of_amazon<'a>(text: &'a str, kind: &str) -> Option<(&'a str, &'a str)> {
    let arn = Arn::parse(text).ok().filter(|arn| arn.service() == "imagebuilder" && arn.account() == "aws")?;
    arn.resource_after(kind)?;
    let (_, resource) = text.split_once(kind)?;
    resource.split_once('/')
}

/// Checks the resources that a pipeline names by their ARNs.
pub(super) fn check(spec: &Spec, cx: &mut Context<'_>) {
    let pipelines = At::ROOT.key("pipeline");
    for (name, pipeline) in &spec.pipeline {
        let at = pipelines.key(name);
        short_forms(pipeline, at, cx);
        one_region(pipeline, at, cx);
    }
}

fn short_forms(pipeline: &Pipeline, at: At<'_>, cx: &mut Context<'_>) {
    let components = at.key("components");
    for (index, used) in pipeline.components.iter().enumerate() {
        let Some(text) = used.component.as_deref() else { continue };
        let Some((name, version)) = of_amazon(text, "component/") else { continue };
        let at = components.index(index);
        if managed::find(name).is_none() {
            super::recipe::unknown_managed(name, at.key("use"), cx);
        } else if !version.contains('/') {
            let version = if version == "x.x.x" { String::new() } else { format!("/{version}") };
            long(text, &format!("aws:{name}{version}"), "", at.key("use"), cx);
        }
    }
    let workflows = at.key("workflows");
    for (index, used) in pipeline.workflows.iter().enumerate() {
        let Some(text) = used.workflow.as_deref() else { continue };
        let Some((stage, rest)) = of_amazon(text, "workflow/") else { continue };
        let at = workflows.index(index);
        let (name, version) = rest.split_once('/').unwrap_or((rest, ""));
        let is_known = MANAGED.iter().any(|(of, names)| of.word() == stage && names.contains(&name));
        if is_known {
            let follows = if version == "x.x.x" { "" } else { ", which follows the newest version" };
            long(text, &format!("aws:{stage}/{name}"), follows, at.key("use"), cx);
        }
    }
    let base = at.key("base");
    if let Some(Input::Text(text)) = pipeline.base.as_ref().and_then(|base| base.image.as_ref())
        && let Some((name, version)) = of_amazon(text, "image/")
    {
        match catalogue::managed(name) {
            Some((family, image)) if version == "x.x.x" && pipeline.container.is_none() => {
                let short = format!("{}/{}", family.name, image.architecture);
                long(text, &short, "", base.key("image"), cx);
            }
            Some(_) => {}
            None => unknown_image(name, base.key("image"), cx),
        }
    }
}

fn unknown_image(name: &str, at: At<'_>, cx: &mut Context<'_>) {
    let known = catalogue::families().iter().flat_map(|family| family.images);
    let near = crate::project::suggest::closest(name, known.filter_map(|image| image.managed));
    let label = near.map_or_else(String::new, |near| format!("did you mean `{near}`?"));
    cx.report(
        Diagnostic::new(code::UNKNOWN_MANAGED, format!("kiln does not know the managed image `{name}`"))
            .at_value(at, label)
            .help("managed images differ by Region and come by the month: it may exist all the same"),
    );
}

fn long(text: &str, short: &str, follows: &str, at: At<'_>, cx: &mut Context<'_>) {
    let edit = Label { file: None, place: Place::Value(at.path()), text: format!("\"{short}\"") };
    let finding = Diagnostic::new(code::LONG_FORM, format!("`{text}` has a short form, which fits every Region"));
    let finding = finding.at_value(at, "").help(format!("write `{short}`{follows}"));
    // Another version is another component, which the reader has to want.
    cx.report(if follows.is_empty() { Diagnostic { edit: Some(edit), ..finding } } else { finding });
}

/// Reports resources of a recipe that are named by ARNs of two Regions.
fn one_region(pipeline: &Pipeline, at: At<'_>, cx: &mut Context<'_>) {
    let (base_at, components) = (at.key("base"), at.key("components"));
    let image_at = base_at.key("image");
    let mut first: Option<(String, &str, Place)> = None;
    let image = pipeline.base.as_ref().and_then(|base| match base.image.as_ref()? {
        Input::Text(text) => Some((text.strip_prefix("ssm:").unwrap_or(text), Place::Value(image_at.path()))),
        Input::Parameter(_) => None,
    });
    let components = pipeline.components.iter().enumerate().filter_map(|(index, used)| {
        Some((used.component.as_deref()?, Place::Value(components.index(index).key("use").path())))
    });
    for (text, place) in image.into_iter().chain(components) {
        let Ok(arn) = Arn::parse(text) else { continue };
        let region = arn.region().to_owned();
        match &first {
            _ if region.is_empty() => {}
            None => first = Some((region, text, place)),
            Some((other, ..)) if *other == region => {}
            Some((other, _, there)) => {
                let message = format!("a resource of `{region}` in a recipe with one of `{other}`");
                let finding = Diagnostic::new(code::TWO_REGIONS, message).label(None, place, region);
                let finding = finding.label(None, there.clone(), other.as_str());
                return cx.report(finding.help("a recipe takes resources of its own Region: name both in one"));
            }
        }
    }
}
