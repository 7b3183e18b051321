//! What can be wrong with a call, in our own words.

/// A call that did not succeed.
///
/// ```
/// use kiln::deploy::Fault;
///
/// let (action, message) = ("cloudformation:DescribeStacks".to_owned(), "Rate exceeded".to_owned());
/// let fault = Fault { kind: Fault::classify("Throttling", 400, &message), action, message };
/// assert!(fault.is_passing());
/// assert_eq!(fault.to_string(), "Rate exceeded");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Fault {
    /// What kind of fault it is: decides what is done about it.
    pub kind: FaultKind,
    /// The call, as rights name it: `cloudformation:CreateChangeSet`.
    pub action: String,
    /// The service's message, or what happened on the way to it.
    pub message: String,
}

/// Kinds of faults.
///
/// ```
/// use kiln::deploy::{Fault, FaultKind};
///
/// let message = "User: arn:aws:iam::123456789012:user/ci is not authorized to perform: iam:TagRole";
/// let kind = Fault::classify("AccessDenied", 403, message);
/// let FaultKind::Denied { action, .. } = kind else { panic!("it is a refusal") };
/// assert_eq!(action.as_deref(), Some("iam:TagRole"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FaultKind {
    /// There are no credentials, or the service does not know them.
    NoCredentials,
    /// No Region is chosen.
    NoRegion,
    /// The credentials have expired.
    Expired,
    /// The caller has no right to do this.
    Denied {
        /// The action that was refused, if the service names it.
        action: Option<String>,
        /// The resource concerned, if the service names it.
        resource: Option<String>,
    },
    /// Too many calls, also after waiting.
    Throttled,
    /// No answer, half an answer, or a fault of the service itself.
    Unavailable,
    /// What was asked about does not exist.
    Missing,
    /// What was to be made exists.
    Exists,
    /// The state of things does not allow it.
    Conflict,
    /// The service does not take what it was given.
    Refused,
    /// It is somewhere else: a bucket in another Region.
    Elsewhere {
        /// Where it is, if the service says so.
        region: Option<String>,
    },
}

impl Fault {
    /// Whether the same call may succeed later.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        matches!(self.kind, FaultKind::Throttled | FaultKind::Unavailable)
    }

    /// What kind of fault a service's error code stands for. The HTTP status decides where the code is not known.
    #[must_use]
    pub fn classify(code: &str, status: u16, message: &str) -> FaultKind {
        match code {
            "ExpiredToken" | "ExpiredTokenException" | "RequestExpired" | "TokenRefreshRequired" => FaultKind::Expired,
            "InvalidClientTokenId"
            | "UnrecognizedClientException"
            | "InvalidAccessKeyId"
            | "SignatureDoesNotMatch"
            | "IncompleteSignature"
            | "MissingAuthenticationToken"
            | "InvalidSignatureException"
            | "AuthFailure" => FaultKind::NoCredentials,
            "AccessDenied" | "AccessDeniedException" | "UnauthorizedOperation" | "Forbidden" => {
                let (action, resource) = denial(message);
                FaultKind::Denied { action, resource }
            }
            "Throttling"
            | "ThrottlingException"
            | "ThrottledException"
            | "RequestThrottled"
            | "RequestThrottledException"
            | "RequestLimitExceeded"
            | "TooManyRequestsException"
            | "BandwidthLimitExceeded"
            | "SlowDown"
            | "PriorRequestNotComplete"
            | "CallRateLimitExceededException" => FaultKind::Throttled,
            "ChangeSetNotFound"
            | "ChangeSetNotFoundException"
            | "NoSuchBucket"
            | "NoSuchKey"
            | "NotFound"
            | "ParameterNotFound"
            | "ResourceNotFoundException"
            | "StackNotFoundException" => FaultKind::Missing,
            "AlreadyExistsException" | "BucketAlreadyExists" | "BucketAlreadyOwnedByYou" => FaultKind::Exists,
            "InvalidChangeSetStatus" | "InvalidChangeSetStatusException" | "OperationInProgressException" => {
                FaultKind::Conflict
            }
            "PermanentRedirect" | "AuthorizationHeaderMalformed" | "IllegalLocationConstraintException" => {
                FaultKind::Elsewhere { region: quoted_after(message, "expecting '") }
            }
            "ValidationError" if message.contains("Rate exceeded") => FaultKind::Throttled,
            "ValidationError" if message.contains("does not exist") => FaultKind::Missing,
            "ValidationError" if message.contains("can not be updated") || message.contains("cannot be") => {
                FaultKind::Conflict
            }
            _ => match status {
                429 => FaultKind::Throttled,
                500.. => FaultKind::Unavailable,
                404 => FaultKind::Missing,
                403 => FaultKind::Denied { action: None, resource: None },
                301 | 307 => FaultKind::Elsewhere { region: None },
                _ => FaultKind::Refused,
            },
        }
    }
}

/// The action and the resource that a refusal names: `User: … is not authorized to perform: ACTION on resource: ARN …`.
fn denial(message: &str) -> (Option<String>, Option<String>) {
    let word = |marker: &str| {
        let (_, after) = message.split_once(marker)?;
        let word: &str = after.split_whitespace().next()?;
        Some(word.trim_matches(['"', ',', '.']).to_owned()).filter(|word| !word.is_empty())
    };
    (word("not authorized to perform: "), word("on resource: "))
}

fn quoted_after(message: &str, marker: &str) -> Option<String> {
    let (_, after) = message.split_once(marker)?;
    after.split_once('\'').map(|(word, _)| word.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_names_the_action_and_the_resource() {
        let message = "User: arn:aws:iam::1:user/ci is not authorized to perform: cloudformation:CreateChangeSet on \
                       resource: arn:aws:cloudformation:us-east-1:1:stack/web/* because no identity-based policy allows";
        let kind = Fault::classify("AccessDenied", 403, message);
        let FaultKind::Denied { action, resource } = kind else { panic!("{kind:?}") };
        assert_eq!(action.as_deref(), Some("cloudformation:CreateChangeSet"));
        assert_eq!(resource.as_deref(), Some("arn:aws:cloudformation:us-east-1:1:stack/web/*"));
    }

    #[test]
    fn codes_and_statuses_are_told_apart() {
        let kind = |code, status, message| Fault::classify(code, status, message);
        assert_eq!(kind("Throttling", 400, "Rate exceeded"), FaultKind::Throttled);
        assert_eq!(kind("ValidationError", 400, "Stack with id web does not exist"), FaultKind::Missing);
        assert_eq!(kind("ValidationError", 400, "Template format error"), FaultKind::Refused);
        assert_eq!(kind("ExpiredToken", 403, ""), FaultKind::Expired);
        assert_eq!(kind("", 503, ""), FaultKind::Unavailable);
    }
}
