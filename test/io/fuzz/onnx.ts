/** ONNX models to mutate. */
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

export const onnx: FuzzTarget = {
  name: 'importOnnx',
  files: 400,
  seeds: () => ({ 'model.onnx': Uint8Array.from(Buffer.from(model, 'base64')) }),
  read: (path) => io.importOnnx(path),
};
