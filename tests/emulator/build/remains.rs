//! What is left when a stack is gone, and how it is found.

use serde_json::{Value, json};

use super::{World, check, of_type, spec};

#[test]
fn what_outlives_a_stack_is_listed_and_found_again() {
    let name = "bremain";
    let text = format!("{}publish = {{ ssm-parameter = \"/imagebuilder/{name}\" }}\n", spec(name));
    let Some(world) = World::of(name, "320000000034", &text) else { return };
    for _ in 0..2 {
        check(&world.build(&[]), 0, &["built after"]);
    }
    let said = world.kiln(&["destroy", "--yes", "--poll", "50ms", "--format", "ndjson"]);
    assert_eq!(said.status, Some(0), "{}", said.everything());
    let messages: Vec<Value> = said.output.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let remains = of_type(&messages, "remains")[0];
    assert_eq!((&remains["images"], &remains["amis"], &remains["snapshots"]), (&json!(2), &json!(2), &json!(2)));
    assert_eq!(remains["parameters"], json!(["/imagebuilder/bremain (us-east-1)"]));
    assert_eq!(remains["buckets"].as_array().map(Vec::len), Some(1), "{remains}");
    assert_eq!(remains["unknown"], json!([]));

    let listed = ["nothing is deployed: images are found by the names of their recipes", "bremain  1.0.0/2  available"];
    check(&world.kiln(&["images"]), 0, &listed);
    check(&world.kiln(&["images", "bremain"]), 0, &listed);
    let pruned = world.kiln(&["prune", "--dry-run", "--keep", "1"]);
    check(&pruned, 0, &["1.0.0/2  available", "stays: among the newest good ones", "1 image would be deleted"]);
    check(&world.kiln(&["prune", "--yes", "--keep", "0"]), 9, &["there is no role that may delete images", "--role"]);
    // Also if the spec has forgotten the pipeline, the lock knows its recipe.
    std::fs::write(world.folder.join("kiln.toml"), spec(name).replace("pipeline.bremain", "pipeline.other")).unwrap();
    check(&world.kiln(&["images"]), 0, &["bremain  1.0.0/2  available"]);
    check(&world.kiln(&["build"]), 9, &["there is no stack `bremain`"]);
}

#[test]
fn what_may_not_be_looked_at_is_no_failure() {
    let Some(mut world) = World::new("bdark", "320000000035") else { return };
    check(&world.build(&[]), 0, &["built after"]);
    let Some(faults) = crate::support::faults::Faults::before(&world.awsim.endpoint) else { return };
    world.endpoint.clone_from(&faults.endpoint);
    faults.rules(&json!([{ "service": "imagebuilder", "operation": "ListImages", "error": { "code": "AccessDeniedException", "status": 403,
                           "message": "User: arn:aws:iam::1:user/ci is not authorized to perform: imagebuilder:ListImages" } }]));
    let said = world.kiln(&["destroy", "--yes", "--poll", "50ms"]);
    check(
        &said,
        0,
        &["destroyed", "not known: images: these credentials may not do imagebuilder:ListImages", "1 bucket: "],
    );
}

#[test]
fn repositories_of_containers_remain() {
    let text = "name = \"brepo\"\n\n[pipeline.brepo]\nbase = \"amazon-linux-2023/x86_64\"\ncontainer = \
                \"team/brepo\"\ncomponents = [\"aws:update-linux\"]\n";
    let Some(world) = World::of("brepo", "320000000036", text) else { return };
    check(&world.build(&[]), 0, &["built after"]);
    check(&world.kiln(&["destroy", "--yes", "--poll", "50ms"]), 0, &["1 image\n", "1 repository: team/brepo"]);
    check(&world.kiln(&["images"]), 0, &["brepo  1.0.0/1  available"]);
}
