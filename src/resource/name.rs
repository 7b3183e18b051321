//! Terraform's names, derived from CloudFormation's.

/// The name in snake case. A run of capitals is one word, and so is its plural: `SSEAlgorithm` is `sse_algorithm`,
/// `RoleARNs` is `role_arns`. A digit belongs to what stands before it.
#[must_use]
pub fn snake_case(name: &str) -> String {
    let mut snake = String::with_capacity(name.len() + 8);
    let mut before = None;
    let mut rest = name.chars();
    while let Some(char) = rest.next() {
        let mut following = rest.clone();
        let next = following.next();
        let is_plural = next == Some('s') && following.next().is_none_or(|after| after.is_ascii_uppercase());
        let begins_word = char.is_ascii_uppercase()
            && before.is_some_and(|before: char| {
                let ends_acronym = next.is_some_and(|next| next.is_ascii_lowercase()) && !is_plural;
                !before.is_ascii_uppercase() || ends_acronym
            });
        if begins_word {
            snake.push('_');
        }
        snake.push(char.to_ascii_lowercase());
        before = Some(char);
    }
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
