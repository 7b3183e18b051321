//! What images are for: promoted, used, and pruned.

use std::fs;

use serde_json::{Value, json};

use super::{World, check, spec};
use crate::support::faults::Faults;

/// A pipeline whose AMI's id is published to a parameter.
fn publishing(name: &str) -> String {
    format!("{}publish = {{ ssm-parameter = \"/imagebuilder/{name}\" }}\n", spec(name))
}

impl World {
    fn parameter(&self) -> Value {
        let name = format!("/imagebuilder/{}", self.name);
        self.call("ssm", "get_parameter", &json!({ "Name": name }))["Parameter"].clone()
    }

    /// The images of the pipeline, newest first.
    fn images(&self) -> Vec<Value> {
        let said = self.kiln(&["images", "--format", "json"]);
        let listed: Value = serde_json::from_str(&said.output).unwrap_or_else(|_| panic!("{}", said.everything()));
        listed["images"].as_array().unwrap().clone()
    }

    fn amis(&self) -> Vec<String> {
        let id = |image: &Value| image["amis"][0]["id"].as_str().unwrap_or_default().to_owned();
        self.images().iter().map(id).collect()
    }

    /// Makes a launch template with an AMI, and a second version with another.
    fn launch_template(&self, ami: &str) -> String {
        let with = json!({ "LaunchTemplateName": self.name, "LaunchTemplateData": { "ImageId": ami } });
        let made = self.call("ec2", "create_launch_template", &with);
        let id = made["LaunchTemplate"]["LaunchTemplateId"].as_str().unwrap().to_owned();
        let with = json!({ "LaunchTemplateId": id, "LaunchTemplateData": { "ImageId": "ami-0123456789abcdef0" } });
        self.call("ec2", "create_launch_template_version", &with);
        id
    }
}

#[test]
fn a_good_image_is_promoted_and_the_way_back_is_the_same() {
    let name = "bpromote";
    let Some(mut world) = World::of(name, "320000000012", &publishing(name)) else { return };
    check(&world.kiln(&["promote", "bpromote@1.0.0", "--yes"]), 9, &["has built nothing yet"]);
    for _ in 0..2 {
        check(&world.build(&[]), 0, &["built after", "parameter  us-east-1"]);
    }
    world.script(&json!({ "fail_at": "TESTING", "reason": "broken" }));
    check(&world.build(&[]), 12, &["broken"]);
    let amis = world.amis();
    let data_type = Some("aws:ec2:image");
    assert_eq!(
        (world.parameter()["Value"].as_str(), world.parameter()["DataType"].as_str()),
        (Some(&*amis[1]), data_type)
    );

    let change = format!("/imagebuilder/bpromote  {} -> {}", amis[1], amis[2]);
    check(&world.kiln(&["promote", "bpromote@1.0.0/1"]), 11, &["nobody to ask whether to promote", "--dry-run"]);
    check(&world.kiln(&["promote", "bpromote@1.0.0/1", "--dry-run"]), 0, &[&change, "this was a dry run"]);
    assert_eq!(world.parameter()["Value"], amis[1]);
    let said = world.kiln(&["promote", "bpromote@1.0.0/1", "--yes"]);
    let rules = "the retention rules of `bpromote` go on, and delete an image whatever names it";
    check(&said, 0, &["bpromote 1.0.0/1", &change, "promoted; `kiln promote bpromote@1.0.0/2` goes back", rules]);
    assert_eq!(
        (world.parameter()["Value"].as_str(), world.parameter()["DataType"].as_str()),
        (Some(&*amis[2]), data_type)
    );
    check(&world.kiln(&["promote", "bpromote@1.0.0/1", "--yes"]), 0, &["(as it is)", "all of them name it already"]);
    // A version alone is its newest good build.
    let back = world.kiln(&["promote", "bpromote@1.0.0", "--yes", "--format", "json"]);
    check(&back, 0, &["promoted; `kiln promote bpromote@1.0.0/1` goes back"]);
    let back: Value = serde_json::from_str(&back.output).unwrap();
    assert_eq!((&back["promoted"], &back["parameters"][0]["before"]), (&json!(true), &json!(amis[2])));
    assert_eq!(world.parameter()["Value"], amis[1]);

    check(&world.kiln(&["promote", "bpromote"]), 2, &["`bpromote` names no version of a pipeline", "web@1.0.3"]);
    check(&world.kiln(&["promote", "bpromoto@1.0.0", "--yes"]), 2, &["did you mean `bpromote`?"]);
    check(&world.kiln(&["promote", "bpromote@9.9.9", "--yes"]), 9, &["has no build 9.9.9", "there are: 1.0.0/3"]);
    let failed = ["the build 1.0.0/3 of `bpromote` is failed, not available", "available are: 1.0.0/2, 1.0.0/1"];
    check(&world.kiln(&["promote", "bpromote@1.0.0/3", "--yes"]), 9, &failed);

    let Some(faults) = Faults::before(&world.awsim.endpoint) else { return };
    let own = std::mem::replace(&mut world.endpoint, faults.endpoint.clone());
    let message = "User: arn:aws:iam::1:user/ci is not authorized to perform: ssm:PutParameter on resource: arn:p";
    faults.rules(&json!([{ "service": "ssm", "operation": "PutParameter",
                           "error": { "code": "AccessDeniedException", "status": 400, "message": message } }]));
    let said = world.kiln(&["promote", "bpromote@1.0.0/1", "--yes"]);
    check(&said, 8, &["may not do ssm:PutParameter on arn:p", "0 of 1 parameters were written"]);
    faults.rules(&json!([{ "service": "ssm", "operation": "GetParameter", "times": 2, "reset": true }]));
    check(&world.kiln(&["promote", "bpromote@1.0.0", "--yes"]), 0, &["all of them name it already"]);
    world.endpoint = own;

    let other = json!({ "Name": "/imagebuilder/bpromote", "Value": "hello", "Type": "String", "Overwrite": true });
    world.call("ssm", "put_parameter", &other);
    let said = world.kiln(&["promote", "bpromote@1.0.0", "--yes"]);
    check(
        &said,
        9,
        &["nothing was changed", "`/imagebuilder/bpromote` in us-east-1 holds something else than the id of an AMI"],
    );
    assert_eq!(world.parameter()["Value"], "hello");
}

