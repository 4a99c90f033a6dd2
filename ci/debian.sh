#!/bin/sh
# Debian packages that the tests use when they are there: chromium for the report, xmllint for JUnit.
set -eu
exec apt-get install --yes --no-install-recommends chromium libxml2-utils
