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

data "aws_caller_identity" "current" {}

resource "aws_s3_bucket" "logs" {
  bucket_prefix = "fleet-logs-"
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

resource "aws_imagebuilder_component" "agent" {
  name     = "fleet-agent"
  version  = "1.0.0"
  platform = "Linux"
  data     = <<-EOT
    name: agent
    description: Installs the fleet's agent
    schemaVersion: 1.0

    parameters:
      - Endpoint:
          type: string
          description: Where the agent reports to

    phases:
      - name: build
        steps:
          - name: Package
            action: S3Download
            inputs:
              - source: s3://example-artifacts/agent/agent.rpm
                destination: /var/cache/agent.rpm
          - name: Install
            action: ExecuteBash
            inputs:
              commands:
                - dnf -y install /var/cache/agent.rpm
                - agentctl configure --endpoint "{{ Endpoint }}"
                - systemctl enable agent

      - name: validate
        steps:
          - name: Configured
            action: ExecuteBash
            inputs:
              commands:
                - agentctl check
  EOT
  tags = {
    team = "platform"
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_iam_role" "fleet_instance" {
  name_prefix = "fleet-instance-"
  description = "Build and test instances of fleet"
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

resource "aws_iam_role_policy_attachment" "fleet_instance_amazonssmmanagedinstancecore" {
  role       = aws_iam_role.fleet_instance.name
  policy_arn = "arn:${data.aws_partition.current.partition}:iam::aws:policy/AmazonSSMManagedInstanceCore"
}

resource "aws_iam_role_policy_attachment" "fleet_instance_ec2instanceprofileforimagebuilder" {
  role       = aws_iam_role.fleet_instance.name
  policy_arn = "arn:${data.aws_partition.current.partition}:iam::aws:policy/EC2InstanceProfileForImageBuilder"
}

resource "aws_iam_role_policy" "fleet_instance" {
  name = "build"
  role = aws_iam_role.fleet_instance.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "WriteLogs"
        Effect   = "Allow"
        Action   = "s3:PutObject"
        Resource = "arn:${data.aws_partition.current.partition}:s3:::${aws_s3_bucket.logs.id}/fleet/*"
      },
      {
        Sid      = "ReadSources"
        Effect   = "Allow"
        Action   = "s3:GetObject"
        Resource = "arn:${data.aws_partition.current.partition}:s3:::example-artifacts/agent/agent.rpm"
      },
    ]
  })
}

resource "aws_iam_instance_profile" "fleet_instance" {
  name_prefix = "fleet-instance-"
  role        = aws_iam_role.fleet_instance.name
  tags = {
    team = "platform"
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_imagebuilder_infrastructure_configuration" "fleet" {
  name                          = "fleet"
  instance_profile_name         = aws_iam_instance_profile.fleet_instance.name
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
      s3_key_prefix  = "fleet"
    }
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_imagebuilder_distribution_configuration" "everywhere" {
  name        = "fleet-everywhere"
  description = "Production Regions"
  tags = {
    team = "platform"
  }

  distribution {
    region = "eu-west-1"

    ami_distribution_configuration {
      name               = "fleet-everywhere-{{ imagebuilder:buildDate }}"
      kms_key_id         = "arn:${data.aws_partition.current.partition}:kms:eu-west-1:${data.aws_caller_identity.current.account_id}:alias/images"
      target_account_ids = ["444455556666"]
      ami_tags = {
        team = "platform"
      }

      launch_permission {
        organization_arns = ["arn:aws:organizations::111122223333:organization/o-exampleorgid"]
      }
    }

    ssm_parameter_configuration {
      parameter_name = "/imagebuilder/fleet"
      data_type      = "aws:ec2:image"
    }
  }

  distribution {
    region = "us-east-1"

    ami_distribution_configuration {
      name       = "fleet-everywhere-{{ imagebuilder:buildDate }}"
      kms_key_id = "arn:${data.aws_partition.current.partition}:kms:us-east-1:${data.aws_caller_identity.current.account_id}:alias/images"
      ami_tags = {
        team = "platform"
      }

      launch_permission {
        organization_arns = ["arn:aws:organizations::111122223333:organization/o-exampleorgid"]
      }
    }

    launch_template_configuration {
      launch_template_id = "lt-0123456789abcdef0"
      default            = true
    }
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_iam_role" "lifecycle" {
  name_prefix = "fleet-lifecycle-"
  description = "Retention of the images of fleet"
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

resource "aws_imagebuilder_image_recipe" "fleet" {
  name         = "fleet"
  version      = "1.0.0"
  parent_image = "arn:${data.aws_partition.current.partition}:imagebuilder:${data.aws_region.current.id}:aws:image/amazon-linux-2023-x86/x.x.x"
  tags = {
    team = "platform"
  }

  component {
    component_arn = "arn:${data.aws_partition.current.partition}:imagebuilder:${data.aws_region.current.id}:aws:component/update-linux/x.x.x"
  }

  component {
    component_arn = aws_imagebuilder_component.agent.arn

    parameter {
      name  = "Endpoint"
      value = "https://agents.example.com"
    }
  }

  block_device_mapping {
    device_name = "/dev/xvda"

    ebs {
      volume_type           = "gp3"
      encrypted             = true
      kms_key_id            = "arn:${data.aws_partition.current.partition}:kms:${data.aws_region.current.id}:${data.aws_caller_identity.current.account_id}:alias/images"
      delete_on_termination = true
    }
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_imagebuilder_image_pipeline" "fleet" {
  name                             = "fleet"
  status                           = "ENABLED"
  image_recipe_arn                 = aws_imagebuilder_image_recipe.fleet.arn
  infrastructure_configuration_arn = aws_imagebuilder_infrastructure_configuration.fleet.arn
  distribution_configuration_arn   = aws_imagebuilder_distribution_configuration.everywhere.arn
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
    schedule_expression                = "cron(0 3 ? * MON *)"
    pipeline_execution_start_condition = "EXPRESSION_MATCH_ONLY"
  }
}

resource "aws_imagebuilder_lifecycle_policy" "fleet" {
  name           = "fleet"
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
      name             = "fleet"
      semantic_version = "1.0.0"
    }
  }
}

output "log_bucket_name" {
  description = "The bucket of the build logs"
  value       = aws_s3_bucket.logs.id
}

output "agent_component_arn" {
  description = "The component fleet-agent"
  value       = aws_imagebuilder_component.agent.arn
}

output "fleet_instance_role_arn" {
  description = "The role of the instances of fleet"
  value       = aws_iam_role.fleet_instance.arn
}

output "fleet_infrastructure_arn" {
  description = "The infrastructure configuration fleet"
  value       = aws_imagebuilder_infrastructure_configuration.fleet.arn
}

output "everywhere_distribution_arn" {
  description = "The distribution configuration fleet-everywhere"
  value       = aws_imagebuilder_distribution_configuration.everywhere.arn
}

output "lifecycle_role_arn" {
  description = "The role that retires old images"
  value       = aws_iam_role.lifecycle.arn
}

output "fleet_recipe_arn" {
  description = "The recipe fleet"
  value       = aws_imagebuilder_image_recipe.fleet.arn
}

output "fleet_pipeline_arn" {
  description = "The pipeline fleet"
  value       = aws_imagebuilder_image_pipeline.fleet.arn
}

output "fleet_lifecycle_policy_arn" {
  description = "The lifecycle policy fleet"
  value       = aws_imagebuilder_lifecycle_policy.fleet.arn
}

output "kiln_project" {
  description = "The project whose state this is: kiln destroys nothing in another's"
  value       = "fleet"
}
