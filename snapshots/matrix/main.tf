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
    name: "agent"
    schemaVersion: 1.0
    parameters:
      - "Edition":
          type: string
          default: "standard"
    phases:
      - name: build
        steps:
          - name: Build1
            action: ExecuteBash
            inputs:
              commands:
                - set -eo pipefail
                - install --directory /etc/agent
          - name: Build2
            action: ExecuteBash
            inputs:
              commands:
                - set -eo pipefail
                - "echo {{ Edition }} > /etc/agent/edition"
      - name: test
        steps:
          - name: Test1
            action: ExecuteBash
            inputs:
              commands:
                - set -eo pipefail
                - grep --quiet . /etc/agent/edition
  EOT
  tags = {
    team = "platform"
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_iam_role" "app_x86_64_standard_instance" {
  name_prefix = "fleet-app-x86-64-standard-instance-"
  description = "Build and test instances of fleet-app-x86-64-standard"
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

resource "aws_iam_role_policy_attachment" "app_x86_64_standard_instance_amazonssmmanagedinstancecore" {
  role       = aws_iam_role.app_x86_64_standard_instance.name
  policy_arn = "arn:${data.aws_partition.current.partition}:iam::aws:policy/AmazonSSMManagedInstanceCore"
}

resource "aws_iam_role_policy_attachment" "app_x86_64_standard_instance_ec2instanceprofileforimagebuilder" {
  role       = aws_iam_role.app_x86_64_standard_instance.name
  policy_arn = "arn:${data.aws_partition.current.partition}:iam::aws:policy/EC2InstanceProfileForImageBuilder"
}

resource "aws_iam_role_policy" "app_x86_64_standard_instance" {
  name = "build"
  role = aws_iam_role.app_x86_64_standard_instance.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "WriteLogs"
        Effect   = "Allow"
        Action   = "s3:PutObject"
        Resource = "arn:${data.aws_partition.current.partition}:s3:::${aws_s3_bucket.logs.id}/app-x86-64-standard/*"
      },
      {
        Sid      = "Permission1"
        Effect   = "Allow"
        Action   = "s3:GetObject"
        Resource = "arn:${data.aws_partition.current.partition}:s3:::example-editions-${data.aws_region.current.id}/standard/*"
      },
    ]
  })
}

resource "aws_iam_instance_profile" "app_x86_64_standard_instance" {
  name_prefix = "fleet-app-x86-64-standard-instance-"
  role        = aws_iam_role.app_x86_64_standard_instance.name
  tags = {
    team = "platform"
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_imagebuilder_infrastructure_configuration" "app_x86_64_standard" {
  name                          = "fleet-app-x86-64-standard"
  instance_profile_name         = aws_iam_instance_profile.app_x86_64_standard_instance.name
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
      s3_key_prefix  = "app-x86-64-standard"
    }
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_iam_role" "app_x86_64_premium_instance" {
  name_prefix = "fleet-app-x86-64-premium-instance-"
  description = "Build and test instances of fleet-app-x86-64-premium"
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

resource "aws_iam_role_policy_attachment" "app_x86_64_premium_instance_amazonssmmanagedinstancecore" {
  role       = aws_iam_role.app_x86_64_premium_instance.name
  policy_arn = "arn:${data.aws_partition.current.partition}:iam::aws:policy/AmazonSSMManagedInstanceCore"
}

resource "aws_iam_role_policy_attachment" "app_x86_64_premium_instance_ec2instanceprofileforimagebuilder" {
  role       = aws_iam_role.app_x86_64_premium_instance.name
  policy_arn = "arn:${data.aws_partition.current.partition}:iam::aws:policy/EC2InstanceProfileForImageBuilder"
}

resource "aws_iam_role_policy" "app_x86_64_premium_instance" {
  name = "build"
  role = aws_iam_role.app_x86_64_premium_instance.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "WriteLogs"
        Effect   = "Allow"
        Action   = "s3:PutObject"
        Resource = "arn:${data.aws_partition.current.partition}:s3:::${aws_s3_bucket.logs.id}/app-x86-64-premium/*"
      },
      {
        Sid      = "Permission1"
        Effect   = "Allow"
        Action   = "s3:GetObject"
        Resource = "arn:${data.aws_partition.current.partition}:s3:::example-editions-${data.aws_region.current.id}/premium/*"
      },
    ]
  })
}

