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

resource "aws_iam_role" "builders_instance" {
  name_prefix = "infrastructure-full-builders-instance-"
  description = "Build and test instances of infrastructure-full-builders"
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
    part = "infrastructure"
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_iam_role_policy_attachment" "builders_instance_amazonssmmanagedinstancecore" {
  role       = aws_iam_role.builders_instance.name
  policy_arn = "arn:${data.aws_partition.current.partition}:iam::aws:policy/AmazonSSMManagedInstanceCore"
}

resource "aws_iam_role_policy_attachment" "builders_instance_ec2instanceprofileforimagebuilder" {
  role       = aws_iam_role.builders_instance.name
  policy_arn = "arn:${data.aws_partition.current.partition}:iam::aws:policy/EC2InstanceProfileForImageBuilder"
}

resource "aws_iam_role_policy" "builders_instance" {
  name = "build"
  role = aws_iam_role.builders_instance.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "WriteLogs"
        Effect   = "Allow"
        Action   = "s3:PutObject"
        Resource = "arn:${data.aws_partition.current.partition}:s3:::example-types/logs/builders/*"
      },
    ]
  })
}

resource "aws_iam_instance_profile" "builders_instance" {
  name_prefix = "infrastructure-full-builders-instance-"
  role        = aws_iam_role.builders_instance.name
  tags = {
    part = "infrastructure"
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_imagebuilder_infrastructure_configuration" "builders" {
  name                  = "infrastructure-full-builders"
  description           = "Everything of an infrastructure configuration"
  instance_profile_name = aws_iam_instance_profile.builders_instance.name
  instance_types = [
    "m7g.large",
    "c7g.large",
  ]
  subnet_id                     = "subnet-0123456789abcdef0"
  security_group_ids            = ["sg-0123456789abcdef0"]
  key_pair                      = "debug"
  sns_topic_arn                 = "arn:aws:sns:us-east-1:111122223333:builds"
  terminate_instance_on_failure = false
  resource_tags = {
    cost = "images"
  }
  tags = {
    part = "infrastructure"
  }

  instance_metadata_options {
    http_tokens                 = "optional"
    http_put_response_hop_limit = 3
  }

  logging {
    s3_logs {
      s3_bucket_name = "example-types"
      s3_key_prefix  = "logs/builders"
    }
  }

  placement {
    tenancy                 = "host"
    availability_zone       = "us-east-1a"
    host_resource_group_arn = "arn:aws:resource-groups:us-east-1:111122223333:group/hosts"
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_iam_role" "of_host_instance" {
  name_prefix = "infrastructure-full-of-host-instance-"
  description = "Build and test instances of infrastructure-full-of-host"
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

resource "aws_iam_role_policy_attachment" "of_host_instance_amazonssmmanagedinstancecore" {
  role       = aws_iam_role.of_host_instance.name
  policy_arn = "arn:${data.aws_partition.current.partition}:iam::aws:policy/AmazonSSMManagedInstanceCore"
}

resource "aws_iam_role_policy_attachment" "of_host_instance_ec2instanceprofileforimagebuilder" {
  role       = aws_iam_role.of_host_instance.name
  policy_arn = "arn:${data.aws_partition.current.partition}:iam::aws:policy/EC2InstanceProfileForImageBuilder"
}

resource "aws_iam_instance_profile" "of_host_instance" {
  name_prefix = "infrastructure-full-of-host-instance-"
  role        = aws_iam_role.of_host_instance.name

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_imagebuilder_infrastructure_configuration" "of_host" {
  name                          = "infrastructure-full-of-host"
  instance_profile_name         = aws_iam_instance_profile.of_host_instance.name
  terminate_instance_on_failure = true

  instance_metadata_options {
    http_tokens = "required"
  }

  placement {
    tenancy = "host"
    host_id = "h-0123456789abcdef0"
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_imagebuilder_distribution_configuration" "base" {
  name = "infrastructure-full-base"

  distribution {
    region = data.aws_region.current.id

    ami_distribution_configuration {
      name = "infrastructure-full-base-{{ imagebuilder:buildDate }}"
    }
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_imagebuilder_distribution_configuration" "on_host" {
  name = "infrastructure-full-on-host"

  distribution {
    region = data.aws_region.current.id

    ami_distribution_configuration {
      name = "infrastructure-full-on-host-{{ imagebuilder:buildDate }}"
    }
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_imagebuilder_image_recipe" "base" {
  name         = "infrastructure-full-base"
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
  name                             = "infrastructure-full-base"
  status                           = "ENABLED"
  image_recipe_arn                 = aws_imagebuilder_image_recipe.base.arn
  infrastructure_configuration_arn = aws_imagebuilder_infrastructure_configuration.builders.arn
  distribution_configuration_arn   = aws_imagebuilder_distribution_configuration.base.arn
  enhanced_image_metadata_enabled  = true

  image_tests_configuration {
    image_tests_enabled = true
  }

  image_scanning_configuration {
    image_scanning_enabled = false
  }
}

resource "aws_imagebuilder_image_recipe" "on_host" {
  name         = "infrastructure-full-on-host"
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

resource "aws_imagebuilder_image_pipeline" "on_host" {
  name                             = "infrastructure-full-on-host"
  status                           = "ENABLED"
  image_recipe_arn                 = aws_imagebuilder_image_recipe.on_host.arn
  infrastructure_configuration_arn = aws_imagebuilder_infrastructure_configuration.of_host.arn
  distribution_configuration_arn   = aws_imagebuilder_distribution_configuration.on_host.arn
  enhanced_image_metadata_enabled  = true

  image_tests_configuration {
    image_tests_enabled = true
  }

  image_scanning_configuration {
    image_scanning_enabled = false
  }
}

output "builders_instance_role_arn" {
  description = "The role of the instances of infrastructure-full-builders"
  value       = aws_iam_role.builders_instance.arn
}

output "builders_infrastructure_arn" {
  description = "The infrastructure configuration infrastructure-full-builders"
  value       = aws_imagebuilder_infrastructure_configuration.builders.arn
}

output "of_host_instance_role_arn" {
  description = "The role of the instances of infrastructure-full-of-host"
  value       = aws_iam_role.of_host_instance.arn
}

output "of_host_infrastructure_arn" {
  description = "The infrastructure configuration infrastructure-full-of-host"
  value       = aws_imagebuilder_infrastructure_configuration.of_host.arn
}

output "base_distribution_arn" {
  description = "The distribution configuration infrastructure-full-base"
  value       = aws_imagebuilder_distribution_configuration.base.arn
}

output "on_host_distribution_arn" {
  description = "The distribution configuration infrastructure-full-on-host"
  value       = aws_imagebuilder_distribution_configuration.on_host.arn
}

output "base_recipe_arn" {
  description = "The recipe infrastructure-full-base"
  value       = aws_imagebuilder_image_recipe.base.arn
}

output "base_pipeline_arn" {
  description = "The pipeline infrastructure-full-base"
  value       = aws_imagebuilder_image_pipeline.base.arn
}

output "on_host_recipe_arn" {
  description = "The recipe infrastructure-full-on-host"
  value       = aws_imagebuilder_image_recipe.on_host.arn
}

output "on_host_pipeline_arn" {
  description = "The pipeline infrastructure-full-on-host"
  value       = aws_imagebuilder_image_pipeline.on_host.arn
}

output "kiln_project" {
  description = "The project whose state this is: kiln destroys nothing in another's"
  value       = "infrastructure-full"
}
