// A libnvrtc.so.12 that is none: it looks at the options and gives code that driver.cpp takes.

#include <cstddef>
#include <cstring>

#define API extern "C" int

static const char CODE[] = "code of the stand-in";

API nvrtcVersion(int *major, int *minor)
{
    *major = 12;
    *minor = 6;
    return 0;
}

API nvrtcCreateProgram(
        void **program, const char *source, const char *name, int headers, const char *const *, const char *const *)
{
    *program = const_cast<char *>(CODE);
    return std::strstr(source, "__global__") != nullptr && std::strcmp(name, "kernels.cu") == 0 && headers == 0 ? 0 : 3;
}

API nvrtcCompileProgram(void *program, int count, const char *const *options)
{
    bool architecture = false;
    for (int i = 0; i < count; i++) {
        architecture |= std::strcmp(options[i], "--gpu-architecture=sm_90") == 0;
    }
    return program == CODE && architecture ? 0 : 5;
}

API nvrtcGetCUBINSize(void *, size_t *bytes)
{
    *bytes = sizeof CODE;
    return 0;
}

API nvrtcGetCUBIN(void *, char *code)
{
    std::memcpy(code, CODE, sizeof CODE);
    return 0;
}

API nvrtcDestroyProgram(void **program)
{
    *program = nullptr;
    return 0;
}

API nvrtcGetProgramLogSize(void *, size_t *bytes)
{
    *bytes = 1;
    return 0;
}

API nvrtcGetProgramLog(void *, char *log)
{
    *log = 0;
    return 0;
}

extern "C" const char *nvrtcGetErrorString(int status)
{
    return status == 0 ? "success" : "refused by the stand-in";
}
