terraform {
  required_version = ">= 1.5"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }
  }
}

variable "on_call" {
  type        = string
  description = "The topic of whoever is on call"
}

data "aws_partition" "current" {}

data "aws_region" "current" {}

data "aws_caller_identity" "current" {}

resource "aws_s3_bucket" "logs" {
  bucket_prefix = "told-logs-"
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

resource "aws_iam_role" "web_instance" {
  name_prefix = "told-web-instance-"
  description = "Build and test instances of told-web"
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
  name_prefix = "told-web-instance-"
  role        = aws_iam_role.web_instance.name
  tags = {
    team = "platform"
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_imagebuilder_infrastructure_configuration" "web" {
  name                          = "told-web"
  instance_profile_name         = aws_iam_instance_profile.web_instance.name
  instance_types                = ["c7g.large"]
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
  name = "told-web"
  tags = {
    team = "platform"
  }

  distribution {
    region = data.aws_region.current.id

    ami_distribution_configuration {
      name = "told-web-{{ imagebuilder:buildDate }}"
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
  name_prefix = "told-lifecycle-"
  description = "Retention of the images of told"
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
  name         = "told-web"
  version      = "1.0.0"
  parent_image = "arn:${data.aws_partition.current.partition}:imagebuilder:${data.aws_region.current.id}:aws:image/amazon-linux-2023-arm64/x.x.x"
  tags = {
    team = "platform"
  }

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
      delete_on_termination = true
    }
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_imagebuilder_image_pipeline" "web" {
  name                             = "told-web"
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
    schedule_expression                = "rate(7 days)"
    pipeline_execution_start_condition = "EXPRESSION_MATCH_ONLY"
  }
}

resource "aws_iam_role" "web_event_topic_8b4d6cf4" {
  name_prefix = "told-web-events-"
  description = "Builds of told-web, to the topic"
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
    team = "platform"
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_iam_role_policy" "web_event_topic_8b4d6cf4" {
  name = "tell"
  role = aws_iam_role.web_event_topic_8b4d6cf4.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "TellTarget"
        Effect   = "Allow"
        Action   = "sns:Publish"
        Resource = "arn:aws:sns:us-east-1:111122223333:images"
      },
    ]
  })
}

resource "aws_cloudwatch_event_rule" "web_event_topic_8b4d6cf4" {
  name_prefix = "told-web-events-"
  description = "Builds of told-web, to the topic"
  event_pattern = jsonencode({
    source      = ["aws.imagebuilder"]
    detail-type = ["EC2 Image Builder Image State Change"]
    resources = [
      {
        prefix = "arn:${data.aws_partition.current.partition}:imagebuilder:${data.aws_region.current.id}:${data.aws_caller_identity.current.account_id}:image/told-web/"
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
    team = "platform"
  }
}

resource "aws_cloudwatch_event_target" "web_event_topic_8b4d6cf4" {
  rule      = aws_cloudwatch_event_rule.web_event_topic_8b4d6cf4.name
  target_id = "target"
  arn       = "arn:aws:sns:us-east-1:111122223333:images"
  role_arn  = aws_iam_role.web_event_topic_8b4d6cf4.arn

  input_transformer {
    input_paths = {
      image  = "$.resources[0]"
      before = "$.detail.previous-state.status"
      state  = "$.detail.state.status"
      time   = "$.time"
      region = "$.region"
    }
    input_template = "\"EC2 Image Builder, pipeline told-web in <region>: an image is <state> since <time>, after <before>. It is <image>.\""
  }
}

resource "aws_iam_role" "web_event_topic_c49dbeab" {
  name_prefix = "told-web-events-"
  description = "Builds of told-web, to the topic"
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
    team = "platform"
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_iam_role_policy" "web_event_topic_c49dbeab" {
  name = "tell"
  role = aws_iam_role.web_event_topic_c49dbeab.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "TellTarget"
        Effect   = "Allow"
        Action   = "sns:Publish"
        Resource = var.on_call
      },
    ]
  })
}

