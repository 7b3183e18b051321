terraform {
  required_version = ">= 1.5"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }
  }
}

variable "repository" {
  type        = string
  description = "The repository that scanners read"
}

data "aws_partition" "current" {}

data "aws_region" "current" {}

data "aws_caller_identity" "current" {}

resource "aws_imagebuilder_component" "steps" {
  name     = "container-recipe-full-steps"
  version  = "1.0.0"
  platform = "Linux"
  data     = <<-EOT
    name: "steps"
    schemaVersion: 1.0
    parameters:
      - "Message":
          type: string
          default: "hello"
    phases:
      - name: build
        steps:
          - name: Build1
            action: ExecuteBash
            inputs:
              commands:
                - set -eo pipefail
                - "echo '{{ Message }}'"
  EOT

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_ecr_repository" "api" {
  name                 = "types/full"
  image_tag_mutability = "MUTABLE"
  tags = {
    part = "recipe"
  }

  image_scanning_configuration {
    scan_on_push = true
  }

  encryption_configuration {
    encryption_type = "KMS"
    kms_key         = "arn:${data.aws_partition.current.partition}:kms:${data.aws_region.current.id}:${data.aws_caller_identity.current.account_id}:alias/images"
  }
}

resource "aws_ecr_lifecycle_policy" "api" {
  repository = aws_ecr_repository.api.name
  policy     = "{\"rules\":[{\"rulePriority\":1,\"description\":\"Keep 3 untagged images\",\"selection\":{\"tagStatus\":\"untagged\",\"countType\":\"imageCountMoreThan\",\"countNumber\":3},\"action\":{\"type\":\"expire\"}}]}"
}

