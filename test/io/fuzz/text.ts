import { io } from 'blasgrad';
import type { FuzzTarget } from './target';

const content = `0.weight float64 [2, 3]
0.1 0.2 0.3
-1e-7 NaN Infinity

labels int32 [4]
0 -2147483648 2147483647 5

longs int64 [2]
-9223372036854775808 9007199254740993

bytes uint8 [2]
0 255

half float16 [3]
0.1 NaN NaN:fd55

mask bool [2, 1]
0
1

none float32 [3, 0]

number float32 []
0.5
`;

export const text: FuzzTarget = {
  name: 'tensors as text',
  files: 5500,
  seeds: () => ({
    'all.txt': Buffer.from(content),
    'one.txt': Buffer.from('a float32 [2]\n1 2\n'),
  }),
  read: (path) => io.loadTextSync(path),
};
