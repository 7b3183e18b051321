//! Hostile text through the binary: what people read shows it, what programs take has it byte for byte, and nothing obeys it.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::fs::{self, File};
use std::path::Path;
use std::process::{Command, Output, Stdio};

use proptest::prelude::*;
use pulldown_cmark::{Event, Options, Parser, Tag};

use crate::support::pty::on_terminal;
use crate::support::workspace;

/// What moves cursors, sets titles, reorders, hides and ends lines.
const HOSTILE: &str = "\u{1b}[2K\u{1b}[1A\u{1b}]0;title\u{7}\u{9b}2J\u{202e}\u{2066}\u{200b}\u{2028}\u{7f}";

/// Markdown, HTML and the references of forges.
const LIVE: &str = "@octocat @org/team #1 octo/cat#2 GH-3 !4 ![i](https://e.example/i.png) [l](https://e.example) \
                    https://e.example www.e.example me@e.example <img src=x onerror=y> <!-- --> | a | ` ``` :tada: \
                    deadbeef &copy; *b* _i_ ~~s~~ $x$ # h";

/// A component's document with a line for each of these texts.
fn document(lines: &[&str]) -> String {
    let commands: String =
        lines.iter().map(|line| format!("            - {}\n", serde_json::Value::from(*line))).collect();
    format!(
        "schemaVersion: 1.0\nphases:\n  - name: build\n    steps:\n      - name: Step\n        action: ExecuteBash\n        \
         inputs:\n          commands:\n{commands}  - name: validate\n    steps:\n      - name: Sees\n        action: \
         ExecuteBash\n        inputs:\n          commands: ['true']\n"
    )
}

fn spec(description: &str) -> String {
    // JSON's escapes are TOML's, but for DEL, which TOML wants escaped too.
    let toml = |text: &str| serde_json::Value::from(text).to_string().replace('\u{7f}', "\\u007f");
    // A tag has 256 characters at most.
    let (note, description) = (toml(&description.chars().take(200).collect::<String>()), toml(description));
    format!(
        "name = \"web\"\ntags = {{ note = {note} }}\n\n[component.nginx]\nsource = \"nginx.yaml\"\n\n[pipeline.web]\nbase \
         = \"amazon-linux-2023/arm64\"\nuser-data = \"boot.sh\"\ncomponents = [\"nginx\"]\ndescription = {description}\n"
    )
}

/// A repository whose last commit is harmless, with these changes on disk.
struct Change(tempfile::TempDir);

impl Change {
    fn new(spec_text: &str, document: &str, boot: &str) -> Self {
        let made = Self(tempfile::tempdir().unwrap());
        made.write("kiln.toml", &spec("web servers"));
        made.write("nginx.yaml", &self::document(&["true"]));
        made.write("boot.sh", "#!/bin/sh\n");
        made.git(&["init", "-q"]);
        made.git(&["add", "-A"]);
        made.git(&["commit", "-q", "-m", "x"]);
        made.write("kiln.toml", spec_text);
        made.write("nginx.yaml", document);
        made.write("boot.sh", boot);
        made
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.path().join(name), text).unwrap();
    }

    fn git(&self, arguments: &[&str]) {
        let mut git = Command::new("git");
        git.current_dir(self.path()).args(["-c", "user.name=a", "-c", "user.email=a@example.com"]).args(arguments);
        for name in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"] {
            git.env_remove(name);
        }
        assert!(git.env("GIT_CONFIG_GLOBAL", "/dev/null").status().unwrap().success());
    }

    fn command(&self, arguments: &[&str]) -> Command {
        kiln(self.path(), arguments)
    }

    fn run(&self, arguments: &[&str]) -> (Option<i32>, String, String) {
        ended(&self.command(arguments).output().unwrap())
    }
}

