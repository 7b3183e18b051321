//! `container` of a pipeline (`CreateContainerRecipe`).

use super::base::Start;
use super::context::{Context, refused};
use super::documents::{Long, fits};
use super::key;
use crate::diagnostic::{Diagnostic, Place, code};
use crate::document::dockerfile::read;
use crate::project::definition::{Container, Dockerfile, Given, Infrastructure, Parent, Repository};
use crate::project::{Architecture, Base, ImageTag, Invalid, KmsKey, Origin, Platform, RepositoryName, S3Uri};
use crate::source::At;
use crate::spec::{self, Pipeline};

/// So many untagged images stay where a spec says nothing.
const KEEP_UNTAGGED: u16 = 10;

/// What a container is made with where a spec gives no Dockerfile: components, and nothing else.
const COMPONENTS_ALONE: &str = "\
FROM {{{ imagebuilder:parentImage }}}
{{{ imagebuilder:environments }}}
{{{ imagebuilder:components }}}
";

/// Checks what makes a pipeline's images container images.
pub(super) fn container(
    table: &spec::Container,
    (pipeline, start): (&Pipeline, &Start),
    pipeline_at: At<'_>,
    cx: &mut Context<'_>,
) -> Option<Container> {
    let at = pipeline_at.key("container");
    ami_keys(pipeline, pipeline_at, cx);
    let repository = match &table.repository {
        Some(repository) => self::repository(repository, table, (pipeline, at), cx),
        None => {
            cx.missing("the container has no `repository`", (at, &["repository"]), "add `repository = \"…\"`");
            None
        }
    };
    let dockerfile = dockerfile(table, !pipeline.components.is_empty(), at, cx);
    let tags = cx.each(code::BAD_TEXT, at.key("tags"), &table.tags, ImageTag::parse);
    let description = cx.text(table.description.as_deref(), at.key("description"), 1024);
    let image = table.instance_image.as_ref();
    let instance_image = cx.optional_given(code::BAD_BASE, at.key("instance-image"), image, instance_image);
    let instance_image = instance_image.map(|image| image.or_else(|| default_image(start)));
    if let Some(Some(Given::Value(image))) = &instance_image {
        runs_containers(image, start, (at, pipeline_at), cx);
    }
    let os_version = cx.text(table.os_version.as_deref(), at.key("os-version"), 1024);
    let kms_key = cx.optional(code::BAD_KMS_KEY, at.key("kms-key"), table.kms_key.as_deref(), KmsKey::parse);
    let is_of_registry =
        matches!(&start.parent, Some(Parent::Base(base)) if matches!(base.origin(), Origin::Registry(_)));
    let platform_override = start.platform.filter(|_| is_of_registry);
    if platform_override == Some(Platform::Windows) && table.os_version.is_none() {
        let help = "add `os-version = \"Microsoft Windows Server 2022\"`";
        cx.missing("the service cannot know the version of Windows in this image", (at, &["os-version"]), help);
    }
    Some(Container {
        repository: repository?,
        dockerfile: dockerfile?,
        tags,
        description,
        instance_image: instance_image?,
        platform_override,
        os_version,
        kms_key: kms_key?,
    })
}

/// Reports the keys of a pipeline that only AMIs can have.
fn ami_keys(pipeline: &Pipeline, at: At<'_>, cx: &mut Context<'_>) {
    let of_amis = [
        ("user-data", pipeline.user_data.is_some()),
        ("uninstall-ssm-agent", pipeline.uninstall_ssm_agent.is_some()),
        ("share-with", !pipeline.share_with.is_empty()),
        ("copy-to-accounts", !pipeline.copy_to_accounts.is_empty()),
        ("publish", pipeline.publish.is_some()),
        ("ami-name", pipeline.ami_name.is_some()),
        ("ami-description", pipeline.ami_description.is_some()),
        ("ami-tags", !pipeline.ami_tags.is_empty()),
        ("build-ami-tags", !pipeline.build_ami_tags.is_empty()),
        ("ami-watermarks", !pipeline.ami_watermarks.is_empty()),
    ];
    for (key, _) in of_amis.iter().filter(|(_, is_there)| *is_there) {
        cx.report(
            Diagnostic::new(
                code::WRONG_PRODUCT,
                format!("`{key}` is of AMIs, and this pipeline makes container images"),
            )
            .at_key(at.key(key), "remove this")
            .at_key(at.key("container"), "because of this"),
        );
    }
}

