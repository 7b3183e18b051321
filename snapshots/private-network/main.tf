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
  bucket_prefix = "sealed-logs-"
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

resource "aws_vpc" "private_network" {
  cidr_block           = "10.0.0.0/24"
  enable_dns_support   = true
  enable_dns_hostnames = true
  tags = {
    team = "platform"
    Name = "sealed-builds"
  }
}

resource "aws_subnet" "private_network" {
  vpc_id                  = aws_vpc.private_network.id
  cidr_block              = "10.0.0.0/24"
  map_public_ip_on_launch = false
  tags = {
    team = "platform"
    Name = "sealed-builds"
  }
}

resource "aws_route_table" "private_network" {
  vpc_id = aws_vpc.private_network.id
  tags = {
    team = "platform"
    Name = "sealed-builds"
  }
}

resource "aws_route_table_association" "private_network" {
  subnet_id      = aws_subnet.private_network.id
  route_table_id = aws_route_table.private_network.id
}

resource "aws_security_group" "private_network_builds" {
  name_prefix = "sealed-builds-"
  description = "Build and test instances of sealed in the private network"
  vpc_id      = aws_vpc.private_network.id
  tags = {
    team = "platform"
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_vpc_security_group_egress_rule" "private_network_builds_443" {
  security_group_id = aws_security_group.private_network_builds.id
  description       = "Endpoints and Amazon S3: nothing else is routed"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
  cidr_ipv4         = "0.0.0.0/0"
}

resource "aws_security_group" "private_network_endpoints" {
  name_prefix = "sealed-endpoints-"
  description = "Endpoints of sealed in the private network"
  vpc_id      = aws_vpc.private_network.id
  tags = {
    team = "platform"
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
    team = "platform"
    Name = "sealed-builds-s3"
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
    team = "platform"
    Name = "sealed-builds-ssm"
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
    team = "platform"
    Name = "sealed-builds-ssmmessages"
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
    team = "platform"
    Name = "sealed-builds-ec2messages"
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
    team = "platform"
    Name = "sealed-builds-imagebuilder"
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
    team = "platform"
    Name = "sealed-builds-logs"
  }
}

resource "aws_vpc_endpoint" "private_network_secretsmanager" {
  vpc_id              = aws_vpc.private_network.id
  service_name        = "com.amazonaws.${data.aws_region.current.id}.secretsmanager"
  vpc_endpoint_type   = "Interface"
  private_dns_enabled = true
  subnet_ids          = [aws_subnet.private_network.id]
  security_group_ids  = [aws_security_group.private_network_endpoints.id]
  tags = {
    team = "platform"
    Name = "sealed-builds-secretsmanager"
  }
}

resource "aws_imagebuilder_component" "agent" {
  name     = "sealed-agent"
  version  = "1.0.0"
  platform = "Linux"
  data     = <<-EOT
    name: "agent"
    schemaVersion: 1.0
    phases:
      - name: build
        steps:
          - name: Build1
            action: ExecuteBash
            inputs:
              commands:
                - set -eo pipefail
                - |
                  dnf -y install jq
                  aws secretsmanager get-secret-value --secret-id agent/token --query SecretString --output text > /etc/agent.token
      - name: test
        steps:
          - name: Test1
            action: ExecuteBash
            inputs:
              commands:
                - set -eo pipefail
                - test -s /etc/agent.token
  EOT
  tags = {
    team = "platform"
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_iam_role" "sealed_instance" {
  name_prefix = "sealed-instance-"
  description = "Build and test instances of sealed"
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
        Action   = "secretsmanager:GetSecretValue"
        Resource = "arn:${data.aws_partition.current.partition}:secretsmanager:${data.aws_region.current.id}:${data.aws_caller_identity.current.account_id}:secret:agent/token-*"
      },
    ]
  })
}

