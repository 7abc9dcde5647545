// The kernels of the CUDA backend: all that cuDNN and cuBLAS do not do, a section for each family of the CPU backend. The
// convolutions among them follow in convolutions.cu, which is compiled together with this file.
//
// Compiled at run time by NVRTC, so nothing is included; compiled by a C++ compiler too, for the tests (see the tests'
// host.cpp), so the language is C++14 and the only things of CUDA's used are __global__, __device__, __shared__,
// __syncthreads, __launch_bounds__, __align__, threadIdx, blockIdx and blockDim; more only in what convolutions.cu sets apart.
//
// Conventions as in Backend.java: outputs first, then inputs, then shapes; NHWC; row-major; every gradient is set. A
// thread computes one value unless said otherwise, and the last block's threads beyond `count` do nothing. What changes
// from step to step (seeds, ids, factors) is read through pointers, so that a recorded step can be replayed.
//
// Same inputs, same bits: nothing is summed by atomics, and no sum depends on the size of the GPU. With --fmad=false the
// kernels marked "CPU's bits" give what the CPU backend gives, bit for bit.

typedef unsigned int Word;
typedef unsigned long long Long;

#define BLOCK 256 // threads of a block, everywhere

static __device__ Word threadIndex()
{
    return blockIdx.x * blockDim.x + threadIdx.x;
}

// Four floats that are read and written at once, from addresses that are multiples of their size.
struct __align__(16) Four {
    float v[4];
};

// Whether values from here on may be taken by fours.
static __device__ bool isAligned(const float *a)
{
    return ((Long) a & 15) == 0;
}

static __device__ Four &four(float *a)
{
    return *(Four *) a;
}

static __device__ const Four &four(const float *a)
{
    return *(const Four *) a;
}

// ---------------------------------------------------------------------------------------------------------------------
// Random numbers: Philox4x32-10, as Philox.java

#define STREAM_DROPOUT 3
#define STREAM_AUGMENT 4
#define STREAM_NOISE 5

struct __align__(16) Words {
    Word w[4];
};

// The block of four words with the counter (block low, block high, stream, 0).
static __device__ Words philox(Long seed, Word stream, Long block)
{
    Word c0 = (Word) block;
    Word c1 = (Word) (block >> 32);
    Word c2 = stream;
    Word c3 = 0;
    Word key0 = (Word) seed;
    Word key1 = (Word) (seed >> 32);
    for (int round = 0; round < 10; round++) {
        Long product0 = 0xD2511F53ULL * c0;
        Long product1 = 0xCD9E8D57ULL * c2;
        c0 = (Word) (product1 >> 32) ^ c1 ^ key0;
        c1 = (Word) product1;
        c2 = (Word) (product0 >> 32) ^ c3 ^ key1;
        c3 = (Word) product0;
        key0 += 0x9E3779B9U;
        key1 += 0xBB67AE85U;
    }
    Words words = {{c0, c1, c2, c3}};
    return words;
}

// Draw `index` of a stream: 32 uniform bits.
static __device__ Word draw(Long seed, Word stream, Long index)
{
    Words words = philox(seed, stream, index >> 2);
    Word half = (index & 2) == 0 ? words.w[0] : words.w[2];
    Word odd = (index & 2) == 0 ? words.w[1] : words.w[3];
    return (index & 1) == 0 ? half : odd;
}

// Draw `index` as an int in [0, bound).
static __device__ int drawBelow(int bound, Long seed, Word stream, Long index)
{
    return (int) (((Long) draw(seed, stream, index) * (Word) bound) >> 32);
}

// ---------------------------------------------------------------------------------------------------------------------
// Batches

// What a call of `assemble` is about; the ids of its samples follow in memory.
struct Batch {
    long long from; // position of the first sample in the epoch's order
    Long noiseSeed;
    Long augmentSeed;
};

// The index that a position outside [0, extent) mirrors; the border itself is not repeated.
static __device__ int reflect(int position, int extent)
{
    if (extent == 1) {
        return 0;
    }
    int period = 2 * (extent - 1);
    int folded = position % period;
    folded += folded < 0 ? period : 0;
    return folded < extent ? folded : period - folded;
}

#define PIECES 4 // blocks of an image

