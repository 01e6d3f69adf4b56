# SPDX-License-Identifier: Apache-2.0
include sdk/host/local.mk
sdkincludedir = $(includedir)/tenon
sdkinclude_HEADERS = sdk/include/tenon/error.h sdk/include/tenon/row.h sdk/include/tenon/plugin.h sdk/include/tenon/lent.h
sdkifacedir = $(includedir)/tenon/iface
sdkiface_HEADERS = sdk/include/tenon/iface/sql.h sdk/include/tenon/iface/blob.h sdk/include/tenon/iface/notify.h