fn kiln(folder: &Path, arguments: &[&str]) -> Command {
    let mut kiln = Command::new(env!("CARGO_BIN_EXE_kiln"));
    kiln.current_dir(folder).args(arguments).stdin(Stdio::null());
    for name in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "GITHUB_ACTIONS", "GITLAB_CI"] {
        kiln.env_remove(name);
    }
    kiln
}

fn ended(output: &Output) -> (Option<i32>, String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

/// A text without kiln's own colours.
fn uncoloured(text: &str) -> String {
    let mut parts = text.split("\u{1b}[");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |out, part| {
        let rest = part.trim_start_matches(|char: char| char.is_ascii_digit() || char == ';');
        assert!(rest.starts_with('m') && !part.starts_with("8m"), "not a colour: {part:?}");
        out + &rest[1..]
    })
}

/// Fails if a reader cannot see what is there.
#[track_caller]
fn is_visible(text: &str) {
    let text = uncoloured(&text.replace("\r\n", "\n"));
    let found: Vec<_> = kiln::source::hidden(&text).collect();
    assert!(found.is_empty(), "{found:?} in:\n{text:?}");
}

#[test]
fn people_see_what_is_hidden_on_every_stream() {
    let description = format!("web{HOSTILE}\rservers\nApproved");
    let change =
        Change::new(&spec(&description), &document(&["true", HOSTILE]), &format!("#!/bin/sh\n# a{HOSTILE}\rb\n"));
    let calls: [&[&str]; 8] = [
        &["check"],
        &["diff"],
        &["diff", "--format", "markdown"],
        &["graph"],
        &["graph", "--format", "dot"],
        &["graph", "--format", "svg"],
        &["check", "--format", "github"],
        &["synth", "--check"],
    ];
    for call in calls {
        let (_, out, err) = change.run(call);
        is_visible(&out);
        is_visible(&err);
        let (_, out, err) = change.run(&[&["--color", "always"], call].concat());
        is_visible(&out);
        is_visible(&err);
    }
    let (_, review, _) = change.run(&["diff"]);
    assert!(
        review.contains(r"\u{1b}[2K\u{1b}[1A\u{1b}]0;title\u{7}\u{9b}2J\u{202e}\u{2066}\u{200b}\u{2028}\u{7f}\rb"),
        "{review}"
    );
    assert!(review.contains(r"\rservers\nApproved"), "{review}");
}

#[test]
fn a_terminal_obeys_nothing_from_outside() {
    let change = Change::new(
        &spec("web"),
        &document(&["true", HOSTILE]),
        &format!("#!/bin/sh\necho 1\r\u{1b}[1Aecho 2 # {HOSTILE}\n"),
    );
    for call in [&["diff"][..], &["check"], &["synth", "--check"], &["synth", "--stdout"], &["document", "nginx"]] {
        let shown = on_terminal(&mut change.command(call), 200).end();
        is_visible(&shown.bytes);
    }
    let shown = on_terminal(&mut change.command(&["diff"]), 200).end();
    let all = shown.lines.join("\n");
    assert!(all.contains(r"echo 1\r\u{1b}[1Aecho 2"), "{all}");
}

#[test]
fn names_of_files_and_arguments_are_only_text() {
    let folder = workspace("text-names");
    let name = format!("a{HOSTILE}.yaml").replace('/', "");
    fs::write(folder.join(&name), "steps: [").unwrap();
    for call in
        [&["check", &name][..], &["check", "gone\u{1b}[2J\n\rwrote x.yaml"], &["explain", HOSTILE], &["man", HOSTILE]]
    {
        let shown = on_terminal(&mut kiln(&folder, call), 120).end();
        assert_ne!(shown.status, Some(0));
        is_visible(&shown.bytes);
    }
    // clap's own words about arguments.
    for call in [&[HOSTILE][..], &["check", "--\u{1b}[2J"], &["graph", "--format", "\u{1b}]0;x\u{7}"]] {
        let shown = on_terminal(&mut kiln(&folder, call), 120).end();
        assert_eq!(shown.status, Some(2));
        is_visible(&shown.bytes);
    }
    let (_, _, err) = ended(&kiln(&folder, &["check", "gone\nerror: all is well"]).output().unwrap());
    assert!(err.contains(r"gone\nerror: all is well") && err.lines().count() <= 2, "{err}");
}

