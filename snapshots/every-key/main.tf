terraform {
  required_version = ">= 1.5"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }
  }
}

variable "groups" {
  type = list(string)
}

variable "s3" {
  type        = string
  description = "The prefix list of S3 in the Region deployed to"
  default     = "pl-63a5400a"
}

variable "subnet" {
  type = string
}

variable "token" {
  type        = string
  description = "What the agent logs in with"
  default     = "none"

  validation {
    condition     = contains(["none", "some"], var.token)
    error_message = "token must be one of: none, some."
  }
}

variable "vpc" {
  type        = string
  description = "The VPC of the subnet"
}

variable "zone" {
  type = string
}

data "aws_partition" "current" {}

data "aws_region" "current" {}

data "aws_caller_identity" "current" {}

resource "aws_s3_bucket" "logs" {
  bucket_prefix = "every-key-logs-"
  force_destroy = false
  tags = {
    cost-center = "4711"
    team        = "platform"
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

  rule {
    id     = "expire-logs"
    status = "Enabled"

    filter {}

    expiration {
      days = 90
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

resource "aws_vpc" "private_network" {
  cidr_block           = "10.20.0.0/25"
  enable_dns_support   = true
  enable_dns_hostnames = true
  tags = {
    cost-center = "4711"
    team        = "platform"
    Name        = "every-key-builds"
  }
}

resource "aws_subnet" "private_network" {
  vpc_id                  = aws_vpc.private_network.id
  cidr_block              = "10.20.0.0/25"
  availability_zone       = var.zone
  map_public_ip_on_launch = false
  tags = {
    cost-center = "4711"
    team        = "platform"
    Name        = "every-key-builds"
  }
}

resource "aws_route_table" "private_network" {
  vpc_id = aws_vpc.private_network.id
  tags = {
    cost-center = "4711"
    team        = "platform"
    Name        = "every-key-builds"
  }
}

resource "aws_route_table_association" "private_network" {
  subnet_id      = aws_subnet.private_network.id
  route_table_id = aws_route_table.private_network.id
}

resource "aws_security_group" "private_network_builds" {
  name_prefix = "every-key-builds-"
  description = "Build and test instances of every-key in the private network"
  vpc_id      = aws_vpc.private_network.id
  tags = {
    cost-center = "4711"
    team        = "platform"
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_vpc_security_group_egress_rule" "private_network_builds_endpoints" {
  security_group_id = aws_security_group.private_network_builds.id
  description       = "Endpoints of AWS services"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
  cidr_ipv4         = "10.20.0.0/25"
}

resource "aws_vpc_security_group_egress_rule" "private_network_builds_s3" {
  security_group_id = aws_security_group.private_network_builds.id
  description       = "Amazon S3"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
  prefix_list_id    = var.s3
}

resource "aws_security_group" "private_network_endpoints" {
  name_prefix = "every-key-endpoints-"
  description = "Endpoints of every-key in the private network"
  vpc_id      = aws_vpc.private_network.id
  tags = {
    cost-center = "4711"
    team        = "platform"
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_vpc_security_group_ingress_rule" "private_network_endpoints_builds" {
  security_group_id            = aws_security_group.private_network_endpoints.id
  description                  = "Builds"
  ip_protocol                  = "tcp"
  from_port                    = 443
  to_port                      = 443
  referenced_security_group_id = aws_security_group.private_network_builds.id
}

resource "aws_vpc_security_group_egress_rule" "private_network_endpoints_nothing" {
  security_group_id = aws_security_group.private_network_endpoints.id
  description       = "Nothing: endpoints only answer"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
  cidr_ipv4         = "127.0.0.1/32"
}

resource "aws_vpc_endpoint" "private_network_s3" {
  vpc_id            = aws_vpc.private_network.id
  service_name      = "com.amazonaws.${data.aws_region.current.id}.s3"
  vpc_endpoint_type = "Gateway"
  route_table_ids   = [aws_route_table.private_network.id]
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "AllowAccount"
        Effect    = "Allow"
        Principal = "*"
        Action    = "s3:*"
        Resource  = "*"
        Condition = {
          StringEquals = {
            "aws:PrincipalAccount" = data.aws_caller_identity.current.account_id
          }
        }
      },
      {
        Sid       = "ReadBuildTools"
        Effect    = "Allow"
        Principal = "*"
        Action    = "s3:GetObject"
        Resource = [
          "arn:${data.aws_partition.current.partition}:s3:::ec2imagebuilder-toe-${data.aws_region.current.id}-prod/*",
          "arn:${data.aws_partition.current.partition}:s3:::ec2imagebuilder-managed-resources-${data.aws_region.current.id}-prod/components/*",
          "arn:${data.aws_partition.current.partition}:s3:::amazon-ssm-${data.aws_region.current.id}/*",
          "arn:${data.aws_partition.current.partition}:s3:::al2023-repos-${data.aws_region.current.id}-de612dc2/*",
          "arn:${data.aws_partition.current.partition}:s3:::amazonlinux-2-repos-${data.aws_region.current.id}/*",
          "arn:${data.aws_partition.current.partition}:s3:::amazoncloudwatch-agent-${data.aws_region.current.id}/*",
        ]
      },
    ]
  })
  tags = {
    cost-center = "4711"
    team        = "platform"
    Name        = "every-key-builds-s3"
  }
}

resource "aws_vpc_endpoint" "private_network_ssm" {
  vpc_id              = aws_vpc.private_network.id
  service_name        = "com.amazonaws.${data.aws_region.current.id}.ssm"
  vpc_endpoint_type   = "Interface"
  private_dns_enabled = true
  subnet_ids          = [aws_subnet.private_network.id]
  security_group_ids  = [aws_security_group.private_network_endpoints.id]
  tags = {
    cost-center = "4711"
    team        = "platform"
    Name        = "every-key-builds-ssm"
  }
}

resource "aws_vpc_endpoint" "private_network_ssmmessages" {
  vpc_id              = aws_vpc.private_network.id
  service_name        = "com.amazonaws.${data.aws_region.current.id}.ssmmessages"
  vpc_endpoint_type   = "Interface"
  private_dns_enabled = true
  subnet_ids          = [aws_subnet.private_network.id]
  security_group_ids  = [aws_security_group.private_network_endpoints.id]
  tags = {
    cost-center = "4711"
    team        = "platform"
    Name        = "every-key-builds-ssmmessages"
  }
}

resource "aws_vpc_endpoint" "private_network_ec2messages" {
  vpc_id              = aws_vpc.private_network.id
  service_name        = "com.amazonaws.${data.aws_region.current.id}.ec2messages"
  vpc_endpoint_type   = "Interface"
  private_dns_enabled = true
  subnet_ids          = [aws_subnet.private_network.id]
  security_group_ids  = [aws_security_group.private_network_endpoints.id]
  tags = {
    cost-center = "4711"
    team        = "platform"
    Name        = "every-key-builds-ec2messages"
  }
}

resource "aws_vpc_endpoint" "private_network_imagebuilder" {
  vpc_id              = aws_vpc.private_network.id
  service_name        = "com.amazonaws.${data.aws_region.current.id}.imagebuilder"
  vpc_endpoint_type   = "Interface"
  private_dns_enabled = true
  subnet_ids          = [aws_subnet.private_network.id]
  security_group_ids  = [aws_security_group.private_network_endpoints.id]
  tags = {
    cost-center = "4711"
    team        = "platform"
    Name        = "every-key-builds-imagebuilder"
  }
}

resource "aws_vpc_endpoint" "private_network_logs" {
  vpc_id              = aws_vpc.private_network.id
  service_name        = "com.amazonaws.${data.aws_region.current.id}.logs"
  vpc_endpoint_type   = "Interface"
  private_dns_enabled = true
  subnet_ids          = [aws_subnet.private_network.id]
  security_group_ids  = [aws_security_group.private_network_endpoints.id]
  tags = {
    cost-center = "4711"
    team        = "platform"
    Name        = "every-key-builds-logs"
  }
}

resource "aws_vpc_endpoint" "private_network_kms" {
  vpc_id              = aws_vpc.private_network.id
  service_name        = "com.amazonaws.${data.aws_region.current.id}.kms"
  vpc_endpoint_type   = "Interface"
  private_dns_enabled = true
  subnet_ids          = [aws_subnet.private_network.id]
  security_group_ids  = [aws_security_group.private_network_endpoints.id]
  tags = {
    cost-center = "4711"
    team        = "platform"
    Name        = "every-key-builds-kms"
  }
}

resource "aws_vpc_endpoint" "private_network_ecr_api" {
  vpc_id              = aws_vpc.private_network.id
  service_name        = "com.amazonaws.${data.aws_region.current.id}.ecr.api"
  vpc_endpoint_type   = "Interface"
  private_dns_enabled = true
  subnet_ids          = [aws_subnet.private_network.id]
  security_group_ids  = [aws_security_group.private_network_endpoints.id]
  tags = {
    cost-center = "4711"
    team        = "platform"
    Name        = "every-key-builds-ecr.api"
  }
}

resource "aws_vpc_endpoint" "private_network_ecr_dkr" {
  vpc_id              = aws_vpc.private_network.id
  service_name        = "com.amazonaws.${data.aws_region.current.id}.ecr.dkr"
  vpc_endpoint_type   = "Interface"
  private_dns_enabled = true
  subnet_ids          = [aws_subnet.private_network.id]
  security_group_ids  = [aws_security_group.private_network_endpoints.id]
  tags = {
    cost-center = "4711"
    team        = "platform"
    Name        = "every-key-builds-ecr.dkr"
  }
}

resource "aws_kms_key" "images" {
  description         = "Encrypts the images of every-key"
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
    ]
  })
  tags = {
    cost-center = "4711"
    team        = "platform"
  }
}

