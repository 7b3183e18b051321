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

resource "aws_imagebuilder_component" "steps" {
  name     = "image-recipe-full-steps"
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

resource "aws_iam_role" "base_instance" {
  name_prefix = "image-recipe-full-base-instance-"
  description = "Build and test instances of image-recipe-full-base"
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

resource "aws_iam_role_policy_attachment" "base_instance_amazonssmmanagedinstancecore" {
  role       = aws_iam_role.base_instance.name
  policy_arn = "arn:${data.aws_partition.current.partition}:iam::aws:policy/AmazonSSMManagedInstanceCore"
}

resource "aws_iam_role_policy_attachment" "base_instance_ec2instanceprofileforimagebuilder" {
  role       = aws_iam_role.base_instance.name
  policy_arn = "arn:${data.aws_partition.current.partition}:iam::aws:policy/EC2InstanceProfileForImageBuilder"
}

resource "aws_iam_instance_profile" "base_instance" {
  name_prefix = "image-recipe-full-base-instance-"
  role        = aws_iam_role.base_instance.name
  tags = {
    part = "recipe"
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_imagebuilder_infrastructure_configuration" "base" {
  name                          = "image-recipe-full-base"
  instance_profile_name         = aws_iam_instance_profile.base_instance.name
  terminate_instance_on_failure = true
  tags = {
    part = "recipe"
  }

  instance_metadata_options {
    http_tokens = "required"
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_imagebuilder_distribution_configuration" "base" {
  name = "image-recipe-full-base"
  tags = {
    part = "recipe"
  }

  distribution {
    region = data.aws_region.current.id

    ami_distribution_configuration {
      name = "image-recipe-full-base-{{ imagebuilder:buildDate }}"
    }
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_imagebuilder_image_recipe" "base" {
  name              = "image-recipe-full-base"
  version           = "1.4.0"
  description       = "Everything of an image recipe"
  parent_image      = "arn:${data.aws_partition.current.partition}:imagebuilder:${data.aws_region.current.id}:aws:image/amazon-linux-2023-arm64/x.x.x"
  working_directory = "/var/tmp"
  user_data_base64  = "IyEvYmluL3NoCmRuZiAteSBpbnN0YWxsIGFtYXpvbi1zc20tYWdlbnQK"
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

  component {
    component_arn = "arn:${data.aws_partition.current.partition}:imagebuilder:${data.aws_region.current.id}:aws:component/update-linux/x.x.x"
  }

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

  systems_manager_agent {
    uninstall_after_build = true
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_imagebuilder_image_pipeline" "base" {
  name                             = "image-recipe-full-base"
  description                      = "Everything of an image recipe"
  status                           = "ENABLED"
  image_recipe_arn                 = aws_imagebuilder_image_recipe.base.arn
  infrastructure_configuration_arn = aws_imagebuilder_infrastructure_configuration.base.arn
  distribution_configuration_arn   = aws_imagebuilder_distribution_configuration.base.arn
  enhanced_image_metadata_enabled  = true
  tags = {
    part = "recipe"
  }

  image_tests_configuration {
    image_tests_enabled = true
  }

  image_scanning_configuration {
    image_scanning_enabled = false
  }
}

output "steps_component_arn" {
  description = "The component image-recipe-full-steps"
  value       = aws_imagebuilder_component.steps.arn
}

output "base_instance_role_arn" {
  description = "The role of the instances of image-recipe-full-base"
  value       = aws_iam_role.base_instance.arn
}

output "base_infrastructure_arn" {
  description = "The infrastructure configuration image-recipe-full-base"
  value       = aws_imagebuilder_infrastructure_configuration.base.arn
}

output "base_distribution_arn" {
  description = "The distribution configuration image-recipe-full-base"
  value       = aws_imagebuilder_distribution_configuration.base.arn
}

output "base_recipe_arn" {
  description = "The recipe image-recipe-full-base"
  value       = aws_imagebuilder_image_recipe.base.arn
}

output "base_pipeline_arn" {
  description = "The pipeline image-recipe-full-base"
  value       = aws_imagebuilder_image_pipeline.base.arn
}

output "kiln_project" {
  description = "The project whose state this is: kiln destroys nothing in another's"
  value       = "image-recipe-full"
}
