//! The codes of diagnostics. A code is stable: it is searched for, allowed and explained by its text.
//!
//! The letter is the area, see [`AREAS`]. A code's number is never given to another finding. Each code has a text beside
//! it, `explain/CODE.md`, without which it does not compile: see [`super::explain`].

use std::hash::{Hash, Hasher};

use super::Severity;

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
    ($($name:ident $id:literal $severity:ident $title:literal;)*) => {
        $(
            #[doc = concat!("`", $id, "`: ", $title, ".")]
            pub const $name: Code = Code { id: $id, severity: Severity::$severity, title: $title };
        )*

        /// All codes, in order.
        pub const ALL: &[Code] = &[$($name),*];

        /// The texts that explain them, in the same order.
        pub(super) const TEXTS: &[&str] = &[$(include_str!(concat!("explain/", $id, ".md"))),*];
    };
}

codes! {
    FILE_MISSING "KILN-F001" Error "a file that is named does not exist";
    FILE_UNREADABLE "KILN-F002" Error "a file cannot be read";
    FILE_NOT_UTF8 "KILN-F003" Error "a file is not UTF-8 text";
    FILE_TOO_LARGE "KILN-F004" Error "a file is too large";
    FILE_OUTSIDE "KILN-F005" Error "a file outside the repository";
    HIDDEN_CHARACTER "KILN-F006" Warning "a character that a reader cannot see";
    UNKNOWN_FILE "KILN-F007" Error "a file that kiln cannot check";

    SYNTAX "KILN-S001" Error "the spec is not valid TOML";
    UNKNOWN_KEY "KILN-S002" Error "a key that means nothing there";
    WRONG_TYPE "KILN-S003" Error "a value of the wrong type";
    MISSING_KEY "KILN-S004" Error "a key that must be there";
    EMPTY "KILN-S005" Error "there is nothing in it";
    CONTRADICTION "KILN-S006" Error "two keys that exclude each other";
    BAD_NAME "KILN-S007" Error "a name that cannot be one";
    DUPLICATE_NAME "KILN-S008" Error "two names that AWS would take for one";
    MATRIX "KILN-S009" Error "a matrix that cannot be fanned out";
    BAD_ALLOWANCE "KILN-S010" Error "a finding that cannot be allowed so";
    UNUSED_ALLOWANCE "KILN-S011" Warning "an allowance that allows nothing";
    SECRET_IN_SPEC "KILN-S012" Error "a secret in a spec";
    NOT_LISTED "KILN-S013" Error "more findings than are listed";
    DYNAMIC_REFERENCE "KILN-S014" Error "a dynamic reference outside of `[raw]`";

    BAD_SIZE "KILN-V001" Error "a size without its unit, or out of range";
    BAD_SCHEDULE "KILN-V002" Error "an expression that is no schedule";
    BAD_TIMEZONE "KILN-V003" Error "a time zone that does not exist";
    BAD_REGION "KILN-V004" Error "a Region that cannot be one";
    BAD_ACCOUNT "KILN-V005" Error "an account id that cannot be one";
    BAD_VERSION "KILN-V006" Error "a version that is not three numbers";
    BAD_BASE "KILN-V007" Error "a base image that is not known";
    OUT_OF_RANGE "KILN-V008" Error "a number out of its range";
    BAD_CHOICE "KILN-V009" Error "a word that is not one of those allowed";
    BAD_KMS_KEY "KILN-V010" Error "a KMS key that cannot be one";
    BAD_AMI_NAME "KILN-V011" Error "an AMI name that the service refuses";
    BAD_DEVICE "KILN-V012" Error "a device name that cannot be one";
    BAD_INSTANCE_TYPE "KILN-V013" Error "an instance type that cannot be one";
    BAD_TAG "KILN-V014" Error "a tag that AWS refuses";
    BAD_ID "KILN-V015" Error "an id or ARN of the wrong form";
    BAD_TEXT "KILN-V016" Error "a text that is empty, too long or has forbidden characters";
    BAD_AGE "KILN-V017" Error "an age without its unit, or out of range";
    UNKNOWN_REGION "KILN-V018" Warning "a Region that kiln does not know";

    UNKNOWN_REFERENCE "KILN-R001" Error "a name that nothing has";
    COMPONENT_TWICE "KILN-R002" Error "a component twice in one recipe";
    UNUSED "KILN-R003" Warning "something that nothing uses";
    UNKNOWN_MANAGED "KILN-R004" Warning "a managed component that kiln does not know";
    CIRCULAR "KILN-R005" Error "pipelines whose images are each other's base";
    UNPUBLISHED "KILN-R006" Error "a base pipeline that publishes no parameter";

    PLATFORM_MISMATCH "KILN-C001" Error "a component of another platform than the base";
    ARCHITECTURE_MISMATCH "KILN-C002" Error "an instance type of another architecture than the base";
    SHARED_DEFAULT_KEY "KILN-C003" Error "an image encrypted with the default key cannot be shared";
    COMPONENT_PARAMETER "KILN-C004" Error "a component parameter that is missing or not declared";
    FACT_MISSING "KILN-C005" Error "something about the base that kiln cannot know";
    PINNED_BASE "KILN-C006" Warning "a base that never gets newer";
    NETWORK_INCOMPLETE "KILN-C007" Error "a subnet without security groups";
    VOLUME_CONFLICT "KILN-C008" Error "a volume setting that its type does not take";
    REGION_TWICE "KILN-C009" Error "a Region twice in one distribution";
    DEVICE_TWICE "KILN-C010" Error "two volumes at one device";
    PUBLIC_IMAGE "KILN-C011" Warning "an image that everybody may launch";
    KEY_OF_ANOTHER_REGION "KILN-C012" Error "a KMS key that does not exist in the Region";
    SCAN_WITHOUT_TESTS "KILN-C013" Error "a scan needs tests";
    PLACEMENT_CONFLICT "KILN-C014" Error "a placement that the service refuses";
    LIFECYCLE_CONFLICT "KILN-C015" Error "a lifecycle rule that the service refuses";
    RESERVED_RESOURCE_TAG "KILN-C017" Warning "a tag that build instances cannot have";
    TOO_MANY "KILN-C018" Error "more of something than the service takes";
    SSM_AGENT_WINDOWS "KILN-C019" Error "the SSM agent stays on Windows";
    ROOT_UNKNOWN "KILN-C020" Warning "a root volume that kiln cannot encrypt";
    PUBLIC_ENCRYPTED "KILN-C021" Error "an encrypted image cannot be public";
    PUBLISH_IN_MANY "KILN-C022" Error "a launch template exists in one Region only";
    WRONG_PRODUCT "KILN-C023" Error "something of AMIs for a container image, or the other way";
    HOP_LIMIT "KILN-C024" Error "a hop limit that keeps containers from the metadata service";
    REPOSITORY_ELSEWHERE "KILN-C025" Warning "a repository that must exist in another Region";
    WORKFLOW_PLACE "KILN-C026" Error "workflows that the service does not take together";
    FAST_LAUNCH "KILN-C027" Error "a fast launch that the service refuses";
    IMMUTABLE_TAGS "KILN-C028" Error "tags that must move and cannot";
    PRIVATE_MIRRORS "KILN-C040" Warning "a private network without a way to package mirrors";
    PRIVATE_SERVICE "KILN-C041" Warning "a private network without a way to a service";
    TWO_CLOCKS "KILN-C042" Warning "a layered pipeline that does not follow its base";
    MAC_HOST "KILN-C043" Error "macOS elsewhere than on a Mac host, or another system there";
    GENERATED_KEY "KILN-C044" Error "a generated key that is needed in several Regions";
    OVER_QUOTA "KILN-C045" Warning "more than the quota of a new account";
    PARAMETER_TWICE "KILN-C046" Error "an SSM parameter that several pipelines write";
    PARTITIONS "KILN-C047" Error "Regions of several partitions in one distribution";
    NEVER_ACTS "KILN-C048" Warning "a lifecycle rule that never acts";
    UNTESTED "KILN-C049" Warning "a pipeline that builds and tests nothing";
    SCAN_CONDITION "KILN-C050" Error "a condition on a scan that the service refuses";

    NOT_YAML "KILN-D001" Error "a document that is not YAML";
    NOT_A_COMPONENT "KILN-D002" Error "a document that is no AWSTOE component";
    DOCUMENT_TOO_LONG "KILN-D003" Error "a document that is too long to be inline";
    UNKNOWN_FIELD "KILN-D004" Error "a key that means nothing there in a document";
    FIELD_MISSING "KILN-D005" Error "a key that a document must have there";
    FIELD_TYPE "KILN-D006" Error "a value of another type than the document wants there";
    FIELD_VALUE "KILN-D007" Error "a value that the document does not take there";
    UNKNOWN_ACTION "KILN-D008" Error "an action that does not exist";
    UNKNOWN_INPUT "KILN-D009" Error "an input that the action does not have";
    INPUT_MISSING "KILN-D010" Error "an input that the action must have";
    INPUTS_CONFLICT "KILN-D011" Error "inputs that do not go together";
    BAD_DOCUMENT_NAME "KILN-D012" Error "a name that cannot be one in a document";
    DUPLICATE_IN_DOCUMENT "KILN-D013" Error "a name twice in a document";
    ACTION_PLATFORM "KILN-D014" Error "an action or an input that the platform does not have";
    BAD_CONDITION "KILN-D015" Error "a condition that cannot be decided";
    BAD_LOOP "KILN-D016" Error "a loop that cannot run";
    BAD_EXPRESSION "KILN-D017" Error "braces that stand for nothing";
    UNDECLARED "KILN-D018" Error "a parameter or a constant that is not declared";
    BAD_CHAIN "KILN-D019" Error "a step's input or output that cannot be had there";
    NO_KNOWN_PHASE "KILN-D020" Error "a document that would never run";
    NESTED_DOCUMENT "KILN-D021" Error "a nested document that cannot be run";
    UNUSED_PARAMETER "KILN-D022" Warning "a parameter or a constant that nothing uses";
    CONTINUE_FAILS "KILN-D023" Warning "a failure that is passed over and still fails the build";
    REBOOT "KILN-D024" Warning "a restart that loses the step or never ends";
    SECRET "KILN-D025" Warning "a secret in a document";
    UNVERIFIED "KILN-D026" Warning "something that is run without being verified";
    IN_MEMORY "KILN-D028" Warning "a file that is gone after a restart";
    NOT_NFC "KILN-D029" Warning "characters that Terraform writes in another way";
    CARRIAGE_RETURN "KILN-D030" Warning "a line end of Windows in a script for Unix";
    NOT_INLINE "KILN-D031" Warning "a document that must be uploaded";
    FOREIGN_BRACES "KILN-D032" Warning "braces of another language that AWSTOE may take for its own";
    DEAD_PHASE "KILN-D033" Warning "a phase that Image Builder never runs";
    CHANGED_TEXT "KILN-D034" Warning "a text that YAML changes";
    CONSTANT_CONDITION "KILN-D035" Warning "a condition that compares two constants";
    PROMPT "KILN-D036" Warning "a command that waits for an answer";

    NOT_A_WORKFLOW "KILN-W001" Error "a document that is no workflow";
    BAD_PATH "KILN-W002" Error "a path that leads nowhere";
    WORKFLOW_STAGE "KILN-W003" Error "an action that workflows of the type do not have";
    TOO_MANY_STEPS "KILN-W004" Error "more steps than a workflow takes";
    WORKFLOW_CONFLICT "KILN-W005" Error "actions that exclude each other";
    PLAIN_PATH "KILN-W006" Warning "a path that is taken for a text";
    INSTANCE_LEFT "KILN-W007" Warning "an instance that nothing ends";

    NOT_A_DOCKERFILE "KILN-K001" Error "a text that is no Dockerfile";
    NO_PARENT_IMAGE "KILN-K002" Error "a Dockerfile template that does not begin with the parent image";
    COMPONENTS_ORDER "KILN-K003" Error "a Dockerfile template that does not run components";
    UNKNOWN_VARIABLE "KILN-K004" Error "a variable that Dockerfile templates do not have";
    BAD_INSTRUCTION "KILN-K005" Error "an instruction that Dockerfiles do not have";

    PINNED_VERSION_MOVED "KILN-L001" Error "a pinned version with other content than before";
    LOCK_UNREADABLE "KILN-L002" Error "a lock file that kiln cannot read";
    LOCK_WOULD_MOVE "KILN-L003" Error "versions would move, and --locked forbids it";
    VERSION_EXHAUSTED "KILN-L004" Error "no higher version exists";
    LOCK_CONFLICT "KILN-L005" Error "one version with two contents in the lock file";
    LOCK_MISSING "KILN-L006" Warning "a generated template without its lock file";
    PINNED_BELOW "KILN-L007" Warning "a pinned version lower than the newest on record";

    NOT_IN_TERRAFORM "KILN-B001" Error "something that Terraform's provider cannot express";
    CLOUDFORMATION_LIMIT "KILN-B002" Error "more than one CloudFormation stack takes";
    ID_COLLISION "KILN-B003" Error "two things that would get one id in a template";
    VERSIONS_UNSEEN "KILN-B004" Warning "images of earlier versions that no lifecycle policy covers";
    UNCHECKED "KILN-B005" Warning "something that is handed on as it is";
    NOT_IN_CLOUDFORMATION "KILN-B006" Error "something that CloudFormation has no property for";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_and_in_order() {
        for (index, code) in ALL.iter().enumerate() {
            assert!(ALL[..index].iter().all(|other| other.id != code.id), "{} is there twice", code.id);
            assert!(code.id.len() == 9 && code.id.starts_with("KILN-"), "{}", code.id);
            assert!(AREAS.iter().any(|(letter, _)| *letter == code.area()), "{} is of no area", code.id);
        }
    }
}
