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

resource "aws_imagebuilder_workflow" "test" {
  name    = "image-full-test"
  version = "1.0.0"
  type    = "TEST"
  data    = <<-EOT
    schemaVersion: 1.0
    parameters:
      - name: Health
        type: string
        default: none
    steps:
      - name: Launch
        action: LaunchInstance
        if:
          not:
            stringEquals: none
            value: $.parameters.Health
        inputs:
          waitFor: ssmAgent
      - name: Terminate
        action: TerminateInstance
        inputs:
          instanceId.$: $.stepOutputs.Launch.instanceId
  EOT

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_ecr_repository" "api" {
  name                 = "types/image"
  image_tag_mutability = "IMMUTABLE"

  image_scanning_configuration {
    scan_on_push = true
  }

  encryption_configuration {
    encryption_type = "AES256"
  }
}

resource "aws_ecr_lifecycle_policy" "api" {
  repository = aws_ecr_repository.api.name
  policy     = "{\"rules\":[{\"rulePriority\":1,\"description\":\"Keep 10 untagged images\",\"selection\":{\"tagStatus\":\"untagged\",\"countType\":\"imageCountMoreThan\",\"countNumber\":10},\"action\":{\"type\":\"expire\"}}]}"
}

resource "aws_iam_role" "api_instance" {
  name_prefix = "image-full-api-instance-"
  description = "Build and test instances of image-full-api"
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

resource "aws_iam_role_policy_attachment" "api_instance_amazonssmmanagedinstancecore" {
  role       = aws_iam_role.api_instance.name
  policy_arn = "arn:${data.aws_partition.current.partition}:iam::aws:policy/AmazonSSMManagedInstanceCore"
}

resource "aws_iam_role_policy_attachment" "api_instance_ec2instanceprofileforimagebuilder" {
  role       = aws_iam_role.api_instance.name
  policy_arn = "arn:${data.aws_partition.current.partition}:iam::aws:policy/EC2InstanceProfileForImageBuilder"
}

resource "aws_iam_role_policy_attachment" "api_instance_ec2instanceprofileforimagebuilderecrcontainerbuilds" {
  role       = aws_iam_role.api_instance.name
  policy_arn = "arn:${data.aws_partition.current.partition}:iam::aws:policy/EC2InstanceProfileForImageBuilderECRContainerBuilds"
}

resource "aws_iam_instance_profile" "api_instance" {
  name_prefix = "image-full-api-instance-"
  role        = aws_iam_role.api_instance.name

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_imagebuilder_infrastructure_configuration" "api" {
  name                          = "image-full-api"
  instance_profile_name         = aws_iam_instance_profile.api_instance.name
  terminate_instance_on_failure = true

  instance_metadata_options {
    http_tokens                 = "required"
    http_put_response_hop_limit = 2
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_iam_role" "base_instance" {
  name_prefix = "image-full-base-instance-"
  description = "Build and test instances of image-full-base"
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

resource "aws_iam_role_policy_attachment" "base_instance_amazonssmmanagedinstancecore" {
  role       = aws_iam_role.base_instance.name
  policy_arn = "arn:${data.aws_partition.current.partition}:iam::aws:policy/AmazonSSMManagedInstanceCore"
}

resource "aws_iam_role_policy_attachment" "base_instance_ec2instanceprofileforimagebuilder" {
  role       = aws_iam_role.base_instance.name
  policy_arn = "arn:${data.aws_partition.current.partition}:iam::aws:policy/EC2InstanceProfileForImageBuilder"
}

resource "aws_iam_instance_profile" "base_instance" {
  name_prefix = "image-full-base-instance-"
  role        = aws_iam_role.base_instance.name

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_imagebuilder_infrastructure_configuration" "base" {
  name                          = "image-full-base"
  instance_profile_name         = aws_iam_instance_profile.base_instance.name
  terminate_instance_on_failure = true

  instance_metadata_options {
    http_tokens = "required"
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_imagebuilder_distribution_configuration" "api" {
  name = "image-full-api"

  distribution {
    region = data.aws_region.current.id

    container_distribution_configuration {
      target_repository {
        service         = "ECR"
        repository_name = aws_ecr_repository.api.name
      }
    }
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_imagebuilder_distribution_configuration" "base" {
  name = "image-full-base"

  distribution {
    region = data.aws_region.current.id

    ami_distribution_configuration {
      name = "image-full-base-{{ imagebuilder:buildDate }}"
    }
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_imagebuilder_container_recipe" "api" {
  name                     = "image-full-api"
  version                  = "1.0.0"
  container_type           = "DOCKER"
  parent_image             = "arn:${data.aws_partition.current.partition}:imagebuilder:${data.aws_region.current.id}:aws:image/amazon-linux-2023-x86-2023/x.x.x"
  dockerfile_template_data = <<-EOT
    FROM {{{ imagebuilder:parentImage }}}
    {{{ imagebuilder:environments }}}
    {{{ imagebuilder:components }}}
  EOT

  component {
    component_arn = "arn:${data.aws_partition.current.partition}:imagebuilder:${data.aws_region.current.id}:aws:component/update-linux/x.x.x"
  }

  target_repository {
    service         = "ECR"
    repository_name = aws_ecr_repository.api.name
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_imagebuilder_image_pipeline" "api" {
  name                             = "image-full-api"
  status                           = "ENABLED"
  container_recipe_arn             = aws_imagebuilder_container_recipe.api.arn
  infrastructure_configuration_arn = aws_imagebuilder_infrastructure_configuration.api.arn
  distribution_configuration_arn   = aws_imagebuilder_distribution_configuration.api.arn
  enhanced_image_metadata_enabled  = true

  image_tests_configuration {
    image_tests_enabled = true
  }

  image_scanning_configuration {
    image_scanning_enabled = false
  }
}

resource "aws_imagebuilder_image_recipe" "base" {
  name         = "image-full-base"
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

resource "aws_imagebuilder_image_pipeline" "base" {
  name                             = "image-full-base"
  status                           = "ENABLED"
  image_recipe_arn                 = aws_imagebuilder_image_recipe.base.arn
  infrastructure_configuration_arn = aws_imagebuilder_infrastructure_configuration.base.arn
  distribution_configuration_arn   = aws_imagebuilder_distribution_configuration.base.arn
  enhanced_image_metadata_enabled  = true

  image_tests_configuration {
    image_tests_enabled = true
  }

  image_scanning_configuration {
    image_scanning_enabled = false
  }
}

resource "aws_imagebuilder_image" "api" {
  container_recipe_arn             = aws_imagebuilder_container_recipe.api.arn
  infrastructure_configuration_arn = aws_imagebuilder_infrastructure_configuration.api.arn
  distribution_configuration_arn   = aws_imagebuilder_distribution_configuration.api.arn
  enhanced_image_metadata_enabled  = true
  execution_role                   = "arn:${data.aws_partition.current.partition}:iam::${data.aws_caller_identity.current.account_id}:role/types-image-builder"

  image_tests_configuration {
    image_tests_enabled = true
  }

  image_scanning_configuration {
    image_scanning_enabled = true

    ecr_configuration {
      repository_name = "types/scans"
      container_tags  = ["scanned"]
    }
  }
}

resource "aws_iam_role" "first_execution" {
  name_prefix = "image-full-base-execution-"
  description = "Builds, tests and distribution of image-full-base"
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

resource "aws_imagebuilder_image" "first" {
  image_recipe_arn                 = aws_imagebuilder_image_recipe.base.arn
  infrastructure_configuration_arn = aws_imagebuilder_infrastructure_configuration.base.arn
  distribution_configuration_arn   = aws_imagebuilder_distribution_configuration.base.arn
  enhanced_image_metadata_enabled  = false
  execution_role                   = aws_iam_role.first_execution.arn
  tags = {
    part = "image"
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
    workflow_arn   = aws_imagebuilder_workflow.test.arn
    on_failure     = "CONTINUE"
    parallel_group = "tests"

    parameter {
      name  = "Health"
      value = "SSM"
    }
  }
}

output "test_workflow_arn" {
  description = "The workflow image-full-test"
  value       = aws_imagebuilder_workflow.test.arn
}

output "api_repository_uri" {
  description = "The repository types/image"
  value       = aws_ecr_repository.api.repository_url
}

output "api_instance_role_arn" {
  description = "The role of the instances of image-full-api"
  value       = aws_iam_role.api_instance.arn
}

output "api_infrastructure_arn" {
  description = "The infrastructure configuration image-full-api"
  value       = aws_imagebuilder_infrastructure_configuration.api.arn
}

output "base_instance_role_arn" {
  description = "The role of the instances of image-full-base"
  value       = aws_iam_role.base_instance.arn
}

output "base_infrastructure_arn" {
  description = "The infrastructure configuration image-full-base"
  value       = aws_imagebuilder_infrastructure_configuration.base.arn
}

output "api_distribution_arn" {
  description = "The distribution configuration image-full-api"
  value       = aws_imagebuilder_distribution_configuration.api.arn
}

output "base_distribution_arn" {
  description = "The distribution configuration image-full-base"
  value       = aws_imagebuilder_distribution_configuration.base.arn
}

output "api_recipe_arn" {
  description = "The recipe image-full-api"
  value       = aws_imagebuilder_container_recipe.api.arn
}

output "api_pipeline_arn" {
  description = "The pipeline image-full-api"
  value       = aws_imagebuilder_image_pipeline.api.arn
}

output "base_recipe_arn" {
  description = "The recipe image-full-base"
  value       = aws_imagebuilder_image_recipe.base.arn
}

output "base_pipeline_arn" {
  description = "The pipeline image-full-base"
  value       = aws_imagebuilder_image_pipeline.base.arn
}

output "api_image_arn" {
  description = "The image api of the pipeline image-full-api"
  value       = aws_imagebuilder_image.api.arn
}

output "first_execution_role_arn" {
  description = "The role that builds image-full-base"
  value       = aws_iam_role.first_execution.arn
}

output "first_image_arn" {
  description = "The image first of the pipeline image-full-base"
  value       = aws_imagebuilder_image.first.arn
}
