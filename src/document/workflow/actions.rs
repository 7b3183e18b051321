//! The actions of workflow documents (EC2 Image Builder User Guide, "Supported step actions for your workflow document").

use super::Stage;
use crate::document::condition::{Baseline, Grammar, Operator};
use crate::document::grammar::Kind::{Any, Flag, Integer, Json, List, Map, Own, Text, TextMap, Texts, TextsMap, Word};
use crate::document::grammar::{Action, Field, optional, required};

/// An action, where it may stand and how long it may take.
#[derive(Debug, Clone, Copy)]
pub(crate) struct StepAction {
    /// What it takes and gives.
    pub(crate) action: Action,
    /// The types of workflows that have it.
    pub(crate) stages: &'static [Stage],
    /// The default and the highest timeout in seconds.
    pub(crate) timeout: (i64, i64),
}

const ANY_STAGE: &[Stage] = &[Stage::Build, Stage::Test, Stage::Distribution];
const DISTRIBUTION: &[Stage] = &[Stage::Distribution];

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// JSON texts of this many bytes are taken.
const MOST_JSON: usize = 16_384;

const fn step(action: Action, stages: &'static [Stage], default: i64, most: i64) -> StepAction {
    StepAction { action, stages, timeout: (default, most) }
}

const INSTANCE: Field = required(
    "instanceId",
    Text,
    "The instance: `instanceId.$: $.stepOutputs.STEP.instanceId` of the step that launched it.",
);
const COMMAND: &[&str] = &["runCommandId", "status", "output"];

/// All of them.
pub(crate) const ACTIONS: &[StepAction] = &[
    step(LAUNCH, ANY_STAGE, 75 * MINUTE, 12 * HOUR),
    step(
        on_instance("BootstrapInstanceForContainer", "Installs Docker and the AWS CLI for a container build.")
            .gives(COMMAND),
        ANY_STAGE,
        HOUR,
        12 * HOUR,
    ),
    step(
        on_instance("ExecuteComponents", "Runs the components of the recipe.").gives(COMMAND),
        &[Stage::Build, Stage::Test],
        12 * HOUR,
        DAY,
    ),
    step(
        on_instance("CollectImageMetadata", "Collects the operating system and packages of an AMI.")
            .gives(&["osVersion", "associationId"]),
        ANY_STAGE,
        30 * MINUTE,
        12 * HOUR,
    ),
    step(on_instance("RunSysPrep", "Runs Sysprep on Windows.").gives(COMMAND), ANY_STAGE, HOUR, 12 * HOUR),
    step(
        on_instance("SanitizeInstance", "Removes logs and keys from a Linux instance.").gives(COMMAND),
        ANY_STAGE,
        HOUR,
        12 * HOUR,
    ),
    step(
        on_instance("CreateImage", "Makes an AMI of the running instance.").gives(&["imageId"]),
        ANY_STAGE,
        12 * HOUR,
        3 * DAY,
    ),
    step(
        on_instance("CreateImageFromIso", "Makes an AMI of an ISO disk file.").gives(&[
            "amiName",
            "snapshotId",
            "architecture",
        ]),
        ANY_STAGE,
        12 * HOUR,
        12 * HOUR,
    ),
    step(REGISTER, ANY_STAGE, 9 * HOUR, 12 * HOUR),
    step(
        on_instance("DistributeContainerImage", "Distributes a container image.").gives(&[
            "status",
            "succeededRegions",
            "failedRegions",
        ]),
        DISTRIBUTION,
        2 * HOUR,
        12 * HOUR,
    ),
    step(
        on_instance("CollectImageScanFindings", "Collects what Amazon Inspector finds.").gives(COMMAND),
        &[Stage::Test],
        2 * HOUR,
        12 * HOUR,
    ),
    step(RUN_COMMAND, ANY_STAGE, 12 * HOUR, 12 * HOUR),
    step(
        on_instance("WaitForSSMAgent", "Waits until Systems Manager reaches the instance.").gives(&["status"]),
        ANY_STAGE,
        HOUR,
        3 * HOUR,
    ),
    step(WAIT, ANY_STAGE, 3 * DAY, 7 * DAY),
    step(STATE_MACHINE, ANY_STAGE, 6 * HOUR, DAY),
    step(TERMINATE, ANY_STAGE, 30 * MINUTE, 12 * HOUR),
    step(DISTRIBUTE, DISTRIBUTION, 6 * HOUR, 12 * HOUR),
    step(MODIFY, DISTRIBUTION, 2 * HOUR, 3 * HOUR),
    step(APPLY, DISTRIBUTION, 6 * HOUR, 12 * HOUR),
];

const fn on_instance(name: &'static str, doc: &'static str) -> Action {
    Action::map(name, doc, &[INSTANCE])
}

