//! Slips in documents that are right: each is found at its line, in words for what is wrong there, by one diagnostic.

use kiln::diagnostic::fix::fixed;
use kiln::diagnostic::{Report, Sources};
use kiln::document::Finding;
use kiln::document::lint::lint;

const LINUX: &str = "name: Web
description: Installs the web server
schemaVersion: 1.0
parameters:
  - Port:
      type: string
      default: '80'
      description: The port
phases:
  - name: build
    steps:
      - name: Install
        action: ExecuteBash
        onFailure: Abort
        inputs:
          commands:
            - dnf -y install nginx
            - systemctl enable nginx
            - echo \"listen {{ Port }}\" > /etc/port
      - name: Config
        action: S3Download
        inputs:
          - source: s3://bucket/nginx.conf
            destination: /etc/nginx/nginx.conf
          - source: s3://bucket/site.conf
            destination: /etc/nginx/site.conf
      - name: Script
        action: ExecuteBash
        inputs:
          commands:
            - |
              set -e
              nginx -t
              echo done
  - name: validate
    steps:
      - name: Check
        action: ExecuteBash
        inputs:
          commands:
            - nginx -t
";

const WINDOWS: &str = "name: Win
schemaVersion: 1.0
phases:
  - name: build
    steps:
      - name: Folder
        action: CreateFolder
        inputs:
          - path: C:\\ProgramData\\app
      - name: Run
        action: ExecutePowerShell
        inputs:
          commands:
            - Write-Host done
  - name: validate
    steps:
      - name: Check
        action: ExecutePowerShell
        inputs:
          commands:
            - exit 0
";

/// What is found in a document when a piece of it is replaced.
fn slip(document: &str, piece: &str, by: &str) -> (String, Vec<Finding>) {
    assert!(document.contains(piece), "{piece}");
    let text = document.replacen(piece, by, 1);
    let findings = lint("web.yaml", &text).1;
    (text, findings)
}

/// With one slip there is one finding, whose line holds `at` and whose message holds `words`.
fn found(document: &str, (piece, by): (&str, &str), at: &str, words: &str) {
    let (text, findings) = slip(document, piece, by);
    let [finding] = &findings[..] else { panic!("{by:?}: {findings:#?}") };
    let start = finding.labels[0].0.start;
    let line = text[..start].rfind('\n').map_or(0, |end| end + 1);
    let line = text[line..].lines().next().unwrap_or_default();
    assert!(line.contains(at), "{by:?}: {line:?} is not the line of {at:?}: {finding:#?}");
    assert!(finding.message.contains(words), "{by:?}: {finding:#?}");
}

/// The same, and `--fix` writes a document without errors.
fn mended(document: &str, (piece, by): (&str, &str), at: &str, words: &str) {
    found(document, (piece, by), at, words);
    let (text, findings) = slip(document, piece, by);
    let report: Report = findings.into_iter().map(|finding| finding.in_file("web.yaml")).collect();
    let mut sources = Sources::default();
    sources.add("web.yaml", text);
    let fixed = fixed(&report, &sources);
    let after = &fixed.first().unwrap_or_else(|| panic!("{by:?} is not fixed: {report:#?}")).after;
    let left: Vec<Finding> = lint("web.yaml", after).1.into_iter().filter(Finding::is_error).collect();
    assert!(left.is_empty(), "{after}\n{left:#?}");
}

#[test]
fn tabs() {
    let tab = "a tab indents this line";
    let action = "        action: ExecuteBash\n        onFailure";
    mended(LINUX, (action, "\taction: ExecuteBash\n        onFailure"), "\taction", tab);
    mended(LINUX, ("        onFailure", "    \tonFailure"), "\tonFailure", tab);
    mended(LINUX, ("            - dnf", "\t\t\t- dnf"), "- dnf", tab);
    mended(
        LINUX,
        ("              nginx -t\n              echo", "\t\t\tnginx -t\n              echo"),
        "nginx -t",
        tab,
    );
    found(LINUX, ("      - name: Install", "      -\tname: Install"), "-\tname", "a tab follows the dash");
    assert!(slip(LINUX, "name: Web", "name:\tWeb").1.is_empty(), "a tab may follow a colon");
}

