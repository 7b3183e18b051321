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
  bucket_prefix = "families-logs-"
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

resource "aws_imagebuilder_component" "linux" {
  name        = "families-linux"
  version     = "1.0.0"
  platform    = "Linux"
  description = "What every Linux machine has"
  data        = <<-EOT
    name: "linux"
    description: What every Linux machine has
    schemaVersion: 1.0
    phases:
      - name: build
        steps:
          - name: Build1
            action: ExecuteBash
            inputs:
              commands:
                - set -eo pipefail
                - mkdir -p /opt/fleet
          - name: Build2
            action: ExecuteBash
            inputs:
              commands:
                - set -eo pipefail
                - "date --utc > /opt/fleet/built"
      - name: test
        steps:
          - name: Test1
            action: ExecuteBash
            inputs:
              commands:
                - set -eo pipefail
                - test -s /opt/fleet/built
  EOT
  tags = {
    team = "platform"
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_imagebuilder_component" "windows" {
  name        = "families-windows"
  version     = "1.0.0"
  platform    = "Windows"
  description = "What every Windows machine has"
  data        = <<-EOT
    name: "windows"
    description: What every Windows machine has
    schemaVersion: 1.0
    phases:
      - name: build
        steps:
          - name: Build1
            action: ExecutePowerShell
            inputs:
              commands:
                - "$ErrorActionPreference = 'Stop'"
                - "New-Item -ItemType Directory -Force C:\\fleet"
                - "if ($LASTEXITCODE) { exit $LASTEXITCODE }"
          - name: Build2
            action: ExecutePowerShell
            inputs:
              commands:
                - "$ErrorActionPreference = 'Stop'"
                - "Get-Date -AsUTC | Out-File C:\\fleet\\built"
                - "if ($LASTEXITCODE) { exit $LASTEXITCODE }"
      - name: test
        steps:
          - name: Test1
            action: ExecutePowerShell
            inputs:
              commands:
                - "$ErrorActionPreference = 'Stop'"
                - "if (-not (Test-Path C:\\fleet\\built)) { exit 1 }"
                - "if ($LASTEXITCODE) { exit $LASTEXITCODE }"
  EOT
  tags = {
    team = "platform"
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_iam_role" "arm_instance" {
  name_prefix = "families-arm-instance-"
  description = "Build and test instances of families-arm"
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
  name_prefix = "families-arm-instance-"
  role        = aws_iam_role.arm_instance.name
  tags = {
    team = "platform"
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_imagebuilder_infrastructure_configuration" "arm" {
  name                          = "families-arm"
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
  name_prefix = "families-x86-instance-"
  description = "Build and test instances of families-x86"
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
  name_prefix = "families-x86-instance-"
  role        = aws_iam_role.x86_instance.name
  tags = {
    team = "platform"
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_imagebuilder_infrastructure_configuration" "x86" {
  name                          = "families-x86"
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

resource "aws_imagebuilder_distribution_configuration" "amazon_linux_2" {
  name = "families-amazon-linux-2"
  tags = {
    team = "platform"
  }

  distribution {
    region = data.aws_region.current.id

    ami_distribution_configuration {
      name = "families-amazon-linux-2-{{ imagebuilder:buildDate }}"
      ami_tags = {
        team = "platform"
      }
    }
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_imagebuilder_distribution_configuration" "amazon_linux_2023" {
  name = "families-amazon-linux-2023"
  tags = {
    team = "platform"
  }

  distribution {
    region = data.aws_region.current.id

    ami_distribution_configuration {
      name = "families-amazon-linux-2023-{{ imagebuilder:buildDate }}"
      ami_tags = {
        team = "platform"
      }
    }
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_imagebuilder_distribution_configuration" "rhel_10" {
  name = "families-rhel-10"
  tags = {
    team = "platform"
  }

  distribution {
    region = data.aws_region.current.id

    ami_distribution_configuration {
      name = "families-rhel-10-{{ imagebuilder:buildDate }}"
      ami_tags = {
        team = "platform"
      }
    }
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_imagebuilder_distribution_configuration" "sles_15" {
  name = "families-sles-15"
  tags = {
    team = "platform"
  }

  distribution {
    region = data.aws_region.current.id

    ami_distribution_configuration {
      name = "families-sles-15-{{ imagebuilder:buildDate }}"
      ami_tags = {
        team = "platform"
      }
    }
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_imagebuilder_distribution_configuration" "ubuntu_20" {
  name = "families-ubuntu-20"
  tags = {
    team = "platform"
  }

  distribution {
    region = data.aws_region.current.id

    ami_distribution_configuration {
      name = "families-ubuntu-20-{{ imagebuilder:buildDate }}"
      ami_tags = {
        team = "platform"
      }
    }
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_imagebuilder_distribution_configuration" "ubuntu_22" {
  name = "families-ubuntu-22"
  tags = {
    team = "platform"
  }

  distribution {
    region = data.aws_region.current.id

    ami_distribution_configuration {
      name = "families-ubuntu-22-{{ imagebuilder:buildDate }}"
      ami_tags = {
        team = "platform"
      }
    }
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_imagebuilder_distribution_configuration" "windows_2019_core" {
  name = "families-windows-2019-core"
  tags = {
    team = "platform"
  }

  distribution {
    region = data.aws_region.current.id

    ami_distribution_configuration {
      name = "families-windows-2019-core-{{ imagebuilder:buildDate }}"
      ami_tags = {
        team = "platform"
      }
    }
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_imagebuilder_distribution_configuration" "windows_2025" {
  name = "families-windows-2025"
  tags = {
    team = "platform"
  }

  distribution {
    region = data.aws_region.current.id

    ami_distribution_configuration {
      name = "families-windows-2025-{{ imagebuilder:buildDate }}"
      ami_tags = {
        team = "platform"
      }
    }
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_iam_role" "lifecycle" {
  name_prefix = "families-lifecycle-"
  description = "Retention of the images of families"
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

resource "aws_imagebuilder_image_recipe" "amazon_linux_2" {
  name         = "families-amazon-linux-2"
  version      = "1.0.0"
  parent_image = "arn:${data.aws_partition.current.partition}:imagebuilder:${data.aws_region.current.id}:aws:image/amazon-linux-2-x86/x.x.x"
  tags = {
    team = "platform"
  }

  component {
    component_arn = aws_imagebuilder_component.linux.arn
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

resource "aws_imagebuilder_image_pipeline" "amazon_linux_2" {
  name                             = "families-amazon-linux-2"
  status                           = "ENABLED"
  image_recipe_arn                 = aws_imagebuilder_image_recipe.amazon_linux_2.arn
  infrastructure_configuration_arn = aws_imagebuilder_infrastructure_configuration.x86.arn
  distribution_configuration_arn   = aws_imagebuilder_distribution_configuration.amazon_linux_2.arn
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
}

resource "aws_imagebuilder_lifecycle_policy" "amazon_linux_2" {
  name           = "families-amazon-linux-2"
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
      name             = "families-amazon-linux-2"
      semantic_version = "1.0.0"
    }
  }
}

resource "aws_imagebuilder_image_recipe" "amazon_linux_2023" {
  name         = "families-amazon-linux-2023"
  version      = "1.0.0"
  parent_image = "arn:${data.aws_partition.current.partition}:imagebuilder:${data.aws_region.current.id}:aws:image/amazon-linux-2023-arm64/x.x.x"
  tags = {
    team = "platform"
  }

  component {
    component_arn = aws_imagebuilder_component.linux.arn
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

resource "aws_imagebuilder_image_pipeline" "amazon_linux_2023" {
  name                             = "families-amazon-linux-2023"
  status                           = "ENABLED"
  image_recipe_arn                 = aws_imagebuilder_image_recipe.amazon_linux_2023.arn
  infrastructure_configuration_arn = aws_imagebuilder_infrastructure_configuration.arm.arn
  distribution_configuration_arn   = aws_imagebuilder_distribution_configuration.amazon_linux_2023.arn
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
}

resource "aws_imagebuilder_lifecycle_policy" "amazon_linux_2023" {
  name           = "families-amazon-linux-2023"
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
      name             = "families-amazon-linux-2023"
      semantic_version = "1.0.0"
    }
  }
}

resource "aws_imagebuilder_image_recipe" "rhel_10" {
  name         = "families-rhel-10"
  version      = "1.0.0"
  parent_image = "arn:${data.aws_partition.current.partition}:imagebuilder:${data.aws_region.current.id}:aws:image/red-hat-enterprise-linux-10-arm64/x.x.x"
  tags = {
    team = "platform"
  }

  component {
    component_arn = aws_imagebuilder_component.linux.arn
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

resource "aws_imagebuilder_image_pipeline" "rhel_10" {
  name                             = "families-rhel-10"
  status                           = "ENABLED"
  image_recipe_arn                 = aws_imagebuilder_image_recipe.rhel_10.arn
  infrastructure_configuration_arn = aws_imagebuilder_infrastructure_configuration.arm.arn
  distribution_configuration_arn   = aws_imagebuilder_distribution_configuration.rhel_10.arn
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
}

resource "aws_imagebuilder_lifecycle_policy" "rhel_10" {
  name           = "families-rhel-10"
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
      name             = "families-rhel-10"
      semantic_version = "1.0.0"
    }
  }
}

resource "aws_imagebuilder_image_recipe" "sles_15" {
  name         = "families-sles-15"
  version      = "1.0.0"
  parent_image = "arn:${data.aws_partition.current.partition}:imagebuilder:${data.aws_region.current.id}:aws:image/suse-linux-enterprise-server-15-x86/x.x.x"
  tags = {
    team = "platform"
  }

  component {
    component_arn = aws_imagebuilder_component.linux.arn
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

resource "aws_imagebuilder_image_pipeline" "sles_15" {
  name                             = "families-sles-15"
  status                           = "ENABLED"
  image_recipe_arn                 = aws_imagebuilder_image_recipe.sles_15.arn
  infrastructure_configuration_arn = aws_imagebuilder_infrastructure_configuration.x86.arn
  distribution_configuration_arn   = aws_imagebuilder_distribution_configuration.sles_15.arn
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
}

resource "aws_imagebuilder_lifecycle_policy" "sles_15" {
  name           = "families-sles-15"
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
      name             = "families-sles-15"
      semantic_version = "1.0.0"
    }
  }
}

resource "aws_imagebuilder_image_recipe" "ubuntu_20" {
  name         = "families-ubuntu-20"
  version      = "1.0.0"
  parent_image = "ssm:/aws/service/canonical/ubuntu/server/20.04/stable/current/arm64/hvm/ebs-gp2/ami-id"
  tags = {
    team = "platform"
  }

  component {
    component_arn = aws_imagebuilder_component.linux.arn
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

resource "aws_imagebuilder_image_pipeline" "ubuntu_20" {
  name                             = "families-ubuntu-20"
  status                           = "ENABLED"
  image_recipe_arn                 = aws_imagebuilder_image_recipe.ubuntu_20.arn
  infrastructure_configuration_arn = aws_imagebuilder_infrastructure_configuration.arm.arn
  distribution_configuration_arn   = aws_imagebuilder_distribution_configuration.ubuntu_20.arn
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
}

resource "aws_imagebuilder_lifecycle_policy" "ubuntu_20" {
  name           = "families-ubuntu-20"
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
      name             = "families-ubuntu-20"
      semantic_version = "1.0.0"
    }
  }
}

resource "aws_imagebuilder_image_recipe" "ubuntu_22" {
  name         = "families-ubuntu-22"
  version      = "1.0.0"
  parent_image = "arn:${data.aws_partition.current.partition}:imagebuilder:${data.aws_region.current.id}:aws:image/ubuntu-server-22-lts-x86/x.x.x"
  tags = {
    team = "platform"
  }

  component {
    component_arn = aws_imagebuilder_component.linux.arn
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

resource "aws_imagebuilder_image_pipeline" "ubuntu_22" {
  name                             = "families-ubuntu-22"
  status                           = "ENABLED"
  image_recipe_arn                 = aws_imagebuilder_image_recipe.ubuntu_22.arn
  infrastructure_configuration_arn = aws_imagebuilder_infrastructure_configuration.x86.arn
  distribution_configuration_arn   = aws_imagebuilder_distribution_configuration.ubuntu_22.arn
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
}

resource "aws_imagebuilder_lifecycle_policy" "ubuntu_22" {
  name           = "families-ubuntu-22"
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
      name             = "families-ubuntu-22"
      semantic_version = "1.0.0"
    }
  }
}

resource "aws_imagebuilder_image_recipe" "windows_2019_core" {
  name         = "families-windows-2019-core"
  version      = "1.0.0"
  parent_image = "arn:${data.aws_partition.current.partition}:imagebuilder:${data.aws_region.current.id}:aws:image/windows-server-2019-english-core-base-x86/x.x.x"
  tags = {
    team = "platform"
  }

  component {
    component_arn = aws_imagebuilder_component.windows.arn
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

resource "aws_imagebuilder_image_pipeline" "windows_2019_core" {
  name                             = "families-windows-2019-core"
  status                           = "ENABLED"
  image_recipe_arn                 = aws_imagebuilder_image_recipe.windows_2019_core.arn
  infrastructure_configuration_arn = aws_imagebuilder_infrastructure_configuration.x86.arn
  distribution_configuration_arn   = aws_imagebuilder_distribution_configuration.windows_2019_core.arn
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
}

resource "aws_imagebuilder_lifecycle_policy" "windows_2019_core" {
  name           = "families-windows-2019-core"
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
      name             = "families-windows-2019-core"
      semantic_version = "1.0.0"
    }
  }
}

resource "aws_imagebuilder_image_recipe" "windows_2025" {
  name         = "families-windows-2025"
  version      = "1.0.0"
  parent_image = "arn:${data.aws_partition.current.partition}:imagebuilder:${data.aws_region.current.id}:aws:image/windows-server-2025-english-full-base-x86/x.x.x"
  tags = {
    team = "platform"
  }

  component {
    component_arn = aws_imagebuilder_component.windows.arn
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

resource "aws_imagebuilder_image_pipeline" "windows_2025" {
  name                             = "families-windows-2025"
  status                           = "ENABLED"
  image_recipe_arn                 = aws_imagebuilder_image_recipe.windows_2025.arn
  infrastructure_configuration_arn = aws_imagebuilder_infrastructure_configuration.x86.arn
  distribution_configuration_arn   = aws_imagebuilder_distribution_configuration.windows_2025.arn
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
}

resource "aws_imagebuilder_lifecycle_policy" "windows_2025" {
  name           = "families-windows-2025"
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
      name             = "families-windows-2025"
      semantic_version = "1.0.0"
    }
  }
}

output "log_bucket_name" {
  description = "The bucket of the build logs"
  value       = aws_s3_bucket.logs.id
}

output "linux_component_arn" {
  description = "The component families-linux"
  value       = aws_imagebuilder_component.linux.arn
}

output "windows_component_arn" {
  description = "The component families-windows"
  value       = aws_imagebuilder_component.windows.arn
}

output "arm_instance_role_arn" {
  description = "The role of the instances of families-arm"
  value       = aws_iam_role.arm_instance.arn
}

output "arm_infrastructure_arn" {
  description = "The infrastructure configuration families-arm"
  value       = aws_imagebuilder_infrastructure_configuration.arm.arn
}

output "x86_instance_role_arn" {
  description = "The role of the instances of families-x86"
  value       = aws_iam_role.x86_instance.arn
}

output "x86_infrastructure_arn" {
  description = "The infrastructure configuration families-x86"
  value       = aws_imagebuilder_infrastructure_configuration.x86.arn
}

output "amazon_linux2_distribution_arn" {
  description = "The distribution configuration families-amazon-linux-2"
  value       = aws_imagebuilder_distribution_configuration.amazon_linux_2.arn
}

output "amazon_linux2023_distribution_arn" {
  description = "The distribution configuration families-amazon-linux-2023"
  value       = aws_imagebuilder_distribution_configuration.amazon_linux_2023.arn
}

output "rhel10_distribution_arn" {
  description = "The distribution configuration families-rhel-10"
  value       = aws_imagebuilder_distribution_configuration.rhel_10.arn
}

output "sles15_distribution_arn" {
  description = "The distribution configuration families-sles-15"
  value       = aws_imagebuilder_distribution_configuration.sles_15.arn
}

output "ubuntu20_distribution_arn" {
  description = "The distribution configuration families-ubuntu-20"
  value       = aws_imagebuilder_distribution_configuration.ubuntu_20.arn
}

output "ubuntu22_distribution_arn" {
  description = "The distribution configuration families-ubuntu-22"
  value       = aws_imagebuilder_distribution_configuration.ubuntu_22.arn
}

output "windows2019_core_distribution_arn" {
  description = "The distribution configuration families-windows-2019-core"
  value       = aws_imagebuilder_distribution_configuration.windows_2019_core.arn
}

output "windows2025_distribution_arn" {
  description = "The distribution configuration families-windows-2025"
  value       = aws_imagebuilder_distribution_configuration.windows_2025.arn
}

output "lifecycle_role_arn" {
  description = "The role that retires old images"
  value       = aws_iam_role.lifecycle.arn
}

output "amazon_linux2_recipe_arn" {
  description = "The recipe families-amazon-linux-2"
  value       = aws_imagebuilder_image_recipe.amazon_linux_2.arn
}

output "amazon_linux2_pipeline_arn" {
  description = "The pipeline families-amazon-linux-2"
  value       = aws_imagebuilder_image_pipeline.amazon_linux_2.arn
}

output "amazon_linux2_lifecycle_policy_arn" {
  description = "The lifecycle policy families-amazon-linux-2"
  value       = aws_imagebuilder_lifecycle_policy.amazon_linux_2.arn
}

output "amazon_linux2023_recipe_arn" {
  description = "The recipe families-amazon-linux-2023"
  value       = aws_imagebuilder_image_recipe.amazon_linux_2023.arn
}

output "amazon_linux2023_pipeline_arn" {
  description = "The pipeline families-amazon-linux-2023"
  value       = aws_imagebuilder_image_pipeline.amazon_linux_2023.arn
}

output "amazon_linux2023_lifecycle_policy_arn" {
  description = "The lifecycle policy families-amazon-linux-2023"
  value       = aws_imagebuilder_lifecycle_policy.amazon_linux_2023.arn
}

output "rhel10_recipe_arn" {
  description = "The recipe families-rhel-10"
  value       = aws_imagebuilder_image_recipe.rhel_10.arn
}

output "rhel10_pipeline_arn" {
  description = "The pipeline families-rhel-10"
  value       = aws_imagebuilder_image_pipeline.rhel_10.arn
}

output "rhel10_lifecycle_policy_arn" {
  description = "The lifecycle policy families-rhel-10"
  value       = aws_imagebuilder_lifecycle_policy.rhel_10.arn
}

output "sles15_recipe_arn" {
  description = "The recipe families-sles-15"
  value       = aws_imagebuilder_image_recipe.sles_15.arn
}

output "sles15_pipeline_arn" {
  description = "The pipeline families-sles-15"
  value       = aws_imagebuilder_image_pipeline.sles_15.arn
}

output "sles15_lifecycle_policy_arn" {
  description = "The lifecycle policy families-sles-15"
  value       = aws_imagebuilder_lifecycle_policy.sles_15.arn
}

output "ubuntu20_recipe_arn" {
  description = "The recipe families-ubuntu-20"
  value       = aws_imagebuilder_image_recipe.ubuntu_20.arn
}

output "ubuntu20_pipeline_arn" {
  description = "The pipeline families-ubuntu-20"
  value       = aws_imagebuilder_image_pipeline.ubuntu_20.arn
}

output "ubuntu20_lifecycle_policy_arn" {
  description = "The lifecycle policy families-ubuntu-20"
  value       = aws_imagebuilder_lifecycle_policy.ubuntu_20.arn
}

output "ubuntu22_recipe_arn" {
  description = "The recipe families-ubuntu-22"
  value       = aws_imagebuilder_image_recipe.ubuntu_22.arn
}

output "ubuntu22_pipeline_arn" {
  description = "The pipeline families-ubuntu-22"
  value       = aws_imagebuilder_image_pipeline.ubuntu_22.arn
}

output "ubuntu22_lifecycle_policy_arn" {
  description = "The lifecycle policy families-ubuntu-22"
  value       = aws_imagebuilder_lifecycle_policy.ubuntu_22.arn
}

output "windows2019_core_recipe_arn" {
  description = "The recipe families-windows-2019-core"
  value       = aws_imagebuilder_image_recipe.windows_2019_core.arn
}

output "windows2019_core_pipeline_arn" {
  description = "The pipeline families-windows-2019-core"
  value       = aws_imagebuilder_image_pipeline.windows_2019_core.arn
}

output "windows2019_core_lifecycle_policy_arn" {
  description = "The lifecycle policy families-windows-2019-core"
  value       = aws_imagebuilder_lifecycle_policy.windows_2019_core.arn
}

output "windows2025_recipe_arn" {
  description = "The recipe families-windows-2025"
  value       = aws_imagebuilder_image_recipe.windows_2025.arn
}

output "windows2025_pipeline_arn" {
  description = "The pipeline families-windows-2025"
  value       = aws_imagebuilder_image_pipeline.windows_2025.arn
}

output "windows2025_lifecycle_policy_arn" {
  description = "The lifecycle policy families-windows-2025"
  value       = aws_imagebuilder_lifecycle_policy.windows_2025.arn
}
