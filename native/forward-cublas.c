// libcublas.so.12 that forwards to libcublas.so.13, see forward.h.
#include "forward.h"

#define TARGET "libcublas.so.13"
#define NOT_INITIALIZED 1 // a cublasStatus_t

typedef void *handle;

FORWARD(int, NOT_INITIALIZED, cublasCreate_v2, (handle * h), (h))
FORWARD(int, NOT_INITIALIZED, cublasDestroy_v2, (handle h), (h))
FORWARD(int, NOT_INITIALIZED, cublasGetVersion_v2, (handle h, int *version), (h, version))
FORWARD(int, NOT_INITIALIZED, cublasSetStream_v2, (handle h, void *stream), (h, stream))
FORWARD(int, NOT_INITIALIZED, cublasSetWorkspace_v2, (handle h, void *memory, size_t bytes), (h, memory, bytes))
FORWARD(int, NOT_INITIALIZED, cublasSetMathMode, (handle h, int mode), (h, mode))
FORWARD(int, NOT_INITIALIZED, cublasSetPointerMode_v2, (handle h, int mode), (h, mode))
FORWARD(int, NOT_INITIALIZED, cublasGetPointerMode_v2, (handle h, int *mode), (h, mode))
FORWARD(const char *, "libcublas.so.13 cannot be used", cublasGetStatusString, (int status), (status))
FORWARD(const char *, "libcublas.so.13 cannot be used", cublasGetStatusName, (int status), (status))
FORWARD(
    int,
    NOT_INITIALIZED,
    cublasSgemm_v2,
    (handle h,
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
     int ldc),
    (h, transposeA, transposeB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc))
