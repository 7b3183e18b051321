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
  bucket_prefix = "windows-logs-"
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

resource "aws_imagebuilder_component" "settings" {
  name     = "windows-settings"
  version  = "1.0.0"
  platform = "Windows"
  data     = <<-EOT
    name: "settings"
    schemaVersion: 1.0
    phases:
      - name: build
        steps:
          - name: Build1
            action: ExecutePowerShell
            inputs:
              commands:
                - "$ErrorActionPreference = 'Stop'"
                - "Set-TimeZone -Id 'UTC'"
                - "if ($LASTEXITCODE) { exit $LASTEXITCODE }"
          - name: Build2
            action: ExecutePowerShell
            inputs:
              commands:
                - "$ErrorActionPreference = 'Stop'"
                - Set-Service -Name Spooler -StartupType Disabled
                - "if ($LASTEXITCODE) { exit $LASTEXITCODE }"
      - name: validate
        steps:
          - name: Validate1
            action: ExecutePowerShell
            inputs:
              commands:
                - "$ErrorActionPreference = 'Stop'"
                - "if ((Get-Service Spooler).StartType -ne 'Disabled') { throw 'the spooler is enabled' }"
                - "if ($LASTEXITCODE) { exit $LASTEXITCODE }"
  EOT

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_imagebuilder_component" "web_server" {
  name     = "windows-web-server"
  version  = "1.0.0"
  platform = "Windows"
  data     = <<-EOT
    name: web-server
    description: Installs IIS
    schemaVersion: 1.0

    phases:
      - name: build
        steps:
          - name: Install
            action: ExecutePowerShell
            inputs:
              commands:
                - Install-WindowsFeature -Name Web-Server -IncludeManagementTools

      - name: validate
        steps:
          - name: Installed
            action: ExecutePowerShell
            inputs:
              commands:
                - if (-not (Get-WindowsFeature -Name Web-Server).Installed) { exit 1 }

      - name: test
        steps:
          - name: Serves
            action: ExecutePowerShell
            inputs:
              commands:
                - Invoke-WebRequest -UseBasicParsing -Uri http://localhost/ | Out-Null
  EOT

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_iam_role" "iis_instance" {
  name_prefix = "windows-iis-instance-"
  description = "Build and test instances of windows-iis"
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

resource "aws_iam_role_policy_attachment" "iis_instance_amazonssmmanagedinstancecore" {
  role       = aws_iam_role.iis_instance.name
  policy_arn = "arn:${data.aws_partition.current.partition}:iam::aws:policy/AmazonSSMManagedInstanceCore"
}

resource "aws_iam_role_policy_attachment" "iis_instance_ec2instanceprofileforimagebuilder" {
  role       = aws_iam_role.iis_instance.name
  policy_arn = "arn:${data.aws_partition.current.partition}:iam::aws:policy/EC2InstanceProfileForImageBuilder"
}

resource "aws_iam_role_policy" "iis_instance" {
  name = "build"
  role = aws_iam_role.iis_instance.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "WriteLogs"
        Effect   = "Allow"
        Action   = "s3:PutObject"
        Resource = "arn:${data.aws_partition.current.partition}:s3:::${aws_s3_bucket.logs.id}/iis/*"
      },
    ]
  })
}

resource "aws_iam_instance_profile" "iis_instance" {
  name_prefix = "windows-iis-instance-"
  role        = aws_iam_role.iis_instance.name

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_imagebuilder_infrastructure_configuration" "iis" {
  name                          = "windows-iis"
  instance_profile_name         = aws_iam_instance_profile.iis_instance.name
  instance_types                = ["m7i.large"]
  terminate_instance_on_failure = true

  instance_metadata_options {
    http_tokens = "required"
  }

  logging {
    s3_logs {
      s3_bucket_name = aws_s3_bucket.logs.id
      s3_key_prefix  = "iis"
    }
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_imagebuilder_distribution_configuration" "iis" {
  name = "windows-iis"

  distribution {
    region = data.aws_region.current.id

    ami_distribution_configuration {
      name = "windows-iis-{{ imagebuilder:buildDate }}"
    }
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_iam_role" "lifecycle" {
  name_prefix = "windows-lifecycle-"
  description = "Retention of the images of windows"
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

resource "aws_imagebuilder_image_recipe" "iis" {
  name         = "windows-iis"
  version      = "1.0.0"
  parent_image = "arn:${data.aws_partition.current.partition}:imagebuilder:${data.aws_region.current.id}:aws:image/windows-server-2022-english-full-base-x86/x.x.x"

  component {
    component_arn = "arn:${data.aws_partition.current.partition}:imagebuilder:${data.aws_region.current.id}:aws:component/update-windows/x.x.x"
  }

  component {
    component_arn = aws_imagebuilder_component.web_server.arn
  }

  component {
    component_arn = aws_imagebuilder_component.settings.arn
  }

  component {
    component_arn = "arn:${data.aws_partition.current.partition}:imagebuilder:${data.aws_region.current.id}:aws:component/simple-boot-test-windows/x.x.x"
  }

  block_device_mapping {
    device_name = "/dev/sda1"

    ebs {
      volume_size           = 50
      volume_type           = "gp3"
      encrypted             = true
      delete_on_termination = true
    }
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_imagebuilder_image_pipeline" "iis" {
  name                             = "windows-iis"
  status                           = "ENABLED"
  image_recipe_arn                 = aws_imagebuilder_image_recipe.iis.arn
  infrastructure_configuration_arn = aws_imagebuilder_infrastructure_configuration.iis.arn
  distribution_configuration_arn   = aws_imagebuilder_distribution_configuration.iis.arn
  enhanced_image_metadata_enabled  = true

  image_tests_configuration {
    image_tests_enabled = true
  }

  image_scanning_configuration {
    image_scanning_enabled = false
  }

  schedule {
    schedule_expression                = "cron(0 6 ? * WED#2 *)"
    timezone                           = "Europe/Berlin"
    pipeline_execution_start_condition = "EXPRESSION_MATCH_ONLY"
  }
}

resource "aws_imagebuilder_lifecycle_policy" "iis" {
  name           = "windows-iis"
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
      name             = "windows-iis"
      semantic_version = "1.0.0"
    }
  }
}

output "log_bucket_name" {
  description = "The bucket of the build logs"
  value       = aws_s3_bucket.logs.id
}

output "settings_component_arn" {
  description = "The component windows-settings"
  value       = aws_imagebuilder_component.settings.arn
}

output "web_server_component_arn" {
  description = "The component windows-web-server"
  value       = aws_imagebuilder_component.web_server.arn
}

output "iis_instance_role_arn" {
  description = "The role of the instances of windows-iis"
  value       = aws_iam_role.iis_instance.arn
}

output "iis_infrastructure_arn" {
  description = "The infrastructure configuration windows-iis"
  value       = aws_imagebuilder_infrastructure_configuration.iis.arn
}

output "iis_distribution_arn" {
  description = "The distribution configuration windows-iis"
  value       = aws_imagebuilder_distribution_configuration.iis.arn
}

output "lifecycle_role_arn" {
  description = "The role that retires old images"
  value       = aws_iam_role.lifecycle.arn
}

output "iis_recipe_arn" {
  description = "The recipe windows-iis"
  value       = aws_imagebuilder_image_recipe.iis.arn
}

output "iis_pipeline_arn" {
  description = "The pipeline windows-iis"
  value       = aws_imagebuilder_image_pipeline.iis.arn
}

output "iis_lifecycle_policy_arn" {
  description = "The lifecycle policy windows-iis"
  value       = aws_imagebuilder_lifecycle_policy.iis.arn
}
