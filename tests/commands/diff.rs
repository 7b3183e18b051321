//! `kiln diff` as its users meet it: real git repositories with edits of the examples, and input that is wrong.
//!
//! `INSTA_UPDATE=always cargo test --test commands diff` redraws the reviews, `KILN_UPDATE=1` the one in docs/review.md.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A repository of its own for a test. It lies outside of this project's, which git would find otherwise.
struct Repository(tempfile::TempDir);

/// How a call ended.
struct Ran {
    code: Option<i32>,
    out: String,
    err: String,
}

impl Repository {
    fn bare() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn empty() -> Self {
        let made = Self::bare();
        made.git(&["init", "-q"]);
        made
    }

    /// An example as its first commit.
    fn of(example: &str) -> Self {
        let made = Self::empty();
        copy(&root().join("examples").join(example), made.0.path());
        made.commit();
        made
    }

    fn git(&self, args: &[&str]) {
        let mut git = Command::new("git");
        git.current_dir(self.0.path()).args(["-c", "user.name=a", "-c", "user.email=a@example.com"]).args(args);
        // Set where git itself runs the tests.
        for name in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"] {
            git.env_remove(name);
        }
        let output = git.env("GIT_CONFIG_GLOBAL", "/dev/null").output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }

    fn commit(&self) {
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "-m", "x"]);
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
    }

    /// Replaces a text that must be there.
    fn edit(&self, name: &str, old: &str, new: &str) {
        let text = fs::read_to_string(self.path(name)).unwrap();
        assert!(text.contains(old), "{name} lacks `{old}`");
        self.write(name, &text.replacen(old, new, 1));
    }

    fn kiln(&self, args: &[&str]) -> Ran {
        let mut kiln = Command::new(env!("CARGO_BIN_EXE_kiln"));
        // No repository around a temporary folder is looked for.
        kiln.current_dir(self.0.path()).args(args).env("GIT_CEILING_DIRECTORIES", self.0.path().parent().unwrap());
        let output = kiln.output().unwrap();
        let text = |bytes: Vec<u8>| unnamed(&String::from_utf8(bytes).unwrap());
        Ran { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// Hashes of commits are others in each run.
fn unnamed(text: &str) -> String {
    let mut parts = text.split("HEAD (");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |out, part| format!("{out}HEAD (…){}", part.split_once(')').map_or(part, |(_, rest)| rest)))
}

/// An edit: its name, an example, and what is replaced in which file.
type Edit = (&'static str, &'static str, &'static [(&'static str, &'static str, &'static str)]);

const SPEC: &str = "kiln.toml";

const EDITS: [Edit; 9] = [
    ("command", "golden-ami", &[(SPEC, "systemctl enable --now firewalld", "systemctl enable firewalld")]),
    ("document", "golden-ami", &[("components/nginx.yaml", "nginx curl", "nginx curl jq")]),
    ("instance-type", "golden-ami", &[(SPEC, "[\"c7g.large\", \"m7g.large\"]", "[\"c7g.xlarge\"]")]),
    ("region", "golden-ami", &[(SPEC, "\"us-east-1\"]", "\"us-east-1\", \"ap-south-1\"]")]),
    ("volume", "golden-ami", &[(SPEC, "30 GiB", "50 GiB")]),
    ("retention", "golden-ami", &[(SPEC, "keep = 10", "keep = 4")]),
    ("rename", "golden-ami", &[(SPEC, "name = \"web\"", "name = \"shop\"")]),
    ("rename-pipeline", "golden-ami", &[(SPEC, "[pipeline.web]", "[pipeline.shop]")]),
    ("rights", "matrix", &[(SPEC, "actions = [\"s3:GetObject\"]", "actions = [\"s3:GetObject\", \"s3:PutObject\"]")]),
];

