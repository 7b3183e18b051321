//! What the log of a build tells besides its words: which step of which component runs.

use std::collections::VecDeque;

/// Lines that are kept for the moment when something fails.
const KEPT: usize = 30;

/// Lines after the first error that are kept with it: what is told behind them is how the build was cleared away.
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
/// assert_eq!(trace.last(2), ["Error exit status 1", "Info Phase test"]);
/// ```
#[derive(Debug, Clone, Default)]
pub struct Trace {
    /// Where the run is.
    at: Where,
    /// Where the first error was told.
    failed: Option<Where>,
    /// The last lines up to the first error and a few after it.
    last: VecDeque<String>,
    /// How many of them the step told that runs, or failed.
    of_step: usize,
    /// How many of them stand behind the first error.
    after: usize,
    count: u64,
}

impl Trace {
    /// Reads a line.
    pub fn read(&mut self, line: &str) {
        self.count += 1;
        if self.failed.is_some() {
            if self.after < AFTER {
                self.after += 1;
                self.keep(line);
            }
            return;
        }
        let text = body(line);
        let word = |marker: &str| {
            let rest = text.strip_prefix(marker)?.trim();
            // The steps of workflows are told with more words behind their name.
            (!rest.is_empty() && !rest.contains(' ')).then(|| rest.to_owned())
        };
        let before = self.at.clone();
        if let Some(component) = word("Document ").filter(|name| name.starts_with("arn:")) {
            self.at = Where { component: Some(component), ..Where::default() };
        } else if let Some(phase) = word("Phase ") {
            self.at = Where { phase: Some(phase), step: None, component: self.at.component.take() };
        } else if let Some(step) = word("Step ") {
            self.at.step = Some(step);
        } else if is_error(line) && self.at.component.is_some() {
            self.failed = Some(self.at.clone());
        }
        if self.at != before {
            self.of_step = 0;
        }
        self.keep(line);
    }

    fn keep(&mut self, line: &str) {
        if self.last.len() == KEPT {
            self.last.pop_front();
        }
        self.last.push_back(line.to_owned());
        self.of_step = (self.of_step + 1).min(KEPT);
    }

    /// Where it failed: at the first error that was told inside of a component, else where it stopped.
    #[must_use]
    pub fn failed(&self) -> &Where {
        self.failed.as_ref().unwrap_or(&self.at)
    }

    /// The lines of the step that failed, or else the last ones; at most so many.
    #[must_use]
    pub fn last(&self, most: usize) -> Vec<String> {
        let most = if self.failed.is_some() { most.min(self.of_step) } else { most };
        self.last.iter().skip(self.last.len().saturating_sub(most)).cloned().collect()
    }

    /// Lines that were read.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.count
    }
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

    #[test]
    fn the_lines_of_a_failure_are_those_of_its_step() {
        let mut trace = Trace::default();
        trace.read("Info Document arn:aws:imagebuilder:us-east-1:1:component/one/1.0.0/1");
        trace.read("Info Phase build");
        for step in ["Build1", "Build2"] {
            trace.read(&format!("Info Step {step}"));
            trace.read(&format!("Info {step} says this"));
        }
        trace.read("Error exit status 1");
        (0..100).for_each(|number| trace.read(&format!("Info cleared away {number}")));
        let lines = trace.last(12);
        assert_eq!(lines[..3], ["Info Step Build2", "Info Build2 says this", "Error exit status 1"]);
        assert_eq!((lines.len(), lines.last().map(String::as_str)), (3 + AFTER, Some("Info cleared away 3")));
        assert_eq!(trace.count(), 107);
    }

    #[test]
    fn what_is_kept_does_not_grow() {
        let mut trace = Trace::default();
        (0..100_000).for_each(|number| trace.read(&number.to_string()));
        assert_eq!((trace.count(), trace.last(2)), (100_000, vec!["99998".to_owned(), "99999".to_owned()]));
        assert_eq!(trace.last(1000).len(), KEPT);
    }
}
