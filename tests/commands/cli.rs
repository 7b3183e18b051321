//! The `kiln` command as its users and their pipelines meet it: files, exit codes, streams.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

pub(crate) const SPEC: &str = "name = \"web\"\n\n[component.nginx]\nbuild = [\"dnf -y install nginx\"]\n\n\
                    [pipeline.web]\nbase = \"amazon-linux-2023/arm64\"\ncomponents = [\"nginx\"]\n";

/// A folder of its own for a test, empty at the start.
pub(crate) struct Workspace(pub(crate) PathBuf);

/// How a call ended.
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Workspace {
    pub(crate) fn new(test: &str) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("cli-{test}"));
        if folder.exists() {
            fs::remove_dir_all(&folder).expect("the folder of the last run goes");
        }
        fs::create_dir_all(&folder).expect("a folder");
        Self(folder)
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, content).expect("a file");
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// All files of the folder, hidden ones too, by their paths in it.
    pub(crate) fn files(&self) -> Vec<String> {
        fn walk(folder: &Path, root: &Path, found: &mut Vec<String>) {
            for entry in fs::read_dir(folder).expect("a folder") {
                let path = entry.expect("an entry").path();
                if path.is_dir() {
                    walk(&path, root, found);
                } else {
                    let name = path.strip_prefix(root).expect("a path in the folder").to_string_lossy();
                    found.push(name.replace('\\', "/"));
                }
            }
        }
        let mut found = Vec::new();
        walk(&self.0, &self.0, &mut found);
        found.sort();
        found
    }

    /// `kiln` with these arguments in this folder, with nothing in its surroundings that changes colours.
    pub(crate) fn command(&self, arguments: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_kiln"));
        command.args(arguments.split_whitespace()).current_dir(&self.0).stdin(Stdio::null());
        for name in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "FORCE_COLOR"] {
            command.env_remove(name);
        }
        command
    }

    pub(crate) fn run(&self, arguments: &str) -> Ran {
        ran(&self.command(arguments).output().expect("kiln starts"))
    }

    /// Runs kiln and expects this exit code.
    #[track_caller]
    pub(crate) fn expect(&self, arguments: &str, code: i32) -> Ran {
        let ran = self.run(arguments);
        assert_eq!(ran.code, Some(code), "kiln {arguments}\n{}{}", ran.out, ran.err);
        assert!(!ran.err.contains("panicked"), "kiln {arguments}\n{}", ran.err);
        ran
    }
}

pub(crate) fn ran(output: &Output) -> Ran {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Ran { code: output.status.code(), out: text(&output.stdout), err: text(&output.stderr) }
}

#[test]
fn every_starter_spec_is_right_for_both_back_ends() {
    let folder = Workspace::new("init");
    let list = folder.expect("init --list", 0).out;
    let names: Vec<&str> = list.lines().filter_map(|line| line.split_whitespace().next()).collect();
    assert!(names.len() >= 6, "{list}");
    for name in names {
        folder.expect(&format!("init {name} --dir {name}"), 0);
        let checked = folder.expect(&format!("check {name}"), 0);
        assert_eq!((checked.out.as_str(), checked.err.trim()), ("", "1 spec checked: no findings"), "{name}");
        folder.expect(&format!("synth {name}"), 0);
        folder.expect(&format!("check --target terraform {name}"), 0);
        let again = folder.expect(&format!("synth --target terraform {name}"), 0);
        assert!(!again.err.contains("kiln.lock"), "{name}: one lock serves both back ends\n{}", again.err);
        for file in ["template.yaml", "main.tf", "kiln.lock"] {
            assert!(!folder.read(&format!("{name}/{file}")).is_empty());
        }
    }
}

