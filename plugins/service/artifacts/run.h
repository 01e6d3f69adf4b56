/* SPDX-License-Identifier: Apache-2.0 */
/* run - where a run's artifacts lie: its artifact_uri, asked of tracking, as a path below the artifact root. */
#ifndef ARTIFACTS_RUN_H
#define ARTIFACTS_RUN_H

struct tenon_call;

struct run_root {
	const char *uri;   /* mlflow-artifacts:/1/<run_id>/artifacts */
	const char *path;  /* 1/<run_id>/artifacts */
};

/* PARKS. Fails as tracking does when there is no such run, and UNSUPPORTED when its artifacts lie elsewhere. */
int run_root(struct tenon_call *, const char *run_id, struct run_root *);

#endif
