terraform {
  required_version = ">= 1.5"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }
  }
}

variable "approvers" {
  type        = string
  description = "The topic of those who release an image"
}

data "aws_partition" "current" {}

data "aws_region" "current" {}

data "aws_caller_identity" "current" {}

resource "aws_s3_bucket" "logs" {
  bucket_prefix = "release-logs-"
  force_destroy = false
}

resource "aws_s3_bucket_server_side_encryption_configuration" "logs" {
  bucket = aws_s3_bucket.logs.id

  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "AES256"
    }
  }
}

resource "aws_s3_bucket_public_access_block" "logs" {
  bucket                  = aws_s3_bucket.logs.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_ownership_controls" "logs" {
  bucket = aws_s3_bucket.logs.id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "logs" {
  bucket = aws_s3_bucket.logs.id

  rule {
    id     = "abort-incomplete-uploads"
    status = "Enabled"

    filter {}

    abort_incomplete_multipart_upload {
      days_after_initiation = 7
    }
  }
}

resource "aws_s3_bucket_policy" "logs" {
  bucket = aws_s3_bucket.logs.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "DenyWithoutTls"
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:*"
        Resource = [
          aws_s3_bucket.logs.arn,
          "${aws_s3_bucket.logs.arn}/*",
        ]
        Condition = {
          Bool = {
            "aws:SecureTransport" = "false"
          }
        }
      },
    ]
  })
}

resource "aws_imagebuilder_workflow" "approve" {
  name    = "release-approve"
  version = "1.0.0"
  type    = "TEST"
  data    = <<-EOT
    name: approve
    description: Waits until somebody releases the image
    schemaVersion: 1.0

    parameters:
      - name: topic
        type: string
        description: Where it is asked

    steps:
      - name: Ask
        action: WaitForAction
        onFailure: Abort
        timeoutSeconds: 86400
        inputs:
          snsTopicArn.$: $.parameters.topic
  EOT

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_imagebuilder_workflow" "build" {
  name        = "release-build"
  version     = "1.0.0"
  type        = "BUILD"
  description = "Builds, and keeps the instance until its packages are recorded"
  data        = <<-EOT
    name: build
    description: Builds an image and records what is on it
    schemaVersion: 1.0

    steps:
      - name: LaunchBuildInstance
        action: LaunchInstance
        onFailure: Abort
        inputs:
          waitFor: ssmAgent

      - name: ApplyComponents
        action: ExecuteComponents
        onFailure: Abort
        inputs:
          instanceId.$: $.stepOutputs.LaunchBuildInstance.instanceId

      - name: RecordPackages
        action: CollectImageMetadata
        onFailure: Abort
        inputs:
          instanceId.$: $.stepOutputs.LaunchBuildInstance.instanceId

      - name: Sanitize
        action: SanitizeInstance
        onFailure: Abort
        inputs:
          instanceId.$: $.stepOutputs.LaunchBuildInstance.instanceId

      - name: CreateOutputAMI
        action: CreateImage
        onFailure: Abort
        inputs:
          instanceId.$: $.stepOutputs.LaunchBuildInstance.instanceId

      - name: TerminateBuildInstance
        action: TerminateInstance
        onFailure: Continue
        inputs:
          instanceId.$: $.stepOutputs.LaunchBuildInstance.instanceId

    outputs:
      - name: ImageId
        value: $.stepOutputs.CreateOutputAMI.imageId
  EOT

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_imagebuilder_workflow" "scan" {
  name               = "release-scan"
  version            = "1.0.0"
  type               = "TEST"
  change_description = "Waits for the findings"
  data               = <<-EOT
    name: scan
    description: Runs our checks on an instance of the new image
    schemaVersion: 1.0

    steps:
      - name: LaunchTestInstance
        action: LaunchInstance
        onFailure: Abort
        inputs:
          waitFor: ssmAgent

      - name: RunChecks
        action: RunCommand
        onFailure: Continue
        inputs:
          documentName: Release-Checks
          instanceId.$: $.stepOutputs.LaunchTestInstance.instanceId

      - name: TerminateTestInstance
        action: TerminateInstance
        onFailure: Continue
        inputs:
          instanceId.$: $.stepOutputs.LaunchTestInstance.instanceId
  EOT
  tags = {
    part = "security"
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_iam_role" "release_instance" {
  name_prefix = "release-instance-"
  description = "Build and test instances of release"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "AssumeRole"
        Effect = "Allow"
        Principal = {
          Service = "ec2.amazonaws.com"
        }
        Action = "sts:AssumeRole"
      },
    ]
  })

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_iam_role_policy_attachment" "release_instance_amazonssmmanagedinstancecore" {
  role       = aws_iam_role.release_instance.name
  policy_arn = "arn:${data.aws_partition.current.partition}:iam::aws:policy/AmazonSSMManagedInstanceCore"
}

