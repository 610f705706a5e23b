/** The modes of a model and its submodules: training or evaluation. */
import type { AnyModule } from '../nn';

/** A copy of the modes, which can be restored. */
export class Modes {
  private readonly modes: readonly (readonly [module: AnyModule, training: boolean])[];

  constructor(private readonly model: AnyModule) {
    this.modes = Array.from(model.modules(), (module) => [module, module.training] as const);
  }

  restore(): void {
    const [[, training]] = this.modes;
    if (this.model.training !== training) this.model.train(training); // a class may override it
    for (const [module, mode] of this.modes) module.training = mode;
  }
}