#[test]
fn products_are_written_byte_for_byte() {
    let text = "a\u{1b}[31mred\u{1b}[0m \u{1b}]8;;x\u{7} \u{202e}";
    let change = Change::new(&spec(text), &document(&[text]), &format!("#!/bin/sh\necho '{text}'\n"));
    for (call, file) in [(&["document", "nginx"][..], "nginx.yaml"), (&["synth", "--stdout"], "template.yaml")] {
        let (code, ..) = change.run(&["synth"]);
        assert_eq!(code, Some(0));
        let expected = fs::read_to_string(change.path().join(file)).unwrap();
        for color in ["never", "auto", "always"] {
            let (code, out, _) = change.run(&[&["--color", color], call].concat());
            assert_eq!((code, out), (Some(0), expected.clone()), "{call:?} {color}");
        }
    }
    // Programs get the characters themselves.
    let (_, out, _) = change.run(&["diff", "--format", "json"]);
    let review: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert!(review["specs"][0]["documents"].to_string().contains('\u{202e}'));
}

#[test]
fn what_cannot_be_written_is_an_error() {
    if !Path::new("/dev/full").exists() {
        return;
    }
    let change = Change::new(&spec("web"), &document(&["true", "false"]), "#!/bin/sh\n");
    let calls: [&[&str]; 13] = [
        &["synth", "--stdout"],
        &["synth", "--check"],
        &["document", "nginx"],
        &["diff"],
        &["diff", "--format", "json"],
        &["diff", "--format", "markdown"],
        &["graph"],
        &["schema"],
        &["explain"],
        &["completions", "bash"],
        &["man"],
        &["check", "--format", "sarif"],
        &["--help"],
    ];
    for call in calls {
        let full = File::options().write(true).open("/dev/full").unwrap();
        let (code, _, err) = ended(&change.command(call).stdout(full).output().unwrap());
        assert!(code == Some(2) && err.contains("cannot write"), "{call:?}: {code:?} {err}");
        // A reader that went away wanted no more.
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let (code, _, err) = ended(&change.command(call).stdout(writer).output().unwrap());
        assert!(code != Some(2) && !err.contains("cannot write"), "{call:?}: {code:?} {err}");
    }
}

/// What a viewer of Markdown finds that is more than text: tags that kiln does not write, and text outside of code that forges
/// look at once more.
fn live(markdown: &str) -> Vec<String> {
    let options =
        Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS | Options::ENABLE_FOOTNOTES;
    let (mut found, mut code_blocks, mut is_html) = (Vec::new(), 0, 0);
    for event in Parser::new_ext(markdown, options) {
        match event {
            Event::Start(Tag::CodeBlock(_)) => code_blocks += 1,
            Event::End(pulldown_cmark::TagEnd::CodeBlock) => code_blocks -= 1,
            Event::Start(
                Tag::Link { .. } | Tag::Image { .. } | Tag::Strikethrough | Tag::Emphasis | Tag::BlockQuote(_),
            ) => {
                found.push(format!("{event:?}"));
            }
            Event::TaskListMarker(_) | Event::FootnoteReference(_) | Event::Rule | Event::HardBreak => {
                found.push(format!("{event:?}"));
            }
            Event::InlineHtml(ref html) | Event::Html(ref html) => {
                let mut rest = html.trim();
                for own in [
                    "<details>",
                    "<summary>",
                    "</summary>",
                    "</details>",
                    "<code>",
                    "</code>",
                    "<sub>",
                    "</sub>",
                    "<br>",
                ] {
                    if rest == own {
                        rest = "";
                    }
                }
                // The line of a summary holds a name.
                if let Some(name) = rest.strip_prefix("<details><summary>").and_then(|it| it.strip_suffix("</summary>"))
                {
                    let name = name.replace("<code>", "").replace("</code>", "");
                    rest = if name.contains(['<', '>', '@']) { rest } else { "" };
                }
                match html.trim() {
                    "<code>" => is_html += 1,
                    "</code>" => is_html -= 1,
                    _ => {}
                }
                if !rest.is_empty() {
                    found.push(format!("{html:?}"));
                }
            }
            Event::Text(text) if code_blocks == 0 && is_html == 0 => {
                let words = text.split_whitespace();
                found.extend(
                    words
                        .filter(|word| {
                            word.contains(['@', '#', '!'])
                                || word.contains("://")
                                || word.contains("www.")
                                || word.contains(":tada:")
                                || word.starts_with("GH-")
                                || *word == "deadbeef"
                        })
                        .map(str::to_owned),
                );
            }
            _ => {}
        }
    }
    found
}

