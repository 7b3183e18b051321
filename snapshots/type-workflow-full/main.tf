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

resource "aws_imagebuilder_workflow" "build" {
  name               = "workflow-full-build"
  version            = "2.0.0"
  type               = "BUILD"
  description        = "Builds after a state machine has run"
  change_description = "Registers the image by itself"
  kms_key_id         = "arn:${data.aws_partition.current.partition}:kms:${data.aws_region.current.id}:${data.aws_caller_identity.current.account_id}:alias/workflows"
  data               = <<-EOT
    name: build
    description: Builds after a state machine has run
    schemaVersion: 1.0
    parameters:
      - name: Machine
        type: string
        description: What runs before
    steps:
      - name: Before
        action: ExecuteStateMachine
        inputs:
          stateMachineArn.$: $.parameters.Machine
      - name: Announce
        action: WaitForAction
        inputs:
          lambdaFunctionName: announce
      - name: Launch
        action: LaunchInstance
        inputs:
          waitFor: ssmAgent
      - name: Components
        action: ExecuteComponents
        inputs:
          instanceId.$: $.stepOutputs.Launch.instanceId
      - name: Image
        action: CreateImage
        inputs:
          instanceId.$: $.stepOutputs.Launch.instanceId
      - name: Terminate
        action: TerminateInstance
        inputs:
          instanceId.$: $.stepOutputs.Launch.instanceId
    outputs:
      - name: ImageId
        value: $.stepOutputs.Image.imageId
  EOT
  tags = {
    part = "build"
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_imagebuilder_workflow" "remote" {
  name    = "workflow-full-remote"
  version = "1.0.1"
  type    = "TEST"
  uri     = "s3://example-types-workflow/workflow.yaml"

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_iam_role" "built_instance" {
  name_prefix = "workflow-full-built-instance-"
  description = "Build and test instances of workflow-full-built"
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

resource "aws_iam_role_policy_attachment" "built_instance_amazonssmmanagedinstancecore" {
  role       = aws_iam_role.built_instance.name
  policy_arn = "arn:${data.aws_partition.current.partition}:iam::aws:policy/AmazonSSMManagedInstanceCore"
}

resource "aws_iam_role_policy_attachment" "built_instance_ec2instanceprofileforimagebuilder" {
  role       = aws_iam_role.built_instance.name
  policy_arn = "arn:${data.aws_partition.current.partition}:iam::aws:policy/EC2InstanceProfileForImageBuilder"
}

resource "aws_iam_instance_profile" "built_instance" {
  name_prefix = "workflow-full-built-instance-"
  role        = aws_iam_role.built_instance.name

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_imagebuilder_infrastructure_configuration" "built" {
  name                          = "workflow-full-built"
  instance_profile_name         = aws_iam_instance_profile.built_instance.name
  terminate_instance_on_failure = true

  instance_metadata_options {
    http_tokens = "required"
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_imagebuilder_distribution_configuration" "built" {
  name = "workflow-full-built"

  distribution {
    region = data.aws_region.current.id

    ami_distribution_configuration {
      name = "workflow-full-built-{{ imagebuilder:buildDate }}"
    }
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_imagebuilder_image_recipe" "built" {
  name         = "workflow-full-built"
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

resource "aws_iam_role" "built_execution" {
  name_prefix = "workflow-full-built-execution-"
  description = "Builds, tests and distribution of workflow-full-built"
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

resource "aws_iam_role_policy_attachment" "built_execution_ec2imagebuilderexecutionpolicy" {
  role       = aws_iam_role.built_execution.name
  policy_arn = "arn:${data.aws_partition.current.partition}:iam::aws:policy/EC2ImageBuilderExecutionPolicy"
}

resource "aws_iam_role_policy" "built_execution" {
  name = "execution"
  role = aws_iam_role.built_execution.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "InvokeFunctions"
        Effect   = "Allow"
        Action   = "lambda:InvokeFunction"
        Resource = "arn:${data.aws_partition.current.partition}:lambda:${data.aws_region.current.id}:${data.aws_caller_identity.current.account_id}:function:announce"
      },
      {
        Sid      = "StartStateMachines"
        Effect   = "Allow"
        Action   = "states:StartExecution"
        Resource = "arn:${data.aws_partition.current.partition}:states:${data.aws_region.current.id}:${data.aws_caller_identity.current.account_id}:stateMachine:*"
      },
      {
        Sid      = "DescribeExecutions"
        Effect   = "Allow"
        Action   = "states:DescribeExecution"
        Resource = "arn:${data.aws_partition.current.partition}:states:${data.aws_region.current.id}:${data.aws_caller_identity.current.account_id}:execution:*"
      },
    ]
  })
}

resource "aws_imagebuilder_image_pipeline" "built" {
  name                             = "workflow-full-built"
  status                           = "ENABLED"
  image_recipe_arn                 = aws_imagebuilder_image_recipe.built.arn
  infrastructure_configuration_arn = aws_imagebuilder_infrastructure_configuration.built.arn
  distribution_configuration_arn   = aws_imagebuilder_distribution_configuration.built.arn
  enhanced_image_metadata_enabled  = true
  execution_role                   = aws_iam_role.built_execution.arn

  image_tests_configuration {
    image_tests_enabled = true
  }

  image_scanning_configuration {
    image_scanning_enabled = false
  }

  workflow {
    workflow_arn = aws_imagebuilder_workflow.build.arn

    parameter {
      name  = "Machine"
      value = "arn:aws:states:us-east-1:111122223333:stateMachine:before"
    }
  }

  workflow {
    workflow_arn   = aws_imagebuilder_workflow.remote.arn
    on_failure     = "ABORT"
    parallel_group = "tests"
  }
}

output "build_workflow_arn" {
  description = "The workflow workflow-full-build"
  value       = aws_imagebuilder_workflow.build.arn
}

output "remote_workflow_arn" {
  description = "The workflow workflow-full-remote"
  value       = aws_imagebuilder_workflow.remote.arn
}

output "built_instance_role_arn" {
  description = "The role of the instances of workflow-full-built"
  value       = aws_iam_role.built_instance.arn
}

output "built_infrastructure_arn" {
  description = "The infrastructure configuration workflow-full-built"
  value       = aws_imagebuilder_infrastructure_configuration.built.arn
}

output "built_distribution_arn" {
  description = "The distribution configuration workflow-full-built"
  value       = aws_imagebuilder_distribution_configuration.built.arn
}

output "built_recipe_arn" {
  description = "The recipe workflow-full-built"
  value       = aws_imagebuilder_image_recipe.built.arn
}

output "built_execution_role_arn" {
  description = "The role that builds workflow-full-built"
  value       = aws_iam_role.built_execution.arn
}

output "built_pipeline_arn" {
  description = "The pipeline workflow-full-built"
  value       = aws_imagebuilder_image_pipeline.built.arn
}

output "kiln_project" {
  description = "The project whose state this is: kiln destroys nothing in another's"
  value       = "workflow-full"
}
