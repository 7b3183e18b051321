//! The action modules of AWSTOE and the keys of its documents (EC2 Image Builder User Guide, "Action modules supported by
//! AWSTOE component manager"; `Assert` and conditions from "Use the AWSTOE component document framework").

use crate::document::condition::{Baseline, Grammar, Operator};
use crate::document::grammar::Kind::{
    Account, Any, AnyCaseWord, Flag, Integer, List, Own, Permissions, Text, TextMap, Texts, Word,
};
use crate::document::grammar::{Action, Field, Rule, UNIX, WINDOWS, optional, required};
use crate::project::Platform;

/// The keys of a component document.
pub(crate) const DOCUMENT: &[Field] = &[
    optional("name", Text, "A name for its readers."),
    optional("description", Text, "What it is for."),
    required("schemaVersion", Own("schemaVersion"), "The version of this language: 1.0."),
    optional("parameters", Own("parameters"), "What a recipe may give it, each under its name."),
    optional("constants", Own("constants"), "Values that stay the same, each under its name."),
    required(
        "phases",
        Own("phases"),
        "What is done in the build stage (`build`, `validate`) and the test stage (`test`).",
    ),
];

/// The keys of a parameter.
pub(crate) const PARAMETER: &[Field] = &[
    required("type", Word(&["string"]), "Its type; the only one is `string`."),
    optional("default", Text, "Its value where the recipe gives none."),
    optional("description", Text, "What it is for."),
    optional("allowedValues", Texts, "The values that it may have."),
];

/// The keys of a constant.
pub(crate) const CONSTANT: &[Field] = &[
    required("type", Word(&["string"]), "Its type; the only one is `string`."),
    required("value", Text, "Its value."),
];

/// The keys of a phase.
pub(crate) const PHASE: &[Field] = &[
    required("name", Text, "Its name: `build`, `validate` or `test`."),
    required("steps", Own("steps"), "What is done, in this order."),
];

/// The keys of a step.
pub(crate) const STEP: &[Field] = &[
    required("name", Text, "Its name: letters, digits, `-` and `_`, once in the phase."),
    required("action", Own("action"), "What it does."),
    optional("timeoutSeconds", Integer(-1, i64::MAX), "How long it may take; -1 for as long as it likes.")
        .default("7200"),
    optional("onFailure", Word(&["Abort", "Continue", "Ignore"]), "What happens when it fails: `Abort` ends the document, `Continue` goes on and the document still fails, `Ignore` goes on as if nothing had happened.")
        .default("Abort"),
    optional("maxAttempts", Integer(1, i64::MAX), "How often it is tried.").default("1"),
    optional("inputs", Own("inputs"), "What the action needs: a map, or a list of maps."),
    optional("loop", Own("loop"), "Over what it is repeated."),
    optional("if", Own("condition"), "When it is done."),
    optional("disableLogging", Flag, "Whether its output stays out of the logs.").default("false"),
];

/// The keys of a loop.
pub(crate) const LOOP: &[Field] = &[
    optional("name", Text, "Its name, for `{{ NAME.index }}` and `{{ NAME.value }}`.").default("loop"),
    optional("for", Own("for"), "Numbers from a start to an end."),
    optional("forEach", Own("forEach"), "The items of a list, or the pieces of a text."),
];

/// The keys of a loop over numbers.
pub(crate) const FOR: &[Field] = &[
    required("start", Integer(i64::MIN, i64::MAX), "The first number."),
    required("end", Integer(i64::MIN, i64::MAX), "The last number, which is included."),
    required("updateBy", Integer(i64::MIN, i64::MAX), "What is added each time; not 0."),
];

/// The keys of a loop over the pieces of a text.
pub(crate) const FOR_EACH: &[Field] = &[
    required("list", Text, "The text."),
    optional("delimiter", Own("delimiter"), "What stands between the pieces.").default(","),
];

/// What may stand between the pieces of a text.
pub(crate) const DELIMITERS: &[&str] = &[".", ",", ";", ":", "\n", "\t", " ", "-", "_"];

