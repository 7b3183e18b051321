//! Texts made of a whole number and a unit, such as `30 GiB` or `90 days`.

/// A number and its unit as written. The unit is empty where none was written.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Quantity<'a> {
    /// The digits, and a decimal point if there is one.
    pub(crate) number: &'a str,
    /// What follows, without surrounding space.
    pub(crate) unit: &'a str,
}

/// Splits at the end of the digits. Surrounding space is not part of either half.
pub(crate) fn split(text: &str) -> Quantity<'_> {
    let text = text.trim();
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    Quantity { number, unit: unit.trim() }
}

impl Quantity<'_> {
    /// The number, if it is whole and fits.
    pub(crate) fn whole(&self) -> Option<u64> {
        super::matcher::number(self.number)
    }
}
