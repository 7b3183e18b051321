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
  bucket_prefix = "mac-logs-"
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

resource "aws_imagebuilder_component" "intel_tools" {
  name     = "mac-intel-tools"
  version  = "1.0.0"
  platform = "macOS"
  data     = <<-EOT
    name: "intel-tools"
    schemaVersion: 1.0
    phases:
      - name: build
        steps:
          - name: Build1
            action: ExecuteBash
            inputs:
              commands:
                - set -eo pipefail
                - sudo -u ec2-user /usr/local/bin/brew install jq
  EOT

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_imagebuilder_component" "tools" {
  name     = "mac-tools"
  version  = "1.0.0"
  platform = "macOS"
  data     = <<-EOT
    name: "tools"
    schemaVersion: 1.0
    phases:
      - name: build
        steps:
          - name: Build1
            action: ExecuteBash
            inputs:
              commands:
                - set -eo pipefail
                - "softwareupdate --install-rosetta --agree-to-license || true"
          - name: Build2
            action: ExecuteBash
            inputs:
              commands:
                - set -eo pipefail
                - sudo -u ec2-user /opt/homebrew/bin/brew install jq
      - name: test
        steps:
          - name: Test1
            action: ExecuteBash
            inputs:
              commands:
                - set -eo pipefail
                - sudo -u ec2-user /opt/homebrew/bin/jq --version
  EOT

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_iam_role" "sequoia_instance" {
  name_prefix = "mac-sequoia-instance-"
  description = "Build and test instances of mac-sequoia"
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

resource "aws_iam_role_policy_attachment" "sequoia_instance_amazonssmmanagedinstancecore" {
  role       = aws_iam_role.sequoia_instance.name
  policy_arn = "arn:${data.aws_partition.current.partition}:iam::aws:policy/AmazonSSMManagedInstanceCore"
}

resource "aws_iam_role_policy_attachment" "sequoia_instance_ec2instanceprofileforimagebuilder" {
  role       = aws_iam_role.sequoia_instance.name
  policy_arn = "arn:${data.aws_partition.current.partition}:iam::aws:policy/EC2InstanceProfileForImageBuilder"
}

resource "aws_iam_role_policy" "sequoia_instance" {
  name = "build"
  role = aws_iam_role.sequoia_instance.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "WriteLogs"
        Effect   = "Allow"
        Action   = "s3:PutObject"
        Resource = "arn:${data.aws_partition.current.partition}:s3:::${aws_s3_bucket.logs.id}/sequoia/*"
      },
    ]
  })
}

resource "aws_iam_instance_profile" "sequoia_instance" {
  name_prefix = "mac-sequoia-instance-"
  role        = aws_iam_role.sequoia_instance.name

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_imagebuilder_infrastructure_configuration" "sequoia" {
  name                  = "mac-sequoia"
  instance_profile_name = aws_iam_instance_profile.sequoia_instance.name
  instance_types = [
    "mac2.metal",
    "mac2-m2.metal",
  ]
  terminate_instance_on_failure = true

  instance_metadata_options {
    http_tokens = "required"
  }

  logging {
    s3_logs {
      s3_bucket_name = aws_s3_bucket.logs.id
      s3_key_prefix  = "sequoia"
    }
  }

  placement {
    tenancy                 = "host"
    host_resource_group_arn = "arn:aws:resource-groups:us-east-1:111122223333:group/macs"
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_iam_role" "sonoma_intel_instance" {
  name_prefix = "mac-sonoma-intel-instance-"
  description = "Build and test instances of mac-sonoma-intel"
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

resource "aws_iam_role_policy_attachment" "sonoma_intel_instance_amazonssmmanagedinstancecore" {
  role       = aws_iam_role.sonoma_intel_instance.name
  policy_arn = "arn:${data.aws_partition.current.partition}:iam::aws:policy/AmazonSSMManagedInstanceCore"
}

resource "aws_iam_role_policy_attachment" "sonoma_intel_instance_ec2instanceprofileforimagebuilder" {
  role       = aws_iam_role.sonoma_intel_instance.name
  policy_arn = "arn:${data.aws_partition.current.partition}:iam::aws:policy/EC2InstanceProfileForImageBuilder"
}

resource "aws_iam_role_policy" "sonoma_intel_instance" {
  name = "build"
  role = aws_iam_role.sonoma_intel_instance.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "WriteLogs"
        Effect   = "Allow"
        Action   = "s3:PutObject"
        Resource = "arn:${data.aws_partition.current.partition}:s3:::${aws_s3_bucket.logs.id}/sonoma-intel/*"
      },
    ]
  })
}

