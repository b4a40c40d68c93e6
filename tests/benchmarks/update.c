/* One whole update of the network in plain C: forward, backward, clip, Adagrad.
 *
 * The limit that the Python versions are held against. Hand-written loops, arranged so that a
 * compiler can vectorise the innermost one without reordering a sum: no library but libm.
 * Compiled twice, with REAL as double and as float.
 *
 * Arrays are row-major, time first, then batch, then features. The two states-to-states products
 * of a step go through matrices in the layout that lets their inner loop run along memory, so Whh
 * and Why are transposed once per update where the other layout is needed.
 */
#include <math.h>
#include <string.h>
#include <tgmath.h>

#define CLIP ((REAL)5)
#define EPSILON ((REAL)1e-8)

/* C (n, m) += A (n, k) B (k, m); four rows of A at a time, so that a row of B is read once; the
 * rows left over four columns at a time, so that they are written less often. */
static void add_product(REAL *restrict C, const REAL *restrict A, const REAL *restrict B,
                        int n, int k, int m)
{
    int i = 0;
    for (; i + 4 <= n; i += 4) {
        REAL *restrict c0 = C + (long)i * m, *restrict c1 = c0 + m;
        REAL *restrict c2 = c1 + m, *restrict c3 = c2 + m;
        const REAL *a = A + (long)i * k;
        for (int l = 0; l < k; l++) {
            const REAL *restrict b = B + (long)l * m;
            REAL a0 = a[l], a1 = a[k + l], a2 = a[2 * k + l], a3 = a[3 * k + l];
            for (int j = 0; j < m; j++) {
                c0[j] += a0 * b[j];
                c1[j] += a1 * b[j];
                c2[j] += a2 * b[j];
                c3[j] += a3 * b[j];
            }
        }
    }
    for (; i < n; i++) {
        const REAL *a = A + (long)i * k;
        REAL *restrict c = C + (long)i * m;
        int l = 0;
        for (; l + 4 <= k; l += 4) {
            const REAL *restrict b0 = B + (long)l * m, *restrict b1 = b0 + m;
            const REAL *restrict b2 = b1 + m, *restrict b3 = b2 + m;
            for (int j = 0; j < m; j++)
                c[j] += a[l] * b0[j] + a[l + 1] * b1[j] + a[l + 2] * b2[j] + a[l + 3] * b3[j];
        }
        for (; l < k; l++)
            for (int j = 0; j < m; j++)
                c[j] += a[l] * B[(long)l * m + j];
    }
}

/* C (n, m) += A^T B for A (k, n) and B (k, m); four rows of A and B at a time. */
static void add_outer(REAL *restrict C, const REAL *restrict A, const REAL *restrict B,
                      int n, int k, int m)
{
    int l = 0;
    for (; l + 4 <= k; l += 4) {
        const REAL *a = A + (long)l * n, *restrict b0 = B + (long)l * m, *restrict b1 = b0 + m;
        const REAL *restrict b2 = b1 + m, *restrict b3 = b2 + m;
        for (int i = 0; i < n; i++) {
            REAL *restrict c = C + (long)i * m;
            REAL a0 = a[i], a1 = a[n + i], a2 = a[2 * n + i], a3 = a[3 * n + i];
            for (int j = 0; j < m; j++)
                c[j] += a0 * b0[j] + a1 * b1[j] + a2 * b2[j] + a3 * b3[j];
        }
    }
    for (; l < k; l++)
        for (int i = 0; i < n; i++) {
            REAL a = A[(long)l * n + i];
            for (int j = 0; j < m; j++)
                C[(long)i * m + j] += a * B[(long)l * m + j];
        }
}

static void transpose(REAL *restrict to, const REAL *restrict from, int n, int m)
{
    for (int i = 0; i < n; i++)
        for (int j = 0; j < m; j++)
            to[(long)j * n + i] = from[(long)i * m + j];
}

static void adagrad(REAL *restrict w, REAL *restrict memory, const REAL *restrict gradient,
                    long size, REAL learning_rate)
{
    for (long i = 0; i < size; i++) {
        REAL g = gradient[i] > CLIP ? CLIP : gradient[i] < -CLIP ? -CLIP : gradient[i];
        memory[i] += g * g;
        w[i] -= learning_rate * g / sqrt(memory[i] + EPSILON);
    }
}

