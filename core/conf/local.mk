# SPDX-License-Identifier: Apache-2.0
libcore_a_SOURCES += \
	core/conf/conf.c core/conf/conf.h core/conf/doc.c core/conf/entry.c core/conf/entry.h core/conf/freeform.c core/conf/freeform.h \
	core/conf/quote.c core/conf/quote.h core/conf/section.c core/conf/set.c core/conf/show.c core/conf/source.c core/conf/unit.c \
	core/conf/unit.h core/conf/unknown.c core/conf/value.c core/conf/yaml.c
