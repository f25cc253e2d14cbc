//! Transposes of square blocks in AVX-512 registers: unpacking within 128-bit lanes, then shuffles of whole lanes.

use core::arch::x86_64::*;

/// Lane `q` of `a`, `b`, `c` and `d`, for every `q`.
macro_rules! lanes {
    ($shuffle:ident, $a:expr, $b:expr, $c:expr, $d:expr) => {{
        let (even_ab, odd_ab) = ($shuffle::<0x88>($a, $b), $shuffle::<0xdd>($a, $b));
        let (even_cd, odd_cd) = ($shuffle::<0x88>($c, $d), $shuffle::<0xdd>($c, $d));
        [
            $shuffle::<0x88>(even_ab, even_cd),
            $shuffle::<0x88>(odd_ab, odd_cd),
            $shuffle::<0xdd>(even_ab, even_cd),
            $shuffle::<0xdd>(odd_ab, odd_cd),
        ]
    }};
}

/// `out[j][i] = rows[i][j]`.
#[inline]
#[target_feature(enable = "avx512f")]
pub(super) fn transpose_16(rows: [__m512; 16]) -> [__m512; 16] {
    let mut quads = rows;
    for g in 0..4 {
        let [a, b, c, d] = [rows[4 * g], rows[4 * g + 1], rows[4 * g + 2], rows[4 * g + 3]];
        let (low_ab, high_ab) =
            (_mm512_castps_pd(_mm512_unpacklo_ps(a, b)), _mm512_castps_pd(_mm512_unpackhi_ps(a, b)));
        let (low_cd, high_cd) =
            (_mm512_castps_pd(_mm512_unpacklo_ps(c, d)), _mm512_castps_pd(_mm512_unpackhi_ps(c, d)));
        // Lane q of the k-th of these is column 4q + k of the four rows.
        quads[4 * g] = _mm512_castpd_ps(_mm512_unpacklo_pd(low_ab, low_cd));
        quads[4 * g + 1] = _mm512_castpd_ps(_mm512_unpackhi_pd(low_ab, low_cd));
        quads[4 * g + 2] = _mm512_castpd_ps(_mm512_unpacklo_pd(high_ab, high_cd));
        quads[4 * g + 3] = _mm512_castpd_ps(_mm512_unpackhi_pd(high_ab, high_cd));
    }
    let mut out = quads;
    for k in 0..4 {
        let columns = lanes!(_mm512_shuffle_f32x4, quads[k], quads[4 + k], quads[8 + k], quads[12 + k]);
        for q in 0..4 {
            out[4 * q + k] = columns[q];
        }
    }
    out
}

/// `out[j][i] = rows[i][j]`.
#[inline]
#[target_feature(enable = "avx512f")]
pub(super) fn transpose_8(rows: [__m512d; 8]) -> [__m512d; 8] {
    let mut pairs = rows;
    for g in 0..4 {
        // Lane q of the k-th of these is column 2q + k of the two rows.
        pairs[2 * g] = _mm512_unpacklo_pd(rows[2 * g], rows[2 * g + 1]);
        pairs[2 * g + 1] = _mm512_unpackhi_pd(rows[2 * g], rows[2 * g + 1]);
    }
    let mut out = pairs;
    for k in 0..2 {
        let columns = lanes!(_mm512_shuffle_f64x2, pairs[k], pairs[2 + k], pairs[4 + k], pairs[6 + k]);
        for q in 0..4 {
            out[2 * q + k] = columns[q];
        }
    }
    out
}
