terraform {
  required_version = ">= 1.5"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }
  }
}

data "aws_partition" "current" {}

data "aws_region" "current" {}

resource "aws_s3_bucket" "logs" {
  bucket_prefix = "ubuntu-logs-"
  force_destroy = false
  tags = {
    team = "platform"
  }
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

resource "aws_imagebuilder_component" "tools" {
  name        = "ubuntu-tools"
  version     = "1.0.0"
  platform    = "Linux"
  description = "What every machine has"
  data        = <<-EOT
    name: "tools"
    description: What every machine has
    schemaVersion: 1.0
    phases:
      - name: build
        steps:
          - name: Build1
            action: ExecuteBash
            inputs:
              commands:
                - set -eo pipefail
                - apt-get update
          - name: Build2
            action: ExecuteBash
            inputs:
              commands:
                - set -eo pipefail
                - DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends jq unattended-upgrades
      - name: validate
        steps:
          - name: Validate1
            action: ExecuteBash
            inputs:
              commands:
                - set -eo pipefail
                - jq --version
  EOT
  tags = {
    team = "platform"
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_iam_role" "arm_instance" {
  name_prefix = "ubuntu-arm-instance-"
  description = "Build and test instances of ubuntu-arm"
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
  tags = {
    team = "platform"
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_iam_role_policy_attachment" "arm_instance_amazonssmmanagedinstancecore" {
  role       = aws_iam_role.arm_instance.name
  policy_arn = "arn:${data.aws_partition.current.partition}:iam::aws:policy/AmazonSSMManagedInstanceCore"
}

resource "aws_iam_role_policy_attachment" "arm_instance_ec2instanceprofileforimagebuilder" {
  role       = aws_iam_role.arm_instance.name
  policy_arn = "arn:${data.aws_partition.current.partition}:iam::aws:policy/EC2InstanceProfileForImageBuilder"
}

resource "aws_iam_role_policy" "arm_instance" {
  name = "build"
  role = aws_iam_role.arm_instance.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "WriteLogs"
        Effect   = "Allow"
        Action   = "s3:PutObject"
        Resource = "arn:${data.aws_partition.current.partition}:s3:::${aws_s3_bucket.logs.id}/arm/*"
      },
    ]
  })
}

resource "aws_iam_instance_profile" "arm_instance" {
  name_prefix = "ubuntu-arm-instance-"
  role        = aws_iam_role.arm_instance.name
  tags = {
    team = "platform"
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_imagebuilder_infrastructure_configuration" "arm" {
  name                          = "ubuntu-arm"
  instance_profile_name         = aws_iam_instance_profile.arm_instance.name
  instance_types                = ["m7g.large"]
  terminate_instance_on_failure = true
  resource_tags = {
    team = "platform"
  }
  tags = {
    team = "platform"
  }

  instance_metadata_options {
    http_tokens = "required"
  }

  logging {
    s3_logs {
      s3_bucket_name = aws_s3_bucket.logs.id
      s3_key_prefix  = "arm"
    }
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_iam_role" "x86_instance" {
  name_prefix = "ubuntu-x86-instance-"
  description = "Build and test instances of ubuntu-x86"
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
  tags = {
    team = "platform"
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_iam_role_policy_attachment" "x86_instance_amazonssmmanagedinstancecore" {
  role       = aws_iam_role.x86_instance.name
  policy_arn = "arn:${data.aws_partition.current.partition}:iam::aws:policy/AmazonSSMManagedInstanceCore"
}

resource "aws_iam_role_policy_attachment" "x86_instance_ec2instanceprofileforimagebuilder" {
  role       = aws_iam_role.x86_instance.name
  policy_arn = "arn:${data.aws_partition.current.partition}:iam::aws:policy/EC2InstanceProfileForImageBuilder"
}

resource "aws_iam_role_policy" "x86_instance" {
  name = "build"
  role = aws_iam_role.x86_instance.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "WriteLogs"
        Effect   = "Allow"
        Action   = "s3:PutObject"
        Resource = "arn:${data.aws_partition.current.partition}:s3:::${aws_s3_bucket.logs.id}/x86/*"
      },
    ]
  })
}

