/* What a C library does with signals, for tests/interpose.rs. */

#define _GNU_SOURCE
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

/* Installs a handler as the others do. */
int install(int number, void (*handler)(int), const int *mask, size_t masks) {
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = handler;
    action.sa_flags = SA_RESTART;
    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < masks; i++) sigaddset(&action.sa_mask, mask[i]);
    return sigaction(number, &action, NULL);
}

/* The old way. */
void (*install_by_signal(int number, void (*handler)(int)))(int) { return signal(number, handler); }

/* A fault that is survived: the handler leaves by a jump. Returns how often. */
static sigjmp_buf before_the_fault;
static void (*in_the_handler)(void);

static void jump_back(int number) {
    if (in_the_handler) in_the_handler();
    siglongjmp(before_the_fault, number);
}

int survive_faults(int times, int save_mask, void (*then)(void)) {
    static __thread char room[1 << 16];
    stack_t stack, old_stack;
    struct sigaction action, old;
    volatile int survived = 0;
    memset(&stack, 0, sizeof stack);
    stack.ss_sp = room;
    stack.ss_size = sizeof room;
    if (sigaltstack(&stack, &old_stack) != 0) return -1;
    /* Nobody may interrupt what is called, not even another fault. */
    in_the_handler = save_mask ? then : NULL;
    memset(&action, 0, sizeof action);
    action.sa_handler = jump_back;
    /* Without a saved mask the signal would stay blocked, and the second fault end the process. */
    action.sa_flags = SA_ONSTACK | (save_mask ? 0 : SA_NODEFER);
    sigemptyset(&action.sa_mask);
    if (sigaction(SIGSEGV, &action, &old) != 0) return -1;
    for (volatile int i = 0; i < times; i++) {
        if (sigsetjmp(before_the_fault, save_mask) == 0) {
            *(volatile int *)8 = 1;
        } else {
            survived++;
        }
    }
    if (sigaction(SIGSEGV, &old, NULL) != 0 || sigaltstack(&old_stack, NULL) != 0) return -1;
    return survived;
}

/* The same for a fault of what is called. */
int survive_fault_of(void (*call)(void)) {
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = jump_back;
    sigemptyset(&action.sa_mask);
    if (sigaction(SIGSEGV, &action, NULL) != 0) return -1;
    if (sigsetjmp(before_the_fault, 1) != 0) return 1;
    call();
    return 0;
}

/* Blocks all signals and puts back what was there, as many libraries do; with a call in between. */
void with_signals_blocked(void (*call)(void)) {
    sigset_t all, old;
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, &old);
    call();
    sigprocmask(SIG_SETMASK, &old, NULL);
}
