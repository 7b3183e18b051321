#!/bin/bash
set -euo pipefail
systemctl enable --now amazon-ssm-agent
