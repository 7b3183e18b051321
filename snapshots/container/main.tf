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
  bucket_prefix = "api-logs-"
  force_destroy = false
  tags = {
    team = "api"
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

resource "aws_imagebuilder_component" "runtime" {
  name     = "api-runtime"
  version  = "1.0.0"
  platform = "Linux"
  data     = <<-EOT
    name: runtime
    description: A folder for the service and a note of its version
    schemaVersion: 1.0
    phases:
      - name: build
        steps:
          - name: MakeFolder
            action: ExecuteBash
            inputs:
              commands:
                - install --directory --mode=0755 /opt/api
                - date --utc --iso-8601=seconds > /opt/api/built-at
      - name: test
        steps:
          - name: FindNote
            action: ExecuteBash
            inputs:
              commands:
                - test -s /opt/api/built-at
  EOT
  tags = {
    team = "api"
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_ecr_repository" "api" {
  name                 = "example/api"
  image_tag_mutability = "MUTABLE"
  tags = {
    team = "api"
  }

  image_scanning_configuration {
    scan_on_push = true
  }

  encryption_configuration {
    encryption_type = "AES256"
  }
}

resource "aws_ecr_lifecycle_policy" "api" {
  repository = aws_ecr_repository.api.name
  policy     = "{\"rules\":[{\"rulePriority\":1,\"description\":\"Keep 5 untagged images\",\"selection\":{\"tagStatus\":\"untagged\",\"countType\":\"imageCountMoreThan\",\"countNumber\":5},\"action\":{\"type\":\"expire\"}}]}"
}

resource "aws_iam_role" "builders_instance" {
  name_prefix = "api-builders-instance-"
  description = "Build and test instances of api-builders"
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
    team = "api"
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

resource "aws_iam_role_policy_attachment" "builders_instance_ec2instanceprofileforimagebuilderecrcontainerbuilds" {
  role       = aws_iam_role.builders_instance.name
  policy_arn = "arn:${data.aws_partition.current.partition}:iam::aws:policy/EC2InstanceProfileForImageBuilderECRContainerBuilds"
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
        Resource = "arn:${data.aws_partition.current.partition}:s3:::${aws_s3_bucket.logs.id}/builders/*"
      },
    ]
  })
}

resource "aws_iam_instance_profile" "builders_instance" {
  name_prefix = "api-builders-instance-"
  role        = aws_iam_role.builders_instance.name
  tags = {
    team = "api"
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_imagebuilder_infrastructure_configuration" "builders" {
  name                          = "api-builders"
  description                   = "Instances that build containers"
  instance_profile_name         = aws_iam_instance_profile.builders_instance.name
  instance_types                = ["m7i.large"]
  terminate_instance_on_failure = true
  resource_tags = {
    team = "api"
  }
  tags = {
    team = "api"
  }

  instance_metadata_options {
    http_tokens                 = "required"
    http_put_response_hop_limit = 3
  }

  logging {
    s3_logs {
      s3_bucket_name = aws_s3_bucket.logs.id
      s3_key_prefix  = "builders"
    }
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_iam_role" "api_instance" {
  name_prefix = "api-instance-"
  description = "Build and test instances of api"
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
    team = "api"
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_iam_role_policy_attachment" "api_instance_amazonssmmanagedinstancecore" {
  role       = aws_iam_role.api_instance.name
  policy_arn = "arn:${data.aws_partition.current.partition}:iam::aws:policy/AmazonSSMManagedInstanceCore"
}

resource "aws_iam_role_policy_attachment" "api_instance_ec2instanceprofileforimagebuilder" {
  role       = aws_iam_role.api_instance.name
  policy_arn = "arn:${data.aws_partition.current.partition}:iam::aws:policy/EC2InstanceProfileForImageBuilder"
}

resource "aws_iam_role_policy_attachment" "api_instance_ec2instanceprofileforimagebuilderecrcontainerbuilds" {
  role       = aws_iam_role.api_instance.name
  policy_arn = "arn:${data.aws_partition.current.partition}:iam::aws:policy/EC2InstanceProfileForImageBuilderECRContainerBuilds"
}

resource "aws_iam_role_policy" "api_instance" {
  name = "build"
  role = aws_iam_role.api_instance.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "WriteLogs"
        Effect   = "Allow"
        Action   = "s3:PutObject"
        Resource = "arn:${data.aws_partition.current.partition}:s3:::${aws_s3_bucket.logs.id}/api/*"
      },
    ]
  })
}

