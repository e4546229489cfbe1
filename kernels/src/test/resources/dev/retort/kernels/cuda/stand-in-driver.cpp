// A stand-in for NVIDIA's driver, for machines without one: a libcuda.so.1 whose device memory is the host's and whose kernels are the
// common texts, compiled by g++ behind the words of CUDA C that this file gives a meaning. It is strict where a GPU would be silent or
// wrong only sometimes: work is done as late as a driver may, asynchronous copies take pinned memory alone, fresh and freed memory is
// filled with NaN, limits of grids hold, graphs capture kernels alone. StandInDriver appends the kernels and their table.
//
// Environment: STAND_IN_MEMORY bytes of device memory, STAND_IN_CAPABILITY ten times the compute capability, STAND_IN_DEVICES GPUs,
// STAND_IN_POOLS 0 for a driver without stream-ordered allocation, STAND_IN_VERSION of CUDA times 1000, STAND_IN_GRAPHS what the driver says to
// a graph.
#include <math.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <ucontext.h>

#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <tuple>
#include <vector>

// The words of CUDA C.
struct Index {
    unsigned x, y, z;
};
static Index gridDim, blockDim, blockIdx, threadIdx;
static void group_barrier();

#define __global__
#define __device__
#define __forceinline__ inline
#define __grid_constant__
#define __launch_bounds__(items, groups)
#define __shared__ static
#define __syncthreads() group_barrier()

typedef int Result;
enum {
    SUCCESS = 0,
    INVALID_VALUE = 1,
    OUT_OF_MEMORY = 2,
    NO_DEVICE = 100,
    INVALID_IMAGE = 200,
    INVALID_CONTEXT = 201,
    NOT_FOUND = 500,
    CAPTURE_UNSUPPORTED = 900
};

static long setting(const char* name, long otherwise) {
    const char* text = getenv(name);
    return text ? atol(text) : otherwise;
}

// Work-items of a group that meets barriers are fibres: each runs until it meets one, then the next.
static const int MOST_ITEMS = 1024;
static const size_t STACK = 64 << 10;

struct Fibre {
    jmp_buf place;
    bool begun, done;
    Index thread;
};
static Fibre fibres[MOST_ITEMS];
static char* stacks;
static int running;
static jmp_buf scheduler;
static ucontext_t first_entry, host;
static const std::function<void()>* body;

static void group_barrier() {
    int self = running;
    if (_setjmp(fibres[self].place) == 0) {
        _longjmp(scheduler, 1);
    }
}

static void begin_fibre() {
    (*body)();
    fibres[running].done = true;
    _longjmp(scheduler, 1);
}

static void run_with_barriers(const std::function<void()>& kernel, int items) {
    if (!stacks) {
        stacks = static_cast<char*>(malloc(MOST_ITEMS * STACK));
    }
    body = &kernel;
    for (int i = 0; i < items; i++) {
        fibres[i].begun = fibres[i].done = false;
        fibres[i].thread = {i % blockDim.x, i / blockDim.x % blockDim.y, i / (blockDim.x * blockDim.y)};
    }
    for (volatile int left = items; left > 0;) {
        for (volatile int i = 0; i < items; i = i + 1) {
            if (fibres[i].done) {
                continue;
            }
            running = i;
            threadIdx = fibres[i].thread;
            if (_setjmp(scheduler) == 0) {
                if (fibres[i].begun) {
                    _longjmp(fibres[i].place, 1);
                }
                fibres[i].begun = true;
                getcontext(&first_entry);
                first_entry.uc_stack.ss_sp = stacks + i * STACK;
                first_entry.uc_stack.ss_size = STACK;
                first_entry.uc_link = nullptr;
                makecontext(&first_entry, begin_fibre, 0);
                swapcontext(&host, &first_entry);
            }
            if (fibres[i].done) {
                left = left - 1;
            }
        }
    }
}

