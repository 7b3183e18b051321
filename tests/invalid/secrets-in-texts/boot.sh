#!/bin/sh
export DB_PASSWORD=hunter2hunter2
curl -u robot:hunter2hunter2 https://example.com/register
