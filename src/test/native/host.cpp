// Runs native/kernels.cu and convolutions.cu on the CPU, for tests: the same files, compiled as C++ by
//   c++ -std=c++17 -O2 -ffp-contract=off -shared -fPIC -I native host.cpp
// A block's threads are fibers that take turns: one runs until it ends or comes to a __syncthreads, then the next one
// does. A block whose threads do not all come to the same number of barriers is an error. Blocks run one by one.
// (A fiber gets its stack from makecontext; from then on _setjmp and _longjmp change between them, without system calls.)

#include <cmath>
#include <csetjmp>
#include <cstring>
#include <tuple>
#include <utility>
#include <vector>

#include <ucontext.h>

struct Index {
    unsigned x, y, z;
};

static Index threadIdx, blockIdx, blockDim;

static jmp_buf scheduler;
static jmp_buf *running; // null where threads run one after another, as they have no barriers
static bool barrierWithoutFiber;

static void yield()
{
    jmp_buf *self = running;
    if (_setjmp(*self) == 0) {
        _longjmp(scheduler, 1);
    }
}

static void __syncthreads()
{
    if (running == nullptr) {
        barrierWithoutFiber = true;
    } else {
        yield();
    }
}

#define __global__
#define __device__
#define __shared__ static
#define __launch_bounds__(threads, blocks)
#define __align__(bytes) alignas(bytes)
using std::min;
using std::exp;
using std::log;

// The tensor cores' part, in float32: so rounding does not hide a mistake. All threads of a block come here as often as
// each other; a tile product is two barriers.
static unsigned toTf32(float value)
{
    unsigned bits;
    std::memcpy(&bits, &value, sizeof bits);
    return bits;
}

static unsigned toTf32Quickly(float value)
{
    return toTf32(value);
}

static void multiplyTile(float *d, const unsigned *a, unsigned b0, unsigned b1)
{
    static unsigned tileA[256][4];
    static unsigned tileB[256][2];
    unsigned self = threadIdx.x;
    std::memcpy(tileA[self], a, sizeof tileA[self]);
    tileB[self][0] = b0;
    tileB[self][1] = b1;
    __syncthreads();
    const unsigned warp = self / 32 * 32;
    const auto number = [](unsigned bits) {
        float value;
        std::memcpy(&value, &bits, sizeof value);
        return value;
    };
    for (unsigned i = 0; i < 4; i++) {
        unsigned row = self % 32 / 4 + i / 2 * 8;
        unsigned column = 2 * (self % 4) + i % 2;
        for (unsigned k = 0; k < 8; k++) {
            float left = number(tileA[warp + 4 * (row % 8) + k % 4][row / 8 + k / 4 * 2]);
            d[i] += left * number(tileB[warp + 4 * column + k % 4][k / 4]);
        }
    }
    __syncthreads();
    threadIdx.x = self;
}

// What the launch gives is always the most that a block may have.
#define SHARED_FROM_LAUNCH(type, name) static type name[(99 << 10) / sizeof(type)]

struct Four;
static void copyToShared(Four *to, const float *from, bool inside);

static void awaitCopies();

#include "kernels.cu"

// Copies are made as late as they may be: what is read without waiting for them is wrong.
struct Copy {
    Four *to;
    const float *from;
    bool inside;
};

static std::vector<Copy> copies[BLOCK];

static void copyToShared(Four *to, const float *from, bool inside)
{
    copies[threadIdx.x].push_back({to, from, inside});
}

static void awaitCopies()
{
    for (const Copy &copy : copies[threadIdx.x]) {
        for (int i = 0; i < 4; i++) {
            copy.to->v[i] = copy.inside ? copy.from[i] : 0;
        }
    }
    copies[threadIdx.x].clear();
}

#include "convolutions.cu"

