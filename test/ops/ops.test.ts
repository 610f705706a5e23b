import '../support/calls';
import { families } from './cases';
import { testOps } from './harness';

for (const [family, cases] of Object.entries(families)) testOps(family, cases);
