//! Declared TOML tables: reading values into types, reporting every fault on the way.
//!
//! A reader never stops: a value of the wrong type is reported and left out, and its neighbours are read. The
//! `table!` macro makes the struct, its reader, its builder methods, a walk over its strings and its documentation from
//! one declaration, so that they cannot drift apart.

pub(crate) mod form;

use indexmap::IndexMap;
use toml::de::{DeTable, DeValue};

use crate::diagnostic::{Diagnostic, Report, code};
use crate::project::suggest::closest;
use crate::source::At;

pub use form::{Form, Values};

/// A type that a TOML value is read into.
pub(crate) trait Read: Sized {
    /// What the value must be, as in "expected a string".
    const EXPECTED: &'static str;

    /// What its own keys are, if it is a table.
    const TABLE: Option<&'static TableDoc> = None;

    /// What it may look like; any of these.
    fn forms() -> Vec<Form>;

    /// Reads the value, or reports why it cannot be read.
    fn read(value: &DeValue<'_>, at: At<'_>, report: &mut Report) -> Option<Self>;
}

/// A type whose strings can be visited, each with the place at which it stands. Keys are no strings.
pub(crate) trait Strings {
    /// Shows every string to `visit`, which may change it.
    fn strings(&mut self, at: At<'_>, visit: &mut dyn FnMut(&mut String, At<'_>));
}

impl Strings for String {
    fn strings(&mut self, at: At<'_>, visit: &mut dyn FnMut(&mut String, At<'_>)) {
        visit(self, at);
    }
}

impl Strings for bool {
    fn strings(&mut self, _: At<'_>, _: &mut dyn FnMut(&mut String, At<'_>)) {}
}

impl Strings for i64 {
    fn strings(&mut self, _: At<'_>, _: &mut dyn FnMut(&mut String, At<'_>)) {}
}

impl<T: Strings> Strings for Option<T> {
    fn strings(&mut self, at: At<'_>, visit: &mut dyn FnMut(&mut String, At<'_>)) {
        self.iter_mut().for_each(|value| value.strings(at, visit));
    }
}

impl<T: Strings> Strings for Vec<T> {
    fn strings(&mut self, at: At<'_>, visit: &mut dyn FnMut(&mut String, At<'_>)) {
        self.iter_mut().enumerate().for_each(|(index, item)| item.strings(at.index(index), visit));
    }
}

impl<T: Strings> Strings for IndexMap<String, T> {
    fn strings(&mut self, at: At<'_>, visit: &mut dyn FnMut(&mut String, At<'_>)) {
        self.iter_mut().for_each(|(name, value)| value.strings(at.key(name), visit));
    }
}

/// What there is to know about a table of the spec, for documentation and suggestions.
///
/// ```
/// use kiln::spec::reference::root;
///
/// let spec = root().expect("a spec is a table");
/// assert_eq!(spec.name, "Spec");
/// assert_eq!(spec.needs, [["name"], ["pipeline"]]);
/// assert!(spec.keys.iter().any(|key| key.name == "private-network"));
/// ```
#[derive(Debug)]
pub struct TableDoc {
    /// Which table it is.
    pub name: &'static str,
    /// What the table is for.
    pub doc: &'static [&'static str],
    /// Its keys in order.
    pub keys: &'static [KeyDoc],
    /// What it cannot do without: of each group, one key at least.
    pub needs: &'static [&'static [&'static str]],
}