resource "aws_cloudwatch_event_rule" "web_event_topic_c49dbeab" {
  name_prefix = "told-web-events-"
  description = "Builds of told-web, to the topic"
  event_pattern = jsonencode({
    source      = ["aws.imagebuilder"]
    detail-type = ["EC2 Image Builder Image State Change"]
    resources = [
      {
        prefix = "arn:${data.aws_partition.current.partition}:imagebuilder:${data.aws_region.current.id}:${data.aws_caller_identity.current.account_id}:image/told-web/"
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
    team = "platform"
  }
}

resource "aws_cloudwatch_event_target" "web_event_topic_c49dbeab" {
  rule      = aws_cloudwatch_event_rule.web_event_topic_c49dbeab.name
  target_id = "target"
  arn       = var.on_call
  role_arn  = aws_iam_role.web_event_topic_c49dbeab.arn

  input_transformer {
    input_paths = {
      image  = "$.resources[0]"
      before = "$.detail.previous-state.status"
      state  = "$.detail.state.status"
      time   = "$.time"
      region = "$.region"
    }
    input_template = "\"EC2 Image Builder, pipeline told-web in <region>: an image is <state> since <time>, after <before>. It is <image>.\""
  }
}

resource "aws_iam_role" "web_event_queue_8d429da2" {
  name_prefix = "told-web-events-"
  description = "Builds of told-web, to the queue"
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
    team = "platform"
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_iam_role_policy" "web_event_queue_8d429da2" {
  name = "tell"
  role = aws_iam_role.web_event_queue_8d429da2.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "TellTarget"
        Effect   = "Allow"
        Action   = "sqs:SendMessage"
        Resource = "arn:aws:sqs:us-east-1:111122223333:images"
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

resource "aws_cloudwatch_event_rule" "web_event_queue_8d429da2" {
  name_prefix = "told-web-events-"
  description = "Builds of told-web, to the queue"
  event_pattern = jsonencode({
    source      = ["aws.imagebuilder"]
    detail-type = ["EC2 Image Builder Image State Change"]
    resources = [
      {
        prefix = "arn:${data.aws_partition.current.partition}:imagebuilder:${data.aws_region.current.id}:${data.aws_caller_identity.current.account_id}:image/told-web/"
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
    team = "platform"
  }
}

resource "aws_cloudwatch_event_target" "web_event_queue_8d429da2" {
  rule      = aws_cloudwatch_event_rule.web_event_queue_8d429da2.name
  target_id = "target"
  arn       = "arn:aws:sqs:us-east-1:111122223333:images"
  role_arn  = aws_iam_role.web_event_queue_8d429da2.arn
}

resource "aws_iam_role" "web_event_function_b24be1e9" {
  name_prefix = "told-web-events-"
  description = "Builds of told-web, to the function"
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
    team = "platform"
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_iam_role_policy" "web_event_function_b24be1e9" {
  name = "tell"
  role = aws_iam_role.web_event_function_b24be1e9.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "TellTarget"
        Effect   = "Allow"
        Action   = "lambda:InvokeFunction"
        Resource = "arn:aws:lambda:us-east-1:111122223333:function:register-image"
      },
    ]
  })
}

resource "aws_cloudwatch_event_rule" "web_event_function_b24be1e9" {
  name_prefix = "told-web-events-"
  description = "Builds of told-web, to the function"
  event_pattern = jsonencode({
    source      = ["aws.imagebuilder"]
    detail-type = ["EC2 Image Builder Image State Change"]
    resources = [
      {
        prefix = "arn:${data.aws_partition.current.partition}:imagebuilder:${data.aws_region.current.id}:${data.aws_caller_identity.current.account_id}:image/told-web/"
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
    team = "platform"
  }
}

resource "aws_cloudwatch_event_target" "web_event_function_b24be1e9" {
  rule      = aws_cloudwatch_event_rule.web_event_function_b24be1e9.name
  target_id = "target"
  arn       = "arn:aws:lambda:us-east-1:111122223333:function:register-image"
  role_arn  = aws_iam_role.web_event_function_b24be1e9.arn
}

resource "aws_iam_role" "web_event_state_machine_7a3ebe86" {
  name_prefix = "told-web-events-"
  description = "Builds of told-web, to the state-machine"
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
    team = "platform"
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_iam_role_policy" "web_event_state_machine_7a3ebe86" {
  name = "tell"
  role = aws_iam_role.web_event_state_machine_7a3ebe86.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "TellTarget"
        Effect   = "Allow"
        Action   = "states:StartExecution"
        Resource = "arn:aws:states:us-east-1:111122223333:stateMachine:roll-out"
      },
    ]
  })
}

resource "aws_cloudwatch_event_rule" "web_event_state_machine_7a3ebe86" {
  name_prefix = "told-web-events-"
  description = "Builds of told-web, to the state-machine"
  event_pattern = jsonencode({
    source      = ["aws.imagebuilder"]
    detail-type = ["EC2 Image Builder Image State Change"]
    resources = [
      {
        prefix = "arn:${data.aws_partition.current.partition}:imagebuilder:${data.aws_region.current.id}:${data.aws_caller_identity.current.account_id}:image/told-web/"
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
    team = "platform"
  }
}

resource "aws_cloudwatch_event_target" "web_event_state_machine_7a3ebe86" {
  rule      = aws_cloudwatch_event_rule.web_event_state_machine_7a3ebe86.name
  target_id = "target"
  arn       = "arn:aws:states:us-east-1:111122223333:stateMachine:roll-out"
  role_arn  = aws_iam_role.web_event_state_machine_7a3ebe86.arn
}

resource "aws_iam_role" "web_event_event_bus_9dc2081d" {
  name_prefix = "told-web-events-"
  description = "Builds of told-web, to the event-bus"
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
    team = "platform"
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_iam_role_policy" "web_event_event_bus_9dc2081d" {
  name = "tell"
  role = aws_iam_role.web_event_event_bus_9dc2081d.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "TellTarget"
        Effect   = "Allow"
        Action   = "events:PutEvents"
        Resource = "arn:aws:events:us-east-1:111122223333:event-bus/images"
      },
    ]
  })
}

resource "aws_cloudwatch_event_rule" "web_event_event_bus_9dc2081d" {
  name_prefix = "told-web-events-"
  description = "Builds of told-web, to the event-bus"
  event_pattern = jsonencode({
    source      = ["aws.imagebuilder"]
    detail-type = ["EC2 Image Builder Image State Change"]
    resources = [
      {
        prefix = "arn:${data.aws_partition.current.partition}:imagebuilder:${data.aws_region.current.id}:${data.aws_caller_identity.current.account_id}:image/told-web/"
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
    team = "platform"
  }
}

resource "aws_cloudwatch_event_target" "web_event_event_bus_9dc2081d" {
  rule      = aws_cloudwatch_event_rule.web_event_event_bus_9dc2081d.name
  target_id = "target"
  arn       = "arn:aws:events:us-east-1:111122223333:event-bus/images"
  role_arn  = aws_iam_role.web_event_event_bus_9dc2081d.arn
}

resource "aws_cloudwatch_event_rule" "web_event_log_group_841163d5" {
  name_prefix = "told-web-events-"
  description = "Builds of told-web, to the log-group"
  event_pattern = jsonencode({
    source      = ["aws.imagebuilder"]
    detail-type = ["EC2 Image Builder Image State Change"]
    resources = [
      {
        prefix = "arn:${data.aws_partition.current.partition}:imagebuilder:${data.aws_region.current.id}:${data.aws_caller_identity.current.account_id}:image/told-web/"
      },
    ]
    detail = {
      state = {
        status = [
          "BUILDING",
          "TESTING",
          "AVAILABLE",
          "FAILED",
        ]
      }
    }
  })
  state = "ENABLED"
  tags = {
    team = "platform"
  }
}

resource "aws_cloudwatch_event_target" "web_event_log_group_841163d5" {
  rule      = aws_cloudwatch_event_rule.web_event_log_group_841163d5.name
  target_id = "target"
  arn       = "arn:aws:logs:us-east-1:111122223333:log-group:/aws/events/images"
}

resource "aws_imagebuilder_lifecycle_policy" "web" {
  name           = "told-web"
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
      name             = "told-web"
      semantic_version = "1.0.0"
    }
  }
}

resource "aws_cloudwatch_log_resource_policy" "events" {
  policy_name = "told-events"
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
        Resource = "arn:aws:logs:us-east-1:111122223333:log-group:/aws/events/images:*"
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
        Resource = "arn:aws:logs:us-east-1:111122223333:log-group:/aws/events/images:*"
        Condition = {
          ArnEquals = {
            "aws:SourceArn" = aws_cloudwatch_event_rule.web_event_log_group_841163d5.arn
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

output "web_instance_role_arn" {
  description = "The role of the instances of told-web"
  value       = aws_iam_role.web_instance.arn
}

output "web_infrastructure_arn" {
  description = "The infrastructure configuration told-web"
  value       = aws_imagebuilder_infrastructure_configuration.web.arn
}

output "web_distribution_arn" {
  description = "The distribution configuration told-web"
  value       = aws_imagebuilder_distribution_configuration.web.arn
}

output "lifecycle_role_arn" {
  description = "The role that retires old images"
  value       = aws_iam_role.lifecycle.arn
}

output "web_recipe_arn" {
  description = "The recipe told-web"
  value       = aws_imagebuilder_image_recipe.web.arn
}

output "web_pipeline_arn" {
  description = "The pipeline told-web"
  value       = aws_imagebuilder_image_pipeline.web.arn
}

output "web_lifecycle_policy_arn" {
  description = "The lifecycle policy told-web"
  value       = aws_imagebuilder_lifecycle_policy.web.arn
}
