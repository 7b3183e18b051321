//! `[files]`: where files may be read from.

use crate::table::table;

table! {
    /// Where files that the spec names may lie. The repository of the spec is always one such place; outside of a
    /// repository it is the spec's folder.
    ///
    /// ```
    /// use kiln::spec::{Files, Spec};
    ///
    /// let spec = Spec::named("web").files(Files::new().folder("../shared"));
    /// ```
    Files {
        /// More folders, with all that is below them, relative to the spec's folder.
        list "folders" folders / folder: String,
    }
}
