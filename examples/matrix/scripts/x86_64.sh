#!/bin/sh
uname -m | grep --quiet x86_64