const LAUNCH: Action = Action::map(
    "LaunchInstance",
    "Launches an instance of the infrastructure configuration.",
    &[
        required("waitFor", Word(&["ssmAgent"]), "What the step waits for."),
        optional("imageIdOverride", Text, "The image, instead of the recipe's base or the output image."),
        optional("instanceTypesOverride", Texts, "Instance types that are tried in their order."),
        optional("healthCheck", Word(&["RUNNING", "STATUS_CHECK_PASSED"]), "When the instance counts as launched.")
            .default("STATUS_CHECK_PASSED"),
    ],
)
.gives(&["instanceId"]);

const REGISTER: Action = Action::map(
    "RegisterImage",
    "Registers an AMI of snapshots.",
    &[
        optional("architecture", Word(&["i386", "x86_64", "arm64", "x86_64_mac", "arm64_mac"]), "The architecture."),
        optional("blockDeviceMapping", Any, "Block devices, as EC2 names them: `DeviceName`, `Ebs`."),
        optional("bootMode", Word(&["legacy-bios", "uefi", "uefi-preferred"]), "The boot mode."),
        optional("description", Text, "A description of the AMI."),
        optional("enaSupport", Flag, "Whether enhanced networking with ENA is on."),
        optional("imageLocation", Text, "The manifest of an AMI that is backed by Amazon S3."),
        optional("imdsSupport", Word(&["v2.0"]), "The version of the instance metadata service."),
        optional("includeSnapshotTags", Flag, "Whether the tags of the snapshot are copied.").default("false"),
        optional("kernelId", Text, "The kernel."),
        optional("ramdiskId", Text, "The RAM disk."),
        optional("rootDeviceName", Text, "The root device, such as /dev/xvda."),
        optional("sriovNetSupport", Text, "Enhanced networking with the Intel interface."),
        optional("tpmSupport", Word(&["v2.0"]), "The version of the TPM."),
        optional("uefiData", Text, "The UEFI variable store in base64."),
        optional("virtualizationType", Word(&["hvm", "paravirtual"]), "The type of virtualization."),
    ],
)
.gives(&["imageId"]);

const RUN_COMMAND: Action = Action::map(
    "RunCommand",
    "Runs a command document of Systems Manager.",
    &[
        INSTANCE,
        required("documentName", Text, "The name or ARN of the document of Systems Manager."),
        optional("parameters", TextsMap, "Parameters of the document: a list of texts under each name."),
        optional("documentVersion", Text, "The version of the document.").default("$DEFAULT"),
    ],
)
.gives(COMMAND);

const WAIT: Action = Action::map(
    "WaitForAction",
    "Pauses until somebody resumes or stops the workflow.",
    &[
        optional("snsTopicArn", Text, "A topic that is told."),
        optional("lambdaFunctionName", Text, "The name or ARN of a function that is called."),
        optional("payload", Json(MOST_JSON), "JSON for the function."),
    ],
)
.gives(&["action", "reason"]);

const STATE_MACHINE: Action = Action::map(
    "ExecuteStateMachine",
    "Runs a state machine of Step Functions.",
    &[
        required("stateMachineArn", Text, "The ARN of the state machine."),
        optional("input", Json(MOST_JSON), "JSON for the state machine.").default("{}"),
    ],
)
.gives(&["executionArn", "output"]);

const TERMINATE: Action = Action::map(
    "TerminateInstance",
    "Ends an instance.",
    &[INSTANCE, optional("waitForTermination", Flag, "Whether the step waits until it has ended.").default("false")],
);

const REGION: Field = required("region", Text, "The Region.");

const DISTRIBUTE: Action = Action::map(
    "DistributeImage",
    "Copies the AMI to Regions and accounts.",
    &[optional(
        "distributions",
        List(&[
            REGION,
            optional("name", Text, "The name of the AMI."),
            optional("description", Text, "The description of the AMI."),
            optional("targetAccountIds", Texts, "Accounts that get copies."),
            optional("amiTags", TextMap, "Tags of the AMI."),
            optional("kmsKeyId", Text, "The key of the copies."),
        ]),
        "Where the AMI goes, instead of the attached distribution configuration.",
    )],
)
.gives(&["distributedImages"]);

const IMAGES: Field = required(
    "distributedImages",
    Own("path"),
    "The images: `distributedImages.$: $.stepOutputs.STEP.distributedImages` of the step that distributed them.",
);

const MODIFY: Action = Action::map(
    "ModifyImageAttributes",
    "Shares distributed AMIs.",
    &[
        IMAGES,
        optional(
            "attributes",
            List(&[
                REGION,
                optional(
                    "launchPermission",
                    Map(&[
                        optional("userIds", Texts, "Accounts."),
                        optional("userGroups", Texts, "Groups; only `all` exists."),
                        optional("organizationArns", Texts, "Organizations."),
                        optional("organizationalUnitArns", Texts, "Organizational units."),
                    ]),
                    "Who may launch the AMI.",
                ),
            ]),
            "What changes in each Region, instead of the attached distribution configuration.",
        ),
    ],
)
.gives(&["modifiedImages"]);