// out [n, height, width, channels] from bytes and noise. Blocks [n, PIECES]. The CPU's bits.
extern "C" __global__ void assemble(
        float *out, const unsigned char *pixels, const Batch *batch, int height, int width, int channels, int flips, int pad)
{
    __shared__ int flip;
    __shared__ int dy;
    __shared__ int dx;
    int image = (int) blockIdx.x;
    int id = ((const int *) (batch + 1))[image];
    int size = height * width * channels;
    float *to = out + (Long) image * (Word) size;
    if (id < 0) { // noise sample -1 - id: byte j of it is byte j & 3, low first, of draw j / 4
        int words = (size + 3) / 4;
        Long first = (Long) (-1LL - id) * (Word) words;
        for (int word = (int) (blockIdx.y * BLOCK + threadIdx.x); word < words; word += PIECES * BLOCK) {
            Word bits = draw(batch->noiseSeed, STREAM_NOISE, first + (Word) word);
            for (int j = 4 * word; j < size && j < 4 * word + 4; j++) {
                to[j] = (float) (bits & 0xFF) / 255.0f;
                bits >>= 8;
            }
        }
        return;
    }
    if (threadIdx.x == 0) {
        Long position = (Long) (batch->from + image);
        int span = 2 * pad + 1;
        flip = flips != 0 && draw(batch->augmentSeed, STREAM_AUGMENT, 3 * position) >> 31 != 0;
        dy = drawBelow(span, batch->augmentSeed, STREAM_AUGMENT, 3 * position + 1) - pad;
        dx = drawBelow(span, batch->augmentSeed, STREAM_AUGMENT, 3 * position + 2) - pad;
    }
    __syncthreads();
    const unsigned char *from = pixels + (Long) id * (Word) size;
    for (int j = (int) (blockIdx.y * BLOCK + threadIdx.x); j < size; j += PIECES * BLOCK) {
        int pixel = j / channels;
        int y = reflect(pixel / width + dy, height);
        int x = reflect(pixel % width + dx, width);
        x = flip ? width - 1 - x : x;
        to[j] = (float) from[(y * width + x) * channels + j % channels] / 255.0f;
    }
}

// ---------------------------------------------------------------------------------------------------------------------
// Dropout. Memory-bound: speed matters.

// A thread does eight values, as many as a block of random words decides. The CPU's bits.
extern "C" __global__ void dropoutForward(
        float *out, float *mask, const float *in, const Long *seed, Word threshold, float keep, Word count)
{
    Word first = 8 * threadIndex();
    if (first >= count) {
        return;
    }
    bool fours = first + 8 <= count && isAligned(out) && isAligned(mask) && isAligned(in);
    Four values[2] = {};
    for (Word j = 0; j < 2 && fours; j++) {
        values[j] = four(in + first + 4 * j); // on its way while the random numbers are made
    }
    Words words = philox(*seed, STREAM_DROPOUT, first / 8);
    float factors[8];
    for (Word j = 0; j < 8; j++) {
        Word half = (j & 1) == 0 ? words.w[j / 2] & 0xFFFF : words.w[j / 2] >> 16;
        factors[j] = half < threshold ? 0.0f : keep;
    }
    for (Word j = 0; j < 2 && fours; j++) {
        Four kept;
        for (Word k = 0; k < 4; k++) {
            kept.v[k] = factors[4 * j + k];
            values[j].v[k] *= kept.v[k];
        }
        four(mask + first + 4 * j) = kept;
        four(out + first + 4 * j) = values[j];
    }
    if (fours) {
        return;
    }
    for (Word j = 0; j < 8 && first + j < count; j++) {
        mask[first + j] = factors[j];
        out[first + j] = in[first + j] * factors[j];
    }
}

// The CPU's bits.
extern "C" __global__ void dropoutBackward(float *dIn, const float *dOut, const float *mask, Word count)
{
    Word i = threadIndex();
    if (i < count) {
        dIn[i] = dOut[i] * mask[i];
    }
}

// ---------------------------------------------------------------------------------------------------------------------
// Activations x > 0 ? x : slope * x, and the way back through activation and bias. Memory-bound: speed matters.

static __device__ float activated(float value, float slope)
{
    return value > 0 ? value : slope * value;
}

// In place: y [count] = activation(y + bias [channels]). A thread does four values.
extern "C" __global__ void biasActivation(float *y, const float *bias, float slope, int channels, Word count)
{
    Word first = 4 * threadIndex();
    if (first >= count) {
        return;
    }
    Word channel = first % (Word) channels;
    if (channels % 4 == 0 && isAligned(y)) {
        Four values = four(y + first);
        for (Word j = 0; j < 4; j++) {
            values.v[j] = activated(values.v[j] + bias[channel + j], slope);
        }
        four(y + first) = values;
        return;
    }
    for (Word i = first; i < count && i < first + 4; i++) {
        y[i] = activated(y[i] + bias[i % (Word) channels], slope);
    }
}

