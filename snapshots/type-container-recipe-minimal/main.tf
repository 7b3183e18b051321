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

resource "aws_ecr_repository" "api" {
  name                 = "types/minimal"
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
  name_prefix = "container-recipe-minimal-api-instance-"
  description = "Build and test instances of container-recipe-minimal-api"
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
  name_prefix = "container-recipe-minimal-api-instance-"
  role        = aws_iam_role.api_instance.name

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_imagebuilder_infrastructure_configuration" "api" {
  name                          = "container-recipe-minimal-api"
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

resource "aws_imagebuilder_distribution_configuration" "api" {
  name = "container-recipe-minimal-api"

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

resource "aws_imagebuilder_container_recipe" "api" {
  name                     = "container-recipe-minimal-api"
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
  name                             = "container-recipe-minimal-api"
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

output "api_repository_uri" {
  description = "The repository types/minimal"
  value       = aws_ecr_repository.api.repository_url
}

output "api_instance_role_arn" {
  description = "The role of the instances of container-recipe-minimal-api"
  value       = aws_iam_role.api_instance.arn
}

output "api_infrastructure_arn" {
  description = "The infrastructure configuration container-recipe-minimal-api"
  value       = aws_imagebuilder_infrastructure_configuration.api.arn
}

output "api_distribution_arn" {
  description = "The distribution configuration container-recipe-minimal-api"
  value       = aws_imagebuilder_distribution_configuration.api.arn
}

output "api_recipe_arn" {
  description = "The recipe container-recipe-minimal-api"
  value       = aws_imagebuilder_container_recipe.api.arn
}

output "api_pipeline_arn" {
  description = "The pipeline container-recipe-minimal-api"
  value       = aws_imagebuilder_image_pipeline.api.arn
}

output "kiln_project" {
  description = "The project whose state this is: kiln destroys nothing in another's"
  value       = "container-recipe-minimal"
}
