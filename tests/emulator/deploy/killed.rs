//! kiln killed at any moment of a deployment through Terraform, and run again: what there is then.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write as _;
use std::process::{Command, Stdio};
use std::time::Instant;

use serde_json::{Value, json};

use crate::support::run;
use crate::support::terraform::{installed, mirror, provider};
use crate::support::world::{World, check, named};

/// How many kills a run of the tests does; `KILN_KILLS` says how many a measurement does.
const KILLS: u32 = 2;

/// A project of Terraform, in an account of its own.
fn world(test: &str, number: u32) -> Option<World> {
    let mirror = mirror().filter(|_| installed())?;
    let account: &'static str = Box::leak(format!("3110{number:08}").into_boxed_str());
    let world = World::new(test, account)?;
    let spec = named("killed").replace("\n\n[component", "\ntarget = \"terraform\"\n\n[component");
    // Without a log bucket: the provider waits a minute for its lifecycle rules.
    world.write(&format!("{spec}infrastructure.logs = false\n"));
    let aws = json!({ "provider": { "aws": provider(&world.endpoint, world.account) } });
    fs::write(world.folder.join("provider.tf.json"), aws.to_string()).unwrap();
    fs::write(world.folder.join("mirror"), mirror.display().to_string()).unwrap();
    Some(world)
}

fn deploy(world: &World, more: &[&str]) -> Command {
    let mirror = fs::read_to_string(world.folder.join("mirror")).unwrap();
    let mut kiln = world.command(&[&["deploy", "--yes"], more].concat());
    kiln.env("TF_CLI_ARGS_init", format!("-plugin-dir={mirror}"));
    kiln
}

/// What the account has and what the state has: ARNs of Image Builder, and names of roles and of instance profiles.
fn found(world: &World) -> (BTreeSet<String>, BTreeSet<String>) {
    let state = fs::read_to_string(world.folder.join("terraform.tfstate")).unwrap();
    let state: Value = serde_json::from_str(&state).unwrap();
    let (mut known, mut count) = (BTreeSet::new(), 0);
    for resource in state["resources"].as_array().unwrap() {
        let kind = resource["type"].as_str().unwrap();
        for instance in resource["instances"].as_array().unwrap() {
            let name = match kind {
                "aws_iam_role" | "aws_iam_instance_profile" => &instance["attributes"]["name"],
                kind if kind.starts_with("aws_imagebuilder") && resource["mode"] == "managed" => {
                    &instance["attributes"]["arn"]
                }
                _ => continue,
            };
            count += 1;
            known.insert(name.as_str().unwrap().to_owned());
        }
    }
    assert_eq!(known.len(), count, "nothing is in the state twice");
    let mut there: BTreeSet<String> = world.made().into_iter().collect();
    for (operation, list, name) in
        [("list_roles", "Roles", "RoleName"), ("list_instance_profiles", "InstanceProfiles", "InstanceProfileName")]
    {
        let answer = world.call("iam", operation, &json!({}));
        there.extend(answer[list].as_array().unwrap().iter().map(|it| it[name].as_str().unwrap().to_owned()));
    }
    (there, known)
}

/// Numbers that are the same in every run.
struct Random(u64);

impl Random {
    /// A part of one.
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        f64::from(u32::try_from(self.0 >> 32).unwrap()) / f64::from(u32::MAX)
    }
}

#[test]
fn after_a_kill_at_any_moment_the_same_command_leaves_one_of_everything() {
    let kills = std::env::var("KILN_KILLS").ok().and_then(|kills| kills.parse().ok()).unwrap_or(KILLS);
    let Some(whole) = world("killed-0", 0) else { return };
    let began = Instant::now();
    check(&run(&mut deploy(&whole, &[])), 0, &["deployed"]);
    let time = began.elapsed();
    let (there, known) = found(&whole);
    assert_eq!(there, known);
    let mut random = Random(20_261_201);
    let mut moments = [0; 4];
    for kill in 1..=kills {
        let world = world(&format!("killed-{kill}"), kill).unwrap();
        let moment = time.mul_f64(random.next());
        let mut child = deploy(&world, &[]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(moment);
        child.kill().unwrap();
        child.wait().unwrap();
        let run_of = fs::read_to_string(world.folder.join(".terraform/kiln/run.json")).unwrap_or_default();
        let commands = ["\"init\"", "\"plan\"", "\"apply\""];
        moments[commands.iter().position(|command| run_of.contains(command)).unwrap_or(3)] += 1;
        let said = run(&mut deploy(&world, &["--format", "ndjson"]));
        assert_eq!(said.status, Some(0), "kill {kill} after {moment:?} ({run_of}):\n{}", said.everything());
        let (there, known) = found(&world);
        assert_eq!(
            there,
            known,
            "kill {kill} after {moment:?} ({run_of}): the account and the state\n{}",
            said.everything()
        );
        assert_eq!(there.len(), found(&whole).0.len(), "kill {kill} after {moment:?}: one of everything");
        if kill == 1 {
            check(&run(&mut deploy(&world, &[])), 0, &["unchanged"]);
        }
        let _ = writeln!(std::io::stderr(), "kill {kill} after {moment:?}: {}", run_of.trim());
    }
    let [init, plan, apply, between] = moments;
    writeln!(
        std::io::stderr(),
        "{kills} kills within {:.1} s: {init} in init, {plan} in plan, {apply} in apply, {between} between them",
        time.as_secs_f64()
    )
    .unwrap();
}

/// A lock that a run of another machine holds in S3 is explained, and nothing is planned.
#[test]
fn a_lock_in_s3_is_explained() {
    let Some(world) = world("locked", 99) else { return };
    world.call("s3", "create_bucket", &json!({ "Bucket": "killed-states" }));
    let backend = json!({ "terraform": { "backend": { "s3": {
        "bucket": "killed-states", "key": "web.tfstate", "region": "us-east-1", "use_lockfile": true, "use_path_style": true,
        "skip_credentials_validation": true, "skip_metadata_api_check": true, "skip_requesting_account_id": true,
        "skip_region_validation": true, "endpoints": { "s3": world.endpoint },
    } } } });
    fs::write(world.folder.join("backend.tf.json"), backend.to_string()).unwrap();
    let lock = json!({ "ID": "5f3a", "Operation": "OperationTypeApply", "Info": "", "Who": "ci@runner", "Version": "1.11.4",
                       "Created": "2026-12-01T13:50:20.5Z", "Path": "killed-states/web.tfstate" });
    world.call(
        "s3",
        "put_object",
        &json!({ "Bucket": "killed-states", "Key": "web.tfstate.tflock", "Body": lock.to_string() }),
    );
    let said = run(&mut deploy(&world, &["--timeout", "2m"]));
    check(
        &said,
        6,
        &["Terraform's state is locked: `apply` by ci@runner since 2026-12-01 13:50:20 UTC", "force-unlock 5f3a"],
    );
    world.call("s3", "delete_object", &json!({ "Bucket": "killed-states", "Key": "web.tfstate.tflock" }));
    check(&run(&mut deploy(&world, &["--timeout", "5m"])), 0, &["deployed"]);
    assert!(!fs::exists(world.folder.join("terraform.tfstate")).unwrap(), "the state is in S3");
}
