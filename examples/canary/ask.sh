#!/bin/sh
# Asks the shop as so many customers would (100 unless told otherwise), and counts which version answered.
# Each is served by one endpoint of the service, taken at random, as a proxy does it.
# Run it where pods can be reached: on a board, or on the machine of `./kubus up`.
set -eu
customers="${1:-100}"
addresses=$(kubectl get endpoints shop \
  -o jsonpath='{range .subsets[*].addresses[*]}{.ip}{"\n"}{end}' 2>/dev/null)
echo "$addresses" | shuf -r -n "$customers" |
  xargs -P 4 -I '{}' curl -sS --max-time 5 'http://{}:8080' |
  sed 's/ from .*//' | sort | uniq -c
