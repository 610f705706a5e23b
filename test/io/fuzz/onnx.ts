/** ONNX models to mutate. */
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { io } from 'blasgrad';
import type { FuzzTarget } from './target';

/** What `io.exportOnnx` writes of a linear layer, elu, a reshape and a sum. */
const model = [
  'CAgSCGJsYXNncmFkQgQKABAROsYDCj4KBWlucHV0CghsLndlaWdodAoGbC5iaWFzEgZHZW1tXzAaBkdlbW1fMCIER2',
  'VtbSoNCgZ0cmFuc0IYAaABAgosCgZHZW1tXzASBUVsdV8wGgVFbHVfMCIDRWx1Kg8KBWFscGhhFQAAAD+gAQEKRhIK',
  'Q29uc3RhbnRfMBoKQ29uc3RhbnRfMCIIQ29uc3RhbnQqIgoFdmFsdWUqFggCEAdKEP//////////AQAAAAAAAACgAQ',
  'QKMgoFRWx1XzAKCkNvbnN0YW50XzASCVJlc2hhcGVfMBoJUmVzaGFwZV8wIgdSZXNoYXBlCjgSCkNvbnN0YW50XzEa',
  'CkNvbnN0YW50XzEiCENvbnN0YW50KhQKBXZhbHVlKggQAUoEAACAP6ABBAorCglSZXNoYXBlXzAKCkNvbnN0YW50Xz',
  'ESBm91dHB1dBoFQWRkXzAiA0FkZBIBTVocCgVpbnB1dBITChEIARINCgcSBWJhdGNoCgIIAmIWCgZvdXRwdXQSDAoK',
  'CAESBgoACgIIASoiCAIIAhABQghsLndlaWdodEoQ+AflvewPH76Hlha/1o3RPioWCAIQAUIGbC5iaWFzSggsNSS/AB',
  'dMPA==',
].join('');

/** What PyTorch exported: lists of numbers, many operators, shapes that are computed. */
const exported = ['picking.onnx', 'mlp-13.onnx', 'statistics.onnx'].map((name) =>
  join('pytorch', name),
);
/** What Python wrote: halves, uint8 and int64, in every field that may hold them. */
const dtypes = join('dtypes', 'dtypes.onnx');
const folder = join(__dirname, '..', 'onnx');

export const onnx: FuzzTarget = {
  name: 'importOnnx',
  files: 1000,
  seeds: () => ({
    'model.onnx': Uint8Array.from(Buffer.from(model, 'base64')),
    ...Object.fromEntries(
      [...exported, dtypes].map((name) => [basename(name), readFileSync(join(folder, name))]),
    ),
  }),
  read: (path) => io.importOnnx(path),
};
