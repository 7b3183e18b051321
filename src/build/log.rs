//! What the log of a build tells besides its words: which step of which component runs.

use std::collections::VecDeque;

/// Lines that are kept for the moment when something fails.
const KEPT: usize = 30;

/// Lines after the last error of a step that are kept with it: what is told behind them is how the build was cleared away.
const AFTER: usize = 4;

/// A place in the run of components, as far as it is known.
///
/// ```
/// use kiln::build::{Trace, Where};
///
/// let mut trace = Trace::default();
/// trace.read("Info Document arn:aws:imagebuilder:eu-west-1:123456789012:component/nginx/1.0.0/1");
/// trace.read("Info Phase build");
/// trace.read("Info Step Build2");
/// let Where { phase, step, .. } = trace.failed();
/// assert_eq!((phase.as_deref(), step.as_deref()), (Some("build"), Some("Build2")));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Where {
    /// The ARN of the component.
    pub component: Option<String>,
    /// The phase of its document.
    pub phase: Option<String>,
    /// The step in that phase.
    pub step: Option<String>,
}

/// Follows a log line by line. What it keeps does not grow.
///
/// ```
/// use kiln::build::Trace;
///
/// let log = "Info Document arn:aws:imagebuilder:us-east-1:123456789012:component/app/1.0.0/1\n\
///            Info Phase validate\nInfo Step Validate1\nError exit status 1\nInfo Phase test";
/// let mut trace = Trace::default();
/// log.lines().for_each(|line| trace.read(line));
/// // The run went on after the error, and the error is where it failed.
/// assert_eq!(trace.failed().phase.as_deref(), Some("validate"));
/// assert_eq!(trace.of_failure(2), ["Info Step Validate1", "Error exit status 1"]);
/// ```
#[derive(Debug, Clone, Default)]
pub struct Trace {
    /// Where the run is.
    at: Where,
    /// The last step of a component that told an error. Those before it did not end the run.
    failure: Option<Failure>,
    /// The last lines.
    last: VecDeque<String>,
    /// How many of them the step told that runs.
    of_step: usize,
    count: u64,
}

/// A step that told an error.
#[derive(Debug, Clone)]
struct Failure {
    at: Where,
    /// Its lines, up to a few after its last error.
    lines: VecDeque<String>,
    /// How many of them stand behind that.
    after: usize,
}

impl Trace {
    /// Reads a line.
    pub fn read(&mut self, line: &str) {
        self.count += 1;
        let text = body(line);
        let word = |marker: &str| {
            let rest = text.strip_prefix(marker)?.trim();
            // The steps of workflows are told with more words behind their name.
            (!rest.is_empty() && !rest.contains(' ')).then(|| rest.to_owned())
        };
        let before = self.of_step;
        self.of_step = 0;
        if let Some(component) = word("Document ").filter(|name| name.starts_with("arn:")) {
            self.at = Where { component: Some(component), ..Where::default() };
        } else if let Some(phase) = word("Phase ") {
            self.at = Where { phase: Some(phase), step: None, component: self.at.component.take() };
        } else if let Some(step) = word("Step ") {
            self.at.step = Some(step);
        } else {
            self.of_step = before;
        }
        self.of_step = (self.of_step + 1).min(KEPT);
        push(&mut self.last, line);
        self.watch(line);
    }

    /// Notes an error of a component, and what is told behind it.
    fn watch(&mut self, line: &str) {
        let is_error = is_error(line) && self.at.component.is_some();
        match &mut self.failure {
            Some(failure) if failure.at == self.at && failure.after < AFTER => {
                push(&mut failure.lines, line);
                failure.after = if is_error { 0 } else { failure.after + 1 };
            }
            _ if is_error => {
                let lines = self.last.iter().skip(self.last.len() - self.of_step).cloned().collect();
                self.failure = Some(Failure { at: self.at.clone(), lines, after: 0 });
            }
            _ => {}
        }
    }

    /// Where it failed: at the last step of a component that told an error, else where it stopped.
    #[must_use]
    pub fn failed(&self) -> &Where {
        self.failure.as_ref().map_or(&self.at, |failure| &failure.at)
    }

    /// The lines of the step where it failed, at most so many; the last ones if no step told an error.
    #[must_use]
    pub fn of_failure(&self, most: usize) -> Vec<String> {
        end(self.failure.as_ref().map_or(&self.last, |failure| &failure.lines), most)
    }

    /// The last lines, at most so many.
    #[must_use]
    pub fn last(&self, most: usize) -> Vec<String> {
        end(&self.last, most)
    }

    /// Lines that were read.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.count
    }
}

