// Follows kernels.cu. Convolutions with stride 1 on tensor cores, for shapes at which cuDNN is slow: channels are few, the
// input is an image, or the output some classes. Speed matters.
//
// A tensor core's tile product is d [16, 8] += a [16, 8] * b [8, 8], in TF32 with float32 sums. The 32 threads of a warp
// hold the tiles, thread 4 * g + t as the rows and columns of PTX's mma.m16n8k8 are dealt out:
//   a: (g, t), (g + 8, t), (g, t + 4), (g + 8, t + 4)    b: (t, g), (t + 4, g)
//   d: (g, 2 * t), (g, 2 * t + 1), (g + 8, 2 * t), (g + 8, 2 * t + 1)
// Which row stands for which channel is free, as long as a's, b's and d's agree: it is dealt out so that what a thread
// holds lies side by side in memory.

// What is CUDA's alone (rounding, tile products, copies, shared memory from the launch) is set apart below; the tests have
// their own of it.

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

// The same by integers, several times as fast, where it counts. What is not a number may become zero.
static __device__ Word toTf32Quickly(float value)
{
    union {
        float value;
        Word bits;
    } number;
    number.value = value;
    return number.bits + 0x1000; // the bits below are not looked at
}

static __device__ void multiplyTile(float *d, const Word *a, Word b0, Word b1)
{
#if __CUDA_ARCH__ >= 800
    asm volatile("mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
        : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
        : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1));
#endif
}

// Copies four floats to shared memory without waiting: zeros where they are not inside. `from` is a place in memory in any case.
static __device__ void copyToShared(Four *to, const float *from, bool inside)
{
#if __CUDA_ARCH__ >= 800
    Long address; // within shared memory
    asm("cvta.to.shared.u64 %0, %1;" : "=l"(address) : "l"(to));
    asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;"
        :: "r"((Word) address), "l"(from), "r"(inside ? 16 : 0) : "memory");
#endif
}

// Waits for the copies of this thread.
static __device__ void awaitCopies()
{
#if __CUDA_ARCH__ >= 800
    asm volatile("cp.async.wait_all;" ::: "memory");
#endif
}

// Shared memory of the size that the host gives at launch.
#define SHARED_FROM_LAUNCH(type, name) extern __shared__ type name[]
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

#define OUTS 32 // output channels of a warp: four tiles side by side
#define TAPS 9
#define SLAB 32   // channels of a pixel that a block keeps in shared memory at a time
#define CHUNKS 8  // of them by fours

// Pixels of a tile in shared memory: [rows, columns, CHUNKS]. Where a chunk lies depends on the column, so that threads of a
// warp that read at the same time read from different banks: pixels side by side for `convolve`, every second one for
// `weightGradient`.
static __device__ int swizzledNeighbours(int column, int chunk)
{
    return chunk ^ 4 * (column & 1);
}

static __device__ int swizzledEverySecond(int column, int chunk)
{
    return chunk ^ (column & 6);
}

// Begins to copy a tile of HIGH rows and WIDE columns, and of SLAB channels from a channel on: of an image [height, width,
// channels] from (top, left) on; zeros outside. The block's threads share it.
template <int HIGH, int WIDE, int (*PLACE)(int, int)>
static __device__ void fetchTile(
        Four *tile, const float *image, int height, int width, int channels, int top, int left, int channel)
{
    constexpr int ALL = HIGH * WIDE * CHUNKS;
    int chunk = (int) threadIdx.x % CHUNKS;
#pragma unroll
    for (int j = 0; j < (ALL + BLOCK - 1) / BLOCK; j++) {
        int pixel = (int) threadIdx.x / CHUNKS + j * (BLOCK / CHUNKS);
        int y = top + pixel / WIDE;
        int x = left + pixel % WIDE;
        bool inside = y >= 0 && y < height && x >= 0 && x < width;
        const float *from = image + (y * width + x) * channels + channel + 4 * chunk;
        if (pixel < HIGH * WIDE) {
            copyToShared(tile + pixel * CHUNKS + PLACE(pixel % WIDE, chunk), inside ? from : image, inside);
        }
    }
}

// The nearest TF32 of four values.
static __device__ Words toTf32(Four values)
{
    Words words;
    for (int k = 0; k < 4; k++) {
        words.w[k] = toTf32(values.v[k]);
    }
    return words;
}

