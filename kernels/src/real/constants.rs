//! Constants of the formulas: bit masks, range limits and minimax coefficients for each precision.
//!
//! The coefficients were found by Remez exchange in 50 digits, weighted by the relative error of the function,
//! and then rounded: the approximation error is below 2⁻³⁰ in `f32` and 2⁻⁵⁹ in `f64`.

/// Constants of a scalar type for the formulas of [`crate::math`].
pub trait Constants: Sized + Copy + 'static {
    /// Width of the mantissa, in bits.
    const MANTISSA_BITS: u32;
    /// `1.5·2^mantissa`: adding it rounds a number to an integer held in the low bits.
    const MAGIC: Self;
    /// All bits but the sign.
    const ABS_MASK: Self;
    /// The sign bit.
    const SIGN_MASK: Self;
    /// The mantissa bits.
    const MANTISSA_MASK: Self;
    /// The sign and exponent bits.
    const EXPONENT_MASK: Self;
    /// `√½`, rounded; the lower end of a reduced mantissa.
    const SQRT_HALF: Self;
    /// `bits(1) − bits(√½)`, as bits.
    const SQRT_HALF_OFFSET: Self;
    /// `2^mantissa`: ored onto a small integer it makes that integer a number.
    const INTEGER_BASE: Self;
    /// `2^mantissa + exponent bias`.
    const INTEGER_BASE_BIASED: Self;
    /// Twice the exponent bias, in the exponent field.
    const DOUBLE_BIAS: Self;
    /// Smallest normal number.
    const MIN_NORMAL: Self;
    /// A power of two that makes subnormal numbers normal.
    const LIFT: Self;
    /// Its exponent.
    const LIFT_EXPONENT: Self;
    /// `log₂ e`.
    const LOG2_E: Self;
    /// Leading bits of `ln 2`: exact when multiplied by an exponent.
    const LN2_HIGH: Self;
    /// `ln 2 − LN2_HIGH`.
    const LN2_LOW: Self;
    /// Above it `eˣ` is infinite, and the reduction still works.
    const EXP_MAX: Self;
    /// Below it `eˣ` is zero, and the reduction still works.
    const EXP_MIN: Self;
    /// Below it `eˣ − 1` is −1.
    const EXP_M1_MIN: Self;
    /// Below it in magnitude `eˣ − 1 = x` to the last bit.
    const TINY: Self;
    /// Above it in magnitude `|tanh x|` is one.
    const TANH_MAX: Self;
    /// Odds beyond which `1 + odds` is `odds`.
    const LOGIT_TAIL: Self;
    /// A power of two that keeps the odds of such a tail finite.
    const LOGIT_LIFT: Self;
    /// Its natural logarithm.
    const LOGIT_LIFT_LN: Self;
    /// Exponents from which `x·2⁻ᵉ + 2⁻ᵉ − 1` is the mantissa less one anyway.
    const LARGE_EXPONENT: Self;
    /// Below it `softplus x` and `σ(x)` are `eˣ` to the last bit.
    const SOFTPLUS_IS_EXP: Self;
    /// Terms that underflowed may matter to a sum of the flow node below it.
    const UNDERFLOW_BOUND: Self;
    /// `q` in `eʳ = 1 + r + r²·q(r)`, `|r| <= ln 2 / 2`, ascending.
    const EXP: &'static [Self];
    /// Ascending coefficients of the logarithm; see `math::ln`.
    const LN: &'static [Self];
    /// The logarithm's coefficients belong to the series in `f/(2+f)`.
    const LN_BY_RATIO: bool;
}

macro_rules! bits {
    ($t:ty, $bits:ty, $mantissa:literal, $bias:literal, $sqrt_half:expr) => {
        const MANTISSA_BITS: u32 = $mantissa;
        const MAGIC: $t = 1.5 * (1u64 << $mantissa) as $t;
        const ABS_MASK: $t = <$t>::from_bits(<$bits>::MAX >> 1);
        const SIGN_MASK: $t = -0.0;
        const MANTISSA_MASK: $t = <$t>::from_bits((1 << $mantissa) - 1);
        const EXPONENT_MASK: $t = <$t>::from_bits(!((1 << $mantissa) - 1));
        const SQRT_HALF: $t = $sqrt_half;
        const SQRT_HALF_OFFSET: $t = <$t>::from_bits((1.0 as $t).to_bits() - ($sqrt_half).to_bits());
        const INTEGER_BASE: $t = (1u64 << $mantissa) as $t;
        const INTEGER_BASE_BIASED: $t = ((1u64 << $mantissa) + $bias) as $t;
        const DOUBLE_BIAS: $t = <$t>::from_bits((2 * $bias) << $mantissa);
        const MIN_NORMAL: $t = <$t>::MIN_POSITIVE;
    };
}