#define COLUMNS 32           // channels of a block of the two kernels below
#define LANES (BLOCK / COLUMNS) // rows that it reads at a time
#define AT_ONCE 4            // rows of a thread that are on their way at the same time

// What threads have that are multiples of `apart` from each other, a power of two, added up: for the first ones of a block.
static __device__ Four sumOfLanes(Four mine, int apart)
{
    __shared__ Four sums[BLOCK];
    sums[threadIdx.x] = mine;
    __syncthreads();
    for (int half = BLOCK / 2; half >= apart; half /= 2) {
        if ((int) threadIdx.x < half) {
            for (int j = 0; j < 4; j++) {
                sums[threadIdx.x].v[j] += sums[threadIdx.x + (Word) half].v[j];
            }
        }
        __syncthreads();
    }
    return sums[threadIdx.x];
}

// Adds up what a block's lanes have of each of its channels, and keeps that as partial [blocks, channels], for addUp.
static __device__ void keepPartial(float *partial, float mine, int channel, int channels)
{
    __shared__ float sums[BLOCK];
    sums[threadIdx.x] = mine;
    __syncthreads();
    for (int half = BLOCK / 2; half >= COLUMNS; half /= 2) {
        if ((int) threadIdx.x < half) {
            sums[threadIdx.x] += sums[threadIdx.x + (Word) half];
        }
        __syncthreads();
    }
    if (threadIdx.x < COLUMNS && channel < channels) {
        partial[(int) blockIdx.x * channels + channel] = sums[threadIdx.x];
    }
}

// dOut [rows, channels] times the derivative, in place, and sums of its columns over chunks of rows: the first half of
// activationBackward. Blocks [chunks, channels / COLUMNS rounded up].
extern "C" __global__ void activationBackward(
        float *dOut, float *partial, const float *out, float slope, int rows, int channels, int chunkRows)
{
    int channel = (int) (blockIdx.y * COLUMNS + threadIdx.x % COLUMNS);
    int end = min((int) (blockIdx.x + 1) * chunkRows, rows);
    float sum = 0;
    int first = (int) blockIdx.x * chunkRows + (int) (threadIdx.x / COLUMNS);
    for (; first < end && channel < channels; first += AT_ONCE * LANES) {
        float gradients[AT_ONCE];
        float outs[AT_ONCE];
        for (int j = 0; j < AT_ONCE; j++) {
            int row = first + j * LANES;
            gradients[j] = row < end ? dOut[row * channels + channel] : 0;
            outs[j] = row < end && slope != 1 ? out[row * channels + channel] : 1;
        }
        for (int j = 0; j < AT_ONCE; j++) {
            int row = first + j * LANES;
            float gradient = outs[j] > 0 ? gradients[j] : slope * gradients[j];
            if (row < end && slope != 1) {
                dOut[row * channels + channel] = gradient;
            }
            sum += gradient;
        }
    }
    keepPartial(partial, sum, channel, channels);
}

// The same behind an average pooling whose windows lie side by side: dIn [rows = n * height * width, channels] is set
// from dOut, the gradient of the pooling's output, and in, its input.
extern "C" __global__ void averagePoolActivationBackward(
        float *dIn,
        float *partial,
        const float *dOut,
        const float *in,
        float slope,
        int width,
        int channels,
        int window,
        int rows,
        int chunkRows)
{
    int channel = (int) (blockIdx.y * COLUMNS + threadIdx.x % COLUMNS);
    int end = min((int) (blockIdx.x + 1) * chunkRows, rows);
    float share = 1.0f / (float) (window * window);
    float sum = 0;
    int first = (int) blockIdx.x * chunkRows + (int) (threadIdx.x / COLUMNS);
    int x = first % width;
    int y = first / width; // of all images, one below the other: windows do not reach from one into the next
    int outWidth = width / window;
    for (; first < end && channel < channels; first += AT_ONCE * LANES) {
        float gradients[AT_ONCE];
        float ins[AT_ONCE];
        for (int j = 0; j < AT_ONCE; j++) {
            int row = first + j * LANES;
            int o = window == 2 ? (y >> 1) * outWidth + (x >> 1) : y / window * outWidth + x / window;
            gradients[j] = row < end ? dOut[o * channels + channel] * share : 0;
            ins[j] = row < end ? in[row * channels + channel] : 1;
            for (x += LANES; x >= width; x -= width) {
                y++;
            }
        }
        for (int j = 0; j < AT_ONCE; j++) {
            int row = first + j * LANES;
            float gradient = ins[j] > 0 ? gradients[j] : slope * gradients[j];
            if (row < end) {
                dIn[row * channels + channel] = gradient;
            }
            sum += gradient;
        }
    }
    keepPartial(partial, sum, channel, channels);
}

