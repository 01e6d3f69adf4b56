/* SPDX-License-Identifier: Apache-2.0 */
/* names - word lists of our own. No word is longer than 8 letters, so that a name never needs cutting. */
#include "names.h"

#include <stdio.h>

static const char adjectives[][9] = {
	"agile", "amber", "ample", "azure", "balmy", "bold", "brave", "breezy", "bright", "brisk", "calm", "candid", "cheery",
	"civil", "clear", "clever", "cosy", "crisp", "curious", "daring", "deft", "eager", "early", "earnest", "easy", "fair",
	"fleet", "fluent", "fond", "frank", "fresh", "gentle", "glad", "golden", "grand", "handy", "hardy", "hearty", "honest",
	"humble", "ideal", "jolly", "keen", "kind", "lively", "loyal", "lucid", "lucky", "mellow", "merry", "mild", "modest",
	"neat", "nimble", "noble", "patient", "placid", "plucky", "polite", "prime", "proud", "quick", "quiet", "rapid",
	"ready", "robust", "rustic", "serene", "sharp", "silent", "silver", "simple", "sincere", "sleek", "smart", "smooth",
	"snug", "sober", "solid", "spry", "stable", "stately", "steady", "sunny", "sure", "swift", "tender", "tidy", "tranquil",
	"trusty", "upbeat", "valiant", "vivid", "warm", "wise", "witty", "zesty",
};
static const char nouns[][8] = {
	"acorn", "alder", "aspen", "atoll", "bay", "beech", "birch", "brook", "canyon", "cedar", "cliff", "cloud", "comet",
	"coral", "cove", "creek", "delta", "dune", "elm", "ember", "fern", "field", "fir", "fjord", "flint", "forest", "garnet",
	"geyser", "glacier", "glade", "grove", "harbor", "hazel", "heath", "hill", "island", "ivy", "jade", "juniper", "lagoon",
	"lake", "larch", "lichen", "linden", "maple", "marsh", "meadow", "mesa", "meteor", "mist", "moon", "moor", "moss",
	"oak", "oasis", "ocean", "opal", "orbit", "orchid", "peak", "pebble", "pine", "plain", "pond", "poplar", "prairie",
	"quartz", "rain", "reef", "ridge", "river", "rowan", "sage", "sand", "shore", "sky", "slate", "snow", "spruce", "star",
	"stone", "storm", "stream", "summit", "sun", "thicket", "thyme", "tide", "topaz", "tundra", "valley", "vine", "wave",
	"willow", "wind", "yew", "zephyr",
};
#define COUNT(a) (sizeof(a) / sizeof *(a))

void random_name(uint64_t random, char to[NAME_SIZE])
{
	uint64_t a = random % COUNT(adjectives), rest = random / COUNT(adjectives);
	uint64_t n = rest % COUNT(nouns), number = rest / COUNT(nouns) % 1000;
	snprintf(to, NAME_SIZE, "%.8s-%.7s-%u", adjectives[a], nouns[n], (unsigned)number);
}