resource "aws_kms_alias" "images" {
  name          = "alias/every-key-images"
  target_key_id = aws_kms_key.images.key_id
}

resource "aws_imagebuilder_component" "agent" {
  name               = "every-key-agent"
  version            = "2.1.0"
  platform           = "Linux"
  description        = "Installs the agent"
  change_description = "Quiet installation"
  supported_os_versions = [
    "Amazon Linux 2023",
    "Ubuntu",
  ]
  kms_key_id = "arn:${data.aws_partition.current.partition}:kms:${data.aws_region.current.id}:${data.aws_caller_identity.current.account_id}:alias/components"
  data       = <<-EOT
    name: agent
    description: Installs the agent
    schemaVersion: 1.0
    constants:
      - Cache: { type: string, value: /var/cache/agent }
    parameters:
      - Endpoint: { type: string }
      - Token: { type: string, default: none }
    phases:
      - name: build
        steps:
          - name: Packages
            action: S3Download
            inputs:
              - source: s3://example-artifacts/agent/*
                destination: "{{ Cache }}"
              - source: s3://example-artifacts/keys/{{ Token }}.asc
                destination: /etc/pki/agent.asc
          - name: Install
            action: ExecuteBash
            inputs:
              commands:
                - dnf -y install "{{ Cache }}"/agent-*.rpm
                - echo "endpoint=$${ENDPOINT:-{{ Endpoint }}}" > /etc/agent.conf
                - printf '100%%%{done}\n'
      - name: validate
        steps:
          - name: Configured
            action: ExecuteBash
            inputs:
              commands:
                - grep -q endpoint /etc/agent.conf
  EOT
  tags = {
    cost-center = "4711"
    part        = "agent"
    team        = "platform"
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_imagebuilder_component" "remote" {
  name     = "every-key-remote"
  version  = "1.0.0"
  platform = "Linux"
  uri      = "s3://example-components/remote/component.yaml"
  tags = {
    cost-center = "4711"
    team        = "platform"
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_imagebuilder_component" "steps" {
  name        = "every-key-steps"
  version     = "1.0.0"
  platform    = "Linux"
  description = "Steps with a parameter"
  data        = <<-EOT
    name: "steps"
    description: Steps with a parameter
    schemaVersion: 1.0
    parameters:
      - "Shell":
          type: string
          default: "/bin/bash"
    phases:
      - name: build
        steps:
          - name: Build1
            action: ExecuteBash
            inputs:
              commands:
                - set -eo pipefail
                - "getent passwd builder || useradd builder --shell {{ Shell }}"
          - name: Build2
            action: ExecuteBash
            inputs:
              commands:
                - set -eo pipefail
                - |
                  for file in /etc/motd /etc/issue; do
                    test -e "$${file}" && chmod 0644 "$${file}"
                  done
      - name: validate
        steps:
          - name: Validate1
            action: ExecuteBash
            inputs:
              commands:
                - set -eo pipefail
                - id builder
      - name: test
        steps:
          - name: Test1
            action: ExecuteBash
            inputs:
              commands:
                - set -eo pipefail
                - "su builder -c 'test \"$(id -un)\" = builder'"
  EOT
  tags = {
    cost-center = "4711"
    team        = "platform"
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_iam_role" "open_instance" {
  name_prefix          = "every-key-open-instance-"
  path                 = "/images/"
  description          = "Build and test instances of every-key-open"
  permissions_boundary = "arn:${data.aws_partition.current.partition}:iam::${data.aws_caller_identity.current.account_id}:policy/image-builds"
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
    cost-center = "4711"
    team        = "platform"
  }

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
  name_prefix = "every-key-open-instance-"
  path        = "/images/"
  role        = aws_iam_role.open_instance.name
  tags = {
    cost-center = "4711"
    team        = "platform"
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_imagebuilder_infrastructure_configuration" "open" {
  name                          = "every-key-open"
  instance_profile_name         = aws_iam_instance_profile.open_instance.name
  subnet_id                     = "subnet-0123456789abcdef0"
  security_group_ids            = var.groups
  sns_topic_arn                 = "arn:aws:sns:us-east-1:111122223333:builds"
  terminate_instance_on_failure = true
  resource_tags = {
    cost-center = "4711"
    team        = "platform"
  }
  tags = {
    cost-center = "4711"
    team        = "platform"
  }

  instance_metadata_options {
    http_tokens = "required"
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_iam_role" "private_instance" {
  name_prefix          = "every-key-private-instance-"
  path                 = "/images/"
  description          = "Build and test instances of every-key-private"
  permissions_boundary = "arn:${data.aws_partition.current.partition}:iam::${data.aws_caller_identity.current.account_id}:policy/image-builds"
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
    cost-center = "4711"
    network     = "private"
    team        = "platform"
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_iam_role_policy_attachment" "private_instance_amazonssmmanagedinstancecore" {
  role       = aws_iam_role.private_instance.name
  policy_arn = "arn:${data.aws_partition.current.partition}:iam::aws:policy/AmazonSSMManagedInstanceCore"
}

resource "aws_iam_role_policy_attachment" "private_instance_ec2instanceprofileforimagebuilder" {
  role       = aws_iam_role.private_instance.name
  policy_arn = "arn:${data.aws_partition.current.partition}:iam::aws:policy/EC2InstanceProfileForImageBuilder"
}

resource "aws_iam_role_policy" "private_instance" {
  name = "build"
  role = aws_iam_role.private_instance.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "WriteLogs"
        Effect   = "Allow"
        Action   = "s3:PutObject"
        Resource = "arn:${data.aws_partition.current.partition}:s3:::${aws_s3_bucket.logs.id}/builds/private/*"
      },
      {
        Sid    = "ReadSources"
        Effect = "Allow"
        Action = "s3:GetObject"
        Resource = [
          "arn:${data.aws_partition.current.partition}:s3:::example-artifacts/agent/*",
          "arn:${data.aws_partition.current.partition}:s3:::example-artifacts/keys/*",
          "arn:${data.aws_partition.current.partition}:s3:::example-components/remote/component.yaml",
        ]
      },
      {
        Sid      = "ListSources"
        Effect   = "Allow"
        Action   = "s3:ListBucket"
        Resource = "arn:${data.aws_partition.current.partition}:s3:::example-artifacts"
      },
      {
        Sid      = "Permission1"
        Effect   = "Allow"
        Action   = "secretsmanager:GetSecretValue"
        Resource = "arn:${data.aws_partition.current.partition}:secretsmanager:${data.aws_region.current.id}:${data.aws_caller_identity.current.account_id}:secret:agent-*"
      },
      {
        Sid    = "Permission2"
        Effect = "Allow"
        Action = [
          "ssm:GetParameter",
          "ssm:GetParameters",
        ]
        Resource = "arn:${data.aws_partition.current.partition}:ssm:*:${data.aws_caller_identity.current.account_id}:parameter/agent/*"
      },
    ]
  })
}