resource "aws_iam_instance_profile" "app_x86_64_premium_instance" {
  name_prefix = "fleet-app-x86-64-premium-instance-"
  role        = aws_iam_role.app_x86_64_premium_instance.name
  tags = {
    team = "platform"
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_imagebuilder_infrastructure_configuration" "app_x86_64_premium" {
  name                          = "fleet-app-x86-64-premium"
  instance_profile_name         = aws_iam_instance_profile.app_x86_64_premium_instance.name
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
      s3_key_prefix  = "app-x86-64-premium"
    }
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_iam_role" "app_arm64_standard_instance" {
  name_prefix = "fleet-app-arm64-standard-instance-"
  description = "Build and test instances of fleet-app-arm64-standard"
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

resource "aws_iam_role_policy_attachment" "app_arm64_standard_instance_amazonssmmanagedinstancecore" {
  role       = aws_iam_role.app_arm64_standard_instance.name
  policy_arn = "arn:${data.aws_partition.current.partition}:iam::aws:policy/AmazonSSMManagedInstanceCore"
}

resource "aws_iam_role_policy_attachment" "app_arm64_standard_instance_ec2instanceprofileforimagebuilder" {
  role       = aws_iam_role.app_arm64_standard_instance.name
  policy_arn = "arn:${data.aws_partition.current.partition}:iam::aws:policy/EC2InstanceProfileForImageBuilder"
}

resource "aws_iam_role_policy" "app_arm64_standard_instance" {
  name = "build"
  role = aws_iam_role.app_arm64_standard_instance.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "WriteLogs"
        Effect   = "Allow"
        Action   = "s3:PutObject"
        Resource = "arn:${data.aws_partition.current.partition}:s3:::${aws_s3_bucket.logs.id}/app-arm64-standard/*"
      },
      {
        Sid      = "Permission1"
        Effect   = "Allow"
        Action   = "s3:GetObject"
        Resource = "arn:${data.aws_partition.current.partition}:s3:::example-editions-${data.aws_region.current.id}/standard/*"
      },
    ]
  })
}

resource "aws_iam_instance_profile" "app_arm64_standard_instance" {
  name_prefix = "fleet-app-arm64-standard-instance-"
  role        = aws_iam_role.app_arm64_standard_instance.name
  tags = {
    team = "platform"
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_imagebuilder_infrastructure_configuration" "app_arm64_standard" {
  name                          = "fleet-app-arm64-standard"
  instance_profile_name         = aws_iam_instance_profile.app_arm64_standard_instance.name
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
      s3_key_prefix  = "app-arm64-standard"
    }
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_iam_role" "app_arm64_premium_instance" {
  name_prefix = "fleet-app-arm64-premium-instance-"
  description = "Build and test instances of fleet-app-arm64-premium"
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

resource "aws_iam_role_policy_attachment" "app_arm64_premium_instance_amazonssmmanagedinstancecore" {
  role       = aws_iam_role.app_arm64_premium_instance.name
  policy_arn = "arn:${data.aws_partition.current.partition}:iam::aws:policy/AmazonSSMManagedInstanceCore"
}

resource "aws_iam_role_policy_attachment" "app_arm64_premium_instance_ec2instanceprofileforimagebuilder" {
  role       = aws_iam_role.app_arm64_premium_instance.name
  policy_arn = "arn:${data.aws_partition.current.partition}:iam::aws:policy/EC2InstanceProfileForImageBuilder"
}

resource "aws_iam_role_policy" "app_arm64_premium_instance" {
  name = "build"
  role = aws_iam_role.app_arm64_premium_instance.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "WriteLogs"
        Effect   = "Allow"
        Action   = "s3:PutObject"
        Resource = "arn:${data.aws_partition.current.partition}:s3:::${aws_s3_bucket.logs.id}/app-arm64-premium/*"
      },
      {
        Sid      = "Permission1"
        Effect   = "Allow"
        Action   = "s3:GetObject"
        Resource = "arn:${data.aws_partition.current.partition}:s3:::example-editions-${data.aws_region.current.id}/premium/*"
      },
    ]
  })
}

