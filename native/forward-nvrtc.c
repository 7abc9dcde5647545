// libnvrtc.so.12 that forwards to libnvrtc.so.13, see forward.h.
#include "forward.h"

#define TARGET "libnvrtc.so.13"
#define INTERNAL_ERROR 11 // an nvrtcResult

typedef void *program;

FORWARD(int, INTERNAL_ERROR, nvrtcVersion, (int *major, int *minor), (major, minor))
FORWARD(const char *, "libnvrtc.so.13 cannot be used", nvrtcGetErrorString, (int result), (result))
FORWARD(
    int,
    INTERNAL_ERROR,
    nvrtcCreateProgram,
    (program * p, const char *source, const char *name, int headers, const char *const *texts, const char *const *names),
    (p, source, name, headers, texts, names))
FORWARD(int, INTERNAL_ERROR, nvrtcDestroyProgram, (program * p), (p))
FORWARD(int, INTERNAL_ERROR, nvrtcCompileProgram, (program p, int count, const char *const *options), (p, count, options))
FORWARD(int, INTERNAL_ERROR, nvrtcGetProgramLogSize, (program p, size_t *size), (p, size))
FORWARD(int, INTERNAL_ERROR, nvrtcGetProgramLog, (program p, char *log), (p, log))
FORWARD(int, INTERNAL_ERROR, nvrtcGetCUBINSize, (program p, size_t *size), (p, size))
FORWARD(int, INTERNAL_ERROR, nvrtcGetCUBIN, (program p, char *code), (p, code))
FORWARD(int, INTERNAL_ERROR, nvrtcGetPTXSize, (program p, size_t *size), (p, size))
FORWARD(int, INTERNAL_ERROR, nvrtcGetPTX, (program p, char *code), (p, code))