resource "aws_iam_instance_profile" "private_instance" {
  name_prefix = "every-key-private-instance-"
  path        = "/images/"
  role        = aws_iam_role.private_instance.name
  tags = {
    cost-center = "4711"
    network     = "private"
    team        = "platform"
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_security_group" "private" {
  name_prefix = "every-key-private-"
  description = "Build and test instances of every-key-private"
  vpc_id      = var.vpc
  tags = {
    cost-center = "4711"
    network     = "private"
    team        = "platform"
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_vpc_security_group_egress_rule" "private_443" {
  security_group_id = aws_security_group.private.id
  description       = "AWS endpoints and package mirrors"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
  cidr_ipv4         = "0.0.0.0/0"
}

resource "aws_vpc_security_group_egress_rule" "private_80" {
  security_group_id = aws_security_group.private.id
  description       = "Package mirrors without TLS"
  ip_protocol       = "tcp"
  from_port         = 80
  to_port           = 80
  cidr_ipv4         = "0.0.0.0/0"
}

resource "aws_sns_topic" "private" {
  name_prefix       = "every-key-private-builds-"
  kms_master_key_id = "arn:${data.aws_partition.current.partition}:kms:${data.aws_region.current.id}:${data.aws_caller_identity.current.account_id}:alias/topics"
  tags = {
    cost-center = "4711"
    network     = "private"
    team        = "platform"
  }
}

resource "aws_sns_topic_subscription" "private_email_1" {
  topic_arn = aws_sns_topic.private.arn
  protocol  = "email"
  endpoint  = "images@example.com"
}

resource "aws_sns_topic_policy" "private" {
  arn = aws_sns_topic.private.arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "AllowAccount"
        Effect = "Allow"
        Principal = {
          AWS = "arn:${data.aws_partition.current.partition}:iam::${data.aws_caller_identity.current.account_id}:root"
        }
        Action = [
          "sns:GetTopicAttributes",
          "sns:Publish",
          "sns:Subscribe",
        ]
        Resource = aws_sns_topic.private.arn
      },
      {
        Sid       = "DenyWithoutTls"
        Effect    = "Deny"
        Principal = "*"
        Action    = "sns:Publish"
        Resource  = aws_sns_topic.private.arn
        Condition = {
          Bool = {
            "aws:SecureTransport" = "false"
          }
        }
      },
    ]
  })
}

