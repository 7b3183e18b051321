//! SSM parameters that pipelines publish to: each is written by one of them.
//!
//! A parameter is one of its Region and account (Systems Manager API reference, `PutParameter`: "a parameter name must
//! be unique within an AWS Region"). Two pipelines that write the same one would take turns, and whoever reads it would
//! get now one image and now the other.

use std::collections::BTreeSet;

use indexmap::IndexMap;

use super::context::Context;
use crate::diagnostic::{Diagnostic, Place, code};
use crate::source::{At, FieldPath};
use crate::spec::{Destination, DistributionChoice, Input, Pipeline, Spec};

/// So many pipelines of one parameter are shown.
const MOST_SHOWN: usize = 5;

/// A parameter that gets the id of a pipeline's newest image in one Region.
#[derive(Debug, Clone, Copy)]
pub(super) struct Published<'a> {
    /// The pipeline's number.
    pub(super) pipeline: usize,
    /// The parameter's name.
    pub(super) name: &'a str,
    /// The account that owns it, if it is not that of the build.
    pub(super) account: Option<&'a str>,
    /// The Region, if it is not the one deployed to.
    region: Option<&'a str>,
    written: Written<'a>,
}

/// Where a parameter stands in the spec.
#[derive(Debug, Clone, Copy)]
enum Written<'a> {
    /// In the short keys of its pipeline.
    Short,
    /// In a table of a distribution, shared if it has a name, by the table's number and its own.
    Table { shared: Option<&'a str>, table: usize, parameter: usize },
}

impl Published<'_> {
    /// The place of its name.
    pub(super) fn place(&self, spec: &Spec) -> FieldPath {
        let (pipelines, distributions) = (At::ROOT.key("pipeline"), At::ROOT.key("distribution"));
        let at = pipelines.key(name_of(spec, self.pipeline));
        match self.written {
            Written::Short => at.key("publish").key("ssm-parameter").key("name").path(),
            Written::Table { shared, table, parameter } => {
                let own = at.key("distribution");
                let of_name = distributions.key(shared.unwrap_or_default());
                let list = if shared.is_some() { of_name.key("to") } else { own };
                list.index(table).key("ssm-parameters").index(parameter).key("name").path()
            }
        }
    }

    /// What a pipeline says of it: the name of a shared distribution, or its own.
    fn said(&self, spec: &Spec) -> FieldPath {
        let pipelines = At::ROOT.key("pipeline");
        match self.written {
            Written::Table { shared: Some(_), .. } => {
                pipelines.key(name_of(spec, self.pipeline)).key("distribution").path()
            }
            _ => self.place(spec),
        }
    }

    fn is_shared(&self) -> bool {
        matches!(self.written, Written::Table { shared: Some(_), .. })
    }
}

/// The parameters of all pipelines, in their order. Container images are published nowhere, which is reported.
pub(super) fn all(spec: &Spec) -> Vec<Published<'_>> {
    let pipelines = spec.pipeline.values().enumerate().filter(|(_, pipeline)| pipeline.container.is_none());
    pipelines.flat_map(|(index, pipeline)| of_pipeline(spec, index, pipeline)).collect()
}

fn of_pipeline<'a>(spec: &'a Spec, index: usize, pipeline: &'a Pipeline) -> Vec<Published<'a>> {
    let (shared, tables): (Option<&str>, &[Destination]) = match &pipeline.distribution {
        Some(DistributionChoice::Own(tables)) => (None, tables),
        Some(DistributionChoice::Shared(name)) => match spec.distribution.get_key_value(name.as_str()) {
            Some((name, table)) => (Some(name), &table.to),
            None => return Vec::new(),
        },
        None => return short(index, pipeline),
    };
    let of_table = |(table, to): (usize, &'a Destination)| {
        let of_parameter = move |(parameter, it): (usize, &'a crate::spec::SsmParameter)| {
            let written = Written::Table { shared, table, parameter };
            let (account, region) = (it.account.as_deref(), to.region.as_deref());
            Some(Published { pipeline: index, name: it.name.as_deref()?, account, region, written })
        };
        to.ssm_parameters.iter().enumerate().filter_map(of_parameter)
    };
    tables.iter().enumerate().flat_map(of_table).collect()
}

