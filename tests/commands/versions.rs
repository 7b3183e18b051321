//! One version, one content: whenever a run ends, however many run at once, and whatever a merge leaves.

use std::collections::BTreeMap;
use std::fs;
use std::process::Child;
use std::thread;

use kiln::render::cloudformation;
use serde_json::Value;

use crate::cli::{SPEC, Workspace, ran};

/// The content of each version that was ever in a template.
#[derive(Default)]
struct Seen(BTreeMap<(String, String), String>);

impl Seen {
    /// Looks at a template; a version that had another content before fails the test.
    #[track_caller]
    fn look(&mut self, text: &str) {
        let template = cloudformation::read(text).expect("a template is whole whenever it is read");
        for (id, resource) in template["Resources"].as_object().expect("resources") {
            let of = resource["Type"].as_str().unwrap_or_default();
            if !matches!(of, "AWS::ImageBuilder::Component" | "AWS::ImageBuilder::ImageRecipe") {
                continue;
            }
            let mut content = resource["Properties"].clone();
            let version = content["Version"].take().to_string();
            // A recipe names its components by reference: what it refers to has the version.
            let content = match of {
                "AWS::ImageBuilder::Component" => content.to_string(),
                _ => format!("{content} {}", component(&template)),
            };
            let before = self.0.entry((id.clone(), version.clone())).or_insert_with(|| content.clone());
            assert_eq!(*before, content, "{id} {version} has two contents");
        }
    }
}

/// The version of the component of `SPEC`.
fn component(template: &Value) -> &Value {
    &template["Resources"]["NginxComponent"]["Properties"]["Version"]
}

fn spec(content: usize) -> String {
    SPEC.replace("install nginx", &format!("install nginx-1.{content}"))
}

/// A kill between any two operations on files, then a change, then a run that ends: each version has one content, each
/// file is whole, and nothing temporary stays.
#[test]
#[cfg(debug_assertions)]
fn a_kill_between_any_two_operations_gives_no_version_to_two_contents() {
    let mut kills = 0;
    for step in 1.. {
        let mut is_killed = true;
        // The same run again completes it; after another change, what the kill has left must not count.
        for next in [[1, 2], [2, 1]] {
            let folder = Workspace::new("killed");
            let mut seen = Seen::default();
            folder.write("kiln.toml", spec(0));
            folder.expect("synth", 0);
            seen.look(&folder.read("template.yaml"));
            folder.write("kiln.toml", spec(1));
            let ended = folder.run(&format!("synth --end-at {step}"));
            seen.look(&folder.read("template.yaml"));
            is_killed = ended.code != Some(0);
            assert!(ended.code.is_none() || !is_killed, "it is killed at step {step}: {}", ended.err);
            for content in next {
                folder.write("kiln.toml", spec(content));
                folder.expect("synth", 0);
                seen.look(&folder.read("template.yaml"));
            }
            assert_eq!(folder.files(), ["kiln.lock", "kiln.toml", "template.yaml"], "killed at step {step}");
            assert_eq!(folder.expect("synth --check --locked", 0).out, "");
        }
        if !is_killed {
            break;
        }
        kills += 1;
    }
    assert!(kills >= 8, "there are more operations than {kills}");
}

/// The first run is killed too: there is no template without a lock.
#[test]
#[cfg(debug_assertions)]
fn a_first_run_that_is_killed_leaves_no_template_without_a_lock() {
    for step in 1.. {
        let folder = Workspace::new("killed-first");
        folder.write("kiln.toml", SPEC);
        let ended = folder.run(&format!("synth --out build/templates --end-at {step}"));
        let files = folder.files();
        assert!(
            !files.iter().any(|it| it.ends_with("template.yaml")) || files.iter().any(|it| it == "kiln.lock"),
            "{files:?}"
        );
        if ended.code == Some(0) {
            break;
        }
        folder.expect("synth --out build/templates", 0);
        assert_eq!(
            folder.files(),
            ["build/templates/template.yaml", "kiln.lock", "kiln.toml"],
            "killed at step {step}"
        );
    }
}

