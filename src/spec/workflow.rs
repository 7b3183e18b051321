//! `[workflow.NAME]` and `workflows` of a pipeline: what happens between the base and the image.

use toml::de::DeValue;

use super::Input;
use crate::diagnostic::Report;
use crate::source::At;
use crate::table::{Form, Read, Strings, TableDoc, list, table};

table! {
    /// A workflow document.
    ///
    /// ```
    /// use kiln::spec::{Spec, Workflow};
    ///
    /// let scan = Workflow::from_source("test", "workflows/scan.yaml");
    /// let spec = Spec::named("web").workflow("scan", scan);
    /// ```
    Workflow needs ["kind"] ["source"] {
        /// The stage that it is for: `build`, `test` or `distribution`.
        one "kind" kind: String = ["build", "test", "distribution"],
        /// The document: a path relative to the spec, or an `s3://` URI.
        one "source" source: String,
        /// What it does.
        one "description" description: String,
        /// What is new in this version.
        one "change-description" change_description: String,
        /// The version, to pin it by hand: `2.1.0`.
        one "version" version: String,
        /// The KMS key that encrypts the document.
        one "kms-key" kms_key: String,
        /// More tags, over those of the project.
        map "tags" tags / tag: String,
    }
}

impl Workflow {
    /// A workflow of a stage from its document: a path relative to the project's folder, or an `s3://` URI.
    pub fn from_source(kind: impl Into<String>, source: impl Into<String>) -> Self {
        Self::new().kind(kind).source(source)
    }
}

table! {
    /// A workflow at its place in a pipeline.
    ///
    /// ```
    /// use kiln::spec::{Pipeline, WorkflowUse};
    ///
    /// let scan = WorkflowUse::from("scan").parameter("level", "high").on_failure("continue");
    /// let web = Pipeline::from_base("amazon-linux-2023/arm64").workflows(["aws:build-image"]).workflow(scan);
    /// ```
    WorkflowUse short(String) needs ["use"] {
        /// The workflow: a name of this spec, `aws:` and a managed one (`aws:build/build-image`), or an ARN.
        one "use" workflow: String,
        /// Values for the document's parameters.
        map "parameters" parameters / parameter: Inputs,
        /// Of a test: `abort` (default) or `continue` when it fails.
        one "on-failure" on_failure: String = ["abort", "continue"],
        /// Of a test: tests of one group run at the same time.
        one "group" group: String,
    }
}

impl From<String> for WorkflowUse {
    fn from(workflow: String) -> Self {
        Self::new().workflow(workflow)
    }
}

impl From<&str> for WorkflowUse {
    fn from(workflow: &str) -> Self {
        Self::new().workflow(workflow)
    }
}

/// One value, or a list of them.
///
/// ```
/// use kiln::spec::{Input, Inputs, WorkflowUse};
///
/// let many = WorkflowUse::from("scan").parameter("hosts", ["a", "b"]);
/// let given = WorkflowUse::from("scan").parameter("level", Input::parameter("level"));
/// assert_eq!(Inputs::from("high"), Inputs::One("high".into()));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Inputs {
    /// A string or a parameter.
    One(Input),
    /// Strings.
    Many(Vec<String>),
}

impl Read for Inputs {
    const EXPECTED: &'static str = "a string, a list of strings or `{ parameter = \"…\" }`";
    const TABLE: Option<&'static TableDoc> = None;

    fn forms() -> Vec<Form> {
        [Input::forms(), vec![Form::List(String::forms())]].concat()
    }

    fn read(value: &DeValue<'_>, at: At<'_>, report: &mut Report) -> Option<Self> {
        match value {
            DeValue::Array(_) => list(value, at, report).map(Self::Many),
            _ => Input::read(value, at, report).map(Self::One),
        }
    }
}

impl Strings for Inputs {
    fn strings(&mut self, at: At<'_>, visit: &mut dyn FnMut(&mut String, At<'_>)) {
        match self {
            Self::One(input) => input.strings(at, visit),
            Self::Many(texts) => texts.strings(at, visit),
        }
    }
}

impl<T: Into<Input>> From<T> for Inputs {
    fn from(value: T) -> Self {
        Self::One(value.into())
    }
}

impl<const N: usize> From<[&str; N]> for Inputs {
    fn from(values: [&str; N]) -> Self {
        Self::Many(values.map(str::to_owned).into())
    }
}
