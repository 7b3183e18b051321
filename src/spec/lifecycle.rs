//! `keep` and `[pipeline.NAME.lifecycle]`: how long images stay.

use toml::de::DeValue;

use super::Input;
use crate::diagnostic::Report;
use crate::source::At;
use crate::table::{Form, Read, Strings, table, wrong_type};

/// How many images stay: `10`, or `"all"`.
///
/// ```
/// use kiln::spec::{Keep, Pipeline};
///
/// let web = Pipeline::from_base("amazon-linux-2023/arm64").keep(5);
/// assert_eq!(web.keep, Some(Keep::Newest(5)));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Keep {
    /// The newest so many.
    Newest(i64),
    /// This word, which must be `all`.
    Word(String),
}

impl Read for Keep {
    const EXPECTED: &'static str = "a whole number or \"all\"";

    fn forms() -> Vec<Form> {
        vec![Form::Whole, Form::Word("all")]
    }

    fn read(value: &DeValue<'_>, at: At<'_>, report: &mut Report) -> Option<Self> {
        match value {
            DeValue::Integer(_) => i64::read(value, at, report).map(Self::Newest),
            DeValue::String(word) => Some(Self::Word(word.to_string())),
            _ => {
                report.push(wrong_type(Self::EXPECTED, value, at));
                None
            }
        }
    }
}

impl Strings for Keep {
    fn strings(&mut self, at: At<'_>, visit: &mut dyn FnMut(&mut String, At<'_>)) {
        match self {
            Self::Newest(_) => {}
            Self::Word(word) => visit(word, at),
        }
    }
}

impl From<i64> for Keep {
    fn from(count: i64) -> Self {
        Self::Newest(count)
    }
}

impl From<&str> for Keep {
    fn from(word: &str) -> Self {
        Self::Word(word.to_owned())
    }
}

table! {
    /// What happens to old images, of all versions of the recipe.
    ///
    /// ```
    /// use kiln::spec::{Delete, Lifecycle, Pipeline};
    ///
    /// let lifecycle = Lifecycle::new().deprecate("30 days").delete(Delete::from("90 days").keep_at_least(3));
    /// let web = Pipeline::from_base("amazon-linux-2023/arm64").lifecycle(lifecycle);
    /// ```
    Lifecycle needs ["deprecate" | "disable" | "delete"] {
        /// Whether the policy is in force: `true` unless said otherwise.
        one "enabled" enabled: bool,
        /// What it keeps.
        one "description" description: String,
        /// The role that retires images, by name or ARN; one is made for the project otherwise.
        one "role" role: Input,
        /// Rules the images with all these tags, instead of those of the pipeline's recipe.
        map "select-tags" select_tags / select_tag: String,
        /// Which images are deprecated: left out of listings for others, and still usable.
        one "deprecate" deprecate: Age,
        /// Which images can no longer be launched.
        one "disable" disable: Age,
        /// Which images are deleted.
        one "delete" delete: Delete,
        /// Which images are left alone.
        one "except" except: Except,
    }
}

table! {
    /// An age, such as `"30 days"`.
    ///
    /// ```
    /// use kiln::spec::{Age, Lifecycle};
    ///
    /// assert_eq!(Lifecycle::new().disable("60 days").disable, Some(Age::new().older_than("60 days")));
    /// ```
    Age short(String) needs ["older-than"] {
        /// Images that are older: `"30 days"`, `"2 weeks"`, `"3 months"`, `"1 year"`.
        one "older-than" older_than: String,
    }
}

impl From<String> for Age {
    fn from(text: String) -> Self {
        Self::new().older_than(text)
    }
}

impl From<&str> for Age {
    fn from(text: &str) -> Self {
        Self::new().older_than(text)
    }
}

table! {
    /// Which images are deleted: by age or by number.
    ///
    /// ```
    /// use kiln::spec::{Delete, Lifecycle};
    ///
    /// let lifecycle = Lifecycle::new().delete(Delete::new().keep(10).include(["ami", "snapshots"]));
    /// ```
    Delete short(String) needs ["older-than" | "keep"] {
        /// Images that are older: `"90 days"`.
        one "older-than" older_than: String,
        /// So many of them stay however old they are, 1 to 10.
        one "keep-at-least" keep_at_least: i64 = 1..=10,
        /// All but the newest so many, 1 to 1000; instead of an age.
        one "keep" keep: i64 = 1..=1000,
        /// What is deleted: `ami` and `snapshots`, or `containers`, unless said otherwise.
        list "include" include: String = ["ami", "snapshots", "containers"],
    }
}

impl From<String> for Delete {
    fn from(text: String) -> Self {
        Self::new().older_than(text)
    }
}

impl From<&str> for Delete {
    fn from(text: &str) -> Self {
        Self::new().older_than(text)
    }
}

table! {
    /// Which images are left alone.
    ///
    /// ```
    /// use kiln::spec::{Except, Lifecycle};
    ///
    /// let except = Except::new().last_launched_within("60 days").tag("keep", "yes");
    /// let lifecycle = Lifecycle::new().delete("90 days").except(except);
    /// ```
    Except {
        /// AMIs shared with these accounts.
        list "shared-with" shared_with: String,
        /// AMIs that are public.
        one "public" public: bool,
        /// AMIs that were launched within this time: `"30 days"`.
        one "last-launched-within" last_launched_within: String,
        /// AMIs in these Regions.
        list "regions" regions / region: String,
        /// Images with these tags.
        map "tags" tags / tag: String,
        /// AMIs with these tags.
        map "ami-tags" ami_tags / ami_tag: String,
    }
}
