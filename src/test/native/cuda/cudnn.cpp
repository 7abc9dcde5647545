// A libcudnn.so.9 that is none: convolutions by their definition in float64, NHWC, queued on the stream of driver.cpp.
// Whatever is not as imagespace means it is refused: formats, paddings, sizes of workspaces, descriptors in another order.

#include "driver.h"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

namespace {

enum { SUCCESS = 0, BAD_PARAM = 2000, NOT_SUPPORTED = 3000 };
enum { NHWC = 1, FLOAT = 0, BFLOAT16 = 9, CROSS_CORRELATION = 1, RELU = 1 };
enum { DEFAULT_MATH = 0, TENSOR_OP_MATH = 1, FMA_MATH = 3 };

struct Handle {
    void *stream;
};

// Each kind of descriptor knows itself, so that one in the place of another is seen.
struct Tensor {
    int kind, type, n, c, h, w;
};
struct Filter {
    int kind, type, k, c, h, w;
};
struct Convolution {
    int kind, padH, padW, strideH, strideW, mode, type, math;
};
struct Activation {
    int kind, mode;
};
enum { TENSOR = 11, FILTER = 12, CONVOLUTION = 13, ACTIVATION = 14 };

struct Proposal {
    int algorithm, status;
    float time;
    size_t memory;
    int determinism, math, reserved[3];
};

float load(const void *values, int type, size_t i)
{
    if (type == FLOAT) {
        return static_cast<const float *>(values)[i];
    }
    uint32_t bits = uint32_t(static_cast<const uint16_t *>(values)[i]) << 16;
    float value;
    std::memcpy(&value, &bits, sizeof value);
    return value;
}

void store(void *values, int type, size_t i, double sum)
{
    float value = float(sum);
    if (type == FLOAT) {
        static_cast<float *>(values)[i] = value;
        return;
    }
    uint32_t bits;
    std::memcpy(&bits, &value, sizeof bits);
    static_cast<uint16_t *>(values)[i] = uint16_t((bits + 0x7FFF + (bits >> 16 & 1)) >> 16);
}

bool fits(const Tensor *x, const Filter *w, const Convolution *c, const Tensor *y)
{
    return x->kind == TENSOR && w->kind == FILTER && c->kind == CONVOLUTION && y->kind == TENSOR && x->n == y->n
            && x->c == w->c && y->c == w->k && x->type == w->type && x->type == y->type
            && y->h == (x->h + 2 * c->padH - w->h) / c->strideH + 1
            && y->w == (x->w + 2 * c->padW - w->w) / c->strideW + 1;
}

bool aligned(const void *address)
{
    return address != nullptr && reinterpret_cast<uintptr_t>(address) % 16 == 0;
}

// Of algorithm 1 only, so that a workspace that belongs to another is seen.
size_t workspaceOf(int algorithm)
{
    return algorithm == 1 ? 12345 : 0;
}

bool called(const Handle *handle, const float *alpha, const float *beta, int algorithm, void *workspace, size_t bytes)
{
    return handle->stream != nullptr && *alpha == 1 && *beta == 0 && bytes == workspaceOf(algorithm)
            && (bytes == 0 || workspace != nullptr);
}

// Calls visit(index in x, index in w, index in y) for every product of the convolution.
template <class Visit>
void convolve(const Tensor &x, const Filter &w, const Convolution &c, const Tensor &y, Visit visit)
{
    for (int n = 0; n < y.n; n++) {
        for (int i = 0; i < y.h * y.w; i++) {
            for (int tap = 0; tap < w.h * w.w; tap++) {
                int row = i / y.w * c.strideH - c.padH + tap / w.w;
                int column = i % y.w * c.strideW - c.padW + tap % w.w;
                if (row < 0 || row >= x.h || column < 0 || column >= x.w) {
                    continue;
                }
                for (int k = 0; k < w.k; k++) {
                    size_t out = (size_t(n) * y.h * y.w + i) * y.c + k;
                    size_t in = ((size_t(n) * x.h + row) * x.w + column) * x.c;
                    size_t weight = (size_t(k) * w.h * w.w + tap) * w.c;
                    for (int channel = 0; channel < w.c; channel++) {
                        visit(in + channel, weight + channel, out);
                    }
                }
            }
        }
    }
}

void forward(const Tensor &x, const void *in, const Filter &w, const void *weights, const Convolution &c,
        const float *bias, bool relu, const Tensor &y, void *out)
{
    std::vector<double> sums(size_t(y.n) * y.h * y.w * y.c);
    convolve(x, w, c, y, [&](size_t i, size_t k, size_t o) {
        sums[o] += double(load(in, x.type, i)) * load(weights, w.type, k);
    });
    for (size_t i = 0; i < sums.size(); i++) {
        double sum = sums[i] + (bias != nullptr ? bias[i % y.c] : 0);
        store(out, y.type, i, relu && sum <= 0 ? 0 : sum);
    }
}

int propose(const Convolution *c, int room, int *count, Proposal *found, bool gradientOfFilter)
{
    if (room < 3) {
        return BAD_PARAM;
    }
    // a quick one that varies, one that is said to work and does not, one that works
    found[0] = {gradientOfFilter ? 3 : 0, SUCCESS, 1, 0, 0, c->math, {}};
    found[1] = {5, SUCCESS, 2, 0, 1, c->math, {}};
    found[2] = {1, SUCCESS, 3, workspaceOf(1), 1, c->math, {}};
    *count = 3;
    return SUCCESS;
}

} // namespace

