import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { bundle } from '../build';
import type { ServiceCommand } from '../contestants/serviceClient';
import { buildFolder } from '../runner';

/** The example service at a free port, without observations, that saves a checkpoint every so many seconds. */
export function serviceCommand(saveEvery: number): ServiceCommand {
  const checkpoints = join(buildFolder, 'service-checkpoints');
  rmSync(checkpoints, { recursive: true, force: true });
  const program = bundle('../../examples/online-service');
  const saving = ['--checkpoint', checkpoints, '--save-every', `${saveEvery}`];
  return [process.execPath, program, '--port', '0', ...saving];
}
