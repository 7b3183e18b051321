//! The codes of diagnostics. A code is stable: it is searched for, allowed and explained by its text.
//!
//! The letter is the area, see [`AREAS`]. A code's number is never given to another finding. Each code has a text beside
//! it, `explain/CODE.md`, without which it does not compile: see [`super::explain`].

use std::hash::{Hash, Hasher};

use super::Severity;

/// What a verdict rests on. An error needs evidence that the service refuses, or that kiln cannot go on.
///
/// ```
/// use kiln::diagnostic::code::{self, Basis};
///
/// assert_eq!(code::OUT_OF_RANGE.basis, Basis::Model);
/// assert!(!code::OUT_OF_RANGE.can_be_downgraded() && code::PLATFORM_MISMATCH.can_be_downgraded());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Basis {
    /// The model of the service, or the schema of a back end: its types, patterns, ranges and enumerations.
    Model,
    /// The documentation of the service, or of the language that a file is written in.
    Documentation,
    /// What public users run and ship.
    Use,
    /// An opinion of kiln.
    Opinion,
    /// kiln's own files and names: nothing can be written from what they say.
    Kiln,
}

impl Basis {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Model, Self::Documentation, Self::Use, Self::Opinion, Self::Kiln];

    /// The word for it: `model`, `documentation`, `use`, `opinion` or `kiln`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Model => "model",
            Self::Documentation => "documentation",
            Self::Use => "use",
            Self::Opinion => "opinion",
            Self::Kiln => "kiln",
        }
    }

    /// What it is, in a phrase.
    #[must_use]
    pub const fn phrase(self) -> &'static str {
        match self {
            Self::Model => "the service's model: a value that violates it is refused",
            Self::Documentation => "documentation: the service documents that it refuses this, or what it does with it",
            Self::Use => "observed public use: what public users run and ship",
            Self::Opinion => "kiln's opinion: the service takes it",
            Self::Kiln => "kiln's own format: nothing can be written from it",
        }
    }

    /// What happens when an error that rests on it is downgraded.
    #[must_use]
    pub const fn consequence(self) -> &'static str {
        match self {
            Self::Model => "the service refuses it",
            Self::Documentation => "by its documentation the service refuses it, or the build fails",
            Self::Use | Self::Opinion => "the service takes it",
            Self::Kiln => "kiln cannot write it",
        }
    }
}

/// What kind of finding a diagnostic is.
///
/// ```
/// use kiln::diagnostic::explain;
///
/// let code = explain::find("c006").expect("there is such a code");
/// assert_eq!((code.id, code.area()), ("KILN-C006", 'C'));
/// assert_eq!(code.title, "a base that never gets newer");
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Code {
    /// Such as `KILN-S002`.
    pub id: &'static str,
    /// Whether it stops kiln.
    pub severity: Severity,
    /// What the verdict rests on.
    pub basis: Basis,
    /// What it means, in a phrase.
    pub title: &'static str,
}

/// A code is known by its id: a finding may be weaker than its code.
impl PartialEq for Code {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

impl Eq for Code {}

impl Hash for Code {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.id.hash(state);
    }
}

impl Code {
    /// Whether `[check]` can make a warning of an error of this kind.
    #[must_use]
    pub fn can_be_downgraded(self) -> bool {
        self.severity == Severity::Error && self.basis == Basis::Documentation
    }

    /// The letter of its area.
    #[must_use]
    pub fn area(self) -> char {
        self.id.chars().nth("KILN-".len()).unwrap_or_default()
    }

    /// Where it is explained: an address, or the path in the project while its manifest names no repository.
    #[must_use]
    pub fn documentation(self) -> String {
        let page = format!("docs/diagnostics.md#{}", self.id.to_ascii_lowercase());
        match env!("CARGO_PKG_REPOSITORY") {
            "" => page,
            repository => format!("{repository}/blob/main/{page}"),
        }
    }
}

/// The areas by their letters, in the order of the stages that find something there.
pub const AREAS: &[(char, &str)] = &[
    ('F', "files: the spec itself and the files that it names"),
    ('S', "the shape of the spec: TOML, keys, types, names of tables"),
    ('V', "a single value: its form, its unit, its range"),
    ('R', "references from one place of the spec to another, or to something that Amazon manages"),
    ('C', "values that are each right and do not go together"),
    ('D', "component documents"),
    ('W', "workflow documents"),
    ('K', "Dockerfile templates"),
    ('L', "versions and the lock file"),
    ('B', "what a back end, CloudFormation or Terraform, cannot express"),
];

