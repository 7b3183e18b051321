//! What is deployed against the spec: what is read back from a template is the plan that it was made from and gives the same
//! review, and `kiln diff --deployed` tells it of a stack and what changed behind its back.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::fs;
use std::path::{Path, PathBuf};

use kiln::files::{Files, Folder, InMemory, Texts};
use kiln::plan::Plan;
use kiln::project::definition::Target;
use kiln::render::cloudformation;
use kiln::review::{Action, Review, Side, deployed};
use kiln::source::Source;
use kiln::spec;
use kiln::synth::{Format, Request, synth};
use kiln::versions::Lock;

/// A spec that went through all stages.
struct Half {
    source: Source,
    texts: Texts,
    plan: Plan,
    lock: Lock,
}

impl Half {
    /// `None` where the story is for Terraform only.
    fn of(text: &str, files: &dyn Files, recorded: &Lock) -> Option<Self> {
        let source = Source::new("kiln.toml", text);
        let (written, read) = spec::read(&source);
        let request = Request { spec: &written, read, files, recorded, format: Some(Format::Yaml) };
        let synthesis = synth(request);
        let lowered = synthesis.output?.lowered;
        let lock = lowered.lock.unwrap_or_default();
        Some(Self { source, texts: synthesis.texts, plan: lowered.plan, lock })
    }

