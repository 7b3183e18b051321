//! The components of a pipeline: that they exist, once each, on the base's platform, with their parameters given.

use indexmap::IndexMap;

use super::arns;
use super::base::Start;
use super::component::Checked;
use super::context::Context;
use super::parameter::without_nul;
use crate::diagnostic::{Diagnostic, code};
use crate::project::definition::{ComponentSource, ComponentUse, Given};
use crate::project::suggest::closest;
use crate::project::{Arn, Invalid, Platform, managed};
use crate::source::At;
use crate::spec::{self, Pipeline};

/// A recipe takes so many components unless AWS raised the quota (EC2 Image Builder quotas).
const MOST_COMPONENTS: usize = 20;

/// Checks the components of a pipeline.
pub(super) fn components(
    pipeline: &Pipeline,
    start: &Start,
    checked: &[Checked],
    at: At<'_>,
    cx: &mut Context<'_>,
) -> Option<Vec<ComponentUse>> {
    let list = at.key("components");
    // A Dockerfile can be all that there is to do.
    let has_dockerfile =
        pipeline.container.as_ref().is_some_and(|it| it.dockerfile.is_some() || it.dockerfile_text.is_some());
    if pipeline.components.is_empty() && !has_dockerfile {
        let help = "add `components = [\"aws:update-linux\"]`, or components of yours";
        cx.missing("the pipeline has no `components`", (at, &["components"]), help);
    }
    if pipeline.components.len() > MOST_COMPONENTS {
        let count = pipeline.components.len();
        let message = format!("{count} components, a recipe takes {MOST_COMPONENTS} unless AWS raised your quota");
        cx.report(Diagnostic::new(code::OVER_QUOTA, message).at_value(list, "").help("join some of them"));
    }
    let mut first_uses: IndexMap<String, usize> = IndexMap::new();
    let uses: Vec<Option<ComponentUse>> = pipeline
        .components
        .iter()
        .enumerate()
        .map(|(index, used)| {
            let at = list.index(index);
            let Some(name) = used.component.as_deref() else {
                cx.missing("it does not say which component", (at, &["use"]), "add `use = \"…\"`");
                return None;
            };
            let first = *first_uses.entry(without_version(name)).or_insert(index);
            if first != index {
                cx.report(
                    Diagnostic::new(code::COMPONENT_TWICE, format!("the component `{name}` is there twice"))
                        .at_value(at, "")
                        .at_value(list.index(first), "the first")
                        .help("a recipe takes each component once, whatever its version"),
                );
            }
            let source = source(name, at, cx);
            let parameters = parameters(used, at, cx);
            if let Some(source) = &source {
                check_platform(name, source, checked, (start, at), cx);
                check_parameters(used, source, checked, at, cx);
            }
            Some(ComponentUse { source: source?, parameters: parameters? })
        })
        .collect();
    uses.into_iter().collect()
}

/// What makes two uses one component: the name, and for an ARN also who owns it and where.
fn without_version(name: &str) -> String {
    let head = |text: &str| text.split('/').next().unwrap_or_default().to_owned();
    match name.split_once(":component/") {
        Some((owner, resource)) if owner.starts_with("arn:") => match owner.strip_suffix(":aws") {
            Some(_) => format!("aws:{}", head(resource)),
            None => format!("{owner}:component/{}", head(resource)),
        },
        _ => head(name),
    }
}

fn source(name: &str, at: At<'_>, cx: &mut Context<'_>) -> Option<ComponentSource> {
    let use_at = at.key("use");
    if let Some(index) = cx.spec.component.get_index_of(name) {
        return Some(ComponentSource::Own(index));
    }
    if let Some(managed) = name.strip_prefix("aws:") {
        return self::managed(managed, use_at, cx);
    }
    if name.starts_with("arn:") {
        let arn = cx.parse(code::BAD_ID, use_at, name, component_arn)?;
        return Some(ComponentSource::Arn(arn.to_string()));
    }
    if managed::find(name).is_some() {
        cx.report(
            Diagnostic::new(code::UNKNOWN_REFERENCE, format!("there is no component `{name}` in this spec"))
                .at_value(use_at, format!("did you mean `aws:{name}`?"))
                .fix(Some(format!("aws:{name}")))
                .help("a component that Amazon manages is written with `aws:` before its name"),
        );
    } else {
        cx.unknown("component", name, cx.spec.component.keys(), use_at);
    }
    None
}

