//! The grammar of documents as data: which keys a map takes, and what stands under each.
//!
//! Component and workflow documents declare their maps and actions with these types. From one declaration come the
//! check of a document ([`check`]), what is suggested for a slip, and the JSON Schema for editors (`schema`).

pub(crate) mod check;
pub(crate) mod schema;

use crate::project::Platform;

/// A key of a map.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Field {
    /// As it is written.
    pub(crate) name: &'static str,
    /// What stands under it.
    pub(crate) kind: Kind,
    /// Whether it must be there.
    pub(crate) required: bool,
    /// Where it means something.
    pub(crate) platforms: &'static [Platform],
    /// What is meant where it is left out, if that is a value.
    pub(crate) default: Option<&'static str>,
    /// What it is for, in a sentence.
    pub(crate) doc: &'static str,
}

/// What stands under a key.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Kind {
    /// Any text.
    Text,
    /// A text that is JSON, of so many bytes at most.
    Json(usize),
    /// One of these words.
    Word(&'static [&'static str]),
    /// One of these words, in capitals or not.
    AnyCaseWord(&'static [&'static str]),
    /// `true` or `false`.
    Flag,
    /// A whole number in a range.
    Integer(i64, i64),
    /// An account id: 12 digits, in quotes or not.
    Account,
    /// Permissions of a file: an octal number as a text.
    Permissions,
    /// A list of texts, at least one.
    Texts,
    /// A map of texts under any names.
    TextMap,
    /// A map of lists of texts under any names.
    TextsMap,
    /// A map with these keys.
    Map(&'static [Field]),
    /// A list of maps with these keys, at least one.
    List(&'static [Field]),
    /// Anything.
    Any,
    /// What has rules of its own, and this name in the schema.
    Own(&'static str),
}

/// What an action of a step takes and gives.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Action {
    /// As it is written.
    pub(crate) name: &'static str,
    /// What it does, in a sentence.
    pub(crate) doc: &'static str,
    /// Its inputs, or those of each entry where they are a list.
    pub(crate) inputs: &'static [Field],
    /// Whether `inputs` is a list of maps: an entry for each thing that is done.
    pub(crate) is_list: bool,
    /// The names of what later steps may refer to.
    pub(crate) outputs: &'static [&'static str],
    /// Where it exists.
    pub(crate) platforms: &'static [Platform],
    /// What its inputs must be together.
    pub(crate) rules: &'static [Rule],
}

/// A rule about several inputs of one map.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Rule {
    /// One of the two must be there, and not both.
    OneOf(&'static str, &'static str),
    /// Either both are there or neither.
    Together(&'static str, &'static str),
}

/// All platforms.
pub(crate) const EVERYWHERE: &[Platform] = &[Platform::Linux, Platform::Windows, Platform::MacOs];
/// Where there are owners, groups and permissions of files.
pub(crate) const UNIX: &[Platform] = &[Platform::Linux, Platform::MacOs];
/// Windows alone.
pub(crate) const WINDOWS: &[Platform] = &[Platform::Windows];

/// A key that must be there.
pub(crate) const fn required(name: &'static str, kind: Kind, doc: &'static str) -> Field {
    Field { name, kind, required: true, platforms: EVERYWHERE, default: None, doc }
}

/// A key that may be left out.
pub(crate) const fn optional(name: &'static str, kind: Kind, doc: &'static str) -> Field {
    Field { name, kind, required: false, platforms: EVERYWHERE, default: None, doc }
}

impl Field {
    /// Says what is meant where the key is left out.
    pub(crate) const fn default(mut self, value: &'static str) -> Self {
        self.default = Some(value);
        self
    }

    /// Says where the key means something.
    pub(crate) const fn on(mut self, platforms: &'static [Platform]) -> Self {
        self.platforms = platforms;
        self
    }
}

impl Action {
    /// An action whose `inputs` is a map.
    pub(crate) const fn map(name: &'static str, doc: &'static str, inputs: &'static [Field]) -> Self {
        Self { name, doc, inputs, is_list: false, outputs: &[], platforms: EVERYWHERE, rules: &[] }
    }

    /// An action whose `inputs` is a list of maps.
    pub(crate) const fn list(name: &'static str, doc: &'static str, inputs: &'static [Field]) -> Self {
        Self { name, doc, inputs, is_list: true, outputs: &[], platforms: EVERYWHERE, rules: &[] }
    }

    /// Says where the action exists.
    pub(crate) const fn on(mut self, platforms: &'static [Platform]) -> Self {
        self.platforms = platforms;
        self
    }

    /// Says what later steps may refer to.
    pub(crate) const fn gives(mut self, outputs: &'static [&'static str]) -> Self {
        self.outputs = outputs;
        self
    }

    /// Says what the inputs must be together.
    pub(crate) const fn rules(mut self, rules: &'static [Rule]) -> Self {
        self.rules = rules;
        self
    }

    /// Whether a step must have `inputs`.
    pub(crate) fn needs_inputs(&self) -> bool {
        self.inputs.iter().any(|field| field.required) || self.rules.iter().any(|rule| matches!(rule, Rule::OneOf(..)))
    }
}

/// Words as they are listed in a message: `a`, `b`, `c`.
pub(crate) fn listed<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    let quoted: Vec<String> = words.into_iter().map(|word| format!("`{word}`")).collect();
    quoted.join(", ")
}

/// A word of messages for some platforms: `linux and macos`.
pub(crate) fn platform_words(platforms: &[Platform]) -> String {
    platforms.iter().map(ToString::to_string).collect::<Vec<_>>().join(" and ")
}