resource "aws_imagebuilder_infrastructure_configuration" "private" {
  name                  = "every-key-private"
  description           = "Builds in a network without a way in"
  instance_profile_name = aws_iam_instance_profile.private_instance.name
  instance_types = [
    "m7g.large",
    "c7g.large",
  ]
  subnet_id                     = var.subnet
  security_group_ids            = [aws_security_group.private.id]
  key_pair                      = "debug"
  sns_topic_arn                 = aws_sns_topic.private.arn
  terminate_instance_on_failure = false
  resource_tags = {
    cost        = "images"
    cost-center = "4711"
    team        = "platform"
  }
  tags = {
    cost-center = "4711"
    network     = "private"
    team        = "platform"
  }

  instance_metadata_options {
    http_tokens                 = "required"
    http_put_response_hop_limit = 2
  }

  logging {
    s3_logs {
      s3_bucket_name = aws_s3_bucket.logs.id
      s3_key_prefix  = "builds/private"
    }
  }

  placement {
    tenancy           = "dedicated"
    availability_zone = "us-east-1a"
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_iam_role" "sealed_instance" {
  name_prefix          = "every-key-sealed-instance-"
  path                 = "/images/"
  description          = "Build and test instances of every-key-sealed"
  permissions_boundary = "arn:${data.aws_partition.current.partition}:iam::${data.aws_caller_identity.current.account_id}:policy/image-builds"
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
    cost-center = "4711"
    team        = "platform"
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_iam_role_policy_attachment" "sealed_instance_amazonssmmanagedinstancecore" {
  role       = aws_iam_role.sealed_instance.name
  policy_arn = "arn:${data.aws_partition.current.partition}:iam::aws:policy/AmazonSSMManagedInstanceCore"
}

resource "aws_iam_role_policy_attachment" "sealed_instance_ec2instanceprofileforimagebuilder" {
  role       = aws_iam_role.sealed_instance.name
  policy_arn = "arn:${data.aws_partition.current.partition}:iam::aws:policy/EC2InstanceProfileForImageBuilder"
}

resource "aws_iam_role_policy" "sealed_instance" {
  name = "build"
  role = aws_iam_role.sealed_instance.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "WriteLogs"
        Effect   = "Allow"
        Action   = "s3:PutObject"
        Resource = "arn:${data.aws_partition.current.partition}:s3:::${aws_s3_bucket.logs.id}/sealed/*"
      },
      {
        Sid      = "Permission1"
        Effect   = "Allow"
        Action   = "kms:Decrypt"
        Resource = "arn:${data.aws_partition.current.partition}:kms:${data.aws_region.current.id}:${data.aws_caller_identity.current.account_id}:key/01234567-89ab-cdef-0123-456789abcdef"
      },
      {
        Sid      = "Permission2"
        Effect   = "Allow"
        Action   = "ecr:GetAuthorizationToken"
        Resource = "*"
      },
    ]
  })
}

