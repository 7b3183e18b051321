//! Why a build failed.

use super::{Image, Step, Trace, Where, Workflow, hints};

/// Lines of the log that are told with a failure.
const TOLD: usize = 12;

/// Why a build failed, as far as service and log tell.
///
/// ```
/// use kiln::build::{Image, State, Trace, cause};
///
/// let mut trace = Trace::default();
/// trace.read("2026-03-01 10:00:00 Error cannot write /opt/app: No space left on device");
/// let image = Image { state: State::new("FAILED"), ..Image::default() };
/// let found = cause::find(&image, &[], &trace);
/// assert_eq!(found.reason, "the service gives no reason");
/// assert!(found.hint.is_some_and(|hint| hint.contains("root-volume")));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Cause {
    /// The workflow that failed.
    pub workflow: Option<String>,
    /// Its step, with the action in brackets.
    pub step: Option<String>,
    /// The component, its phase and its step, if components were run there.
    pub at: Option<Where>,
    /// The service's reason.
    pub reason: String,
    /// What the failed step of a component told last, or else the last lines of the log.
    pub lines: Vec<String>,
    /// What to do.
    pub hint: Option<&'static str>,
}

/// The action of a workflow that runs components.
const COMPONENTS: &str = "ExecuteComponents";

/// Finds out why, from what was seen of the image, its workflows and its log.
#[must_use]
pub fn find(image: &Image, seen: &[(Workflow, Vec<Step>)], trace: &Trace) -> Cause {
    let failed = seen.iter().find_map(|(workflow, steps)| {
        let step = steps.iter().find(|step| matches!(step.status.as_str(), "FAILED" | "TIMED_OUT"));
        (step.is_some() || workflow.status == "FAILED").then_some((workflow, step))
    });
    let step = failed.and_then(|(_, step)| step);
    let message = step.and_then(|step| step.message.as_deref()).filter(|message| !message.is_empty());
    let whole = image.reason.as_deref().filter(|reason| !reason.is_empty());
    let reason = whole.or(message).unwrap_or("the service gives no reason").to_owned();
    let in_components = step.is_some_and(|step| step.action == COMPONENTS);
    let mut at = trace.failed().clone();
    let mut lines = if in_components { trace.of_failure(TOLD) } else { trace.last(TOLD) };
    if let Some(named) = component_in(&reason).filter(|named| at.component.as_deref() != Some(named)) {
        at = Where { component: Some(named.to_owned()), ..Where::default() };
        lines = trace.last(TOLD);
    }
    let hint = hints::hint(&reason).or_else(|| hints::hint(&lines.join("\n")));
    Cause {
        workflow: failed.map(|(workflow, _)| workflow.name.clone()),
        step: step.map(|step| format!("{} ({})", step.name, step.action)),
        at: Some(at).filter(|at| in_components && at.component.is_some()),
        reason,
        lines,
        hint,
    }
}

/// The component whose ARN stands in a reason: `Document arn:… failed!`.
fn component_in(reason: &str) -> Option<&str> {
    let start = reason.find("arn:")?;
    let arn = reason[start..].split(|char: char| char.is_whitespace() || "'\"!,;)".contains(char)).next()?;
    arn.contains(":component/").then_some(arn)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_component_is_known_from_its_arn_in_the_reason() {
        let reason = "failure message = 'Document arn:aws:imagebuilder:us-east-1:1:component/web/1.0.0/1 failed!'";
        assert_eq!(component_in(reason), Some("arn:aws:imagebuilder:us-east-1:1:component/web/1.0.0/1"));
        assert_eq!(component_in("arn:aws:iam::1:role/x is not allowed"), None);
    }
}
