//! What is lost when a resource is deleted: the data of its type, whoever the resource belongs to.

use crate::resource;

/// What is deleted with resources of types that are not kiln's, by their names in CloudFormation and in Terraform.
const HOLDING: &[(&str, &str)] = &[
    ("AWS::S3Express::DirectoryBucket aws_s3_directory_bucket", "its objects"),
    ("AWS::S3Tables::TableBucket AWS::S3Tables::Table aws_s3tables_table_bucket aws_s3tables_table", "its tables"),
    ("aws_s3_object aws_s3_bucket_object", "the object"),
    ("AWS::DynamoDB::Table AWS::DynamoDB::GlobalTable aws_dynamodb_table aws_dynamodb_global_table", "its items"),
    ("AWS::KMS::ReplicaKey aws_kms_replica_key", "access to everything encrypted with it"),
    ("AWS::Logs::LogStream aws_cloudwatch_log_stream", "its logs"),
    ("AWS::ECR::PublicRepository aws_ecrpublic_repository", "its container images"),
    ("aws_ami aws_ami_copy aws_ami_from_instance", "the AMI"),
    (
        "AWS::RDS::DBInstance AWS::RDS::DBCluster AWS::RDS::GlobalCluster aws_db_instance aws_rds_cluster",
        "its databases",
    ),
    ("AWS::EC2::Instance aws_instance AWS::EC2::Volume aws_ebs_volume aws_ebs_snapshot", "its disks"),
    ("AWS::EFS::FileSystem aws_efs_file_system AWS::FSx::FileSystem AWS::FSx::Volume", "its files"),
    ("AWS::SecretsManager::Secret aws_secretsmanager_secret", "its value"),
    ("AWS::SSM::Parameter aws_ssm_parameter", "its value"),
    ("AWS::SQS::Queue aws_sqs_queue AWS::Kinesis::Stream aws_kinesis_stream", "its messages"),
    ("AWS::CloudFormation::Stack aws_cloudformation_stack AWS::CloudFormation::StackSet", "everything in it"),
];

/// Beginnings of types that hold no data: what is lost with them can be deployed again.
const HOLDING_NONE: &[&str] = &[
    "AWS::ApiGateway",
    "AWS::AutoScaling::",
    "AWS::CloudFormation::WaitCondition",
    "AWS::CloudFront::",
    "AWS::CloudWatch::",
    "AWS::CodeBuild::",
    "AWS::CodePipeline::",
    "AWS::EC2::LaunchTemplate",
    "AWS::EC2::Security",
    "AWS::EC2::Subnet",
    "AWS::EC2::Route",
    "AWS::EC2::VPC",
    "AWS::EC2::Internet",
    "AWS::EC2::Nat",
    "AWS::ECS::",
    "AWS::ElasticLoadBalancing",
    "AWS::Events::",
    "AWS::IAM::",
    "AWS::ImageBuilder::",
    "AWS::KMS::Alias",
    "AWS::Lambda::",
    "AWS::Logs::MetricFilter",
    "AWS::Logs::ResourcePolicy",
    "AWS::Logs::SubscriptionFilter",
    "AWS::S3::BucketPolicy",
    "AWS::SNS::",
    "AWS::SQS::QueuePolicy",
    "AWS::Scheduler::",
    "AWS::StepFunctions::",
    "AWS::WAFv2::",
    "aws_api_gateway",
    "aws_apigatewayv2_",
    "aws_autoscaling_",
    "aws_cloudfront_",
    "aws_cloudwatch_event_",
    "aws_cloudwatch_log_metric_filter",
    "aws_cloudwatch_log_resource_policy",
    "aws_cloudwatch_metric_alarm",
    "aws_codebuild_",
    "aws_codepipeline",
    "aws_default_",
    "aws_ecr_lifecycle_policy",
    "aws_ecr_repository_policy",
    "aws_ecs_",
    "aws_iam_",
    "aws_imagebuilder_",
    "aws_internet_gateway",
    "aws_kms_alias",
    "aws_lambda_",
    "aws_launch_template",
    "aws_lb",
    "aws_nat_gateway",
    "aws_route",
    "aws_s3_bucket_",
    "aws_scheduler_",
    "aws_security_group",
    "aws_sfn_",
    "aws_sns_",
    "aws_sqs_queue_policy",
    "aws_subnet",
    "aws_vpc",
    "aws_wafv2_",
    "null_resource",
    "random_",
    "terraform_data",
    "time_",
];

/// What is lost with a resource of this type; nothing if it holds no data. A type that is not known is taken to hold some.
///
/// ```
/// use kiln::review::loss;
///
/// assert_eq!(loss("AWS::S3::Bucket"), Some("its objects"));
/// assert_eq!(loss("aws_dynamodb_table"), Some("its items"));
/// assert_eq!(loss("AWS::IAM::Role"), None);
/// assert_eq!(loss("Custom::Database"), Some("what it holds"));
/// ```
#[must_use]
pub fn loss(resource_type: &str) -> Option<&'static str> {
    if let Some(own) = resource::find(resource_type) {
        return own.holds;
    }
    let known = HOLDING.iter().find(|(types, _)| types.split(' ').any(|known| known == resource_type));
    if let Some((_, what)) = known {
        return Some(what);
    }
    let holds_none = HOLDING_NONE.iter().any(|start| resource_type.starts_with(start));
    (!holds_none).then_some("what it holds")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_that_hold_data_lose_it_whoever_they_belong_to() {
        for of in ["AWS::ECR::Repository", "aws_cloudwatch_log_group", "AWS::KMS::Key", "AWS::ImageBuilder::Image"] {
            assert!(loss(of).is_some(), "{of}");
        }
        for of in ["AWS::Timestream::Table", "aws_redshift_cluster", "Acme::Store::Thing"] {
            assert_eq!(loss(of), Some("what it holds"), "{of}");
        }
        for of in ["aws_s3_bucket_policy", "AWS::ImageBuilder::ImagePipeline", "AWS::EC2::VPCEndpoint", "aws_kms_alias"]
        {
            assert_eq!(loss(of), None, "{of}");
        }
    }
}