/// The conditions of component documents.
pub(crate) const CONDITIONS: Grammar = Grammar {
    operators: &[
        Operator { name: "stringIsEmpty", baseline: Baseline::Text, tested: None },
        Operator { name: "stringIsWhitespace", baseline: Baseline::Text, tested: None },
        value("stringEquals", Baseline::Text),
        value("stringLessThan", Baseline::Text),
        value("stringLessThanEquals", Baseline::Text),
        value("stringGreaterThan", Baseline::Text),
        value("stringGreaterThanEquals", Baseline::Text),
        value("patternMatches", Baseline::Text),
        value("numberEquals", Baseline::Number),
        value("numberLessThan", Baseline::Number),
        value("numberLessThanEquals", Baseline::Number),
        value("numberGreaterThan", Baseline::Number),
        value("numberGreaterThanEquals", Baseline::Number),
        Operator { name: "binaryExists", baseline: Baseline::Text, tested: None },
        Operator { name: "fileExists", baseline: Baseline::Text, tested: None },
        Operator { name: "folderExists", baseline: Baseline::Text, tested: None },
        Operator { name: "fileMD5Equals", baseline: Baseline::Checksum(32), tested: Some("path") },
        Operator { name: "fileSHA1Equals", baseline: Baseline::Checksum(40), tested: Some("path") },
        Operator { name: "fileSHA256Equals", baseline: Baseline::Checksum(64), tested: Some("path") },
        Operator { name: "fileSHA512Equals", baseline: Baseline::Checksum(128), tested: Some("path") },
    ],
    most_children: usize::MAX,
    has_branches: true,
};

const fn value(name: &'static str, baseline: Baseline) -> Operator {
    Operator { name, baseline, tested: Some("value") }
}

/// The action of that name.
pub(crate) fn find(name: &str) -> Option<&'static Action> {
    ACTIONS.iter().find(|action| action.name == name)
}

/// All of them.
pub(crate) const ACTIONS: &[Action] = &[
    ASSERT,
    EXECUTE_BASH,
    EXECUTE_BINARY,
    EXECUTE_DOCUMENT,
    EXECUTE_POWERSHELL,
    S3_DOWNLOAD,
    S3_UPLOAD,
    WEB_DOWNLOAD,
    APPEND_FILE,
    Action::list("CopyFile", "Copies files.", FROM_TO),
    Action::list("CopyFolder", "Copies folders.", FROM_TO),
    Action::list("MoveFile", "Moves files.", FROM_TO),
    Action::list("MoveFolder", "Moves folders.", FROM_TO),
    CREATE_FILE,
    CREATE_FOLDER,
    CREATE_SYMLINK,
    Action::list("DeleteFile", "Deletes files.", &[PATH]),
    DELETE_FOLDER,
    LIST_FILES,
    READ_FILE,
    Action::list("SetFileEncoding", "Changes the encoding of files.", &[PATH, ENCODING]),
    Action::list("SetFileOwner", "Changes the owner of files.", &[PATH, OWNER, GROUP]).on(UNIX),
    Action::list("SetFolderOwner", "Changes the owner of folders.", &[PATH, OWNER, GROUP, RECURSIVE]).on(UNIX),
    Action::list("SetFilePermissions", "Changes the permissions of files.", &[PATH, PERMISSIONS]).on(UNIX),
    Action::list("SetFolderPermissions", "Changes the permissions of folders.", &[PATH, PERMISSIONS, RECURSIVE])
        .on(UNIX),
    Action::map("InstallMSI", "Installs an MSI package.", MSI).on(WINDOWS).gives(MSI_OUTPUTS),
    Action::map("UninstallMSI", "Removes an MSI package.", MSI).on(WINDOWS).gives(MSI_OUTPUTS),
    REBOOT,
    SET_REGISTRY,
    UPDATE_OS,
];

