# SPDX-License-Identifier: Apache-2.0
# Helpers that a plugin links into itself: add the ones that it uses to its sources, -I$(top_srcdir)/sdk to its flags, and their library.
LIB_BASE64 = sdk/lib/base64.c sdk/lib/base64.h
LIB_HMAC = sdk/lib/hmac.c sdk/lib/hmac.h
LIB_BACKOFF = sdk/lib/backoff.c sdk/lib/backoff.h
LIB_HTTP = sdk/lib/http.c sdk/lib/http.h sdk/lib/address.c sdk/lib/address.h

# and installed, for those outside of this tree: #include <tenon/lib/http.h>, pkg-config --variable=lib_libs tenon
lib_LIBRARIES += libtenon-lib.a
libtenon_lib_a_SOURCES = $(LIB_BASE64) $(LIB_HMAC) $(LIB_BACKOFF) $(LIB_HTTP)
libtenon_lib_a_CPPFLAGS = $(PLUGIN_CPPFLAGS) -I$(top_srcdir)/sdk
libtenon_lib_a_CFLAGS = $(AM_CFLAGS) $(CRYPTO_CFLAGS) $(CURL_CFLAGS) -fPIC
sdklibdir = $(includedir)/tenon/lib
sdklib_HEADERS = sdk/lib/http.h sdk/lib/address.h sdk/lib/base64.h sdk/lib/hmac.h sdk/lib/backoff.h
