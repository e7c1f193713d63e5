/* SPDX-License-Identifier: Apache-2.0 */
/* Children that are confined, and then try what they may not. */
#include "netdns/confine.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/err.h"
#include "tests/unit/test.h"

enum { CONFINED_NOT = 77 };

/* How a child ended: 0 or a signal. */
static int try(enum confine_role role, bool (*attempt)(void))
{
	pid_t child = fork();
	int status;

	if (child == 0) {
		struct confine_opts opts = {.role = role};
		struct err err = {0};

		if (!confine(&opts, &err)) {
			(void)!write(STDERR_FILENO, err.text, strlen(err.text));
			_exit(CONFINED_NOT);
		}
		_exit(attempt() ? 0 : 1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	if (WIFSIGNALED(status))
		return WTERMSIG(status);
	assert_int_equal(WEXITSTATUS(status), 0);
	return 0;
}

static bool open_root(void)
{
	return syscall(SYS_open, "/", O_RDONLY) >= 0;
}

static bool connect_somewhere(void)
{
	struct sockaddr_un to = {.sun_family = AF_UNIX};

	return connect(STDIN_FILENO, (struct sockaddr *)&to, sizeof(to)) == 0;
}

static bool start_program(void)
{
	return execl("/proc/self/exe", "x", (char *)NULL) == 0;
}

static bool fork_again(void)
{
	return fork() > 0;
}

static bool trace_parent(void)
{
	return ptrace(PTRACE_ATTACH, getppid(), NULL, NULL) == 0;
}

static bool kill_parent(void)
{
	return kill(getppid(), 0) == 0;
}

static bool run_memory(void)
{
	return mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1,
		       0) != MAP_FAILED;
}

static bool open_unix(void)
{
	return socket(AF_UNIX, SOCK_STREAM, 0) >= 0;
}

static bool open_internet(void)
{
	return socket(AF_INET, SOCK_DGRAM, 0) >= 0;
}

static bool open_netlink(void)
{
	return socket(AF_NETLINK, SOCK_RAW, 0) >= 0;
}

static bool open_packets(void)
{
	return socket(AF_PACKET, SOCK_RAW, 0) >= 0;
}

static bool take_memory(void)
{
	void *memory = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return memory != MAP_FAILED && munmap(memory, 1 << 20) == 0;
}

static bool ask_somebody(void)
{
	struct sockaddr_in to = {.sin_family = AF_INET,
		.sin_port = htons(53),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	return fd >= 0 && connect(fd, (struct sockaddr *)&to, sizeof(to)) == 0 &&
		close(fd) == 0;
}

TEST(whoever_is_confined_is_ended_by_what_it_may_not_do)
{
	static bool (*const attempts[])(void) = {open_root, start_program, fork_again,
		trace_parent, kill_parent, run_memory, open_packets};

	for (int role = 0; role < CONFINE_ROLES; role++)
		for (size_t i = 0; i < sizeof(attempts) / sizeof(*attempts); i++)
			assert_int_equal(
				try((enum confine_role)role, attempts[i]), SIGSYS);
}

TEST(who_reads_packets_opens_no_socket)
{
	assert_int_equal(try(CONFINE_DNS, open_internet), SIGSYS);
	assert_int_equal(try(CONFINE_DNS, open_unix), SIGSYS);
	assert_int_equal(try(CONFINE_DNS, open_netlink), SIGSYS);
	assert_int_equal(try(CONFINE_DNS, connect_somewhere), SIGSYS);
}

TEST(who_asks_others_asks_the_internet_only)
{
	assert_int_equal(try(CONFINE_FWD, ask_somebody), 0);
	assert_int_equal(try(CONFINE_FWD, open_unix), SIGSYS);
	assert_int_equal(try(CONFINE_FWD, open_netlink), SIGSYS);
}

TEST(who_reads_the_engine_connects_to_nobody)
{
	assert_int_equal(try(CONFINE_WATCH, connect_somewhere), SIGSYS);
	assert_int_equal(try(CONFINE_WATCH, open_internet), SIGSYS);
	assert_int_equal(try(CONFINE_WATCH, open_netlink), 0);
}

TEST(what_a_role_needs_it_may)
{
	for (int role = 0; role < CONFINE_ROLES; role++)
		assert_int_equal(try((enum confine_role)role, take_memory), 0);
}