static void run_grid(const std::function<void()>& kernel, bool barriers, Index grid, Index block) {
    gridDim = grid;
    blockDim = block;
    for (blockIdx.z = 0; blockIdx.z < grid.z; blockIdx.z++) {
        for (blockIdx.y = 0; blockIdx.y < grid.y; blockIdx.y++) {
            for (blockIdx.x = 0; blockIdx.x < grid.x; blockIdx.x++) {
                if (barriers) {
                    run_with_barriers(kernel, block.x * block.y * block.z);
                    continue;
                }
                for (threadIdx.z = 0; threadIdx.z < block.z; threadIdx.z++) {
                    for (threadIdx.y = 0; threadIdx.y < block.y; threadIdx.y++) {
                        for (threadIdx.x = 0; threadIdx.x < block.x; threadIdx.x++) {
                            kernel();
                        }
                    }
                }
            }
        }
    }
}

// A kernel with copies of its arguments.
template <typename... A, size_t... I>
static std::function<void()> bound(void (*kernel)(A...), void** values, std::index_sequence<I...>) {
    std::tuple<A...> arguments(*static_cast<A*>(values[I])...);
    return [kernel, arguments] { std::apply(kernel, arguments); };
}

template <typename... A>
static std::function<void()> bound(void (*kernel)(A...), void** values) {
    return bound(kernel, values, std::index_sequence_for<A...>());
}

// Memory by its beginning.
static std::map<char*, size_t> blocks, pinned;

static bool within(const std::map<char*, size_t>& memory, const void* from, size_t bytes) {
    char* begin = static_cast<char*>(const_cast<void*>(from));
    auto after = memory.upper_bound(begin);
    if (after == memory.begin()) {
        return false;
    }
    auto block = std::prev(after);
    return begin + bytes <= block->first + block->second;
}

// What mma.h asks of the hardware. Copies arrive at once or when they are waited for, in turns; lanes of a warp meet at a product.
struct Copy {
    float* to;
    const float* from;
    int bytes;
    bool zeros;
};
static std::deque<std::vector<Copy>> copies[MOST_ITEMS];
static std::vector<Copy> begun[MOST_ITEMS];

static void land(const Copy& copy) {
    if (copy.zeros) {
        memset(copy.to, 0, copy.bytes);
    } else {
        memcpy(copy.to, copy.from, copy.bytes);
    }
}

template <int BYTES>
void copy_async(float* to, const float* from, bool zeros) {
    bool aligned = reinterpret_cast<uintptr_t>(to) % BYTES == 0 && reinterpret_cast<uintptr_t>(from) % BYTES == 0;
    if (!aligned || !within(blocks, from, zeros ? 1 : BYTES)) {
        fprintf(stderr, "stand-in: a copy of %d bytes is not aligned, or not from device memory\n", BYTES);
        abort();
    }
    // Every other one lands at once.
    static bool early;
    early = !early;
    if (early) {
        land({to, from, BYTES, zeros});
    } else {
        begun[running].push_back({to, from, BYTES, zeros});
    }
}

static void commit_copies() {
    copies[running].push_back(begun[running]);
    begun[running].clear();
}

template <int LATER>
void await_copies() {
    while (copies[running].size() > LATER) {
        for (const Copy& copy : copies[running].front()) {
            land(copy);
        }
        copies[running].pop_front();
    }
}

static unsigned bits_of(float v) {
    unsigned bits;
    memcpy(&bits, &v, sizeof bits);
    return bits;
}

static float float_of(unsigned bits) {
    float v;
    memcpy(&v, &bits, sizeof v);
    return v;
}

static unsigned to_tf32(float v) {
    return isfinite(v) ? (bits_of(v) + 0x1000) & ~0x1fffu : bits_of(v);
}

static unsigned to_bf16(float v) {
    unsigned bits = bits_of(v);
    return v != v ? 0x7fff : (bits + 0x7fff + (bits >> 16 & 1)) >> 16;
}

