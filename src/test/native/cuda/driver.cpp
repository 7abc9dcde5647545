// A libcuda.so.1 that is none: the calls of the driver API that imagespace makes, over the memory and the processor of the
// host. So everything between Java and the driver is tested where there is no GPU: JCuda's bindings, streams, recorded
// graphs, and the kernels by host.cpp. As unkind as a GPU may be: new memory is NaN, and what is queued on a stream is
// done when somebody waits for it, and not before.

#include "driver.h"

#include <cstdint>
#include <cstdlib>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>

#include "../host.cpp"

typedef int CUresult;
typedef uint64_t CUdeviceptr;

namespace {

enum { SUCCESS = 0, INVALID_VALUE = 1, OUT_OF_MEMORY = 2, NOT_FOUND = 500, UNKNOWN = 999, CAPTURE_UNSUPPORTED = 900 };

const size_t ALIGNMENT = 256;
const size_t TOTAL = size_t(1) << 30;
const unsigned NON_BLOCKING = 1;
const int RELAXED = 2;

typedef std::vector<std::function<void()>> Work;

struct Stream {
    Work queue;
    std::unique_ptr<Work> recording;
};

struct Function {
    const Kernel *kernel;
};

std::recursive_mutex all; // the host's kernels know one thread only
std::set<Stream *> streams;
std::map<CUdeviceptr, size_t> allocations;
size_t allocated;
CUresult failed; // what a kernel answered, told by the next call that waits

CUresult finish(Stream *stream)
{
    Work work;
    work.swap(stream->queue);
    for (auto &command : work) {
        command();
    }
    return failed;
}

CUresult finishAll()
{
    for (Stream *stream : streams) {
        finish(stream);
    }
    return failed;
}

// Whether bytes from an address on are within one allocation.
bool valid(CUdeviceptr address, size_t bytes)
{
    auto next = allocations.upper_bound(address);
    if (next == allocations.begin()) {
        return false;
    }
    --next;
    return address + bytes <= next->first + next->second;
}

void *host(CUdeviceptr address)
{
    return reinterpret_cast<void *>(address);
}

} // namespace

void standInQueue(void *stream, std::function<void()> work)
{
    std::lock_guard<std::recursive_mutex> lock(all);
    Stream *s = static_cast<Stream *>(stream);
    (s->recording ? *s->recording : s->queue).push_back(std::move(work));
}

#define API extern "C" __attribute__((visibility("default"))) CUresult
#define LOCK std::lock_guard<std::recursive_mutex> lock(all)

API cuInit(unsigned flags)
{
    return flags == 0 ? SUCCESS : INVALID_VALUE;
}

API cuDriverGetVersion(int *version)
{
    *version = 13000;
    return SUCCESS;
}

API cuDeviceGetCount(int *count)
{
    *count = 1;
    return SUCCESS;
}

API cuDeviceGet(int *device, int ordinal)
{
    *device = ordinal;
    return ordinal == 0 ? SUCCESS : INVALID_VALUE;
}

API cuDeviceGetName(char *name, int room, int device)
{
    std::strncpy(name, "Stand-in", static_cast<size_t>(room));
    return device == 0 ? SUCCESS : INVALID_VALUE;
}

API cuDeviceGetAttribute(int *value, int attribute, int device)
{
    const int MAJOR = 75, MINOR = 76;
    *value = attribute == MAJOR ? 9 : 0;
    return device == 0 && (attribute == MAJOR || attribute == MINOR) ? SUCCESS : INVALID_VALUE;
}

API cuDevicePrimaryCtxRetain(void **context, int device)
{
    *context = &all;
    return device == 0 ? SUCCESS : INVALID_VALUE;
}

API cuDevicePrimaryCtxRelease_v2(int device)
{
    return device == 0 ? SUCCESS : INVALID_VALUE;
}

API cuCtxSetCurrent(void *context)
{
    return context == &all ? SUCCESS : INVALID_VALUE;
}

API cuStreamCreate(void **stream, unsigned flags)
{
    LOCK;
    *stream = *streams.insert(new Stream).first;
    return flags == NON_BLOCKING ? SUCCESS : INVALID_VALUE;
}

API cuStreamDestroy_v2(void *stream)
{
    LOCK;
    CUresult result = finish(static_cast<Stream *>(stream));
    streams.erase(static_cast<Stream *>(stream));
    delete static_cast<Stream *>(stream);
    return result;
}

API cuStreamSynchronize(void *stream)
{
    LOCK;
    if (stream == nullptr) {
        return SUCCESS; // copies without a stream are done at once here
    }
    return static_cast<Stream *>(stream)->recording ? CAPTURE_UNSUPPORTED : finish(static_cast<Stream *>(stream));
}

