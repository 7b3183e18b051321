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
  bucket_prefix = "layers-logs-"
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

resource "aws_imagebuilder_component" "app" {
  name     = "layers-app"
  version  = "1.0.0"
  platform = "Linux"
  data     = <<-EOT
    name: "app"
    schemaVersion: 1.0
    phases:
      - name: build
        steps:
          - name: Build1
            action: ExecuteBash
            inputs:
              commands:
                - set -eo pipefail
                - dnf -y install java-21-amazon-corretto-headless
          - name: Build2
            action: ExecuteBash
            inputs:
              commands:
                - set -eo pipefail
                - useradd --system app
      - name: test
        steps:
          - name: Test1
            action: ExecuteBash
            inputs:
              commands:
                - set -eo pipefail
                - java -version
  EOT
  tags = {
    team = "platform"
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_iam_role" "app_instance" {
  name_prefix = "layers-app-instance-"
  description = "Build and test instances of layers-app"
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

resource "aws_iam_role_policy_attachment" "app_instance_amazonssmmanagedinstancecore" {
  role       = aws_iam_role.app_instance.name
  policy_arn = "arn:${data.aws_partition.current.partition}:iam::aws:policy/AmazonSSMManagedInstanceCore"
}

resource "aws_iam_role_policy_attachment" "app_instance_ec2instanceprofileforimagebuilder" {
  role       = aws_iam_role.app_instance.name
  policy_arn = "arn:${data.aws_partition.current.partition}:iam::aws:policy/EC2InstanceProfileForImageBuilder"
}

resource "aws_iam_role_policy" "app_instance" {
  name = "build"
  role = aws_iam_role.app_instance.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "WriteLogs"
        Effect   = "Allow"
        Action   = "s3:PutObject"
        Resource = "arn:${data.aws_partition.current.partition}:s3:::${aws_s3_bucket.logs.id}/app/*"
      },
    ]
  })
}

resource "aws_iam_instance_profile" "app_instance" {
  name_prefix = "layers-app-instance-"
  role        = aws_iam_role.app_instance.name
  tags = {
    team = "platform"
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_imagebuilder_infrastructure_configuration" "app" {
  name                          = "layers-app"
  instance_profile_name         = aws_iam_instance_profile.app_instance.name
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
      s3_key_prefix  = "app"
    }
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_iam_role" "base_instance" {
  name_prefix = "layers-base-instance-"
  description = "Build and test instances of layers-base"
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

resource "aws_iam_role_policy_attachment" "base_instance_amazonssmmanagedinstancecore" {
  role       = aws_iam_role.base_instance.name
  policy_arn = "arn:${data.aws_partition.current.partition}:iam::aws:policy/AmazonSSMManagedInstanceCore"
}

resource "aws_iam_role_policy_attachment" "base_instance_ec2instanceprofileforimagebuilder" {
  role       = aws_iam_role.base_instance.name
  policy_arn = "arn:${data.aws_partition.current.partition}:iam::aws:policy/EC2InstanceProfileForImageBuilder"
}

resource "aws_iam_role_policy" "base_instance" {
  name = "build"
  role = aws_iam_role.base_instance.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "WriteLogs"
        Effect   = "Allow"
        Action   = "s3:PutObject"
        Resource = "arn:${data.aws_partition.current.partition}:s3:::${aws_s3_bucket.logs.id}/base/*"
      },
    ]
  })
}

resource "aws_iam_instance_profile" "base_instance" {
  name_prefix = "layers-base-instance-"
  role        = aws_iam_role.base_instance.name
  tags = {
    team = "platform"
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_imagebuilder_infrastructure_configuration" "base" {
  name                          = "layers-base"
  instance_profile_name         = aws_iam_instance_profile.base_instance.name
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
      s3_key_prefix  = "base"
    }
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_iam_role" "debug_instance" {
  name_prefix = "layers-debug-instance-"
  description = "Build and test instances of layers-debug"
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

resource "aws_iam_role_policy_attachment" "debug_instance_amazonssmmanagedinstancecore" {
  role       = aws_iam_role.debug_instance.name
  policy_arn = "arn:${data.aws_partition.current.partition}:iam::aws:policy/AmazonSSMManagedInstanceCore"
}

resource "aws_iam_role_policy_attachment" "debug_instance_ec2instanceprofileforimagebuilder" {
  role       = aws_iam_role.debug_instance.name
  policy_arn = "arn:${data.aws_partition.current.partition}:iam::aws:policy/EC2InstanceProfileForImageBuilder"
}

resource "aws_iam_role_policy" "debug_instance" {
  name = "build"
  role = aws_iam_role.debug_instance.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "WriteLogs"
        Effect   = "Allow"
        Action   = "s3:PutObject"
        Resource = "arn:${data.aws_partition.current.partition}:s3:::${aws_s3_bucket.logs.id}/debug/*"
      },
    ]
  })
}

