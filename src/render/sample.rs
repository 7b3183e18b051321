//! A plan with every feature, and texts that have broken printers before. For tests only.

use std::sync::Arc;

use proptest::prelude::*;

use crate::plan::{Life, Output, Parameter, Plan, Planned};
use crate::resource::property::TerraformKey;
use crate::resource::{self, Address, Attribute, Companion, Handle, Key, Part, Properties, Text, Value};

pub(super) const ARN: Attribute = Attribute::by_get_att("Arn", "arn");
pub(super) const NAME: Attribute = Attribute::by_ref("name");

/// Texts that some printer or reader got wrong: each must come back as it is.
pub(super) const NASTY: &[&str] = &[
    "",
    " ",
    "\n",
    "\n\n",
    "\t",
    "\r\n",
    " \n ",
    "a",
    "a ",
    " a",
    "a\n",
    "a\n\n",
    "a\n\n\n",
    "\na",
    "\n\na\n",
    "a\n b\n",
    "  a\nb\n",
    " a\n b\n",
    "\ta\nb\n",
    "a\n\tb\n",
    "a\n\t\n",
    "a\n  \nb\n",
    "a\n  ",
    "a  \nb\t\nc\n",
    "a\r\nb\r\n",
    "a\rb",
    "  \na\n",
    "   \n a\n\n",
    "yes",
    "NO",
    "on",
    "null",
    "~",
    "1",
    "1_000",
    "0x1F",
    "1e3",
    "12:30:45",
    "2012-10-17",
    "1.0.0",
    "=",
    "<<",
    "---",
    "...",
    "- a",
    "? a",
    ": a",
    "a: b",
    "a:",
    "a #b",
    "#a",
    "&a",
    "*a",
    "!a",
    "|",
    ">",
    "%a",
    "@a",
    "`a",
    "{a}",
    "[a]",
    ",a",
    "'",
    "''",
    "\"",
    "\\",
    "\\n",
    "a'b\"c",
    "${x}",
    "$${x}",
    "$$${x}",
    "%{x}",
    "%%{x}",
    "a ${b} $${c}",
    "${",
    "%{",
    "$",
    "%",
    "$$",
    "%%",
    "$\n{",
    "${!x}",
    "%${x}",
    "$%{x}",
    "$\"{",
    "${\"$\"}",
    "echo ${VAR}\n%{if}\n",
    "a\nEOT\nb\n",
    "a\n  EOT\nEOF\n",
    "a\nEOT\nEOF\nEND\n",
    "a\n\\n\n",
    "a\n\"b\"\n",
    "é",
    "日本語",
    "😀",
    "😀\n日本語\n",
    "\u{a0}a\nb\n",
    "a\n\u{200d}b\n",
    "a\u{2028}b",
    "a\u{85}b",
    "\u{feff}a",
    "a\u{0}b",
    "\u{7f}",
    "\u{1b}[0m",
    "a\u{fffe}b",
    "a\u{3000}\n\u{3000}\n",
    "name: x\nphases:\n  - name: build\n    steps:\n      - action: ExecuteBash\n        inputs:\n          commands:\n            - echo \"${HOME}\" %{x}\n",
];

/// Any text, of the characters that are hard more often than of others.
pub(super) fn any_text() -> impl Strategy<Value = String> {
    let hard = prop::sample::select(vec![
        "$", "%", "{", "}", "\"", "'", "\\", "\n", "\n", "\n", " ", " ", "\t", "\r", "!", "#", ":", "-", "~", "a",
        "EOT", "é",
    ]);
    let part = prop_oneof![4 => hard.prop_map(str::to_owned), 1 => any::<char>().prop_map(String::from)];
    prop::collection::vec(part, 0..24).prop_map(|parts| parts.concat())
}

/// An address of both names.
pub(super) fn address(cloudformation: &str, terraform: &str) -> Arc<Address> {
    Arc::new(Address { cloudformation: cloudformation.to_owned(), terraform: terraform.to_owned() })
}

