//! A deployment that was reviewed and is executed later.
//!
//! The file names a change set, which is kept by the service and cannot be changed there. What else stands in it is what
//! the reviewer saw; before it is executed, all of it is held against the spec, the stack and the change set again.

use serde::{Deserialize, Serialize};

use super::{Review, flow};

/// The version of the file's shape.
const VERSION: u32 = 2;

/// A reviewed deployment.
///
/// ```
/// use kiln::deploy::plan_file::PlanFile;
///
/// fn is_current(text: &str, digest: &str) -> Result<bool, String> {
///     let file = PlanFile::read(text)?;
///     Ok(file.digest == digest)
/// }
/// assert!(is_current("{}", "").is_err_and(|why| why.starts_with("it is no plan file")));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlanFile {
    /// The version of this shape.
    v: u32,
    /// The project's name.
    pub project: String,
    /// The stack's name.
    pub stack: String,
    /// The stack's ARN.
    pub stack_id: String,
    /// The account.
    pub account: String,
    /// The Region.
    pub region: String,
    /// The change set's ARN.
    pub change_set: String,
    /// The change set's name.
    pub token: String,
    /// Whether the stack did not exist.
    pub creates: bool,
    /// The hash of the template and of the given parameters.
    pub digest: String,
    /// When the stack was last changed, as the service writes it.
    pub stack_changed: Option<String>,
    /// The stack's newest event at the time.
    pub bookmark: Option<String>,
    /// What the reviewer saw.
    pub review: Review,
    /// The hash of everything above.
    seal: String,
}

/// What a plan file is made of.
///
/// ```
/// use kiln::deploy::plan_file::{Parts, PlanFile};
/// use kiln::deploy::{Review, flow::Proposal};
///
/// fn text(proposal: Proposal, digest: String, review: Review) -> String {
///     let stack = ("web".to_owned(), proposal.change_set.stack_id.clone());
///     let place = ("123456789012".to_owned(), "eu-west-1".to_owned());
///     let project = "web".to_owned();
///     PlanFile::new(Parts { project, stack, place, proposal, digest, review }).text()
/// }
/// ```
#[derive(Debug)]
pub struct Parts {
    /// The project's name.
    pub project: String,
    /// The stack's name and ARN.
    pub stack: (String, String),
    /// The account and the Region.
    pub place: (String, String),
    /// What was proposed.
    pub proposal: flow::Proposal,
    /// The hash of what is deployed.
    pub digest: String,
    /// What the reviewer saw.
    pub review: Review,
}

impl PlanFile {
    /// A file of these parts.
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        let Parts { project, stack: (stack, stack_id), place: (account, region), proposal, digest, review } = parts;
        let mut file = Self {
            v: VERSION,
            project,
            stack,
            stack_id,
            account,
            region,
            change_set: proposal.change_set.id,
            token: proposal.change_set.name,
            creates: proposal.kind == super::Kind::Create,
            digest,
            stack_changed: proposal.stack_changed,
            bookmark: proposal.bookmark,
            review,
            seal: String::new(),
        };
        file.seal = file.sum();
        file
    }

    /// Whether a text is that of a plan file, of whichever version and whatever was changed in it.
    #[must_use]
    pub fn is_one(text: &str) -> bool {
        let read: serde_json::Value = serde_json::from_str(text).unwrap_or_default();
        ["v", "change_set", "seal"].iter().all(|key| read.get(key).is_some())
    }

    /// Reads a file.
    ///
    /// # Errors
    ///
    /// Why it is none, or was changed.
    pub fn read(text: &str) -> Result<Self, String> {
        let file: Self = serde_json::from_str(text).map_err(|error| format!("it is no plan file: {error}"))?;
        if file.v != VERSION {
            return Err(format!("it has version {}, and this kiln reads {VERSION}", file.v));
        }
        // Written again it is the same text: also what is not read was not changed.
        if file.seal != file.sum() || file.text() != text.replace("\r\n", "\n") {
            return Err("it was changed after it was written".to_owned());
        }
        Ok(file)
    }

    /// The file's text.
    #[must_use]
    pub fn text(&self) -> String {
        // Texts and numbers always serialize.
        let mut text = serde_json::to_string_pretty(self).unwrap_or_default();
        text.push('\n');
        text
    }

    fn sum(&self) -> String {
        let unsealed = Self { seal: String::new(), ..self.clone() };
        flow::digest([serde_json::to_string(&unsealed).unwrap_or_default().as_str()])
    }
}