/// What there is to know about a key.
///
/// ```
/// use kiln::spec::reference::root;
///
/// let spec = root().expect("a spec is a table");
/// let tags = spec.keys.iter().find(|key| key.name == "tags").expect("a project has tags");
/// assert_eq!(tags.methods, ["tags", "tag"]);
/// assert_eq!(tags.expected, "a string");
/// ```
#[derive(Debug)]
pub struct KeyDoc {
    /// The key as it is written.
    pub name: &'static str,
    /// How often it stands: once, as a list, or under names that the user gives.
    pub kind: Kind,
    /// What its value, or each of its values, must be.
    pub expected: &'static str,
    /// The builder methods that set it.
    pub methods: &'static [&'static str],
    /// What it means.
    pub doc: &'static [&'static str],
    /// The keys of its value, if that is a table.
    pub table: fn() -> Option<&'static TableDoc>,
    /// What its value, or each of its values, may look like.
    pub forms: fn() -> Vec<Form>,
    /// Which of these it takes.
    pub values: Values,
}

/// How often a key's value stands.
///
/// ```
/// use kiln::spec::reference::{Kind, root};
///
/// let spec = root().expect("a spec is a table");
/// let named = spec.keys.iter().filter(|key| key.kind == Kind::Map);
/// assert!(named.map(|key| key.name).any(|name| name == "pipeline"), "as in [pipeline.web]");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// One value.
    One,
    /// A list of values.
    List,
    /// A table of values under names that the user gives.
    Map,
}

impl Read for String {
    const EXPECTED: &'static str = "a string";

    fn forms() -> Vec<Form> {
        vec![Form::Text]
    }

    fn read(value: &DeValue<'_>, at: At<'_>, report: &mut Report) -> Option<Self> {
        if let DeValue::String(text) = value {
            return Some(text.to_string());
        }
        let diagnostic = wrong_type(Self::EXPECTED, value, at);
        report.push(match value {
            DeValue::Integer(number) => {
                let number = number.as_str();
                let quoted = format!("`\"{number}\"`, `\"{number} GiB\"`, `\"{number} days\"`");
                diagnostic.help(format!("put it in quotes, with its unit if it has one: {quoted}"))
            }
            DeValue::Float(number) => diagnostic.help(format!("put it in quotes: `\"{}\"`", number.as_str())),
            _ => diagnostic,
        });
        None
    }
}

impl Read for bool {
    const EXPECTED: &'static str = "true or false";

    fn forms() -> Vec<Form> {
        vec![Form::Flag]
    }

    fn read(value: &DeValue<'_>, at: At<'_>, report: &mut Report) -> Option<Self> {
        if let DeValue::Boolean(value) = value {
            return Some(*value);
        }
        report.push(wrong_type(Self::EXPECTED, value, at));
        None
    }
}

impl Read for i64 {
    const EXPECTED: &'static str = "a whole number";

    fn forms() -> Vec<Form> {
        vec![Form::Whole]
    }

    fn read(value: &DeValue<'_>, at: At<'_>, report: &mut Report) -> Option<Self> {
        if let DeValue::Integer(number) = value {
            let parsed = Self::from_str_radix(number.as_str(), number.radix()).ok();
            // A number that is no TOML has been reported as such, and has no text.
            if parsed.is_none() && !number.as_str().is_empty() {
                report.push(
                    Diagnostic::new(code::WRONG_TYPE, format!("the number `{number}` is too large"))
                        .at_value(at, "does not fit 64 bits"),
                );
            }
            return parsed;
        }
        report.push(wrong_type(Self::EXPECTED, value, at));
        None
    }
}

/// Reads a list. If an item cannot be read there is no list: the others would be at other places than in the text.
pub(crate) fn list<T: Read>(value: &DeValue<'_>, at: At<'_>, report: &mut Report) -> Option<Vec<T>> {
    if let DeValue::Array(items) = value {
        let items = items.iter().enumerate();
        let read: Vec<Option<T>> = items.map(|(i, item)| T::read(item.get_ref(), at.index(i), report)).collect();
        return read.into_iter().collect();
    }
    let diagnostic = wrong_type(&format!("a list, each item {}", T::EXPECTED), value, at);
    let is_item = T::read(value, at, &mut Report::new()).is_some();
    report.push(if is_item { diagnostic.help("put it in brackets: `[ … ]`") } else { diagnostic });
    None
}