// Sums to be made of what blocks have kept: to [count] from partial [chunks, count].
struct Sum {
    float *to;
    const float *partial;
    long long chunks;
    long long count;
    long long end; // the first block that is another sum's
};

#define MOST_SUMS 16
#define LANES_OF_SUMS 16 // threads that share the chunks of four columns; PER_BLOCK fours of columns a block
#define PER_BLOCK (BLOCK / LANES_OF_SUMS)

struct Sums {
    Sum all[MOST_SUMS];
};

// All of them at once. The order of the terms depends on the number of chunks alone.
extern "C" __global__ void addUp(Sums sums)
{
    int which = 0;
    while ((long long) blockIdx.x >= sums.all[which].end) {
        which++;
    }
    Sum sum = sums.all[which];
    int firstBlock = which == 0 ? 0 : (int) sums.all[which - 1].end;
    int lane = (int) threadIdx.x / PER_BLOCK;
    int first = (((int) blockIdx.x - firstBlock) * PER_BLOCK + (int) threadIdx.x % PER_BLOCK) * 4;
    int count = (int) sum.count;
    bool fours = count % 4 == 0;
    Four mine = {{0, 0, 0, 0}};
    if (first < count) {
#pragma unroll 8
        for (int chunk = lane; chunk < (int) sum.chunks; chunk += LANES_OF_SUMS) {
            const float *from = sum.partial + (Long) (Word) chunk * (Word) count + (Word) first;
            Four values = {{0, 0, 0, 0}};
            if (fours) {
                values = four(from);
            } else {
                for (int j = 0; j < 4 && first + j < count; j++) {
                    values.v[j] = from[j];
                }
            }
            for (int j = 0; j < 4; j++) {
                mine.v[j] += values.v[j];
            }
        }
    }
    mine = sumOfLanes(mine, PER_BLOCK);
    if (threadIdx.x < PER_BLOCK) {
        for (int j = 0; j < 4 && first + j < count; j++) {
            sum.to[first + j] = mine.v[j];
        }
    }
}

// ---------------------------------------------------------------------------------------------------------------------
// Pooling: windows of window x window pixels every stride, none over the border. Memory-bound: speed matters.

struct Pool {
    int height;
    int width;
    int channels;
    int window;
    int stride;
    int outHeight;
    int outWidth;
};

// Where in the input the first pixel of the window behind value i of the output lies.
static __device__ Word cornerOf(Pool p, Word i)
{
    Word channels = (Word) p.channels;
    Word x = i / channels % (Word) p.outWidth * (Word) p.stride;
    Word y = i / channels / (Word) p.outWidth % (Word) p.outHeight * (Word) p.stride;
    Word image = i / channels / (Word) p.outWidth / (Word) p.outHeight;
    return ((image * (Word) p.height + y) * (Word) p.width + x) * channels + i % channels;
}

// Four values from an address on, or as many as there are of fewer.
static __device__ Four some(const float *a, int many)
{
    if (many == 4) {
        return four(a);
    }
    Four values = {{a[0], 0, 0, 0}};
    return values;
}

static __device__ void put(float *to, Four values, int many)
{
    if (many == 4) {
        four(to) = values;
    } else {
        to[0] = values.v[0];
    }
}

// Whether a thread does four channels of a pooling, or one: the host launches threads for one if it is not four.
static __device__ int channelsAtOnce(const float *out, const float *in, Pool p)
{
    return p.channels % 4 == 0 && isAligned(out) && isAligned(in) ? 4 : 1;
}

