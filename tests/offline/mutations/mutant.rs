//! Specs that are right but for one value.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};

use fancy_regex::Regex;
use kiln::source::{FieldPath, Locator, Segment};
use serde_json::{Value, json};
use toml::de::{DeTable, DeValue};

use super::model::{Constraint, Kind};
use super::stories::Story;

/// How values of some keys are written, and where: `tests/mutations/sites.toml`.
#[derive(serde::Deserialize)]
pub(crate) struct Sites {
    /// By the end of a key: how a number is written there.
    write: BTreeMap<String, String>,
    /// By a member: how the value begins that is changed, where a list holds values of several kinds.
    like: BTreeMap<String, String>,
    /// By the beginning of a key: where else the same can be said, such as in a pipeline's own table.
    also: BTreeMap<String, String>,
    /// Keys whose value is the name of a file.
    pub(crate) files: Vec<String>,
    /// What no spec can violate.
    pub(crate) unreachable: Vec<Unreachable>,
}

/// Constraints that no spec can violate.
#[derive(serde::Deserialize)]
pub(crate) struct Unreachable {
    pub(crate) because: String,
    /// `TYPE PATH`, or `TYPE PATH: KIND`; `*` is any type.
    pub(crate) constraints: Vec<String>,
}

/// A spec that violates one constraint.
pub(crate) struct Mutant {
    /// The folder of the story that it was.
    pub(crate) folder: PathBuf,
    /// The spec.
    pub(crate) text: String,
    /// A file of the story that is changed instead: its name and its text.
    pub(crate) file: Option<(String, String)>,
    /// Where the changed value stands.
    pub(crate) span: Range<usize>,
    /// Its field; nothing where a name was changed.
    pub(crate) field: Option<FieldPath>,
    /// Whether it was taken out.
    pub(crate) is_removed: bool,
    /// What the service would be sent: nothing for a member that is taken out.
    pub(crate) sent: Option<Value>,
}

/// A value of a story.
struct Site<'a> {
    story: &'a Story,
    path: FieldPath,
    /// The string there, if it is one.
    text: Option<String>,
    is_table: bool,
}

/// All mutants of a constraint, each another violation; none where no story sets the key.
pub(crate) fn mutants(constraint: &Constraint, sites: &Sites, stories: &[Story]) -> Vec<Mutant> {
    let Some(key) = &constraint.key else { return Vec::new() };
    let like = sites.like.get(&constraint.path).map(String::as_str);
    let mut ordered: Vec<&Story> = stories.iter().collect();
    ordered.sort_by_key(|story| story.distance(&constraint.of));
    let is_file = sites.files.contains(&key.path);
    let others = sites
        .also
        .iter()
        .filter_map(|(start, other)| key.path.strip_prefix(start.as_str()).map(|rest| format!("{other}{rest}")));
    let keys: Vec<String> = std::iter::once(key.path.clone()).chain(others).collect();
    let is_whole = key.is_name || matches!(constraint.shape.as_str(), "list" | "map");
    let fits = |site: &Site<'_>| {
        let is_like = like.is_none_or(|like| site.text.as_deref().is_some_and(|text| text.starts_with(like)));
        let is_local = !is_file || site.text.as_deref().is_some_and(|text| !text.starts_with("s3://"));
        is_like && is_local && (key.is_name || site.is_inline()) && (is_whole || site.is_plain())
    };
    let site = ordered.iter().find_map(|story| keys.iter().find_map(|key| story.sites(key).into_iter().find(fits)));
    let Some(site) = site else { return Vec::new() };
    match &constraint.kind {
        Kind::Required => vec![site.without()],
        _ if is_file && !matches!(constraint.kind, Kind::Type) => {
            site.contents(&constraint.kind).into_iter().map(|content| site.with_file(&content)).collect()
        }
        Kind::FewestItems(least) => {
            let empty = if constraint.shape == "map" { "{}" } else { "[]" };
            (*least > 0).then(|| site.replaced(empty, Some(json!({ "items": 0 })))).into_iter().collect()
        }
        Kind::MostItems(most) => {
            let like = sites.like.get(&format!("{}[]", constraint.path)).map_or("", String::as_str);
            vec![site.many(most + 1, &constraint.shape, like)]
        }
        kind => {
            let value = if key.is_name { site.name() } else { site.text.clone().unwrap_or_default() };
            let violations = violations(kind, constraint, &value);
            let write = sites.write.iter().find(|(end, _)| key.path.ends_with(end.as_str())).map(|(_, write)| write);
            violations
                .into_iter()
                .map(|violation| {
                    let written = match (&violation, write) {
                        (Value::Number(number), Some(write)) if !matches!(kind, Kind::Type) => {
                            json!(write.replace("{}", &number.to_string())).to_string()
                        }
                        _ => violation.to_string(),
                    };
                    if key.is_name {
                        site.renamed(&written, violation)
                    } else {
                        site.replaced(&written, Some(violation))
                    }
                })
                .collect()
        }
    }
}