#[test]
fn edits_are_told_in_the_words_of_the_spec_and_alike_for_both_targets() {
    for (name, example, edits) in EDITS {
        let told: Vec<(Ran, Ran)> = ["cloudformation", "terraform"]
            .map(|target| {
                let repository = Repository::of(example);
                // One line before the first, so that all lines keep their numbers on both sides.
                let text = fs::read_to_string(repository.path(SPEC)).unwrap();
                repository.write(SPEC, &format!("target = \"{target}\"\n{text}"));
                repository.commit();
                edits.iter().for_each(|(file, old, new)| repository.edit(file, old, new));
                (repository.kiln(&["diff"]), repository.kiln(&["diff", "--format", "markdown"]))
            })
            .into();
        let [(text, markdown), (other, other_markdown)] = told.as_slice() else { panic!("two targets") };
        assert_eq!((text.code, text.err.as_str()), (Some(0), ""), "{name}");
        if name == "rename" {
            // Names that are generated begin with the project's in Terraform alone.
            assert!(!text.out.contains("_prefix") && !markdown.out.contains("_prefix"), "{}", text.out);
            assert!(other.out.contains("name_prefix: web-lifecycle- → shop-lifecycle-, which no update can change"));
            assert!(other_markdown.out.contains("bucket_prefix"), "{}", other_markdown.out);
        } else {
            assert_eq!((&text.out, &markdown.out), (&other.out, &other_markdown.out), "{name}");
        }
        insta::assert_snapshot!(format!("{name}-text"), text.out);
        insta::assert_snapshot!(format!("{name}-markdown"), markdown.out);
    }
}

#[test]
fn a_synthesized_lock_gives_the_same_review() {
    let repository = Repository::of("golden-ami");
    repository.edit(SPEC, "30 GiB", "50 GiB");
    let before = repository.kiln(&["diff"]);
    assert_eq!(repository.kiln(&["synth"]).code, Some(0));
    assert_eq!(repository.kiln(&["diff"]).out, before.out);
}

#[test]
fn who_gets_images_is_a_right() {
    let repository = Repository::of("golden-ami");
    repository.edit("kiln.toml", "[\"111122223333\"]", "[\"222233334444\"]");
    let said = repository.kiln(&["diff", "--fail-on", "iam"]);
    assert_eq!(said.code, Some(14), "{}", said.err);
    for line in [
        "  + distribution of pipeline `web`: Allow the launch of images in eu-west-1 for 222233334444",
        "  - distribution of pipeline `web`: Allow the launch of images in us-east-1 for 111122223333",
    ] {
        assert!(said.out.contains(line), "{}", said.out);
    }
}

#[test]
fn an_image_on_another_is_built_by_the_cascade() {
    let repository = Repository::of("layers");
    repository.edit("kiln.toml", "\"20 GiB\"", "\"50 GiB\"");
    let said = repository.kiln(&["diff"]);
    let words = "the deployment builds no image; the next image of the pipeline that it is built on does";
    assert!(said.out.contains(words), "{}", said.out);
    let json: Value = serde_json::from_str(&repository.kiln(&["diff", "--format", "json"]).out).unwrap();
    assert_eq!(json["specs"][0]["pipelines"][0]["image"], "cascade");
}