// A thread some channels of a value of the output; count of all values. The CPU's bits, but for the sign of a zero.
extern "C" __global__ void maxPoolForward(float *out, const float *in, Pool p, Word count)
{
    int many = channelsAtOnce(out, in, p);
    Word i = (Word) many * threadIndex();
    if (i >= count) {
        return;
    }
    const float *corner = in + cornerOf(p, i);
    Four max = some(corner, many);
    for (int dy = 0; dy < p.window; dy++) {
        for (int dx = 0; dx < p.window; dx++) {
            Four values = some(corner + (dy * p.width + dx) * p.channels, many);
            for (int j = 0; j < 4; j++) { // not a number goes on
                max.v[j] = values.v[j] > max.v[j] || values.v[j] != values.v[j] ? values.v[j] : max.v[j];
            }
        }
    }
    put(out + i, max, many);
}

// Likewise. The CPU's bits.
extern "C" __global__ void averagePoolForward(float *out, const float *in, Pool p, Word count)
{
    int many = channelsAtOnce(out, in, p);
    Word i = (Word) many * threadIndex();
    if (i >= count) {
        return;
    }
    const float *corner = in + cornerOf(p, i);
    Four sum = {{-0.0f, -0.0f, -0.0f, -0.0f}}; // what changes nothing, not even the sign of a zero
    for (int dy = 0; dy < p.window; dy++) {
        for (int dx = 0; dx < p.window; dx++) {
            Four values = some(corner + (dy * p.width + dx) * p.channels, many);
            for (int j = 0; j < 4; j++) {
                sum.v[j] += values.v[j];
            }
        }
    }
    for (int j = 0; j < 4; j++) {
        sum.v[j] *= 1.0f / (float) (p.window * p.window);
    }
    put(out + i, sum, many);
}

// Bias and activation in place, as biasActivation, and the average of windows that lie side by side and cover all. A
// thread four channels of a value of the output; count of all values. Channels are a multiple of four.
extern "C" __global__ void biasActivationAveragePool(
        float *out, float *y, const float *bias, float slope, Pool p, Word count)
{
    Word i = 4 * threadIndex();
    if (i >= count) {
        return;
    }
    float *corner = y + cornerOf(p, i);
    float biases[4];
    for (int j = 0; j < 4; j++) {
        biases[j] = bias[i % (Word) p.channels + (Word) j];
    }
    Four sum = {{-0.0f, -0.0f, -0.0f, -0.0f}};
    for (int dy = 0; dy < p.window; dy++) {
        for (int dx = 0; dx < p.window; dx++) {
            float *pixel = corner + (dy * p.width + dx) * p.channels;
            Four values = four(pixel);
            for (int j = 0; j < 4; j++) {
                values.v[j] = activated(values.v[j] + biases[j], slope);
                sum.v[j] += values.v[j];
            }
            four(pixel) = values;
        }
    }
    for (int j = 0; j < 4; j++) {
        sum.v[j] *= 1.0f / (float) (p.window * p.window);
    }
    four(out + i) = sum;
}

// The windows that a pixel lies in: rows [y0, y1] and columns [x0, x1] of the output.
struct Windows {
    int image;
    int y;
    int x;
    int channel;
    int y0;
    int y1;
    int x0;
    int x1;
};

static __device__ Windows windowsOver(Pool p, Word i)
{
    Windows w;
    w.channel = (int) (i % (Word) p.channels);
    w.x = (int) (i / (Word) p.channels % (Word) p.width);
    w.y = (int) (i / (Word) p.channels / (Word) p.width % (Word) p.height);
    w.image = (int) (i / (Word) p.channels / (Word) p.width / (Word) p.height);
    w.y0 = w.y < p.window ? 0 : (w.y - p.window) / p.stride + 1;
    w.x0 = w.x < p.window ? 0 : (w.x - p.window) / p.stride + 1;
    w.y1 = min(w.y / p.stride, p.outHeight - 1);
    w.x1 = min(w.x / p.stride, p.outWidth - 1);
    return w;
}

// Whether no pixel of a window before (dy, dx), row by row, has the value.
static __device__ bool isFirst(const float *corner, float value, int dy, int dx, Pool p)
{
    for (int tap = 0; tap < dy * p.window + dx; tap++) {
        if (corner[(tap / p.window * p.width + tap % p.window) * p.channels] == value) {
            return false;
        }
    }
    return true;
}