/// Values that violate a constraint, as near to what is right as can be.
fn violations(kind: &Kind, constraint: &Constraint, value: &str) -> Vec<Value> {
    match kind {
        Kind::Type => vec![match constraint.shape.as_str() {
            "boolean" => json!("perhaps"),
            "integer" => json!("many"),
            _ => json!(7),
        }],
        Kind::MinLength(least) => vec![json!(value.chars().chain("aaa".chars()).take(least - 1).collect::<String>())],
        Kind::MaxLength(most) => {
            let missing = (most + 1).saturating_sub(value.chars().count());
            vec![json!(format!("{value}{}", "a".repeat(missing)))]
        }
        Kind::Pattern(pattern) => {
            let pattern = Regex::new(&format!("^(?:{pattern})$")).unwrap();
            let near = [format!("{value}\u{0}"), format!("!{value}"), format!("{value} é"), value.to_uppercase()];
            let wrong = near.into_iter().filter(|text| !pattern.is_match(text).unwrap());
            wrong.map(|text| json!(text)).collect()
        }
        // Of an amount with its unit, an `s` more is the same.
        Kind::Word if value.contains(' ') => vec![json!("no-such-word")],
        Kind::Word => vec![json!(format!("{value}s")), json!("no-such-word")],
        Kind::Least(least) => vec![json!(least - 1)],
        Kind::Most(most) => vec![json!(most + 1)],
        Kind::Required | Kind::FewestItems(_) | Kind::MostItems(_) => Vec::new(),
    }
}

/// Calls `visit` with each value that stands at a key.
fn collect(
    table: &DeTable<'_>,
    key: &[&str],
    path: &mut Vec<Segment>,
    visit: &mut dyn FnMut(&[Segment], &DeValue<'_>),
) {
    let Some((first, rest)) = key.split_first() else { return };
    let (name, is_item) = first.strip_suffix("[]").map_or((*first, false), |name| (name, true));
    for (found, value) in table {
        if name != "NAME" && name != found.get_ref().as_ref() {
            continue;
        }
        path.push(Segment::Key(found.get_ref().to_string()));
        match value.get_ref() {
            DeValue::Array(items) if is_item => {
                for (index, item) in items.iter().enumerate() {
                    path.push(Segment::Index(index));
                    descend(item.get_ref(), rest, path, visit);
                    path.pop();
                }
            }
            value if !is_item => descend(value, rest, path, visit),
            _ => {}
        }
        path.pop();
    }
}

fn descend(
    value: &DeValue<'_>,
    rest: &[&str],
    path: &mut Vec<Segment>,
    visit: &mut dyn FnMut(&[Segment], &DeValue<'_>),
) {
    match value {
        value if rest.is_empty() => visit(path, value),
        DeValue::Table(table) => collect(table, rest, path, visit),
        _ => {}
    }
}

impl Story {
    /// The values that stand at a key.
    fn sites(&self, key: &str) -> Vec<Site<'_>> {
        let mut found = Vec::new();
        let (root, _) = DeTable::parse_recoverable(&self.text);
        let segments: Vec<&str> = key.split('.').collect();
        collect(root.get_ref(), &segments, &mut Vec::new(), &mut |path, value| {
            let text = if let DeValue::String(text) = value { Some(text.to_string()) } else { None };
            let is_table = matches!(value, DeValue::Table(_));
            found.push(Site { story: self, path: FieldPath(path.to_vec()), text, is_table });
        });
        found
    }
}

impl Site<'_> {
    /// Whether the value stands behind its key, and not under a header.
    fn is_inline(&self) -> bool {
        let text = format!("key = {}", &self.story.text[self.span()]);
        DeTable::parse(&text).is_ok()
    }

    /// Whether it is a value and no table, which stands for several members.
    fn is_plain(&self) -> bool {
        !self.is_table
    }

    fn span(&self) -> Range<usize> {
        Locator::new(&self.story.text).value(&self.path).unwrap()
    }

    fn name(&self) -> String {
        match self.path.0.last() {
            Some(Segment::Key(name)) => name.clone(),
            _ => String::new(),
        }
    }

    fn mutant(&self, text: String, span: Range<usize>, sent: Option<Value>) -> Mutant {
        let field = Some(self.path.clone());
        Mutant { folder: self.story.folder.clone(), text, file: None, span, field, is_removed: false, sent }
    }

    /// With another value, as it is written.
    fn replaced(&self, written: &str, sent: Option<Value>) -> Mutant {
        self.spliced(self.span(), written, sent)
    }

    /// With another name.
    fn renamed(&self, written: &str, sent: Value) -> Mutant {
        let span = Locator::new(&self.story.text).key(&self.path).unwrap();
        Mutant { field: None, ..self.spliced(span, written, Some(sent)) }
    }

    fn spliced(&self, span: Range<usize>, written: &str, sent: Option<Value>) -> Mutant {
        let mut text = self.story.text.clone();
        text.replace_range(span.clone(), written);
        self.mutant(text, span.start..span.start + written.len(), sent)
    }

    /// Without the key and its value, and the comma or the line end that parts them from the next.
    fn without(&self) -> Mutant {
        let locator = Locator::new(&self.story.text);
        let (key, value) = (locator.key(&self.path).unwrap(), locator.value(&self.path).unwrap());
        let after = &self.story.text[value.end..];
        let end = value.end + after.len() - after.trim_start_matches([',', ' ', '\n']).len();
        let mut text = self.story.text.clone();
        text.replace_range(key.start..end, "");
        Mutant { is_removed: true, ..self.mutant(text, 0..0, None) }
    }

    /// With so many items, each another, made from the first that begins with `like`.
    fn many(&self, count: usize, shape: &str, like: &str) -> Mutant {
        let span = self.span();
        let value = &self.story.text[span.clone()];
        let inner = value[1..value.len() - 1].trim();
        let first = match shape {
            "map" => inner.split(',').next().unwrap(),
            _ => first_item(
                &inner[if like.is_empty() {
                    0
                } else {
                    if like.is_empty() { 0 } else { inner.find(&format!("\"{like}")).unwrap_or(0) }
                }..],
            ),
        };
        let items: Vec<String> = (0..count).map(|number| varied(first, number)).collect();
        let items = items.join(", ");
        let written = if shape == "map" { format!("{{ {items} }}") } else { format!("[{items}]") };
        let sent = json!({ "items": count });
        self.replaced(&written, Some(sent))
    }

    /// What a file may not hold.
    fn contents(&self, kind: &Kind) -> Vec<String> {
        let file = self.text.as_deref().unwrap_or_default();
        let text = std::fs::read_to_string(self.story.folder.join(file)).unwrap_or_default();
        match kind {
            Kind::MinLength(_) => vec![String::new()],
            Kind::MaxLength(most) => vec![format!("{text}# {}\n", "a".repeat(most + 1))],
            Kind::Pattern(_) => vec![format!("{text}# \u{0}\n")],
            _ => Vec::new(),
        }
    }

    fn with_file(&self, content: &str) -> Mutant {
        let mut mutant = self.mutant(self.story.text.clone(), self.span(), Some(json!(content)));
        mutant.file = self.text.as_ref().map(|name| (name.clone(), content.to_owned()));
        mutant
    }
}