    fn side<'a>(&'a self, plan: &'a Plan) -> Side<'a> {
        let Self { source, texts, .. } = self;
        Side { source: Some(source), texts, plan, target: Target::CloudFormation, target_account: None }
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The folders of all specs that goldens are made from.
fn folders() -> Vec<PathBuf> {
    let mut found = Vec::new();
    for folder in ["examples", "templates", "tests/types"] {
        for entry in fs::read_dir(root().join(folder)).unwrap() {
            found.push(entry.unwrap().path());
        }
    }
    found.retain(|folder| folder.join("kiln.toml").is_file());
    found.sort();
    found
}

/// The review of a template against a spec.
fn against(template: &str, new: &Half) -> Review {
    let own = cloudformation::read(&cloudformation::json(&new.plan)).unwrap();
    let own = deployed::plan(&own, &new.plan);
    let old = deployed::plan(&cloudformation::read(template).unwrap(), &own);
    let texts = Texts::default();
    let before = Side { source: None, texts: &texts, plan: &old, target: Target::CloudFormation, target_account: None };
    Review::new(Some(before), Some(new.side(&own)))
}

#[test]
fn every_template_is_what_its_spec_says() {
    let mut count = 0;
    for folder in folders() {
        let text = fs::read_to_string(folder.join("kiln.toml")).unwrap();
        let lock = fs::read_to_string(folder.join("kiln.lock")).unwrap_or_default();
        let (lock, _) = Lock::read(&Source::new("kiln.lock", lock));
        let Some(half) = Half::of(&text, &Folder::new(&folder), &lock) else { continue };
        for template in [cloudformation::yaml(&half.plan), cloudformation::json(&half.plan)] {
            let review = against(&template, &half);
            assert!(review.is_empty(), "{}: {review:#?}", folder.display());
        }
        count += 1;
    }
    assert!(count > 30, "only {count} stories have a template");
}

/// An edit of a story: its folder, and texts that are replaced.
const EDITS: [(&str, &[(&str, &str)]); 10] = [
    ("golden-ami", &[("systemctl enable --now firewalld", "systemctl enable firewalld")]),
    ("golden-ami", &[("[\"c7g.large\", \"m7g.large\"]", "[\"c7g.xlarge\"]")]),
    ("golden-ami", &[("\"us-east-1\"]", "\"us-east-1\", \"ap-south-1\"]")]),
    ("golden-ami", &[(", \"us-east-1\"]", "]")]),
    ("golden-ami", &[("30 GiB", "50 GiB"), ("keep = 10", "keep = 4")]),
    ("golden-ami", &[("keep = 10", "keep = \"all\"")]),
    ("golden-ami", &[("[pipeline.web]", "[pipeline.shop-floor]")]),
    ("matrix", &[("actions = [\"s3:GetObject\"]", "actions = [\"s3:GetObject\", \"s3:PutObject\"]")]),
    ("container", &[("keep =", "# keep =")]),
    ("native-versions", &[("Welcome", "Hello")]),
];

#[test]
fn a_template_gives_the_review_that_its_spec_gives() {
    for (story, edits) in EDITS {
        let folder = root().join("examples").join(story);
        let text = fs::read_to_string(folder.join("kiln.toml")).unwrap();
        let files = Folder::new(&folder);
        let edited = edits.iter().fold(text.clone(), |text, (old, new)| {
            assert!(text.contains(old), "{story} has no `{old}`");
            text.replace(old, new)
        });
        let old = Half::of(&text, &files, &Lock::default()).unwrap();
        let new = Half::of(&edited, &files, &old.lock).unwrap();
        let expected = Review::new(Some(old.side(&old.plan)), Some(new.side(&new.plan)));
        let mut found = against(&cloudformation::yaml(&old.plan), &new);
        assert!(!expected.is_empty(), "{story}: {edits:?}");
        // Of what is gone, a stack does not know the line in the spec.
        for (found, expected) in found.resources.iter_mut().zip(&expected.resources) {
            if found.action == Action::Remove {
                found.place.clone_from(&expected.place);
            }
        }
        assert_eq!(found, expected, "{story}: {edits:?}");
    }
}

#[test]
fn what_the_spec_hands_on_is_told_by_its_properties() {
    let spec = |value: &str| {
        format!(
            "name = \"web\"\n[pipeline.web]\nbase = \"amazon-linux-2023/arm64\"\ncomponents = [\"aws:update-linux\"]\n\
             [raw.cloudformation.WebPipeline]\nStatus = \"{value}\"\n"
        )
    };
    let half = |value| Half::of(&spec(value), &InMemory::default(), &Lock::default()).unwrap();
    let review = against(&cloudformation::yaml(&half("ENABLED").plan), &half("DISABLED"));
    let [item] = review.resources.as_slice() else { panic!("{review:#?}") };
    assert_eq!(item.reasons(), ["Status: ENABLED → DISABLED"]);
}

#[test]
fn a_stack_of_somebody_else_is_all_gone() {
    let spec = "name = \"web\"\n[component.a]\nbuild = [\"a\"]\n[pipeline.web]\nbase = \"amazon-linux-2023/arm64\"\n\
                components = [\"a\"]\n";
    let half = Half::of(spec, &InMemory::default(), &Lock::default()).unwrap();
    let template = "Resources:\n  Queue:\n    Type: AWS::SQS::Queue\n  Role:\n    Type: AWS::IAM::Role\n    Properties:\n      \
                    Policies:\n        - PolicyName: p\n          PolicyDocument:\n            Statement:\n              \
                    - { Effect: Allow, Action: '*', Resource: '*' }\n";
    let review = against(template, &half);
    assert!(review.removes());
    let gone: Vec<&str> = review.rights.iter().filter(|it| !it.added).map(|it| it.statement.as_str()).collect();
    assert_eq!(gone, ["Allow * on *"]);
    assert!(review.resources.iter().any(|item| item.what.contains("AWS::SQS::Queue")), "{review:#?}");
}

#[cfg(feature = "deploy")]
mod stacks {
    use super::*;
    use crate::support::world::{SPEC, World, check};
    use crate::support::{awsim::Awsim, isolated, must, run};
    use serde_json::Value;

    /// The review without its first line, which says what is compared.
    fn body(text: &str) -> &str {
        text.split_once('\n').map_or(text, |(_, rest)| rest)
    }

    #[test]
    fn a_stack_gets_the_review_that_its_spec_gets() {
        let Some(world) = World::new("diff", "310000000040") else { return };
        check(&world.kiln(&["diff", "--deployed"]), 0, &["there is no stack `web`", "+ add          pipeline `web`"]);
        check(&world.deploy(&[]), 0, &["deployed"]);
        check(&world.kiln(&["diff", "--deployed"]), 0, &["what is deployed in us-east-1", "nothing changes"]);

        fs::copy(world.folder.join("kiln.toml"), world.folder.join("old.toml")).unwrap();
        fs::copy(world.folder.join("kiln.lock"), world.folder.join("old.lock")).unwrap();
        world.write(&SPEC.replace("install nginx", "install nginx-core").replace("arm64\"", "arm64\"\nkeep = 3"));
        let deployed = world.kiln(&["diff", "--deployed"]);
        let files = world.kiln(&["diff", "old.toml", "kiln.toml"]);
        check(&deployed, 0, &["component `nginx` 1.0.0 → 1.0.1", "-            - dnf -y install nginx"]);
        assert_eq!(body(&deployed.output), body(&files.output));
        check(&world.kiln(&["diff", "--deployed", "--fail-on", "replace,drift"]), 0, &[]);
        world.write(&SPEC.replace("[pipeline.web]", "[pipeline.shop]"));
        let said = world.kiln(&["diff", "--deployed", "--fail-on", "remove"]);
        check(&said, 14, &["--fail-on remove", "- remove       pipeline `web`", "nothing builds new ones"]);
        check(&world.kiln(&["diff", "--deployed", "--git", "HEAD"]), 2, &["cannot be used with"]);
        check(&world.kiln(&["diff", "--drift"]), 2, &["--deployed"]);
    }

    #[test]
    fn what_changed_behind_a_stack_is_told_with_expected_and_actual() {
        let Some(world) = World::new("drift", "310000000041") else { return };
        check(&world.deploy(&[]), 0, &["deployed"]);
        let drift = ["diff", "--deployed", "--drift"];
        let said = world.kiln(&drift);
        check(
            &said,
            0,
            &["nothing changes", "nothing is other than it was deployed", "not looked at by CloudFormation"],
        );

        must(world.awsim.ask("drift.py", world.account, &[]), "things are changed by hand");
        // Documents are compared always.
        let said = world.kiln(&["diff", "--deployed"]);
        check(
            &said,
            0,
            &["! modified     component `nginx` 1.0.0  (kiln.toml:3)", "Data: expected sha256:", "actual sha256:"],
        );
        let said = world.kiln(&[&drift[..], &["--fail-on", "drift", "--format", "json"]].concat());
        assert_eq!(said.status, Some(14), "{}", said.everything());
        let json: Value = serde_json::from_str(&said.output).unwrap();
        let drift = &json["specs"][0]["drift"]["resources"];
        let role = drift.as_array().unwrap().iter().find(|it| it["id"] == "LifecycleRole").expect("the role");
        assert_eq!((&role["type"], &role["state"]), (&"AWS::IAM::Role".into(), &"modified".into()));
        let difference = &role["properties"][0];
        assert!(difference["property"].as_str().unwrap().starts_with("AssumeRolePolicyDocument"), "{difference}");
        assert_ne!(difference["expected"], difference["actual"]);
        let said = world.kiln(&["diff", "--deployed", "--drift", "--format", "markdown"]);
        check(&said, 0, &["#### Drift", "**modified** role `LifecycleRole` of the project"]);
    }

    #[test]
    fn what_the_policy_grants_is_enough_to_look() {
        let Some(awsim) = Awsim::with(&["--auth", "--step-ms", "10"]) else { return };
        let folder = crate::support::workspace("deployed-policy");
        // With a document that is uploaded, which needs rights of its own.
        let bucket = "example-documents-policy";
        must(awsim.ask("bucket.py", "test", &[Path::new(bucket)]), "a bucket is made");
        let long = "[component.long]\nsource = \"long.yaml\"\n";
        let spec = format!("documents = \"{bucket}\"\n{SPEC}\n{long}").replace("[\"nginx\"]", "[\"nginx\", \"long\"]");
        fs::write(folder.join("long.yaml"), crate::support::document(200)).unwrap();
        fs::write(folder.join("kiln.toml"), spec).unwrap();
        let kiln = |key: (&str, &str), arguments: &[&str]| {
            let mut kiln = std::process::Command::new(env!("CARGO_BIN_EXE_kiln"));
            isolated(&mut kiln);
            kiln.current_dir(&folder).args(arguments).stdin(std::process::Stdio::null());
            kiln.env("AWS_ENDPOINT_URL", &awsim.endpoint).env("AWS_REGION", "us-east-1");
            run(kiln.env("AWS_ACCESS_KEY_ID", key.0).env("AWS_SECRET_ACCESS_KEY", key.1))
        };
        let policy = kiln(("", ""), &["policy"]).well().expect("a policy");
        let file = folder.join("policy.json");
        fs::write(&file, policy).unwrap();
        let keys = must(awsim.ask("user.py", "test", &[Path::new("looker"), &file]), "a user is made");
        let keys: Value = serde_json::from_str(&keys).unwrap();
        let key = (keys["id"].as_str().unwrap(), keys["secret"].as_str().unwrap());
        check(&kiln(key, &["deploy", "--yes", "--poll", "50ms"]), 0, &["deployed"]);
        check(&kiln(key, &["diff", "--deployed", "--drift"]), 0, &["nothing changes", "nothing is other"]);
        check(
            &kiln(key, &["diff", "--deployed", "--stack", "other"]),
            8,
            &["may not do cloudformation:DescribeStacks"],
        );
    }
}
