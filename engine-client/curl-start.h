/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>

/* curl_global_init, to be ended by curl_global_cleanup; cheaper where no TLS is going to be spoken. */
void curl_start(bool with_tls);
