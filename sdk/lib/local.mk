# SPDX-License-Identifier: Apache-2.0
# Helpers that a plugin links into itself: add the ones that it uses to its sources, -I$(top_srcdir)/sdk to its flags, and their library.
LIB_HMAC = sdk/lib/hmac.c sdk/lib/hmac.h
LIB_BACKOFF = sdk/lib/backoff.c sdk/lib/backoff.h
LIB_HTTP = sdk/lib/http.c sdk/lib/http.h sdk/lib/address.c sdk/lib/address.h