/// The same parameter in each Region of a pipeline's short keys.
fn short(index: usize, pipeline: &Pipeline) -> Vec<Published<'_>> {
    let parameter = pipeline.publish.as_ref().and_then(|publish| publish.ssm_parameter.as_ref());
    let Some((parameter, name)) = parameter.and_then(|it| Some((it, it.name.as_deref()?))) else { return Vec::new() };
    let in_region = |region| {
        let account = parameter.account.as_deref();
        Published { pipeline: index, name, account, region, written: Written::Short }
    };
    match pipeline.regions.as_slice() {
        [] => vec![in_region(None)],
        regions => regions.iter().map(|region| in_region(Some(region.as_str()))).collect(),
    }
}

/// Reports parameters that several pipelines write. The Region deployed to may be any, so it is equal to itself alone.
pub(super) fn check(spec: &Spec, cx: &mut Context<'_>) {
    let mut writers: IndexMap<_, Vec<Published<'_>>> = IndexMap::new();
    for published in all(spec) {
        let same = writers.entry((published.name, published.account, published.region)).or_default();
        if same.last().is_none_or(|last| last.pipeline != published.pipeline) {
            same.push(published);
        }
    }
    // Two pipelines that share Regions share a parameter in each: that is one finding.
    let mut told: BTreeSet<(&str, Vec<usize>)> = BTreeSet::new();
    for ((name, _, _), writers) in writers {
        let pipelines: Vec<usize> = writers.iter().map(|writer| writer.pipeline).collect();
        if pipelines.len() > 1 && told.insert((name, pipelines)) {
            cx.report(twice(spec, name, &writers));
        }
    }
}

/// Reports repositories and tags that several pipelines push to.
pub(super) fn images(spec: &Spec, cx: &mut Context<'_>) {
    let pipelines = At::ROOT.key("pipeline");
    let mut pushed: IndexMap<(&str, &str), (&str, usize)> = IndexMap::new();
    for (name, pipeline) in &spec.pipeline {
        let Some(container) = &pipeline.container else { continue };
        let existing = container.repository.as_ref().and_then(|it| it.existing.as_ref());
        let Some(Input::Text(repository)) = existing else { continue };
        for (index, tag) in container.tags.iter().enumerate() {
            let key = (repository.as_str(), tag.as_str());
            let Some((first, there)) = pushed.get(&key).copied() else {
                pushed.insert(key, (name, index));
                continue;
            };
            let (at, first_at) = (pipelines.key(name), pipelines.key(first));
            let (at, first_at) = (at.key("container"), first_at.key("container"));
            let message =
                format!("`{first}` and `{name}` push to one repository, `{repository}`, with one tag, `{tag}`");
            cx.report(
                Diagnostic::new(code::IMAGE_TWICE, message)
                    .at_value(at.key("tags").index(index), "")
                    .at_value(first_at.key("tags").index(there), "the first")
                    .help("give each its own tag, such as one with its architecture"),
            );
            break;
        }
    }
}

fn twice(spec: &Spec, name: &str, writers: &[Published<'_>]) -> Diagnostic {
    let names: Vec<&str> = writers.iter().map(|writer| name_of(spec, writer.pipeline)).collect();
    let message = match names.as_slice() {
        [first, second] => format!("`{first}` and `{second}` publish to one SSM parameter, `{name}`"),
        names => format!("{} pipelines publish to one SSM parameter, `{name}`", names.len()),
    };
    // The first of them is right on its own.
    let others = writers.iter().zip(&names).skip(1).take(MOST_SHOWN);
    let shown = others.chain(writers.iter().zip(&names).take(1));
    let diagnostic = shown.fold(Diagnostic::new(code::PARAMETER_TWICE, message), |found, (writer, name)| {
        found.label(None, Place::Value(writer.said(spec)), format!("`{name}` publishes here"))
    });
    let shared = writers.iter().find(|writer| writer.is_shared());
    let diagnostic = match shared {
        Some(shared) => diagnostic.label(None, Place::Value(shared.place(spec)), "the parameter"),
        None => diagnostic,
    };
    let known: BTreeSet<&str> = names.iter().copied().collect();
    let below = |writer: &&Published<'_>| {
        let base = spec.pipeline.get_index(writer.pipeline).and_then(|(_, pipeline)| pipeline.base.as_ref());
        base.and_then(|base| base.pipeline.as_deref()).is_some_and(|below| known.contains(below))
    };
    let help = "give each its own name: the one that was built last would replace the image of the other";
    match writers.iter().find(below) {
        Some(upper) => {
            let upper = name_of(spec, upper.pipeline);
            diagnostic.help(format!("give each its own name: `{upper}` would be the base of its own next image"))
        }
        None => diagnostic.help(help),
    }
}

fn name_of(spec: &Spec, pipeline: usize) -> &str {
    spec.pipeline.get_index(pipeline).map_or("", |(name, _)| name.as_str())
}