/// Reads a table whose keys the user chose.
pub(crate) fn map<T: Read>(value: &DeValue<'_>, at: At<'_>, report: &mut Report) -> Option<IndexMap<String, T>> {
    if let DeValue::Table(table) = value {
        let entries = table.iter().filter_map(|(key, value)| {
            let name = key.get_ref().as_ref();
            T::read(value.get_ref(), at.key(name), report).map(|value| (name.to_owned(), value))
        });
        return Some(entries.collect());
    }
    report.push(wrong_type(&format!("a table whose values are each {}", T::EXPECTED), value, at));
    None
}

/// The finding that a value is not of the type that its key wants.
#[must_use]
pub(crate) fn wrong_type(expected: &str, value: &DeValue<'_>, at: At<'_>) -> Diagnostic {
    let found = match value {
        DeValue::String(_) => "a string",
        DeValue::Integer(_) => "a number",
        DeValue::Float(_) => "a number with a fraction",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    };
    let path = at.path();
    Diagnostic::new(code::WRONG_TYPE, format!("`{path}` is {found}, expected {expected}"))
        .at_value(at, format!("expected {expected}"))
        .spoils(path)
}

/// Keys that hold secrets wherever they stand. No table of a spec has one.
const SECRETS: [&str; 5] = ["access-key", "secret-key", "token", "password", "client-private-key-pem"];

/// Reports the keys of a table that mean nothing there.
pub(crate) fn unknown_keys(table: &DeTable<'_>, doc: &TableDoc, at: At<'_>, report: &mut Report) {
    for key in table.keys() {
        let name = key.get_ref().as_ref();
        if doc.keys.iter().any(|known| known.name == name) {
            continue;
        }
        if SECRETS.contains(&name.replace('_', "-").as_str()) {
            let finding =
                Diagnostic::new(code::SECRET_IN_SPEC, format!("`{name}` is a secret, and a spec is committed"));
            let help = "remove it, and change the secret if it was committed; credentials come from a profile or the environment";
            report.push(finding.at_value(at.key(name), "").help(help));
            continue;
        }
        let wanted = closest(name, doc.keys.iter().map(|known| known.name));
        let place = at.path();
        let inside = if place.0.is_empty() { "at the top of a spec".to_owned() } else { format!("in `{place}`") };
        let diagnostic = Diagnostic::new(code::UNKNOWN_KEY, format!("there is no key `{name}` {inside}"))
            .at_key(at.key(name), wanted.map_or_else(String::new, |wanted| format!("did you mean `{wanted}`?")));
        report.push(match wanted {
            // A key that is there already is not written a second time.
            Some(wanted) => {
                let is_free = table.get(wanted).is_none();
                diagnostic.fix(is_free.then_some(wanted)).spoils(at.key(wanted).path())
            }
            None => {
                let known: Vec<&str> = doc.keys.iter().map(|known| known.name).collect();
                diagnostic.help(format!("known keys: {}", known.join(", ")))
            }
        });
    }
}