/// The first item of a list as it is written.
fn first_item(inner: &str) -> &str {
    let mut depth = 0_usize;
    let mut is_string = false;
    for (at, byte) in inner.bytes().enumerate() {
        match byte {
            b'"' => is_string = !is_string,
            b'{' | b'[' if !is_string => depth += 1,
            b'}' | b']' if !is_string => depth -= 1,
            b',' if !is_string && depth == 0 => return &inner[..at],
            _ => {}
        }
    }
    inner
}

/// An item that differs from all others: the last four characters of its first word are a number.
fn varied(item: &str, number: usize) -> String {
    let start = item.find('"').map_or(0, |at| at + 1);
    let is_entry = item.find('=').is_some_and(|at| at < start) && !item.starts_with('{');
    let (start, end) = if is_entry {
        (0, item.find([' ', '=', '"']).unwrap_or(0))
    } else {
        (start, item[start..].find('"').map_or(item.len(), |at| start + at))
    };
    let cut = end.saturating_sub(4).max(start);
    format!("{}{number:04}{}", &item[..cut], &item[end..])
}

/// Whether `path` is where the story's files are.
pub(crate) fn is_story(path: &Path) -> bool {
    path.join("kiln.toml").is_file()
}

impl Mutant {
    /// What outside judges are asked: to put this into the story's golden.
    pub(crate) fn described(&self, constraint: &Constraint) -> Value {
        json!({
            "story": self.folder.file_name().unwrap().to_string_lossy(),
            "isExample": self.folder.parent().unwrap().ends_with("examples"),
            "type": constraint.of,
            "path": constraint.path,
            "kind": constraint.kind.word(),
            "isMissing": self.sent.is_none(),
            "value": self.sent,
        })
    }

    /// The story and the changed value, cut to a line.
    pub(crate) fn shown(&self) -> String {
        let value: String = self.text[self.span.clone()].chars().take(80).collect();
        format!("{} {value}", self.folder.file_name().unwrap().to_string_lossy())
    }
}
