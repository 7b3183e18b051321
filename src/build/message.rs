//! What a build tells, as data: views turn it into words, programs read it as one JSON object a line.
//!
//! The shape is versioned as that of deployments is: fields are only added within a version.

use serde::Serialize;

use super::{Ami, Container, Findings, Parameter, Template};

/// The version of the shape.
pub const SCHEMA: u32 = 1;

/// Something that a build tells.
///
/// ```
/// use kiln::build::Message;
///
/// let message = Message::State { state: "TESTING".to_owned() };
/// let line = r#"{"v":1,"pipeline":"web","type":"state","state":"TESTING"}"#;
/// assert_eq!(message.json("web").trim_end(), line);
/// ```
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "type", rename_all = "kebab-case")]
pub enum Message {
    /// It has begun, or is followed from here.
    Started {
        /// The image's ARN.
        image: String,
        /// Version and build: `1.0.3/2`.
        version: String,
    },
    /// Something that the user should know.
    Notice {
        /// In words.
        text: String,
    },
    /// The image has come to another state.
    State {
        /// The service's word: `BUILDING`, …
        state: String,
    },
    /// A step of a workflow has come to another state.
    Step {
        /// The workflow's name.
        workflow: String,
        /// The id of its execution.
        execution: String,
        /// The step's name.
        step: String,
        /// Its action.
        action: String,
        /// The service's word: `RUNNING`, `COMPLETED`, `FAILED`, …
        status: String,
        /// When it began, as the service writes it.
        began: Option<String>,
        /// When it ended.
        ended: Option<String>,
        /// Why it is in that state.
        message: Option<String>,
    },
    /// A line of the log.
    Log {
        /// When it was written: `2026-03-01T12:00:05.250Z`.
        at: String,
        /// The line as it is.
        line: String,
    },
    /// Why it failed.
    Failure(Why),
    /// Why nothing could be done.
    Error {
        /// In words.
        message: String,
        /// What to do.
        help: Option<String>,
    },
    /// The end.
    Ended {
        /// `built`, `failed`, `cancelled`, `unchanged`, `started`, `still running`.
        outcome: &'static str,
        /// The exit code of this build's part.
        exit: u8,
        /// How long it was followed.
        seconds: u64,
        /// Calls that were made to AWS by all builds so far.
        calls: u64,
        /// What came out, if the image is there.
        output: Option<Output>,
    },
}

/// Why a build failed.
///
/// ```
/// use kiln::build::Message;
/// use kiln::build::message::Why;
///
/// // Where to look first: at the line of the spec or the document, else at the log.
/// fn look(message: &Message) -> Option<String> {
///     let Message::Failure(Why { place, log: (group, stream), .. }) = message else { return None };
///     Some(place.clone().unwrap_or_else(|| format!("{group} {stream}")))
/// }
/// ```
#[derive(Debug, Clone, Serialize)]
pub struct Why {
    /// The workflow.
    pub workflow: Option<String>,
    /// Its step, with the action in brackets.
    pub step: Option<String>,
    /// The component in words, or its ARN.
    pub component: Option<String>,
    /// The phase of its document.
    pub phase: Option<String>,
    /// The step of its document.
    pub component_step: Option<String>,
    /// Where that step was written: `kiln.toml:12:1`.
    pub place: Option<String>,
    /// The service's reason.
    pub reason: String,
    /// What the failed step of a component told last, or else the last lines of the log.
    pub lines: Vec<String>,
    /// What to do.
    pub hint: Option<String>,
    /// The log group and the stream of the whole log.
    pub log: (String, String),
    /// Whether the instance is still there.
    pub instance_kept: bool,
}

/// What came out of a build.
///
/// ```
/// use kiln::build::Message;
/// use kiln::build::message::Output;
///
/// fn amis(last: &Message) -> Vec<&str> {
///     let Message::Ended { output: Some(Output { amis, .. }), .. } = last else { return Vec::new() };
///     amis.iter().map(|ami| ami.id.as_str()).collect()
/// }
/// let outcome = "failed";
/// let last = Message::Ended { outcome, exit: 12, seconds: 610, calls: 540, output: None };
/// assert!(amis(&last).is_empty());
/// ```
#[derive(Debug, Clone, Serialize)]
pub struct Output {
    /// The pipeline's name.
    pub pipeline: String,
    /// The image's ARN.
    pub image: String,
    /// Version and build.
    pub version: String,
    /// AMIs by Region and account.
    pub amis: Vec<Ami>,
    /// Container images by Region.
    pub containers: Vec<Container>,
    /// SSM parameters that now name its AMIs.
    pub parameters: Vec<Parameter>,
    /// Launch templates with a new version.
    pub launch_templates: Vec<Template>,
    /// What the scan has found, where there was one and it is over.
    pub findings: Option<Findings>,
}

impl Message {
    /// The message as a line of JSON, newline included.
    #[must_use]
    pub fn json(&self, pipeline: &str) -> String {
        #[derive(Serialize)]
        struct Line<'a> {
            v: u32,
            pipeline: &'a str,
            #[serde(flatten)]
            message: &'a Message,
        }
        // Texts and numbers always serialize.
        let mut line = serde_json::to_string(&Line { v: SCHEMA, pipeline, message: self }).unwrap_or_default();
        line.push('\n');
        line
    }
}