// Filters to be arranged.
struct Filters {
    Words *to;
    const float *weights; // [3, 3, inputs, outputs]
    long long inputs;
    long long outputs;
    long long end; // the first thread that is for other filters
};

#define MOST_FILTERS 16

struct AllFilters {
    Filters all[MOST_FILTERS];
};

// Weights as `convolve` reads them, twice: for the forward pass, and turned for the way back (taps the other way round, inputs
// and outputs exchanged). What a thread of a tile product has of them lies together. Both [outputs / OUTS, TAPS, inputs / 8, 2
// tiles, 32 threads]; count of both, of all filters.
extern "C" __global__ void arrangeWeights(AllFilters filters, Word count)
{
    Word thread = threadIndex();
    if (thread >= count) {
        return;
    }
    int which = 0;
    while (thread >= filters.all[which].end) {
        which++;
    }
    Filters f = filters.all[which];
    Word first = which == 0 ? 0 : (Word) filters.all[which - 1].end;
    Word half = ((Word) f.end - first) / 2;
    int inputs = (int) f.inputs;
    int outputs = (int) f.outputs;
    bool turned = thread - first >= half;
    Word place = turned ? thread - first - half : thread - first;
    int ins = turned ? outputs : inputs;
    int lane = (int) (place % 32);
    int tile = (int) (place / 32 % 2);
    int depth = (int) (place / 64 % (Word) (ins / 8));
    int tap = (int) (place / 64 / (Word) (ins / 8) % TAPS);
    int out = (int) (place / 64 / (Word) (ins / 8) / TAPS) * OUTS + lane / 4 * 4 + tile * 2;
    int in = depth / 2 * 16 + lane % 4 * 4 + depth % 2 * 2;
    Words words;
    for (int k = 0; k < 4; k++) {
        int o = out + k % 2;
        int c = in + k / 2;
        int at = turned ? ((TAPS - 1 - tap) * inputs + o) * outputs + c : (tap * inputs + c) * outputs + o;
        words.w[k] = toTf32(f.weights[at]);
    }
    f.to[thread - first] = words;
}

// What `convolve` does with its sums.
struct Ending {
    const float *bias;   // out = activation(sum + bias), if there is one
    const float *before; // or out = sum times the derivative of the activation that has this, in out's shape, as its output:
    float *partial;      // and sums of out over the pixels of a block [blocks, outChannels]
    float slope;         // of the activation
};

