//! Terraform's names, derived from CloudFormation's.

/// The name in snake case. A run of capitals is one word, and so is its plural: `SSEAlgorithm` is `sse_algorithm`,
/// `RoleARNs` is `role_arns`. A digit belongs to what stands before it.
#[must_use]
pub fn snake_case(name: &str) -> String {
    let bytes = name.as_bytes();
    let is_capital = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_uppercase);
    let is_small = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_lowercase);
    let mut snake = String::with_capacity(name.len() + 8);
    let mut written = 0;
    for at in (1..bytes.len()).filter(|at| is_capital(*at)) {
        let is_plural = bytes.get(at + 1) == Some(&b's') && (at + 2 == bytes.len() || is_capital(at + 2));
        let ends_acronym = is_small(at + 1) && !is_plural;
        if !is_capital(at - 1) || ends_acronym {
            snake.push_str(&name[written..at]);
            snake.push('_');
            written = at;
        }
    }
    snake.push_str(&name[written..]);
    snake.make_ascii_lowercase();
    snake
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_derived() {
        let table = [
            ("Name", "name"),
            ("KmsKeyId", "kms_key_id"),
            ("SnsTopicArn", "sns_topic_arn"),
            ("S3BucketName", "s3_bucket_name"),
            ("S3KeyPrefix", "s3_key_prefix"),
            ("S3Logs", "s3_logs"),
            ("Ec2InstanceId", "ec2_instance_id"),
            ("HttpPutResponseHopLimit", "http_put_response_hop_limit"),
            ("DeviceName", "device_name"),
            ("SSEAlgorithm", "sse_algorithm"),
            ("KMSMasterKeyID", "kms_master_key_id"),
            ("RoleARNs", "role_arns"),
            ("VpcIDsAllowed", "vpc_ids_allowed"),
            ("Tags", "tags"),
            ("AS", "as"),
            ("Is", "is"),
            ("name", "name"),
            ("", ""),
        ];
        for (name, expected) in table {
            assert_eq!(snake_case(name), expected);
        }
    }
}
