/* SPDX-License-Identifier: Apache-2.0 */
/* The one file that knows Nettle, which starts nothing and brings nothing: libcrypto takes 1.5 ms and 2 MB for a digest. */
#include "base/digest.h"

#include <nettle/sha2.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/str.h"

static void to_hex(const unsigned char *bytes, size_t n, char *out_hex)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < n; i++) {
		out_hex[2 * i] = digits[bytes[i] >> 4];
		out_hex[2 * i + 1] = digits[bytes[i] & 15];
	}
	out_hex[2 * n] = '\0';
}

void digest_sha256_hex(const void *data, size_t len, char out_hex[DIGEST_HEX_BYTES])
{
	struct sha256_ctx ctx;
	uint8_t bytes[SHA256_DIGEST_SIZE];

	sha256_init(&ctx);
	sha256_update(&ctx, len, data);
	sha256_digest(&ctx, sizeof(bytes), bytes);
	to_hex(bytes, sizeof(bytes), out_hex);
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

bool digest_is_sha256(const char *text)
{
	const char *hex;

	if (!text || !text_starts(text, "sha256:"))
		return false;
	hex = text + strlen("sha256:");
	return strspn(hex, "0123456789abcdef") == DIGEST_HEX_BYTES - 1 &&
		!hex[DIGEST_HEX_BYTES - 1];
}
