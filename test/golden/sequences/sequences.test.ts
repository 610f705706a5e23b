/** Functions and layers for sequences compared with PyTorch's numbers; missing.ts names those that do not exist yet. */
import { testGoldenFolder } from '../../support/goldenFolder';
import { missing } from './missing';

testGoldenFolder('sequences', missing);