/* Weights, memory and gradients lie in one vector each, in the order Wxh, Whh, Why, bh, by.
 * h (B, H) is read and replaced by the last state. Room needed in work: see work_size. */
long work_size(int T, int B, int V, int H)
{
    long N = (long)T * B;
    return (N + B) * H + N * V + N * H + 2L * H * H + 5L * H * V + H + V;
}

double update(REAL *w, REAL *memory, REAL *h, const int *inputs, const int *targets,
              int T, int B, int V, int H, REAL learning_rate, REAL *work)
{
    const REAL *Wxh = w, *Whh = Wxh + H * V, *Why = Whh + (long)H * H;
    const REAL *bh = Why + (long)V * H, *by = bh + H;
    const long size = 2L * H * V + (long)H * H + H + V, N = (long)T * B;
    REAL *hs = work, *dy = hs + (N + B) * H, *da = dy + N * V;
    REAL *WhhT = da + N * H, *WhyT = WhhT + (long)H * H, *WxhT = WhyT + (long)H * V;
    REAL *dWxhT = WxhT + (long)H * V, *g = dWxhT + (long)H * V;
    double loss = 0;

    transpose(WxhT, Wxh, H, V);
    transpose(WhhT, Whh, H, H);
    transpose(WhyT, Why, V, H);

    memcpy(hs, h, sizeof(REAL) * B * H);
    for (int t = 0; t < T; t++) {
        REAL *now = hs + (t + 1L) * B * H;
        for (int b = 0; b < B; b++) {
            const REAL *column = WxhT + (long)inputs[t * B + b] * H;
            for (int j = 0; j < H; j++)
                now[b * H + j] = column[j] + bh[j];
        }
        add_product(now, now - B * H, WhhT, B, H, H);
        for (int j = 0; j < B * H; j++)
            now[j] = tanh(now[j]);
    }
    memcpy(h, hs + N * H, sizeof(REAL) * B * H);

    for (long r = 0; r < N; r++)
        memcpy(dy + r * V, by, sizeof(REAL) * V);
    add_product(dy, hs + B * H, WhyT, N, H, V);
    for (long r = 0; r < N; r++) {
        REAL *y = dy + r * V, top = y[0], sum = 0;
        for (int v = 1; v < V; v++)
            top = y[v] > top ? y[v] : top;
        for (int v = 0; v < V; v++)
            y[v] = exp(y[v] - top);
        for (int v = 0; v < V; v++)
            sum += y[v];
        for (int v = 0; v < V; v++)
            y[v] /= sum;
        loss -= log(y[targets[r]]);
        y[targets[r]] -= 1;
    }

    memset(da, 0, sizeof(REAL) * N * H);
    add_product(da, dy, Why, N, V, H);
    for (int t = T - 1; t >= 0; t--) {
        REAL *now = da + (long)t * B * H, *state = hs + (t + 1L) * B * H;
        if (t < T - 1)
            add_product(now, now + B * H, Whh, B, H, H);
        for (int j = 0; j < B * H; j++)
            now[j] *= 1 - state[j] * state[j];
    }

    memset(g, 0, sizeof(REAL) * size);
    memset(dWxhT, 0, sizeof(REAL) * H * V);
    REAL *gWhh = g + (long)H * V, *gWhy = gWhh + (long)H * H;
    REAL *gbh = gWhy + (long)V * H, *gby = gbh + H;
    for (long r = 0; r < N; r++) {
        REAL *row = dWxhT + (long)inputs[r] * H;
        for (int j = 0; j < H; j++)
            row[j] += da[r * H + j];
        for (int j = 0; j < H; j++)
            gbh[j] += da[r * H + j];
        for (int v = 0; v < V; v++)
            gby[v] += dy[r * V + v];
    }
    transpose(g, dWxhT, V, H);
    add_outer(gWhh, da, hs, H, N, H);
    add_outer(gWhy, dy, hs + B * H, V, N, H);

    adagrad(w, memory, g, size, learning_rate);
    return loss;
}
