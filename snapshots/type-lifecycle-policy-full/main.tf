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

resource "aws_iam_role" "base_instance" {
  name_prefix = "lifecycle-full-base-instance-"
  description = "Build and test instances of lifecycle-full-base"
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
    part = "lifecycle"
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
  name_prefix = "lifecycle-full-base-instance-"
  role        = aws_iam_role.base_instance.name
  tags = {
    part = "lifecycle"
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_imagebuilder_infrastructure_configuration" "base" {
  name                          = "lifecycle-full-base"
  instance_profile_name         = aws_iam_instance_profile.base_instance.name
  terminate_instance_on_failure = true
  tags = {
    part = "lifecycle"
  }

  instance_metadata_options {
    http_tokens = "required"
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_iam_role" "tagged_instance" {
  name_prefix = "lifecycle-full-tagged-instance-"
  description = "Build and test instances of lifecycle-full-tagged"
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

resource "aws_iam_role_policy_attachment" "tagged_instance_amazonssmmanagedinstancecore" {
  role       = aws_iam_role.tagged_instance.name
  policy_arn = "arn:${data.aws_partition.current.partition}:iam::aws:policy/AmazonSSMManagedInstanceCore"
}

resource "aws_iam_role_policy_attachment" "tagged_instance_ec2instanceprofileforimagebuilder" {
  role       = aws_iam_role.tagged_instance.name
  policy_arn = "arn:${data.aws_partition.current.partition}:iam::aws:policy/EC2InstanceProfileForImageBuilder"
}

resource "aws_iam_instance_profile" "tagged_instance" {
  name_prefix = "lifecycle-full-tagged-instance-"
  role        = aws_iam_role.tagged_instance.name

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_imagebuilder_infrastructure_configuration" "tagged" {
  name                          = "lifecycle-full-tagged"
  instance_profile_name         = aws_iam_instance_profile.tagged_instance.name
  terminate_instance_on_failure = true

  instance_metadata_options {
    http_tokens = "required"
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_imagebuilder_distribution_configuration" "base" {
  name = "lifecycle-full-base"
  tags = {
    part = "lifecycle"
  }

  distribution {
    region = data.aws_region.current.id

    ami_distribution_configuration {
      name = "lifecycle-full-base-{{ imagebuilder:buildDate }}"
    }
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_imagebuilder_distribution_configuration" "tagged" {
  name = "lifecycle-full-tagged"

  distribution {
    region = data.aws_region.current.id

    ami_distribution_configuration {
      name = "lifecycle-full-tagged-{{ imagebuilder:buildDate }}"
    }
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_iam_role" "lifecycle" {
  name_prefix = "lifecycle-full-lifecycle-"
  description = "Retention of the images of lifecycle-full"
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

resource "aws_imagebuilder_image_recipe" "base" {
  name         = "lifecycle-full-base"
  version      = "1.0.0"
  parent_image = "arn:${data.aws_partition.current.partition}:imagebuilder:${data.aws_region.current.id}:aws:image/amazon-linux-2023-arm64/x.x.x"
  tags = {
    part = "lifecycle"
  }

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
  name                             = "lifecycle-full-base"
  status                           = "ENABLED"
  image_recipe_arn                 = aws_imagebuilder_image_recipe.base.arn
  infrastructure_configuration_arn = aws_imagebuilder_infrastructure_configuration.base.arn
  distribution_configuration_arn   = aws_imagebuilder_distribution_configuration.base.arn
  enhanced_image_metadata_enabled  = true
  tags = {
    part = "lifecycle"
  }

  image_tests_configuration {
    image_tests_enabled = true
  }

  image_scanning_configuration {
    image_scanning_enabled = false
  }
}

resource "aws_imagebuilder_lifecycle_policy" "base" {
  name           = "lifecycle-full-base"
  description    = "Everything of a lifecycle policy"
  status         = "DISABLED"
  execution_role = "arn:${data.aws_partition.current.partition}:iam::${data.aws_caller_identity.current.account_id}:role/types-retirer"
  resource_type  = "AMI_IMAGE"
  tags = {
    part = "lifecycle"
  }

  policy_detail {
    action {
      type = "DEPRECATE"

      include_resources {
        amis = true
      }
    }

    filter {
      type  = "AGE"
      value = 30
      unit  = "DAYS"
    }

    exclusion_rules {
      tag_map = {
        hold = "yes"
      }

      amis {
        is_public       = true
        regions         = ["eu-west-1"]
        shared_accounts = ["444455556666"]
        tag_map = {
          keep = "yes"
        }

        last_launched {
          value = 30
          unit  = "DAYS"
        }
      }
    }
  }

  policy_detail {
    action {
      type = "DISABLE"

      include_resources {
        amis = true
      }
    }

    filter {
      type  = "AGE"
      value = 2
      unit  = "MONTHS"
    }

    exclusion_rules {
      tag_map = {
        hold = "yes"
      }

      amis {
        is_public       = true
        regions         = ["eu-west-1"]
        shared_accounts = ["444455556666"]
        tag_map = {
          keep = "yes"
        }

        last_launched {
          value = 30
          unit  = "DAYS"
        }
      }
    }
  }

  policy_detail {
    action {
      type = "DELETE"

      include_resources {
        amis      = true
        snapshots = true
      }
    }

    filter {
      type            = "AGE"
      value           = 1
      unit            = "YEARS"
      retain_at_least = 5
    }

    exclusion_rules {
      tag_map = {
        hold = "yes"
      }

      amis {
        is_public       = true
        regions         = ["eu-west-1"]
        shared_accounts = ["444455556666"]
        tag_map = {
          keep = "yes"
        }

        last_launched {
          value = 30
          unit  = "DAYS"
        }
      }
    }
  }

  resource_selection {
    recipe {
      name             = "lifecycle-full-base"
      semantic_version = "1.0.0"
    }
  }
}

resource "aws_imagebuilder_image_recipe" "tagged" {
  name         = "lifecycle-full-tagged"
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

resource "aws_imagebuilder_image_pipeline" "tagged" {
  name                             = "lifecycle-full-tagged"
  status                           = "ENABLED"
  image_recipe_arn                 = aws_imagebuilder_image_recipe.tagged.arn
  infrastructure_configuration_arn = aws_imagebuilder_infrastructure_configuration.tagged.arn
  distribution_configuration_arn   = aws_imagebuilder_distribution_configuration.tagged.arn
  enhanced_image_metadata_enabled  = true

  image_tests_configuration {
    image_tests_enabled = true
  }

  image_scanning_configuration {
    image_scanning_enabled = false
  }
}

resource "aws_imagebuilder_lifecycle_policy" "tagged" {
  name           = "lifecycle-full-tagged"
  status         = "ENABLED"
  execution_role = aws_iam_role.lifecycle.arn
  resource_type  = "AMI_IMAGE"

  policy_detail {
    action {
      type = "DELETE"

      include_resources {
        amis      = true
        snapshots = true
      }
    }

    filter {
      type  = "COUNT"
      value = 20
    }
  }

  resource_selection {
    tag_map = {
      stage = "test"
    }
  }
}

output "base_instance_role_arn" {
  description = "The role of the instances of lifecycle-full-base"
  value       = aws_iam_role.base_instance.arn
}

output "base_infrastructure_arn" {
  description = "The infrastructure configuration lifecycle-full-base"
  value       = aws_imagebuilder_infrastructure_configuration.base.arn
}

output "tagged_instance_role_arn" {
  description = "The role of the instances of lifecycle-full-tagged"
  value       = aws_iam_role.tagged_instance.arn
}

output "tagged_infrastructure_arn" {
  description = "The infrastructure configuration lifecycle-full-tagged"
  value       = aws_imagebuilder_infrastructure_configuration.tagged.arn
}

output "base_distribution_arn" {
  description = "The distribution configuration lifecycle-full-base"
  value       = aws_imagebuilder_distribution_configuration.base.arn
}

output "tagged_distribution_arn" {
  description = "The distribution configuration lifecycle-full-tagged"
  value       = aws_imagebuilder_distribution_configuration.tagged.arn
}

output "lifecycle_role_arn" {
  description = "The role that retires old images"
  value       = aws_iam_role.lifecycle.arn
}

output "base_recipe_arn" {
  description = "The recipe lifecycle-full-base"
  value       = aws_imagebuilder_image_recipe.base.arn
}

output "base_pipeline_arn" {
  description = "The pipeline lifecycle-full-base"
  value       = aws_imagebuilder_image_pipeline.base.arn
}

output "base_lifecycle_policy_arn" {
  description = "The lifecycle policy lifecycle-full-base"
  value       = aws_imagebuilder_lifecycle_policy.base.arn
}

output "tagged_recipe_arn" {
  description = "The recipe lifecycle-full-tagged"
  value       = aws_imagebuilder_image_recipe.tagged.arn
}

output "tagged_pipeline_arn" {
  description = "The pipeline lifecycle-full-tagged"
  value       = aws_imagebuilder_image_pipeline.tagged.arn
}

output "tagged_lifecycle_policy_arn" {
  description = "The lifecycle policy lifecycle-full-tagged"
  value       = aws_imagebuilder_lifecycle_policy.tagged.arn
}

output "kiln_project" {
  description = "The project whose state this is: kiln destroys nothing in another's"
  value       = "lifecycle-full"
}