#[test]
fn an_image_that_is_not_in_every_region_is_built_again() {
    let (name, one) = ("bfurther", "regions = [\"us-east-1\"]\n");
    let Some(world) = World::of(name, "320000000024", &format!("{}{one}", spec(name))) else { return };
    check(&world.build(&[]), 0, &["built after"]);
    check(&world.build(&["--if-changed"]), 0, &["unchanged: 1.0.0/1"]);
    let two = "regions = [\"us-east-1\", \"eu-west-1\"]\n";
    std::fs::write(world.folder.join("kiln.toml"), format!("{}{two}", spec(name))).unwrap();
    check(&world.kiln(&["deploy", "--yes", "--poll", "50ms"]), 0, &["deployed"]);
    let said = world.build(&["--if-changed"]);
    check(&said, 0, &["images go to eu-west-1 now, where 1.0.0/1 is not", "bfurther 1.0.0/2"]);
    check(&world.build(&["--if-changed"]), 0, &["unchanged: 1.0.0/2"]);
}

#[test]
fn container_images_are_promoted_by_nobody() {
    let text = "name = \"bcontain\"\n\n[pipeline.bcontain]\nbase = \"amazon-linux-2023/x86_64\"\ncontainer = \
                \"team/api\"\ncomponents = [\"aws:update-linux\"]\n";
    let Some(world) = World::of("bcontain", "320000000025", text) else { return };
    check(&world.build(&[]), 0, &["built after", "image  us-east-1"]);
    let said = world.kiln(&["promote", "bcontain@1.0.0", "--yes"]);
    check(&said, 9, &["makes container images, which no SSM parameter names", "by its tag"]);
}

