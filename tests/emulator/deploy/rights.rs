//! What `kiln policy` prints is enough: a user that has nothing else deploys, updates and destroys.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;

use serde_json::Value;

use crate::support::awsim::Awsim;
use crate::support::stories::{Story, json, stories};
use crate::support::{Said, isolated, must, run, workspace};

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

impl<'a> User<'a> {
    fn new(awsim: &'a Awsim, folder: PathBuf, name: &str, target: &str) -> Self {
        let mut kiln = Command::new(env!("CARGO_BIN_EXE_kiln"));
        // The narrowest that there is.
        kiln.args(["policy", "--target", target, "--account", "000000000000", "--region", "us-east-1"]);
        let policy = run(kiln.current_dir(&folder));
        let file = folder.join("policy.json");
        fs::write(&file, policy.well().expect("a policy")).unwrap();
        let keys = must(awsim.ask("user.py", ACCOUNT, &[Path::new(name), &file]), "a user is made");
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
    let user = User::new(awsim, folder.clone(), name, "cloudformation");
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