static unsigned to_bf16(float low, float high) {
    return to_bf16(high) << 16 | to_bf16(low);
}

// A product of a warp: what its lanes hold of a and b is exchanged, then each adds up its own four elements of c.
static unsigned held[MOST_ITEMS][6];

template <class A, class B>
static void warp_product(float* c, const unsigned* a, const unsigned* b, int depth, A a_element, B b_element) {
    memcpy(held[running], a, 4 * sizeof *a);
    memcpy(held[running] + 4, b, 2 * sizeof *b);
    group_barrier();
    unsigned(*warp)[6] = held + running / 32 * 32;
    int lane = running % 32;
    for (int s = 0; s < 4; s++) {
        int row = lane / 4 + s / 2 * 8;
        int column = lane % 4 * 2 + s % 2;
        for (int k = 0; k < depth; k++) {
            c[s] += a_element(warp, row, k) * b_element(warp, k, column);
        }
    }
    group_barrier();
}

static void mma_tf32(float* c, const unsigned* a, const unsigned* b) {
    warp_product(
            c, a, b, 8,
            [](unsigned (*warp)[6], int row, int k) { return float_of(warp[row % 8 * 4 + k % 4][row / 8 + k / 4 * 2]); },
            [](unsigned (*warp)[6], int k, int column) { return float_of(warp[column * 4 + k % 4][4 + k / 4]); });
}

static float half_of(unsigned pair, int k) {
    return float_of(k % 2 ? pair & 0xffff0000u : pair << 16);
}

static void mma_bf16(float* c, const unsigned* a, const unsigned* b) {
    warp_product(
            c, a, b, 16,
            [](unsigned (*warp)[6], int row, int k) {
                return half_of(warp[row % 8 * 4 + k % 8 / 2][row / 8 + k / 8 * 2], k);
            },
            [](unsigned (*warp)[6], int k, int column) { return half_of(warp[column * 4 + k % 8 / 2][4 + k / 8], k); });
}

struct Entry {
    const char* unit;
    const char* name;
    bool barriers;
    std::function<void()> (*bind)(void**);
};
extern const Entry ENTRIES[];
extern const int ENTRY_COUNT;

// The driver's state; it serves one stream.
struct Event {
    bool done;
    double seconds;
};
// What runs, by the handle of its node; 0 where it was captured.
typedef std::vector<std::pair<size_t, std::function<void()>>> Graph;
static std::recursive_mutex lock;
static std::deque<std::function<void()>> stream;
// What is captured in place of being put on the stream; null most of the time.
static Graph* capture;
static size_t used;
static int contexts, modules, events, graphs, most_graphs, replays, replayed, told;
static thread_local bool current;

#define CALL extern "C" __attribute__((visibility("default"))) Result
#define LOCKED std::lock_guard<std::recursive_mutex> guard(lock);
#define IN_CONTEXT  \
    LOCKED          \
    if (!current) { \
        return INVALID_CONTEXT; \
    }

// Only kernels are captured: a host that does anything else meanwhile has lost its way.
#define NOT_CAPTURED  \
    IN_CONTEXT        \
    if (capture) {    \
        return CAPTURE_UNSUPPORTED; \
    }

// Puts a kernel, or the work of another stand-in, on the stream.
__attribute__((visibility("default"))) void stand_in_later(std::function<void()> work) {
    LOCKED
    if (capture) {
        capture->push_back({0, work});
    } else {
        stream.push_back(work);
    }
}

static void run_one() {
    std::function<void()> next = stream.front();
    stream.pop_front();
    next();
}

static void run_all() {
    while (!stream.empty()) {
        run_one();
    }
}

static Result allocate(void** pointer, size_t bytes) {
    if (used + bytes > static_cast<size_t>(setting("STAND_IN_MEMORY", 4L << 30))) {
        return OUT_OF_MEMORY;
    }
    char* block = static_cast<char*>(malloc(bytes));
    memset(block, 0xff, bytes);
    blocks[block] = bytes;
    used += bytes;
    *pointer = block;
    return SUCCESS;
}

