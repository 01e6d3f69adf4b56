/* SPDX-License-Identifier: Apache-2.0 */
/* frame - what is said between the core and a host: msgpack arrays, the kind first, messages as maps by name.
 *
 * Model    A host asks and the core answers: each frame of a host is an nng REQ, each frame of the core the REP to one. So the
 *          core only listens and never has to reach a host that is gone, and a lane that asks for work is a credit:
 *
 *	host                                         core
 *	HELLO abi token version                      OK code text             who it is; the token came to it on fd 3
 *	STATE code text                              OK                       created and started, or why not
 *	ASK most                                     CALL | MANY | BYE        parked until there is a call
 *	RESULT id code text message                  CALL | MANY | BYE        how a call ended; asks for the next
 *	MANY result ...                              CALL | MANY | BYE
 *	PART id seq bytes                            OK                       bytes of the answer's stream; OK is the credit
 *	READ id most                                 BYTES code bytes         of the request's stream; none = end
 *	CONTENT id wanted type filename etag size mtime  SPAN code text offset length
 *	ITEMS id [message ...]                       OK                       of the result's EMIT field
 *	UP id instance method relay ms message       ANSWER code text message a call to another instance; id 0: of no call
 *	CONTROL open {gauge: value}                  ORDER flags [id ...] [code ...]   parked until something is to be said
 *	EVENT topic workspace epoch seq time trace message   OK          its instance published it
 *	WATCH [pattern ...]                          EVENTS lost [event ...]   parked; the patterns come with the first. Each event is a
 *	                                                                       bin: EVENT topic instance workspace epoch seq time trace message
 *
 *	MANY frame ... is several frames in one, each a bin: what calls or results there are at the end of a turn. `most` is how many calls
 *	the host works on at once, whatever the lines that they came on; it takes MANY, of none where the core has asks enough. A host
 *	that leaves it out gets one CALL for each ASK or RESULT, and works on as many calls as it has such lines.
 *
 *	A host that tenond started finds a duct (duct.h). Once it sends a MANY there, of none at first, all its calls come that way, as
 *	many at once as it was given lanes, and it asks for none.
 *
 *	CALL is: id method flags ms trace span principal workspace message. `ms` is the time left, -1 = no end.
 *
 * Growth   new items come at the end of a frame; a reader skips what it does not know and takes what is missing as nil.
 * Failure  whatever comes in is hostile: a frame that cannot be read is refused, never half understood. */
#ifndef BUS_FRAME_H
#define BUS_FRAME_H

#include "wire/unpack.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct buf;

enum frame_kind {
	FRAME_HELLO = 1, FRAME_STATE, FRAME_ASK, FRAME_RESULT, FRAME_PART, FRAME_READ, FRAME_CONTENT, FRAME_ITEMS, FRAME_UP, FRAME_CONTROL,
	FRAME_EVENT, FRAME_WATCH,
	FRAME_OK = 32, FRAME_CALL, FRAME_BYE, FRAME_BYTES, FRAME_SPAN, FRAME_ANSWER, FRAME_ORDER, FRAME_EVENTS,
	FRAME_MANY = 64,
};

enum frame_call_flag { FRAME_STREAM_IN = 1, FRAME_STREAM_OUT = 2 };
enum frame_order_flag { ORDER_DRAIN = 1, ORDER_STOP = 2 };

enum {
	FRAME_MOST = 16 << 20,      /* bytes of one frame */
	FRAME_PART_MOST = 64 << 10, /* bytes of a stream in one */
	FRAME_PATTERNS_MOST = 32,   /* that a host may watch */
	FRAME_TEXT_MOST = 64 << 10, /* of a name or message */
	FRAME_MANY_FULL = 64 << 10, /* MANY is sent when it is that long ... */
	FRAME_ITEM_MOST = FRAME_MOST - FRAME_MANY_FULL - 64, /* ... and so has room for one more of these */
};

/* a reader over one frame: takes are in order, and `bad` is sticky */
struct frame {
	struct unpack in;
	int64_t kind;
	uint32_t left;              /* items that follow */
	bool bad;
};

void frame_begin(struct buf *, enum frame_kind, uint32_t items); /* the items follow */

/* MANY: an item is what is appended between frame_item and frame_item_end; frame_item_drop takes it back, also what failed it */
void   frame_many(struct buf *);
size_t frame_item(struct buf *);
void   frame_item_end(struct buf *, size_t item);
void   frame_item_drop(struct buf *, size_t item);

bool    frame_open(struct frame *, const void *, size_t); /* false: no frame at all */
int64_t frame_i64(struct frame *);
const char *frame_text(struct frame *, struct arena *);   /* valid UTF-8; "" for nil and, then it is bad, for none or no memory */
bool    frame_bytes(struct frame *, const void **, size_t *);
bool    frame_array(struct frame *, uint32_t *n);         /* its items are taken with unpack_ functions from `in` */
bool    frame_next(struct frame *);                       /* is there one more item? counts it as taken */
bool    frame_done(struct frame *);                       /* skips what is new here; false if anything was bad */

#endif
