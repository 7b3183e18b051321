//! Commands that ask for confirmation: no one answers in a build.

use crate::diagnostic::code;
use crate::document::finding::Finding;

/// A package manager, the words that change packages, and the options that answer its question.
struct Manager {
    names: &'static [&'static str],
    asking: &'static [&'static str],
    answers: &'static [&'static str],
    answer: &'static str,
}

const MANAGERS: [Manager; 4] = [
    Manager {
        names: &["apt", "apt-get", "aptitude"],
        asking: &[
            "install",
            "upgrade",
            "full-upgrade",
            "dist-upgrade",
            "safe-upgrade",
            "remove",
            "purge",
            "autoremove",
        ],
        answers: &[
            "--yes",
            "--assume-yes",
            "-qq",
            "-q=2",
            "--simulate",
            "--dry-run",
            "--download-only",
            "--print-uris",
        ],
        answer: "-y",
    },
    Manager {
        names: &["yum", "dnf", "dnf5", "microdnf", "tdnf"],
        asking: &[
            "install",
            "update",
            "upgrade",
            "remove",
            "erase",
            "autoremove",
            "reinstall",
            "localinstall",
            "groupinstall",
            "swap",
            "distro-sync",
        ],
        answers: &["--assumeyes", "--assumeno", "--downloadonly"],
        answer: "-y",
    },
    Manager {
        names: &["zypper"],
        asking: &["install", "in", "update", "up", "patch", "dist-upgrade", "dup", "remove", "rm"],
        answers: &["--no-confirm", "--non-interactive", "-n", "--dry-run", "-D"],
        answer: "-y",
    },
    Manager { names: &["amazon-linux-extras"], asking: &["install"], answers: &[], answer: "-y" },
];

/// Checks a line of a script that begins at a byte.
pub(super) fn check(line: &str, start: usize) -> Option<Finding> {
    // A name in passing, in a text that is printed or written to a file, runs nothing.
    let mut at = 0;
    let mut is_fed = false;
    for command in line.split_inclusive(['|', ';', '&']) {
        let begin = at;
        at += command.len();
        let words = command.trim_end_matches(['|', ';', '&']);
        if !is_fed && let Some(finding) = asks(words, start + begin) {
            return Some(finding);
        }
        is_fed = command.ends_with('|') && !words.trim().is_empty();
    }
    None
}

fn asks(command: &str, start: usize) -> Option<Finding> {
    if command.contains('<') {
        return None;
    }
    let mut words = words(command).peekable();
    while words.next_if(|(word, _)| is_prefix(word)).is_some() {}
    let (name, _) = words.next()?;
    let name = name.rsplit('/').next().unwrap_or(name);
    let manager = MANAGERS.iter().find(|manager| manager.names.contains(&name))?;
    let rest: Vec<(&str, usize)> = words.collect();
    let answered = rest.iter().any(|(word, _)| {
        let is_short = word.starts_with('-') && !word.starts_with("--") && word.contains('y');
        manager.answers.contains(word) || is_short || word.contains("$")
    });
    let (word, at) = *rest.iter().find(|(word, _)| !word.starts_with('-'))?;
    if answered || !manager.asking.contains(&word) {
        return None;
    }
    let message = format!("`{name} {word}` asks for confirmation, and no one answers");
    let span = start + at..start + at + word.len();
    let written = format!("{word} {}", manager.answer);
    let finding = Finding::new(code::PROMPT, message, span.clone());
    Some(finding.help(format!("write `{name} {written}`")).edit(span, written))
}

/// What may be before a command: another user, variables, a wait, a shell's word.
fn is_prefix(word: &str) -> bool {
    const WORDS: [&str; 12] = ["sudo", "-E", "env", "exec", "time", "nice", "then", "do", "else", "if", "!", "("];
    WORDS.contains(&word) || (word.contains('=') && !word.starts_with('-'))
}

/// The words of a command with the bytes at which they begin.
fn words(command: &str) -> impl Iterator<Item = (&str, usize)> {
    let mut next = 0;
    let words = command.split(char::is_whitespace).map(move |word| {
        let at = next;
        next += word.len() + 1;
        (word, at)
    });
    words.filter(|(word, _)| !word.is_empty())
}