#[test]
fn init_overwrites_nothing() {
    let folder = Workspace::new("init-twice");
    folder.expect("init al2023-web", 0);
    let before = folder.files();
    folder.write("kiln.toml", "mine");
    let refused = folder.expect("init al2023-web", 2);
    assert!(refused.err.contains("`kiln.toml` exists"), "{}", refused.err);
    assert_eq!((folder.read("kiln.toml").as_str(), folder.files()), ("mine", before));
    fs::remove_file(folder.path("kiln.toml")).expect("the spec goes");
    folder.expect("init al2023-web", 2);
    assert!(!folder.path("kiln.toml").exists(), "nothing is written where one of the files exists");
}

#[test]
fn an_unknown_starter_spec_is_refused_with_the_nearest() {
    let folder = Workspace::new("init-unknown");
    let refused = folder.expect("init al2023-wbe", 2);
    assert!(refused.err.contains("al2023-web"), "{}", refused.err);
    assert!(folder.files().is_empty());
}

#[test]
fn a_second_run_changes_nothing() {
    let folder = Workspace::new("unchanged");
    folder.write("kiln.toml", SPEC);
    let first = folder.expect("synth", 0);
    for words in ["component web-nginx 1.0.0 (new)", "recipe web 1.0.0 (new)", "wrote template.yaml", "wrote kiln.lock"]
    {
        assert!(first.err.contains(words), "{}", first.err);
    }
    assert_eq!(folder.files(), ["kiln.lock", "kiln.toml", "template.yaml"]);
    let before = (folder.read("template.yaml"), folder.read("kiln.lock"));
    let second = folder.expect("synth", 0);
    assert_eq!((second.out.as_str(), second.err.trim()), ("", "1 template unchanged"));
    assert_eq!((folder.read("template.yaml"), folder.read("kiln.lock")), before);
}

#[test]
fn check_mode_tells_a_difference_and_writes_nothing() {
    let folder = Workspace::new("check-mode");
    folder.write("kiln.toml", SPEC);
    folder.expect("synth", 0);
    let same = folder.expect("synth --check", 0);
    assert_eq!(same.out, "");
    let (template, lock) = (folder.read("template.yaml"), folder.read("kiln.lock"));

    folder.write("template.yaml", template.replacen("AWSTemplateFormatVersion", "Edited", 1));
    let edited = folder.expect("synth --check", 3);
    for line in ["--- template.yaml\n", "+++ template.yaml", "\n@@ ", "\n-Edited", "\n+AWSTemplateFormatVersion"] {
        assert!(edited.out.contains(line), "{line:?} in\n{}", edited.out);
    }
    assert!(folder.read("template.yaml").contains("Edited"));

    folder.write("template.yaml", &template);
    folder.write("kiln.toml", SPEC.replace("install nginx", "install httpd"));
    let moved = folder.expect("synth --check", 3);
    assert!(moved.out.contains("+++ kiln.lock") && moved.out.contains("httpd"), "{}", moved.out);
    assert!(moved.err.contains("2 files differ"), "{}", moved.err);
    assert_eq!((folder.read("template.yaml"), folder.read("kiln.lock")), (template, lock));
    assert_eq!(folder.files(), ["kiln.lock", "kiln.toml", "template.yaml"]);
}

#[test]
fn locked_fails_where_versions_would_move() {
    let folder = Workspace::new("locked");
    folder.write("kiln.toml", SPEC);
    let fresh = folder.expect("synth --locked", 4);
    assert!(
        fresh.err.contains("KILN-L003") && fresh.err.contains("`web-nginx` has no version on record"),
        "{}",
        fresh.err
    );
    assert_eq!(folder.files(), ["kiln.toml"]);
    folder.expect("synth", 0);
    folder.expect("synth --locked", 0);
    folder.write("kiln.toml", SPEC.replace("install nginx", "install httpd"));
    let before = folder.read("template.yaml");
    let moved = folder.expect("synth --locked", 4);
    assert!(moved.err.contains("component `web-nginx` would move from 1.0.0 to 1.0.1"), "{}", moved.err);
    assert!(
        moved.err.contains("recipe `web` would move from 1.0.0 to 1.0.1"),
        "a component moves its recipes: {}",
        moved.err
    );
    assert_eq!(folder.read("template.yaml"), before);
}

