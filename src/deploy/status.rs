//! What the states of stacks and resources mean. Every documented word is listed: none is guessed from its ending.

/// A state of a stack, in the service's word (CloudFormation API reference, `Stack`, `StackStatus`).
///
/// ```
/// use kiln::deploy::StackStatus;
///
/// let status = StackStatus::new("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS");
/// assert!(!status.is_final());
/// assert!(StackStatus::new("UPDATE_COMPLETE").is_final());
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StackStatus(String);

/// What a stack's state means to whoever wants to deploy.
///
/// ```
/// use kiln::deploy::{Phase, StackStatus};
///
/// let phase = |word| StackStatus::new(word).phase();
/// assert_eq!(phase("UPDATE_ROLLBACK_COMPLETE"), Phase::RolledBack);
/// // The words are alike; but after a creation nothing is left to go back to.
/// assert_eq!(phase("ROLLBACK_COMPLETE"), Phase::Empty);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Something is under way.
    Running,
    /// The last operation did what it was asked to do.
    Done,
    /// The last update failed, and the stack is as it was before.
    RolledBack,
    /// The creation failed: nothing of the stack is left but its name, and it can only be deleted.
    Empty,
    /// Only a change set exists, nothing was made yet.
    Review,
    /// Rolling back an update failed: it can be continued.
    RollbackStuck,
    /// Something failed and stayed: only a person knows what to do.
    Stuck,
    /// The stack is gone.
    Gone,
}

impl StackStatus {
    /// A state by the service's word.
    #[must_use]
    pub fn new(word: &str) -> Self {
        Self(word.to_owned())
    }

    /// The service's word.
    #[must_use]
    pub fn word(&self) -> &str {
        &self.0
    }

    /// What it means. A word that is not documented yet is taken for something that is under way if it says so.
    #[must_use]
    pub fn phase(&self) -> Phase {
        match self.0.as_str() {
            "CREATE_COMPLETE" | "UPDATE_COMPLETE" | "IMPORT_COMPLETE" => Phase::Done,
            "UPDATE_ROLLBACK_COMPLETE" | "IMPORT_ROLLBACK_COMPLETE" => Phase::RolledBack,
            "ROLLBACK_COMPLETE" => Phase::Empty,
            "REVIEW_IN_PROGRESS" => Phase::Review,
            "UPDATE_ROLLBACK_FAILED" => Phase::RollbackStuck,
            "CREATE_FAILED" | "UPDATE_FAILED" | "ROLLBACK_FAILED" | "DELETE_FAILED" | "IMPORT_ROLLBACK_FAILED" => {
                Phase::Stuck
            }
            "DELETE_COMPLETE" => Phase::Gone,
            "CREATE_IN_PROGRESS"
            | "UPDATE_IN_PROGRESS"
            | "DELETE_IN_PROGRESS"
            | "ROLLBACK_IN_PROGRESS"
            | "IMPORT_IN_PROGRESS"
            | "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"
            | "UPDATE_ROLLBACK_IN_PROGRESS"
            | "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS"
            | "IMPORT_ROLLBACK_IN_PROGRESS" => Phase::Running,
            unknown if unknown.contains("IN_PROGRESS") => Phase::Running,
            _ => Phase::Stuck,
        }
    }

    /// Whether the stack's operation has ended.
    #[must_use]
    pub fn is_final(&self) -> bool {
        !matches!(self.phase(), Phase::Running | Phase::Review)
    }
}

/// A state of a resource (CloudFormation API reference, `StackEvent`, `ResourceStatus`).
///
/// ```
/// use kiln::deploy::ResourceStatus;
///
/// let status = ResourceStatus::new("DELETE_SKIPPED");
/// let (word, _) = status.meaning();
/// assert_eq!(word, "kept");
/// assert!(!status.is_failure());
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResourceStatus(String);

/// How far a resource has come.
///
/// ```
/// use kiln::deploy::{Progress, ResourceStatus};
///
/// let status = ResourceStatus::new("UPDATE_ROLLBACK_IN_PROGRESS");
/// assert_eq!(status.meaning(), ("rolling back", Progress::Running));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// Work is going on.
    Running,
    /// The work is done.
    Done,
    /// It failed.
    Failed,
    /// It was left alone, such as a retained resource.
    Skipped,
}

impl ResourceStatus {
    /// A state by the service's word.
    #[must_use]
    pub fn new(word: &str) -> Self {
        Self(word.to_owned())
    }

    /// The service's word.
    #[must_use]
    pub fn word(&self) -> &str {
        &self.0
    }

    /// The state in a word for people, such as `creating`, and how far it has come.
    #[must_use]
    pub fn meaning(&self) -> (&str, Progress) {
        match self.0.as_str() {
            "CREATE_IN_PROGRESS" => ("creating", Progress::Running),
            "CREATE_COMPLETE" => ("created", Progress::Done),
            "CREATE_FAILED" => ("creation failed", Progress::Failed),
            "UPDATE_IN_PROGRESS" => ("updating", Progress::Running),
            "UPDATE_COMPLETE" => ("updated", Progress::Done),
            "UPDATE_FAILED" => ("update failed", Progress::Failed),
            "DELETE_IN_PROGRESS" => ("deleting", Progress::Running),
            "DELETE_COMPLETE" => ("deleted", Progress::Done),
            "DELETE_FAILED" => ("deletion failed", Progress::Failed),
            "DELETE_SKIPPED" => ("kept", Progress::Skipped),
            "IMPORT_IN_PROGRESS" => ("importing", Progress::Running),
            "IMPORT_COMPLETE" => ("imported", Progress::Done),
            "IMPORT_FAILED" => ("import failed", Progress::Failed),
            "ROLLBACK_IN_PROGRESS" | "UPDATE_ROLLBACK_IN_PROGRESS" | "IMPORT_ROLLBACK_IN_PROGRESS" => {
                ("rolling back", Progress::Running)
            }
            "ROLLBACK_COMPLETE" | "UPDATE_ROLLBACK_COMPLETE" | "IMPORT_ROLLBACK_COMPLETE" => {
                ("rolled back", Progress::Done)
            }
            "ROLLBACK_FAILED" | "UPDATE_ROLLBACK_FAILED" | "IMPORT_ROLLBACK_FAILED" => {
                ("rollback failed", Progress::Failed)
            }
            "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS" | "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS" => {
                ("cleaning up", Progress::Running)
            }
            "REVIEW_IN_PROGRESS" => ("in review", Progress::Running),
            // A word that is not documented yet is shown as it is.
            other if other.contains("FAILED") => (other, Progress::Failed),
            other if other.contains("IN_PROGRESS") => (other, Progress::Running),
            other => (other, Progress::Done),
        }
    }

    /// Whether work on the resource failed.
    #[must_use]
    pub fn is_failure(&self) -> bool {
        self.meaning().1 == Progress::Failed
    }
}