/// The role of the sample, to refer to.
pub(super) fn role() -> Handle {
    Handle { of: &resource::role::TYPE, address: address("BuildRole", "build") }
}

fn planned(handle: Handle, properties: Properties) -> Planned {
    Planned { handle, origin: None, properties, companions: Vec::new(), life: Life::default(), after: Vec::new() }
}

fn tags() -> Value {
    let entries = [
        ("Name", "x"),
        ("kiln:project", "${x}"),
        ("Größe", "%{y}"),
        ("cafe\u{301}", "z"),
        ("for", "1.0"),
        ("yes", "no"),
    ];
    Value::map(entries)
}

fn role_planned() -> Planned {
    let statement = Value::map([
        ("Effect", Value::from("Allow")),
        ("Principal", Value::map([("Service", Text::from("ec2.amazonaws.com"))])),
        ("Action", Value::texts(["sts:AssumeRole", "*"])),
        (
            "Condition",
            Value::map([(
                "StringEquals",
                Value::map([
                    ("aws:SourceAccount", Text::from(Part::Account)),
                    ("aws:SourceArn", Text::from("arn:").then(Part::Partition).then(":s3:::${aws:username}/*")),
                ]),
            )]),
        ),
    ]);
    let policy = Value::map([("Version", Value::from("2012-10-17")), ("Statement", Value::List(vec![statement]))]);
    let properties = Properties::new()
        .value(Key::named("RoleName", "name"), Text::from("").then("build"))
        .value(Key::named("AssumeRolePolicyDocument", "assume_role_policy"), Value::Json(Box::new(policy.clone())))
        .value(Key::cloudformation_only("ManagedPolicyArns"), Value::texts(["arn:aws:iam::aws:policy/ReadOnlyAccess"]))
        .value(Key::cloudformation_only("Tags"), Value::List(vec![Value::map([("Key", "a"), ("Value", "b")])]));
    let attachment = Properties::new()
        .value(Key::terraform_only("role"), role().get(NAME))
        .value(Key::terraform_only("policy_arn"), "arn:aws:iam::aws:policy/ReadOnlyAccess");
    let companion = Companion {
        terraform: "aws_iam_role_policy_attachment",
        suffix: "read_only".to_owned(),
        properties: attachment,
    };
    let life = Life { retained: true, create_before_destroy: true };
    Planned { companions: vec![companion], life, ..planned(role(), properties) }
}

fn component(index: usize, data: impl Into<Text>) -> Planned {
    let handle = Handle {
        of: &resource::component::TYPE,
        address: address(&format!("Component{index}"), &format!("component_{index}")),
    };
    let properties = Properties::new()
        .value("Name", format!("component-{index}"))
        .value("Version", "1.0.0")
        .value("Platform", "Linux")
        .value("SupportedOsVersions", Value::texts(["Ubuntu"]))
        .value("Data", data)
        .value("Tags", tags());
    planned(handle, properties)
}

fn infrastructure() -> Planned {
    let logs =
        Properties::new().value("S3BucketName", Text::from("logs-").then(Part::Account)).value("S3KeyPrefix", "a b");
    let options = Properties::new().value("HttpPutResponseHopLimit", 2).value("HttpTokens", "required");
    let properties = Properties::new()
        .value("Name", "build")
        .value("InstanceProfileName", role().get(NAME))
        .block("Logging", Properties::new().block("S3Logs", logs))
        .block("InstanceMetadataOptions", options)
        .list("InstanceTypes", ["t3.micro", "t3.small"])
        .value("SubnetId", Part::Parameter(address("Subnet", "subnet")))
        .list("SecurityGroupIds", ["sg-12345678"])
        .value("TerminateInstanceOnFailure", true)
        .value("Description", Text::from("in ").then(Part::Region).then(" ${x} $").then(Part::Region).then(" \"q\"\n"));
    planned(
        Handle { of: &resource::infrastructure_configuration::TYPE, address: address("Infrastructure", "build") },
        properties,
    )
}

