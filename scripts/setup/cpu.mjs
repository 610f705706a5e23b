// The instruction set that kernels are compiled for in a clone, by Highway's name.
import { run } from './tools.mjs';

const avx2 = ['AVX2', 'FMA', 'BMI', 'BMI2', 'F16C', 'AES', 'PCLMUL'];
const avx512 = [...avx2, 'AVX512F', 'AVX512VL', 'AVX512DQ', 'AVX512BW', 'AVX512CD'];

/**
 * 'AVX3' (AVX-512), 'AVX2', or 'all' if the CPU has neither (ARM) or is not known. The compiler reports the features of
 * the CPU that it runs on, without those that the operating system disables.
 */
export async function instructionSet(compiler) {
  const args = ['-march=native', '-dM', '-E', '-x', 'c++', '-'];
  const { code, output } = await run(compiler, args, { input: '' });
  if (code !== 0) return 'all';
  const has = (feature) => new RegExp(`^#define __${feature}__ 1$`, 'm').test(output);
  return avx512.every(has) ? 'AVX3' : avx2.every(has) ? 'AVX2' : 'all';
}
