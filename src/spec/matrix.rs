//! `matrix` of a pipeline: the values that it is fanned out over.

use toml::de::DeValue;

use crate::diagnostic::Report;
use crate::source::At;
use crate::table::{Form, Read, Strings, list};

/// The values of one axis of a matrix.
///
/// ```
/// use kiln::spec::Pipeline;
///
/// let web = Pipeline::from_base("amazon-linux-2023/${arch}")
///     .matrix("arch", ["x86_64", "arm64"])
///     .component("aws:update-linux");
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Axis(pub Vec<String>);

impl Read for Axis {
    const EXPECTED: &'static str = "a list of strings";

    fn forms() -> Vec<Form> {
        vec![Form::List(String::forms())]
    }

    fn read(value: &DeValue<'_>, at: At<'_>, report: &mut Report) -> Option<Self> {
        list(value, at, report).map(Self)
    }
}

/// The values of a matrix are what others are replaced with.
impl Strings for Axis {
    fn strings(&mut self, _: At<'_>, _: &mut dyn FnMut(&mut String, At<'_>)) {}
}

impl<T: Into<String>> From<Vec<T>> for Axis {
    fn from(values: Vec<T>) -> Self {
        Self(values.into_iter().map(Into::into).collect())
    }
}

impl<T: Into<String>, const N: usize> From<[T; N]> for Axis {
    fn from(values: [T; N]) -> Self {
        Self(values.into_iter().map(Into::into).collect())
    }
}
