//! Lists that a service gives in pages.

use std::collections::BTreeSet;

use super::{Fault, FaultKind};

/// More pages than the longest list of AWS has: a year of a stack's events is some hundreds.
const MOST_PAGES: usize = 10_000;

/// The pages of one list that were read. A service that gives a token for the second time would be asked forever.
///
/// ```
/// use kiln::deploy::Pages;
///
/// let mut pages = Pages::new("cloudformation:ListStackResources");
/// let next = pages.next(Some("b"))?;
/// assert_eq!(next.as_deref(), Some("b"));
/// assert!(pages.next(Some("b")).is_err());
/// assert_eq!(pages.next(None)?, None);
/// # Ok::<(), kiln::deploy::Fault>(())
/// ```
#[derive(Debug, Clone)]
pub struct Pages<'a> {
    action: &'a str,
    seen: BTreeSet<String>,
}

impl<'a> Pages<'a> {
    /// The pages that a call gives.
    #[must_use]
    pub fn new(action: &'a str) -> Self {
        Self { action, seen: BTreeSet::new() }
    }

    /// The token of the next page; nothing after the last one.
    ///
    /// # Errors
    ///
    /// If the token was given before, or there are too many pages.
    pub fn next(&mut self, token: Option<&str>) -> Result<Option<String>, Fault> {
        let Some(token) = token.filter(|token| !token.is_empty()) else { return Ok(None) };
        let refused =
            |message: String| Err(Fault { kind: FaultKind::Refused, action: self.action.to_owned(), message });
        if self.seen.len() >= MOST_PAGES {
            return refused(format!("the list has more than {MOST_PAGES} pages"));
        }
        if self.seen.contains(token) {
            return refused("the service gave the same page twice".to_owned());
        }
        self.seen.insert(token.to_owned());
        Ok(Some(token.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_list_is_endless() {
        let mut pages = Pages::new("logs:GetLogEvents");
        let read = (0..).map(|page: usize| pages.next(Some(&page.to_string()))).position(|it| it.is_err());
        assert_eq!(read, Some(MOST_PAGES));
        assert_eq!(pages.next(Some("")), Ok(None));
    }
}
