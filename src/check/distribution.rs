//! `[distribution.NAME]`, and the distribution of a single pipeline (`CreateDistributionConfiguration`).

use super::context::Context;
use super::destination::{accounts, ami_name, destination, launch_template, principals, ssm_parameter};
use super::{key, tags};
use crate::diagnostic::{Diagnostic, Place, code};
use crate::project::definition::{AmiDestination, ContainerDestination, Destination, Distribution, Output};
use crate::project::{ImageTag, Key, Region};
use crate::source::{At, FieldPath};
use crate::spec::{self, DistributionChoice, Pipeline, Spec};

/// Checks all shared distributions, in their order.
pub(super) fn shared(spec: &Spec, cx: &mut Context<'_>) -> Vec<Option<Distribution>> {
    let tables = At::ROOT.key("distribution");
    spec.distribution
        .iter()
        .map(|(key, table)| {
            let at = tables.key(key);
            if table.to.is_empty() {
                let help = "add `[[distribution.NAME.to]]` with a `region`";
                cx.missing(&format!("the distribution `{key}` goes nowhere"), (at, &["to"]), help);
            }
            let description = cx.text(table.description.as_deref(), at.key("description"), 1024);
            let destinations = destinations(key, &table.to, (at.key("to"), false), cx);
            let tags = tags::tags(&[(&table.tags, at.key("tags"))], cx);
            distribution(key, description, destinations?, (tags, at), cx)
        })
        .collect()
}

/// The distribution that a pipeline has for itself, from its list of tables or its short keys.
pub(super) fn own(key: &str, pipeline: &Pipeline, at: At<'_>, cx: &mut Context<'_>) -> Option<Distribution> {
    let destinations = match &pipeline.distribution {
        Some(DistributionChoice::Own(tables)) => {
            if tables.is_empty() {
                cx.missing(
                    "the distribution goes nowhere",
                    (at.key("distribution"), &["to"]),
                    "add a table with a `region`",
                );
            }
            destinations(key, tables, (at.key("distribution"), pipeline.container.is_some()), cx)
        }
        _ => short(key, pipeline, at, cx),
    };
    let tags = tags::tags(&[(&pipeline.tags, at.key("tags"))], cx);
    let own = distribution(key, None, destinations?, (tags, at), cx)?;
    Some(Distribution { is_own: true, ..own })
}

/// Reports the short keys of a pipeline that has a distribution besides.
pub(super) fn exclude_short_keys(pipeline: &Pipeline, at: At<'_>, cx: &mut Context<'_>) {
    let short = [
        ("regions", !pipeline.regions.is_empty()),
        ("share-with", !pipeline.share_with.is_empty()),
        ("copy-to-accounts", !pipeline.copy_to_accounts.is_empty()),
        ("publish", pipeline.publish.is_some()),
        ("ami-name", pipeline.ami_name.is_some()),
        ("ami-description", pipeline.ami_description.is_some()),
        ("ami-tags", !pipeline.ami_tags.is_empty()),
    ];
    for (key, _) in short.iter().filter(|(_, is_there)| *is_there) {
        let message = format!("`{key}` is short for a distribution, and the pipeline has a `distribution`");
        cx.contradiction(&message, at.key("distribution"), at.key(key));
    }
}

