terraform {
  required_version = ">= 1.5"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }
  }
}

variable "subnet" {
  type        = string
  description = "A private subnet with a way to AWS endpoints and package mirrors"
}

variable "vpc" {
  type        = string
  description = "The VPC that images are built in"
}

data "aws_partition" "current" {}

data "aws_region" "current" {}

data "aws_caller_identity" "current" {}

resource "aws_s3_bucket" "logs" {
  bucket_prefix = "hardened-logs-"
  force_destroy = false
  tags = {
    compliance = "stig"
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

  rule {
    id     = "expire-logs"
    status = "Enabled"

    filter {}

    expiration {
      days = 365
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

resource "aws_imagebuilder_component" "login_banner" {
  name     = "hardened-login-banner"
  version  = "1.0.0"
  platform = "Linux"
  data     = <<-EOT
    name: "login-banner"
    schemaVersion: 1.0
    phases:
      - name: build
        steps:
          - name: Build1
            action: ExecuteBash
            inputs:
              commands:
                - set -eo pipefail
                - install -m 0644 /dev/null /etc/issue.net
          - name: Build2
            action: ExecuteBash
            inputs:
              commands:
                - set -eo pipefail
                - "echo 'Authorized use only.' > /etc/issue.net"
      - name: validate
        steps:
          - name: Validate1
            action: ExecuteBash
            inputs:
              commands:
                - set -eo pipefail
                - grep -q Authorized /etc/issue.net
  EOT
  tags = {
    compliance = "stig"
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_iam_role" "private_instance" {
  name_prefix = "hardened-private-instance-"
  description = "Build and test instances of hardened-private"
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
    compliance = "stig"
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_iam_role_policy_attachment" "private_instance_amazonssmmanagedinstancecore" {
  role       = aws_iam_role.private_instance.name
  policy_arn = "arn:${data.aws_partition.current.partition}:iam::aws:policy/AmazonSSMManagedInstanceCore"
}

resource "aws_iam_role_policy_attachment" "private_instance_ec2instanceprofileforimagebuilder" {
  role       = aws_iam_role.private_instance.name
  policy_arn = "arn:${data.aws_partition.current.partition}:iam::aws:policy/EC2InstanceProfileForImageBuilder"
}

resource "aws_iam_role_policy" "private_instance" {
  name = "build"
  role = aws_iam_role.private_instance.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "WriteLogs"
        Effect   = "Allow"
        Action   = "s3:PutObject"
        Resource = "arn:${data.aws_partition.current.partition}:s3:::${aws_s3_bucket.logs.id}/private/*"
      },
    ]
  })
}

resource "aws_iam_instance_profile" "private_instance" {
  name_prefix = "hardened-private-instance-"
  role        = aws_iam_role.private_instance.name
  tags = {
    compliance = "stig"
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_security_group" "private" {
  name_prefix = "hardened-private-"
  description = "Build and test instances of hardened-private"
  vpc_id      = var.vpc
  tags = {
    compliance = "stig"
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_vpc_security_group_egress_rule" "private_443" {
  security_group_id = aws_security_group.private.id
  description       = "AWS endpoints and package mirrors"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
  cidr_ipv4         = "0.0.0.0/0"
}

resource "aws_vpc_security_group_egress_rule" "private_80" {
  security_group_id = aws_security_group.private.id
  description       = "Package mirrors without TLS"
  ip_protocol       = "tcp"
  from_port         = 80
  to_port           = 80
  cidr_ipv4         = "0.0.0.0/0"
}

resource "aws_sns_topic" "private" {
  name_prefix = "hardened-private-builds-"
  tags = {
    compliance = "stig"
  }
}

resource "aws_sns_topic_policy" "private" {
  arn = aws_sns_topic.private.arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "AllowAccount"
        Effect = "Allow"
        Principal = {
          AWS = "arn:${data.aws_partition.current.partition}:iam::${data.aws_caller_identity.current.account_id}:root"
        }
        Action = [
          "sns:GetTopicAttributes",
          "sns:Publish",
          "sns:Subscribe",
        ]
        Resource = aws_sns_topic.private.arn
      },
      {
        Sid       = "DenyWithoutTls"
        Effect    = "Deny"
        Principal = "*"
        Action    = "sns:Publish"
        Resource  = aws_sns_topic.private.arn
        Condition = {
          Bool = {
            "aws:SecureTransport" = "false"
          }
        }
      },
    ]
  })
}

