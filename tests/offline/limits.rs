//! Specs that are made to be expensive: what kiln does for them grows as they do, and not faster.
//!
//! Time is that of the processor for this thread, on Linux, so that what else the machine does changes nothing. A text
//! that is four times as long may take eight times as long: sixteen times is what growth with the square would be.

use std::fs;

use kiln::diagnostic::text::{Style, render};
use kiln::diagnostic::{Report, Sources, github, gitlab, json, junit, sarif};
use kiln::files::InMemory;
use kiln::source::Source;
use kiln::synth::{Request, check};
use serde_json::Value;

const HEAD: &str = "name = \"web\"\n";

/// A pipeline with more keys.
fn pipeline(number: usize, more: &str) -> String {
    format!("[pipeline.p{number}]\nbase = \"amazon-linux-2023/arm64\"\ncomponents = [\"aws:update-linux\"]\n{more}\n")
}

/// A spec with one pipeline, and this.
fn beside(more: &str) -> String {
    format!("{HEAD}{}{more}", pipeline(0, ""))
}

/// A line for each number.
fn each(count: usize, line: impl Fn(usize) -> String) -> String {
    (0..count).map(line).collect()
}

/// Items of a list.
fn items(count: usize, item: impl Fn(usize) -> String) -> String {
    format!("[{}]", (0..count).map(item).collect::<Vec<_>>().join(", "))
}

