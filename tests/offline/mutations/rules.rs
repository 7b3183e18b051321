//! The service's rules that no schema holds: `rules.toml` breaks each in a spec that is right.

use std::path::{Path, PathBuf};

use super::data;
use super::run::{Broken, codes};
use super::table;

/// All rules, in the order of the resources that they are of.
#[derive(serde::Deserialize)]
pub(crate) struct Rules {
    pub(crate) rule: Vec<Rule>,
}

/// One rule.
#[derive(serde::Deserialize)]
pub(crate) struct Rule {
    pub(crate) id: String,
    /// The rule, in a sentence.
    pub(crate) says: String,
    /// What kiln does about it.
    #[serde(flatten)]
    pub(crate) held: Held,
}

/// What kiln does about a rule.
#[derive(serde::Deserialize)]
#[serde(untagged)]
pub(crate) enum Held {
    /// A finding is of this code.
    Checked {
        code: String,
        #[serde(flatten)]
        breach: Breach,
    },
    /// No spec can break it, or nothing offline can know.
    Otherwise { because: String },
}

/// How a spec is broken.
#[derive(serde::Deserialize)]
pub(crate) struct Breach {
    /// The folder of a spec that is right.
    story: String,
    /// The file there that is changed: the spec, unless it is said.
    file: Option<String>,
    /// `terraform`, where the rule is of that back end alone.
    target: Option<String>,
    put: String,
    by: String,
    /// What `FILL` and `ITEMS` are so many of.
    #[serde(default)]
    fill: String,
}

/// All rules.
pub(crate) fn rules() -> Vec<Rule> {
    let Rules { rule } = data::toml("tests/mutations/rules.toml");
    rule
}

impl Breach {
    fn broken(&self) -> Broken {
        let folder: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join(&self.story);
        let file = self.file.clone().unwrap_or_else(|| "kiln.toml".to_owned());
        let text = data::read(&format!("{}/{file}", self.story));
        assert!(text.contains(&self.put), "{}/{file} has no {}", self.story, self.put);
        let fill: usize = self.fill.parse().unwrap_or_default();
        let items: Vec<String> = (0..fill).map(|number| format!("\"aws:item-{number}\"")).collect();
        let by = self.by.replace("FILL", &"x".repeat(fill)).replace("ITEMS", &items.join(", "));
        let text = text.replacen(&self.put, &by, 1);
        Broken { folder, file, text, is_terraform: self.target.as_deref() == Some("terraform") }
    }

    /// The breach undone.
    fn right(&self) -> Broken {
        let mut right = self.broken();
        right.text = data::read(&format!("{}/{}", self.story, right.file));
        right
    }
}

#[test]
fn every_rule_of_the_service_is_held() {
    let mut wrong = Vec::new();
    let rules = rules();
    for rule in &rules {
        let Held::Checked { code, breach } = &rule.held else { continue };
        let before = codes(&breach.right());
        let found = codes(&breach.broken());
        if before.contains(code) || !found.contains(code) {
            wrong.push(format!("{}: {code} is not told, but {found:?}; {before:?} of what is right", rule.id));
        }
    }
    assert!(wrong.is_empty(), "{} gaps:\n{}", wrong.len(), wrong.join("\n"));
    table::hold("rules", &table::of_rules(&rules));
}
