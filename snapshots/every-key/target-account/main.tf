terraform {
  required_version = ">= 1.5"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }
  }
}

variable "source_account" {
  type        = string
  description = "The account that builds the images, 12 digits"
}

data "aws_partition" "current" {}

data "aws_caller_identity" "current" {}

resource "aws_iam_role" "distribution" {
  name        = "EC2ImageBuilderDistributionCrossAccountRole"
  description = "Takes copies of the images of every-key"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "AssumeRole"
        Effect = "Allow"
        Principal = {
          AWS = "arn:${data.aws_partition.current.partition}:iam::${var.source_account}:root"
        }
        Action = "sts:AssumeRole"
      },
    ]
  })
  tags = {
    cost-center = "4711"
    team        = "platform"
  }
}

resource "aws_iam_role_policy_attachment" "distribution_ec2imagebuildercrossaccountdistributionaccess" {
  role       = aws_iam_role.distribution.name
  policy_arn = "arn:${data.aws_partition.current.partition}:iam::aws:policy/Ec2ImageBuilderCrossAccountDistributionAccess"
}

resource "aws_iam_role_policy" "distribution" {
  name = "copies"
  role = aws_iam_role.distribution.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "UseKeys"
        Effect = "Allow"
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
        Resource = "arn:aws:kms:us-east-1:111122223333:key/01234567-89ab-cdef-0123-456789abcdef"
      },
      {
        Sid    = "UseKeysByAlias1"
        Effect = "Allow"
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
        Resource = "arn:${data.aws_partition.current.partition}:kms:*:${var.source_account}:key/*"
        Condition = {
          "ForAnyValue:StringEquals" = {
            "kms:ResourceAliases" = "alias/images"
          }
        }
      },
      {
        Sid    = "UseKeysByAlias2"
        Effect = "Allow"
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
        Resource = "arn:${data.aws_partition.current.partition}:kms:*:${var.source_account}:key/*"
        Condition = {
          "ForAnyValue:StringEquals" = {
            "kms:ResourceAliases" = "alias/data"
          }
        }
      },
      {
        Sid      = "WriteParameters"
        Effect   = "Allow"
        Action   = "ssm:PutParameter"
        Resource = "arn:${data.aws_partition.current.partition}:ssm:us-east-1:${data.aws_caller_identity.current.account_id}:parameter/imagebuilder/every-key/copy"
      },
      {
        Sid      = "CompareParameters"
        Effect   = "Allow"
        Action   = "ec2:DescribeImages"
        Resource = "*"
      },
      {
        Sid    = "MoveLaunchTemplates"
        Effect = "Allow"
        Action = [
          "ec2:CreateLaunchTemplateVersion",
          "ec2:ModifyLaunchTemplate",
          "ec2:CreateTags",
        ]
        Resource = "arn:${data.aws_partition.current.partition}:ec2:us-east-1:${data.aws_caller_identity.current.account_id}:launch-template/lt-0fedcba9876543210"
      },
      {
        Sid      = "FindLaunchTemplates"
        Effect   = "Allow"
        Action   = "ec2:DescribeLaunchTemplates"
        Resource = "*"
      },
    ]
  })
}

resource "aws_iam_role" "lifecycle" {
  name        = "Ec2ImageBuilderCrossAccountLifecycleAccess"
  description = "Retires copies of the images of every-key"
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
        Condition = {
          StringEquals = {
            "aws:SourceAccount" = var.source_account
          }
          ArnLike = {
            "aws:SourceArn" = "arn:*:imagebuilder:*:*:image/*/*/*"
          }
        }
      },
    ]
  })
  tags = {
    cost-center = "4711"
    team        = "platform"
  }
}

resource "aws_iam_role_policy_attachment" "lifecycle_ec2imagebuilderlifecycleexecutionpolicy" {
  role       = aws_iam_role.lifecycle.name
  policy_arn = "arn:${data.aws_partition.current.partition}:iam::aws:policy/service-role/EC2ImageBuilderLifecycleExecutionPolicy"
}
