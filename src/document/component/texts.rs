//! Texts that YAML changes: escapes in paths, lines that become one command, and tags.

use crate::diagnostic::code;
use crate::document::finding::{Finding, Findings};
use crate::document::grammar::Action;
use crate::document::yaml::{Node, Value, quoted};

/// The inputs that are paths, URLs or keys of the registry.
const PATHS: [&str; 8] = ["path", "source", "destination", "target", "file", "logFile", "document", "fileNamePattern"];

/// Checks the inputs of a step.
pub(super) fn check(document: &str, entry: &Node, action: &Action, findings: &mut Findings) {
    for (key, value) in entry.as_map().unwrap_or_default() {
        let name = key.as_str().unwrap_or_default();
        if PATHS.contains(&name) {
            let what = if action.name == "SetRegistry" { "the registry key" } else { "the path" };
            let text = value.as_str().unwrap_or_default();
            let what = if text.contains("://") { "the URL" } else { what };
            control(document, value, what, text, findings);
        }
        if matches!(name, "commands" | "arguments") {
            for item in value.as_list().unwrap_or_default() {
                let text = item.as_str().unwrap_or_default();
                if let Some(path) = windows_path(text) {
                    control(document, item, "a path in it", path, findings);
                }
                folded(document, item, name, findings);
                tag(document, item, findings);
            }
        }
    }
}

/// Control characters, which no path has.
fn control(document: &str, node: &Node, what: &str, text: &str, findings: &mut Findings) {
    let found: Vec<char> = text.chars().filter(|c| word(*c).is_some()).collect();
    let mut words: Vec<&str> = found.iter().filter_map(|c| word(*c)).collect();
    words.dedup();
    let Some((last, first)) = words.split_last() else { return };
    let list = if first.is_empty() { (*last).to_owned() } else { format!("{} and {last}", first.join(", ")) };
    let message = format!("{what} holds {list}");
    let finding = Finding::new(code::CHANGED_TEXT, message, node.span.clone());
    let source = document.get(node.span.clone()).unwrap_or_default();
    let inner = source.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
    findings.push(
        match inner.filter(|inner| inner.contains('\\') && !inner.contains("\\\"") && !inner.contains('\n')) {
            Some(inner) => {
                let text = quoted(&inner.replace("\\\\", "\\"));
                let finding = finding.help(format!("a backslash in double quotes begins an escape: write {text}"));
                if text.starts_with('\'') { finding.edit(node.span.clone(), text) } else { finding }
            }
            None => finding.help("write it on one line, in single quotes"),
        },
    );
}

fn word(c: char) -> Option<&'static str> {
    Some(match c {
        '\t' => "a tab",
        '\n' => "a line end",
        '\r' => "a carriage return",
        '\u{a0}' => "a no-break space",
        '\u{85}' | '\u{2028}' | '\u{2029}' => "a separator of lines",
        c if c.is_control() => "a control character",
        _ => return None,
    })
}

/// A path of Windows whose backslash became a control character.
fn windows_path(text: &str) -> Option<&str> {
    let drive = |(at, _): (usize, &str)| {
        let letter = text.get(..at)?.chars().next_back()?;
        let before = text.get(..at - letter.len_utf8())?.chars().next_back();
        let after = text.get(at + 1..)?.chars().next()?;
        let is_drive = letter.is_ascii_alphabetic() && before.is_none_or(|c| !c.is_alphanumeric());
        let end = text.get(at..)?.find([' ', '"', '\'']).map_or(text.len(), |length| at + length);
        (is_drive && word(after).is_some() && after != '\r').then(|| text.get(at..end)).flatten()
    };
    text.match_indices(':').find_map(drive)
}

