/* SPDX-License-Identifier: Apache-2.0 */
/* reply - what was said last between the two sides of a session, listened to through libcurl's debug callback.
 *
 * Secrets  commands of AUTH are not kept; an answer that repeats the password, as it is or in base64, is not either. */
#ifndef SMTP_REPLY_H
#define SMTP_REPLY_H

#include "smtp.h"
#include <curl/curl.h>
#include <stdbool.h>

struct reply {
	const struct smtp *smtp;
	char command[300];   /* the last one: "RCPT TO:<a@b>"; "" before the first */
	char text[400];      /* the last line of the server, one line of printable UTF-8 */
	int code;            /* its number, 0 = none yet */
	bool answered;       /* the last command has its answer */
	bool over;           /* QUIT was said: what follows is no answer to anything */
};

int reply_listen(CURL *, curl_infotype, char *, size_t, void *reply); /* a curl_debug_callback */

#endif
