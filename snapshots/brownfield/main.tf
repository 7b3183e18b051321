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

resource "aws_imagebuilder_component" "patch" {
  name     = "brownfield-patch"
  version  = "4.2.0"
  platform = "Linux"
  data     = <<-EOT
    name: patch
    schemaVersion: "1.0"
    phases:
      - name: build
        steps:
          - name: Update
            action: UpdateOS
          - name: Reboot
            action: Reboot
            inputs:
              delaySeconds: 30
      - name: validate
        steps:
          - name: NoSecurityUpdates
            action: ExecuteBash
            inputs:
              commands:
                - test -z "$(dnf -q updateinfo list --security)"
  EOT

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_imagebuilder_infrastructure_configuration" "corporate" {
  name                  = "brownfield-corporate"
  instance_profile_name = "corp-image-builder"
  instance_types        = ["m6i.large"]
  subnet_id             = "subnet-0123456789abcdef0"
  security_group_ids = [
    "sg-0123456789abcdef0",
    "sg-0fedcba9876543210",
  ]
  sns_topic_arn                 = "arn:aws:sns:us-east-1:111122223333:image-builds"
  terminate_instance_on_failure = true

  instance_metadata_options {
    http_tokens = "required"
  }

  logging {
    s3_logs {
      s3_bucket_name = "corp-image-logs"
      s3_key_prefix  = "rhel"
    }
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_imagebuilder_distribution_configuration" "rhel" {
  name = "brownfield-rhel"

  distribution {
    region = data.aws_region.current.id

    ami_distribution_configuration {
      name = "brownfield-rhel-{{ imagebuilder:buildDate }}"
    }
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_imagebuilder_image_recipe" "rhel" {
  name         = "brownfield-rhel"
  version      = "2026.11.0"
  parent_image = "arn:${data.aws_partition.current.partition}:imagebuilder:${data.aws_region.current.id}:aws:image/red-hat-enterprise-linux-9-x86/x.x.x"

  component {
    component_arn = aws_imagebuilder_component.patch.arn
  }

  block_device_mapping {
    device_name = "/dev/sda1"

    ebs {
      volume_size           = 60
      volume_type           = "gp3"
      encrypted             = true
      kms_key_id            = "arn:aws:kms:us-east-1:111122223333:key/mrk-0123456789abcdef0123456789abcdef"
      delete_on_termination = true
    }
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_imagebuilder_image_pipeline" "rhel" {
  name                             = "brownfield-rhel"
  status                           = "ENABLED"
  image_recipe_arn                 = aws_imagebuilder_image_recipe.rhel.arn
  infrastructure_configuration_arn = aws_imagebuilder_infrastructure_configuration.corporate.arn
  distribution_configuration_arn   = aws_imagebuilder_distribution_configuration.rhel.arn
  enhanced_image_metadata_enabled  = true

  image_tests_configuration {
    image_tests_enabled = true
  }

  image_scanning_configuration {
    image_scanning_enabled = false
  }
}

output "patch_component_arn" {
  description = "The component brownfield-patch"
  value       = aws_imagebuilder_component.patch.arn
}

output "corporate_infrastructure_arn" {
  description = "The infrastructure configuration brownfield-corporate"
  value       = aws_imagebuilder_infrastructure_configuration.corporate.arn
}

output "rhel_distribution_arn" {
  description = "The distribution configuration brownfield-rhel"
  value       = aws_imagebuilder_distribution_configuration.rhel.arn
}

output "rhel_recipe_arn" {
  description = "The recipe brownfield-rhel"
  value       = aws_imagebuilder_image_recipe.rhel.arn
}

output "rhel_pipeline_arn" {
  description = "The pipeline brownfield-rhel"
  value       = aws_imagebuilder_image_pipeline.rhel.arn
}

output "kiln_project" {
  description = "The project whose state this is: kiln destroys nothing in another's"
  value       = "brownfield"
}