#[test]
fn columns() {
    let column = |is: usize, wanted: usize| format!("this line begins in column {is}, expected column {wanted}");
    let line = |name: &str, piece: &str, wanted: usize| {
        let spaces = piece.len() - piece.trim_start().len();
        for change in [-2_i64, -1, 1, 2] {
            let Ok(is) = usize::try_from(spaces as i64 + change) else { continue };
            let by = format!("{}{}", " ".repeat(is), piece.trim_start());
            mended(LINUX, (piece, &by), name, &column(is + 1, wanted));
        }
    };
    line("onFailure", "        onFailure", 9);
    line("- name: Config", "      - name: Config", 7);
    line("destination: /etc/nginx/nginx", "            destination: /etc/nginx/nginx", 13);
    let one = |name: &str, piece: &str, by: &str, is: usize, wanted: usize| {
        mended(LINUX, (piece, by), name, &column(is, wanted));
    };
    one("phases:", "phases:", " phases:", 2, 1);
    one("schemaVersion", "schemaVersion", "  schemaVersion", 3, 1);
    one("- systemctl", "            - systemctl", "           - systemctl", 12, 13);
    one("default: '80'", "      default: '80'", "    default: '80'", 5, 7);
    one("type: string", "      type: string", "    type: string", 5, 7);
    one("- name: validate", "  - name: validate", " - name: validate", 2, 3);
    let block = "this line ends the `|` block above it";
    mended(LINUX, ("              nginx -t\n", "            nginx -t\n"), "nginx -t", block);
    found(LINUX, ("              nginx -t\n", "              cat <<EOF\nline\nEOF\n"), "line", block);
    let beside = ("          commands:\n            - dnf", "        commands:\n            - dnf");
    found(LINUX, beside, "commands:", "is an input of `ExecuteBash`, and is not under `inputs`");
}

#[test]
fn quotes() {
    let open = "this quote is not closed in its line";
    mended(LINUX, ("default: '80'", "default: '80"), "default: '80", open);
    mended(LINUX, ("description: The port", "description: \"The port"), "description: \"The port", open);
    mended(LINUX, ("- dnf -y install nginx", "- \"dnf -y install nginx"), "- \"dnf", open);
    mended(LINUX, ("- dnf -y install nginx", "- 'dnf -y install nginx"), "- 'dnf", open);
    let follows = "follows the closing quote";
    mended(LINUX, ("- dnf -y install nginx", "- 'echo it's done'"), "it's", follows);
    mended(LINUX, ("- dnf -y install nginx", "- \"echo \"done\"\""), "- \"echo", follows);
    mended(LINUX, ("- dnf -y install nginx", "- \"/opt/setup\" --quiet"), "- \"/opt", follows);
    let escape = "is not an escape of double quotes";
    mended(WINDOWS, ("- Write-Host done", "- \"Start-Process C:\\setup\\install.exe\""), "C:\\setup", escape);
    mended(WINDOWS, ("C:\\ProgramData\\app", "\"C:\\Drivers\\app\""), "C:\\Drivers", escape);
    found(LINUX, ("- nginx -t\n", "- \"echo \\$HOME\"\n"), "\\$HOME", escape);
    mended(WINDOWS, ("C:\\ProgramData\\app", "\"C:\\temp\\new\""), "C:\\temp", "the path holds a tab and a line end");
    mended(
        WINDOWS,
        ("C:\\ProgramData\\app", "\"C:\\Program Files\\app\""),
        "C:\\Pro",
        "the path holds a separator of lines",
    );
}