resource "aws_iam_role_policy_attachment" "release_instance_ec2instanceprofileforimagebuilder" {
  role       = aws_iam_role.release_instance.name
  policy_arn = "arn:${data.aws_partition.current.partition}:iam::aws:policy/EC2InstanceProfileForImageBuilder"
}

resource "aws_iam_role_policy" "release_instance" {
  name = "build"
  role = aws_iam_role.release_instance.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "WriteLogs"
        Effect   = "Allow"
        Action   = "s3:PutObject"
        Resource = "arn:${data.aws_partition.current.partition}:s3:::${aws_s3_bucket.logs.id}/release/*"
      },
    ]
  })
}

resource "aws_iam_instance_profile" "release_instance" {
  name_prefix = "release-instance-"
  role        = aws_iam_role.release_instance.name

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_imagebuilder_infrastructure_configuration" "release" {
  name                          = "release"
  instance_profile_name         = aws_iam_instance_profile.release_instance.name
  instance_types                = ["m7g.large"]
  terminate_instance_on_failure = true

  instance_metadata_options {
    http_tokens = "required"
  }

  logging {
    s3_logs {
      s3_bucket_name = aws_s3_bucket.logs.id
      s3_key_prefix  = "release"
    }
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_imagebuilder_distribution_configuration" "release" {
  name = "release"

  distribution {
    region = data.aws_region.current.id

    ami_distribution_configuration {
      name = "release-{{ imagebuilder:buildDate }}"
    }

    ssm_parameter_configuration {
      parameter_name = "/images/release"
      data_type      = "aws:ec2:image"
    }
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_iam_role" "lifecycle" {
  name_prefix = "release-lifecycle-"
  description = "Retention of the images of release"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "AssumeRole"
        Effect = "Allow"
        Principal = {
          Service = "imagebuilder.amazonaws.com"
        }
        Action = "sts:AssumeRole"
      },
    ]
  })

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_iam_role_policy_attachment" "lifecycle_ec2imagebuilderlifecycleexecutionpolicy" {
  role       = aws_iam_role.lifecycle.name
  policy_arn = "arn:${data.aws_partition.current.partition}:iam::aws:policy/service-role/EC2ImageBuilderLifecycleExecutionPolicy"
}

resource "aws_imagebuilder_image_recipe" "release" {
  name         = "release"
  version      = "1.0.0"
  parent_image = "arn:${data.aws_partition.current.partition}:imagebuilder:${data.aws_region.current.id}:aws:image/amazon-linux-2023-arm64/x.x.x"

  component {
    component_arn = "arn:${data.aws_partition.current.partition}:imagebuilder:${data.aws_region.current.id}:aws:component/update-linux/x.x.x"
  }

  block_device_mapping {
    device_name = "/dev/xvda"

    ebs {
      volume_type           = "gp3"
      encrypted             = true
      delete_on_termination = true
    }
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_cloudwatch_log_group" "release_images" {
  name              = "/aws/imagebuilder/release"
  retention_in_days = 90
}

resource "aws_iam_role" "release_execution" {
  name_prefix = "release-execution-"
  description = "Builds, tests and distribution of release"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "AssumeRole"
        Effect = "Allow"
        Principal = {
          Service = "imagebuilder.amazonaws.com"
        }
        Action = "sts:AssumeRole"
      },
    ]
  })

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_iam_role_policy_attachment" "release_execution_ec2imagebuilderexecutionpolicy" {
  role       = aws_iam_role.release_execution.name
  policy_arn = "arn:${data.aws_partition.current.partition}:iam::aws:policy/EC2ImageBuilderExecutionPolicy"
}

