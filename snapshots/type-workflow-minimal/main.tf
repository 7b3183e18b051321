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
  name    = "workflow-minimal-test"
  version = "1.0.0"
  type    = "TEST"
  data    = <<-EOT
    schemaVersion: 1.0
    steps:
      - name: Launch
        action: LaunchInstance
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

resource "aws_iam_role" "tested_instance" {
  name_prefix = "workflow-minimal-tested-instance-"
  description = "Build and test instances of workflow-minimal-tested"
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

resource "aws_iam_role_policy_attachment" "tested_instance_amazonssmmanagedinstancecore" {
  role       = aws_iam_role.tested_instance.name
  policy_arn = "arn:${data.aws_partition.current.partition}:iam::aws:policy/AmazonSSMManagedInstanceCore"
}

resource "aws_iam_role_policy_attachment" "tested_instance_ec2instanceprofileforimagebuilder" {
  role       = aws_iam_role.tested_instance.name
  policy_arn = "arn:${data.aws_partition.current.partition}:iam::aws:policy/EC2InstanceProfileForImageBuilder"
}

resource "aws_iam_instance_profile" "tested_instance" {
  name_prefix = "workflow-minimal-tested-instance-"
  role        = aws_iam_role.tested_instance.name

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_imagebuilder_infrastructure_configuration" "tested" {
  name                          = "workflow-minimal-tested"
  instance_profile_name         = aws_iam_instance_profile.tested_instance.name
  terminate_instance_on_failure = true

  instance_metadata_options {
    http_tokens = "required"
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_imagebuilder_distribution_configuration" "tested" {
  name = "workflow-minimal-tested"

  distribution {
    region = data.aws_region.current.id

    ami_distribution_configuration {
      name = "workflow-minimal-tested-{{ imagebuilder:buildDate }}"
    }
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_imagebuilder_image_recipe" "tested" {
  name         = "workflow-minimal-tested"
  version      = "1.0.0"
  parent_image = "arn:${data.aws_partition.current.partition}:imagebuilder:${data.aws_region.current.id}:aws:image/amazon-linux-2023-x86/x.x.x"

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

resource "aws_imagebuilder_image_pipeline" "tested" {
  name                             = "workflow-minimal-tested"
  status                           = "ENABLED"
  image_recipe_arn                 = aws_imagebuilder_image_recipe.tested.arn
  infrastructure_configuration_arn = aws_imagebuilder_infrastructure_configuration.tested.arn
  distribution_configuration_arn   = aws_imagebuilder_distribution_configuration.tested.arn
  enhanced_image_metadata_enabled  = true
  execution_role                   = "arn:${data.aws_partition.current.partition}:iam::${data.aws_caller_identity.current.account_id}:role/types-workflow-builder"

  image_tests_configuration {
    image_tests_enabled = true
  }

  image_scanning_configuration {
    image_scanning_enabled = false
  }

  workflow {
    workflow_arn = "arn:${data.aws_partition.current.partition}:imagebuilder:${data.aws_region.current.id}:aws:workflow/build/build-image/x.x.x"
  }

  workflow {
    workflow_arn = aws_imagebuilder_workflow.test.arn
  }

  workflow {
    workflow_arn = "arn:${data.aws_partition.current.partition}:imagebuilder:${data.aws_region.current.id}:aws:workflow/distribution/distribute-image/x.x.x"
  }
}

output "test_workflow_arn" {
  description = "The workflow workflow-minimal-test"
  value       = aws_imagebuilder_workflow.test.arn
}

output "tested_instance_role_arn" {
  description = "The role of the instances of workflow-minimal-tested"
  value       = aws_iam_role.tested_instance.arn
}

output "tested_infrastructure_arn" {
  description = "The infrastructure configuration workflow-minimal-tested"
  value       = aws_imagebuilder_infrastructure_configuration.tested.arn
}

output "tested_distribution_arn" {
  description = "The distribution configuration workflow-minimal-tested"
  value       = aws_imagebuilder_distribution_configuration.tested.arn
}

output "tested_recipe_arn" {
  description = "The recipe workflow-minimal-tested"
  value       = aws_imagebuilder_image_recipe.tested.arn
}

output "tested_pipeline_arn" {
  description = "The pipeline workflow-minimal-tested"
  value       = aws_imagebuilder_image_pipeline.tested.arn
}

output "kiln_project" {
  description = "The project whose state this is: kiln destroys nothing in another's"
  value       = "workflow-minimal"
}
