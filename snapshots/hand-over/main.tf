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

resource "aws_s3_bucket" "logs" {
  bucket_prefix = "fleet-base-logs-"
  force_destroy = false
  tags = {
    team = "platform"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "logs" {
  bucket = aws_s3_bucket.logs.id

  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "AES256"
    }
  }
}

resource "aws_s3_bucket_public_access_block" "logs" {
  bucket                  = aws_s3_bucket.logs.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_ownership_controls" "logs" {
  bucket = aws_s3_bucket.logs.id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "logs" {
  bucket = aws_s3_bucket.logs.id

  rule {
    id     = "abort-incomplete-uploads"
    status = "Enabled"

    filter {}

    abort_incomplete_multipart_upload {
      days_after_initiation = 7
    }
  }
}

resource "aws_s3_bucket_policy" "logs" {
  bucket = aws_s3_bucket.logs.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "DenyWithoutTls"
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:*"
        Resource = [
          aws_s3_bucket.logs.arn,
          "${aws_s3_bucket.logs.arn}/*",
        ]
        Condition = {
          Bool = {
            "aws:SecureTransport" = "false"
          }
        }
      },
    ]
  })
}

resource "aws_kms_key" "images" {
  description         = "Encrypts the images of fleet-base"
  enable_key_rotation = true
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "AllowAccount"
        Effect = "Allow"
        Principal = {
          AWS = "arn:${data.aws_partition.current.partition}:iam::${data.aws_caller_identity.current.account_id}:root"
        }
        Action   = "kms:*"
        Resource = "*"
      },
      {
        Sid    = "UseForAccounts"
        Effect = "Allow"
        Principal = {
          AWS = [
            "arn:${data.aws_partition.current.partition}:iam::444455556666:root",
            "arn:${data.aws_partition.current.partition}:iam::222233334444:root",
          ]
        }
        Action = [
          "kms:Decrypt",
          "kms:DescribeKey",
          "kms:GenerateDataKey*",
          "kms:ReEncrypt*",
        ]
        Resource = "*"
      },
      {
        Sid    = "StartForAccounts"
        Effect = "Allow"
        Principal = {
          AWS = [
            "arn:${data.aws_partition.current.partition}:iam::444455556666:root",
            "arn:${data.aws_partition.current.partition}:iam::222233334444:root",
          ]
        }
        Action   = "kms:CreateGrant"
        Resource = "*"
        Condition = {
          Bool = {
            "kms:GrantIsForAWSResource" = "true"
          }
        }
      },
      {
        Sid       = "UseForOrganizations"
        Effect    = "Allow"
        Principal = "*"
        Action = [
          "kms:Decrypt",
          "kms:DescribeKey",
          "kms:GenerateDataKey*",
          "kms:ReEncrypt*",
        ]
        Resource = "*"
        Condition = {
          StringEquals = {
            "aws:PrincipalOrgID" = "o-exampleorgid"
          }
        }
      },
      {
        Sid       = "StartForOrganizations"
        Effect    = "Allow"
        Principal = "*"
        Action    = "kms:CreateGrant"
        Resource  = "*"
        Condition = {
          StringEquals = {
            "aws:PrincipalOrgID" = "o-exampleorgid"
          }
          Bool = {
            "kms:GrantIsForAWSResource" = "true"
          }
        }
      },
      {
        Sid       = "UseForOrganizationalUnits"
        Effect    = "Allow"
        Principal = "*"
        Action = [
          "kms:Decrypt",
          "kms:DescribeKey",
          "kms:GenerateDataKey*",
          "kms:ReEncrypt*",
        ]
        Resource = "*"
        Condition = {
          "ForAnyValue:StringLike" = {
            "aws:PrincipalOrgPaths" = "o-exampleorgid/*/ou-ab12-cdefghij/*"
          }
        }
      },
      {
        Sid       = "StartForOrganizationalUnits"
        Effect    = "Allow"
        Principal = "*"
        Action    = "kms:CreateGrant"
        Resource  = "*"
        Condition = {
          "ForAnyValue:StringLike" = {
            "aws:PrincipalOrgPaths" = "o-exampleorgid/*/ou-ab12-cdefghij/*"
          }
          Bool = {
            "kms:GrantIsForAWSResource" = "true"
          }
        }
      },
      {
        Sid    = "CopyToAccounts"
        Effect = "Allow"
        Principal = {
          AWS = "arn:${data.aws_partition.current.partition}:iam::444455556666:root"
        }
        Action = [
          "kms:CreateGrant",
          "kms:Decrypt",
          "kms:DescribeKey",
          "kms:Encrypt",
          "kms:GenerateDataKey*",
          "kms:ListGrants",
          "kms:ReEncrypt*",
          "kms:RevokeGrant",
        ]
        Resource = "*"
        Condition = {
          ArnLike = {
            "aws:PrincipalArn" = "arn:*:iam::*:role/EC2ImageBuilderDistributionCrossAccountRole"
          }
        }
      },
    ]
  })
  tags = {
    team = "platform"
  }
}

