#!/bin/sh
echo safe # [2K[1Aapproved
mkdir /opt/ site