resource "aws_iam_instance_profile" "sonoma_intel_instance" {
  name_prefix = "mac-sonoma-intel-instance-"
  role        = aws_iam_role.sonoma_intel_instance.name

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_imagebuilder_infrastructure_configuration" "sonoma_intel" {
  name                          = "mac-sonoma-intel"
  instance_profile_name         = aws_iam_instance_profile.sonoma_intel_instance.name
  instance_types                = ["mac1.metal"]
  terminate_instance_on_failure = true

  instance_metadata_options {
    http_tokens = "required"
  }

  logging {
    s3_logs {
      s3_bucket_name = aws_s3_bucket.logs.id
      s3_key_prefix  = "sonoma-intel"
    }
  }

  placement {
    tenancy = "host"
    host_id = "h-0123456789abcdef0"
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_imagebuilder_distribution_configuration" "sequoia" {
  name = "mac-sequoia"

  distribution {
    region = data.aws_region.current.id

    ami_distribution_configuration {
      name = "mac-sequoia-{{ imagebuilder:buildDate }}"
    }
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_imagebuilder_distribution_configuration" "sonoma_intel" {
  name = "mac-sonoma-intel"

  distribution {
    region = data.aws_region.current.id

    ami_distribution_configuration {
      name = "mac-sonoma-intel-{{ imagebuilder:buildDate }}"
    }
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_iam_role" "lifecycle" {
  name_prefix = "mac-lifecycle-"
  description = "Retention of the images of mac"
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

resource "aws_imagebuilder_image_recipe" "sequoia" {
  name         = "mac-sequoia"
  version      = "1.0.0"
  parent_image = "arn:${data.aws_partition.current.partition}:imagebuilder:${data.aws_region.current.id}:aws:image/macos-sequoia-arm64/x.x.x"

  component {
    component_arn = aws_imagebuilder_component.tools.arn
  }

  block_device_mapping {
    device_name = "/dev/sda1"

    ebs {
      volume_size           = 100
      volume_type           = "gp3"
      encrypted             = true
      delete_on_termination = true
    }
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_imagebuilder_image_pipeline" "sequoia" {
  name                             = "mac-sequoia"
  status                           = "ENABLED"
  image_recipe_arn                 = aws_imagebuilder_image_recipe.sequoia.arn
  infrastructure_configuration_arn = aws_imagebuilder_infrastructure_configuration.sequoia.arn
  distribution_configuration_arn   = aws_imagebuilder_distribution_configuration.sequoia.arn
  enhanced_image_metadata_enabled  = true

  image_tests_configuration {
    image_tests_enabled = true
  }

  image_scanning_configuration {
    image_scanning_enabled = false
  }
}

resource "aws_imagebuilder_lifecycle_policy" "sequoia" {
  name           = "mac-sequoia"
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
      value = 3
    }
  }

  resource_selection {
    recipe {
      name             = "mac-sequoia"
      semantic_version = "1.0.0"
    }
  }
}

resource "aws_imagebuilder_image_recipe" "sonoma_intel" {
  name         = "mac-sonoma-intel"
  version      = "1.0.0"
  parent_image = "arn:${data.aws_partition.current.partition}:imagebuilder:${data.aws_region.current.id}:aws:image/macos-sonoma-x86/x.x.x"

  component {
    component_arn = aws_imagebuilder_component.intel_tools.arn
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

resource "aws_imagebuilder_image_pipeline" "sonoma_intel" {
  name                             = "mac-sonoma-intel"
  status                           = "ENABLED"
  image_recipe_arn                 = aws_imagebuilder_image_recipe.sonoma_intel.arn
  infrastructure_configuration_arn = aws_imagebuilder_infrastructure_configuration.sonoma_intel.arn
  distribution_configuration_arn   = aws_imagebuilder_distribution_configuration.sonoma_intel.arn
  enhanced_image_metadata_enabled  = true

  image_tests_configuration {
    image_tests_enabled = true
  }

  image_scanning_configuration {
    image_scanning_enabled = false
  }
}

resource "aws_imagebuilder_lifecycle_policy" "sonoma_intel" {
  name           = "mac-sonoma-intel"
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
      value = 3
    }
  }

  resource_selection {
    recipe {
      name             = "mac-sonoma-intel"
      semantic_version = "1.0.0"
    }
  }
}

output "log_bucket_name" {
  description = "The bucket of the build logs"
  value       = aws_s3_bucket.logs.id
}

output "intel_tools_component_arn" {
  description = "The component mac-intel-tools"
  value       = aws_imagebuilder_component.intel_tools.arn
}

output "tools_component_arn" {
  description = "The component mac-tools"
  value       = aws_imagebuilder_component.tools.arn
}

output "sequoia_instance_role_arn" {
  description = "The role of the instances of mac-sequoia"
  value       = aws_iam_role.sequoia_instance.arn
}

output "sequoia_infrastructure_arn" {
  description = "The infrastructure configuration mac-sequoia"
  value       = aws_imagebuilder_infrastructure_configuration.sequoia.arn
}

output "sonoma_intel_instance_role_arn" {
  description = "The role of the instances of mac-sonoma-intel"
  value       = aws_iam_role.sonoma_intel_instance.arn
}

output "sonoma_intel_infrastructure_arn" {
  description = "The infrastructure configuration mac-sonoma-intel"
  value       = aws_imagebuilder_infrastructure_configuration.sonoma_intel.arn
}

output "sequoia_distribution_arn" {
  description = "The distribution configuration mac-sequoia"
  value       = aws_imagebuilder_distribution_configuration.sequoia.arn
}

output "sonoma_intel_distribution_arn" {
  description = "The distribution configuration mac-sonoma-intel"
  value       = aws_imagebuilder_distribution_configuration.sonoma_intel.arn
}

output "lifecycle_role_arn" {
  description = "The role that retires old images"
  value       = aws_iam_role.lifecycle.arn
}

output "sequoia_recipe_arn" {
  description = "The recipe mac-sequoia"
  value       = aws_imagebuilder_image_recipe.sequoia.arn
}

output "sequoia_pipeline_arn" {
  description = "The pipeline mac-sequoia"
  value       = aws_imagebuilder_image_pipeline.sequoia.arn
}

output "sequoia_lifecycle_policy_arn" {
  description = "The lifecycle policy mac-sequoia"
  value       = aws_imagebuilder_lifecycle_policy.sequoia.arn
}

output "sonoma_intel_recipe_arn" {
  description = "The recipe mac-sonoma-intel"
  value       = aws_imagebuilder_image_recipe.sonoma_intel.arn
}

output "sonoma_intel_pipeline_arn" {
  description = "The pipeline mac-sonoma-intel"
  value       = aws_imagebuilder_image_pipeline.sonoma_intel.arn
}

output "sonoma_intel_lifecycle_policy_arn" {
  description = "The lifecycle policy mac-sonoma-intel"
  value       = aws_imagebuilder_lifecycle_policy.sonoma_intel.arn
}