resource "aws_iam_instance_profile" "x86_instance" {
  name_prefix = "ubuntu-x86-instance-"
  role        = aws_iam_role.x86_instance.name
  tags = {
    team = "platform"
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_imagebuilder_infrastructure_configuration" "x86" {
  name                          = "ubuntu-x86"
  instance_profile_name         = aws_iam_instance_profile.x86_instance.name
  instance_types                = ["m7i.large"]
  terminate_instance_on_failure = true
  resource_tags = {
    team = "platform"
  }
  tags = {
    team = "platform"
  }

  instance_metadata_options {
    http_tokens = "required"
  }

  logging {
    s3_logs {
      s3_bucket_name = aws_s3_bucket.logs.id
      s3_key_prefix  = "x86"
    }
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_imagebuilder_distribution_configuration" "arm" {
  name = "ubuntu-arm"
  tags = {
    team = "platform"
  }

  distribution {
    region = data.aws_region.current.id

    ami_distribution_configuration {
      name = "ubuntu-arm-{{ imagebuilder:buildDate }}"
      ami_tags = {
        team = "platform"
      }
    }

    ssm_parameter_configuration {
      parameter_name = "/imagebuilder/ubuntu/arm64"
      data_type      = "aws:ec2:image"
    }
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_imagebuilder_distribution_configuration" "x86" {
  name = "ubuntu-x86"
  tags = {
    team = "platform"
  }

  distribution {
    region = data.aws_region.current.id

    ami_distribution_configuration {
      name = "ubuntu-x86-{{ imagebuilder:buildDate }}"
      ami_tags = {
        team = "platform"
      }
    }

    ssm_parameter_configuration {
      parameter_name = "/imagebuilder/ubuntu/x86_64"
      data_type      = "aws:ec2:image"
    }
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_iam_role" "lifecycle" {
  name_prefix = "ubuntu-lifecycle-"
  description = "Retention of the images of ubuntu"
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
  tags = {
    team = "platform"
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_iam_role_policy_attachment" "lifecycle_ec2imagebuilderlifecycleexecutionpolicy" {
  role       = aws_iam_role.lifecycle.name
  policy_arn = "arn:${data.aws_partition.current.partition}:iam::aws:policy/service-role/EC2ImageBuilderLifecycleExecutionPolicy"
}

resource "aws_imagebuilder_image_recipe" "arm" {
  name         = "ubuntu-arm"
  version      = "1.0.0"
  parent_image = "arn:${data.aws_partition.current.partition}:imagebuilder:${data.aws_region.current.id}:aws:image/ubuntu-server-24-lts-arm64/x.x.x"
  tags = {
    team = "platform"
  }

  component {
    component_arn = "arn:${data.aws_partition.current.partition}:imagebuilder:${data.aws_region.current.id}:aws:component/update-linux/x.x.x"
  }

  component {
    component_arn = aws_imagebuilder_component.tools.arn
  }

  block_device_mapping {
    device_name = "/dev/sda1"

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

resource "aws_imagebuilder_image_pipeline" "arm" {
  name                             = "ubuntu-arm"
  status                           = "ENABLED"
  image_recipe_arn                 = aws_imagebuilder_image_recipe.arm.arn
  infrastructure_configuration_arn = aws_imagebuilder_infrastructure_configuration.arm.arn
  distribution_configuration_arn   = aws_imagebuilder_distribution_configuration.arm.arn
  enhanced_image_metadata_enabled  = true
  tags = {
    team = "platform"
  }

  image_tests_configuration {
    image_tests_enabled = true
  }

  image_scanning_configuration {
    image_scanning_enabled = false
  }

  schedule {
    schedule_expression                = "rate(7 days)"
    pipeline_execution_start_condition = "EXPRESSION_MATCH_ONLY"
  }
}

resource "aws_imagebuilder_lifecycle_policy" "arm" {
  name           = "ubuntu-arm"
  status         = "ENABLED"
  execution_role = aws_iam_role.lifecycle.arn
  resource_type  = "AMI_IMAGE"
  tags = {
    team = "platform"
  }

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
      name             = "ubuntu-arm"
      semantic_version = "1.0.0"
    }
  }
}

resource "aws_imagebuilder_image_recipe" "x86" {
  name         = "ubuntu-x86"
  version      = "1.0.0"
  parent_image = "arn:${data.aws_partition.current.partition}:imagebuilder:${data.aws_region.current.id}:aws:image/ubuntu-server-24-lts-x86/x.x.x"
  tags = {
    team = "platform"
  }

  component {
    component_arn = "arn:${data.aws_partition.current.partition}:imagebuilder:${data.aws_region.current.id}:aws:component/update-linux/x.x.x"
  }

  component {
    component_arn = aws_imagebuilder_component.tools.arn
  }

  block_device_mapping {
    device_name = "/dev/sda1"

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

resource "aws_imagebuilder_image_pipeline" "x86" {
  name                             = "ubuntu-x86"
  status                           = "ENABLED"
  image_recipe_arn                 = aws_imagebuilder_image_recipe.x86.arn
  infrastructure_configuration_arn = aws_imagebuilder_infrastructure_configuration.x86.arn
  distribution_configuration_arn   = aws_imagebuilder_distribution_configuration.x86.arn
  enhanced_image_metadata_enabled  = true
  tags = {
    team = "platform"
  }

  image_tests_configuration {
    image_tests_enabled = true
  }

  image_scanning_configuration {
    image_scanning_enabled = false
  }

  schedule {
    schedule_expression                = "rate(7 days)"
    pipeline_execution_start_condition = "EXPRESSION_MATCH_ONLY"
  }
}

resource "aws_imagebuilder_lifecycle_policy" "x86" {
  name           = "ubuntu-x86"
  status         = "ENABLED"
  execution_role = aws_iam_role.lifecycle.arn
  resource_type  = "AMI_IMAGE"
  tags = {
    team = "platform"
  }

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
      name             = "ubuntu-x86"
      semantic_version = "1.0.0"
    }
  }
}

output "log_bucket_name" {
  description = "The bucket of the build logs"
  value       = aws_s3_bucket.logs.id
}

output "tools_component_arn" {
  description = "The component ubuntu-tools"
  value       = aws_imagebuilder_component.tools.arn
}

output "arm_instance_role_arn" {
  description = "The role of the instances of ubuntu-arm"
  value       = aws_iam_role.arm_instance.arn
}

output "arm_infrastructure_arn" {
  description = "The infrastructure configuration ubuntu-arm"
  value       = aws_imagebuilder_infrastructure_configuration.arm.arn
}

output "x86_instance_role_arn" {
  description = "The role of the instances of ubuntu-x86"
  value       = aws_iam_role.x86_instance.arn
}

output "x86_infrastructure_arn" {
  description = "The infrastructure configuration ubuntu-x86"
  value       = aws_imagebuilder_infrastructure_configuration.x86.arn
}

output "arm_distribution_arn" {
  description = "The distribution configuration ubuntu-arm"
  value       = aws_imagebuilder_distribution_configuration.arm.arn
}

output "x86_distribution_arn" {
  description = "The distribution configuration ubuntu-x86"
  value       = aws_imagebuilder_distribution_configuration.x86.arn
}

output "lifecycle_role_arn" {
  description = "The role that retires old images"
  value       = aws_iam_role.lifecycle.arn
}

output "arm_recipe_arn" {
  description = "The recipe ubuntu-arm"
  value       = aws_imagebuilder_image_recipe.arm.arn
}

output "arm_pipeline_arn" {
  description = "The pipeline ubuntu-arm"
  value       = aws_imagebuilder_image_pipeline.arm.arn
}

output "arm_lifecycle_policy_arn" {
  description = "The lifecycle policy ubuntu-arm"
  value       = aws_imagebuilder_lifecycle_policy.arm.arn
}

output "x86_recipe_arn" {
  description = "The recipe ubuntu-x86"
  value       = aws_imagebuilder_image_recipe.x86.arn
}

output "x86_pipeline_arn" {
  description = "The pipeline ubuntu-x86"
  value       = aws_imagebuilder_image_pipeline.x86.arn
}

output "x86_lifecycle_policy_arn" {
  description = "The lifecycle policy ubuntu-x86"
  value       = aws_imagebuilder_lifecycle_policy.x86.arn
}
