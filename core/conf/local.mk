# SPDX-License-Identifier: Apache-2.0
libcore_a_SOURCES += \
	core/conf/conf.c core/conf/conf.h core/conf/node.c core/conf/node.h core/conf/show.c core/conf/yaml.c
