#!/bin/sh
dnf -y install amazon-ssm-agent
