/* SPDX-License-Identifier: Apache-2.0 */
/* elf - the section .dynsym and its strings, each offset looked at before it is used. */
#include "elf.h"

#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

struct image { const unsigned char *p; size_t n; };

static bool inside(const struct image *f, size_t offset, size_t size) { return offset <= f->n && size <= f->n - offset; }

static void each_symbol(const struct image *f, const ElfW(Shdr) *symbols, const ElfW(Shdr) *strings,
                        void (*each)(const struct elf_symbol *, void *), void *arg)
{
	const ElfW(Sym) *sym = (const void *)(f->p + symbols->sh_offset);
	const char *text = (const char *)f->p + strings->sh_offset;

	for (size_t i = 1; i < symbols->sh_size / sizeof *sym; i++) {
		int bind = ELF64_ST_BIND(sym[i].st_info), seen = ELF64_ST_VISIBILITY(sym[i].st_other);
		if (bind == STB_LOCAL || sym[i].st_name >= strings->sh_size || memchr(text + sym[i].st_name, 0, strings->sh_size - sym[i].st_name) == NULL)
			continue;
		if (seen == STV_HIDDEN || seen == STV_INTERNAL)
			continue;
		each(&(struct elf_symbol){ text + sym[i].st_name, sym[i].st_shndx != SHN_UNDEF, bind == STB_WEAK }, arg);
	}
}

static const char *walk(const struct image *f, void (*each)(const struct elf_symbol *, void *), void *arg)
{
	const ElfW(Ehdr) *head = (const void *)f->p;

	if (f->n < sizeof *head || memcmp(head->e_ident, ELFMAG, SELFMAG) != 0)
		return "it is no ELF file";
	if (head->e_type != ET_DYN)
		return "it is no shared object: link it with -shared";
	if (head->e_shentsize != sizeof(ElfW(Shdr)) || !inside(f, head->e_shoff, (size_t)head->e_shnum * sizeof(ElfW(Shdr))))
		return "its section headers are missing or broken: do not strip them";
	const ElfW(Shdr) *section = (const void *)(f->p + head->e_shoff);
	for (size_t i = 0; i < head->e_shnum; i++) {
		if (section[i].sh_type != SHT_DYNSYM)
			continue;
		if (section[i].sh_link >= head->e_shnum || !inside(f, section[i].sh_offset, section[i].sh_size) ||
		    !inside(f, section[section[i].sh_link].sh_offset, section[section[i].sh_link].sh_size))
			return "its dynamic symbols are broken";
		each_symbol(f, &section[i], &section[section[i].sh_link], each, arg);
		return NULL;
	}
	return "it has no dynamic symbols";
}

const char *elf_symbols(const char *path, void (*each)(const struct elf_symbol *, void *), void *arg)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || fstat(fd, &st) != 0 || st.st_size <= 0) {
		if (fd >= 0)
			close(fd);
		return "it cannot be read";
	}
	struct image f = { mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0), (size_t)st.st_size };
	close(fd);
	if (f.p == MAP_FAILED)
		return "it cannot be read";
	const char *fault = walk(&f, each, arg);
	munmap((void *)f.p, f.n);
	return fault;
}