impl Constants for f32 {
    bits!(f32, u32, 23, 127, core::f32::consts::FRAC_1_SQRT_2);
    const LIFT: f32 = (1u64 << 32) as f32;
    const LIFT_EXPONENT: f32 = 32.0;
    const LOG2_E: f32 = core::f32::consts::LOG2_E;
    const LN2_HIGH: f32 = 0.693_145_75;
    const LN2_LOW: f32 = 1.428_606_8e-6;
    const EXP_MAX: f32 = 89.0;
    const EXP_MIN: f32 = -104.0;
    const EXP_M1_MIN: f32 = -30.0;
    const TINY: f32 = 1.0 / (1u32 << 26) as f32;
    const TANH_MAX: f32 = 10.0;
    const LOGIT_TAIL: f32 = 1.0 / (1u128 << 100) as f32;
    const LOGIT_LIFT: f32 = (1u64 << 40) as f32;
    const LOGIT_LIFT_LN: f32 = 40.0 * core::f32::consts::LN_2;
    const LARGE_EXPONENT: f32 = 30.0;
    const SOFTPLUS_IS_EXP: f32 = -17.0;
    const UNDERFLOW_BOUND: f32 = 1.0 / (1u128 << 100) as f32;
    const EXP: &'static [f32] = &[0.5, 0.166_666_66, 0.041_666_36, 0.008_333_391, 0.001_394_067, 0.000_198_454_7];
    const LN: &'static [f32] = &[
        0.333_333_13,
        -0.250_000_1,
        0.200_021_19,
        -0.166_679_98,
        0.142_195_3,
        -0.124_055_33,
        0.118_883_12,
        -0.116_761_446,
        0.067_468_904,
    ];
    const LN_BY_RATIO: bool = false;
}

impl Constants for f64 {
    bits!(f64, u64, 52, 1023, core::f64::consts::FRAC_1_SQRT_2);
    const LIFT: f64 = (1u128 << 64) as f64;
    const LIFT_EXPONENT: f64 = 64.0;
    const LOG2_E: f64 = core::f64::consts::LOG2_E;
    const LN2_HIGH: f64 = 6.931_471_803_691_238e-1;
    const LN2_LOW: f64 = 1.908_214_929_270_587_7e-10;
    const EXP_MAX: f64 = 710.0;
    const EXP_MIN: f64 = -746.0;
    const EXP_M1_MIN: f64 = -50.0;
    const TINY: f64 = 1.0 / (1u64 << 55) as f64;
    const TANH_MAX: f64 = 20.0;
    const LOGIT_TAIL: f64 = 1.0 / (1u128 << 100) as f64 / (1u128 << 100) as f64;
    const LOGIT_LIFT: f64 = (1u128 << 80) as f64;
    const LOGIT_LIFT_LN: f64 = 80.0 * core::f64::consts::LN_2;
    const LARGE_EXPONENT: f64 = 60.0;
    const SOFTPLUS_IS_EXP: f64 = -37.0;
    const UNDERFLOW_BOUND: f64 = f64::MIN_POSITIVE * (1u128 << 100) as f64;
    const EXP: &'static [f64] = &[
        0.5,
        0.166_666_666_666_666_77,
        0.041_666_666_666_666_505,
        0.008_333_333_333_321_655,
        0.001_388_888_888_896_262_2,
        0.000_198_412_698_860_727_34,
        0.000_024_801_587_172_194_345,
        2.755_724_425_493_383e-6,
        2.755_740_280_909_527_3e-7,
        2.510_902_420_201_068e-8,
        2.087_531_774_988_792_4e-9,
    ];
    const LN: &'static [f64] = &[
        0.666_666_666_666_673_4,
        0.399_999_999_994_145_8,
        0.285_714_287_424_521_6,
        0.222_221_985_622_650_94,
        0.181_835_651_086_693_1,
        0.153_140_252_385_552_15,
        0.147_962_539_377_321_82,
    ];
    const LN_BY_RATIO: bool = true;
}
