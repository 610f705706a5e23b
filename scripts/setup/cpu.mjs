// The instruction set of this CPU that kernels are compiled for, as Highway names it.
import { run } from './tools.mjs';

const avx2 = ['AVX2', 'FMA', 'BMI', 'BMI2', 'F16C', 'AES', 'PCLMUL'];
const avx512 = [...avx2, 'AVX512F', 'AVX512VL', 'AVX512DQ', 'AVX512BW', 'AVX512CD'];

/**
 * 'AVX3' (AVX-512), 'AVX2', or 'all' where there is neither, as on ARM, or where it is not known. The compiler knows: it
 * names the features of the CPU it runs on, and knows of those that the operating system does not let programs use.
 */
export async function instructionSet(compiler) {
  const args = ['-march=native', '-dM', '-E', '-x', 'c++', '-'];
  const { code, output } = await run(compiler, args, { input: '' });
  if (code !== 0) return 'all';
  const has = (feature) => new RegExp(`^#define __${feature}__ 1$`, 'm').test(output);
  return avx512.every(has) ? 'AVX3' : avx2.every(has) ? 'AVX2' : 'all';
}