resource "aws_kms_alias" "images" {
  name          = "alias/fleet-base-images"
  target_key_id = aws_kms_key.images.key_id
}

resource "aws_iam_role" "base_instance" {
  name_prefix = "fleet-base-base-instance-"
  description = "Build and test instances of fleet-base-base"
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
    team = "platform"
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

resource "aws_iam_role_policy" "base_instance" {
  name = "build"
  role = aws_iam_role.base_instance.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "WriteLogs"
        Effect   = "Allow"
        Action   = "s3:PutObject"
        Resource = "arn:${data.aws_partition.current.partition}:s3:::${aws_s3_bucket.logs.id}/base/*"
      },
    ]
  })
}

resource "aws_iam_instance_profile" "base_instance" {
  name_prefix = "fleet-base-base-instance-"
  role        = aws_iam_role.base_instance.name
  tags = {
    team = "platform"
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_imagebuilder_infrastructure_configuration" "base" {
  name                          = "fleet-base-base"
  instance_profile_name         = aws_iam_instance_profile.base_instance.name
  instance_types                = ["m7g.large"]
  terminate_instance_on_failure = true
  resource_tags = {
    team = "platform"
  }
  tags = {
    team = "platform"
  }

  instance_metadata_options {
    http_tokens = "required"
  }

  logging {
    s3_logs {
      s3_bucket_name = aws_s3_bucket.logs.id
      s3_key_prefix  = "base"
    }
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_imagebuilder_distribution_configuration" "base" {
  name = "fleet-base-base"
  tags = {
    team = "platform"
  }

  distribution {
    region = data.aws_region.current.id

    ami_distribution_configuration {
      name               = "fleet-base-base-{{ imagebuilder:buildDate }}"
      kms_key_id         = "arn:${data.aws_partition.current.partition}:kms:${data.aws_region.current.id}:${data.aws_caller_identity.current.account_id}:alias/fleet-base-images"
      target_account_ids = ["444455556666"]
      ami_tags = {
        team = "platform"
      }

      launch_permission {
        user_ids                 = ["222233334444"]
        organization_arns        = ["arn:aws:organizations::111122223333:organization/o-exampleorgid"]
        organizational_unit_arns = ["arn:aws:organizations::111122223333:ou/o-exampleorgid/ou-ab12-cdefghij"]
      }
    }

    ssm_parameter_configuration {
      parameter_name = "/imagebuilder/fleet-base"
      data_type      = "aws:ec2:image"
    }
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_iam_role" "lifecycle" {
  name_prefix = "fleet-base-lifecycle-"
  description = "Retention of the images of fleet-base"
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
  tags = {
    team = "platform"
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_iam_role_policy_attachment" "lifecycle_ec2imagebuilderlifecycleexecutionpolicy" {
  role       = aws_iam_role.lifecycle.name
  policy_arn = "arn:${data.aws_partition.current.partition}:iam::aws:policy/service-role/EC2ImageBuilderLifecycleExecutionPolicy"
}

resource "aws_imagebuilder_image_recipe" "base" {
  name         = "fleet-base-base"
  version      = "1.0.0"
  parent_image = "arn:${data.aws_partition.current.partition}:imagebuilder:${data.aws_region.current.id}:aws:image/amazon-linux-2023-arm64/x.x.x"
  tags = {
    team = "platform"
  }
  depends_on = [aws_kms_alias.images]

  component {
    component_arn = "arn:${data.aws_partition.current.partition}:imagebuilder:${data.aws_region.current.id}:aws:component/update-linux/x.x.x"
  }

  component {
    component_arn = "arn:${data.aws_partition.current.partition}:imagebuilder:${data.aws_region.current.id}:aws:component/simple-boot-test-linux/x.x.x"
  }

  block_device_mapping {
    device_name = "/dev/xvda"

    ebs {
      volume_type           = "gp3"
      encrypted             = true
      kms_key_id            = "arn:${data.aws_partition.current.partition}:kms:${data.aws_region.current.id}:${data.aws_caller_identity.current.account_id}:alias/fleet-base-images"
      delete_on_termination = true
    }
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_imagebuilder_image_pipeline" "base" {
  name                             = "fleet-base-base"
  status                           = "ENABLED"
  image_recipe_arn                 = aws_imagebuilder_image_recipe.base.arn
  infrastructure_configuration_arn = aws_imagebuilder_infrastructure_configuration.base.arn
  distribution_configuration_arn   = aws_imagebuilder_distribution_configuration.base.arn
  enhanced_image_metadata_enabled  = true
  tags = {
    team = "platform"
  }

  image_tests_configuration {
    image_tests_enabled = true
  }

  image_scanning_configuration {
    image_scanning_enabled = false
  }

  schedule {
    schedule_expression                = "rate(7 days)"
    pipeline_execution_start_condition = "EXPRESSION_MATCH_ONLY"
  }
}

resource "aws_imagebuilder_lifecycle_policy" "base" {
  name           = "fleet-base-base"
  status         = "ENABLED"
  execution_role = aws_iam_role.lifecycle.arn
  resource_type  = "AMI_IMAGE"
  tags = {
    team = "platform"
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
      type  = "COUNT"
      value = 5
    }
  }

  resource_selection {
    recipe {
      name             = "fleet-base-base"
      semantic_version = "1.0.0"
    }
  }
}

output "log_bucket_name" {
  description = "The bucket of the build logs"
  value       = aws_s3_bucket.logs.id
}

output "image_key_arn" {
  description = "The key that encrypts the images of fleet-base"
  value       = aws_kms_key.images.arn
}

output "base_instance_role_arn" {
  description = "The role of the instances of fleet-base-base"
  value       = aws_iam_role.base_instance.arn
}

output "base_infrastructure_arn" {
  description = "The infrastructure configuration fleet-base-base"
  value       = aws_imagebuilder_infrastructure_configuration.base.arn
}

output "base_distribution_arn" {
  description = "The distribution configuration fleet-base-base"
  value       = aws_imagebuilder_distribution_configuration.base.arn
}

output "lifecycle_role_arn" {
  description = "The role that retires old images"
  value       = aws_iam_role.lifecycle.arn
}

output "base_recipe_arn" {
  description = "The recipe fleet-base-base"
  value       = aws_imagebuilder_image_recipe.base.arn
}

output "base_pipeline_arn" {
  description = "The pipeline fleet-base-base"
  value       = aws_imagebuilder_image_pipeline.base.arn
}

output "base_lifecycle_policy_arn" {
  description = "The lifecycle policy fleet-base-base"
  value       = aws_imagebuilder_lifecycle_policy.base.arn
}

output "kiln_project" {
  description = "The project whose state this is: kiln destroys nothing in another's"
  value       = "fleet-base"
}
