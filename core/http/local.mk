# SPDX-License-Identifier: Apache-2.0
libcore_a_SOURCES += \
	core/http/admission.c core/http/admission.h core/http/body.c core/http/body.h core/http/connection.c \
	core/http/content.c core/http/content.h core/http/cors.c core/http/cors.h core/http/dialect.c core/http/dialect.h \
	core/http/door.c core/http/door.h core/http/guard.c core/http/guard.h core/http/gzip.c core/http/gzip.h \
	core/http/header.c core/http/header.h core/http/limits.h core/http/listener.c core/http/methods.c core/http/metrics.c \
	core/http/native.c core/http/openapi.c core/http/operation.c core/http/operation.h core/http/outflow.c \
	core/http/outflow.h core/http/peers.c core/http/peers.h core/http/preflight.c core/http/preflight.h \
	core/http/refusal.c core/http/refusal.h core/http/request.c core/http/request.h core/http/respond.c \
	core/http/respond.h core/http/route.c core/http/route.h core/http/server.c core/http/server.h core/http/url.c \
	core/http/url.h core/http/watch.c core/http/watch.h
