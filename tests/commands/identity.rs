//! What a review compares things by: what they are, not where they are written or how they are called.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

struct Ran {
    code: Option<i32>,
    text: String,
}

fn kiln(folder: &Path, args: &[&str]) -> Ran {
    let mut kiln = Command::new(env!("CARGO_BIN_EXE_kiln"));
    crate::support::isolated(&mut kiln);
    let output = kiln.current_dir(folder).args(args).output().unwrap();
    let text = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    Ran { code: output.status.code(), text }
}

/// The review from one spec to another: as text and as JSON.
fn diff(old: &str, new: &str) -> (String, Value) {
    let folder = tempfile::tempdir().unwrap();
    for (side, text) in [("old", old), ("new", new)] {
        fs::create_dir(folder.path().join(side)).unwrap();
        fs::write(folder.path().join(side).join("kiln.toml"), text).unwrap();
    }
    let text = kiln(folder.path(), &["diff", "old/kiln.toml", "new/kiln.toml"]);
    assert_eq!(text.code, Some(0), "{}", text.text);
    let json = kiln(folder.path(), &["diff", "old/kiln.toml", "new/kiln.toml", "--format", "json"]);
    let json: Value = serde_json::from_str(&json.text).unwrap_or_else(|_| panic!("{}", json.text));
    (text.text, json["specs"][0].clone())
}

/// A spec with a pipeline `web`, to which lines are added: before its table, in it, and after it.
fn spec(before: &str, inside: &str, after: &str) -> String {
    format!(
        "name = \"acme\"\n{before}\n[pipeline.web]\nbase = \"amazon-linux-2023/arm64\"\n\
         components = [\"aws:update-linux\"]\n{inside}\n{after}\n"
    )
}

fn unchanged(old: &str, new: &str) {
    let (text, json) = diff(old, new);
    assert_eq!(json["changes"], false, "{text}");
    assert!(text.contains("nothing changes"), "{text}");
}

#[test]
fn tables_have_no_order() {
    let tags = |tags: &str| spec(&format!("[tags]\n{tags}"), "", "");
    unchanged(&tags("team = \"platform\"\nenv = \"prod\""), &tags("env = \"prod\"\nteam = \"platform\""));
    let parameters = |one: &str, other: &str| {
        format!(
            "name = \"acme\"\n[component.fw]\nparameters = {{ {one} }}\nbuild = [\"echo {{{{ Zone }}}} {{{{ Port }}}}\"]\n\
             [pipeline.web]\nbase = \"amazon-linux-2023/arm64\"\n\
             components = [{{ use = \"fw\", parameters = {{ {other} }} }}]\n"
        )
    };
    unchanged(
        &parameters("Zone = \"public\", Port = \"80\"", "Zone = \"work\", Port = \"81\""),
        &parameters("Port = \"80\", Zone = \"public\"", "Port = \"81\", Zone = \"work\""),
    );
    let matrix = |axes: &str| {
        format!(
            "name = \"acme\"\n[pipeline.web]\nmatrix = {{ {axes} }}\nbase = \"amazon-linux-2023/${{arch}}\"\n\
             components = [\"aws:update-linux\"]\npublish = {{ ssm-parameter = \"/imagebuilder/web/${{arch}}/${{env}}\" }}\n"
        )
    };
    unchanged(
        &matrix("arch = [\"x86_64\"], env = [\"dev\", \"prod\"]"),
        &matrix("env = [\"dev\", \"prod\"], arch = [\"x86_64\"]"),
    );
    let raw = |one: &str| spec("", "", &format!("[raw.cloudformation.WebRecipe.Metadata]\n{one}"));
    unchanged(&raw("A = \"1\"\nB = \"2\""), &raw("B = \"2\"\nA = \"1\""));
}

