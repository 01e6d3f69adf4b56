# SPDX-License-Identifier: Apache-2.0
include plugins/sql/sqlite/local.mk
include plugins/blob/file/local.mk
include plugins/service/tracking/local.mk
include plugins/service/artifacts/local.mk
include plugins/notify/smtp/local.mk
include plugins/notify/webhook/local.mk
include plugins/service/notify/local.mk