#[test]
fn what_goes_says_which_data_is_lost_and_what_stays() {
    let repository = Repository::empty();
    let spec =
        "name = \"web\"\n[pipeline.a]\nbase = \"amazon-linux-2023/arm64\"\ncomponents = [\"aws:update-linux\"]\n";
    let raw = |id: &str, of: &str, policy: &str| format!("[raw.cloudformation.{id}]\nType = \"{of}\"\n{policy}\n");
    let retain = "DeletionPolicy = \"Retain\"";
    let own = [
        raw("Lost", "AWS::Logs::LogGroup", ""),
        raw("Key", "AWS::KMS::Key", ""),
        raw("Stays", "AWS::Logs::LogGroup", retain),
        raw("KeyStays", "AWS::KMS::Key", retain),
    ];
    repository.write("old.toml", &format!("{spec}log-groups = {{ expire-after = \"90 days\" }}\n{}", own.concat()));
    repository.write("new.toml", spec);
    let ran = repository.kiln(&["diff", "old.toml", "new.toml"]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    let lines: Vec<&str> = ran.out.lines().collect();
    let after = |what: &str| {
        let at = lines.iter().position(|line| line.contains("- remove") && line.contains(what));
        at.and_then(|at| lines.get(at + 1)).map_or("", |line| line.trim())
    };
    for (what, words) in [
        ("log group", "loses data: its logs"),
        ("`Lost`", "loses data: its logs"),
        ("`Key`", "loses data: access to everything encrypted with it"),
        ("`Stays`", "it stays in the account, with what it holds"),
        ("`KeyStays`", "it stays in the account, with what it holds"),
    ] {
        assert!(after(what).starts_with(words), "{what}: {}", ran.out);
    }
}

#[test]
fn a_pipeline_that_goes_is_told_with_what_is_lost() {
    let repository = Repository::of("golden-ami");
    let spec =
        "name = \"web\"\n[pipeline.a]\nbase = \"amazon-linux-2023/arm64\"\ncomponents = [\"aws:update-linux\"]\n";
    let other = spec.lines().skip(1).map(|line| format!("{line}\n")).collect::<String>().replace(".a]", ".b]");
    repository.write(SPEC, &format!("{spec}{other}keep = 3\n"));
    repository.commit();
    repository.write(SPEC, spec);
    let ran = repository.kiln(&["diff", "--fail-on", "remove,build"]);
    assert_eq!(ran.code, Some(14), "{}", ran.err);
    assert!(ran.out.contains("images that it made stay; nothing builds new ones"), "{}", ran.out);
    assert!(ran.out.contains("nothing retires old images any more"), "{}", ran.out);
    assert!(ran.err.contains("--fail-on remove: kiln.toml"), "{}", ran.err);
}

#[test]
fn a_repository_that_stays_is_in_the_way_of_a_new_one() {
    let repository = Repository::of("container");
    repository.edit("kiln.toml", "[pipeline.api]", "[pipeline.service]");
    repository.edit("kiln.toml", "[pipeline.api.container]", "[pipeline.service.container]");
    let said = repository.kiln(&["diff"]);
    let words = "CloudFormation cannot make it: the old one stays under this name";
    assert!(said.out.contains(words), "{}{}", said.out, said.err);
}

#[test]
fn an_image_that_the_deployment_builds_is_told() {
    let repository = Repository::empty();
    let spec = "name = \"now\"\n[pipeline.web]\nbase = \"amazon-linux-2023/arm64\"\ncomponents = [\"aws:update-linux\"]\n\
                root-volume = \"30 GiB\"\n[image.first]\npipeline = \"web\"\n";
    repository.write(SPEC, spec);
    repository.commit();
    repository.edit(SPEC, "30 GiB", "40 GiB");
    let ran = repository.kiln(&["diff", "--fail-on", "build,iam"]);
    assert_eq!(ran.code, Some(14), "{}", ran.err);
    assert!(ran.out.contains("the deployment builds an image"), "{}", ran.out);
    assert!(ran.err.contains("--fail-on build: kiln.toml"), "{}", ran.err);
}

#[test]
fn specs_and_folders_are_compared_without_git() {
    let folder = Repository::bare();
    for side in ["old", "new"] {
        copy(&root().join("examples/golden-ami"), &folder.path(side));
    }
    assert!(folder.kiln(&["diff", "old", "new"]).out.contains("nothing changes"));
    folder.edit("new/kiln.toml", "keep = 10", "keep = 9");
    let specs = folder.kiln(&["diff", "old/kiln.toml", "new/kiln.toml"]);
    assert!(specs.out.contains("up to 1 that were kept fall out"), "{}{}", specs.out, specs.err);
}

#[test]
fn a_spec_that_comes_or_goes_is_told_as_a_whole() {
    let repository = Repository::of("golden-ami");
    fs::remove_file(repository.path(SPEC)).unwrap();
    let ran = repository.kiln(&["diff", "--fail-on", "remove"]);
    assert_eq!(ran.code, Some(14), "{}", ran.err);
    assert!(ran.out.contains("- remove       pipeline `web`"), "{}", ran.out);
    copy(&root().join("examples/golden-ami"), &repository.path("more"));
    let ran = repository.kiln(&["diff", "more"]);
    assert!(ran.out.contains("+ add          pipeline `web`"), "{}{}", ran.out, ran.err);
}

#[test]
fn json_is_of_the_documented_shape() {
    let repository = Repository::of("golden-ami");
    repository.edit(SPEC, "30 GiB", "50 GiB");
    let ran = repository.kiln(&["diff", "--format", "json"]);
    let review: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(review["version"], 1);
    let recipe = &review["specs"][0]["resources"][0];
    assert_eq!((&recipe["action"], &recipe["to_version"]), (&"new-version".into(), &"1.0.1".into()));
    let documented = fs::read_to_string(root().join("docs/review.md")).unwrap();
    fn keys(value: &Value, found: &mut Vec<String>) {
        match value {
            Value::Object(entries) => entries.iter().for_each(|(key, value)| {
                found.push(key.clone());
                keys(value, found);
            }),
            Value::Array(items) => items.iter().for_each(|item| keys(item, found)),
            _ => {}
        }
    }
    let mut found = Vec::new();
    keys(&review, &mut found);
    for key in found {
        assert!(documented.contains(&key), "docs/review.md does not tell of `{key}`");
    }
}

/// Runs a call that must fail, and looks for words in what it says.
fn fails(repository: &Repository, args: &[&str], (code, words): (i32, &[&str])) {
    let ran = repository.kiln(args);
    assert_eq!(ran.code, Some(code), "{}{}", ran.out, ran.err);
    for word in words {
        assert!(ran.err.contains(word), "`{word}` is not in:\n{}", ran.err);
    }
    assert!(ran.err.contains("help:"), "no next step:\n{}", ran.err);
}

#[test]
fn a_folder_without_git_is_told() {
    let folder = Repository::bare();
    copy(&root().join("examples/golden-ami"), folder.0.path());
    fails(&folder, &["diff"], (2, &["is in no git repository", "kiln diff OLD NEW"]));
}

#[test]
fn a_repository_without_commits_is_told() {
    let repository = Repository::empty();
    copy(&root().join("examples/golden-ami"), repository.0.path());
    fails(&repository, &["diff"], (2, &["the repository has no commit yet", "commit the spec"]));
}

#[test]
fn a_revision_that_does_not_exist_is_told() {
    let repository = Repository::of("golden-ami");
    fails(&repository, &["diff", "--git", "v9"], (2, &["no revision `v9`", "git log"]));
    fails(&repository, &["diff", "--git=--all"], (2, &["no revision `--all`"]));
}

#[test]
fn a_template_is_no_side() {
    let repository = Repository::of("golden-ami");
    repository.write("template.yaml", "Resources: {}\n");
    fails(&repository, &["diff", "template.yaml", SPEC], (2, &["`template.yaml` is no spec", "name the kiln.toml"]));
}

#[test]
fn a_spec_that_is_nowhere_is_told() {
    let repository = Repository::of("golden-ami");
    fails(&repository, &["diff", "other.toml"], (2, &["there is no `other.toml`, neither on disk nor in HEAD"]));
}

#[test]
fn errors_name_their_side() {
    let repository = Repository::of("golden-ami");
    repository.edit(SPEC, "keep = 10", "keep = \"\"");
    let ran = repository.kiln(&["diff"]);
    assert_eq!(ran.code, Some(1));
    assert!(ran.err.contains("the new side has errors"), "{}", ran.err);
    repository.commit();
    repository.edit(SPEC, "keep = \"\"", "keep = 10");
    fails(&repository, &["diff"], (1, &["the old side, HEAD (…), has errors", "HEAD:kiln.toml", "--git REV"]));
}

#[test]
fn an_old_file_that_is_no_text_is_told() {
    let repository = Repository::of("golden-ami");
    let good = fs::read(repository.path(SPEC)).unwrap();
    fs::write(repository.path(SPEC), [b'a', 0xff, 0xfe]).unwrap();
    repository.commit();
    fs::write(repository.path(SPEC), good).unwrap();
    fails(&repository, &["diff"], (1, &["the spec is not UTF-8 text", "the old side"]));
}

#[test]
fn the_review_in_the_documentation_is_current() {
    let repository = Repository::of("golden-ami");
    repository.edit(SPEC, "keep = 10", "keep = 5");
    repository.edit(SPEC, "30 GiB", "50 GiB");
    repository.edit(SPEC, "\"us-east-1\"]", "\"eu-central-1\"]");
    repository.edit(SPEC, "[\"c7g.large\", \"m7g.large\"]", "[\"c7g.xlarge\"]");
    repository.edit("components/nginx.yaml", "nginx curl", "nginx curl jq");
    let wanted = format!("```text\n$ kiln diff\n{}```\n", repository.kiln(&["diff"]).out);
    let path = root().join("docs/review.md");
    let text = fs::read_to_string(&path).unwrap();
    let (begin, end) = ("<!-- text: begin -->\n", "<!-- text: end -->\n");
    let (before, rest) = text.split_once(begin).unwrap();
    let (old, after) = rest.split_once(end).unwrap();
    if old != wanted {
        assert!(std::env::var_os("KILN_UPDATE").is_some(), "docs/review.md is not current: KILN_UPDATE=1 writes it");
        fs::write(&path, format!("{before}{begin}{wanted}{end}{after}")).unwrap();
    }
}
