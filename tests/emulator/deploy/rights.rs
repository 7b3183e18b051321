//! What `kiln policy` prints is enough: a user that has nothing else deploys, updates and destroys.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;

use serde_json::{Map, Value, json};

use crate::support::awsim::Awsim;
use crate::support::stories::{Story, json, stories};
use crate::support::{Said, isolated, judge, must, run, script, terraform, workspace};

/// Root's account: what IAM checks is in one account.
const ACCOUNT: &str = "test";

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        match path.is_dir() {
            true => copy(&path, &target),
            false => drop(fs::copy(&path, &target).unwrap()),
        }
    }
}

/// A user with one policy, and kiln in its hands.
struct User<'a> {
    awsim: &'a Awsim,
    folder: PathBuf,
    keys: Value,
}

/// The policy of the spec in a folder, the narrowest that there is.
fn policy(folder: &Path, target: &str, account: &str) -> String {
    let mut kiln = Command::new(env!("CARGO_BIN_EXE_kiln"));
    kiln.args(["policy", "--target", target, "--account", account, "--region", "us-east-1"]);
    run(kiln.current_dir(folder)).well().expect("a policy")
}

impl<'a> User<'a> {
    fn new(awsim: &'a Awsim, folder: PathBuf, name: &str) -> Self {
        let file = folder.join("policy.json");
        fs::write(&file, policy(&folder, "cloudformation", "000000000000")).unwrap();
        Self::with(awsim, (folder, ACCOUNT), name, &[file])
    }

    fn with(awsim: &'a Awsim, (folder, account): (PathBuf, &str), name: &str, policies: &[PathBuf]) -> Self {
        let arguments: Vec<&Path> =
            std::iter::once(Path::new(name)).chain(policies.iter().map(PathBuf::as_path)).collect();
        let keys = must(awsim.ask("user.py", account, &arguments), "a user is made");
        Self { awsim, folder, keys: serde_json::from_str(&keys).unwrap() }
    }

    fn kiln(&self, arguments: &[&str]) -> Said {
        let mut kiln = Command::new(env!("CARGO_BIN_EXE_kiln"));
        isolated(&mut kiln);
        kiln.current_dir(&self.folder).args(arguments).stdin(Stdio::null());
        kiln.env("AWS_ENDPOINT_URL", &self.awsim.endpoint).env("AWS_REGION", "us-east-1");
        kiln.env("AWS_ACCESS_KEY_ID", self.keys["id"].as_str().unwrap());
        run(kiln.env("AWS_SECRET_ACCESS_KEY", self.keys["secret"].as_str().unwrap()))
    }
}

/// Values of the parameters that an example asks for.
fn parameters(story: &Story) -> Vec<String> {
    let given = story.parameters().map_or(Value::Null, |file| json(&file));
    let text = |value: &Value| match value {
        Value::Array(list) => list.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(","),
        value => value.as_str().unwrap_or_default().to_owned(),
    };
    let arguments = given.as_object().into_iter().flatten();
    arguments.flat_map(|(name, value)| ["--parameter".to_owned(), format!("{name}={}", text(value))]).collect()
}

/// Deploys, changes and destroys one example.
fn round(awsim: &Awsim, story: &Story) -> Result<(), String> {
    let name = &story.name;
    let folder = workspace(&format!("deploy-rights-{name}"));
    copy(&story.example(), &folder);
    if let Some(file) = story.existing() {
        awsim.ask("existing.py", ACCOUNT, &[&file, Path::new("make")])?;
    }
    let user = User::new(awsim, folder.clone(), name);
    let given = parameters(story);
    let given: Vec<&str> = given.iter().map(String::as_str).collect();
    let stack = ["--yes", "--poll", "100ms", "--target", "cloudformation"];
    let deploy = || user.kiln(&[&["deploy", "--create-bucket"], stack.as_slice(), given.as_slice()].concat());
    let must_say = |said: Said, what: &str, word: &str| {
        let is_good = said.status == Some(0) && said.everything().contains(word);
        if is_good { Ok(()) } else { Err(format!("{name}: {what}: {}", said.everything())) }
    };
    must_say(deploy(), "deploy", "deployed (CREATE_COMPLETE)")?;
    // What every example has is a pipeline, and how long its tests may take can change in place.
    let spec = fs::read_to_string(folder.join("kiln.toml")).unwrap();
    let mut lines: Vec<&str> = spec.lines().collect();
    let pipeline = lines.iter().position(|line| line.starts_with("[pipeline.")).expect("a pipeline") + 1;
    let own = lines[pipeline..].iter().take_while(|line| !line.starts_with('['));
    if let Some(at) = own.into_iter().position(|line| line.starts_with("tests = ")) {
        lines.remove(pipeline + at);
    }
    lines.insert(pipeline, "tests = { timeout = \"95 minutes\" }");
    fs::write(folder.join("kiln.toml"), lines.join("\n")).unwrap();
    must_say(deploy(), "update", "deployed (UPDATE_COMPLETE)")?;
    must_say(user.kiln(&[&["destroy"], stack.as_slice()].concat()), "destroy", "destroyed")
}

#[test]
fn every_example_needs_no_more_than_its_policy() {
    let Some(awsim) = Awsim::with(&["--auth", "--step-ms", "1"]) else { return };
    let stories: Vec<Story> =
        stories("template.yaml").into_iter().filter(|story| story.example().join("kiln.toml").is_file()).collect();
    assert!(stories.len() > 10, "{} examples", stories.len());
    let faults: Vec<String> = thread::scope(|scope| {
        let halves: Vec<_> = (0..2)
            .map(|half| {
                let (awsim, mine) = (&awsim, stories.iter().skip(half).step_by(2));
                scope.spawn(move || mine.filter_map(|story| round(awsim, story).err()).collect::<Vec<_>>())
            })
            .collect();
        halves.into_iter().flat_map(|half| half.join().unwrap()).collect()
    });
    assert!(faults.is_empty(), "{}", faults.join("\n\n"));
}

