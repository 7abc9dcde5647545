// Follows kernels.cu. Convolutions with stride 1 on tensor cores, for shapes at which cuDNN is slow: channels are few, the
// input is an image, or the output some classes. Speed matters.
//
// A tensor core's tile product is d [16, 8] += a [16, 8] * b [8, 8], in TF32 with float32 sums. The 32 threads of a warp
// hold the tiles, thread 4 * g + t as the rows and columns of PTX's mma.m16n8k8 are dealt out:
//   a: (g, t), (g + 8, t), (g, t + 4), (g + 8, t + 4)    b: (t, g), (t + 4, g)
//   d: (g, 2 * t), (g, 2 * t + 1), (g + 8, 2 * t), (g + 8, 2 * t + 1)
// Which row stands for which channel is free, as long as a's, b's and d's agree: it is dealt out so that what a thread
// holds lies side by side in memory.

// What goes to the tensor cores is in `toTf32` and `multiplyTile`, which the tests have of their own.

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
    asm volatile("mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
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
static __device__ int swizzledNeighbours(int column, int chunk)
{
    return chunk ^ 4 * (column & 1);
}

static __device__ int swizzledEverySecond(int column, int chunk)
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

// The same for chunks of pairs: values of two pixels side by side, in turns.
static __device__ int swizzledPairs(int column, int chunk)
{
    return chunk ^ ((column / 2 & 1) + (column / 2 & 2) * 2);
}

// Fetched for pixels two by two, whose values lie in turns: [rows, pairs of columns, channels, 2], for an even WIDE. The tile
// begins within the image: top and left are not negative.
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
                tile[i / CHUNKS * 2 * CHUNKS + swizzledPairs(column, i % CHUNKS * 2 + part)] = words;
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
        fetched.template store<swizzledNeighbours>(shared);
        __syncthreads();
        const Words *w = weights + ((int) blockIdx.y * TAPS * s.inChannels + slab) / 8 * 64 + threadIdx.x % 32;
#pragma unroll
        for (int tap = 0; tap < TAPS; tap++) {
            const Words *pixel = corner + (tap / 3 * WIDTH + tap % 3) * CHUNKS;
#pragma unroll
            for (int half = 0; half < 2; half++) {
                int chunk = swizzledNeighbours(g + tap % 3, 4 * half + t);
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
            fetchedIn.template store<swizzledEverySecond>(inputs);
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
                    const Word *place = pixel[swizzledEverySecond(column, 4 * member + g / 2)].w + g % 2 * 2;
                    const WordPair pair = *(const WordPair *) place;
                    a[kx][2 * half] = pair.w[0];
                    a[kx][2 * half + 1] = pair.w[1];
                }
            }
            if (row < 4) {
                int pairOfColumns = ((firstRow + row) * WIDE + firstColumn) / 2;
                for (int i = 0; i < 2; i++) {
                    b[row][i] = gradients[pairOfColumns * 2 * CHUNKS + swizzledPairs(firstColumn, 2 * g + i)];
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