resource "aws_iam_instance_profile" "sealed_instance" {
  name_prefix = "every-key-sealed-instance-"
  path        = "/images/"
  role        = aws_iam_role.sealed_instance.name
  tags = {
    cost-center = "4711"
    team        = "platform"
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_imagebuilder_infrastructure_configuration" "sealed" {
  name                          = "every-key-sealed"
  instance_profile_name         = aws_iam_instance_profile.sealed_instance.name
  subnet_id                     = aws_subnet.private_network.id
  security_group_ids            = [aws_security_group.private_network_builds.id]
  terminate_instance_on_failure = true
  resource_tags = {
    cost-center = "4711"
    team        = "platform"
  }
  tags = {
    cost-center = "4711"
    team        = "platform"
  }
  depends_on = [
    aws_route_table_association.private_network,
    aws_vpc_endpoint.private_network_s3,
    aws_vpc_endpoint.private_network_ssm,
    aws_vpc_endpoint.private_network_ssmmessages,
    aws_vpc_endpoint.private_network_ec2messages,
    aws_vpc_endpoint.private_network_imagebuilder,
    aws_vpc_endpoint.private_network_logs,
    aws_vpc_endpoint.private_network_kms,
    aws_vpc_endpoint.private_network_ecr_api,
    aws_vpc_endpoint.private_network_ecr_dkr,
  ]

  instance_metadata_options {
    http_tokens = "required"
  }

  logging {
    s3_logs {
      s3_bucket_name = aws_s3_bucket.logs.id
      s3_key_prefix  = "sealed"
    }
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_imagebuilder_distribution_configuration" "everywhere" {
  name        = "every-key-everywhere"
  description = "Two Regions, each in its own way"
  tags = {
    cost-center = "4711"
    reach       = "all"
    team        = "platform"
  }

  distribution {
    region                     = "us-east-1"
    license_configuration_arns = ["arn:aws:license-manager:us-east-1:111122223333:license-configuration:lic-0123456789abcdef0123456789abcdef"]

    ami_distribution_configuration {
      name               = "every-key {{ imagebuilder:buildDate }} us"
      description        = "Every key"
      kms_key_id         = "arn:aws:kms:us-east-1:111122223333:key/01234567-89ab-cdef-0123-456789abcdef"
      target_account_ids = ["444455556666"]
      ami_tags = {
        Role        = "everything"
        cost-center = "4711"
        team        = "platform"
      }

      launch_permission {
        user_ids                 = ["111122223333"]
        organization_arns        = ["arn:aws:organizations::111122223333:organization/o-exampleorgid"]
        organizational_unit_arns = ["arn:aws:organizations::111122223333:ou/o-exampleorgid/ou-ab12-cdefghij"]
      }
    }

    launch_template_configuration {
      launch_template_id = "lt-0123456789abcdef0"
      default            = true
    }

    launch_template_configuration {
      launch_template_id = "lt-0fedcba9876543210"
      account_id         = "444455556666"
      default            = false
    }

    ssm_parameter_configuration {
      parameter_name = "/imagebuilder/every-key"
      data_type      = "aws:ec2:image"
    }

    ssm_parameter_configuration {
      parameter_name = "/imagebuilder/every-key/copy"
      data_type      = "text"
      ami_account_id = "444455556666"
    }
  }

  distribution {
    region = "eu-central-1"

    ami_distribution_configuration {
      name       = "every-key-everywhere-{{ imagebuilder:buildDate }}"
      kms_key_id = "arn:${data.aws_partition.current.partition}:kms:eu-central-1:${data.aws_caller_identity.current.account_id}:alias/images"
      ami_tags = {
        cost-center = "4711"
        team        = "platform"
      }

      launch_permission {
        user_ids = ["111122223333"]
      }
    }
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_imagebuilder_distribution_configuration" "sealed" {
  name = "every-key-sealed"
  tags = {
    cost-center = "4711"
    team        = "platform"
  }

  distribution {
    region = data.aws_region.current.id

    ami_distribution_configuration {
      name       = "every-key-sealed-{{ imagebuilder:buildDate }}"
      kms_key_id = "arn:${data.aws_partition.current.partition}:kms:${data.aws_region.current.id}:${data.aws_caller_identity.current.account_id}:alias/every-key-images"
      ami_tags = {
        cost-center = "4711"
        team        = "platform"
      }
    }
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_imagebuilder_distribution_configuration" "short" {
  name = "every-key-short"
  tags = {
    cost-center = "4711"
    team        = "platform"
  }

  distribution {
    region = "us-east-1"

    ami_distribution_configuration {
      name               = "short-{{ imagebuilder:buildDate }}"
      description        = "The short keys"
      kms_key_id         = "arn:${data.aws_partition.current.partition}:kms:us-east-1:${data.aws_caller_identity.current.account_id}:alias/images"
      target_account_ids = ["444455556666"]
      ami_tags = {
        Role        = "short"
        cost-center = "4711"
        team        = "platform"
      }
    }

    launch_template_configuration {
      launch_template_id = "lt-0123456789abcdef0"
      default            = true
    }

    ssm_parameter_configuration {
      parameter_name = "/imagebuilder/short"
      data_type      = "aws:ec2:image"
    }
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_iam_role" "lifecycle" {
  name_prefix          = "every-key-lifecycle-"
  path                 = "/images/"
  description          = "Retention of the images of every-key"
  permissions_boundary = "arn:${data.aws_partition.current.partition}:iam::${data.aws_caller_identity.current.account_id}:policy/image-builds"
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
    cost-center = "4711"
    team        = "platform"
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_iam_role_policy_attachment" "lifecycle_ec2imagebuilderlifecycleexecutionpolicy" {
  role       = aws_iam_role.lifecycle.name
  policy_arn = "arn:${data.aws_partition.current.partition}:iam::aws:policy/service-role/EC2ImageBuilderLifecycleExecutionPolicy"
}

resource "aws_imagebuilder_image_recipe" "full" {
  name              = "every-key-full"
  version           = "3.0.0"
  description       = "Everything that a pipeline can say"
  parent_image      = "ssm:/golden/base"
  working_directory = "/var/tmp"
  user_data_base64  = "IyEvYmluL2Jhc2gKc2V0IC1ldW8gcGlwZWZhaWwKc3lzdGVtY3RsIGVuYWJsZSAtLW5vdyBhbWF6b24tc3NtLWFnZW50Cg=="
  tags = {
    cost-center = "4711"
    part        = "pipeline"
    team        = "platform"
  }

  component {
    component_arn = "arn:${data.aws_partition.current.partition}:imagebuilder:${data.aws_region.current.id}:aws:component/update-linux/x.x.x"
  }

  component {
    component_arn = aws_imagebuilder_component.agent.arn

    parameter {
      name  = "Endpoint"
      value = "https://agents.example.com"
    }

    parameter {
      name  = "Token"
      value = var.token
    }
  }

  component {
    component_arn = aws_imagebuilder_component.steps.arn
  }

  component {
    component_arn = aws_imagebuilder_component.remote.arn
  }

  component {
    component_arn = "arn:${data.aws_partition.current.partition}:imagebuilder:${data.aws_region.current.id}:aws:component/reboot-linux/1.0.x"
  }

  block_device_mapping {
    device_name = "/dev/xvda"

    ebs {
      volume_size           = 40
      volume_type           = "gp3"
      iops                  = 4000
      throughput            = 250
      encrypted             = true
      kms_key_id            = "arn:${data.aws_partition.current.partition}:kms:${data.aws_region.current.id}:${data.aws_caller_identity.current.account_id}:alias/images"
      delete_on_termination = true
    }
  }

  block_device_mapping {
    device_name = "/dev/sdb"

    ebs {
      volume_size           = 1024
      volume_type           = "io2"
      iops                  = 4000
      encrypted             = true
      kms_key_id            = "arn:${data.aws_partition.current.partition}:kms:${data.aws_region.current.id}:${data.aws_caller_identity.current.account_id}:alias/data"
      delete_on_termination = true
    }
  }

  block_device_mapping {
    device_name = "/dev/sdc"

    ebs {
      volume_size           = 500
      volume_type           = "st1"
      snapshot_id           = "snap-0123456789abcdef0"
      encrypted             = true
      kms_key_id            = "arn:${data.aws_partition.current.partition}:kms:${data.aws_region.current.id}:${data.aws_caller_identity.current.account_id}:alias/images"
      delete_on_termination = true
    }
  }

  systems_manager_agent {
    uninstall_after_build = true
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_imagebuilder_image_pipeline" "full" {
  name                             = "every-key-full"
  description                      = "Everything that a pipeline can say"
  status                           = "DISABLED"
  image_recipe_arn                 = aws_imagebuilder_image_recipe.full.arn
  infrastructure_configuration_arn = aws_imagebuilder_infrastructure_configuration.private.arn
  distribution_configuration_arn   = aws_imagebuilder_distribution_configuration.everywhere.arn
  enhanced_image_metadata_enabled  = false
  tags = {
    cost-center = "4711"
    part        = "pipeline"
    team        = "platform"
  }

  image_tests_configuration {
    image_tests_enabled = true
  }

  image_scanning_configuration {
    image_scanning_enabled = true
  }

  schedule {
    schedule_expression                = "rate(1 day)"
    pipeline_execution_start_condition = "EXPRESSION_MATCH_AND_DEPENDENCY_UPDATES_AVAILABLE"
  }
}

resource "aws_imagebuilder_lifecycle_policy" "full" {
  name           = "every-key-full"
  status         = "ENABLED"
  execution_role = aws_iam_role.lifecycle.arn
  resource_type  = "AMI_IMAGE"
  tags = {
    cost-center = "4711"
    part        = "pipeline"
    team        = "platform"
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
        regions         = ["eu-central-1"]
        shared_accounts = ["444455556666"]
        tag_map = {
          keep = "forever"
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
        regions         = ["eu-central-1"]
        shared_accounts = ["444455556666"]
        tag_map = {
          keep = "forever"
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
        regions         = ["eu-central-1"]
        shared_accounts = ["444455556666"]
        tag_map = {
          keep = "forever"
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
      name             = "every-key-full"
      semantic_version = "3.0.0"
    }
  }
}

resource "aws_imagebuilder_image_recipe" "sealed" {
  name         = "every-key-sealed"
  version      = "1.2.0"
  parent_image = "ssm:/imagebuilder/short"
  tags = {
    cost-center = "4711"
    team        = "platform"
  }
  depends_on = [aws_kms_alias.images]

  component {
    component_arn = "arn:${data.aws_partition.current.partition}:imagebuilder:${data.aws_region.current.id}:aws:component/update-linux/x.x.x"
  }

  block_device_mapping {
    device_name = "/dev/sda1"

    ebs {
      volume_type           = "gp3"
      encrypted             = true
      kms_key_id            = "arn:${data.aws_partition.current.partition}:kms:${data.aws_region.current.id}:${data.aws_caller_identity.current.account_id}:alias/every-key-images"
      delete_on_termination = true
    }
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_imagebuilder_image_pipeline" "sealed" {
  name                             = "every-key-sealed"
  status                           = "ENABLED"
  image_recipe_arn                 = aws_imagebuilder_image_recipe.sealed.arn
  infrastructure_configuration_arn = aws_imagebuilder_infrastructure_configuration.sealed.arn
  distribution_configuration_arn   = aws_imagebuilder_distribution_configuration.sealed.arn
  enhanced_image_metadata_enabled  = true
  tags = {
    cost-center = "4711"
    team        = "platform"
  }

  image_tests_configuration {
    image_tests_enabled = true
  }

  image_scanning_configuration {
    image_scanning_enabled = false
  }
}

resource "aws_iam_role" "sealed_event_topic_5e419c3a" {
  name_prefix          = "every-key-sealed-events-"
  path                 = "/images/"
  description          = "Builds of every-key-sealed, to the topic"
  permissions_boundary = "arn:${data.aws_partition.current.partition}:iam::${data.aws_caller_identity.current.account_id}:policy/image-builds"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "AssumeRole"
        Effect = "Allow"
        Principal = {
          Service = "events.amazonaws.com"
        }
        Action = "sts:AssumeRole"
      },
    ]
  })
  tags = {
    cost-center = "4711"
    team        = "platform"
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_iam_role_policy" "sealed_event_topic_5e419c3a" {
  name = "tell"
  role = aws_iam_role.sealed_event_topic_5e419c3a.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "TellTarget"
        Effect   = "Allow"
        Action   = "sns:Publish"
        Resource = "arn:aws:sns:us-east-1:111122223333:builds"
      },
      {
        Sid    = "EncryptMessages"
        Effect = "Allow"
        Action = [
          "kms:Decrypt",
          "kms:GenerateDataKey",
        ]
        Resource = "arn:aws:kms:us-east-1:111122223333:key/01234567-89ab-cdef-0123-456789abcdef"
      },
    ]
  })
}

resource "aws_cloudwatch_event_rule" "sealed_event_topic_5e419c3a" {
  name_prefix = "every-key-sealed-events-"
  description = "Builds of every-key-sealed, to the topic"
  event_pattern = jsonencode({
    source      = ["aws.imagebuilder"]
    detail-type = ["EC2 Image Builder Image State Change"]
    resources = [
      {
        prefix = "arn:${data.aws_partition.current.partition}:imagebuilder:${data.aws_region.current.id}:${data.aws_caller_identity.current.account_id}:image/every-key-sealed/"
      },
    ]
    detail = {
      state = {
        status = [
          "AVAILABLE",
          "CANCELLED",
          "FAILED",
        ]
      }
    }
  })
  state = "ENABLED"
  tags = {
    cost-center = "4711"
    team        = "platform"
  }
}

resource "aws_cloudwatch_event_target" "sealed_event_topic_5e419c3a" {
  rule      = aws_cloudwatch_event_rule.sealed_event_topic_5e419c3a.name
  target_id = "target"
  arn       = "arn:aws:sns:us-east-1:111122223333:builds"
  role_arn  = aws_iam_role.sealed_event_topic_5e419c3a.arn

  input_transformer {
    input_paths = {
      image  = "$.resources[0]"
      before = "$.detail.previous-state.status"
      state  = "$.detail.state.status"
      time   = "$.time"
      region = "$.region"
    }
    input_template = "\"EC2 Image Builder, pipeline every-key-sealed in <region>: an image is <state> since <time>, after <before>. It is <image>.\""
  }
}

resource "aws_imagebuilder_lifecycle_policy" "sealed" {
  name           = "every-key-sealed"
  status         = "ENABLED"
  execution_role = aws_iam_role.lifecycle.arn
  resource_type  = "AMI_IMAGE"
  tags = {
    cost-center = "4711"
    team        = "platform"
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
      value = 10
    }
  }

  resource_selection {
    recipe {
      name             = "every-key-sealed"
      semantic_version = "1.0.0"
    }

    recipe {
      name             = "every-key-sealed"
      semantic_version = "1.1.0"
    }

    recipe {
      name             = "every-key-sealed"
      semantic_version = "1.2.0"
    }
  }
}

resource "aws_imagebuilder_image_recipe" "short" {
  name         = "every-key-short"
  version      = "1.0.0"
  parent_image = "arn:${data.aws_partition.current.partition}:imagebuilder:${data.aws_region.current.id}:aws:image/ubuntu-server-24-lts-x86/x.x.x"
  tags = {
    cost-center = "4711"
    team        = "platform"
  }

  component {
    component_arn = "arn:${data.aws_partition.current.partition}:imagebuilder:${data.aws_region.current.id}:aws:component/update-linux/x.x.x"
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

resource "aws_imagebuilder_image_pipeline" "short" {
  name                             = "every-key-short"
  status                           = "ENABLED"
  image_recipe_arn                 = aws_imagebuilder_image_recipe.short.arn
  infrastructure_configuration_arn = aws_imagebuilder_infrastructure_configuration.open.arn
  distribution_configuration_arn   = aws_imagebuilder_distribution_configuration.short.arn
  enhanced_image_metadata_enabled  = true
  tags = {
    cost-center = "4711"
    team        = "platform"
  }

  image_tests_configuration {
    image_tests_enabled = false
  }

  image_scanning_configuration {
    image_scanning_enabled = false
  }

  schedule {
    schedule_expression                = "rate(12 hours)"
    pipeline_execution_start_condition = "EXPRESSION_MATCH_ONLY"
  }
}

resource "aws_cloudwatch_event_rule" "short_event_log_group_d8b080a2" {
  name_prefix = "every-key-short-events-"
  description = "Builds of every-key-short, to the log-group"
  event_pattern = jsonencode({
    source      = ["aws.imagebuilder"]
    detail-type = ["EC2 Image Builder Image State Change"]
    resources = [
      {
        prefix = "arn:${data.aws_partition.current.partition}:imagebuilder:${data.aws_region.current.id}:${data.aws_caller_identity.current.account_id}:image/every-key-short/"
      },
    ]
    detail = {
      state = {
        status = ["FAILED"]
      }
    }
  })
  state = "ENABLED"
  tags = {
    cost-center = "4711"
    team        = "platform"
  }
}

resource "aws_cloudwatch_event_target" "short_event_log_group_d8b080a2" {
  rule      = aws_cloudwatch_event_rule.short_event_log_group_d8b080a2.name
  target_id = "target"
  arn       = "arn:aws:logs:us-east-1:111122223333:log-group:/aws/events/every-key"
}

resource "aws_iam_role" "cascade" {
  name_prefix          = "every-key-cascade-"
  path                 = "/images/"
  description          = "Starts the layered pipelines of every-key"
  permissions_boundary = "arn:${data.aws_partition.current.partition}:iam::${data.aws_caller_identity.current.account_id}:policy/image-builds"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "AssumeRole"
        Effect = "Allow"
        Principal = {
          Service = "events.amazonaws.com"
        }
        Action = "sts:AssumeRole"
      },
    ]
  })
  tags = {
    cost-center = "4711"
    team        = "platform"
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_iam_role_policy" "cascade" {
  name = "start"
  role = aws_iam_role.cascade.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "StartPipelines"
        Effect   = "Allow"
        Action   = "imagebuilder:StartImagePipelineExecution"
        Resource = aws_imagebuilder_image_pipeline.sealed.arn
      },
    ]
  })
}

