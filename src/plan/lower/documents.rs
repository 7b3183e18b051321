//! Documents that are too long to be inline.

use std::fmt::Write as _;

use sha2::{Digest, Sha256};

use super::Lowering;
use crate::plan::Upload;
use crate::project::NOT_INLINE_ABOVE;

/// What keys begin with where the spec does not say.
const PREFIX: &str = "kiln/";

impl Lowering<'_> {
    /// The address of a document that is too long to be inline, which is uploaded; `None` if it is inline.
    pub(super) fn uploaded(&mut self, text: &str, extension: &str) -> Option<String> {
        let upload = self.upload(text, extension)?;
        let uri = upload.uri();
        if !self.plan.uploads.contains(&upload) {
            self.plan.uploads.push(upload);
        }
        Some(uri)
    }

    /// A document that is too long to be inline.
    pub(super) fn upload(&self, text: &str, extension: &str) -> Option<Upload> {
        let documents = self.project.documents.as_ref()?;
        if text.chars().count() <= NOT_INLINE_ABOVE {
            return None;
        }
        let mut hash = String::with_capacity(64);
        for byte in Sha256::digest(text) {
            // Writing to a string never fails.
            let _ = write!(hash, "{byte:02x}");
        }
        let prefix = documents.prefix.as_deref().unwrap_or(PREFIX);
        let key = format!("{prefix}{hash}.{extension}");
        Some(Upload { bucket: documents.bucket.to_string(), key, text: text.to_owned() })
    }
}
