//! What is suspicious in commands and downloads: it may be meant, and mostly is not.
//!
//! The same rules hold for steps of a document and for commands that stand in a spec.

use std::ops::Range;

use super::actions::find;
use super::declared::Declared;
use super::expression::{Scope, Target, Targets};
use super::phases::stage;
use super::prompt;
use crate::diagnostic::{Code, code};
use crate::document::finding::{Finding, Findings, MOST};
use crate::document::grammar::Action;
use crate::document::secret;
use crate::document::yaml::{Node, Scalar};

/// What runs a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shell {
    /// Bash, on Linux and macOS.
    Bash,
    /// PowerShell, on Windows.
    PowerShell,
}

impl Shell {
    /// The action that runs it.
    fn action(self) -> Option<&'static Action> {
        find(match self {
            Self::Bash => "ExecuteBash",
            Self::PowerShell => "ExecutePowerShell",
        })
    }
}

/// The commands of a phase that stand in no document yet, and the names of the steps that they become.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Commands<'a> {
    /// The phase.
    pub(crate) phase: &'a str,
    /// The names of the steps, in order.
    pub(crate) steps: &'a [String],
    /// What each of them runs.
    pub(crate) texts: &'a [String],
}

/// Checks commands that stand in no document, with the names of the parameters that they may use. Each finding comes with
/// the number of its phase and that of its command; its places are bytes of the command.
pub(crate) fn commands<'a>(
    phases: &[Commands<'a>],
    shell: Option<Shell>,
    parameters: impl IntoIterator<Item = &'a str>,
) -> Vec<(usize, usize, Finding)> {
    let mut targets = Targets::default();
    for phase in phases {
        targets.phases.push(phase.phase);
        for step in phase.steps {
            targets.by_name.insert((phase.phase, step), targets.steps.len());
            let (action, stage) = (shell.and_then(Shell::action), stage(phase.phase));
            targets.steps.push(Target { action, entries: 0, stage, inputs: vec!["commands"] });
        }
    }
    let (mut declared, mut here, mut findings) = (Declared::of_names(parameters), 0, Vec::new());
    for (number, phase) in phases.iter().enumerate() {
        for (index, text) in phase.texts.iter().enumerate() {
            let stage = stage(phase.phase);
            let mut found =
                Scope { declared: &mut declared, targets: &targets, here, stage, looped: None, faulty: &[] }
                    .check(text);
            found.extend(secret::find(text));
            found = secret::without_references(text, found);
            if let Some(shell) = shell {
                found.extend(lines(text, &Whole { is_of_spec: true, ..Whole::new(text) }, shell));
            }
            findings.extend(found.into_iter().map(|finding| (number, index, finding)));
            here += 1;
        }
    }
    findings
}

/// Checks the inputs of a step.
pub(super) fn check(text: &str, entry: &Node, action: &Action, findings: &mut Findings) {
    let shell = match action.name {
        "ExecuteBash" => Some(Shell::Bash),
        "ExecutePowerShell" => Some(Shell::PowerShell),
        _ => None,
    };
    let commands = entry.get("commands").and_then(Node::as_list).unwrap_or_default();
    let whole = Whole::new(&commands.iter().filter_map(Node::as_str).collect::<Vec<_>>().join("\n"));
    let others = ["content", "arguments"].into_iter().filter_map(|key| entry.get(key));
    let others = others.flat_map(|node| node.as_list().unwrap_or(std::slice::from_ref(node)));
    for node in commands.iter().chain(others) {
        let Some(command) = node.as_str() else { continue };
        let mut found = secret::find(command);
        if let Some(shell) = shell {
            found.extend(lines(command, &whole, shell));
        }
        for finding in found {
            if findings.is_full() {
                break;
            }
            findings.push(finding.moved(|span| node.piece(text, &span)));
        }
    }
    if action.name == "WebDownload" {
        download(entry, findings);
    }
}

/// A download that anybody on the way may change.
fn download(entry: &Node, findings: &mut Findings) {
    let is_checked = entry.get("checksum").is_some();
    if let Some((key, value)) = entry.entry("ignoreCertificateErrors")
        && value.scalar() == Some(Scalar::Flag(true))
        && !is_checked
    {
        let message = "any server may answer this download";
        let finding = Finding::new(code::UNVERIFIED, message, key.span.clone());
        findings.push(finding.help("remove it, or add `checksum` and `algorithm`"));
    } else if let Some(node) = entry.get("source")
        && node.as_str().is_some_and(|source| source.starts_with("http://"))
        && !is_checked
    {
        let finding = Finding::new(code::UNVERIFIED, "anybody on the way may change this download", node.span.clone());
        findings.push(finding.help("download over `https://`, or add `checksum` and `algorithm`"));
    }
}

/// What is known of a script as a whole when one of its lines is looked at.
struct Whole {
    /// Whether something is verified in it.
    verifies: bool,
    /// Whether something is decided in it, in Bash and in PowerShell.
    decides: (bool, bool),
    /// Whether it answers all questions of package managers.
    answers: bool,
    /// Whether it is a command of a spec, which can hold no other actions.
    is_of_spec: bool,
}

impl Whole {
    fn new(script: &str) -> Self {
        let script = script.to_ascii_lowercase();
        let has = |words: &[&str]| words.iter().any(|word| script.contains(word));
        let bash = has(&["if ", "[ ", "[[", "test ", "case ", "&&", "||"]);
        let answers = has(&["assume-yes", "assumeyes", "force-yes", "expect "]);
        let decides = (bash, has(&["if ", "if(", "switch"]));
        Self { verifies: has(&VERIFIERS), decides, answers, is_of_spec: false }
    }
}