resource "aws_cloudwatch_event_rule" "sealed_cascade" {
  name_prefix = "every-key-sealed-cascade-"
  description = "Builds every-key-sealed when every-key-short has a new image"
  event_pattern = jsonencode({
    source      = ["aws.imagebuilder"]
    detail-type = ["EC2 Image Builder Image State Change"]
    resources = [
      {
        prefix = "arn:${data.aws_partition.current.partition}:imagebuilder:${data.aws_region.current.id}:${data.aws_caller_identity.current.account_id}:image/every-key-short/"
      },
    ]
    detail = {
      state = {
        status = ["AVAILABLE"]
      }
    }
  })
  state = "ENABLED"
  tags = {
    cost-center = "4711"
    team        = "platform"
  }
}

resource "aws_cloudwatch_event_target" "sealed_cascade" {
  rule      = aws_cloudwatch_event_rule.sealed_cascade.name
  target_id = "target"
  arn       = aws_imagebuilder_image_pipeline.sealed.arn
  role_arn  = aws_iam_role.cascade.arn
}

resource "aws_cloudwatch_log_resource_policy" "events" {
  policy_name = "every-key-events"
  policy_document = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "CreateStreams"
        Effect = "Allow"
        Principal = {
          Service = [
            "events.amazonaws.com",
            "delivery.logs.amazonaws.com",
          ]
        }
        Action   = "logs:CreateLogStream"
        Resource = "arn:aws:logs:us-east-1:111122223333:log-group:/aws/events/every-key:*"
      },
      {
        Sid    = "WriteEvents"
        Effect = "Allow"
        Principal = {
          Service = [
            "events.amazonaws.com",
            "delivery.logs.amazonaws.com",
          ]
        }
        Action   = "logs:PutLogEvents"
        Resource = "arn:aws:logs:us-east-1:111122223333:log-group:/aws/events/every-key:*"
        Condition = {
          ArnEquals = {
            "aws:SourceArn" = aws_cloudwatch_event_rule.short_event_log_group_d8b080a2.arn
          }
        }
      },
    ]
  })
}