static Result release(char* block) {
    auto found = blocks.find(block);
    if (found == blocks.end()) {
        return INVALID_VALUE;
    }
    memset(block, 0xff, found->second);
    used -= found->second;
    blocks.erase(found);
    free(block);
    return SUCCESS;
}

CALL cuInit(unsigned) {
    return setting("STAND_IN_DEVICES", 1) > 0 ? SUCCESS : NO_DEVICE;
}

CALL cuDriverGetVersion(int* version) {
    *version = setting("STAND_IN_VERSION", 12060);
    return SUCCESS;
}

CALL cuGetErrorString(Result, const char** text) {
    *text = "an error of the stand-in";
    return SUCCESS;
}

CALL cuDeviceGetCount(int* count) {
    *count = setting("STAND_IN_DEVICES", 1);
    return SUCCESS;
}

CALL cuDeviceGet(int* device, int index) {
    *device = index;
    return SUCCESS;
}

CALL cuDeviceGetName(char* name, int length, int device) {
    snprintf(name, length, "Stand-in %c", 'A' + device);
    return SUCCESS;
}

CALL cuDeviceTotalMem_v2(size_t* bytes, int) {
    *bytes = setting("STAND_IN_MEMORY", 4L << 30);
    return SUCCESS;
}

CALL cuDeviceGetAttribute(int* value, int attribute, int) {
    long capability = setting("STAND_IN_CAPABILITY", 80);
    switch (attribute) {
        case 1: *value = MOST_ITEMS; return SUCCESS;
        case 8: *value = 48 << 10; return SUCCESS;
        case 18: *value = 0; return SUCCESS;
        case 75: *value = capability / 10; return SUCCESS;
        case 76: *value = capability % 10; return SUCCESS;
        case 115: *value = setting("STAND_IN_POOLS", 1); return SUCCESS;
        default: fprintf(stderr, "stand-in: attribute %d is not known\n", attribute); return INVALID_VALUE;
    }
}

CALL cuDevicePrimaryCtxRetain(void** context, int) {
    LOCKED
    contexts++;
    *context = &contexts;
    return SUCCESS;
}

CALL cuDevicePrimaryCtxRelease_v2(int) {
    LOCKED
    if (--contexts == 0) {
        printf("stand-in: %d graphs ran in place of %d kernels, told anew %d times, most graphs at once %d\n", replays, replayed, told,
               most_graphs);
        printf("stand-in: left behind %zu blocks, %zu pinned, %d modules, %d events, %d graphs\n", blocks.size(), pinned.size(), modules,
               events, graphs);
        fflush(stdout);
    }
    return SUCCESS;
}

CALL cuCtxSetCurrent(void* context) {
    current = context != nullptr;
    return SUCCESS;
}

CALL cuStreamCreate(void** made, unsigned) {
    IN_CONTEXT
    *made = &stream;
    return SUCCESS;
}

CALL cuStreamDestroy_v2(void*) {
    NOT_CAPTURED
    run_all();
    return SUCCESS;
}

CALL cuStreamSynchronize(void*) {
    NOT_CAPTURED
    run_all();
    return SUCCESS;
}

CALL cuMemAlloc_v2(void** pointer, size_t bytes) {
    NOT_CAPTURED
    return allocate(pointer, bytes);
}

CALL cuMemAllocAsync(void** pointer, size_t bytes, void*) {
    NOT_CAPTURED
    return allocate(pointer, bytes);
}

CALL cuMemFree_v2(char* block) {
    NOT_CAPTURED
    run_all();
    return release(block);
}

CALL cuMemFreeAsync(char* block, void*) {
    NOT_CAPTURED
    stream.push_back([block] { release(block); });
    return SUCCESS;
}

