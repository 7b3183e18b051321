//! All stages in a row: from a spec to the text of a template.

pub mod marker;

use crate::check;
use crate::diagnostic::{Diagnostic, Place, Report, code};
use crate::files::{self, Files, Texts};
use crate::matrix;
use crate::plan::{self, Lowered, Plan};
use crate::project::definition::{Project, Target};
use crate::render::{cloudformation, terraform};
use crate::spec::Spec;
use crate::versions::Lock;

/// The folder for the template that accounts deploy which images are copied to.
pub const TARGET_ACCOUNT: &str = "target-account";

/// What is written.
///
/// ```
/// use kiln::project::definition::Target;
/// use kiln::synth::Format;
///
/// assert_eq!(Format::of(Target::Terraform).file_name(), "main.tf");
/// assert_eq!(Format::Json.target(), Target::CloudFormation);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// A CloudFormation template in YAML.
    Yaml,
    /// A CloudFormation template in JSON.
    Json,
    /// A Terraform configuration in HCL.
    Hcl,
    /// A Terraform configuration in JSON.
    TfJson,
}

impl Format {
    /// The format that people read, of a back end.
    #[must_use]
    pub const fn of(target: Target) -> Self {
        match target {
            Target::CloudFormation => Self::Yaml,
            Target::Terraform => Self::Hcl,
        }
    }

    /// The back end that reads it.
    #[must_use]
    pub const fn target(self) -> Target {
        match self {
            Self::Yaml | Self::Json => Target::CloudFormation,
            Self::Hcl | Self::TfJson => Target::Terraform,
        }
    }

    /// The name of the file that holds it.
    #[must_use]
    pub const fn file_name(self) -> &'static str {
        match self {
            Self::Yaml => "template.yaml",
            Self::Json => "template.json",
            Self::Hcl => "main.tf",
            Self::TfJson => "main.tf.json",
        }
    }
}

/// What came of a spec.
///
/// ```
/// use kiln::files::InMemory;
/// use kiln::spec::{Pipeline, Spec};
/// use kiln::synth::{Request, synth};
///
/// let web = Pipeline::from_base("amazon-linux-2023/arm64").instance_type("m7i.large");
/// let spec = Spec::named("web").pipeline("web", web.component("aws:update-linux"));
/// let synthesis = synth(Request::new(&spec, &InMemory::default()));
/// assert!(synthesis.output.is_none());
/// assert!(synthesis.report.iter().any(|it| it.message.contains("`m7i.large` is `x86_64`")));
/// ```
#[derive(Debug, Clone)]
pub struct Synthesis {
    /// Everything that was found.
    pub report: Report,
    /// The files that the spec names, for those who draw what was found.
    pub texts: Texts,
    /// The plan and its template, if there was no error.
    pub output: Option<Output>,
}

/// What was found in a spec.
///
/// ```
/// use kiln::files::InMemory;
/// use kiln::spec::{Pipeline, Spec};
/// use kiln::synth::{Checked, Request, check};
///
/// let web = Pipeline::from_base("amazon-linux-2023/arm64").component("aws:update-linux");
/// let spec = Spec::named("web").pipeline("web", web);
/// let Checked { report, planned, .. } = check(Request::new(&spec, &InMemory::default()));
/// assert!(!report.has_errors() && planned.is_some());
/// ```
#[derive(Debug, Clone)]
pub struct Checked {
    /// Everything that was found.
    pub report: Report,
    /// The files that the spec names, for those who draw what was found.
    pub texts: Texts,
    /// What a template would be made from, if there was no error.
    pub planned: Option<Basis>,
}

/// What a template is made from.
///
/// ```
/// use kiln::files::InMemory;
/// use kiln::spec::{Pipeline, Spec};
/// use kiln::synth::{Basis, Request, check};
///
/// let web = Pipeline::from_base("amazon-linux-2023/arm64").component("aws:update-linux");
/// let spec = Spec::named("web").pipeline("web", web);
/// let planned = check(Request::new(&spec, &InMemory::default())).planned;
/// let Basis { project, lowered } = planned.expect("nothing is wrong with this spec");
/// assert_eq!(project.pipelines.len(), 1);
/// assert_eq!(lowered.moves.len(), 1, "the recipe is new");
/// ```
#[derive(Debug, Clone)]
pub struct Basis {
    /// The checked project.
    pub project: Project,
    /// The plan, the lock to record, and the versions that moved.
    pub lowered: Lowered,
}

