//! No two resources have one id, whatever the entries of the spec are called.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::collections::BTreeSet;
use std::fmt::Write as _;

use kiln::files::InMemory;
use kiln::plan::{Part, Table};
use kiln::source::Source;
use kiln::spec;
use kiln::synth::{Format, Output, Request, Synthesis, synth};
use proptest::prelude::*;
use proptest::sample::subsequence;

/// Names that look like ends of ids and labels.
const NAMES: [&str; 16] = [
    "web",
    "web-latest",
    "web-instance",
    "web-image",
    "web-execution",
    "web-events-1",
    "web-latest-image",
    "web-component",
    "image",
    "pipeline",
    "log",
    "private-network",
    "private-network-builds",
    "private-network-endpoints",
    "a-b",
    "ab",
];

fn synthesize(text: &str, format: Format) -> Synthesis {
    let (spec, read) = spec::read(&Source::new("kiln.toml", text));
    let files = InMemory::default();
    synth(Request { read, ..Request::new(&spec, &files) }.format(format))
}

fn table(out: &mut String, table: &str, names: &[&str], entry: impl Fn(&str) -> String) {
    for name in names {
        let _ = write!(out, "[{table}.{name}]\n{}\n", entry(name));
    }
}

/// A spec with these names in its tables, where everything is used that makes resources.
fn spec_of([components, infrastructures, pipelines, images]: [&[&str]; 4], is_private: bool, events: usize) -> String {
    let mut out = "name = \"hostile\"\n".to_owned();
    table(&mut out, "component", components, |_| "platform = \"linux\"\nbuild = [\"true\"]".to_owned());
    table(&mut out, "infrastructure", infrastructures, |_| {
        let network = "{ subnet = \"subnet-0123456789abcdef0\", vpc = \"vpc-0123456789abcdef0\" }";
        format!("network = {network}\nnotify = {{ email = [\"a@example.com\"] }}")
    });
    let uses: Vec<String> = ["aws:update-linux"].iter().chain(components).map(|it| format!("\"{it}\"")).collect();
    for (index, name) in pipelines.iter().enumerate() {
        let shared = infrastructures.get(index).filter(|shared| !pipelines.contains(shared));
        let infrastructure = match shared {
            Some(shared) => format!("infrastructure = \"{shared}\"\n"),
            None if is_private => "infrastructure = { network = \"private\" }\n".to_owned(),
            None => String::new(),
        };
        let targets = (0..events).map(|number| format!("\"arn:aws:sqs:us-east-1:111122223333:queue-{number}\""));
        let targets: Vec<String> = targets.collect();
        let _ = write!(
            out,
            "[pipeline.{name}]\nbase = \"amazon-linux-2023/arm64\"\ncomponents = [{}]\n{infrastructure}\
             image = \"on-change\"\nworkflows = [\"aws:build/build-image\", \"aws:test/test-image\"]\nevents = [{}]\n",
            uses.join(", "),
            targets.join(", ")
        );
    }
    if let Some(first) = pipelines.first() {
        table(&mut out, "image", images, |_| {
            format!("pipeline = \"{first}\"\nworkflows = [\"aws:build/build-image\"]\ntests = false")
        });
    }
    out
}

/// All ids of a plan, each once.
fn check(output: &Output, spec: &str) {
    let plan = &output.lowered.plan;
    let mut ids = BTreeSet::new();
    for planned in &plan.resources {
        let id = planned.handle.address.cloudformation.clone();
        assert!(ids.insert(id.clone()), "{id} twice in\n{spec}");
        for (of, label) in planned.terraform() {
            assert!(ids.insert(format!("{of}.{label}")), "{of}.{label} twice in\n{spec}");
        }
        let origin = planned.origin.as_ref().expect("what is made from a spec has an origin");
        let found = plan.of(origin.table, origin.name(), origin.part).expect("the origin is known");
        assert_eq!(found.handle, planned.handle, "{origin:?}\n{spec}");
    }
    for kind in
        [|it: &kiln::resource::Address| it.cloudformation.clone(), |it: &kiln::resource::Address| it.terraform.clone()]
    {
        let names: BTreeSet<String> = plan.outputs.iter().map(|output| kind(&output.address)).collect();
        assert_eq!(names.len(), plan.outputs.len(), "{spec}");
    }
    // Duplicates would also be in the text.
    let declarations =
        output.text.lines().filter(|line| line.starts_with("resource \"") || line.starts_with("output "));
    let declarations: Vec<&str> = declarations.collect();
    assert_eq!(declarations.iter().collect::<BTreeSet<_>>().len(), declarations.len(), "{spec}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn ids_are_given_out_once(
        components in subsequence(&NAMES[..], 0..4),
        infrastructures in subsequence(&NAMES[..], 0..5),
        pipelines in subsequence(&NAMES[..], 1..6),
        images in subsequence(&NAMES[..], 0..6),
        is_private: bool,
        events in 0_usize..3,
    ) {
        let infrastructures: Vec<&str> = infrastructures.into_iter().filter(|it| !pipelines.contains(it)).collect();
        let text = spec_of([&components, &infrastructures, &pipelines, &images], is_private, events);
        for format in [Format::Json, Format::Hcl] {
            // A latest image is CloudFormation's alone.
            let text = if format == Format::Hcl { text.replace("image = \"on-change\"\n", "") } else { text.clone() };
            let made = synthesize(&text, format);
            match &made.output {
                Some(output) => check(output, &text),
                None => panic!("{:#?}\n{text}", made.report),
            }
        }
    }
}

