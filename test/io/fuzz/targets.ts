/** The list of all readers. */
import { checkpoint } from './checkpoint';
import { csv, csvTyped } from './csv';
import { text } from './text';
import { idx, idxGzip } from './idx';
import { image } from './image';
import { model } from './model';
import { npy, npz } from './npy';
import { onnx } from './onnx';
import { safetensors } from './safetensors';
import type { FuzzTarget } from './target';

export const targets: readonly FuzzTarget[] = [
  csv,
  csvTyped,
  text,
  idx,
  idxGzip,
  image,
  npy,
  npz,
  onnx,
  safetensors,
  checkpoint,
  model,
];