resource "aws_iam_instance_profile" "debug_instance" {
  name_prefix = "layers-debug-instance-"
  role        = aws_iam_role.debug_instance.name
  tags = {
    team = "platform"
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_imagebuilder_infrastructure_configuration" "debug" {
  name                          = "layers-debug"
  instance_profile_name         = aws_iam_instance_profile.debug_instance.name
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
      s3_key_prefix  = "debug"
    }
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_imagebuilder_distribution_configuration" "app" {
  name = "layers-app"
  tags = {
    team = "platform"
  }

  distribution {
    region = data.aws_region.current.id

    ami_distribution_configuration {
      name = "layers-app-{{ imagebuilder:buildDate }}"
      ami_tags = {
        team = "platform"
      }
    }

    ssm_parameter_configuration {
      parameter_name = "/imagebuilder/layers/app"
      data_type      = "aws:ec2:image"
    }
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_imagebuilder_distribution_configuration" "base" {
  name = "layers-base"
  tags = {
    team = "platform"
  }

  distribution {
    region = data.aws_region.current.id

    ami_distribution_configuration {
      name = "layers-base-{{ imagebuilder:buildDate }}"
      ami_tags = {
        team = "platform"
      }
    }

    ssm_parameter_configuration {
      parameter_name = "/imagebuilder/layers/base"
      data_type      = "aws:ec2:image"
    }
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_imagebuilder_distribution_configuration" "debug" {
  name = "layers-debug"
  tags = {
    team = "platform"
  }

  distribution {
    region = data.aws_region.current.id

    ami_distribution_configuration {
      name = "layers-debug-{{ imagebuilder:buildDate }}"
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
  name_prefix = "layers-lifecycle-"
  description = "Retention of the images of layers"
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

resource "aws_imagebuilder_image_recipe" "app" {
  name         = "layers-app"
  version      = "1.0.0"
  parent_image = "ssm:/imagebuilder/layers/base"
  tags = {
    team = "platform"
  }

  component {
    component_arn = aws_imagebuilder_component.app.arn
  }

  block_device_mapping {
    device_name = "/dev/xvda"

    ebs {
      volume_size           = 20
      volume_type           = "gp3"
      encrypted             = true
      delete_on_termination = true
    }
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_imagebuilder_image_pipeline" "app" {
  name                             = "layers-app"
  status                           = "ENABLED"
  image_recipe_arn                 = aws_imagebuilder_image_recipe.app.arn
  infrastructure_configuration_arn = aws_imagebuilder_infrastructure_configuration.app.arn
  distribution_configuration_arn   = aws_imagebuilder_distribution_configuration.app.arn
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

resource "aws_imagebuilder_lifecycle_policy" "app" {
  name           = "layers-app"
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
      name             = "layers-app"
      semantic_version = "1.0.0"
    }
  }
}

resource "aws_imagebuilder_image_recipe" "base" {
  name         = "layers-base"
  version      = "1.0.0"
  parent_image = "arn:${data.aws_partition.current.partition}:imagebuilder:${data.aws_region.current.id}:aws:image/amazon-linux-2023-arm64/x.x.x"
  tags = {
    team = "platform"
  }

  component {
    component_arn = "arn:${data.aws_partition.current.partition}:imagebuilder:${data.aws_region.current.id}:aws:component/update-linux/x.x.x"
  }

  component {
    component_arn = "arn:${data.aws_partition.current.partition}:imagebuilder:${data.aws_region.current.id}:aws:component/stig-build-linux-medium/x.x.x"
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

resource "aws_imagebuilder_image_pipeline" "base" {
  name                             = "layers-base"
  status                           = "ENABLED"
  image_recipe_arn                 = aws_imagebuilder_image_recipe.base.arn
  infrastructure_configuration_arn = aws_imagebuilder_infrastructure_configuration.base.arn
  distribution_configuration_arn   = aws_imagebuilder_distribution_configuration.base.arn
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

resource "aws_imagebuilder_lifecycle_policy" "base" {
  name           = "layers-base"
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
      name             = "layers-base"
      semantic_version = "1.0.0"
    }
  }
}

resource "aws_imagebuilder_image_recipe" "debug" {
  name         = "layers-debug"
  version      = "1.0.0"
  parent_image = "ssm:/imagebuilder/layers/app"
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

resource "aws_imagebuilder_image_pipeline" "debug" {
  name                             = "layers-debug"
  status                           = "ENABLED"
  image_recipe_arn                 = aws_imagebuilder_image_recipe.debug.arn
  infrastructure_configuration_arn = aws_imagebuilder_infrastructure_configuration.debug.arn
  distribution_configuration_arn   = aws_imagebuilder_distribution_configuration.debug.arn
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

resource "aws_imagebuilder_lifecycle_policy" "debug" {
  name           = "layers-debug"
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
      name             = "layers-debug"
      semantic_version = "1.0.0"
    }
  }
}

resource "aws_iam_role" "cascade" {
  name_prefix = "layers-cascade-"
  description = "Starts the layered pipelines of layers"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "AssumeRole"
        Effect = "Allow"
        Principal = {
          Service = "events.amazonaws.com"
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

resource "aws_iam_role_policy" "cascade" {
  name = "start"
  role = aws_iam_role.cascade.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "StartPipelines"
        Effect   = "Allow"
        Action   = "imagebuilder:StartImagePipelineExecution"
        Resource = aws_imagebuilder_image_pipeline.app.arn
      },
    ]
  })
}

resource "aws_cloudwatch_event_rule" "app_cascade" {
  name_prefix = "layers-app-cascade-"
  description = "Builds layers-app when layers-base has a new image"
  event_pattern = jsonencode({
    source      = ["aws.imagebuilder"]
    detail-type = ["EC2 Image Builder Image State Change"]
    resources = [
      {
        prefix = "arn:${data.aws_partition.current.partition}:imagebuilder:${data.aws_region.current.id}:${data.aws_caller_identity.current.account_id}:image/layers-base/"
      },
    ]
    detail = {
      state = {
        status = ["AVAILABLE"]
      }
    }
  })
  state = "ENABLED"
  tags = {
    team = "platform"
  }
}

resource "aws_cloudwatch_event_target" "app_cascade" {
  rule      = aws_cloudwatch_event_rule.app_cascade.name
  target_id = "target"
  arn       = aws_imagebuilder_image_pipeline.app.arn
  role_arn  = aws_iam_role.cascade.arn
}

output "log_bucket_name" {
  description = "The bucket of the build logs"
  value       = aws_s3_bucket.logs.id
}

output "app_component_arn" {
  description = "The component layers-app"
  value       = aws_imagebuilder_component.app.arn
}

output "app_instance_role_arn" {
  description = "The role of the instances of layers-app"
  value       = aws_iam_role.app_instance.arn
}

output "app_infrastructure_arn" {
  description = "The infrastructure configuration layers-app"
  value       = aws_imagebuilder_infrastructure_configuration.app.arn
}

output "base_instance_role_arn" {
  description = "The role of the instances of layers-base"
  value       = aws_iam_role.base_instance.arn
}

output "base_infrastructure_arn" {
  description = "The infrastructure configuration layers-base"
  value       = aws_imagebuilder_infrastructure_configuration.base.arn
}

output "debug_instance_role_arn" {
  description = "The role of the instances of layers-debug"
  value       = aws_iam_role.debug_instance.arn
}

output "debug_infrastructure_arn" {
  description = "The infrastructure configuration layers-debug"
  value       = aws_imagebuilder_infrastructure_configuration.debug.arn
}

output "app_distribution_arn" {
  description = "The distribution configuration layers-app"
  value       = aws_imagebuilder_distribution_configuration.app.arn
}

output "base_distribution_arn" {
  description = "The distribution configuration layers-base"
  value       = aws_imagebuilder_distribution_configuration.base.arn
}

output "debug_distribution_arn" {
  description = "The distribution configuration layers-debug"
  value       = aws_imagebuilder_distribution_configuration.debug.arn
}

output "lifecycle_role_arn" {
  description = "The role that retires old images"
  value       = aws_iam_role.lifecycle.arn
}

output "app_recipe_arn" {
  description = "The recipe layers-app"
  value       = aws_imagebuilder_image_recipe.app.arn
}

output "app_pipeline_arn" {
  description = "The pipeline layers-app"
  value       = aws_imagebuilder_image_pipeline.app.arn
}

output "app_lifecycle_policy_arn" {
  description = "The lifecycle policy layers-app"
  value       = aws_imagebuilder_lifecycle_policy.app.arn
}

output "base_recipe_arn" {
  description = "The recipe layers-base"
  value       = aws_imagebuilder_image_recipe.base.arn
}

output "base_pipeline_arn" {
  description = "The pipeline layers-base"
  value       = aws_imagebuilder_image_pipeline.base.arn
}

output "base_lifecycle_policy_arn" {
  description = "The lifecycle policy layers-base"
  value       = aws_imagebuilder_lifecycle_policy.base.arn
}

output "debug_recipe_arn" {
  description = "The recipe layers-debug"
  value       = aws_imagebuilder_image_recipe.debug.arn
}

output "debug_pipeline_arn" {
  description = "The pipeline layers-debug"
  value       = aws_imagebuilder_image_pipeline.debug.arn
}

output "debug_lifecycle_policy_arn" {
  description = "The lifecycle policy layers-debug"
  value       = aws_imagebuilder_lifecycle_policy.debug.arn
}