#[test]
fn stdout_gets_the_template_and_nothing_is_written() {
    let folder = Workspace::new("stdout");
    folder.write("kiln.toml", SPEC);
    let printed = folder.expect("synth --stdout --format json", 0);
    assert!(serde_json::from_str::<serde_json::Value>(&printed.out).is_ok(), "{}", printed.out);
    assert_eq!((printed.err.as_str(), folder.files()), ("", vec!["kiln.toml".to_owned()]));
    folder.write("other/kiln.toml", SPEC);
    folder.expect("synth --stdout .", 2);
    folder.expect("synth --stdout --check", 2);
    folder.expect("synth --target terraform --format yaml", 2);
}

#[test]
fn accounts_that_get_copies_get_a_template() {
    let folder = Workspace::new("target-account");
    let keys = "kms-key = \"alias/images\"\n";
    folder.write("kiln.toml", format!("{SPEC}{keys}copy-to-accounts = [\"444455556666\"]\n"));
    folder.expect("synth", 0);
    assert_eq!(folder.files(), ["kiln.lock", "kiln.toml", "target-account/template.yaml", "template.yaml"]);
    assert!(folder.read("target-account/template.yaml").contains("EC2ImageBuilderDistributionCrossAccountRole"));
    folder.write("target-account/template.yaml", "Resources: {}\n");
    let differs = folder.expect("synth --check", 3);
    assert!(differs.out.contains("target-account/template.yaml"), "{}", differs.out);
    let printed = folder.expect("synth --stdout", 0).out;
    assert!(!printed.contains("EC2ImageBuilderDistributionCrossAccountRole"), "{printed}");
}

#[test]
fn several_specs_and_folders_are_written_each_beside_its_spec() {
    let folder = Workspace::new("several");
    folder.write("images/web/kiln.toml", SPEC);
    folder.write("images/api/kiln.toml", SPEC.replace("\"web\"", "\"api\""));
    folder.write("images/node_modules/x/kiln.toml", "not a spec");
    folder.write("batch.toml", SPEC.replace("\"web\"", "\"batch\""));
    folder.expect("synth images batch.toml images/web", 0);
    let templates: Vec<String> = folder.files().into_iter().filter(|name| name.ends_with(".yaml")).collect();
    assert_eq!(templates, ["batch/template.yaml", "images/api/template.yaml", "images/web/template.yaml"]);
    folder.expect("synth images batch.toml --out build --target terraform", 0);
    let built: Vec<String> = folder.files().into_iter().filter(|name| name.starts_with("build/")).collect();
    assert_eq!(built, ["build/api/main.tf", "build/batch/main.tf", "build/web/main.tf"]);
}

#[test]
fn two_specs_for_one_file_are_refused() {
    let folder = Workspace::new("one-file");
    folder.write("a/kiln.toml", SPEC);
    folder.write("b/kiln.toml", SPEC);
    let before = folder.files();
    let refused = folder.expect("synth a b --out build", 2);
    for words in ["`b/kiln.toml`", "`a/kiln.toml`", "`build/web/template.yaml`"] {
        assert!(refused.err.contains(words), "{}", refused.err);
    }
    assert_eq!(folder.files(), before);
}

#[test]
fn one_wrong_spec_keeps_all_from_being_written() {
    let folder = Workspace::new("one-wrong");
    folder.write("a/kiln.toml", SPEC);
    folder.write("b/kiln.toml", SPEC.replace("amazon-linux-2023/arm64", "amazon-linux-2032/arm64"));
    folder.write("c/kiln.toml", SPEC.replace("name = \"web\"", "nmae = \"web\""));
    let before = folder.files();
    let refused = folder.expect("synth .", 1);
    assert!(refused.err.contains("KILN-V007") && refused.err.contains("KILN-S002"), "all specs are told of");
    assert!(refused.err.contains("b/kiln.toml:7:8") && refused.err.contains("c/kiln.toml:1:1"), "{}", refused.err);
    assert!(refused.err.contains("nothing was written"), "{}", refused.err);
    assert_eq!(folder.files(), before, "no template, no lock, no temporary file");
}

