/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs a program and prints its microseconds and its peak kilobytes. It is small on purpose: to the kernel the peak of a
 * program begins with that of whoever started it, and an interpreter's is larger than what is to be measured.
 *
 * usage: measure PROGRAM [ARGUMENT...]      (its output is thrown away; its exit status is ours)
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static _Noreturn void become(char **argv)
{
	int nowhere = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (nowhere < 0 || dup2(nowhere, STDIN_FILENO) < 0 ||
		dup2(nowhere, STDOUT_FILENO) < 0)
		_exit(126);
	execvp(argv[0], argv);
	perror(argv[0]);
	_exit(127);
}

static long long now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000LL + now.tv_nsec / 1000;
}

int main(int argc, char **argv)
{
	long long start = now_us();
	struct rusage usage;
	int status;
	pid_t pid;

	if (argc < 2) {
		fputs("usage: measure PROGRAM [ARGUMENT...]\n", stderr);
		return 2;
	}
	pid = fork();
	if (pid == 0)
		become(argv + 1);
	if (pid < 0 || wait4(pid, &status, 0, &usage) < 0) {
		perror("measure");
		return 126;
	}
	printf("%lld %ld\n", now_us() - start, usage.ru_maxrss);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