#[test]
fn ids_stay_where_nothing_else_has_them() {
    let ids = |text: &str| -> Vec<String> {
        let made = synthesize(text, Format::Yaml);
        let plan = made.output.unwrap_or_else(|| panic!("{:#?}", made.report)).lowered.plan;
        plan.resources.iter().map(|planned| planned.handle.address.cloudformation.clone()).collect()
    };
    let pipeline = "base = \"amazon-linux-2023/arm64\"\ncomponents = [\"aws:update-linux\"]\n";
    let workflows = "workflows = [\"aws:build/build-image\"]\ntests = false\n";
    let image = format!("[image.web]\npipeline = \"web\"\n{workflows}");
    let alone = ids(&format!("name = \"x\"\n[pipeline.web]\n{pipeline}{image}"));
    assert!(alone.contains(&"WebExecutionRole".to_owned()), "{alone:?}");
    let both = ids(&format!(
        "name = \"x\"\n[pipeline.web]\n{pipeline}workflows = [\"aws:build/build-image\", \"aws:test/test-image\"]\n{image}"
    ));
    assert!(both.contains(&"WebExecutionRole".to_owned()), "{both:?}");
    assert!(both.contains(&"WebExecutionRoleOfImage".to_owned()), "{both:?}");
    let latest = "[image.web-latest]\npipeline = \"other\"\n";
    let other = format!("[pipeline.other]\n{pipeline}");
    let alone = ids(&format!("name = \"x\"\n[pipeline.web]\n{pipeline}{other}{latest}"));
    assert!(alone.contains(&"WebLatestImage".to_owned()), "{alone:?}");
    let both = ids(&format!("name = \"x\"\n[pipeline.web]\n{pipeline}image = \"on-change\"\n{other}{latest}"));
    assert!(both.contains(&"WebLatestImage".to_owned()), "{both:?}");
    assert!(both.contains(&"WebLatestImageOfImage".to_owned()), "{both:?}");
}

#[test]
fn two_events_that_are_the_same_are_refused_at_both() {
    let queue = "\"arn:aws:sqs:us-east-1:111122223333:first\"";
    let made = synthesize(
        &format!(
            "name = \"x\"\n[pipeline.web]\nbase = \"amazon-linux-2023/arm64\"\ncomponents = [\"aws:update-linux\"]\n\
             events = [{queue}, {queue}]\n"
        ),
        Format::Yaml,
    );
    let report: Vec<_> = made.report.iter().filter(|it| it.code.id == "KILN-B003").collect();
    assert!(made.output.is_none() && !report.is_empty(), "{:#?}", made.report);
    let places = format!("{:?}", report[0].labels);
    assert!(places.contains("Index(0)") && places.contains("Index(1)"), "{places}");
}

#[test]
fn a_parameter_with_the_id_of_a_resource_is_refused_at_both() {
    let made = synthesize(
        "name = \"x\"\n[parameter.web-recipe]\ntype = \"subnet-id\"\n[pipeline.web]\nbase = \"amazon-linux-2023/arm64\"\n\
         components = [\"aws:update-linux\"]\ninfrastructure = { network = { subnet = { parameter = \"web-recipe\" }, \
         security-groups = [\"sg-0123456789abcdef0\"] } }\n",
        Format::Yaml,
    );
    let finding = made.report.iter().find(|it| it.code.id == "KILN-B003").expect("the id is taken");
    assert_eq!(finding.labels.len(), 2, "{finding:#?}");
    let plan = synthesize(
        "name = \"x\"\n[pipeline.web]\nbase = \"amazon-linux-2023/arm64\"\ncomponents = [\"aws:update-linux\"]\n",
        Format::Yaml,
    );
    let plan = plan.output.unwrap().lowered.plan;
    assert!(
        plan.of(Table::Pipeline, "web", Part::Recipe).is_some() && plan.of(Table::Image, "web", Part::Main).is_none()
    );
}