#[test]
fn what_is_not_text_is_a_finding() {
    let folder = Workspace::new("not-utf8");
    folder.write("kiln.toml", b"name = \"caf\xe9\"\n");
    let refused = folder.expect("check", 1);
    assert!(refused.out.contains("KILN-F003") && refused.out.contains("kiln.toml:1:12"), "{}", refused.out);
    assert_eq!(refused.out.matches("error[").count(), 1, "{}", refused.out);

    folder.write("kiln.toml", "name = \"web\"\n\n[component.nginx]\nsource = \"nginx.yaml\"\n");
    folder.write("nginx.yaml", b"schemaVersion: 1.0\r\nname: caf\xe9\r\n");
    let refused = folder.expect("check", 1);
    assert!(refused.out.contains("`nginx.yaml` is not UTF-8 text: at line 2, column 10"), "{}", refused.out);
    let refused = folder.expect("check nginx.yaml", 1);
    assert!(refused.out.contains("KILN-F003") && refused.out.contains("nginx.yaml:2:10"), "{}", refused.out);
}

#[test]
fn files_stay_as_editors_on_windows_write_them() {
    let folder = Workspace::new("windows");
    let on_windows = |text: &str| format!("\u{feff}{}", text.replace('\n', "\r\n"));
    folder.write("kiln.toml", SPEC);
    folder.expect("synth", 0);
    folder.write("kiln.toml", on_windows(&SPEC.replace("components", "componets")));
    folder.write("template.yaml", folder.read("template.yaml").replace('\n', "\r\n"));
    folder.write("kiln.lock", folder.read("kiln.lock").replace('\n', "\r\n"));
    folder.expect("check --fix", 0);
    assert_eq!(folder.read("kiln.toml"), on_windows(SPEC));
    assert_eq!(folder.expect("synth --check --locked", 0).out, "");

    // Each line keeps its end.
    let mixed = |text: &str| text.replacen('\n', "\r\n", 1);
    folder.write("kiln.toml", mixed(&SPEC.replace("components", "componets")));
    folder.expect("check --fix", 0);
    assert_eq!(folder.read("kiln.toml"), mixed(SPEC));
}

#[test]
fn a_huge_spec_is_refused_without_being_read() {
    let folder = Workspace::new("huge");
    let file = File::create(folder.path("kiln.toml")).expect("a file");
    // A file with holes takes no place on disk; reading it to its end would take minutes.
    if file.set_len(1 << 38).is_err() {
        file.set_len(50 * 1024 * 1024).expect("a file of 50 MB");
    }
    let start = Instant::now();
    let refused = folder.expect("check", 1);
    assert!(refused.out.contains("KILN-F004") && refused.out.contains("16 MiB"), "{}", refused.out);
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
}

#[test]
fn what_is_not_there_is_a_wrong_call() {
    let folder = Workspace::new("missing");
    let no_spec = folder.expect("check", 2);
    assert!(no_spec.err.contains("kiln.toml") && no_spec.err.contains("kiln init"), "{}", no_spec.err);
    for command in ["check web.toml", "synth web.toml", "check images", "check --format xml", "deploy-all"] {
        let refused = folder.expect(command, 2);
        assert!(refused.err.contains("error"), "{command}: {}", refused.err);
    }
    fs::create_dir(folder.path("images")).expect("a folder");
    assert!(folder.expect("synth images", 2).err.contains("in or below `images`"));
}