resource "aws_iam_role_policy" "release_execution" {
  name = "execution"
  role = aws_iam_role.release_execution.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "NotifyTopics"
        Effect   = "Allow"
        Action   = "sns:Publish"
        Resource = "arn:${data.aws_partition.current.partition}:sns:${data.aws_region.current.id}:${data.aws_caller_identity.current.account_id}:*"
      },
      {
        Sid      = "InvokeFunctions"
        Effect   = "Allow"
        Action   = "lambda:InvokeFunction"
        Resource = "arn:${data.aws_partition.current.partition}:lambda:${data.aws_region.current.id}:${data.aws_caller_identity.current.account_id}:function:*"
      },
      {
        Sid      = "SendCommands"
        Effect   = "Allow"
        Action   = "ssm:SendCommand"
        Resource = "arn:${data.aws_partition.current.partition}:ssm:${data.aws_region.current.id}:${data.aws_caller_identity.current.account_id}:document/Release-Checks"
      },
      {
        Sid      = "PublishParameters"
        Effect   = "Allow"
        Action   = "ssm:PutParameter"
        Resource = "arn:${data.aws_partition.current.partition}:ssm:${data.aws_region.current.id}:${data.aws_caller_identity.current.account_id}:parameter/images/release"
      },
      {
        Sid    = "Permission1"
        Effect = "Allow"
        Action = [
          "kms:GenerateDataKey",
          "kms:Decrypt",
        ]
        Resource = "arn:${data.aws_partition.current.partition}:kms:${data.aws_region.current.id}:${data.aws_caller_identity.current.account_id}:key/*"
      },
    ]
  })
}

resource "aws_imagebuilder_image_pipeline" "release" {
  name                             = "release"
  status                           = "ENABLED"
  image_recipe_arn                 = aws_imagebuilder_image_recipe.release.arn
  infrastructure_configuration_arn = aws_imagebuilder_infrastructure_configuration.release.arn
  distribution_configuration_arn   = aws_imagebuilder_distribution_configuration.release.arn
  enhanced_image_metadata_enabled  = true
  execution_role                   = aws_iam_role.release_execution.arn

  image_tests_configuration {
    image_tests_enabled = true
    timeout_minutes     = 240
  }

  image_scanning_configuration {
    image_scanning_enabled = false
  }

  workflow {
    workflow_arn = aws_imagebuilder_workflow.build.arn
  }

  workflow {
    workflow_arn = "arn:${data.aws_partition.current.partition}:imagebuilder:${data.aws_region.current.id}:aws:workflow/test/test-image/x.x.x"
  }

  workflow {
    workflow_arn   = aws_imagebuilder_workflow.scan.arn
    on_failure     = "CONTINUE"
    parallel_group = "checks"
  }

  workflow {
    workflow_arn   = aws_imagebuilder_workflow.approve.arn
    parallel_group = "checks"

    parameter {
      name  = "topic"
      value = var.approvers
    }
  }

  workflow {
    workflow_arn = "arn:${data.aws_partition.current.partition}:imagebuilder:${data.aws_region.current.id}:aws:workflow/distribution/distribute-image/x.x.x"
  }
}

resource "aws_imagebuilder_lifecycle_policy" "release" {
  name           = "release"
  status         = "ENABLED"
  execution_role = aws_iam_role.lifecycle.arn
  resource_type  = "AMI_IMAGE"

  policy_detail {
    action {
      type = "DELETE"

      include_resources {
        amis      = true
        snapshots = true
      }
    }

    filter {
      type  = "COUNT"
      value = 10
    }
  }

  resource_selection {
    recipe {
      name             = "release"
      semantic_version = "1.0.0"
    }
  }
}