/// Words that show that something is verified.
const VERIFIERS: [&str; 9] =
    ["sha256sum", "sha512sum", "shasum", "sha1sum", "md5sum", "gpg", "cosign", "minisign", "get-filehash"];

/// Checks a command, a part of a script, line by line.
fn lines(text: &str, whole: &Whole, shell: Shell) -> Vec<Finding> {
    let mut found: Vec<Finding> = Vec::new();
    if let (Shell::Bash, Some(at)) = (shell, text.find('\r')) {
        let start = text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |line| line + 1);
        let message = "the line ends with a carriage return, which Bash takes for a part of it";
        found
            .push(Finding::new(code::CARRIAGE_RETURN, message, start..at).help("save the text with line ends of Unix"));
    }
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let span = start + line.len() - line.trim_start().len()..start + line.trim_end().len();
        start += line.len();
        let line = line.trim();
        if line.starts_with('#') {
            continue;
        }
        if found.len() >= MOST {
            break;
        }
        if !whole.verifies && runs_download(&line.to_ascii_lowercase(), shell) {
            let message = "what is downloaded runs without being verified";
            let finding = Finding::new(code::UNVERIFIED, message, span.clone());
            found.push(finding.help("download it to a file, compare its checksum, and run it then"));
        }
        if shell == Shell::Bash && !whole.answers {
            found.extend(prompt::check(line, span.start));
        }
        found.extend(restart(line, whole, span, shell));
    }
    found
}

/// Whether a line, in lowercase, gives a download to an interpreter.
fn runs_download(line: &str, shell: Shell) -> bool {
    if shell == Shell::PowerShell {
        let runs = ["iex", "invoke-expression"].iter().any(|word| has_word(line, word));
        let loads = ["downloadstring", "invoke-webrequest", "invoke-restmethod", "iwr", "irm"];
        return runs && loads.iter().any(|word| has_word(line, word));
    }
    let Some(load) = ["curl ", "wget "].iter().filter_map(|word| line.find(word)).min() else { return false };
    let before = line.get(..load).unwrap_or_default();
    let is_interpreter = |word: &str| {
        let name = word.rsplit('/').next().unwrap_or(word);
        ["sh", "bash", "zsh", "dash", "ksh", "python", "python3", "perl", "ruby", "node"].contains(&name)
    };
    let substituted = ["sh -c \"$(", "sh -c '$(", "sh <(", "source <(", ". <(", "eval \"$(", "eval $("];
    if substituted.iter().any(|start| before.trim_end().ends_with(start)) {
        return true;
    }
    let after = line.get(load..).unwrap_or_default();
    after.split('|').skip(1).any(|stage| {
        let mut words = stage.split_whitespace().filter(|word| !word.starts_with('-') && !word.contains('='));
        match words.next() {
            Some("sudo" | "env" | "exec") => words.next().is_some_and(is_interpreter),
            Some(word) => is_interpreter(word),
            None => false,
        }
    })
}

fn has_word(line: &str, wanted: &str) -> bool {
    line.split(|c: char| !c.is_ascii_alphanumeric() && c != '-').any(|word| word == wanted)
}

/// Restarts that AWSTOE does not know of, and exit codes that ask for one for ever.
fn restart(line: &str, whole: &Whole, span: Range<usize>, shell: Shell) -> Option<Finding> {
    let words: Vec<&str> = line.trim_start_matches("sudo ").split_whitespace().take(3).collect();
    let is_restart = match (shell, words.as_slice()) {
        (Shell::Bash, ["reboot", ..] | ["systemctl", "reboot", ..] | ["init", "6", ..] | ["shutdown", "-r", ..]) => {
            true
        }
        (Shell::PowerShell, [first, second, ..]) if first.eq_ignore_ascii_case("shutdown") => {
            second.eq_ignore_ascii_case("/r") || second.eq_ignore_ascii_case("-r")
        }
        (Shell::PowerShell, [first, ..]) => first.eq_ignore_ascii_case("Restart-Computer"),
        _ => false,
    };
    let code: Code = code::REBOOT;
    if is_restart {
        let message = "the restart ends the step in the middle, and it counts as failed";
        let finding = Finding::new(code, message, span);
        return Some(if whole.is_of_spec {
            let component = if shell == Shell::Bash { "aws:reboot-linux" } else { "aws:reboot-windows" };
            finding.help(format!(
                "end this component here, put `{component}` after it in `components`, and what follows into a component after that"
            ))
        } else {
            finding.help("end the step here, and add a step with the action `Reboot`")
        });
    }
    let (exit, decides) = match shell {
        Shell::Bash => ("194", whole.decides.0),
        Shell::PowerShell => ("3010", whole.decides.1),
    };
    if let ["exit", number, ..] = words.as_slice()
        && number.trim_end_matches(';') == exit
        && !decides
    {
        let message = format!("the exit code {exit} restarts and runs this step again, for ever");
        let finding = Finding::new(code, message, span);
        return Some(finding.help(if whole.is_of_spec {
            "exit with it only until a file shows that it was done"
        } else {
            "use the action `Reboot`, or exit with it only until a file shows that it was done"
        }));
    }
    None
}
