//! Every story's templates are what its spec gives. `KILN_UPDATE=1 cargo test --test offline golden` writes them anew.
//!
//! The goldens are real files that the outside judges read, in `snapshots/STORY`. A story is an example, a starter spec
//! that `kiln init` writes, or the least or the most that can be said of one type of Image Builder (`tests/types`).

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::fs;
use std::path::{Path, PathBuf};

use kiln::diagnostic::text::{Style, render};
use kiln::diagnostic::{Report, Sources, code};
use kiln::files::{Files, Folder, ReadError};
use kiln::project::definition::Target;
use kiln::source::Source;
use kiln::spec;
use kiln::synth::{Format, Request, Synthesis, TARGET_ACCOUNT, synth};
use kiln::versions::Lock;

/// The stories that say what only one back end can.
const ONE_BACK_END: [&str; 8] = [
    "native-versions",
    "type-container-recipe-cloudformation",
    "type-distribution-configuration-terraform",
    "type-image-cloudformation",
    "type-image-pipeline-cloudformation",
    "type-image-recipe-cloudformation",
    "type-image-terraform",
    "type-infrastructure-configuration-cloudformation",
];

const FORMATS: [Format; 4] = [Format::Yaml, Format::Json, Format::Hcl, Format::TfJson];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The folders of all stories with the names of their goldens.
fn stories() -> Vec<(String, PathBuf)> {
    let mut stories = Vec::new();
    for (folder, prefix) in [("examples", ""), ("templates", "init-"), ("tests/types", "type-")] {
        for entry in fs::read_dir(root().join(folder)).unwrap() {
            let path = entry.unwrap().path();
            if path.join("kiln.toml").is_file() {
                let name = path.file_name().unwrap().to_str().unwrap();
                stories.push((format!("{prefix}{name}"), path.clone()));
            }
        }
    }
    stories.sort();
    stories
}

fn synthesize(folder: &Path, format: Format) -> (Synthesis, Sources) {
    synthesize_from(folder, format, &Folder::new(folder))
}

fn synthesize_from(folder: &Path, format: Format, files: &dyn Files) -> (Synthesis, Sources) {
    let text = String::from_utf8(files.read("kiln.toml", &[], u64::MAX).unwrap()).unwrap();
    let source = Source::new("kiln.toml", text);
    let (spec, read) = spec::read(&source);
    let recorded = lock(folder);
    let request = Request { spec: &spec, read, files, recorded: &recorded, format: Some(format) };
    (synth(request), Sources::spec(source))
}

/// A folder as git and editors on Windows may write it.
struct OnWindows(Folder);

impl Files for OnWindows {
    fn read(&self, path: &str, folders: &[String], limit: u64) -> Result<Vec<u8>, ReadError> {
        let text = String::from_utf8(self.0.read(path, folders, limit)?).unwrap();
        Ok(format!("\u{feff}{}", text.replace('\n', "\r\n")).into_bytes())
    }

    fn beside(&self, path: &str, folders: &[String]) -> Vec<String> {
        self.0.beside(path, folders)
    }
}

#[test]
fn line_ends_change_nothing() {
    for (story, folder) in stories() {
        for format in [Format::Yaml, Format::Hcl] {
            let text = |(synthesis, _): (Synthesis, Sources)| synthesis.output.map(|output| output.text);
            let windows = synthesize_from(&folder, format, &OnWindows(Folder::new(&folder)));
            assert_eq!(text(windows), text(synthesize(&folder, format)), "{story}");
        }
    }
}

fn lock(folder: &Path) -> Lock {
    let Ok(text) = fs::read_to_string(folder.join("kiln.lock")) else { return Lock::default() };
    let (lock, report) = Lock::read(&Source::new("kiln.lock", text));
    assert_eq!(report, Report::new());
    lock
}

/// Compares a file with what it should be, or writes it.
fn expect(path: &Path, text: &str, wrong: &mut Vec<String>) {
    if fs::read_to_string(path).is_ok_and(|committed| committed == text) {
        return;
    }
    if std::env::var_os("KILN_UPDATE").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    } else {
        wrong.push(path.strip_prefix(root()).unwrap().display().to_string());
    }
}

#[test]
fn goldens_are_what_the_specs_give() {
    let mut wrong = Vec::new();
    for (story, folder) in stories() {
        for format in FORMATS {
            let (synthesis, sources) = synthesize(&folder, format);
            let golden = root().join("snapshots").join(&story).join(format.file_name());
            let Some(output) = synthesis.output else {
                // What one back end cannot express is told of the other, and nothing else keeps a story from either.
                let own = match format.target() {
                    Target::CloudFormation => code::NOT_IN_CLOUDFORMATION,
                    Target::Terraform => code::NOT_IN_TERRAFORM,
                };
                let errors = synthesis.report.iter().filter(|found| found.is_error());
                let is_expected = ONE_BACK_END.contains(&&*story) && !golden.exists();
                assert!(is_expected && errors.into_iter().all(|found| found.code == own), "{story}: {}", {
                    render(&synthesis.report, &sources, Style::PLAIN)
                });
                continue;
            };
            expect(&golden, &output.text, &mut wrong);
            let target_account = root().join("snapshots").join(&story).join(TARGET_ACCOUNT).join(format.file_name());
            match &output.target_account {
                Some(text) => expect(&target_account, text, &mut wrong),
                None => assert!(!target_account.exists(), "{story} copies images to no account"),
            }
            if let Some(lock) = output.lowered.lock
                && !folder.starts_with(root().join("templates"))
            {
                expect(&folder.join("kiln.lock"), &lock.to_string(), &mut wrong);
            }
        }
    }
    assert!(wrong.is_empty(), "not what the specs give, see KILN_UPDATE above: {wrong:#?}");
}

#[test]
fn every_golden_has_a_story() {
    let stories = stories();
    for entry in fs::read_dir(root().join("snapshots")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        let is_story = stories.iter().any(|(story, _)| story == name);
        assert!(is_story || name == "help", "snapshots/{name} belongs to no example and no template");
    }
}

/// The least and the most that a type can say are both looked at by the judges.
#[test]
fn all_resource_types_are_in_a_golden() {
    let goldens: Vec<String> = stories()
        .into_iter()
        .filter_map(|(story, _)| fs::read_to_string(root().join("snapshots").join(story).join("template.yaml")).ok())
        .collect();
    for of in kiln::resource::ALL {
        let of_type = format!("    Type: {}\n", of.cloudformation);
        let count = goldens.iter().filter(|golden| golden.contains(&of_type)).count();
        assert!(count >= 2, "{} is in {count} goldens", of.cloudformation);
    }
}
