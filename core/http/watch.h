/* SPDX-License-Identifier: Apache-2.0 */
/* watch - GET /api/v1/events: events as they happen, for people and browsers (Server-Sent Events).
 *
 *	id: <epoch of this tenond>-<number of the event>
 *	data: {"topic","instance","epoch","seq","time","payload":{}}
 *
 *	event: gap
 *	data: {"lost":12}          the client was too slow: 12 are missing here; without `lost`: it came back (Last-Event-ID) and
 *	                           something happened meanwhile, or this is another tenond. Ask for a snapshot.
 *
 * Model    The instance «events», which the door brings: a method like any other, with a fiber for each watcher. A watcher sees
 *          the events of its own workspace. Without an event a comment is sent every `heartbeat` seconds.
 * Source   WHATWG HTML, 9.2 Server-sent events. */
#ifndef HTTP_WATCH_H
#define HTTP_WATCH_H

struct bus;
struct err;
struct loop;
struct watch;

int  watch_open(struct watch **, struct bus *, struct loop *home, struct err *); /* the instance joins the bus */
void watch_drain(struct watch *);                               /* watchers end, soon; any thread */
void watch_close(struct watch *);                               /* the loops have ended; the bus is still there */

#endif