/// Declares a table of the spec: a struct with a reader, builder methods, a walk over its strings and documentation.
///
/// Each key says how often its value stands (`one`, `list`, `map`), its name as it is written, its field and type. The
/// method that sets it has the field's name; `tags / tag` adds a method for one more item of a list or a map.
/// `short(T)` after the name lets a plain value of type `T` stand for the table; the struct then implements `From<T>`.
/// `needs ["a"] ["b" | "c"]` says that nothing comes of the table without `a`, and without one of `b` and `c`. After a
/// type, `= ["a", "b"]` lists the words that are taken, `= 1..=10` the range of a number. Both are for schemas: `check`
/// words what is wrong, and `tests/offline/schema.rs` holds the two against each other.
macro_rules! table {
    (
        $(#[doc = $doc:literal])*
        $Name:ident $(short($Short:ident))? $(needs $([$($need:literal)|+])+)? {
            $(
                $(#[doc = $key_doc:literal])*
                $kind:ident $key:literal $field:ident $(/ $one:ident)?: $Type:ty
                    $(= [$($word:literal),+])? $(= $least:literal..=$most:literal)?,
            )*
        }
    ) => {
        $(#[doc = $doc])*
        #[derive(Debug, Clone, Default, PartialEq, Eq)]
        pub struct $Name {
            $( $(#[doc = $key_doc])* pub $field: $crate::table::field_type!($kind $Type), )*
        }

        impl $Name {
            /// An empty table, to be filled by its methods.
            #[must_use]
            pub fn new() -> Self {
                <Self as Default>::default()
            }

            $( $crate::table::setter!($kind $field $($one)?: $Type, $($key_doc),*); )*
        }

        impl $crate::table::Read for $Name {
            const EXPECTED: &'static str = $crate::table::expected!($($Short)?);
            const TABLE: Option<&'static $crate::table::TableDoc> = Some(&$crate::table::TableDoc {
                name: stringify!($Name),
                doc: &[$($doc),*],
                keys: &[$( $crate::table::KeyDoc {
                    name: $key,
                    kind: $crate::table::kind!($kind),
                    expected: <$Type as $crate::table::Read>::EXPECTED,
                    methods: &[stringify!($field), $(stringify!($one))?],
                    doc: &[$($key_doc),*],
                    table: || <$Type as $crate::table::Read>::TABLE,
                    forms: <$Type as $crate::table::Read>::forms,
                    values: $crate::table::values!($([$($word),+])? $($least, $most)?),
                }, )*],
                needs: &[$($(&[$($need),+]),+)?],
            });

            fn forms() -> Vec<$crate::table::Form> {
                let mut forms = Vec::new();
                $( forms.extend(<$Short as $crate::table::Read>::forms()); )?
                forms.extend(Self::TABLE.map($crate::table::Form::Table));
                forms
            }

            fn read(
                value: &toml::de::DeValue<'_>,
                at: $crate::source::At<'_>,
                report: &mut $crate::diagnostic::Report,
            ) -> Option<Self> {
                $( if $crate::table::is_short::<$Short>(value) {
                    return <$Short as $crate::table::Read>::read(value, at, report).map(Self::from);
                } )?
                let toml::de::DeValue::Table(table) = value else {
                    report.push($crate::table::wrong_type(Self::EXPECTED, value, at));
                    return None;
                };
                Some(Self::read_table(table, at, report))
            }
        }

        impl $crate::table::Strings for $Name {
            fn strings(
                &mut self,
                at: $crate::source::At<'_>,
                visit: &mut dyn FnMut(&mut String, $crate::source::At<'_>),
            ) {
                $( $crate::table::Strings::strings(&mut self.$field, at.key($key), visit); )*
            }
        }

        impl $Name {
            /// Reads the table's keys, reporting those that it does not have.
            pub(crate) fn read_table(
                table: &toml::de::DeTable<'_>,
                at: $crate::source::At<'_>,
                report: &mut $crate::diagnostic::Report,
            ) -> Self {
                if let Some(doc) = <Self as $crate::table::Read>::TABLE {
                    $crate::table::unknown_keys(table, doc, at, report);
                }
                Self {
                    $( $field: table
                        .get($key)
                        .and_then(|value| $crate::table::reader!($kind)(value.get_ref(), at.key($key), report))
                        .map($crate::table::wrap!($kind))
                        .unwrap_or_default(), )*
                }
            }
        }
    };
}

/// Whether a value may be the short form of a table.
#[must_use]
pub(crate) fn is_short<T: Short>(value: &DeValue<'_>) -> bool {
    T::matches(value)
}

/// A plain type that can stand for a table.
pub(crate) trait Short: Read {
    /// Whether the value is of this type.
    fn matches(value: &DeValue<'_>) -> bool;
}

impl Short for String {
    fn matches(value: &DeValue<'_>) -> bool {
        // A number is taken for a string that lacks its quotes, and reported as such.
        matches!(value, DeValue::String(_) | DeValue::Integer(_) | DeValue::Float(_))
    }
}

impl Short for bool {
    fn matches(value: &DeValue<'_>) -> bool {
        matches!(value, DeValue::Boolean(_))
    }
}

macro_rules! field_type {
    (one $Type:ty) => { Option<$Type> };
    (list $Type:ty) => { Vec<$Type> };
    (map $Type:ty) => { indexmap::IndexMap<String, $Type> };
}

macro_rules! setter {
    (one $field:ident: $Type:ty, $($doc:literal),*) => {
        $(#[doc = $doc])*
        #[must_use]
        pub fn $field(mut self, value: impl Into<$Type>) -> Self {
            self.$field = Some(value.into());
            self
        }
    };
    (list $field:ident: $Type:ty, $($doc:literal),*) => {
        $(#[doc = $doc])*
        #[doc = ""]
        #[doc = "Adds to what is there."]
        #[must_use]
        pub fn $field<T: Into<$Type>>(mut self, items: impl IntoIterator<Item = T>) -> Self {
            self.$field.extend(items.into_iter().map(Into::into));
            self
        }
    };
    (list $field:ident $one:ident: $Type:ty, $($doc:literal),*) => {
        $crate::table::setter!(list $field: $Type, $($doc),*);

        $(#[doc = $doc])*
        #[doc = ""]
        #[doc = "Adds one."]
        #[must_use]
        pub fn $one(mut self, item: impl Into<$Type>) -> Self {
            self.$field.push(item.into());
            self
        }
    };
    (map $field:ident: $Type:ty, $($doc:literal),*) => {
        $(#[doc = $doc])*
        #[doc = ""]
        #[doc = "Adds one entry."]
        #[must_use]
        pub fn $field(mut self, name: impl Into<String>, value: impl Into<$Type>) -> Self {
            self.$field.insert(name.into(), value.into());
            self
        }
    };
    (map $field:ident $one:ident: $Type:ty, $($doc:literal),*) => {
        $(#[doc = $doc])*
        #[doc = ""]
        #[doc = "Adds to what is there."]
        #[must_use]
        pub fn $field<N: Into<String>, T: Into<$Type>>(mut self, entries: impl IntoIterator<Item = (N, T)>) -> Self {
            self.$field.extend(entries.into_iter().map(|(name, value)| (name.into(), value.into())));
            self
        }

        $(#[doc = $doc])*
        #[doc = ""]
        #[doc = "Adds one entry."]
        #[must_use]
        pub fn $one(mut self, name: impl Into<String>, value: impl Into<$Type>) -> Self {
            self.$field.insert(name.into(), value.into());
            self
        }
    };
}

macro_rules! kind {
    (one) => {
        $crate::table::Kind::One
    };
    (list) => {
        $crate::table::Kind::List
    };
    (map) => {
        $crate::table::Kind::Map
    };
}

macro_rules! reader {
    (one) => {
        $crate::table::Read::read
    };
    (list) => {
        $crate::table::list
    };
    (map) => {
        $crate::table::map
    };
}

macro_rules! wrap {
    (one) => {
        Some
    };
    (list) => {
        std::convert::identity
    };
    (map) => {
        std::convert::identity
    };
}

macro_rules! values {
    () => {
        $crate::table::Values::Open
    };
    ([$($word:literal),+]) => {
        $crate::table::Values::Words(&[$($word),+])
    };
    ($least:literal, $most:literal) => {
        $crate::table::Values::Range($least, $most)
    };
}

macro_rules! expected {
    () => {
        "a table"
    };
    (bool) => {
        "true, false or a table"
    };
    (String) => {
        "a string or a table"
    };
}

pub(crate) use {expected, field_type, kind, reader, setter, table, values, wrap};