#[test]
fn pipelines_have_no_order_in_the_template() {
    let pipeline = |name: &str| {
        format!("[pipeline.{name}]\nbase = \"amazon-linux-2023/arm64\"\ncomponents = [\"aws:update-linux\"]\n")
    };
    let written = |names: [&str; 2]| {
        let folder = tempfile::tempdir().unwrap();
        let text = format!("name = \"acme\"\n{}{}", pipeline(names[0]), pipeline(names[1]));
        fs::write(folder.path().join("kiln.toml"), text).unwrap();
        for format in ["yaml", "json", "hcl", "tf-json"] {
            let ran = kiln(folder.path(), &["synth", "kiln.toml", "--format", format]);
            assert_eq!(ran.code, Some(0), "{}", ran.text);
        }
        let files = ["template.yaml", "template.json", "main.tf", "main.tf.json", "kiln.lock"];
        files.map(|file| fs::read_to_string(folder.path().join(file)).unwrap_or_default())
    };
    assert_eq!(written(["api", "web"]), written(["web", "api"]));
}

/// What kiln wrote of this spec before it sorted parameters.
const EARLIER: &str = "format = 1\n\n[[component]]\nname = \"web-fw\"\nversion = \"1.0.0\"\n\
    sha256 = \"b1926f0c4d20815985c360a646f78d5dc6333c223d874024f8a8103fea6990e7\"\n\n[[recipe]]\nname = \"web\"\n\
    version = \"1.0.0\"\nsha256 = \"a703712169c9efe61086b1a87463d23ec66c464db723ed260180bf21990d1aa2\"\n";

#[test]
fn a_version_that_was_recorded_in_the_order_of_the_spec_stays() {
    let spec = "name = \"web\"\n\n[component.fw]\nparameters = { Zone = \"public\", Port = \"80\" }\n\
        build = [\"echo {{ Zone }} {{ Port }}\"]\n\n[pipeline.web]\nbase = \"amazon-linux-2023/arm64\"\n\
        components = [{ use = \"fw\", parameters = { Zone = \"work\", Port = \"81\" } }]\n";
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("kiln.toml"), spec).unwrap();
    fs::write(folder.path().join("kiln.lock"), EARLIER).unwrap();
    let ran = kiln(folder.path(), &["synth"]);
    assert_eq!(ran.code, Some(0), "{}", ran.text);
    let template = fs::read_to_string(folder.path().join("template.yaml")).unwrap();
    // The text of the version is what was deployed.
    assert!(template.contains("Version: '1.0.0'") && !template.contains("1.0.1"), "{template}");
    assert!(template.find("\"Zone\":") < template.find("\"Port\":"), "{template}");
    // Without a record, the order of names counts.
    fs::remove_file(folder.path().join("kiln.lock")).unwrap();
    assert_eq!(kiln(folder.path(), &["synth"]).code, Some(0));
    let template = fs::read_to_string(folder.path().join("template.yaml")).unwrap();
    assert!(template.find("\"Port\":") < template.find("\"Zone\":"), "{template}");
}

#[test]
fn permissions_are_a_set() {
    let permissions = |list: &[&str]| {
        let infrastructure = format!("infrastructure = {{ permissions = [{}] }}", list.join(", "));
        spec("", &infrastructure, "")
    };
    let (get, read, put) = (
        "{ actions = [\"s3:GetObject\"], resources = [\"arn:aws:s3:::b/*\"] }",
        "{ actions = [\"ssm:GetParameter\"], resources = [\"*\"] }",
        "{ actions = [\"s3:PutObject\"], resources = [\"arn:aws:s3:::c/*\"] }",
    );
    let (_, json) = diff(&permissions(&[get, read]), &permissions(&[read, get]));
    assert_eq!(json["rights"], serde_json::json!([]));
    let (_, json) = diff(&permissions(&[get, read]), &permissions(&[put, get, read]));
    let rights = json["rights"].as_array().unwrap();
    assert_eq!(rights.len(), 1, "{rights:#?}");
    assert_eq!(rights[0]["added"], true);
    assert!(rights[0]["statement"].as_str().unwrap().contains("s3:PutObject"));
    let (_, json) = diff(&permissions(&[put, get, read]), &permissions(&[get, read]));
    let rights = json["rights"].as_array().unwrap();
    assert_eq!((rights.len(), &rights[0]["widens"]), (1, &Value::Bool(false)), "{rights:#?}");
    let folder = tempfile::tempdir().unwrap();
    for (side, list) in [("old.toml", [get, read]), ("new.toml", [read, get])] {
        fs::write(folder.path().join(side), permissions(&list)).unwrap();
    }
    let ran = kiln(folder.path(), &["diff", "old.toml", "new.toml", "--fail-on", "iam"]);
    assert_eq!(ran.code, Some(0), "{}", ran.text);
    // What grows is shown by what it gains.
    let more = get.replace("\"s3:GetObject\"", "\"s3:GetObject\", \"s3:ListBucket\"");
    let (_, json) = diff(&permissions(&[read, get]), &permissions(&[&more, read]));
    let statements: Vec<&str> =
        json["rights"].as_array().unwrap().iter().map(|it| it["statement"].as_str().unwrap()).collect();
    assert_eq!(statements, ["Allow s3:ListBucket on arn:aws:s3:::b/*"]);
}

