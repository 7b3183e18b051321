//! What a change does for a pipeline besides: images that are built, old ones that go, and what it costs.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::compare::{ById, Pair, id};
use super::flat::{Leaf, flat, line, shown};
use super::{Action, Change, Item};
use crate::plan::{Part, Plan, Planned, Table};
use crate::resource::fact::{Cost, Departure};
use crate::resource::lifecycle_policy::Filter;
use crate::resource::{self, image, image_pipeline, lifecycle_policy, repository};

/// What a change means for a pipeline.
///
/// ```
/// # use kiln::files::InMemory;
/// # use kiln::review::Side;
/// # use kiln::spec;
/// # use kiln::synth::{Request, check};
/// # let web = spec::Pipeline::from_base("amazon-linux-2023/arm64").component("aws:update-linux");
/// # let spec = &spec::Spec::named("web").pipeline("web", web.keep(3));
/// # let checked = check(Request::new(spec, &InMemory::default()));
/// # let (texts, plan) = (&checked.texts, &checked.planned.unwrap().lowered.plan);
/// # let target = Default::default();
/// # let side = Side { source: None, texts, plan, target, target_account: None };
/// use kiln::review::{Pipeline, Review};
///
/// // A side, made as the example of `Side` shows: a project that is deployed for the first time.
/// let review = Review::new(None, Some(side));
/// let Pipeline { image_words, retention, .. } = &review.pipelines[0];
/// assert!(image_words.ends_with("nothing does until the pipeline is started"));
/// assert_eq!(*retention, ["all but the newest 3 images are deleted"]);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Pipeline {
    /// Its name in the spec.
    pub name: String,
    /// Whether it comes, changes or goes.
    pub action: Action,
    /// When an image is built with the change.
    pub image: Image,
    /// The same in words.
    pub image_words: String,
    /// Old images that fall out of retention, or that nothing retires any more.
    pub retention: Vec<String>,
    /// What changes what it costs.
    pub cost: Vec<String>,
}

/// When an image is built with a change.
///
/// ```
/// # use kiln::files::InMemory;
/// # use kiln::review::Side;
/// # use kiln::spec;
/// # use kiln::synth::{Request, check};
/// # let web = spec::Pipeline::from_base("amazon-linux-2023/arm64").component("aws:update-linux");
/// # let spec = &spec::Spec::named("web").pipeline("web", web.schedule("rate(7 days)"));
/// # let checked = check(Request::new(spec, &InMemory::default()));
/// # let (texts, plan) = (&checked.texts, &checked.planned.unwrap().lowered.plan);
/// # let target = Default::default();
/// # let side = Side { source: None, texts, plan, target, target_account: None };
/// use kiln::review::{Image, Review};
///
/// // A side, made as the example of `Side` shows: a pipeline that runs every seven days.
/// let review = Review::new(None, Some(side));
/// assert_eq!(review.pipelines[0].image, Image::Schedule);
/// assert!(!review.builds_image, "the deployment itself builds none");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Image {
    /// The deployment builds it.
    Deployment,
    /// The next run by the pipeline's schedule does.
    Schedule,
    /// The next image of the pipeline that it is built on does.
    Cascade,
    /// Nothing does until somebody starts the pipeline.
    Start,
    /// The images are not affected.
    None,
}

/// What is lost with a resource that goes or is replaced, or stays although it goes.
pub(super) fn consequence(old: &Planned, action: Action) -> Option<String> {
    let of = old.handle.of;
    if old.life.retained {
        // Terraform has no word for it: it refuses to delete what holds something.
        return Some(match of.holds {
            None => format!("the old {} stays in the account", if of.is_versioned { "version" } else { of.noun }),
            Some(_) => "CloudFormation leaves it in the account, with what it holds; Terraform refuses while it holds \
                        something"
                .to_owned(),
        });
    }
    let departure = Departure { properties: &old.properties, is_replaced: action != Action::Remove };
    let parting = (of.parting)(&departure);
    let Some(what) = of.holds else { return parting.map(str::to_owned) };
    let lost = match action {
        Action::MayReplace => format!("if it is replaced, it loses data: {what}"),
        _ => format!("loses data: {what}"),
    };
    Some(parting.map_or_else(|| lost.clone(), |more| format!("{lost}; {more}")))
}

/// Why CloudFormation cannot make a repository: one that goes from the template stays in the account, with its name.
pub(super) fn taken<'a>(new: &Planned, mut gone: impl Iterator<Item = &'a Planned>) -> Option<String> {
    if new.handle.of != &repository::TYPE {
        return None;
    }
    let name = |planned: &Planned| leaves_of(Some(planned)).into_iter().find(|leaf| leaf.path == "RepositoryName");
    let own = name(new)?;
    let is_same =
        |old: &Planned| old.handle.of == new.handle.of && old.life.retained && name(old).as_ref() == Some(&own);
    let text =
        "CloudFormation cannot make it: the old one stays under this name; `repository = { existing = … }` uses it";
    gone.any(is_same).then(|| text.to_owned())
}