resource "aws_imagebuilder_infrastructure_configuration" "private" {
  name                          = "hardened-private"
  instance_profile_name         = aws_iam_instance_profile.private_instance.name
  instance_types                = ["m7i.large"]
  subnet_id                     = var.subnet
  security_group_ids            = [aws_security_group.private.id]
  sns_topic_arn                 = aws_sns_topic.private.arn
  terminate_instance_on_failure = true
  resource_tags = {
    compliance = "stig"
  }
  tags = {
    compliance = "stig"
  }

  instance_metadata_options {
    http_tokens                 = "required"
    http_put_response_hop_limit = 1
  }

  logging {
    s3_logs {
      s3_bucket_name = aws_s3_bucket.logs.id
      s3_key_prefix  = "private"
    }
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_imagebuilder_distribution_configuration" "base" {
  name = "hardened-base"
  tags = {
    compliance = "stig"
  }

  distribution {
    region = data.aws_region.current.id

    ami_distribution_configuration {
      name = "hardened-base-{{ imagebuilder:buildDate }}"
      ami_tags = {
        compliance = "stig"
      }
    }
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_iam_role" "lifecycle" {
  name_prefix = "hardened-lifecycle-"
  description = "Retention of the images of hardened"
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
    compliance = "stig"
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_iam_role_policy_attachment" "lifecycle_ec2imagebuilderlifecycleexecutionpolicy" {
  role       = aws_iam_role.lifecycle.name
  policy_arn = "arn:${data.aws_partition.current.partition}:iam::aws:policy/service-role/EC2ImageBuilderLifecycleExecutionPolicy"
}

resource "aws_imagebuilder_image_recipe" "base" {
  name         = "hardened-base"
  version      = "1.0.0"
  parent_image = "arn:${data.aws_partition.current.partition}:imagebuilder:${data.aws_region.current.id}:aws:image/amazon-linux-2023-x86/x.x.x"
  tags = {
    compliance = "stig"
  }

  component {
    component_arn = "arn:${data.aws_partition.current.partition}:imagebuilder:${data.aws_region.current.id}:aws:component/update-linux/x.x.x"
  }

  component {
    component_arn = aws_imagebuilder_component.login_banner.arn
  }

  component {
    component_arn = "arn:${data.aws_partition.current.partition}:imagebuilder:${data.aws_region.current.id}:aws:component/stig-build-linux-high/x.x.x"
  }

  block_device_mapping {
    device_name = "/dev/xvda"

    ebs {
      volume_size           = 30
      volume_type           = "gp3"
      throughput            = 250
      encrypted             = true
      delete_on_termination = true
    }
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_imagebuilder_image_pipeline" "base" {
  name                             = "hardened-base"
  status                           = "ENABLED"
  image_recipe_arn                 = aws_imagebuilder_image_recipe.base.arn
  infrastructure_configuration_arn = aws_imagebuilder_infrastructure_configuration.private.arn
  distribution_configuration_arn   = aws_imagebuilder_distribution_configuration.base.arn
  enhanced_image_metadata_enabled  = true
  tags = {
    compliance = "stig"
  }

  image_tests_configuration {
    image_tests_enabled = true
  }

  image_scanning_configuration {
    image_scanning_enabled = true
  }

  schedule {
    schedule_expression                = "rate(1 day)"
    pipeline_execution_start_condition = "EXPRESSION_MATCH_AND_DEPENDENCY_UPDATES_AVAILABLE"
  }
}

resource "aws_imagebuilder_lifecycle_policy" "base" {
  name           = "hardened-base"
  status         = "ENABLED"
  execution_role = aws_iam_role.lifecycle.arn
  resource_type  = "AMI_IMAGE"
  tags = {
    compliance = "stig"
  }

  policy_detail {
    action {
      type = "DEPRECATE"

      include_resources {
        amis = true
      }
    }

    filter {
      type  = "AGE"
      value = 30
      unit  = "DAYS"
    }

    exclusion_rules {
      tag_map = {
        hold = "yes"
      }

      amis {
        is_public = false

        last_launched {
          value = 60
          unit  = "DAYS"
        }
      }
    }
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
      type            = "AGE"
      value           = 90
      unit            = "DAYS"
      retain_at_least = 5
    }

    exclusion_rules {
      tag_map = {
        hold = "yes"
      }

      amis {
        is_public = false

        last_launched {
          value = 60
          unit  = "DAYS"
        }
      }
    }
  }

  resource_selection {
    recipe {
      name             = "hardened-base"
      semantic_version = "1.0.0"
    }
  }
}

output "log_bucket_name" {
  description = "The bucket of the build logs"
  value       = aws_s3_bucket.logs.id
}

output "login_banner_component_arn" {
  description = "The component hardened-login-banner"
  value       = aws_imagebuilder_component.login_banner.arn
}

output "private_instance_role_arn" {
  description = "The role of the instances of hardened-private"
  value       = aws_iam_role.private_instance.arn
}

output "private_topic_arn" {
  description = "The topic that hears of builds of hardened-private"
  value       = aws_sns_topic.private.arn
}

output "private_infrastructure_arn" {
  description = "The infrastructure configuration hardened-private"
  value       = aws_imagebuilder_infrastructure_configuration.private.arn
}

output "base_distribution_arn" {
  description = "The distribution configuration hardened-base"
  value       = aws_imagebuilder_distribution_configuration.base.arn
}

output "lifecycle_role_arn" {
  description = "The role that retires old images"
  value       = aws_iam_role.lifecycle.arn
}

output "base_recipe_arn" {
  description = "The recipe hardened-base"
  value       = aws_imagebuilder_image_recipe.base.arn
}

output "base_pipeline_arn" {
  description = "The pipeline hardened-base"
  value       = aws_imagebuilder_image_pipeline.base.arn
}

output "base_lifecycle_policy_arn" {
  description = "The lifecycle policy hardened-base"
  value       = aws_imagebuilder_lifecycle_policy.base.arn
}
