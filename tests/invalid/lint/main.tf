resource "aws_imagebuilder_component" "web" {
  name = "web"
}
