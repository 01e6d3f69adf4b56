# SPDX-License-Identifier: Apache-2.0
nobase_plugin_PROGRAMS += plugins/blob/file.so
plugins_blob_file_so_SOURCES = \
	plugins/blob/file/plugin.c plugins/blob/file/key.c plugins/blob/file/key.h plugins/blob/file/tree.c plugins/blob/file/tree.h \
	plugins/blob/file/upload.c plugins/blob/file/upload.h
plugins_blob_file_so_CPPFLAGS = $(PLUGIN_CPPFLAGS)
plugins_blob_file_so_CFLAGS = $(PLUGIN_CFLAGS) $(CRYPTO_CFLAGS)
plugins_blob_file_so_LDFLAGS = $(PLUGIN_LDFLAGS)
plugins_blob_file_so_LDADD = $(CRYPTO_LIBS)
