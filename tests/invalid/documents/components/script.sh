#!/bin/sh
dnf -y install nginx
