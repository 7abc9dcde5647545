// The kernels of the CUDA backend: all that cuDNN and cuBLAS do not do, a section for each family of the CPU backend.
//
// Compiled at run time by NVRTC, so nothing is included; compiled by a C++ compiler too, for the tests (see the tests'
// host.cpp), so the language is C++14 and the only things of CUDA's used are __global__, __device__, __shared__,
// __syncthreads, __launch_bounds__, __align__, threadIdx, blockIdx and blockDim. What goes to the tensor cores is in
// `toTf32` and `multiplyTile`, which the tests have of their own.
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

struct __align__(8) WordPair {
    Word w[2];
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
    Words words = philox(*seed, STREAM_DROPOUT, first / 8);
    float factors[8];
    for (Word j = 0; j < 8; j++) {
        Word half = (j & 1) == 0 ? words.w[j / 2] & 0xFFFF : words.w[j / 2] >> 16;
        factors[j] = half < threshold ? 0.0f : keep;
    }
    if (first + 8 <= count && isAligned(out) && isAligned(mask) && isAligned(in)) {
        for (Word j = 0; j < 8; j += 4) {
            Four values = four(in + first + j);
            Four kept;
            for (int k = 0; k < 4; k++) {
                kept.v[k] = factors[j + (Word) k];
                values.v[k] *= kept.v[k];
            }
            four(mask + first + j) = kept;
            four(out + first + j) = values;
        }
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

// Adds up what a block's lanes have of each of its channels, and keeps that as partial [channels, chunks].
static __device__ void keepPartial(float *partial, float mine, int channel, int channels, int chunks)
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
        partial[channel * chunks + (int) blockIdx.x] = sums[threadIdx.x];
    }
}

// dOut [rows, channels] times the derivative, in place, and sums of its columns over chunks of rows: the first half of
// activationBackward. Blocks [chunks, channels / COLUMNS rounded up].
extern "C" __global__ void activationBackward(
        float *dOut, float *partial, const float *out, float slope, int rows, int channels, int chunkRows, int chunks)
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
    keepPartial(partial, sum, channel, channels, chunks);
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
        int chunkRows,
        int chunks)
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
    keepPartial(partial, sum, channel, channels, chunks);
}

