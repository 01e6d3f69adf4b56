/* SPDX-License-Identifier: Apache-2.0 */
/* messages - what goes in and out of the artifact methods (MLflow's mlflow_artifacts.proto and ListArtifacts). */
#ifndef ARTIFACTS_MESSAGES_H
#define ARTIFACTS_MESSAGES_H

#include <tenon/plugin.h>

#define PATH_ARGS(F, S) \
	F(S, const char *, artifact_path, .flags = TENON_REQUIRED, .doc = "path below the artifact root: 1/<run_id>/artifacts/model/MLmodel")
TENON_MESSAGE(path_args, PATH_ARGS);

#define FILE_INFO(F, S) \
	F(S, const char *, path, .doc = "name, or path below the run's artifact root") \
	F(S, bool, is_dir, .doc = "a directory") \
	F(S, int64_t, file_size, .doc = "bytes; left out for directories and empty files")
TENON_MESSAGE(file_info, FILE_INFO);

#define BROWSE_ARGS(F, S) \
	F(S, const char *, path, .doc = "directory below the artifact root; absent = the root")
TENON_MESSAGE(browse_args, BROWSE_ARGS);
#define BROWSE_RESULT(F, S) \
	F(S, struct file_info_list, files, TENON_MANY(file_info), .doc = "its direct children by name; none if it is a file or not there")
TENON_MESSAGE(browse_result, BROWSE_RESULT);

#define LIST_ARGS(F, S) \
	F(S, const char *, run_id, .flags = TENON_REQUIRED | TENON_TYPED, .aliases = "run_uuid", .doc = "the run") \
	F(S, const char *, path, .flags = TENON_TYPED, .doc = "directory below the run's artifact root") \
	F(S, const char *, page_token, .flags = TENON_TYPED, .doc = "accepted and not needed: listings are whole")
TENON_MESSAGE(list_args, LIST_ARGS);
#define LIST_RESULT(F, S) \
	F(S, const char *, root_uri, .doc = "the run's artifact root") \
	F(S, struct file_info_list, files, TENON_MANY(file_info), .doc = "direct children by name, paths below the run's root")
TENON_MESSAGE(list_result, LIST_RESULT);

#define RUN_FILE_ARGS(F, S) \
	F(S, const char *, run_id, .doc = "the run") \
	F(S, const char *, run_uuid, .doc = "the same, by its old name") \
	F(S, const char *, path, .doc = "path below the run's artifact root")
TENON_MESSAGE(run_file_args, RUN_FILE_ARGS);

#define PRESIGNED_UPLOAD_ARGS(F, S) \
	F(S, const char *, run_id, .flags = TENON_TYPED, .doc = "the run that it would belong to") \
	F(S, const char *, model_id, .flags = TENON_TYPED, .doc = "or the logged model") \
	F(S, const char *, path, .flags = TENON_REQUIRED | TENON_TYPED, .doc = "path below its artifact root") \
	F(S, int64_t, expiration, .flags = TENON_TYPED, .doc = "seconds that the link would be good for")
TENON_MESSAGE(presigned_upload_args, PRESIGNED_UPLOAD_ARGS);

#define MPU_CREATE_ARGS(F, S) \
	F(S, const char *, artifact_path, .doc = "path below the artifact root") \
	F(S, const char *, path, .flags = TENON_REQUIRED | TENON_TYPED, .doc = "name of the file") \
	F(S, int64_t, num_parts, .flags = TENON_TYPED, .doc = "how many parts it would have")
TENON_MESSAGE(mpu_create_args, MPU_CREATE_ARGS);
#define MPU_PART(F, S) \
	F(S, int64_t, part_number) \
	F(S, const char *, etag) \
	F(S, const char *, url)
TENON_MESSAGE(mpu_part, MPU_PART);
#define MPU_COMPLETE_ARGS(F, S) \
	F(S, const char *, artifact_path, .doc = "path below the artifact root") \
	F(S, const char *, path, .flags = TENON_REQUIRED | TENON_TYPED, .doc = "name of the file") \
	F(S, const char *, upload_id, .flags = TENON_TYPED, .doc = "the upload") \
	F(S, struct mpu_part_list, parts, TENON_MANY(mpu_part), .flags = TENON_REQUIRED, .doc = "what was uploaded")
TENON_MESSAGE(mpu_complete_args, MPU_COMPLETE_ARGS);
#define MPU_ABORT_ARGS(F, S) \
	F(S, const char *, artifact_path, .doc = "path below the artifact root") \
	F(S, const char *, path, .flags = TENON_REQUIRED | TENON_TYPED, .doc = "name of the file") \
	F(S, const char *, upload_id, .flags = TENON_TYPED, .doc = "the upload")
TENON_MESSAGE(mpu_abort_args, MPU_ABORT_ARGS);

#endif
