//! `[component.NAME]`: an AWSTOE document, or the steps that kiln makes one from.

use crate::table::table;

table! {
    /// Something that a pipeline installs, configures or tests.
    ///
    /// ```
    /// use kiln::spec::Component;
    ///
    /// let firewall = Component::new()
    ///     .build(["dnf -y install firewalld", "systemctl enable --now firewalld"])
    ///     .test(["systemctl is-active firewalld"]);
    /// let agent = Component::from_source("components/agent.yaml").parameter("Version", "2.4.0");
    /// ```
    Component needs ["source" | "build" | "validate" | "test"] {
        /// An AWSTOE document: a path relative to the spec, or an `s3://` URI.
        one "source" source: String,
        /// Commands of the build phase, instead of a document. Each is a step; the first that fails ends the build.
        list "build" build: String,
        /// Commands that check the build on the same instance.
        list "validate" validate: String,
        /// Commands that check the finished image on an instance of its own.
        list "test" test: String,
        /// Parameters of the steps written here, with their defaults: `{{ Port }}` in a command.
        map "parameters" parameters / parameter: String,
        /// What it does.
        one "description" description: String,
        /// What is new in this version.
        one "change-description" change_description: String,
        /// `linux`, `windows` or `macos`; read from the bases of the pipelines that use it otherwise.
        one "platform" platform: String = ["linux", "windows", "macos"],
        /// Operating systems that it supports, such as `Amazon Linux 2023`; any otherwise.
        list "supported-os" supported_os: String,
        /// The version, to pin it by hand: `2.1.0`.
        one "version" version: String,
        /// The KMS key that encrypts the document.
        one "kms-key" kms_key: String,
        /// Whether versions that are no longer used stay in the account: `false` unless said otherwise.
        one "retain" retain: bool,
        /// More tags, over those of the project.
        map "tags" tags / tag: String,
    }
}

impl Component {
    /// A component from an AWSTOE document: a path relative to the project's folder, or an `s3://` URI.
    pub fn from_source(source: impl Into<String>) -> Self {
        Self::new().source(source)
    }
}