// sums [channels] from partial [channels, chunks], a block a channel: the second half.
extern "C" __global__ void sumPartial(float *sums, const float *partial, int chunks)
{
    __shared__ float parts[BLOCK];
    float mine = 0;
    for (int i = (int) threadIdx.x; i < chunks; i += BLOCK) {
        mine += partial[(int) blockIdx.x * chunks + i];
    }
    parts[threadIdx.x] = mine;
    __syncthreads();
    for (int half = BLOCK / 2; half > 0; half /= 2) {
        if ((int) threadIdx.x < half) {
            parts[threadIdx.x] += parts[threadIdx.x + (Word) half];
        }
        __syncthreads();
    }
    if (threadIdx.x == 0) {
        sums[blockIdx.x] = parts[0];
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
// Convolutions with stride 1 on tensor cores, where cuDNN is slow: channels are few, the input is an image, or the output
// some classes. Speed matters.
//
// A tensor core's tile product is d [16, 8] += a [16, 8] * b [8, 8], in TF32 with float32 sums. The 32 threads of a warp
// hold the tiles, thread 4 * g + t as the rows and columns of PTX's mma.m16n8k8 are dealt out:
//   a: (g, t), (g + 8, t), (g, t + 4), (g + 8, t + 4)    b: (t, g), (t + 4, g)
//   d: (g, 2 * t), (g, 2 * t + 1), (g + 8, 2 * t), (g + 8, 2 * t + 1)
// Which row stands for which channel is free, as long as a's, b's and d's agree: it is dealt out so that what a thread
// holds lies side by side in memory.

#define WARPS (BLOCK / 32)
#define STRIP 8 // columns of an image that make the inner dimension of a tile product

#ifdef __CUDACC__
// The nearest TF32.
static __device__ Word toTf32(float value)
{
    Word rounded = 0;
#if __CUDA_ARCH__ >= 800
    asm("cvt.rna.tf32.f32 %0, %1;" : "=r"(rounded) : "f"(value));
#endif
    return rounded;
}

static __device__ void multiplyTile(float *d, const Word *a, Word b0, Word b1)
{
#if __CUDA_ARCH__ >= 800
    asm("mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
        : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
        : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1));
#endif
}
#endif

// A convolution with stride 1.
struct Conv {
    int n;
    int height;
    int width;
    int inChannels;
    int outChannels;
    int kernel;
    int padTop;
    int padLeft;
    int outHeight;
    int outWidth;
};

// Four values of dOut [n, outHeight, outWidth, outChannels] from a channel on; zero outside.
static __device__ Four outAt(const float *dOut, Conv s, int image, int y, int x, int channel)
{
    Four zero = {{0, 0, 0, 0}};
    bool inside = y >= 0 && y < s.outHeight && x >= 0 && x < s.outWidth;
    return inside ? four(dOut + ((image * s.outHeight + y) * s.outWidth + x) * s.outChannels + channel) : zero;
}

// Where a thread's pixel of the output looks in the input.
struct Window {
    const float *corner; // its upper left value, which may lie outside
    int top;
    int left;
};

// Of the output's pixel-th pixel, over all images.
static __device__ Window windowOf(const float *in, Conv s, int pixel)
{
    int image = pixel / s.outWidth / s.outHeight;
    Window w;
    w.top = pixel / s.outWidth % s.outHeight - s.padTop;
    w.left = pixel % s.outWidth - s.padLeft;
    w.corner = in + ((image * s.height + w.top) * s.width + w.left) * s.inChannels;
    return w;
}

static __device__ bool isInside(Window w, Conv s, int dy, int dx)
{
    int y = w.top + dy;
    int x = w.left + dx;
    return y >= 0 && y < s.height && x >= 0 && x < s.width;
}

#define OUTS 32 // output channels of a block: four tiles side by side
#define TAPS 9
#define SLAB 32   // channels of a pixel that a block keeps in shared memory at a time
#define CHUNKS 8  // of them by fours

// Pixels of a tile in shared memory: [rows, columns, CHUNKS], as TF32. Where a chunk lies depends on the column, so that
// threads of a warp that read at the same time read from different banks: pixels side by side for `convolve`, every second
// one for `weightGradient`.
static __device__ int besides(int column, int chunk)
{
    return chunk ^ 4 * (column & 1);
}

static __device__ int seconds(int column, int chunk)
{
    return chunk ^ (column & 6);
}

// A thread's chunks of a tile of HIGH rows and WIDE columns on their way: of an image [height, width, channels] from
// (top, left) on, and from a channel on; zeros outside.
template <int HIGH, int WIDE> struct Fetched {
    static constexpr int ALL = HIGH * WIDE * CHUNKS;
    static constexpr int EACH = (ALL + BLOCK - 1) / BLOCK;
    Four chunks[EACH];

    __device__ void fetch(const float *image, int height, int width, int channels, int top, int left, int channel)
    {
        Four zero = {{0, 0, 0, 0}};
#pragma unroll
        for (int j = 0; j < EACH; j++) {
            int i = (int) threadIdx.x + j * BLOCK;
            int y = top + i / CHUNKS / WIDE;
            int x = left + i / CHUNKS % WIDE;
            bool inside = i < ALL && y >= 0 && y < height && x >= 0 && x < width;
            chunks[j] = inside ? four(image + (y * width + x) * channels + channel + i % CHUNKS * 4) : zero;
        }
    }

    template <int (*PLACE)(int, int)> __device__ void store(Words *tile) const
    {
#pragma unroll
        for (int j = 0; j < EACH; j++) {
            int i = (int) threadIdx.x + j * BLOCK;
            if (i < ALL) {
                Words words;
                for (int k = 0; k < 4; k++) {
                    words.w[k] = toTf32(chunks[j].v[k]);
                }
                tile[i / CHUNKS * CHUNKS + PLACE(i / CHUNKS % WIDE, i % CHUNKS)] = words;
            }
        }
    }
};

// Where a chunk of pairs of values of two pixels side by side lies.
static __device__ int inTurns(int column, int chunk)
{
    return chunk ^ ((column / 2 & 1) + (column / 2 & 2) * 2);
}

// The same for pixels two by two, whose values lie in turns: [rows, pairs of columns, channels, 2], for an even WIDE.
template <int HIGH, int WIDE> struct FetchedPairs {
    static constexpr int ALL = HIGH * WIDE / 2 * CHUNKS;
    static constexpr int EACH = (ALL + BLOCK - 1) / BLOCK;
    Four chunks[EACH][2];

    __device__ void fetch(const float *image, int height, int width, int channels, int top, int left, int channel)
    {
        Four zero = {{0, 0, 0, 0}};
#pragma unroll
        for (int j = 0; j < EACH; j++) {
            int i = (int) threadIdx.x + j * BLOCK;
            int y = top + i / CHUNKS / (WIDE / 2);
            for (int side = 0; side < 2; side++) {
                int x = left + i / CHUNKS % (WIDE / 2) * 2 + side;
                bool inside = i < ALL && y < height && x < width;
                const float *at = image + (y * width + x) * channels + channel + i % CHUNKS * 4;
                chunks[j][side] = inside ? four(at) : zero;
            }
        }
    }

    __device__ void store(Words *tile) const
    {
#pragma unroll
        for (int j = 0; j < EACH; j++) {
            int i = (int) threadIdx.x + j * BLOCK;
            int column = i / CHUNKS % (WIDE / 2) * 2;
            for (int part = 0; part < 2 && i < ALL; part++) {
                Words words;
                for (int k = 0; k < 4; k++) {
                    words.w[k] = toTf32(chunks[j][k % 2].v[2 * part + k / 2]);
                }
                tile[i / CHUNKS * 2 * CHUNKS + inTurns(column, i % CHUNKS * 2 + part)] = words;
            }
        }
    }
};

// Weights [3, 3, inputs, outputs] as `convolve` reads them, twice: for the forward pass, and turned for the way back (taps
// the other way round, inputs and outputs exchanged). What a thread of a tile product has of them lies together. Both
// [outputs / OUTS, TAPS, inputs / 8, 2 tiles, 32 threads]; count of both.
extern "C" __global__ void arrangeWeights(Words *to, const float *weights, int inputs, int outputs, Word count)
{
    Word i = threadIndex();
    if (i >= count) {
        return;
    }
    bool turned = i >= count / 2;
    Word place = turned ? i - count / 2 : i;
    int ins = turned ? outputs : inputs;
    int thread = (int) (place % 32);
    int tile = (int) (place / 32 % 2);
    int depth = (int) (place / 64 % (Word) (ins / 8));
    int tap = (int) (place / 64 / (Word) (ins / 8) % TAPS);
    int out = (int) (place / 64 / (Word) (ins / 8) / TAPS) * OUTS + thread / 4 * 4 + tile * 2;
    int in = depth / 2 * 16 + thread % 4 * 4 + depth % 2 * 2;
    Words words;
    for (int k = 0; k < 4; k++) {
        int o = out + k % 2;
        int c = in + k / 2;
        int at = turned ? ((TAPS - 1 - tap) * inputs + o) * outputs + c : (tap * inputs + c) * outputs + o;
        words.w[k] = toTf32(weights[at]);
    }
    to[i] = words;
}

// out [n, outHeight, outWidth, outChannels] = activation(in * weights + bias), or in * weights alone if there is no bias.
// Weights as `arrangeWeights` leaves them. A block does 256 / WIDE rows of WIDE columns, each of its warps 32 pixels and 32
// output channels: for each tap a product [co, ci] * [ci, pixels], so that both lie in memory as the tensor cores want them.
template <int WIDE>
static __device__ void convolve(
        float *out, const float *in, const Words *weights, const float *bias, float slope, Conv s)
{
    constexpr int HIGH = 256 / WIDE;
    constexpr int WIDTH = WIDE + 2; // of the tile in shared memory, with a pixel more on each side
    __shared__ Words shared[(HIGH + 2) * WIDTH * CHUNKS];
    int warp = (int) threadIdx.x / 32;
    int g = (int) threadIdx.x % 32 / 4;
    int t = (int) threadIdx.x % 4;
    int across = (s.outWidth + WIDE - 1) / WIDE;
    int down = (s.outHeight + HIGH - 1) / HIGH;
    int image = (int) blockIdx.x / across / down;
    int top = (int) blockIdx.x / across % down * HIGH;
    int left = (int) blockIdx.x % across * WIDE;
    const float *from = in + image * s.height * s.width * s.inChannels;
    int firstRow = warp * 32 / WIDE; // a warp's pixels are a row of 32, or two of 16
    const Words *corner = shared + (firstRow * WIDTH + g) * CHUNKS;
    float sums[2][4][4] = {};
    for (int slab = 0; slab < s.inChannels; slab += SLAB) {
        Fetched<HIGH + 2, WIDTH> fetched;
        fetched.fetch(from, s.height, s.width, s.inChannels, top - s.padTop, left - s.padLeft, slab);
        __syncthreads();
        fetched.template store<besides>(shared);
        __syncthreads();
        const Words *w = weights + ((int) blockIdx.y * TAPS * s.inChannels + slab) / 8 * 64 + threadIdx.x % 32;
#pragma unroll
        for (int tap = 0; tap < TAPS; tap++) {
            const Words *pixel = corner + (tap / 3 * WIDTH + tap % 3) * CHUNKS;
#pragma unroll
            for (int half = 0; half < 2; half++) {
                int chunk = besides(g + tap % 3, 4 * half + t);
                Words b[4]; // of four times eight pixels
                for (int j = 0; j < 4; j++) {
                    b[j] = pixel[(8 * j / WIDE * WIDTH + 8 * j % WIDE) * CHUNKS + chunk];
                }
#pragma unroll
                for (int k = 0; k < 2; k++) {
#pragma unroll
                    for (int m = 0; m < 2; m++) {
                        Words a = w[((tap * (s.inChannels / 8) + 2 * half + k) * 2 + m) * 32];
                        for (int j = 0; j < 4; j++) {
                            multiplyTile(sums[m][j], a.w, b[j].w[2 * k], b[j].w[2 * k + 1]);
                        }
                    }
                }
            }
        }
    }
    // pixels 2 * t and 2 * t + 1 of each eight, channels 4 * g to 4 * g + 3
    int channel = (int) blockIdx.y * OUTS + 4 * g;
    for (int j = 0; j < 4; j++) {
        int y = top + firstRow + 8 * j / WIDE;
        for (int side = 0; side < 2; side++) {
            int x = left + 8 * j % WIDE + 2 * t + side;
            if (y < s.outHeight && x < s.outWidth) {
                Four values;
                for (int k = 0; k < 4; k++) {
                    float sum = sums[k / 2][j][k % 2 * 2 + side];
                    values.v[k] = bias == 0 ? sum : activated(sum + bias[channel + k], slope);
                }
                four(out + ((image * s.outHeight + y) * s.outWidth + x) * s.outChannels + channel) = values;
            }
        }
    }
}

// For kernels 3x3; both channels are multiples of 32. The gradient of a convolution's input is a convolution, too, of the
// gradient of its output, with turned weights. Blocks [tiles of all images, output channels / OUTS].
extern "C" __global__ void __launch_bounds__(BLOCK, 2) convolve16(
        float *out, const float *in, const Words *weights, const float *bias, float slope, Conv s)
{
    convolve<16>(out, in, weights, bias, slope, s);
}

extern "C" __global__ void __launch_bounds__(BLOCK, 2) convolve32(
        float *out, const float *in, const Words *weights, const float *bias, float slope, Conv s)
{
    convolve<32>(out, in, weights, bias, slope, s);
}

// The forward pass for an input of so few channels that all of them and all taps are at most 32: a row of the inner
// dimension is a tap and channel. Output channels are a multiple of 32; a warp does 16 pixels. Blocks [pixels / chunkPixels,
// output channels / 32]; chunkPixels is a multiple of 16 * WARPS.
extern "C" __global__ void imageForward(
        float *out, const float *in, const float *weights, const float *bias, float slope, Conv s, int chunkPixels)
{
    int g = (int) threadIdx.x % 32 / 4;
    int t = (int) threadIdx.x % 4;
    int firstOut = (int) blockIdx.y * OUTS;
    int taps = s.kernel * s.kernel * s.inChannels;
    // this thread's rows t, t + 4, ... t + 28: where they look, how far that is, and their weights
    int dy[8];
    int dx[8];
    int distance[8];
    Word b[8][4];
    Four zero = {{0, 0, 0, 0}};
    for (int i = 0; i < 8; i++) {
        int row = t + 4 * i;
        int tap = row / s.inChannels;
        dy[i] = row < taps ? tap / s.kernel : s.height + s.padTop; // or outside
        dx[i] = tap % s.kernel;
        distance[i] = (dy[i] * s.width + dx[i]) * s.inChannels + row % s.inChannels;
        Four w = row < taps ? four(weights + row * s.outChannels + firstOut + 4 * g) : zero;
        for (int tile = 0; tile < 4; tile++) {
            b[i][tile] = toTf32(w.v[tile]);
        }
    }
    int channel = firstOut + 8 * t;
    float biases[8];
    for (int j = 0; j < 8; j++) {
        biases[j] = bias[channel + j];
    }
    int start = (int) blockIdx.x * chunkPixels;
    int end = min(start + chunkPixels, s.n * s.outHeight * s.outWidth);
    for (int first = start; first < end; first += 16 * WARPS) {
        int mine = first + (int) threadIdx.x / 32 * 16 + g; // and 8 further
        float values[2][8];
        for (int half = 0; half < 2; half++) {
            Window w = windowOf(in, s, min(mine + 8 * half, end - 1));
            for (int i = 0; i < 8; i++) {
                values[half][i] = isInside(w, s, dy[i], dx[i]) ? w.corner[distance[i]] : 0;
            }
        }
        float sums[4][4] = {};
#pragma unroll
        for (int i = 0; i < 8; i += 2) {
            Word a[4] = {
                toTf32(values[0][i]), toTf32(values[1][i]), toTf32(values[0][i + 1]), toTf32(values[1][i + 1])};
            for (int tile = 0; tile < 4; tile++) {
                multiplyTile(sums[tile], a, b[i][tile], b[i + 1][tile]);
            }
        }
        for (int half = 0; half < 2; half++) {
            if (mine + 8 * half < end) {
                float *to = out + (mine + 8 * half) * s.outChannels + channel;
                for (int side = 0; side < 2; side++) {
                    Four results;
                    for (int tile = 0; tile < 4; tile++) {
                        results.v[tile] = activated(sums[tile][2 * half + side] + biases[4 * side + tile], slope);
                    }
                    four(to + 4 * side) = results;
                }
            }
        }
    }
}

// partial [chunks, 3, 3, inChannels, outChannels], for sumChunks: dW [tap, ci, co] is the sum over all pixels of
// in [pixel + tap, ci] * dOut [pixel, co], so for each tap a product [ci, pixels] * [pixels, co].
//
// A block has 32 input and 32 output channels; it goes through a chunk of tiles of the images, 128 / WIDE rows of WIDE
// columns, and fetches the next one while it computes. A warp has 16 of the input channels and four rows of eight columns,
// and keeps the sums of all nine taps: each row of the input that it reads meets up to three rows of dOut. Rows t and t + 4
// of a tile product's inner dimension are pixels 2 * t and 2 * t + 1; of dOut they lie in turns in shared memory.
template <int WIDE>
static __device__ void weightGradient(float *partial, const float *dOut, const float *in, Conv s, int chunkTiles)
{
    constexpr int HIGH = 128 / WIDE;
    constexpr int WIDTH = WIDE + 2;
    constexpr int DEPTH = 16; // input channels of a warp
    __shared__ Words inputs[(HIGH + 2) * WIDTH * CHUNKS];
    __shared__ Words gradients[HIGH * WIDE * CHUNKS]; // [rows, pairs of columns, channels, 2]
    int warp = (int) threadIdx.x / 32;
    int g = (int) threadIdx.x % 32 / 4;
    int t = (int) threadIdx.x % 4;
    int member = warp % 2; // which input channels
    int team = warp / 2;   // which pixels
    int firstOut = (int) blockIdx.y % (s.outChannels / OUTS) * OUTS;
    int firstIn = (int) blockIdx.y / (s.outChannels / OUTS) * SLAB;
    int firstColumn = team % (WIDE / STRIP) * STRIP + 2 * t;
    int firstRow = team / (WIDE / STRIP) * 4;
    int across = (s.outWidth + WIDE - 1) / WIDE;
    int down = (s.outHeight + HIGH - 1) / HIGH;
    int start = (int) blockIdx.x * chunkTiles;
    int end = min(start + chunkTiles, s.n * down * across);
    Fetched<HIGH + 2, WIDTH> fetchedIn;
    FetchedPairs<HIGH, WIDE> fetchedOut;
    float sums[TAPS][4][4] = {};
    for (int tile = start - 1; tile < end; tile++) {
        if (tile >= start) {
            __syncthreads();
            fetchedIn.template store<seconds>(inputs);
            fetchedOut.store(gradients);
            __syncthreads();
        }
        if (tile + 1 < end) {
            int image = (tile + 1) / across / down;
            int y = (tile + 1) / across % down * HIGH;
            int x = (tile + 1) % across * WIDE;
            fetchedIn.fetch(
                in + image * s.height * s.width * s.inChannels,
                s.height,
                s.width,
                s.inChannels,
                y - s.padTop,
                x - s.padLeft,
                firstIn);
            fetchedOut.fetch(
                dOut + image * s.outHeight * s.outWidth * s.outChannels,
                s.outHeight,
                s.outWidth,
                s.outChannels,
                y,
                x,
                firstOut);
        }
        if (tile < start) {
            continue;
        }
        Words b[4][2]; // of dOut's rows: [row][two tiles][tile and pixel]
#pragma unroll
        for (int row = 0; row < 6; row++) {
            Word a[3][4];
            for (int kx = 0; kx < 3; kx++) {
                for (int half = 0; half < 2; half++) {
                    int column = firstColumn + kx + half;
                    const Words *pixel = inputs + ((firstRow + row) * WIDTH + column) * CHUNKS;
                    const Word *place = pixel[seconds(column, 4 * member + g / 2)].w + g % 2 * 2;
                    const WordPair pair = *(const WordPair *) place;
                    a[kx][2 * half] = pair.w[0];
                    a[kx][2 * half + 1] = pair.w[1];
                }
            }
            if (row < 4) {
                int pairOfColumns = ((firstRow + row) * WIDE + firstColumn) / 2;
                for (int i = 0; i < 2; i++) {
                    b[row][i] = gradients[pairOfColumns * 2 * CHUNKS + inTurns(firstColumn, 2 * g + i)];
                }
            }
#pragma unroll
            for (int ky = 0; ky < 3; ky++) {
                if (row - ky >= 0 && row - ky < 4) {
#pragma unroll
                    for (int kx = 0; kx < 3; kx++) {
                        for (int i = 0; i < 4; i++) {
                            const Word *pair = &b[row - ky][i / 2].w[i % 2 * 2];
                            multiplyTile(sums[3 * ky + kx][i], a[kx], pair[0], pair[1]);
                        }
                    }
                }
            }
        }
    }
    // the teams' sums of a tap, one tap after the other
    float(*shared)[DEPTH * OUTS] = (float(*)[DEPTH * OUTS]) inputs;
    Long size = (Long) (TAPS * s.inChannels) * (Word) s.outChannels;
#pragma unroll
    for (int tap = 0; tap < TAPS; tap++) {
        __syncthreads();
        for (int tile = 0; tile < 4; tile++) {
            for (int i = 0; i < 4; i++) { // row 2 * g or 2 * g + 1, column 8 * t + 4 * (0 or 1) + tile
                shared[warp][(2 * g + i / 2) * OUTS + 8 * t + 4 * (i % 2) + tile] = sums[tap][tile][i];
            }
        }
        __syncthreads();
        for (int i = (int) threadIdx.x; i < 2 * DEPTH * OUTS; i += BLOCK) {
            float sum = 0;
            for (int k = 0; k < WARPS; k += 2) {
                sum += shared[k + i / (DEPTH * OUTS)][i % (DEPTH * OUTS)];
            }
            int ci = firstIn + i / OUTS;
            int co = firstOut + i % OUTS;
            partial[blockIdx.x * size + (Word) ((tap * s.inChannels + ci) * s.outChannels + co)] = sum;
        }
    }
}

// For kernels 3x3; both channels are multiples of 32. Blocks [chunks, output channels / OUTS * input channels / SLAB].
extern "C" __global__ void __launch_bounds__(BLOCK, 1) weightGradient16(
        float *partial, const float *dOut, const float *in, Conv s, int chunkTiles)
{
    weightGradient<16>(partial, dOut, in, s, chunkTiles);
}

extern "C" __global__ void __launch_bounds__(BLOCK, 1) weightGradient32(
        float *partial, const float *dOut, const float *in, Conv s, int chunkTiles)
{
    weightGradient<32>(partial, dOut, in, s, chunkTiles);
}

// The same for an input of so few channels that all of them and all taps are at most 32: a row of the product is a tap and
// channel. partial [chunks, kernel, kernel, inChannels, outChannels]; blocks [chunks, output channels / 32]. A chunk is
// some rows of strips, dealt out to the block's warps.
extern "C" __global__ void imageWeightGradient(float *partial, const float *dOut, const float *in, Conv s, int chunkRows)
{
    int warp = (int) threadIdx.x / 32;
    int g = (int) threadIdx.x % 32 / 4;
    int t = (int) threadIdx.x % 4;
    int firstOut = (int) blockIdx.y * OUTS;
    int taps = s.kernel * s.kernel * s.inChannels;
    int across = (s.outWidth + STRIP - 1) / STRIP;
    // this thread's rows g, g + 8, g + 16 and g + 24: where they look, and how far that is
    int dy[4];
    int dx[4];
    int distance[4];
    for (int i = 0; i < 4; i++) {
        int row = g + 8 * i;
        int tap = row / s.inChannels;
        dy[i] = row < taps ? tap / s.kernel - s.padTop : s.height; // never inside
        dx[i] = tap % s.kernel - s.padLeft;
        distance[i] = (dy[i] * s.width + dx[i]) * s.inChannels + row % s.inChannels;
    }
    float sums[2][4][4] = {};
    int end = min((int) (blockIdx.x + 1) * chunkRows, s.n * across * s.outHeight);
#pragma unroll 2
    for (int first = (int) blockIdx.x * chunkRows; first < end; first += WARPS) {
        int i = min(first + warp, end - 1);
        int y = i % s.outHeight;
        int image = i / s.outHeight / across;
        // a warp without a row looks beyond dOut, at zeros: all warps must come to the tensor cores
        int column = (first + warp < end ? i / s.outHeight % across * STRIP : s.outWidth) + t;
        Word a[2][4];
        Word b[4][2];
        for (int half = 0; half < 2; half++) {
            int x = column + 4 * half;
            const float *pixel = in + ((image * s.height + y) * s.width + x) * s.inChannels;
            for (int k = 0; k < 4; k++) {
                int iy = y + dy[k];
                int ix = x + dx[k];
                bool inside = iy >= 0 && iy < s.height && ix >= 0 && ix < s.width;
                a[k / 2][k % 2 + 2 * half] = toTf32(inside ? pixel[distance[k]] : 0);
            }
            Four out = outAt(dOut, s, image, y, x, firstOut + 4 * g);
            for (int tile = 0; tile < 4; tile++) {
                b[tile][half] = toTf32(out.v[tile]);
            }
        }
#pragma unroll
        for (int half = 0; half < 2; half++) {
#pragma unroll
            for (int tile = 0; tile < 4; tile++) {
                multiplyTile(sums[half][tile], a[half], b[tile][0], b[tile][1]);
            }
        }
    }
    __shared__ float shared[WARPS][32 * OUTS];
    for (int half = 0; half < 2; half++) {
        for (int tile = 0; tile < 4; tile++) {
            for (int i = 0; i < 4; i++) {
                int row = 16 * half + g + 8 * (i / 2);
                shared[warp][row * OUTS + 8 * t + 4 * (i % 2) + tile] = sums[half][tile][i];
            }
        }
    }
    __syncthreads();
    for (int i = (int) threadIdx.x; i < taps * OUTS; i += BLOCK) {
        float sum = 0;
        for (int w = 0; w < WARPS; w++) {
            sum += shared[w][i];
        }
        int at = ((int) blockIdx.x * taps + i / OUTS) * s.outChannels + firstOut + i % OUTS;
        partial[at] = sum;
    }
}

// out [n, outHeight, outWidth, outChannels <= 16] = activation(in * weights + bias); input channels are a multiple of 16. A
// block does 16 pixels: products [pixels, ci] * [ci, co], of which each of its warps has every eighth.
extern "C" __global__ void fewOutputsForward(
        float *out, const float *in, const float *weights, const float *bias, float slope, Conv s)
{
    int warp = (int) threadIdx.x / 32;
    int g = (int) threadIdx.x % 32 / 4;
    int t = (int) threadIdx.x % 4;
    int pixels = s.n * s.outHeight * s.outWidth;
    int firstPixel = (int) blockIdx.x * 16;
    Window windows[2]; // of pixels g and g + 8 of the block
    for (int half = 0; half < 2; half++) {
        windows[half] = windowOf(in, s, min(firstPixel + g + 8 * half, pixels - 1));
    }
    int parts = s.inChannels / 16;
    int products = s.kernel * s.kernel * parts;
    Four zero = {{0, 0, 0, 0}};
    float sums[2][4] = {};
#pragma unroll 3
    for (int first = 0; first < products; first += WARPS) {
        // a warp without a product computes zeros: all warps must come to the tensor cores
        int i = min(first + warp, products - 1);
        int tap = i / parts;
        int ci = i % parts * 16 + 4 * t;
        int dy = first + warp < products ? tap / s.kernel : s.height + s.padTop; // or outside
        int dx = tap % s.kernel;
        Four values[2];
        for (int half = 0; half < 2; half++) {
            const float *from = windows[half].corner + (dy * s.width + dx) * s.inChannels + ci;
            values[half] = isInside(windows[half], s, dy, dx) ? four(from) : zero;
        }
        float w[2][4];
        for (int tile = 0; tile < 2; tile++) {
            for (int j = 0; j < 4; j++) {
                int co = 8 * tile + g;
                w[tile][j] = co < s.outChannels ? weights[(tap * s.inChannels + ci + j) * s.outChannels + co] : 0;
            }
        }
#pragma unroll
        for (int k = 0; k < 4; k += 2) {
            Word a[4];
            for (int i = 0; i < 4; i++) {
                a[i] = toTf32(values[i % 2].v[k + i / 2]);
            }
            multiplyTile(sums[0], a, toTf32(w[0][k]), toTf32(w[0][k + 1]));
            multiplyTile(sums[1], a, toTf32(w[1][k]), toTf32(w[1][k + 1]));
        }
    }
    __shared__ float shared[WARPS][16 * 16];
    for (int tile = 0; tile < 2; tile++) {
        for (int i = 0; i < 4; i++) {
            shared[warp][(g + 8 * (i / 2)) * 16 + 8 * tile + 2 * t + i % 2] = sums[tile][i];
        }
    }
    __syncthreads();
    int pixel = firstPixel + (int) threadIdx.x / 16;
    int channel = (int) threadIdx.x % 16;
    if (pixel < pixels && channel < s.outChannels) {
        float sum = 0;
        for (int w = 0; w < WARPS; w++) {
            sum += shared[w][threadIdx.x];
        }
        out[pixel * s.outChannels + channel] = activated(sum + bias[channel], slope);
    }
}

// sums [count] of partial [chunks, count]: 32 sums a block, its warps sharing the chunks.
extern "C" __global__ void sumChunks(float *sums, const float *partial, int chunks, int count)
{
    __shared__ float shared[WARPS][32];
    int lane = (int) threadIdx.x % 32;
    int warp = (int) threadIdx.x / 32;
    int i = (int) blockIdx.x * 32 + lane;
    float sum = 0;
    if (i < count) {
        for (int chunk = warp; chunk < chunks; chunk += WARPS) {
            sum += partial[(Long) (Word) chunk * (Word) count + (Word) i];
        }
    }
    shared[warp][lane] = sum;
    __syncthreads();
    if (warp == 0 && i < count) {
        for (int w = 1; w < WARPS; w++) {
            sum += shared[w][lane];
        }
        sums[i] = sum;
    }
}

// dIn [n, height, width, inChannels <= 8] from dOut and weights [kernel, kernel, inChannels, outChannels]; output channels
// are a multiple of 16. A warp does 16 columns of a row: for each tap a product [pixels, co] * [co, ci]. WARPS rows of
// 16 columns a block.
extern "C" __global__ void imageGradient(float *dIn, const float *dOut, const float *weights, Conv s)
{
    int g = (int) threadIdx.x % 32 / 4;
    int t = (int) threadIdx.x % 4;
    int across = (s.width + 15) / 16;
    int item = (int) blockIdx.x * WARPS + (int) threadIdx.x / 32;
    // a warp without a row computes zeros: all warps must come to the tensor cores
    int image = item / across / s.height;
    int y = item / across % s.height;
    int x = item % across * 16 + g;
    bool idle = image >= s.n;
    Four zero = {{0, 0, 0, 0}};
    float sums[4] = {};
    for (int tap = 0; tap < s.kernel * s.kernel; tap++) {
        int oy = idle ? -1 : y + s.padTop - tap / s.kernel;
        int ox = x + s.padLeft - tap % s.kernel;
        const float *row = weights + (tap * s.inChannels + g) * s.outChannels;
        for (int co = 4 * t; co < s.outChannels; co += 16) {
            Four left = outAt(dOut, s, image, oy, ox, co);
            Four right = outAt(dOut, s, image, oy, ox + 8, co);
            Four w = g < s.inChannels ? four(row + co) : zero;
#pragma unroll
            for (int k = 0; k < 4; k += 2) {
                Word a[4] = {toTf32(left.v[k]), toTf32(right.v[k]), toTf32(left.v[k + 1]), toTf32(right.v[k + 1])};
                multiplyTile(sums, a, toTf32(w.v[k]), toTf32(w.v[k + 1]));
            }
        }
    }
    for (int i = 0; i < 4; i++) {
        int column = x + 8 * (i / 2);
        int channel = 2 * t + i % 2;
        if (!idle && column < s.width && channel < s.inChannels) {
            dIn[((image * s.height + y) * s.width + column) * s.inChannels + channel] = sums[i];
        }
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
