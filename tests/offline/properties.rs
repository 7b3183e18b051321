//! What holds for every spec: the same bytes each time, in whatever order tables are written, alike in both syntaxes of a
//! back end; and an edit moves and shows exactly what it changes.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::collections::BTreeSet;

use kiln::files::{InMemory, Texts};
use kiln::project::definition::Target;
use kiln::render::cloudformation;
use kiln::review::{Review, Side};
use kiln::source::Source;
use kiln::spec;
use kiln::synth::{Format, Output, Request, synth};
use kiln::versions::Lock;
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use proptest::sample::{Index, select, subsequence};

const FORMATS: [Format; 4] = [Format::Yaml, Format::Json, Format::Hcl, Format::TfJson];

/// A table of a spec: its name, its lines and the tables in it, none of which has an order.
#[derive(Debug, Clone)]
struct Table {
    name: String,
    lines: Vec<String>,
}

/// A spec as tables.
#[derive(Debug, Clone)]
struct Written {
    tables: Vec<Table>,
    components: Vec<String>,
    /// Which components each pipeline uses.
    pipelines: Vec<(String, BTreeSet<String>)>,
}

impl Written {
    /// The text, with tables and their lines from another start each.
    fn text(&self, turn: usize) -> String {
        fn turned<T>(items: &[T], turn: usize) -> impl Iterator<Item = &T> {
            let start = if items.is_empty() { 0 } else { turn % items.len() };
            items[start..].iter().chain(&items[..start])
        }
        let mut out = "name = \"any\"\n".to_owned();
        for table in turned(&self.tables, turn) {
            out.push_str(&format!("[{}]\n", table.name));
            turned(&table.lines, turn).for_each(|line| out.push_str(&format!("{line}\n")));
        }
        out
    }

    /// The same with another line in a table.
    fn with(&self, name: &str, key: &str, line: String) -> Self {
        let mut edited = self.clone();
        let table = edited.tables.iter_mut().find(|table| table.name == name).unwrap();
        table.lines.retain(|old| !old.starts_with(&format!("{key} =")));
        table.lines.push(line);
        edited
    }
}

/// A name that is like others.
fn name() -> impl Strategy<Value = String> {
    select(&["web", "web-arm", "api", "api-2", "base", "image", "a", "latest", "recipe"][..]).prop_map(str::to_owned)
}

fn value() -> impl Strategy<Value = String> {
    "[a-zA-Z0-9 ${}#:'-]{1,12}".prop_map(|text| text.replace("${", "$ {").replace("{{", "{ {").trim().to_owned() + "x")
}

/// An inline table of these entries.
fn inline(entries: impl IntoIterator<Item = (String, String)>) -> String {
    let entries: Vec<String> = entries.into_iter().map(|(key, value)| format!("{key} = \"{value}\"")).collect();
    format!("{{ {} }}", entries.join(", "))
}

prop_compose! {
    fn component(name: String)(
        parameters in btree_map("[A-Z][a-z]{3,6}", value(), 0..4),
        commands in vec("[a-z]{2,8}", 1..3),
        description in proptest::option::of(value()),
        turn: bool,
    ) -> Table {
        let mut lines = vec!["platform = \"linux\"".to_owned()];
        // The order in an inline table has no meaning either.
        let mut entries: Vec<(String, String)> = parameters.into_iter().collect();
        if turn {
            entries.reverse();
        }
        lines.push(format!("parameters = {}", inline(entries)));
        lines.push(format!("build = [{}]", commands.iter().map(|it| format!("\"{it}\"")).collect::<Vec<_>>().join(", ")));
        lines.extend(description.map(|text| format!("description = \"{text}\"")));
        Table { name: format!("component.{name}"), lines }
    }
}

prop_compose! {
    fn pipeline(name: String, components: Vec<String>)(
        used in subsequence(components.clone(), 0..=components.len()),
        keep in 1_u32..20,
        arm: bool,
        schedule: bool,
        tags in btree_map("[a-z]{2,6}", value(), 0..3),
        permissions in vec("[a-z]{3,6}", 0..3),
        volume in proptest::option::of(10_u32..50),
    ) -> (Table, BTreeSet<String>) {
        let (base, types) = if arm { ("arm64", "m7g.large") } else { ("x86_64", "m7i.large") };
        let uses: Vec<String> =
            std::iter::once("aws:update-linux").chain(used.iter().map(String::as_str)).map(|it| format!("\"{it}\"")).collect();
        let statements: Vec<String> = permissions
            .iter()
            .map(|bucket| format!("{{ actions = [\"s3:GetObject\"], resources = [\"arn:aws:s3:::{bucket}/*\"] }}"))
            .collect();
        let mut lines = vec![
            format!("base = \"amazon-linux-2023/{base}\""),
            format!("components = [{}]", uses.join(", ")),
            format!("keep = {keep}"),
            format!("instance-types = [\"{types}\"]"),
            format!("tags = {}", inline(tags)),
            format!("infrastructure = {{ permissions = [{}] }}", statements.join(", ")),
        ];
        if schedule {
            lines.push("schedule = \"rate(7 days)\"".to_owned());
        }
        lines.extend(volume.map(|size| format!("root-volume = \"{size} GiB\"")));
        (Table { name: format!("pipeline.{name}"), lines }, used.into_iter().collect())
    }
}

