//! What images start from.

mod layers;

use super::container;
use super::context::{Context, refused};
use crate::diagnostic::{Diagnostic, code};
use crate::project::definition::Parent;
use crate::project::{Architecture, Base, DeviceName, Invalid, Origin, Platform};
use crate::source::At;
use crate::spec::{self, Input, Spec};

/// What is known of a pipeline's base.
#[derive(Debug, Clone, Default)]
pub(super) struct Start {
    /// The base, unless it was refused.
    pub(super) parent: Option<Parent>,
    /// Its platform, if it is known.
    pub(super) platform: Option<Platform>,
    /// Whether the platform is a guess: images of registries do not say it.
    pub(super) is_guess: bool,
    /// Its architecture, if it is known.
    pub(super) architecture: Option<Architecture>,
    /// Its family in the catalogue, if it is of one.
    pub(super) family: Option<&'static str>,
    /// The device name of its root volume, if it is known.
    pub(super) root_device: Option<DeviceName>,
}

/// Checks the bases of all pipelines, in their order.
pub(super) fn all(spec: &Spec, cx: &mut Context<'_>) -> Vec<Start> {
    let pipelines = At::ROOT.key("pipeline");
    let mut starts: Vec<Start> = spec
        .pipeline
        .iter()
        .map(|(name, pipeline)| {
            let at = pipelines.key(name);
            match &pipeline.base {
                Some(base) => start(base, pipeline.container.is_some(), at.key("base"), cx),
                None => {
                    cx.missing(
                        &format!("the pipeline `{name}` has no `base`"),
                        (at, &["base"]),
                        "add `base = \"amazon-linux-2023/x86_64\"`, or another of docs/bases.md",
                    );
                    Start::default()
                }
            }
        })
        .collect();
    layers::resolve(spec, &mut starts, cx);
    starts
}

fn start(base: &spec::Base, is_container: bool, at: At<'_>, cx: &mut Context<'_>) -> Start {
    let (parent, known) = match &base.image {
        Some(Input::Text(text)) => {
            let parsed = cx.parse(code::BAD_BASE, at.key("image"), text, Base::parse);
            if let Some(Origin::Ami(_)) = parsed.as_ref().map(Base::origin) {
                cx.report(
                    Diagnostic::new(
                        code::PINNED_BASE,
                        format!("`{text}` is one image: it never gets security updates"),
                    )
                    .at_value(at.key("image"), "")
                    .help("a name of the catalogue or an `ssm:` parameter is looked up at each build"),
                );
            }
            let parsed = match parsed {
                Some(base) if is_container => container::base(base, at.key("image"), cx),
                Some(base) if matches!(base.origin(), Origin::Registry(_)) => {
                    let message = "an image of a registry is the base of a container, and this pipeline makes AMIs";
                    let help = "add `container = \"repository\"`, or start from an AMI";
                    cx.report(refused(code::WRONG_PRODUCT, at.key("image"), Invalid::new(message).help(help)));
                    None
                }
                other => other,
            };
            let facts = parsed.as_ref().map(Base::facts).unwrap_or_default();
            (parsed.map(Parent::Base), facts)
        }
        Some(Input::Parameter(name)) => {
            (cx.parameter(name, at.key("image")).map(Parent::Parameter), crate::project::Facts::default())
        }
        None => {
            if base.pipeline.is_none() {
                cx.missing("the base has no `image`", (at, &["image", "pipeline"]), "add `image = \"…\"`");
            }
            (None, crate::project::Facts::default())
        }
    };
    if base.image.is_some() && base.pipeline.is_some() {
        cx.contradiction("a base is an image or a pipeline, not both", at.key("image"), at.key("pipeline"));
    }
    let platform = cx.optional(code::BAD_CHOICE, at.key("platform"), base.platform.as_deref(), Platform::parse);
    let architecture =
        cx.optional(code::BAD_CHOICE, at.key("architecture"), base.architecture.as_deref(), Architecture::parse);
    let root = cx.optional(code::BAD_DEVICE, at.key("root-device"), base.root_device.as_deref(), DeviceName::parse);
    let is_of_registry = matches!(&parent, Some(Parent::Base(base)) if matches!(base.origin(), Origin::Registry(_)));
    // Nearly all images of registries are Linux ones, and a template says it.
    let assumed = (is_of_registry && base.platform.is_none()).then_some(Platform::Linux);
    let known_root = known.root_device.and_then(|device| DeviceName::parse(device).ok());
    Start {
        parent,
        family: known.family,
        is_guess: assumed.is_some(),
        platform: agree("platform", known.platform.or(assumed), platform.flatten(), at, cx),
        architecture: agree("architecture", known.architecture, architecture.flatten(), at, cx),
        root_device: agree("root-device", known_root, root.flatten(), at, cx),
    }
}

/// What the catalogue knows and what the spec says must be the same.
fn agree<T: PartialEq + ToString>(
    key: &str,
    known: Option<T>,
    said: Option<T>,
    at: At<'_>,
    cx: &mut Context<'_>,
) -> Option<T> {
    if let (Some(known), Some(said)) = (&known, &said)
        && known != said
    {
        let message = format!("the {key} of this base is `{}`, not `{}`", known.to_string(), said.to_string());
        cx.report(refused(code::CONTRADICTION, at.key(key), Invalid::new(message)));
    }
    known.or(said)
}