/// The pipelines of a plan, by name.
fn all(plan: &Plan) -> impl Iterator<Item = (&str, &Planned)> {
    let named = |planned| Some((of_pipeline(planned, Part::Main)?, planned));
    plan.resources.iter().filter_map(named)
}

/// The pipeline whose part a resource is, if it is this one.
fn of_pipeline(planned: &Planned, part: Part) -> Option<&str> {
    let origin = planned.origin.as_ref().filter(|origin| origin.table == Table::Pipeline && origin.part == part)?;
    origin.name()
}

/// What the change means for each pipeline that it concerns.
pub(super) fn pipelines(pair: &Pair<'_>, items: &[Item]) -> Vec<Pipeline> {
    let mut of: BTreeMap<&str, Vec<&Item>> = BTreeMap::new();
    for item in items {
        item.pipelines.iter().for_each(|name| of.entry(name).or_default().push(item));
    }
    let stay: BTreeSet<&str> = all(pair.new).map(|(name, _)| name).collect();
    let gone = all(pair.old).filter(|(name, _)| !stay.contains(name));
    let (old, new) = (parts(pair.old, Part::Cascade), parts(pair.new, Part::Cascade));
    let was: BTreeSet<&str> = all(pair.old).map(|(name, _)| name).collect();
    let all = all(pair.new).map(|it| (it, &new)).chain(gone.map(|it| (it, &old)));
    let concerned = all.filter_map(|((name, planned), cascades)| {
        let own = of.remove(name)?;
        let whole = own.iter().find(|item| item.id == id(planned)).map(|item| item.action);
        let action = whole.filter(|action| *action != Action::NewVersion).unwrap_or(Action::Change);
        let starts = [Some(planned), cascades.get(name).copied()];
        let (image, image_words) = image(starts, (action, &own));
        Some(Pipeline {
            name: name.to_owned(),
            action,
            image,
            image_words,
            retention: own.iter().flat_map(|item| retention(pair, item, was.contains(name))).collect(),
            cost: own.iter().flat_map(|item| cost(item, pair)).collect(),
        })
    });
    concerned.collect()
}

/// This part of each pipeline of a plan that has it, by the pipeline's name.
fn parts(plan: &Plan, part: Part) -> BTreeMap<&str, &Planned> {
    plan.resources.iter().filter_map(|planned| Some((of_pipeline(planned, part)?, planned))).collect()
}

fn leaves_of(planned: Option<&Planned>) -> Vec<Leaf> {
    planned.map(flat).unwrap_or_default()
}

/// When an image is built with the change, and in words; by the pipeline, and by the rule that starts it after the one below.
fn image([pipeline, cascade]: [Option<&Planned>; 2], (action, own): (Action, &[&Item])) -> (Image, String) {
    if action == Action::Remove {
        return (Image::None, "no image is built any more".to_owned());
    }
    let is_made = |item: &&&Item| matches!(item.action, Action::Add | Action::Replace | Action::MayReplace);
    if own.iter().filter(is_made).any(|item| item.resource_type == image::TYPE.cloudformation) {
        return (Image::Deployment, "the deployment builds an image, and ends when the build has".to_owned());
    }
    if !own.iter().any(|item| resource::find(&item.resource_type).is_some_and(|of| of.is_built_from)) {
        return (Image::None, "images are built as before".to_owned());
    }
    let starts = pipeline.map(|pipeline| image_pipeline::View::of(&pipeline.properties));
    let is_enabled = starts.as_ref().is_some_and(|view| view.is_enabled);
    let (image, then) = match starts.and_then(|view| view.schedule).filter(|_| is_enabled) {
        Some(schedule) => {
            let zone = schedule.timezone.map_or_else(String::new, |zone| format!(" {}", shown(zone)));
            let only = if schedule.waits_for_updates { " if its base or a component is newer then" } else { "" };
            (Image::Schedule, format!("the next run by schedule, {}{zone}, does{only}", shown(schedule.expression)))
        }
        None if is_enabled && cascade.is_some() => {
            (Image::Cascade, "the next image of the pipeline that it is built on does".to_owned())
        }
        None => (Image::Start, "nothing does until the pipeline is started".to_owned()),
    };
    (image, format!("the deployment builds no image; {then}"))
}