fn push(lines: &mut VecDeque<String>, line: &str) {
    if lines.len() == KEPT {
        lines.pop_front();
    }
    lines.push_back(line.to_owned());
}

fn end(lines: &VecDeque<String>, most: usize) -> Vec<String> {
    lines.iter().skip(lines.len().saturating_sub(most)).cloned().collect()
}

/// Words for how grave a line is, before its text.
const LEVELS: [&str; 6] = ["Debug ", "Info ", "Warning ", "Warn ", "Error ", "Fatal "];

fn level(line: &str) -> Option<(usize, &'static str)> {
    let words = line.trim_start();
    let mut offset = line.len() - words.len();
    // A date and a time may stand before it.
    for _ in 0..2 {
        let rest = &line[offset..];
        let Some((first, _)) = rest.split_once(' ') else { break };
        if first.starts_with(|char: char| char.is_ascii_digit()) {
            offset += first.len() + 1;
        }
    }
    LEVELS.into_iter().find(|level| line[offset..].starts_with(level)).map(|level| (offset + level.len(), level))
}

/// A line without its date and its level.
fn body(line: &str) -> &str {
    level(line).map_or(line, |(offset, _)| line[offset..].trim_start())
}

fn is_error(line: &str) -> bool {
    matches!(level(line), Some((_, "Error " | "Fatal ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_step_that_fails_is_known() {
        let mut trace = Trace::default();
        for line in [
            "Info Step ApplyBuildComponents (ExecuteComponents): STARTED EXECUTION",
            "Info Document arn:aws:imagebuilder:us-east-1:1:component/one/1.0.0/1",
            "Info Phase build",
            "2026-01-01 10:00:00 Info Step Build1",
            "Info Document arn:aws:imagebuilder:us-east-1:1:component/two/1.0.0/1",
            "Info Phase validate",
            "Info Step Validate2",
            "2026-01-01 10:00:01 Error exit status 1",
            "Info Phase test",
        ] {
            trace.read(line);
        }
        let expected = Where {
            component: Some("arn:aws:imagebuilder:us-east-1:1:component/two/1.0.0/1".to_owned()),
            phase: Some("validate".to_owned()),
            step: Some("Validate2".to_owned()),
        };
        assert_eq!(*trace.failed(), expected);
    }

    fn told(lines: &[&str]) -> Trace {
        let mut trace = Trace::default();
        trace.read("Info Document arn:aws:imagebuilder:us-east-1:1:component/one/1.0.0/1");
        trace.read("Info Phase build");
        lines.iter().for_each(|line| trace.read(line));
        trace
    }

    #[test]
    fn the_lines_of_a_failure_are_those_of_its_step() {
        let mut trace =
            told(&["Info Step Build1", "Info says", "Info Step Build2", "Info says that", "Error exit status 1"]);
        (0..100).for_each(|number| trace.read(&format!("Info cleared away {number}")));
        let lines = trace.of_failure(12);
        assert_eq!(lines[..3], ["Info Step Build2", "Info says that", "Error exit status 1"]);
        assert_eq!((lines.len(), lines.last().map(String::as_str)), (3 + AFTER, Some("Info cleared away 3")));
        assert_eq!(trace.last(1), ["Info cleared away 99"]);
        assert_eq!(trace.count(), 107);
    }

    #[test]
    fn an_error_of_many_lines_is_told_to_its_end() {
        let mut trace = told(&["Info Step Build1"]);
        (0..40).for_each(|number| trace.read(&format!("Error line {number}")));
        assert_eq!(trace.of_failure(2), ["Error line 38", "Error line 39"]);
    }

    #[test]
    fn an_error_that_did_not_end_the_run_is_not_the_failure() {
        let trace = told(&[
            "Info Step Build1",
            "Error of no importance",
            "Info Step Build2",
            "Error exit status 1",
            "Info Phase test",
            "Info cleared away",
        ]);
        assert_eq!(trace.failed().step.as_deref(), Some("Build2"));
        assert_eq!(trace.of_failure(9), ["Info Step Build2", "Error exit status 1"]);
    }

    #[test]
    fn what_is_kept_does_not_grow() {
        let mut trace = Trace::default();
        (0..100_000).for_each(|number| trace.read(&number.to_string()));
        assert_eq!((trace.count(), trace.last(2)), (100_000, vec!["99998".to_owned(), "99999".to_owned()]));
        assert_eq!(trace.last(1000).len(), KEPT);
        let mut trace = told(&["Info Step Build1"]);
        (0..100_000).for_each(|number| trace.read(&format!("Error {number}")));
        assert_eq!((trace.of_failure(1000).len(), trace.of_failure(1)), (KEPT, vec!["Error 99999".to_owned()]));
    }
}