/// What makes a spec of a size, by a name.
type Hostile = (&'static str, fn(usize) -> String);

/// Each of them took time or memory that grew with the square, or could.
const HOSTILE: [Hostile; 34] = [
    ("misspelt tables", |n| beside(&each(n, |i| format!("[componnent{i}]\nbuild = [\"x\"]\n")))),
    ("misspelt keys", |n| beside(&each(n, |i| format!("[component.c{i}]\nbiuld = [\"x\"]\n")))),
    ("misspelt pipelines", |n| beside(&each(n, |i| format!("[pipeline.q{i}]\nbsae = \"x\"\n")))),
    ("wrong types", |n| beside(&each(n, |i| format!("[component.c{i}]\nbuild = 1\n")))),
    ("duplicate keys", |n| beside(&"a = 1\n".repeat(n))),
    ("duplicate tables", |n| beside(&"[component.a]\nbuild = [\"x\"]\n".repeat(n))),
    ("duplicate names", |n| {
        beside(&each(n, |i| format!("[component.c{i}]\nbuild = [\"x\"]\n[component.C{i}]\nbuild = [\"x\"]\n")))
    }),
    ("strings that are not closed", |n| beside(&"a = \"\n".repeat(n))),
    ("deep lists", |n| beside(&format!("a = {}{}", "[".repeat(n), "]".repeat(n)))),
    ("deep tables", |n| beside(&format!("a = {}1{}", "{ a = ".repeat(n), " }".repeat(n)))),
    ("long paths", |n| beside(&format!("a{} = 1\n", ".a".repeat(n)))),
    ("long header", |n| beside(&format!("[a{}]\n", ".a".repeat(n)))),
    ("long key", |n| beside(&format!("[component.{}]\n{}", "x".repeat(20 * n), each(n, |i| format!("k{i} = 1\n"))))),
    ("long value", |n| beside("").replace("amazon-linux-2023/arm64", &"x".repeat(50 * n))),
    ("one long line", |n| {
        let list = items(n, |i| format!("\"é{i}\""));
        format!("{HEAD}pipeline = {{ web = {{ base = \"x\", components = {list} }} }}\n")
    }),
    ("unused components", |n| {
        beside(&each(n, |i| format!("[component.c{i}]\nbuild = [\"x\"]\nplatform = \"linux\"\n")))
    }),
    ("components without a platform", |n| {
        format!("{HEAD}{}{}", each(n, |i| format!("[component.c{i}]\nbuild = [\"x\"]\n")), each(n, |i| pipeline(i, "")))
    }),
    ("missing files", |n| beside(&each(n, |i| format!("[component.c{i}]\nsource = \"no/{i}.yaml\"\n")))),
    ("unknown infrastructures", |n| {
        let shared = each(n, |i| format!("[infrastructure.a{i}]\ninstance-types = [\"m7g.large\"]\n"));
        format!("{HEAD}{shared}{}", each(n, |i| pipeline(i, &format!("infrastructure = \"b{i}\""))))
    }),
    ("infrastructures named as pipelines", |n| {
        let shared = each(n, |i| format!("[infrastructure.p{i}]\ninstance-types = [\"m7g.large\"]\n"));
        format!("{HEAD}{shared}{}", each(n, |i| pipeline(i, "")))
    }),
    ("a shared list", |n| {
        let types = items(n, |i| format!("\"m{i}.large\""));
        format!(
            "{HEAD}[infrastructure.a]\ninstance-types = {types}\n{}",
            each(n, |i| pipeline(i, "infrastructure = \"a\""))
        )
    }),
    ("shared destinations", |n| {
        let to = items(n, |i| format!("{{ region = \"eu-west-1\", ssm-parameters = [\"/a/b{i}\"] }}"));
        format!("{HEAD}[distribution.a]\nto = {to}\n{}", each(n, |i| pipeline(i, "distribution = \"a\"")))
    }),
    ("tags of all", |n| {
        format!("{HEAD}[tags]\n{}{}", each(n, |i| format!("t{i} = \"x\"\n")), each(n, |i| pipeline(i, "")))
    }),
    ("one published parameter", |n| format!("{HEAD}{}", each(n, |i| pipeline(i, "publish = \"/imagebuilder/a\"")))),
    ("layers", |n| {
        let layer = |i: usize| {
            let base = format!("base = {{ pipeline = \"p{}\" }}", i + 1);
            pipeline(i, &format!("publish = \"/imagebuilder/p{i}\""))
                .replace("base = \"amazon-linux-2023/arm64\"", &base)
        };
        format!("{HEAD}{}{}", each(n, layer), pipeline(n, &format!("publish = \"/imagebuilder/p{n}\"")))
    }),
    ("a circle of layers", |n| {
        let layer = |i: usize| {
            let base = format!("base = {{ pipeline = \"p{}\" }}", (i + 1) % n);
            pipeline(i, &format!("publish = \"/imagebuilder/p{i}\""))
                .replace("base = \"amazon-linux-2023/arm64\"", &base)
        };
        format!("{HEAD}{}", each(n, layer))
    }),
    ("axes of a matrix", |n| {
        let axes = (0..n).map(|i| format!("a{i} = [\"x\"]")).collect::<Vec<_>>().join(", ");
        let uses = each(n, |i| format!("${{b{i}}}"));
        format!("{HEAD}{}", pipeline(0, &format!("description = \"{uses}\"\nmatrix = {{ {axes} }}")))
    }),
    ("variables with long values", |n| {
        let (uses, value) = ("${a}".repeat(n), "x".repeat(4 * n));
        format!("{HEAD}{}", pipeline(0, &format!("description = \"{uses}\"\nmatrix = {{ a = [\"{value}\", \"y\"] }}")))
    }),
    ("matrices", |n| {
        format!("{HEAD}{}", each(n, |i| pipeline(i, "description = \"${a}\"\nmatrix = { a = [\"b\", \"c\"] }")))
    }),
    ("comments that allow", |n| format!("{}{}", "# kiln: allow KILN-C006 because\n".repeat(n), beside(""))),
    ("allowances", |n| {
        let list = items(n, |_| "{ code = \"KILN-C006\", reason = \"x\" }".to_owned());
        beside(&format!("[check]\nallow = {list}\n"))
    }),
    ("secrets in one command", |n| {
        beside(&format!("[component.a]\nplatform = \"linux\"\nbuild = [\"{}\"]\n", "password=abcdefgh ".repeat(n)))
    }),
    ("secrets", |n| {
        let commands = items(n, |i| format!("\"password=abcdefgh{i}\""));
        beside(&format!("[component.a]\nplatform = \"linux\"\nbuild = {commands}\n"))
    }),
    ("raw resources", |n| beside(&each(n, |i| format!("[raw.cloudformation.r{i}]\na = \"x\"\n")))),
];

/// All that `kiln check` does with a text, in every format.
fn check_all(text: &str) -> Report {
    let source = Source::new("kiln.toml", text);
    let (spec, read) = kiln::spec::read(&source);
    let files = InMemory::default();
    let report = check(Request { read, ..Request::new(&spec, &files) }).report;
    let found = vec![(report, Sources::spec(source))];
    let (report, sources) = &found[0];
    let written = [
        render(report, sources, Style::PLAIN),
        json::render(&found),
        github::render(&found),
        gitlab::render(&found),
        junit::render(&found),
        sarif::render(&found),
    ];
    // However long a text is, what is said of it has an end.
    const MOST_BYTES: usize = 16 * 1024 * 1024;
    assert!(
        written.iter().all(|it| it.len() < MOST_BYTES),
        "{} bytes",
        written.iter().map(String::len).max().unwrap_or_default()
    );
    report.clone()
}

/// Nanoseconds that this thread has had a processor for.
fn spent() -> Option<u64> {
    fs::read_to_string("/proc/thread-self/schedstat").ok()?.split_whitespace().next()?.parse().ok()
}

/// The time that a text takes.
fn time(text: &str) -> Option<u64> {
    let before = spent()?;
    check_all(text);
    Some(spent()? - before)
}

#[test]
fn hostile_specs_take_time_as_they_grow() {
    const SIZE: usize = 400;
    for (name, text) in HOSTILE {
        let (mut once, mut four) = (u64::MAX, u64::MAX);
        // The least of a few runs: other processes cost time in the caches, and never give any back.
        for _ in 0..3 {
            let (Some(small), Some(large)) = (time(&text(SIZE)), time(&text(4 * SIZE))) else { return };
            (once, four) = (once.min(small), four.min(large));
            if four < most(once) {
                break;
            }
        }
        assert!(four < most(once), "{name}: {} ms, of four times the text {} ms", once / 1_000_000, four / 1_000_000);
    }
}

/// The time that four times the text may take. Below 20 ms, what is measured is everything else, and each has a part that does
/// not grow: the first findings.
fn most(once: u64) -> u64 {
    8 * once.max(20_000_000)
}

#[test]
fn what_is_not_listed_is_counted() {
    let count = |text: &str| {
        let source = Source::new("kiln.toml", text);
        let (spec, read) = kiln::spec::read(&source);
        let files = InMemory::default();
        let report = check(Request { read, ..Request::new(&spec, &files) }).report;
        (report, Sources::spec(source))
    };
    let last = |found: &[(Report, Sources)]| -> Value {
        serde_json::from_str(json::render(found).lines().last().expect("a line")).expect("JSON")
    };
    let found = [count(&HOSTILE[0].1(5_000))];
    let [(report, sources)] = &found;
    assert_eq!((report.counts(), report.iter().count()), ((5_000, 0), 2_000));
    assert!(render(report, sources, Style::PLAIN).ends_with("\n… and 4800 more\n\n"));
    let line = last(&found);
    assert_eq!((&line["code"], &line["severity"]), (&"KILN-S013".into(), &"error".into()));
    assert_eq!(line["message"], "3000 more errors are not listed");
    for text in [github::render(&found), gitlab::render(&found), junit::render(&found)] {
        assert!(text.contains("3000 more errors are not listed"));
    }
    let log: Value = serde_json::from_str(&sarif::render(&found)).expect("JSON");
    let results = log["runs"][0]["results"].as_array().expect("results");
    assert_eq!((results.len(), &results[2_000]["ruleId"]), (2_001, &"KILN-S013".into()));

    // Warnings alone stop nothing, and are counted as warnings.
    let unused = |platform: &str| {
        let component = |i| format!("[component.c{i}]\nbuild = [\"x\"]\ntest = [\"x\"]\nplatform = \"{platform}\"\n");
        format!("target = \"terraform\"\n{}", beside(&each(3_000, component)))
    };
    let (report, sources) = count(&unused("linux"));
    assert_eq!(report.counts(), (0, 3_000));
    let line = last(&[(report.clone(), sources.clone())]);
    assert_eq!((&line["severity"], &line["message"]), (&"warning".into(), &"1000 more warnings are not listed".into()));
    let denied = report.deny_warnings();
    assert_eq!(denied.counts(), (3_000, 0));
    assert_eq!(last(&[(denied, sources)])["message"], "1000 more errors are not listed");
    // What the spec allows is not counted.
    let (report, _) = count(&(unused("linux") + "[check]\nallow = [{ code = \"KILN-R003\", reason = \"later\" }]\n"));
    assert_eq!(report.counts(), (0, 0));
}

#[test]
fn one_finding_is_one_however_often_it_is_made() {
    // All combinations of a matrix have it, and all pipelines with the infrastructure.
    let shared = "[infrastructure.a]\ninstance-types = [\"x\"]\n";
    let text = format!("{HEAD}{shared}{}", each(3_000, |i| pipeline(i, "infrastructure = \"a\"")));
    let source = Source::new("kiln.toml", text);
    let (spec, read) = kiln::spec::read(&source);
    let files = InMemory::default();
    let report = check(Request { read, ..Request::new(&spec, &files) }).report;
    assert_eq!(report.iter().count(), report.counts().0);
    assert!(report.counts().0 < 10, "{:?}", report.counts());
}