namespace {

const size_t STACK = 64 * 1024;

struct Fiber {
    jmp_buf place;
    std::vector<char> stack;
    bool done;
};

std::vector<Fiber> fibers;
void (*body)(void **);
void **bodyArguments;
unsigned current;

// A fiber's life: one thread of a block after the other.
void fiberMain()
{
    Fiber &self = fibers[current];
    for (;;) {
        yield();
        body(bodyArguments);
        self.done = true;
    }
}

void resume(unsigned t)
{
    current = t;
    running = &fibers[t].place;
    if (_setjmp(scheduler) == 0) {
        _longjmp(*running, 1);
    }
}

void makeFibers()
{
    fibers.resize(BLOCK);
    for (current = 0; current < BLOCK; current++) {
        Fiber &f = fibers[current];
        f.stack.resize(STACK);
        running = &f.place;
        ucontext_t context;
        getcontext(&context);
        context.uc_stack.ss_sp = f.stack.data();
        context.uc_stack.ss_size = STACK;
        context.uc_link = nullptr;
        makecontext(&context, fiberMain, 0);
        if (_setjmp(scheduler) == 0) {
            setcontext(&context); // comes back by the first yield
        }
    }
}

// Runs a block's threads in turns until all have ended; false if some wait at a barrier that others never reach.
bool runBlock(unsigned threads)
{
    if (fibers.empty()) {
        makeFibers();
    }
    for (unsigned t = 0; t < threads; t++) {
        fibers[t].done = false;
    }
    for (;;) {
        unsigned ended = 0;
        for (unsigned t = 0; t < threads; t++) {
            threadIdx = {t, 0, 0};
            resume(t);
            ended += fibers[t].done ? 1 : 0;
        }
        if (ended == threads) {
            return true;
        }
        if (ended > 0) {
            fibers.clear(); // those that wait still must not go on with the next kernel
            return false;
        }
    }
}

template <class... A, size_t... I>
void callWith(void (*kernel)(A...), void **arguments, std::index_sequence<I...>)
{
    kernel(*static_cast<A *>(arguments[I])...);
}

template <class... A>
void call(void (*kernel)(A...), void **arguments)
{
    callWith(kernel, arguments, std::index_sequence_for<A...>());
}

struct Kernel {
    const char *name;
    void (*call)(void **);
    int arguments;
    bool barriers;
    const size_t *(*sizes)(); // of the arguments, in bytes
};

template <class... A>
constexpr int countOf(void (*)(A...))
{
    return sizeof...(A);
}

template <class... A>
const size_t *sizesOf(void (*)(A...))
{
    static const size_t sizes[] = {sizeof(A)...};
    return sizes;
}

#define KERNEL(name, barriers)                                                                                         \
    {#name, [](void **a) { call(name, a); }, countOf(name), barriers, [] { return sizesOf(name); }}
#define PLAIN(name) KERNEL(name, false)
#define BARRIERS(name) KERNEL(name, true)

const Kernel KERNELS[] = {
    BARRIERS(assemble),
    PLAIN(dropoutForward),
    PLAIN(dropoutBackward),
    PLAIN(biasActivation),
    BARRIERS(activationBackward),
    BARRIERS(averagePoolActivationBackward),
    BARRIERS(addUp),
    BARRIERS(maxPoolActivationBackward),
    PLAIN(maxPoolForward),
    PLAIN(averagePoolForward),
    PLAIN(biasActivationAveragePool),
    PLAIN(maxPoolBackward),
    PLAIN(maxPoolBackwardApart),
    PLAIN(averagePoolBackward),
    PLAIN(softmax),
    BARRIERS(softmaxCrossEntropy),
    PLAIN(sgdStep),
    PLAIN(adamStep),
    PLAIN(signStep),
    BARRIERS(weightGradient8),
    BARRIERS(weightGradient6),
    BARRIERS(imageWeightGradient),
    BARRIERS(fewOutputsForward),
    BARRIERS(convolve8x32),
    BARRIERS(convolve16x16),
    BARRIERS(convolve4x32),
    BARRIERS(convolve8x16),
    BARRIERS(convolve6x16),
    PLAIN(arrangeWeights),
    BARRIERS(imageForward),
    BARRIERS(imageGradient),
    BARRIERS(transpose),
    PLAIN(moveWindow),
    PLAIN(toBfloat16),
    PLAIN(fromBfloat16),
};

} // namespace

// 0 if done; 1 no such kernel; 2 another number of arguments; 3 more threads than a block has; 4 barriers that not all
// threads reach; 5 a barrier in a kernel that is listed above as one without.
extern "C" int launch(
        const char *name, unsigned blocksX, unsigned blocksY, unsigned threads, void **arguments, int count)
{
    for (const Kernel &kernel : KERNELS) {
        if (std::strcmp(kernel.name, name) != 0) {
            continue;
        }
        if (count != kernel.arguments) {
            return 2;
        }
        if (threads > BLOCK) {
            return 3;
        }
        blockDim = {threads, 1, 1};
        barrierWithoutFiber = false;
        body = kernel.call;
        bodyArguments = arguments;
        for (unsigned y = 0; y < blocksY; y++) {
            for (unsigned x = 0; x < blocksX; x++) {
                blockIdx = {x, y, 0};
                if (kernel.barriers) {
                    if (!runBlock(threads)) {
                        return 4;
                    }
                    continue;
                }
                running = nullptr;
                for (unsigned t = 0; t < threads; t++) {
                    threadIdx = {t, 0, 0};
                    kernel.call(arguments);
                }
            }
        }
        return barrierWithoutFiber ? 5 : 0;
    }
    return 1;
}