const APPLY: Action = Action::map(
    "ApplyImageConfigurations",
    "Applies launch templates, exports and parameters to distributed AMIs.",
    &[
        IMAGES,
        optional(
            "configurations",
            List(&[
                REGION,
                optional("licenseConfigurationArns", Texts, "License configurations."),
                optional(
                    "launchTemplateConfigurations",
                    List(&[
                        required("launchTemplateId", Text, "The launch template."),
                        optional("accountId", Text, "The account that owns it."),
                        optional("setDefaultVersion", Flag, "Whether the new version becomes its default."),
                    ]),
                    "Launch templates that get a new version.",
                ),
                optional("s3ExportConfiguration", Any, "An export to Amazon S3."),
                optional("fastLaunchConfigurations", Any, "Faster launching of Windows AMIs."),
                optional(
                    "ssmParameterConfigurations",
                    List(&[
                        required("parameterName", Text, "The parameter."),
                        optional("amiAccountId", Text, "The account that owns the AMI."),
                        optional("dataType", Word(&["text", "aws:ec2:image"]), "The data type of the parameter."),
                    ]),
                    "Parameters that get the AMI's id.",
                ),
            ]),
            "What is applied in each Region, instead of the attached distribution configuration.",
        ),
    ],
)
.gives(&["configuredImages"]);

/// The keys of a workflow document.
pub(crate) const DOCUMENT: &[Field] = &[
    optional("name", Text, "A name for its readers."),
    optional("description", Text, "What it is for."),
    required("schemaVersion", Own("schemaVersion"), "The version of this language: 1.0."),
    optional("parameters", List(PARAMETER), "What a pipeline may give it."),
    required("steps", Own("steps"), "What is done, in this order; at most 15 steps."),
    optional("outputs", List(OUTPUT), "What other workflows may read as `$.workflowOutputs.NAME`."),
];

/// The types of parameters.
pub(crate) const TYPES: &[&str] = &["string", "integer", "boolean", "stringList"];

/// The keys of a parameter.
pub(crate) const PARAMETER: &[Field] = &[
    required("name", Text, "Its name."),
    required("type", Word(TYPES), "Its type: `string`, `integer`, `boolean` or `stringList`."),
    optional("default", Any, "Its value where the pipeline gives none."),
    optional("description", Text, "What it is for."),
];

/// The keys of an output.
pub(crate) const OUTPUT: &[Field] = &[
    required("name", Text, "Its name."),
    required("value", Text, "Its value, as a path such as `$.stepOutputs.STEP.imageId`."),
];

/// The keys of a step.
pub(crate) const STEP: &[Field] = &[
    required("name", Text, "Its name: 3 to 128 letters, digits and `_`, once in the document."),
    required("action", Own("action"), "What it does."),
    optional("description", Text, "What it is for."),
    optional("if", Own("condition"), "When it is done; it is skipped otherwise."),
    optional("inputs", Own("inputs"), "What the action needs."),
    optional("onFailure", Word(&["Abort", "Continue"]), "What happens when it fails.").default("Abort"),
    optional("rollbackEnabled", Flag, "Whether it is undone when the workflow fails.").default("true"),
    optional("timeoutSeconds", Integer(1, i64::MAX), "How long it may take; each action has a highest value."),
];

/// The conditions of workflow documents.
pub(crate) const CONDITIONS: Grammar = Grammar {
    operators: &[
        Operator { name: "booleanEquals", baseline: Baseline::Flag, tested: Some("value") },
        Operator { name: "numberEquals", baseline: Baseline::Number, tested: Some("value") },
        Operator { name: "numberGreaterThan", baseline: Baseline::Number, tested: Some("value") },
        Operator { name: "numberGreaterThanEquals", baseline: Baseline::Number, tested: Some("value") },
        Operator { name: "numberLessThan", baseline: Baseline::Number, tested: Some("value") },
        Operator { name: "numberLessThanEquals", baseline: Baseline::Number, tested: Some("value") },
        Operator { name: "stringEquals", baseline: Baseline::Text, tested: Some("value") },
    ],
    most_children: 10,
    has_branches: false,
};

/// What `$.imagebuilder.NAME` may name.
pub(crate) const VARIABLES: &[&str] = &[
    "cloudWatchLogGroup",
    "cloudWatchLogStream",
    "collectImageMetadata",
    "collectImageScanFindings",
    "imageBuildNumber",
    "imageId",
    "imageName",
    "imageType",
    "imageVersionNumber",
    "instanceProfileName",
    "platform",
    "s3Logs",
    "securityGroups",
    "sourceImageARN",
    "subnetId",
    "terminateInstanceOnFailure",
    "workflowPhase",
    "workingDirectory",
];