#[test]
fn characters_that_yaml_keeps_for_itself() {
    let braces = "a value that begins with `{{` needs quotes";
    mended(LINUX, ("- nginx -t\n", "- {{ Port }}\n"), "- {{", braces);
    mended(LINUX, ("- nginx -t\n", "- {{ Port }} --now\n"), "- {{", braces);
    mended(LINUX, ("/etc/nginx/site.conf", "{{ Port }}/site.conf"), "{{", braces);
    mended(LINUX, ("/etc/nginx/site.conf", "{{ Port }}"), "{{", braces);
    mended(LINUX, ("s3://bucket/site.conf", "{{ build.Install.outputs.stdout }}"), "{{", braces);
    mended(LINUX, ("- dnf -y install nginx", "- echo name: web"), "- echo", "an item of `commands` is a map");
    let colon = "a colon with a space after it makes a map of this text";
    mended(LINUX, ("description: The port", "description: The port: a number"), "description: The", colon);
    mended(LINUX, ("- nginx -t\n", "- [ -f /etc/x ] && echo ok\n"), "- [", "`[` begins a list in YAML");
    mended(LINUX, ("- nginx -t\n", "- [[ -f /etc/x ]] || exit 1\n"), "- [[", "`[` begins a list in YAML");
    mended(LINUX, ("- nginx -t\n", "- [ -f /etc/x ]\n"), "- [", "an item of `commands` is a list");
    for first in ["*.rpm", "@echo off", "`date`", "%APP% x", "& 'C:/x.exe' /s", "> /etc/x"] {
        mended(LINUX, ("- nginx -t\n", &format!("- {first}\n")), first, "a text without quotes cannot begin with");
    }
    mended(LINUX, ("- nginx -t\n", "- ! grep error /var/log/x\n"), "- !", "YAML reads `!` as a tag and drops it");
    found(LINUX, ("commands:\n            - nginx -t\n", "commands: [nginx -t\n"), "commands: [", "`[` is not closed");
    found(LINUX, ("- |\n", "- | set -x\n"), "- | set", "cannot begin with `|`");
}

#[test]
fn colons_and_dashes() {
    let action = "action: ExecuteBash\n        onFailure";
    mended(
        LINUX,
        (action, "action ExecuteBash\n        onFailure"),
        "action Exec",
        "a colon is missing after `action`",
    );
    mended(LINUX, (action, "action:ExecuteBash\n        onFailure"), "action:Exec", "a colon needs a space after it");
    for key in ["phases", "    steps", "        inputs"] {
        let words = format!("a colon is missing after `{}`", key.trim());
        mended(LINUX, (&format!("{key}:\n"), &format!("{key}\n")), key, &words);
    }
    mended(LINUX, ("- systemctl", "-systemctl"), "-systemctl", "a dash needs a space after it");
    mended(LINUX, ("- systemctl", "systemctl"), "systemctl", "a dash is missing before `systemctl`");
    for (piece, by) in [
        ("      - name: Config", "        name: Config"),
        ("  - name: validate", "    name: validate"),
        ("          - source: s3://bucket/nginx", "            source: s3://bucket/nginx"),
    ] {
        let key = if piece.contains("source") { "source" } else { "name" };
        mended(LINUX, (piece, by), by.trim(), &format!("a dash is missing before `{key}`"));
    }
    let deeper = ("            - systemctl enable nginx", "              systemctl enable nginx");
    found(LINUX, deeper, "systemctl", "this line folds into the command above it");
    found(LINUX, ("phases:\n", "---\nphases:\n"), "---", "a second document begins here");
    found(LINUX, ("onFailure: Abort\n", "onFailure: Abort\n        onFailure: Ignore\n"), "Ignore", "is there twice");
}

#[test]
fn json_has_its_own_words() {
    let findings = lint("web.json", "{\n  \"schemaVersion\": 1.0\n  \"phases\": []\n}\n").1;
    assert_eq!(findings[0].message, "this is not JSON: expected `,` or `}`");
    assert_eq!(findings[0].labels[0].0, 27..27);
}