fn repository(
    table: &spec::Repository,
    container: &spec::Container,
    (pipeline, container_at): (&Pipeline, At<'_>),
    cx: &mut Context<'_>,
) -> Option<Repository> {
    let at = container_at.key("repository");
    let existing_at = at.key("existing");
    let of_generated = [
        ("name", table.name.is_some()),
        ("scan-on-push", table.scan_on_push.is_some()),
        ("immutable-tags", table.immutable_tags.is_some()),
        ("keep-untagged", table.keep_untagged.is_some()),
        ("kms-key", table.kms_key.is_some()),
    ];
    if let Some(existing) = &table.existing {
        for (key, _) in of_generated.iter().filter(|(_, is_there)| *is_there) {
            cx.contradiction("kiln does not change an existing repository", existing_at, at.key(key));
        }
        return cx.given(code::BAD_ID, existing_at, existing, RepositoryName::parse).map(Repository::Existing);
    }
    let name = match &table.name {
        Some(name) => cx.parse(code::BAD_ID, at.key("name"), name, RepositoryName::parse),
        None => {
            cx.missing("the repository has no `name`", (at, &["name", "existing"]), "add `name = \"…\"`");
            None
        }
    };
    if table.immutable_tags == Some(true) && !container.tags.is_empty() {
        cx.report(
            Diagnostic::new(code::IMMUTABLE_TAGS, "the second build would fail: its tags stay with the first image")
                .at_key(at.key("immutable-tags"), "a tag never moves")
                .at_value(container_at.key("tags"), "each build gets these")
                .help("remove one of them: the service gives each image a tag of its version by itself"),
        );
    }
    let keep_untagged = cx.number(table.keep_untagged, at.key("keep-untagged"), 1..=1000);
    let own_key = cx.optional(code::BAD_KMS_KEY, at.key("kms-key"), table.kms_key.as_deref(), KmsKey::parse);
    // The volumes have the pipeline's key too, and report a bad one.
    let key = own_key?
        .or_else(|| pipeline.kms_key.as_deref().and_then(|text| key::of_images(text, cx.project.as_ref()).ok()));
    Some(Repository::Generated {
        name: name?,
        scan_on_push: table.scan_on_push.unwrap_or(true),
        // Tags that every image gets must be able to move.
        immutable_tags: table.immutable_tags.unwrap_or(container.tags.is_empty()),
        keep_untagged: keep_untagged?.unwrap_or(KEEP_UNTAGGED),
        kms_key: key,
    })
}

fn dockerfile(table: &spec::Container, has_components: bool, at: At<'_>, cx: &mut Context<'_>) -> Option<Dockerfile> {
    let (file_at, text_at) = (at.key("dockerfile"), at.key("dockerfile-text"));
    let (text, place) = match (&table.dockerfile, &table.dockerfile_text) {
        (Some(_), Some(_)) => {
            cx.contradiction("the Dockerfile is a file or a text, not both", file_at, text_at);
            return None;
        }
        (None, None) => return Some(Dockerfile::Inline(COMPONENTS_ALONE.to_owned())),
        (Some(source), None) if source.starts_with("s3://") => {
            return cx.parse(code::BAD_ID, file_at, source, S3Uri::parse).map(Dockerfile::S3);
        }
        // A file that could not be read has been reported.
        (Some(path), None) => (cx.texts.get(path)?.to_owned(), file_at),
        (None, Some(text)) => (text.clone(), text_at),
    };
    let (document, mut findings) = read(&text);
    if has_components {
        findings.extend(document.with_components());
    }
    let mut is_valid = true;
    for finding in findings {
        is_valid &= !cx.refuses(match &table.dockerfile {
            Some(path) => finding.in_file(path),
            None => finding.placed(None, |span| Place::Within(text_at.path(), span)),
        });
    }
    let document = Long { text: &text, name: "the Dockerfile", help: "move parts of it to components" };
    if !fits(&document, |finding| finding.at_value(place, ""), cx) {
        return None;
    }
    is_valid.then_some(Dockerfile::Inline(text))
}

/// The image of the instance that builds arm64 containers: by itself the service takes one for x86_64.
fn default_image(start: &Start) -> Option<Given<String>> {
    let is_arm = start.architecture == Some(Architecture::Arm64) && start.platform != Some(Platform::Windows);
    let image = "ssm:/aws/service/ecs/optimized-ami/amazon-linux-2023/arm64/recommended/image_id";
    is_arm.then(|| Given::Value(image.to_owned()))
}

/// A container is built on an instance of its own architecture.
fn runs_containers(image: &str, start: &Start, (at, pipeline): (At<'_>, At<'_>), cx: &mut Context<'_>) {
    let theirs = Base::parse(image).ok().and_then(|image| image.facts().architecture);
    let (Some(theirs), Some(architecture)) = (theirs, start.architecture) else { return };
    if theirs != architecture {
        let message = format!("the image of the instance is `{theirs}`, and the container is `{architecture}`");
        cx.report(
            Diagnostic::new(code::ARCHITECTURE_MISMATCH, message)
                .at_value(at.key("instance-image"), "")
                .at_value(pipeline.key("base"), "the base")
                .help(format!("name an image for `{architecture}`, or remove `instance-image`")),
        );
    }
}

/// The image of a build instance: an AMI, or a parameter that holds one.
fn instance_image(text: &str) -> Result<String, Invalid> {
    let base = Base::parse(text)?;
    match base.origin() {
        Origin::Ami(_) | Origin::Ssm { .. } if text.starts_with("ami-") || text.starts_with("ssm:") => {
            Ok(text.to_owned())
        }
        _ => Err(Invalid::new(format!(
            "`{text}` is not an image of an instance: write `ami-…`, or `ssm:` and a parameter"
        ))),
    }
}

/// The base of a container pipeline: the container image of a family, or an image of a registry.
pub(super) fn base(base: Base, at: At<'_>, cx: &mut Context<'_>) -> Option<Base> {
    match base.origin() {
        Origin::Registry(_) | Origin::Arn(_) => return Some(base),
        Origin::Managed { .. } | Origin::Ssm { .. } if base.facts().family.is_some() => {
            if let Some(container) = base.container() {
                return Some(container);
            }
        }
        _ => {}
    }
    let message = format!("`{base}` is no container image");
    let help = "write an image of a registry, `docker:amazonlinux:2023`, or `amazon-linux-2023/x86_64`";
    cx.report(refused(code::WRONG_PRODUCT, at, Invalid::new(message).help(help)));
    None
}

/// A container build asks the metadata service from inside a container, which is one hop more
/// (EC2 Image Builder User Guide, "Prerequisites" of container images).
pub(super) fn hop_limit(infrastructure: &Infrastructure, (at, pipeline): (At<'_>, At<'_>), cx: &mut Context<'_>) {
    let metadata = infrastructure.metadata;
    if metadata.token_required && metadata.hop_limit == Some(1) {
        let metadata_at = at.key("metadata");
        cx.report(
            Diagnostic::new(
                code::HOP_LIMIT,
                "a container build needs a hop limit of 2 or more where IMDSv2 is required",
            )
            .at_value(metadata_at.key("hop-limit"), "")
            .at_key(pipeline.key("container"), "built on it")
            .help("write `hop-limit = 2`, or remove it"),
        );
    }
}