fn distribution(
    key: &str,
    description: Option<String>,
    destinations: Vec<Destination>,
    (tags, at): (tags::Tags, At<'_>),
    cx: &mut Context<'_>,
) -> Option<Distribution> {
    let name = cx.physical_name(key, at)?;
    let is_own = false;
    Some(Distribution { key: Key::parse(key).ok()?, is_own, name, description, destinations, tags })
}

fn destinations(
    key: &str,
    tables: &[spec::Destination],
    (at, is_container): (At<'_>, bool),
    cx: &mut Context<'_>,
) -> Option<Vec<Destination>> {
    let all: Vec<Option<Destination>> = tables
        .iter()
        .enumerate()
        .map(|(index, table)| destination(key, table, (at.index(index), is_container), cx))
        .collect();
    for (index, table) in tables.iter().enumerate() {
        if let Some(first) = tables[..index].iter().position(|other| other.region == table.region) {
            let (first, second) = (at.index(first), at.index(index));
            region_twice(table.region.as_deref(), (first.key("region"), second.key("region")), cx);
        }
    }
    let regions: Vec<Option<Region>> = tables.iter().map(|to| Region::parse(to.region.as_deref()?).ok()).collect();
    one_partition(&regions, |index| at.index(index).key("region").path(), cx);
    all.into_iter().collect()
}

fn region_twice(region: Option<&str>, (first, second): (At<'_>, At<'_>), cx: &mut Context<'_>) {
    let named = region.map_or_else(|| "the Region deployed to".to_owned(), |region| format!("`{region}`"));
    cx.report(
        Diagnostic::new(code::REGION_TWICE, format!("{named} is there twice"))
            .at_value(second, "")
            .at_value(first, "the first")
            .help("say everything about a Region in one place"),
    );
}

/// A partition has accounts and images of its own, and nothing is copied from one to another (AWS whitepaper, "AWS fault
/// isolation boundaries", "Partitions").
fn one_partition(regions: &[Option<Region>], place: impl Fn(usize) -> FieldPath, cx: &mut Context<'_>) {
    let known = regions.iter().enumerate().filter_map(|(index, region)| {
        let region = region.as_ref()?;
        Some((index, region, region.partition()?))
    });
    let known: Vec<(usize, &Region, &str)> = known.collect();
    let Some((first, region, partition)) = known.first() else { return };
    for (index, other, theirs) in known.iter().filter(|(_, _, other)| other != partition) {
        let message = format!("`{other}` is of the partition `{theirs}`, and `{region}` of `{partition}`");
        cx.report(
            Diagnostic::new(code::PARTITIONS, message)
                .label(None, Place::Value(place(*index)), "no image can be copied there")
                .label(None, Place::Value(place(*first)), format!("`{partition}`"))
                .help("write a spec for each partition, and deploy it with an account that is there"),
        );
    }
}

/// The same in every Region of a pipeline's short keys.
fn short(key: &str, pipeline: &Pipeline, at: At<'_>, cx: &mut Context<'_>) -> Option<Vec<Destination>> {
    let regions_at = at.key("regions");
    let regions: Vec<Option<Region>> =
        pipeline.regions.iter().enumerate().map(|(index, text)| region(text, regions_at.index(index), cx)).collect();
    for (index, text) in pipeline.regions.iter().enumerate() {
        if let Some(first) = pipeline.regions[..index].iter().position(|other| other == text) {
            region_twice(Some(text), (regions_at.index(first), regions_at.index(index)), cx);
        }
    }
    one_partition(&regions, |index| regions_at.index(index).path(), cx);
    if let Some(table) = &pipeline.container {
        // The recipe has the same tags and reports bad ones.
        let tags = table.tags.iter().filter_map(|tag| ImageTag::parse(tag).ok()).collect();
        let output = ContainerDestination { repository: None, tags, description: table.description.clone() };
        return everywhere(regions, &Output::Container(output));
    }
    let ami_name = ami_name(key, pipeline.ami_name.as_deref(), at, cx);
    let ami_description = cx.text(pipeline.ami_description.as_deref(), at.key("ami-description"), 1024);
    let ami_tags = tags::tags(&[(&pipeline.ami_tags, at.key("ami-tags"))], cx);
    // The volumes have the same key and report a bad one.
    let project = cx.project.clone();
    let kms_key = pipeline.kms_key.as_deref().map(|text| key::of_images(text, project.as_ref())).transpose().ok();
    key::one_region(pipeline, at, cx);
    let share_with = principals(&pipeline.share_with, at.key("share-with"), cx);
    let copy_to_accounts = accounts(&pipeline.copy_to_accounts, at.key("copy-to-accounts"), cx);
    let (publish, publish_at) = (pipeline.publish.clone().unwrap_or_default(), at.key("publish"));
    if publish.launch_template.is_some() && pipeline.regions.len() > 1 {
        let message = "a launch template exists in one Region, and the image goes to several";
        cx.report(
            Diagnostic::new(code::PUBLISH_IN_MANY, message)
                .at_key(publish_at.key("launch-template"), "")
                .at_value(regions_at, "all these")
                .help("write a `[[distribution.NAME.to]]` for each Region with the `launch-templates` there"),
        );
    }
    let template = publish
        .launch_template
        .as_ref()
        .map(|template| launch_template(template, publish_at.key("launch-template"), cx));
    let parameter =
        publish.ssm_parameter.as_ref().map(|parameter| ssm_parameter(parameter, publish_at.key("ssm-parameter"), cx));
    let ami = AmiDestination {
        name: ami_name?,
        description: ami_description,
        tags: ami_tags,
        share_with,
        copy_to_accounts,
        kms_key: kms_key?,
        launch_templates: template.into_iter().collect::<Option<_>>()?,
        ssm_parameters: parameter.into_iter().collect::<Option<_>>()?,
        licenses: Vec::new(),
        fast_launch: Vec::new(),
        s3_export: None,
    };
    everywhere(regions, &Output::Ami(Box::new(ami)))
}

/// The same in all these Regions, or in the one deployed to.
fn everywhere(regions: Vec<Option<Region>>, output: &Output) -> Option<Vec<Destination>> {
    if regions.is_empty() {
        return Some(vec![Destination { region: None, output: output.clone() }]);
    }
    let regions: Option<Vec<Region>> = regions.into_iter().collect();
    Some(regions?.into_iter().map(|region| Destination { region: Some(region), output: output.clone() }).collect())
}

pub(super) fn region(text: &str, at: At<'_>, cx: &mut Context<'_>) -> Option<Region> {
    let region = cx.parse(code::BAD_REGION, at, text, Region::parse)?;
    if !region.is_known() {
        let message = format!("`{text}` is not a Region that kiln knows");
        cx.report(Diagnostic::new(code::UNKNOWN_REGION, message).at_value(at, "it may be new"));
    }
    Some(region)
}
