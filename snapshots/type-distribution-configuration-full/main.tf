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

resource "aws_iam_role" "container_instance" {
  name_prefix = "distribution-full-container-instance-"
  description = "Build and test instances of distribution-full-container"
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

resource "aws_iam_role_policy_attachment" "container_instance_amazonssmmanagedinstancecore" {
  role       = aws_iam_role.container_instance.name
  policy_arn = "arn:${data.aws_partition.current.partition}:iam::aws:policy/AmazonSSMManagedInstanceCore"
}

resource "aws_iam_role_policy_attachment" "container_instance_ec2instanceprofileforimagebuilder" {
  role       = aws_iam_role.container_instance.name
  policy_arn = "arn:${data.aws_partition.current.partition}:iam::aws:policy/EC2InstanceProfileForImageBuilder"
}

resource "aws_iam_role_policy_attachment" "container_instance_ec2instanceprofileforimagebuilderecrcontainerbuilds" {
  role       = aws_iam_role.container_instance.name
  policy_arn = "arn:${data.aws_partition.current.partition}:iam::aws:policy/EC2InstanceProfileForImageBuilderECRContainerBuilds"
}

resource "aws_iam_instance_profile" "container_instance" {
  name_prefix = "distribution-full-container-instance-"
  role        = aws_iam_role.container_instance.name

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_imagebuilder_infrastructure_configuration" "container" {
  name                          = "distribution-full-container"
  instance_profile_name         = aws_iam_instance_profile.container_instance.name
  terminate_instance_on_failure = true

  instance_metadata_options {
    http_tokens                 = "required"
    http_put_response_hop_limit = 2
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_iam_role" "open_instance" {
  name_prefix = "distribution-full-open-instance-"
  description = "Build and test instances of distribution-full-open"
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

resource "aws_iam_role_policy_attachment" "open_instance_amazonssmmanagedinstancecore" {
  role       = aws_iam_role.open_instance.name
  policy_arn = "arn:${data.aws_partition.current.partition}:iam::aws:policy/AmazonSSMManagedInstanceCore"
}

resource "aws_iam_role_policy_attachment" "open_instance_ec2instanceprofileforimagebuilder" {
  role       = aws_iam_role.open_instance.name
  policy_arn = "arn:${data.aws_partition.current.partition}:iam::aws:policy/EC2InstanceProfileForImageBuilder"
}

resource "aws_iam_instance_profile" "open_instance" {
  name_prefix = "distribution-full-open-instance-"
  role        = aws_iam_role.open_instance.name

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_imagebuilder_infrastructure_configuration" "open" {
  name                          = "distribution-full-open"
  instance_profile_name         = aws_iam_instance_profile.open_instance.name
  terminate_instance_on_failure = true

  instance_metadata_options {
    http_tokens = "required"
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_iam_role" "windows_instance" {
  name_prefix = "distribution-full-windows-instance-"
  description = "Build and test instances of distribution-full-windows"
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

resource "aws_iam_role_policy_attachment" "windows_instance_amazonssmmanagedinstancecore" {
  role       = aws_iam_role.windows_instance.name
  policy_arn = "arn:${data.aws_partition.current.partition}:iam::aws:policy/AmazonSSMManagedInstanceCore"
}

resource "aws_iam_role_policy_attachment" "windows_instance_ec2instanceprofileforimagebuilder" {
  role       = aws_iam_role.windows_instance.name
  policy_arn = "arn:${data.aws_partition.current.partition}:iam::aws:policy/EC2InstanceProfileForImageBuilder"
}

resource "aws_iam_instance_profile" "windows_instance" {
  name_prefix = "distribution-full-windows-instance-"
  role        = aws_iam_role.windows_instance.name

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_imagebuilder_infrastructure_configuration" "windows" {
  name                          = "distribution-full-windows"
  instance_profile_name         = aws_iam_instance_profile.windows_instance.name
  terminate_instance_on_failure = true

  instance_metadata_options {
    http_tokens = "required"
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_imagebuilder_distribution_configuration" "containers" {
  name = "distribution-full-containers"

  distribution {
    region = "us-east-1"

    container_distribution_configuration {
      description    = "Everything"
      container_tags = ["latest"]

      target_repository {
        service         = "ECR"
        repository_name = "types/everywhere"
      }
    }
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_imagebuilder_distribution_configuration" "everywhere" {
  name        = "distribution-full-everywhere"
  description = "Everything of a distribution configuration"
  tags = {
    part = "distribution"
  }

  distribution {
    region                     = "us-east-1"
    license_configuration_arns = ["arn:aws:license-manager:us-east-1:111122223333:license-configuration:lic-0123456789abcdef0123456789abcdef"]

    ami_distribution_configuration {
      name               = "full-{{ imagebuilder:buildDate }}"
      description        = "Everything"
      kms_key_id         = "arn:${data.aws_partition.current.partition}:kms:us-east-1:${data.aws_caller_identity.current.account_id}:alias/images"
      target_account_ids = ["444455556666"]
      ami_tags = {
        role = "full"
      }

      launch_permission {
        user_ids                 = ["111122223333"]
        organization_arns        = ["arn:aws:organizations::111122223333:organization/o-exampleorgid"]
        organizational_unit_arns = ["arn:aws:organizations::111122223333:ou/o-exampleorgid/ou-ab12-cdefghij"]
      }
    }

    launch_template_configuration {
      launch_template_id = "lt-0123456789abcdef0"
      account_id         = "444455556666"
      default            = false
    }

    ssm_parameter_configuration {
      parameter_name = "/imagebuilder/full"
      data_type      = "text"
      ami_account_id = "444455556666"
    }

    ssm_parameter_configuration {
      parameter_name = "/golden/full"
      data_type      = "aws:ec2:image"
    }

    fast_launch_configuration {
      account_id            = "444455556666"
      enabled               = true
      max_parallel_launches = 8

      launch_template {
        launch_template_id      = "lt-0123456789abcdef0"
        launch_template_version = "3"
      }

      snapshot_configuration {
        target_resource_count = 20
      }
    }

    fast_launch_configuration {
      account_id = "111122223333"
      enabled    = false

      launch_template {
        launch_template_name = "windows"
      }
    }
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_imagebuilder_distribution_configuration" "public" {
  name = "distribution-full-public"

  distribution {
    region = "us-east-1"

    ami_distribution_configuration {
      name = "distribution-full-public-{{ imagebuilder:buildDate }}"

      launch_permission {
        user_groups = ["all"]
      }
    }
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_imagebuilder_container_recipe" "container" {
  name                     = "distribution-full-container"
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
    repository_name = "types/everywhere"
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_imagebuilder_image_pipeline" "container" {
  name                             = "distribution-full-container"
  status                           = "ENABLED"
  container_recipe_arn             = aws_imagebuilder_container_recipe.container.arn
  infrastructure_configuration_arn = aws_imagebuilder_infrastructure_configuration.container.arn
  distribution_configuration_arn   = aws_imagebuilder_distribution_configuration.containers.arn
  enhanced_image_metadata_enabled  = true

  image_tests_configuration {
    image_tests_enabled = true
  }

  image_scanning_configuration {
    image_scanning_enabled = false
  }
}

resource "aws_imagebuilder_image_recipe" "open" {
  name         = "distribution-full-open"
  version      = "1.0.0"
  parent_image = "arn:${data.aws_partition.current.partition}:imagebuilder:${data.aws_region.current.id}:aws:image/amazon-linux-2023-arm64/x.x.x"

  component {
    component_arn = "arn:${data.aws_partition.current.partition}:imagebuilder:${data.aws_region.current.id}:aws:component/update-linux/x.x.x"
  }

  block_device_mapping {
    device_name = "/dev/xvda"

    ebs {
      volume_type           = "gp3"
      encrypted             = false
      delete_on_termination = true
    }
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_imagebuilder_image_pipeline" "open" {
  name                             = "distribution-full-open"
  status                           = "ENABLED"
  image_recipe_arn                 = aws_imagebuilder_image_recipe.open.arn
  infrastructure_configuration_arn = aws_imagebuilder_infrastructure_configuration.open.arn
  distribution_configuration_arn   = aws_imagebuilder_distribution_configuration.public.arn
  enhanced_image_metadata_enabled  = true

  image_tests_configuration {
    image_tests_enabled = true
  }

  image_scanning_configuration {
    image_scanning_enabled = false
  }
}

resource "aws_imagebuilder_image_recipe" "windows" {
  name         = "distribution-full-windows"
  version      = "1.0.0"
  parent_image = "arn:${data.aws_partition.current.partition}:imagebuilder:${data.aws_region.current.id}:aws:image/windows-server-2022-english-full-base-x86/x.x.x"

  component {
    component_arn = "arn:${data.aws_partition.current.partition}:imagebuilder:${data.aws_region.current.id}:aws:component/update-windows/x.x.x"
  }

  block_device_mapping {
    device_name = "/dev/sda1"

    ebs {
      volume_type           = "gp3"
      encrypted             = true
      kms_key_id            = "arn:${data.aws_partition.current.partition}:kms:${data.aws_region.current.id}:${data.aws_caller_identity.current.account_id}:alias/images"
      delete_on_termination = true
    }
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_iam_role" "windows_execution" {
  name_prefix = "distribution-full-windows-execution-"
  description = "Builds, tests and distribution of distribution-full-windows"
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

resource "aws_iam_role_policy_attachment" "windows_execution_ec2imagebuilderexecutionpolicy" {
  role       = aws_iam_role.windows_execution.name
  policy_arn = "arn:${data.aws_partition.current.partition}:iam::aws:policy/EC2ImageBuilderExecutionPolicy"
}

resource "aws_iam_role_policy_attachment" "windows_execution_ec2fastlaunchfullaccess" {
  role       = aws_iam_role.windows_execution.name
  policy_arn = "arn:${data.aws_partition.current.partition}:iam::aws:policy/EC2FastLaunchFullAccess"
}

resource "aws_iam_role_policy" "windows_execution" {
  name = "execution"
  role = aws_iam_role.windows_execution.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "PublishParameters"
        Effect   = "Allow"
        Action   = "ssm:PutParameter"
        Resource = "arn:${data.aws_partition.current.partition}:ssm:us-east-1:${data.aws_caller_identity.current.account_id}:parameter/golden/full"
      },
    ]
  })
}

resource "aws_imagebuilder_image_pipeline" "windows" {
  name                             = "distribution-full-windows"
  status                           = "ENABLED"
  image_recipe_arn                 = aws_imagebuilder_image_recipe.windows.arn
  infrastructure_configuration_arn = aws_imagebuilder_infrastructure_configuration.windows.arn
  distribution_configuration_arn   = aws_imagebuilder_distribution_configuration.everywhere.arn
  enhanced_image_metadata_enabled  = true
  execution_role                   = aws_iam_role.windows_execution.arn

  image_tests_configuration {
    image_tests_enabled = true
  }

  image_scanning_configuration {
    image_scanning_enabled = false
  }
}

output "container_instance_role_arn" {
  description = "The role of the instances of distribution-full-container"
  value       = aws_iam_role.container_instance.arn
}

output "container_infrastructure_arn" {
  description = "The infrastructure configuration distribution-full-container"
  value       = aws_imagebuilder_infrastructure_configuration.container.arn
}

output "open_instance_role_arn" {
  description = "The role of the instances of distribution-full-open"
  value       = aws_iam_role.open_instance.arn
}

output "open_infrastructure_arn" {
  description = "The infrastructure configuration distribution-full-open"
  value       = aws_imagebuilder_infrastructure_configuration.open.arn
}

output "windows_instance_role_arn" {
  description = "The role of the instances of distribution-full-windows"
  value       = aws_iam_role.windows_instance.arn
}

output "windows_infrastructure_arn" {
  description = "The infrastructure configuration distribution-full-windows"
  value       = aws_imagebuilder_infrastructure_configuration.windows.arn
}

output "containers_distribution_arn" {
  description = "The distribution configuration distribution-full-containers"
  value       = aws_imagebuilder_distribution_configuration.containers.arn
}

output "everywhere_distribution_arn" {
  description = "The distribution configuration distribution-full-everywhere"
  value       = aws_imagebuilder_distribution_configuration.everywhere.arn
}

output "public_distribution_arn" {
  description = "The distribution configuration distribution-full-public"
  value       = aws_imagebuilder_distribution_configuration.public.arn
}

output "container_recipe_arn" {
  description = "The recipe distribution-full-container"
  value       = aws_imagebuilder_container_recipe.container.arn
}

output "container_pipeline_arn" {
  description = "The pipeline distribution-full-container"
  value       = aws_imagebuilder_image_pipeline.container.arn
}

output "open_recipe_arn" {
  description = "The recipe distribution-full-open"
  value       = aws_imagebuilder_image_recipe.open.arn
}

output "open_pipeline_arn" {
  description = "The pipeline distribution-full-open"
  value       = aws_imagebuilder_image_pipeline.open.arn
}

output "windows_recipe_arn" {
  description = "The recipe distribution-full-windows"
  value       = aws_imagebuilder_image_recipe.windows.arn
}

output "windows_execution_role_arn" {
  description = "The role that builds distribution-full-windows"
  value       = aws_iam_role.windows_execution.arn
}

output "windows_pipeline_arn" {
  description = "The pipeline distribution-full-windows"
  value       = aws_imagebuilder_image_pipeline.windows.arn
}
