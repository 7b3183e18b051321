//! Workflows: the stage that one is for, and those that Amazon manages.

use std::fmt;

use super::arn::Arn;
use super::invalid::Invalid;
use super::text::text;
use super::{matcher, suggest};

/// The stage of a build that a workflow is for.
///
/// Source: EC2 Image Builder API reference, CreateWorkflow, `type`.
///
/// ```
/// use kiln::project::Stage;
/// use kiln::project::workflow::MANAGED;
///
/// let stage = Stage::parse("test").unwrap();
/// assert_eq!(stage.service_word(), "TEST");
/// let managed = MANAGED.into_iter().find(|(of, _)| *of == stage);
/// assert_eq!(managed, Some((Stage::Test, ["test-container", "test-image"].as_slice())));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// Makes the image.
    Build,
    /// Tests it.
    Test,
    /// Brings it to Regions and accounts.
    Distribution,
}

/// The workflows that Amazon manages, of each stage.
///
/// Source: EC2 Image Builder user guide, "Managed workflows"; the AWS CDK's Image Builder library (2.270).
pub const MANAGED: [(Stage, &[&str]); 3] = [
    (Stage::Build, &["build-container", "build-image", "build-image-from-iso", "build-image-with-update-ssm-agent"]),
    (Stage::Test, &["test-container", "test-image"]),
    (Stage::Distribution, &["distribute-container", "distribute-image"]),
];

impl Stage {
    /// All stages, in the order in which they come.
    pub const ALL: [Self; 3] = [Self::Build, Self::Test, Self::Distribution];

    /// Parses `build`, `test` or `distribution`.
    ///
    /// # Errors
    /// If the text is another word.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        Self::ALL.into_iter().find(|stage| stage.word() == text).ok_or_else(|| {
            Invalid::new(format!("`{text}` is not a stage: write `build`, `test` or `distribution`"))
                .did_you_mean(suggest::closest(text, Self::ALL.map(Self::word)))
        })
    }

    /// The word for it, in a spec and in ARNs.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Build => "build",
            Self::Test => "test",
            Self::Distribution => "distribution",
        }
    }

    /// The service's word, such as `BUILD`.
    #[must_use]
    pub const fn service_word(self) -> &'static str {
        match self {
            Self::Build => "BUILD",
            Self::Test => "TEST",
            Self::Distribution => "DISTRIBUTION",
        }
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

text! {
    /// The ARN of a workflow, of a version that may have wildcards.
    ///
    /// Source: EC2 Image Builder API reference, WorkflowConfiguration, `workflowArn`.
    ///
    /// ```
    /// use kiln::project::{Stage, WorkflowArn};
    ///
    /// let workflows = "arn:aws:imagebuilder:eu-west-1:123456789012:workflow";
    /// let smoke = WorkflowArn::parse(&format!("{workflows}/test/smoke/1.x.x")).unwrap();
    /// assert_eq!(smoke.stage(), Some(Stage::Test));
    /// ```
    WorkflowArn
}

impl WorkflowArn {
    /// Parses an ARN.
    ///
    /// # Errors
    /// If the text is not the ARN of a workflow.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let arn = Arn::parse(text)?;
        let form = || {
            Invalid::new(format!("`{text}` is not the ARN of a workflow"))
                .help("write `arn:aws:imagebuilder:<region>:<account>:workflow/<stage>/<name>/<version>`")
        };
        let Some(rest) = arn.resource_after("workflow/").filter(|_| arn.service() == "imagebuilder") else {
            return Err(form());
        };
        let parts: Vec<&str> = rest.split('/').collect();
        let legal = match parts.as_slice() {
            [stage, name, version] => is_path(stage, name) && is_version(version, true),
            [stage, name, version, build] => {
                is_path(stage, name) && is_version(version, false) && matcher::is_digits(build)
            }
            _ => false,
        };
        if legal { Ok(Self(text.to_owned())) } else { Err(form()) }
    }

    /// The stage that it is for.
    #[must_use]
    pub fn stage(&self) -> Option<Stage> {
        let stage = self.0.split_once(":workflow/")?.1.split('/').next()?;
        Stage::ALL.into_iter().find(|known| known.word() == stage)
    }
}

fn is_path(stage: &str, name: &str) -> bool {
    let is = |c| matcher::is_lower_or_digit(c) || matches!(c, '-' | '_');
    Stage::parse(stage).is_ok() && matcher::all(name, is)
}

fn is_version(text: &str, wildcards: bool) -> bool {
    let parts: Vec<&str> = text.split('.').collect();
    parts.len() == 3 && parts.iter().all(|part| matcher::is_digits(part) || (wildcards && *part == "x"))
}

text! {
    /// The name of a group of tests that run at the same time.
    ///
    /// Source: EC2 Image Builder API reference, WorkflowConfiguration, `parallelGroup`.
    ///
    /// ```
    /// use kiln::project::ParallelGroup;
    ///
    /// let group = ParallelGroup::parse("security-checks").unwrap();
    /// assert_eq!(group.as_str(), "security-checks");
    /// assert!(ParallelGroup::parse("-checks").is_err(), "a letter or digit comes first");
    /// ```
    ParallelGroup
}

impl ParallelGroup {
    /// Parses a name: 1 to 100 letters, digits, `-`, `_`, `+` and `#`, a letter or digit first.
    ///
    /// # Errors
    /// If the text is formed otherwise.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let subject = "the name of a group";
        matcher::length(text, subject, 1..=100)?;
        let is = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '+' | '#');
        matcher::only(text, subject, "letters, digits, `-`, `_`, `+` and `#`", is)?;
        if text.starts_with(|c: char| c.is_ascii_alphanumeric()) {
            return Ok(Self(text.to_owned()));
        }
        Err(Invalid::new(format!("{subject} begins with a letter or digit, not as `{text}`")).at(0..1))
    }
}

#[cfg(test)]
mod tests {
    use super::super::invalid::testing::{invalid, valid};
    use super::*;

    #[test]
    fn stages() {
        Stage::ALL.into_iter().for_each(|stage| valid(Stage::parse, stage.word()));
        let form = "is not a stage: write `build`, `test` or `distribution`";
        invalid(Stage::parse, "tests", &format!("`tests` {form} | did you mean `test`?"));
    }

    #[test]
    fn arns() {
        let start = "arn:aws:imagebuilder:eu-west-1:111122223333:workflow";
        valid(WorkflowArn::parse, &format!("{start}/build/mine/1.0.x"));
        valid(WorkflowArn::parse, &format!("{start}/test/mine/1.0.0/2"));
        assert_eq!(WorkflowArn::parse(&format!("{start}/test/mine/1.0.0")).unwrap().stage(), Some(Stage::Test));
        let help = "write `arn:aws:imagebuilder:<region>:<account>:workflow/<stage>/<name>/<version>`";
        for rest in ["/mine/1.0.0", "/build/mine/1.0", "/build/mine/1.0.x/2", "/build/Mine/1.0.0", ""] {
            let text = format!("{start}{rest}");
            invalid(WorkflowArn::parse, &text, &format!("`{text}` is not the ARN of a workflow | {help}"));
        }
    }

    #[test]
    fn groups() {
        valid(ParallelGroup::parse, "checks-1");
        invalid(ParallelGroup::parse, "#1", "the name of a group begins with a letter or digit, not as `#1` @ #");
    }
}