fn headings(markdown: &str) -> usize {
    Parser::new(markdown).filter(|event| matches!(event, Event::Start(Tag::Heading { .. }))).count()
}

#[test]
fn nothing_from_outside_is_live_in_markdown() {
    let plain = Change::new(&spec("x"), &document(&["a"]), "#!/bin/sh\na\n");
    let (_, expected, _) = plain.run(&["diff", "--format", "markdown"]);
    assert_eq!(live(&expected), [""; 0], "{expected}");
    for text in [
        LIVE.to_owned(),
        format!("x\r# Approved by security\r\r{LIVE}"),
        format!("x\n\n# Approved by security\n\n- [ ] a\n\n> q\n\n| a |\n| - |\n\n</details>\n{LIVE}"),
        format!("`{LIVE}` ``{LIVE}` ```\n```\n{LIVE}"),
        "](https://e.example) [x]: https://e.example\n[x]".to_owned(),
        "a|b|`c|d`|\\|e\\".to_owned(),
    ] {
        let boot = format!("#!/bin/sh\n{text}\n~~~\n```\n`````\n</details>\n{text}\n");
        let change = Change::new(&spec(&text), &document(&[&text]), &boot);
        let (code, out, err) = change.run(&["diff", "--format", "markdown"]);
        assert_eq!(code, Some(0), "{err}");
        assert_eq!(live(&out), [""; 0], "{out}");
        assert_eq!(headings(&out), headings(&expected), "{out}");
        assert!(out.contains("octocat") || !text.contains("octocat"), "{out}");
        // A row of the table has three cells, whatever is in them.
        let mut cells = Vec::new();
        for event in Parser::new_ext(&out, Options::ENABLE_TABLES) {
            match event {
                Event::Start(Tag::TableRow) => cells.push(0),
                Event::Start(Tag::TableCell) => *cells.last_mut().unwrap_or(&mut 0) += 1,
                _ => {}
            }
        }
        assert!(cells.len() > 1 && cells[1..].iter().all(|count| *count == 3), "{cells:?}\n{out}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]
    #[test]
    fn no_text_is_live_or_hidden_in_a_review(text in "[ -~\u{80}-\u{9f}\u{200b}-\u{202e}\u{2060}-\u{206f}\r\n\u{1b}@#`|<>\\[\\]()!*_~:/]{0,60}") {
        let change = Change::new(&spec(&text), &document(&[&text]), "#!/bin/sh\n");
        let (code, out, err) = change.run(&["diff", "--format", "markdown"]);
        prop_assume!(code == Some(0));
        is_visible(&out);
        is_visible(&err);
        prop_assert_eq!(live(&out), Vec::<String>::new(), "{}", out);
    }
}

#[test]
fn a_runner_of_github_actions_finds_no_command() {
    let lines = "::error::x\n  ::add-mask::y\na ##[group]b\n##[add-path]c\n";
    let change = Change::new(&spec("web"), &document(&["true"]), &format!("#!/bin/sh\n{lines}"));
    let obeyed = |text: &str| {
        let lines = text.split(['\n', '\r']);
        lines
            .filter(|line| line.trim_start().starts_with("::") || line.contains("##["))
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    // The lines of the first commit are context of the next change.
    change.git(&["commit", "-qam", "y"]);
    change.write("boot.sh", &format!("#!/bin/sh\ntrue\n{lines}"));
    for call in [&["diff"][..], &["check"], &["--color", "always", "diff"], &["synth", "--check"]] {
        let (_, out, err) = ended(&change.command(call).env("GITHUB_ACTIONS", "true").output().unwrap());
        assert_eq!((obeyed(&uncoloured(&out)), obeyed(&uncoloured(&err))), (vec![], vec![]), "{call:?}");
        if call == ["diff"] {
            assert!(out.contains(" \\::error::x") && out.contains("a ##\\[group]b"), "{out}");
        }
    }
    // Elsewhere the text is what it is, and so is a product.
    let (_, out, _) = change.run(&["diff"]);
    assert!(out.contains(" ::error::x"), "{out}");
    // Findings are commands, and what is in them ends none.
    change.write("kiln.toml", "name = \"web\"\n\"a\\r\\n::error file=b,line=1::c%0A\" = 1\n");
    let (_, out, _) =
        ended(&change.command(&["check", "--format", "github"]).env("GITHUB_ACTIONS", "true").output().unwrap());
    assert!(
        out.split(['\n', '\r'])
            .filter(|line| !line.is_empty())
            .all(|line| line.starts_with("::error file=kiln.toml,line=")),
        "{out}"
    );
    assert!(out.contains("%250A"), "{out}");
}

#[test]
fn a_name_that_a_shell_would_run_is_not_offered() {
    let folder = workspace("text-completions");
    let text = "name = \"shop\"\n[pipeline.\"web$(touch pwned)\"]\n[pipeline.\"we;id\"]\n[pipeline.\"we\\nid\"]\n[pipeline.web]\n\
                [component.\"we`id`\"]\n[component.worker]\n[workflow.\"w\\u202e\"]\n";
    fs::write(folder.join("kiln.toml"), text).unwrap();
    for file in ["$(touch pwned).toml", "a b.toml", "`id`.toml", "x;id.toml", "--yes", "plain.toml", "ta\u{1b}[2Jx"] {
        fs::write(folder.join(file), "").unwrap();
    }
    let offered = |words: &[&str]| {
        let mut command = kiln(&folder, &["--"]);
        let index = (words.len() - 1).to_string();
        command.args(words).env("COMPLETE", "bash").env("_CLAP_COMPLETE_INDEX", index).env("_CLAP_IFS", "\n");
        command.env("_CLAP_COMPLETE_COMP_TYPE", "9").env("_CLAP_COMPLETE_SPACE", "false");
        let (_, out, _) = ended(&command.output().unwrap());
        out.lines().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(offered(&["kiln", "build", "we"]), ["web"]);
    assert_eq!(offered(&["kiln", "promote", "we"]), ["web@"]);
    assert_eq!(offered(&["kiln", "document", "w"]), ["worker"]);
    let plain = |char: char| char.is_ascii_alphanumeric() || "./-_".contains(char);
    for words in
        [&["kiln", "synth", ""][..], &["kiln", "check", ""], &["kiln", "diff", "./"], &["kiln", "synth", "--out", ""]]
    {
        let offered = offered(words);
        let files: Vec<_> = offered.iter().filter(|it| !it.starts_with("--") || it.as_str() == "--yes").collect();
        assert!(files.iter().all(|it| it.chars().all(plain)), "{words:?}: {offered:?}");
        assert!(!offered.contains(&"--yes".to_owned()), "{words:?}: {offered:?}");
    }
    assert!(offered(&["kiln", "check", "pl"]).contains(&"plain.toml".to_owned()));
}
