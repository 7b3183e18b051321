//! The templates for CI are YAML, call kiln with what it has, and do what they say.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::fs;
use std::path::Path;
use std::process::Command;

use kiln::document::yaml;

#[test]
fn templates_for_ci_call_commands_that_there_are() {
    for (file, least) in [("github.yml", 5), ("gitlab.yml", 5)] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates/ci").join(file);
        let text = fs::read_to_string(path).unwrap();
        assert!(yaml::parse(&text).root.is_some(), "{file} is no YAML");
        let mut calls = 0;
        for line in text.lines().map(str::trim).filter(|line| !line.starts_with('#')) {
            let Some(call) = ["run: kiln ", "- kiln "].iter().find_map(|start| line.strip_prefix(start)) else {
                continue;
            };
            let call = call.split(" > ").next().unwrap();
            // Arguments before the last one are parsed, and the command does nothing but print its help.
            let kiln = Command::new(env!("CARGO_BIN_EXE_kiln")).args(call.split(' ')).arg("--help").output().unwrap();
            assert!(kiln.status.success(), "{file}: kiln {call}: {}", String::from_utf8_lossy(&kiln.stderr));
            calls += 1;
        }
        assert!(calls >= least, "{file}: {calls}");
    }
}

/// The commands of a part of a template for CI: scalars below `path`, and `run` of the steps in a list.
#[cfg(unix)]
fn commands(file: &str, path: &[&str]) -> Vec<String> {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("templates/ci").join(file)).unwrap();
    let root = yaml::parse(&text).root.unwrap();
    let part = path.iter().fold(&root, |node, key| node.get(key).unwrap());
    let steps = part.as_list().unwrap().iter();
    steps.filter_map(|step| step.get("run").unwrap_or(step).as_str()).map(str::to_owned).collect()
}

/// A branch that changes a committed project is checked, and what it means is told where it is reviewed.
#[cfg(unix)]
#[test]
fn a_change_is_checked_and_commented_by_the_templates() {
    use std::os::unix::fs::PermissionsExt as _;

    let folder = tempfile::tempdir().unwrap();
    let (repository, tools) = (folder.path().join("images"), folder.path().join("tools"));
    fs::create_dir_all(&repository).unwrap();
    fs::create_dir(&tools).unwrap();
    // What talks to GitHub and GitLab writes down what it was told instead.
    for tool in ["gh", "curl"] {
        let script = "#!/bin/sh\nprintf '%s\\n' \"$@\" > \"$OUTSIDE/${0##*/}\"\ncp review.md \"$OUTSIDE/comment.md\"\n";
        fs::write(tools.join(tool), script).unwrap();
        fs::set_permissions(tools.join(tool), fs::Permissions::from_mode(0o755)).unwrap();
    }
    let kiln = Path::new(env!("CARGO_BIN_EXE_kiln")).parent().unwrap().display();
    let path = format!("{}:{kiln}:{}", tools.display(), std::env::var("PATH").unwrap());
    let run = |script: &str| {
        let mut shell = Command::new("sh");
        shell.args(["-ec", script]).current_dir(&repository).env("PATH", &path).env("OUTSIDE", folder.path());
        shell.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GITHUB_BASE_REF", "main").env("KILN_TOKEN", "secret");
        shell.env("GITHUB_STEP_SUMMARY", folder.path().join("summary.md"));
        // Set where git itself runs the tests.
        for name in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"] {
            shell.env_remove(name);
        }
        for name in ["CI_API_V4_URL", "CI_PROJECT_ID", "CI_MERGE_REQUEST_IID"] {
            shell.env(name, name);
        }
        let output = shell.env("CI_MERGE_REQUEST_DIFF_BASE_SHA", "HEAD~1").output().unwrap();
        (output.status.success(), String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned())
    };
    let commit = "git add -A && git -c user.name=a -c user.email=a@example.com commit -qm x";
    let (is_made, said) = run(&format!("git init -q . && kiln init minimal && kiln synth && {commit}"));
    assert!(is_made, "{said}");
    let edit = "git update-ref refs/remotes/origin/main HEAD && echo 'root-volume = \"40 GiB\"' >> kiln.toml";
    assert!(run(edit).0);

    let github = commands("github.yml", &["jobs", "check", "steps"]);
    let (check, synth, diff, comment) = (&github[0], &github[1], &github[2], &github[3]);
    // The template was not written anew: that is what the check is for.
    assert!(run(check).0 && !run(synth).0);
    assert!(run(&format!("kiln synth && {commit}")).0 && run(synth).0);
    let (is_told, said) = run(&format!("{diff}\n{}", comment.replace("${{ github.event.number }}", "7")));
    assert!(is_told, "{said}");
    let read = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
    assert!(read("comment.md").contains("recipe of pipeline") && read("comment.md") == read("summary.md"));
    assert!(read("gh").starts_with("pr\ncomment\n7\n"), "{}", read("gh"));

    fs::remove_file(folder.path().join("comment.md")).unwrap();
    for part in ["check", "review"] {
        let (is_good, said) = run(&commands("gitlab.yml", &[part, "script"]).join("\n"));
        assert!(is_good, "{part}: {said}");
    }
    assert!(read("comment.md").contains("recipe of pipeline"));
    let notes = "CI_API_V4_URL/projects/CI_PROJECT_ID/merge_requests/CI_MERGE_REQUEST_IID/notes";
    assert!(read("curl").contains("body@review.md") && read("curl").trim_end().ends_with(notes), "{}", read("curl"));
}