/// A policy without a permission is not enough: CloudFormation's handlers ask for each of their calls.
#[test]
fn a_permission_less_is_too_little() {
    let Some(awsim) = Awsim::with(&["--auth", "--step-ms", "1"]) else { return };
    let layers = Story { name: "layers".to_owned(), account: 0 };
    for (name, action, effect) in [
        ("cascades", "iam:PassRole", "PassToEvents"),
        ("rules", "events:DescribeRule", "EventRules"),
        ("policies", "iam:AttachRolePolicy", "AttachPolicies"),
    ] {
        let folder = workspace(&format!("deploy-less-{name}"));
        copy(&layers.example(), &folder);
        let policy: Value = serde_json::from_str(&policy(&folder, "cloudformation", "000000000000")).unwrap();
        let mut statements = policy["Statement"].as_array().unwrap().clone();
        let count = statements.len();
        statements.retain(|statement| statement["Sid"] != effect);
        assert_eq!(statements.len() + 1, count, "no statement is called {effect}");
        let file = folder.join("policy.json");
        fs::write(&file, json!({ "Version": "2012-10-17", "Statement": statements }).to_string()).unwrap();
        let user = User::with(&awsim, (folder, ACCOUNT), name, &[file]);
        let stack = ["deploy", "--yes", "--poll", "100ms", "--stack", "layers", "--target", "cloudformation"];
        let said = user.kiln(&stack).everything();
        assert!(said.contains(&format!("not authorized to perform: {action}")), "{name}: {said}");
        let _ = user.kiln(&["destroy", "--yes", "--stack", "layers", "--target", "cloudformation"]);
    }
}

/// The examples as modules of one configuration, each under a name of its own, so that all fit into one account. Their
/// user has the policy of each.
#[test]
fn every_example_needs_no_more_than_its_policy_in_terraform() {
    if !terraform::installed() {
        return;
    }
    let Some(awsim) = Awsim::with(&["--auth", "--step-ms", "1"]) else { return };
    let folder = workspace("deploy-rights-terraform");
    let examples: Vec<Story> =
        stories("main.tf").into_iter().filter(|story| story.example().join("kiln.toml").is_file()).collect();
    assert!(examples.len() > 10, "{} examples", examples.len());
    let mut modules = Map::new();
    let mut policies = Vec::new();
    for (number, story) in examples.iter().enumerate() {
        let module = folder.join(story.label());
        copy(&story.example(), &module);
        if let Some(file) = story.existing() {
            must(awsim.ask("existing.py", ACCOUNT, &[&file, Path::new("make")]), "what must exist is made");
        }
        let spec = fs::read_to_string(module.join("kiln.toml")).unwrap();
        let own = spec.lines().map(|line| match line.strip_prefix("name = \"") {
            Some(name) if !line.contains('#') => format!("name = \"p{number}-{name}"),
            _ => line.to_owned(),
        });
        let own: Vec<String> = own.collect();
        fs::write(module.join("kiln.toml"), own.join("\n")).unwrap();
        let mut kiln = Command::new(env!("CARGO_BIN_EXE_kiln"));
        kiln.current_dir(&module).args(["synth", "--target", "terraform", "--format", "tf-json"]);
        must(run(&mut kiln).well(), "an example is synthesized");
        let file = module.join("policy.json");
        fs::write(&file, policy(&module, "terraform", "000000000000")).unwrap();
        policies.push(file);
        let mut arguments = story.variables(&module.join("main.tf.json"));
        arguments.insert("source".to_owned(), json!(format!("./{}", story.label())));
        modules.insert(story.label(), Value::Object(arguments));
    }
    let user = User::with(&awsim, (folder.clone(), ACCOUNT), "terraform", &policies);
    let mut provider = terraform::provider(&awsim.endpoint, user.keys["id"].as_str().unwrap());
    provider["secret_key"] = user.keys["secret"].clone();
    let root = json!({ "terraform": terraform::requirements(), "provider": { "aws": provider }, "module": modules });
    fs::write(folder.join("main.tf.json"), root.to_string()).unwrap();
    let Some(root) = terraform::init(&folder) else { return };
    must(root.apply(), "terraform apply");
    must(root.destroy(), "terraform destroy");
}

/// What an ARN or a condition can limit is limited, by the Service Authorization Reference.
#[test]
fn what_can_be_narrowed_is() {
    let Some(python) = judge("python") else { return };
    let folder = workspace("deploy-rights-narrow");
    let mut files = Vec::new();
    for story in stories("template.yaml").into_iter().filter(|story| story.example().join("kiln.toml").is_file()) {
        for target in ["cloudformation", "terraform"] {
            if target == "terraform" && !story.golden("main.tf").is_file() {
                continue;
            }
            let mut kiln = Command::new(env!("CARGO_BIN_EXE_kiln"));
            kiln.arg("policy").arg(story.example().join("kiln.toml")).args(["--target", target, "--images"]);
            kiln.args(["--account", "123456789012", "--region", "us-east-1", "--bucket", "acme-templates"]);
            let file = folder.join(format!("{}-{target}.json", story.label()));
            fs::write(&file, run(&mut kiln).well().expect("a policy")).unwrap();
            files.push(file);
        }
    }
    assert!(files.len() > 20, "{} policies", files.len());
    must(run(script(&python, "narrow.py").args(files)).well(), "the policies are narrow");
}
