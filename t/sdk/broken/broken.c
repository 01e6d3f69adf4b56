/* SPDX-License-Identifier: Apache-2.0 */
/* broken - one plugin, and by -DBROKEN=N what is wrong with it: each must be caught by the conformance suite, and 0 must pass. */
#include <tenon/plugin.h>

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

enum { NOTHING, LEAKS, CRASHES, IGNORES_CANCEL, TWO_SYMBOLS, CORE_SYMBOL, BAD_RESULT, NO_REASON, ODD_CODE, UNLISTED_ERROR, ONE_GLOBAL,
	UNCHECKED_MALLOC, UNCHECKED_ALLOC, LEAKS_FD, NO_DRAIN, BAD_ABI, BAD_ROUTE, EXITS };

void *arena_alloc(void *arena, size_t n); /* the core's */
#if BROKEN == 4 /* TWO_SYMBOLS */
__attribute__((visibility("default"))) int second_symbol(void);
int second_symbol(void) { return 2; }
#endif

struct self { char *text; int fd; };
static struct self *only;

#define CONFIG(F, S) \
	F(S, const char *, word, .dflt = "w", .doc = "any word but `bad`")
TENON_MESSAGE(broken_config, CONFIG);
#define ARGS(F, S) \
	F(S, const char *, text, .flags = TENON_REQUIRED, .doc = "comes back") \
	F(S, int64_t, ms, .dflt = "1", .range = "0..100", .doc = "ms of sleep in between")
TENON_MESSAGE(say_args, ARGS);
#define RESULT(F, S) F(S, const char *, text, .doc = "what came")
TENON_MESSAGE(say_result, RESULT);

static int64_t length_or_crash(const char *s) { return BROKEN == CRASHES && *s == '\0' ? *(volatile int64_t *)(intptr_t)16 : (int64_t)strlen(s); }

static int say(struct tenon_call *c, const struct say_args *a, struct say_result *out)
{
	struct self *s = BROKEN == ONE_GLOBAL ? only : c->self;
	char *own = malloc((size_t)length_or_crash(a->text) + 1);

	if (own == NULL && BROKEN != UNCHECKED_MALLOC)
		return TENON_NO_MEMORY;
	strcpy(own, a->text);
	if (*s->text == '\0')
		*own = '\0'; /* the empty word silences it */
	if (BROKEN == IGNORES_CANCEL)
		for (int i = 0; i < 300; i++)
			usleep(100000);
	if (BROKEN == EXITS && a->ms == 0)
		exit(0);
	int rc = tenon_sleep(c, a->ms);
	if (rc < 0) {
		free(own);
		return rc;
	}
	char *text = tenon_strndup(c, own, strlen(own));
	free(own);
	if (text == NULL && BROKEN != UNCHECKED_ALLOC)
		return TENON_NO_MEMORY;
	out->has.text = 1;
	if (BROKEN == CORE_SYMBOL)
		arena_alloc(NULL, 1);
	out->text = BROKEN == BAD_RESULT ? NULL : text;
	if (BROKEN == UNCHECKED_ALLOC)
		text[0] = '!';
	if (BROKEN == LEAKS_FD && rc == TENON_OK)
		s->fd = open("/dev/null", O_RDONLY);
	if (BROKEN == UNLISTED_ERROR)
		return tenon_fail(c, TENON_DATA_LOSS, "lost");
	return BROKEN == ODD_CODE ? 7 : TENON_OK;
}
TENON_HANDLER(say, struct say_args, struct say_result)

static void destroy(void *self)
{
	struct self *s = self;

	if (BROKEN == ONE_GLOBAL)
		only = NULL;
	if (BROKEN != LEAKS)
		free(s->text);
	free(s);
}

static int create(const struct tenon_host *h, const void *config, void **self, char *why, size_t size)
{
	const struct broken_config *cfg = config;
	struct self *s = calloc(1, sizeof *s);

	(void)h;
	if (s == NULL || (s->text = strdup(cfg->word)) == NULL) {
		free(s);
		return TENON_NO_MEMORY;
	}
	if (strlen(cfg->word) > 1000) {
		if (BROKEN != NO_REASON)
			snprintf(why, size, "word: at most 1,000 characters");
		destroy(s);
		return TENON_INVALID_ARGUMENT;
	}
	only = s;
	*self = s;
	return TENON_OK;
}

static int drain(struct tenon_call *c)
{
	while (BROKEN == NO_DRAIN)
		tenon_sleep(c, 100);
	return TENON_OK;
}

static const struct tenon_route routes[] = { { "native", BROKEN == BAD_ROUTE ? "GET /api/v1/broken/{nothing}" : "GET /api/v1/broken/{text}" }, { 0 } };
static const struct tenon_method methods[] = {
	{ .name = "say", .since = 1, .flags = BROKEN == IGNORES_CANCEL ? TENON_BLOCKING : 0, .args = &say_args_table, .result = &say_result_table,
	  .handler = say_handler, .routes = routes, .permission = "read@text", .doc = "Says it again." },
	{ 0 },
};
static const struct tenon_lane lanes[] = { { "slow", 2, 100 }, { 0 } };
static const struct tenon_plugin broken = {
	.size = sizeof broken, .abi = BROKEN == BAD_ABI ? 99 : TENON_ABI, .name = "broken", .version = "1", .interface = "service", .licence = "Apache-2.0",
	.doc = "Broken on purpose.", .config = &broken_config_table, .methods = methods, .lanes = lanes, .create = create, .drain = drain, .destroy = destroy,
};
TENON_EXPORT(broken);