/// Several runs at once, each of another content, a hundred times.
#[test]
fn a_hundred_concurrent_rounds_give_no_version_to_two_contents() {
    const ROUNDS: usize = 100;
    const RUNS: usize = 4;
    let folder = Workspace::new("concurrent");
    let mut seen = Seen::default();
    for round in 0..ROUNDS {
        let start = |run: usize| -> Child {
            // Each reads the spec as it is a moment later; what it reads is what its own template has.
            folder.write("next", spec(round * RUNS + run));
            fs::rename(folder.path("next"), folder.path("kiln.toml")).expect("a spec is replaced as a whole");
            let mut command = folder.command(&format!("synth --out out{run}"));
            command.stderr(std::process::Stdio::piped()).spawn().expect("kiln starts")
        };
        let runs: Vec<Child> = (0..RUNS)
            .map(|run| {
                let child = start(run);
                if round % 3 == 0 {
                    thread::sleep(std::time::Duration::from_millis(2));
                }
                child
            })
            .collect();
        for run in runs {
            let ended = ran(&run.wait_with_output().expect("kiln ends"));
            assert_eq!(ended.code, Some(0), "round {round}: {}", ended.err);
        }
        (0..RUNS).for_each(|run| seen.look(&folder.read(&format!("out{run}/template.yaml"))));
    }
    let lock = folder.read("kiln.lock");
    assert!(seen.0.keys().all(|(_, version)| lock.contains(&format!("version = {version}"))), "all are on record");
    assert!(seen.0.len() >= ROUNDS * 2, "versions moved: {}", seen.0.len());
    assert!(!folder.files().iter().any(|file| file.contains(".kiln-")), "{:?}", folder.files());
}

#[test]
fn a_version_with_two_contents_is_refused_with_both_lines() {
    let folder = Workspace::new("conflict");
    folder.write("kiln.toml", SPEC);
    folder.expect("synth", 0);
    let lock = folder.read("kiln.lock");
    let entry = lock.find("[[recipe]]").expect("a recipe");
    let hash = lock.rfind('"').expect("a hash") - 64;
    let other = format!("{}{}\"\n", &lock[entry..hash], "cd".repeat(32));
    folder.write("kiln.lock", format!("{lock}\n{other}"));
    let refused = folder.expect("synth", 1);
    for words in [
        "KILN-L005",
        "recipe `web` 1.0.0 has two contents",
        "one content here",
        "another content here",
        "delete the entry",
    ] {
        assert!(refused.err.contains(words), "{words}\n{}", refused.err);
    }
    for line in [&lock[hash..hash + 64], &"cd".repeat(32)] {
        assert!(refused.err.contains(line), "{line}\n{}", refused.err);
    }
    assert!(folder.expect("check", 1).out.contains("KILN-L005"));
    folder.expect("synth --check", 1);
    // The way out: one is deleted, and what it was gets the next version.
    folder.write("kiln.lock", format!("{}{other}", &lock[..entry]));
    assert!(folder.expect("synth", 0).err.contains("recipe web 1.0.0 → 1.0.1"));
}

#[test]
fn a_missing_lock_beside_a_generated_template_is_a_warning() {
    for target in ["cloudformation", "terraform"] {
        let folder = Workspace::new("missing-lock");
        folder.write("kiln.toml", SPEC);
        assert!(!folder.expect("check", 0).out.contains("KILN-L006"), "nothing was generated yet");
        folder.expect(&format!("synth --target {target}"), 0);
        fs::remove_file(folder.path("kiln.lock")).expect("the lock goes");
        for command in ["check", "check --format json"] {
            let warned = folder.expect(command, 0);
            assert!(
                warned.out.contains("KILN-L006") && warned.out.contains("git checkout HEAD -- kiln.lock"),
                "{}",
                warned.out
            );
        }
        folder.expect("check --deny warnings", 1);
        folder.expect("synth --deny warnings", 1);
        assert!(!folder.path("kiln.lock").exists());
        assert!(folder.expect("synth", 0).err.contains("KILN-L006"));
        assert!(!folder.expect("check", 0).out.contains("KILN-L006"));
    }
    let folder = Workspace::new("missing-lock");
    folder.write("kiln.toml", SPEC);
    folder.write("template.yaml", "Resources: {}\n");
    assert!(!folder.expect("check", 0).out.contains("KILN-L006"), "that template is not kiln's");
}
