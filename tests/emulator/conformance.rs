//! Deploys every story through CloudFormation and through Terraform and asks whether both made the same.
//!
//! The services are played by awsim (`tests/awsim`, or the folder that `KILN_AWSIM` names), which really makes the
//! Image Builder objects. Each back end has accounts of its own.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;

use crate::support::awsim::{Awsim, awsim};
use crate::support::stories::{Story, stories};
use crate::support::{must, run, script, terraform, workspace};
use serde_json::{Map, Value, json};

/// The account of a story in one back end; `Story::account` says which stories share it.
fn account(back_end: u8, story: &Story) -> String {
    format!("{back_end}000000000{:02}", story.account)
}

const CLOUDFORMATION: u8 = 1;
const TERRAFORM: u8 = 2;

#[test]
fn every_story_makes_the_same_on_both_back_ends() {
    if !terraform::installed() {
        return;
    }
    let Some(awsim) = awsim() else { return };
    let told: Vec<Story> =
        stories("template.yaml").into_iter().filter(|story| story.golden("main.tf").is_file()).collect();
    let folder = workspace("conformance");
    lay_out(&folder, &awsim, &told);
    let Some(root) = terraform::init(&folder) else { return };

    // What a story expects to exist may be a bucket, and a bucket has one owner: those stacks come first, and what they
    // were built from is then released for the other account. Terraform mostly waits: the rest is deployed meanwhile.
    let (expecting, others): (Vec<Story>, Vec<Story>) =
        stories("template.yaml").into_iter().partition(|story| story.existing().is_some());
    let first = deploy_stacks(&awsim, &expecting);
    assert!(first.is_empty(), "{}", first.join("\n\n"));
    let (mut failures, applied) = thread::scope(|scope| {
        let stacks = scope.spawn(|| deploy_stacks(&awsim, &others));
        let applied = apply_all(&awsim, &root, &folder, &told);
        (stacks.join().expect("deploying does not panic"), applied)
    });
    let comparable = failures.is_empty() && applied.is_ok();
    failures.extend(applied.err());
    if comparable {
        for (names, story) in by_account(&told) {
            let [left, right] = [CLOUDFORMATION, TERRAFORM].map(|back_end| account(back_end, story));
            if let Err(diff) = awsim.ask("compare.py", &left, &[Path::new(&right)]) {
                failures.push(format!("{names}: the back ends differ:\n{diff}"));
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}

/// The names of the stories that share an account, and one of them, for each account.
fn by_account(told: &[Story]) -> Vec<(String, &Story)> {
    let mut accounts: BTreeMap<usize, Vec<&Story>> = BTreeMap::new();
    for story in told {
        accounts.entry(story.account).or_default().push(story);
    }
    let names = |shared: &[&Story]| shared.iter().map(|story| &*story.name).collect::<Vec<_>>().join(", ");
    accounts.into_values().map(|shared| (names(&shared), shared[0])).collect()
}

/// Deploys every CloudFormation golden, also of stories that have no other back end; says what failed.
fn deploy_stacks(awsim: &Awsim, told: &[Story]) -> Vec<String> {
    let deploy = |story: &Story| {
        let account = account(CLOUDFORMATION, story);
        existing(awsim, &account, story, "make")?;
        let deployed = deploy_stack(awsim, &account, story, &story.golden("template.yaml"));
        existing(awsim, &account, story, "release")?;
        deployed
    };
    told.iter().filter_map(|story| deploy(story).err()).collect()
}

/// Applies every story at once, then asks whether the JSON syntax means the same as what was applied.
fn apply_all(awsim: &Awsim, root: &terraform::Root, folder: &Path, told: &[Story]) -> Result<(), String> {
    for story in told {
        existing(awsim, &account(TERRAFORM, story), story, "make")?;
    }
    root.apply().map_err(|said| format!("terraform apply:\n{said}"))?;
    for story in told {
        existing(awsim, &account(TERRAFORM, story), story, "release")?;
    }
    for (_, story) in by_account(told) {
        awsim.ask("settle.py", &account(TERRAFORM, story), &[])?;
    }
    use_syntax(folder, told, "main.tf", "main.tf.json");
    let Err(as_json) = root.plan_is_empty() else { return Ok(()) };
    use_syntax(folder, told, "main.tf.json", "main.tf");
    Err(match root.plan_is_empty() {
        Ok(()) => format!("main.tf.json is not what main.tf says:\n{as_json}"),
        Err(again) => format!("a second plan is not empty:\n{again}"),
    })
}

/// Makes what a story expects to exist, or releases what no two accounts can have.
fn existing(awsim: &Awsim, account: &str, story: &Story, what: &str) -> Result<(), String> {
    let Some(file) = story.existing() else { return Ok(()) };
    let said = awsim.ask("existing.py", account, &[&file, Path::new(what)]);
    said.map(drop).map_err(|said| format!("{}: {said}", story.name))
}

/// Creates or updates a story's stack.
fn deploy_stack(awsim: &Awsim, account: &str, story: &Story, template: &Path) -> Result<(), String> {
    let (stack, parameters) = (story.name.replace('/', "-"), story.parameters());
    let mut arguments = vec![Path::new(&stack), template];
    arguments.extend(parameters.as_deref());
    awsim.ask("stack.py", account, &arguments).map(drop).map_err(|said| format!("{}: {said}", story.name))
}

/// Writes one configuration with every story as a module of its own, and a provider for each account.
fn lay_out(folder: &Path, awsim: &Awsim, told: &[Story]) {
    let mut providers = Vec::new();
    for (_, story) in by_account(told) {
        let mut provider = terraform::provider(&awsim.endpoint, &account(TERRAFORM, story));
        provider["alias"] = json!(format!("account_{}", story.account));
        providers.push(provider);
    }
    let mut modules = Map::new();
    for story in told {
        let label = story.label();
        fs::create_dir(folder.join(&label)).expect("a module's folder can be made");
        let mut module = story.variables(&story.golden("main.tf.json"));
        module.insert("source".to_owned(), json!(format!("./{label}")));
        module.insert("providers".to_owned(), json!({ "aws": format!("aws.account_{}", story.account) }));
        modules.insert(label, Value::Object(module));
    }
    let root = json!({ "terraform": terraform::requirements(), "provider": { "aws": providers }, "module": modules });
    write_json(&folder.join("main.tf.json"), &root);
    use_syntax(folder, told, "main.tf.json", "main.tf");
}

/// Puts one golden in the place of another in every module.
fn use_syntax(folder: &Path, told: &[Story], before: &str, after: &str) {
    for story in told {
        let module = folder.join(story.label());
        // Before the first there is none.
        let _ = fs::remove_file(module.join(before));
        fs::copy(story.golden(after), module.join(after)).expect("a golden can be copied");
    }
}

fn write_json(file: &Path, value: &Value) {
    fs::write(file, format!("{value:#}")).expect("a workspace is writable");
}

/// A spec that is edited: its own copy, deployed on both back ends.
struct Edited<'a> {
    awsim: &'a Awsim,
    story: Story,
    spec: PathBuf,
    cloudformation: PathBuf,
    terraform: PathBuf,
}

#[test]
fn an_edit_makes_new_versions_and_keeps_the_pipeline() {
    if !terraform::installed() {
        return;
    }
    let Some(awsim) = awsim() else { return };
    let Some((story, document)) = story_with_a_document() else { panic!("no example has a components/*.yaml") };
    let folder = workspace("conformance-edit");
    let [spec, cloudformation, terraform] = ["spec", "cloudformation", "terraform"].map(|name| folder.join(name));
    copy_folder(&story.example(), &spec);
    fs::create_dir(&terraform).expect("a folder can be made");
    let document = spec.join("components").join(document);
    let edited = Edited { awsim: &awsim, story, spec, cloudformation, terraform };
    edited.check(&document);
}

impl Edited<'_> {
    const STACK: &'static str = "100000000099";
    const ROOT: &'static str = "200000000099";

    fn check(&self, document: &Path) {
        self.synth();
        let provider = json!({ "provider": { "aws": terraform::provider(&self.awsim.endpoint, Self::ROOT) } });
        write_json(&self.terraform.join("provider.tf.json"), &provider);
        let variables = Value::Object(self.story.variables(&self.terraform.join("main.tf.json")));
        write_json(&self.terraform.join("terraform.tfvars.json"), &variables);
        // Both syntaxes in one folder would say everything twice; the JSON was read for its variables only.
        fs::remove_file(self.terraform.join("main.tf.json")).expect("the JSON was just written");
        let Some(root) = terraform::init(&self.terraform) else { return };

        for account in [Self::STACK, Self::ROOT] {
            must(existing(self.awsim, account, &self.story, "make"), "what must exist is made");
        }
        let before = self.deploy(&root);
        must(run(script(&self.awsim.python, "edit.py").arg(document)).well(), "the document is edited");
        self.synth();
        fs::remove_file(self.terraform.join("main.tf.json")).expect("the JSON was just written");
        let after = self.deploy(&root);
        must(self.awsim.ask("settle.py", Self::ROOT, &[]), "the emulator settles");
        must(root.plan_is_empty(), "the plan after the edit is empty");
        for (back_end, before, after) in
            [("CloudFormation", &before[0], &after[0]), ("Terraform", &before[1], &after[1])]
        {
            moved(back_end, before, after);
        }
    }

    /// Deploys what was synthesized; gives the versions that then exist, for CloudFormation and for Terraform.
    fn deploy(&self, root: &terraform::Root) -> [Value; 2] {
        let template = self.cloudformation.join("template.yaml");
        must(deploy_stack(self.awsim, Self::STACK, &self.story, &template), "the stack is deployed");
        must(root.apply(), "terraform apply");
        [Self::STACK, Self::ROOT].map(|account| {
            let said = must(self.awsim.ask("versions.py", account, &[]), "the versions are read");
            serde_json::from_str(&said).expect("the script writes JSON")
        })
    }

    fn synth(&self) {
        for (target, format, out) in [
            ("cloudformation", "yaml", &self.cloudformation),
            ("terraform", "hcl", &self.terraform),
            ("terraform", "tf-json", &self.terraform),
        ] {
            let mut kiln = Command::new(env!("CARGO_BIN_EXE_kiln"));
            kiln.arg("synth").arg(self.spec.join("kiln.toml")).args(["--target", target, "--format", format]);
            must(run(kiln.arg("--out").arg(out)).well(), &format!("kiln synth --format {format}"));
        }
    }
}

/// One new component version and one new recipe version exist, and the same pipelines use the new recipes.
fn moved(back_end: &str, before: &Value, after: &Value) {
    let list = |value: &Value| value.as_array().expect("a list of ARNs").clone();
    for kind in ["components", "recipes"] {
        let (old, now) = (list(&before[kind]), list(&after[kind]));
        let new: Vec<_> = now.iter().filter(|arn| !old.contains(arn)).collect();
        assert_eq!(new.len(), 1, "{back_end}: one new version of {kind}: {old:?} became {now:?}");
        // The old version is either replaced or kept; what else there was is still there.
        assert!(now.len() == old.len() || now.len() == old.len() + 1, "{back_end}: {old:?} became {now:?}");
    }
    let pipelines = |value: &Value| value["pipelines"].as_object().expect("pipelines by ARN").clone();
    let (old, now) = (pipelines(before), pipelines(after));
    assert!(old.keys().eq(now.keys()), "{back_end}: the pipelines were replaced: {old:?} became {now:?}");
    let recipes = list(&after["recipes"]);
    let stale: Vec<_> = now.iter().filter(|(arn, recipe)| !recipes.contains(recipe) || old[*arn] == **recipe).collect();
    assert!(stale.is_empty(), "{back_end}: these pipelines still use the old recipe: {stale:?}");
}

/// The story that is edited and one of its component documents: `golden-ami`, or the first that has one.
fn story_with_a_document() -> Option<(Story, String)> {
    let mut told = stories("main.tf");
    told.sort_by_key(|story| story.name != "golden-ami");
    told.into_iter().find_map(|story| {
        let mut documents: Vec<String> = fs::read_dir(story.example().join("components"))
            .ok()?
            .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
            .filter(|name| name.ends_with(".yaml"))
            .collect();
        documents.sort();
        Some((story, documents.into_iter().next()?))
    })
}

fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder can be made");
    for entry in fs::read_dir(from).expect("an example is a folder") {
        let entry = entry.expect("an example can be read");
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).expect("a file can be copied");
        }
    }
}
