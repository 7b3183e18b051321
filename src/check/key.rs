//! `kms-key = "generated"` of a pipeline: a key that is made for the images of the project.

use super::context::Context;
use crate::diagnostic::{Diagnostic, code};
use crate::project::kms::GENERATED;
use crate::project::{Invalid, Key, KmsKey};
use crate::source::At;
use crate::spec::{Pipeline, Spec};

/// The key of a pipeline's images; a generated one is known by its alias.
pub(super) fn of_images(text: &str, project: Option<&Key>) -> Result<KmsKey, Invalid> {
    match project {
        Some(project) if text == GENERATED => KmsKey::parse(&format!("alias/{}-images", project.kebab())),
        // Without a name of the project, which is reported, there is no name for the key.
        _ if text == GENERATED => KmsKey::parse("alias/images"),
        _ => KmsKey::parse(text),
    }
}

/// The alias of the key that is made, if a pipeline wants one.
pub(super) fn generated(spec: &Spec, cx: &Context<'_>) -> Option<KmsKey> {
    spec.pipeline.values().find(|pipeline| is_generated(pipeline))?;
    of_images(GENERATED, cx.project.as_ref()).ok()
}

/// A key is made where the template is deployed, and images of other Regions are encrypted with keys of theirs.
pub(super) fn one_region(pipeline: &Pipeline, at: At<'_>, cx: &mut Context<'_>) {
    if is_generated(pipeline) && pipeline.regions.len() > 1 {
        cx.report(
            Diagnostic::new(code::GENERATED_KEY, "the key is made in one Region, and the image goes to several")
                .at_value(at.key("kms-key"), "")
                .at_value(at.key("regions"), "all these")
                .help("make a key in each Region with the same alias, and write that: `kms-key = \"alias/…\"`"),
        );
    }
}

fn is_generated(pipeline: &Pipeline) -> bool {
    pipeline.kms_key.as_deref() == Some(GENERATED)
}