output "log_bucket_name" {
  description = "The bucket of the build logs"
  value       = aws_s3_bucket.logs.id
}

output "private_network_vpc_id" {
  description = "The private network that images are built in"
  value       = aws_vpc.private_network.id
}

output "image_key_arn" {
  description = "The key that encrypts the images of every-key"
  value       = aws_kms_key.images.arn
}

output "agent_component_arn" {
  description = "The component every-key-agent"
  value       = aws_imagebuilder_component.agent.arn
}

output "remote_component_arn" {
  description = "The component every-key-remote"
  value       = aws_imagebuilder_component.remote.arn
}

output "steps_component_arn" {
  description = "The component every-key-steps"
  value       = aws_imagebuilder_component.steps.arn
}

output "open_instance_role_arn" {
  description = "The role of the instances of every-key-open"
  value       = aws_iam_role.open_instance.arn
}

output "open_infrastructure_arn" {
  description = "The infrastructure configuration every-key-open"
  value       = aws_imagebuilder_infrastructure_configuration.open.arn
}

output "private_instance_role_arn" {
  description = "The role of the instances of every-key-private"
  value       = aws_iam_role.private_instance.arn
}

output "private_topic_arn" {
  description = "The topic that hears of builds of every-key-private"
  value       = aws_sns_topic.private.arn
}

