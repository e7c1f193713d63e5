/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Apart from the rest because of OpenSSL's header, whose names are anybody's.
 *
 * libcurl starts OpenSSL, and that reads its configuration, loads what stands there, and a table of its errors: 0.8 ms
 * and 1 MB, for nothing where no TLS is spoken. It is started once, so that whoever does it first decides.
 */
#include "engine-client/curl-start.h"

#include <curl/curl.h>
#include <dlfcn.h>
#include <openssl/crypto.h>
#include <string.h>

/* Where libcurl has another TLS library there may be no OpenSSL. */
static void start_openssl_bare(void)
{
	__typeof__(&OPENSSL_init_crypto) init;
	void *function = dlsym(RTLD_DEFAULT, "OPENSSL_init_crypto");

	if (!function)
		return;
	memcpy(&init, &function, sizeof(function));
	init(OPENSSL_INIT_NO_LOAD_CONFIG | OPENSSL_INIT_NO_LOAD_CRYPTO_STRINGS, NULL);
}

void curl_start(bool with_tls)
{
	if (!with_tls)
		start_openssl_bare();
	curl_global_init(CURL_GLOBAL_DEFAULT);
}