#[test]
fn a_promotion_is_for_every_region_that_publishes() {
    let name = "bregions";
    let text = format!("{}regions = [\"us-east-1\", \"eu-west-1\"]\n", publishing(name));
    let Some(world) = World::of(name, "320000000021", &text) else { return };
    for _ in 0..2 {
        check(&world.build(&[]), 0, &["parameter  us-east-1", "parameter  eu-west-1"]);
    }
    let images = world.images();
    let ami = |image: usize, region: &str| {
        let amis = images[image]["amis"].as_array().unwrap().iter();
        amis.filter(|ami| ami["region"] == region).map(|ami| ami["id"].as_str().unwrap().to_owned()).next().unwrap()
    };
    let said = world.kiln(&["promote", "bregions@1.0.0/1", "--yes"]);
    for region in ["us-east-1", "eu-west-1"] {
        let change = format!("parameter  {region}  /imagebuilder/bregions  {} -> {}", ami(0, region), ami(1, region));
        check(&said, 0, &[&change]);
    }
    check(&said, 0, &["promoted; `kiln promote bregions@1.0.0/2` goes back"]);
    let there = world.call_in("eu-west-1", "ssm", "get_parameter", &json!({ "Name": "/imagebuilder/bregions" }));
    assert_eq!(there["Parameter"]["Value"], ami(1, "eu-west-1"));
    // One that holds something else keeps all of them as they are.
    let other = json!({ "Name": "/imagebuilder/bregions", "Value": "a", "Type": "String", "Overwrite": true });
    world.call_in("eu-west-1", "ssm", "put_parameter", &other);
    let said = world.kiln(&["promote", "bregions@1.0.0/2", "--yes"]);
    check(&said, 9, &["nothing was changed: the parameter `/imagebuilder/bregions` in eu-west-1 holds something else"]);
    assert_eq!(world.parameter()["Value"], ami(1, "us-east-1"));
}

#[test]
fn a_base_that_moved_is_a_change() {
    let name = "bmoved";
    let base = "{ image = \"ssm:/golden/bmoved\", platform = \"linux\", architecture = \"arm64\", root-device = \"/dev/xvda\" }";
    let text = spec(name).replace("\"amazon-linux-2023/arm64\"", base);
    let Some(awsim) = crate::support::awsim::awsim() else { return };
    let account = "320000000013";
    let file = crate::support::workspace("build-bmoved-base").join("call.json");
    let point = |ami: &str| {
        let with = json!({ "Name": "/golden/bmoved", "Value": ami, "Type": "String", "Overwrite": true });
        fs::write(&file, json!({ "service": "ssm", "operation": "put_parameter", "with": with }).to_string()).unwrap();
        crate::support::must(awsim.ask("call.py", account, &[&file]), "a parameter is written");
    };
    point("ami-0123456789abcdef0");
    let Some(world) = World::of(name, account, &text) else { return };
    std::thread::sleep(std::time::Duration::from_millis(1100));
    check(&world.build(&["--if-changed"]), 0, &["built after"]);
    check(&world.build(&["--if-changed"]), 0, &["unchanged: 1.0.0/1 is of the current recipe 1.0.0"]);
    std::thread::sleep(std::time::Duration::from_millis(1100));
    point("ami-0123456789abcdef1");
    let said = world.build(&["--if-changed"]);
    check(&said, 0, &["the parameter `/golden/bmoved` was written since", "bmoved 1.0.0/2"]);
}