// A thread a value of dIn; count of those: it takes the gradients of the windows whose first maximum, in row-major
// order, it is. The CPU's bits.
extern "C" __global__ void maxPoolBackward(
        float *dIn, const float *dOut, const float *out, const float *in, Pool p, Word count)
{
    Word i = threadIndex();
    if (i >= count) {
        return;
    }
    Windows w = windowsOver(p, i);
    float mine = in[i];
    float sum = 0;
    for (int y = w.y0; y <= w.y1; y++) {
        for (int x = w.x0; x <= w.x1; x++) {
            Word o = (Word) (((w.image * p.outHeight + y) * p.outWidth + x) * p.channels + w.channel);
            if (mine == out[o] && isFirst(in + cornerOf(p, o), mine, w.y - y * p.stride, w.x - x * p.stride, p)) {
                sum += dOut[o];
            }
        }
    }
    dIn[i] = sum;
}

// The same for windows that lie side by side (stride = window), a thread a window and channel: count of those, with the
// windows that are cut off by the border, whose pixels get zeros.
extern "C" __global__ void maxPoolBackwardApart(
        float *dIn, const float *dOut, const float *out, const float *in, Pool p, Word count)
{
    Word i = threadIndex();
    if (i >= count) {
        return;
    }
    int across = (p.width + p.window - 1) / p.window;
    int down = (p.height + p.window - 1) / p.window;
    int channel = (int) (i % (Word) p.channels);
    int x = (int) (i / (Word) p.channels % (Word) across);
    int y = (int) (i / (Word) p.channels / (Word) across % (Word) down);
    int image = (int) (i / (Word) p.channels / (Word) across / (Word) down);
    bool whole = x < p.outWidth && y < p.outHeight;
    int o = ((image * p.outHeight + y) * p.outWidth + x) * p.channels + channel;
    float max = whole ? out[o] : 0;
    float gradient = whole ? dOut[o] : 0;
    int corner = ((image * p.height + y * p.window) * p.width + x * p.window) * p.channels + channel;
    int rows = min(p.window, p.height - y * p.window);
    int columns = min(p.window, p.width - x * p.window);
    for (int dy = 0; dy < rows; dy++) {
        for (int dx = 0; dx < columns; dx++) {
            int at = corner + (dy * p.width + dx) * p.channels;
            bool first = whole && in[at] == max;
            dIn[at] = first ? gradient : 0.0f;
            whole = whole && !first;
        }
    }
}

// The way back through a dropout, if there is a mask, a maximum pooling whose windows lie side by side and cover all, and
// the activation and bias before it: dIn [rows = n * height * width, channels] is set, and sums over chunks of windows are
// kept as in activationBackward. Channels are a multiple of four, which a thread does at once. Blocks [chunks, channels /
// COLUMNS rounded up].
extern "C" __global__ void maxPoolActivationBackward(
        float *dIn,
        float *partial,
        const float *dOut,
        const float *mask,
        const float *out,
        const float *in,
        float slope,
        Pool p,
        int windows,
        int chunkWindows)
{
    constexpr int FOURS = COLUMNS / 4;
    int channel = (int) blockIdx.y * COLUMNS + (int) threadIdx.x % FOURS * 4;
    int end = min((int) (blockIdx.x + 1) * chunkWindows, windows);
    Four sum = {{0, 0, 0, 0}};
    int first = (int) blockIdx.x * chunkWindows + (int) threadIdx.x / FOURS;
    for (int window = first; window < end && channel < p.channels; window += BLOCK / FOURS) {
        int pooled = window * p.channels + channel;
        Four gradient = four(dOut + pooled);
        Four max = four(out + pooled);
        if (mask != 0) {
            Four kept = four(mask + pooled);
            for (int j = 0; j < 4; j++) {
                gradient.v[j] *= kept.v[j];
            }
        }
        for (int j = 0; j < 4; j++) {
            gradient.v[j] = max.v[j] > 0 ? gradient.v[j] : slope * gradient.v[j];
            sum.v[j] += gradient.v[j];
        }
        int corner = (int) cornerOf(p, (Word) pooled);
        for (int dy = 0; dy < p.window; dy++) {
            for (int dx = 0; dx < p.window; dx++) {
                int at = corner + (dy * p.width + dx) * p.channels;
                Four values = four(in + at);
                for (int j = 0; j < 4; j++) { // to the first maximum
                    bool here = values.v[j] == max.v[j];
                    values.v[j] = here ? gradient.v[j] : 0.0f;
                    gradient.v[j] = here ? 0.0f : gradient.v[j];
                }
                four(dIn + at) = values;
            }
        }
    }
    sum = sumOfLanes(sum, FOURS);
    if (threadIdx.x < FOURS && channel < p.channels) {
        four(partial + (int) blockIdx.x * p.channels + channel) = sum;
    }
}

