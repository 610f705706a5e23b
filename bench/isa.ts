/** `--isa`: holds every contestant to an instruction set, as far as it has a switch for that. */

/** Variables of blasgrad's kernels, OpenBLAS, oneDNN, MKL and PyTorch's own kernels, and a flag of the C compiler. */
interface InstructionSet {
  readonly variables: Readonly<Record<string, string>>;
  readonly compilerFlags: readonly string[];
}

const sets: Readonly<Record<string, InstructionSet>> = {
  avx2: {
    variables: {
      BLASGRAD_SIMD_TARGET: 'AVX2',
      OPENBLAS_CORETYPE: 'Haswell',
      ONEDNN_MAX_CPU_ISA: 'AVX2',
      MKL_ENABLE_INSTRUCTIONS: 'AVX2',
      ATEN_CPU_CAPABILITY: 'avx2',
    },
    compilerFlags: ['-mno-avx512f'],
  },
};

export const instructionSets = Object.keys(sets);

const none: InstructionSet = { variables: {}, compilerFlags: [] };
let chosen = none;

/** Chooses the instruction set of all processes that start later; undefined: the best of the CPU. */
export function holdTo(name: string | undefined): void {
  if (name === undefined) {
    chosen = none;
    return;
  }
  if (!(name in sets)) {
    throw new RangeError(`expected one of ${instructionSets.join(', ')} for --isa, got '${name}'`);
  }
  chosen = sets[name];
}

/** The variables to set after those of the caller's environment are removed. */
export const isaVariables = (): Readonly<Record<string, string>> => chosen.variables;

/** Every variable that chooses an instruction set; none may come from the caller's environment. */
export const allIsaVariables: readonly string[] = [
  ...new Set(Object.values(sets).flatMap(({ variables }) => Object.keys(variables))),
];

export const isaCompilerFlags = (): readonly string[] => chosen.compilerFlags;