const PATH: Field = required("path", Text, "The path.");
const SOURCE: Field = required("source", Text, "From where; `*` in the last part stands for any text.");
const DESTINATION: Field = required("destination", Text, "To where.");
const OVERWRITE: Field = optional("overwrite", Flag, "Whether what is there is replaced.").default("true");
const RECURSIVE: Field = optional("recursive", Flag, "Whether what is below is meant too.").default("true");
const CONTENT: Field = optional("content", Text, "The text.");
const OWNER: Field = required("owner", Text, "The owner's name or number.").on(UNIX);
const GROUP: Field = optional("group", Text, "The group's name or number.").on(UNIX);
const PERMISSIONS: Field =
    required("permissions", Permissions, "Octal permissions in quotes, such as \"0644\".").on(UNIX);
const BUCKET_OWNER: Field = optional("expectedBucketOwner", Account, "The account that must own the bucket.");
const ENCODING: Field = optional("encoding", AnyCaseWord(ENCODINGS), "The encoding of the text.").default("utf8");
const FROM_TO: &[Field] = &[SOURCE, DESTINATION, OVERWRITE];

const ENCODINGS: &[&str] = &[
    "utf8",
    "utf-8",
    "utf16",
    "utf-16",
    "utf16-LE",
    "utf-16-LE",
    "utf16-BE",
    "utf-16-BE",
    "utf32",
    "utf-32",
    "utf32-LE",
    "utf-32-LE",
    "utf32-BE",
    "utf-32-BE",
];

const ASSERT: Action = Action::map("Assert", "Fails unless a condition holds.", &[]);

const EXECUTE_BASH: Action = Action::map(
    "ExecuteBash",
    "Runs commands in Bash, as one script.",
    &[required("commands", Texts, "The lines of the script, as a list.")],
)
.on(UNIX)
.gives(&["stdout"]);

const EXECUTE_BINARY: Action = Action::map(
    "ExecuteBinary",
    "Runs a program.",
    &[required("path", Text, "The program."), optional("arguments", Texts, "Its arguments, as a list.")],
)
.gives(&["stdout"]);

const EXECUTE_DOCUMENT: Action = Action::map(
    "ExecuteDocument",
    "Runs another component document, up to three levels deep.",
    &[
        required("document", Text, "A path, an `s3://` URI or the ARN of a component."),
        optional("document-s3-bucket-owner", Account, "The account that must own the bucket."),
        optional("phases", Text, "Names of phases with commas between; all if it is left out."),
        optional(
            "parameters",
            List(&[required("name", Text, "The parameter."), required("value", Text, "Its value.")]),
            "Values of the document's parameters.",
        ),
    ],
)
.gives(&[
    "executedStepCount",
    "executionId",
    "failedStepCount",
    "failureMessage",
    "ignoredFailedStepCount",
    "logUrl",
    "status",
]);

const EXECUTE_POWERSHELL: Action = Action::map(
    "ExecutePowerShell",
    "Runs commands in PowerShell, as one script.",
    &[
        optional("commands", Texts, "The lines of the script, as a list."),
        optional("file", Text, "The path of a script, instead of commands."),
    ],
)
.on(WINDOWS)
.gives(&["stdout"])
.rules(&[Rule::OneOf("commands", "file")]);

const S3_DOWNLOAD: Action = Action::list(
    "S3Download",
    "Downloads objects of Amazon S3.",
    &[
        required("source", Text, "`s3://bucket/key`, or `s3://bucket/prefix/*` for all below."),
        required("destination", Text, "The path, with the file's name for a single object."),
        BUCKET_OWNER,
        OVERWRITE,
    ],
);

const S3_UPLOAD: Action = Action::list(
    "S3Upload",
    "Uploads files to Amazon S3.",
    &[
        SOURCE,
        required("destination", Text, "`s3://bucket/key`."),
        optional("recurse", Flag, "Whether a folder is uploaded with all below.").default("false"),
        BUCKET_OWNER,
    ],
);

