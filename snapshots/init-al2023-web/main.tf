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

resource "aws_s3_bucket" "logs" {
  bucket_prefix = "web-logs-"
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

resource "aws_imagebuilder_component" "firewall" {
  name     = "web-firewall"
  version  = "1.0.0"
  platform = "Linux"
  data     = <<-EOT
    name: "firewall"
    schemaVersion: 1.0
    phases:
      - name: build
        steps:
          - name: Build1
            action: ExecuteBash
            inputs:
              commands:
                - set -eo pipefail
                - dnf -y install firewalld
          - name: Build2
            action: ExecuteBash
            inputs:
              commands:
                - set -eo pipefail
                - systemctl enable --now firewalld
          - name: Build3
            action: ExecuteBash
            inputs:
              commands:
                - set -eo pipefail
                - firewall-cmd --permanent --add-service=http
      - name: validate
        steps:
          - name: Validate1
            action: ExecuteBash
            inputs:
              commands:
                - set -eo pipefail
                - systemctl is-enabled firewalld
      - name: test
        steps:
          - name: Test1
            action: ExecuteBash
            inputs:
              commands:
                - set -eo pipefail
                - systemctl is-active firewalld
  EOT
  tags = {
    team = "platform"
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_imagebuilder_component" "nginx" {
  name     = "web-nginx"
  version  = "1.0.0"
  platform = "Linux"
  data     = <<-EOT
    name: nginx
    description: Installs nginx and checks that it serves
    schemaVersion: 1.0

    parameters:
      - Port:
          type: string
          default: "80"
          description: Where nginx listens

    phases:
      - name: build
        steps:
          - name: Install
            action: ExecuteBash
            timeoutSeconds: 600
            inputs:
              commands:
                - dnf -y install nginx
                - systemctl enable nginx

          - name: Configure
            action: CreateFile
            inputs:
              - path: /etc/nginx/conf.d/default.conf
                overwrite: true
                content: |
                  server {
                    listen {{ Port }} default_server;
                    root /usr/share/nginx/html;
                  }

      - name: validate
        steps:
          - name: Configuration
            action: ExecuteBash
            inputs:
              commands:
                - nginx -t

      - name: test
        steps:
          - name: Serves
            action: ExecuteBash
            inputs:
              commands:
                - curl --fail --silent --show-error http://localhost:{{ Port }}/
  EOT
  tags = {
    team = "platform"
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_iam_role" "web_instance" {
  name_prefix = "web-instance-"
  description = "Build and test instances of web"
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

resource "aws_iam_role_policy_attachment" "web_instance_amazonssmmanagedinstancecore" {
  role       = aws_iam_role.web_instance.name
  policy_arn = "arn:${data.aws_partition.current.partition}:iam::aws:policy/AmazonSSMManagedInstanceCore"
}

resource "aws_iam_role_policy_attachment" "web_instance_ec2instanceprofileforimagebuilder" {
  role       = aws_iam_role.web_instance.name
  policy_arn = "arn:${data.aws_partition.current.partition}:iam::aws:policy/EC2InstanceProfileForImageBuilder"
}

resource "aws_iam_role_policy" "web_instance" {
  name = "build"
  role = aws_iam_role.web_instance.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "WriteLogs"
        Effect   = "Allow"
        Action   = "s3:PutObject"
        Resource = "arn:${data.aws_partition.current.partition}:s3:::${aws_s3_bucket.logs.id}/web/*"
      },
    ]
  })
}

resource "aws_iam_instance_profile" "web_instance" {
  name_prefix = "web-instance-"
  role        = aws_iam_role.web_instance.name
  tags = {
    team = "platform"
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_imagebuilder_infrastructure_configuration" "web" {
  name                  = "web"
  instance_profile_name = aws_iam_instance_profile.web_instance.name
  instance_types = [
    "c7g.large",
    "m7g.large",
  ]
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
      s3_key_prefix  = "web"
    }
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_imagebuilder_distribution_configuration" "web" {
  name = "web"
  tags = {
    team = "platform"
  }

  distribution {
    region = data.aws_region.current.id

    ami_distribution_configuration {
      name = "web-{{ imagebuilder:buildDate }}"
      ami_tags = {
        team = "platform"
      }
    }

    ssm_parameter_configuration {
      parameter_name = "/imagebuilder/web/arm64"
      data_type      = "aws:ec2:image"
    }
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_iam_role" "lifecycle" {
  name_prefix = "web-lifecycle-"
  description = "Retention of the images of web"
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

resource "aws_imagebuilder_image_recipe" "web" {
  name         = "web"
  version      = "1.0.0"
  parent_image = "arn:${data.aws_partition.current.partition}:imagebuilder:${data.aws_region.current.id}:aws:image/amazon-linux-2023-arm64/x.x.x"
  tags = {
    team = "platform"
  }

  component {
    component_arn = "arn:${data.aws_partition.current.partition}:imagebuilder:${data.aws_region.current.id}:aws:component/update-linux/x.x.x"
  }

  component {
    component_arn = aws_imagebuilder_component.nginx.arn

    parameter {
      name  = "Port"
      value = "80"
    }
  }

  component {
    component_arn = aws_imagebuilder_component.firewall.arn
  }

  component {
    component_arn = "arn:${data.aws_partition.current.partition}:imagebuilder:${data.aws_region.current.id}:aws:component/simple-boot-test-linux/x.x.x"
  }

  block_device_mapping {
    device_name = "/dev/xvda"

    ebs {
      volume_size           = 20
      volume_type           = "gp3"
      encrypted             = true
      delete_on_termination = true
    }
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_imagebuilder_image_pipeline" "web" {
  name                             = "web"
  status                           = "ENABLED"
  image_recipe_arn                 = aws_imagebuilder_image_recipe.web.arn
  infrastructure_configuration_arn = aws_imagebuilder_infrastructure_configuration.web.arn
  distribution_configuration_arn   = aws_imagebuilder_distribution_configuration.web.arn
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
    schedule_expression                = "cron(0 4 ? * SUN *)"
    timezone                           = "Europe/Rome"
    pipeline_execution_start_condition = "EXPRESSION_MATCH_ONLY"
  }
}

resource "aws_imagebuilder_lifecycle_policy" "web" {
  name           = "web"
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
      name             = "web"
      semantic_version = "1.0.0"
    }
  }
}

output "log_bucket_name" {
  description = "The bucket of the build logs"
  value       = aws_s3_bucket.logs.id
}

output "firewall_component_arn" {
  description = "The component web-firewall"
  value       = aws_imagebuilder_component.firewall.arn
}

output "nginx_component_arn" {
  description = "The component web-nginx"
  value       = aws_imagebuilder_component.nginx.arn
}

output "web_instance_role_arn" {
  description = "The role of the instances of web"
  value       = aws_iam_role.web_instance.arn
}

output "web_infrastructure_arn" {
  description = "The infrastructure configuration web"
  value       = aws_imagebuilder_infrastructure_configuration.web.arn
}

output "web_distribution_arn" {
  description = "The distribution configuration web"
  value       = aws_imagebuilder_distribution_configuration.web.arn
}

output "lifecycle_role_arn" {
  description = "The role that retires old images"
  value       = aws_iam_role.lifecycle.arn
}

output "web_recipe_arn" {
  description = "The recipe web"
  value       = aws_imagebuilder_image_recipe.web.arn
}

output "web_pipeline_arn" {
  description = "The pipeline web"
  value       = aws_imagebuilder_image_pipeline.web.arn
}

output "web_lifecycle_policy_arn" {
  description = "The lifecycle policy web"
  value       = aws_imagebuilder_lifecycle_policy.web.arn
}