#[test]
fn what_nothing_holds_is_pruned_and_what_something_uses_is_not() {
    let name = "bprune";
    let text = format!("{}keep = \"all\"\n", publishing(name));
    let Some(mut world) = World::of(name, "320000000014", &text) else { return };
    check(&world.kiln(&["prune", "--dry-run"]), 0, &["there is nothing to delete"]);
    for _ in 0..5 {
        check(&world.build(&[]), 0, &["built after"]);
    }
    world.script(&json!({ "fail_at": "TESTING", "reason": "broken" }));
    check(&world.build(&[]), 12, &["broken"]);
    // 6 failed; 5 and 4 are the newest; 3 is in a launch template; 2 is published; 1 is what nothing holds.
    let amis = world.amis();
    let template = world.launch_template(&amis[3]);
    check(&world.kiln(&["promote", "bprune@1.0.0/2", "--yes"]), 0, &["promoted"]);
    let by_template = format!("used by launch template {template}");
    check(&world.kiln(&["images"]), 0, &[&by_template, "used by parameter /imagebuilder/bprune"]);
    assert_eq!(world.images()[3]["used_by"], json!([format!("launch template {template}")]));

    let said = world.kiln(&["prune", "--dry-run"]);
    check(&said, 0, &[&format!("stays: {by_template}"), "stays: used by parameter", "2 images would be deleted"]);
    let lines: Vec<&str> = said.output.lines().collect();
    assert!(lines[0].starts_with("bprune  1.0.0/6  failed") && lines[0].ends_with("nothing holds it"), "{lines:#?}");
    assert!(lines[1].ends_with("among the newest good ones") && lines[2].ends_with("among the newest good ones"));
    assert!(lines[5].starts_with("bprune  1.0.0/1") && lines[5].ends_with("nothing holds it"), "{lines:#?}");

    check(&world.kiln(&["prune"]), 11, &["nobody to ask whether to delete images", "--dry-run"]);
    check(&world.kiln(&["prune", "--yes"]), 9, &["no role that may delete images, and nothing was deleted", "--role"]);
    assert_eq!(world.images().len(), 6);
    let trust = json!({ "Version": "2012-10-17", "Statement": [] }).to_string();
    world.call("iam", "create_role", &json!({ "RoleName": "pruner", "AssumeRolePolicyDocument": trust }));
    let role = ["prune", "--role", "pruner", "--yes"];

    let Some(faults) = Faults::before(&world.awsim.endpoint) else { return };
    let own = std::mem::replace(&mut world.endpoint, faults.endpoint.clone());
    // Without the right to ask what uses them, nothing is deleted.
    let message =
        "User: arn:aws:iam::1:user/ci is not authorized to perform: ec2:DescribeImageReferences on resource: *";
    faults.rules(&json!([{ "service": "ec2", "operation": "DescribeImageReferences",
                           "error": { "code": "UnauthorizedOperation", "status": 403, "message": message } }]));
    check(&world.kiln(&role), 8, &["may not do ec2:DescribeImageReferences"]);
    check(&world.kiln(&["images"]), 0, &["what uses images is not known", "available"]);
    faults.rules(&json!([{ "service": "ec2", "operation": "DescribeImageReferences", "times": 2,
                           "response": { "truncate_frac": 0.5 } }]));
    check(&world.kiln(&["prune", "--dry-run"]), 0, &["2 images would be deleted"]);
    world.endpoint = own;

    check(&world.kiln(&role), 0, &["2 images deleted"]);
    let left: Vec<Value> = world.images().iter().map(|image| image["version"].clone()).collect();
    assert!(!left.contains(&json!("1.0.0/6")), "the record of a failed build is gone: {left:?}");
    let listed = world.call("ec2", "describe_images", &json!({ "Owners": ["self"] }));
    let known: Vec<&str> =
        listed["Images"].as_array().unwrap().iter().filter_map(|image| image["ImageId"].as_str()).collect();
    assert!(!known.contains(&&*amis[5]) && amis[1..5].iter().all(|ami| known.contains(&&**ami)), "{known:?}");
    check(&world.kiln(&role), 0, &["there is nothing to delete"]);
    let fewer = world.kiln(&["prune", "--keep", "1", "--dry-run", "--format", "json"]);
    let fewer: Value = serde_json::from_str(&fewer.output).unwrap();
    let verdicts: Vec<&str> =
        fewer["images"].as_array().unwrap().iter().map(|it| it["verdict"].as_str().unwrap()).collect();
    assert_eq!(verdicts, ["newest", "loose", "used", "used"]);
}

#[test]
fn images_that_a_retention_rule_covers_are_left_to_it() {
    let name = "bcovered";
    let Some(world) = World::of(name, "320000000015", &format!("{}keep = 5\n", spec(name))) else { return };
    for _ in 0..2 {
        check(&world.build(&[]), 0, &["built after"]);
    }
    let said = world.kiln(&["prune", "--keep", "1", "--yes"]);
    check(&said, 0, &["stays until its retention rule deletes it", "there is nothing to delete"]);
    world.launch_template(&world.amis()[1]);
    let used = "its retention rule deletes it one day, although it is used by launch template";
    check(&world.kiln(&["prune", "--keep", "1", "--dry-run"]), 0, &[used]);
    check(&world.kiln(&["promote", "bcovered@1.0.0/1", "--yes"]), 9, &["publishes to no SSM parameter", "publish"]);
}

#[test]
fn a_build_that_the_schedule_began_is_followed_by_its_arn() {
    let Some(world) = World::new("bclock", "320000000016") else { return };
    let pipeline = format!("arn:aws:imagebuilder:us-east-1:{}:image-pipeline/bclock", world.account);
    let started =
        world.call("imagebuilder", "start_image_pipeline_execution", &json!({ "imagePipelineArn": pipeline }));
    let image = started["imageBuildVersionArn"].as_str().unwrap();
    // Anywhere: the ARN says which Region, and no spec is needed.
    let mut command = world.command(&["watch", image, "--poll", "40ms"]);
    let folder = crate::support::workspace("build-elsewhere");
    let said = crate::support::run(command.current_dir(&folder).env_remove("AWS_REGION"));
    check(&said, 0, &["Info Step Build2", "built after", "ami-"]);
}