resource "aws_iam_instance_profile" "api_instance" {
  name_prefix = "api-instance-"
  role        = aws_iam_role.api_instance.name
  tags = {
    team = "api"
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_imagebuilder_infrastructure_configuration" "api" {
  name                          = "api"
  instance_profile_name         = aws_iam_instance_profile.api_instance.name
  terminate_instance_on_failure = true
  resource_tags = {
    team = "api"
  }
  tags = {
    team = "api"
  }

  instance_metadata_options {
    http_tokens                 = "required"
    http_put_response_hop_limit = 2
  }

  logging {
    s3_logs {
      s3_bucket_name = aws_s3_bucket.logs.id
      s3_key_prefix  = "api"
    }
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_imagebuilder_distribution_configuration" "api" {
  name = "api"
  tags = {
    team = "api"
  }

  distribution {
    region = data.aws_region.current.id

    container_distribution_configuration {
      description = "The API"
      container_tags = [
        "latest",
        "nightly",
      ]

      target_repository {
        service         = "ECR"
        repository_name = aws_ecr_repository.api.name
      }
    }
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_imagebuilder_distribution_configuration" "tools" {
  name = "api-tools"
  tags = {
    team = "api"
  }

  distribution {
    region = data.aws_region.current.id

    container_distribution_configuration {
      target_repository {
        service         = "ECR"
        repository_name = "example/tools"
      }
    }
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_iam_role" "lifecycle" {
  name_prefix = "api-lifecycle-"
  description = "Retention of the images of api"
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
    team = "api"
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_iam_role_policy_attachment" "lifecycle_ec2imagebuilderlifecycleexecutionpolicy" {
  role       = aws_iam_role.lifecycle.name
  policy_arn = "arn:${data.aws_partition.current.partition}:iam::aws:policy/service-role/EC2ImageBuilderLifecycleExecutionPolicy"
}

resource "aws_imagebuilder_container_recipe" "api" {
  name                     = "api"
  version                  = "1.0.0"
  description              = "The API on Amazon Linux"
  container_type           = "DOCKER"
  parent_image             = "arn:${data.aws_partition.current.partition}:imagebuilder:${data.aws_region.current.id}:aws:image/amazon-linux-2023-x86-2023/x.x.x"
  dockerfile_template_data = <<-EOT
    FROM {{{ imagebuilder:parentImage }}}
    {{{ imagebuilder:environments }}}
    {{{ imagebuilder:components }}}

    RUN useradd --system --no-create-home api
    USER api
    EXPOSE 8080
    ENTRYPOINT ["/usr/local/bin/api"]
  EOT
  tags = {
    team = "api"
  }

  component {
    component_arn = "arn:${data.aws_partition.current.partition}:imagebuilder:${data.aws_region.current.id}:aws:component/update-linux/x.x.x"
  }

  component {
    component_arn = aws_imagebuilder_component.runtime.arn
  }

  target_repository {
    service         = "ECR"
    repository_name = aws_ecr_repository.api.name
  }

  instance_configuration {
    block_device_mapping {
      device_name = "/dev/xvda"

      ebs {
        volume_size           = 50
        volume_type           = "gp3"
        encrypted             = true
        delete_on_termination = true
      }
    }
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_imagebuilder_image_pipeline" "api" {
  name                             = "api"
  description                      = "The API on Amazon Linux"
  status                           = "ENABLED"
  container_recipe_arn             = aws_imagebuilder_container_recipe.api.arn
  infrastructure_configuration_arn = aws_imagebuilder_infrastructure_configuration.api.arn
  distribution_configuration_arn   = aws_imagebuilder_distribution_configuration.api.arn
  enhanced_image_metadata_enabled  = true
  tags = {
    team = "api"
  }

  image_tests_configuration {
    image_tests_enabled = true
  }

  image_scanning_configuration {
    image_scanning_enabled = true

    ecr_configuration {
      repository_name = "example/scans"
      container_tags  = ["nightly"]
    }
  }

  schedule {
    schedule_expression                = "cron(0 3 ? * TUE *)"
    timezone                           = "Europe/Berlin"
    pipeline_execution_start_condition = "EXPRESSION_MATCH_AND_DEPENDENCY_UPDATES_AVAILABLE"
  }
}

resource "aws_imagebuilder_lifecycle_policy" "api" {
  name           = "api"
  status         = "ENABLED"
  execution_role = aws_iam_role.lifecycle.arn
  resource_type  = "CONTAINER_IMAGE"
  tags = {
    team = "api"
  }

  policy_detail {
    action {
      type = "DELETE"

      include_resources {
        containers = true
      }
    }

    filter {
      type  = "COUNT"
      value = 20
    }
  }

  resource_selection {
    recipe {
      name             = "api"
      semantic_version = "1.0.0"
    }
  }
}

resource "aws_imagebuilder_container_recipe" "tools" {
  name                     = "api-tools"
  version                  = "1.0.0"
  description              = "Tools on Debian, for a repository that exists"
  container_type           = "DOCKER"
  parent_image             = "public.ecr.aws/docker/library/debian:12"
  platform_override        = "Linux"
  dockerfile_template_data = <<-EOT
    FROM {{{ imagebuilder:parentImage }}}
    {{{ imagebuilder:environments }}}
    {{{ imagebuilder:components }}}
  EOT
  tags = {
    team = "api"
  }

  component {
    component_arn = aws_imagebuilder_component.runtime.arn
  }

  target_repository {
    service         = "ECR"
    repository_name = "example/tools"
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_imagebuilder_image_pipeline" "tools" {
  name                             = "api-tools"
  description                      = "Tools on Debian, for a repository that exists"
  status                           = "ENABLED"
  container_recipe_arn             = aws_imagebuilder_container_recipe.tools.arn
  infrastructure_configuration_arn = aws_imagebuilder_infrastructure_configuration.builders.arn
  distribution_configuration_arn   = aws_imagebuilder_distribution_configuration.tools.arn
  enhanced_image_metadata_enabled  = true
  tags = {
    team = "api"
  }

  image_tests_configuration {
    image_tests_enabled = true
  }

  image_scanning_configuration {
    image_scanning_enabled = false
  }
}

output "log_bucket_name" {
  description = "The bucket of the build logs"
  value       = aws_s3_bucket.logs.id
}

output "runtime_component_arn" {
  description = "The component api-runtime"
  value       = aws_imagebuilder_component.runtime.arn
}

output "api_repository_uri" {
  description = "The repository example/api"
  value       = aws_ecr_repository.api.repository_url
}

output "builders_instance_role_arn" {
  description = "The role of the instances of api-builders"
  value       = aws_iam_role.builders_instance.arn
}

output "builders_infrastructure_arn" {
  description = "The infrastructure configuration api-builders"
  value       = aws_imagebuilder_infrastructure_configuration.builders.arn
}

output "api_instance_role_arn" {
  description = "The role of the instances of api"
  value       = aws_iam_role.api_instance.arn
}

output "api_infrastructure_arn" {
  description = "The infrastructure configuration api"
  value       = aws_imagebuilder_infrastructure_configuration.api.arn
}

output "api_distribution_arn" {
  description = "The distribution configuration api"
  value       = aws_imagebuilder_distribution_configuration.api.arn
}

output "tools_distribution_arn" {
  description = "The distribution configuration api-tools"
  value       = aws_imagebuilder_distribution_configuration.tools.arn
}

output "lifecycle_role_arn" {
  description = "The role that retires old images"
  value       = aws_iam_role.lifecycle.arn
}

output "api_recipe_arn" {
  description = "The recipe api"
  value       = aws_imagebuilder_container_recipe.api.arn
}

output "api_pipeline_arn" {
  description = "The pipeline api"
  value       = aws_imagebuilder_image_pipeline.api.arn
}

output "api_lifecycle_policy_arn" {
  description = "The lifecycle policy api"
  value       = aws_imagebuilder_lifecycle_policy.api.arn
}

output "tools_recipe_arn" {
  description = "The recipe api-tools"
  value       = aws_imagebuilder_container_recipe.tools.arn
}

output "tools_pipeline_arn" {
  description = "The pipeline api-tools"
  value       = aws_imagebuilder_image_pipeline.tools.arn
}

output "kiln_project" {
  description = "The project whose state this is: kiln destroys nothing in another's"
  value       = "api"
}