// out [n, outHeight, outWidth, outChannels] from in * weights, see Ending. Weights as `arrangeWeights` leaves them.
//
// A block goes through a chunk of tiles of the images, HIGH rows of WIDE columns, and 32 input channels at a time; while it
// computes, the next ones are on their way to shared memory. A warp has ROWS rows of eight columns and 32 output channels:
// for each tap a product [co, ci] * [ci, pixels], so that both lie in memory as the tensor cores want them. TEAMS warps
// have the same pixels and other output channels.
template <int WIDE, int ROWS, int TEAMS>
static __device__ void convolve(
        float *out, const float *in, const Words *weights, Ending ending, Conv s, int chunkTiles)
{
    constexpr int HIGH = WARPS / TEAMS / (WIDE / 8) * ROWS;
    constexpr int WIDTH = WIDE + 2; // of the tile in shared memory, with a pixel more on each side
    constexpr int SIZE = (HIGH + 2) * WIDTH * CHUNKS;
    SHARED_FROM_LAUNCH(Four, shared); // [2, SIZE]
    int lane = (int) threadIdx.x % 32;
    int g = lane / 4;
    int t = lane % 4;
    int team = (int) threadIdx.x / 32 % TEAMS;
    int place = (int) threadIdx.x / 32 / TEAMS;
    int firstColumn = place % (WIDE / 8) * 8;
    int firstRow = place / (WIDE / 8) * ROWS;
    int firstOut = ((int) blockIdx.y * TEAMS + team) * OUTS;
    int across = (s.outWidth + WIDE - 1) / WIDE;
    int down = (s.outHeight + HIGH - 1) / HIGH;
    int slabs = s.inChannels / SLAB;
    int start = (int) blockIdx.x * chunkTiles * slabs; // a stage is a tile and a slab of it
    int end = min(start + chunkTiles * slabs, s.n * down * across * slabs);
    int channel = firstOut + 4 * g; // this thread's in the end, and three more
    float columns[4] = {};
    float sums[2][ROWS][4] = {};
    for (int stage = start - 1; stage < end; stage++) {
        awaitCopies();
        __syncthreads();
        if (stage + 1 < end) {
            int tile = (stage + 1) / slabs;
            fetchTile<HIGH + 2, WIDTH, swizzledNeighbours>(
                shared + (stage + 1) % 2 * SIZE,
                in + tile / across / down * s.height * s.width * s.inChannels,
                s.height,
                s.width,
                s.inChannels,
                tile / across % down * HIGH - s.padTop,
                tile % across * WIDE - s.padLeft,
                (stage + 1) % slabs * SLAB);
        }
        if (stage < start) {
            continue;
        }
        int slab = stage % slabs * SLAB;
        const Four *corner = shared + stage % 2 * SIZE + (firstRow * WIDTH + firstColumn + g) * CHUNKS;
        const Words *w = weights + (firstOut / OUTS * TAPS * s.inChannels + slab) / 8 * 64 + lane;
#pragma unroll
        for (int kx = 0; kx < 3; kx++) {
#pragma unroll
            for (int half = 0; half < 2; half++) {
                const Four *column = corner + kx * CHUNKS + swizzledNeighbours(g + kx, 4 * half + t);
                Words b[ROWS + 2]; // of eight pixels of each row
#pragma unroll
                for (int row = 0; row < ROWS + 2; row++) {
                    b[row] = toTf32(column[row * WIDTH * CHUNKS]);
                }
#pragma unroll
                for (int ky = 0; ky < 3; ky++) {
#pragma unroll
                    for (int k = 0; k < 2; k++) {
#pragma unroll
                        for (int m = 0; m < 2; m++) {
                            Words a = w[(((3 * ky + kx) * (s.inChannels / 8) + 2 * half + k) * 2 + m) * 32];
#pragma unroll
                            for (int row = 0; row < ROWS; row++) {
                                const Words &pixels = b[row + ky];
                                multiplyTile(sums[m][row], a.w, pixels.w[2 * k], pixels.w[2 * k + 1]);
                            }
                        }
                    }
                }
            }
        }
        if (slab + SLAB < s.inChannels) {
            continue;
        }
        int tile = stage / slabs;
        int top = tile / across % down * HIGH + firstRow;
        int left = tile % across * WIDE + firstColumn + 2 * t;
        int first = ((tile / across / down * s.outHeight + top) * s.outWidth + left) * s.outChannels + channel;
        Four before[ROWS][2] = {}; // all of them on their way at once
        if (ending.before != 0) {
#pragma unroll
            for (int i = 0; i < 2 * ROWS; i++) {
                if (top + i / 2 < s.outHeight && left + i % 2 < s.outWidth) {
                    before[i / 2][i % 2] = four(ending.before + first + (i / 2 * s.outWidth + i % 2) * s.outChannels);
                }
            }
        }
#pragma unroll
        for (int i = 0; i < 2 * ROWS; i++) {
            int row = i / 2;
            int side = i % 2;
            Four values;
            for (int k = 0; k < 4; k++) {
                float &sum = sums[k / 2][row][k % 2 * 2 + side];
                values.v[k] = sum;
                sum = 0;
            }
            if (top + row >= s.outHeight || left + side >= s.outWidth) {
                continue;
            }
            if (ending.bias != 0) {
                for (int k = 0; k < 4; k++) {
                    values.v[k] = activated(values.v[k] + ending.bias[channel + k], ending.slope);
                }
            } else if (ending.before != 0) {
                for (int k = 0; k < 4; k++) {
                    values.v[k] = before[row][side].v[k] > 0 ? values.v[k] : ending.slope * values.v[k];
                    columns[k] += values.v[k];
                }
            }
            four(out + first + (row * s.outWidth + side) * s.outChannels) = values;
        }
    }
    if (ending.before != 0) { // the sums of each place and t, [WARPS / TEAMS * 4, TEAMS * OUTS], and then of all
        __syncthreads();
        float *parts = shared[0].v;
        for (int k = 0; k < 4; k++) {
            parts[(place * 4 + t) * TEAMS * OUTS + team * OUTS + 4 * g + k] = columns[k];
        }
        __syncthreads();
        int i = (int) threadIdx.x;
        if (i < TEAMS * OUTS) {
            float sum = 0;
            for (int part = 0; part < WARPS / TEAMS * 4; part++) {
                sum += parts[part * TEAMS * OUTS + i];
            }
            ending.partial[(int) blockIdx.x * s.outChannels + (int) blockIdx.y * TEAMS * OUTS + i] = sum;
        }
    }
}

