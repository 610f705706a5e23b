import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { bundle } from '../build';
import type { ServiceCommand } from '../contestants/serviceClient';
import { buildFolder } from '../runner';

/** The command that starts the example service on a free port; it saves a checkpoint every `saveEvery` seconds. */
export function serviceCommand(saveEvery: number): ServiceCommand {
  const checkpoints = join(buildFolder, 'service-checkpoints');
  rmSync(checkpoints, { recursive: true, force: true });
  const program = bundle('../../examples/online-service');
  const saving = ['--checkpoint', checkpoints, '--save-every', `${saveEvery}`];
  return [process.execPath, program, '--port', '0', ...saving];
}
