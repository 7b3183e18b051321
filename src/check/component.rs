//! `[component.NAME]`: the document, its platform, and what recipes must know of it.

use indexmap::IndexMap;

use super::base::Start;
use super::context::Context;
use super::documents::{Long, fits};
use super::{names, tags};
use crate::diagnostic::{Diagnostic, Place, code};
use crate::document::component::{self, Document, Parameter};
use crate::document::inline::{self, Steps};
use crate::project::definition::{Component, Content};
use crate::project::{Key, KmsKey, Platform, S3Uri};
use crate::source::At;
use crate::spec::{self, Spec};

/// The documents that components name, by path: each is read once, whoever names it.
type Documents<'a> = IndexMap<&'a str, Read>;

/// A document as far as it could be read, and whether it is right.
struct Read {
    document: Document,
    is_right: bool,
}

/// A checked component, and what recipes must know of it.
#[derive(Debug, Clone, Default)]
pub(super) struct Checked {
    /// The component, unless something of it was refused.
    pub(super) component: Option<Component>,
    /// Its platform, if that could be told.
    pub(super) platform: Option<Platform>,
    /// The parameters of its document, if that could be read.
    pub(super) parameters: Option<Vec<Parameter>>,
    /// Whether it has a document that builds something.
    pub(super) builds: bool,
    /// Whether it validates or tests, if that could be read.
    pub(super) tests: Option<bool>,
}

/// Checks all components, in their order.
pub(super) fn all(spec: &Spec, bases: &[Start], cx: &mut Context<'_>) -> Vec<Checked> {
    let tables = At::ROOT.key("component");
    let documents = documents(spec, cx);
    let users = Users::of(spec, cx);
    spec.component
        .iter()
        .map(|(name, table)| {
            let at = tables.key(name);
            let platform = platform(name, table, (bases, &users), at, cx);
            let (content, parameters) = content(name, table, (platform, &documents), at, cx);
            let component = component(name, table, (platform, content), at, cx);
            let (builds, tests) = phases(table, &documents);
            Checked { component, platform, parameters, builds, tests }
        })
        .collect()
}

/// Whether a component's document builds, and whether the component validates or tests. Commands in a spec are short, and
/// each that fails ends the build: of them no tests are wanted.
fn phases(table: &spec::Component, documents: &Documents<'_>) -> (bool, Option<bool>) {
    match table.source.as_deref() {
        None => (false, Some(!table.validate.is_empty() || !table.test.is_empty())),
        Some(path) => match documents.get(path) {
            // A phase that is wrong may be one that tests.
            Some(Read { document, is_right: true }) => (document.builds, Some(document.tests)),
            _ => (false, None),
        },
    }
}

fn component(
    key: &str,
    table: &spec::Component,
    (platform, content): (Option<Platform>, Option<Content>),
    at: At<'_>,
    cx: &mut Context<'_>,
) -> Option<Component> {
    let name = cx.physical_name(key, at);
    let version = cx.version(table.version.as_deref(), at);
    let kms_key = cx.optional(code::BAD_KMS_KEY, at.key("kms-key"), table.kms_key.as_deref(), KmsKey::parse);
    let description = cx.text(table.description.as_deref(), at.key("description"), 1024);
    let change_description = cx.text(table.change_description.as_deref(), at.key("change-description"), 1024);
    let tags = tags::tags(&[(&table.tags, at.key("tags"))], cx);
    let supported = at.key("supported-os");
    for (index, os) in table.supported_os.iter().enumerate() {
        cx.text(Some(os), supported.index(index), 1024);
    }
    cx.at_most(25, table.supported_os.len(), "operating systems", supported);
    Some(Component {
        key: Key::parse(key).ok()?,
        name: name?,
        platform: platform?,
        description,
        change_description,
        supported_os: table.supported_os.clone(),
        content: content?,
        version: version?,
        kms_key: kms_key?,
        retain: table.retain.unwrap_or(false),
        tags,
    })
}

/// Which pipelines use a component, by its name.
struct Users<'a> {
    pipelines: IndexMap<&'a str, Vec<usize>>,
    /// Whether a component that nothing uses may be meant: a use names none that exists, or could not be read.
    may_be_meant: bool,
}