API cuMemAlloc_v2(CUdeviceptr *address, size_t bytes)
{
    LOCK;
    if (bytes == 0) {
        return INVALID_VALUE;
    }
    if (allocated + bytes > TOTAL) {
        return OUT_OF_MEMORY;
    }
    void *memory = std::aligned_alloc(ALIGNMENT, (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT);
    std::memset(memory, 0xFF, bytes);
    *address = reinterpret_cast<CUdeviceptr>(memory);
    allocations[*address] = bytes;
    allocated += bytes;
    return SUCCESS;
}

API cuMemFree_v2(CUdeviceptr address)
{
    LOCK;
    auto found = allocations.find(address);
    if (found == allocations.end()) {
        return INVALID_VALUE;
    }
    CUresult result = finishAll();
    allocated -= found->second;
    allocations.erase(found);
    std::free(host(address));
    return result;
}

API cuMemGetInfo_v2(size_t *free, size_t *total)
{
    LOCK;
    *free = TOTAL - allocated;
    *total = TOTAL;
    return SUCCESS;
}

API cuMemAllocHost_v2(void **memory, size_t bytes)
{
    *memory = std::aligned_alloc(4096, bytes);
    return SUCCESS;
}

API cuMemFreeHost(void *memory)
{
    std::free(memory);
    return SUCCESS;
}

API cuMemcpyHtoD_v2(CUdeviceptr to, const void *from, size_t bytes)
{
    LOCK;
    if (!valid(to, bytes)) {
        return INVALID_VALUE;
    }
    std::memcpy(host(to), from, bytes);
    return SUCCESS;
}

API cuMemcpyDtoH_v2(void *to, CUdeviceptr from, size_t bytes)
{
    LOCK;
    if (!valid(from, bytes)) {
        return INVALID_VALUE;
    }
    std::memcpy(to, host(from), bytes);
    return SUCCESS;
}

API cuMemcpyHtoDAsync_v2(CUdeviceptr to, const void *from, size_t bytes, void *stream)
{
    LOCK;
    if (!valid(to, bytes)) {
        return INVALID_VALUE;
    }
    standInQueue(stream, [=] { std::memcpy(host(to), from, bytes); });
    return SUCCESS;
}

API cuMemcpyDtoDAsync_v2(CUdeviceptr to, CUdeviceptr from, size_t bytes, void *stream)
{
    LOCK;
    if (!valid(to, bytes) || !valid(from, bytes)) {
        return INVALID_VALUE;
    }
    standInQueue(stream, [=] { std::memmove(host(to), host(from), bytes); });
    return SUCCESS;
}

API cuMemsetD32Async(CUdeviceptr to, unsigned value, size_t count, void *stream)
{
    LOCK;
    if (!valid(to, count * sizeof value)) {
        return INVALID_VALUE;
    }
    standInQueue(stream, [=] { std::fill_n(static_cast<unsigned *>(host(to)), count, value); });
    return SUCCESS;
}

API cuModuleLoadData(void **module, const void *code)
{
    *module = &allocations;
    return std::memcmp(code, "code", 4) == 0 ? SUCCESS : INVALID_VALUE; // nvrtc.cpp's
}

API cuModuleUnload(void *module)
{
    return module == &allocations ? SUCCESS : INVALID_VALUE;
}

API cuModuleGetFunction(void **function, void *module, const char *name)
{
    for (const Kernel &kernel : KERNELS) {
        if (module == &allocations && std::strcmp(kernel.name, name) == 0) {
            *function = const_cast<Kernel *>(&kernel);
            return SUCCESS;
        }
    }
    return NOT_FOUND;
}

// The kernels that may be given more shared memory than usual, and how much.
static std::map<void *, unsigned> sharedMemory;

API cuFuncSetAttribute(void *function, int attribute, int value)
{
    LOCK;
    if (attribute != 8 || value < 0 || value > 227 << 10) { // the maximum of dynamic shared memory, of an H100
        return INVALID_VALUE;
    }
    sharedMemory[function] = static_cast<unsigned>(value);
    return SUCCESS;
}

API cuLaunchKernel(
        void *function,
        unsigned gridX,
        unsigned gridY,
        unsigned gridZ,
        unsigned blockX,
        unsigned blockY,
        unsigned blockZ,
        unsigned sharedBytes,
        void *stream,
        void **arguments,
        void **extra)
{
    LOCK;
    if (gridX == 0 || gridY == 0 || gridZ != 1 || blockY != 1 || blockZ != 1 || extra != nullptr
        || (sharedBytes > 48 << 10 && sharedBytes != sharedMemory[function])) {
        return INVALID_VALUE;
    }
    const Kernel *kernel = static_cast<const Kernel *>(function);
    std::vector<std::string> values; // those of now, as a GPU takes them
    for (int i = 0; i < kernel->arguments; i++) {
        values.emplace_back(static_cast<char *>(arguments[i]), kernel->sizes()[i]);
    }
    standInQueue(stream, [=]() mutable {
        std::vector<void *> pointers;
        for (std::string &value : values) {
            pointers.push_back(&value[0]);
        }
        if (launch(kernel->name, sharedBytes, gridX, gridY, blockX, pointers.data(), kernel->arguments) != 0) {
            failed = UNKNOWN;
        }
    });
    return SUCCESS;
}

API cuStreamBeginCapture_v2(void *stream, int mode)
{
    LOCK;
    static_cast<Stream *>(stream)->recording.reset(new Work);
    return mode == RELAXED ? SUCCESS : INVALID_VALUE;
}

API cuStreamEndCapture(void *stream, void **graph)
{
    LOCK;
    *graph = static_cast<Stream *>(stream)->recording.release();
    return *graph != nullptr ? SUCCESS : INVALID_VALUE;
}

API cuGraphInstantiateWithFlags(void **executable, void *graph, unsigned long long flags)
{
    *executable = new Work(*static_cast<Work *>(graph));
    return flags == 0 ? SUCCESS : INVALID_VALUE;
}

API cuGraphLaunch(void *executable, void *stream)
{
    LOCK;
    for (auto &command : *static_cast<Work *>(executable)) {
        standInQueue(stream, command);
    }
    return SUCCESS;
}

API cuGraphDestroy(void *graph)
{
    delete static_cast<Work *>(graph);
    return SUCCESS;
}

API cuGraphExecDestroy(void *executable)
{
    LOCK;
    CUresult result = finishAll();
    delete static_cast<Work *>(executable);
    return result;
}

API cuGetErrorString(int error, const char **text)
{
    *text = error == UNKNOWN ? "a kernel of the stand-in failed" : "refused by the stand-in";
    return SUCCESS;
}