/// Amazon's component by name, with a version if it must be a certain one.
fn managed(text: &str, at: At<'_>, cx: &mut Context<'_>) -> Option<ComponentSource> {
    let (name, version) = text.split_once('/').unwrap_or((text, "x.x.x"));
    let is_name = !name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    if !is_name {
        let near = managed::closest(&name.to_ascii_lowercase().replace(['_', ' '], "-"));
        let diagnostic = Diagnostic::new(code::BAD_NAME, format!("`aws:{text}` is not a managed component"))
            .at_value(at, "after `aws:` come lowercase letters, digits and `-`");
        cx.report(match near {
            Some(near) => diagnostic.help(format!("did you mean `aws:{near}`?")),
            None => diagnostic,
        });
        return None;
    }
    if !is_version_pattern(version) {
        let message = format!("`{version}` is not a component's version");
        cx.report(
            Diagnostic::new(code::BAD_VERSION, message)
                .at_value(at, "")
                .help("three numbers, or `x` from the right: `1.0.2`, `1.0.x`, `x.x.x`"),
        );
        return None;
    }
    if managed::find(name).is_none() {
        unknown_managed(name, at, cx);
    }
    Some(ComponentSource::Managed { name: name.to_owned(), version: version.to_owned() })
}

/// Reports a managed component that the list does not have.
pub(super) fn unknown_managed(name: &str, at: At<'_>, cx: &mut Context<'_>) {
    let near = managed::closest(name);
    let label = near.map_or_else(String::new, |near| format!("did you mean `aws:{near}`?"));
    cx.report(
        Diagnostic::new(code::UNKNOWN_MANAGED, format!("kiln does not know the managed component `{name}`"))
            .at_value(at, label)
            .help("managed components differ by Region and come by the month: it may exist all the same"),
    );
}

fn is_version_pattern(text: &str) -> bool {
    let nodes: Vec<&str> = text.split('.').collect();
    let wild = nodes.iter().take_while(|node| **node != "x").count();
    nodes.len() == 3
        && nodes[wild..].iter().all(|node| *node == "x")
        && nodes[..wild].iter().all(|node| !node.is_empty() && node.bytes().all(|byte| byte.is_ascii_digit()))
}

fn component_arn(text: &str) -> Result<Arn, Invalid> {
    let arn = Arn::parse(text)?;
    let parts: Vec<&str> = arn.resource_after("component/").unwrap_or_default().split('/').collect();
    let is_component = arn.service() == "imagebuilder"
        && match parts.as_slice() {
            [name, version] => !name.is_empty() && is_version_pattern(version),
            [name, version, build] => !name.is_empty() && is_version_pattern(version) && build.parse::<u32>().is_ok(),
            _ => false,
        };
    if is_component {
        return Ok(arn);
    }
    Err(Invalid::new(format!("`{text}` is not the ARN of a component"))
        .help("it is `arn:aws:imagebuilder:<region>:<account>:component/<name>/<version>`"))
}

fn parameters(used: &spec::ComponentUse, at: At<'_>, cx: &mut Context<'_>) -> Option<IndexMap<String, Given<String>>> {
    let parameters_at = at.key("parameters");
    let given: Vec<Option<(String, Given<String>)>> = used
        .parameters
        .iter()
        .map(|(name, input)| {
            let value = cx.given(code::BAD_TEXT, parameters_at.key(name), input, without_nul)?;
            Some((name.clone(), value))
        })
        .collect();
    given.into_iter().collect()
}

