// Runs native/kernels.cu and convolutions.cu on the CPU, for tests: the same files, compiled as C++ by
//   c++ -std=c++17 -O2 -ffp-contract=off -shared -fPIC -I native host.cpp
// A block's threads are fibers that take turns: one runs until it ends or comes to a barrier, then the next one does. A warp
// runs as far as it can, until all of it wait at a __syncthreads, then the next one does; from block to block the first or the
// last warp begins. A block whose threads do not all come to the same number of barriers is an error. Blocks run one by one.
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

enum State { READY, AT_BARRIER, AT_WARP_BARRIER, DONE };

static jmp_buf scheduler;
static jmp_buf *running; // null where threads run one after another, as they have no barriers
static State waitsAt;    // of the thread that has just come back to the scheduler
static bool barrierWithoutFiber;

static void yield(State at)
{
    jmp_buf *self = running;
    waitsAt = at;
    if (_setjmp(*self) == 0) {
        _longjmp(scheduler, 1);
    }
}

static void barrier(State at)
{
    if (running == nullptr) {
        barrierWithoutFiber = true;
    } else {
        yield(at);
    }
}

static void __syncthreads()
{
    barrier(AT_BARRIER);
}

#define __global__
#define __device__
#define __shared__ static
#define __launch_bounds__(threads, blocks)
#define __align__(bytes) alignas(bytes)
using std::min;
using std::exp;
using std::log;

// The tensor cores' part, in float32: so rounding does not hide a mistake. A tile product is two barriers of a warp.
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
    barrier(AT_WARP_BARRIER);
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
    barrier(AT_WARP_BARRIER);
    threadIdx.x = self;
}

// Shared memory that the launch gives: nothing is in it at first, and what lies behind it must stay as it is.
const size_t MOST_SHARED = 227 << 10;
const size_t BEHIND = 4096;
const unsigned char NOT_A_NUMBER = 0xFF;
const unsigned char MARK = 0xA5;
alignas(16) static unsigned char launchShared[MOST_SHARED + BEHIND];
#define SHARED_FROM_LAUNCH(type, name) type *const name = reinterpret_cast<type *>(launchShared)

struct Four;
static void copyToShared(Four *to, const float *from, bool inside);

static void awaitCopies();

#include "kernels.cu"

// Copies are made as late as they may be, so that what is read without waiting for them is wrong; or in every second block at
// once, so that what is read when they may already be on their way is.
struct Copy {
    Four *to;
    const float *from;
    bool inside;
};

static std::vector<Copy> copies[BLOCK];

static void copyToShared(Four *to, const float *from, bool inside)
{
    copies[threadIdx.x].push_back({to, from, inside});
    if ((blockIdx.x / 2 + blockIdx.y) % 2 == 1) {
        awaitCopies();
    }
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
    State state;
};

std::vector<Fiber> fibers;
void (*body)(void **);
void **bodyArguments;
unsigned current;

// A fiber's life: one thread of a block after the other.
void fiberMain()
{
    yield(READY);
    for (;;) {
        body(bodyArguments);
        yield(DONE);
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

// How many of the threads [from, to) are in a state.
unsigned count(unsigned from, unsigned to, State state)
{
    unsigned number = 0;
    for (unsigned t = from; t < to; t++) {
        number += fibers[t].state == state ? 1 : 0;
    }
    return number;
}

void ready(unsigned from, unsigned to)
{
    for (unsigned t = from; t < to; t++) {
        fibers[t].state = READY;
    }
}

// Runs a warp until none of its threads can go on by itself.
void runWarp(unsigned first)
{
    while (count(first, first + 32, READY) > 0) {
        for (unsigned t = first; t < first + 32; t++) {
            if (fibers[t].state == READY) {
                threadIdx = {t, 0, 0};
                resume(t);
                fibers[t].state = waitsAt;
            }
        }
        if (count(first, first + 32, AT_WARP_BARRIER) == 32) {
            ready(first, first + 32);
        }
    }
}

// Runs a block's threads in turns until all have ended; false if some wait at a barrier that others never reach.
bool runBlock(unsigned threads)
{
    if (fibers.empty()) {
        makeFibers();
    }
    ready(0, threads);
    for (;;) {
        for (unsigned first = 0; first < threads; first += 32) {
            runWarp(blockIdx.x % 2 == 0 ? first : threads - 32 - first);
        }
        if (count(0, threads, DONE) == threads) {
            return true;
        }
        if (count(0, threads, AT_BARRIER) < threads) {
            fibers.clear(); // those that wait still must not go on with the next kernel
            return false;
        }
        ready(0, threads);
    }
}

// Whether nothing but what the launch gave has been written, and all copies to it have been waited for.
bool sharedMemoryIsFine(unsigned sharedBytes)
{
    bool fine = true;
    for (size_t i = 0; i < BEHIND; i++) {
        fine = fine && launchShared[sharedBytes + i] == MARK;
    }
    for (std::vector<Copy> &pending : copies) {
        fine = fine && pending.empty();
        pending.clear();
    }
    return fine;
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

// 0 if done; 1 no such kernel; 2 another number of arguments; 3 more threads than a block has, or no whole warps; 4 barriers that
// not all threads reach; 5 a barrier in a kernel that is listed above as one without; 6 more shared memory than a block has,
// or less than the kernel uses, or copies to it that are not waited for.
extern "C" int launch(
        const char *name,
        unsigned sharedBytes,
        unsigned blocksX,
        unsigned blocksY,
        unsigned threads,
        void **arguments,
        int count)
{
    for (const Kernel &kernel : KERNELS) {
        if (std::strcmp(kernel.name, name) != 0) {
            continue;
        }
        if (count != kernel.arguments) {
            return 2;
        }
        if (threads > BLOCK || threads % 32 != 0) {
            return 3;
        }
        if (sharedBytes > MOST_SHARED) {
            return 6;
        }
        blockDim = {threads, 1, 1};
        barrierWithoutFiber = false;
        body = kernel.call;
        bodyArguments = arguments;
        for (unsigned y = 0; y < blocksY; y++) {
            for (unsigned x = 0; x < blocksX; x++) {
                blockIdx = {x, y, 0};
                std::memset(launchShared, NOT_A_NUMBER, sharedBytes);
                std::memset(launchShared + sharedBytes, MARK, BEHIND);
                if (kernel.barriers) {
                    if (!runBlock(threads)) {
                        sharedMemoryIsFine(sharedBytes); // forgets the copies
                        return 4;
                    }
                    if (!sharedMemoryIsFine(sharedBytes)) {
                        return 6;
                    }
                    continue;
                }
                running = nullptr;
                for (unsigned t = 0; t < threads; t++) {
                    threadIdx = {t, 0, 0};
                    kernel.call(arguments);
                }
                if (!sharedMemoryIsFine(sharedBytes)) {
                    return 6;
                }
            }
        }
        return barrierWithoutFiber ? 5 : 0;
    }
    return 1;
}
