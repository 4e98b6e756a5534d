#!/bin/sh
# Node without the test runner's instrumentation, which is in NODE_OPTIONS.
exec env -u NODE_OPTIONS node "$@"