resource "aws_iam_role" "first_execution" {
  name_prefix = "release-execution-"
  description = "Builds, tests and distribution of release"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "AssumeRole"
        Effect = "Allow"
        Principal = {
          Service = "imagebuilder.amazonaws.com"
        }
        Action = "sts:AssumeRole"
      },
    ]
  })

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_iam_role_policy_attachment" "first_execution_ec2imagebuilderexecutionpolicy" {
  role       = aws_iam_role.first_execution.name
  policy_arn = "arn:${data.aws_partition.current.partition}:iam::aws:policy/EC2ImageBuilderExecutionPolicy"
}

resource "aws_iam_role_policy" "first_execution" {
  name = "execution"
  role = aws_iam_role.first_execution.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "PublishParameters"
        Effect   = "Allow"
        Action   = "ssm:PutParameter"
        Resource = "arn:${data.aws_partition.current.partition}:ssm:${data.aws_region.current.id}:${data.aws_caller_identity.current.account_id}:parameter/images/release"
      },
      {
        Sid    = "Permission1"
        Effect = "Allow"
        Action = [
          "kms:GenerateDataKey",
          "kms:Decrypt",
        ]
        Resource = "arn:${data.aws_partition.current.partition}:kms:${data.aws_region.current.id}:${data.aws_caller_identity.current.account_id}:key/*"
      },
    ]
  })
}

resource "aws_imagebuilder_image" "first" {
  image_recipe_arn                 = aws_imagebuilder_image_recipe.release.arn
  infrastructure_configuration_arn = aws_imagebuilder_infrastructure_configuration.release.arn
  distribution_configuration_arn   = aws_imagebuilder_distribution_configuration.release.arn
  enhanced_image_metadata_enabled  = true
  execution_role                   = aws_iam_role.first_execution.arn
  tags = {
    stage = "first"
  }

  image_tests_configuration {
    image_tests_enabled = false
  }

  image_scanning_configuration {
    image_scanning_enabled = false
  }

  workflow {
    workflow_arn = "arn:${data.aws_partition.current.partition}:imagebuilder:${data.aws_region.current.id}:aws:workflow/build/build-image/x.x.x"
  }
}

output "log_bucket_name" {
  description = "The bucket of the build logs"
  value       = aws_s3_bucket.logs.id
}

output "approve_workflow_arn" {
  description = "The workflow release-approve"
  value       = aws_imagebuilder_workflow.approve.arn
}

output "build_workflow_arn" {
  description = "The workflow release-build"
  value       = aws_imagebuilder_workflow.build.arn
}

output "scan_workflow_arn" {
  description = "The workflow release-scan"
  value       = aws_imagebuilder_workflow.scan.arn
}

output "release_instance_role_arn" {
  description = "The role of the instances of release"
  value       = aws_iam_role.release_instance.arn
}

output "release_infrastructure_arn" {
  description = "The infrastructure configuration release"
  value       = aws_imagebuilder_infrastructure_configuration.release.arn
}

output "release_distribution_arn" {
  description = "The distribution configuration release"
  value       = aws_imagebuilder_distribution_configuration.release.arn
}

output "lifecycle_role_arn" {
  description = "The role that retires old images"
  value       = aws_iam_role.lifecycle.arn
}

output "release_recipe_arn" {
  description = "The recipe release"
  value       = aws_imagebuilder_image_recipe.release.arn
}

output "release_execution_role_arn" {
  description = "The role that builds release"
  value       = aws_iam_role.release_execution.arn
}

output "release_pipeline_arn" {
  description = "The pipeline release"
  value       = aws_imagebuilder_image_pipeline.release.arn
}

output "release_lifecycle_policy_arn" {
  description = "The lifecycle policy release"
  value       = aws_imagebuilder_lifecycle_policy.release.arn
}

output "first_execution_role_arn" {
  description = "The role that builds release"
  value       = aws_iam_role.first_execution.arn
}

output "first_image_arn" {
  description = "The image first of the pipeline release"
  value       = aws_imagebuilder_image.first.arn
}