/// Any spec of components and pipelines that is right.
fn spec() -> impl Strategy<Value = Written> {
    let names = || vec(name(), 1..4).prop_map(|names| names.into_iter().collect::<BTreeSet<_>>().into_iter().collect());
    (names(), names(), btree_map("[a-z]{2,6}", value(), 0..4)).prop_flat_map(
        |(components, pipelines, tags): (Vec<String>, Vec<String>, _)| {
            let tables: Vec<_> = components.iter().cloned().map(component).collect();
            let made: Vec<_> = pipelines.iter().cloned().map(|name| pipeline(name, components.clone())).collect();
            (tables, made, Just((components, pipelines, tags))).prop_map(
                |(mut tables, made, (components, names, tags))| {
                    let mut pipelines = Vec::new();
                    for (name, (table, used)) in names.into_iter().zip(made) {
                        tables.push(table);
                        pipelines.push((name, used));
                    }
                    let tags: std::collections::BTreeMap<String, String> = tags;
                    let lines = tags.iter().map(|(key, value)| format!("{key} = \"{value}\"")).collect();
                    tables.push(Table { name: "tags".to_owned(), lines });
                    Written { tables, components, pipelines }
                },
            )
        },
    )
}

fn made(text: &str, recorded: &Lock, format: Format) -> (Output, Source, Texts) {
    let source = Source::new("kiln.toml", text);
    let (spec, read) = spec::read(&source);
    let files = InMemory::default();
    let made = synth(Request { read, ..Request::new(&spec, &files).recorded(recorded) }.format(format));
    (made.output.unwrap_or_else(|| panic!("{:#?}\n{text}", made.report)), source, made.texts)
}

fn text(written: &str, format: Format) -> String {
    made(written, &Lock::EMPTY, format).0.text
}

/// What a template makes, without what it says of itself.
fn content(template: &str) -> serde_json::Value {
    let mut read = cloudformation::read(template).unwrap();
    read["Metadata"].as_object_mut().unwrap().remove("Comment");
    read
}

/// The review of a change, with its versions continued.
fn review(old: &str, new: &str, target: Target) -> Review {
    let format = Format::of(target);
    let (before, source, texts) = made(old, &Lock::EMPTY, format);
    let lock = before.lowered.lock.clone().unwrap();
    let (now, new_source, new_texts) = made(new, &lock, format);
    let side = |plan, source, texts| Side { source: Some(source), texts, plan, target, target_account: None };
    Review::new(
        Some(side(&before.lowered.plan, &source, &texts)),
        Some(side(&now.lowered.plan, &new_source, &new_texts)),
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_order_of_tables_and_keys_changes_no_byte(spec in spec(), turn in 1_usize..20) {
        let (one, other) = (spec.text(0), spec.text(turn));
        for format in FORMATS {
            prop_assert_eq!(text(&one, format), text(&one, format));
            prop_assert_eq!(text(&one, format), text(&other, format), "{}\n---\n{}", one, other);
        }
        prop_assert!(review(&one, &other, Target::CloudFormation).is_empty());
    }

    #[test]
    fn both_syntaxes_of_cloudformation_say_the_same(spec in spec()) {
        let written = spec.text(0);
        prop_assert_eq!(content(&text(&written, Format::Yaml)), content(&text(&written, Format::Json)));
    }

    #[test]
    fn an_edit_moves_the_versions_that_it_concerns(spec in spec(), which: Index) {
        let edited = &spec.components[which.index(spec.components.len())];
        let table = format!("component.{edited}");
        let new = spec.with(&table, "build", "build = [\"edited\"]".to_owned());
        let lock = made(&spec.text(0), &Lock::EMPTY, Format::Yaml).0.lowered.lock.unwrap();
        let moves = made(&new.text(3), &lock, Format::Yaml).0.lowered.moves;
        let moved: BTreeSet<String> = moves.iter().map(|it| format!("{} {}", it.kind.word(), it.name)).collect();
        // Names of pipelines have the project's before them unless it is there.
        let recipes = spec.pipelines.iter().filter(|(_, used)| used.contains(edited)).count();
        prop_assert_eq!(moved.iter().filter(|it| it.starts_with("component ")).count(), 1, "{:?}", moved);
        prop_assert_eq!(moved.iter().filter(|it| it.starts_with("recipe ")).count(), recipes, "{:?}", moved);
    }

    #[test]
    fn a_review_lists_the_property_that_changed(spec in spec(), which: Index) {
        let (name, _) = &spec.pipelines[which.index(spec.pipelines.len())];
        let new = spec.with(&format!("pipeline.{name}"), "keep", "keep = 33".to_owned());
        for target in [Target::CloudFormation, Target::Terraform] {
            let review = review(&spec.text(0), &new.text(5), target);
            let items = review.resources.iter();
            let found: Vec<(Vec<String>, Vec<&str>)> = items
                .map(|item| (item.pipelines.clone(), item.properties.iter().map(|it| it.property.as_str()).collect()))
                .collect();
            prop_assert_eq!(found, vec![(vec![name.clone()], vec!["PolicyDetails[DELETE].Filter.Value"])]);
            prop_assert!(review.rights.is_empty() && review.template.is_empty());
        }
    }

    #[test]
    fn a_permission_more_is_the_only_right_that_comes(spec in spec(), which: Index) {
        let (name, _) = &spec.pipelines[which.index(spec.pipelines.len())];
        let table = format!("pipeline.{name}");
        let old = spec.tables.iter().find(|it| it.name == table).unwrap();
        let line = old.lines.iter().find(|line| line.starts_with("infrastructure =")).unwrap();
        let statement = "{ actions = [\"sqs:SendMessage\"], resources = [\"*\"] }, ";
        let more = line.replacen('[', &format!("[{statement}"), 1);
        let review = review(&spec.text(0), &spec.with(&table, "infrastructure", more).text(0), Target::CloudFormation);
        let rights: Vec<(bool, &str)> = review.rights.iter().map(|it| (it.added, it.statement.as_str())).collect();
        prop_assert_eq!(rights, [(true, "Allow sqs:SendMessage on *")]);
        let who = format!("instance role of pipeline `{name}`");
        prop_assert_eq!(&review.rights[0].who, &who);
    }
}
