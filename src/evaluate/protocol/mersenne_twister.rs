//! NumPy's `RandomState(seed).permutation(n)`, so that anyone can check a row of ours in Python.
//!
//! The generator is MT19937 (Matsumoto and Nishimura 1998), seeded by Knuth's recurrence
//! `s_{i+1} = 1812433253·(s_i ⊕ s_i ≫ 30) + i + 1`; the order comes from Fisher–Yates downwards, each place drawn by
//! masking a word to the bits of its bound and rejecting what is above. NumPy has frozen both. Everything else in the
//! project draws from [`crate::random`].

/// Words of the state.
const WORDS: usize = 624;
/// How far apart the words are that the recurrence combines.
const SHIFT: usize = 397;

/// NumPy's legacy generator.
struct MersenneTwister {
    state: [u32; WORDS],
    next: usize,
}

impl MersenneTwister {
    fn new(seed: u32) -> Self {
        let mut state = [seed; WORDS];
        for i in 1..WORDS {
            let last = state[i - 1];
            state[i] = (last ^ (last >> 30)).wrapping_mul(1_812_433_253).wrapping_add(i as u32);
        }
        MersenneTwister { state, next: WORDS }
    }

    /// The recurrence, once over the whole state.
    fn twist(&mut self) {
        for i in 0..WORDS {
            let joined = (self.state[i] & 0x8000_0000) | (self.state[(i + 1) % WORDS] & 0x7fff_ffff);
            let odd = if joined & 1 == 1 { 0x9908_b0df } else { 0 };
            self.state[i] = self.state[(i + SHIFT) % WORDS] ^ (joined >> 1) ^ odd;
        }
        self.next = 0;
    }

    fn word(&mut self) -> u32 {
        if self.next == WORDS {
            self.twist();
        }
        let mut y = self.state[self.next];
        self.next += 1;
        y ^= y >> 11;
        y ^= (y << 7) & 0x9d2c_5680;
        y ^= (y << 15) & 0xefc6_0000;
        y ^ (y >> 18)
    }

    /// A number in `0..=bound`.
    fn at_most(&mut self, bound: u32) -> u32 {
        let mask = u32::MAX.checked_shr(bound.leading_zeros()).unwrap_or(0);
        loop {
            let value = self.word() & mask;
            if value <= bound {
                return value;
            }
        }
    }
}

/// `numpy.random.RandomState(seed).permutation(n)`; NumPy takes seeds below 2³², of a larger one the low 32 bits count.
///
/// Panics if `n` exceeds 2³².
pub fn permutation(seed: u64, n: usize) -> Vec<usize> {
    let mut random = MersenneTwister::new(seed as u32);
    let mut order: Vec<usize> = (0..n).collect();
    for i in (1..n).rev() {
        let bound = u32::try_from(i).expect("fewer than 2³² rows");
        order.swap(i, random.at_most(bound) as usize);
    }
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `RandomState(seed)._bit_generator.random_raw(…)` of NumPy 2.4.
    #[test]
    fn words_are_numpys() {
        let mut random = MersenneTwister::new(5489);
        assert_eq!([random.word(), random.word(), random.word()], [3_499_211_612, 581_869_302, 3_890_346_734]);
        let mut random = MersenneTwister::new(0);
        let words: Vec<u32> = (0..1002).map(|_| random.word()).collect();
        // On both sides of the second twist, and the last.
        assert_eq!([words[0], words[1]], [2_357_136_044, 2_546_248_239]);
        assert_eq!([words[624], words[625], words[1001]], [341_544_762, 1_076_416_385, 1_193_028_842]);
    }

    /// `RandomState(seed).permutation(n)` of NumPy 2.4.
    #[test]
    fn permutations_are_numpys() {
        assert!(permutation(0, 0).is_empty());
        assert_eq!(permutation(0, 1), [0]);
        assert_eq!(permutation(0, 2), [1, 0]);
        assert_eq!(permutation(0, 5), [2, 0, 1, 3, 4]);
        assert_eq!(permutation(1, 10), [2, 9, 6, 4, 0, 3, 1, 7, 8, 5]);
        assert_eq!(permutation(u64::from(u32::MAX), 10), [6, 9, 5, 1, 8, 0, 7, 4, 2, 3]);
        assert_eq!(permutation(12_345, 17), [12, 0, 11, 10, 7, 3, 8, 6, 14, 16, 15, 9, 4, 1, 13, 5, 2]);
    }

    /// The first four places, the middle, the last, and `Σ (i + 1)·p_i` of long permutations by NumPy 2.4.
    #[test]
    fn long_permutations_are_numpys() {
        for (seed, n, first, middle, last, sum) in [
            (7, 700, [595, 115, 424, 138], 445, 175, 84_464_592),
            (0, 3_679, [482, 2_104, 3_465, 1_422], 2_312, 2_732, 12_525_928_285),
            (3, 396_743, [193_213, 387_317, 34_924, 368_610], 38_601, 71_530, 15_603_637_148_710_877_usize),
        ] {
            let order = permutation(seed, n);
            assert_eq!((&order[..4], order[n / 2], order[n - 1]), (&first[..], middle, last), "{seed} {n}");
            assert_eq!(order.iter().zip(1..).map(|(p, i)| p * i).sum::<usize>(), sum, "{seed} {n}");
        }
    }
}