resource "aws_iam_instance_profile" "sealed_instance" {
  name_prefix = "sealed-instance-"
  role        = aws_iam_role.sealed_instance.name
  tags = {
    team = "platform"
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_imagebuilder_infrastructure_configuration" "sealed" {
  name                          = "sealed"
  instance_profile_name         = aws_iam_instance_profile.sealed_instance.name
  instance_types                = ["m7i.large"]
  subnet_id                     = aws_subnet.private_network.id
  security_group_ids            = [aws_security_group.private_network_builds.id]
  terminate_instance_on_failure = true
  resource_tags = {
    team = "platform"
  }
  tags = {
    team = "platform"
  }
  depends_on = [
    aws_route_table_association.private_network,
    aws_vpc_endpoint.private_network_s3,
    aws_vpc_endpoint.private_network_ssm,
    aws_vpc_endpoint.private_network_ssmmessages,
    aws_vpc_endpoint.private_network_ec2messages,
    aws_vpc_endpoint.private_network_imagebuilder,
    aws_vpc_endpoint.private_network_logs,
    aws_vpc_endpoint.private_network_secretsmanager,
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

resource "aws_iam_role" "minimal_instance" {
  name_prefix = "sealed-minimal-instance-"
  description = "Build and test instances of sealed-minimal"
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

resource "aws_iam_role_policy_attachment" "minimal_instance_amazonssmmanagedinstancecore" {
  role       = aws_iam_role.minimal_instance.name
  policy_arn = "arn:${data.aws_partition.current.partition}:iam::aws:policy/AmazonSSMManagedInstanceCore"
}

resource "aws_iam_role_policy_attachment" "minimal_instance_ec2instanceprofileforimagebuilder" {
  role       = aws_iam_role.minimal_instance.name
  policy_arn = "arn:${data.aws_partition.current.partition}:iam::aws:policy/EC2InstanceProfileForImageBuilder"
}

resource "aws_iam_role_policy" "minimal_instance" {
  name = "build"
  role = aws_iam_role.minimal_instance.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "WriteLogs"
        Effect   = "Allow"
        Action   = "s3:PutObject"
        Resource = "arn:${data.aws_partition.current.partition}:s3:::${aws_s3_bucket.logs.id}/minimal/*"
      },
    ]
  })
}

