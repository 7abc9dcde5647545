// A libcublas.so.12 that is none: products by their definition, queued on the stream of driver.cpp.

#include "driver.h"

#include <cstddef>

namespace {

enum { SUCCESS = 0, INVALID_VALUE = 7 };

struct Handle {
    void *stream;
};

} // namespace

#define API extern "C" int

API cublasCreate_v2(Handle **handle)
{
    *handle = new Handle{nullptr};
    return SUCCESS;
}

API cublasDestroy_v2(Handle *handle)
{
    delete handle;
    return SUCCESS;
}

API cublasSetStream_v2(Handle *handle, void *stream)
{
    handle->stream = stream;
    return SUCCESS;
}

API cublasSetWorkspace_v2(Handle *handle, void *memory, size_t bytes)
{
    return handle != nullptr && memory != nullptr && bytes == size_t(32) << 20 ? SUCCESS : INVALID_VALUE;
}

API cublasSetMathMode(Handle *handle, int mode)
{
    const int DEFAULT = 0, TF32 = 3;
    return handle != nullptr && (mode == DEFAULT || mode == TF32) ? SUCCESS : INVALID_VALUE;
}

API cublasSgemm_v2(
        Handle *handle,
        int transposeA,
        int transposeB,
        int m,
        int n,
        int k,
        const float *alpha,
        const float *a,
        int lda,
        const float *b,
        int ldb,
        const float *beta,
        float *c,
        int ldc)
{
    if (handle->stream == nullptr || *alpha != 1 || *beta != 0 || lda < (transposeA ? k : m)
            || ldb < (transposeB ? n : k) || ldc < m) {
        return INVALID_VALUE;
    }
    standInQueue(handle->stream, [=] {
        for (int j = 0; j < n; j++) {
            for (int i = 0; i < m; i++) {
                double sum = 0;
                for (int l = 0; l < k; l++) {
                    double left = a[transposeA ? size_t(i) * lda + l : size_t(l) * lda + i];
                    sum += left * b[transposeB ? size_t(l) * ldb + j : size_t(j) * ldb + l];
                }
                c[size_t(j) * ldc + i] = float(sum);
            }
        }
    });
    return SUCCESS;
}

extern "C" const char *cublasGetStatusString(int status)
{
    return status == SUCCESS ? "success" : "refused by the stand-in";
}
