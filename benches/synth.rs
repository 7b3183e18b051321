//! How long the library takes, without a process, a terminal or a disk.
//!
//! `one` is the golden AMI of `examples/cdk-twin`, all stages and each by itself. `many` is projects of that pipeline
//! under many names; its throughput is in pipelines, so that equal throughput at all sizes means linear time. These
//! projects are rendered for Terraform, because a CloudFormation stack takes no more than 500 resources.
#![allow(missing_docs, reason = "a benchmark has no public items beyond those that criterion makes")]

use std::fmt::Write;
use std::hint::black_box;

use criterion::{BatchSize, BenchmarkId, Criterion, SamplingMode, Throughput, criterion_group, criterion_main};
use kiln::files::{self, InMemory};
use kiln::source::Source;
use kiln::spec::Spec;
use kiln::synth::{Format, Request, Synthesis, synth};
use kiln::versions::Lock;
use kiln::{check, matrix, plan, render, spec};

const SPEC: &str = include_str!("../examples/cdk-twin/kiln.toml");
const COMPONENT: &str = include_str!("../examples/cdk-twin/components/nginx.yaml");

const FORMATS: [(&str, Format); 4] =
    [("yaml", Format::Yaml), ("json", Format::Json), ("hcl", Format::Hcl), ("tf-json", Format::TfJson)];

/// The text of a project that has the pipeline of `examples/cdk-twin` so many times.
fn project(pipelines: usize) -> Source {
    let at = SPEC.find("[pipeline.web]").expect("the example has this pipeline");
    let (head, pipeline) = SPEC.split_at(at);
    let mut text = head.to_owned();
    for number in 0..pipelines {
        let name = format!("web{number}");
        let pipeline = pipeline.replace("[pipeline.web", &format!("[pipeline.{name}"));
        writeln!(text, "{}", pipeline.replace("/web/", &format!("/{name}/"))).expect("a string takes all text");
    }
    Source::new("kiln.toml", text)
}

fn files() -> InMemory {
    InMemory::default().with("components/nginx.yaml", COMPONENT)
}

/// All stages, from the text of a spec to the text of a template.
fn all_stages(source: &Source, files: &InMemory, format: Format) -> Synthesis {
    let (spec, read) = spec::read(source);
    let recorded = Lock::default();
    let synthesis = synth(Request { spec: &spec, read, files, recorded: &recorded, format: Some(format) });
    assert!(synthesis.output.is_some(), "nothing is measured if a spec is refused");
    synthesis
}

fn one(criterion: &mut Criterion) {
    let (source, files, recorded) = (Source::new("kiln.toml", SPEC), files(), Lock::default());
    let (spec, read): (Spec, _) = spec::read(&source);
    let (fanned, _) = matrix::fan_out(&spec, &read);
    let (texts, _) = files::load(&fanned, &files);
    let project = check::check(&fanned, &texts).0.expect("the example has no errors");
    let plan = plan::lower(&project, &recorded).plan;

    let mut group = criterion.benchmark_group("one");
    for (name, format) in FORMATS {
        group.bench_function(BenchmarkId::new("all", name), |bencher| {
            bencher.iter(|| all_stages(black_box(&source), &files, format));
        });
    }
    group.bench_function("read", |bencher| bencher.iter(|| spec::read(black_box(&source))));
    group.bench_function("check", |bencher| bencher.iter(|| check::check(black_box(&fanned), &texts)));
    group.bench_function("lower", |bencher| bencher.iter(|| plan::lower(black_box(&project), &recorded)));
    for (name, format) in FORMATS {
        let render = match format {
            Format::Yaml => render::cloudformation::yaml,
            Format::Json => render::cloudformation::json,
            Format::Hcl => render::terraform::hcl,
            Format::TfJson => render::terraform::json,
        };
        group.bench_function(BenchmarkId::new("render", name), |bencher| bencher.iter(|| render(black_box(&plan))));
    }
    group.finish();
}

fn many(criterion: &mut Criterion) {
    let files = files();
    let mut group = criterion.benchmark_group("many");
    group.sample_size(10).sampling_mode(SamplingMode::Flat);
    for pipelines in [1, 10, 100, 1_000, 10_000] {
        let source = project(pipelines);
        group.throughput(Throughput::Elements(pipelines as u64));
        for (name, format) in [("hcl", Format::Hcl), ("tf-json", Format::TfJson)] {
            group.bench_function(BenchmarkId::new(name, pipelines), |bencher| {
                // What came out is dropped after the measured time, and before the next run.
                bencher.iter_batched(|| (), |()| all_stages(&source, &files, format), BatchSize::PerIteration);
            });
        }
    }
    group.finish();
}

criterion_group!(benches, one, many);
criterion_main!(benches);