/// A line without a dash, which becomes a part of the command above it.
fn folded(document: &str, node: &Node, name: &str, findings: &mut Findings) {
    let Some(source) = document.get(node.span.clone()).map(str::trim_end) else { return };
    if !matches!(node.value, Value::Scalar { plain: true, .. }) || !source.contains('\n') {
        return;
    }
    let mut at = node.span.start;
    let mut above = "";
    for line in source.split_inclusive('\n') {
        let text = line.trim();
        // What begins like a command, below a line that does not ask for more, was meant to be one.
        let goes_on = above.ends_with(['\\', '|', '&', ',', '(', '=', ';', '{']);
        if !above.is_empty() && begins_command(text, first_word(source)) && !goes_on {
            let start = at + line.len() - line.trim_start().len();
            let message = if name == "commands" {
                "this line folds into the command above it: YAML joins the two with a space"
            } else {
                "this line folds into the argument above it: YAML joins the two with a space"
            };
            let finding = Finding::new(code::CHANGED_TEXT, message, start..start + text.len());
            let help = "begin the line with `- ` for a command of its own, or write both after `|`";
            return findings.push(finding.help(help));
        }
        above = if text.is_empty() { above } else { text };
        at += line.len();
    }
}

fn first_word(text: &str) -> &str {
    text.split_whitespace().next().unwrap_or_default()
}

/// Whether a line begins as commands do: with the program of the line above, a usual program, or a verb of PowerShell.
fn begins_command(line: &str, above: &str) -> bool {
    const PROGRAMS: [&str; 64] = [
        "apt",
        "apt-get",
        "aws",
        "bash",
        "cat",
        "cd",
        "chmod",
        "chocolatey",
        "choco",
        "chown",
        "cp",
        "curl",
        "dnf",
        "docker",
        "dpkg",
        "echo",
        "exit",
        "export",
        "find",
        "for",
        "gem",
        "git",
        "gpg",
        "grep",
        "groupadd",
        "gunzip",
        "if",
        "java",
        "ln",
        "ls",
        "make",
        "mkdir",
        "mount",
        "msiexec",
        "mv",
        "nginx",
        "node",
        "npm",
        "npx",
        "pip",
        "pip3",
        "printf",
        "python",
        "python3",
        "reboot",
        "rm",
        "rpm",
        "sed",
        "service",
        "set",
        "sh",
        "sleep",
        "snap",
        "source",
        "sudo",
        "systemctl",
        "tar",
        "tee",
        "touch",
        "unzip",
        "useradd",
        "wget",
        "yum",
        "zypper",
    ];
    let word = first_word(line);
    let is_verb = word.split_once('-').is_some_and(|(verb, noun)| {
        [verb, noun].iter().all(|part| part.starts_with(|c: char| c.is_ascii_uppercase())) && !word.contains(['.', '/'])
    });
    PROGRAMS.contains(&word) || is_verb || (word == above && word.len() > 1)
}

/// An exclamation mark, which YAML takes for a tag and drops.
fn tag(document: &str, node: &Node, findings: &mut Findings) {
    // The place of a text with a tag begins with the tag, or after it.
    let source = document.get(node.span.clone()).unwrap_or_default();
    let own = if source.starts_with('!') { source.find(' ').unwrap_or(source.len()) } else { 0 };
    let Some(before) = document.get(..node.span.start + own) else { return };
    let line = before.rsplit('\n').next().unwrap_or_default().trim_end();
    let Some(at) = line.rfind("- !") else { return };
    let tag = line.get(at + 2..).unwrap_or_default();
    if tag.starts_with("!!") || tag.contains(' ') {
        return;
    }
    let start = before.trim_end().len() - tag.len();
    let source = document.get(start..node.span.end).unwrap_or_default().trim_end();
    let message = format!("YAML reads `{tag}` as a tag and drops it");
    let finding = Finding::new(code::CHANGED_TEXT, message, start..start + tag.len());
    findings.push(if source.contains('\n') {
        finding.help("put the command in quotes")
    } else {
        let text = quoted(source);
        finding.help(format!("write `{text}`")).edit(start..start + source.len(), text)
    });
}
