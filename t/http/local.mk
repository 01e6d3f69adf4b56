# SPDX-License-Identifier: Apache-2.0
# service/toy, the plugin of the door's tests; they give its folder as plugin_dirs.
noinst_PROGRAMS += t/http/plugins/service/toy.so
t_http_plugins_service_toy_so_SOURCES = t/http/toy/plugin.c
t_http_plugins_service_toy_so_CPPFLAGS = $(PLUGIN_CPPFLAGS)
t_http_plugins_service_toy_so_CFLAGS = $(PLUGIN_CFLAGS)
t_http_plugins_service_toy_so_LDFLAGS = $(PLUGIN_LDFLAGS)
