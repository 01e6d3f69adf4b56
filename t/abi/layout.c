/* SPDX-License-Identifier: Apache-2.0 */
/* layout - prints where every member of the ABI's structs lies, a line each, for comparison with t/abi/accepted. */
#include <stdio.h>
#include <tenon/plugin.h>

#define AT(s, m) printf(#s "." #m " %zu %zu\n", offsetof(struct s, m), sizeof(((struct s *)0)->m));
int main(void)
{
	AT(tenon_field, name) AT(tenon_field, type) AT(tenon_field, card) AT(tenon_field, group) AT(tenon_field, flags) AT(tenon_field, offset)
	AT(tenon_field, sub) AT(tenon_field, names) AT(tenon_field, pattern) AT(tenon_field, aliases) AT(tenon_field, dflt) AT(tenon_field, range)
	AT(tenon_field, label) AT(tenon_field, doc)
	AT(tenon_table, name) AT(tenon_table, size) AT(tenon_table, n) AT(tenon_table, fields)
	AT(tenon_method, name) AT(tenon_method, since) AT(tenon_method, flags) AT(tenon_method, args) AT(tenon_method, result) AT(tenon_method, handler)
	AT(tenon_method, batch) AT(tenon_method, lane) AT(tenon_method, deadline_ms) AT(tenon_method, routes) AT(tenon_method, cli)
	AT(tenon_method, permission) AT(tenon_method, errors) AT(tenon_method, doc)
	AT(tenon_plugin, size) AT(tenon_plugin, abi) AT(tenon_plugin, name) AT(tenon_plugin, version) AT(tenon_plugin, interface) AT(tenon_plugin, config)
	AT(tenon_plugin, methods) AT(tenon_plugin, lanes) AT(tenon_plugin, dialects) AT(tenon_plugin, needs) AT(tenon_plugin, builtin)
	AT(tenon_plugin, create) AT(tenon_plugin, start) AT(tenon_plugin, drain) AT(tenon_plugin, destroy) AT(tenon_plugin, ready)
	AT(tenon_plugin, topics) AT(tenon_plugin, resolvers)
	AT(tenon_call, host) AT(tenon_call, self) AT(tenon_call, method) AT(tenon_call, principal) AT(tenon_call, workspace) AT(tenon_call, trace)
	AT(tenon_call, deadline)
	AT(tenon_host, size) AT(tenon_host, log) AT(tenon_host, alloc) AT(tenon_host, fail) AT(tenon_host, call) AT(tenon_host, emit) AT(tenon_host, read)
	AT(tenon_host, content) AT(tenon_host, write) AT(tenon_host, relay) AT(tenon_host, batch_take) AT(tenon_host, metric_add) AT(tenon_host, data_dir)
	AT(tenon_host, publish) AT(tenon_host, subscribe)
	AT(tenon_event, topic) AT(tenon_event, workspace) AT(tenon_event, epoch) AT(tenon_event, seq) AT(tenon_event, lost) AT(tenon_event, time)
	AT(tenon_event, payload) AT(tenon_event, instance) AT(tenon_topic, name) AT(tenon_topic, table) AT(tenon_topic, doc)
	AT(tenon_entity, kind) AT(tenon_entity, id) AT(tenon_resolver, field) AT(tenon_resolver, kind) AT(tenon_resolver, fn)
	printf("abi %d\n", TENON_ABI);
	return 0;
}