#[test]
fn an_event_is_known_by_its_target() {
    let (first, second, third) = (
        "\"arn:aws:sqs:us-east-1:111122223333:first\"",
        "\"arn:aws:lambda:us-east-1:111122223333:function:second\"",
        "\"arn:aws:sns:us-east-1:111122223333:third\"",
    );
    let events = |list: &[&str]| spec("", &format!("events = [{}]", list.join(", ")), "");
    unchanged(&events(&[first, second, third]), &events(&[third, first, second]));
    let (text, json) = diff(&events(&[first, second, third]), &events(&[second, third]));
    let items = json["resources"].as_array().unwrap();
    assert!(items.iter().all(|item| item["action"] == "remove"), "{text}");
    let types: Vec<&str> = items.iter().map(|item| item["type"].as_str().unwrap()).collect();
    assert_eq!(types, ["AWS::IAM::Role", "AWS::Events::Rule"], "{text}");
}

#[test]
fn what_is_handed_on_is_shown_with_both_values() {
    let raw = |value: &str| spec("", "", &format!("[raw.cloudformation.WebPipeline]\nDescription = \"{value}\""));
    let (text, _) = diff(&raw("two"), &spec("", "", ""));
    assert!(text.contains("raw.cloudformation.WebPipeline.Description: two, gone"), "{text}");
    let (text, _) = diff(&raw("two"), &raw("three"));
    assert!(text.contains("raw.cloudformation.WebPipeline.Description: two → three"), "{text}");
    let own = |value: &str| {
        spec("", "", &format!("[raw.cloudformation.Queue]\nType = \"AWS::SQS::Queue\"\nProperties = {{ {value} }}"))
    };
    let (text, _) = diff(&own("DelaySeconds = 1"), &own("DelaySeconds = 2"));
    assert!(text.contains("Properties.DelaySeconds: 1 → 2"), "{text}");
}

#[test]
fn everything_in_the_template_is_part_of_the_review() {
    let (text, json) = diff(&spec("description = \"one\"", "", ""), &spec("description = \"two\"", "", ""));
    assert!(json["changes"] == true && text.contains("one → two"), "{text}");
    let parameter = |text: &str| {
        let table = format!("[parameter.subnet]\ntype = \"subnet-id\"\ndescription = \"{text}\"");
        let network = "{ subnet = { parameter = \"subnet\" }, security-groups = [\"sg-0123456789abcdef0\"] }";
        spec("", &format!("infrastructure = {{ network = {network} }}"), &table)
    };
    let (text, _) = diff(&parameter("one"), &parameter("two"));
    assert!(text.contains("the parameter `Subnet` has another description"), "{text}");
}

