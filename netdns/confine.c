/* SPDX-License-Identifier: Apache-2.0 */
#include "netdns/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <sched.h>
#include <seccomp.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/err.h"

enum {
	NOBODY = 65534,
	STACK_BYTES = 64 << 10,
	CAPABILITIES = 64, /* more than there are */
};

#ifdef __SANITIZE_ADDRESS__
#define SANITIZED true
#else
#define SANITIZED false
#endif

/* ---- an empty root */

static int enter_own_directory(void *unused)
{
	(void)unused;
	return chroot("/proc/self/fdinfo") < 0 || chdir("/") < 0 ? errno : 0;
}

/*
 * The directory of a process that has ended: nothing is in it, and nothing can be made in it. It is a child's that
 * shares our root and ends at once.
 */
static bool enter_empty_root(void)
{
	_Alignas(16) char stack[STACK_BYTES];
	int status = 0;
	pid_t child = clone(
		enter_own_directory, stack + sizeof(stack), CLONE_FS | SIGCHLD, NULL);

	if (child < 0 || waitpid(child, &status, 0) < 0)
		return false;
	errno = WIFEXITED(status) ? WEXITSTATUS(status) : EPERM;
	return errno == 0;
}

/* Who is not root may still be it in a namespace of users of its own. */
static bool empty_root(void)
{
	if (enter_empty_root())
		return true;
	return errno == EPERM && unshare(CLONE_NEWUSER) == 0 && enter_empty_root();
}

/* ---- another user, no capability */

/* Where there is no such user (EINVAL: a namespace of users) root is nobody's root but ours. */
static bool other_user(void)
{
	if (geteuid() != 0)
		return true;
	if (setgroups(0, NULL) < 0 && errno != EPERM)
		return false;
	return (setresgid(NOBODY, NOBODY, NOBODY) == 0 || errno == EINVAL) &&
		(setresuid(NOBODY, NOBODY, NOBODY) == 0 || errno == EINVAL);
}

/* The bounding set is for who may still gain something; without CAP_SETPCAP it stays, and counts for nothing. */
static bool no_capability(void)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {0};

	for (int i = 0; i < CAPABILITIES; i++)
		prctl(PR_CAPBSET_DROP, i, 0, 0, 0);
	prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	return syscall(SYS_capset, &header, none) == 0;
}

/* Nor anything from a program that it starts, and nobody's debugger; it ends with the program that it is a part of. */
static bool nothing_more(void)
{
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
		prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0 &&
		prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) == 0;
}

/* ---- system calls */

enum {
	ROLE_WATCH = 1 << CONFINE_WATCH,
	ROLE_DNS = 1 << CONFINE_DNS,
	ROLE_FWD = 1 << CONFINE_FWD,
	ALL = ROLE_WATCH | ROLE_DNS | ROLE_FWD,
	SANITIZER =
		1 << CONFINE_ROLES, /* in builds that look for faults, of every role */
};

/* One that is allowed; with a mask, only where argument `arg` has that value in it. */
struct row {
	int call;
	unsigned roles;
	unsigned arg;
	uint64_t mask;
	uint64_t value;
};

#define CALL(name, roles)                      \
	{                                      \
		SCMP_SYS(name), roles, 0, 0, 0 \
	}
#define CALL_IF(name, roles, arg, mask, value)          \
	{                                               \
		SCMP_SYS(name), roles, arg, mask, value \
	}