macro_rules! codes {
    ($($name:ident $id:literal $severity:ident $basis:ident $title:literal;)*) => {
        $(
            #[doc = concat!("`", $id, "`: ", $title, ".")]
            pub const $name: Code =
                Code { id: $id, severity: Severity::$severity, basis: Basis::$basis, title: $title };
        )*

        /// All codes, in order.
        pub const ALL: &[Code] = &[$($name),*];

        /// The texts that explain them, in the same order.
        pub(super) const TEXTS: &[&str] = &[$(include_str!(concat!("explain/", $id, ".md"))),*];
    };
}

codes! {
    FILE_MISSING "KILN-F001" Error Kiln "a file that is named does not exist";
    FILE_UNREADABLE "KILN-F002" Error Kiln "a file cannot be read";
    FILE_NOT_UTF8 "KILN-F003" Error Kiln "a file is not UTF-8 text";
    FILE_TOO_LARGE "KILN-F004" Error Kiln "a file is too large";
    FILE_OUTSIDE "KILN-F005" Error Kiln "a file outside the repository";
    HIDDEN_CHARACTER "KILN-F006" Warning Opinion "a character that a reader cannot see";
    UNKNOWN_FILE "KILN-F007" Error Kiln "a file that kiln cannot check";

    SYNTAX "KILN-S001" Error Kiln "the spec is not valid TOML";
    UNKNOWN_KEY "KILN-S002" Error Kiln "a key that means nothing there";
    WRONG_TYPE "KILN-S003" Error Kiln "a value of the wrong type";
    MISSING_KEY "KILN-S004" Error Kiln "a key that must be there";
    EMPTY "KILN-S005" Error Kiln "there is nothing in it";
    CONTRADICTION "KILN-S006" Error Kiln "two keys that exclude each other";
    BAD_NAME "KILN-S007" Error Model "a name that cannot be one";
    DUPLICATE_NAME "KILN-S008" Error Model "two names that AWS would take for one";
    MATRIX "KILN-S009" Error Kiln "a matrix that cannot be fanned out";
    BAD_ALLOWANCE "KILN-S010" Error Kiln "a finding that cannot be allowed so";
    UNUSED_ALLOWANCE "KILN-S011" Warning Opinion "an allowance that allows nothing";
    SECRET_IN_SPEC "KILN-S012" Error Documentation "a secret in a spec";
    NOT_LISTED "KILN-S013" Error Kiln "more findings than are listed";
    DYNAMIC_REFERENCE "KILN-S014" Error Kiln "a dynamic reference outside of `[raw]`";

    BAD_SIZE "KILN-V001" Error Model "a size without its unit, or out of range";
    BAD_SCHEDULE "KILN-V002" Error Documentation "an expression that is no schedule";
    BAD_TIMEZONE "KILN-V003" Error Documentation "a time zone that does not exist";
    BAD_REGION "KILN-V004" Error Documentation "a Region that cannot be one";
    BAD_ACCOUNT "KILN-V005" Error Model "an account id that cannot be one";
    BAD_VERSION "KILN-V006" Error Model "a version that is not three numbers";
    BAD_BASE "KILN-V007" Error Kiln "a base image that is not known";
    OUT_OF_RANGE "KILN-V008" Error Model "a number out of its range";
    BAD_CHOICE "KILN-V009" Error Model "a word that is not one of those allowed";
    BAD_KMS_KEY "KILN-V010" Error Documentation "a KMS key that cannot be one";
    BAD_AMI_NAME "KILN-V011" Error Model "an AMI name that the service refuses";
    BAD_DEVICE "KILN-V012" Error Documentation "a device name that cannot be one";
    BAD_INSTANCE_TYPE "KILN-V013" Error Documentation "an instance type that cannot be one";
    BAD_TAG "KILN-V014" Error Model "a tag that AWS refuses";
    BAD_ID "KILN-V015" Error Model "an id or ARN of the wrong form";
    BAD_TEXT "KILN-V016" Error Model "a text that is empty, too long or has forbidden characters";
    BAD_AGE "KILN-V017" Error Model "an age without its unit, or out of range";
    UNKNOWN_REGION "KILN-V018" Warning Documentation "a Region that kiln does not know";
    UNKNOWN_INSTANCE_TYPE "KILN-V019" Warning Model "a family of instances that kiln does not know";
    BAD_VARIABLE "KILN-V020" Error Documentation "an expression that Image Builder does not replace there";

    UNKNOWN_REFERENCE "KILN-R001" Error Kiln "a name that nothing has";
    COMPONENT_TWICE "KILN-R002" Error Documentation "a component twice in one recipe";
    UNUSED "KILN-R003" Warning Opinion "something that nothing uses";
    UNKNOWN_MANAGED "KILN-R004" Warning Use "a managed component that kiln does not know";
    CIRCULAR "KILN-R005" Error Kiln "pipelines whose images are each other's base";
    UNPUBLISHED "KILN-R006" Error Kiln "a base pipeline that publishes no parameter";
    LONG_FORM "KILN-R007" Warning Opinion "a resource of Amazon by its full ARN";

    PLATFORM_MISMATCH "KILN-C001" Error Documentation "a component of another platform than the base";
    ARCHITECTURE_MISMATCH "KILN-C002" Error Documentation "an instance type of another architecture than the base";
    SHARED_DEFAULT_KEY "KILN-C003" Error Documentation "an image encrypted with the default key cannot be shared";
    COMPONENT_PARAMETER "KILN-C004" Error Documentation "a component parameter that is missing or not declared";
    FACT_MISSING "KILN-C005" Error Kiln "something about the base that kiln cannot know";
    PINNED_BASE "KILN-C006" Warning Opinion "a base that never gets newer";
    NETWORK_INCOMPLETE "KILN-C007" Error Documentation "a subnet without security groups";
    VOLUME_CONFLICT "KILN-C008" Error Documentation "a volume setting that its type does not take";
    REGION_TWICE "KILN-C009" Error Documentation "a Region twice in one distribution";
    DEVICE_TWICE "KILN-C010" Error Documentation "two volumes at one device";
    PUBLIC_IMAGE "KILN-C011" Warning Opinion "an image that everybody may launch";
    KEY_OF_ANOTHER_REGION "KILN-C012" Error Documentation "a KMS key that does not exist in the Region";
    SCAN_WITHOUT_TESTS "KILN-C013" Error Documentation "a scan needs tests";
    PLACEMENT_CONFLICT "KILN-C014" Error Documentation "a placement that the service refuses";
    LIFECYCLE_CONFLICT "KILN-C015" Error Documentation "a lifecycle rule that the service refuses";
    RESERVED_RESOURCE_TAG "KILN-C017" Warning Documentation "a tag that build instances cannot have";
    TOO_MANY "KILN-C018" Error Model "more of something than the service takes";
    SSM_AGENT_WINDOWS "KILN-C019" Error Documentation "the SSM agent stays on Windows";
    ROOT_UNKNOWN "KILN-C020" Warning Opinion "a root volume that kiln cannot encrypt";
    PUBLIC_ENCRYPTED "KILN-C021" Error Documentation "an encrypted image cannot be public";
    PUBLISH_IN_MANY "KILN-C022" Error Documentation "a launch template exists in one Region only";
    WRONG_PRODUCT "KILN-C023" Error Model "something of AMIs for a container image, or the other way";
    HOP_LIMIT "KILN-C024" Error Documentation "a hop limit that keeps containers from the metadata service";
    REPOSITORY_ELSEWHERE "KILN-C025" Warning Documentation "a repository that must exist in another Region";
    WORKFLOW_PLACE "KILN-C026" Error Documentation "workflows that the service does not take together";
    FAST_LAUNCH "KILN-C027" Error Documentation "a fast launch that the service refuses";
    IMMUTABLE_TAGS "KILN-C028" Error Documentation "tags that must move and cannot";
    PRIVATE_MIRRORS "KILN-C040" Warning Documentation "a private network without a way to package mirrors";
    PRIVATE_SERVICE "KILN-C041" Warning Documentation "a private network without a way to a service";
    TWO_CLOCKS "KILN-C042" Warning Opinion "a layered pipeline that does not follow its base";
    MAC_HOST "KILN-C043" Error Documentation "macOS elsewhere than on a Mac host, or another system there";
    GENERATED_KEY "KILN-C044" Error Documentation "a generated key that is needed in several Regions";
    OVER_QUOTA "KILN-C045" Warning Documentation "more than the quota of a new account";
    PARAMETER_TWICE "KILN-C046" Error Documentation "an SSM parameter that several pipelines write";
    PARTITIONS "KILN-C047" Error Documentation "Regions of several partitions in one distribution";
    NEVER_ACTS "KILN-C048" Warning Documentation "a lifecycle rule that never acts";
    UNTESTED "KILN-C049" Warning Opinion "a pipeline that builds and tests nothing";
    SCAN_CONDITION "KILN-C050" Error Model "a condition on a scan that the service refuses";
    SUPPORTED_OS "KILN-C051" Error Documentation "a component for other systems than the base";
    TWO_REGIONS "KILN-C052" Error Documentation "resources of two Regions in one recipe";
    IMAGE_TWICE "KILN-C053" Error Documentation "a repository and tag that several pipelines push";
    PUBLIC_WATERMARK "KILN-C054" Error Documentation "a watermarked image cannot be public";

    NOT_YAML "KILN-D001" Error Documentation "a document that is not YAML";
    NOT_A_COMPONENT "KILN-D002" Error Documentation "a document that is no AWSTOE component";
    DOCUMENT_TOO_LONG "KILN-D003" Error Model "a document that is too long to be inline";
    UNKNOWN_FIELD "KILN-D004" Error Documentation "a key that means nothing there in a document";
    FIELD_MISSING "KILN-D005" Error Documentation "a key that a document must have there";
    FIELD_TYPE "KILN-D006" Error Documentation "a value of another type than the document wants there";
    FIELD_VALUE "KILN-D007" Error Documentation "a value that the document does not take there";
    UNKNOWN_ACTION "KILN-D008" Error Documentation "an action that does not exist";
    UNKNOWN_INPUT "KILN-D009" Error Documentation "an input that the action does not have";
    INPUT_MISSING "KILN-D010" Error Documentation "an input that the action must have";
    INPUTS_CONFLICT "KILN-D011" Error Documentation "inputs that do not go together";
    BAD_DOCUMENT_NAME "KILN-D012" Error Documentation "a name that cannot be one in a document";
    DUPLICATE_IN_DOCUMENT "KILN-D013" Error Documentation "a name twice in a document";
    ACTION_PLATFORM "KILN-D014" Error Documentation "an action or an input that the platform does not have";
    BAD_CONDITION "KILN-D015" Error Documentation "a condition that cannot be decided";
    BAD_LOOP "KILN-D016" Error Documentation "a loop that cannot run";
    BAD_EXPRESSION "KILN-D017" Error Documentation "braces that stand for nothing";
    UNDECLARED "KILN-D018" Error Documentation "a parameter or a constant that is not declared";
    BAD_CHAIN "KILN-D019" Error Documentation "a step's input or output that cannot be had there";
    NO_KNOWN_PHASE "KILN-D020" Error Documentation "a document that would never run";
    NESTED_DOCUMENT "KILN-D021" Error Documentation "a nested document that cannot be run";
    UNUSED_PARAMETER "KILN-D022" Warning Opinion "a parameter or a constant that nothing uses";
    CONTINUE_FAILS "KILN-D023" Warning Documentation "a failure that is passed over and still fails the build";
    REBOOT "KILN-D024" Warning Documentation "a restart that loses the step or never ends";
    SECRET "KILN-D025" Warning Opinion "a secret in a document";
    UNVERIFIED "KILN-D026" Warning Opinion "something that is run without being verified";
    IN_MEMORY "KILN-D028" Warning Documentation "a file that is gone after a restart";
    NOT_NFC "KILN-D029" Warning Documentation "characters that Terraform writes in another way";
    CARRIAGE_RETURN "KILN-D030" Warning Documentation "a line end of Windows in a script for Unix";
    NOT_INLINE "KILN-D031" Warning Model "a document that must be uploaded";
    FOREIGN_BRACES "KILN-D032" Warning Documentation "braces of another language that AWSTOE may take for its own";
    DEAD_PHASE "KILN-D033" Warning Documentation "a phase that Image Builder never runs";
    CHANGED_TEXT "KILN-D034" Warning Documentation "a text that YAML changes";
    CONSTANT_CONDITION "KILN-D035" Warning Model "a condition that compares two constants";
    PROMPT "KILN-D036" Warning Documentation "a command that waits for an answer";

    NOT_A_WORKFLOW "KILN-W001" Error Documentation "a document that is no workflow";
    BAD_PATH "KILN-W002" Error Documentation "a path that leads nowhere";
    WORKFLOW_STAGE "KILN-W003" Error Documentation "an action that workflows of the type do not have";
    TOO_MANY_STEPS "KILN-W004" Error Documentation "more steps than a workflow takes";
    WORKFLOW_CONFLICT "KILN-W005" Error Documentation "actions that exclude each other";
    PLAIN_PATH "KILN-W006" Warning Use "a path that is taken for a text";
    INSTANCE_LEFT "KILN-W007" Warning Opinion "an instance that nothing ends";

    NOT_A_DOCKERFILE "KILN-K001" Error Documentation "a text that is no Dockerfile";
    NO_PARENT_IMAGE "KILN-K002" Error Documentation "a Dockerfile template that does not begin with the parent image";
    COMPONENTS_ORDER "KILN-K003" Error Documentation "a Dockerfile template that does not run components";
    UNKNOWN_VARIABLE "KILN-K004" Error Documentation "a variable that Dockerfile templates do not have";
    BAD_INSTRUCTION "KILN-K005" Error Documentation "an instruction that Dockerfiles do not have";

    PINNED_VERSION_MOVED "KILN-L001" Error Kiln "a pinned version with other content than before";
    LOCK_UNREADABLE "KILN-L002" Error Kiln "a lock file that kiln cannot read";
    LOCK_WOULD_MOVE "KILN-L003" Error Kiln "versions would move, and --locked forbids it";
    VERSION_EXHAUSTED "KILN-L004" Error Model "no higher version exists";
    LOCK_CONFLICT "KILN-L005" Error Kiln "one version with two contents in the lock file";
    LOCK_MISSING "KILN-L006" Warning Opinion "a generated template without its lock file";
    PINNED_BELOW "KILN-L007" Warning Opinion "a pinned version lower than the newest on record";

    NOT_IN_TERRAFORM "KILN-B001" Error Model "something that Terraform's provider cannot express";
    CLOUDFORMATION_LIMIT "KILN-B002" Error Documentation "more than one CloudFormation stack takes";
    ID_COLLISION "KILN-B003" Error Kiln "two things that would get one id in a template";
    VERSIONS_UNSEEN "KILN-B004" Warning Documentation "images of earlier versions that no lifecycle policy covers";
    UNCHECKED "KILN-B005" Warning Opinion "something that is handed on as it is";
    NOT_IN_CLOUDFORMATION "KILN-B006" Error Model "something that CloudFormation has no property for";
}

#[cfg(test)]
mod tests {
    use super::super::explain::explain;
    use super::*;

    #[test]
    fn every_verdict_has_a_basis() {
        for code in ALL {
            let source = explain(*code).source;
            let is_own = source.starts_with("kiln's own");
            match (code.severity, code.basis) {
                (Severity::Error, Basis::Use | Basis::Opinion) => panic!("{}: an opinion is a warning", code.id),
                (_, Basis::Model | Basis::Documentation) => assert!(!is_own, "{}: {source}", code.id),
                (_, Basis::Use | Basis::Opinion | Basis::Kiln) => assert!(!source.is_empty(), "{}", code.id),
            }
        }
    }

    #[test]
    fn codes_are_unique_and_in_order() {
        for (index, code) in ALL.iter().enumerate() {
            assert!(ALL[..index].iter().all(|other| other.id != code.id), "{} is there twice", code.id);
            assert!(code.id.len() == 9 && code.id.starts_with("KILN-"), "{}", code.id);
            assert!(AREAS.iter().any(|(letter, _)| *letter == code.area()), "{} is of no area", code.id);
        }
    }
}
