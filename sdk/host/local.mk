# SPDX-License-Identifier: Apache-2.0
# What tenon-host does to itself; with $(SECCOMP_LIBS).
SANDBOX = sdk/host/sandbox.c sdk/host/sandbox.h sdk/host/filter.c sdk/host/filter.h sdk/host/folder.c sdk/host/folder.h
