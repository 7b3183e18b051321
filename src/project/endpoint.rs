//! AWS services as a private network reaches them.
//!
//! Source: VPC user guide, "AWS services that integrate with AWS PrivateLink"; for what builds need, EC2 Image Builder
//! user guide, "Interface VPC endpoints", and Systems Manager user guide, "Improve the security of EC2 instances by using
//! VPC endpoints for Systems Manager".

/// The endpoints that every build needs: to be managed by Systems Manager, to fetch its components, to write its log.
pub const OF_BUILDS: [&str; 5] = ["ssm", "ssmmessages", "ec2messages", "imagebuilder", "logs"];

/// What an IAM action's service is called in the names of endpoints, where one of an own is needed. S3 is reached
/// through its gateway.
const SERVICES: [(&str, &[&str]); 20] = [
    ("cloudformation", &["cloudformation"]),
    ("cloudwatch", &["monitoring"]),
    ("codeartifact", &["codeartifact.api", "codeartifact.repositories"]),
    ("ec2", &["ec2"]),
    ("ec2messages", &[]),
    ("ecr", &["ecr.api", "ecr.dkr"]),
    ("events", &["events"]),
    ("imagebuilder", &[]),
    ("inspector2", &["inspector2"]),
    ("kms", &["kms"]),
    ("lambda", &["lambda"]),
    ("logs", &[]),
    ("s3", &[]),
    ("secretsmanager", &["secretsmanager"]),
    ("sns", &["sns"]),
    ("sqs", &["sqs"]),
    ("ssm", &[]),
    ("ssmmessages", &[]),
    ("states", &["states"]),
    ("sts", &["sts"]),
];

/// The endpoints that an IAM action such as `kms:Decrypt` needs besides those of every build; `None` if kiln does not
/// know the service's endpoint.
#[must_use]
pub fn of_action(action: &str) -> Option<&'static [&'static str]> {
    let service = action.split(':').next().unwrap_or(action);
    SERVICES.iter().find(|(known, _)| *known == service).map(|(_, endpoints)| *endpoints)
}

/// The names of all endpoints that builds may need.
pub fn all() -> impl Iterator<Item = &'static str> {
    OF_BUILDS.into_iter().chain(["s3"]).chain(SERVICES.into_iter().flat_map(|(_, names)| names.iter().copied()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn actions_have_endpoints() {
        assert_eq!(of_action("secretsmanager:GetSecretValue"), Some(["secretsmanager"].as_slice()));
        assert_eq!(of_action("ssm:GetParameter"), Some([].as_slice()));
        assert_eq!(of_action("iam:PassRole"), None);
        assert_eq!(of_action("*"), None);
    }

    #[test]
    fn services_are_in_order() {
        assert!(SERVICES.is_sorted_by_key(|(service, _)| *service));
    }
}