fn check_platform(
    name: &str,
    source: &ComponentSource,
    checked: &[Checked],
    (start, at): (&Start, At<'_>),
    cx: &mut Context<'_>,
) {
    let platform: Option<Platform> = match source {
        ComponentSource::Own(index) => checked.get(*index).and_then(|checked| checked.platform),
        ComponentSource::Managed { name, .. } => managed::find(name).map(|managed| managed.platform),
        ComponentSource::Arn(arn) => {
            arns::of_amazon(arn, "component/").and_then(|(name, _)| managed::find(name)).map(|managed| managed.platform)
        }
    };
    let (Some(platform), Some(base)) = (platform, start.platform) else { return };
    if platform == base {
        return;
    }
    let message = match start.is_guess {
        true => {
            format!("the component `{name}` is for `{platform}`, and kiln takes the image of the registry for `{base}`")
        }
        false => format!("the component `{name}` is for `{platform}`, and the base is `{base}`"),
    };
    let diagnostic = Diagnostic::new(code::PLATFORM_MISMATCH, message).at_value(at, "");
    if start.is_guess {
        let help = format!(
            "the image does not say its platform: write `platform = \"{platform}\"` in the `base` if it is for `{platform}`"
        );
        cx.report(diagnostic.help(help));
        return;
    }
    // Amazon's components say their platform at the end of their names.
    let name = match source {
        ComponentSource::Managed { name, .. } => Some(name.as_str()),
        ComponentSource::Arn(arn) => arns::of_amazon(arn, "component/").map(|(name, _)| name),
        ComponentSource::Own(_) => None,
    };
    let other = match name {
        Some(name) => {
            let twin = name.replace(platform.to_string().as_str(), base.to_string().as_str());
            managed::find(&twin).map(|twin| twin.name)
        }
        _ => None,
    };
    cx.report(match other {
        Some(other) => diagnostic.help(format!("did you mean `aws:{other}`?")).fix(Some(format!("aws:{other}"))),
        None => diagnostic,
    });
}

fn check_parameters(
    used: &spec::ComponentUse,
    source: &ComponentSource,
    checked: &[Checked],
    at: At<'_>,
    cx: &mut Context<'_>,
) {
    let ComponentSource::Own(index) = source else { return };
    let Some(declared) = checked.get(*index).and_then(|checked| checked.parameters.as_deref()) else { return };
    let name = used.component.as_deref().unwrap_or_default();
    let parameters_at = at.key("parameters");
    let mut misspelled = Vec::new();
    for given in used.parameters.keys().filter(|given| declared.iter().all(|known| known.name != **given)) {
        let near = closest(given, declared.iter().map(|known| known.name.as_str()));
        misspelled.extend(near);
        let label = near.map_or_else(String::new, |near| format!("did you mean `{near}`?"));
        let known: Vec<&str> = declared.iter().map(|known| known.name.as_str()).collect();
        let diagnostic =
            Diagnostic::new(code::COMPONENT_PARAMETER, format!("the component `{name}` has no parameter `{given}`"))
                .at_key(parameters_at.key(given), label)
                .fix(near);
        cx.report(if known.is_empty() {
            diagnostic.help("its document declares none")
        } else {
            diagnostic.help(format!("declared: {}", known.join(", ")))
        });
    }
    for missing in declared.iter().filter(|known| !known.has_default && !used.parameters.contains_key(&known.name)) {
        let parameter = &missing.name;
        if misspelled.contains(&parameter.as_str()) || cx.spoiled(parameters_at.key(parameter)) {
            continue;
        }
        cx.report(
            Diagnostic::new(
                code::COMPONENT_PARAMETER,
                format!("the parameter `{parameter}` of the component `{name}` has no value"),
            )
            .at_value(at, "")
            .help(format!(
                "write `{{ use = \"{name}\", parameters = {{ {parameter} = \"…\" }} }}`, or give it a default"
            )),
        );
    }
}
