# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC1091,SC2034
# the same faults of the call on the plain line
# limit: 900 s
multiplex=no
. scenarios/20-call.sh