output "private_infrastructure_arn" {
  description = "The infrastructure configuration every-key-private"
  value       = aws_imagebuilder_infrastructure_configuration.private.arn
}

output "sealed_instance_role_arn" {
  description = "The role of the instances of every-key-sealed"
  value       = aws_iam_role.sealed_instance.arn
}

output "sealed_infrastructure_arn" {
  description = "The infrastructure configuration every-key-sealed"
  value       = aws_imagebuilder_infrastructure_configuration.sealed.arn
}

output "everywhere_distribution_arn" {
  description = "The distribution configuration every-key-everywhere"
  value       = aws_imagebuilder_distribution_configuration.everywhere.arn
}

output "sealed_distribution_arn" {
  description = "The distribution configuration every-key-sealed"
  value       = aws_imagebuilder_distribution_configuration.sealed.arn
}

output "short_distribution_arn" {
  description = "The distribution configuration every-key-short"
  value       = aws_imagebuilder_distribution_configuration.short.arn
}

output "lifecycle_role_arn" {
  description = "The role that retires old images"
  value       = aws_iam_role.lifecycle.arn
}

output "full_recipe_arn" {
  description = "The recipe every-key-full"
  value       = aws_imagebuilder_image_recipe.full.arn
}

output "full_pipeline_arn" {
  description = "The pipeline every-key-full"
  value       = aws_imagebuilder_image_pipeline.full.arn
}

output "full_lifecycle_policy_arn" {
  description = "The lifecycle policy every-key-full"
  value       = aws_imagebuilder_lifecycle_policy.full.arn
}

output "sealed_recipe_arn" {
  description = "The recipe every-key-sealed"
  value       = aws_imagebuilder_image_recipe.sealed.arn
}

output "sealed_pipeline_arn" {
  description = "The pipeline every-key-sealed"
  value       = aws_imagebuilder_image_pipeline.sealed.arn
}

output "sealed_lifecycle_policy_arn" {
  description = "The lifecycle policy every-key-sealed"
  value       = aws_imagebuilder_lifecycle_policy.sealed.arn
}

output "short_recipe_arn" {
  description = "The recipe every-key-short"
  value       = aws_imagebuilder_image_recipe.short.arn
}

output "short_pipeline_arn" {
  description = "The pipeline every-key-short"
  value       = aws_imagebuilder_image_pipeline.short.arn
}
