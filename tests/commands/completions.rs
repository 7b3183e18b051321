//! What shells and `man` are told, as they ask for it.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::fs;
use std::path::Path;
use std::process::Command;

const SPEC: &str = r#"
name = "shop"

[component.worker]
build = ["true"]

[component.webroot]
build = ["true"]

[pipeline.web]
base = "amazon-linux-2023/x86_64"
components = ["aws:update-linux", "worker"]

[pipeline.worker]
matrix = { arch = ["x86_64", "arm64"] }
base = "amazon-linux-2023/{arch}"
components = ["aws:update-linux"]
"#;

/// What bash completes the last of these words with.
fn completed(folder: &Path, words: &[&str]) -> Vec<String> {
    let kiln = Path::new(env!("CARGO_BIN_EXE_kiln"));
    let script = format!(
        "source <(kiln completions bash); COMP_WORDS=({}); COMP_CWORD={}; COMP_TYPE=9; \
         _clap_complete_kiln kiln '{}'; printf '%s\\n' \"${{COMPREPLY[@]}}\"",
        words.iter().map(|word| format!("'{word}'")).collect::<Vec<_>>().join(" "),
        words.len() - 1,
        words.last().unwrap(),
    );
    let path = format!("{}:{}", kiln.parent().unwrap().display(), std::env::var("PATH").unwrap());
    let output = Command::new("bash").current_dir(folder).env("PATH", path).args(["-c", &script]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().split_whitespace().map(str::to_owned).collect()
}

#[test]
fn bash_completes_commands_options_and_names() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("completions");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("kiln.toml"), SPEC).unwrap();
    assert_eq!(completed(&folder, &["kiln", "syn"]), ["synth"]);
    assert_eq!(completed(&folder, &["kiln", "synth", "--lo"]), ["--locked"]);
    assert_eq!(completed(&folder, &["kiln", "build", "we"]), ["web"]);
    assert_eq!(completed(&folder, &["kiln", "logs", "wor"]), ["worker-x86-64", "worker-arm64"]);
    assert_eq!(completed(&folder, &["kiln", "man", "gra"]), ["graph"]);
    assert_eq!(completed(&folder, &["kiln", "document", "w"]), ["webroot", "worker"]);
    assert_eq!(completed(&folder, &["kiln", "key-policy", ".", "we"]), ["web"]);
    assert_eq!(completed(&folder, &["kiln", "explain", "kiln-c00"])[1], "KILN-C002");
    assert_eq!(completed(&folder, &["kiln", "init", "al"]), ["al2023-web"]);
    // What is not there and what is broken completes nothing, and says nothing.
    fs::write(folder.join("kiln.toml"), "name = \n[[[").unwrap();
    assert!(!completed(&folder, &["kiln", "build", "we"]).contains(&"web".to_owned()));
    fs::remove_file(folder.join("kiln.toml")).unwrap();
    assert!(!completed(&folder, &["kiln", "build", "we"]).contains(&"web".to_owned()));
}

#[test]
fn every_command_has_a_manual_page() {
    let kiln = |arguments: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_kiln")).args(arguments).output().unwrap();
        (output.status.code(), String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap())
    };
    let (_, whole, _) = kiln(&["man"]);
    assert!(whole.contains(".TH kiln 1") && whole.contains("kiln\\-synth(1)"), "{whole}");
    let commands = whole.lines().filter_map(|line| line.strip_prefix("kiln\\-")?.strip_suffix("(1)"));
    let commands: Vec<String> = commands.map(|name| name.replace('\\', "")).collect();
    assert!(commands.len() >= 10, "{commands:?}");
    for command in commands {
        let (status, page, _) = kiln(&["man", &command]);
        assert!(status == Some(0) && page.contains(&format!(".TH kiln-{command} 1")), "{command}: {page}");
    }
    let (status, _, said) = kiln(&["man", "synht"]);
    assert!(status == Some(2) && said.contains("did you mean `synth`?"), "{said}");
}

#[test]
fn the_version_is_short_and_long() {
    let kiln = |argument: &str| {
        String::from_utf8(Command::new(env!("CARGO_BIN_EXE_kiln")).arg(argument).output().unwrap().stdout).unwrap()
    };
    assert_eq!(kiln("-V"), format!("kiln {}\n", env!("CARGO_PKG_VERSION")));
    let long = kiln("--version");
    assert!(long.contains("targets: cloudformation; terraform >= 1.5, hashicorp/aws ~> 5.100"), "{long}");
    assert!(long.contains("features: cli"), "{long}");
}