// A thread a value of dIn; count of those. The CPU's bits.
extern "C" __global__ void averagePoolBackward(float *dIn, const float *dOut, Pool p, Word count)
{
    Word i = threadIndex();
    if (i >= count) {
        return;
    }
    Windows w = windowsOver(p, i);
    float share = 1.0f / (float) (p.window * p.window);
    float sum = 0;
    for (int y = w.y0; y <= w.y1; y++) {
        for (int x = w.x0; x <= w.x1; x++) {
            sum += dOut[((w.image * p.outHeight + y) * p.outWidth + x) * p.channels + w.channel] * share;
        }
    }
    dIn[i] = sum;
}

// ---------------------------------------------------------------------------------------------------------------------
// Softmax and the loss, in float64 as on the CPU. Small next to everything else: simple.

// probabilities [classes] of one row of logits [classes]; returns log(sum(exp(logits))).
static __device__ double softmaxRow(float *probabilities, const float *logits, int classes)
{
    double max = logits[0];
    for (int c = 1; c < classes; c++) {
        max = logits[c] > max ? logits[c] : max;
    }
    double sum = 0;
    for (int c = 0; c < classes; c++) {
        sum += exp(logits[c] - max);
    }
    double logSum = max + log(sum);
    for (int c = 0; c < classes; c++) {
        probabilities[c] = (float) exp(logits[c] - logSum);
    }
    return logSum;
}

// A thread a row.
extern "C" __global__ void softmax(float *probabilities, const float *logits, int classes, Word n)
{
    Word row = threadIndex();
    if (row < n) {
        softmaxRow(probabilities + row * (Word) classes, logits + row * (Word) classes, classes);
    }
}

// The sum of what the threads of a block have, told to all of them.
static __device__ double blockSum(double mine)
{
    __shared__ double sums[BLOCK];
    sums[threadIdx.x] = mine;
    __syncthreads();
    for (int half = BLOCK / 2; half > 0; half /= 2) {
        if ((int) threadIdx.x < half) {
            sums[threadIdx.x] += sums[threadIdx.x + (Word) half];
        }
        __syncthreads();
    }
    double total = sums[0];
    __syncthreads(); // so that the next sum may begin
    return total;
}

// One block for all rows. totals [3] is added to: sum of weighted losses, sum of weights, number right.
extern "C" __global__ void softmaxCrossEntropy(
        float *dLogits,
        float *probabilities,
        float *totals,
        const float *logits,
        const float *labels,
        const float *weights,
        float smoothing,
        int classes,
        int n)
{
    double mine = 0;
    for (int i = (int) threadIdx.x; i < n; i += BLOCK) {
        mine += weights[i];
    }
    double weightSum = blockSum(mine);
    double off = (double) smoothing / classes;
    double loss = 0;
    double right = 0;
    for (int i = (int) threadIdx.x; i < n; i += BLOCK) {
        const float *x = logits + i * classes;
        float *p = probabilities + i * classes;
        double logSum = softmaxRow(p, x, classes);
        int label = (int) labels[i];
        double w = weights[i];
        double share = w == 0 ? 0 : w / weightSum;
        int best = 0;
        for (int c = 0; c < classes; c++) {
            double target = c == label ? 1 - smoothing + off : off;
            dLogits[i * classes + c] = (float) (share * (p[c] - target));
            if (target != 0) {
                loss -= w * target * (x[c] - logSum);
            }
            best = p[c] > p[best] ? c : best;
        }
        right += best == label ? 1 : 0;
    }
    loss = blockSum(loss);
    right = blockSum(right);
    if (threadIdx.x == 0) {
        totals[0] += (float) loss;
        totals[1] += (float) weightSum;
        totals[2] += (float) right;
    }
}

// ---------------------------------------------------------------------------------------------------------------------
// Updates: over all parameters of a network in one launch. Memory-bound: speed matters.

// The CPU's bits.
extern "C" __global__ void sgdStep(
        float *parameters, const float *gradients, float *velocity, float rate, float momentum, Word count)
{
    Word i = threadIndex();
    if (i < count) {
        float v = fmaf(momentum, velocity[i], gradients[i]);
        velocity[i] = v;
        parameters[i] = fmaf(-rate, v, parameters[i]);
    }
}

// What the number of the step decides.
struct AdamFactors {
    float scale;      // - rate / (1 - beta1^step)
    float correction; // 1 / (1 - beta2^step)
};

