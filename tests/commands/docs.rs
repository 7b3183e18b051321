//! What the documentation says is what the code does. `KILN_UPDATE=1 cargo test --test commands docs` writes generated parts anew.
//!
//! Tables are generated from the declarations that they describe, help from the binary. Specs in the text are read and
//! synthesized, commands are run and their output is compared, and the Rust of the README is a test below.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use kiln::diagnostic::text::{Style, render};
use kiln::diagnostic::{Sources, code, explain};
use kiln::document::schema;
use kiln::files::{Files, Folder, InMemory};
use kiln::project::base::catalogue::{Family, Image, families};
use kiln::source::Source;
use kiln::spec::{self, Spec, reference};
use kiln::synth::{Format, Request, synth};
use kiln::versions::Lock;
use toml::de::DeTable;

/// What has blocks of TOML and of commands.
const GUIDES: [&str; 6] =
    ["README.md", "docs/spec.md", "docs/cli.md", "docs/tutorial.md", "docs/how-to.md", "docs/migrating.md"];

/// Where the files that a spec in the text may name are found.
const DOCUMENTS: &str = "examples/golden-ami";

/// No component document is larger.
const MOST_BYTES: u64 = 64 * 1024;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(file: &str) -> String {
    fs::read_to_string(root().join(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

/// Compares the part of a file between its two marker comments with what it should be, or writes it.
fn expect(file: &str, part: &str, text: &str) {
    let committed = read(file);
    let (begin, end) = (format!("<!-- {part}: begin -->\n"), format!("<!-- {part}: end -->\n"));
    let missing = || panic!("{file} lacks the comments of the part `{part}`");
    let (before, rest) = committed.split_once(&begin).unwrap_or_else(missing);
    let (old, after) = rest.split_once(&end).unwrap_or_else(missing);
    if old == text {
        return;
    }
    assert!(
        std::env::var_os("KILN_UPDATE").is_some(),
        "the part `{part}` of {file} is not current; `KILN_UPDATE=1 cargo test --test commands docs` writes it"
    );
    fs::write(root().join(file), format!("{before}{begin}{text}{end}{after}")).unwrap();
}

/// A cell of a table: a code span, or a dash.
fn code_or_dash(text: Option<&str>) -> String {
    text.map_or_else(|| "–".to_owned(), |text| format!("`{text}`"))
}

#[test]
fn the_reference_of_keys_is_current() {
    expect("docs/spec.md", "reference", &reference::markdown());
}

#[test]
fn the_tables_of_diagnostics_are_current() {
    let mut areas = "| letter | area |\n| --- | --- |\n".to_owned();
    for (letter, area) in code::AREAS {
        let _ = writeln!(areas, "| `{letter}` | {area} |");
    }
    expect("docs/diagnostics.md", "areas", &areas);
    let mut bases = "| basis | what it is |\n| --- | --- |\n".to_owned();
    for basis in code::Basis::ALL {
        let _ = writeln!(bases, "| {} | {} |", basis.word(), basis.phrase());
    }
    expect("docs/diagnostics.md", "bases", &bases);
    let mut table = "| code | severity | basis | meaning |\n| --- | --- | --- | --- |\n".to_owned();
    for code in code::ALL {
        let (id, anchor) = (code.id, code.id.to_ascii_lowercase());
        let (severity, basis) = (code.severity.word(), code.basis.word());
        let _ = writeln!(table, "| [`{id}`](#{anchor}) | {severity} | {basis} | {} |", code.title);
    }
    expect("docs/diagnostics.md", "codes", &table);
}

#[test]
fn the_explanations_of_diagnostics_are_current() {
    let mut text = String::new();
    for (letter, area) in code::AREAS {
        let _ = writeln!(text, "## {letter}: {area}\n");
        for code in code::ALL.iter().filter(|code| code.area() == *letter) {
            let _ = writeln!(text, "### {}\n\n*{}: {}*\n", code.id, code.severity.word(), code.title);
            let _ = writeln!(text, "{}\nBasis: {}.\n", explain::text(*code), code.basis.phrase());
        }
    }
    expect("docs/diagnostics.md", "explanations", &text);
}

#[test]
fn the_table_of_bases_is_current() {
    let mut table = "| base | operating system | platform | root device | source |\n".to_owned();
    table.push_str("| --- | --- | --- | --- | --- |\n");
    let mut unknown = String::new();
    for family in families() {
        for image in family.images {
            let _ = writeln!(table, "{}", base(family, image));
        }
        if family.images.is_empty() {
            let _ = writeln!(unknown, "- {}", family.os);
        }
    }
    expect("docs/bases.md", "families", &table);
    expect("docs/bases.md", "unknown", &unknown);
}

/// The row of one image. A family of one architecture is named without it.
fn base(family: &Family, image: &Image) -> String {
    let name = match family.images {
        [_] => format!("`{}`", family.name),
        _ => format!("`{}/{}`", family.name, image.architecture),
    };
    let source = match (image.managed, image.parameter) {
        (Some(managed), _) => format!("managed image `{managed}`"),
        (None, parameter) => format!("SSM parameter {}", code_or_dash(parameter)),
    };
    let architecture = image.architecture;
    format!("| {name} | {}, {architecture} | {} | `{}` | {source} |", family.os, family.platform, family.root_device)
}

#[test]
fn the_schemas_are_current() {
    let specs = spec::schema::of_specs();
    for (file, schema) in
        [("kiln", specs), ("component", schema::of_components()), ("workflow", schema::of_workflows())]
    {
        let path = root().join(format!("docs/schemas/{file}.schema.json"));
        let text = serde_json::to_string_pretty(&schema).unwrap() + "\n";
        if fs::read_to_string(&path).unwrap_or_default() == text {
            continue;
        }
        let shown = path.display();
        let is_update = std::env::var_os("KILN_UPDATE").is_some();
        assert!(is_update, "{shown} is not current; `KILN_UPDATE=1 cargo test --test commands docs` writes it");
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
    }
}

#[test]
fn the_help_is_current() {
    let mut text = String::new();
    for command in [
        "",
        "init",
        "check",
        "explain",
        "list",
        "graph",
        "document",
        "schema",
        "completions",
        "man",
        "synth",
        "diff",
        "key-policy",
        "deploy",
        "build",
        "logs",
        "images",
        "promote",
        "prune",
        "watch",
        "status",
        "destroy",
        "policy",
    ] {
        let mut kiln = Command::new(env!("CARGO_BIN_EXE_kiln"));
        kiln.args((!command.is_empty()).then_some(command)).arg("--help");
        // A width of its own, and no terminal whose width or colours could be asked.
        let output = kiln.env("COLUMNS", "100").env("NO_COLOR", "1").output().unwrap();
        assert!(output.status.success() && output.stderr.is_empty());
        let help = String::from_utf8(output.stdout).unwrap();
        let title = format!("kiln {command}");
        let lines: Vec<&str> = help.lines().map(str::trim_end).collect();
        let _ = write!(text, "### `{}`\n\n```text\n{}\n```\n\n", title.trim_end(), lines.join("\n").trim_end());
    }
    expect("docs/cli.md", "help", text.trim_end_matches('\n'));
}

#[test]
fn the_picture_is_current() {
    let (spec, picture) = ("examples/layers/kiln.toml", root().join("docs/pictures/layers.svg"));
    let mut kiln = Command::new(env!("CARGO_BIN_EXE_kiln"));
    let drawn = kiln.current_dir(root()).args(["graph", spec, "--format", "svg"]).output().unwrap().stdout;
    if fs::read(&picture).is_ok_and(|committed| committed == drawn) {
        return;
    }
    let update = std::env::var_os("KILN_UPDATE").is_some();
    assert!(
        update,
        "docs/pictures/layers.svg is not current; `KILN_UPDATE=1 cargo test --test commands docs` draws it"
    );
    fs::write(picture, drawn).unwrap();
}

#[test]
fn every_exit_code_is_explained() {
    let text = read("docs/cli.md");
    let help = Command::new(env!("CARGO_BIN_EXE_kiln")).arg("--help").output().unwrap();
    let help = String::from_utf8(help.stdout).unwrap();
    let (_, codes) = help.split_once("Exit codes:\n").unwrap();
    for line in codes.lines() {
        let number = line.split_whitespace().next().unwrap();
        assert!(text.contains(&format!("\n| {number} | ")), "docs/cli.md does not explain the exit code {number}");
    }
}

/// A fenced block: the guide, the file and line that it begins at, and its text.
struct Block {
    guide: &'static str,
    place: String,
    text: String,
}

fn blocks(language: &str) -> Vec<Block> {
    let mut found = Vec::new();
    for guide in GUIDES {
        let text = read(guide);
        let mut lines = text.lines().enumerate();
        while let Some((number, line)) = lines.next() {
            let Some(info) = line.strip_prefix("```") else { continue };
            let inside: Vec<&str> = lines.by_ref().map(|(_, line)| line).take_while(|line| *line != "```").collect();
            if info.split_whitespace().next() == Some(language) {
                let text = inside.iter().map(|line| format!("{line}\n")).collect();
                found.push(Block { guide, place: format!("{guide}:{}", number + 1), text });
            }
        }
    }
    assert!(!found.is_empty(), "no block of {language}");
    found
}

/// The files that a spec names, as far as there are any for it.
fn documents(spec: &Spec) -> InMemory {
    let folder = Folder::new(root().join(DOCUMENTS));
    let sources = spec.component.values().filter_map(|component| component.source.as_deref());
    sources.fold(InMemory::default(), |files, path| match folder.read(path, &[], MOST_BYTES) {
        Ok(content) => files.with(path, content),
        Err(_) => files,
    })
}

#[test]
fn specs_in_the_text_are_right() {
    let mut complete = 0;
    for Block { place, text, .. } in blocks("toml") {
        let table = DeTable::parse(&text).unwrap_or_else(|error| panic!("{place} is not TOML: {error}"));
        let has = |key: &str| table.get_ref().get(key).is_some();
        let source = Source::new(place, text.as_str());
        let (spec, report) = spec::read(&source);
        let mut sources = Sources::spec(source.clone());
        // Part of a spec has no wrong key and no wrong type; everything else is for the whole to tell.
        let synthesis = (has("name") && has("pipeline")).then(|| {
            complete += 1;
            let (files, recorded) = (documents(&spec), Lock::default());
            let read = report.clone();
            synth(Request { spec: &spec, read, files: &files, recorded: &recorded, format: None })
        });
        let report = match synthesis {
            Some(synthesis) => {
                synthesis.texts.add_to(&mut sources);
                synthesis.report
            }
            None => report,
        };
        assert!(report.is_empty(), "{}", render(&report, &sources, Style::PLAIN));
    }
    assert!(complete > 0, "the guides show no complete spec");
}

/// Runs the blocks that call kiln, those of a guide one after another in one folder, and compares what they print.
/// A line `…` stands for any lines.
#[cfg(unix)]
#[test]
fn commands_print_what_the_text_says() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("docs");
    let mut guide_of_folder = "";
    for Block { guide, place, text } in blocks("console") {
        if !text.lines().any(|line| line.starts_with("$ kiln ")) {
            continue;
        }
        if guide != guide_of_folder {
            let _ = fs::remove_dir_all(&folder);
            fs::create_dir_all(&folder).unwrap();
            guide_of_folder = guide;
        }
        let mut status = 0;
        for run in text.split("\n$ ") {
            let run = run.strip_prefix("$ ").unwrap_or(run);
            let (command, expected) = run.split_once('\n').unwrap_or((run, ""));
            let (printed, ended) = shell(command, status, &folder);
            status = ended;
            let (printed, expected) = (printed.trim_end(), expected.trim_end());
            let same = lines_match(&printed.lines().collect::<Vec<_>>(), &expected.lines().collect::<Vec<_>>());
            assert!(same, "{place}: `{command}` prints\n{printed}\nnot\n{expected}");
        }
    }
}

/// Calls that a page shows and that are not run, because they need an account, have arguments that there are.
#[test]
fn calls_that_are_not_run_are_understood() {
    let mut pages: Vec<String> = Vec::new();
    for folder in [".", "docs", "examples", "templates"] {
        let entries = fs::read_dir(root().join(folder)).unwrap().map(|entry| entry.unwrap().path());
        let below = entries.map(|path| if path.is_dir() { path.join("README.md") } else { path });
        let is_page = |path: &PathBuf| path.extension().is_some_and(|it| it == "md") && path.is_file();
        pages.extend(below.filter(is_page).map(|path| fs::read_to_string(path).unwrap()));
    }
    let mut count = 0;
    for page in pages {
        let shells = page.split("```sh\n").skip(1).filter_map(|rest| rest.split("```").next());
        for line in shells.flat_map(str::lines).filter(|line| line.starts_with("kiln ")) {
            let call = line.split(['|', '>', '#', ';']).next().unwrap_or_default();
            let mut words = call.split_whitespace().skip(1).collect::<Vec<_>>();
            words.push("--help");
            let output = Command::new(env!("CARGO_BIN_EXE_kiln")).args(&words).output().unwrap();
            assert!(output.status.success(), "`{line}`: {}", String::from_utf8_lossy(&output.stderr));
            count += 1;
        }
    }
    assert!(count > 20, "{count} calls");
}

/// Every example says what it shows.
#[test]
fn every_example_has_a_page() {
    let list = read("examples/README.md");
    for entry in fs::read_dir(root().join("examples")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.join("kiln.toml").is_file() {
            assert!(path.join("README.md").is_file(), "{name} has no README");
            assert!(list.contains(&format!("[{name}]({name}/README.md)")), "{name} is not in the list");
        }
    }
}

/// What a command prints, both streams as they come, and how it ends. It sees how the last one ended.
#[cfg(unix)]
fn shell(command: &str, status: i32, folder: &Path) -> (String, i32) {
    let kiln = Path::new(env!("CARGO_BIN_EXE_kiln")).parent().unwrap();
    let mut path = vec![PathBuf::from(kiln)];
    path.extend(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()));
    let mut shell = Command::new("sh");
    shell.args(["-c", &format!("exec 2>&1\n(exit {status})\n{command}")]).current_dir(folder);
    let output = shell.env("PATH", std::env::join_paths(path).unwrap()).env("NO_COLOR", "1").output().unwrap();
    (String::from_utf8(output.stdout).unwrap(), output.status.code().unwrap_or(-1))
}

/// Whether lines are those expected, where `…` stands for any.
#[cfg(unix)]
fn lines_match(printed: &[&str], expected: &[&str]) -> bool {
    match (printed, expected) {
        (_, ["…"]) => true,
        (_, ["…", rest @ ..]) => (0..=printed.len()).any(|skip| lines_match(&printed[skip..], rest)),
        ([line, printed @ ..], [wanted, expected @ ..]) => line == wanted && lines_match(printed, expected),
        (printed, expected) => printed.is_empty() && expected.is_empty(),
    }
}

#[test]
fn the_rust_of_the_readme_compiles_and_runs() {
    // README: begin
    let web = spec::Pipeline::from_base("amazon-linux-2023/arm64")
        .component("aws:update-linux")
        .schedule("rate(7 days)")
        .keep(5);
    let spec = Spec::named("web").tag("team", "platform").pipeline("web", web);
    let synthesis = synth(Request::new(&spec, &Folder::new(".")).format(Format::Hcl));
    let template = synthesis.output.map(|output| output.text);
    // README: end
    assert!(template.unwrap().contains("aws_imagebuilder_image_pipeline"));

    let (_, rest) = include_str!("docs.rs").split_once("    // README: begin\n").unwrap();
    let (body, _) = rest.split_once("    // README: end\n").unwrap();
    let body: String = body.lines().map(|line| format!("{}\n", line.strip_prefix("    ").unwrap_or(line))).collect();
    assert!(read("README.md").contains(&format!("\n{body}```\n")), "the README has other Rust than this:\n{body}");
}

/// Links to files of the project lead somewhere.
#[test]
fn links_lead_somewhere() {
    for file in [
        "README.md",
        "CONTRIBUTING.md",
        "docs/spec.md",
        "docs/cli.md",
        "docs/review.md",
        "docs/bases.md",
        "docs/builder.md",
        "docs/diagnostics.md",
    ] {
        let folder = root().join(file).parent().unwrap().to_owned();
        let text = read(file);
        for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let path = link.split('#').next().unwrap_or_default();
            let is_here = path.is_empty() || path.contains("://") || folder.join(path).exists();
            assert!(is_here, "{file} links to `{link}`");
        }
    }
}