#[test]
fn a_change_is_told_of_the_pipeline_that_has_it() {
    let sibling = "[pipeline.web-instance]\nbase = \"amazon-linux-2023/arm64\"\ncomponents = [\"aws:update-linux\"]";
    let permissions =
        "infrastructure = { permissions = [{ actions = [\"s3:GetObject\"], resources = [\"arn:aws:s3:::x/*\"] }] }";
    let (text, json) = diff(&spec("", "", sibling), &spec("", permissions, sibling));
    for item in json["resources"].as_array().unwrap() {
        assert_eq!(item["pipelines"], serde_json::json!(["web"]), "{text}");
    }
    assert_eq!(json["rights"][0]["who"], "instance role of pipeline `web`", "{text}");
    assert!(!text.contains("web-instance"), "{text}");
    // The same the other way round, and for images that are called like the pipeline's own.
    let (text, json) = diff(&spec("", "", sibling), &spec("", "", &format!("{sibling}\nkeep = 3")));
    let names: Vec<&str> =
        json["pipelines"].as_array().unwrap().iter().map(|it| it["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["web-instance"], "{text}");
    let image = |tests: &str| format!("[image.web-instance]\npipeline = \"web\"\ntests = {tests}");
    let (text, json) = diff(&spec("", "", &image("true")), &spec("", "", &image("false")));
    assert_eq!(json["resources"][0]["pipelines"], serde_json::json!(["web"]), "{text}");
}

#[test]
fn a_review_lists_what_its_back_end_makes() {
    let written = |name: &str, target: &str| {
        spec(&format!("target = \"{target}\""), "", "").replace("name = \"acme\"", &format!("name = \"{name}\""))
    };
    let (text, _) = diff(&written("acme", "cloudformation"), &written("beta", "cloudformation"));
    assert!(!text.contains("name_prefix") && !text.contains("Terraform replaces"), "{text}");
    let (text, _) = diff(&written("acme", "terraform"), &written("beta", "terraform"));
    assert!(text.contains("name_prefix") || text.contains("bucket_prefix"), "{text}");
    let raw = "[raw.terraform.aws_imagebuilder_image_pipeline.web]\ndescription = \"x\"";
    unchanged(&spec("", "", ""), &spec("", "", raw));
    let (text, _) = diff(&written("acme", "terraform"), &format!("{}{raw}\n", written("acme", "terraform")));
    assert!(text.contains("description: x, new"), "{text}");
}

#[test]
fn terraform_is_refused_what_its_provider_cannot_keep() {
    let folder = tempfile::tempdir().unwrap();
    let check = |text: &str, target: &str| {
        fs::write(folder.path().join("kiln.toml"), text).unwrap();
        let ran = kiln(folder.path(), &["check", "--target", target]);
        (ran.code, ran.text)
    };
    let described = |count: usize| {
        format!(
            "name = \"web\"\n[component.c]\nbuild = [\"true\"]\nchange-description = \"{}\"\n[pipeline.web]\n\
             base = \"amazon-linux-2023/arm64\"\ncomponents = [\"c\"]\n",
            "a".repeat(count)
        )
    };
    assert_eq!(check(&described(129), "cloudformation").0, Some(0));
    assert_eq!(check(&described(128), "terraform").0, Some(0));
    let (code, text) = check(&described(129), "terraform");
    assert!(code == Some(1) && text.contains("KILN-B001") && text.contains("kiln.toml:4"), "{text}");
    let workflow = "name: test\nschemaVersion: 1.0\nsteps:\n  - name: launch\n    action: LaunchInstance\n    inputs:\n      \
        waitFor: ssmAgent\n";
    for name in ["t1", "t2"] {
        fs::write(folder.path().join(format!("{name}.yaml")), workflow).unwrap();
    }
    let tests = |uses: &str| {
        format!(
            "name = \"web\"\n[workflow.t1]\nkind = \"test\"\nsource = \"t1.yaml\"\n[workflow.t2]\nkind = \"test\"\n\
             source = \"t2.yaml\"\n[pipeline.web]\nbase = \"amazon-linux-2023/arm64\"\n\
             components = [\"aws:update-linux\"]\nworkflows = [\"aws:build/build-image\", {uses}]\n\
             [image.first]\npipeline = \"web\"\n"
        )
    };
    let (code, text) = check(&tests("\"t2\", \"t1\""), "terraform");
    assert!(code == Some(1) && text.contains("KILN-B001") && text.contains("order of an image's tests"), "{text}");
    assert!(!check(&tests("\"t2\", \"t1\""), "cloudformation").1.contains("order of an image's tests"));
    let group = tests("{ use = \"t2\", group = \"all\" }, { use = \"t1\", group = \"all\" }");
    assert!(!check(&group, "terraform").1.contains("order of an image's tests"));
    assert!(!check(&tests("\"t1\""), "terraform").1.contains("order of an image's tests"));
}
