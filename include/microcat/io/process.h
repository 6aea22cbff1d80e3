/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_IO_PROCESS_H
#define MICROCAT_IO_PROCESS_H

/* What the kernel tells of a process that is not our child, or of one beyond its end: proc(5), /proc/PID/stat. */

struct mc_process {
    char name[64];  /* "pppd"; the first 15 bytes of a program's, more of a kernel thread's */
    char state;     /* 'R', 'S', 'T' stopped, 't' stopped by a tracer, ... */
    int parent;     /* pid; 0: none that is seen from here */
    char start[24]; /* when it was started, in ticks since boot: tells a process from another one of its pid */
};

/** 0; -ENOENT: no such process; -EINVAL: not what proc(5) promises; or another -errno. */
int mc_process_read(int pid, struct mc_process *ret_process);
/** A descriptor of a process, close-on-exec, or -errno (-ESRCH: there is none). */
int mc_process_pidfd(int pid);

#endif
