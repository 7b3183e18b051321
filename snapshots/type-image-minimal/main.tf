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

resource "aws_iam_role" "base_instance" {
  name_prefix = "image-minimal-base-instance-"
  description = "Build and test instances of image-minimal-base"
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
  name_prefix = "image-minimal-base-instance-"
  role        = aws_iam_role.base_instance.name

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_imagebuilder_infrastructure_configuration" "base" {
  name                          = "image-minimal-base"
  instance_profile_name         = aws_iam_instance_profile.base_instance.name
  terminate_instance_on_failure = true

  instance_metadata_options {
    http_tokens = "required"
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_imagebuilder_distribution_configuration" "base" {
  name = "image-minimal-base"

  distribution {
    region = data.aws_region.current.id

    ami_distribution_configuration {
      name = "image-minimal-base-{{ imagebuilder:buildDate }}"
    }
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_imagebuilder_image_recipe" "base" {
  name         = "image-minimal-base"
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
  name                             = "image-minimal-base"
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

resource "aws_imagebuilder_image" "first" {
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

output "base_instance_role_arn" {
  description = "The role of the instances of image-minimal-base"
  value       = aws_iam_role.base_instance.arn
}

output "base_infrastructure_arn" {
  description = "The infrastructure configuration image-minimal-base"
  value       = aws_imagebuilder_infrastructure_configuration.base.arn
}

output "base_distribution_arn" {
  description = "The distribution configuration image-minimal-base"
  value       = aws_imagebuilder_distribution_configuration.base.arn
}

output "base_recipe_arn" {
  description = "The recipe image-minimal-base"
  value       = aws_imagebuilder_image_recipe.base.arn
}

output "base_pipeline_arn" {
  description = "The pipeline image-minimal-base"
  value       = aws_imagebuilder_image_pipeline.base.arn
}

output "first_image_arn" {
  description = "The image first of the pipeline image-minimal-base"
  value       = aws_imagebuilder_image.first.arn
}

output "kiln_project" {
  description = "The project whose state this is: kiln destroys nothing in another's"
  value       = "image-minimal"
}