#define API extern "C" int

API cudnnCreate(Handle **handle)
{
    *handle = new Handle{nullptr};
    return SUCCESS;
}

API cudnnDestroy(Handle *handle)
{
    delete handle;
    return SUCCESS;
}

API cudnnSetStream(Handle *handle, void *stream)
{
    handle->stream = stream;
    return SUCCESS;
}

extern "C" size_t cudnnGetVersion()
{
    return 92400;
}

extern "C" const char *cudnnGetErrorString(int status)
{
    return status == SUCCESS ? "success" : "refused by the stand-in";
}

API cudnnCreateTensorDescriptor(Tensor **made)
{
    *made = new Tensor{TENSOR, 0, 0, 0, 0, 0};
    return SUCCESS;
}

API cudnnCreateFilterDescriptor(Filter **made)
{
    *made = new Filter{FILTER, 0, 0, 0, 0, 0};
    return SUCCESS;
}

API cudnnCreateConvolutionDescriptor(Convolution **made)
{
    *made = new Convolution{CONVOLUTION, 0, 0, 0, 0, 0, 0, 0};
    return SUCCESS;
}

API cudnnCreateActivationDescriptor(Activation **made)
{
    *made = new Activation{ACTIVATION, 0};
    return SUCCESS;
}

API cudnnDestroyTensorDescriptor(Tensor *tensor)
{
    delete tensor;
    return SUCCESS;
}

API cudnnDestroyFilterDescriptor(Filter *filter)
{
    delete filter;
    return SUCCESS;
}

API cudnnDestroyConvolutionDescriptor(Convolution *convolution)
{
    delete convolution;
    return SUCCESS;
}

API cudnnDestroyActivationDescriptor(Activation *activation)
{
    delete activation;
    return SUCCESS;
}

API cudnnSetTensor4dDescriptor(Tensor *t, int format, int type, int n, int c, int h, int w)
{
    *t = {t->kind, type, n, c, h, w};
    return t->kind == TENSOR && format == NHWC && (type == FLOAT || type == BFLOAT16) ? SUCCESS : BAD_PARAM;
}

API cudnnSetFilter4dDescriptor(Filter *f, int type, int format, int k, int c, int h, int w)
{
    *f = {f->kind, type, k, c, h, w};
    return f->kind == FILTER && format == NHWC && (type == FLOAT || type == BFLOAT16) ? SUCCESS : BAD_PARAM;
}

API cudnnSetConvolution2dDescriptor(
        Convolution *c, int padH, int padW, int strideH, int strideW, int dilationH, int dilationW, int mode, int type)
{
    *c = {c->kind, padH, padW, strideH, strideW, mode, type, 0};
    bool good = c->kind == CONVOLUTION && dilationH == 1 && dilationW == 1 && mode == CROSS_CORRELATION && type == FLOAT;
    return good ? SUCCESS : BAD_PARAM;
}

API cudnnSetConvolutionMathType(Convolution *c, int math)
{
    c->math = math;
    return math == DEFAULT_MATH || math == TENSOR_OP_MATH || math == FMA_MATH ? SUCCESS : BAD_PARAM;
}

API cudnnSetActivationDescriptor(Activation *a, int mode, int nanPropagation, double)
{
    a->mode = mode;
    return a->kind == ACTIVATION && mode == RELU && nanPropagation == 1 ? SUCCESS : BAD_PARAM;
}

API cudnnGetConvolutionForwardAlgorithm_v7(
        Handle *, Tensor *x, Filter *w, Convolution *c, Tensor *y, int room, int *count, Proposal *found)
{
    return fits(x, w, c, y) ? propose(c, room, count, found, false) : BAD_PARAM;
}

API cudnnGetConvolutionBackwardDataAlgorithm_v7(
        Handle *, Filter *w, Tensor *dy, Convolution *c, Tensor *dx, int room, int *count, Proposal *found)
{
    return fits(dx, w, c, dy) ? propose(c, room, count, found, false) : BAD_PARAM;
}

API cudnnGetConvolutionBackwardFilterAlgorithm_v7(
        Handle *, Tensor *x, Tensor *dy, Convolution *c, Filter *dw, int room, int *count, Proposal *found)
{
    return fits(x, dw, c, dy) ? propose(c, room, count, found, true) : BAD_PARAM;
}

API cudnnGetConvolutionForwardWorkspaceSize(
        Handle *, Tensor *x, Filter *w, Convolution *c, Tensor *y, int algorithm, size_t *bytes)
{
    *bytes = workspaceOf(algorithm);
    return fits(x, w, c, y) ? SUCCESS : BAD_PARAM;
}