/// What a lifecycle policy deletes, disables and deprecates.
fn retires(policy: Option<&Planned>) -> Vec<(&'static str, String, Option<u64>)> {
    let rules = policy.map(|policy| lifecycle_policy::rules(&policy.properties)).unwrap_or_default();
    let words = |(action, filter): (&str, Filter)| {
        let verb = match action {
            "DELETE" => "deleted",
            "DISABLE" => "disabled",
            _ => "deprecated",
        };
        match filter {
            Filter::Count(count) => (verb, format!("all but the newest {count} images"), Some(count)),
            Filter::Age { value, unit, retain_at_least } => {
                let least = retain_at_least.map_or_else(String::new, |least| format!(", but never the last {least}"));
                (verb, format!("images older than {value} {}{least}", unit.to_lowercase()), None)
            }
        }
    };
    rules.into_iter().map(words).collect()
}

/// `was` says whether the pipeline was there before.
fn retention(pair: &Pair<'_>, item: &Item, was: bool) -> Vec<String> {
    if item.resource_type != lifecycle_policy::TYPE.cloudformation {
        return Vec::new();
    }
    let retires = |resources: &ById<'_>| retires(resources.get(item.id.as_str()).copied());
    let (old, new) = (retires(&pair.by_id.0), retires(&pair.by_id.1));
    let mut told = Vec::new();
    for (verb, which, count) in &new {
        match old.iter().find(|(before, _, _)| before == verb) {
            // Nothing of a new pipeline can be lost.
            None if !was => {
                told.push(format!("{which} are {verb}"));
            }
            None => told.push(format!("{which} are {verb}, which nothing did before")),
            Some((_, before, fewer)) if before != which => {
                let fallen = fewer.zip(*count).and_then(|(before, now)| before.checked_sub(now)).filter(|it| *it > 0);
                let fallen = fallen.map_or_else(String::new, |it| format!(": up to {it} that were kept fall out"));
                told.push(format!("{which} are {verb}; {before} before{fallen}"));
            }
            Some(_) => {}
        }
    }
    for (verb, which, _) in old.iter().filter(|(verb, _, _)| new.iter().all(|(now, _, _)| now != verb)) {
        told.push(format!("{which} are not {verb} any more: old images stay, and cost"));
    }
    let renamed = item.properties.iter().find(|it| it.property.contains("Recipes[") && it.from.is_some());
    if let Some(from) = renamed.and_then(|change| change.from.as_deref()) {
        told.push(format!("images of the recipe {from} are under no policy any more: nothing deletes them"));
    }
    told
}

fn cost(item: &Item, pair: &Pair<'_>) -> Vec<String> {
    let costs = resource::find(&item.resource_type).map_or(&[][..], |of| of.costs);
    let makes = costs.contains(&Cost::Existence);
    match item.action {
        Action::Add if makes => return vec![format!("{} is paid for while it exists", item.name())],
        Action::Remove if makes => return vec![format!("{} is paid for no more", item.name())],
        // What is new costs as a whole: its values are told once.
        Action::Add => {
            return leaves_of(pair.by_id.1.get(item.id.as_str()).copied())
                .iter()
                .filter_map(|leaf| priced(costs, &leaf.path, (None, Some(&line(&leaf.value)))))
                .collect();
        }
        Action::Remove => return Vec::new(),
        _ => {}
    }
    let changes = item.properties.iter().filter(|change| change.follows.is_none());
    changes
        .filter_map(|Change { property, from, to, .. }| priced(costs, property, (from.as_deref(), to.as_deref())))
        .collect()
}

fn priced(costs: &[Cost], path: &str, (from, to): (Option<&str>, Option<&str>)) -> Option<String> {
    let is_copy = |cost: &Cost| match cost {
        Cost::Copies(list) => path.starts_with(&format!("{list}[")) && path.ends_with("].Region"),
        _ => false,
    };
    if costs.iter().any(is_copy) {
        return match (from, to) {
            // Where a build runs its image is anyway.
            (_, Some("${AWS::Region}")) | (Some("${AWS::Region}"), _) => None,
            (None, Some(region)) => Some(format!("Region {region}: a copy of each image, new")),
            (Some(region), None) => Some(format!("Region {region}: no copies any more")),
            _ => None,
        };
    }
    // What is not and was not there costs nothing.
    if from.is_none() && to == Some("false") {
        return None;
    }
    let what = costs.iter().find_map(|cost| match cost {
        Cost::Property(end, what) if path.ends_with(end) => Some(what),
        _ => None,
    })?;
    let of = path.split_once('[').and_then(|(_, rest)| rest.split_once(']')).map(|(of, _)| of);
    let what = of.map_or_else(|| (*what).to_owned(), |of| format!("{what} ({of})"));
    Some(match (from, to) {
        (Some(from), Some(to)) => format!("{what}: {from} → {to}"),
        (None, Some(to)) => format!("{what}: {to}"),
        (Some(from), None) => format!("{what}: {from}, gone"),
        (None, None) => return None,
    })
}