// For kernels 3x3; both channels are multiples of 32. The gradient of a convolution's input is a convolution, too, of the
// gradient of its output, with turned weights. Blocks [chunks of tiles, output channels / (TEAMS * OUTS)].
#define CONVOLVE(name, wide, rows, teams)                                                                              \
    extern "C" __global__ void __launch_bounds__(BLOCK, 2) name(                                                       \
            float *out,                                                                                                \
            const float *in,                                                                                           \
            const Words *weights,                                                                                      \
            const float *bias,                                                                                         \
            const float *before,                                                                                       \
            float *partial,                                                                                            \
            float slope,                                                                                               \
            Conv s,                                                                                                    \
            int chunkTiles)                                                                                            \
    {                                                                                                                  \
        Ending ending = {bias, before, partial, slope};                                                                \
        convolve<wide, rows, teams>(out, in, weights, ending, s, chunkTiles);                                          \
    }
CONVOLVE(convolve8x32, 32, 4, 1) // by the tile's rows and columns
CONVOLVE(convolve16x16, 16, 4, 1)
CONVOLVE(convolve4x32, 32, 4, 2)
CONVOLVE(convolve8x16, 16, 4, 2)
CONVOLVE(convolve6x16, 16, 3, 2)

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

// partial [chunks, 3, 3, inChannels, outChannels], for addUp: dW [tap, ci, co] is the sum over all pixels of
// in [pixel + tap, ci] * dOut [pixel, co], so for each tap a product [ci, pixels] * [pixels, co].
//
// A block has 32 input and 32 output channels; it goes through a chunk of tiles of the images, HIGH rows of 16 columns, and
// while it computes the next one is on its way to shared memory. A warp has 16 input and 16 output channels and half of the
// tile's columns, and keeps the sums of all nine taps: each row of the input that it reads meets up to three rows of dOut.
// Rows t and t + 4 of a tile product's inner dimension are pixels 2 * t and 2 * t + 1.
template <int HIGH>
static __device__ void weightGradient(float *partial, const float *dOut, const float *in, Conv s, int chunkTiles)
{
    constexpr int WIDE = 2 * STRIP;
    constexpr int WIDTH = WIDE + 2;
    constexpr int INPUTS = (HIGH + 2) * WIDTH * CHUNKS;
    constexpr int SIZE = INPUTS + HIGH * WIDE * CHUNKS;
    SHARED_FROM_LAUNCH(Four, shared); // [2, SIZE]: of the input, then of dOut
    int warp = (int) threadIdx.x / 32;
    int g = (int) threadIdx.x % 32 / 4;
    int t = (int) threadIdx.x % 4;
    int halfIn = warp % 2;      // which input channels
    int halfOut = warp / 2 % 2; // which output channels
    int team = warp / 4;        // which pixels
    int firstOut = (int) blockIdx.y % (s.outChannels / OUTS) * OUTS;
    int firstIn = (int) blockIdx.y / (s.outChannels / OUTS) * SLAB;
    int firstColumn = team * STRIP + 2 * t;
    int across = (s.outWidth + WIDE - 1) / WIDE;
    int down = (s.outHeight + HIGH - 1) / HIGH;
    int start = (int) blockIdx.x * chunkTiles;
    int end = min(start + chunkTiles, s.n * down * across);
    float sums[TAPS][2][4] = {};
    for (int tile = start - 1; tile < end; tile++) {
        awaitCopies();
        __syncthreads();
        if (tile + 1 < end) {
            Four *to = shared + (tile + 1) % 2 * SIZE;
            int image = (tile + 1) / across / down;
            int y = (tile + 1) / across % down * HIGH;
            int x = (tile + 1) % across * WIDE;
            fetchTile<HIGH + 2, WIDTH, swizzledEverySecond>(
                to,
                in + image * s.height * s.width * s.inChannels,
                s.height,
                s.width,
                s.inChannels,
                y - s.padTop,
                x - s.padLeft,
                firstIn);
            fetchTile<HIGH, WIDE, swizzledEverySecond>(
                to + INPUTS,
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
        const Four *inputs = shared + tile % 2 * SIZE + firstColumn * CHUNKS;
        const Four *gradients = shared + tile % 2 * SIZE + INPUTS + firstColumn * CHUNKS
            + swizzledEverySecond(firstColumn, 4 * halfOut + g / 2);
        Word b[HIGH][2][2]; // of dOut's rows: [row][tile][pixel]
#pragma unroll
        for (int row = 0; row < HIGH + 2; row++) {
            Word a[3][4];
#pragma unroll
            for (int kx = 0; kx < 3; kx++) {
#pragma unroll
                for (int half = 0; half < 2; half++) {
                    int chunk = swizzledEverySecond(firstColumn + kx + half, 4 * halfIn + g / 2);
                    const float *pair = inputs[(row * WIDTH + kx + half) * CHUNKS + chunk].v + g % 2 * 2;
                    a[kx][2 * half] = toTf32Quickly(pair[0]);
                    a[kx][2 * half + 1] = toTf32Quickly(pair[1]);
                }
            }
            if (row < HIGH) {
#pragma unroll
                for (int side = 0; side < 2; side++) {
                    const float *pair = gradients[(row * WIDE + side) * CHUNKS].v + g % 2 * 2;
                    b[row][0][side] = toTf32Quickly(pair[0]);
                    b[row][1][side] = toTf32Quickly(pair[1]);
                }
            }
#pragma unroll
            for (int ky = 0; ky < 3; ky++) {
                if (row - ky >= 0 && row - ky < HIGH) {
#pragma unroll
                    for (int kx = 0; kx < 3; kx++) {
#pragma unroll
                        for (int i = 0; i < 2; i++) {
                            const Word *pixels = b[row - ky][i];
                            multiplyTile(sums[3 * ky + kx][i], a[kx], pixels[0], pixels[1]);
                        }
                    }
                }
            }
        }
    }
    // the teams' sums: [TAPS, SLAB, OUTS] of the second, added to those of the first. A thread has rows 2 * g and 2 * g + 1
    // of its warp's 16, columns from 4 * t on: 2 * t and 2 * t + 1 of both tiles, in turns
    Long size = (Long) (TAPS * s.inChannels) * (Word) s.outChannels;
    __syncthreads();
#pragma unroll
    for (int pass = 1; pass >= 0; pass--) {
#pragma unroll
        for (int i = 0; i < 2 * TAPS; i++) {
            if (team != pass) {
                continue;
            }
            int tap = i / 2;
            int row = halfIn * 16 + 2 * g + i % 2;
            int chunk = halfOut * 4 + t;
            Four *other = shared + (tap * SLAB + row) * (OUTS / 4) + (chunk ^ (g & 1) * 4);
            Four values;
            for (int j = 0; j < 4; j++) {
                values.v[j] = sums[tap][j % 2][i % 2 * 2 + j / 2];
            }
            if (pass == 1) {
                *other = values;
                continue;
            }
            for (int j = 0; j < 4; j++) {
                values.v[j] += other->v[j];
            }
            int at = (tap * s.inChannels + firstIn + row) * s.outChannels + firstOut + 4 * chunk;
            four(partial + blockIdx.x * size + (Word) at) = values;
        }
        __syncthreads();
    }
}

// For kernels 3x3; both channels are multiples of 32. Blocks [chunks, output channels / OUTS * input channels / SLAB].
#define WEIGHT_GRADIENT(name, high)                                                                                    \
    extern "C" __global__ void __launch_bounds__(BLOCK, 2) name(                                                       \
            float *partial, const float *dOut, const float *in, Conv s, int chunkTiles)                                \
    {                                                                                                                  \
        weightGradient<high>(partial, dOut, in, s, chunkTiles);                                                        \
    }
WEIGHT_GRADIENT(weightGradient8, 8) // by the tile's rows
WEIGHT_GRADIENT(weightGradient6, 6)

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
