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

resource "aws_imagebuilder_component" "hello" {
  name     = "component-minimal-hello"
  version  = "1.0.0"
  platform = "Linux"
  data     = <<-EOT
    name: "hello"
    schemaVersion: 1.0
    phases:
      - name: build
        steps:
          - name: Build1
            action: ExecuteBash
            inputs:
              commands:
                - set -eo pipefail
                - echo hello
  EOT

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_iam_role" "hello_instance" {
  name_prefix = "component-minimal-hello-instance-"
  description = "Build and test instances of component-minimal-hello"
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

resource "aws_iam_role_policy_attachment" "hello_instance_amazonssmmanagedinstancecore" {
  role       = aws_iam_role.hello_instance.name
  policy_arn = "arn:${data.aws_partition.current.partition}:iam::aws:policy/AmazonSSMManagedInstanceCore"
}

resource "aws_iam_role_policy_attachment" "hello_instance_ec2instanceprofileforimagebuilder" {
  role       = aws_iam_role.hello_instance.name
  policy_arn = "arn:${data.aws_partition.current.partition}:iam::aws:policy/EC2InstanceProfileForImageBuilder"
}

resource "aws_iam_instance_profile" "hello_instance" {
  name_prefix = "component-minimal-hello-instance-"
  role        = aws_iam_role.hello_instance.name

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_imagebuilder_infrastructure_configuration" "hello" {
  name                          = "component-minimal-hello"
  instance_profile_name         = aws_iam_instance_profile.hello_instance.name
  terminate_instance_on_failure = true

  instance_metadata_options {
    http_tokens = "required"
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_imagebuilder_distribution_configuration" "hello" {
  name = "component-minimal-hello"

  distribution {
    region = data.aws_region.current.id

    ami_distribution_configuration {
      name = "component-minimal-hello-{{ imagebuilder:buildDate }}"
    }
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_imagebuilder_image_recipe" "hello" {
  name         = "component-minimal-hello"
  version      = "1.0.0"
  parent_image = "arn:${data.aws_partition.current.partition}:imagebuilder:${data.aws_region.current.id}:aws:image/amazon-linux-2023-x86/x.x.x"

  component {
    component_arn = aws_imagebuilder_component.hello.arn
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

resource "aws_imagebuilder_image_pipeline" "hello" {
  name                             = "component-minimal-hello"
  status                           = "ENABLED"
  image_recipe_arn                 = aws_imagebuilder_image_recipe.hello.arn
  infrastructure_configuration_arn = aws_imagebuilder_infrastructure_configuration.hello.arn
  distribution_configuration_arn   = aws_imagebuilder_distribution_configuration.hello.arn
  enhanced_image_metadata_enabled  = true

  image_tests_configuration {
    image_tests_enabled = true
  }

  image_scanning_configuration {
    image_scanning_enabled = false
  }
}

output "hello_component_arn" {
  description = "The component component-minimal-hello"
  value       = aws_imagebuilder_component.hello.arn
}

output "hello_instance_role_arn" {
  description = "The role of the instances of component-minimal-hello"
  value       = aws_iam_role.hello_instance.arn
}

output "hello_infrastructure_arn" {
  description = "The infrastructure configuration component-minimal-hello"
  value       = aws_imagebuilder_infrastructure_configuration.hello.arn
}

output "hello_distribution_arn" {
  description = "The distribution configuration component-minimal-hello"
  value       = aws_imagebuilder_distribution_configuration.hello.arn
}

output "hello_recipe_arn" {
  description = "The recipe component-minimal-hello"
  value       = aws_imagebuilder_image_recipe.hello.arn
}

output "hello_pipeline_arn" {
  description = "The pipeline component-minimal-hello"
  value       = aws_imagebuilder_image_pipeline.hello.arn
}

output "kiln_project" {
  description = "The project whose state this is: kiln destroys nothing in another's"
  value       = "component-minimal"
}
