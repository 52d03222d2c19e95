#!/bin/sh
# Each face by curl, without a key of any provider: sh examples/curl.sh
# TOLLGATE_KEY is a key of the gateway's; TOLLGATE_URL where it listens.
set -eu

url=${TOLLGATE_URL:-http://127.0.0.1:8080}
: "${TOLLGATE_KEY:?set it to the key that npm start printed}"

# ask PATH [BODY]: a GET without a body, a POST with one.
ask() {
  path=$1
  printf '\n%s\n' "$path"
  if [ $# -eq 1 ]; then
    curl -fsSN "$url$path" -H "authorization: Bearer $TOLLGATE_KEY"
  else
    curl -fsSN "$url$path" -H "authorization: Bearer $TOLLGATE_KEY" \
      -H 'content-type: application/json' -d "$2"
  fi
  echo
}

# OpenAI
ask /v1/models
ask /v1/chat/completions '{"model":"sim/echo","messages":[{"role":"user","content":"Hello"}]}'
ask /v1/chat/completions '{"model":"sim/echo","stream":true,"messages":[{"role":"user","content":"Hello"}]}'
ask /v1/responses '{"model":"sim/echo","input":"Hello"}'
ask /v1/embeddings '{"model":"sim/embed","input":"Hello","dimensions":4}'

# Native
ask /native/v1/chat/completions '{"model":"sim/echo","messages":[{"role":"user","content":"Hello"}]}'

# tRPC
ask /trpc/chat.complete '{"model":"sim/echo","messages":[{"role":"user","content":[{"type":"text","text":"Hello"}]}]}'
ask /trpc/models.list

# Ops
ask /health