const WEB_DOWNLOAD: Action = Action::list(
    "WebDownload",
    "Downloads files over HTTP or HTTPS.",
    &[
        required("source", Text, "The URL."),
        required("destination", Text, "The path; a folder ends in `/`."),
        OVERWRITE,
        optional("checksum", Text, "What the content must hash to."),
        optional("algorithm", Word(&["MD5", "SHA1", "SHA256", "SHA512"]), "What the checksum is made with."),
        optional("ignoreCertificateErrors", Flag, "Whether any server will do.").default("false"),
    ],
)
.gives(&["destination"])
.rules(&[Rule::Together("checksum", "algorithm")]);

const APPEND_FILE: Action = Action::list("AppendFile", "Adds text to files.", &[PATH, CONTENT, ENCODING]);

const CREATE_FILE: Action = Action::list(
    "CreateFile",
    "Writes files.",
    &[
        PATH,
        CONTENT,
        ENCODING,
        optional("owner", Text, "The owner's name or number.").on(UNIX),
        GROUP,
        optional("permissions", Permissions, "Octal permissions in quotes.").default("0666").on(UNIX),
        OVERWRITE,
    ],
);

const CREATE_FOLDER: Action = Action::list(
    "CreateFolder",
    "Makes folders.",
    &[
        PATH,
        optional("owner", Text, "The owner's name or number.").on(UNIX),
        GROUP,
        optional("permissions", Permissions, "Octal permissions in quotes.").default("0777").on(UNIX),
        OVERWRITE,
    ],
);

const CREATE_SYMLINK: Action = Action::list(
    "CreateSymlink",
    "Makes symbolic links.",
    &[
        PATH,
        required("target", Text, "What the link leads to; it must exist."),
        optional("force", Flag, "Whether a link that is there is replaced.").default("false"),
    ],
)
.on(UNIX);

const DELETE_FOLDER: Action = Action::list(
    "DeleteFolder",
    "Deletes folders.",
    &[PATH, optional("force", Flag, "Whether a folder with content is deleted too.").default("false")],
);

const LIST_FILES: Action = Action::list(
    "ListFiles",
    "Lists the files of a folder.",
    &[
        PATH,
        optional("fileNamePattern", Text, "What the names must look like."),
        optional("recursive", Flag, "Whether what is below is meant too.").default("false"),
    ],
)
.gives(&["files"]);

const READ_FILE: Action = Action::list(
    "ReadFile",
    "Reads text files.",
    &[PATH, ENCODING, optional("printFileContent", Flag, "Whether the content is logged.").default("false")],
)
.gives(&["content"]);

const MSI: &[Field] = &[
    required("path", Text, "A path, an `s3://` URI or a URL of the package."),
    optional("reboot", Word(&["Allow", "Force", "Skip"]), "Whether a restart follows.").default("Allow"),
    optional("logOptions", Text, "The letters after `/L` of msiexec.").default("*VX"),
    optional("logFile", Text, "The path of the log."),
    optional("properties", TextMap, "Properties of the package."),
    optional("ignoreAuthenticodeSignatureErrors", Flag, "Whether a bad signature will do.").default("false"),
    optional("allowUnsignedInstaller", Flag, "Whether no signature will do.").default("false"),
];
const MSI_OUTPUTS: &[&str] = &["logFile", "msiExitCode", "stdout"];

const REBOOT: Action = Action::map(
    "Reboot",
    "Restarts the instance and goes on with the next step.",
    &[optional("delaySeconds", Integer(0, i64::MAX), "How long it waits before.").default("0")],
);

const SET_REGISTRY: Action = Action::list(
    "SetRegistry",
    "Writes values of the registry.",
    &[
        required("path", Text, "The key, beginning with a root such as `HKLM:`."),
        required("name", Text, "The name of the value."),
        required("value", Any, "A text, a number or a list, as the type wants it."),
        required("type", Word(&["BINARY", "DWORD", "QWORD", "SZ", "EXPAND_SZ", "MULTI_SZ"]), "The type of the value."),
    ],
)
.on(WINDOWS);

const UPDATE_OS: Action = Action::map(
    "UpdateOS",
    "Installs updates of the operating system.",
    &[
        optional("include", Texts, "Only these packages or updates."),
        optional("exclude", Texts, "Not these packages or updates."),
    ],
)
.on(&[Platform::Linux, Platform::Windows]);