#[test]
#[cfg(unix)]
fn a_folder_that_cannot_be_written_is_a_failure() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Workspace::new("read-only");
    folder.write("kiln.toml", SPEC);
    let out = folder.path("out");
    fs::create_dir(&out).expect("a folder");
    fs::set_permissions(&out, PermissionsExt::from_mode(0o555)).expect("permissions");
    // Root may write everywhere.
    if File::create(out.join("probe")).is_err() {
        let refused = folder.expect("synth --out out", 2);
        assert!(refused.err.contains("cannot write `out/template.yaml`: permission denied"), "{}", refused.err);
        assert_eq!(folder.files(), ["kiln.toml"], "the lock is not written either");
    }
    fs::set_permissions(&out, PermissionsExt::from_mode(0o755)).expect("permissions");
    folder.write("file", "not a folder");
    let refused = folder.expect("synth --out file", 2);
    assert!(refused.err.contains("cannot"), "{}", refused.err);
    assert!(!folder.path("kiln.lock").exists(), "the lock is not written either");
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let folder = Workspace::new("pipe");
    let pipelines: String = (0..40)
        .map(|number| format!("[pipeline.p{number}]\nbase = \"ubuntu-24.04/arm64\"\ncomponents = [\"nginx\"]\n"))
        .collect();
    folder.write("kiln.toml", SPEC.to_owned() + &pipelines);
    let mut command = folder.command("synth --stdout --target terraform");
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("kiln starts");
    drop(child.stdout.take());
    let ended = ran(&child.wait_with_output().expect("kiln ends"));
    assert_eq!((ended.code, ended.err.as_str()), (Some(0), ""));
}

#[test]
fn colours_follow_what_is_asked_for() {
    let folder = Workspace::new("colours");
    folder.write("kiln.toml", SPEC.replace("arm64", "amr64"));
    let plain = folder.expect("check", 1);
    assert!(!plain.out.contains('\x1b') && !plain.err.contains('\x1b'), "a file or a pipe gets no colours");
    let coloured = folder.expect("check --color always", 1);
    assert!(coloured.out.contains("\x1b["), "{}", coloured.out);
    let mut command = folder.command("check");
    let unwanted = ran(&command.env("NO_COLOR", "1").env("CLICOLOR_FORCE", "1").output().expect("kiln starts"));
    assert!(!unwanted.out.contains('\x1b'), "NO_COLOR is followed");
    let mut command = folder.command("check --color always");
    let asked = ran(&command.env("NO_COLOR", "1").output().expect("kiln starts"));
    assert_eq!(asked.out, coloured.out, "an argument says more than the environment");
    folder.write("kiln.toml", SPEC);
    assert!(folder.expect("synth --check --color always", 3).out.contains("\x1b[32m+"), "diffs have colours");
}

#[test]
fn the_same_spec_gives_the_same_bytes_everywhere() {
    let here = Workspace::new("same-here");
    let there = Workspace::new("same-there/deep/below");
    for folder in [&here, &there] {
        folder.write("kiln.toml", SPEC);
        folder.expect("synth", 0);
    }
    let (template, lock) = (here.read("template.yaml"), here.read("kiln.lock"));
    assert_eq!((there.read("template.yaml"), there.read("kiln.lock")), (template.clone(), lock.clone()));
    for file in ["template.yaml", "kiln.lock"] {
        fs::remove_file(here.path(file)).expect("a file of the first run");
    }
    let spec = here.path("kiln.toml");
    let mut command = there.command("synth");
    command.arg(spec).env("LANG", "tr_TR.UTF-8").env("TZ", "Asia/Kathmandu").env("HOME", "/").env("AWS_REGION", "x");
    assert_eq!(ran(&command.output().expect("kiln starts")).code, Some(0));
    assert_eq!((here.read("template.yaml"), here.read("kiln.lock")), (template, lock));
}

/// The place and the caret's line of the first finding in a spec.
#[track_caller]
fn caret(test: &str, spec: &str, place: &str, drawn: [&str; 2]) {
    let folder = Workspace::new(test);
    folder.write("kiln.toml", spec);
    let out = folder.expect("check", 1).out;
    assert!(out.contains(&format!(" --> kiln.toml:{place}\n")), "{out}");
    let lines: Vec<&str> = out.lines().map(str::trim_end).collect();
    let is_drawn = |pair: &[&str]| pair[0].trim_end_matches('\u{240d}').ends_with(drawn[0]) && pair[1] == drawn[1];
    assert!(lines.windows(2).any(is_drawn), "{out}");
}