// The CPU's bits.
extern "C" __global__ void adamStep(
        float *parameters,
        const float *gradients,
        float *m,
        float *v,
        const AdamFactors *factors,
        float beta1,
        float beta2,
        float epsilon,
        Word count)
{
    Word i = threadIndex();
    if (i < count) {
        float g = gradients[i];
        float newM = m[i] * beta1 + g * (1 - beta1);
        float newV = v[i] * beta2 + g * g * (1 - beta2);
        m[i] = newM;
        v[i] = newV;
        parameters[i] += newM * factors->scale / (sqrtf(newV * factors->correction) + epsilon);
    }
}

// out = clip(in + epsilon * sign(gradient), 0, 1). The CPU's bits.
extern "C" __global__ void signStep(float *out, const float *in, const float *gradient, float epsilon, Word count)
{
    Word i = threadIndex();
    if (i < count) {
        float g = gradient[i];
        float sign = g > 0 ? 1.0f : g < 0 ? -1.0f : g; // of zero zero, of what is not a number not a number
        float moved = in[i] + epsilon * sign;
        out[i] = moved < 0 ? 0.0f : moved > 1 ? 1.0f : moved;
    }
}

// ---------------------------------------------------------------------------------------------------------------------
// Layouts: what stands between the shapes of Backend.java and those that cuDNN takes

#define TILE 32

// to [columns, rows] = from [rows, columns] transposed. Blocks [columns / TILE, rows / TILE] rounded up.
extern "C" __global__ void transpose(float *to, const float *from, int rows, int columns)
{
    __shared__ float tile[TILE][TILE + 1];
    int lane = (int) threadIdx.x % TILE;
    int first = (int) threadIdx.x / TILE;
    int column = (int) blockIdx.x * TILE;
    int row = (int) blockIdx.y * TILE;
    for (int r = first; r < TILE; r += BLOCK / TILE) {
        if (row + r < rows && column + lane < columns) {
            tile[r][lane] = from[(row + r) * columns + column + lane];
        }
    }
    __syncthreads();
    for (int c = first; c < TILE; c += BLOCK / TILE) {
        if (column + c < columns && row + lane < rows) {
            to[(column + c) * rows + row + lane] = tile[lane][c];
        }
    }
}

// to [n, toHeight, toWidth, channels]: pixel (y, x) is pixel (y + dy, x + dx) of from [n, height, width, channels], or
// zero where that lies outside. Pads and crops, and undoes both. count values of `to`; a thread does four.
extern "C" __global__ void moveWindow(
        float *to,
        const float *from,
        int toHeight,
        int toWidth,
        int height,
        int width,
        int channels,
        int dy,
        int dx,
        Word count)
{
    Word first = 4 * threadIndex();
    bool fours = channels % 4 == 0 && isAligned(to) && isAligned(from);
    for (Word i = first; i < count && i < first + 4; i++) {
        Word channel = i % (Word) channels;
        int x = (int) (i / (Word) channels % (Word) toWidth) + dx;
        int y = (int) (i / (Word) channels / (Word) toWidth % (Word) toHeight) + dy;
        Word image = i / (Word) channels / (Word) toWidth / (Word) toHeight;
        bool inside = y >= 0 && y < height && x >= 0 && x < width;
        Word at = ((image * (Word) height + (Word) y) * (Word) width + (Word) x) * (Word) channels + channel;
        if (fours) {
            Four zero = {{0, 0, 0, 0}};
            four(to + i) = inside ? four(from + at) : zero;
            return;
        }
        to[i] = inside ? from[at] : 0.0f;
    }
}

// The nearest bfloat16, ties to even; what is not a number stays so.
extern "C" __global__ void toBfloat16(unsigned short *to, const float *from, Word count)
{
    Word i = threadIndex();
    if (i < count) {
        union {
            float value;
            Word bits;
        } number;
        number.value = from[i];
        Word rounded = number.bits + 0x7FFF + ((number.bits >> 16) & 1);
        to[i] = (unsigned short) (number.value != number.value ? 0x7FC0 : rounded >> 16);
    }
}

extern "C" __global__ void fromBfloat16(float *to, const unsigned short *from, Word count)
{
    Word i = threadIndex();
    if (i < count) {
        union {
            Word bits;
            float value;
        } number;
        number.bits = (Word) from[i] << 16;
        to[i] = number.value;
    }
}
