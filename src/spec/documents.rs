//! `[documents]`: where documents go that are too long to be inline.

use crate::table::table;

table! {
    /// Where documents of more than 16,000 characters go: `kiln deploy` uploads them, and the template names them.
    ///
    /// ```
    /// use kiln::spec::{Documents, Spec};
    ///
    /// let spec = Spec::named("web").documents(Documents::from("acme-documents").prefix("image-builder/"));
    /// ```
    Documents short(String) needs ["bucket"] {
        /// The bucket, which must exist.
        one "bucket" bucket: String,
        /// What the keys begin with, such as `images/`; `kiln/` otherwise.
        one "prefix" prefix: String,
    }
}

impl From<String> for Documents {
    fn from(bucket: String) -> Self {
        Self::new().bucket(bucket)
    }
}

impl From<&str> for Documents {
    fn from(bucket: &str) -> Self {
        Self::new().bucket(bucket)
    }
}
