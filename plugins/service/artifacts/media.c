/* SPDX-License-Identifier: Apache-2.0 */
/* media - MLflow shows what people read as text/plain whatever its own type (mlflow/utils/mime_type_utils.py); the rest
 * are the common types of Python's mimetypes. */
#include "media.h"

#include <string.h>
#include <strings.h>

static const char text[] = " txt log err cfg conf cnf cf ini properties prop hocon toml yaml yml xml json js py py3 csv tsv md rst"
	" ipynb MLmodel mlproject ";

static const struct { const char *extension, *type; } types[] = {
	{ "avi", "video/x-msvideo" }, { "bmp", "image/bmp" }, { "c", "text/plain" }, { "css", "text/css" }, { "doc", "application/msword" },
	{ "gif", "image/gif" }, { "h", "text/plain" }, { "h5", "application/x-hdf5" }, { "htm", "text/html" }, { "html", "text/html" },
	{ "ico", "image/vnd.microsoft.icon" }, { "jpe", "image/jpeg" }, { "jpeg", "image/jpeg" }, { "jpg", "image/jpeg" },
	{ "js", "application/javascript" }, { "json", "application/json" }, { "md", "text/markdown" },
	{ "py", "text/x-python" }, { "tsv", "text/tab-separated-values" }, { "txt", "text/plain" }, { "xml", "text/xml" },
	{ "mjs", "application/javascript" }, { "mov", "video/quicktime" }, { "mp3", "audio/mpeg" }, { "mp4", "video/mp4" },
	{ "mpeg", "video/mpeg" }, { "mpg", "video/mpeg" }, { "pdf", "application/pdf" }, { "png", "image/png" },
	{ "ppt", "application/vnd.ms-powerpoint" }, { "ps", "application/postscript" }, { "pyc", "application/x-python-code" },
	{ "sh", "application/x-sh" }, { "svg", "image/svg+xml" }, { "tar", "application/x-tar" }, { "tex", "application/x-tex" },
	{ "tgz", "application/x-tar" }, { "tif", "image/tiff" }, { "tiff", "image/tiff" }, { "wasm", "application/wasm" }, { "wav", "audio/x-wav" }, { "webm", "video/webm" },
	{ "xls", "application/vnd.ms-excel" }, { "zip", "application/zip" },
};

static const char *of_extension(const char *s, size_t n)
{
	for (size_t i = 0; i < sizeof types / sizeof *types; i++)
		if (strncasecmp(types[i].extension, s, n) == 0 && types[i].extension[n] == '\0')
			return types[i].type;
	return "application/octet-stream";
}

const char *media_type(const char *name)
{
	char word[64];
	const char *dot = strrchr(name, '.');
	const char *extension = dot == NULL || dot == name ? name : dot + 1;
	size_t n = strlen(extension);

	if (n == 0 || n > sizeof word - 3)
		return "application/octet-stream";
	word[0] = ' ';
	memcpy(word + 1, extension, n);
	memcpy(word + 1 + n, " ", 2);
	if (strstr(text, word) != NULL)
		return "text/plain";
	if (strcasecmp(extension, "gz") == 0 && dot - name > 4 && strncasecmp(dot - 4, ".tar", 4) == 0)
		return "application/x-tar"; /* the type of what is compressed, as Python says it */
	return dot == NULL ? "application/octet-stream" : of_extension(extension, n);
}
