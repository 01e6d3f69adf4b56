/* SPDX-License-Identifier: Apache-2.0 */
/* list - intrusive, doubly linked, circular. A node belongs to one list at most; node_take of a loose node is safe. */
#ifndef BASE_LIST_H
#define BASE_LIST_H

#include <stdbool.h>
#include <stddef.h>

struct node { struct node *prev, *next; };
struct list { struct node head; };

/* the struct around a node */
#define LIST_ITEM(ptr, type, member) ((type *)(void *)((char *)(ptr) - offsetof(type, member)))
#define LIST_EACH(l, it, after) \
	for (struct node *it = (l)->head.next, *after = it->next; it != &(l)->head; it = after, after = after->next)

static inline void list_init(struct list *l) { l->head.prev = l->head.next = &l->head; }
static inline bool list_empty(const struct list *l) { return l->head.next == &l->head; }
static inline void list_add(struct list *l, struct node *n) /* at the end */
{
	n->prev = l->head.prev;
	n->next = &l->head;
	l->head.prev->next = n;
	l->head.prev = n;
}
static inline void node_take(struct node *n)
{
	if (n->next == NULL)
		return;
	n->prev->next = n->next;
	n->next->prev = n->prev;
	n->next = n->prev = NULL;
}
static inline struct node *list_pop(struct list *l) /* the first, or NULL */
{
	struct node *n = l->head.next;
	if (n == &l->head)
		return NULL;
	node_take(n);
	return n;
}

#endif
