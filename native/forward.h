// What the forwarding libraries have in common. JCuda's libraries ask for CUDA 12's cuBLAS and NVRTC by name and symbol
// version; where only CUDA 13 is installed, a forwarding library has that name and version, and each of its functions looks
// itself up in CUDA 13's library, which has the same functions. Only what imagespace calls is forwarded: JCuda binds
// lazily, so what is not here only fails if it is called.
//
// Built at first use, by ForwardingLibrary.java, much like
//   cc -shared -fPIC -O2 -Wl,-soname,libcublas.so.12 -Wl,--version-script,VERSIONS -o libcublas.so.12 forward-cublas.c -ldl
// where VERSIONS holds: libcublas.so.12 { global: *; };
#include <dlfcn.h>
#include <stdio.h>

// The function of that name in TARGET, which the program has opened before by its path; or null.
static void *next_function(const char *target, const char *name)
{
    void *library = dlopen(target, RTLD_LAZY);
    void *function = library == NULL ? NULL : dlsym(library, name);
    if (function == NULL) {
        fprintf(stderr, "imagespace: %s is not to be had from %s\n", name, target);
    }
    return function;
}

// Defines NAME as a function that hands its arguments on, or returns FAILED where TARGET has no such function.
#define FORWARD(type, failed, name, parameters, arguments)            \
    type name parameters                                               \
    {                                                                  \
        static type(*next) parameters;                                 \
        if (next == NULL) {                                            \
            *(void **) &next = next_function(TARGET, #name);           \
        }                                                              \
        return next == NULL ? (failed) : next arguments;               \
    }
