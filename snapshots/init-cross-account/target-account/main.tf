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

resource "aws_iam_role" "distribution" {
  name        = "EC2ImageBuilderDistributionCrossAccountRole"
  description = "Takes copies of the images of fleet"
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
    team = "platform"
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
    ]
  })
}

resource "aws_iam_role" "lifecycle" {
  name        = "Ec2ImageBuilderCrossAccountLifecycleAccess"
  description = "Retires copies of the images of fleet"
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
    team = "platform"
  }
}

resource "aws_iam_role_policy_attachment" "lifecycle_ec2imagebuilderlifecycleexecutionpolicy" {
  role       = aws_iam_role.lifecycle.name
  policy_arn = "arn:${data.aws_partition.current.partition}:iam::aws:policy/service-role/EC2ImageBuilderLifecycleExecutionPolicy"
}

output "kiln_project" {
  description = "The project whose state this is: kiln destroys nothing in another's"
  value       = "fleet-target-account"
}