CALL cuMemHostAlloc(void** pointer, size_t bytes, unsigned) {
    NOT_CAPTURED
    char* block = static_cast<char*>(malloc(bytes));
    pinned[block] = bytes;
    *pointer = block;
    return SUCCESS;
}

CALL cuMemFreeHost(char* block) {
    NOT_CAPTURED
    pinned.erase(block);
    free(block);
    return SUCCESS;
}

CALL cuMemcpyHtoDAsync_v2(char* to, const void* from, size_t bytes, void*) {
    NOT_CAPTURED
    if (!within(pinned, from, bytes) || !within(blocks, to, bytes)) {
        return INVALID_VALUE;
    }
    stream.push_back([=] { memcpy(to, from, bytes); });
    return SUCCESS;
}

// Waits for nobody: the stream is of the kind that the null stream does not wait for.
CALL cuMemcpyDtoH_v2(void* to, const char* from, size_t bytes) {
    NOT_CAPTURED
    if (!within(blocks, from, bytes)) {
        return INVALID_VALUE;
    }
    memcpy(to, from, bytes);
    return SUCCESS;
}

CALL cuEventCreate(Event** event, unsigned) {
    NOT_CAPTURED
    events++;
    *event = new Event{false, 0};
    return SUCCESS;
}

CALL cuEventRecord(Event* event, void*) {
    NOT_CAPTURED
    stream.push_back([event] {
        timespec now;
        clock_gettime(CLOCK_MONOTONIC, &now);
        event->seconds = now.tv_sec + now.tv_nsec * 1e-9;
        event->done = true;
    });
    return SUCCESS;
}

CALL cuEventSynchronize(Event* event) {
    NOT_CAPTURED
    while (!event->done && !stream.empty()) {
        run_one();
    }
    return SUCCESS;
}

CALL cuEventElapsedTime(float* milliseconds, Event* start, Event* end) {
    NOT_CAPTURED
    *milliseconds = (end->seconds - start->seconds) * 1e3;
    return start->done && end->done ? SUCCESS : INVALID_VALUE;
}

CALL cuEventDestroy_v2(Event* event) {
    NOT_CAPTURED
    events--;
    stream.push_back([event] { delete event; });
    return SUCCESS;
}

// A module is known by the unit that its first line names.
CALL cuModuleLoadData(void** module, const char* image) {
    IN_CONTEXT
    const char* end = strchr(image, ':');
    if (strncmp(image, "// ", 3) != 0 || !end || !strstr(image, "\n.version 7.8\n")) {
        return INVALID_IMAGE;
    }
    modules++;
    *module = new std::string(image + 3, end);
    return SUCCESS;
}

CALL cuModuleUnload(std::string* module) {
    IN_CONTEXT
    modules--;
    delete module;
    return SUCCESS;
}

CALL cuModuleGetFunction(const Entry** function, const std::string* module, const char* name) {
    IN_CONTEXT
    for (int i = 0; i < ENTRY_COUNT; i++) {
        if (*module == ENTRIES[i].unit && strcmp(name, ENTRIES[i].name) == 0) {
            *function = ENTRIES + i;
            return SUCCESS;
        }
    }
    return NOT_FOUND;
}

// A kernel on a grid, with copies of its arguments; none if the grid is too large.
static std::function<void()> launch(const Entry* entry, Index grid, Index block, void** values) {
    bool fits = grid.x > 0 && grid.x < 1u << 31 && grid.y > 0 && grid.y < 1 << 16 && grid.z > 0 && grid.z < 1 << 16;
    if (!fits || block.x * block.y * block.z > MOST_ITEMS) {
        return nullptr;
    }
    std::function<void()> kernel = entry->bind(values);
    return [=] { run_grid(kernel, entry->barriers, grid, block); };
}

