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

resource "aws_iam_role" "base_instance" {
  name_prefix = "pipeline-full-base-instance-"
  description = "Build and test instances of pipeline-full-base"
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
    part = "pipeline"
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

resource "aws_iam_instance_profile" "base_instance" {
  name_prefix = "pipeline-full-base-instance-"
  role        = aws_iam_role.base_instance.name
  tags = {
    part = "pipeline"
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_imagebuilder_infrastructure_configuration" "base" {
  name                          = "pipeline-full-base"
  instance_profile_name         = aws_iam_instance_profile.base_instance.name
  terminate_instance_on_failure = true
  tags = {
    part = "pipeline"
  }

  instance_metadata_options {
    http_tokens = "required"
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_imagebuilder_distribution_configuration" "base" {
  name = "pipeline-full-base"
  tags = {
    part = "pipeline"
  }

  distribution {
    region = data.aws_region.current.id

    ami_distribution_configuration {
      name = "pipeline-full-base-{{ imagebuilder:buildDate }}"
    }
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_imagebuilder_image_recipe" "base" {
  name         = "pipeline-full-base"
  version      = "1.0.0"
  description  = "Everything of a pipeline"
  parent_image = "arn:${data.aws_partition.current.partition}:imagebuilder:${data.aws_region.current.id}:aws:image/amazon-linux-2023-arm64/x.x.x"
  tags = {
    part = "pipeline"
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

resource "aws_cloudwatch_log_group" "base_images" {
  name              = "/aws/imagebuilder/pipeline-full-base"
  retention_in_days = 365
  kms_key_id        = "arn:${data.aws_partition.current.partition}:kms:${data.aws_region.current.id}:${data.aws_caller_identity.current.account_id}:alias/logs"
  tags = {
    part = "pipeline"
  }
}

resource "aws_imagebuilder_image_pipeline" "base" {
  name                             = "pipeline-full-base"
  description                      = "Everything of a pipeline"
  status                           = "DISABLED"
  image_recipe_arn                 = aws_imagebuilder_image_recipe.base.arn
  infrastructure_configuration_arn = aws_imagebuilder_infrastructure_configuration.base.arn
  distribution_configuration_arn   = aws_imagebuilder_distribution_configuration.base.arn
  enhanced_image_metadata_enabled  = false
  execution_role                   = "arn:aws:iam::111122223333:role/types-pipeline-builder"
  tags = {
    part = "pipeline"
  }

  image_tests_configuration {
    image_tests_enabled = true
    timeout_minutes     = 120
  }

  image_scanning_configuration {
    image_scanning_enabled = true
  }

  workflow {
    workflow_arn = "arn:${data.aws_partition.current.partition}:imagebuilder:${data.aws_region.current.id}:aws:workflow/build/build-image/x.x.x"
  }

  workflow {
    workflow_arn   = "arn:${data.aws_partition.current.partition}:imagebuilder:${data.aws_region.current.id}:aws:workflow/test/test-image/x.x.x"
    on_failure     = "CONTINUE"
    parallel_group = "tests"
  }

  workflow {
    workflow_arn = "arn:aws:imagebuilder:us-east-1:aws:workflow/distribution/distribute-image/x.x.x"
  }

  schedule {
    schedule_expression                = "cron(0 4 ? * SUN *)"
    timezone                           = "Europe/Rome"
    pipeline_execution_start_condition = "EXPRESSION_MATCH_ONLY"
  }
}

output "base_instance_role_arn" {
  description = "The role of the instances of pipeline-full-base"
  value       = aws_iam_role.base_instance.arn
}

output "base_infrastructure_arn" {
  description = "The infrastructure configuration pipeline-full-base"
  value       = aws_imagebuilder_infrastructure_configuration.base.arn
}

output "base_distribution_arn" {
  description = "The distribution configuration pipeline-full-base"
  value       = aws_imagebuilder_distribution_configuration.base.arn
}

output "base_recipe_arn" {
  description = "The recipe pipeline-full-base"
  value       = aws_imagebuilder_image_recipe.base.arn
}

output "base_pipeline_arn" {
  description = "The pipeline pipeline-full-base"
  value       = aws_imagebuilder_image_pipeline.base.arn
}

output "kiln_project" {
  description = "The project whose state this is: kiln destroys nothing in another's"
  value       = "pipeline-full"
}
