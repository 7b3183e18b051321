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

resource "aws_imagebuilder_component" "agent" {
  name               = "component-full-agent"
  version            = "3.2.1"
  platform           = "Linux"
  description        = "Installs an agent"
  change_description = "Takes an endpoint"
  supported_os_versions = [
    "Amazon Linux 2023",
    "Ubuntu",
  ]
  kms_key_id   = "arn:${data.aws_partition.current.partition}:kms:${data.aws_region.current.id}:${data.aws_caller_identity.current.account_id}:alias/components"
  data         = <<-EOT
    name: agent
    description: Installs an agent
    schemaVersion: 1.0
    parameters:
      - Endpoint:
          type: string
          description: Where the agent reports to
    phases:
      - name: build
        steps:
          - name: Configure
            action: ExecuteBash
            inputs:
              commands:
                - echo 'endpoint={{ Endpoint }}' > /etc/agent.conf
      - name: test
        steps:
          - name: Verify
            action: ExecuteBash
            inputs:
              commands:
                - grep --quiet endpoint /etc/agent.conf
  EOT
  skip_destroy = true
  tags = {
    part = "agent"
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_imagebuilder_component" "remote" {
  name     = "component-full-remote"
  version  = "1.0.1"
  platform = "Linux"
  uri      = "s3://example-types-component/component.yaml"

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_iam_role" "agent_instance" {
  name_prefix = "component-full-agent-instance-"
  description = "Build and test instances of component-full-agent"
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

resource "aws_iam_role_policy_attachment" "agent_instance_amazonssmmanagedinstancecore" {
  role       = aws_iam_role.agent_instance.name
  policy_arn = "arn:${data.aws_partition.current.partition}:iam::aws:policy/AmazonSSMManagedInstanceCore"
}

resource "aws_iam_role_policy_attachment" "agent_instance_ec2instanceprofileforimagebuilder" {
  role       = aws_iam_role.agent_instance.name
  policy_arn = "arn:${data.aws_partition.current.partition}:iam::aws:policy/EC2InstanceProfileForImageBuilder"
}

resource "aws_iam_role_policy" "agent_instance" {
  name = "build"
  role = aws_iam_role.agent_instance.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "ReadSources"
        Effect   = "Allow"
        Action   = "s3:GetObject"
        Resource = "arn:${data.aws_partition.current.partition}:s3:::example-types-component/component.yaml"
      },
    ]
  })
}

resource "aws_iam_instance_profile" "agent_instance" {
  name_prefix = "component-full-agent-instance-"
  role        = aws_iam_role.agent_instance.name

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_imagebuilder_infrastructure_configuration" "agent" {
  name                          = "component-full-agent"
  instance_profile_name         = aws_iam_instance_profile.agent_instance.name
  terminate_instance_on_failure = true

  instance_metadata_options {
    http_tokens = "required"
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_imagebuilder_distribution_configuration" "agent" {
  name = "component-full-agent"

  distribution {
    region = data.aws_region.current.id

    ami_distribution_configuration {
      name = "component-full-agent-{{ imagebuilder:buildDate }}"
    }
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_imagebuilder_image_recipe" "agent" {
  name         = "component-full-agent"
  version      = "1.0.1"
  parent_image = "arn:${data.aws_partition.current.partition}:imagebuilder:${data.aws_region.current.id}:aws:image/amazon-linux-2023-x86/x.x.x"

  component {
    component_arn = aws_imagebuilder_component.agent.arn

    parameter {
      name  = "Endpoint"
      value = "https://agents.example.com"
    }
  }

  component {
    component_arn = aws_imagebuilder_component.remote.arn
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

resource "aws_imagebuilder_image_pipeline" "agent" {
  name                             = "component-full-agent"
  status                           = "ENABLED"
  image_recipe_arn                 = aws_imagebuilder_image_recipe.agent.arn
  infrastructure_configuration_arn = aws_imagebuilder_infrastructure_configuration.agent.arn
  distribution_configuration_arn   = aws_imagebuilder_distribution_configuration.agent.arn
  enhanced_image_metadata_enabled  = true

  image_tests_configuration {
    image_tests_enabled = true
  }

  image_scanning_configuration {
    image_scanning_enabled = false
  }
}

output "agent_component_arn" {
  description = "The component component-full-agent"
  value       = aws_imagebuilder_component.agent.arn
}

output "remote_component_arn" {
  description = "The component component-full-remote"
  value       = aws_imagebuilder_component.remote.arn
}

output "agent_instance_role_arn" {
  description = "The role of the instances of component-full-agent"
  value       = aws_iam_role.agent_instance.arn
}

output "agent_infrastructure_arn" {
  description = "The infrastructure configuration component-full-agent"
  value       = aws_imagebuilder_infrastructure_configuration.agent.arn
}

output "agent_distribution_arn" {
  description = "The distribution configuration component-full-agent"
  value       = aws_imagebuilder_distribution_configuration.agent.arn
}

output "agent_recipe_arn" {
  description = "The recipe component-full-agent"
  value       = aws_imagebuilder_image_recipe.agent.arn
}

output "agent_pipeline_arn" {
  description = "The pipeline component-full-agent"
  value       = aws_imagebuilder_image_pipeline.agent.arn
}

output "kiln_project" {
  description = "The project whose state this is: kiln destroys nothing in another's"
  value       = "component-full"
}