impl<'a> Users<'a> {
    fn of(spec: &'a Spec, cx: &Context<'_>) -> Self {
        let may_be_meant = names::may_be_used("component", spec, cx);
        let mut users = Self { pipelines: IndexMap::new(), may_be_meant };
        for (index, pipeline) in spec.pipeline.values().enumerate() {
            for used in pipeline.components.iter().filter_map(|used| used.component.as_deref()) {
                if spec.component.contains_key(used) {
                    let pipelines = users.pipelines.entry(used).or_default();
                    if pipelines.last() != Some(&index) {
                        pipelines.push(index);
                    }
                } else {
                    users.may_be_meant |= !used.starts_with("aws:") && !used.starts_with("arn:");
                }
            }
        }
        users
    }
}

/// The platform that is written, or that of the bases of all pipelines that use the component.
fn platform(
    name: &str,
    table: &spec::Component,
    (bases, users): (&[Start], &Users<'_>),
    at: At<'_>,
    cx: &mut Context<'_>,
) -> Option<Platform> {
    if let Some(word) = &table.platform {
        return cx.parse(code::BAD_CHOICE, at.key("platform"), word, Platform::parse);
    }
    let may_be_meant = users.may_be_meant;
    let users = users.pipelines.get(name).into_iter().flatten();
    let users: Vec<(&str, &Start)> =
        users.filter_map(|index| Some((cx.spec.pipeline.get_index(*index)?.0.as_str(), bases.get(*index)?))).collect();
    let mut known = users.iter().filter_map(|(pipeline, start)| Some((*pipeline, start.platform?)));
    let Some((first, platform)) = known.next() else {
        // A base or a use that was refused is reported already, and mending it may be all that is needed.
        let refused = users.iter().any(|(pipeline, start)| {
            let pipelines = At::ROOT.key("pipeline");
            let pipeline_at = pipelines.key(pipeline);
            let written = cx.spec.pipeline.get(*pipeline).and_then(|pipeline| pipeline.base.as_ref());
            start.parent.is_none()
                || written.is_some_and(|base| base.platform.is_some())
                || cx.spoiled(pipeline_at.key("base"))
        });
        let says_nothing = refused || users.is_empty() && may_be_meant;
        if !says_nothing {
            let (message, help) = if users.is_empty() {
                (
                    format!("nothing uses the component `{name}`, so kiln cannot know its platform"),
                    "name it in a pipeline, remove it, or add `platform = \"linux\"`, `\"windows\"` or `\"macos\"`",
                )
            } else {
                (
                    format!("kiln cannot know the platform of the component `{name}`"),
                    "add `platform = \"linux\"`, `\"windows\"` or `\"macos\"`",
                )
            };
            cx.missing(&message, (at, &["platform"]), help);
        }
        return None;
    };
    if let Some((other, another)) = known.find(|(_, other)| *other != platform) {
        let pipelines = At::ROOT.key("pipeline");
        let (first_at, other_at) = (pipelines.key(first), pipelines.key(other));
        cx.report(
            Diagnostic::new(
                code::PLATFORM_MISMATCH,
                format!("the component `{name}` is used on `{platform}` and on `{another}`"),
            )
            .at_key(at, "a component has one platform")
            .at_value(first_at.key("base"), platform.to_string())
            .at_value(other_at.key("base"), another.to_string())
            .help("write a component for each platform"),
        );
        return None;
    }
    Some(platform)
}

/// The document, with the parameters that it declares.
fn content(
    name: &str,
    table: &spec::Component,
    (platform, documents): (Option<Platform>, &Documents<'_>),
    at: At<'_>,
    cx: &mut Context<'_>,
) -> (Option<Content>, Option<Vec<Parameter>>) {
    let steps = [("build", &table.build), ("validate", &table.validate), ("test", &table.test)];
    let first_steps = steps.iter().find(|(_, commands)| !commands.is_empty()).map(|(phase, _)| *phase);
    match (&table.source, first_steps) {
        (Some(_), Some(phase)) => {
            cx.contradiction("a component has a document or steps, not both", at.key("source"), at.key(phase));
            (None, None)
        }
        (None, None) => {
            let help = "add `source = \"…\"`, or commands as `build = […]`, `validate = […]`, `test = […]`";
            cx.missing(
                &format!("the component `{name}` does nothing"),
                (at, &["build", "validate", "test", "source"]),
                help,
            );
            (None, None)
        }
        (Some(source), None) => {
            if !table.parameters.is_empty() {
                let message = "the parameters of a document are declared in the document";
                cx.contradiction(message, at.key("source"), at.key("parameters"));
            }
            if source.starts_with("s3://") {
                (cx.parse(code::BAD_ID, at.key("source"), source, S3Uri::parse).map(Content::S3), None)
            } else {
                from_file(source, (platform, documents), at.key("source"), cx)
            }
        }
        (None, Some(_)) => from_steps(name, table, platform, at, cx),
    }
}

/// Reads the documents that components name and that could be opened, and reports what is wrong in them.
fn documents<'a>(spec: &'a Spec, cx: &mut Context<'_>) -> Documents<'a> {
    let mut documents = Documents::new();
    for path in spec.component.values().filter_map(|table| table.source.as_deref()) {
        if documents.contains_key(path) {
            continue;
        }
        let Some(text) = cx.texts.get(path) else { continue };
        let (document, findings) = component::read(text);
        let mut is_right = true;
        for finding in findings {
            is_right &= !cx.refuses(finding.in_file(path));
        }
        documents.insert(path, Read { document, is_right });
    }
    documents
}

fn from_file(
    path: &str,
    (platform, documents): (Option<Platform>, &Documents<'_>),
    at: At<'_>,
    cx: &mut Context<'_>,
) -> (Option<Content>, Option<Vec<Parameter>>) {
    // A file that could not be read has been reported.
    let (Some(text), Some(Read { document, is_right })) = (cx.texts.get(path), documents.get(path)) else {
        return (None, None);
    };
    let foreign = platform.map_or_else(Vec::new, |platform| document.on_platform(platform));
    let mut is_right = *is_right;
    for finding in foreign {
        is_right &= !cx.refuses(finding.in_file(path));
    }
    // What a recipe may give is known also where something else of the document is wrong.
    let parameters = document.is_declared.then(|| document.parameters.clone());
    if too_long(path, text, at, cx) {
        return (None, parameters);
    }
    if text.contains('\0') {
        let message = format!("`{path}` holds a NUL character, which the service refuses");
        cx.report(Diagnostic::new(code::BAD_TEXT, message).at_value(at, ""));
        return (None, parameters);
    }
    let downloads = document.downloads.clone();
    (is_right.then(|| Content::Inline { text: text.to_owned(), as_written: None, downloads }), parameters)
}

fn too_long(path: &str, text: &str, at: At<'_>, cx: &mut Context<'_>) -> bool {
    let name = format!("`{path}`");
    let document = Long { text, name: &name, help: "split the component" };
    !fits(&document, |finding| finding.at_value(at, ""), cx)
}

fn from_steps(
    name: &str,
    table: &spec::Component,
    platform: Option<Platform>,
    at: At<'_>,
    cx: &mut Context<'_>,
) -> (Option<Content>, Option<Vec<Parameter>>) {
    for (phase, commands) in [("build", &table.build), ("validate", &table.validate), ("test", &table.test)] {
        let phase_at = at.key(phase);
        for (index, command) in commands.iter().enumerate() {
            let command_at = phase_at.index(index);
            if command.trim().is_empty() {
                cx.report(Diagnostic::new(code::BAD_TEXT, "the command is empty").at_value(command_at, ""));
            }
        }
    }
    let mut sorted = table.parameters.clone();
    sorted.sort_unstable_keys();
    let steps = Steps { build: &table.build, validate: &table.validate, test: &table.test, parameters: &sorted };
    for (phase, index, finding) in inline::check(steps, platform) {
        let phase_at = at.key(phase);
        let command_at = phase_at.index(index);
        cx.report(finding.placed(None, |span| Place::Within(command_at.path(), span)));
    }
    let declared = at.key("parameters");
    for parameter in table.parameters.keys() {
        let length = parameter.len();
        let is_word = parameter.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
        if !is_word || !(3..=128).contains(&length) {
            cx.report(
                Diagnostic::new(code::BAD_NAME, format!("`{parameter}` cannot be the name of a parameter"))
                    .at_key(declared.key(parameter), "3 to 128 letters, digits, `-` and `_`"),
            );
        }
    }
    let parameters: Vec<Parameter> = table
        .parameters
        .keys()
        .map(|name| Parameter { name: name.clone(), has_default: true, allowed: None })
        .collect();
    let Some(platform) = platform else { return (None, Some(parameters)) };
    let text = inline::compile(name, table.description.as_deref(), steps, platform);
    let called = format!("the document of `{name}`");
    let document = Long { text: &text, name: &called, help: "split the component" };
    if !fits(&document, |finding| finding.at_key(at, ""), cx) {
        return (None, Some(parameters));
    }
    let as_written = (!table.parameters.keys().is_sorted()).then(|| {
        let steps = Steps { parameters: &table.parameters, ..steps };
        inline::compile(name, table.description.as_deref(), steps, platform)
    });
    (Some(Content::Inline { text, as_written, downloads: Vec::new() }), Some(parameters))
}