CALL cuLaunchKernel(
        const Entry* entry,
        unsigned grid_x,
        unsigned grid_y,
        unsigned grid_z,
        unsigned block_x,
        unsigned block_y,
        unsigned block_z,
        unsigned,
        void*,
        void** values,
        void**) {
    IN_CONTEXT
    std::function<void()> work = launch(entry, {grid_x, grid_y, grid_z}, {block_x, block_y, block_z}, values);
    if (!work) {
        return INVALID_VALUE;
    }
    stand_in_later(work);
    return SUCCESS;
}

CALL cuStreamBeginCapture_v2(void*, int mode) {
    NOT_CAPTURED
    capture = new Graph();
    graphs++;
    return mode == 2 ? SUCCESS : INVALID_VALUE;
}

CALL cuStreamEndCapture(void*, Graph** graph) {
    IN_CONTEXT
    *graph = capture;
    capture = nullptr;
    return *graph ? SUCCESS : INVALID_VALUE;
}

CALL cuGraphCreate(Graph** graph, unsigned) {
    NOT_CAPTURED
    graphs++;
    *graph = new Graph();
    return SUCCESS;
}

// The host makes chains: each node comes behind the one before.
static Result add_node(size_t* node, Graph* graph, const size_t* after, size_t count, std::function<void()> work) {
    static size_t nodes;
    if (count != (graph->empty() ? 0 : 1) || (count == 1 && *after != graph->back().first)) {
        return INVALID_VALUE;
    }
    *node = ++nodes;
    graph->push_back({*node, work});
    return SUCCESS;
}

struct NodeParameters {
    const Entry* entry;
    unsigned grid[3], block[3], shared;
    void** values;
    void** extra;
    void* kernel;
    void* context;
};

static std::function<void()> kernel_of(const NodeParameters* p) {
    return launch(p->entry, {p->grid[0], p->grid[1], p->grid[2]}, {p->block[0], p->block[1], p->block[2]}, p->values);
}

CALL cuGraphAddKernelNode_v2(size_t* node, Graph* graph, const size_t* after, size_t count, const NodeParameters* p) {
    NOT_CAPTURED
    std::function<void()> work = kernel_of(p);
    return work && !p->kernel && !p->context ? add_node(node, graph, after, count, work) : INVALID_VALUE;
}

CALL cuGraphAddChildGraphNode(size_t* node, Graph* graph, const size_t* after, size_t count, const Graph* child) {
    NOT_CAPTURED
    Graph pieces = *child;
    return add_node(node, graph, after, count, [pieces] {
        for (auto& piece : pieces) {
            piece.second();
        }
    });
}

CALL cuGraphExecKernelNodeSetParams_v2(Graph* executable, size_t node, const NodeParameters* p) {
    NOT_CAPTURED
    std::function<void()> work = kernel_of(p);
    for (auto& piece : *executable) {
        if (piece.first == node && work && !p->kernel && !p->context) {
            piece.second = work;
            told++;
            return SUCCESS;
        }
    }
    return INVALID_VALUE;
}

CALL cuGraphInstantiateWithFlags(Graph** executable, const Graph* graph, unsigned long long) {
    NOT_CAPTURED
    Result refused = setting("STAND_IN_GRAPHS", SUCCESS);
    if (refused) {
        return refused;
    }
    // The one that was captured is gone as soon as this one is there.
    most_graphs = graphs > most_graphs ? graphs : most_graphs;
    graphs++;
    *executable = new Graph(*graph);
    return SUCCESS;
}

CALL cuGraphLaunch(const Graph* executable, void*) {
    NOT_CAPTURED
    replays++;
    replayed += executable->size();
    for (auto& piece : *executable) {
        stream.push_back(piece.second);
    }
    return SUCCESS;
}

static Result destroy(Graph* graph) {
    graphs--;
    delete graph;
    return SUCCESS;
}

CALL cuGraphDestroy(Graph* graph) {
    NOT_CAPTURED
    return destroy(graph);
}

CALL cuGraphExecDestroy(Graph* executable) {
    NOT_CAPTURED
    return destroy(executable);
}
