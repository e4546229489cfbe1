// A stand-in for cuBLAS above the stand-in for the driver: the calls that Retort makes, computed one sum at a time and as late as the driver
// may. Columns count first, as in cuBLAS.
#include <stdlib.h>

#include <functional>

void stand_in_later(std::function<void()> work);

static int open_handles;
static void* streams[64];

extern "C" int cublasGetProperty(int type, int* value) {
    *value = type == 0 ? 12 : type == 1 ? 6 : 3;
    return 0;
}

// STAND_IN_CUBLAS is what making a handle returns.
extern "C" int cublasCreate_v2(void** handle) {
    const char* status = getenv("STAND_IN_CUBLAS");
    if (status) {
        return atoi(status);
    }
    *handle = streams + open_handles++;
    return 0;
}

extern "C" int cublasDestroy_v2(void*) {
    open_handles--;
    return 0;
}

extern "C" int cublasSetStream_v2(void** handle, void* stream) {
    *handle = stream;
    return stream ? 0 : 7;
}

extern "C" int cublasSetWorkspace_v2(void** handle, void* workspace, size_t bytes) {
    return *handle && workspace && bytes ? 0 : 7;
}

template <class T>
static void products(
        bool ta, bool tb, int m, int n, int k, const T* a, long lda, long step_a, const T* b, long ldb, long step_b, T* c,
        long ldc, long step_c, int count) {
    for (int i = 0; i < count; i++, a += step_a, b += step_b, c += step_c) {
        for (int column = 0; column < n; column++) {
            for (int row = 0; row < m; row++) {
                T sum = 0;
                for (int s = 0; s < k; s++) {
                    sum += a[ta ? row * lda + s : s * lda + row] * b[tb ? s * ldb + column : column * ldb + s];
                }
                c[column * ldc + row] = sum;
            }
        }
    }
}

extern "C" int cublasGemmStridedBatchedEx(
        void** handle, int ta, int tb, int m, int n, int k, const void* alpha, const void* a, int type_a, int lda,
        long long step_a, const void* b, int type_b, int ldb, long long step_b, const void* beta, void* c, int type_c, int ldc,
        long long step_c, int count, int compute, int) {
    bool single = type_a == 0;
    bool scaled = single ? *(const float*) alpha != 1 || *(const float*) beta != 0
                         : *(const double*) alpha != 1 || *(const double*) beta != 0;
    bool right = compute == (single ? 68 : 70) || (single && (compute == 75 || compute == 77));
    if (!*handle || scaled || !right || type_a != type_b || type_a != type_c || (type_a != 0 && type_a != 1)
        || lda < (ta ? k : m) || ldb < (tb ? n : k) || ldc < m) {
        return 7;
    }
    stand_in_later([=] {
        if (single) {
            products(
                    ta != 0, tb != 0, m, n, k, (const float*) a, lda, step_a, (const float*) b, ldb, step_b, (float*) c, ldc,
                    step_c, count);
        } else {
            products(
                    ta != 0, tb != 0, m, n, k, (const double*) a, lda, step_a, (const double*) b, ldb, step_b, (double*) c, ldc,
                    step_c, count);
        }
    });
    return 0;
}
