#!/bin/sh
# SPDX-License-Identifier: MIT
# manifest.sh SOURCES: the bridge's files with their checksums, main.py last: what is copied first is there when it is needed.
cd "$1" && sha256sum microcat/*.py main.py
