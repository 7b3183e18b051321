//! `[image.NAME]`: an image that is built when the template is deployed; and where builds write their logs.

use super::{Input, Scan, Tests, WorkflowUse};
use crate::table::table;

table! {
    /// An image that is built when the template is deployed, and again when what it is made of changes.
    ///
    /// ```
    /// use kiln::spec::{Image, Pipeline, Spec};
    ///
    /// let spec = Spec::named("web")
    ///     .pipeline("web", Pipeline::from_base("amazon-linux-2023/arm64").component("aws:update-linux"))
    ///     .image("first", Image::of_pipeline("web").timeout("90 minutes"));
    /// ```
    Image needs ["pipeline"] {
        /// The pipeline whose recipe, infrastructure and distribution it has. What is not said here is as there.
        one "pipeline" pipeline: String,
        /// Whether tests run.
        one "tests" tests: Tests,
        /// Whether Amazon Inspector scans it.
        one "scan" scan: Scan,
        /// Whether the service records packages and the operating system's version.
        one "enhanced-metadata" enhanced_metadata: bool,
        /// Workflows instead of the pipeline's.
        list "workflows" workflows / workflow: WorkflowUse,
        /// The role that runs workflows, by name or ARN.
        one "execution-role" execution_role: Input,
        /// The log group of CloudWatch that its build writes to. CloudFormation only.
        one "log-group" log_group: Input,
        /// Whether AMIs, snapshots and container images go when the image is replaced or its stack deleted: `false` unless
        /// said otherwise. CloudFormation only.
        one "delete-images" delete_images: DeleteImages,
        /// How long Terraform waits for the build: `"60 minutes"` unless said otherwise. Terraform only.
        one "timeout" timeout: String,
        /// More tags, over those of the project.
        map "tags" tags / tag: String,
    }
}

impl Image {
    /// An image of this pipeline.
    pub fn of_pipeline(name: impl Into<String>) -> Self {
        Self::new().pipeline(name)
    }
}

table! {
    /// What happens to the results of an image that is deleted.
    ///
    /// ```
    /// use kiln::spec::{DeleteImages, Image};
    ///
    /// let image = Image::of_pipeline("web").delete_images(true);
    /// assert_eq!(image.delete_images, Some(DeleteImages::new().enabled(true)));
    /// ```
    DeleteImages short(bool) {
        /// Whether they are deleted with it: `true` unless said otherwise.
        one "enabled" enabled: bool,
        /// The role that deletes them, by name or ARN; one is made otherwise.
        one "role" role: Input,
    }
}

impl From<bool> for DeleteImages {
    fn from(enabled: bool) -> Self {
        Self::new().enabled(enabled)
    }
}

table! {
    /// Log groups of CloudWatch.
    ///
    /// ```
    /// use kiln::spec::{LogGroups, Pipeline};
    ///
    /// let logs = LogGroups::new().expire_after("30 days").kms_key("alias/logs");
    /// let web = Pipeline::from_base("amazon-linux-2023/arm64").log_groups(logs);
    /// ```
    LogGroups {
        /// The group that image builds write to; `/aws/imagebuilder/` and the recipe's name otherwise. An existing one,
        /// unless `expire-after` or `kms-key` says how one is made. Another name than the service's own is CloudFormation
        /// only.
        one "image" image: Input,
        /// The group that the pipeline writes to. CloudFormation only.
        one "pipeline" pipeline: Input,
        /// How long logs stay, such as `"90 days"`: kiln makes the groups with it.
        one "expire-after" expire_after: String,
        /// The KMS key that encrypts the groups that kiln makes.
        one "kms-key" kms_key: String,
    }
}
