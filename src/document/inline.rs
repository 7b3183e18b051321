//! From the commands of a spec to an AWSTOE document.
//!
//! Each command is a step of its own, so that a failure names the command and the first one ends the build. The text
//! depends on nothing but the commands: layout and comments of the spec change no document and so no version.

use std::fmt::Write;

use indexmap::IndexMap;

use super::Finding;
use super::component::script::{Commands, Shell, commands};
use crate::project::Platform;

/// What a component of the spec runs, by phase.
///
/// ```
/// use indexmap::IndexMap;
/// use kiln::document::inline::{Steps, compile};
/// use kiln::project::Platform;
///
/// let (build, parameters) = (["dnf -y install nginx".to_owned()], IndexMap::new());
/// let steps = Steps { build: &build, validate: &[], test: &[], parameters: &parameters };
/// let document = compile("nginx", None, steps, Platform::Linux);
/// assert!(document.contains("action: ExecuteBash") && document.contains("name: Build1"));
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Steps<'a> {
    /// On the build instance.
    pub build: &'a [String],
    /// On the build instance, after all components were built.
    pub validate: &'a [String],
    /// On an instance of the new image.
    pub test: &'a [String],
    /// Parameters and their defaults.
    pub parameters: &'a IndexMap<String, String>,
}

impl<'a> Steps<'a> {
    /// The phases, the beginnings of the names of their steps, and their commands.
    const fn phases(self) -> [(&'static str, &'static str, &'a [String]); 3] {
        [("build", "Build", self.build), ("validate", "Validate", self.validate), ("test", "Test", self.test)]
    }
}

/// A finding in a command: the phase, the number of the command in it, and what there is to say, at bytes of the command.
pub type InCommand = (&'static str, usize, Finding);

/// Checks commands before they become a document: what they refer to, and what is suspicious in them. Without a platform
/// nobody knows the shell, and only the former is told.
#[must_use]
pub fn check(steps: Steps<'_>, platform: Option<Platform>) -> Vec<InCommand> {
    let shell = platform.map(|platform| match platform {
        Platform::Windows => Shell::PowerShell,
        Platform::Linux | Platform::MacOs => Shell::Bash,
    });
    let names = steps.phases().map(|(_, title, commands)| {
        (1..=commands.len()).map(|number| format!("{title}{number}")).collect::<Vec<String>>()
    });
    let phases: Vec<Commands<'_>> = steps
        .phases()
        .into_iter()
        .zip(&names)
        .map(|((phase, _, texts), steps)| Commands { phase, steps, texts })
        .collect();
    let found = commands(&phases, shell, steps.parameters.keys().map(String::as_str));
    let in_command =
        |(phase, index, finding): (usize, usize, Finding)| Some((steps.phases().get(phase)?.0, index, finding));
    found.into_iter().filter_map(in_command).collect()
}

/// Writes the document.
#[must_use]
pub fn compile(name: &str, description: Option<&str>, steps: Steps<'_>, platform: Platform) -> String {
    let mut out = String::new();
    let _ = writeln!(out, "name: {}", scalar(name));
    if let Some(description) = description {
        let _ = writeln!(out, "description: {}", scalar(description));
    }
    out.push_str("schemaVersion: 1.0\n");
    if !steps.parameters.is_empty() {
        out.push_str("parameters:\n");
        for (name, default) in steps.parameters {
            let _ = write!(out, "  - {}:\n      type: string\n      default: {}\n", scalar(name), scalar(default));
        }
    }
    out.push_str("phases:\n");
    for (phase, title, commands) in steps.phases() {
        if !commands.is_empty() {
            let _ = write!(out, "  - name: {phase}\n    steps:\n");
            for (index, command) in commands.iter().enumerate() {
                step(&mut out, &format!("{title}{}", index + 1), command, platform);
            }
        }
    }
    out
}

/// A shell goes on after a failed line unless told otherwise, and a step's result is that of its last line alone.
fn step(out: &mut String, name: &str, command: &str, platform: Platform) {
    let (action, strict) = match platform {
        Platform::Windows => ("ExecutePowerShell", "$ErrorActionPreference = 'Stop'"),
        Platform::Linux | Platform::MacOs => ("ExecuteBash", "set -eo pipefail"),
    };
    let _ = write!(
        out,
        "      - name: {name}\n        action: {action}\n        inputs:\n          commands:\n            - {}\n",
        scalar(strict)
    );
    let last = match platform {
        // PowerShell goes on after a program that failed: only its own commands stop it.
        Platform::Windows => Some("if ($LASTEXITCODE) { exit $LASTEXITCODE }"),
        Platform::Linux | Platform::MacOs => None,
    };
    let command = dedented(command);
    let text = command.trim_end();
    if text.contains('\n') && is_block(text) {
        out.push_str("            - |\n");
        for line in text.lines() {
            if line.is_empty() {
                out.push('\n');
            } else {
                let _ = writeln!(out, "              {line}");
            }
        }
    } else {
        let _ = writeln!(out, "            - {}", scalar(text));
    }
    if let Some(last) = last {
        let _ = writeln!(out, "            - {}", scalar(last));
    }
}

/// A text of several lines without the indentation that it has in the spec.
fn dedented(text: &str) -> String {
    let indent = |line: &str| line.len() - line.trim_start_matches(' ').len();
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    let common = lines.map(indent).min().unwrap_or_default();
    if common == 0 || !text.contains('\n') {
        return text.to_owned();
    }
    text.split('\n').map(|line| line.get(common..).unwrap_or_default()).collect::<Vec<_>>().join("\n")
}

/// Whether a text of several lines comes back from a block scalar as it went in.
fn is_block(text: &str) -> bool {
    !text.starts_with([' ', '\n', '\t'])
        && text.chars().all(|c| {
            c == '\n' || c == '\t' || (!c.is_control() && !matches!(c, '\u{85}' | '\u{2028}' | '\u{2029}' | '\u{feff}'))
        })
}

/// A scalar: as it is where it cannot be mistaken for anything else, in double quotes otherwise. JSON's escapes are
/// YAML's.
fn scalar(text: &str) -> String {
    let is_safe = |c: char| c.is_ascii_alphanumeric() || " -_./=@+,()".contains(c);
    // Words with a space between are neither numbers nor dates nor booleans.
    let is_plain = text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.contains(' ')
        && !text.ends_with(' ')
        && text.chars().all(is_safe);
    if is_plain { text.to_owned() } else { serde_json::Value::from(text).to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{component, yaml};

    fn compiled(command: &str) -> Vec<String> {
        let build = [command.to_owned()];
        let steps = Steps { build: &build, validate: &[], test: &[], parameters: &IndexMap::new() };
        let text = compile("x", None, steps, Platform::Linux);
        let (_, findings) = component::read(&text);
        assert!(!findings.iter().any(Finding::is_error), "{text}");
        let root = yaml::parse(&text).root.unwrap();
        let step = &root.get("phases").unwrap().as_list().unwrap()[0].get("steps").unwrap().as_list().unwrap()[0];
        let commands = step.get("inputs").unwrap().get("commands").unwrap().as_list().unwrap();
        commands.iter().map(|command| command.as_str().unwrap().trim_end_matches('\n').to_owned()).collect()
    }

    fn findings(command: &str) -> Vec<String> {
        let (build, parameters) =
            (["date".to_owned(), command.to_owned()], IndexMap::from([("Port".into(), "1".into())]));
        let steps = Steps { build: &build, validate: &[], test: &[], parameters: &parameters };
        check(steps, Some(Platform::Linux)).into_iter().map(|(_, _, finding)| finding.message).collect()
    }

    #[test]
    fn commands_know_parameters_and_earlier_commands() {
        assert_eq!(
            findings("echo {{ Port }} {{ build.Build1.outputs.stdout }} {{ build.Build1.inputs.commands }}"),
            [""; 0]
        );
        assert_eq!(findings("echo {{ Prot }}"), ["nothing is declared as `Prot`"]);
        assert_eq!(findings("echo {{ build.Build2.outputs.stdout }}"), ["the step `Build2` refers to itself"]);
        assert_eq!(findings("curl https://example.com/x | sudo bash").len(), 1);
        assert_eq!(findings("curl -o x https://example.com/x && sha256sum -c x.sum && bash x").len(), 0);
    }

    #[test]
    fn the_indentation_of_the_spec_is_not_the_commands() {
        assert_eq!(
            compiled("  for x in a; do\n    echo $x\n  done\n  "),
            ["set -eo pipefail", "for x in a; do\n  echo $x\ndone"]
        );
    }

    #[test]
    fn a_command_comes_back_as_it_was_written() {
        for command in [
            "dnf -y install nginx",
            "echo \"$HOME\" 'x' \\ {{ context:date }}",
            "if true; then\n  echo a\n\n  echo b\nfi",
            "  indented\nfirst",
            "tests:\n  - a: \"${b}\"",
            "tab\tand\nline",
            "trailing \nspace",
            "crlf\r\nline",
            "a: b # c",
        ] {
            assert_eq!(compiled(command), ["set -eo pipefail", command]);
        }
    }
}
