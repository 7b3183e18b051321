#!/bin/sh
uname -m | grep --quiet aarch64