#[test]
fn carets_stand_below_what_they_mean() {
    let spec = SPEC.replace("arm64\"", "arm64\"\nkeep = 0");
    caret("crlf", &spec.replace('\n', "\r\n"), "8:8", ["8 | keep = 0", "  |        ^"]);
    caret("bom", &format!("\u{feff}{spec}"), "8:8", ["8 | keep = 0", "  |        ^"]);
    caret("tabs", &spec.replace("keep = ", "\tkeep\t= "), "8:9", ["8 |     keep    = 0", "  |               ^"]);
    let wide = SPEC.replace("\"nginx\"]\n", "\"日本語\", \"é\", \"ngnx\"]\n");
    caret(
        "wide",
        &wide,
        "8:27",
        [
            "8 | components = [\"日本語\", \"é\", \"ngnx\"]",
            "  |                              ^^^^^^ did you mean `nginx`?",
        ],
    );
}

#[test]
fn documents_are_checked_without_a_spec() {
    let workspace = Workspace::new("documents");
    let component =
        "schemaVersion: 1.0\nphases:\n  - name: test\n    steps:\n      - name: Look\n        action: Reboot\n";
    workspace.write("components/good.yaml", component);
    workspace.write("components/bad.yml", component.replace("Reboot", "Rebot"));
    workspace.write("workflows/wait.yaml", "schemaVersion: 1.0\nsteps:\n  - {name: Wait, action: WaitForAction}\n");
    workspace.write("Dockerfile", "FROM {{{ imagebuilder:parentImage }}}\n");
    workspace.write("latin.yaml", [0x61, 0xe9]);
    workspace.write("images/kiln.toml", SPEC);

    let good = workspace.run("check components/good.yaml workflows/wait.yaml Dockerfile");
    assert_eq!((good.code, good.err.trim()), (Some(0), "3 documents checked: no findings"));
    let bad = workspace.run("check --format json components/bad.yml");
    assert_eq!(bad.code, Some(1));
    assert!(bad.out.contains(r#""file":"components/bad.yml","line":6,"column":17"#), "{}", bad.out);
    let latin = workspace.run("check latin.yaml");
    assert!(latin.code == Some(1) && latin.out.contains("KILN-F003"), "{}", latin.out);
    let both = workspace.run("check images components/good.yaml");
    assert_eq!((both.code, both.err.trim()), (Some(0), "1 spec and 1 document checked: no findings"));
    let missing = workspace.run("check components/none.yaml");
    assert!(missing.code == Some(2) && missing.err.contains("there is no such file"), "{}", missing.err);
}

#[test]
fn documents_are_printed_as_the_service_gets_them() {
    let workspace = Workspace::new("document");
    let document = fs::read_to_string("examples/golden-ami/components/nginx.yaml").expect("a document");
    workspace.write("nginx.yaml", &document);
    let more = "[component.file]\nplatform = \"linux\"\nsource = \"nginx.yaml\"\n\n[component.far]\nplatform = \"linux\"\nsource = \"s3://bucket/far.yaml\"\n\n\
                [component.scan]\nplatform = \"linux\"\nbuild = [\"true\"]\n\n[workflow.scan]\nkind = \"test\"\nsource = \"scan.yaml\"\n";
    let steps = "name: scan\nschemaVersion: 1.0\nsteps:\n  - name: Ask\n    action: WaitForAction\n";
    workspace.write("scan.yaml", steps);
    workspace.write("kiln.toml", format!("{SPEC}\n{more}"));
    let ran = workspace.run("document nginx");
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    assert!(ran.out.starts_with("name: \"nginx\"\n") && ran.out.contains("- dnf -y install nginx"), "{}", ran.out);
    // What is printed is a document that stands on its own.
    workspace.write("printed.yaml", &ran.out);
    assert_eq!(workspace.run("check printed.yaml").code, Some(0));
    assert_eq!(workspace.run("document file").out, document);
    assert_eq!(workspace.run("document workflow.scan").out, steps);
    for (name, said) in [
        ("ngnix", "did you mean `nginx`?"),
        ("scan", "name one of them: `component.scan`, `workflow.scan`"),
        ("far", "`aws s3 cp s3://bucket/far.yaml -` prints it"),
    ] {
        let ran = workspace.run(&format!("document {name}"));
        assert!(ran.code == Some(2) && ran.err.contains(said), "{name}: {}", ran.err);
    }
}

#[test]
fn codes_are_explained() {
    let folder = Workspace::new("explain");
    let list = folder.expect("explain", 0).out;
    assert!(list.contains("\n  KILN-C006  warning  a base that never gets newer\n"), "{list}");
    let page = folder.expect("explain c006", 0).out;
    for part in ["warning[KILN-C006]: a base that never gets newer\n", "\nWrong:\n", "\nRight:\n", "\nSource: "] {
        assert!(page.contains(part), "{page}");
    }
    let json = folder.expect("explain KILN-C006 --format json", 0).out;
    let json: serde_json::Value = serde_json::from_str(&json).expect("a JSON object");
    assert_eq!((&json["code"], &json["wrong"][0]["language"]), (&"KILN-C006".into(), &"toml".into()));
    assert_eq!(folder.expect("explain --format json", 0).out.lines().count(), kiln::diagnostic::code::ALL.len());
    let refused = folder.expect("explain KILN-CO06", 2);
    assert!(refused.err.contains("did you mean `KILN-C006`?"), "{}", refused.err);
}

#[test]
fn findings_are_written_for_programs() {
    let folder = Workspace::new("formats");
    folder.write("images/a b/kiln.toml", SPEC.replace("arm64", "arm46"));
    folder.write("images/unused/kiln.toml", format!("{SPEC}\n[parameter.topic]\n"));

    let log = folder.expect("check --format sarif images", 1).out;
    let log: serde_json::Value = serde_json::from_str(&log).expect("one log of all specs");
    let run = &log["runs"][0];
    let rules: Vec<&str> = run["tool"]["driver"]["rules"]
        .as_array()
        .expect("rules")
        .iter()
        .filter_map(|rule| rule["id"].as_str())
        .collect();
    assert_eq!(rules, ["KILN-V007", "KILN-R003"]);
    let results = run["results"].as_array().expect("results");
    assert_eq!(results.len(), 2);
    let place = &results[0]["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "images/a%20b/kiln.toml");
    assert_eq!((&place["region"]["startLine"], &place["region"]["endLine"]), (&7.into(), &7.into()));
    assert_eq!((&results[1]["ruleIndex"], &results[1]["level"]), (&1.into(), &"warning".into()));

    let empty = folder.expect("check --format sarif images/unused/../../images/unused", 0).out;
    assert!(empty.contains("\"level\": \"warning\""), "{empty}");
    let commands = folder.expect("check --format github images", 1).out;
    let lines: Vec<&str> = commands.lines().collect();
    assert!(lines[0].starts_with("::error file=images/a b/kiln.toml,line=7,endLine=7,col="), "{commands}");
    assert!(lines[1].starts_with("::warning file=images/unused/kiln.toml,") && lines.len() == 2, "{commands}");

    let synthesized = folder.expect("synth --findings github images", 1);
    assert_eq!(synthesized.out, commands);
    let absolute = folder.path("images").display().to_string();
    assert_eq!(folder.expect(&format!("check --format github {absolute}"), 1).out, commands, "paths are relative");
}

#[test]
fn warnings_are_allowed_with_a_reason_and_denied() {
    let folder = Workspace::new("allow");
    let unused = format!("{SPEC}\n[parameter.topic]\n");
    folder.write("kiln.toml", &unused);
    assert!(folder.expect("check", 0).out.contains("warning[KILN-R003]"));
    assert!(folder.expect("check --deny warnings", 1).out.contains("error[KILN-R003]"));
    let denied = folder.expect("synth --deny warnings", 1);
    assert!(denied.err.contains("nothing was written") && folder.files() == ["kiln.toml"], "{}", denied.err);

    folder.write("kiln.toml", format!("{unused}\n[check]\ndeny = [\"KILN-R003\"]\n"));
    folder.expect("synth", 1);
    assert_eq!(folder.files(), ["kiln.toml"]);

    let reason = "a script reads it";
    for allowed in [
        format!(
            "{unused}\n[check]\nallow = [{{ code = \"R003\", reason = \"{reason}\", at = \"parameter.topic\" }}]\n"
        ),
        unused.replace("[parameter.topic]", &format!("# kiln: allow KILN-R003 {reason}\n[parameter.topic]")),
        unused.replace("[parameter.topic]", &format!("[parameter.topic] # kiln: allow KILN-R003 {reason}")),
    ] {
        folder.write("kiln.toml", &allowed);
        let ran = folder.expect("check --deny warnings", 0);
        assert_eq!(ran.out, "", "{allowed}");
    }
    folder.write("kiln.toml", unused.replace("[component.", "# kiln: allow KILN-R003 elsewhere\n[component."));
    let elsewhere = folder.expect("check", 0).out;
    assert!(elsewhere.contains("[KILN-R003]") && elsewhere.contains("[KILN-S011]"), "{elsewhere}");
}

#[test]
fn documents_allow_in_comments() {
    let folder = Workspace::new("allow-in-documents");
    let spec = SPEC.replace("build = [\"dnf -y install nginx\"]", "source = \"nginx.yaml\"");
    let document = |comment: &str| {
        format!(
            "schemaVersion: 1.0\nphases:\n  - name: validate\n    steps:\n{comment}      - name: Install\n        \
             action: ExecuteBash\n        inputs:\n          commands:\n            - curl -fs https://x.example.com | sh\n"
        )
    };
    folder.write("kiln.toml", spec);
    folder.write("nginx.yaml", document(""));
    assert!(folder.expect("check", 0).out.contains("warning[KILN-D026]"));
    folder.write("nginx.yaml", document("      # kiln: allow KILN-D026 the host is ours\n"));
    assert_eq!(folder.expect("check", 0).out, "");
    assert_eq!(folder.expect("check --deny warnings nginx.yaml", 0).out, "", "a document on its own");
    folder.write("nginx.yaml", document("      # kiln: allow KILN-D026\n"));
    let refused = folder.expect("check", 1).out;
    assert!(refused.contains("error[KILN-S010]") && refused.contains("nginx.yaml:5:7"), "{refused}");
}

/// What kiln finds in all wrong specs, as a log for code scanning, against the schema of OASIS.
#[test]
fn sarif_logs_are_what_the_schema_says() {
    let project = Path::new(env!("CARGO_MANIFEST_DIR"));
    let entries = fs::read_dir(project.join("tests/invalid")).expect("the wrong specs");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    let specs = paths.map(|path| if path.is_dir() { path.join("kiln.toml") } else { path });
    let mut specs: Vec<PathBuf> = specs.filter(|path| path.is_file()).collect();
    specs.sort();
    let mut kiln = Command::new(env!("CARGO_BIN_EXE_kiln"));
    let said = kiln.args(["check", "--format", "sarif"]).args(specs).output().expect("kiln starts");
    let log: serde_json::Value = serde_json::from_slice(&said.stdout).expect("JSON");
    assert!(log["runs"][0]["results"].as_array().is_some_and(|results| results.len() > 300));

    let schema = fs::read(project.join("tests/sarif/sarif-schema-2.1.0.json")).expect("the schema");
    let schema = jsonschema::validator_for(&serde_json::from_slice(&schema).expect("JSON")).expect("a schema");
    let errors: Vec<String> =
        schema.iter_errors(&log).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{errors:#?}");
    let mut wrong = log;
    wrong["runs"][0]["results"][0]["level"] = "fatal".into();
    assert!(!schema.is_valid(&wrong), "the schema tells right from wrong");
}