static const struct row calls[] = {
	/* the loop */
	CALL(epoll_ctl, ALL),
	CALL(epoll_wait, ALL),
	CALL(epoll_pwait, ALL),
	CALL(close, ALL),
	CALL(read, ALL),
	CALL(write, ALL),
	CALL(writev, ALL),
	CALL_IF(ioctl, ALL, 1, UINT32_MAX, FIONBIO),
	CALL_IF(fcntl, ALL, 1, UINT32_MAX, F_GETFL),
	CALL_IF(fcntl, ALL, 1, UINT32_MAX, F_SETFL),
	CALL_IF(fcntl, ALL, 1, UINT32_MAX, F_GETFD),
	CALL_IF(fcntl, ALL, 1, UINT32_MAX, F_SETFD),
	CALL(clock_gettime, ALL),
	CALL(gettimeofday, ALL),
	CALL(time, ALL),
	CALL(getrandom, ALL),
	CALL(exit, ALL),
	CALL(exit_group, ALL),
	CALL(rt_sigreturn, ALL),
	CALL(rt_sigprocmask, ALL),
	CALL(restart_syscall, ALL),
	CALL(futex, ALL),
	CALL(getpid, ALL),
	/* memory, none of which can be run */
	CALL_IF(mmap, ALL, 2, PROT_EXEC, 0),
	CALL_IF(mprotect, ALL, 2, PROT_EXEC, 0),
	CALL(munmap, ALL),
	CALL(mremap, ALL),
	CALL(madvise, ALL),
	CALL(brk, ALL),
	/* sockets that it is given */
	CALL(recvmsg, ALL),
	CALL(sendmsg, ALL),
	CALL(sendto, ALL),
	CALL(recvfrom, ALL),
	CALL(recvmmsg, ROLE_DNS),
	CALL(sendmmsg, ROLE_DNS),
	CALL(accept4, ROLE_DNS | ROLE_WATCH),
	/* the zone's image, and descriptors' kinds */
	CALL(fstat, ROLE_DNS | ROLE_WATCH),
	CALL_IF(newfstatat, ROLE_DNS | ROLE_WATCH, 3, AT_EMPTY_PATH, AT_EMPTY_PATH),
	CALL_IF(fcntl, ROLE_DNS, 1, UINT32_MAX, F_GET_SEALS),
	CALL_IF(fcntl, ROLE_WATCH, 1, UINT32_MAX, F_ADD_SEALS),
	CALL(memfd_create, ROLE_WATCH),
	/* asking other servers: of the internet, never of this host's sockets with names */
	CALL_IF(socket, ROLE_FWD, 0, UINT32_MAX, AF_INET),
	CALL_IF(socket, ROLE_FWD, 0, UINT32_MAX, AF_INET6),
	CALL(connect, ROLE_FWD),
	CALL(getsockopt, ROLE_FWD | ROLE_WATCH),
	/* the control socket, which priv has opened */
	CALL(listen, ROLE_WATCH),
	CALL(shutdown, ROLE_WATCH),
	CALL(setsockopt, ROLE_WATCH),
	CALL(getsockname, ROLE_WATCH),
	CALL(getppid, ROLE_WATCH),
	CALL(lseek, ROLE_WATCH),
	/* rtnetlink, made anew when the kernel had too much to tell; and interfaces' numbers, which libc asks for so */
	CALL_IF(socket, ROLE_WATCH, 0, UINT32_MAX, AF_NETLINK),
	CALL_IF(socket, ROLE_WATCH, 0, UINT32_MAX, AF_UNIX), /* but not connect */
	CALL_IF(ioctl, ROLE_WATCH, 1, UINT32_MAX, SIOCGIFINDEX),
	CALL(bind, ROLE_WATCH),
	CALL(poll, ROLE_WATCH),
	/* what reports of sanitizers need; what they would look up is refused below */
	CALL(sigaltstack, SANITIZER),
	CALL(rt_sigaction, SANITIZER),
	CALL(gettid, SANITIZER),
	CALL(tgkill, SANITIZER),
	CALL(sched_yield, SANITIZER),
};

/* Refused without an end: a report is worth more than its symbols. */
static const int refused[] = {
	SCMP_SYS(openat), SCMP_SYS(readlink), SCMP_SYS(readlinkat), SCMP_SYS(prlimit64)};

static int add_calls(scmp_filter_ctx filter, unsigned roles)
{
	int status = 0;

	for (size_t i = 0; status == 0 && i < sizeof(calls) / sizeof(*calls); i++) {
		const struct row *row = &calls[i];
		struct scmp_arg_cmp only = {
			row->arg, SCMP_CMP_MASKED_EQ, row->mask, row->value};

		if (row->roles & roles)
			status = seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, row->call,
				row->mask ? 1 : 0, &only);
	}
	for (size_t i = 0; SANITIZED && i < sizeof(refused) / sizeof(*refused); i++)
		if (status == 0)
			status = seccomp_rule_add_array(
				filter, SCMP_ACT_ERRNO(EPERM), refused[i], 0, NULL);
	return status;
}

static bool few_calls(unsigned roles)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
	int status = filter ? add_calls(filter, roles) : -ENOMEM;

	if (status == 0)
		status = seccomp_load(filter);
	seccomp_release(filter);
	errno = -status;
	return status == 0;
}

/* ---- the whole */

static bool step(
	const struct confine_opts *opts, bool done, const char *what, struct err *err)
{
	if (done)
		return true;
	err_sys(err, "%s is not permitted here", what);
	if (opts->lax)
		opts->say(opts->data, err->text);
	return opts->lax;
}

bool confine(const struct confine_opts *opts, struct err *err)
{
	unsigned roles = 1U << opts->role | (SANITIZED ? SANITIZER : 0U);

	return step(opts, empty_root(), "an empty root", err) &&
		step(opts, other_user(), "another user", err) &&
		step(opts, no_capability(), "being without capabilities", err) &&
		step(opts, nothing_more(), "being without new privileges", err) &&
		step(opts, few_calls(roles), "a filter of system calls", err);
}
