#!/bin/sh
echo '{{resolve:ssm-secure:/boot:1}}' > /etc/boot
