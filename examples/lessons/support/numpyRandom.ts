/** The numbers of `numpy.random.seed(seed)` and `numpy.random.rand`, so that a run starts like a NumPy notebook. */
import { tensor, type Tensor } from 'blasgrad';

const words = 624;
const shift = 397;

/** Matsumoto and Nishimura's Mersenne Twister, MT19937: integers below 2^32. */
function mersenneTwister(seed: number): () => number {
  const state = new Uint32Array(words);
  state[0] = seed;
  for (let i = 1; i < words; i++) {
    state[i] = Math.imul(1812433253, state[i - 1] ^ (state[i - 1] >>> 30)) + i;
  }
  let at = words;
  const renew = (): void => {
    for (let i = 0; i < words; i++) {
      const y = (state[i] & 0x80000000) | (state[(i + 1) % words] & 0x7fffffff);
      state[i] = state[(i + shift) % words] ^ (y >>> 1) ^ (y & 1 ? 0x9908b0df : 0);
    }
    at = 0;
  };
  return () => {
    if (at === words) renew();
    let y = state[at++];
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    return (y ^ (y >>> 18)) >>> 0;
  };
}

/** Returns a function that draws float64 tensors, uniform in [0, 1), as numpy.random.rand does after this seed. */
export function numpyRandom(seed: number): (...shape: number[]) => Tensor {
  const word = mersenneTwister(seed);
  const number = (): number => ((word() >>> 5) * 2 ** 26 + (word() >>> 6)) / 2 ** 53;
  return (...shape) => {
    const count = shape.reduce((product, size) => product * size, 1);
    return tensor(Float64Array.from({ length: count }, number)).reshape(shape);
  };
}
