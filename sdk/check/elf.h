/* SPDX-License-Identifier: Apache-2.0 */
/* elf - the dynamic symbols of a shared object: what it exports, what it wants from others. Reads the file; loads nothing. */
#ifndef CHECK_ELF_H
#define CHECK_ELF_H

#include <stdbool.h>

struct elf_symbol { const char *name; bool defined, weak; };

/* Calls `each` for every global symbol. NULL, or what is wrong with the file. */
const char *elf_symbols(const char *path, void (*each)(const struct elf_symbol *, void *arg), void *arg);

#endif
