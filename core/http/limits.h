/* SPDX-License-Identifier: Apache-2.0 */
/* limits - what the door allows and how it behaves: one row each, read from section `http` of the configuration.
 *
 * Every bound that a client can run into has its row here, and a counter of the same name at /metrics
 * (tenon_http_refused_total{limit="..."}). Sizes are bytes, times milliseconds. */
#ifndef HTTP_LIMITS_H
#define HTTP_LIMITS_H

#include <tenon/row.h>

#define DOOR_CONFIG(F, S) \
	F(S, int64_t, max_body, .dflt = "67108864", .range = "1..", .label = "bytes", \
	  .doc = "body of a request that is arguments; uploads of files have no limit here. Over it: 413") \
	F(S, int64_t, json_depth, .dflt = "32", .range = "1..200", \
	  .doc = "most brackets within brackets of a body that is arguments. Over it: 400") \
	F(S, int64_t, body_memory, .dflt = "536870912", .range = "1048576..", .label = "bytes", \
	  .doc = "all bodies that are being collected at one time. Over it: 503") \
	F(S, int64_t, max_url, .dflt = "0", .range = "0..", .label = "bytes", \
	  .doc = "path and query; 0 = what connection_memory holds. Over it: 414") \
	F(S, int64_t, max_header, .dflt = "0", .range = "0..", .label = "bytes", \
	  .doc = "request line and header lines together; 0 = what connection_memory holds. Over it: 431") \
	F(S, int64_t, connection_memory, .dflt = "8192", .range = "4096..1048576", .label = "bytes", \
	  .doc = "what a connection holds even when idle; its headers and those of the answer must fit. Raise it for large cookies or URLs") \
	F(S, int64_t, max_connections, .dflt = "12000", .range = "1..", \
	  .doc = "connections at one time, as far as files may be open. Over it: 503") \
	F(S, int64_t, max_connections_per_ip, .dflt = "0", .range = "0..", .doc = "connections of one address; 0 = any number. Over it: 429") \
	F(S, int64_t, idle_timeout_ms, .dflt = "120000", .range = "1000..", .label = "ms", \
	  .doc = "a connection on which nothing moves, between requests or within one, is closed") \
	F(S, int64_t, header_timeout_ms, .dflt = "30000", .range = "100..", .label = "ms", \
	  .doc = "how long the headers of a request may take to arrive. Over it: 408") \
	F(S, int64_t, body_min_rate, .dflt = "256", .range = "0..", .label = "bytes/s", \
	  .doc = "slowest body, on average, after header_timeout_ms; 0 = any. Below it: 408") \
	F(S, int64_t, emit_buffer, .dflt = "262144", .range = "4096..", .label = "bytes", \
	  .doc = "an answer that grows longer is sent while it is made, in chunks") \
	F(S, int64_t, gzip_min, .dflt = "32768", .range = "0..", .label = "bytes", \
	  .doc = "shortest answer that is compressed for clients that accept gzip; 0 = none is") \
	F(S, int64_t, retry_after, .dflt = "1", .range = "1..3600", .label = "s", .doc = "what 429 and 503 tell the client to wait") \
	F(S, struct tenon_strs, allowed_hosts, \
	  .doc = "Host headers that are answered, `*` matches any text; empty = localhost and private addresses; `*` alone = any host") \
	F(S, struct tenon_strs, cors_origins, \
	  .doc = "origins of other sites whose pages may call; those on localhost always may; `*` alone = any, without credentials") \
	F(S, const char *, frame_options, .dflt = "SAMEORIGIN", .doc = "X-Frame-Options of every answer; NONE = not sent") \
	F(S, const char *, version, .dflt = "3.11.1", \
	  .doc = "what /version answers. Clients switch features by it, so it names the API that is spoken, not this program")

TENON_STRUCT(door_config, DOOR_CONFIG);
extern const struct tenon_table door_config_table;

#endif
