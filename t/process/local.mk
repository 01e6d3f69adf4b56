# SPDX-License-Identifier: Apache-2.0
# service/probe, and without routes service/lazy (no start) and service/other, the plugins of the tests of process placement; they give
# this folder as plugin_dirs.
noinst_PROGRAMS += t/process/plugins/service/probe.so t/process/plugins/service/lazy.so t/process/plugins/service/other.so
t_process_plugins_service_probe_so_SOURCES = t/process/probe/plugin.c
t_process_plugins_service_probe_so_CPPFLAGS = $(PLUGIN_CPPFLAGS) -DPROBE_ROUTES
t_process_plugins_service_probe_so_CFLAGS = $(PLUGIN_CFLAGS)
t_process_plugins_service_probe_so_LDFLAGS = $(PLUGIN_LDFLAGS)
t_process_plugins_service_lazy_so_SOURCES = t/process/probe/plugin.c
t_process_plugins_service_lazy_so_CPPFLAGS = $(PLUGIN_CPPFLAGS) -DPROBE_LAZY
t_process_plugins_service_lazy_so_CFLAGS = $(PLUGIN_CFLAGS)
t_process_plugins_service_lazy_so_LDFLAGS = $(PLUGIN_LDFLAGS)
t_process_plugins_service_other_so_SOURCES = t/process/probe/plugin.c
t_process_plugins_service_other_so_CPPFLAGS = $(PLUGIN_CPPFLAGS)
t_process_plugins_service_other_so_CFLAGS = $(PLUGIN_CFLAGS)
t_process_plugins_service_other_so_LDFLAGS = $(PLUGIN_LDFLAGS)