fn recipe() -> Planned {
    let parameter = Properties::new().value("Name", "a").differs("Value", Value::texts(["${b}"]), "${b}");
    let arn = component(0, "").handle.get(ARN);
    let entry = |arn: Text| Properties::new().value("ComponentArn", arn);
    let ebs = Properties::new().differs("Encrypted", true, "true").value("VolumeSize", 20).value("VolumeType", "gp3");
    let agent = Properties::new().value("UninstallAfterBuild", true);
    let properties = Properties::new()
        .value("Name", "web")
        .value("Version", "1.0.0")
        .value(
            "ParentImage",
            Text::from("arn:")
                .then(Part::Partition)
                .then(":imagebuilder:")
                .then(Part::Region)
                .then(":aws:image/ubuntu-server-22-lts-x86/x.x.x"),
        )
        .blocks(
            Key::named("Components", "component"),
            [
                entry(arn.clone()).blocks(Key::named("Parameters", "parameter"), [parameter]),
                entry(component(1, "").handle.get(ARN)),
            ],
        )
        .blocks(
            Key::named("BlockDeviceMappings", "block_device_mapping"),
            [Properties::new().value("DeviceName", "/dev/sda1").block("Ebs", ebs)],
        )
        .block(
            Key::flattened("AdditionalInstanceConfiguration"),
            Properties::new().block("SystemsManagerAgent", agent).value(
                Key { cloudformation: Some("UserDataOverride"), terraform: TerraformKey::Named("user_data_base64") },
                "IyEvYmluL3No",
            ),
        );
    planned(Handle { of: &resource::image_recipe::TYPE, address: address("WebRecipe", "web") }, properties)
}

fn parameters() -> Vec<Parameter> {
    let parameter = |address, cloudformation_type, terraform_type| Parameter {
        address,
        cloudformation_type,
        terraform_type,
        description: Some("Which ${one} to use: a or b.".to_owned()),
        default: None,
        allowed_values: Vec::new(),
    };
    vec![
        Parameter { default: Some("subnet-${1}".into()), ..parameter(address("Subnet", "subnet"), "String", "string") },
        Parameter {
            default: Some("a".to_owned()),
            allowed_values: vec!["a".to_owned(), "${b}".to_owned()],
            ..parameter(address("Choice", "choice"), "String", "string")
        },
        Parameter {
            default: Some("a,b".to_owned()),
            allowed_values: vec!["a".to_owned(), "b".to_owned()],
            ..parameter(address("Zones", "zones"), "CommaDelimitedList", "list(string)")
        },
        Parameter {
            default: Some("20".to_owned()),
            allowed_values: vec!["20".to_owned(), "30".to_owned()],
            description: None,
            ..parameter(address("Size", "size"), "Number", "number")
        },
    ]
}

/// A plan with everything that a plan can have.
pub(super) fn plan() -> Plan {
    let mut resources = vec![role_planned(), infrastructure(), recipe()];
    let documents = NASTY.iter().filter(|it| !it.contains('\0') && it.chars().any(|it| !it.is_whitespace()));
    resources.extend(documents.enumerate().map(|(index, text)| component(index, *text)));
    let output = |name: &str, label: &str, value| Output {
        address: Address { cloudformation: name.to_owned(), terraform: label.to_owned() },
        description: "What ${it} is: this.".to_owned(),
        value,
    };
    let all: Text = NASTY.iter().fold(Text::default(), |all, text| all.then(*text).then(Part::Region));
    let mut plan = Plan {
        name: "sample".to_owned(),
        description: "Everything: ${x}\n".to_owned(),
        marker: "Generated by kiln from kiln.toml. Do not edit.".to_owned(),
        parameters: parameters(),
        outputs: vec![output("RoleArn", "role_arn", role().get(ARN)), output("All", "all", all)],
        ..Plan::default()
    };
    resources.into_iter().for_each(|planned| plan.insert(planned).expect("its id is free"));
    plan
}

/// A value of every kind under keys that are data.
pub(super) fn mapped(text: &str) -> Value {
    Value::map([(text.to_owned(), Value::from(text)), (format!("k{text}"), Value::texts([text, text]))])
}