resource "aws_iam_instance_profile" "app_arm64_premium_instance" {
  name_prefix = "fleet-app-arm64-premium-instance-"
  role        = aws_iam_role.app_arm64_premium_instance.name
  tags = {
    team = "platform"
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_imagebuilder_infrastructure_configuration" "app_arm64_premium" {
  name                          = "fleet-app-arm64-premium"
  instance_profile_name         = aws_iam_instance_profile.app_arm64_premium_instance.name
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
      s3_key_prefix  = "app-arm64-premium"
    }
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_iam_role" "base_x86_64_instance" {
  name_prefix = "fleet-base-x86-64-instance-"
  description = "Build and test instances of fleet-base-x86-64"
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

resource "aws_iam_role_policy_attachment" "base_x86_64_instance_amazonssmmanagedinstancecore" {
  role       = aws_iam_role.base_x86_64_instance.name
  policy_arn = "arn:${data.aws_partition.current.partition}:iam::aws:policy/AmazonSSMManagedInstanceCore"
}

resource "aws_iam_role_policy_attachment" "base_x86_64_instance_ec2instanceprofileforimagebuilder" {
  role       = aws_iam_role.base_x86_64_instance.name
  policy_arn = "arn:${data.aws_partition.current.partition}:iam::aws:policy/EC2InstanceProfileForImageBuilder"
}

resource "aws_iam_role_policy" "base_x86_64_instance" {
  name = "build"
  role = aws_iam_role.base_x86_64_instance.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "WriteLogs"
        Effect   = "Allow"
        Action   = "s3:PutObject"
        Resource = "arn:${data.aws_partition.current.partition}:s3:::${aws_s3_bucket.logs.id}/base-x86-64/*"
      },
    ]
  })
}

resource "aws_iam_instance_profile" "base_x86_64_instance" {
  name_prefix = "fleet-base-x86-64-instance-"
  role        = aws_iam_role.base_x86_64_instance.name
  tags = {
    team = "platform"
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_imagebuilder_infrastructure_configuration" "base_x86_64" {
  name                          = "fleet-base-x86-64"
  instance_profile_name         = aws_iam_instance_profile.base_x86_64_instance.name
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
      s3_key_prefix  = "base-x86-64"
    }
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_iam_role" "base_arm64_instance" {
  name_prefix = "fleet-base-arm64-instance-"
  description = "Build and test instances of fleet-base-arm64"
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

resource "aws_iam_role_policy_attachment" "base_arm64_instance_amazonssmmanagedinstancecore" {
  role       = aws_iam_role.base_arm64_instance.name
  policy_arn = "arn:${data.aws_partition.current.partition}:iam::aws:policy/AmazonSSMManagedInstanceCore"
}

resource "aws_iam_role_policy_attachment" "base_arm64_instance_ec2instanceprofileforimagebuilder" {
  role       = aws_iam_role.base_arm64_instance.name
  policy_arn = "arn:${data.aws_partition.current.partition}:iam::aws:policy/EC2InstanceProfileForImageBuilder"
}

resource "aws_iam_role_policy" "base_arm64_instance" {
  name = "build"
  role = aws_iam_role.base_arm64_instance.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "WriteLogs"
        Effect   = "Allow"
        Action   = "s3:PutObject"
        Resource = "arn:${data.aws_partition.current.partition}:s3:::${aws_s3_bucket.logs.id}/base-arm64/*"
      },
    ]
  })
}