resource "aws_iam_role" "api_instance" {
  name_prefix = "container-recipe-full-api-instance-"
  description = "Build and test instances of container-recipe-full-api"
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
    part = "recipe"
  }

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
  name_prefix = "container-recipe-full-api-instance-"
  role        = aws_iam_role.api_instance.name
  tags = {
    part = "recipe"
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_imagebuilder_infrastructure_configuration" "api" {
  name                          = "container-recipe-full-api"
  instance_profile_name         = aws_iam_instance_profile.api_instance.name
  terminate_instance_on_failure = true
  tags = {
    part = "recipe"
  }

  instance_metadata_options {
    http_tokens                 = "required"
    http_put_response_hop_limit = 2
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_iam_role" "remote_instance" {
  name_prefix = "container-recipe-full-remote-instance-"
  description = "Build and test instances of container-recipe-full-remote"
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

resource "aws_iam_role_policy_attachment" "remote_instance_amazonssmmanagedinstancecore" {
  role       = aws_iam_role.remote_instance.name
  policy_arn = "arn:${data.aws_partition.current.partition}:iam::aws:policy/AmazonSSMManagedInstanceCore"
}

resource "aws_iam_role_policy_attachment" "remote_instance_ec2instanceprofileforimagebuilder" {
  role       = aws_iam_role.remote_instance.name
  policy_arn = "arn:${data.aws_partition.current.partition}:iam::aws:policy/EC2InstanceProfileForImageBuilder"
}

resource "aws_iam_role_policy_attachment" "remote_instance_ec2instanceprofileforimagebuilderecrcontainerbuilds" {
  role       = aws_iam_role.remote_instance.name
  policy_arn = "arn:${data.aws_partition.current.partition}:iam::aws:policy/EC2InstanceProfileForImageBuilderECRContainerBuilds"
}

resource "aws_iam_instance_profile" "remote_instance" {
  name_prefix = "container-recipe-full-remote-instance-"
  role        = aws_iam_role.remote_instance.name

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_imagebuilder_infrastructure_configuration" "remote" {
  name                          = "container-recipe-full-remote"
  instance_profile_name         = aws_iam_instance_profile.remote_instance.name
  terminate_instance_on_failure = true

  instance_metadata_options {
    http_tokens                 = "required"
    http_put_response_hop_limit = 2
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_imagebuilder_distribution_configuration" "api" {
  name = "container-recipe-full-api"
  tags = {
    part = "recipe"
  }

  distribution {
    region = data.aws_region.current.id

    container_distribution_configuration {
      description = "Everything"
      container_tags = [
        "full",
        "latest",
      ]

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

resource "aws_imagebuilder_distribution_configuration" "remote" {
  name = "container-recipe-full-remote"

  distribution {
    region = data.aws_region.current.id

    container_distribution_configuration {
      target_repository {
        service         = "ECR"
        repository_name = var.repository
      }
    }
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_iam_role" "lifecycle" {
  name_prefix = "container-recipe-full-lifecycle-"
  description = "Retention of the images of container-recipe-full"
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

resource "aws_imagebuilder_container_recipe" "api" {
  name                     = "container-recipe-full-api"
  version                  = "1.4.0"
  description              = "Everything of a container recipe"
  container_type           = "DOCKER"
  parent_image             = "public.ecr.aws/amazonlinux/amazonlinux:2023"
  platform_override        = "Linux"
  dockerfile_template_data = <<-EOT
    FROM {{{ imagebuilder:parentImage }}}
    {{{ imagebuilder:environments }}}
    {{{ imagebuilder:components }}}
    CMD ["/bin/true"]
  EOT
  working_directory        = "/var/tmp"
  kms_key_id               = "arn:${data.aws_partition.current.partition}:kms:${data.aws_region.current.id}:${data.aws_caller_identity.current.account_id}:alias/dockerfiles"
  tags = {
    part = "recipe"
  }

  component {
    component_arn = aws_imagebuilder_component.steps.arn

    parameter {
      name  = "Message"
      value = "full"
    }
  }

  target_repository {
    service         = "ECR"
    repository_name = aws_ecr_repository.api.name
  }

  instance_configuration {
    image = "ami-0123456789abcdef0"

    block_device_mapping {
      device_name = "/dev/xvda"

      ebs {
        volume_size           = 40
        volume_type           = "gp3"
        iops                  = 4000
        throughput            = 250
        encrypted             = true
        kms_key_id            = "arn:${data.aws_partition.current.partition}:kms:${data.aws_region.current.id}:${data.aws_caller_identity.current.account_id}:alias/root"
        delete_on_termination = true
      }
    }

    block_device_mapping {
      device_name = "/dev/sdb"

      ebs {
        volume_size           = 10
        volume_type           = "io1"
        iops                  = 500
        snapshot_id           = "snap-0123456789abcdef0"
        encrypted             = true
        delete_on_termination = true
      }
    }

    block_device_mapping {
      device_name = "/dev/sdc"
      no_device   = true
    }

    block_device_mapping {
      device_name  = "/dev/sdd"
      virtual_name = "ephemeral0"
    }
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_imagebuilder_image_pipeline" "api" {
  name                             = "container-recipe-full-api"
  description                      = "Everything of a container recipe"
  status                           = "ENABLED"
  container_recipe_arn             = aws_imagebuilder_container_recipe.api.arn
  infrastructure_configuration_arn = aws_imagebuilder_infrastructure_configuration.api.arn
  distribution_configuration_arn   = aws_imagebuilder_distribution_configuration.api.arn
  enhanced_image_metadata_enabled  = true
  tags = {
    part = "recipe"
  }

  image_tests_configuration {
    image_tests_enabled = true
  }

  image_scanning_configuration {
    image_scanning_enabled = true

    ecr_configuration {
      repository_name = var.repository
      container_tags  = ["scanned"]
    }
  }
}

resource "aws_imagebuilder_lifecycle_policy" "api" {
  name           = "container-recipe-full-api"
  status         = "ENABLED"
  execution_role = aws_iam_role.lifecycle.arn
  resource_type  = "CONTAINER_IMAGE"
  tags = {
    part = "recipe"
  }

  policy_detail {
    action {
      type = "DELETE"

      include_resources {
        containers = true
      }
    }

    filter {
      type            = "AGE"
      value           = 60
      unit            = "DAYS"
      retain_at_least = 3
    }

    exclusion_rules {
      tag_map = {
        hold = "yes"
      }
    }
  }

  resource_selection {
    recipe {
      name             = "container-recipe-full-api"
      semantic_version = "1.4.0"
    }
  }
}

resource "aws_imagebuilder_container_recipe" "remote" {
  name                    = "container-recipe-full-remote"
  version                 = "1.0.1"
  container_type          = "DOCKER"
  parent_image            = "arn:${data.aws_partition.current.partition}:imagebuilder:${data.aws_region.current.id}:aws:image/amazon-linux-2023-x86-2023/x.x.x"
  dockerfile_template_uri = "s3://example-types-docker/Dockerfile"

  component {
    component_arn = "arn:${data.aws_partition.current.partition}:imagebuilder:${data.aws_region.current.id}:aws:component/update-linux/x.x.x"
  }

  target_repository {
    service         = "ECR"
    repository_name = var.repository
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_imagebuilder_image_pipeline" "remote" {
  name                             = "container-recipe-full-remote"
  status                           = "ENABLED"
  container_recipe_arn             = aws_imagebuilder_container_recipe.remote.arn
  infrastructure_configuration_arn = aws_imagebuilder_infrastructure_configuration.remote.arn
  distribution_configuration_arn   = aws_imagebuilder_distribution_configuration.remote.arn
  enhanced_image_metadata_enabled  = true

  image_tests_configuration {
    image_tests_enabled = true
  }

  image_scanning_configuration {
    image_scanning_enabled = false
  }
}

output "steps_component_arn" {
  description = "The component container-recipe-full-steps"
  value       = aws_imagebuilder_component.steps.arn
}

output "api_repository_uri" {
  description = "The repository types/full"
  value       = aws_ecr_repository.api.repository_url
}

output "api_instance_role_arn" {
  description = "The role of the instances of container-recipe-full-api"
  value       = aws_iam_role.api_instance.arn
}

output "api_infrastructure_arn" {
  description = "The infrastructure configuration container-recipe-full-api"
  value       = aws_imagebuilder_infrastructure_configuration.api.arn
}

output "remote_instance_role_arn" {
  description = "The role of the instances of container-recipe-full-remote"
  value       = aws_iam_role.remote_instance.arn
}

output "remote_infrastructure_arn" {
  description = "The infrastructure configuration container-recipe-full-remote"
  value       = aws_imagebuilder_infrastructure_configuration.remote.arn
}

output "api_distribution_arn" {
  description = "The distribution configuration container-recipe-full-api"
  value       = aws_imagebuilder_distribution_configuration.api.arn
}

output "remote_distribution_arn" {
  description = "The distribution configuration container-recipe-full-remote"
  value       = aws_imagebuilder_distribution_configuration.remote.arn
}

output "lifecycle_role_arn" {
  description = "The role that retires old images"
  value       = aws_iam_role.lifecycle.arn
}

output "api_recipe_arn" {
  description = "The recipe container-recipe-full-api"
  value       = aws_imagebuilder_container_recipe.api.arn
}

output "api_pipeline_arn" {
  description = "The pipeline container-recipe-full-api"
  value       = aws_imagebuilder_image_pipeline.api.arn
}

output "api_lifecycle_policy_arn" {
  description = "The lifecycle policy container-recipe-full-api"
  value       = aws_imagebuilder_lifecycle_policy.api.arn
}

output "remote_recipe_arn" {
  description = "The recipe container-recipe-full-remote"
  value       = aws_imagebuilder_container_recipe.remote.arn
}

output "remote_pipeline_arn" {
  description = "The pipeline container-recipe-full-remote"
  value       = aws_imagebuilder_image_pipeline.remote.arn
}

output "kiln_project" {
  description = "The project whose state this is: kiln destroys nothing in another's"
  value       = "container-recipe-full"
}