API cudnnGetConvolutionBackwardDataWorkspaceSize(
        Handle *, Filter *w, Tensor *dy, Convolution *c, Tensor *dx, int algorithm, size_t *bytes)
{
    *bytes = workspaceOf(algorithm);
    return fits(dx, w, c, dy) ? SUCCESS : BAD_PARAM;
}

API cudnnGetConvolutionBackwardFilterWorkspaceSize(
        Handle *, Tensor *x, Tensor *dy, Convolution *c, Filter *dw, int algorithm, size_t *bytes)
{
    *bytes = workspaceOf(algorithm);
    return fits(x, dw, c, dy) ? SUCCESS : BAD_PARAM;
}

API cudnnConvolutionForward(Handle *handle, const float *alpha, Tensor *x, const void *in, Filter *w, const void *weights,
        Convolution *c, int algorithm, void *workspace, size_t bytes, const float *beta, Tensor *y, void *out)
{
    if (!called(handle, alpha, beta, algorithm, workspace, bytes) || !fits(x, w, c, y) || !aligned(in)
            || !aligned(weights) || !aligned(out)) {
        return BAD_PARAM;
    }
    if (algorithm == 5) {
        return NOT_SUPPORTED;
    }
    Tensor from = *x, to = *y;
    Filter filter = *w;
    Convolution shape = *c;
    standInQueue(handle->stream, [=] { forward(from, in, filter, weights, shape, nullptr, false, to, out); });
    return SUCCESS;
}

API cudnnConvolutionBiasActivationForward(Handle *handle, const float *alpha, Tensor *x, const void *in, Filter *w,
        const void *weights, Convolution *c, int algorithm, void *workspace, size_t bytes, const float *alpha2, Tensor *z,
        const void *added, Tensor *b, const void *bias, Activation *a, Tensor *y, void *out)
{
    if (!called(handle, alpha, alpha2, algorithm, workspace, bytes) || !fits(x, w, c, y) || z->kind != TENSOR
            || !aligned(in) || !aligned(weights) || !aligned(added) || !aligned(out) || b->kind != TENSOR
            || b->type != FLOAT || b->n * b->h * b->w != 1 || b->c != y->c || a->kind != ACTIVATION) {
        return BAD_PARAM;
    }
    if (algorithm == 5 || y->c % 2 == 1) { // so that both ways are taken
        return NOT_SUPPORTED;
    }
    Tensor from = *x, to = *y;
    Filter filter = *w;
    Convolution shape = *c;
    standInQueue(handle->stream, [=] {
        forward(from, in, filter, weights, shape, static_cast<const float *>(bias), true, to, out);
    });
    return SUCCESS;
}

API cudnnConvolutionBackwardData(Handle *handle, const float *alpha, Filter *w, const void *weights, Tensor *y,
        const void *gradient, Convolution *c, int algorithm, void *workspace, size_t bytes, const float *beta, Tensor *x,
        void *out)
{
    if (!called(handle, alpha, beta, algorithm, workspace, bytes) || !fits(x, w, c, y) || !aligned(gradient)
            || !aligned(weights) || !aligned(out)) {
        return BAD_PARAM;
    }
    if (algorithm == 5) {
        return NOT_SUPPORTED;
    }
    Tensor in = *x, dy = *y;
    Filter filter = *w;
    Convolution shape = *c;
    standInQueue(handle->stream, [=] {
        std::vector<double> sums(size_t(in.n) * in.h * in.w * in.c);
        convolve(in, filter, shape, dy, [&](size_t i, size_t k, size_t o) {
            sums[i] += double(load(gradient, dy.type, o)) * load(weights, filter.type, k);
        });
        for (size_t i = 0; i < sums.size(); i++) {
            store(out, in.type, i, sums[i]);
        }
    });
    return SUCCESS;
}

API cudnnConvolutionBackwardFilter(Handle *handle, const float *alpha, Tensor *x, const void *values, Tensor *y,
        const void *gradient, Convolution *c, int algorithm, void *workspace, size_t bytes, const float *beta, Filter *w,
        void *out)
{
    if (!called(handle, alpha, beta, algorithm, workspace, bytes) || !fits(x, w, c, y) || !aligned(values)
            || !aligned(gradient) || !aligned(out)) {
        return BAD_PARAM;
    }
    if (algorithm == 5) {
        return NOT_SUPPORTED;
    }
    Tensor in = *x, dy = *y;
    Filter filter = *w;
    Convolution shape = *c;
    standInQueue(handle->stream, [=] {
        std::vector<double> sums(size_t(filter.k) * filter.h * filter.w * filter.c);
        convolve(in, filter, shape, dy, [&](size_t i, size_t k, size_t o) {
            sums[k] += double(load(values, in.type, i)) * load(gradient, dy.type, o);
        });
        for (size_t i = 0; i < sums.size(); i++) {
            store(out, filter.type, i, sums[i]);
        }
    });
    return SUCCESS;
}