resource "aws_iam_instance_profile" "base_arm64_instance" {
  name_prefix = "fleet-base-arm64-instance-"
  role        = aws_iam_role.base_arm64_instance.name
  tags = {
    team = "platform"
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_imagebuilder_infrastructure_configuration" "base_arm64" {
  name                          = "fleet-base-arm64"
  instance_profile_name         = aws_iam_instance_profile.base_arm64_instance.name
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
      s3_key_prefix  = "base-arm64"
    }
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_imagebuilder_distribution_configuration" "app_x86_64_standard" {
  name = "fleet-app-x86-64-standard"
  tags = {
    team = "platform"
  }

  distribution {
    region = data.aws_region.current.id

    ami_distribution_configuration {
      name = "fleet-app-x86-64-standard-{{ imagebuilder:buildDate }}"
      ami_tags = {
        Edition = "standard"
        team    = "platform"
      }
    }
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_imagebuilder_distribution_configuration" "app_x86_64_premium" {
  name = "fleet-app-x86-64-premium"
  tags = {
    team = "platform"
  }

  distribution {
    region = data.aws_region.current.id

    ami_distribution_configuration {
      name = "fleet-app-x86-64-premium-{{ imagebuilder:buildDate }}"
      ami_tags = {
        Edition = "premium"
        team    = "platform"
      }
    }
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_imagebuilder_distribution_configuration" "app_arm64_standard" {
  name = "fleet-app-arm64-standard"
  tags = {
    team = "platform"
  }

  distribution {
    region = data.aws_region.current.id

    ami_distribution_configuration {
      name = "fleet-app-arm64-standard-{{ imagebuilder:buildDate }}"
      ami_tags = {
        Edition = "standard"
        team    = "platform"
      }
    }
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_imagebuilder_distribution_configuration" "app_arm64_premium" {
  name = "fleet-app-arm64-premium"
  tags = {
    team = "platform"
  }

  distribution {
    region = data.aws_region.current.id

    ami_distribution_configuration {
      name = "fleet-app-arm64-premium-{{ imagebuilder:buildDate }}"
      ami_tags = {
        Edition = "premium"
        team    = "platform"
      }
    }
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_imagebuilder_distribution_configuration" "base_x86_64" {
  name = "fleet-base-x86-64"
  tags = {
    team = "platform"
  }

  distribution {
    region = data.aws_region.current.id

    ami_distribution_configuration {
      name = "fleet-base-x86-64-{{ imagebuilder:buildDate }}"
      ami_tags = {
        team = "platform"
      }
    }

    ssm_parameter_configuration {
      parameter_name = "/imagebuilder/fleet/base/x86_64"
      data_type      = "aws:ec2:image"
    }
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_imagebuilder_distribution_configuration" "base_arm64" {
  name = "fleet-base-arm64"
  tags = {
    team = "platform"
  }

  distribution {
    region = data.aws_region.current.id

    ami_distribution_configuration {
      name = "fleet-base-arm64-{{ imagebuilder:buildDate }}"
      ami_tags = {
        team = "platform"
      }
    }

    ssm_parameter_configuration {
      parameter_name = "/imagebuilder/fleet/base/arm64"
      data_type      = "aws:ec2:image"
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

resource "aws_imagebuilder_image_recipe" "app_x86_64_standard" {
  name         = "fleet-app-x86-64-standard"
  version      = "1.0.0"
  description  = "The standard edition for x86_64, started with $${EDITION}"
  parent_image = "ssm:/imagebuilder/fleet/base/x86_64"
  tags = {
    team = "platform"
  }

  component {
    component_arn = aws_imagebuilder_component.agent.arn

    parameter {
      name  = "Edition"
      value = "standard"
    }
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

resource "aws_imagebuilder_image_pipeline" "app_x86_64_standard" {
  name                             = "fleet-app-x86-64-standard"
  description                      = "The standard edition for x86_64, started with $${EDITION}"
  status                           = "ENABLED"
  image_recipe_arn                 = aws_imagebuilder_image_recipe.app_x86_64_standard.arn
  infrastructure_configuration_arn = aws_imagebuilder_infrastructure_configuration.app_x86_64_standard.arn
  distribution_configuration_arn   = aws_imagebuilder_distribution_configuration.app_x86_64_standard.arn
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
    schedule_expression                = "cron(0 5 ? * MON *)"
    pipeline_execution_start_condition = "EXPRESSION_MATCH_ONLY"
  }
}

resource "aws_imagebuilder_lifecycle_policy" "app_x86_64_standard" {
  name           = "fleet-app-x86-64-standard"
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
      name             = "fleet-app-x86-64-standard"
      semantic_version = "1.0.0"
    }
  }
}

resource "aws_imagebuilder_image_recipe" "app_x86_64_premium" {
  name         = "fleet-app-x86-64-premium"
  version      = "1.0.0"
  description  = "The premium edition for x86_64, started with $${EDITION}"
  parent_image = "ssm:/imagebuilder/fleet/base/x86_64"
  tags = {
    team = "platform"
  }

  component {
    component_arn = aws_imagebuilder_component.agent.arn

    parameter {
      name  = "Edition"
      value = "premium"
    }
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

resource "aws_imagebuilder_image_pipeline" "app_x86_64_premium" {
  name                             = "fleet-app-x86-64-premium"
  description                      = "The premium edition for x86_64, started with $${EDITION}"
  status                           = "ENABLED"
  image_recipe_arn                 = aws_imagebuilder_image_recipe.app_x86_64_premium.arn
  infrastructure_configuration_arn = aws_imagebuilder_infrastructure_configuration.app_x86_64_premium.arn
  distribution_configuration_arn   = aws_imagebuilder_distribution_configuration.app_x86_64_premium.arn
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
    schedule_expression                = "cron(0 5 ? * MON *)"
    pipeline_execution_start_condition = "EXPRESSION_MATCH_ONLY"
  }
}

resource "aws_imagebuilder_lifecycle_policy" "app_x86_64_premium" {
  name           = "fleet-app-x86-64-premium"
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
      name             = "fleet-app-x86-64-premium"
      semantic_version = "1.0.0"
    }
  }
}

resource "aws_imagebuilder_image_recipe" "app_arm64_standard" {
  name         = "fleet-app-arm64-standard"
  version      = "1.0.0"
  description  = "The standard edition for arm64, started with $${EDITION}"
  parent_image = "ssm:/imagebuilder/fleet/base/arm64"
  tags = {
    team = "platform"
  }

  component {
    component_arn = aws_imagebuilder_component.agent.arn

    parameter {
      name  = "Edition"
      value = "standard"
    }
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

resource "aws_imagebuilder_image_pipeline" "app_arm64_standard" {
  name                             = "fleet-app-arm64-standard"
  description                      = "The standard edition for arm64, started with $${EDITION}"
  status                           = "ENABLED"
  image_recipe_arn                 = aws_imagebuilder_image_recipe.app_arm64_standard.arn
  infrastructure_configuration_arn = aws_imagebuilder_infrastructure_configuration.app_arm64_standard.arn
  distribution_configuration_arn   = aws_imagebuilder_distribution_configuration.app_arm64_standard.arn
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
    schedule_expression                = "cron(0 5 ? * MON *)"
    pipeline_execution_start_condition = "EXPRESSION_MATCH_ONLY"
  }
}

resource "aws_imagebuilder_lifecycle_policy" "app_arm64_standard" {
  name           = "fleet-app-arm64-standard"
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
      name             = "fleet-app-arm64-standard"
      semantic_version = "1.0.0"
    }
  }
}

resource "aws_imagebuilder_image_recipe" "app_arm64_premium" {
  name         = "fleet-app-arm64-premium"
  version      = "1.0.0"
  description  = "The premium edition for arm64, started with $${EDITION}"
  parent_image = "ssm:/imagebuilder/fleet/base/arm64"
  tags = {
    team = "platform"
  }

  component {
    component_arn = aws_imagebuilder_component.agent.arn

    parameter {
      name  = "Edition"
      value = "premium"
    }
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

resource "aws_imagebuilder_image_pipeline" "app_arm64_premium" {
  name                             = "fleet-app-arm64-premium"
  description                      = "The premium edition for arm64, started with $${EDITION}"
  status                           = "ENABLED"
  image_recipe_arn                 = aws_imagebuilder_image_recipe.app_arm64_premium.arn
  infrastructure_configuration_arn = aws_imagebuilder_infrastructure_configuration.app_arm64_premium.arn
  distribution_configuration_arn   = aws_imagebuilder_distribution_configuration.app_arm64_premium.arn
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
    schedule_expression                = "cron(0 5 ? * MON *)"
    pipeline_execution_start_condition = "EXPRESSION_MATCH_ONLY"
  }
}

resource "aws_imagebuilder_lifecycle_policy" "app_arm64_premium" {
  name           = "fleet-app-arm64-premium"
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
      name             = "fleet-app-arm64-premium"
      semantic_version = "1.0.0"
    }
  }
}

resource "aws_imagebuilder_image_recipe" "base_x86_64" {
  name             = "fleet-base-x86-64"
  version          = "1.0.0"
  parent_image     = "arn:${data.aws_partition.current.partition}:imagebuilder:${data.aws_region.current.id}:aws:image/amazon-linux-2023-x86/x.x.x"
  user_data_base64 = "IyEvYmluL3NoCnVuYW1lIC1tIHwgZ3JlcCAtLXF1aWV0IHg4Nl82NAo="
  tags = {
    team = "platform"
  }

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

resource "aws_imagebuilder_image_pipeline" "base_x86_64" {
  name                             = "fleet-base-x86-64"
  status                           = "ENABLED"
  image_recipe_arn                 = aws_imagebuilder_image_recipe.base_x86_64.arn
  infrastructure_configuration_arn = aws_imagebuilder_infrastructure_configuration.base_x86_64.arn
  distribution_configuration_arn   = aws_imagebuilder_distribution_configuration.base_x86_64.arn
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
    schedule_expression                = "cron(0 2 ? * MON *)"
    pipeline_execution_start_condition = "EXPRESSION_MATCH_ONLY"
  }
}

resource "aws_imagebuilder_lifecycle_policy" "base_x86_64" {
  name           = "fleet-base-x86-64"
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
      name             = "fleet-base-x86-64"
      semantic_version = "1.0.0"
    }
  }
}

resource "aws_imagebuilder_image_recipe" "base_arm64" {
  name             = "fleet-base-arm64"
  version          = "1.0.0"
  parent_image     = "arn:${data.aws_partition.current.partition}:imagebuilder:${data.aws_region.current.id}:aws:image/amazon-linux-2023-arm64/x.x.x"
  user_data_base64 = "IyEvYmluL3NoCnVuYW1lIC1tIHwgZ3JlcCAtLXF1aWV0IGFhcmNoNjQK"
  tags = {
    team = "platform"
  }

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

resource "aws_imagebuilder_image_pipeline" "base_arm64" {
  name                             = "fleet-base-arm64"
  status                           = "ENABLED"
  image_recipe_arn                 = aws_imagebuilder_image_recipe.base_arm64.arn
  infrastructure_configuration_arn = aws_imagebuilder_infrastructure_configuration.base_arm64.arn
  distribution_configuration_arn   = aws_imagebuilder_distribution_configuration.base_arm64.arn
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
    schedule_expression                = "cron(0 2 ? * MON *)"
    pipeline_execution_start_condition = "EXPRESSION_MATCH_ONLY"
  }
}

resource "aws_imagebuilder_lifecycle_policy" "base_arm64" {
  name           = "fleet-base-arm64"
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
      name             = "fleet-base-arm64"
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

output "app_x8664_standard_instance_role_arn" {
  description = "The role of the instances of fleet-app-x86-64-standard"
  value       = aws_iam_role.app_x86_64_standard_instance.arn
}

output "app_x8664_standard_infrastructure_arn" {
  description = "The infrastructure configuration fleet-app-x86-64-standard"
  value       = aws_imagebuilder_infrastructure_configuration.app_x86_64_standard.arn
}

output "app_x8664_premium_instance_role_arn" {
  description = "The role of the instances of fleet-app-x86-64-premium"
  value       = aws_iam_role.app_x86_64_premium_instance.arn
}

output "app_x8664_premium_infrastructure_arn" {
  description = "The infrastructure configuration fleet-app-x86-64-premium"
  value       = aws_imagebuilder_infrastructure_configuration.app_x86_64_premium.arn
}

output "app_arm64_standard_instance_role_arn" {
  description = "The role of the instances of fleet-app-arm64-standard"
  value       = aws_iam_role.app_arm64_standard_instance.arn
}

output "app_arm64_standard_infrastructure_arn" {
  description = "The infrastructure configuration fleet-app-arm64-standard"
  value       = aws_imagebuilder_infrastructure_configuration.app_arm64_standard.arn
}

output "app_arm64_premium_instance_role_arn" {
  description = "The role of the instances of fleet-app-arm64-premium"
  value       = aws_iam_role.app_arm64_premium_instance.arn
}

output "app_arm64_premium_infrastructure_arn" {
  description = "The infrastructure configuration fleet-app-arm64-premium"
  value       = aws_imagebuilder_infrastructure_configuration.app_arm64_premium.arn
}

output "base_x8664_instance_role_arn" {
  description = "The role of the instances of fleet-base-x86-64"
  value       = aws_iam_role.base_x86_64_instance.arn
}

output "base_x8664_infrastructure_arn" {
  description = "The infrastructure configuration fleet-base-x86-64"
  value       = aws_imagebuilder_infrastructure_configuration.base_x86_64.arn
}

output "base_arm64_instance_role_arn" {
  description = "The role of the instances of fleet-base-arm64"
  value       = aws_iam_role.base_arm64_instance.arn
}

output "base_arm64_infrastructure_arn" {
  description = "The infrastructure configuration fleet-base-arm64"
  value       = aws_imagebuilder_infrastructure_configuration.base_arm64.arn
}

output "app_x8664_standard_distribution_arn" {
  description = "The distribution configuration fleet-app-x86-64-standard"
  value       = aws_imagebuilder_distribution_configuration.app_x86_64_standard.arn
}

output "app_x8664_premium_distribution_arn" {
  description = "The distribution configuration fleet-app-x86-64-premium"
  value       = aws_imagebuilder_distribution_configuration.app_x86_64_premium.arn
}

output "app_arm64_standard_distribution_arn" {
  description = "The distribution configuration fleet-app-arm64-standard"
  value       = aws_imagebuilder_distribution_configuration.app_arm64_standard.arn
}

output "app_arm64_premium_distribution_arn" {
  description = "The distribution configuration fleet-app-arm64-premium"
  value       = aws_imagebuilder_distribution_configuration.app_arm64_premium.arn
}

output "base_x8664_distribution_arn" {
  description = "The distribution configuration fleet-base-x86-64"
  value       = aws_imagebuilder_distribution_configuration.base_x86_64.arn
}

output "base_arm64_distribution_arn" {
  description = "The distribution configuration fleet-base-arm64"
  value       = aws_imagebuilder_distribution_configuration.base_arm64.arn
}

output "lifecycle_role_arn" {
  description = "The role that retires old images"
  value       = aws_iam_role.lifecycle.arn
}

output "app_x8664_standard_recipe_arn" {
  description = "The recipe fleet-app-x86-64-standard"
  value       = aws_imagebuilder_image_recipe.app_x86_64_standard.arn
}

output "app_x8664_standard_pipeline_arn" {
  description = "The pipeline fleet-app-x86-64-standard"
  value       = aws_imagebuilder_image_pipeline.app_x86_64_standard.arn
}

output "app_x8664_standard_lifecycle_policy_arn" {
  description = "The lifecycle policy fleet-app-x86-64-standard"
  value       = aws_imagebuilder_lifecycle_policy.app_x86_64_standard.arn
}

output "app_x8664_premium_recipe_arn" {
  description = "The recipe fleet-app-x86-64-premium"
  value       = aws_imagebuilder_image_recipe.app_x86_64_premium.arn
}

output "app_x8664_premium_pipeline_arn" {
  description = "The pipeline fleet-app-x86-64-premium"
  value       = aws_imagebuilder_image_pipeline.app_x86_64_premium.arn
}

output "app_x8664_premium_lifecycle_policy_arn" {
  description = "The lifecycle policy fleet-app-x86-64-premium"
  value       = aws_imagebuilder_lifecycle_policy.app_x86_64_premium.arn
}

output "app_arm64_standard_recipe_arn" {
  description = "The recipe fleet-app-arm64-standard"
  value       = aws_imagebuilder_image_recipe.app_arm64_standard.arn
}

output "app_arm64_standard_pipeline_arn" {
  description = "The pipeline fleet-app-arm64-standard"
  value       = aws_imagebuilder_image_pipeline.app_arm64_standard.arn
}

output "app_arm64_standard_lifecycle_policy_arn" {
  description = "The lifecycle policy fleet-app-arm64-standard"
  value       = aws_imagebuilder_lifecycle_policy.app_arm64_standard.arn
}

output "app_arm64_premium_recipe_arn" {
  description = "The recipe fleet-app-arm64-premium"
  value       = aws_imagebuilder_image_recipe.app_arm64_premium.arn
}

output "app_arm64_premium_pipeline_arn" {
  description = "The pipeline fleet-app-arm64-premium"
  value       = aws_imagebuilder_image_pipeline.app_arm64_premium.arn
}

output "app_arm64_premium_lifecycle_policy_arn" {
  description = "The lifecycle policy fleet-app-arm64-premium"
  value       = aws_imagebuilder_lifecycle_policy.app_arm64_premium.arn
}

output "base_x8664_recipe_arn" {
  description = "The recipe fleet-base-x86-64"
  value       = aws_imagebuilder_image_recipe.base_x86_64.arn
}

output "base_x8664_pipeline_arn" {
  description = "The pipeline fleet-base-x86-64"
  value       = aws_imagebuilder_image_pipeline.base_x86_64.arn
}

output "base_x8664_lifecycle_policy_arn" {
  description = "The lifecycle policy fleet-base-x86-64"
  value       = aws_imagebuilder_lifecycle_policy.base_x86_64.arn
}

output "base_arm64_recipe_arn" {
  description = "The recipe fleet-base-arm64"
  value       = aws_imagebuilder_image_recipe.base_arm64.arn
}

output "base_arm64_pipeline_arn" {
  description = "The pipeline fleet-base-arm64"
  value       = aws_imagebuilder_image_pipeline.base_arm64.arn
}

output "base_arm64_lifecycle_policy_arn" {
  description = "The lifecycle policy fleet-base-arm64"
  value       = aws_imagebuilder_lifecycle_policy.base_arm64.arn
}
