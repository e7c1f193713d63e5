/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one file that knows libcrypto. It is loaded by the first digest: to load and relocate it takes as long as all else
 * that `davit config` does, which mostly needs no digest.
 */
#include "base/digest.h"

#include <dlfcn.h>
#include <openssl/evp.h>
#include <openssl/opensslv.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

static void to_hex(const unsigned char *bytes, size_t n, char *out_hex)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < n; i++) {
		out_hex[2 * i] = digits[bytes[i] >> 4];
		out_hex[2 * i + 1] = digits[bytes[i] & 15];
	}
	out_hex[2 * n] = '\0';
}

#define SONAME_OF(version) "libcrypto.so." #version
#define SONAME(version) SONAME_OF(version)

static _Noreturn void no_library(void)
{
	fprintf(stderr, "davit: %s\n", dlerror());
	_Exit(1);
}

/* Once loaded it stays, and asking again costs a look at a list. POSIX has it that an object pointer holds a function. */
static void find_function(const char *name, void *out_function)
{
	void *library = dlopen(SONAME(OPENSSL_SHLIB_VERSION), RTLD_LAZY | RTLD_LOCAL);
	void *function = library ? dlsym(library, name) : NULL;

	if (!function)
		no_library();
	memcpy(out_function, &function, sizeof(function));
}

void digest_sha256_hex(const void *data, size_t len, char out_hex[DIGEST_HEX_BYTES])
{
	unsigned char bytes[EVP_MAX_MD_SIZE];
	unsigned n = 0;
	__typeof__(&EVP_Digest) evp_digest;
	__typeof__(&EVP_sha256) evp_sha256;

	find_function("EVP_Digest", &evp_digest);
	find_function("EVP_sha256", &evp_sha256);
	/* Fails only without memory or without SHA-256 in the library: both are the end. */
	if (!evp_digest(data, len, bytes, &n, evp_sha256(), NULL) || n != 32)
		abort();
	to_hex(bytes, n, out_hex);
}

void digest_random_hex(size_t nbytes, char *out_hex)
{
	while (nbytes) {
		unsigned char bytes[256];
		size_t n = nbytes < sizeof(bytes) ? nbytes : sizeof(bytes);

		if (getrandom(bytes, n, 0) != (ssize_t)n)
			abort();
		to_hex(bytes, n, out_hex);
		out_hex += 2 * n;
		nbytes -= n;
	}
	*out_hex = '\0';
}