/// A template and what it was made from.
///
/// ```
/// use kiln::files::InMemory;
/// use kiln::spec::{Pipeline, Spec};
/// use kiln::synth::{Request, synth};
///
/// let web = Pipeline::from_base("amazon-linux-2023/arm64").component("aws:update-linux");
/// let spec = Spec::named("web").target("terraform").pipeline("web", web);
/// let synthesis = synth(Request::new(&spec, &InMemory::default()));
/// let output = synthesis.output.expect("nothing is wrong with this spec");
/// assert_eq!(output.format.file_name(), "main.tf");
/// assert!(output.text.contains("resource \"aws_imagebuilder_image_pipeline\" \"web\""));
/// ```
#[derive(Debug, Clone)]
pub struct Output {
    /// What `text` is written in.
    pub format: Format,
    /// The template.
    pub text: String,
    /// The template of the accounts that images are copied to, if there are any. It has the same file name, in the
    /// folder [`TARGET_ACCOUNT`].
    pub target_account: Option<String>,
    /// The checked project.
    pub project: Project,
    /// The plan, the lock to record, and the versions that moved.
    pub lowered: Lowered,
}

impl Output {
    /// The same, made from a spec with this file name: the marker of generated files names it.
    ///
    /// ```
    /// use kiln::files::InMemory;
    /// use kiln::spec::{Pipeline, Spec};
    /// use kiln::synth::{Request, synth};
    ///
    /// let web = Pipeline::from_base("amazon-linux-2023/arm64").component("aws:update-linux");
    /// let spec = Spec::named("web").pipeline("web", web);
    /// let output = synth(Request::new(&spec, &InMemory::default())).output.expect("it has no errors");
    /// assert!(output.text.starts_with("# Generated by kiln from kiln.toml. Do not edit.\n"));
    /// let output = output.from_spec("web.toml");
    /// assert!(output.text.starts_with("# Generated by kiln from web.toml. Do not edit.\n"));
    /// ```
    #[must_use]
    pub fn from_spec(mut self, name: &str) -> Self {
        let marker = marker::marker(name);
        let plans = std::iter::once(&mut self.lowered.plan).chain(&mut self.lowered.target_account);
        let texts = std::iter::once(&mut self.text).chain(&mut self.target_account);
        for (plan, text) in plans.zip(texts) {
            if plan.marker != marker {
                *text = text.replacen(&plan.marker, &marker, 1);
                plan.marker.clone_from(&marker);
            }
        }
        self
    }
}

/// CloudFormation takes templates of so many bytes, through S3 (AWS CloudFormation quotas).
const MOST_TEMPLATE_BYTES: usize = 1_048_576;

/// What a synthesis starts from.
///
/// ```
/// use kiln::files::Folder;
/// use kiln::spec::Spec;
/// use kiln::synth::{Format, Request, Synthesis, synth};
/// use kiln::versions::Lock;
///
/// // A template whose versions continue those on record; paths in the spec are relative to `infra`.
/// fn template(spec: &Spec, recorded: &Lock) -> Synthesis {
///     synth(Request::new(spec, &Folder::new("infra")).recorded(recorded).format(Format::Json))
/// }
/// assert!(template(&Spec::new(), &Lock::EMPTY).report.has_errors());
/// ```
pub struct Request<'a> {
    /// The spec, read or built.
    pub spec: &'a Spec,
    /// What was found when it was read; nothing if it was built.
    pub read: Report,
    /// The files that it names.
    pub files: &'a dyn Files,
    /// The versions on record.
    pub recorded: &'a Lock,
    /// What is written; the spec's own choice otherwise.
    pub format: Option<Format>,
}

/// Nothing is on record.
static NOTHING: Lock = Lock::EMPTY;

impl<'a> Request<'a> {
    /// A synthesis of a spec that was built in code, with nothing on record, for the target that the spec names.
    #[must_use]
    pub fn new(spec: &'a Spec, files: &'a dyn Files) -> Self {
        Self { spec, read: Report::new(), files, recorded: &NOTHING, format: None }
    }