resource "aws_iam_instance_profile" "minimal_instance" {
  name_prefix = "sealed-minimal-instance-"
  role        = aws_iam_role.minimal_instance.name
  tags = {
    team = "platform"
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_imagebuilder_infrastructure_configuration" "minimal" {
  name                          = "sealed-minimal"
  instance_profile_name         = aws_iam_instance_profile.minimal_instance.name
  subnet_id                     = aws_subnet.private_network.id
  security_group_ids            = [aws_security_group.private_network_builds.id]
  terminate_instance_on_failure = true
  resource_tags = {
    team = "platform"
  }
  tags = {
    team = "platform"
  }
  depends_on = [
    aws_route_table_association.private_network,
    aws_vpc_endpoint.private_network_s3,
    aws_vpc_endpoint.private_network_ssm,
    aws_vpc_endpoint.private_network_ssmmessages,
    aws_vpc_endpoint.private_network_ec2messages,
    aws_vpc_endpoint.private_network_imagebuilder,
    aws_vpc_endpoint.private_network_logs,
    aws_vpc_endpoint.private_network_secretsmanager,
  ]

  instance_metadata_options {
    http_tokens = "required"
  }

  logging {
    s3_logs {
      s3_bucket_name = aws_s3_bucket.logs.id
      s3_key_prefix  = "minimal"
    }
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_imagebuilder_distribution_configuration" "base" {
  name = "sealed-base"
  tags = {
    team = "platform"
  }

  distribution {
    region = data.aws_region.current.id

    ami_distribution_configuration {
      name = "sealed-base-{{ imagebuilder:buildDate }}"
      ami_tags = {
        team = "platform"
      }
    }
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_imagebuilder_distribution_configuration" "minimal" {
  name = "sealed-minimal"
  tags = {
    team = "platform"
  }

  distribution {
    region = data.aws_region.current.id

    ami_distribution_configuration {
      name = "sealed-minimal-{{ imagebuilder:buildDate }}"
      ami_tags = {
        team = "platform"
      }
    }
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_iam_role" "lifecycle" {
  name_prefix = "sealed-lifecycle-"
  description = "Retention of the images of sealed"
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
  name         = "sealed-base"
  version      = "1.0.0"
  parent_image = "arn:${data.aws_partition.current.partition}:imagebuilder:${data.aws_region.current.id}:aws:image/amazon-linux-2023-x86/x.x.x"
  tags = {
    team = "platform"
  }

  component {
    component_arn = "arn:${data.aws_partition.current.partition}:imagebuilder:${data.aws_region.current.id}:aws:component/update-linux/x.x.x"
  }

  component {
    component_arn = aws_imagebuilder_component.agent.arn
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
  name                             = "sealed-base"
  status                           = "ENABLED"
  image_recipe_arn                 = aws_imagebuilder_image_recipe.base.arn
  infrastructure_configuration_arn = aws_imagebuilder_infrastructure_configuration.sealed.arn
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
  name           = "sealed-base"
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
      value = 10
    }
  }

  resource_selection {
    recipe {
      name             = "sealed-base"
      semantic_version = "1.0.0"
    }
  }
}

resource "aws_imagebuilder_image_recipe" "minimal" {
  name         = "sealed-minimal"
  version      = "1.0.0"
  parent_image = "ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-minimal-kernel-default-x86_64"
  tags = {
    team = "platform"
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

resource "aws_imagebuilder_image_pipeline" "minimal" {
  name                             = "sealed-minimal"
  status                           = "ENABLED"
  image_recipe_arn                 = aws_imagebuilder_image_recipe.minimal.arn
  infrastructure_configuration_arn = aws_imagebuilder_infrastructure_configuration.minimal.arn
  distribution_configuration_arn   = aws_imagebuilder_distribution_configuration.minimal.arn
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
}

resource "aws_imagebuilder_lifecycle_policy" "minimal" {
  name           = "sealed-minimal"
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
      value = 10
    }
  }

  resource_selection {
    recipe {
      name             = "sealed-minimal"
      semantic_version = "1.0.0"
    }
  }
}

output "log_bucket_name" {
  description = "The bucket of the build logs"
  value       = aws_s3_bucket.logs.id
}

output "private_network_vpc_id" {
  description = "The private network that images are built in"
  value       = aws_vpc.private_network.id
}

output "agent_component_arn" {
  description = "The component sealed-agent"
  value       = aws_imagebuilder_component.agent.arn
}

output "sealed_instance_role_arn" {
  description = "The role of the instances of sealed"
  value       = aws_iam_role.sealed_instance.arn
}

output "sealed_infrastructure_arn" {
  description = "The infrastructure configuration sealed"
  value       = aws_imagebuilder_infrastructure_configuration.sealed.arn
}

output "minimal_instance_role_arn" {
  description = "The role of the instances of sealed-minimal"
  value       = aws_iam_role.minimal_instance.arn
}

output "minimal_infrastructure_arn" {
  description = "The infrastructure configuration sealed-minimal"
  value       = aws_imagebuilder_infrastructure_configuration.minimal.arn
}

output "base_distribution_arn" {
  description = "The distribution configuration sealed-base"
  value       = aws_imagebuilder_distribution_configuration.base.arn
}

output "minimal_distribution_arn" {
  description = "The distribution configuration sealed-minimal"
  value       = aws_imagebuilder_distribution_configuration.minimal.arn
}

output "lifecycle_role_arn" {
  description = "The role that retires old images"
  value       = aws_iam_role.lifecycle.arn
}

output "base_recipe_arn" {
  description = "The recipe sealed-base"
  value       = aws_imagebuilder_image_recipe.base.arn
}

output "base_pipeline_arn" {
  description = "The pipeline sealed-base"
  value       = aws_imagebuilder_image_pipeline.base.arn
}

output "base_lifecycle_policy_arn" {
  description = "The lifecycle policy sealed-base"
  value       = aws_imagebuilder_lifecycle_policy.base.arn
}

output "minimal_recipe_arn" {
  description = "The recipe sealed-minimal"
  value       = aws_imagebuilder_image_recipe.minimal.arn
}

output "minimal_pipeline_arn" {
  description = "The pipeline sealed-minimal"
  value       = aws_imagebuilder_image_pipeline.minimal.arn
}

output "minimal_lifecycle_policy_arn" {
  description = "The lifecycle policy sealed-minimal"
  value       = aws_imagebuilder_lifecycle_policy.minimal.arn
}

output "kiln_project" {
  description = "The project whose state this is: kiln destroys nothing in another's"
  value       = "sealed"
}