    /// The versions on record.
    #[must_use]
    pub fn recorded(self, recorded: &'a Lock) -> Self {
        Self { recorded, ..self }
    }

    /// What is written.
    #[must_use]
    pub fn format(self, format: Format) -> Self {
        Self { format: Some(format), ..self }
    }
}

/// Runs all stages, each as far as the findings of those before it let it.
#[must_use]
pub fn synth(request: Request<'_>) -> Synthesis {
    let (Checked { report, texts, planned }, format, text) = plan(request);
    let output = planned.map(|Basis { project, lowered }| {
        let text = text.unwrap_or_else(|| render(&lowered.plan, format));
        let target_account = lowered.target_account.as_ref().map(|plan| render(plan, format));
        Output { format, text, target_account, project, lowered }
    });
    Synthesis { report, texts, output }
}

/// Finds all that [`synth`] finds, and writes no template but that of CloudFormation, whose size is limited.
#[must_use]
pub fn check(request: Request<'_>) -> Checked {
    plan(request).0
}

/// All stages but the last; and the template of CloudFormation, for its size.
fn plan(request: Request<'_>) -> (Checked, Format, Option<String>) {
    let Request { spec, read, files, recorded, format } = request;
    let (fanned, mut report) = matrix::fan_out(spec, &read);
    let (texts, found) = files::load(&fanned, files);
    report.extend(found);
    let (project, found) = check::check(&fanned, &texts);
    report.extend(found);
    // What the back end cannot express is found whatever else is wrong, and what is lowered whatever it cannot express.
    let project = project.filter(|_| !report.has_errors());
    let target = format.map_or_else(|| check::named_target(&fanned), |format| Some(format.target()));
    if let Some(target) = target {
        let found = check::target(&fanned, project.as_ref(), target);
        report.extend(check::downgraded(found, &fanned, &texts));
    }
    let format = format.unwrap_or_else(|| Format::of(target.unwrap_or_default()));
    let mut text = None;
    let planned = project.and_then(|project| {
        let mut lowered = plan::lower(&project, recorded);
        let plans = std::iter::once(&mut lowered.plan).chain(&mut lowered.target_account);
        plans.for_each(|plan| plan.marker = marker::marker(marker::SPEC));
        report.extend(check::downgraded(lowered.report.clone(), &fanned, &texts));
        report.extend(lowered.plan.raw_findings(format.target()));
        let is_limited = format.target() == Target::CloudFormation;
        if is_limited {
            report.extend(check::downgraded(lowered.plan.cloudformation_limits(), &fanned, &texts));
        }
        if report.has_errors() {
            return None;
        }
        // Reviews show the field that the user wrote.
        for plan in std::iter::once(&mut lowered.plan).chain(&mut lowered.target_account) {
            for origin in plan.resources.iter_mut().filter_map(|planned| planned.origin.as_mut()) {
                fanned.restore_path(&mut origin.field);
            }
        }
        text = is_limited.then(|| render(&lowered.plan, format));
        if let Some(bytes) = text.as_ref().map(String::len).filter(|bytes| *bytes > MOST_TEMPLATE_BYTES) {
            report.push(too_large(bytes));
            return None;
        }
        Some(Basis { project, lowered })
    });
    let mut report = fanned.restore(report);
    report.extend(read);
    let report = check::settle(report, spec, &texts);
    // What the spec denies is an error too.
    let planned = planned.filter(|_| !report.has_errors());
    (Checked { report, texts, planned }, format, text)
}

fn render(plan: &Plan, format: Format) -> String {
    match format {
        Format::Yaml => cloudformation::yaml(plan),
        Format::Json => cloudformation::json(plan),
        Format::Hcl => terraform::hcl(plan),
        Format::TfJson => terraform::json(plan),
    }
}

fn too_large(bytes: usize) -> Diagnostic {
    let message = format!("the template has {bytes} bytes, CloudFormation takes {MOST_TEMPLATE_BYTES}");
    Diagnostic::new(code::CLOUDFORMATION_LIMIT, message)
        .label(None, Place::File, "")
        .help("split the project, or keep long documents in S3: `source = \"s3://…\"`")
}
